//! The movements of accounts, as statements told them.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::line_identity::Source;

use crate::{Row, StoreError, Tx, params, sql, to_json};

/// What explains a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing yet.
    Open,
    /// Boletos that it pays.
    Matched,
    /// What the bank takes for its services.
    Fee,
    /// A person's decision: a transfer, or whatever the note says.
    Explained,
    /// Perhaps it is there already; a person decides. In no balance.
    Doubtful,
    /// The bank took it back, or a person said it was there already. In no balance.
    GivenUp,
}

impl Status {
    const ALL: [Self; 6] =
        [Self::Open, Self::Matched, Self::Fee, Self::Explained, Self::Doubtful, Self::GivenUp];

    /// The word in the database and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Matched => "matched",
            Self::Fee => "fee",
            Self::Explained => "explained",
            Self::Doubtful => "doubtful",
            Self::GivenUp => "given_up",
        }
    }

    /// The status of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether the line counts in the balance of its day.
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Doubtful | Self::GivenUp)
    }
}

/// A line that the bank no longer tells, though it told all of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nobody has decided: it counts.
    Undecided,
    /// A person decided that it counts.
    Kept,
    /// A person decided that the bank took it back: it is given up.
    Discarded,
}

impl Missing {
    /// The word in the API; that of a decision in the database too.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Kept => "kept",
            Self::Discarded => "discarded",
        }
    }

    /// The decision of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Kept, Self::Discarded].into_iter().find(|missing| missing.word() == word)
    }
}

/// A line that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Of which account.
    pub account_id: String,
    /// What the statement says.
    pub line: BankLine,
    /// The richest source that told it.
    pub source: Source,
    /// The bank may still take it back or change it.
    pub provisional: bool,
    /// In which look it was found first.
    pub import_id: String,
    /// What explains it.
    pub status: Status,
    /// Why it may be there already, in Portuguese, and which line it may be.
    pub doubt: Option<(String, String)>,
    /// When it was found.
    pub created_at: Timestamp,
    /// When anything of it changed.
    pub updated_at: Timestamp,
    /// Whether the bank no longer tells it, and what a person decided of that.
    pub missing: Option<Missing>,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, body, source, provisional, import_id, status, doubt, \
         doubt_of, created_at, updated_at, missing_since, missing_decision"
    };
}

sql! {
    INSERT = "INSERT INTO bank_lines (id, company_id, account_id, day, amount, body, source,
        provisional, import_id, status, doubt, doubt_of, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE = "UPDATE bank_lines SET day = $2, amount = $3, body = $4, source = $5,
        provisional = $6, updated_at = $7 WHERE id = $1";
    SET_STATUS = "UPDATE bank_lines SET status = $3, updated_at = $4
        WHERE company_id = $1 AND id = $2";
    GET = concat!("SELECT ", columns!(), " FROM bank_lines WHERE company_id = $1 AND id = $2");
    OF_DAYS = concat!("SELECT ", columns!(), " FROM bank_lines
        WHERE account_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, id");
    OPEN = concat!("SELECT ", columns!(), " FROM bank_lines
        WHERE company_id = $1 AND status = 'open' AND (day, id) > ($2, $3)
        AND (CAST($4 AS TEXT) IS NULL OR account_id = $4)
        ORDER BY day, id LIMIT $5");
    ANY_OPEN = "SELECT 1 FROM bank_lines
        WHERE account_id = $1 AND status = 'open' AND amount > 0 LIMIT 1";
    MISSING = concat!("SELECT ", columns!(), " FROM bank_lines
        WHERE account_id = $1 AND missing_since IS NOT NULL AND missing_decision IS NULL
        ORDER BY day, id");
    SET_MISSING = "UPDATE bank_lines SET missing_since = $3, missing_decision = NULL
        WHERE company_id = $1 AND id = $2";
    DECIDE_MISSING = "UPDATE bank_lines SET missing_decision = $3 WHERE company_id = $1 AND id = $2";
    CLEAR_DOUBT = "UPDATE bank_lines SET status = 'open', doubt = NULL, doubt_of = NULL,
        updated_at = $3 WHERE company_id = $1 AND id = $2";
    DOUBTFUL = "SELECT COUNT(*), MIN(day) FROM bank_lines WHERE account_id = $1 AND status = 'doubtful'";
    PAGE = concat!("SELECT ", columns!(), " FROM bank_lines
        WHERE company_id = $1 AND id < $2 AND (CAST($3 AS TEXT) IS NULL OR account_id = $3)
        AND day >= $4 AND day <= $5 AND (CAST($6 AS TEXT) IS NULL OR status = $6)
        ORDER BY id DESC LIMIT $7");
}

/// Keeps a line.
pub fn insert(tx: &mut Tx, kept: &KeptLine) -> Result<(), StoreError> {
    let (doubt, doubt_of) = kept.doubt.clone().unzip();
    tx.exec(
        INSERT,
        params![
            &kept.id,
            &kept.company_id,
            &kept.account_id,
            kept.line.date,
            kept.line.amount,
            to_json(&kept.line)?,
            kept.source.word(),
            kept.provisional,
            &kept.import_id,
            kept.status.word(),
            doubt,
            doubt_of,
            kept.created_at,
            kept.updated_at
        ],
    )?;
    Ok(())
}

/// Writes what a line is from now on: its words, source, and whether it is provisional.
pub fn update(tx: &mut Tx, kept: &KeptLine, now: Timestamp) -> Result<(), StoreError> {
    let (line, source) = (to_json(&kept.line)?, kept.source.word());
    let (day, amount) = (kept.line.date, kept.line.amount);
    tx.exec(UPDATE, params![&kept.id, day, amount, line, source, kept.provisional, now])?;
    Ok(())
}

/// Says what explains a line.
pub fn set_status(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    status: Status,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(SET_STATUS, params![company_id, id, status.word(), now])?;
    Ok(())
}

/// One line of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<KeptLine>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// All lines of an account on some days, both included, in order; doubtful and given up ones too.
pub fn of_days(
    tx: &mut Tx,
    account_id: &str,
    first: Date,
    last: Date,
) -> Result<Vec<KeptLine>, StoreError> {
    tx.rows(OF_DAYS, params![account_id, first, last])?.into_iter().map(read).collect()
}

/// Lines of a company that nothing explains yet, the oldest first, after a day and id.
pub fn open(
    tx: &mut Tx,
    company_id: &str,
    account_id: Option<&str>,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<KeptLine>, StoreError> {
    let (day, id) = after;
    tx.rows(OPEN, params![company_id, day, id, account_id, limit])?.into_iter().map(read).collect()
}

/// Whether money came in on an account that nothing explains yet.
pub fn any_open(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    Ok(tx.row(ANY_OPEN, params![account_id])?.is_some())
}

/// Lines of an account that its bank no longer tells, on days of which it told everything, and of
/// which no person has decided.
pub fn missing(tx: &mut Tx, account_id: &str) -> Result<Vec<KeptLine>, StoreError> {
    tx.rows(MISSING, params![account_id])?.into_iter().map(read).collect()
}

/// A person decides of a line that the bank no longer tells.
pub fn decide_missing(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    decision: Missing,
) -> Result<(), StoreError> {
    tx.exec(DECIDE_MISSING, params![company_id, id, decision.word()])?;
    Ok(())
}

/// The bank no longer tells a line since an instant, or tells it again; what was decided is over.
pub fn set_missing(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.exec(SET_MISSING, params![company_id, id, since])?;
    Ok(())
}

/// A doubtful line is one by itself.
pub fn clear_doubt(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(CLEAR_DOUBT, params![company_id, id, now])?;
    Ok(())
}

/// How many lines of an account wait for a person, and the day of the first.
pub fn doubtful(tx: &mut Tx, account_id: &str) -> Result<(i64, Option<Date>), StoreError> {
    let row = tx.row(DOUBTFUL, params![account_id])?;
    row.map_or(Ok((0, None)), |row| Ok((row.int(0)?, row.opt_date(1)?)))
}

/// Which lines of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of this account only.
    pub account_id: Option<String>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// In this status only.
    pub status: Option<Status>,
}

/// Lines of a company, the one found last first, before an id.
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    wanted: &Wanted,
    before: &str,
    limit: i64,
) -> Result<Vec<KeptLine>, StoreError> {
    let Wanted { account_id, from, to, status } = wanted;
    let status = status.map(Status::word);
    tx.rows(PAGE, params![company_id, before, account_id, *from, *to, status, limit])?
        .into_iter()
        .map(read)
        .collect()
}

fn read(row: Row) -> Result<KeptLine, StoreError> {
    read_at(&row, 0)
}

/// A line whose columns begin at a place of a row.
pub(crate) fn read_at(row: &Row, at: usize) -> Result<KeptLine, StoreError> {
    let word = row.text(at + 7)?;
    let status = Status::from_word(&word)
        .ok_or_else(|| StoreError::corrupt(format!("bank_lines.status: {word}")))?;
    let source = row.text(at + 4)?;
    let source = Source::from_word(&source)
        .ok_or_else(|| StoreError::corrupt(format!("bank_lines.source: {source}")))?;
    Ok(KeptLine {
        id: row.text(at)?,
        company_id: row.text(at + 1)?,
        account_id: row.text(at + 2)?,
        line: row.json(at + 3)?,
        source,
        provisional: row.boolean(at + 5)?,
        import_id: row.text(at + 6)?,
        status,
        doubt: row.opt_text(at + 8)?.zip(row.opt_text(at + 9)?),
        created_at: row.instant(at + 10)?,
        updated_at: row.instant(at + 11)?,
        missing: match (row.opt_instant(at + 12)?, row.opt_text(at + 13)?) {
            (None, _) => None,
            (Some(_), None) => Some(Missing::Undecided),
            (Some(_), Some(word)) => Some(Missing::from_word(&word).ok_or_else(|| {
                StoreError::corrupt(format!("bank_lines.missing_decision: {word}"))
            })?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn whether_any_is_open_is_asked_of_the_index() {
        let plan = plan(ANY_OPEN);
        let expected = "COVERING INDEX bank_lines_waiting (account_id=? AND amount>?)";
        assert!(plan.contains(expected), "{plan}");
    }
}
