//! A bank that is spoken to by files: it reads a remittance by the tables of its layout, and
//! answers by those of the return. It knows nothing of who wrote the remittance.

use std::collections::BTreeMap;
use std::io;

use jiff::civil::Date;
use quita_banks::cnab::formats;
use quita_banks::file::FileLayout;
use quita_core::money::Money;
use quita_formats::cnab::codes::{Instruction, Movement};
use quita_formats::cnab::layout::{Direction, Kind, Record, Role};
use quita_formats::cnab::{END_OF_LINE, Item, Meaning, Options, Title, read};

/// A title as the bank keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) instruction: Instruction,
    pub(crate) our_number: String,
    pub(crate) document_number: String,
    pub(crate) amount: Money,
    pub(crate) due: Option<Date>,
    pub(crate) abatement: i64,
    texts: BTreeMap<&'static str, String>,
}

/// What the bank tells of a title.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) title: Heard,
    pub(crate) movement: Movement,
    pub(crate) reasons: &'static str,
    pub(crate) on: Date,
    pub(crate) paid: Option<i64>,
    pub(crate) credit: Option<Date>,
    pub(crate) fee: i64,
}

impl Told {
    pub(crate) fn new(title: &Heard, movement: Movement, on: Date) -> Self {
        let title = title.clone();
        Self { title, movement, reasons: "", on, paid: None, credit: None, fee: 0 }
    }

    /// Money came, and this day it is on the account.
    pub(crate) fn paid(title: &Heard, movement: Movement, on: Date, cents: i64) -> Self {
        let credit = on.tomorrow().ok();
        Self { paid: Some(cents), credit, fee: 250, ..Self::new(title, movement, on) }
    }
}

impl Heard {
    /// The bank gives it a number.
    pub(crate) fn numbered(&self, number: &str) -> Self {
        let mut numbered = self.clone();
        numbered.our_number = number.to_owned();
        numbered.texts.insert("our_number", number.to_owned());
        numbered
    }
}

/// What a remittance asks for.
pub(crate) fn hear(remittance: &[u8]) -> Vec<Heard> {
    let mut heard = Vec::new();
    read(remittance, &formats(), Options { strict: true }, |item| {
        match item {
            Item::File(head) => assert_eq!(head.direction, Direction::Remittance),
            Item::Title(title) => heard.push(one(title)),
            Item::Trailer(_) => {}
            Item::Warning(warning) => panic!("line {}: {}", warning.line, warning.message),
        }
        Ok::<(), io::Error>(())
    })
    .unwrap();
    heard
}

fn one(title: &Title<'_>) -> Heard {
    let Some(Meaning::Instruction(instruction, _)) = title.meaning else {
        panic!("no instruction: {title:?}");
    };
    let texts = [
        ("our_number", &title.our_number),
        ("our_number_digit", &title.our_number_digit),
        ("document_number", &title.document_number),
        ("company_use", &title.company_use),
        ("wallet", &title.wallet),
        ("customer_name", &title.customer_name),
    ];
    let texts: BTreeMap<_, _> = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, text.as_deref()?.to_owned())))
        .collect();
    let text = |name: &str| texts.get(name).cloned().unwrap_or_default();
    Heard {
        instruction,
        our_number: text("our_number"),
        document_number: text("document_number"),
        amount: title.amount.unwrap_or_default(),
        due: title.expiration_date,
        abatement: title.abatement.map_or(0, |amount| amount.cents()),
        texts,
    }
}

/// A return of the account that sent the remittance.
pub(crate) fn answer(
    layout: &'static FileLayout,
    remittance: &[u8],
    number: u64,
    day: Date,
    told: &[Told],
) -> Vec<u8> {
    let first = remittance.split(|byte| *byte == b'\n').next().unwrap();
    let records = &layout.format.layout().records;
    let of = |role: Role, direction: Direction| {
        let fits = |record: &&Record| {
            record.role == role && record.direction.is_none_or(|own| own == direction)
        };
        records.iter().find(fits)
    };
    let sent_head = of(Role::FileHeader, Direction::Remittance).unwrap();
    let head = of(Role::FileHeader, Direction::Return).unwrap();
    let mut file = File { out: Vec::new(), rows: 0, in_lot: 0 };
    // Who the company is, as it said itself.
    let mut company: BTreeMap<&str, String> = BTreeMap::new();
    for field in &sent_head.fields {
        let raw = &first[field.start..field.to()];
        company.insert(&field.name, String::from_utf8_lossy(raw).trim().to_owned());
    }
    company.insert("direction", "2".into());
    company.insert("file_number", number.to_string());
    let days = BTreeMap::from([("generation_date", day)]);
    file.row(head, &company, &days);
    if layout.width() == 240 {
        company.insert("lot", "1".into());
        file.row(of(Role::LotHeader, Direction::Return).unwrap(), &company, &days);
    }
    let title = of(Role::Title, Direction::Return).unwrap();
    let part = records.iter().find(|r| r.name == "segmento_u").filter(|_| layout.width() == 240);
    for told in told {
        let code = layout.format.codes().movements.iter().find(|c| c.means == told.movement);
        let mut texts = company.clone();
        texts.extend(told.title.texts.iter().map(|(name, text)| (*name, text.clone())));
        texts.insert("occurrence", code.unwrap().code.clone());
        texts.insert("reasons", told.reasons.to_owned());
        texts.insert("amount", told.title.amount.cents().to_string());
        texts.insert("fee", told.fee.to_string());
        texts.insert("abatement", told.title.abatement.to_string());
        if let Some(paid) = told.paid {
            texts.insert("paid_amount", paid.to_string());
            texts.insert("credited_amount", (paid - told.fee).to_string());
        }
        let mut days = BTreeMap::from([("occurrence_date", told.on)]);
        days.extend(told.title.due.map(|due| ("expiration_date", due)));
        days.extend(told.credit.map(|credit| ("credit_date", credit)));
        file.row(title, &texts, &days);
        if let Some(part) = part {
            file.row(part, &texts, &days);
        }
    }
    let mut end = company.clone();
    if layout.width() == 240 {
        // The records of the lot, this one included.
        end.insert("records", (file.rows).to_string());
        file.row(of(Role::LotTrailer, Direction::Return).unwrap(), &end, &BTreeMap::new());
        end.insert("lot", "9999".into());
        end.insert("lots", "1".into());
        end.insert("records", (file.rows + 1).to_string());
    }
    file.row(of(Role::FileTrailer, Direction::Return).unwrap(), &end, &BTreeMap::new());
    file.out
}

struct File {
    out: Vec<u8>,
    rows: usize,
    in_lot: usize,
}

impl File {
    fn row(
        &mut self,
        record: &Record,
        texts: &BTreeMap<&str, String>,
        days: &BTreeMap<&str, Date>,
    ) {
        self.rows += 1;
        self.in_lot += usize::from(matches!(record.role, Role::Title | Role::Part));
        let sequence = if record.fields.last().is_some_and(|f| f.name == "sequence") {
            self.rows
        } else {
            self.in_lot
        };
        let mut row = record.begin(&mut self.out);
        for field in record.fields.iter().filter(|field| field.fixed.is_none()) {
            let name = field.name.as_str();
            if name == "sequence" {
                row.put(field, &sequence.to_string()).unwrap();
            } else if let Kind::Date(_) = field.kind {
                row.date(field, days.get(name).copied()).unwrap();
            } else if let Some(text) = texts.get(name).filter(|text| !text.is_empty()) {
                row.put(field, text).unwrap();
            }
        }
        self.out.extend_from_slice(END_OF_LINE);
    }
}
