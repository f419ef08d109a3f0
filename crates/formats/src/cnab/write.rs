//! Rows put one behind the other: numbered, counted, ended.

use super::END_OF_LINE;
use super::layout::{Field, Record, Role};
use super::value::{Misfit, NewRow};

/// A record with what is the same in each of its rows of a file, ready to be copied.
#[derive(Debug)]
pub struct Template {
    role: Role,
    row: Vec<u8>,
    /// Where the number of the row stands.
    sequence: Option<Field>,
}

impl Template {
    /// A record, filled in by `fill`.
    pub fn new<E>(
        record: &Record,
        fill: impl FnOnce(&mut NewRow<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut row = Vec::with_capacity(402);
        fill(&mut record.begin(&mut row))?;
        row.extend_from_slice(END_OF_LINE);
        let sequence = record.field("sequence").filter(|field| field.fixed.is_none()).cloned();
        Ok(Self { role: record.role, row, sequence })
    }
}

/// A file that is being written.
#[derive(Debug, Default)]
pub struct Rows {
    out: Vec<u8>,
    /// Rows of the file.
    pub rows: u64,
    /// Rows of the lot, its header included; zero where there are no lots.
    pub in_lot: u64,
}

impl Rows {
    /// Room for so many bytes from the start.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), rows: 0, in_lot: 0 }
    }

    /// Adds a row with its number: in the lot from 1 where there are lots, else in the file.
    ///
    /// # Errors
    /// The number does not fit into its field any more.
    pub fn add(&mut self, template: &Template) -> Result<NewRow<'_>, Misfit> {
        if template.role == Role::LotHeader {
            self.in_lot = 0;
        }
        let number = if self.in_lot == 0 { self.rows + 1 } else { self.in_lot };
        self.rows += 1;
        if template.role == Role::LotHeader || self.in_lot > 0 {
            self.in_lot += 1;
        }
        let mut row = NewRow::copy(&template.row, &mut self.out);
        if let Some(field) = &template.sequence {
            row.number(field, number)?;
        }
        Ok(row)
    }

    /// The bytes.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}
