//! Invented lines and receivables with the truth, to measure any matcher by.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use quita_core::matching::generator::{self, World};
use quita_core::matching::{Line, Receivable};
use quita_core::terms::{InterestValue, Terms, Value};
use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;

/// Which world.
#[derive(Args)]
pub(super) struct Command {
    #[arg(long, value_name = "N", help = "Semente: a mesma dá sempre os mesmos dados")]
    seed: u64,
    #[arg(long, value_name = "N", default_value_t = 1_000, help = "Quantas cobranças")]
    size: usize,
    #[arg(long, value_enum, default_value = "hard", help = "Mistura de casos fáceis e difíceis")]
    mix: super::Mix,
    #[arg(
        long,
        value_name = "PASTA",
        help = "Escreve lines.jsonl, receivables.jsonl e truth.jsonl nesta pasta, em vez de tudo na \
                saída com «kind»"
    )]
    into: Option<PathBuf>,
}

/// Writes the world to a folder, or as one stream with `kind` line | receivable | truth.
pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let world = generator::generate(command.mix.of_world(), command.seed, command.size);
    let Some(folder) = &command.into else {
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        let done = stream(&world, &mut out).and_then(|()| out.flush());
        return match done {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        };
    };
    std::fs::create_dir_all(folder).map_err(|e| Failure::file(folder, &e))?;
    let file = |name: &str, rows: &mut dyn Iterator<Item = Json>| {
        let path = folder.join(name);
        let written = (|| {
            let mut out = BufWriter::new(File::create(&path)?);
            for row in rows {
                write_row(&mut out, &row)?;
            }
            out.flush()
        })();
        written.map_err(|e: io::Error| Failure::file(&path, &e))
    };
    file("lines.jsonl", &mut world.lines.iter().map(line))?;
    file("receivables.jsonl", &mut world.receivables.iter().map(receivable))?;
    file("truth.jsonl", &mut truths(&world))
}

fn stream(world: &World, out: &mut impl Write) -> io::Result<()> {
    let kinds = [
        ("receivable", world.receivables.iter().map(receivable).collect::<Vec<_>>()),
        ("line", world.lines.iter().map(line).collect()),
        ("truth", truths(world).collect()),
    ];
    for (kind, rows) in kinds {
        for mut row in rows {
            row["kind"] = kind.into();
            write_row(out, &row)?;
        }
    }
    Ok(())
}

fn write_row(out: &mut impl Write, row: &Json) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}

fn truths(world: &World) -> impl Iterator<Item = Json> + '_ {
    world.lines.iter().zip(&world.truth).map(|(line, truth)| {
        let paid: Vec<&str> =
            truth.receivables.iter().map(|r| world.receivables[*r].id.as_ref()).collect();
        json!({ "line": &*line.id, "receivables": paid, "sort": truth.sort.word() })
    })
}

fn put(row: &mut Map<String, Json>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        row.insert(name.to_owned(), value.into());
    }
}

fn line(line: &Line) -> Json {
    let mut row = Map::new();
    row.insert("id".to_owned(), (&*line.id).into());
    row.insert("date".to_owned(), line.date.to_string().into());
    row.insert("amount".to_owned(), line.amount.cents().into());
    row.insert("memo".to_owned(), (&*line.memo).into());
    put(&mut row, "our_number", line.our_number.as_deref());
    put(&mut row, "txid", line.txid.as_deref());
    put(&mut row, "payer_document", line.payer_document.as_deref());
    put(&mut row, "payer_name", line.payer_name.as_deref());
    Json::Object(row)
}

fn receivable(r: &Receivable) -> Json {
    let mut row = Map::new();
    row.insert("id".to_owned(), (&*r.id).into());
    put(&mut row, "our_number", r.our_number.as_deref());
    put(&mut row, "txid", r.txid.as_deref());
    row.insert("expiration_date".to_owned(), r.expiration_date.to_string().into());
    row.insert("amount".to_owned(), r.amount.cents().into());
    if let Some(terms) = &r.terms {
        put_terms(&mut row, terms);
    }
    put(&mut row, "customer_document", r.customer_document.as_deref());
    put(&mut row, "customer_name", r.customer_name.as_deref());
    Json::Object(row)
}

fn put_terms(row: &mut Map<String, Json>, terms: &Terms) {
    let term = |date: jiff::civil::Date, value: Value| match value {
        Value::Fixed(cents) => json!({ "date": date.to_string(), "face_value": cents.cents() }),
        Value::Percent(rate) => json!({ "date": date.to_string(), "value": rate.to_string() }),
    };
    if let Some(fine) = terms.fine {
        row.insert("fine".to_owned(), term(fine.date, fine.value));
    }
    if let Some(interest) = terms.interest {
        let value = match interest.value {
            InterestValue::PerDay(cents) => Value::Fixed(cents),
            InterestValue::PerMonth(rate) => Value::Percent(rate),
        };
        row.insert("interest".to_owned(), term(interest.date, value));
    }
    if let Some(discount) = terms.discounts.first() {
        row.insert("discount".to_owned(), term(discount.date, discount.value));
    }
}
