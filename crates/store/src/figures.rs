//! Sums over boletos and receipts of a company.

use jiff::civil::Date;
use quita_core::fold::Status;
use quita_core::money::Money;

use crate::{StoreError, Tx, params, sql};

/// Boletos due on one day in one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub on: Date,
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub count: i64,
    /// Sum of their nominal amounts.
    pub amount: Money,
}

/// What was received on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// The day on which it was paid.
    pub on: Date,
    /// Sum.
    pub amount: Money,
}

sql! {
    DUE = "SELECT expiration_date, status, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM boletos
        WHERE company_id = $1 AND expiration_date <= $3 AND (expiration_date >= $2
          OR status = 'CREATED' OR status = 'REGISTERED' OR status = 'CANCELLATION_REQUESTED'
          OR status = 'EXPIRED')
        GROUP BY expiration_date, status ORDER BY expiration_date, status";
    ANY = "SELECT 1 FROM boletos WHERE company_id = $1 LIMIT 1";
    RECEIVED = "SELECT paid_on, CAST(SUM(amount) AS BIGINT) FROM receipts
        WHERE company_id = $1 AND paid_on >= $2 GROUP BY paid_on ORDER BY paid_on";
}

/// Whether the company has any boleto.
pub fn any(tx: &mut Tx, company_id: &str) -> Result<bool, StoreError> {
    Ok(tx.row(ANY, params![company_id])?.is_some())
}

/// Boletos by due date and status between two days, and from before those that are not paid.
/// Those that were paid long ago are most of a company's, and nobody asks for them.
pub fn due(tx: &mut Tx, company_id: &str, from: Date, until: Date) -> Result<Vec<Due>, StoreError> {
    let rows = tx.rows(DUE, params![company_id, from, until])?;
    rows.iter()
        .map(|row| {
            let status = Status::from_word(row.str(1)?);
            Ok(Due {
                on: row.date(0)?,
                status: status.ok_or_else(|| StoreError::corrupt("boletos: unknown status"))?,
                count: row.int(2)?,
                amount: row.money(3)?,
            })
        })
        .collect()
}

/// Receipts by the day on which they were paid, from a day on.
pub fn received(tx: &mut Tx, company_id: &str, from: Date) -> Result<Vec<Received>, StoreError> {
    let rows = tx.rows(RECEIVED, params![company_id, from])?;
    rows.iter().map(|row| Ok(Received { on: row.date(0)?, amount: row.money(1)? })).collect()
}
