//! Statements as CSV, in the columns of any bank.

use std::io::{self, BufRead};

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;

use super::csv_mapping::{
    Amounts, Column, CsvMapping, DateOrder, DecimalMark, date, decimal_mark, goes_out, guess,
    same_name,
};
use super::csv_rows::{RawLine, RawLines, SEPARATORS, split};
use super::values::{self, BalanceRow};
use super::{Balance, Each, Line, Record, Statement, StatementError, Which, warn};
use crate::source::Source;

/// Longest memo that rows below are added to, in bytes.
const LONGEST_MEMO: usize = 500;
/// Rows that tell separator, header and the order of dates.
const TELLING: usize = 60;

pub(super) fn read<R: BufRead>(
    source: &mut Source<R>,
    mapping: Option<&CsvMapping>,
    each: Each<'_>,
) -> Result<(), StatementError> {
    let mut lines = RawLines::new(source)?;
    let sample = lines.peek(TELLING)?;
    let mut until = None;
    let (mapping, separator) = match mapping {
        Some(mapping) => {
            let found = |until| separator_for(mapping, &sample, until);
            let separator = mapping.separator.or_else(|| found(None));
            let separator = separator.or_else(|| found(Until::of(&sample))).ok_or(
                StatementError::NotAStatement(
                    "o arquivo não tem as colunas do mapeamento; confira os nomes no cabeçalho",
                ),
            )?;
            if !has_days(mapping, &sample_rows(&sample, separator, None)) {
                until = Until::of(&sample);
            }
            (mapping.clone(), separator)
        }
        None => {
            let plain = guessed(&sample, None);
            let found = plain.or_else(|| {
                until = Until::of(&sample);
                guessed(&sample, Some(until?))
            });
            found.ok_or(StatementError::NotAStatement(
                "não foi possível reconhecer data e valor neste CSV; informe o mapeamento das \
                 colunas",
            ))?
        }
    };
    let rows = sample_rows(&sample, separator, until);
    let mut plan = Plan::new(&mapping);
    if plan.decimal_mark == DecimalMark::Any
        && let Some(header) = rows.iter().find_map(|row| plan.resolve(&mapping, row))
    {
        let cells =
            rows.iter().flat_map(|row| header.amounts().into_iter().map(|at| cell(row, at)));
        plan.decimal_mark = decimal_mark(cells);
    }
    each(Record::Statement(Statement::default()))?;
    let (columns, waiting, below, days) = (None, None, Vec::new(), Days::default());
    let mut reader = Reader { each, mapping: &mapping, plan, columns, waiting, below, days };
    // Columns by number need no header.
    reader.columns = reader.plan.resolve(&mapping, &[]);
    let mut cells = Vec::new();
    while let Some(at) = lines.row(separator, &mut cells)? {
        if let Some(until) = until {
            until.complete(&mut cells);
        }
        reader.row(&cells, at)?;
    }
    reader.end()?;
    Ok(())
}

/// The last day that the titles of a file name: the year of days that are written without one.
#[derive(Clone, Copy)]
struct Until(Date);

impl Until {
    /// Looks above the first row with such a day: texts of lines name days, too.
    fn of(sample: &[RawLine]) -> Option<Self> {
        let texts = sample.iter().map(|line| line.text.as_str());
        let titles = texts.take_while(|text| {
            let mut cells = text.split(SEPARATORS).map(|cell| cell.trim_matches([' ', '"']));
            !cells.any(|cell| day_and_month(cell).is_some())
        });
        let words = titles.flat_map(|text| text.split([' ', ';', ',', '\t', '|', '"', '(', ')']));
        let whole = words.filter(|word| word.len() == 10 && word.contains('/'));
        whole.filter_map(|word| date(word, DateOrder::DayFirst)).max().map(Self)
    }

    /// Adds the year to cells that are a day and a month: the latest that is not behind.
    fn complete(self, cells: &mut [String]) {
        let of = |text: &str| -> Option<i16> {
            let (day, month) = day_and_month(text)?;
            let mut years = [self.0.year(), self.0.year() - 1].into_iter();
            years.find(|year| values::civil(*year, month, day).is_some_and(|on| on <= self.0))
        };
        for cell in cells {
            if let Some(year) = of(cell) {
                cell.push_str(&format!("/{year}"));
            }
        }
    }
}

/// Of a cell such as `30/12`.
fn day_and_month(text: &str) -> Option<(i16, i16)> {
    let (day, month) = text.split_once('/')?;
    let number = |part: &str| part.parse::<i16>().ok().filter(|_| part.len() <= 2);
    Some((number(day)?, number(month)?))
}

fn sample_rows(sample: &[RawLine], separator: char, until: Option<Until>) -> Vec<Vec<String>> {
    let cells = |line: &RawLine| {
        let mut cells = Vec::new();
        if !split(&line.text, separator, true, &mut cells) {
            split(&line.text, separator, false, &mut cells);
        }
        if let Some(until) = until {
            until.complete(&mut cells);
        }
        cells
    };
    sample.iter().map(cells).collect()
}

fn guessed(sample: &[RawLine], until: Option<Until>) -> Option<(CsvMapping, char)> {
    SEPARATORS
        .into_iter()
        .find_map(|separator| Some((guess(&sample_rows(sample, separator, until))?, separator)))
}

/// The separator with which the columns of a mapping are found.
fn separator_for(mapping: &CsvMapping, sample: &[RawLine], until: Option<Until>) -> Option<char> {
    SEPARATORS.into_iter().find(|separator| {
        let plan = Plan::new(mapping);
        sample_rows(sample, *separator, until).iter().any(|row| match plan.resolve(mapping, &[]) {
            // By number: a row in which day and amount can be read.
            Some(columns) => {
                date(cell(row, columns.date), mapping.date_order).is_some()
                    && columns.amounts().iter().any(|at| !cell(row, *at).is_empty())
            }
            None => plan.resolve(mapping, row).is_some(),
        })
    })
}

/// Whether a day can be read in the column that the mapping says.
fn has_days(mapping: &CsvMapping, rows: &[Vec<String>]) -> bool {
    let plan = Plan::new(mapping);
    let by_name = || rows.iter().find_map(|row| plan.resolve(mapping, row));
    let columns = plan.resolve(mapping, &[]).or_else(by_name);
    columns.is_some_and(|columns| {
        rows.iter().any(|row| date(cell(row, columns.date), mapping.date_order).is_some())
    })
}

fn cell(row: &[String], at: usize) -> &str {
    row.get(at).map(String::as_str).unwrap_or_default()
}

/// How cells are read.
struct Plan {
    date_order: DateOrder,
    decimal_mark: DecimalMark,
}

/// Columns by their index.
struct Columns {
    date: usize,
    amount: AmountAt,
    memo: Vec<usize>,
    bank_id: Option<usize>,
    check_number: Option<usize>,
    kind: Option<usize>,
    balance: Option<usize>,
    name: Option<usize>,
    document: Option<usize>,
    end_to_end_id: Option<usize>,
}

enum AmountAt {
    Signed(usize),
    Split { credit: usize, debit: usize },
    Marked { amount: usize, mark: usize },
}

impl Columns {
    fn amounts(&self) -> Vec<usize> {
        match self.amount {
            AmountAt::Signed(at) | AmountAt::Marked { amount: at, .. } => vec![at],
            AmountAt::Split { credit, debit } => vec![credit, debit],
        }
    }
}

impl Columns {
    fn memo(&self, row: &[String]) -> String {
        let texts = self.memo.iter().map(|at| cell(row, *at)).filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join(" ")
    }

    /// Whether the row holds nothing but more text of the line above, as some banks break it.
    fn goes_on(&self, row: &[String], memo: &str) -> bool {
        let filled = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        !memo.is_empty()
            && filled.map(|(at, _)| at).all(|at| self.memo.contains(&at))
            && values::balance_row(memo).is_none()
            && !values::plain_words(memo).starts_with("TOTA")
    }
}

impl Plan {
    fn new(mapping: &CsvMapping) -> Self {
        Self { date_order: mapping.date_order, decimal_mark: mapping.decimal_mark }
    }

    /// The columns, if `header` has day and amount; other columns may be missing.
    fn resolve(&self, mapping: &CsvMapping, header: &[String]) -> Option<Columns> {
        let index = |column: &Column| match column {
            Column::Number(number) => number.checked_sub(1),
            Column::Name(name) => header.iter().position(|cell| same_name(cell, name)),
        };
        let some = |column: &Option<Column>| column.as_ref().and_then(index);
        let amount = match &mapping.amount {
            Amounts::Signed(column) => AmountAt::Signed(index(column)?),
            Amounts::Split { credit, debit } => {
                AmountAt::Split { credit: index(credit)?, debit: index(debit)? }
            }
            Amounts::Marked { amount, mark } => {
                AmountAt::Marked { amount: index(amount)?, mark: index(mark)? }
            }
        };
        Some(Columns {
            date: index(&mapping.date)?,
            amount,
            memo: mapping.memo.iter().filter_map(index).collect(),
            bank_id: some(&mapping.bank_id),
            check_number: some(&mapping.check_number),
            kind: some(&mapping.kind),
            balance: some(&mapping.balance),
            name: some(&mapping.name),
            document: some(&mapping.document),
            end_to_end_id: some(&mapping.end_to_end_id),
        })
    }
}

struct Reader<'r, 'e> {
    each: Each<'e>,
    mapping: &'r CsvMapping,
    plan: Plan,
    columns: Option<Columns>,
    /// The last line, which texts of the rows below may belong to, and the balance behind it.
    waiting: Option<(Line, Option<Balance>)>,
    /// Those texts, and where they stand, until it is known that they are no footer.
    below: Vec<(String, u64)>,
    days: Days,
}

/// What a row says of money.
enum Value {
    Is(Money),
    Blank,
    Unclear(String),
}

impl Reader<'_, '_> {
    fn row(&mut self, row: &[String], at: u64) -> io::Result<()> {
        if row.iter().all(String::is_empty) {
            return Ok(());
        }
        // A header may come again on each page of the print it was made of.
        let header = self.plan.resolve(self.mapping, row);
        let by_name = self.plan.resolve(self.mapping, &[]).is_none();
        if let Some(columns) = header.filter(|_| by_name) {
            self.columns = Some(columns);
            return Ok(());
        }
        let Some(columns) = &self.columns else { return Ok(()) };
        let memo = columns.memo(row);
        if let Some((line, _)) = &self.waiting
            && columns.goes_on(row, &memo)
            && line.line.memo.len() + self.below.iter().map(|(text, _)| text.len()).sum::<usize>()
                < LONGEST_MEMO
        {
            self.below.push((memo, at));
            return Ok(());
        }
        let day_text = cell(row, columns.date);
        let day = date(day_text, self.plan.date_order);
        self.give(day.is_some() || values::balance_row(&memo).is_some())?;
        let Some(columns) = &self.columns else { return Ok(()) };
        let value = self.value(columns, row);
        let balance = columns
            .balance
            .map(|at| cell(row, at))
            .and_then(|text| values::amount(text.as_bytes(), self.plan.decimal_mark));
        if let Some(kind) = values::balance_row(&memo) {
            let amount = match value {
                Value::Is(amount) if amount != Money::ZERO || balance.is_none() => Some(amount),
                _ => balance,
            };
            return match (kind, amount, day) {
                (BalanceRow::Of(which), Some(amount), Some(_)) => {
                    (self.each)(Record::Balance(Balance { date: day, amount, which, at }))
                }
                _ => warn(self.each, at, "linha que só informa um saldo; não é um lançamento"),
            };
        }
        let Some(day) = day else {
            // Above the first movement stand titles, below the last one totals.
            let few = || row.iter().filter(|cell| !cell.is_empty()).count() <= 2;
            let words = || !row.iter().any(|cell| cell.contains(|c: char| c.is_ascii_digit()));
            if !self.days.begun && (few() || words()) {
                return Ok(());
            }
            let message = match day_text {
                "" => "linha sem data; não foi lida".to_owned(),
                text => format!("linha com data que não existe («{text}»); não foi lida"),
            };
            return warn(self.each, at, message);
        };
        let amount = match value {
            Value::Is(amount) => amount,
            Value::Blank => return warn(self.each, at, "linha sem valor; não foi lida"),
            Value::Unclear(text) => {
                let message =
                    format!("linha com valor que não se entende («{text}»); não foi lida");
                return warn(self.each, at, message);
            }
        };
        let some = |at: Option<usize>| {
            at.map(|at| cell(row, at)).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let mut line = BankLine::new(day, amount, memo);
        line.kind = some(columns.kind);
        line.bank_id = some(columns.bank_id);
        line.check_number = some(columns.check_number);
        line.end_to_end_id = some(columns.end_to_end_id);
        let name = some(columns.name);
        if amount.is_positive() {
            line.payer_name.clone_from(&name);
            line.payer_document = some(columns.document).map(|document| {
                document.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '*').collect()
            });
        }
        let proved = self.days.add(day, amount, balance, at);
        self.waiting = Some((Line { line, name, at }, proved));
        Ok(())
    }

    /// Hands over the line that waited for its last text. What stands below is part of it where
    /// `goes_on` says that the statement does; else it is a footer.
    fn give(&mut self, goes_on: bool) -> io::Result<()> {
        let Some((mut line, proved)) = self.waiting.take() else { return Ok(()) };
        let mut below = std::mem::take(&mut self.below);
        if goes_on {
            for (text, _) in below.drain(..) {
                line.line.memo.push(' ');
                line.line.memo.push_str(&text);
            }
        }
        (self.each)(Record::Line(line))?;
        if let Some(proved) = proved {
            (self.each)(Record::Balance(proved))?;
        }
        let told = "texto abaixo do último lançamento; não foi lido";
        below.into_iter().try_for_each(|(_, at)| warn(self.each, at, told))
    }

    fn value(&self, columns: &Columns, row: &[String]) -> Value {
        let read = |at: usize| {
            let text = cell(row, at);
            match values::amount(text.as_bytes(), self.plan.decimal_mark) {
                Some(amount) => Value::Is(amount),
                None if values::is_blank(text.as_bytes()) || text == "-" => Value::Blank,
                None => Value::Unclear(text.to_owned()),
            }
        };
        let away = |amount: Money| Money::from_cents(-amount.cents().saturating_abs());
        let value = match columns.amount {
            AmountAt::Signed(at) => read(at),
            AmountAt::Split { credit, debit } => match (read(credit), read(debit)) {
                (Value::Unclear(text), _) | (_, Value::Unclear(text)) => Value::Unclear(text),
                (credit, Value::Blank) => credit,
                (credit, Value::Is(Money::ZERO)) => match credit {
                    Value::Blank => Value::Is(Money::ZERO),
                    credit => credit,
                },
                (Value::Blank | Value::Is(Money::ZERO), Value::Is(debit)) => Value::Is(away(debit)),
                (Value::Is(_), Value::Is(_)) => {
                    Value::Unclear(format!("{} e {}", cell(row, credit), cell(row, debit)))
                }
            },
            AmountAt::Marked { amount, mark } => match (read(amount), goes_out(cell(row, mark))) {
                (Value::Is(amount), Some(true)) => Value::Is(away(amount)),
                (Value::Is(amount), Some(false)) => {
                    Value::Is(Money::from_cents(amount.cents().saturating_abs()))
                }
                // A minus needs no mark.
                (Value::Is(amount), None) if amount < Money::ZERO => Value::Is(amount),
                (Value::Is(_), None) => {
                    Value::Unclear(format!("{} {}", cell(row, amount), cell(row, mark)))
                }
                (other, _) => other,
            },
        };
        match value {
            Value::Is(amount) if self.mapping.inverted => {
                Value::Is(Money::from_cents(amount.cents().saturating_neg()))
            }
            value => value,
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.give(false)?;
        if let Some(balance) = self.days.end() {
            (self.each)(Record::Balance(balance))?;
        }
        if !self.days.begun {
            warn(self.each, 1, "o arquivo não traz nenhum lançamento")?;
        }
        Ok(())
    }
}

/// Finds the closing balance of each day in a column of running balances, whether the file
/// goes forward or backward in time; where that cannot be told, says nothing.
#[derive(Default)]
struct Days {
    begun: bool,
    last: Option<Row>,
    /// In a file that goes backward: the day's first row, which has the day's last balance.
    top: Option<Row>,
    backward: Option<bool>,
}

#[derive(Clone, Copy)]
struct Row {
    day: Date,
    amount: Money,
    balance: Option<Money>,
    at: u64,
}

impl Row {
    fn closing(self) -> Option<Balance> {
        let amount = self.balance?;
        Some(Balance { date: Some(self.day), amount, which: Which::Closing, at: self.at })
    }
}

impl Days {
    fn add(
        &mut self,
        day: Date,
        amount: Money,
        balance: Option<Money>,
        at: u64,
    ) -> Option<Balance> {
        self.begun = true;
        let row = Row { day, amount, balance, at };
        let Some(last) = self.last.replace(row) else {
            self.top = Some(row);
            return None;
        };
        if let (None, Some(before), Some(after)) = (self.backward, last.balance, balance) {
            let forward = before + amount == after;
            let backward = after + last.amount == before;
            if forward != backward {
                self.backward = Some(backward);
            }
        }
        if last.day == day {
            return None;
        }
        let ended = self.day_end(last);
        self.top = Some(row);
        ended
    }

    fn day_end(&self, last: Row) -> Option<Balance> {
        match self.backward? {
            true => self.top?.closing(),
            false => last.closing(),
        }
    }

    fn end(&mut self) -> Option<Balance> {
        let last = self.last?;
        self.day_end(last)
    }
}
