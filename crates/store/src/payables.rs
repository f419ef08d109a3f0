//! Boletos that the lines of a statement may pay, for the matcher: all of an account, or those that
//! resemble one line.

use jiff::civil::Date;
use quita_core::money::Money;

use crate::{Param, Row, Sql, StoreError, Tx, params, sql};

/// A boleto that lines may pay, as it stands in its row.
#[derive(Clone, Copy, Debug)]
pub struct Payable<'r> {
    /// UUIDv7.
    pub boleto_id: &'r str,
    /// The bank's number.
    pub our_number: Option<&'r str>,
    /// Pix identifier.
    pub txid: Option<&'r str>,
    /// Our reference.
    pub bank_reference: &'r str,
    /// Due date now.
    pub expiration_date: Date,
    /// Nominal amount now.
    pub amount: Money,
    /// Whether it is neither settled nor cancelled.
    pub is_open: bool,
    /// CPF or CNPJ of who owes.
    pub customer_document: Option<&'r str>,
    /// Name of who owes.
    pub customer_name: Option<&'r str>,
    /// What is due when.
    pub terms: TermsText<'r>,
}

/// Where the terms of a boleto stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsText<'r> {
    /// As they are now, as JSON; empty for none.
    Now(&'r str),
    /// In the order, as JSON: a boleto that was not saved since those of now are kept.
    Order(&'r str),
}

/// A receipt that a line may be.
#[derive(Clone, Debug)]
pub struct Paid {
    /// Of which boleto.
    pub boleto_id: String,
    /// How much.
    pub amount: Money,
    /// When it was credited, or paid where that is unknown.
    pub on: Date,
    /// Of the Pix.
    pub end_to_end_id: Option<String>,
}

/// Which boletos lines of an account may pay, and over what time.
#[derive(Clone, Debug)]
pub struct Window<'a> {
    /// Whose.
    pub company_id: &'a str,
    /// At which account.
    pub account_id: &'a str,
    /// Of boletos that expired or were settled by hand: those due since.
    pub due_since: Date,
    /// Receipts from this day on.
    pub received_from: Date,
    /// Receipts to this day.
    pub received_to: Date,
    /// Matches of lines from this day on.
    pub taken_since: Date,
}

macro_rules! payable {
    () => {
        "SELECT id, our_number, txid, bank_reference, expiration_date, amount, status,
        customer_document, customer_name, due_terms,
        CASE WHEN due_terms IS NULL THEN order_body END FROM boletos WHERE "
    };
}

/// As in the conditions of the indexes `boletos_open` and `boletos_open_payer`.
macro_rules! open {
    () => {
        "(status = 'CREATED' OR status = 'REGISTERED' OR status = 'CANCELLATION_REQUESTED')"
    };
}

/// As in the condition of the index `boletos_ended`.
macro_rules! ended {
    () => {
        "(status = 'EXPIRED' OR (status = 'SETTLED' AND settled_by_hand))"
    };
}

sql! {
    // `amount > 0` holds for all: it tells SQLite which index.
    OPEN = concat!(payable!(), "account_id = $1 AND amount > 0 AND ", open!());
    ENDED = concat!(payable!(), "account_id = $1 AND expiration_date >= $2 AND ", ended!());
    RECEIVED = concat!(payable!(), "id IN (SELECT r.boleto_id FROM receipts r
        WHERE r.company_id = $1 AND r.account_id = $2
        AND COALESCE(r.credited_on, r.paid_on) >= $3 AND COALESCE(r.credited_on, r.paid_on) <= $4)");
    EXPLAINED = concat!(payable!(), "id IN (SELECT s.boleto_id
        FROM bank_lines l JOIN matches m ON m.line_id = l.id AND m.undone_at IS NULL
        JOIN match_shares s ON s.match_id = m.id
        WHERE l.account_id = $1 AND l.day >= $2 AND m.kind = 'boletos')");
    PAID = "SELECT r.boleto_id, r.amount, COALESCE(r.credited_on, r.paid_on), r.end_to_end_id
        FROM receipts r WHERE r.company_id = $1 AND r.account_id = $2
        AND COALESCE(r.credited_on, r.paid_on) >= $3 AND COALESCE(r.credited_on, r.paid_on) <= $4
        ORDER BY COALESCE(r.credited_on, r.paid_on), r.id";
    OPEN_COUNT = concat!("SELECT COUNT(*) FROM (SELECT 1 FROM boletos WHERE account_id = $1
        AND amount > 0 AND ", open!(), " LIMIT $2) AS counted");
    CROWD = concat!("SELECT amount, expiration_date FROM boletos
        WHERE account_id = $1 AND amount >= $2 AND amount <= $3 AND ", open!());
    OF_AMOUNTS = concat!(payable!(), "account_id = $1 AND amount >= $2 AND amount <= $3 AND ",
        open!(), " LIMIT $4");
    DUE_BEFORE = concat!(payable!(), "account_id = $1 AND amount = $2 AND expiration_date < $3 AND ",
        open!(), " ORDER BY expiration_date DESC, id DESC LIMIT $4");
    DUE_SINCE = concat!(payable!(), "account_id = $1 AND amount = $2 AND expiration_date >= $3 AND ",
        open!(), " ORDER BY expiration_date, id LIMIT $4");
    DUE_AROUND = concat!(payable!(), "account_id = $1 AND amount > 0 AND expiration_date >= $2
        AND expiration_date <= $3 AND ", open!(), " LIMIT $4");
    OF_PAYER = concat!(payable!(), "account_id = $1 AND customer_document >= $2
        AND customer_document <= $3 AND ", open!(), " LIMIT $4");
    BY_NUMBER = concat!(payable!(), "account_id = $1 AND our_number = $2");
    BY_TXID = concat!(payable!(), "account_id = $1 AND txid = $2");
    BY_REFERENCE = concat!(payable!(), "account_id = $1 AND bank_reference = $2");
    ENDED_OF_AMOUNT = concat!(payable!(), "account_id = $1 AND expiration_date >= $2 AND amount = $3
        AND ", ended!(), " ORDER BY expiration_date DESC LIMIT $4");
    RECEIVED_ON = concat!(payable!(), "id IN (SELECT r.boleto_id FROM receipts r
        WHERE r.account_id = $1 AND r.company_id = $2 AND r.paid_on = $3 AND r.amount = $4
        LIMIT $5)");
    PAID_OF = "SELECT boleto_id, amount, COALESCE(credited_on, paid_on), end_to_end_id
        FROM receipts WHERE boleto_id = $1 ORDER BY COALESCE(credited_on, paid_on), id";
    NAMED = concat!("SELECT document FROM customers WHERE company_id = $1 AND ",
        without_accents!("name"), " >= $2 AND ", without_accents!("name"), " < $3 LIMIT $4");
}

/// Shows all boletos that lines of an account may pay or have paid; some twice.
pub fn all(
    tx: &mut Tx,
    window: &Window,
    mut take: impl FnMut(Payable) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Window { company_id, account_id, .. } = *window;
    let mut take = |row: &Row| take(read(row)?);
    tx.each(OPEN, params![account_id], &mut take)?;
    tx.each(ENDED, params![account_id, window.due_since], &mut take)?;
    let received = params![company_id, account_id, window.received_from, window.received_to];
    tx.each(RECEIVED, received, &mut take)?;
    tx.each(EXPLAINED, params![account_id, window.taken_since], &mut take)
}

/// Receipts of the window, the earliest first.
pub fn paid(tx: &mut Tx, window: &Window) -> Result<Vec<Paid>, StoreError> {
    let Window { company_id, account_id, received_from, received_to, .. } = window;
    let rows = tx.rows(PAID, params![*company_id, *account_id, *received_from, *received_to])?;
    rows.iter().map(read_paid).collect()
}

/// Receipts of one boleto, the earliest first.
pub fn paid_of(tx: &mut Tx, boleto_id: &str) -> Result<Vec<Paid>, StoreError> {
    tx.rows(PAID_OF, params![boleto_id])?.iter().map(read_paid).collect()
}

/// How many boletos of an account are open, not counted beyond `most`.
pub fn open_count(tx: &mut Tx, account_id: &str, most: i64) -> Result<i64, StoreError> {
    tx.row(OPEN_COUNT, params![account_id, most])?.map_or(Ok(0), |row| row.int(0))
}

/// Amount and due date of the open boletos of an account between two amounts.
pub fn crowd(
    tx: &mut Tx,
    account_id: &str,
    amounts: (Money, Money),
) -> Result<Vec<(Money, Date)>, StoreError> {
    let mut all = Vec::new();
    tx.each(CROWD, params![account_id, amounts.0, amounts.1], |row| {
        all.push((row.money(0)?, row.date(1)?));
        Ok(())
    })?;
    Ok(all)
}

/// How boletos of an account may resemble a line.
#[derive(Clone, Debug)]
pub enum Likeness<'a> {
    /// Open, of an amount between these.
    Amounts(Money, Money),
    /// Open, of this amount, those due nearest before and after a day.
    AmountAround(Money, Date),
    /// Open, due between these days.
    DueAround(Date, Date),
    /// Open, of a customer whose document begins so.
    Payer(&'a str),
    /// With this number of the bank.
    Number(&'a str),
    /// With this identifier of a Pix charge.
    Txid(&'a str),
    /// With this reference of ours.
    Reference(&'a str),
    /// Expired or settled by hand, of this amount and due since a day.
    Ended(Money, Date),
    /// Of this company, with a receipt of this amount on a day.
    Received(&'a str, Money, Date),
}

/// Shows boletos of an account that resemble a line; about `most`.
pub fn like(
    tx: &mut Tx,
    account_id: &str,
    likeness: &Likeness,
    most: i64,
    mut take: impl FnMut(Payable) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut each = |sql: Sql, given: &[Param]| tx.each(sql, given, |row| take(read(row)?));
    match likeness {
        Likeness::Amounts(from, to) => each(OF_AMOUNTS, params![account_id, *from, *to, most]),
        Likeness::AmountAround(amount, day) => {
            each(DUE_BEFORE, params![account_id, *amount, *day, most])?;
            each(DUE_SINCE, params![account_id, *amount, *day, most])
        }
        Likeness::DueAround(from, to) => each(DUE_AROUND, params![account_id, *from, *to, most]),
        Likeness::Payer(start) => {
            each(OF_PAYER, params![account_id, *start, behind(start, 'Z'), most])
        }
        Likeness::Number(number) => each(BY_NUMBER, params![account_id, *number]),
        Likeness::Txid(txid) => each(BY_TXID, params![account_id, *txid]),
        Likeness::Reference(reference) => each(BY_REFERENCE, params![account_id, *reference]),
        Likeness::Ended(amount, since) => {
            each(ENDED_OF_AMOUNT, params![account_id, *since, *amount, most])
        }
        Likeness::Received(company, amount, day) => {
            each(RECEIVED_ON, params![account_id, *company, *day, *amount, most])
        }
    }
}

/// Documents of customers whose names begin so, whatever their case and accents.
pub fn documents_of(
    tx: &mut Tx,
    company_id: &str,
    start: &str,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    let start = crate::accents::without_accents(start);
    let end = behind(&start, 'z');
    let rows = tx.rows(NAMED, params![company_id, start, end, most])?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// A text behind all that begin so, in whatever order a database keeps texts.
fn behind(start: &str, last: char) -> String {
    start.chars().chain(std::iter::repeat_n(last, 14)).collect()
}

fn read(row: &Row) -> Result<Payable<'_>, StoreError> {
    Ok(Payable {
        boleto_id: row.str(0)?,
        our_number: row.opt_str(1)?,
        txid: row.opt_str(2)?,
        bank_reference: row.str(3)?,
        expiration_date: row.date(4)?,
        amount: row.money(5)?,
        is_open: !matches!(row.str(6)?, "SETTLED" | "CANCELLED" | "REJECTED"),
        customer_document: row.opt_str(7)?,
        customer_name: row.opt_str(8)?,
        terms: match row.opt_str(9)? {
            Some(now) => TermsText::Now(now),
            None => TermsText::Order(row.str(10)?),
        },
    })
}

fn read_paid(row: &Row) -> Result<Paid, StoreError> {
    Ok(Paid {
        boleto_id: row.text(0)?,
        amount: row.money(1)?,
        on: row.date(2)?,
        end_to_end_id: row.opt_text(3)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn every_question_has_its_index() {
        let all = [
            (OPEN, "boletos_open (account_id=? AND amount>?)"),
            (ENDED, "boletos_ended (account_id=? AND expiration_date>?)"),
            (PAID, "receipts_credited (company_id=? AND <expr>>? AND <expr><?)"),
            (OPEN_COUNT, "COVERING INDEX boletos_open"),
            (CROWD, "COVERING INDEX boletos_open (account_id=? AND amount>? AND amount<?)"),
            (OF_AMOUNTS, "boletos_open (account_id=? AND amount>? AND amount<?)"),
            (DUE_BEFORE, "boletos_open (account_id=? AND amount=? AND expiration_date<?)"),
            (DUE_SINCE, "boletos_open (account_id=? AND amount=? AND expiration_date>?)"),
            (DUE_AROUND, "boletos_open (account_id=? AND amount>?)"),
            (OF_PAYER, "boletos_open_payer (account_id=? AND customer_document>? AND"),
            (BY_NUMBER, "boletos_number (account_id=? AND our_number=?)"),
            (BY_TXID, "boletos_txid (account_id=? AND txid=?)"),
            (BY_REFERENCE, "(account_id=? AND bank_reference=?)"),
            (ENDED_OF_AMOUNT, "boletos_ended (account_id=? AND expiration_date>?)"),
            (RECEIVED_ON, "receipts_paid (company_id=? AND paid_on=? AND amount=?)"),
            (RECEIVED_ON, "boletos USING INDEX sqlite_autoindex_boletos_1 (id=?)"),
            (RECEIVED, "boletos USING INDEX sqlite_autoindex_boletos_1 (id=?)"),
            (EXPLAINED, "boletos USING INDEX sqlite_autoindex_boletos_1 (id=?)"),
            (EXPLAINED, "bank_lines_day (account_id=? AND day>?)"),
            (PAID_OF, "(boleto_id=?)"),
            (NAMED, "customers_first_words (company_id=? AND <expr>>? AND <expr><?)"),
        ];
        for (sql, expected) in all {
            let plan = plan(sql);
            assert!(plan.contains(expected), "{}: {plan}", sql.name());
            // Account alone, or one index for another, would be all that an account ever had.
            assert!(!plan.contains("boletos_bank_id") && !plan.contains("SCAN boletos"), "{plan}");
        }
        for sql in [DUE_BEFORE, DUE_SINCE, OPEN, CROWD] {
            assert!(!plan(sql).contains("TEMP B-TREE"), "{}: {}", sql.name(), plan(sql));
        }
    }
}
