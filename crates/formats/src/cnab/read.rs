//! Files read record by record: what is broken becomes a warning, and the rest is kept.

use std::io::{self, BufRead};

use jiff::civil::Date;
use serde::Serialize;

use super::detect::{Detected, detect};
use super::format::Format;
use super::layout::{Direction, Field, Kind, Record, Role};
use super::rows;
use super::title::{self, Meaning, Piece, Title};
use super::totals::Totals;
use super::value::{Row, date, number};
use crate::encoding::{self, Page};
use crate::source::Source;

/// What a file holds, in its order.
#[derive(Debug)]
pub enum Item<'r> {
    /// A file begins. A few programs put several into one.
    File(FileHead),
    /// A title, its records joined.
    Title(&'r Title<'r>),
    /// A lot or file ends.
    Trailer(Trailer),
    /// Something that could not be used, or looks wrong.
    Warning(Warning),
}

/// The header of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHead {
    /// Whose file it is.
    pub direction: Direction,
    /// COMPE code of the bank.
    pub bank: String,
    /// Name of the bank as the file has it.
    pub bank_name: Option<String>,
    /// The layout by which it is read.
    pub layout: &'static str,
    /// Characters of its lines: 240, 400, or more where something stands behind.
    pub width: usize,
    /// The company.
    pub company_name: Option<String>,
    /// Its CPF or CNPJ, as it stands.
    pub company_document: Option<String>,
    /// Agreement, or the bank's code of the company.
    pub agreement: Option<String>,
    /// Branch, where it is parted from the account.
    pub branch: Option<String>,
    /// Account without its digit.
    pub account: Option<String>,
    /// Number of the file, which the sender counts.
    pub file_number: Option<u64>,
    /// Day on which it was written.
    pub generation_date: Option<Date>,
    /// Day on which its payments are credited, where one day is told for all.
    pub credit_date: Option<Date>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// The end of a lot or file: what was read, and what the sender tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trailer {
    /// `lot` or `file`.
    pub of: &'static str,
    /// Titles read.
    pub titles: u64,
    /// Rows read, header and trailer included.
    pub records: u64,
    /// Rows that the sender tells.
    pub told_records: Option<u64>,
    /// Titles that the sender tells.
    pub told_titles: Option<u64>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// Something of the file that was not used, or that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Line of the file, from 1.
    pub line: u64,
    /// What and why, in Portuguese.
    pub message: String,
}

/// How to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Also warn of what does no harm to a reader but makes a bank refuse the file: widths,
    /// sequence numbers, what always stands somewhere, characters that a field does not allow.
    pub strict: bool,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum CnabError {
    /// The input broke, or the receiver gave up.
    #[error("falha ao ler o arquivo: {0}")]
    Io(#[from] io::Error),
    /// The content is something else; the text says what to do.
    #[error("{0}")]
    NotReadable(String),
}

/// Bytes behind the header that tell what it may tell wrongly.
const BEHIND: usize = 4096;

/// Reads a file and hands over what it holds as soon as it is known. The formats are tried in
/// their order; memory does not grow with the file. An error of `each` ends the reading.
pub fn read(
    input: impl BufRead,
    formats: &[&'static Format],
    options: Options,
    mut each: impl FnMut(Item<'_>) -> io::Result<()>,
) -> Result<(), CnabError> {
    let mut source = Source::new(input)?;
    let mut buffer = Vec::new();
    let mut reader: Option<Reader<'_>> = None;
    let mut last = 1;
    let each: Each<'_> = &mut each;
    while let Some(line) = source.next_line(&mut buffer)? {
        last = line.number;
        let text = rows::trimmed(&buffer);
        if text.trim_ascii().is_empty() {
            continue;
        }
        if reader.is_none() {
            let found = detect(text, source.peek(BEHIND)?, formats);
            let file = File::new(found.map_err(CnabError::NotReadable)?);
            let page = Page::of(source.peek(encoding::TELLING)?);
            let (pieces, rows) = (Vec::new(), Vec::new());
            reader = Some(Reader {
                each: &mut *each,
                formats,
                options,
                file,
                page,
                pieces,
                rows,
                early: None,
                number: None,
                lost: false,
            });
        }
        let Some(reader) = &mut reader else { continue };
        if line.cut {
            reader.warn(last, "linha longa demais; o resto dela não foi lido")?;
        }
        reader.page.learn(text);
        let behind = if reader.file.ended { source.peek(BEHIND)? } else { &[] };
        reader.line(text, behind, last)?;
    }
    match &mut reader {
        Some(reader) => Ok(reader.end(last)?),
        None => Err(CnabError::NotReadable("o arquivo está vazio".to_owned())),
    }
}

/// Where items go.
type Each<'e> = &'e mut dyn FnMut(Item<'_>) -> io::Result<()>;

/// The file that is being read.
struct File {
    found: Detected,
    totals: Totals,
    /// Titles are read: the lot, where there are lots, is one of «cobrança».
    of_titles: bool,
    /// The header was seen.
    begun: bool,
    ended: bool,
    /// First characters of rows that the layout does not have, each told once.
    unknown: Vec<String>,
    /// A row that is too long was told.
    overflow_told: bool,
    /// Amounts stand before their titles.
    parts_first: bool,
}

impl File {
    fn new(found: Detected) -> Self {
        Self {
            found,
            totals: Totals::default(),
            of_titles: true,
            begun: false,
            ended: false,
            unknown: Vec::new(),
            overflow_told: false,
            parts_first: false,
        }
    }
}

struct Reader<'e> {
    each: Each<'e>,
    formats: &'e [&'static Format],
    options: Options,
    file: File,
    page: Page,
    /// The title that is being put together, and its rows, one behind the other.
    pieces: Vec<Piece>,
    rows: Vec<u8>,
    /// A record with amounts or days whose title did not stand before it, and its row.
    early: Option<(Piece, Vec<u8>)>,
    /// Number of the last row of the title, where rows are numbered: the next one has the next.
    number: Option<u64>,
    /// A record of the title could not be read: what follows of it is left out.
    lost: bool,
}

impl Reader<'_> {
    fn warn(&mut self, line: u64, message: impl Into<String>) -> io::Result<()> {
        (self.each)(Item::Warning(Warning { line, message: message.into() }))
    }

    /// A line. Some programs leave out the ends of lines. `behind` is what follows a line behind
    /// the end of a file.
    fn line(&mut self, mut text: &[u8], behind: &[u8], line: u64) -> io::Result<()> {
        let width = self.file.found.layout.width;
        while text.len() >= 2 * width {
            let (row, rest) = rows::cut(text, width);
            if rest.len() < width {
                break;
            }
            self.row(row, rest, line)?;
            text = rest;
        }
        self.row(text, behind, line)
    }

    fn row(&mut self, text: &[u8], behind: &[u8], line: u64) -> io::Result<()> {
        let (mut layout, mut direction) = (self.file.found.layout, self.file.found.direction);
        let start = self.rows.len();
        let measured = rows::push(&mut self.rows, text, layout.width);
        if self.file.ended {
            // Another file behind the first.
            if let Ok(found) = detect(text, behind, self.formats).map(File::new)
                && found.found.layout.width == layout.width
            {
                (layout, direction) = (found.found.layout, found.found.direction);
                self.file = found;
            } else {
                self.rows.truncate(start);
                return self.warn(line, "linha depois do fim do arquivo; não foi lida");
            }
        }
        self.file.totals.count_row();
        if measured.overflow && !self.file.overflow_told && !self.options.strict {
            self.file.overflow_told = true;
            let (has, takes) = (measured.length, layout.width);
            self.warn(
                line,
                format!("linhas com {has} colunas; só as primeiras {takes} foram lidas"),
            )?;
        }
        let row = self.rows.get(start..).unwrap_or_default();
        let Some(record) = layout.recognise(direction, row) else {
            return self.unknown(start, line);
        };
        if self.options.strict {
            let found = self.file.totals.check(record, row, measured.length);
            for message in found {
                self.warn(line, message)?;
            }
        }
        if measured.length < record.needed {
            return self.broken(record, start, line, measured.length);
        }
        match record.role {
            Role::Title => {
                self.flush(start)?;
                self.lost = false;
                self.number = sequence(&self.rows, layout.width);
                self.pieces.push(Piece { record, line });
                return self.take_early();
            }
            Role::Part if self.is_behind(record, start) => {
                self.rows.truncate(start);
                let message = format!("{} sem o seu título; não foi lido", record.title);
                return self.warn(line, message);
            }
            Role::Part if self.is_next(record, start) => {
                self.count(start);
                self.pieces.push(Piece { record, line });
                return Ok(());
            }
            Role::Part => {
                let number = sequence(self.rows.get(start..).unwrap_or_default(), layout.width);
                // The first row of a lot is no title.
                self.file.parts_first |=
                    record.needed > 0 && self.pieces.is_empty() && number == Some(1);
                self.flush(start)?;
                let row = std::mem::take(&mut self.rows);
                if self.lost || !self.file.of_titles {
                    return Ok(());
                }
                self.leave_early()?;
                self.early = Some((Piece { record, line }, row));
                return match record.needed {
                    0 => self.leave_early(),
                    _ => Ok(()),
                };
            }
            Role::FileHeader | Role::LotHeader | Role::LotTrailer | Role::FileTrailer => {}
        }
        self.flush(start)?;
        self.leave_early()?;
        self.lost = false;
        let rows = std::mem::take(&mut self.rows);
        let done = self.frame(record, &rows, line, measured.length);
        self.rows = rows;
        self.rows.clear();
        done
    }

    /// Whether the title has this record, and a second one would tell another title's amounts.
    fn is_known(&self, record: &Record) -> bool {
        record.needed > 0 && self.pieces.iter().any(|piece| std::ptr::eq(piece.record, record))
    }

    /// Whether the row at `start` has amounts of a title before the one that is open: its sequence
    /// number is a little lower. Of large files they begin anew.
    fn is_behind(&self, record: &Record, start: usize) -> bool {
        let width = self.file.found.layout.width;
        let title = sequence(&self.rows, width).filter(|_| !self.pieces.is_empty());
        let own = sequence(self.rows.get(start..).unwrap_or_default(), width);
        let behind = |(own, title): (u64, u64)| own > 0 && own < title && title - own < 100;
        record.needed > 0 && width == 240 && own.zip(title).is_some_and(behind)
    }

    /// Whether the row at `start` belongs to the title that is open. Where a number is left out,
    /// lines were lost, and with them maybe its own title; some banks do not count.
    fn is_next(&self, record: &Record, start: usize) -> bool {
        if self.pieces.is_empty() || self.is_known(record) {
            return false;
        }
        if self.file.parts_first && record.needed > 0 {
            return false;
        }
        let row = self.rows.get(start..).unwrap_or_default();
        let own = sequence(row, self.file.found.layout.width);
        let counts = self.number.zip(own).filter(|(last, own)| *last > 0 && own > last);
        counts.is_none_or(|(last, own)| own == last + 1)
    }

    /// Takes the number of the row at `start` as the title's last, if it is the next.
    fn count(&mut self, start: usize) {
        let row = self.rows.get(start..).unwrap_or_default();
        let own = sequence(row, self.file.found.layout.width);
        if own.zip(self.number).is_some_and(|(own, last)| own == last + 1) {
            self.number = own;
        }
    }

    /// Gives a title that begins the record that stood before it, if their sequence numbers say
    /// that they are one: swapped, or in a lot that begins so.
    fn take_early(&mut self) -> io::Result<()> {
        let Some((piece, row)) = &self.early else { return Ok(()) };
        let width = self.file.found.layout.width;
        let told = sequence(row, width).zip(self.number);
        let (Some((own, title)), 240) = (told, width) else {
            return self.leave_early();
        };
        let (first, second) = if self.file.parts_first { (own, title) } else { (title, own) };
        if first + 1 != second {
            return self.leave_early();
        }
        self.number = Some(own.max(title));
        self.pieces.push(*piece);
        self.rows.extend_from_slice(row);
        self.early = None;
        Ok(())
    }

    /// Tells a record whose title never came.
    fn leave_early(&mut self) -> io::Result<()> {
        let Some((piece, _)) = self.early.take() else { return Ok(()) };
        let message = format!("{} sem o seu título; não foi lido", piece.record.title);
        self.warn(piece.line, message)
    }

    /// A record around the titles.
    fn frame(
        &mut self,
        record: &'static Record,
        row: &[u8],
        line: u64,
        width: usize,
    ) -> io::Result<()> {
        let row = Framed { record, row: Row(row), page: self.page };
        match record.role {
            Role::FileHeader => {
                self.file.begun = true;
                let head = row.head(&self.file.found, line, width);
                (self.each)(Item::File(head))?;
                if let Some(message) = self.file.found.doubt.take() {
                    self.warn(line, message)?;
                }
                Ok(())
            }
            Role::LotHeader => {
                self.end_lot(line)?;
                self.file.totals.begin_lot();
                let operation = row.text("operation").unwrap_or_default();
                self.file.of_titles = matches!(operation.as_str(), "T" | "R" | "");
                if self.file.of_titles {
                    return Ok(());
                }
                let message =
                    format!("lote de outro serviço (operação «{operation}»); não foi lido");
                self.warn(line, message)
            }
            Role::LotTrailer => {
                let (trailer, found) = self.file.totals.end_lot(|name| row.number(name), line);
                self.file.of_titles = true;
                (self.each)(Item::Trailer(trailer))?;
                self.warn_all(line, found)
            }
            Role::FileTrailer => {
                self.end_lot(line)?;
                self.file.ended = true;
                let (trailer, found) = self.file.totals.end_file(|name| row.number(name), line);
                (self.each)(Item::Trailer(trailer))?;
                self.warn_all(line, found)
            }
            Role::Title | Role::Part => Ok(()),
        }
    }

    fn warn_all(&mut self, line: u64, messages: Vec<String>) -> io::Result<()> {
        messages.into_iter().try_for_each(|message| self.warn(line, message))
    }

    fn end_lot(&mut self, line: u64) -> io::Result<()> {
        match self.file.totals.lot_is_open() {
            true => {
                self.file.totals.leave_lot();
                self.warn(line, "o lote termina sem o registro final (5)")
            }
            false => Ok(()),
        }
    }

    /// A row that the layout does not have.
    fn unknown(&mut self, start: usize, line: u64) -> io::Result<()> {
        let row = self.rows.get(start..).unwrap_or_default();
        let of_240 = self.file.found.layout.width == 240;
        let sort = match (of_240, row.get(7)) {
            (true, Some(b'3')) => {
                format!("segmento {}", String::from_utf8_lossy(row.get(13..14).unwrap_or_default()))
            }
            (true, _) => {
                format!("tipo {}", String::from_utf8_lossy(row.get(7..8).unwrap_or_default()))
            }
            (false, _) => {
                format!("tipo {}", String::from_utf8_lossy(row.get(..1).unwrap_or_default()))
            }
        };
        self.count(start);
        self.rows.truncate(start);
        self.file.totals.skip_sequence();
        if !self.file.of_titles || self.file.unknown.contains(&sort) || self.file.unknown.len() > 40
        {
            return Ok(());
        }
        let message = format!(
            "registro de {sort} não está no layout {}; os iguais a este não foram lidos",
            self.file.found.layout.name
        );
        self.file.unknown.push(sort);
        self.warn(line, message)
    }

    /// A row that is too short for what is needed of it: its title is left out.
    fn broken(&mut self, record: &Record, start: usize, line: u64, has: usize) -> io::Result<()> {
        let width = self.file.found.layout.width;
        let mut message = format!("{}: a linha tem {has} colunas em vez de {width}", record.title);
        match record.role {
            Role::Title => {
                self.flush(start)?;
                message.push_str("; o título não foi lido");
            }
            Role::Part => {
                if let Some(first) = self.pieces.first() {
                    message.push_str(&format!("; o título da linha {} não foi lido", first.line));
                }
            }
            _ => self.flush(start)?,
        }
        self.lost = matches!(record.role, Role::Title | Role::Part);
        self.pieces.clear();
        self.rows.clear();
        self.warn(line, message)
    }

    /// Hands over the title whose rows end at `end`, and drops them.
    fn flush(&mut self, end: usize) -> io::Result<()> {
        if self.pieces.is_empty() {
            return Ok(());
        }
        let Detected { layout, direction, format, .. } = self.file.found;
        let rows = self.rows.get(..end).unwrap_or_default();
        let around = (direction, format.codes(), self.page);
        let mut title = title::join(&self.pieces, rows, layout.width, around);
        if title.meaning.is_some_and(Meaning::is_payment) && title.paid_amount.is_none() {
            title.warnings.push("o banco informa o pagamento sem o valor pago".to_owned());
        }
        self.file.totals.count_title(&title);
        (self.each)(Item::Title(&title))?;
        drop(title);
        self.pieces.clear();
        self.rows.copy_within(end.., 0);
        self.rows.truncate(self.rows.len() - end);
        Ok(())
    }

    fn end(&mut self, line: u64) -> io::Result<()> {
        self.flush(self.rows.len())?;
        self.leave_early()?;
        self.end_lot(line)?;
        if !self.file.begun {
            self.warn(line, "o arquivo não tem o cabeçalho que se esperava")?;
        }
        if !self.file.ended {
            self.warn(line, "o arquivo termina sem o registro final (9); baixe-o de novo")?;
        }
        Ok(())
    }
}

/// The number of a row: of 240 in its lot, of 400 in its file.
fn sequence(row: &[u8], width: usize) -> Option<u64> {
    let place = if width == 240 { 8..13 } else { 394..400 };
    number(row.get(place)?)
}

/// A row around the titles, read by names.
struct Framed<'r> {
    record: &'static Record,
    row: Row<'r>,
    page: Page,
}

impl Framed<'_> {
    fn field(&self, name: &str) -> Option<&'static Field> {
        self.record.field(name)
    }

    fn text(&self, name: &str) -> Option<String> {
        let text = self.row.raw(self.field(name)?).trim_ascii();
        (!text.is_empty()).then(|| self.page.decoded(text).into_owned())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.row.number(self.field(name)?)
    }

    fn day(&self, name: &str) -> Option<Date> {
        let field = self.field(name)?;
        let Kind::Date(order) = field.kind else { return None };
        date(order, self.row.raw(field))
    }

    fn head(&self, found: &Detected, line: u64, width: usize) -> FileHead {
        FileHead {
            direction: found.direction,
            bank: found.bank.clone(),
            bank_name: self.text("bank_name"),
            layout: &found.layout.name,
            width: width.max(found.layout.width),
            company_name: self.text("company_name"),
            company_document: self.text("company_document"),
            agreement: self.text("agreement").or_else(|| self.text("beneficiary_code")),
            branch: self.text("branch"),
            account: self.text("account"),
            file_number: self.number("file_number"),
            generation_date: self.day("generation_date"),
            credit_date: self.day("credit_date"),
            line,
        }
    }
}
