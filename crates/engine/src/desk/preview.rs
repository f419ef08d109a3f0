//! How boletos would look, before they are issued. Nothing is checked here that the issue does
//! not check again.

use jiff::Span;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::calendar::Calendar;
use quita_core::findings::Warning;
use quita_core::money::Money;
use quita_core::payable::{Payable, PayableRules, payable};
use quita_core::terms_check;
use quita_store::accounts;

use super::issue::{self, NewBoleto};
use super::view::company_and_accounts;
use super::{Actor, Permission, pdf};
use crate::error::{Error, FieldErrors};
use crate::world::World;

/// Boletos as they would be.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Legal name of whoever is paid.
    pub beneficiary: String,
    /// Their document, without punctuation.
    pub beneficiary_document: String,
    /// The bank's name; empty where it is not known yet.
    pub bank_name: &'static str,
    /// Its code as printed.
    pub bank_code: &'static str,
    /// Each instalment.
    pub lines: Vec<Line>,
    /// Of all of them.
    pub total: Money,
    /// Instructions on the first one, a line each.
    pub instructions: Vec<String>,
    /// What is due for the first one, on days of interest.
    pub projected: Vec<(Date, Payable)>,
    /// What is unusual in its terms.
    pub warnings: Vec<Warning>,
    /// What the bank charges for each boleto that is settled, as typed for the account.
    pub fee: Option<Money>,
}

/// One instalment.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub document_number: String,
    /// Nominal amount.
    pub amount: Money,
    /// Due date.
    pub due: Date,
    /// Until when it is paid on time: the due date, or the next business day.
    pub paid_until: Date,
}

/// Days of delay for which figures are shown.
const DELAYS: [i32; 3] = [1, 15, 30];

/// How these boletos would look. Those without a proper date are left out.
pub fn preview(world: &World, actor: &Actor, new: &[NewBoleto]) -> Result<Preview, Error> {
    actor.must(Permission::Charge)?;
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let calendar = Calendar::national();
    let lines: Vec<Line> = new
        .iter()
        .filter_map(|boleto| {
            let due: Date = boleto.expiration_date.parse().ok()?;
            Some(Line {
                document_number: boleto.document_number.clone(),
                amount: Money::from_cents(boleto.amount),
                due,
                paid_until: calendar.next_business_day(due),
            })
        })
        .collect();
    let mut preview = Preview {
        beneficiary: company.name.clone(),
        beneficiary_document: company.document.as_str().to_owned(),
        bank_name: "",
        bank_code: "",
        total: Money::from_cents(lines.iter().map(|line| line.amount.cents()).sum()),
        instructions: Vec::new(),
        projected: Vec::new(),
        warnings: Vec::new(),
        fee: None,
        lines,
    };
    let Some(first) = new.first() else { return Ok(preview) };
    let mut active = accounts.iter().filter(|a| a.status == accounts::ACTIVE_STATUS);
    let account = match &first.account_id {
        Some(id) => active.find(|account| account.id == *id),
        None => active.next().filter(|_| active.next().is_none()),
    };
    preview.fee = account.and_then(|account| account.fee);
    let info = account.and_then(|a| registry::by_folder(&a.bank)).map(|bank| bank.info());
    if let Some(info) = info {
        preview.bank_name = info.name;
        preview.bank_code = info.printed_code;
    }
    let Ok(due) = first.expiration_date.parse::<Date>() else { return Ok(preview) };
    let mut ignored = FieldErrors::default();
    let named = super::terms::named(world, actor, std::slice::from_ref(first))?;
    let filled = super::terms::filled(&named, &mut ignored, "", first);
    let filled = filled.as_ref().unwrap_or(first);
    let terms = issue::terms(&mut ignored, "", filled, due);
    let nominal = Money::from_cents(first.amount);
    let most = info.map_or(issue::DAYS_AFTER_DUE, |info| info.boleto.days_after_due_max);
    let limit = filled.limit_date.as_ref().and_then(|text| text.parse().ok());
    let usual = Span::new().days(i32::from(issue::DAYS_AFTER_DUE.min(most)));
    let limit = limit.or_else(|| due.checked_add(usual).ok()).unwrap_or(due);

    let paid_until = calendar.next_business_day(due);
    let late =
        DELAYS.iter().filter_map(|days| paid_until.checked_add(Span::new().days(*days)).ok());
    let rules = info.map_or(PayableRules::DEFAULT, |info| info.payable);
    preview.projected = terms
        .discounts
        .iter()
        .map(|discount| discount.date)
        .chain([due])
        .chain(late.filter(|on| *on <= limit))
        .map(|on| (on, payable(nominal, due, &terms, on, &calendar, rules)))
        .collect();
    preview.projected.dedup_by_key(|(on, _)| *on);
    preview.instructions =
        pdf::instructions(&terms, limit, &filled.messages).lines().map(str::to_owned).collect();
    preview.warnings = terms_check::warnings(nominal, &terms);
    Ok(preview)
}
