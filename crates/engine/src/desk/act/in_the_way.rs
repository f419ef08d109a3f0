//! What can be asked of a boleto now, and why not.

use jiff::civil::Date;
use quita_banks::info::{BankInfo, BoletoRules};
use quita_banks::registry;
use quita_core::order::InvoiceType;
use quita_core::terms::TermKind;
use quita_store::accounts;
use quita_store::boletos::{self, Boleto};
use quita_store::remittance_orders::{Instruction, Pursuit};

use super::change::{self, NewValues};
use super::{HAS_ANOTHER, INACTIVE, Step, USE_REPLACE, Why, is_untold, stands_in_the_way};
use crate::by_file;
use crate::clock::bank_day;
use crate::desk::view::company_and_accounts;
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// What stands in the way of each action on a boleto, in words for people; `None` where it can
/// be asked for. Values that the bank would refuse are found when they are given.
#[derive(Clone, Debug)]
pub struct InTheWay {
    /// Of a cancellation.
    pub cancel: Option<String>,
    /// Of another due date.
    pub change_expiration_date: Option<String>,
    /// Of another amount.
    pub change_amount: Option<String>,
    /// Of cancelling and issuing again.
    pub replace: Option<String>,
    /// Of settling by hand.
    pub settle_by_hand: Option<String>,
    /// What its bank takes, by the way on which its account works.
    pub rules: BoletoRules,
    /// Of other terms, by kind.
    pub terms: Vec<(TermKind, Option<String>)>,
    /// Of a protest.
    pub protest: OnOff,
    /// Of negative listing.
    pub negative_listing: OnOff,
}

impl InTheWay {
    /// Of another of the terms.
    pub fn of_term(&self, kind: TermKind) -> Option<&str> {
        let found = self.terms.iter().find(|(own, _)| *own == kind);
        found.and_then(|(_, why)| why.as_deref())
    }
}

/// What stands in the way of something that can be begun and ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnOff {
    /// Of the beginning.
    pub on: Option<String>,
    /// Of the end.
    pub off: Option<String>,
}

/// What stands in the way of acting on a boleto of the company now.
pub fn possible(world: &World, actor: &Actor, boleto_id: &str) -> Result<InTheWay, Error> {
    let mut all = possible_for(world, actor, &[boleto_id.to_owned()])?;
    all.pop().ok_or_else(|| Error::not_found("boleto"))
}

/// As [`possible`], for each of these boletos in the order given.
pub fn possible_for(world: &World, actor: &Actor, ids: &[String]) -> Result<Vec<InTheWay>, Error> {
    actor.must(Permission::Charge)?;
    let today = bank_day(world.clock.now());
    let (_, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (company_id, ids) = (actor.company_id.clone(), ids.to_vec());
    let known = accounts.clone();
    let found = world.store.read(move |tx| {
        let mut found = Vec::with_capacity(ids.len());
        for id in &ids {
            let Some(boleto) = boletos::of_company(tx, &company_id, id)? else {
                found.push(None);
                continue;
            };
            let live = boletos::live_of_charge(tx, &boleto.charge_id)?;
            let another = live.is_some_and(|live| live.id != boleto.id);
            let account = known.iter().find(|account| account.id == boleto.account_id);
            let untold = match account {
                Some(account) => is_untold(tx, account, &boleto)?,
                None => false,
            };
            found.push(Some((boleto, another, untold)));
        }
        Ok(found)
    })?;
    found
        .into_iter()
        .map(|found| {
            let (boleto, another, untold) = found.ok_or_else(|| Error::not_found("boleto"))?;
            let account = accounts.iter().find(|account| account.id == boleto.account_id);
            let bank = account.and_then(|account| registry::by_folder(&account.bank));
            let bank = bank.ok_or_else(|| Error::not_found("conta"))?;
            let account = account.ok_or_else(|| Error::not_found("conta"))?;
            let info = bank.info();
            let can = change::rules(bank, account);
            let now = |step: Step| stands_in_the_way(&boleto, &step, untold).map(Why::said);
            let change = now(Step::Change(NewValues::default()));
            let pursuit = |pursuit: Pursuit| {
                change.clone().or_else(|| of_pursuit(info, account, &boleto, today, pursuit))
            };
            let term = |kind: TermKind| {
                let why = change.clone().or_else(|| {
                    let by_api = info.boleto.change_terms.has(kind) && account.layout.is_some();
                    let can = can.change_terms.has(kind);
                    (!can).then(|| not_here(info.name, by_api, &wording(kind), otherwise(kind)))
                });
                (kind, why)
            };
            let never = |supported: bool| (!supported).then(|| USE_REPLACE.to_owned());
            Ok(InTheWay {
                cancel: now(Step::Cancel(String::new())),
                change_expiration_date: never(can.change_expiration_date).or(change.clone()),
                change_amount: never(can.change_amount).or(change.clone()),
                replace: now(Step::Replace(NewValues::default()))
                    .or_else(|| another.then(|| HAS_ANOTHER.to_owned()))
                    .or_else(|| {
                        let active = account.status == accounts::ACTIVE_STATUS;
                        (!active).then(|| INACTIVE.to_owned())
                    }),
                settle_by_hand: now(Step::SettleByHand(boleto.expiration_date, boleto.amount)),
                rules: can,
                terms: TermKind::ALL.into_iter().map(term).collect(),
                protest: OnOff {
                    on: pursuit(Pursuit::Protest),
                    off: pursuit(Pursuit::StopProtest),
                },
                negative_listing: OnOff {
                    on: pursuit(Pursuit::ListNegatively),
                    off: pursuit(Pursuit::EndNegativeListing),
                },
            })
        })
        .collect()
}

/// A change of one of the terms.
fn wording(kind: TermKind) -> String {
    match kind {
        TermKind::Abatement => "abatimento".to_owned(),
        kind => format!("alteração de {}", kind.label()),
    }
}

/// What to do where a bank does not change it.
const fn otherwise(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Abatement => "use «Cancelar e reemitir» com o novo valor",
        TermKind::Accepts => AT_THE_BANK,
        _ => "cancele este boleto e emita outro",
    }
}

/// What to do about what a bank takes by its own screens at most.
const AT_THE_BANK: &str = "veja se o portal do banco o permite";

/// What stands in the way of pressing the customer of a boleto that is registered.
pub(super) fn of_pursuit(
    info: &BankInfo,
    account: &accounts::Account,
    boleto: &Boleto,
    today: Date,
    pursuit: Pursuit,
) -> Option<String> {
    let (begins, what, offered) = match pursuit {
        Pursuit::Protest => (true, "protesto", info.boleto.protest),
        Pursuit::StopProtest => (false, "protesto", info.boleto.protest),
        Pursuit::ListNegatively => (true, "negativação", info.boleto.negative_listing),
        Pursuit::EndNegativeListing => (false, "negativação", info.boleto.negative_listing),
    };
    if let Some(never) = never_listed(boleto.order.invoice_type) {
        return Some(never);
    }
    let Some(layout) = by_file::layout(account) else {
        return Some(not_here(info.name, offered, what, AT_THE_BANK));
    };
    let code = by_file::code(&Instruction::Pursue(pursuit));
    let is_known = layout.instructions().contains(&code);
    if !is_known || !layout.confirms(code) {
        return Some(not_here(info.name, is_known, what, AT_THE_BANK));
    }
    (begins && boleto.expiration_date >= today)
        .then(|| "o boleto ainda não venceu: só se protesta ou negativa depois".to_owned())
}

/// Why a bank is not asked for this.
fn not_here(bank: &str, offered: bool, what: &str, otherwise: &str) -> String {
    if offered {
        return format!("o {bank} oferece {what}, mas ainda não por aqui: peça no portal do banco");
    }
    format!("o {bank} não oferece {what} depois do registro; {otherwise}")
}

/// Why nobody is pursued for boletos of this kind.
fn never_listed(kind: InvoiceType) -> Option<String> {
    let optional = matches!(kind, InvoiceType::Proposal | InvoiceType::Deposit);
    optional
        .then(|| "um boleto de proposta ou de depósito nunca é protestado nem negativado".into())
}
