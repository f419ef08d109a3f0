//! Which column of a CSV is what: told by a person and kept, or guessed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::values::{self, civil, plain_words};

/// Which columns hold what. Kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvMapping {
    /// What parts the columns: `;`, comma, tab or `|`. Found out where it is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Day of the movement.
    pub date: Column,
    /// Order of the parts of a date.
    #[serde(default)]
    pub date_order: DateOrder,
    /// Where the amount stands, and its sign.
    pub amount: Amounts,
    /// What begins the cents.
    #[serde(default)]
    pub decimal_mark: DecimalMark,
    /// The file counts money that goes out as above zero, as statements of cards do.
    #[serde(default)]
    pub inverted: bool,
    /// Texts, put together in this order.
    #[serde(default)]
    pub memo: Vec<Column>,
    /// The bank's own id of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_id: Option<Column>,
    /// Number of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_number: Option<Column>,
    /// The bank's word for the sort of movement.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Column>,
    /// Balance of the account after the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Column>,
    /// Name of the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Column>,
    /// CPF or CNPJ of the other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Column>,
    /// Id of the Pix, from end to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<Column>,
}

/// A column, by its number from 1 or by its name in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// The first is 1.
    Number(usize),
    /// Accents, capitals and marks do not count.
    Name(String),
}

/// Where the amount of a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amounts {
    /// One column, with a minus for money that went out.
    Signed(Column),
    /// A column for what came in and another for what went out, whatever their signs.
    Split {
        /// Came in.
        credit: Column,
        /// Went out.
        debit: Column,
    },
    /// A bare amount, and a column that says `C` or `D`, «Crédito» or «Débito», «Entrada» or
    /// «Saída».
    Marked {
        /// The amount.
        amount: Column,
        /// Which way.
        mark: Column,
    },
}

/// Order of the parts of a date. A year of four digits in front is always seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `31/12/2026`, `31/12/26`, `31122026`, `31 dez 2026`.
    #[default]
    DayFirst,
    /// `12/31/2026`.
    MonthFirst,
    /// `20261231`.
    YearFirst,
}

/// What begins the cents of an amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// Found out; an amount that may be two is not read.
    #[default]
    Any,
    /// `1.234,56`
    Comma,
    /// `1,234.56`
    Point,
}

/// The day that a cell names. What stands behind it, as a time, is not read.
pub(super) fn date(cell: &str, order: DateOrder) -> Option<Date> {
    let text = cell.trim();
    let end = text.char_indices().find(|(_, c)| matches!(c, 'T' | ',')).map_or(text.len(), |e| e.0);
    let text = text.get(..end)?;
    let mut parts = text
        .split(['/', '-', '.', ' '])
        .filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("de"));
    let first = parts.next()?;
    if !first.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if first.len() == 8 {
        return match order {
            DateOrder::YearFirst => values::day(first.as_bytes()),
            DateOrder::DayFirst => values::day_first(first),
            DateOrder::MonthFirst => None,
        }
        .or_else(|| values::day(first.as_bytes()))
        .or_else(|| values::day_first(first));
    }
    let (second, third) = (parts.next()?, parts.next()?);
    let number = |part: &str| part.parse::<i16>().ok().filter(|n| *n >= 0);
    let year = |part: &str| match (part.len(), number(part)?) {
        (2, year) => Some(2000 + year),
        (4, year) => Some(year),
        _ => None,
    };
    if first.len() == 4 {
        return civil(number(first)?, number(second)?, number(third)?);
    }
    if first.len() > 2 {
        return None;
    }
    let year = year(third)?;
    match order {
        DateOrder::MonthFirst => civil(year, number(first)?, number(second)?),
        _ => civil(year, number(second).or_else(|| month(second))?, number(first)?),
    }
}

fn month(name: &str) -> Option<i16> {
    const MONTHS: [&str; 12] =
        ["JAN", "FEV", "MAR", "ABR", "MAI", "JUN", "JUL", "AGO", "SET", "OUT", "NOV", "DEZ"];
    let words = plain_words(name);
    let at = MONTHS.iter().position(|month| words.starts_with(month))?;
    i16::try_from(at + 1).ok()
}

/// Which way a mark points: true for money that went out.
pub(super) fn goes_out(cell: &str) -> Option<bool> {
    match cell.trim() {
        "+" => return Some(false),
        "-" => return Some(true),
        _ => {}
    }
    let words = plain_words(cell);
    match words.split(' ').next().unwrap_or_default() {
        "C" | "CR" | "CRED" | "CREDITO" | "CREDIT" | "ENTRADA" | "IN" => Some(false),
        "D" | "DB" | "DEB" | "DEBITO" | "DEBIT" | "SAIDA" | "OUT" => Some(true),
        _ => None,
    }
}

/// What a word of a header means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Date,
    Amount,
    Credit,
    Debit,
    Mark,
    Memo,
    Id,
    Number,
    Kind,
    Balance,
    Name,
    Document,
    EndToEnd,
}

fn role(header: &str) -> Option<Role> {
    let words = plain_words(header);
    let words = words.strip_suffix(" R").unwrap_or(&words);
    Some(match words {
        "DATA"
        | "DATA LANCAMENTO"
        | "DATA DO LANCAMENTO"
        | "DATA MOV"
        | "DATA MOVIMENTO"
        | "DATA DO MOVIMENTO"
        | "DATA MOVIMENTACAO"
        | "DATA DA MOVIMENTACAO"
        | "DATA TRANSACAO"
        | "DATA DA TRANSACAO"
        | "DATA HORA"
        | "DATA E HORA"
        | "DT"
        | "DT MOVIMENTO"
        | "DT LANCAMENTO"
        | "DT MOV"
        | "DATE"
        | "RELEASE DATE"
        | "DATA OPERACAO"
        | "DATA DA OPERACAO"
        | "DIA" => Role::Date,
        "VALOR"
        | "VALOR BRL"
        | "VALOR RS"
        | "AMOUNT"
        | "VALUE"
        | "MONTANTE"
        | "QUANTIA"
        | "VLR"
        | "VALOR LANCAMENTO"
        | "VALOR DO LANCAMENTO"
        | "VALOR DA TRANSACAO"
        | "VALOR TRANSACAO"
        | "TRANSACTION NET AMOUNT"
        | "VALOR LIQUIDO"
        | "VALOR DA OPERACAO" => Role::Amount,
        "CREDITO" | "CREDITOS" | "VALOR CREDITO" | "ENTRADA" | "ENTRADAS" | "CREDIT"
        | "CREDITO BRL" | "DEPOSIT" | "DEPOSITS" => Role::Credit,
        "DEBITO" | "DEBITOS" | "VALOR DEBITO" | "SAIDA" | "SAIDAS" | "DEBIT" | "DEBITO BRL"
        | "WITHDRAWAL" | "WITHDRAWALS" => Role::Debit,
        "D C" | "C D" | "DC" | "CD" | "DEB CRED" | "CRED DEB" | "DEBITO CREDITO"
        | "CREDITO DEBITO" | "SINAL" | "NATUREZA" | "INF" | "OPERACAO" => Role::Mark,
        "HISTORICO"
        | "DESCRICAO"
        | "LANCAMENTO"
        | "LANCAMENTOS"
        | "MEMO"
        | "TITULO"
        | "TITLE"
        | "DETALHE"
        | "DETALHES"
        | "COMPLEMENTO"
        | "DESCRIPTION"
        | "TRANSACAO"
        | "MOVIMENTACAO"
        | "TRANSACTION TYPE"
        | "DESCRICAO DO LANCAMENTO"
        | "DESCRICAO DA TRANSACAO"
        | "ESTABELECIMENTO"
        | "ORIGEM"
        | "DESTINO"
        | "LABEL"
        | "OBSERVACAO" => Role::Memo,
        "ID"
        | "IDENTIFICADOR"
        | "FITID"
        | "ID TRANSACAO"
        | "ID DA TRANSACAO"
        | "REFERENCE ID"
        | "CODIGO DA TRANSACAO"
        | "CODIGO TRANSACAO"
        | "ID DA OPERACAO"
        | "IDENTIFICACAO"
        | "ID OPERACAO" => Role::Id,
        "DOCUMENTO"
        | "DOC"
        | "DOCTO"
        | "DCTO"
        | "NR DOC"
        | "N DOC"
        | "NUM DOC"
        | "NRO DOC"
        | "NUMERO DOCUMENTO"
        | "NUMERO DO DOCUMENTO"
        | "N DOCUMENTO"
        | "NO DOCUMENTO"
        | "NR DOCUMENTO"
        | "CHEQUE"
        | "N DO DOCUMENTO" => Role::Number,
        "TIPO" | "TIPO TRANSACAO" | "TIPO DE TRANSACAO" | "TIPO DA TRANSACAO" | "CATEGORIA"
        | "CATEGORY" | "TIPO LANCAMENTO" | "TIPO DE LANCAMENTO" | "TIPO OPERACAO"
        | "TIPO DE OPERACAO" => Role::Kind,
        "SALDO"
        | "SALDOS"
        | "SALDO DO DIA"
        | "SALDO BRL"
        | "SALDO DEPOIS"
        | "SALDO APOS"
        | "BALANCE"
        | "PARTIAL BALANCE"
        | "SALDO FINAL"
        | "SALDO APOS LANCAMENTO" => Role::Balance,
        "NOME" | "FAVORECIDO" | "PAGADOR" | "REMETENTE" | "CONTRAPARTE" | "RAZAO SOCIAL"
        | "NOME DO PAGADOR" | "ORIGEM DESTINO" | "NOME CONTRAPARTE" | "DESTINO ORIGEM" => {
            Role::Name
        }
        "CPF CNPJ"
        | "CNPJ CPF"
        | "CPF"
        | "CNPJ"
        | "CPF CNPJ DO PAGADOR"
        | "DOCUMENTO DO PAGADOR"
        | "DOCUMENTO CONTRAPARTE"
        | "ORIGEM DOCUMENTO" => Role::Document,
        "ENDTOENDID" | "END TO END ID" | "END TO END" | "E2E" | "ID PONTA A PONTA" => {
            Role::EndToEnd
        }
        _ => return None,
    })
}

/// True where both name the same column.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    plain_words(left) == plain_words(right)
}

/// Guesses the mapping from the first rows of a file, titles and header among them. `None`
/// where no day and amount are found.
pub fn guess(rows: &[Vec<String>]) -> Option<CsvMapping> {
    let by_header = rows.iter().enumerate().find_map(|(at, header)| {
        let below = rows.get(at + 1..).unwrap_or_default();
        by_header(header, below)
    });
    by_header.or_else(|| by_content(rows))
}

fn by_header(header: &[String], below: &[Vec<String>]) -> Option<CsvMapping> {
    let roles: Vec<Option<Role>> = header.iter().map(|cell| role(cell)).collect();
    let at = |wanted: Role| roles.iter().position(|role| *role == Some(wanted));
    let column = |at: usize| header.get(at).map(|name| Column::Name(name.clone()));
    let date_at = at(Role::Date)?;
    let amount_at = at(Role::Amount);
    let cells = |at: usize| below.iter().filter_map(move |row| row.get(at)).map(String::as_str);
    let order = date_order(cells(date_at));
    // Rows with a day; titles, totals and balances are not among them.
    let dated = |row: &&Vec<String>| row.get(date_at).is_some_and(|c| date(c, order).is_some());
    let data: Vec<&Vec<String>> = below.iter().filter(dated).collect();
    let values = |at: usize| data.iter().filter_map(move |row| row.get(at)).map(String::as_str);
    let marks = |at: &usize| {
        let mut told = values(*at).filter(|cell| !cell.is_empty()).peekable();
        told.peek().is_some() && told.all(|cell| goes_out(cell).is_some())
    };
    let amount = match (amount_at, at(Role::Credit), at(Role::Debit)) {
        (Some(amount), _, _) => {
            let bare = !values(amount).any(|cell| cell.contains(['-', '\u{2212}', '(']));
            let mark = (0..header.len())
                .filter(|at| *at != amount && *at != date_at)
                .find(marks)
                .or_else(|| at(Role::Mark).filter(|_| data.is_empty()));
            match mark.filter(|_| bare) {
                Some(mark) => Amounts::Marked { amount: column(amount)?, mark: column(mark)? },
                None => Amounts::Signed(column(amount)?),
            }
        }
        (None, Some(credit), Some(debit)) => {
            Amounts::Split { credit: column(credit)?, debit: column(debit)? }
        }
        _ => return None,
    };
    let amount_columns: Vec<usize> =
        [amount_at, at(Role::Credit), at(Role::Debit)].into_iter().flatten().collect();
    let decimal_mark = decimal_mark(amount_columns.iter().flat_map(|at| cells(*at)));
    let readable = data.iter().any(|row| {
        amount_columns
            .iter()
            .filter_map(|at| row.get(*at))
            .any(|cell| values::amount(cell.as_bytes(), decimal_mark).is_some())
    });
    // An empty statement has no rows to look at.
    if !readable && below.iter().any(|row| row.iter().filter(|c| !c.is_empty()).count() > 2) {
        return None;
    }
    let is_mark = |at: usize| match &amount {
        Amounts::Marked { mark, .. } => column(at).as_ref() == Some(mark),
        _ => false,
    };
    // The header of a well-known card, whose purchases are above zero.
    let inverted = matches!(amount, Amounts::Signed(_))
        && ["DATE", "TITLE", "AMOUNT"]
            .iter()
            .all(|word| header.iter().any(|cell| plain_words(cell) == *word));
    let find = |wanted: Role| at(wanted).filter(|at| !is_mark(*at)).and_then(column);
    // Of banks that call the other side's name so: an id has no blanks.
    let id = find(Role::Id);
    let names = at(Role::Id).is_some_and(|at| values(at).any(|cell| cell.trim().contains(' ')));
    let (bank_id, named) = if names { (None, id) } else { (id, None) };
    let memo = (0..header.len())
        .filter(|at| roles.get(*at) == Some(&Some(Role::Memo)) && !is_mark(*at))
        .filter_map(column)
        .collect();
    Some(CsvMapping {
        separator: None,
        date: column(date_at)?,
        date_order: order,
        decimal_mark,
        inverted,
        memo,
        bank_id,
        check_number: find(Role::Number),
        kind: find(Role::Kind),
        balance: find(Role::Balance),
        name: find(Role::Name).or(named),
        document: find(Role::Document),
        end_to_end_id: find(Role::EndToEnd),
        amount,
    })
}

/// Rows without a header: a day, texts, an amount with cents, maybe a balance.
fn by_content(rows: &[Vec<String>]) -> Option<CsvMapping> {
    let first = rows.iter().find(|row| {
        row.iter().any(|cell| looks_like_date(cell)) && row.iter().any(|cell| has_cents(cell))
    })?;
    let date_at = first.iter().position(|cell| looks_like_date(cell))?;
    let amount_at = first.iter().position(|cell| has_cents(cell))?;
    let balance_at =
        (amount_at + 1..first.len()).find(|at| first.get(*at).is_some_and(|cell| has_cents(cell)));
    let column = |at: usize| Column::Number(at + 1);
    let is_text = |at: &usize| {
        first.get(*at).is_some_and(|cell| cell.chars().any(char::is_alphabetic))
            && *at != date_at
            && *at != amount_at
    };
    let memo: Vec<Column> = (0..first.len()).filter(is_text).map(column).collect();
    if memo.is_empty() {
        return None;
    }
    let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at)).map(String::as_str);
    Some(CsvMapping {
        separator: None,
        date: column(date_at),
        date_order: date_order(cells(date_at)),
        amount: Amounts::Signed(column(amount_at)),
        decimal_mark: decimal_mark(cells(amount_at)),
        inverted: false,
        memo,
        bank_id: None,
        check_number: None,
        kind: None,
        balance: balance_at.map(column),
        name: None,
        document: None,
        end_to_end_id: None,
    })
}

fn looks_like_date(cell: &str) -> bool {
    cell.contains(['/', '-']) && date(cell, DateOrder::DayFirst).is_some()
}

fn has_cents(cell: &str) -> bool {
    let bytes = cell.trim().as_bytes();
    let mark = bytes.len().checked_sub(3).and_then(|at| bytes.get(at));
    matches!(mark, Some(b',' | b'.')) && values::amount(bytes, DecimalMark::Any).is_some()
}

fn date_order<'c>(cells: impl Iterator<Item = &'c str> + Clone) -> DateOrder {
    let wrong = |order: DateOrder| {
        let dates = cells.clone().filter(|cell| cell.bytes().any(|b| b.is_ascii_digit()));
        dates.filter(|cell| date(cell, order).is_none()).count()
    };
    // Of equals the first: in Brazil the day leads.
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst];
    let eight = cells.clone().any(|cell| {
        cell.len() == 8
            && cell.bytes().all(|b| b.is_ascii_digit())
            && values::day_first(cell).is_none()
    });
    if eight {
        return DateOrder::YearFirst;
    }
    orders.into_iter().min_by_key(|order| wrong(*order)).unwrap_or_default()
}

/// What the cells agree on, where one of them can only be read one way.
pub(super) fn decimal_mark<'c>(cells: impl Iterator<Item = &'c str>) -> DecimalMark {
    for cell in cells {
        let digits = cell.trim_end_matches(|c: char| !c.is_ascii_digit());
        let Some(at) = digits.rfind(['.', ',']) else { continue };
        let (before, after) = digits.split_at(at);
        if after.len() == 4 && !before.contains(['.', ',']) {
            continue;
        }
        let comma = after.starts_with(',');
        // Groups of three without cents: the mark parts thousands.
        let parts_thousands = after.len() == 4 && !before.contains(if comma { '.' } else { ',' });
        return if comma != parts_thousands { DecimalMark::Comma } else { DecimalMark::Point };
    }
    DecimalMark::Any
}
