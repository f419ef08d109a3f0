//! CNAB 240, lots «Extrato para Conciliação Bancária»: header, segments E, trailer.
//!
//! Positions are those of the FEBRABAN layout, counted from 1 in characters.

use std::borrow::Cow;
use std::io::{self, BufRead};

use quita_core::bank_line::BankLine;
use quita_core::money::Money;

use super::values::{cleaned, day_first, implied_cents, shown};
use super::{Balance, Each, Line, Record, Statement, StatementError, Which, warn};
use crate::encoding::{self, Page};
use crate::source::Source;

const RECORD: usize = 240;
/// What stands behind it may be cut by programs that trim lines.
const SHORTEST: usize = 169;

pub(super) fn read<R: BufRead>(
    source: &mut Source<R>,
    each: Each<'_>,
) -> Result<(), StatementError> {
    let mut reader = Reader { each, lot: None, lots: 0, others: 0, file_ended: false };
    let mut page = Page::of(source.peek(encoding::TELLING)?);
    let mut buffer = Vec::new();
    let mut last = 1;
    while let Some(line) = source.next_line(&mut buffer)? {
        last = line.number;
        page.learn(&buffer);
        let text = page.decoded(&buffer);
        let text = text.trim_end_matches(['\u{1a}', ' ', '\0']);
        if text.is_empty() {
            continue;
        }
        if line.cut {
            warn(reader.each, line.number, "linha longa demais; o resto dela não foi lido")?;
        }
        // Some programs leave out the ends of lines.
        let mut rest = text;
        while !rest.is_empty() {
            let (one, more) = cut_at(rest, RECORD);
            reader.record(&Record240(one), line.number)?;
            rest = more;
        }
    }
    reader.end_lot(last)?;
    if reader.lots == 0 {
        let message = if reader.others > 0 {
            "este CNAB 240 não traz extrato (segmento E); parece um arquivo de cobrança ou pagamento"
        } else {
            "este CNAB 240 não traz extrato (segmento E)"
        };
        return Err(StatementError::NotAStatement(message));
    }
    if !reader.file_ended {
        warn(reader.each, last, "o arquivo termina sem o registro final (9); baixe-o de novo")?;
    }
    Ok(())
}

/// The first `count` characters, and the rest.
fn cut_at(text: &str, count: usize) -> (&str, &str) {
    let at = match text.is_ascii() {
        true => count.min(text.len()),
        false => text.char_indices().nth(count).map_or(text.len(), |(at, _)| at),
    };
    text.split_at(at)
}

/// A record, by positions.
struct Record240<'t>(&'t str);

impl<'t> Record240<'t> {
    /// Characters `from` to `to`, both included; what is missing at the end is blank.
    fn raw(&self, from: usize, to: usize) -> &'t str {
        let (_, tail) = cut_at(self.0, from - 1);
        cut_at(tail, to + 1 - from).0
    }

    fn text(&self, from: usize, to: usize) -> &'t str {
        self.raw(from, to).trim()
    }

    fn owned(&self, from: usize, to: usize) -> Option<String> {
        Some(cleaned(self.raw(from, to))).filter(|text| !text.is_empty())
    }

    /// A number without its leading zeros.
    fn number(&self, from: usize, to: usize) -> Option<&'t str> {
        let text = self.text(from, to).trim_start_matches('0');
        Some(text).filter(|text| !text.is_empty())
    }

    /// Value and `C` or `D`.
    fn signed(&self, from: usize, to: usize, sign: usize) -> Option<Money> {
        let amount = implied_cents(self.raw(from, to))?;
        match self.raw(sign, sign) {
            "D" | "d" => Some(Money::from_cents(-amount.cents())),
            "C" | "c" => Some(amount),
            _ if amount == Money::ZERO => Some(amount),
            _ => None,
        }
    }
}

/// A lot that is being read.
struct Lot {
    opening: Option<Money>,
    credits: Money,
    debits: Money,
    /// A record of it could not be read, so sums prove nothing.
    broken: bool,
}

struct Reader<'e> {
    each: Each<'e>,
    lot: Option<Lot>,
    lots: u32,
    /// Lots and details of other services.
    others: u32,
    file_ended: bool,
}

impl Reader<'_> {
    fn record(&mut self, record: &Record240<'_>, at: u64) -> io::Result<()> {
        match record.raw(8, 8) {
            "0" | "2" | "4" => Ok(()),
            "1" => self.lot_header(record, at),
            "3" if record.raw(14, 14).eq_ignore_ascii_case("E") => self.detail(record, at),
            "3" => {
                self.others += 1;
                Ok(())
            }
            "5" => self.lot_trailer(record, at),
            "9" => {
                self.file_ended = true;
                self.end_lot(at)
            }
            _ => self.broken(at, "registro que não é do CNAB 240; não foi lido"),
        }
    }

    fn broken(&mut self, at: u64, message: impl Into<String>) -> io::Result<()> {
        if let Some(lot) = &mut self.lot {
            lot.broken = true;
        }
        warn(self.each, at, message)
    }

    fn lot_header(&mut self, record: &Record240<'_>, at: u64) -> io::Result<()> {
        self.end_lot(at)?;
        let of_statement = record.raw(9, 9).eq_ignore_ascii_case("E");
        if !of_statement {
            self.others += 1;
            return Ok(());
        }
        self.begin(record, at)
    }

    /// A lot begins, at its header or, where that is missing, at its first detail.
    fn begin(&mut self, record: &Record240<'_>, at: u64) -> io::Result<()> {
        let header = record.raw(8, 8) == "1";
        let check = record.text(71, 71);
        let account = record.number(59, 70).map(|number| match check {
            "" => number.to_owned(),
            check => format!("{number}-{check}"),
        });
        let branch = record.number(53, 57).map(str::to_owned);
        let currency = match (header, record.text(171, 173)) {
            (true, text) if text.bytes().all(|b| b.is_ascii_alphabetic()) && text.len() == 3 => {
                Some(text.to_owned())
            }
            _ => None,
        };
        let date = day_first(record.raw(143, 150)).filter(|_| header);
        (self.each)(Record::Statement(Statement {
            bank: record.owned(1, 3),
            branch,
            account,
            account_type: None,
            currency,
            from: None,
            to: None,
        }))?;
        self.lots += 1;
        let opening = record.signed(151, 168, 169).filter(|_| header);
        if let Some(amount) = opening {
            let which = Which::Opening;
            (self.each)(Record::Balance(Balance { date, amount, which, at }))?;
        } else if header {
            warn(self.each, at, "saldo inicial que não se entende")?;
        }
        self.lot = Some(Lot { opening, credits: Money::ZERO, debits: Money::ZERO, broken: false });
        Ok(())
    }

    fn detail(&mut self, record: &Record240<'_>, at: u64) -> io::Result<()> {
        if self.lot.is_none() {
            warn(self.each, at, "lançamento antes do registro que abre o extrato (1)")?;
            self.begin(record, at)?;
        }
        if record.0.chars().nth(SHORTEST - 1).is_none() {
            return self.broken(at, "lançamento incompleto: a linha é curta; não foi lido");
        }
        // The bank may leave either out; the first is the one that its statement shows.
        let days = [record.raw(143, 150), record.raw(135, 142)];
        let Some(date) = days.into_iter().find_map(day_first) else {
            let told = days[0].trim();
            let message = format!("lançamento com data que não existe («{told}»); não foi lido");
            return self.broken(at, message);
        };
        let Some(amount) = record.signed(151, 168, 169) else {
            let told = record.text(151, 169);
            let message =
                format!("lançamento com valor que não se entende («{told}»); não foi lido");
            return self.broken(at, message);
        };
        if let Some(lot) = &mut self.lot {
            if amount.is_positive() {
                lot.credits = lot.credits + amount;
            } else {
                lot.debits = lot.debits - amount;
            }
        }
        let (document, more) = document(record.raw(202, 240));
        let mut memo = cleaned(record.raw(177, 201));
        if let Some(more) = more {
            if !memo.is_empty() {
                memo.push(' ');
            }
            memo.push_str(&more);
        }
        let mut line = BankLine::new(date, amount, memo);
        line.kind = record.owned(170, 172);
        line.check_number = document;
        (self.each)(Record::Line(Line { line, name: None, at }))
    }

    fn lot_trailer(&mut self, record: &Record240<'_>, at: u64) -> io::Result<()> {
        let Some(lot) = self.lot.take() else { return Ok(()) };
        let date = day_first(record.raw(143, 150));
        let Some(amount) = record.signed(151, 168, 169) else {
            return warn(self.each, at, "saldo final que não se entende");
        };
        (self.each)(Record::Balance(Balance { date, amount, which: Which::Closing, at }))?;
        let debits = implied_cents(record.raw(177, 194)).unwrap_or(lot.debits);
        let credits = implied_cents(record.raw(195, 212)).unwrap_or(lot.credits);
        if lot.broken {
            return Ok(());
        }
        // Zeros there mean that the bank does not fill it in.
        let told = debits != Money::ZERO || credits != Money::ZERO;
        if told && (debits != lot.debits || credits != lot.credits) {
            let message = format!(
                "os lançamentos somam débitos de R$ {} e créditos de R$ {}, e o banco informa \
                 R$ {debits} e R$ {credits}",
                lot.debits, lot.credits
            );
            warn(self.each, at, message)?;
        }
        let proved = lot.opening.map(|opening| opening + lot.credits - lot.debits);
        if let Some(sum) = proved.filter(|sum| *sum != amount) {
            let until = date.map(|date| format!(" em {}", shown(date))).unwrap_or_default();
            let message = format!(
                "saldo inicial e lançamentos somam R$ {sum}, e o saldo final{until} é R$ {amount}"
            );
            warn(self.each, at, message)?;
        }
        Ok(())
    }

    fn end_lot(&mut self, at: u64) -> io::Result<()> {
        match self.lot.take() {
            Some(_) => warn(self.each, at, "o extrato termina sem o registro de saldo final (5)"),
            None => Ok(()),
        }
    }
}

/// Number of the document, and words that some banks write beside or instead of it.
fn document(field: &str) -> (Option<String>, Option<String>) {
    let field: Cow<'_, str> = match field.contains(char::is_control) {
        true => Cow::Owned(cleaned(field)),
        false => Cow::Borrowed(field),
    };
    let (mut numbers, mut words) = (Vec::new(), Vec::new());
    for part in field.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
        let is_words = part.contains(' ') && !part.bytes().any(|b| b.is_ascii_digit());
        if is_words { words.push(part) } else { numbers.push(part) }
    }
    let joined = |parts: Vec<&str>| Some(parts.join(" ")).filter(|text| !text.is_empty());
    (joined(numbers), joined(words))
}
