//! What was read of a lot and of a file, against what their trailers tell.

use super::layout::{Field, Kind, Record, Role};
use super::read::Trailer;
use super::title::Title;
use super::value::{Row, Value};

/// Counted while reading.
#[derive(Debug, Default)]
pub(super) struct Totals {
    rows: u64,
    titles: u64,
    nominal: i64,
    payments: u64,
    paid: i64,
    lots: u64,
    lot: Option<Lot>,
    /// Sequence number of the last row that had one.
    sequence: u64,
}

#[derive(Debug, Default)]
struct Lot {
    rows: u64,
    titles: u64,
}

impl Totals {
    pub(super) fn count_row(&mut self) {
        self.rows += 1;
        if let Some(lot) = &mut self.lot {
            lot.rows += 1;
        }
    }

    /// A row that the layout does not have has a sequence number, too.
    pub(super) fn skip_sequence(&mut self) {
        self.sequence += 1;
    }

    pub(super) fn count_title(&mut self, title: &Title<'_>) {
        self.titles += 1;
        if let Some(lot) = &mut self.lot {
            lot.titles += 1;
        }
        let cents = |amount: Option<_>| amount.map_or(0, quita_core::money::Money::cents);
        self.nominal = self.nominal.saturating_add(cents(title.amount));
        if title.meaning.is_some_and(super::Meaning::is_payment) {
            self.payments += 1;
            self.paid = self.paid.saturating_add(cents(title.paid_amount));
        }
    }

    /// Its header was counted as a row of the file.
    pub(super) fn begin_lot(&mut self) {
        self.lots += 1;
        self.sequence = 0;
        self.lot = Some(Lot { rows: 1, titles: 0 });
    }

    pub(super) fn lot_is_open(&self) -> bool {
        self.lot.is_some()
    }

    pub(super) fn leave_lot(&mut self) {
        self.lot = None;
    }

    /// The lot as read, and where its trailer disagrees. `told` gives a field of the trailer.
    pub(super) fn end_lot(
        &mut self,
        told: impl Fn(&str) -> Option<u64>,
        line: u64,
    ) -> (Trailer, Vec<String>) {
        let Lot { rows, titles } = self.lot.take().unwrap_or_default();
        let mut found = Vec::new();
        // A few banks leave header and trailer out.
        let told = told("records").or_else(|| told("details").map(|details| details + 2));
        compare(&mut found, "registros no lote", rows, told);
        let trailer = Trailer {
            of: "lot",
            titles,
            records: rows,
            told_records: told,
            told_titles: None,
            line,
        };
        (trailer, found)
    }

    /// The file as read, and where its trailer disagrees. `told` gives a field of the trailer.
    pub(super) fn end_file(
        &mut self,
        told: impl Fn(&str) -> Option<u64>,
        line: u64,
    ) -> (Trailer, Vec<String>) {
        let mut found = Vec::new();
        let (told_records, told_titles) = (told("records"), told("titles"));
        compare(&mut found, "registros no arquivo", self.rows, told_records);
        compare(&mut found, "lotes no arquivo", self.lots, told("lots"));
        compare(&mut found, "títulos no arquivo", self.titles, told_titles);
        compare(&mut found, "pagamentos no arquivo", self.payments, told("settled_titles"));
        compare_cents(&mut found, "valor dos títulos", self.nominal, told("total"));
        compare_cents(&mut found, "valor pago", self.paid, told("settled_total"));
        let trailer = Trailer {
            of: "file",
            titles: self.titles,
            records: self.rows,
            told_records,
            told_titles,
            line,
        };
        (trailer, found)
    }

    /// What a bank may refuse in a row.
    pub(super) fn check(&mut self, record: &Record, row: &[u8], length: usize) -> Vec<String> {
        let mut found = Vec::new();
        if length != row.len() {
            found.push(format!("a linha tem {length} colunas em vez de {}", row.len()));
        }
        for (at, field) in record.fields.iter().enumerate() {
            if field.name == "sequence" {
                self.check_sequence(&mut found, record, field, row);
            }
            // Amounts and days of a title are told by the title.
            if !record.places.iter().any(|place| place.is_checked(at)) {
                found.extend(check_field(field, row));
            }
        }
        found
    }

    fn check_sequence(
        &mut self,
        found: &mut Vec<String>,
        record: &Record,
        field: &Field,
        row: &[u8],
    ) {
        let expected = self.sequence + 1;
        let told = Row(row).number(field);
        if told != Some(expected) {
            let raw = String::from_utf8_lossy(Row(row).raw(field));
            let of = if record.role == Role::Part { "do segmento" } else { "do registro" };
            found.push(format!("o sequencial {of} é «{raw}» e deveria ser {expected}"));
        }
        self.sequence = told.unwrap_or(expected);
    }
}

/// What always stands there, and characters that the kind does not allow.
fn check_field(field: &Field, row: &[u8]) -> Option<String> {
    let raw = Row(row).raw(field);
    let shown = || String::from_utf8_lossy(raw.trim_ascii()).into_owned();
    let place = || {
        let label = if field.label.is_empty() { "uso exclusivo" } else { &field.label };
        format!("{label} (posições {} a {})", field.from(), field.to())
    };
    // An older version of the layout is no mistake.
    let fixed = field.fixed.as_deref().filter(|_| !field.name.ends_with("layout_version"));
    if let Some(fixed) = fixed.filter(|fixed| *fixed != raw) {
        let fixed = String::from_utf8_lossy(fixed.trim_ascii());
        return Some(format!("{}: «{}» em vez de «{fixed}»", place(), shown()));
    }
    let is_other = matches!(Value::decode(field, row), Value::Other(_));
    // A CNPJ may have letters.
    let letters = !field.name.ends_with("_document") && raw.iter().any(u8::is_ascii_alphabetic);
    match field.kind {
        // Blanks mean that there is nothing to say; banks take them.
        _ if field.name.is_empty() || raw.trim_ascii().is_empty() => None,
        Kind::Date(_) if is_other => Some(format!("{}: «{}» não é uma data", place(), shown())),
        Kind::Decimal(_) if is_other => Some(format!("{}: «{}» não é um valor", place(), shown())),
        Kind::Digits if is_other || letters => {
            Some(format!("{}: «{}» não é um número", place(), shown()))
        }
        Kind::Text if !raw.is_ascii() => Some(format!("{}: «{}» tem acentos", place(), shown())),
        _ => None,
    }
}

/// Zeros in a trailer mean that the bank does not fill it in.
fn compare(found: &mut Vec<String>, what: &str, read: u64, told: Option<u64>) {
    if let Some(told) = told.filter(|told| *told != 0 && *told != read) {
        found.push(format!("{what}: lidos {read}, informados {told}"));
    }
}

fn compare_cents(found: &mut Vec<String>, what: &str, read: i64, told: Option<u64>) {
    let told = told.and_then(|cents| i64::try_from(cents).ok());
    if let Some(told) = told.filter(|told| *told != 0 && *told != read) {
        let money = quita_core::money::Money::from_cents;
        found.push(format!("{what}: lidos R$ {}, informados R$ {}", money(read), money(told)));
    }
}
