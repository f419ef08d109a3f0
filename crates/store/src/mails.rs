//! E-mails, with a boleto or with words of their own, and the server through which a company sends them.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// The SMTP server of a company.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Whose.
    pub company_id: String,
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: i64,
    /// How the connection is protected, a word of the engine.
    pub security: String,
    /// Who signs in there; empty when nobody does.
    pub user: String,
    /// The password as the vault sealed it.
    pub sealed: Option<Vec<u8>>,
    /// Version of the password, from 1.
    pub version: i64,
    /// From whom letters are.
    pub sender: String,
}

/// Where an e-mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not taken by the server yet.
    Waiting,
    /// Taken by the server.
    Sent,
    /// Given up.
    Failed,
}

impl Status {
    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|s| s.word() == word)
    }
}

/// An e-mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// The boleto that it brings; `None` where it has words of its own.
    pub boleto_id: Option<String>,
    /// Subject of its own; empty where it brings a boleto.
    pub subject: String,
    /// Text of its own; empty where it brings a boleto.
    pub body: String,
    /// To whom.
    pub recipient: String,
    /// Where it stands.
    pub status: Status,
    /// What went wrong last, for people.
    pub message: String,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, company_id, boleto_id, subject, body, recipient, status, message, created_by,
         created_at, ended_at"
    };
}

sql! {
    SETTINGS = "SELECT company_id, host, port, security, user_name, sealed, version, sender
        FROM mail_settings WHERE company_id = $1";
    SAVE_SETTINGS = "INSERT INTO mail_settings
        (company_id, host, port, security, user_name, sealed, version, sender)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (company_id) DO UPDATE SET host = excluded.host, port = excluded.port,
          security = excluded.security, user_name = excluded.user_name,
          sealed = excluded.sealed, version = excluded.version, sender = excluded.sender";
    INSERT = concat!("INSERT INTO mails (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
    GET = concat!("SELECT ", columns!(), " FROM mails WHERE company_id = $1 AND id = $2");
    OF_BOLETO = concat!("SELECT ", columns!(), " FROM mails
        WHERE company_id = $1 AND boleto_id = $2 ORDER BY id");
    LAST = concat!("SELECT ", columns!(), " FROM mails WHERE company_id = $1
        ORDER BY id DESC LIMIT $2");
    END = "UPDATE mails SET status = $3, message = $4, ended_at = $5
        WHERE company_id = $1 AND id = $2 AND status = 'waiting'";
    NOTE = "UPDATE mails SET message = $3
        WHERE company_id = $1 AND id = $2 AND status = 'waiting'";
}

/// The server of a company; `None` when none was told.
pub fn settings(tx: &mut Tx, company_id: &str) -> Result<Option<MailSettings>, StoreError> {
    let Some(row) = tx.row(SETTINGS, params![company_id])? else { return Ok(None) };
    Ok(Some(MailSettings {
        company_id: row.text(0)?,
        host: row.text(1)?,
        port: row.int(2)?,
        security: row.text(3)?,
        user: row.text(4)?,
        sealed: if row.is_null(5)? { None } else { Some(row.bytes(5)?) },
        version: row.int(6)?,
        sender: row.text(7)?,
    }))
}

/// Sets the server of a company.
pub fn save_settings(tx: &mut Tx, settings: &MailSettings) -> Result<(), StoreError> {
    let MailSettings { company_id, host, port, security, user, sealed, version, sender } = settings;
    let sealed = sealed.as_ref();
    let row = params![company_id, host, *port, security, user, sealed, *version, sender];
    tx.exec(SAVE_SETTINGS, row).map(|_| ())
}

/// Adds an e-mail.
pub fn insert(tx: &mut Tx, mail: &Mail) -> Result<(), StoreError> {
    let row = params![
        &mail.id,
        &mail.company_id,
        mail.boleto_id.as_deref(),
        &mail.subject,
        &mail.body,
        &mail.recipient,
        mail.status.word(),
        &mail.message,
        &mail.created_by,
        mail.created_at,
        mail.ended_at
    ];
    tx.exec(INSERT, row).map(|_| ())
}

/// An e-mail of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Mail>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// The e-mails about a boleto, oldest first.
pub fn of_boleto(tx: &mut Tx, company_id: &str, boleto: &str) -> Result<Vec<Mail>, StoreError> {
    tx.rows(OF_BOLETO, params![company_id, boleto])?.into_iter().map(read).collect()
}

/// The last e-mails of a company, newest first.
pub fn last(tx: &mut Tx, company_id: &str, limit: i64) -> Result<Vec<Mail>, StoreError> {
    tx.rows(LAST, params![company_id, limit])?.into_iter().map(read).collect()
}

/// What became of a waiting e-mail; false when it ended before.
pub fn end(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    status: Status,
    message: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(END, params![company_id, id, status.word(), message, now])? == 1)
}

/// Why it still waits.
pub fn note(tx: &mut Tx, company_id: &str, id: &str, message: &str) -> Result<(), StoreError> {
    tx.exec(NOTE, params![company_id, id, message]).map(|_| ())
}

fn read(row: Row) -> Result<Mail, StoreError> {
    let status = Status::from_word(row.str(6)?);
    Ok(Mail {
        id: row.text(0)?,
        company_id: row.text(1)?,
        boleto_id: row.opt_text(2)?,
        subject: row.text(3)?,
        body: row.text(4)?,
        recipient: row.text(5)?,
        status: status.ok_or_else(|| StoreError::corrupt("mails: unknown status"))?,
        message: row.text(7)?,
        created_by: row.text(8)?,
        created_at: row.instant(9)?,
        ended_at: row.opt_instant(10)?,
    })
}
