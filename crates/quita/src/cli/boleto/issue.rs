//! `quita boleto issue`.

use std::path::PathBuf;

use clap::Args;
use quita_core::fold::Status;
use quita_engine::desk::issue::{self, NewBoleto, Shape};
use quita_engine::desk::read;

use super::list;
use crate::cli::place::Place;
use crate::failure::Failure;

/// A boleto, as JSON: the same as `POST /v1/boletos`.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    place: Place,
    #[arg(
        value_name = "ARQUIVO",
        help = "Boleto em JSON, como em POST /v1/boletos; «-» lê a entrada padrão"
    )]
    file: PathBuf,
    #[arg(
        long,
        value_name = "CHAVE",
        help = "Idempotency-Key: repetir com a mesma não emite outro"
    )]
    key: Option<String>,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let bytes = if command.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes)?;
        bytes
    } else {
        std::fs::read(&command.file).map_err(|e| Failure::file(&command.file, &e))?
    };
    let new: NewBoleto = serde_json::from_slice(&bytes)
        .map_err(|e| Failure::new(format!("{}: {e}", command.file.display())))?;
    let (world, actor) = command.place.open()?;
    let key = command.key.clone().unwrap_or_else(|| super::new_key(&world));
    let print = issue::fingerprint("issue", &bytes);
    let stored = issue::issue(&world, &actor, &key, &print, &[new], Shape::One)?;
    let answer: serde_json::Value = serde_json::from_str(&stored.body)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    crate::cli::work(&world, || Ok(read::boleto(&world, &actor, &id)?.status != Status::Created))?;
    let boleto = read::boleto(&world, &actor, &id)?;
    let output = command.place.output();
    output.json(&boleto)?;
    output.show(&list::lines(&boleto))
}
