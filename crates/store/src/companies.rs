//! Companies: who charges.

use jiff::Timestamp;
use quita_core::document::Document;
use quita_core::party::Address;

use crate::{Row, StoreError, Tx, params, sql};

/// A company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// UUIDv7.
    pub id: String,
    /// CPF or CNPJ.
    pub document: Document,
    /// Legal name.
    pub name: String,
    /// Name on the shop front; empty when it has none.
    pub trade_name: String,
    /// For customers to write to; may be empty.
    pub email: String,
    /// For customers to call; may be empty.
    pub phone: String,
    /// Where it is.
    pub address: Option<Address>,
    /// When it was registered here.
    pub created_at: Timestamp,
}

sql! {
    INSERT = "INSERT INTO companies (id, document, name, trade_name, email, phone, address,
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    GET = "SELECT id, document, name, trade_name, email, phone, address, created_at
        FROM companies WHERE id = $1";
    LIST = "SELECT id, document, name, trade_name, email, phone, address, created_at
        FROM companies ORDER BY id";
    UPDATE = "UPDATE companies SET name = $2, trade_name = $3, email = $4, phone = $5,
        address = $6 WHERE id = $1";
}

/// Adds a company. A second one of the same document is a [`StoreError::Conflict`].
pub fn insert(tx: &mut Tx, company: &Company) -> Result<(), StoreError> {
    let address = crate::to_json_opt(company.address.as_ref())?;
    tx.exec(
        INSERT,
        params![
            &company.id,
            company.document.as_str(),
            &company.name,
            &company.trade_name,
            &company.email,
            &company.phone,
            address,
            company.created_at
        ],
    )?;
    Ok(())
}

/// Saves everything but id and document.
pub fn update(tx: &mut Tx, company: &Company) -> Result<(), StoreError> {
    let address = crate::to_json_opt(company.address.as_ref())?;
    let Company { id, name, trade_name, email, phone, .. } = company;
    tx.exec(UPDATE, params![id, name, trade_name, email, phone, address])?;
    Ok(())
}

/// One company.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Company>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// All companies of this installation, oldest first.
pub fn list(tx: &mut Tx) -> Result<Vec<Company>, StoreError> {
    tx.rows(LIST, params![])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Company, StoreError> {
    Ok(Company {
        id: row.text(0)?,
        document: row.document(1)?,
        name: row.text(2)?,
        trade_name: row.text(3)?,
        email: row.text(4)?,
        phone: row.text(5)?,
        address: row.opt_json(6)?,
        created_at: row.instant(7)?,
    })
}
