//! Roads to a credential: the key pair, what the bank sent, and how far each got.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A road to a credential, for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// For which account.
    pub account_id: String,
    /// `first` certificate, or the `next` one.
    pub kind: String,
    /// What the letter says, in the words of the bank's folder.
    pub data: BTreeMap<String, String>,
    /// CA of a simulator, PEM; only in a sandbox.
    pub ca: Option<String>,
    /// Public half of the key pair, PEM.
    pub public_key: String,
    /// Private half as the vault sealed it; gone when the road has ended.
    pub private_key: Option<Vec<u8>>,
    /// Client id that the bank sent; empty before.
    pub client_id: String,
    /// Temporary token as the vault sealed it; gone when it was used.
    pub token: Option<Vec<u8>>,
    /// Until when that token is good.
    pub token_until: Option<Timestamp>,
    /// When the letter went to the bank.
    pub letter_at: Option<Timestamp>,
    /// When the bank was last asked for the certificate: from then on it may have signed.
    pub asked_at: Option<Timestamp>,
    /// When it was known what came of that.
    pub answered_at: Option<Timestamp>,
    /// The bank's code of its last refusal; empty where there was none.
    pub answer: String,
    /// What went wrong last, for people.
    pub message: String,
    /// The credential that came of it.
    pub credential_id: Option<String>,
    /// Who began it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, kind, data, ca, public_key, private_key, client_id, token,
         token_until, letter_at, asked_at, answered_at, answer, message, credential_id,
         created_by, created_at, ended_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO enrolments (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
        $18, $19, $20)");
    SAVE = "UPDATE enrolments SET data = $2, ca = $3, private_key = $4, client_id = $5, token = $6,
        token_until = $7, letter_at = $8, asked_at = $9, answered_at = $10, answer = $11,
        message = $12, credential_id = $13, ended_at = $14 WHERE id = $1";
    OPEN = concat!("SELECT ", columns!(), " FROM enrolments
        WHERE account_id = $1 AND ended_at IS NULL /*for update*/");
    LAST = concat!("SELECT ", columns!(), " FROM enrolments WHERE account_id = $1
        ORDER BY created_at DESC, id DESC LIMIT 1");
}

/// Adds one. A second open one of the same account is a [`StoreError::Conflict`].
pub fn insert(tx: &mut Tx, e: &Enrolment) -> Result<(), StoreError> {
    let row = params![
        &e.id,
        &e.company_id,
        &e.account_id,
        &e.kind,
        crate::to_json(&e.data)?,
        e.ca.as_deref(),
        &e.public_key,
        e.private_key.as_ref(),
        &e.client_id,
        e.token.as_ref(),
        e.token_until,
        e.letter_at,
        e.asked_at,
        e.answered_at,
        &e.answer,
        &e.message,
        e.credential_id.as_deref(),
        &e.created_by,
        e.created_at,
        e.ended_at
    ];
    tx.exec(INSERT, row).map(|_| ())
}

/// Saves what may change of one.
pub fn save(tx: &mut Tx, e: &Enrolment) -> Result<(), StoreError> {
    let row = params![
        &e.id,
        crate::to_json(&e.data)?,
        e.ca.as_deref(),
        e.private_key.as_ref(),
        &e.client_id,
        e.token.as_ref(),
        e.token_until,
        e.letter_at,
        e.asked_at,
        e.answered_at,
        &e.answer,
        &e.message,
        e.credential_id.as_deref(),
        e.ended_at
    ];
    tx.exec(SAVE, row).map(|_| ())
}

/// The open one of an account, locked until the end of the transaction.
pub fn open(tx: &mut Tx, account_id: &str) -> Result<Option<Enrolment>, StoreError> {
    tx.row(OPEN, params![account_id])?.map(read).transpose()
}

/// The last one of an account, open or not.
pub fn last(tx: &mut Tx, account_id: &str) -> Result<Option<Enrolment>, StoreError> {
    tx.row(LAST, params![account_id])?.map(read).transpose()
}

fn read(row: Row) -> Result<Enrolment, StoreError> {
    let bytes = |column| if row.is_null(column)? { Ok(None) } else { row.bytes(column).map(Some) };
    Ok(Enrolment {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        kind: row.text(3)?,
        data: row.json(4)?,
        ca: row.opt_text(5)?,
        public_key: row.text(6)?,
        private_key: bytes(7)?,
        client_id: row.text(8)?,
        token: bytes(9)?,
        token_until: row.opt_instant(10)?,
        letter_at: row.opt_instant(11)?,
        asked_at: row.opt_instant(12)?,
        answered_at: row.opt_instant(13)?,
        answer: row.text(14)?,
        message: row.text(15)?,
        credential_id: row.opt_text(16)?,
        created_by: row.text(17)?,
        created_at: row.instant(18)?,
        ended_at: row.opt_instant(19)?,
    })
}
