//! Charges: what customers owe.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;

use crate::{Row, StoreError, Tx, params, sql};

/// A charge: one instalment of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Who owes.
    pub customer_id: String,
    /// Unique in the company: `NFe 450 - 1/1`.
    pub document_number: String,
    /// What is owed.
    pub amount: Money,
    /// Until when.
    pub expiration_date: Date,
    /// Kind of document that charges: `avulso`, `nfe`…
    pub origin: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its entry in the chart of accounts; empty is none.
    pub chart_account_id: Option<String>,
    /// Its cost centre; empty is none.
    pub cost_center_id: Option<String>,
    /// For the company's own people; neither printed nor sent to the bank. Empty is none.
    pub note: Option<String>,
}

macro_rules! columns {
    () => {
        "id, company_id, customer_id, document_number, amount, expiration_date, origin, created_at,
         chart_account_id, cost_center_id, note"
    };
}

sql! {
    INSERT = concat!("INSERT INTO charges (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9, ''), NULLIF($10, ''), NULLIF($11, ''))
        ON CONFLICT (company_id, document_number) DO NOTHING");
    GET = concat!("SELECT ", columns!(), " FROM charges WHERE company_id = $1 AND id = $2");
    NUMBERS = "SELECT document_number FROM charges
        WHERE company_id = $1 AND document_number LIKE $2";
    SET_VALUES = "UPDATE charges SET amount = $2, expiration_date = $3 WHERE id = $1";
    // What the order does not say of its classification stays.
    SET_ORDER = "UPDATE charges SET customer_id = $2, amount = $3, expiration_date = $4, origin = $5,
        chart_account_id = NULLIF(COALESCE($6, chart_account_id), ''),
        cost_center_id = NULLIF(COALESCE($7, cost_center_id), ''),
        note = NULLIF(COALESCE($8, note), '')
        WHERE id = $1";
    SET_LABELS = "UPDATE charges SET chart_account_id = NULLIF($3, ''),
        cost_center_id = NULLIF($4, ''), note = NULLIF($5, '') WHERE company_id = $1 AND id = $2";
    PAGE = concat!("SELECT ", columns!(), " FROM charges WHERE company_id = $1 AND id < $2
        ORDER BY id DESC LIMIT $3");
}

/// The document numbers of a company that begin with these letters, which hold no `%` or `_`.
pub fn numbers(tx: &mut Tx, company_id: &str, prefix: &str) -> Result<Vec<String>, StoreError> {
    let like = format!("{prefix}%");
    tx.rows(NUMBERS, params![company_id, like])?.iter().map(|row| row.text(0)).collect()
}

/// Adds a charge; false when the company already has its document number.
pub fn insert(tx: &mut Tx, charge: &Charge) -> Result<bool, StoreError> {
    let added = tx.exec(
        INSERT,
        params![
            &charge.id,
            &charge.company_id,
            &charge.customer_id,
            &charge.document_number,
            charge.amount,
            charge.expiration_date,
            &charge.origin,
            charge.created_at,
            charge.chart_account_id.as_deref(),
            charge.cost_center_id.as_deref(),
            charge.note.as_deref()
        ],
    )?;
    Ok(added == 1)
}

/// What is owed is another amount or another day now.
pub fn set_values(
    tx: &mut Tx,
    id: &str,
    amount: Money,
    expiration_date: Date,
) -> Result<(), StoreError> {
    tx.exec(SET_VALUES, params![id, amount, expiration_date])?;
    Ok(())
}

/// What is owed is as this says now; its document number stays, and so does what this leaves out
/// of classification and note.
pub fn set_order(tx: &mut Tx, charge: &Charge) -> Result<(), StoreError> {
    let Charge { id, customer_id, amount, expiration_date, origin, .. } = charge;
    let (chart, center) = (charge.chart_account_id.as_deref(), charge.cost_center_id.as_deref());
    let note = charge.note.as_deref();
    let order = params![id, customer_id, *amount, *expiration_date, origin, chart, center, note];
    tx.exec(SET_ORDER, order)?;
    Ok(())
}

/// Another classification and note; empty is none. False when the company has no such charge.
pub fn set_labels(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    chart_account_id: &str,
    cost_center_id: &str,
    note: &str,
) -> Result<bool, StoreError> {
    let labels = params![company_id, id, chart_account_id, cost_center_id, note];
    Ok(tx.exec(SET_LABELS, labels)? == 1)
}

/// One charge of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Charge>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// Charges, newest first, before an id ([`crate::LAST_ID`]: from the newest).
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Charge>, StoreError> {
    tx.rows(PAGE, params![company_id, before, limit])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Charge, StoreError> {
    Ok(Charge {
        id: row.text(0)?,
        company_id: row.text(1)?,
        customer_id: row.text(2)?,
        document_number: row.text(3)?,
        amount: row.money(4)?,
        expiration_date: row.date(5)?,
        origin: row.text(6)?,
        created_at: row.instant(7)?,
        chart_account_id: row.opt_text(8)?,
        cost_center_id: row.opt_text(9)?,
        note: row.opt_text(10)?,
    })
}
