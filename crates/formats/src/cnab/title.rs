//! One title of a file, put together from its records.

use std::borrow::Cow;

use jiff::civil::Date;
use quita_core::money::Money;
use serde::Serialize;

use super::codes::{Codes, Instruction, Movement};
use super::layout::{Direction, Field, Kind, Record};
use super::value::{date, number};
use crate::encoding::{Page, decoded};

/// What a file says of a title. What its layout does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Title<'r> {
    /// Line of its first record, from 1.
    pub line: u64,
    /// The bank's code of what happened or of what is ordered.
    pub occurrence: Cow<'r, str>,
    /// What that code means; empty for a code that the tables do not have.
    pub meaning: Option<Meaning>,
    /// Why.
    pub reasons: Vec<Reason<'r>>,
    /// Why, where the bank writes it out.
    pub reason_text: Option<Cow<'r, str>>,
    /// The bank's number, as it stands.
    pub our_number: Option<Cow<'r, str>>,
    /// Its check digit, where it has a field of its own.
    pub our_number_digit: Option<Cow<'r, str>>,
    /// The company's number («seu número»).
    pub document_number: Option<Cow<'r, str>>,
    /// The company's own words («uso da empresa»), which the bank gives back.
    pub company_use: Option<Cow<'r, str>>,
    /// The wallet.
    pub wallet: Option<Cow<'r, str>>,
    /// Kind of the title, in the bank's code.
    pub species: Option<Cow<'r, str>>,
    /// Bank where it was paid.
    pub collecting_bank: Option<Cow<'r, str>>,
    /// Branch where it was paid.
    pub collecting_branch: Option<Cow<'r, str>>,
    /// How it was paid, in the bank's code.
    pub settlement_means: Option<Cow<'r, str>>,
    /// Who owes.
    pub customer_name: Option<Cow<'r, str>>,
    /// CPF or CNPJ of who owes, without what it is filled up with.
    pub customer_document: Option<Cow<'r, str>>,
    /// Day of issue.
    pub issuance_date: Option<Date>,
    /// Due date.
    pub expiration_date: Option<Date>,
    /// Day on which it happened.
    pub occurrence_date: Option<Date>,
    /// Day on which the money is on the account.
    pub credit_date: Option<Date>,
    /// Nominal amount.
    pub amount: Option<Money>,
    /// What the customer paid; some banks tell what arrived on the account.
    pub paid_amount: Option<Money>,
    /// What arrives on the account.
    pub credited_amount: Option<Money>,
    /// Interest paid; with fine and other charges where the bank has one field for all.
    pub interest: Option<Money>,
    /// Fine paid.
    pub fine: Option<Money>,
    /// Discount taken.
    pub discount: Option<Money>,
    /// Abatement.
    pub abatement: Option<Money>,
    /// IOF.
    pub iof: Option<Money>,
    /// What the bank charges.
    pub fee: Option<Money>,
    /// Other expenses.
    pub other_expenses: Option<Money>,
    /// Other credits.
    pub other_credits: Option<Money>,
    /// Of the Pix charge.
    pub txid: Option<Cow<'r, str>>,
    /// Of the Pix payment.
    pub end_to_end_id: Option<Cow<'r, str>>,
    /// Address of the Pix payload.
    pub pix_location: Option<Cow<'r, str>>,
    /// Pix «copia e cola».
    pub br_code: Option<Cow<'r, str>>,
    /// Why there is no Pix, in the bank's code.
    pub pix_error: Option<Cow<'r, str>>,
    /// What looks wrong, in Portuguese.
    pub warnings: Vec<String>,
}

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// In a return: what happened.
    Movement(Movement, &'static str),
    /// In a remittance: what is ordered.
    Instruction(Instruction, &'static str),
}

impl Meaning {
    /// In Portuguese.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Movement(_, text) | Self::Instruction(_, text) => text,
        }
    }

    /// Whether the bank tells that money arrived.
    pub const fn is_payment(self) -> bool {
        matches!(self, Self::Movement(movement, _) if movement.is_payment())
    }
}

/// A reason of the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason<'r> {
    /// The bank's code.
    pub code: Cow<'r, str>,
    /// In Portuguese, where the tables have it.
    pub text: Option<&'static str>,
}

/// A field of a record that goes into a [`Title`]: what is needed of it, close together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    slot: Slot,
    kind: Kind,
    start: usize,
    end: usize,
    /// Which of the record's fields it is.
    field: usize,
}

impl Place {
    /// Whether it is this field of the record, and [`join`] tells what is wrong in it.
    pub(super) fn is_checked(&self, field: usize) -> bool {
        self.field == field && matches!(self.slot, Slot::Amount(_) | Slot::Day(_))
    }
}

/// Where in a [`Title`].
#[derive(Clone, Copy, Debug)]
enum Slot {
    Occurrence,
    Reasons,
    CustomerDocumentType,
    Text(Text),
    Amount(Amount),
    Day(Day),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Reason,
    OurNumber,
    OurNumberDigit,
    DocumentNumber,
    CompanyUse,
    Wallet,
    Species,
    CollectingBank,
    CollectingBranch,
    SettlementMeans,
    CustomerName,
    CustomerDocument,
    Txid,
    EndToEndId,
    PixLocation,
    BrCode,
    PixError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    Nominal,
    Paid,
    Credited,
    Interest,
    Fine,
    Discount,
    Abatement,
    Iof,
    Fee,
    OtherExpenses,
    OtherCredits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    Issuance,
    Expiration,
    Occurrence,
    Credit,
}

/// The slot of a field's name.
fn slot(name: &str) -> Option<Slot> {
    let text = match name {
        "occurrence" => return Some(Slot::Occurrence),
        "reasons" => return Some(Slot::Reasons),
        "customer_document_type" => return Some(Slot::CustomerDocumentType),
        "reason_text" => Text::Reason,
        "our_number" => Text::OurNumber,
        "our_number_digit" => Text::OurNumberDigit,
        "document_number" => Text::DocumentNumber,
        "company_use" => Text::CompanyUse,
        "wallet" => Text::Wallet,
        "species" => Text::Species,
        "collecting_bank" => Text::CollectingBank,
        "collecting_branch" => Text::CollectingBranch,
        "settlement_means" => Text::SettlementMeans,
        "customer_name" => Text::CustomerName,
        "customer_document" => Text::CustomerDocument,
        "txid" => Text::Txid,
        "end_to_end_id" => Text::EndToEndId,
        "pix_location" => Text::PixLocation,
        "br_code" => Text::BrCode,
        "pix_error" => Text::PixError,
        _ => {
            let day = match name {
                "issuance_date" => Day::Issuance,
                "expiration_date" => Day::Expiration,
                "occurrence_date" => Day::Occurrence,
                "credit_date" => Day::Credit,
                _ => return amount(name).map(Slot::Amount),
            };
            return Some(Slot::Day(day));
        }
    };
    Some(Slot::Text(text))
}

fn amount(name: &str) -> Option<Amount> {
    Some(match name {
        "amount" => Amount::Nominal,
        "paid_amount" => Amount::Paid,
        "credited_amount" => Amount::Credited,
        "interest" => Amount::Interest,
        "fine" => Amount::Fine,
        "discount" => Amount::Discount,
        "abatement" => Amount::Abatement,
        "iof" => Amount::Iof,
        "fee" => Amount::Fee,
        "other_expenses" => Amount::OtherExpenses,
        "other_credits" => Amount::OtherCredits,
        _ => return None,
    })
}

/// The fields of a record that go into a title; an error names one of the wrong kind.
pub(super) fn places(fields: &[Field]) -> Result<Vec<Place>, String> {
    let mut places = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let Some(slot) = slot(&field.name) else { continue };
        let fits = match slot {
            Slot::Amount(_) => field.kind == Kind::Decimal(2),
            Slot::Day(_) => matches!(field.kind, Kind::Date(_)),
            _ => matches!(field.kind, Kind::Text | Kind::Digits),
        };
        if !fits {
            let (name, kind) = (&field.name, field.kind);
            return Err(format!("position {}: {name} is of kind {kind}", field.from()));
        }
        let (kind, start, end) = (field.kind, field.start, field.to());
        places.push(Place { slot, kind, start, end, field: at });
    }
    Ok(places)
}

/// Characters that a row must have so that no amount and no day of the title is cut off.
pub(super) fn needed(places: &[Place]) -> usize {
    let needed = |place: &&Place| matches!(place.slot, Slot::Amount(_) | Slot::Day(_));
    places.iter().filter(needed).map(|place| place.end).max().unwrap_or_default()
}

/// A record of a title that is being put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) record: &'static Record,
    pub(super) line: u64,
}

/// Puts a title together. `rows` has the pieces one behind the other.
pub(super) fn join<'r>(
    pieces: &[Piece],
    rows: &'r [u8],
    width: usize,
    (direction, codes, page): (Direction, &'static Codes, Page),
) -> Title<'r> {
    let text = |raw: &'r [u8]| text(raw, page);
    let mut title =
        Title { line: pieces.first().map_or(0, |first| first.line), ..Title::default() };
    let mut raw_reasons: &[u8] = &[];
    let mut document_type = None;
    for (piece, row) in pieces.iter().zip(rows.chunks_exact(width)) {
        for place in &piece.record.places {
            let raw = row.get(place.start..place.end).unwrap_or_default();
            match place.slot {
                Slot::Reasons => raw_reasons = raw,
                Slot::CustomerDocumentType => document_type = number(raw.trim_ascii()),
                Slot::Occurrence => title.set_occurrence(text(raw)),
                Slot::Text(slot) => {
                    let own = title.text(slot);
                    if own.is_none() {
                        *own = text(raw);
                    }
                }
                Slot::Amount(amount) => match cents(raw) {
                    Ok(None) => {}
                    Ok(found) => *title.amount_mut(amount) = found,
                    Err(()) => title.doubt(piece, place, raw, "não é um valor"),
                },
                Slot::Day(day) => {
                    let Kind::Date(order) = place.kind else { continue };
                    match date(order, raw) {
                        None if is_empty(raw) => {}
                        None => title.doubt(piece, place, raw, "não é uma data"),
                        found => *title.day_mut(day) = found,
                    }
                }
            }
        }
    }
    title.trim_customer_document(document_type);
    title.explain(raw_reasons, direction, codes);
    title
}

impl<'r> Title<'r> {
    /// The first record says what happened; others repeat it.
    fn set_occurrence(&mut self, code: Option<Cow<'r, str>>) {
        let Some(code) = code else { return };
        if self.occurrence.is_empty() {
            self.occurrence = code;
        } else if self.occurrence != code {
            let first = &self.occurrence;
            let message = format!("um registro do título traz o movimento {code}, e não {first}");
            self.warnings.push(message);
        }
    }

    /// What the codes mean.
    fn explain(&mut self, raw: &'r [u8], direction: Direction, codes: &'static Codes) {
        let table = match direction {
            Direction::Return => {
                let found = codes.movement(&self.occurrence);
                self.meaning = found.map(|code| Meaning::Movement(code.means, &code.text));
                found.and_then(|code| code.reasons)
            }
            Direction::Remittance => {
                let found = codes.instruction(&self.occurrence);
                self.meaning = found.map(|code| Meaning::Instruction(code.means, &code.text));
                found.and_then(|code| code.reasons)
            }
        };
        if self.meaning.is_none() {
            let code = &self.occurrence;
            self.warnings.push(format!("o movimento «{code}» não está na tabela do banco"));
        }
        if raw.iter().all(|byte| matches!(byte, b'0' | b' ')) && table.is_none() {
            return;
        }
        let table = table.and_then(|at| codes.reasons.get(at));
        for code in raw.chunks(table.map_or(2, |table| table.length)) {
            let code = decoded(code.trim_ascii());
            let text = table.and_then(|table| table.text(&code));
            // Blanks and zeros mean «none», except where the bank's table has zeros.
            if code.bytes().all(|byte| byte == b'0') && text.is_none() {
                continue;
            }
            if text.is_none() && table.is_some() {
                self.warnings.push(format!("o motivo «{code}» não está na tabela do banco"));
            }
            self.reasons.push(Reason { code, text });
        }
    }

    /// Something in a field that is not what its kind allows.
    fn doubt(&mut self, piece: &Piece, place: &Place, raw: &[u8], what: &str) {
        let (told, from, to) = (decoded(raw.trim_ascii()), place.start + 1, place.end);
        let label = piece.record.fields.get(place.field).map_or("", |field| &field.label);
        self.warnings.push(format!("{label} (posições {from} a {to}): «{told}» {what}"));
    }

    /// A CPF has 11 characters and a CNPJ 14; fields have 14 or 15.
    fn trim_customer_document(&mut self, kind: Option<u64>) {
        let Some(document) = self.customer_document.take() else { return };
        if document.bytes().all(|byte| byte == b'0') {
            return;
        }
        let keep = if kind == Some(1) { 11 } else { 14 };
        let surplus = document.len().saturating_sub(keep);
        let filled = document.bytes().take(surplus).all(|byte| byte == b'0');
        self.customer_document = Some(match document {
            whole if surplus == 0 || !filled || !whole.is_ascii() => whole,
            Cow::Borrowed(text) => Cow::Borrowed(text.get(surplus..).unwrap_or(text)),
            Cow::Owned(text) => Cow::Owned(text.get(surplus..).unwrap_or(&text).to_owned()),
        });
    }

    fn text(&mut self, text: Text) -> &mut Option<Cow<'r, str>> {
        match text {
            Text::Reason => &mut self.reason_text,
            Text::OurNumber => &mut self.our_number,
            Text::OurNumberDigit => &mut self.our_number_digit,
            Text::DocumentNumber => &mut self.document_number,
            Text::CompanyUse => &mut self.company_use,
            Text::Wallet => &mut self.wallet,
            Text::Species => &mut self.species,
            Text::CollectingBank => &mut self.collecting_bank,
            Text::CollectingBranch => &mut self.collecting_branch,
            Text::SettlementMeans => &mut self.settlement_means,
            Text::CustomerName => &mut self.customer_name,
            Text::CustomerDocument => &mut self.customer_document,
            Text::Txid => &mut self.txid,
            Text::EndToEndId => &mut self.end_to_end_id,
            Text::PixLocation => &mut self.pix_location,
            Text::BrCode => &mut self.br_code,
            Text::PixError => &mut self.pix_error,
        }
    }

    fn amount_mut(&mut self, amount: Amount) -> &mut Option<Money> {
        match amount {
            Amount::Nominal => &mut self.amount,
            Amount::Paid => &mut self.paid_amount,
            Amount::Credited => &mut self.credited_amount,
            Amount::Interest => &mut self.interest,
            Amount::Fine => &mut self.fine,
            Amount::Discount => &mut self.discount,
            Amount::Abatement => &mut self.abatement,
            Amount::Iof => &mut self.iof,
            Amount::Fee => &mut self.fee,
            Amount::OtherExpenses => &mut self.other_expenses,
            Amount::OtherCredits => &mut self.other_credits,
        }
    }

    fn day_mut(&mut self, day: Day) -> &mut Option<Date> {
        match day {
            Day::Issuance => &mut self.issuance_date,
            Day::Expiration => &mut self.expiration_date,
            Day::Occurrence => &mut self.occurrence_date,
            Day::Credit => &mut self.credit_date,
        }
    }
}

/// Blanks and zeros, or nines: banks write all of them where there is nothing to say.
fn is_empty(raw: &[u8]) -> bool {
    raw.iter().all(|byte| matches!(byte, b'0' | b' ')) || raw.iter().all(|byte| *byte == b'9')
}

/// Text without blanks at its ends; `None` where nothing is left.
fn text(raw: &[u8], page: Page) -> Option<Cow<'_, str>> {
    let text = raw.trim_ascii();
    (!text.is_empty()).then(|| page.decoded(text))
}

/// An amount; `None` for blanks.
fn cents(raw: &[u8]) -> Result<Option<Money>, ()> {
    let raw = raw.trim_ascii();
    if raw.is_empty() {
        return Ok(None);
    }
    let cents = number(raw).and_then(|cents| i64::try_from(cents).ok()).ok_or(())?;
    Ok(Some(Money::from_cents(cents)))
}
