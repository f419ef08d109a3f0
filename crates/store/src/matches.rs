//! Matches: what explains the lines of statements, and which pairs a person has refused.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use serde::{Deserialize, Serialize};

use crate::bank_lines::{self, KeptLine};
use crate::{Row, StoreError, Tx, params, sql, to_json};

/// What explains a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Boletos that it pays.
    Boletos,
    /// What the bank takes for its services.
    Fee,
    /// Between accounts of the company.
    Transfer,
    /// Whatever the note says.
    Other,
    /// A person decided that nothing needs to explain it.
    Ignored,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Boletos, Self::Fee, Self::Transfer, Self::Other, Self::Ignored];

    /// The word in the database and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Boletos => "boletos",
            Self::Fee => "fee",
            Self::Transfer => "transfer",
            Self::Other => "other",
            Self::Ignored => "ignored",
        }
    }

    /// Reads [`Kind::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The status of a line that it explains.
    pub const fn status(self) -> bank_lines::Status {
        match self {
            Self::Boletos => bank_lines::Status::Matched,
            Self::Fee => bank_lines::Status::Fee,
            Self::Transfer | Self::Other | Self::Ignored => bank_lines::Status::Explained,
        }
    }
}

/// How a line compares with what was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub kind: DifferenceKind,
    /// How much: over the nominal amount for `Due` (below zero: under it), without sign else.
    #[serde(default)]
    pub amount: Money,
}

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// What was due on the day.
    Due,
    /// The nominal amount, though more or less was due on that day.
    NominalOnly,
    /// Less than was due.
    Short,
    /// More than was due.
    Over,
    /// It was paid already.
    PaidTwice,
    /// A person says: interest and fine.
    Interest,
    /// A person says: a discount.
    Discount,
    /// A person says: kept by the bank.
    Fee,
    /// A person says: something else.
    Other,
}

/// One boleto's part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which boleto.
    pub boleto_id: String,
    /// What was paid for it, before fees.
    pub amount: Money,
}

/// A match, live or undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Which line.
    pub line_id: String,
    /// What explains it.
    pub kind: Kind,
    /// The boletos that it pays, or that a fee was for.
    pub shares: Vec<Share>,
    /// Words of the reasons, the strongest first; none where a person chose by themselves.
    pub reasons: Vec<String>,
    /// How sure, in millionths.
    pub confidence: i64,
    /// How the line compares with what was due.
    pub difference: Difference,
    /// What the bank kept.
    pub fee: Money,
    /// What a person wrote.
    pub note: String,
    /// `system` for what was matched by itself.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who undid it, and when.
    pub undone: Option<(String, Timestamp)>,
}

/// A share of a live match of boletos, with the day of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Of which boleto.
    pub boleto_id: String,
    /// Before fees.
    pub amount: Money,
    /// Day of the line.
    pub day: Date,
}

/// A line with what explains it, where anything does.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The line.
    pub line: KeptLine,
    /// Its live match, or that of the list.
    pub found: Option<Match>,
    /// Document numbers of the boletos of its shares, in their order.
    pub document_numbers: Vec<String>,
}

/// Which matches to list; `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of lines on or after this day.
    pub from: Option<Date>,
    /// Of lines on or before this day.
    pub to: Option<Date>,
    /// Made without a person, or by one.
    pub automatic: Option<bool>,
}

/// How many lines, and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// Sum of the amounts, without sign.
    pub amount: Money,
}

macro_rules! columns {
    () => {
        "m.id, m.company_id, m.line_id, m.kind, m.reasons, m.confidence, m.difference, m.fee, \
         m.note, m.created_by, m.created_at, m.undone_by, m.undone_at"
    };
}

/// Columns of a line after those of a match, and of one share.
macro_rules! with_line {
    () => {
        concat!(
            columns!(),
            ", l.id, l.company_id, l.account_id, l.body, l.source, l.provisional, l.import_id, \
             l.status, l.doubt, l.doubt_of, l.created_at, l.updated_at, l.missing_since, \
             l.missing_decision, s.boleto_id, s.amount, b.document_number"
        )
    };
}

/// Live shares of the lines of account `$1` from day `$2` on.
macro_rules! taken_from {
    () => {
        "FROM bank_lines l JOIN matches m ON m.line_id = l.id AND m.undone_at IS NULL
        JOIN match_shares s ON s.match_id = m.id
        WHERE l.account_id = $1 AND l.day >= $2 AND m.kind = 'boletos'"
    };
}

sql! {
    INSERT = "INSERT INTO matches (id, company_id, line_id, kind, reasons, confidence, difference,
        fee, note, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (line_id) WHERE undone_at IS NULL DO NOTHING";
    INSERT_SHARE = "INSERT INTO match_shares (match_id, company_id, boleto_id, amount)
        VALUES ($1, $2, $3, $4)";
    EXPLAIN_LINE = "UPDATE bank_lines SET status = $3, updated_at = $4
        WHERE company_id = $1 AND id = $2 AND status = 'open' AND amount = $5";
    LOCK_ACCOUNT = "SELECT id FROM accounts WHERE id = $1 /*for update*/";
    UNDO = "UPDATE matches SET undone_by = $3, undone_at = $4
        WHERE company_id = $1 AND id = $2 AND undone_at IS NULL";
    GET = concat!("SELECT ", columns!(), " FROM matches m WHERE m.company_id = $1 AND m.id = $2");
    OF_LINE = concat!("SELECT ", columns!(), " FROM matches m
        WHERE m.company_id = $1 AND m.line_id = $2 AND m.undone_at IS NULL");
    SHARES = "SELECT boleto_id, amount FROM match_shares WHERE match_id = $1";
    OF_BOLETO = "SELECT line_id FROM matches WHERE undone_at IS NULL AND id IN (
        SELECT match_id FROM match_shares WHERE boleto_id = $1 AND company_id = $2)";
    PAID_BY_LINES = "SELECT COUNT(*), CAST(COALESCE(SUM(s.amount), 0) AS BIGINT)
        FROM match_shares s JOIN matches m ON m.id = s.match_id
        WHERE s.boleto_id = $1 AND m.undone_at IS NULL AND m.kind = 'boletos'";
    PAGE = concat!("SELECT ", with_line!(), " FROM (SELECT x.* FROM matches x
          JOIN bank_lines y ON y.id = x.line_id
          WHERE x.company_id = $1 AND x.id < $2
          AND (CAST($3 AS TEXT) IS NULL OR y.day >= $3) AND (CAST($4 AS TEXT) IS NULL OR y.day <= $4)
          AND (CAST($5 AS TEXT) IS NULL OR ($5 = 'automatic' AND x.created_by = 'system')
            OR ($5 = 'person' AND x.created_by <> 'system'))
          ORDER BY x.id DESC LIMIT $6) m
        JOIN bank_lines l ON l.id = m.line_id LEFT JOIN match_shares s ON s.match_id = m.id
        LEFT JOIN boletos b ON b.id = s.boleto_id ORDER BY m.id DESC, s.boleto_id");
    PERIOD = concat!("SELECT ", with_line!(), " FROM (SELECT x.* FROM bank_lines x
          WHERE x.company_id = $1 AND x.account_id IN (SELECT id FROM accounts
            WHERE company_id = $1 AND (CAST($2 AS TEXT) IS NULL OR id = $2))
          AND x.day >= $3 AND x.day <= $4 AND (x.day, x.id) > ($5, $6)
          AND x.status <> 'given_up' AND x.status <> 'doubtful' ORDER BY x.day, x.id LIMIT $7) l
        LEFT JOIN matches m ON m.line_id = l.id AND m.undone_at IS NULL
        LEFT JOIN match_shares s ON s.match_id = m.id
        LEFT JOIN boletos b ON b.id = s.boleto_id ORDER BY l.day, l.id, s.boleto_id");
    REJECT = "INSERT INTO rejected_matches (line_id, boleto_id, company_id, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (line_id, boleto_id) DO NOTHING";
    FORGIVE = "DELETE FROM rejected_matches
        WHERE company_id = $1 AND line_id = $2 AND boleto_id = $3";
    REJECTED = "SELECT r.line_id, r.boleto_id FROM bank_lines l
        JOIN rejected_matches r ON r.line_id = l.id
        WHERE l.company_id = $1 AND l.account_id = $2 AND l.status = 'open'";
    REJECTED_OF = "SELECT boleto_id FROM rejected_matches WHERE line_id = $1 AND company_id = $2";
    UNDONE = "SELECT l.id FROM bank_lines l
        WHERE l.company_id = $1 AND l.account_id = $2 AND l.status = 'open'
        AND EXISTS (SELECT 1 FROM matches m WHERE m.line_id = l.id AND m.undone_at IS NOT NULL
          AND m.undone_by <> 'system')";
    TAKEN = concat!("SELECT s.boleto_id, s.amount, l.day ", taken_from!());
    // CROSS: SQLite takes them in this order, and not all lines of the account first.
    TAKEN_OF = "SELECT s.boleto_id, s.amount, l.day
        FROM match_shares s CROSS JOIN matches m CROSS JOIN bank_lines l
        WHERE s.boleto_id = $1 AND m.id = s.match_id AND m.undone_at IS NULL AND m.kind = 'boletos'
        AND l.id = m.line_id AND l.account_id = $2 AND l.day >= $3";
    OPEN_PAGE = "SELECT id, company_id, account_id, body, source, provisional, import_id, status,
        doubt, doubt_of, created_at, updated_at, missing_since, missing_decision FROM bank_lines
        WHERE company_id = $1 AND status = 'open' AND (day, id) > ($2, $3)
        AND (CAST($4 AS TEXT) IS NULL OR ($4 = 'in' AND amount > 0) OR ($4 = 'out' AND amount <= 0))
        ORDER BY day, id LIMIT $5";
    OPEN_BY_DAY = "SELECT day, CASE WHEN amount > 0 THEN 1 ELSE 0 END AS incoming, COUNT(*),
        CAST(SUM(amount) AS BIGINT) FROM bank_lines WHERE company_id = $1 AND status = 'open'
        GROUP BY day, CASE WHEN amount > 0 THEN 1 ELSE 0 END ORDER BY day";
    INCOMING_SINCE = "SELECT CASE WHEN status = 'open' THEN 0 ELSE 1 END AS explained, COUNT(*),
        CAST(SUM(amount) AS BIGINT) FROM bank_lines
        WHERE account_id IN (SELECT id FROM accounts WHERE company_id = $1) AND day >= $2
        AND amount > 0 AND status <> 'given_up' AND status <> 'doubtful'
        GROUP BY CASE WHEN status = 'open' THEN 0 ELSE 1 END";
    SEARCH = concat!("SELECT id FROM boletos WHERE company_id = $1 AND status <> 'REJECTED' AND (
        LOWER(document_number) LIKE $2 ESCAPE '!' OR our_number LIKE $2 ESCAPE '!'
        OR amount = $3 OR customer_id IN (SELECT id FROM customers WHERE company_id = $1 AND (",
        without_accents!("name"), " LIKE $2 ESCAPE '!' OR document LIKE $4 ESCAPE '!')))
        ORDER BY id DESC LIMIT $5");
}

/// Writes a match down and says so of its line; false, and nothing is written, when the line has
/// another one already, is not open, or has no longer this amount.
pub fn insert(tx: &mut Tx, found: &Match, line_amount: Money) -> Result<bool, StoreError> {
    let status = found.kind.status().word();
    let (company, line) = (&found.company_id, &found.line_id);
    let explained = params![company, line, status, found.created_at, line_amount];
    if tx.exec(EXPLAIN_LINE, explained)? != 1 {
        return Ok(false);
    }
    let row = params![
        &found.id,
        company,
        line,
        found.kind.word(),
        to_json(&found.reasons)?,
        found.confidence,
        to_json(&found.difference)?,
        found.fee,
        &found.note,
        &found.created_by,
        found.created_at
    ];
    if tx.exec(INSERT, row)? != 1 {
        // The status said that it was open: both are written together.
        return Err(StoreError::corrupt("matches: an open line has a match"));
    }
    for share in &found.shares {
        tx.exec(INSERT_SHARE, params![&found.id, company, &share.boleto_id, share.amount])?;
    }
    Ok(true)
}

/// Keeps others from matching lines of an account until the transaction ends.
pub fn lock_account(tx: &mut Tx, account_id: &str) -> Result<(), StoreError> {
    tx.rows(LOCK_ACCOUNT, params![account_id])?;
    Ok(())
}

/// Undoes a match, which stays as history; false when it was undone already.
pub fn undo(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(UNDO, params![company_id, id, by, now])? == 1)
}

/// One match of a company, live or undone.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Match>, StoreError> {
    let row = tx.row(GET, params![company_id, id])?;
    with_shares(tx, row)
}

/// What explains a line now.
pub fn of_line(tx: &mut Tx, company_id: &str, line_id: &str) -> Result<Option<Match>, StoreError> {
    let row = tx.row(OF_LINE, params![company_id, line_id])?;
    with_shares(tx, row)
}

fn with_shares(tx: &mut Tx, row: Option<Row>) -> Result<Option<Match>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let mut found = read(&row)?;
    for share in tx.rows_in_order(SHARES, params![&found.id])? {
        found.shares.push(Share { boleto_id: share.text(0)?, amount: share.money(1)? });
    }
    Ok(Some(found))
}

/// The lines that are explained by a boleto now.
pub fn of_boleto(
    tx: &mut Tx,
    company_id: &str,
    boleto_id: &str,
) -> Result<Vec<(KeptLine, Match)>, StoreError> {
    let mut all = Vec::new();
    for row in tx.rows_in_order(OF_BOLETO, params![boleto_id, company_id])? {
        let line_id = row.text(0)?;
        let line = bank_lines::get(tx, company_id, &line_id)?;
        all.extend(line.zip(of_line(tx, company_id, &line_id)?));
    }
    Ok(all)
}

/// How many lines pay a boleto, and how much of it.
pub fn paid_by_lines(tx: &mut Tx, boleto_id: &str) -> Result<Sum, StoreError> {
    match tx.row(PAID_BY_LINES, params![boleto_id])? {
        Some(row) => Ok(Sum { count: row.int(0)?, amount: row.money(1)? }),
        None => Ok(Sum::default()),
    }
}

/// Matches of a company, live and undone, newest first, before an id ([`crate::LAST_ID`]: from the
/// newest).
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    filter: &Filter,
    before: &str,
    limit: i64,
) -> Result<Vec<Explained>, StoreError> {
    let by = filter.automatic.map(|automatic| if automatic { "automatic" } else { "person" });
    let given = params![company_id, before, filter.from, filter.to, by, limit];
    gather(tx.rows(PAGE, given)?)
}

/// Lines of a period with what explains each, in the order of the statement, after a day and id;
/// without those that count in no balance.
pub fn period(
    tx: &mut Tx,
    company_id: &str,
    account_id: Option<&str>,
    days: (Date, Date),
    after: (Date, &str),
    limit: i64,
) -> Result<Vec<Explained>, StoreError> {
    let given = params![company_id, account_id, days.0, days.1, after.0, after.1, limit];
    gather(tx.rows(PERIOD, given)?)
}

/// Rows of one line each share, made one for each line.
fn gather(rows: Vec<Row>) -> Result<Vec<Explained>, StoreError> {
    let mut all: Vec<Explained> = Vec::new();
    for row in rows {
        let line_id = row.text(13)?;
        let match_id = row.opt_text(0)?;
        let same = |one: &Explained| {
            one.line.id == line_id && one.found.as_ref().map(|m| &m.id) == match_id.as_ref()
        };
        if !all.last().is_some_and(same) {
            let found = match_id.is_some().then(|| read(&row)).transpose()?;
            let line = bank_lines::read_at(&row, 13)?;
            all.push(Explained { line, found, document_numbers: Vec::new() });
        }
        if let Some(boleto_id) = row.opt_text(27)?
            && let Some(last) = all.last_mut()
            && let Some(found) = &mut last.found
        {
            found.shares.push(Share { boleto_id, amount: row.money(28)? });
            last.document_numbers.push(row.opt_text(29)?.unwrap_or_default());
        }
    }
    Ok(all)
}

/// A person says that a line does not pay a boleto.
pub fn reject(
    tx: &mut Tx,
    company_id: &str,
    line_id: &str,
    boleto_id: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(REJECT, params![line_id, boleto_id, company_id, by, now])?;
    Ok(())
}

/// A person matches what was refused before.
pub fn forgive(
    tx: &mut Tx,
    company_id: &str,
    line_id: &str,
    boleto_id: &str,
) -> Result<(), StoreError> {
    tx.exec(FORGIVE, params![company_id, line_id, boleto_id])?;
    Ok(())
}

/// Refused pairs of open lines of an account: line and boleto.
pub fn rejected(
    tx: &mut Tx,
    company_id: &str,
    account_id: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.rows(REJECTED, params![company_id, account_id])?.into_iter();
    rows.map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}

/// Boletos that a person has refused for a line.
pub fn rejected_of(
    tx: &mut Tx,
    company_id: &str,
    line_id: &str,
) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(REJECTED_OF, params![line_id, company_id])?.into_iter();
    rows.map(|row| row.text(0)).collect()
}

/// Open lines of an account of which a person, or what the bank said, undid a match: a person looks
/// at them.
pub fn undone(tx: &mut Tx, company_id: &str, account_id: &str) -> Result<Vec<String>, StoreError> {
    tx.rows(UNDONE, params![company_id, account_id])?.iter().map(|row| row.text(0)).collect()
}

/// Live shares of the lines of an account from a day on, ordered by boleto.
pub fn taken(tx: &mut Tx, account_id: &str, since: Date) -> Result<Vec<Taken>, StoreError> {
    let rows = tx.rows_in_order(TAKEN, params![account_id, since])?.into_iter();
    rows.map(|row| Ok(Taken { boleto_id: row.text(0)?, amount: row.money(1)?, day: row.date(2)? }))
        .collect()
}

/// Those of [`taken`] that are of one boleto.
pub fn taken_of(
    tx: &mut Tx,
    account_id: &str,
    boleto_id: &str,
    since: Date,
) -> Result<Vec<Taken>, StoreError> {
    let rows = tx.rows(TAKEN_OF, params![boleto_id, account_id, since])?.into_iter();
    rows.map(|row| Ok(Taken { boleto_id: row.text(0)?, amount: row.money(1)?, day: row.date(2)? }))
        .collect()
}

/// Lines that nothing explains, the oldest first, after a day and id: all, or what came in
/// (`Some(true)`) or went out.
pub fn open_page(
    tx: &mut Tx,
    company_id: &str,
    incoming: Option<bool>,
    after: (Date, &str),
    limit: i64,
) -> Result<Vec<KeptLine>, StoreError> {
    let side = incoming.map(|incoming| if incoming { "in" } else { "out" });
    let given = params![company_id, after.0, after.1, side, limit];
    tx.rows(OPEN_PAGE, given)?.iter().map(|row| bank_lines::read_at(row, 0)).collect()
}

/// Lines that nothing explains, by day: the day, whether money came in, and the sum.
pub fn open_by_day(tx: &mut Tx, company_id: &str) -> Result<Vec<(Date, bool, Sum)>, StoreError> {
    let rows = tx.rows(OPEN_BY_DAY, params![company_id])?.into_iter();
    rows.map(|row| {
        let amount = Money::from_cents(row.int(3)?.abs());
        Ok((row.date(0)?, row.int(1)? == 1, Sum { count: row.int(2)?, amount }))
    })
    .collect()
}

/// Money that came in since a day: explained, and not.
pub fn incoming_since(
    tx: &mut Tx,
    company_id: &str,
    since: Date,
) -> Result<(Sum, Sum), StoreError> {
    let (mut explained, mut open) = (Sum::default(), Sum::default());
    for row in tx.rows(INCOMING_SINCE, params![company_id, since])? {
        let sum = Sum { count: row.int(1)?, amount: row.money(2)? };
        if row.int(0)? == 1 { explained = sum } else { open = sum }
    }
    Ok((explained, open))
}

/// Boletos of a company whose number, customer or amount is like what was typed, newest first.
pub fn search(
    tx: &mut Tx,
    company_id: &str,
    text: &str,
    amount: Option<Money>,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let pattern = crate::accents::name_pattern(text);
    let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let document = if digits.is_empty() { "!".to_owned() } else { format!("{digits}%") };
    let rows = tx.rows(SEARCH, params![company_id, pattern, amount, document, limit])?;
    rows.into_iter().map(|row| row.text(0)).collect()
}

#[cfg(feature = "testing")]
sql! {
    LOOK = "INSERT INTO statement_imports (id, company_id, account_id, source, new_count,
        known_count, doubtful_count, warnings, created_by, created_at)
        VALUES ($1, $2, $3, 'ofx', 0, 0, 0, '[]', 'system', $4)";
}

/// A look at a statement, to which the lines of a test can belong.
#[cfg(feature = "testing")]
pub fn insert_look(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    account_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(LOOK, params![id, company_id, account_id, now])?;
    Ok(())
}

fn read(row: &Row) -> Result<Match, StoreError> {
    let kind = row.text(3)?;
    Ok(Match {
        id: row.text(0)?,
        company_id: row.text(1)?,
        line_id: row.text(2)?,
        kind: Kind::from_word(&kind)
            .ok_or_else(|| StoreError::corrupt(format!("matches.kind: {kind}")))?,
        shares: Vec::new(),
        reasons: row.json(4)?,
        confidence: row.int(5)?,
        difference: row.json(6)?,
        fee: row.money(7)?,
        note: row.text(8)?,
        created_by: row.text(9)?,
        created_at: row.instant(10)?,
        undone: row.opt_text(11)?.zip(row.opt_instant(12)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn no_question_reads_all_lines_or_matches() {
        let all = [
            (OF_LINE, "matches_of_line (line_id=?)"),
            (OF_BOLETO, "match_shares_boleto (boleto_id=?)"),
            (PAID_BY_LINES, "match_shares_boleto (boleto_id=?)"),
            (TAKEN_OF, "match_shares_boleto (boleto_id=?)"),
            (TAKEN, "bank_lines_day (account_id=? AND day>?)"),
            (PAGE, "matches_company (company_id=? AND id<?)"),
            (PERIOD, "bank_lines_day (account_id=? AND day>? AND day<?)"),
            (REJECTED, "bank_lines_open (company_id=?)"),
            (UNDONE, "matches_undone (line_id=?)"),
            (OPEN_PAGE, "bank_lines_open (company_id=? AND (day,id)>(?,?))"),
            (OPEN_BY_DAY, "COVERING INDEX bank_lines_open (company_id=?)"),
            (INCOMING_SINCE, "bank_lines_day (account_id=? AND day>?)"),
        ];
        for (sql, expected) in all {
            let plan = plan(sql);
            assert!(plan.contains(expected), "{}: {plan}", sql.name());
        }
    }
}
