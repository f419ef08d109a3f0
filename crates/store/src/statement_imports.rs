//! Looks at statements: files that people sent, readings at banks.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Row, StoreError, Tx, params, sql, to_json};

/// One look at a statement, and what it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementImport {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Of which account.
    pub account_id: String,
    /// The word of the source: `api`, `ofx`…
    pub source: String,
    /// As the person's computer called it; empty for a reading at the bank.
    pub file_name: String,
    /// SHA-256 of the file, in hex; empty for a reading at the bank.
    pub file_hash: String,
    /// First and last day that it covers, as far as is known.
    pub days: Option<(Date, Date)>,
    /// Lines that were added.
    pub new_count: i64,
    /// Lines that were there already.
    pub known_count: i64,
    /// Lines that wait for a person.
    pub doubtful_count: i64,
    /// What could not be read, and other oddities, in Portuguese.
    pub warnings: Vec<String>,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, source, file_name, file_hash, first_day, last_day, new_count,
         known_count, doubtful_count, warnings, created_by, created_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO statement_imports (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
    UPDATE = "UPDATE statement_imports SET new_count = $2, known_count = $3, doubtful_count = $4,
        warnings = $5 WHERE id = $1";
    PAGE = concat!("SELECT ", columns!(), " FROM statement_imports
        WHERE company_id = $1 AND id < $2 AND (CAST($3 AS TEXT) IS NULL OR account_id = $3)
        ORDER BY id DESC LIMIT $4");
}

/// Keeps a look, before its lines, which name it.
pub fn insert(tx: &mut Tx, look: &StatementImport) -> Result<(), StoreError> {
    let (first, last) = look.days.unzip();
    tx.exec(
        INSERT,
        params![
            &look.id,
            &look.company_id,
            &look.account_id,
            &look.source,
            &look.file_name,
            &look.file_hash,
            first,
            last,
            look.new_count,
            look.known_count,
            look.doubtful_count,
            to_json(&look.warnings)?,
            &look.created_by,
            look.created_at
        ],
    )?;
    Ok(())
}

/// Writes what a look gave.
pub fn update(tx: &mut Tx, look: &StatementImport) -> Result<(), StoreError> {
    let warnings = to_json(&look.warnings)?;
    let (new, known, doubtful) = (look.new_count, look.known_count, look.doubtful_count);
    tx.exec(UPDATE, params![&look.id, new, known, doubtful, warnings])?;
    Ok(())
}

/// Looks of a company, or of one account, the newest first, before an id.
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    account_id: Option<&str>,
    before: &str,
    limit: i64,
) -> Result<Vec<StatementImport>, StoreError> {
    tx.rows(PAGE, params![company_id, before, account_id, limit])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<StatementImport, StoreError> {
    Ok(StatementImport {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        source: row.text(3)?,
        file_name: row.text(4)?,
        file_hash: row.text(5)?,
        days: row.opt_date(6)?.zip(row.opt_date(7)?),
        new_count: row.int(8)?,
        known_count: row.int(9)?,
        doubtful_count: row.int(10)?,
        warnings: row.json(11)?,
        created_by: row.text(12)?,
        created_at: row.instant(13)?,
    })
}
