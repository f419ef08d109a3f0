//! A layout as documentation for people: what is where, and what the codes mean.

use std::fmt;

use serde::Serialize;

use super::codes::{Code, Codes};
use super::format::Format;
use super::layout::{Field, Layout, Record};

/// A format to show: as text in Portuguese, or serialized for programs.
#[derive(Debug, Serialize)]
pub struct Description {
    layout: &'static Layout,
    codes: &'static Codes,
}

impl Format {
    /// Its documentation.
    pub fn describe(&'static self) -> Description {
        Description { layout: self.layout(), codes: self.codes() }
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Layout { name, title, source, width, records } = self.layout;
        writeln!(f, "{title} (CNAB {width}, {name})\n\n{source}")?;
        for record in records {
            describe_record(f, record)?;
        }
        describe_codes(f, "Movimentos do retorno", self.codes, &self.codes.movements)?;
        describe_codes(f, "Movimentos da remessa", self.codes, &self.codes.instructions)?;
        for reasons in &self.codes.reasons {
            writeln!(f, "\nMotivos: {}", reasons.name)?;
            for (code, text) in &reasons.texts {
                writeln!(f, "  {code}  {text}")?;
            }
        }
        Ok(())
    }
}

fn describe_record(f: &mut fmt::Formatter<'_>, record: &Record) -> fmt::Result {
    let direction = record.direction.map_or("remessa e retorno", |own| own.portuguese());
    write!(f, "\n{}: {} (", record.name, record.title)?;
    for mark in &record.marks {
        write!(f, "{mark}, ")?;
    }
    writeln!(f, "{direction})")?;
    for field in &record.fields {
        let Field { name, label, kind, fixed, .. } = field;
        let always = match (fixed, name.as_str()) {
            (Some(fixed), _) => format!("«{}»", String::from_utf8_lossy(fixed).trim_end()),
            (None, "") if kind.filler() == b'0' => "zeros".to_owned(),
            (None, "") => "brancos".to_owned(),
            (None, _) => String::new(),
        };
        let words = [label.as_str(), &always].into_iter().filter(|text| !text.is_empty());
        let words = words.collect::<Vec<_>>().join(": ");
        let (from, to, length) = (field.from(), field.to(), field.length);
        writeln!(f, "  {from:>3}-{to:<3} {length:>3}  {kind:<8}  {name:<26}  {words}")?;
    }
    Ok(())
}

fn describe_codes<M>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    codes: &Codes,
    of: &[Code<M>],
) -> fmt::Result {
    if of.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    for Code { code, text, reasons, .. } in of {
        let reasons = reasons.and_then(|at| codes.reasons.get(at));
        let reasons = reasons.map(|table| format!(" (motivos: {})", table.name));
        writeln!(f, "  {code}  {text}{}", reasons.unwrap_or_default())?;
    }
    Ok(())
}
