//! Chart of accounts («plano de contas») and cost centres of a company: two small registers.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// An entry of one of the registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Which register, a word of the engine's.
    pub kind: String,
    /// Name for people, unique in its register.
    pub description: String,
    /// Whether new boletos may have it.
    pub active: bool,
    /// When first saved.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, company_id, kind, description, active, created_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO classifications (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (company_id, kind, description) DO NOTHING");
    CHANGE = "UPDATE classifications SET description = $3, active = $4
        WHERE company_id = $1 AND id = $2";
    LIST = concat!("SELECT ", columns!(), " FROM classifications
        WHERE company_id = $1 ORDER BY description, id");
}

/// Adds an entry; false when its register already has the description.
pub fn insert(tx: &mut Tx, entry: &Classification) -> Result<bool, StoreError> {
    let Classification { id, company_id, kind, description, active, created_at } = entry;
    let values = params![id, company_id, kind, description, *active, *created_at];
    Ok(tx.exec(INSERT, values)? == 1)
}

/// Changes description and activity of an entry of a company; false when there is none.
pub fn change(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    description: &str,
    active: bool,
) -> Result<bool, StoreError> {
    Ok(tx.exec(CHANGE, params![company_id, id, description, active])? == 1)
}

/// All entries of both registers of a company, by description.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<Classification>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Classification, StoreError> {
    Ok(Classification {
        id: row.text(0)?,
        company_id: row.text(1)?,
        kind: row.text(2)?,
        description: row.text(3)?,
        active: row.boolean(4)?,
        created_at: row.instant(5)?,
    })
}
