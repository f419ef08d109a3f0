//! Batches: boletos that are issued from the rows of a file.

use jiff::Timestamp;
use quita_core::fold::Status as BoletoStatus;

use crate::{Row, StoreError, Tx, params, sql};

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Read, not yet told to be issued.
    Draft,
    /// Being issued, row by row.
    Running,
    /// Stopped by a person.
    Paused,
    /// No row is waiting any more.
    Done,
}

impl Status {
    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Draft, Self::Running, Self::Paused, Self::Done]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStatus {
    /// Not issued yet.
    Waiting,
    /// Wrong, and left out by choice.
    LeftOut,
    /// Its boleto is on its way.
    Issued,
    /// Refused when its turn came.
    Failed,
}

impl RowStatus {
    /// The word in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::LeftOut => "left_out",
            Self::Issued => "issued",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::LeftOut, Self::Issued, Self::Failed]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Name of the file as it was sent.
    pub file_name: String,
    /// SHA-256 of the file, hex.
    pub file_hash: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// What was chosen for all rows, JSON of the engine; `None` before.
    pub choice: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How many rows.
    pub total: i64,
    /// Who sent the file.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who told it to be issued; empty before.
    pub started_by: String,
    /// When it was last told to go on.
    pub resumed_at: Option<Timestamp>,
    /// How many rows the bank had answered by then.
    pub resumed_done: i64,
    /// When the last row was issued.
    pub finished_at: Option<Timestamp>,
}

/// A row of a file.
#[derive(Clone, Debug)]
pub struct BatchRow {
    /// Line in the file, from 1.
    pub line: i64,
    /// What it holds, column by column.
    pub cells: Vec<String>,
    /// Where it stands.
    pub status: RowStatus,
    /// What is ordered, JSON of the engine; `None` in a draft.
    pub body: Option<String>,
    /// The boleto that it became.
    pub boleto_id: Option<String>,
    /// Why not, for people.
    pub message: String,
}

macro_rules! columns {
    () => {
        "id, company_id, file_name, file_hash, header, choice, status, total, created_by, \
         created_at, started_by, resumed_at, resumed_done, finished_at"
    };
}

macro_rules! row_columns {
    () => {
        "line, cells, status, body, boleto_id, message"
    };
}

sql! {
    INSERT = concat!("INSERT INTO batches (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
    INSERT_ROW = "INSERT INTO batch_rows (batch_id, company_id, line, cells, status)
        VALUES ($1, $2, $3, $4, $5)";
    GET = concat!("SELECT ", columns!(), " FROM batches WHERE company_id = $1 AND id = $2");
    LOCK = concat!("SELECT ", columns!(), " FROM batches WHERE company_id = $1 AND id = $2
        /*for update*/");
    LIST = concat!("SELECT ", columns!(), " FROM batches WHERE company_id = $1
        ORDER BY id DESC LIMIT $2");
    SAME_FILE = concat!("SELECT ", columns!(), " FROM batches
        WHERE company_id = $1 AND file_hash = $2 AND id <> $3 AND status <> 'draft'
        ORDER BY id DESC LIMIT 1");
    CHOOSE = "UPDATE batches SET choice = $3
        WHERE company_id = $1 AND id = $2 AND status = 'draft'";
    START = "UPDATE batches SET status = 'running', started_by = $3, resumed_at = $4
        WHERE company_id = $1 AND id = $2 AND status = 'draft'";
    PAUSE = "UPDATE batches SET status = 'paused'
        WHERE company_id = $1 AND id = $2 AND status = 'running'";
    RESUME = "UPDATE batches SET status = 'running', resumed_at = $3, resumed_done = $4
        WHERE company_id = $1 AND id = $2 AND status = 'paused'";
    FINISH = "UPDATE batches SET status = 'done', finished_at = $3
        WHERE company_id = $1 AND id = $2 AND status = 'running'";
    DELETE_ROWS = "DELETE FROM batch_rows WHERE company_id = $1 AND batch_id = $2";
    DELETE = "DELETE FROM batches WHERE company_id = $1 AND id = $2 AND status = 'draft'";
    ROWS = concat!("SELECT ", row_columns!(), " FROM batch_rows
        WHERE company_id = $1 AND batch_id = $2 ORDER BY line");
    ROWS_IN = concat!("SELECT ", row_columns!(), " FROM batch_rows
        WHERE company_id = $1 AND batch_id = $2 AND status = $3 ORDER BY line LIMIT $4");
    PREPARE_ROW = "UPDATE batch_rows SET status = $4, body = $5, message = $6
        WHERE company_id = $1 AND batch_id = $2 AND line = $3";
    MARK_ROW = "UPDATE batch_rows SET status = $4, boleto_id = $5, message = $6
        WHERE company_id = $1 AND batch_id = $2 AND line = $3 AND status = 'waiting'";
    COUNTS = "SELECT status, COUNT(*) FROM batch_rows
        WHERE company_id = $1 AND batch_id = $2 GROUP BY status";
    AT_BANK = "SELECT boletos.status, COUNT(*) FROM batch_rows
        JOIN boletos ON boletos.id = batch_rows.boleto_id
        WHERE batch_rows.company_id = $1 AND batch_rows.batch_id = $2 GROUP BY boletos.status";
    TAKEN = "SELECT 1 FROM charges WHERE company_id = $1 AND document_number = $2";
    COLUMNS = "SELECT columns FROM batch_columns WHERE company_id = $1";
    KEEP_COLUMNS = "INSERT INTO batch_columns (company_id, columns) VALUES ($1, $2)
        ON CONFLICT (company_id) DO UPDATE SET columns = excluded.columns";
}

/// Adds a draft with its rows: lines and cells.
pub fn insert(tx: &mut Tx, batch: &Batch, rows: &[(i64, Vec<String>)]) -> Result<(), StoreError> {
    let header = crate::to_json(&batch.header)?;
    tx.exec(
        INSERT,
        params![
            &batch.id,
            &batch.company_id,
            &batch.file_name,
            &batch.file_hash,
            header,
            &batch.choice,
            batch.status.word(),
            batch.total,
            &batch.created_by,
            batch.created_at,
            &batch.started_by,
            batch.resumed_at,
            batch.resumed_done,
            batch.finished_at
        ],
    )?;
    for (line, cells) in rows {
        let (cells, status) = (crate::to_json(cells)?, RowStatus::Waiting.word());
        let row = params![&batch.id, &batch.company_id, *line, cells, status];
        tx.exec(INSERT_ROW, row)?;
    }
    Ok(())
}

/// A batch of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Batch>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// As [`get`]; nobody else changes it until the transaction ends.
pub fn lock(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Batch>, StoreError> {
    tx.row(LOCK, params![company_id, id])?.map(read).transpose()
}

/// The batches of a company, newest first.
pub fn list(tx: &mut Tx, company_id: &str, limit: i64) -> Result<Vec<Batch>, StoreError> {
    tx.rows(LIST, params![company_id, limit])?.into_iter().map(read).collect()
}

/// The last batch that was started from the same file, other than this one.
pub fn same_file(tx: &mut Tx, batch: &Batch) -> Result<Option<Batch>, StoreError> {
    let Batch { company_id, file_hash, id, .. } = batch;
    tx.row(SAME_FILE, params![company_id, file_hash, id])?.map(read).transpose()
}

/// Keeps what was chosen for all rows of a draft; false when it is none.
pub fn choose(tx: &mut Tx, company_id: &str, id: &str, choice: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(CHOOSE, params![company_id, id, choice])? == 1)
}

/// A draft begins to be issued; false when it is none.
pub fn start(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(START, params![company_id, id, by, now])? == 1)
}

/// Stops a running batch; false when it is not running.
pub fn pause(tx: &mut Tx, company_id: &str, id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(PAUSE, params![company_id, id])? == 1)
}

/// Lets a paused batch go on; false when it is not paused. `done` counts the rows that the bank
/// has answered.
pub fn resume(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    now: Timestamp,
    done: i64,
) -> Result<bool, StoreError> {
    Ok(tx.exec(RESUME, params![company_id, id, now, done])? == 1)
}

/// A running batch has no more rows; false when it is not running.
pub fn finish(tx: &mut Tx, company_id: &str, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.exec(FINISH, params![company_id, id, now])? == 1)
}

/// Removes a draft with its rows; false when it is none. Lock it before.
pub fn delete(tx: &mut Tx, company_id: &str, id: &str) -> Result<bool, StoreError> {
    tx.exec(DELETE_ROWS, params![company_id, id])?;
    Ok(tx.exec(DELETE, params![company_id, id])? == 1)
}

/// All rows in their order.
pub fn rows(tx: &mut Tx, company_id: &str, id: &str) -> Result<Vec<BatchRow>, StoreError> {
    tx.rows(ROWS, params![company_id, id])?.into_iter().map(read_row).collect()
}

/// The first rows that stand so.
pub fn rows_in(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    status: RowStatus,
    limit: i64,
) -> Result<Vec<BatchRow>, StoreError> {
    let found = tx.rows(ROWS_IN, params![company_id, id, status.word(), limit])?;
    found.into_iter().map(read_row).collect()
}

/// What is to become of a row when its batch starts.
pub fn prepare_row(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    line: i64,
    status: RowStatus,
    body: Option<&str>,
    message: &str,
) -> Result<(), StoreError> {
    let row = params![company_id, id, line, status.word(), body, message];
    tx.exec(PREPARE_ROW, row).map(|_| ())
}

/// What became of a waiting row; one that is marked stays as it is.
pub fn mark_row(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    line: i64,
    status: RowStatus,
    boleto_id: Option<&str>,
    message: &str,
) -> Result<(), StoreError> {
    let row = params![company_id, id, line, status.word(), boleto_id, message];
    tx.exec(MARK_ROW, row).map(|_| ())
}

/// How many rows stand where.
pub fn counts(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
) -> Result<Vec<(RowStatus, i64)>, StoreError> {
    let rows = tx.rows(COUNTS, params![company_id, id])?;
    rows.iter()
        .map(|row| {
            let status = RowStatus::from_word(row.str(0)?);
            Ok((status.ok_or_else(|| StoreError::corrupt("batch_rows: status"))?, row.int(1)?))
        })
        .collect()
}

/// How the boletos of a batch stand at the bank.
pub fn at_bank(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
) -> Result<Vec<(BoletoStatus, i64)>, StoreError> {
    let rows = tx.rows(AT_BANK, params![company_id, id])?;
    rows.iter()
        .map(|row| {
            let status = BoletoStatus::from_word(row.str(0)?);
            Ok((status.ok_or_else(|| StoreError::corrupt("boletos: unknown status"))?, row.int(1)?))
        })
        .collect()
}

/// Whether the company has a charge of this document number.
pub fn is_taken(tx: &mut Tx, company_id: &str, number: &str) -> Result<bool, StoreError> {
    Ok(tx.row(TAKEN, params![company_id, number])?.is_some())
}

/// Which column held what in the last file, JSON of the engine.
pub fn columns(tx: &mut Tx, company_id: &str) -> Result<Option<String>, StoreError> {
    tx.row(COLUMNS, params![company_id])?.map(|row| row.text(0)).transpose()
}

/// Remembers it for the next file.
pub fn keep_columns(tx: &mut Tx, company_id: &str, columns: &str) -> Result<(), StoreError> {
    tx.exec(KEEP_COLUMNS, params![company_id, columns]).map(|_| ())
}

fn read(row: Row) -> Result<Batch, StoreError> {
    let status = Status::from_word(row.str(6)?);
    Ok(Batch {
        id: row.text(0)?,
        company_id: row.text(1)?,
        file_name: row.text(2)?,
        file_hash: row.text(3)?,
        header: row.json(4)?,
        choice: row.opt_text(5)?,
        status: status.ok_or_else(|| StoreError::corrupt("batches: unknown status"))?,
        total: row.int(7)?,
        created_by: row.text(8)?,
        created_at: row.instant(9)?,
        started_by: row.text(10)?,
        resumed_at: row.opt_instant(11)?,
        resumed_done: row.int(12)?,
        finished_at: row.opt_instant(13)?,
    })
}

fn read_row(row: Row) -> Result<BatchRow, StoreError> {
    let status = RowStatus::from_word(row.str(2)?);
    Ok(BatchRow {
        line: row.int(0)?,
        cells: row.json(1)?,
        status: status.ok_or_else(|| StoreError::corrupt("batch_rows: unknown status"))?,
        body: row.opt_text(3)?,
        boleto_id: row.opt_text(4)?,
        message: row.text(5)?,
    })
}
