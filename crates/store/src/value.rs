//! Parameters of statements and the rows they give.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::document::Document;
use quita_core::money::Money;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// One parameter. Dates become `YYYY-MM-DD`, instants microseconds since 1970, money cents.
#[derive(Clone, Debug)]
pub enum Param<'a> {
    /// NULL of any type.
    Null,
    /// A BIGINT.
    Int(i64),
    /// A BOOLEAN.
    Bool(bool),
    /// A TEXT.
    Text(Cow<'a, str>),
    /// A BYTEA.
    Bytes(Cow<'a, [u8]>),
}

/// The parameters of a statement: `params![id, amount, date]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Param::from($value)),*] };
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Param<'_> {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u32> for Param<'_> {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Param<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(value))
    }
}

impl From<Money> for Param<'_> {
    fn from(value: Money) -> Self {
        Self::Int(value.cents())
    }
}

impl From<Date> for Param<'_> {
    fn from(value: Date) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }
}

impl From<Timestamp> for Param<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.as_microsecond())
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().into()
    }
}

/// One row of a result. Columns are read by position, from 0.
///
/// Every reader fails with [`StoreError::Corrupt`] where the column holds something else than
/// asked (NULL included, save for the `opt_` readers), and with [`StoreError::Internal`] where
/// there is no such column.
#[derive(Debug)]
pub struct Row {
    statement: &'static str,
    cells: Vec<Cell>,
    /// The texts and bytes of all cells, one after the other.
    heap: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Null,
    Int(i64),
    Text(u32, u32),
    Bytes(u32, u32),
}

impl Row {
    /// A row without columns, with room for as much as another one holds.
    pub(crate) fn like(other: &Self) -> Self {
        Self {
            statement: other.statement,
            cells: Vec::with_capacity(other.cells.len()),
            heap: Vec::with_capacity(other.heap.len()),
        }
    }

    /// A row without columns.
    pub(crate) const fn new(statement: &'static str) -> Self {
        Self { statement, cells: Vec::new(), heap: Vec::new() }
    }

    /// Makes room for the columns of the next row.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.heap.clear();
    }

    pub(crate) fn add_null(&mut self) {
        self.cells.push(Cell::Null);
    }

    pub(crate) fn add_int(&mut self, value: i64) {
        self.cells.push(Cell::Int(value));
    }

    pub(crate) fn add_text(&mut self, value: &[u8]) {
        let (from, to) = self.keep(value);
        self.cells.push(Cell::Text(from, to));
    }

    pub(crate) fn add_bytes(&mut self, value: &[u8]) {
        let (from, to) = self.keep(value);
        self.cells.push(Cell::Bytes(from, to));
    }

    /// No row reaches 4 GB: both engines stop at 1 GB a value, and no table has four of them.
    fn keep(&mut self, value: &[u8]) -> (u32, u32) {
        let from = self.heap.len();
        self.heap.extend_from_slice(value);
        let mark = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        (mark(from), mark(self.heap.len()))
    }
}

impl Row {
    fn cell(&self, column: usize) -> Result<Cell, StoreError> {
        self.cells.get(column).copied().ok_or_else(|| {
            let count = self.cells.len();
            let name = self.statement;
            StoreError::Internal(format!("{name} gives {count} columns, {column} was asked"))
        })
    }

    fn wrong(&self, column: usize, wanted: &str) -> StoreError {
        let found = match self.cells.get(column) {
            Some(Cell::Null) => "NULL",
            Some(Cell::Int(_)) => "an integer",
            Some(Cell::Text(..)) => "a text",
            Some(Cell::Bytes(..)) => "bytes",
            None => "nothing",
        };
        let name = self.statement;
        StoreError::Corrupt(format!("column {column} of {name} must be {wanted}, not {found}"))
    }

    fn slice(&self, from: u32, to: u32) -> &[u8] {
        self.heap.get(from as usize..to as usize).unwrap_or_default()
    }

    /// True where the column is NULL.
    pub fn is_null(&self, column: usize) -> Result<bool, StoreError> {
        Ok(matches!(self.cell(column)?, Cell::Null))
    }

    /// A text, borrowed.
    pub fn str(&self, column: usize) -> Result<&str, StoreError> {
        match self.cell(column)? {
            Cell::Text(from, to) => std::str::from_utf8(self.slice(from, to))
                .map_err(|_| self.wrong(column, "text in UTF-8")),
            _ => Err(self.wrong(column, "a text")),
        }
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.str(column).map(str::to_owned)
    }

    /// A text or NULL, borrowed.
    pub fn opt_str(&self, column: usize) -> Result<Option<&str>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.str(column).map(Some) }
    }

    /// A text or NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.opt(column, Self::text)
    }

    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.cell(column)? {
            Cell::Int(value) => Ok(value),
            _ => Err(self.wrong(column, "an integer")),
        }
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.opt(column, Self::int)
    }

    /// A truth value.
    pub fn boolean(&self, column: usize) -> Result<bool, StoreError> {
        match self.cell(column)? {
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            _ => Err(self.wrong(column, "true or false")),
        }
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        match self.cell(column)? {
            Cell::Bytes(from, to) => Ok(self.slice(from, to).to_vec()),
            _ => Err(self.wrong(column, "bytes")),
        }
    }

    /// An amount, stored in cents.
    pub fn money(&self, column: usize) -> Result<Money, StoreError> {
        self.int(column).map(Money::from_cents)
    }

    /// An amount or NULL.
    pub fn opt_money(&self, column: usize) -> Result<Option<Money>, StoreError> {
        self.opt(column, Self::money)
    }

    /// A civil date, stored as `YYYY-MM-DD`.
    pub fn date(&self, column: usize) -> Result<Date, StoreError> {
        self.str(column)?.parse().map_err(|_| self.wrong(column, "a date YYYY-MM-DD"))
    }

    /// A civil date or NULL.
    pub fn opt_date(&self, column: usize) -> Result<Option<Date>, StoreError> {
        self.opt(column, Self::date)
    }

    /// An instant, stored in microseconds since 1970.
    pub fn instant(&self, column: usize) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.int(column)?)
            .map_err(|_| self.wrong(column, "an instant within the years -9999 to 9999"))
    }

    /// An instant or NULL.
    pub fn opt_instant(&self, column: usize) -> Result<Option<Timestamp>, StoreError> {
        self.opt(column, Self::instant)
    }

    /// A CPF or CNPJ.
    pub fn document(&self, column: usize) -> Result<Document, StoreError> {
        Document::parse(self.str(column)?).map_err(|_| self.wrong(column, "a CPF or CNPJ"))
    }

    /// A value stored as JSON text.
    pub fn json<T: DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.str(column)?)
            .map_err(|e| self.wrong(column, &format!("the expected JSON ({e})")))
    }

    /// A value stored as JSON text, or NULL.
    pub fn opt_json<T: DeserializeOwned>(&self, column: usize) -> Result<Option<T>, StoreError> {
        self.opt(column, Self::json)
    }

    fn opt<T>(
        &self,
        column: usize,
        read: impl Fn(&Self, usize) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { read(self, column).map(Some) }
    }
}
