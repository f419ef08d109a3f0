//! Days of accounts: what the bank says was there at their end, and what the lines say.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;

use crate::{Row, StoreError, Tx, params, sql};

/// How a day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not proved: no balance of the bank yet, or one that the lines do not lead to.
    Open,
    /// The balance of the bank, its own or that of a later day, is what the lines lead to.
    Closed,
    /// The balance from which counting begins; nothing before it is known.
    Start,
}

impl Status {
    const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Start];

    /// The word in the database and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Start => "start",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A day of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementDay {
    /// Which account.
    pub account_id: String,
    /// Whose.
    pub company_id: String,
    /// Which day.
    pub day: Date,
    /// What was there before: the last balance of the bank and the lines since.
    pub opening: Option<Money>,
    /// What the bank says was there at its end.
    pub closing: Option<Money>,
    /// Sum of its lines that count.
    pub moved: Money,
    /// How it stands.
    pub status: Status,
    /// What the bank says less what the lines lead to; zero where it is proved.
    pub difference: Option<Money>,
    /// When anything of it changed.
    pub updated_at: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, company_id, day, opening, closing, moved, status, difference, updated_at"
    };
}

sql! {
    PUT = concat!("INSERT INTO statement_days (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (account_id, day) DO UPDATE SET opening = excluded.opening,
        closing = excluded.closing, moved = excluded.moved, status = excluded.status,
        difference = excluded.difference, updated_at = excluded.updated_at");
    REMOVE = "DELETE FROM statement_days WHERE account_id = $1 AND day = $2";
    OF_DAYS = concat!("SELECT ", columns!(), " FROM statement_days
        WHERE account_id = $1 AND day >= $2 AND day <= $3 ORDER BY day");
    TOLD_BEFORE = concat!("SELECT ", columns!(), " FROM statement_days
        WHERE account_id = $1 AND day < $2 AND closing IS NOT NULL ORDER BY day DESC LIMIT 1");
    MOVED = "SELECT day, CAST(SUM(amount) AS BIGINT) FROM bank_lines
        WHERE account_id = $1 AND day > $2 AND status NOT IN ('doubtful', 'given_up')
        GROUP BY day ORDER BY day";
}

/// Keeps a day as it stands.
pub fn put(tx: &mut Tx, day: &StatementDay) -> Result<(), StoreError> {
    tx.exec(
        PUT,
        params![
            &day.account_id,
            &day.company_id,
            day.day,
            day.opening,
            day.closing,
            day.moved,
            day.status.word(),
            day.difference,
            day.updated_at
        ],
    )?;
    Ok(())
}

/// Forgets a day of which nothing is left.
pub fn remove(tx: &mut Tx, account_id: &str, day: Date) -> Result<(), StoreError> {
    tx.exec(REMOVE, params![account_id, day])?;
    Ok(())
}

/// Days of an account, both included, the first one first.
pub fn of_days(
    tx: &mut Tx,
    account_id: &str,
    first: Date,
    last: Date,
) -> Result<Vec<StatementDay>, StoreError> {
    tx.rows(OF_DAYS, params![account_id, first, last])?.into_iter().map(read).collect()
}

/// The last day before this one whose balance the bank told.
pub fn told_before(
    tx: &mut Tx,
    account_id: &str,
    day: Date,
) -> Result<Option<StatementDay>, StoreError> {
    tx.row(TOLD_BEFORE, params![account_id, day])?.map(read).transpose()
}

/// The sum of the lines that count, for each day after this one that has any, in order.
pub fn moved_after(
    tx: &mut Tx,
    account_id: &str,
    day: Date,
) -> Result<Vec<(Date, Money)>, StoreError> {
    let rows = tx.rows(MOVED, params![account_id, day])?;
    rows.into_iter().map(|row| Ok((row.date(0)?, row.money(1)?))).collect()
}

fn read(row: Row) -> Result<StatementDay, StoreError> {
    let word = row.text(6)?;
    let status = Status::from_word(&word)
        .ok_or_else(|| StoreError::corrupt(format!("statement_days.status: {word}")))?;
    Ok(StatementDay {
        account_id: row.text(0)?,
        company_id: row.text(1)?,
        day: row.date(2)?,
        opening: row.opt_money(3)?,
        closing: row.opt_money(4)?,
        moved: row.money(5)?,
        status,
        difference: row.opt_money(7)?,
        updated_at: row.instant(8)?,
    })
}
