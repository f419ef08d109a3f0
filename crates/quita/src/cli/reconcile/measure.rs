//! How right the matcher is on invented data.

use std::time::Instant;

use clap::Args;
use comfy_table::{CellAlignment, Table};
use quita_core::matching::generator::{self, Sort};
use quita_core::matching::score::{Sum, Tally, score};
use quita_core::matching::{Settings, reconcile};
use quita_core::money::Money;
use quita_engine::hands::all_cores;

use crate::failure::Failure;

/// Which world.
#[derive(Args)]
pub(super) struct Command {
    #[arg(long, value_name = "N", default_value_t = 1, help = "Semente dos dados inventados")]
    seed: u64,
    #[arg(long, value_name = "N", default_value_t = 20_000, help = "Quantas cobranças")]
    size: usize,
    #[arg(long, value_enum, default_value = "hard", help = "Mistura de casos fáceis e difíceis")]
    mix: super::Mix,
}

/// Prints a row for each sort of line, and what the aims are about.
pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let world = generator::generate(command.mix.of_world(), command.seed, command.size);
    let start = Instant::now();
    let settings = Settings { hands: all_cores, ..Settings::default() };
    let verdicts = reconcile(&world.lines, &world.receivables, &settings);
    let took = start.elapsed();
    let mut table = Table::new();
    let head =
        ["tipo", "lançamentos", "certos", "errados", "sugeridos", "não achados", "R$ errados"];
    table.set_header(head);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut with_id = Tally::default();
    let mut without = Tally::default();
    for (sort, tally) in score(&world, &verdicts) {
        table.add_row(row(sort.word(), &tally));
        match sort {
            Sort::Id | Sort::NetOfFee => add(&mut with_id, &tally),
            Sort::Other | Sort::Fee => add(&mut without, &Tally { right: Sum::default(), ..tally }),
            _ => add(&mut without, &tally),
        }
    }
    let owed = |t: &Tally| Sum {
        count: t.right.count + t.wrong.count + t.suggested.count + t.missed.count,
        cents: t.right.cents + t.wrong.cents + t.suggested.cents + t.missed.cents,
    };
    println!("{table}");
    for (name, tally) in [("com número do banco", &with_id), ("sem número", &without)] {
        let automatic = sum(tally.right, tally.wrong);
        println!(
            "{name}: precisão {} (por valor {}); automáticos {} (por valor {})",
            share(tally.right.count, automatic.count),
            share(tally.right.cents, automatic.cents),
            share(automatic.count, owed(tally).count),
            share(automatic.cents, owed(tally).cents),
        );
    }
    let left = sum(without.suggested, without.missed);
    println!("resposta certa entre as sugestões: {}", share(without.suggested.count, left.count));
    let (lines, receivables) = (world.lines.len(), world.receivables.len());
    println!("{lines} lançamentos × {receivables} cobranças em {took:.1?}");
    Ok(())
}

fn row(name: &str, t: &Tally) -> [String; 7] {
    [
        name.to_owned(),
        t.lines.count.to_string(),
        t.right.count.to_string(),
        t.wrong.count.to_string(),
        t.suggested.count.to_string(),
        t.missed.count.to_string(),
        Money::from_cents(i64::try_from(t.wrong.cents).unwrap_or(i64::MAX)).to_string(),
    ]
}

fn add(to: &mut Tally, more: &Tally) {
    to.lines = sum(to.lines, more.lines);
    to.right = sum(to.right, more.right);
    to.wrong = sum(to.wrong, more.wrong);
    to.suggested = sum(to.suggested, more.suggested);
    to.missed = sum(to.missed, more.missed);
}

fn sum(a: Sum, b: Sum) -> Sum {
    Sum { count: a.count + b.count, cents: a.cents + b.cents }
}

/// A percentage with four decimals.
fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let parts = u128::from(part) * 1_000_000 / u128::from(whole);
    format!("{},{:04} %", parts / 10_000, parts % 10_000)
}
