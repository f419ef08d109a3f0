//! Payment forms of a company («Formas de pagamento»).

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::{Row, StoreError, Tx, params, sql};

/// A payment form under a name. The body is the engine's.
#[derive(Clone, Debug)]
pub struct PaymentForm {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Name for people, unique in the company.
    pub description: String,
    /// What it says, as JSON.
    pub body: Box<RawValue>,
    /// When first saved.
    pub created_at: Timestamp,
}

sql! {
    INSERT = "INSERT INTO payment_forms (id, company_id, description, body, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (company_id, description) DO NOTHING";
    CHANGE = "UPDATE payment_forms SET description = $3, body = $4
        WHERE company_id = $1 AND id = $2";
    GET = "SELECT id, company_id, description, body, created_at FROM payment_forms
        WHERE company_id = $1 AND id = $2";
    OF_NAME = "SELECT id, company_id, description, body, created_at FROM payment_forms
        WHERE company_id = $1 AND description = $2";
    LIST = "SELECT id, company_id, description, body, created_at FROM payment_forms
        WHERE company_id = $1 ORDER BY description, id";
}

/// Adds a payment form; false when the company already has its description.
pub fn insert(tx: &mut Tx, form: &PaymentForm) -> Result<bool, StoreError> {
    let PaymentForm { id, company_id, description, body, created_at } = form;
    let values = params![id, company_id, description, body.get(), *created_at];
    Ok(tx.exec(INSERT, values)? == 1)
}

/// Changes a payment form; false when another one of the company has its description.
pub fn change(tx: &mut Tx, form: &PaymentForm) -> Result<bool, StoreError> {
    let PaymentForm { id, company_id, description, body, .. } = form;
    let same = tx.row(OF_NAME, params![company_id, description])?.map(read).transpose()?;
    if same.is_some_and(|other| other.id != *id) {
        return Ok(false);
    }
    tx.exec(CHANGE, params![company_id, id, description, body.get()])?;
    Ok(true)
}

/// One payment form of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<PaymentForm>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// All payment forms of a company, by description.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<PaymentForm>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<PaymentForm, StoreError> {
    Ok(PaymentForm {
        id: row.text(0)?,
        company_id: row.text(1)?,
        description: row.text(2)?,
        body: row.json(3)?,
        created_at: row.instant(4)?,
    })
}
