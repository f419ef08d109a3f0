//! What the matcher is given: the open lines of an account, and the boletos that they may pay.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::document::Document;
use quita_core::matching::{Line, Receivable, Received, Settings, Verdict, reconcile};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::payable::PayableRules;
use quita_core::terms::Terms;
use quita_store::accounts::Account;
use quita_store::bank_lines::{self, KeptLine};
use quita_store::matches::{self, Paid, Payable, Taken, Window};
use quita_store::{StoreError, Tx};
use serde::Deserialize;

use crate::error::Error;

/// Lines that are read at a time.
const LOT: i64 = 10_000;
/// What is older than so many days before the newest open line widens no window.
const LONGEST_DAYS: i32 = 180;
/// Receipts are credited so many days around their line.
const RECEIPT_DAYS: i32 = 10;
/// Boletos that ended unpaid may be paid so long after they fell due.
const LATE_DAYS: i32 = 365;
/// A second payment comes so many days after the first.
const TWICE_DAYS: i32 = 60;

/// The open lines of an account, and all that they may be.
pub(super) struct Input {
    /// The open lines, the oldest first.
    pub(super) lines: Vec<KeptLine>,
    /// In the order of their ids.
    pub(super) payables: Vec<Payable>,
    paid: Vec<Paid>,
    pub(super) taken: Vec<Taken>,
    /// From which day on matches count here.
    pub(super) taken_since: Date,
    rejected: Vec<(String, String)>,
    /// Lines of which a match was undone.
    pub(super) undone: BTreeSet<String>,
}

/// Reads it, over one snapshot.
pub(super) fn read(tx: &mut Tx, company_id: &str, account_id: &str) -> Result<Input, StoreError> {
    let mut lines: Vec<KeptLine> = Vec::new();
    loop {
        let (day, id) = lines
            .last()
            .map_or_else(Default::default, |last| (last.line.date.to_string(), last.id.clone()));
        let lot = bank_lines::open(tx, company_id, Some(account_id), (&day, &id), LOT)?;
        let is_last = i64::try_from(lot.len()).unwrap_or(0) < LOT;
        lines.extend(lot);
        if is_last {
            break;
        }
    }
    let newest = lines.last().map_or(Date::MIN, |line| line.line.date);
    let oldest = lines.first().map_or(Date::MIN, |line| line.line.date);
    let first = oldest.max(before(newest, LONGEST_DAYS));
    let mut input = Input {
        payables: Vec::new(),
        paid: Vec::new(),
        taken: Vec::new(),
        taken_since: before(first, TWICE_DAYS),
        rejected: Vec::new(),
        undone: BTreeSet::new(),
        lines,
    };
    if input.lines.is_empty() {
        return Ok(input);
    }
    let window = Window {
        company_id,
        account_id,
        due_since: before(first, LATE_DAYS),
        received_from: before(first, RECEIPT_DAYS),
        received_to: before(newest, -RECEIPT_DAYS),
        taken_since: input.taken_since,
    };
    input.payables = matches::payables(tx, &window)?;
    input.paid = matches::paid(tx, &window)?;
    input.taken = matches::taken(tx, account_id, input.taken_since)?;
    input.rejected = matches::rejected(tx, account_id)?;
    input.undone = matches::undone(tx, account_id)?.into_iter().collect();
    Ok(input)
}

impl Input {
    /// What each open line is, in their order.
    pub(super) fn verdicts(&self, account: &Account) -> Result<Vec<Verdict>, Error> {
        let mut lines: Vec<Line> = self.lines.iter().map(line).collect();
        let known = lines.len();
        let receivables = self.receivables()?;
        // What was matched before is said again, by the reference that no other boleto has: so a
        // second payment is seen as one.
        for (at, taken) in self.taken.iter().enumerate() {
            let Some(place) = self.place(&taken.boleto_id) else { continue };
            lines.push(Line {
                id: format!("taken {at}").into(),
                date: taken.day,
                amount: taken.amount,
                memo: "".into(),
                our_number: None,
                txid: None,
                end_to_end_id: None,
                bank_reference: receivables[place].bank_reference.clone(),
                payer_document: None,
                payer_name: None,
            });
        }
        let mut settings =
            Settings { fees: account.fee.into_iter().collect(), ..Settings::default() };
        settings.rules = rules(account);
        let at: BTreeMap<&str, usize> =
            self.lines.iter().enumerate().map(|(at, line)| (line.id.as_str(), at)).collect();
        for (line, boleto) in &self.rejected {
            settings.rejected.extend(at.get(line.as_str()).copied().zip(self.place(boleto)));
        }
        let mut verdicts = reconcile(&lines, &receivables, &settings);
        verdicts.truncate(known);
        Ok(verdicts)
    }

    /// The place of a boleto.
    pub(super) fn place(&self, boleto_id: &str) -> Option<usize> {
        self.payables.binary_search_by(|one| one.boleto_id.as_str().cmp(boleto_id)).ok()
    }

    /// What lines have paid of a boleto: how many, and how much.
    pub(super) fn taken_of(&self, boleto_id: &str) -> (usize, Money) {
        sum_of(&self.taken, boleto_id)
    }

    fn receivables(&self) -> Result<Vec<Receivable>, Error> {
        let mut paid: BTreeMap<&str, Vec<&Paid>> = BTreeMap::new();
        for one in &self.paid {
            paid.entry(&one.boleto_id).or_default().push(one);
        }
        self.payables
            .iter()
            .map(|payable| {
                let receipts = paid.get(payable.boleto_id.as_str()).map_or(&[][..], Vec::as_slice);
                // The first receipts are those that lines explain already.
                let explained = self.taken_of(&payable.boleto_id).0;
                receivable(payable, receipts.get(explained).or(receipts.last()).copied())
            })
            .collect()
    }
}

/// How many shares of a boleto are among these, which are ordered by boleto, and their sum.
pub(super) fn sum_of(taken: &[Taken], boleto_id: &str) -> (usize, Money) {
    let from = taken.partition_point(|one| one.boleto_id.as_str() < boleto_id);
    let its = taken[from..].iter().take_while(|one| one.boleto_id == boleto_id);
    its.fold((0, Money::ZERO), |(count, sum), one| (count + 1, sum + one.amount))
}

/// How the bank of an account counts what is due.
pub(super) fn rules(account: &Account) -> PayableRules {
    registry::by_folder(&account.bank).map_or(PayableRules::DEFAULT, |bank| bank.info().payable)
}

/// What the order tells of who owes, and of what is due when. The rest is not read.
#[derive(Deserialize)]
struct Told {
    customer: Customer,
    #[serde(default)]
    terms: Terms,
    amount: Money,
    expiration_date: Date,
}

#[derive(Deserialize)]
struct Customer {
    document: Document,
    name: Box<str>,
}

fn receivable(payable: &Payable, paid: Option<&Paid>) -> Result<Receivable, Error> {
    let broken =
        |e: serde_json::Error| Error::internal(format!("an order does not read back: {e}"));
    let told: Told = serde_json::from_str(&payable.order_body).map_err(broken)?;
    let mut terms = told.terms;
    if told.amount != payable.amount || told.expiration_date != payable.expiration_date {
        let order: BoletoOrder = serde_json::from_str(&payable.order_body).map_err(broken)?;
        terms = order.changed(payable.expiration_date, payable.amount).terms;
    }
    Ok(Receivable {
        id: payable.boleto_id.as_str().into(),
        our_number: payable.our_number.as_deref().map(Into::into),
        txid: payable.txid.as_deref().map(Into::into),
        end_to_end_id: paid.and_then(|one| one.end_to_end_id.as_deref()).map(Into::into),
        bank_reference: Some(payable.bank_reference.as_str().into()),
        expiration_date: payable.expiration_date,
        amount: payable.amount,
        terms: (terms != Terms::default()).then(|| Box::new(terms)),
        customer_document: Some(told.customer.document.to_string().into()),
        customer_name: Some(told.customer.name),
        received: paid.map(|one| Received { amount: one.amount, on: one.on }),
    })
}

fn line(kept: &KeptLine) -> Line {
    let some = |text: &Option<String>| text.as_deref().map(Into::into);
    let line = &kept.line;
    Line {
        id: kept.id.as_str().into(),
        date: line.date,
        amount: line.amount,
        memo: line.memo.as_str().into(),
        our_number: some(&line.our_number),
        txid: some(&line.txid),
        end_to_end_id: some(&line.end_to_end_id),
        bank_reference: some(&line.bank_reference),
        payer_document: some(&line.payer_document),
        payer_name: some(&line.payer_name),
    }
}

/// So many days before; after, below zero.
fn before(day: Date, days: i32) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(day)
}
