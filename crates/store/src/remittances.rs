//! Files for banks, kept as they were made: downloading one again gives the same bytes.

use jiff::Timestamp;
use quita_core::money::Money;

use crate::{Row, StoreError, Tx, params, sql};

/// A file for a bank, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Of which account.
    pub account_id: String,
    /// The bank's count of files, from 1.
    pub number: i64,
    /// Name of its layout.
    pub layout: String,
    /// Under which name it is downloaded.
    pub file_name: String,
    /// Of its content, in hex.
    pub sha256: String,
    /// Orders in it.
    pub orders: i64,
    /// Of these, new boletos.
    pub entries: i64,
    /// Sum of the new boletos.
    pub amount: Money,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When somebody said that the bank has it, and who.
    pub sent: Option<(Timestamp, String)>,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, number, layout, file_name, sha256, orders, entries, amount,
         created_by, created_at, sent_at, sent_by"
    };
}

sql! {
    INSERT = "INSERT INTO remittances (id, company_id, account_id, number, layout, file_name,
        sha256, orders, entries, amount, created_by, created_at, bytes, placed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UNPLACED = concat!("SELECT ", columns!(), " FROM remittances WHERE placed_at IS NULL
        ORDER BY id LIMIT $1");
    SET_PLACED = "UPDATE remittances SET placed_at = $2 WHERE id = $1";
    GET = concat!("SELECT ", columns!(), " FROM remittances WHERE company_id = $1 AND id = $2");
    PAGE = concat!("SELECT ", columns!(), " FROM remittances
        WHERE company_id = $1 AND id < $2 AND (CAST($3 AS TEXT) IS NULL OR account_id = $3)
        ORDER BY id DESC LIMIT $4");
    BYTES = "SELECT bytes FROM remittances WHERE company_id = $1 AND id = $2";
    SET_SENT = "UPDATE remittances SET sent_at = $3, sent_by = $4
        WHERE company_id = $1 AND id = $2 AND sent_at IS NULL";
}

/// Keeps a file with its content. `to_place`: it shall go into the folder that goes to the bank.
pub fn insert(
    tx: &mut Tx,
    file: &Remittance,
    bytes: &[u8],
    to_place: bool,
) -> Result<(), StoreError> {
    let placed_at = (!to_place).then_some(file.created_at);
    tx.exec(
        INSERT,
        params![
            &file.id,
            &file.company_id,
            &file.account_id,
            file.number,
            &file.layout,
            &file.file_name,
            &file.sha256,
            file.orders,
            file.entries,
            file.amount,
            &file.created_by,
            file.created_at,
            bytes,
            placed_at
        ],
    )?;
    Ok(())
}

/// One file of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Remittance>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// Files of a company, or of one account, the newest first, before an id.
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    account_id: Option<&str>,
    before: &str,
    limit: i64,
) -> Result<Vec<Remittance>, StoreError> {
    tx.rows(PAGE, params![company_id, before, account_id, limit])?.into_iter().map(read).collect()
}

/// The content of a file.
pub fn bytes(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(BYTES, params![company_id, id])?.map(|row| row.bytes(0)).transpose()
}

/// Somebody says that the bank has it. False when that was said before.
pub fn set_sent(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    at: Timestamp,
    by: &str,
) -> Result<bool, StoreError> {
    Ok(tx.exec(SET_SENT, params![company_id, id, at, by])? == 1)
}

/// Files of all companies that wait to be put into the folder that goes to the bank.
pub fn unplaced(tx: &mut Tx, limit: i64) -> Result<Vec<Remittance>, StoreError> {
    tx.rows(UNPLACED, params![limit])?.into_iter().map(read).collect()
}

/// It is in the folder that goes to the bank.
pub fn set_placed(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.exec(SET_PLACED, params![id, at])?;
    Ok(())
}

fn read(row: Row) -> Result<Remittance, StoreError> {
    Ok(Remittance {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        number: row.int(3)?,
        layout: row.text(4)?,
        file_name: row.text(5)?,
        sha256: row.text(6)?,
        orders: row.int(7)?,
        entries: row.int(8)?,
        amount: row.money(9)?,
        created_by: row.text(10)?,
        created_at: row.instant(11)?,
        sent: row.opt_instant(12)?.zip(row.opt_text(13)?),
    })
}
