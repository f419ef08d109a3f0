//! What a layout is: records, how each is recognised, and the fields in them.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::title::Place;

/// The layout of one bank in one width: every record of its files, both ways.
#[derive(Debug, serde::Serialize)]
pub struct Layout {
    /// The word people use for it in commands: `febraban-240`.
    pub name: String,
    /// What it is, in Portuguese.
    pub title: String,
    /// Where it is from, in Portuguese: manual, version, date.
    pub source: String,
    /// Characters of a record: 240 or 400.
    pub width: usize,
    /// In the order in which they are tried.
    pub records: Vec<Record>,
}

impl Layout {
    /// The record that this row is, in a file of this direction.
    pub fn recognise(&self, direction: Direction, row: &[u8]) -> Option<&Record> {
        self.records.iter().find(|record| record.is(direction, row))
    }

    /// The record of this name.
    pub fn record(&self, name: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.name == name)
    }
}

/// A record of a layout.
#[derive(Debug, serde::Serialize)]
pub struct Record {
    /// Its name, unique in the layout.
    pub name: String,
    /// What it is, in Portuguese.
    pub title: String,
    /// The files it occurs in; `None` for both.
    pub direction: Option<Direction>,
    /// What it does in a file.
    pub role: Role,
    /// How to know it: all must hold.
    pub marks: Vec<Mark>,
    /// From the first character to the last, without hole or overlap.
    pub fields: Vec<Field>,
    /// The record with nothing but its defaults.
    #[serde(skip)]
    pub(super) blank: Vec<u8>,
    /// What of it goes into a title.
    #[serde(skip)]
    pub(super) places: Vec<Place>,
    /// A row of fewer characters lacks an amount or a day of its title.
    #[serde(skip)]
    pub(super) needed: usize,
}

impl Record {
    fn is(&self, direction: Direction, row: &[u8]) -> bool {
        self.direction.is_none_or(|own| own == direction)
            && self.marks.iter().all(|mark| mark.holds(row))
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Characters that tell a record.
#[derive(Debug)]
pub struct Mark {
    /// The first character, from 0.
    pub start: usize,
    /// Any of these stands there.
    pub any: Vec<Vec<u8>>,
}

impl Mark {
    fn holds(&self, row: &[u8]) -> bool {
        let there = row.get(self.start..).unwrap_or_default();
        // Byte by byte: most are one long, and every row is asked by every record.
        let is = |text: &Vec<u8>| {
            text.len() <= there.len() && text.iter().zip(there).all(|(own, byte)| own == byte)
        };
        self.any.iter().any(is)
    }
}

/// As the tables write it: `14=T`.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.start + 1)?;
        for (at, text) in self.any.iter().enumerate() {
            let bar = if at == 0 { "" } else { "|" };
            write!(f, "{bar}{}", String::from_utf8_lossy(text))?;
        }
        Ok(())
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A field of a record.
#[derive(Clone, Debug)]
pub struct Field {
    /// English for what the product uses, else the manual's words; empty for what is only filled.
    pub name: String,
    /// The manual's words, in Portuguese.
    pub label: String,
    /// The first character, from 0.
    pub start: usize,
    /// So many characters.
    pub length: usize,
    /// What they hold.
    pub kind: Kind,
    /// What the manual says always stands there, in full length.
    pub fixed: Option<Vec<u8>>,
}

impl Field {
    /// The first character as manuals count, from 1.
    pub const fn from(&self) -> usize {
        self.start + 1
    }

    /// The last character as manuals count, from 1.
    pub const fn to(&self) -> usize {
        self.start + self.length
    }
}

/// For programs: positions as manuals count them.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut field = serializer.serialize_struct("Field", 6)?;
        field.serialize_field("from", &self.from())?;
        field.serialize_field("to", &self.to())?;
        field.serialize_field("kind", &self.kind.to_string())?;
        field.serialize_field("name", &Some(&self.name).filter(|name| !name.is_empty()))?;
        let fixed = self.fixed.as_deref().map(String::from_utf8_lossy);
        field.serialize_field("always", &fixed)?;
        field.serialize_field("label", &self.label)?;
        field.end()
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `A`: characters, at the left, filled up with blanks.
    Text,
    /// `N`: digits, at the right, filled up with zeros.
    Digits,
    /// `N2`, `N5`: a number with so many implied decimals; with two it may be money.
    Decimal(u8),
    /// `DDMMAA`, `DDMMAAAA`, `AAAAMMDD`: a day, or zeros.
    Date(DateOrder),
}

impl Kind {
    /// What an empty field is filled with.
    pub const fn filler(self) -> u8 {
        match self {
            Self::Text => b' ',
            Self::Digits | Self::Decimal(_) | Self::Date(_) => b'0',
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.pad("A"),
            Self::Digits => f.pad("N"),
            Self::Decimal(decimals) => f.pad(&format!("N{decimals}")),
            Self::Date(order) => f.pad(order.word()),
        }
    }
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Two digits of the year; 70 to 99 are of the last century.
    DayMonthShortYear,
    /// Day first, four digits of the year.
    DayMonthYear,
    /// Year first.
    YearMonthDay,
}

impl DateOrder {
    /// As the tables write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayMonthShortYear => "DDMMAA",
            Self::DayMonthYear => "DDMMAAAA",
            Self::YearMonthDay => "AAAAMMDD",
        }
    }
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the company to the bank.
    Remittance,
    /// From the bank to the company.
    Return,
}

impl Direction {
    /// On screen.
    pub const fn portuguese(self) -> &'static str {
        match self {
            Self::Remittance => "remessa",
            Self::Return => "retorno",
        }
    }
}

/// What a record does in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The first one.
    FileHeader,
    /// Opens a lot.
    LotHeader,
    /// Begins a title.
    Title,
    /// Says more of the title before it.
    Part,
    /// Closes a lot.
    LotTrailer,
    /// The last one.
    FileTrailer,
}
