//! Bank accounts of a company.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quita_core::money::Money;

use crate::{Row, StoreError, Tx, params, sql};

/// Status of an account that may issue.
pub const ACTIVE_STATUS: &str = "active";

/// Status of an account that issues nothing new; what it has is followed.
pub const INACTIVE_STATUS: &str = "inactive";

/// A bank account, with its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// What it charges with; `None` while not connected.
    pub credential_id: Option<String>,
    /// The bank's folder.
    pub bank: String,
    /// Name for people.
    pub description: String,
    /// Branch, digits.
    pub branch: String,
    /// Number without check digit.
    pub number: String,
    /// Check digit.
    pub digit: String,
    /// Further fields in the words of the bank's folder.
    pub data: BTreeMap<String, String>,
    /// Addresses that replace the bank's own, by host key: the simulator's.
    pub hosts: BTreeMap<String, String>,
    /// The unguessable part of the address that the bank calls.
    pub hook_token: String,
    /// `active` or `inactive`.
    pub status: String,
    /// When it was registered here.
    pub created_at: Timestamp,
    /// Whether it charges where no account is named.
    pub is_default: bool,
    /// What the bank charges for each boleto that is settled, as the company typed it.
    pub fee: Option<Money>,
    /// The layout of the files by which it is run; `None` where the bank is called.
    pub layout: Option<String>,
    /// Whether its statement is read at the bank every business day, where the bank gives one.
    pub statement_daily: bool,
}

macro_rules! columns {
    () => {
        "id, company_id, credential_id, bank, description, branch, number, digit, data, hosts,
         hook_token, status, created_at, is_default, fee, layout,
         statement_daily"
    };
}

sql! {
    INSERT = concat!("INSERT INTO accounts (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
        $17)");
    GET = concat!("SELECT ", columns!(), " FROM accounts WHERE id = $1");
    LOCK = "SELECT id FROM accounts WHERE id = $1 /*for update*/";
    LIST = concat!("SELECT ", columns!(), " FROM accounts WHERE company_id = $1 ORDER BY id");
    CONNECTED = concat!("SELECT ", columns!(), " FROM accounts
        WHERE credential_id IS NOT NULL ORDER BY id");
    BY_HOOK = concat!("SELECT ", columns!(), " FROM accounts WHERE hook_token = $1");
    SET_CREDENTIAL = "UPDATE accounts SET credential_id = $2 WHERE id = $1";
    REPLACE_CREDENTIAL = "UPDATE accounts SET credential_id = $3
        WHERE company_id = $1 AND credential_id = $2";
    SET_REGISTER = "UPDATE accounts SET description = $2, status = $3, fee = $4 WHERE id = $1";
    SET_DEFAULT = "UPDATE accounts SET is_default = (id = $2) WHERE company_id = $1";
    SET_STATEMENT_DAILY = "UPDATE accounts SET statement_daily = $2 WHERE id = $1";
    SET_HOSTS = "UPDATE accounts SET hosts = $2 WHERE id = $1";
}

/// Adds an account. The same branch and number twice is a [`StoreError::Conflict`].
pub fn insert(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    let data = crate::to_json(&account.data)?;
    let hosts = crate::to_json(&account.hosts)?;
    tx.exec(
        INSERT,
        params![
            &account.id,
            &account.company_id,
            account.credential_id.as_deref(),
            &account.bank,
            &account.description,
            &account.branch,
            &account.number,
            &account.digit,
            data,
            hosts,
            &account.hook_token,
            &account.status,
            account.created_at,
            account.is_default,
            account.fee,
            account.layout.as_deref(),
            account.statement_daily
        ],
    )?;
    Ok(())
}

/// Points the account at other addresses, as when the simulator moved to another port.
pub fn set_hosts(
    tx: &mut Tx,
    id: &str,
    hosts: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let hosts = crate::to_json(hosts)?;
    tx.exec(SET_HOSTS, params![id, hosts])?;
    Ok(())
}

/// Connects the account with another credential.
pub fn set_credential(tx: &mut Tx, id: &str, credential_id: &str) -> Result<(), StoreError> {
    tx.exec(SET_CREDENTIAL, params![id, credential_id])?;
    Ok(())
}

/// Connects every account that has one credential with another one. Gives how many there were.
pub fn replace_credential(
    tx: &mut Tx,
    company_id: &str,
    old: &str,
    new: &str,
) -> Result<u64, StoreError> {
    tx.exec(REPLACE_CREDENTIAL, params![company_id, old, new])
}

/// Gives the account another name for people, another status, another fee.
pub fn set_register(
    tx: &mut Tx,
    id: &str,
    description: &str,
    status: &str,
    fee: Option<Money>,
) -> Result<(), StoreError> {
    tx.exec(SET_REGISTER, params![id, description, status, fee])?;
    Ok(())
}

/// Has its statement read every business day from now on, or no longer.
pub fn set_statement_daily(tx: &mut Tx, id: &str, daily: bool) -> Result<(), StoreError> {
    tx.exec(SET_STATEMENT_DAILY, params![id, daily])?;
    Ok(())
}

/// Makes an account the one that charges where none is named; an empty id leaves the company
/// without.
pub fn set_default(tx: &mut Tx, company_id: &str, id: &str) -> Result<(), StoreError> {
    tx.exec(SET_DEFAULT, params![company_id, id])?;
    Ok(())
}

/// Keeps others from changing what belongs to this account until the transaction ends.
pub fn lock(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.rows(LOCK, params![id])?;
    Ok(())
}

/// One account.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Account>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// All accounts of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<Account>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// Every connected account of every company, inactive ones too: their boletos are followed.
pub fn connected(tx: &mut Tx) -> Result<Vec<Account>, StoreError> {
    tx.rows(CONNECTED, params![])?.into_iter().map(read).collect()
}

/// The account that a bank's call is meant for.
pub fn by_hook_token(tx: &mut Tx, token: &str) -> Result<Option<Account>, StoreError> {
    tx.row(BY_HOOK, params![token])?.map(read).transpose()
}

fn read(row: Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.text(0)?,
        company_id: row.text(1)?,
        credential_id: row.opt_text(2)?,
        bank: row.text(3)?,
        description: row.text(4)?,
        branch: row.text(5)?,
        number: row.text(6)?,
        digit: row.text(7)?,
        data: row.json(8)?,
        hosts: row.json(9)?,
        hook_token: row.text(10)?,
        status: row.text(11)?,
        created_at: row.instant(12)?,
        is_default: row.boolean(13)?,
        fee: row.opt_money(14)?,
        layout: row.opt_text(15)?,
        statement_daily: row.boolean(16)?,
    })
}
