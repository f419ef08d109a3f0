//! What is read to look at one line of an account with many open boletos: those that resemble it,
//! and how many others have about its amount, by which the matcher tells what is rare.
//!
//! A look must be quick, and all of two hundred thousand boletos is most of a second. What makes a
//! match certain is never decided upon these: [`super::run`] and [`super::accept`] read everything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use quita_core::money::Money;
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine};
use quita_store::payables::{self, Likeness};
use quita_store::{StoreError, Tx, matches};

use super::input::{Input, LATE_DAYS, RECEIPT_DAYS, TWICE_DAYS, before};

/// An account with so many open boletos is not read whole for one line.
const MANY: i64 = 3_000;
/// Boletos of one likeness.
const MOST: i64 = 100;
/// Of about the line's amount so many are looked at for fine, interest and discount, as the
/// matcher does.
const MOST_AROUND: usize = 800;
/// The matcher tries sums of those due so near, where they are few.
const SUM_DAYS: i32 = 40;
/// More than it tries sums of.
const MORE_THAN_SUMS: i64 = 30;
/// Customers with one beginning of a name.
const NAMESAKES: i64 = 30;
/// Words of a text that may begin a name.
const MOST_WORDS: usize = 12;
/// Open lines of about the same amount.
const RIVALS: i64 = 200;

/// Whether an account has too many open boletos to read all for one line.
pub(super) fn is_large(tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    Ok(payables::open_count(tx, &account.id, MANY)? >= MANY)
}

/// What one open line may be.
pub(super) fn read(tx: &mut Tx, account: &Account, line: &KeptLine) -> Result<Input, StoreError> {
    let Account { id, company_id, .. } = account;
    let taken_since = before(line.line.date, TWICE_DAYS);
    let mut input = Input { taken_since, lines: vec![line.clone()], ..Input::default() };
    let (numbers, ids) = (numbers_of(line), ids_of(line));
    let numbers = numbers.iter().map(|number| Likeness::Number(number));
    for likeness in numbers.chain(ids) {
        payables::like(tx, id, &likeness, MOST, |one| input.receivables.add(one))?;
    }
    if line.line.amount.is_positive() {
        add_alike(tx, account, line, &mut input)?;
    }
    let receipts = before(line.line.date, RECEIPT_DAYS)..=before(line.line.date, -RECEIPT_DAYS);
    for boleto in input.receivables.ids() {
        let paid = payables::paid_of(tx, &boleto)?;
        input.paid.extend(paid.into_iter().filter(|one| receipts.contains(&one.on)));
        input.taken.extend(matches::taken_of(tx, id, &boleto, taken_since)?);
    }
    input.taken.sort_by(|a, b| a.boleto_id.cmp(&b.boleto_id));
    let lines: BTreeSet<&str> = input.lines.iter().map(|line| line.id.as_str()).collect();
    input.rejected = matches::rejected(tx, company_id, id)?;
    input.rejected.retain(|(line, _)| lines.contains(line.as_str()));
    Ok(input)
}

/// Adds lines and boletos of about the amount of a line, those of its payer, and how many more there
/// are of about its amount.
fn add_alike(
    tx: &mut Tx,
    account: &Account,
    line: &KeptLine,
    input: &mut Input,
) -> Result<(), StoreError> {
    let Account { id, company_id, .. } = account;
    let cents = line.line.amount.cents();
    // As far as the matcher looks for fine, interest and discount.
    let around = (Money::from_cents(cents - cents / 6), Money::from_cents(cents + cents / 5));
    let rivals = bank_lines::open_of_amounts(tx, company_id, id, around, RIVALS)?;
    input.lines.extend(rivals.into_iter().filter(|rival| rival.id != line.id));
    let all = payables::crowd(tx, id, around)?;
    let mut wanted = same_amount(company_id, account, line);
    if all.len() <= MOST_AROUND {
        wanted.push((Likeness::Amounts(around.0, around.1), MOST_AROUND as i64));
    }
    for (likeness, most) in &wanted {
        payables::like(tx, id, likeness, *most, |one| input.receivables.add(one))?;
    }
    for start in payers(tx, company_id, line)? {
        let likeness = Likeness::Payer(&start);
        payables::like(tx, id, &likeness, MOST, |one| input.receivables.add(one))?;
    }
    let mut crowd: BTreeMap<(Money, Date), usize> = BTreeMap::new();
    all.into_iter().for_each(|one| *crowd.entry(one).or_default() += 1);
    for one in input.receivables.open() {
        crowd.entry(one).and_modify(|count| *count = count.saturating_sub(1));
    }
    for ((amount, due), count) in crowd {
        (0..count).for_each(|_| input.receivables.add_unnamed(amount, due));
    }
    Ok(())
}

/// Adds what the payer owes at other accounts of the company: a customer may pay a boleto of one
/// account by Pix into another. Only people see these; no run does.
pub(super) fn add_of_other_accounts(
    tx: &mut Tx,
    account: &Account,
    line: &KeptLine,
    input: &mut Input,
) -> Result<(), StoreError> {
    let others = accounts::list(tx, &account.company_id)?;
    if others.len() < 2 || !line.line.amount.is_positive() {
        return Ok(());
    }
    for start in payers(tx, &account.company_id, line)? {
        for other in others.iter().filter(|other| other.id != account.id) {
            let likeness = Likeness::Payer(&start);
            payables::like(tx, &other.id, &likeness, MOST, |one| input.receivables.add(one))?;
        }
    }
    Ok(())
}

/// Of just the line's amount, or with the bank's fee; those due about its day, that sums are not
/// taken for the only ones.
fn same_amount<'a>(
    company_id: &'a str,
    account: &Account,
    line: &KeptLine,
) -> Vec<(Likeness<'a>, i64)> {
    let (amount, day) = (line.line.amount, line.line.date);
    let mut all = vec![
        (Likeness::AmountAround(amount, day), MOST),
        (Likeness::Ended(amount, before(day, LATE_DAYS)), MOST),
        (Likeness::DueAround(before(day, SUM_DAYS), before(day, -SUM_DAYS)), MORE_THAN_SUMS),
    ];
    all.extend(account.fee.map(|fee| (Likeness::AmountAround(amount + fee, day), MOST)));
    let days = (-RECEIPT_DAYS..=RECEIPT_DAYS).map(|days| before(day, days));
    all.extend(days.map(|day| (Likeness::Received(company_id, amount, day), MOST)));
    all
}

/// Identifiers that the bank names.
fn ids_of(line: &KeptLine) -> impl Iterator<Item = Likeness<'_>> {
    let txid = line.line.txid.as_deref().map(Likeness::Txid);
    let reference = line.line.bank_reference.as_deref().map(Likeness::Reference);
    txid.into_iter().chain(reference)
}

/// What may be our number: as the bank names it, and long numbers in the text, with and without
/// zeros in front.
fn numbers_of(line: &KeptLine) -> Vec<String> {
    let told = line.line.our_number.as_deref().unwrap_or_default();
    let words =
        line.line.memo.split(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.'));
    let plain = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut all = vec![told.to_owned()];
    for word in words.chain([told]) {
        let digits = plain(word);
        let bare = digits.trim_start_matches('0');
        // Banks show it with its check digit, or keep it with zeros.
        let without_digit = bare.get(..bare.len().saturating_sub(1)).unwrap_or_default();
        for number in [bare, without_digit] {
            all.push(number.to_owned());
            all.push(format!("{number:0>11}"));
        }
        all.push(digits);
    }
    all.retain(|number| (6..=20).contains(&number.trim_start_matches('0').len()));
    all.sort_unstable();
    all.dedup();
    all
}

/// Documents, or their beginnings, of customers who may be the payer: by the document that the bank
/// tells, or the root of a CNPJ; else by how their names begin.
fn payers(tx: &mut Tx, company_id: &str, line: &KeptLine) -> Result<Vec<String>, StoreError> {
    let told = line.line.payer_document.as_deref().unwrap_or_default();
    let document: String = told.chars().filter(char::is_ascii_alphanumeric).collect();
    if document.len() >= 11 && !told.contains('*') {
        let root = if document.len() == 14 { &document[..8] } else { &document };
        return Ok(vec![root.to_ascii_uppercase()]);
    }
    let name = line.line.payer_name.as_deref().filter(|name| !name.trim().is_empty());
    let text = name.unwrap_or(&line.line.memo);
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !word.contains(|c: char| c.is_ascii_digit()))
        .collect();
    let mut starts: Vec<String> =
        words.windows(2).map(|pair| pair.join(" ")).take(MOST_WORDS).collect();
    if let ([only], Some(_)) = (words.as_slice(), name) {
        starts.push((*only).to_owned());
    }
    let mut all = Vec::new();
    for start in &starts {
        all.extend(payables::documents_of(tx, company_id, start, NAMESAKES)?);
    }
    Ok(all)
}
