//! A layout made ready for one file: which records, what is the same in all of their rows, and
//! what each order fills in.

use quita_core::document::DocumentKind;
use quita_core::party::Party;
use quita_formats::cnab::Template;
use quita_formats::cnab::layout::{Direction, Field, Record, Role};
use quita_formats::cnab::value::{Misfit, NewRow, Why};

use super::line::problem;
use super::rules::Rules;
use super::slot::{Content, Slot};
use super::{FileLayout, RemittanceHead};
use crate::contract::Problem;
use crate::registry;

/// A layout made ready for one file.
pub(super) struct Plan {
    /// Header of the file and, where there are lots, of the lot.
    pub(super) headers: Vec<Template>,
    /// Records of a title.
    pub(super) rows: Vec<RowPlan>,
    /// Trailer of the lot, where there are lots, and of the file.
    pub(super) trailers: Vec<(&'static Record, Template)>,
    /// What it carries.
    pub(super) carries: Vec<Content>,
}

/// A record of a title.
pub(super) struct RowPlan {
    pub(super) template: Template,
    pub(super) slots: Vec<(&'static Field, Slot)>,
    /// It is written where an order has one of these; the first record always.
    pub(super) contents: Vec<Content>,
}

impl Plan {
    pub(super) fn new(
        layout: &'static FileLayout,
        rules: &'static Rules,
        head: &RemittanceHead<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let mut maker = Maker { layout, rules, head, found: Vec::new() };
        let headers = maker.frames(&[Role::FileHeader, Role::LotHeader]);
        let trailers = maker.frames(&[Role::LotTrailer, Role::FileTrailer]);
        let mut rows: Vec<RowPlan> =
            rules.records.iter().filter_map(|name| maker.row(name)).collect();
        number_messages(&mut rows);
        let mut carries = rules.carries.to_vec();
        carries.extend(rows.iter().flat_map(|row| row.contents.iter().copied()));
        if !rules.after_due.negative_listing.is_empty() && carries.contains(&Content::Protest) {
            carries.push(Content::NegativeListing);
        }
        if maker.found.is_empty() {
            let headers = headers.into_iter().map(|(_, template)| template).collect();
            return Ok(Self { headers, rows, trailers, carries });
        }
        Err(maker.found)
    }
}

/// The fields of a record of a title.
struct Filled {
    /// Those that orders fill in.
    slots: Vec<(&'static Field, Slot)>,
    /// Those that are the same for all orders of a file.
    same: Vec<&'static Field>,
}

impl Filled {
    fn of(rules: &'static Rules, record: &'static Record) -> Self {
        let mut slots = Vec::new();
        let mut same = Vec::new();
        for field in record.fields.iter().filter(|field| !field.name.is_empty()) {
            let own = rules.from_order.iter().position(|(name, _)| names(name, record, field));
            let slot = match (constant(rules, record, field), own) {
                (None, Some(own)) => Some(Slot::Own(own)),
                (None, None) if field.fixed.is_none() => Slot::of(&field.name),
                _ => None,
            };
            let from_head = rules.from_head.iter().any(|(name, _)| names(name, record, field));
            match slot.filter(|_| !from_head) {
                Some(slot) => slots.push((field, slot)),
                None => same.push(field),
            }
        }
        let known: Vec<Slot> = slots.iter().map(|(_, slot)| *slot).collect();
        for (_, slot) in &mut slots {
            *slot = slot.among(|other| known.contains(&other));
        }
        Self { slots, same }
    }
}

/// What the titles of a layout can tell, each with the room of its field.
pub(super) fn room(layout: &'static FileLayout, rules: &'static Rules) -> Vec<(Slot, usize)> {
    let records = rules.records.iter().filter_map(|name| layout.format.layout().record(name));
    let slots = records.flat_map(|record| Filled::of(rules, record).slots);
    slots.map(|(field, slot)| (slot, field.length)).collect()
}

/// What always stands in a field.
fn constant(rules: &Rules, record: &Record, field: &Field) -> Option<&'static str> {
    let found = rules.constants.iter().find(|(name, _)| names(name, record, field));
    found.map(|(_, text)| *text)
}

struct Maker<'a> {
    layout: &'static FileLayout,
    rules: &'static Rules,
    head: &'a RemittanceHead<'a>,
    found: Vec<Problem>,
}

impl Maker<'_> {
    /// The records of these roles in a remittance.
    fn frames(&mut self, roles: &[Role]) -> Vec<(&'static Record, Template)> {
        let mut made = Vec::new();
        for role in roles {
            let record =
                self.layout.format.layout().records.iter().find(|record| {
                    record.role == *role && record.direction != Some(Direction::Return)
                });
            let Some(record) = record else { continue };
            let fields: Vec<_> = record.fields.iter().filter(|f| !f.name.is_empty()).collect();
            made.extend(self.template(record, &fields).map(|template| (record, template)));
        }
        made
    }

    /// A record of a title.
    fn row(&mut self, name: &str) -> Option<RowPlan> {
        let record = self.layout.format.layout().record(name)?;
        let Filled { slots, same } = Filled::of(self.rules, record);
        let template = self.template(record, &same)?;
        let mut contents: Vec<_> = slots.iter().filter_map(|(_, slot)| slot.content()).collect();
        contents.dedup();
        Some(RowPlan { template, slots, contents })
    }

    /// The field of the form that a field of the tables is filled from.
    fn agreement_name(&self, name: &str) -> String {
        match self.layout.agreement.iter().any(|field| field.name == name) {
            true => format!("agreement.{name}"),
            false => "agreement".to_owned(),
        }
    }

    /// The record with these fields filled in from rules, head and agreement.
    fn template(&mut self, record: &'static Record, fields: &[&'static Field]) -> Option<Template> {
        let made = Template::new(record, |row| {
            for field in fields {
                // Once is enough for what stands in several records.
                if let Err(problem) = self.fill(record, field, row)
                    && !self.found.iter().any(|known| known.field == problem.field)
                {
                    self.found.push(problem);
                }
            }
            Ok::<(), ()>(())
        });
        made.ok()
    }

    fn fill(&self, record: &Record, field: &Field, row: &mut NewRow<'_>) -> Result<(), Problem> {
        if let Some(text) = constant(self.rules, record, field) {
            let put = if text.is_empty() { Ok(()) } else { row.put(field, text) };
            return put.map_err(|misfit| unfit("layout", &field.label, &misfit));
        }
        let own = self.rules.from_head.iter().find(|(name, _)| names(name, record, field));
        if let Some((_, from_head)) = own {
            let text = from_head(self.head)?;
            let name = self.agreement_name(&field.name);
            return row.put(field, &text).map_err(|misfit| unfit(&name, &field.label, &misfit));
        }
        if field.fixed.is_some() {
            return Ok(());
        }
        let head = self.head;
        let company = head.company;
        let filled = match field.name.as_str() {
            "bank_code" => row.put(field, self.layout.bank),
            "bank_name" => {
                let info = registry::by_code(self.layout.bank).map(|bank| bank.info());
                row.cut_text(field, info.map_or("", |info| info.name))
            }
            "direction" => row.put(field, "1"),
            "lot" => row.put(field, "1"),
            "operation" => row.put(field, "R"),
            "company_document_type" => row.put(field, document_type(company, field)),
            "company_document" => row.put(field, company.document.as_str()),
            "company_name" => row.cut_text(field, &company.name),
            "file_number" => row.number(field, u64::from(head.file_number)),
            // The day from which an instruction counts is the day of its file.
            "generation_date" | "instruction_date" => row.date(field, Some(head.made_at.date())),
            "generation_time" => {
                let at = head.made_at;
                row.put(field, &format!("{:02}{:02}{:02}", at.hour(), at.minute(), at.second()))
            }
            name => match self.head.agreement.get(name).map(|value| value.trim()) {
                Some(value) if !value.is_empty() && !is_told_by_orders(record, name) => {
                    row.put(field, value)
                }
                _ => Ok(()),
            },
        };
        filled.map_err(|misfit| {
            let name = match field.name.as_str() {
                "company_name" | "company_document" => field.name.replacen('_', ".", 1),
                name => self.agreement_name(name),
            };
            unfit(&name, &field.label, &misfit)
        })
    }
}

/// Whether a name, alone or behind that of its record, is the field's.
fn names(name: &str, record: &Record, field: &Field) -> bool {
    match name.split_once('.') {
        Some((of, name)) => of == record.name && name == field.name,
        None => name == field.name,
    }
}

/// Fields that an agreement may have too, but that are the order's.
fn is_told_by_orders(record: &Record, name: &str) -> bool {
    matches!(record.role, Role::Title | Role::Part) && Slot::of(name).is_some()
}

/// Lines of message are counted through all records, from 0.
fn number_messages(rows: &mut [RowPlan]) {
    let mut next = 0;
    for row in rows {
        for (_, slot) in &mut row.slots {
            if let Slot::Message(number) = slot {
                *number = next;
                next += 1;
            }
        }
        row.contents = row.slots.iter().filter_map(|(_, slot)| slot.content()).collect();
        row.contents.dedup();
    }
}

/// One digit or two.
pub(super) fn document_type(party: &Party, field: &Field) -> &'static str {
    match (party.document.kind(), field.length) {
        (DocumentKind::Cpf, 1) => "1",
        (DocumentKind::Cnpj, 1) => "2",
        (DocumentKind::Cpf, _) => "01",
        (DocumentKind::Cnpj, _) => "02",
    }
}

/// What a field cannot hold.
pub(super) fn unfit(name: &str, label: &str, misfit: &Misfit) -> Problem {
    let from = misfit.from;
    match misfit.why {
        Why::TooLong { room } => {
            let message = format!(
                "«{label}» tem no arquivo {room} posições (a partir da {from}), e o que foi \
                 informado não cabe: abrevie ou corrija"
            );
            problem(name, "too_long", message)
        }
        Why::Kind => {
            let message = format!(
                "«{label}» (posição {from}) só aceita números: corrija o que foi informado"
            );
            problem(name, "invalid", message)
        }
        Why::Year => {
            let message = format!("o ano de «{label}» (posição {from}) não cabe em dois dígitos");
            problem(name, "invalid", message)
        }
        Why::Negative => {
            problem(name, "invalid", format!("«{label}» (posição {from}) é negativo: corrija"))
        }
    }
}
