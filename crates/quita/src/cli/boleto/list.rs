//! `quita boleto list`, and boletos in words.

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use quita_core::fact::Means;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_engine::desk::read;
use quita_engine::desk::view::BoletoView;
use quita_store::boletos::Filter;

use crate::cli::place::Place;
use crate::failure::Failure;

/// Which boletos.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_parser = status, help = "Só neste estado, por exemplo REGISTERED")]
    status: Option<Status>,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
}

fn status(word: &str) -> Result<Status, String> {
    Status::from_word(&word.to_uppercase()).ok_or_else(|| {
        let words: Vec<_> = Status::ALL.iter().map(|s| s.word()).collect();
        format!("use um destes: {}", words.join(", "))
    })
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let filter = Filter { status: command.status, ..Filter::default() };
    let page = read::boletos(&world, &actor, filter, None, command.limit)?;
    let output = command.place.output();
    output.json(&page)?;
    output.show(&table(&page.data))
}

/// Boletos as a table.
pub(crate) fn table(boletos: &[BoletoView]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header([
        "Número",
        "Cliente",
        "Valor",
        "Vencimento",
        "Situação",
        "Recebido",
        "Linha digitável",
    ]);
    for boleto in boletos {
        table.add_row([
            boleto.document_number.clone(),
            boleto.customer.legal_name.clone(),
            Money::from_cents(boleto.amount).to_string(),
            boleto.expiration_date.strftime("%d/%m/%Y").to_string(),
            boleto.status.label().to_owned(),
            Money::from_cents(boleto.received).to_string(),
            boleto.writable_line.clone().unwrap_or_default(),
        ]);
    }
    for column in [2, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// One boleto in words.
pub(super) fn lines(boleto: &BoletoView) -> String {
    let mut lines = vec![
        format!("Boleto {} ({})", boleto.document_number, boleto.id),
        format!("Situação: {}", boleto.status.label()),
        format!(
            "R$ {} de {}, vence em {}",
            Money::from_cents(boleto.amount),
            boleto.customer.legal_name,
            boleto.expiration_date.strftime("%d/%m/%Y")
        ),
    ];
    if let Some(refusal) = &boleto.refusal {
        lines.push(format!("Recusado: {}", refusal.message));
    }
    if let Some(line) = &boleto.writable_line {
        lines.push(format!("Linha digitável: {line}"));
    }
    if let Some(code) = &boleto.br_code {
        lines.push(format!("Pix copia e cola: {code}"));
    }
    for receipt in &boleto.receipts {
        let paid_on = receipt.paid_on.map(|d| d.strftime("%d/%m/%Y").to_string());
        lines.push(format!(
            "Recebido R$ {} por {} em {}",
            Money::from_cents(receipt.amount),
            match receipt.means {
                Means::Pix => "Pix",
                Means::Boleto => "código de barras",
            },
            paid_on.unwrap_or_else(|| "data não informada".into())
        ));
    }
    lines.join("\n")
}
