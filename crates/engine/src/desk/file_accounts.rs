//! Accounts that work by files: what their bank offers, and what a new one must say.

use jiff::Timestamp;
use quita_banks::contract::{Bank, OpKind};
use quita_banks::file::{FileLayout, NumberedBy};
use quita_banks::info::Field;
use quita_banks::registry;
use quita_core::terms::TermKind;
use quita_formats::cnab::codes::Instruction;
use quita_store::accounts::Account;
use quita_store::{StoreError, Tx, counters};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::NewAccount;
use crate::by_file::{self, FILE_COUNTER};
use crate::error::FieldErrors;

/// Names of the agreement that every account has by itself.
const OWN: [&str; 3] = ["branch", "account", "account_digit"];
/// Largest number of a file: six digits in most layouts.
const FILE_NUMBER_MAX: i64 = 999_999;

/// A layout of a bank as programs see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileLayout)]
pub struct LayoutView {
    /// Its name: `febraban-240`.
    pub name: &'static str,
    /// Characters of a line: 240 or 400.
    pub width: usize,
    /// What it is and where it is from, in Portuguese.
    pub title: &'static str,
    /// What the agreement with the bank holds, for [`NewAccount::data`].
    #[schema(value_type = Vec<Object>)]
    pub agreement: Vec<&'static Field>,
    /// What can be ordered by remittance, and returns confirm.
    #[schema(value_type = Vec<String>)]
    pub instructions: Vec<Instruction>,
    /// Whether returns in it are read.
    pub returns: bool,
}

/// The layouts by which an account of a bank may work: those that write remittances.
pub fn layouts(bank: &str) -> Vec<LayoutView> {
    let Some(bank) = registry::by_folder(bank).or_else(|| registry::by_code(bank)) else {
        return Vec::new();
    };
    let usable = bank.files().iter().filter(|layout| layout.rules.is_some());
    usable
        .map(|layout| LayoutView {
            name: layout.name(),
            width: layout.width(),
            title: &layout.format.layout().title,
            agreement: layout.agreement.iter().filter(|f| !OWN.contains(&f.name)).collect(),
            instructions: {
                let known = layout.instructions().into_iter();
                known.filter(|code| layout.confirms(*code)).collect()
            },
            returns: layout.reads_returns(),
        })
        .collect()
}

/// Who numbers the boletos of an account by file: `company` or `bank`.
pub(super) fn numbered_by(account: &Account) -> Option<&'static str> {
    let layout = by_file::layout(account)?;
    Some(match by_file::prints_at_once(layout, account) {
        true => "company",
        false => "bank",
    })
}

/// Where the numbers of a new account begin.
pub(super) struct Begin {
    last_file: i64,
    /// Wallet, and the last number that other programs gave.
    last_number: Option<(String, i64)>,
}

impl Begin {
    /// Goes on where other programs ended.
    pub(super) fn write(&self, tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
        counters::bump_to(tx, account_id, FILE_COUNTER, self.last_file)?;
        if let Some((wallet, last)) = &self.last_number {
            counters::bump_to(tx, account_id, &by_file::number_counter(wallet), *last)?;
        }
        Ok(())
    }
}

/// What is wrong with a new account by file; `None` where it is one by API.
pub(super) fn check(
    errors: &mut FieldErrors,
    bank: &'static dyn Bank,
    new: &NewAccount,
    now: Timestamp,
) -> Option<Begin> {
    let wanted = new.layout.as_deref()?;
    let usable = |layout: &&FileLayout| layout.name() == wanted && layout.rules.is_some();
    let Some(layout) = bank.files().iter().find(usable) else {
        let known = layouts(bank.info().folder).iter().map(|l| l.name).collect::<Vec<_>>();
        let said = match known.is_empty() {
            true => "este banco não tem arquivos de remessa no quita".to_owned(),
            false => format!("use um destes layouts: {}", known.join(", ")),
        };
        errors.add("layout", "not_found", said);
        return None;
    };
    if !new.credential.is_empty() || new.credential_id.as_ref().is_some_and(|id| !id.is_empty()) {
        let said = "uma conta por arquivo não tem credencial: deixe-a de fora, ou tire o layout";
        errors.add("credential", "conflict", said);
    }
    for name in new.data.keys() {
        let is_known = layout.agreement.iter().any(|field| field.name == name);
        if !is_known || OWN.contains(&name.as_str()) {
            errors.add(format!("data.{name}"), "not_found", "este layout não tem este campo");
        }
    }
    let mut account = new.data.clone();
    let own = [("branch", &new.branch), ("account", &new.number), ("account_digit", &new.digit)];
    account.extend(own.map(|(name, value)| (name.to_owned(), value.clone())));
    let mut is_sound = true;
    for problem in layout.check_agreement(&account) {
        is_sound = false;
        let name = problem.field.strip_prefix("agreement.").unwrap_or(&problem.field);
        errors.add(field_of(layout, name), problem.code, problem.message);
    }
    let next = new.next_remittance.unwrap_or(0);
    if !(1..=FILE_NUMBER_MAX).contains(&next) {
        let said = "informe o número da próxima remessa: 1 se o banco nunca recebeu nenhuma, senão \
                    um acima da última que ele aceitou";
        errors.add("next_remittance", "missing", said);
    }
    let begin = Begin { last_file: next - 1, last_number: None };
    let NumberedBy::Company { digits } = (layout.numbered_by)(&account) else {
        return Some(begin);
    };
    let first = new.first_our_number.unwrap_or(1);
    let most = 10_i64.checked_pow(u32::from(digits)).map_or(i64::MAX, |over| over - 1);
    if !(1..=most).contains(&first) {
        errors.add("first_our_number", "out_of_range", format!("o nosso número vai de 1 a {most}"));
    }
    // The bank's rules for numbers say more about the agreement than its fields do.
    if is_sound && let Some(error) = by_file::try_numbers(layout, &account, now) {
        errors.add(field_of(layout, error.field), error.code, error.message);
    }
    let wallet = by_file::wallet(&account).to_owned();
    Some(Begin { last_number: Some((wallet, first - 1)), ..begin })
}

/// The field of a new account that holds a value of the agreement.
fn field_of(layout: &FileLayout, name: &str) -> String {
    match name {
        "branch" => "branch".to_owned(),
        "account" => "number".to_owned(),
        "account_digit" => "digit".to_owned(),
        other if layout.agreement.iter().any(|field| field.name == other) => {
            format!("data.{other}")
        }
        _ => "layout".to_owned(),
    }
}

/// One thing that a bank may do, by either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ability {
    /// What, in Portuguese.
    pub what: &'static str,
    /// Whether it is done by API from here.
    pub by_api: bool,
    /// Whether it is done by file, for each of [`layouts`].
    pub by_file: Vec<bool>,
}

/// What a bank does by API and by file; empty for a bank that is not known.
pub fn abilities(bank: &str) -> Vec<Ability> {
    let Some(found) = registry::by_folder(bank) else { return Vec::new() };
    let (info, layouts) = (found.info(), layouts(bank));
    let by_file = |can: &dyn Fn(&LayoutView) -> bool| layouts.iter().map(can).collect();
    let told = |code: Instruction| by_file(&|layout| layout.instructions.contains(&code));
    let api = |op: OpKind| info.can(op);
    let changes = |kind| api(OpKind::Instruct) && info.boleto.change_terms.has(kind);
    let term_by_file = |kind| {
        let all = found.files().iter().filter(|layout| layout.rules.is_some());
        all.map(|layout| layout.boleto_rules().change_terms.has(kind)).collect()
    };
    let row = |what, by_api, by_file| Ability { what, by_api, by_file };
    vec![
        row("Registrar boletos", api(OpKind::Issue), told(Instruction::Register)),
        row(
            "Boleto com QR Code Pix",
            api(OpKind::Issue) && info.boleto.hybrid,
            told(Instruction::RegisterWithPix),
        ),
        row("Cancelar (baixa)", api(OpKind::Cancel), told(Instruction::WriteOff)),
        row(
            "Mudar o vencimento",
            api(OpKind::Change) && info.boleto.change_expiration_date,
            told(Instruction::ChangeExpiration),
        ),
        row(
            "Mudar o valor",
            api(OpKind::Change) && info.boleto.change_amount,
            told(Instruction::ChangeAmount),
        ),
        row("Conceder abatimento", changes(TermKind::Abatement), told(Instruction::GrantAbatement)),
        row("Mudar juros", changes(TermKind::Interest), term_by_file(TermKind::Interest)),
        row("Mudar a multa", changes(TermKind::Fine), term_by_file(TermKind::Fine)),
        row("Mudar descontos", changes(TermKind::Discounts), term_by_file(TermKind::Discounts)),
        row("Protestar", false, told(Instruction::Protest)),
        row("Negativar", false, told(Instruction::ListNegatively)),
        row("Saber quem pagou", api(OpKind::Settled), by_file(&|layout| layout.returns)),
        row("Extrato", api(OpKind::Statement), by_file(&|_| false)),
    ]
}
