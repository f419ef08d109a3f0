//! Credentials at banks, and their sealed values.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{Row, StoreError, Tx, params, sql};

/// A credential at one bank, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// The bank's folder.
    pub bank: String,
    /// Name of the integration, for people.
    pub name: String,
    /// End of its certificate.
    pub not_after: Option<Timestamp>,
    /// `active`, `disabled` or `revoked`.
    pub status: String,
    /// When it was saved here.
    pub created_at: Timestamp,
    /// E-mail of whoever answers for it; may be empty.
    pub responsible: String,
    /// Last day of the integration at the bank, where it was told.
    pub ends_on: Option<Date>,
    /// When the bank first accepted it; `None` before.
    pub accepted_at: Option<Timestamp>,
    /// Since when the bank refuses it; `None` while it does not.
    pub refused_at: Option<Timestamp>,
    /// By which HTTP status it refused it last.
    pub refused_status: Option<i64>,
}

/// Something that was told about a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// About which.
    pub credential_id: String,
    /// Whose.
    pub company_id: String,
    /// What was told; once for each credential.
    pub what: String,
    /// The e-mail that tells it, if one was written.
    pub mail_id: Option<String>,
    /// Why none went, a word of the engine; empty where one did.
    pub unsent: String,
    /// When.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, company_id, bank, name, not_after, status, created_at, responsible, ends_on,
         accepted_at, refused_at, refused_status"
    };
}

sql! {
    INSERT = concat!("INSERT INTO credentials (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    GET = concat!("SELECT ", columns!(), " FROM credentials WHERE id = $1");
    LIST = concat!("SELECT ", columns!(), " FROM credentials WHERE company_id = $1 ORDER BY id");
    IN_USE = concat!("SELECT ", columns!(), " FROM credentials WHERE EXISTS
        (SELECT 1 FROM accounts WHERE accounts.credential_id = credentials.id) ORDER BY id");
    SET_REGISTER = "UPDATE credentials SET responsible = $3, ends_on = $4
        WHERE company_id = $1 AND id = $2";
    ACCEPTED = "UPDATE credentials SET accepted_at = COALESCE(accepted_at, $2), refused_at = NULL
        WHERE id = $1 AND (accepted_at IS NULL OR refused_at IS NOT NULL)";
    REFUSED = "UPDATE credentials SET refused_at = COALESCE(refused_at, $2), refused_status = $3
        WHERE id = $1";
    TELL = "INSERT INTO credential_notices
        (credential_id, company_id, what, mail_id, unsent, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential_id, what) DO NOTHING";
    LAST_TOLD = "SELECT credential_id, company_id, what, mail_id, unsent, created_at
        FROM credential_notices WHERE company_id = $1 AND credential_id = $2 AND unsent <> $3
        ORDER BY created_at DESC, what LIMIT 1";
    UNSENT = "UPDATE credential_notices SET unsent = $3 WHERE company_id = $1 AND mail_id = $2";
    PUT_VALUE = "INSERT INTO credential_values (credential_id, field, version, sealed)
        VALUES ($1, $2, $3, $4)";
    VALUES = "SELECT field, version, sealed FROM credential_values WHERE credential_id = $1
        ORDER BY field, version";
}

/// Adds a credential.
pub fn insert(tx: &mut Tx, credential: &Credential) -> Result<(), StoreError> {
    let row = params![
        &credential.id,
        &credential.company_id,
        &credential.bank,
        &credential.name,
        credential.not_after,
        &credential.status,
        credential.created_at,
        &credential.responsible,
        credential.ends_on,
        credential.accepted_at,
        credential.refused_at,
        credential.refused_status
    ];
    tx.exec(INSERT, row).map(|_| ())
}

/// Sets who answers for a credential and the last day of the integration at the bank.
pub fn set_register(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    responsible: &str,
    ends_on: Option<Date>,
) -> Result<(), StoreError> {
    tx.exec(SET_REGISTER, params![company_id, id, responsible, ends_on]).map(|_| ())
}

/// The bank accepts it. False when that was known.
pub fn accepted(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.exec(ACCEPTED, params![id, now])? == 1)
}

/// The bank refuses it, by this HTTP status; since when stays as it was.
pub fn refused(tx: &mut Tx, id: &str, status: u16, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(REFUSED, params![id, now, i64::from(status)]).map(|_| ())
}

/// Every credential of every company that an account is connected with.
pub fn in_use(tx: &mut Tx) -> Result<Vec<Credential>, StoreError> {
    tx.rows(IN_USE, params![])?.into_iter().map(read).collect()
}

/// Remembers what is told. False when it was told before: then nothing is to be done.
pub fn tell(tx: &mut Tx, notice: &Notice) -> Result<bool, StoreError> {
    let Notice { credential_id, company_id, what, mail_id, unsent, created_at } = notice;
    let row = params![credential_id, company_id, what, mail_id.as_deref(), unsent, *created_at];
    Ok(tx.exec(TELL, row)? == 1)
}

/// What was last told about a credential, but for what has this word in `unsent`.
pub fn last_told(
    tx: &mut Tx,
    company_id: &str,
    credential_id: &str,
    but_for: &str,
) -> Result<Option<Notice>, StoreError> {
    let Some(row) = tx.row(LAST_TOLD, params![company_id, credential_id, but_for])? else {
        return Ok(None);
    };
    Ok(Some(Notice {
        credential_id: row.text(0)?,
        company_id: row.text(1)?,
        what: row.text(2)?,
        mail_id: row.opt_text(3)?,
        unsent: row.text(4)?,
        created_at: row.instant(5)?,
    }))
}

/// The e-mail did not go, and why; nothing where it tells of no credential.
pub fn unsent(tx: &mut Tx, company_id: &str, mail_id: &str, why: &str) -> Result<(), StoreError> {
    tx.exec(UNSENT, params![company_id, mail_id, why]).map(|_| ())
}

/// Adds a sealed value under a version that was not used before.
pub fn put_value(
    tx: &mut Tx,
    credential_id: &str,
    field: &str,
    version: i64,
    sealed: &[u8],
) -> Result<(), StoreError> {
    tx.exec(PUT_VALUE, params![credential_id, field, version, sealed])?;
    Ok(())
}

/// One credential.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Credential>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// All credentials of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<Credential>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// The newest sealed value of each field, with its version.
pub fn values(tx: &mut Tx, credential_id: &str) -> Result<Vec<(String, i64, Vec<u8>)>, StoreError> {
    let mut newest: Vec<(String, i64, Vec<u8>)> = Vec::new();
    for row in tx.rows(VALUES, params![credential_id])? {
        let value = (row.text(0)?, row.int(1)?, row.bytes(2)?);
        if newest.last().is_some_and(|(field, ..)| *field == value.0) {
            newest.pop();
        }
        newest.push(value);
    }
    Ok(newest)
}

fn read(row: Row) -> Result<Credential, StoreError> {
    Ok(Credential {
        id: row.text(0)?,
        company_id: row.text(1)?,
        bank: row.text(2)?,
        name: row.text(3)?,
        not_after: row.opt_instant(4)?,
        status: row.text(5)?,
        created_at: row.instant(6)?,
        responsible: row.text(7)?,
        ends_on: row.opt_date(8)?,
        accepted_at: row.opt_instant(9)?,
        refused_at: row.opt_instant(10)?,
        refused_status: row.opt_int(11)?,
    })
}
