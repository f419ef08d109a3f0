//! Lists as files for spreadsheets: cells alike in text files and in workbooks.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use quita_core::money::Money;
use quita_engine::error::Error;
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet, XlsxError};

use super::show;

/// What workbooks are, for browsers.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What files of text are, for browsers.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// A column: heading, width in a spreadsheet, and what stands there.
pub(super) type Column<Line> = (&'static str, u16, fn(&Line) -> Cell);

/// What a cell holds.
pub(super) enum Cell {
    Empty,
    Text(String),
    Count(i64),
    /// Cents.
    Amount(i64),
    Day(Date),
}

impl Cell {
    pub(super) fn amount(cents: Option<i64>) -> Self {
        cents.map_or(Self::Empty, Self::Amount)
    }

    pub(super) fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

/// A file to be kept.
pub(super) fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([("content-type", kind.to_owned()), ("content-disposition", disposition)], body)
        .into_response()
}

/// The first line of a text, with the mark by which Excel knows UTF-8.
pub(super) fn csv_headings<Line>(columns: &[Column<Line>]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _, _)| *name).collect();
    format!("\u{feff}{}\r\n", names.join(";"))
}

/// A line of a text.
pub(super) fn csv_line<Line>(columns: &[Column<Line>], line: &Line) -> String {
    let cells = columns.iter().map(|(_, _, cell)| csv_cell(&cell(line)));
    cells.collect::<Vec<_>>().join(";") + "\r\n"
}

fn csv_cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Count(count) => count.to_string(),
        Cell::Amount(cents) => {
            let sign = if *cents < 0 { "-" } else { "" };
            format!("{sign}{},{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
        }
        Cell::Day(day) => show::date(*day),
        Cell::Text(text) => {
            // What begins so would be run as a formula.
            let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let text = if runs { format!("'{text}") } else { text.clone() };
            if text.contains([';', '"', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        }
    }
}

/// Begins a sheet of a workbook with its headings.
pub(super) fn begin<Line>(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column<Line>],
) -> Result<(), Error> {
    headings(sheet, name, columns).map_err(broken)
}

/// Adds a line to a sheet.
pub(super) fn add<Line>(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column<Line>],
    line: &Line,
) -> Result<(), Error> {
    for (column, (_, _, cell)) in (0..).zip(columns) {
        write(sheet, row, column, &cell(line)).map_err(broken)?;
    }
    Ok(())
}

/// A workbook that could not be made.
pub(super) fn broken(error: XlsxError) -> Error {
    Error::internal(format!("xlsx: {error}"))
}

fn headings<Line>(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column<Line>],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (column, (name, width, _)) in (0..).zip(columns) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(0, column, *name, &FORMATS.heading)?;
    }
    Ok(())
}

/// Made once: each is a style of the workbook by itself otherwise.
static FORMATS: LazyLock<Formats> = LazyLock::new(Formats::new);

struct Formats {
    heading: Format,
    amount: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            amount: Format::new().set_num_format("#,##0.00"),
            day: Format::new().set_num_format("dd/mm/yyyy"),
        }
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Cell::Count(count) => {
            sheet.write_number(row, column, i32::try_from(*count).unwrap_or(i32::MAX))?;
        }
        Cell::Amount(cents) => {
            // A spreadsheet has no other numbers than floats; this one is written, never counted
            // with, and the nearest float prints as the same cents.
            let text = Money::from_cents(*cents).to_string().replace('.', "").replace(',', ".");
            let number: f64 = text.parse().unwrap_or_default();
            sheet.write_number_with_format(row, column, number, &FORMATS.amount)?;
        }
        Cell::Day(day) => {
            let year = u16::try_from(day.year()).unwrap_or(1900);
            let [month, of_month] = [day.month(), day.day()].map(|n| u8::try_from(n).unwrap_or(1));
            let day = ExcelDateTime::from_ymd(year, month, of_month)?;
            sheet.write_datetime_with_format(row, column, &day, &FORMATS.day)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_brazilian_and_run_nothing() {
        let text = |text: &str| csv_cell(&Cell::Text(text.to_owned()));
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(csv_cell(&Cell::Amount(123_405)), "1234,05");
        assert_eq!(csv_cell(&Cell::Amount(-5)), "-0,05");
        assert_eq!(csv_cell(&Cell::amount(None)), "");
    }
}
