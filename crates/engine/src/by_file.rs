//! Accounts that work with their bank by files: what their agreement holds, the numbers of their
//! boletos, and what waits for the next remittance.

use jiff::Timestamp;
use jiff::civil::DateTime;
use quita_banks::contract::{Numbering, Printed, Problem};
use quita_banks::file::{
    self, Agreement, FileError, FileLayout, NumberedBy, RemittanceHead, RemittanceOrder,
};
use quita_banks::registry;
use quita_banks::title::{self, Numbers, TitleError};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::party::Party;
use quita_core::terms::Term;
use quita_formats::cnab::codes::Instruction as Code;
use quita_store::accounts::Account;
use quita_store::boletos::Boleto;
use quita_store::remittance_orders::{self, Instruction, Pursuit, RemittanceOrder as Waiting};
use quita_store::{StoreError, Tx};

use crate::clock::{bank_day, bank_time};
use crate::ids::Ids;

/// The counter of files of an account.
pub(crate) const FILE_COUNTER: &str = "remittance";

/// The layout by which an account works; `None` where its bank is called.
pub fn layout(account: &Account) -> Option<&'static FileLayout> {
    let name = account.layout.as_deref()?;
    file::layout(registry::by_folder(&account.bank)?.info().code, name)
}

/// All that is known of an account, in the names of the agreement's fields.
pub fn agreement(account: &Account) -> Agreement {
    let own = [
        ("branch", &account.branch),
        ("account", &account.number),
        ("account_digit", &account.digit),
    ];
    let mut all = account.data.clone();
    all.extend(own.map(|(name, value)| (name.to_owned(), value.clone())));
    all
}

/// The counter of our numbers of an account within a wallet.
pub(crate) fn number_counter(wallet: &str) -> String {
    format!("our_number:{wallet}")
}

/// The wallet of an agreement; empty where it has none.
pub(crate) fn wallet(agreement: &Agreement) -> &str {
    agreement.get("wallet").map_or("", |wallet| wallet.trim())
}

/// How boletos of an account are counted; `None` where the bank numbers them.
pub(crate) fn numbering(account: &Account) -> Option<Numbering> {
    let agreement = agreement(account);
    match (layout(account)?.numbered_by)(&agreement) {
        NumberedBy::Bank => None,
        NumberedBy::Company { digits } => Some(Numbering {
            series: wallet(&agreement).to_owned(),
            digits: usize::from(digits),
            first: 1,
        }),
    }
}

/// The numbers of a boleto, from the one that was counted or that the bank gave.
pub(crate) fn numbers(
    layout: &FileLayout,
    agreement: &Agreement,
    order: &BoletoOrder,
    our_number: &str,
) -> Result<Numbers, TitleError> {
    let mut input = layout.title_input(agreement, our_number);
    input.expiration_date = Some(order.expiration_date);
    input.amount = Some(order.amount.cents());
    input.issuance_date = Some(order.issuance_date);
    if input.document_number.is_none() {
        input.document_number = Some(order.document_number.as_str().into());
    }
    title::compute(&input)
}

/// Gives a new boleto the numbers that it is printed with.
pub(crate) fn take_numbers(boleto: &mut Boleto, numbers: &Numbers, counted: &str) {
    let ours = numbers.title.as_ref().map_or(counted, |title| title.our_number.as_str()).to_owned();
    boleto.order.our_number = Some(counted.to_owned());
    boleto.bank_id = Some(ours.clone());
    boleto.our_number = Some(ours);
    boleto.barcode = Some(numbers.barcode.as_str().to_owned());
    boleto.writable_line = Some(numbers.barcode.writable_line().as_str().to_owned());
}

/// The number from which those of a boleto follow: the one that was counted, else the bank's.
pub(crate) fn counted(boleto: &Boleto) -> Option<&str> {
    boleto.order.our_number.as_deref().or(boleto.our_number.as_deref())
}

/// The numbers of a boleto as its bank prints them.
pub(crate) fn printed(layout: &FileLayout, account: &Account, boleto: &Boleto) -> Printed {
    let agreement = agreement(account);
    let ours = boleto.our_number.clone().unwrap_or_default();
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let numbers = numbers(layout, &agreement, &order, counted(boleto).unwrap_or("")).ok();
    let usual = format!("{}/{}-{}", account.branch, account.number, account.digit);
    let beneficiary = numbers.as_ref().and_then(|numbers| numbers.beneficiary.clone());
    Printed {
        wallet: wallet(&agreement).to_owned(),
        our_number: numbers.and_then(|n| n.title).map_or(ours, |title| title.our_number_formatted),
        beneficiary_code: beneficiary.unwrap_or(usual),
    }
}

/// What the bank's tables do not take of an order, as if a file with it alone were made.
pub(crate) fn problems(
    layout: &'static FileLayout,
    account: &Account,
    company: &Party,
    order: &BoletoOrder,
    instruction: &Instruction,
    now: Timestamp,
) -> Vec<Problem> {
    let agreement = agreement(account);
    let mut order = order.clone();
    let mut ours = String::new();
    if let NumberedBy::Company { .. } = (layout.numbered_by)(&agreement) {
        match numbers(layout, &agreement, &order, order.our_number.as_deref().unwrap_or("1")) {
            Ok(numbers) => ours = numbers.title.map(|title| title.our_number).unwrap_or_default(),
            Err(TitleError { field, code, message }) => {
                let field = of_order(field).to_owned();
                return vec![Problem { field, code, message }];
            }
        }
    }
    order.our_number = Some(ours).filter(|ours| !ours.is_empty());
    let head =
        RemittanceHead { file_number: 1, made_at: bank_time(now), company, agreement: &agreement };
    let told = [told(instruction, order)];
    match layout.write(&head, &told) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.problem).collect(),
    }
}

/// The field of an order that an input of its numbers comes from.
fn of_order(input: &str) -> &str {
    match input {
        "expiration_date" | "amount" | "document_number" | "issuance_date" => input,
        _ => "account_id",
    }
}

/// A file with these orders, under this number.
pub(crate) fn write(
    layout: &'static FileLayout,
    account: &Account,
    company: &Party,
    file_number: u32,
    made_at: DateTime,
    orders: &[(Instruction, Boleto)],
) -> Result<Vec<u8>, Vec<FileError>> {
    let agreement = agreement(account);
    let head = RemittanceHead { file_number, made_at, company, agreement: &agreement };
    let orders: Vec<RemittanceOrder> = orders
        .iter()
        .map(|(instruction, boleto)| {
            let mut order = boleto.order.changed(boleto.expiration_date, boleto.amount);
            order.our_number.clone_from(&boleto.our_number);
            told(instruction, order)
        })
        .collect();
    layout.write(&head, &orders)
}

/// An order in the words of the files: the boleto as it shall be.
fn told(instruction: &Instruction, mut boleto: BoletoOrder) -> RemittanceOrder {
    let due = boleto.expiration_date;
    let amount = boleto.amount;
    match instruction {
        Instruction::ChangeExpiration(due) => boleto = boleto.changed(*due, amount),
        Instruction::ChangeAmount(amount) => boleto = boleto.changed(due, *amount),
        Instruction::ChangeTerm(term) => boleto.terms.set(term.clone()),
        Instruction::Register
        | Instruction::WriteOff
        | Instruction::WriteOffPaidDirectly
        | Instruction::Pursue(_) => {}
    }
    RemittanceOrder {
        instruction: code(instruction),
        our_number: boleto.our_number.clone().unwrap_or_default(),
        our_number_digit: String::new(),
        species: None,
        accepted: false,
        after_due: None,
        pix: file::PixOnTitle::default(),
        boleto,
    }
}

/// What files call an instruction.
pub(crate) fn code(instruction: &Instruction) -> Code {
    match instruction {
        Instruction::Register => Code::Register,
        Instruction::WriteOff => Code::WriteOff,
        Instruction::WriteOffPaidDirectly => Code::WriteOffPaidDirectly,
        Instruction::ChangeExpiration(_) => Code::ChangeExpiration,
        Instruction::ChangeAmount(_) => Code::ChangeAmount,
        Instruction::ChangeTerm(term) => code_of_term(term),
        Instruction::Pursue(Pursuit::Protest) => Code::Protest,
        Instruction::Pursue(Pursuit::StopProtest) => Code::StopProtest,
        Instruction::Pursue(Pursuit::ListNegatively) => Code::ListNegatively,
        Instruction::Pursue(Pursuit::EndNegativeListing) => Code::EndNegativeListing,
    }
}

/// What files call a change of one of the terms; [`Code::Other`] for what none of them has.
pub(crate) fn code_of_term(term: &Term) -> Code {
    match term {
        Term::Abatement(Money::ZERO) => Code::CancelAbatement,
        Term::Abatement(_) => Code::GrantAbatement,
        Term::Interest(None) => Code::WaiveInterest,
        Term::Interest(Some(_)) => Code::ChangeInterest,
        Term::Fine(None) => Code::WaiveFine,
        Term::Fine(Some(_)) => Code::ChangeFine,
        Term::Discounts(all) if all.is_empty() => Code::CancelDiscount,
        Term::Discounts(_) => Code::ChangeDiscount,
        Term::Accepts(_) => Code::Other,
    }
}

/// What the bank has to be told so that a boleto becomes what is wanted of it.
pub(crate) fn instructions(layout: &FileLayout, boleto: &Boleto) -> Vec<Instruction> {
    let wanted = &boleto.wanted;
    if wanted.cancel.is_some() {
        let directly = layout.instructions().contains(&Code::WriteOffPaidDirectly);
        return vec![match boleto.settled_by_hand && directly {
            true => Instruction::WriteOffPaidDirectly,
            false => Instruction::WriteOff,
        }];
    }
    let due = wanted.expiration_date.map(Instruction::ChangeExpiration);
    let amount = wanted.amount.map(Instruction::ChangeAmount);
    let terms = wanted.terms.iter().map(|wanted| Instruction::ChangeTerm(wanted.term.clone()));
    let pursuit = wanted.pursuit.map(Instruction::Pursue);
    due.into_iter().chain(amount).chain(terms).chain(pursuit).collect()
}

/// Puts an order about a boleto into the next file.
pub(crate) fn order(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &Boleto,
    instruction: Instruction,
    actor: &str,
) -> Result<(), StoreError> {
    let (id, now) = (ids.next_id(), ids.now());
    order_as(tx, id, now, boleto, instruction, actor)
}

/// As [`order`], under an id that was made before.
pub(crate) fn order_as(
    tx: &mut Tx,
    id: String,
    now: Timestamp,
    boleto: &Boleto,
    instruction: Instruction,
    actor: &str,
) -> Result<(), StoreError> {
    let order = Waiting {
        id,
        company_id: boleto.company_id.clone(),
        account_id: boleto.account_id.clone(),
        boleto_id: boleto.id.clone(),
        instruction,
        created_by: actor.to_owned(),
        created_at: now,
        remittance_id: None,
    };
    remittance_orders::insert(tx, &order)
}

/// Whether the bank has not been told of a boleto: its registration still waits for a file.
pub(crate) fn is_untold(tx: &mut Tx, boleto_id: &str) -> Result<bool, StoreError> {
    let orders = remittance_orders::of_boleto(tx, boleto_id)?;
    let waits = |order: &Waiting| {
        order.instruction == Instruction::Register && order.remittance_id.is_none()
    };
    Ok(orders.iter().any(waits))
}

/// Whether boletos of an account can be printed before the bank knows of them.
pub(crate) fn prints_at_once(layout: &FileLayout, account: &Account) -> bool {
    matches!((layout.numbered_by)(&agreement(account)), NumberedBy::Company { .. })
}

/// What keeps an agreement from giving the numbers of a boleto, tried with one of today: an input
/// and what is wrong with it.
pub(crate) fn try_numbers(
    layout: &FileLayout,
    agreement: &Agreement,
    now: Timestamp,
) -> Option<TitleError> {
    let today = bank_day(now);
    let mut input = layout.title_input(agreement, "1");
    input.expiration_date = Some(today);
    input.issuance_date = Some(today);
    input.amount = Some(100);
    input.document_number = input.document_number.or(Some("1".into()));
    let barcode = match title::compute(&input) {
        Ok(numbers) => numbers.barcode,
        Err(error) => return Some(error),
    };
    let found = title::titles(layout.bank)?.check_free_field(&barcode.free_field());
    let wrong = found.into_iter().find(|warning| warning.code == "account_digit")?;
    Some(TitleError { field: "account_digit", code: "wrong_check_digit", message: wrong.message })
}
