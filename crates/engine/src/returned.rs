//! What the titles of a return file mean for boletos.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_banks::file::{Agreement, FileLayout};
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Refusal, Registration,
    Situation,
};
use quita_core::money::Money;
use quita_core::terms::{Term, TermKind};
use quita_formats::cnab::codes::Movement;
use quita_formats::cnab::{Meaning, Title};
use quita_store::accounts::Account;
use quita_store::boletos::{self, Boleto};
use quita_store::facts::Kept;
use quita_store::remittance_orders::{self, Instruction, Pursuit};
use quita_store::return_files::{Effect, ReturnLine, ToldTitle};
use quita_store::wanted::Wanted;
use quita_store::{StoreError, Tx, facts};

use crate::by_file;
use crate::changed::{terms_changed, values_changed};
use crate::clock::bank_day;
use crate::desk::returns::bare;
use crate::ids::Ids;
use crate::learn::{learn, open_pending};

/// A title of a file, kept beyond its line.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// Line of its first record.
    pub(crate) line: i64,
    /// What the report shows of it.
    pub(crate) shown: ToldTitle,
    /// What happened; `None` for a code that the tables do not have or that may mean something else.
    movement: Option<Movement>,
    reason_codes: Vec<String>,
    our_number_digit: Option<String>,
    company_use: Option<String>,
    expiration_date: Option<Date>,
    abatement: Option<Money>,
    txid: Option<String>,
    br_code: Option<String>,
    end_to_end_id: Option<String>,
    /// How many payments like it stand before it in its file.
    before: usize,
}

/// Payments of a file, counted: two lines that tell the same are two payments, unless only one
/// of them has a day of credit (the bank tells of a payment and then of its credit).
#[derive(Debug, Default)]
pub(crate) struct Counted(BTreeMap<(String, Means, Money, Option<Date>, bool), usize>);

impl Told {
    /// From a title as it is read.
    pub(crate) fn new(title: &Title<'_>, counted: &mut Counted) -> Self {
        let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let movement = match title.meaning {
            Some(Meaning::Movement(movement, _)) => Some(movement),
            _ => None,
        };
        let mut reasons: Vec<String> = title
            .reasons
            .iter()
            .map(|reason| match reason.text {
                Some(said) => format!("{} – {said}", reason.code),
                None => format!("{} – motivo que a tabela do banco não tem", reason.code),
            })
            .collect();
        reasons.extend(text(&title.reason_text));
        let mut told = Self {
            line: i64::try_from(title.line).unwrap_or(i64::MAX),
            shown: ToldTitle {
                occurrence: title.occurrence.to_string(),
                text: title.meaning.map(Meaning::text).unwrap_or_default().to_owned(),
                reasons,
                our_number: text(&title.our_number),
                document_number: text(&title.document_number),
                customer_name: text(&title.customer_name),
                amount: title.amount,
                paid_amount: title.paid_amount.or(title.credited_amount),
                fee: title.fee,
                occurrence_date: title.occurrence_date,
                credit_date: title.credit_date,
                notes: title.warnings.clone(),
            },
            movement,
            reason_codes: title.reasons.iter().map(|reason| reason.code.to_string()).collect(),
            our_number_digit: text(&title.our_number_digit),
            company_use: text(&title.company_use),
            expiration_date: title.expiration_date,
            abatement: title.abatement,
            txid: text(&title.txid),
            br_code: text(&title.br_code),
            end_to_end_id: text(&title.end_to_end_id),
            before: 0,
        };
        if let Some((means, amount)) = told.payment() {
            let number = told.shown.our_number.clone().unwrap_or_default();
            let (paid_on, credited) = (title.occurrence_date, title.credit_date.is_some());
            let seen = counted.0.entry((number, means, amount, paid_on, credited)).or_default();
            told.before = *seen;
            *seen += 1;
        }
        told
    }

    /// Of a file whose layout is a guess: its code may mean something else at this bank, so nothing is
    /// learned of it.
    pub(crate) fn for_a_person(mut self) -> Self {
        self.movement = None;
        let said = "o layout deste arquivo não é conhecido e nada foi registrado: confira o título \
                    no portal do banco";
        self.shown.notes.push(said.to_owned());
        self
    }

    /// How and how much was paid, where it tells of money. Some banks tell zero and mean the nominal
    /// amount; where nothing is told, the record with the amounts was lost.
    fn payment(&self) -> Option<(Means, Money)> {
        let movement = self.movement.filter(|movement| movement.is_payment())?;
        let means = if movement == Movement::SettledByPix { Means::Pix } else { Means::Boleto };
        let positive = |amount: Option<Money>| amount.filter(|amount| amount.is_positive());
        let told = self.shown.paid_amount?;
        let amount = positive(Some(told)).or(positive(self.shown.amount))?;
        Some((means, amount))
    }

    fn reasons(&self) -> String {
        match self.shown.reasons.is_empty() {
            true => self.shown.text.clone(),
            false => self.shown.reasons.join("; "),
        }
    }
}

/// An account by file.
pub(crate) struct Place<'a> {
    pub(crate) account: &'a Account,
    pub(crate) layout: &'static FileLayout,
    pub(crate) agreement: Agreement,
}

/// Learns a title: the line of the report, and what was received that was not known.
pub(crate) fn take(
    tx: &mut Tx,
    ids: &mut Ids,
    place: &Place<'_>,
    told: &Told,
) -> Result<(ReturnLine, Money), StoreError> {
    let mut line = ReturnLine {
        line: told.line,
        boleto_id: None,
        effect: Effect::Unknown,
        told: told.shown.clone(),
    };
    let Some(found) = find(tx, place, told)? else {
        let said = "nenhum boleto desta conta tem este nosso número: foi emitido por outro \
                    programa, ou antes de usar o quita";
        line.told.notes.push(said.to_owned());
        return Ok((line, Money::ZERO));
    };
    line.boleto_id = Some(found.id.clone());
    boletos::lock(tx, &found.id)?;
    let Some(mut boleto) = boletos::get(tx, &found.id)? else {
        return Err(StoreError::corrupt("boletos: vanished"));
    };
    let known = facts::of_boleto(tx, &boleto.id)?;
    let Some(movement) = told.movement else {
        line.effect = Effect::Look;
        return Ok((line, Money::ZERO));
    };
    let mut received = Money::ZERO;
    let observed = |situation| {
        Fact::Observed(Observation {
            situation,
            word: told.shown.text.clone(),
            since: told.shown.occurrence_date,
            total_received: None,
            amount: None,
            expiration_date: None,
        })
    };
    let mut all = Vec::new();
    match movement {
        Movement::Registered => match registration(place, &boleto, told) {
            Ok(registration) => all.push(Fact::Registered(registration)),
            Err(said) => {
                line.effect = Effect::Look;
                line.told.notes.push(said);
                return Ok((line, received));
            }
        },
        Movement::Rejected => all.push(Fact::Refused(Refusal {
            code: told.reason_codes.join(" "),
            message: format!("{}.", told.reasons()),
            field: None,
        })),
        Movement::Settled
        | Movement::SettledByPix
        | Movement::PartlySettled
        | Movement::SettledUnregistered => match payment(told, &known) {
            Some((payment, is_new)) => {
                if let (true, PaidAmount::Exact(amount)) = (is_new, payment.amount) {
                    received = amount;
                }
                all.push(Fact::Paid(payment));
            }
            None => {
                line.effect = Effect::Look;
                let said = "o pagamento não foi registrado: baixe o retorno de novo, ou confira o \
                            valor no portal do banco";
                line.told.notes.push(said.to_owned());
                return Ok((line, received));
            }
        },
        Movement::PaymentReversed => {
            let amount = told.shown.paid_amount.or(told.shown.amount).unwrap_or_default();
            all.push(Fact::Reversed { id: None, amount });
        }
        Movement::WrittenOff | Movement::Protested => all.push(observed(Situation::Cancelled)),
        Movement::Open
        | Movement::ProtestRequested
        | Movement::ProtestStopped
        | Movement::AtNotary
        | Movement::WithdrawnFromNotary
        | Movement::NegativeListed
        | Movement::NegativeListingEnded => {
            let asked = boleto.wanted.pursuit;
            if asked.is_some() && asked == pursuit(movement) {
                boleto.wanted.pursuit = None;
                boleto.updated_at = ids.now();
                boletos::save(tx, &boleto)?;
            }
            all.push(observed(Situation::Open));
        }
        Movement::AbatementGranted => {
            let granted = told.abatement.filter(|amount| amount.is_positive());
            let since = told.shown.occurrence_date;
            return abatement(tx, ids, boleto, granted, since, line).map(|line| (line, received));
        }
        Movement::AbatementCancelled => {
            let since = told.shown.occurrence_date;
            return abatement(tx, ids, boleto, Some(Money::ZERO), since, line)
                .map(|line| (line, received));
        }
        Movement::ExpirationChanged => {
            let due = told.expiration_date.or(boleto.wanted.expiration_date);
            return changed(tx, ids, place, told, boleto, due, None, line);
        }
        Movement::AmountChanged => {
            let amount = told.shown.amount.or(boleto.wanted.amount);
            return changed(tx, ids, place, told, boleto, None, amount, line);
        }
        Movement::InterestChanged | Movement::FineChanged | Movement::DiscountsChanged => {
            let kind = match movement {
                Movement::InterestChanged => TermKind::Interest,
                Movement::FineChanged => TermKind::Fine,
                _ => TermKind::Discounts,
            };
            return term(tx, ids, told, boleto, kind, line).map(|line| (line, received));
        }
        Movement::InstructionRejected => {
            line.effect = match instruction_refused(tx, ids, told, &mut boleto)? {
                true => Effect::Look,
                false => Effect::Known,
            };
            return Ok((line, received));
        }
        Movement::PaymentPending
        | Movement::Transferred
        | Movement::Changed
        | Movement::Confirmed
        | Movement::Fee
        | Movement::CustomerClaim
        | Movement::Notice => {
            line.effect = Effect::Nothing;
            return Ok((line, received));
        }
    }
    let is_new = learn(tx, ids, &boleto.id, Channel::ReturnFile, &all)?;
    line.effect = if is_new { Effect::New } else { Effect::Known };
    Ok((line, if is_new { received } else { Money::ZERO }))
}

/// The boleto of a title: by our own words, which the bank gives back, else by its numbers. A
/// title that has our words and another's number is of nobody.
fn find(tx: &mut Tx, place: &Place<'_>, told: &Told) -> Result<Option<Boleto>, StoreError> {
    let words = [told.company_use.as_deref(), told.shown.document_number.as_deref()];
    for word in words.into_iter().flatten() {
        let found = boletos::by_reference(tx, &place.account.id, word.trim())?;
        if let Some(boleto) = found
            && has_number(&boleto, told)
        {
            return Ok(Some(boleto));
        }
    }
    let Some(there) = &told.shown.our_number else { return Ok(None) };
    let there: String = there.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut found: Option<Boleto> = None;
    for number in written(&there) {
        found = found.or(boletos::by_bank_id(tx, &place.account.id, &number)?);
    }
    // Some layouts have the check digit behind the number, in one field: only the right one.
    let cut = there.split_at_checked(there.len().saturating_sub(1));
    let Some((number, digit)) = cut.filter(|_| told.our_number_digit.is_none()) else {
        return Ok(found);
    };
    for number in written(number) {
        if let Some(boleto) = boletos::by_bank_id(tx, &place.account.id, &number)?
            && digit_of(place, &boleto).is_some_and(|own| own.eq_ignore_ascii_case(digit))
        {
            // What may be two boletos is for a person.
            let is_other = found.as_ref().is_some_and(|found| found.id != boleto.id);
            return Ok((!is_other).then_some(boleto));
        }
    }
    Ok(found)
}

/// The check digit of the number of a boleto.
fn digit_of(place: &Place<'_>, boleto: &Boleto) -> Option<String> {
    let counted = by_file::counted(boleto)?;
    let numbers = by_file::numbers(place.layout, &place.agreement, &boleto.order, counted).ok()?;
    numbers.title.map(|title| title.our_number_digit)
}

/// Whether the number of a title is that of the boleto, with whatever the bank writes around it.
fn has_number(boleto: &Boleto, told: &Told) -> bool {
    let there = told.shown.our_number.as_deref().map(bare).unwrap_or_default();
    let ours = boleto.our_number.as_deref().map(bare).unwrap_or_default();
    there.is_empty() || there.contains(&ours)
}

/// Ways to write a number: as it stands, and with other zeros in front. Ours have up to 17 digits.
fn written(number: &str) -> Vec<String> {
    let kept = bare(number);
    if kept.is_empty() {
        return Vec::new();
    }
    let padded = (kept.len()..=17).map(|length| format!("{kept:0>length$}"));
    std::iter::once(number.to_owned()).chain(padded).collect()
}

/// The numbers of a boleto that the bank registered, or why they are not known.
fn registration(place: &Place<'_>, boleto: &Boleto, told: &Told) -> Result<Registration, String> {
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let there = told.shown.our_number.as_deref().map(str::trim);
    let counted = by_file::counted(boleto).or(there).unwrap_or_default();
    let numbers =
        by_file::numbers(place.layout, &place.agreement, &order, counted).map_err(|error| {
            format!(
                "o banco registrou o boleto, mas o código de barras não pôde ser calculado: {}",
                error.message
            )
        })?;
    let ours = numbers.title.map_or_else(|| counted.to_owned(), |title| title.our_number);
    Ok(Registration {
        bank_id: Some(ours.clone()),
        our_number: ours,
        barcode: numbers.barcode.as_str().to_owned(),
        writable_line: numbers.barcode.writable_line().as_str().to_owned(),
        br_code: told.br_code.clone(),
        txid: told.txid.clone(),
        edition: boleto.edition,
    })
}

/// The payment that a title tells, and whether no file told it before.
fn payment(told: &Told, known: &[Kept]) -> Option<(Payment, bool)> {
    let (means, amount) = told.payment()?;
    let (paid_on, credited_on) = (told.shown.occurrence_date, told.shown.credit_date);
    let of_files = known.iter().filter(|kept| kept.channel == Channel::ReturnFile);
    let paid = of_files.filter_map(|kept| match &kept.fact {
        Fact::Paid(payment) if payment.means == means => Some(payment),
        _ => None,
    });
    let (key, is_new) = match &told.end_to_end_id {
        Some(id) => {
            let key = PaymentKey::Id(id.clone());
            let is_new = !paid.clone().any(|payment| payment.key == key);
            (key, is_new)
        }
        None => {
            let mut by_nth: BTreeMap<u32, Vec<&Payment>> = BTreeMap::new();
            for payment in paid {
                if let PaymentKey::Nth(nth) = payment.key {
                    by_nth.entry(nth).or_default().push(payment);
                }
            }
            let agree = |a: Option<Date>, b: Option<Date>| a.zip(b).is_none_or(|(a, b)| a == b);
            let is_same = |payment: &&Payment| {
                payment.amount == PaidAmount::Exact(amount)
                    && (agree(payment.paid_on, paid_on)
                        || credited_on.is_some() && payment.credited_on == credited_on)
            };
            let mut same = by_nth.iter().filter(|(_, told)| told.iter().any(is_same));
            match same.nth(told.before) {
                Some((nth, _)) => (PaymentKey::Nth(*nth), false),
                None => (PaymentKey::Nth(by_nth.keys().max().map_or(1, |nth| nth + 1)), true),
            }
        }
    };
    let fee = told.shown.fee.filter(|fee| fee.is_positive());
    let amount = PaidAmount::Exact(amount);
    Some((Payment { key, means, amount, paid_on, credited_on, settled_at: None, fee }, is_new))
}

/// The bank has another due date or amount. What was asked for is confirmed; anything else is for
/// a person, since an old file may tell it.
#[expect(clippy::too_many_arguments, reason = "the line is filled in and given back")]
fn changed(
    tx: &mut Tx,
    ids: &mut Ids,
    place: &Place<'_>,
    told: &Told,
    mut boleto: Boleto,
    due: Option<Date>,
    amount: Option<Money>,
    mut line: ReturnLine,
) -> Result<(ReturnLine, Money), StoreError> {
    let stands = due.is_none_or(|due| due == boleto.expiration_date)
        && amount.is_none_or(|amount| amount == boleto.amount);
    let asked = due.is_some() && boleto.wanted.expiration_date == due
        || amount.is_some() && boleto.wanted.amount == amount;
    if !asked {
        line.effect = if stands { Effect::Known } else { Effect::Look };
        if !stands {
            let said = "o banco informa um vencimento ou valor que não foi pedido por aqui; \
                        confira no portal do banco";
            line.told.notes.push(said.to_owned());
        }
        return Ok((line, Money::ZERO));
    }
    if due.is_some() {
        boleto.wanted.expiration_date = None;
    }
    if amount.is_some() {
        boleto.wanted.amount = None;
    }
    let (amount, due) = (amount.unwrap_or(boleto.amount), due.unwrap_or(boleto.expiration_date));
    values_changed(tx, ids, &mut boleto, amount, due)?;
    match registration(place, &boleto, told) {
        Ok(numbers) => {
            let numbers = Fact::Registered(numbers);
            learn(tx, ids, &boleto.id, Channel::ReturnFile, &[numbers])?;
        }
        Err(said) => line.told.notes.push(said),
    }
    line.effect = Effect::New;
    Ok((line, Money::ZERO))
}

/// The bank takes something off, or nothing any more. As with values: only what was asked for is
/// confirmed. `granted` is `None` where the bank does not say how much, `since` where it does not
/// say from which day on.
fn abatement(
    tx: &mut Tx,
    ids: &mut Ids,
    mut boleto: Boleto,
    granted: Option<Money>,
    since: Option<Date>,
    mut line: ReturnLine,
) -> Result<ReturnLine, StoreError> {
    let stands = boleto.order.terms.abatement;
    let asked = match boleto.wanted.term(TermKind::Abatement) {
        Some(Term::Abatement(amount)) => Some(*amount),
        _ => None,
    };
    match (granted, asked) {
        (granted, Some(asked)) if granted.is_none_or(|granted| granted == asked) => {
            boleto.wanted.drop_term(TermKind::Abatement);
            let since = since.unwrap_or_else(|| bank_day(ids.now()));
            terms_changed(tx, ids, &mut boleto, &[Term::Abatement(asked)], since)?;
            line.effect = Effect::New;
        }
        (granted, _) if granted.is_none_or(|granted| granted == stands) => {
            line.effect = Effect::Known;
        }
        _ => {
            let said = "o banco informa um abatimento que não foi pedido por aqui; confira no \
                        portal do banco";
            line.told.notes.push(said.to_owned());
            line.effect = Effect::Look;
        }
    }
    Ok(line)
}

/// The bank has changed one of the terms, and does not say to what: to what the last order about it
/// says, where that was in a file by then. An order that was given up after a refusal counts too, as
/// the bank does not say which of several it refused.
fn term(
    tx: &mut Tx,
    ids: &mut Ids,
    told: &Told,
    mut boleto: Boleto,
    kind: TermKind,
    mut line: ReturnLine,
) -> Result<ReturnLine, StoreError> {
    let day = told.shown.occurrence_date;
    let orders = remittance_orders::of_boleto(tx, &boleto.id)?;
    let last = orders.iter().rev().find_map(|order| match &order.instruction {
        Instruction::ChangeTerm(term) if term.kind() == kind => Some((order, term)),
        _ => None,
    });
    let Some((order, term)) = last else {
        let said = format!(
            "o banco informa uma alteração ({}) que não foi pedida por aqui; confira no portal do \
             banco",
            kind.label()
        );
        line.told.notes.push(said);
        line.effect = Effect::Look;
        return Ok(line);
    };
    line.effect = Effect::Known;
    let is_before = day.is_none_or(|day| bank_day(order.created_at) <= day);
    let now = boleto.order.changed(boleto.expiration_date, boleto.amount).terms;
    if order.remittance_id.is_some() && is_before && now.term(kind).as_ref() != Some(term) {
        boleto.wanted.drop_term(kind);
        let since = day.unwrap_or_else(|| bank_day(ids.now()));
        terms_changed(tx, ids, &mut boleto, std::slice::from_ref(term), since)?;
        line.effect = Effect::New;
    }
    Ok(line)
}

/// What a movement confirms.
const fn pursuit(movement: Movement) -> Option<Pursuit> {
    match movement {
        Movement::ProtestRequested | Movement::AtNotary => Some(Pursuit::Protest),
        Movement::ProtestStopped | Movement::WithdrawnFromNotary => Some(Pursuit::StopProtest),
        Movement::NegativeListed => Some(Pursuit::ListNegatively),
        Movement::NegativeListingEnded => Some(Pursuit::EndNegativeListing),
        _ => None,
    }
}

/// The bank will not do what the last file asked: it is asked for no longer, and a person is
/// told. False when nothing that it can be about is asked for.
fn instruction_refused(
    tx: &mut Tx,
    ids: &mut Ids,
    told: &Told,
    boleto: &mut Boleto,
) -> Result<bool, StoreError> {
    let orders = remittance_orders::of_boleto(tx, &boleto.id)?;
    let last = orders.iter().rfind(|order| order.instruction != Instruction::Register);
    let day = told.shown.occurrence_date.unwrap_or(Date::MAX);
    let is_about = last
        .is_some_and(|order| order.remittance_id.is_some() && bank_day(order.created_at) <= day);
    if boleto.wanted.is_empty() || !is_about {
        return Ok(false);
    }
    boleto.wanted = Wanted::default();
    boleto.updated_at = ids.now();
    boletos::save(tx, boleto)?;
    let message = format!(
        "O banco recusou o que foi pedido do boleto {}: {}. Corrija e peça de novo, ou fale com o \
         banco.",
        boleto.order.document_number,
        told.reasons()
    );
    open_pending(tx, ids, boleto, "instruction_refused", message)?;
    Ok(true)
}
