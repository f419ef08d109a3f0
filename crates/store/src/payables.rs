//! Boletos that the lines of a statement may pay, for the matcher.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Means;
use quita_core::money::Money;

use crate::{Row, StoreError, Tx, params, sql};

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
    /// How it was paid.
    pub means: Means,
    /// When it is credited, where the bank told.
    pub credited_on: Option<Date>,
    /// What the bank keeps of it, where it told.
    pub fee: Option<Money>,
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

/// As in the conditions of the index `boletos_open`.
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
    // Every date is behind the empty text: it tells SQLite which index.
    OPEN = concat!(payable!(), "account_id = $1 AND expiration_date > '' AND ", open!());
    ENDED = concat!(payable!(), "account_id = $1 AND expiration_date >= $2 AND ", ended!());
    RECEIVED = concat!(payable!(), "id IN (SELECT r.boleto_id FROM receipts r
        WHERE r.company_id = $1 AND r.account_id = $2
        AND COALESCE(r.credited_on, r.paid_on) >= $3 AND COALESCE(r.credited_on, r.paid_on) <= $4)");
    EXPLAINED = concat!(payable!(), "id IN (SELECT s.boleto_id
        FROM bank_lines l JOIN matches m ON m.line_id = l.id AND m.undone_at IS NULL
        JOIN match_shares s ON s.match_id = m.id
        WHERE l.account_id = $1 AND l.day >= $2 AND m.kind = 'boletos')");
    PAID = "SELECT r.boleto_id, r.amount, COALESCE(r.credited_on, r.paid_on), r.end_to_end_id,
        r.means, r.credited_on, r.fee FROM receipts r WHERE r.company_id = $1 AND r.account_id = $2
        AND COALESCE(r.credited_on, r.paid_on) >= $3 AND COALESCE(r.credited_on, r.paid_on) <= $4
        ORDER BY COALESCE(r.credited_on, r.paid_on), r.id";
    CHANGED_AT = "SELECT updated_at FROM boletos WHERE id = $1";
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

/// When anything of a boleto last changed.
pub fn changed_at(tx: &mut Tx, boleto_id: &str) -> Result<Option<Timestamp>, StoreError> {
    tx.row(CHANGED_AT, params![boleto_id])?.map(|row| row.instant(0)).transpose()
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
        means: row.json(4)?,
        credited_on: row.opt_date(5)?,
        fee: row.opt_money(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn every_question_has_its_index() {
        let all = [
            (OPEN, "boletos_open (account_id=? AND expiration_date>?)"),
            (ENDED, "boletos_ended (account_id=? AND expiration_date>?)"),
            (PAID, "receipts_credited (company_id=? AND <expr>>? AND <expr><?)"),
            (RECEIVED, "boletos USING INDEX sqlite_autoindex_boletos_1 (id=?)"),
            (EXPLAINED, "boletos USING INDEX sqlite_autoindex_boletos_1 (id=?)"),
            (EXPLAINED, "bank_lines_day (account_id=? AND day>?)"),
        ];
        for (sql, expected) in all {
            let plan = plan(sql);
            assert!(plan.contains(expected), "{}: {plan}", sql.name());
            // Account alone, or one index for another, would be all that an account ever had.
            assert!(!plan.contains("boletos_bank_id") && !plan.contains("SCAN boletos"), "{plan}");
        }
    }
}
