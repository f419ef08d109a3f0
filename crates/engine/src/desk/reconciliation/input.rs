//! What the matcher is given: the open lines of an account, and the boletos that they may pay.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Span;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::matching::settled::{self, Credit};
use quita_core::matching::{Line, Receivable, Received, Settings, Verdict, reconcile};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::payable::PayableRules;
use quita_core::terms::Terms;
use quita_store::accounts::Account;
use quita_store::bank_lines::{self, KeptLine};
use quita_store::matches::{self, Taken};
use quita_store::payables::{self, Paid, Payable, TermsText, Window};
use quita_store::{StoreError, Tx};

use crate::hands::all_cores;

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

/// Open lines of an account, and what they may be.
#[derive(Default)]
pub(super) struct Input {
    /// The open lines, the oldest first.
    pub(super) lines: Vec<KeptLine>,
    pub(super) receivables: Receivables,
    pub(super) paid: Vec<Paid>,
    /// Ordered by boleto.
    pub(super) taken: Vec<Taken>,
    /// From which day on matches count here.
    pub(super) taken_since: Date,
    pub(super) rejected: Vec<(String, String)>,
    /// Lines of which a match was undone.
    pub(super) undone: BTreeSet<String>,
}

/// Boletos as the matcher sees them, none twice. Their places are those of its answers.
#[derive(Default)]
pub(super) struct Receivables {
    all: Vec<Receivable>,
    is_open: Vec<bool>,
    places: HashMap<Box<str>, usize>,
    /// Terms that were read: many boletos have the same.
    terms: HashMap<Box<str>, Option<Box<Terms>>>,
}

impl Receivables {
    /// Takes one in, unless it is there.
    pub(super) fn add(&mut self, one: Payable) -> Result<(), StoreError> {
        if self.places.contains_key(one.boleto_id) {
            return Ok(());
        }
        let terms = self.terms_of(&one)?;
        self.places.insert(one.boleto_id.into(), self.all.len());
        self.is_open.push(one.is_open);
        self.all.push(Receivable {
            id: one.boleto_id.into(),
            our_number: one.our_number.map(Into::into),
            txid: one.txid.map(Into::into),
            end_to_end_id: None,
            bank_reference: Some(one.bank_reference.into()),
            expiration_date: one.expiration_date,
            amount: one.amount,
            terms,
            customer_document: one.customer_document.map(Into::into),
            customer_name: one.customer_name.map(Into::into),
            received: None,
        });
        Ok(())
    }

    /// The place of a boleto.
    pub(super) fn place(&self, boleto_id: &str) -> Option<usize> {
        self.places.get(boleto_id).copied()
    }

    /// The boleto at a place.
    pub(super) fn id(&self, place: usize) -> &str {
        &self.all[place].id
    }

    /// The nominal amount of the boleto at a place.
    pub(super) fn amount(&self, place: usize) -> Money {
        self.all[place].amount
    }

    /// Whether the boleto at a place is neither settled nor cancelled.
    pub(super) fn is_open(&self, place: usize) -> bool {
        self.is_open[place]
    }

    fn terms_of(&mut self, one: &Payable) -> Result<Option<Box<Terms>>, StoreError> {
        let broken =
            |e: serde_json::Error| StoreError::corrupt(format!("terms do not read back: {e}"));
        let some = |terms: Terms| (terms != Terms::default()).then(|| Box::new(terms));
        match one.terms {
            TermsText::Now("") => Ok(None),
            TermsText::Now(text) => {
                if let Some(known) = self.terms.get(text) {
                    return Ok(known.clone());
                }
                let terms = some(serde_json::from_str(text).map_err(broken)?);
                self.terms.insert(text.into(), terms.clone());
                Ok(terms)
            }
            TermsText::Order(text) => {
                let order: BoletoOrder = serde_json::from_str(text).map_err(broken)?;
                Ok(some(order.changed(one.expiration_date, one.amount).terms))
            }
        }
    }
}

/// Reads all of an account, over one snapshot.
pub(super) fn read(tx: &mut Tx, account: &Account) -> Result<Input, StoreError> {
    let Account { id: account_id, company_id, .. } = account;
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
    let mut input = Input { lines, taken_since: before(first, TWICE_DAYS), ..Input::default() };
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
    payables::all(tx, &window, |one| input.receivables.add(one))?;
    input.paid = payables::paid(tx, &window)?;
    input.taken = matches::taken(tx, account_id, input.taken_since)?;
    input.rejected = matches::rejected(tx, company_id, account_id)?;
    input.undone = matches::undone(tx, company_id, account_id)?.into_iter().collect();
    Ok(input)
}

impl Input {
    /// What each open line is, in their order.
    pub(super) fn verdicts(&mut self, account: &Account) -> Vec<Verdict> {
        self.tell_receipts();
        let mut lines: Vec<Line> = self.lines.iter().map(line).collect();
        let known = lines.len();
        // What was matched before is said again, by the reference that no other boleto has: so a
        // second payment is seen as one.
        for (at, taken) in self.taken.iter().enumerate() {
            let Some(place) = self.receivables.place(&taken.boleto_id) else { continue };
            lines.push(Line {
                id: format!("taken {at}").into(),
                date: taken.day,
                amount: taken.amount,
                memo: "".into(),
                our_number: None,
                txid: None,
                end_to_end_id: None,
                bank_reference: self.receivables.all[place].bank_reference.clone(),
                payer_document: None,
                payer_name: None,
            });
        }
        let mut settings =
            Settings { fees: account.fee.into_iter().collect(), ..Settings::default() };
        settings.rules = rules(account);
        settings.hands = all_cores;
        let at: BTreeMap<&str, usize> =
            self.lines.iter().enumerate().map(|(at, line)| (line.id.as_str(), at)).collect();
        for (line, boleto) in &self.rejected {
            let place = self.receivables.place(boleto);
            settings.rejected.extend(at.get(line.as_str()).copied().zip(place));
        }
        let mut verdicts = reconcile(&lines, &self.receivables.all, &settings);
        let credits = self.credits();
        settled::explain(&lines, &self.receivables.all, &credits, &settings, &mut verdicts);
        verdicts.truncate(known);
        verdicts
    }

    /// What lines have paid of a boleto: how many, and how much.
    pub(super) fn taken_of(&self, boleto_id: &str) -> (usize, Money) {
        sum_of(&self.taken, boleto_id)
    }

    /// Payments of which the bank told when it credits them, the earliest first.
    fn credits(&self) -> Vec<Credit> {
        let told = self.paid.iter().filter_map(|one| {
            Some(Credit {
                receivable: self.receivables.place(&one.boleto_id)?,
                means: one.means,
                amount: one.amount,
                fee: one.fee,
                on: one.credited_on?,
            })
        });
        told.collect()
    }

    /// Says of each boleto that the bank told a payment of which one: the first that no line explains.
    fn tell_receipts(&mut self) {
        let mut paid: BTreeMap<&str, Vec<&Paid>> = BTreeMap::new();
        for one in &self.paid {
            paid.entry(&one.boleto_id).or_default().push(one);
        }
        for (boleto, receipts) in paid {
            let Some(place) = self.receivables.place(boleto) else { continue };
            let explained = sum_of(&self.taken, boleto).0;
            let Some(told) = receipts.get(explained).or(receipts.last()) else { continue };
            let receivable = &mut self.receivables.all[place];
            receivable.end_to_end_id = told.end_to_end_id.as_deref().map(Into::into);
            receivable.received = Some(Received { amount: told.amount, on: told.on });
        }
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
