//! `quita boleto`: numbers without a database, and boletos of an installation.

mod issue;
mod list;
mod numbers;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use quita_engine::desk::{act, issue as desk_issue, pdf};
use quita_engine::world::World;

use super::place::Place;
use crate::failure::Failure;

/// What can be done with boletos.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Numbers(numbers::Command),
    #[command(about = "Emite um boleto e espera o banco registrar")]
    Issue(Box<issue::Command>),
    #[command(about = "Lista boletos, do mais novo ao mais antigo")]
    List(list::Command),
    #[command(about = "Mostra um boleto e sua história")]
    Show(Show),
    #[command(about = "Grava boletos em um PDF")]
    Pdf(Pdf),
    #[command(about = "Cancela um boleto no banco")]
    Cancel(Cancel),
}

/// One boleto.
#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id do boleto")]
    id: String,
}

/// A file of boletos.
#[derive(Args)]
pub(crate) struct Pdf {
    #[command(flatten)]
    place: Place,
    #[arg(required = true, help = "Ids dos boletos, um por página")]
    ids: Vec<String>,
    #[arg(long, short, value_name = "ARQUIVO", help = "Arquivo a gravar")]
    output: PathBuf,
    #[arg(long, help = "O PDF do próprio banco (um boleto só)")]
    of_bank: bool,
}

/// A boleto to be written off.
#[derive(Args)]
pub(crate) struct Cancel {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id do boleto")]
    id: String,
    #[arg(long, default_value = "", help = "Motivo, até 50 caracteres")]
    reason: String,
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Numbers(command) => numbers::run(command),
        Command::Issue(command) => super::exit(issue::run(&command)),
        Command::List(command) => super::exit(list::run(&command)),
        Command::Show(command) => super::exit(show(&command)),
        Command::Pdf(command) => super::exit(save_pdf(&command)),
        Command::Cancel(command) => super::exit(cancel(&command)),
    }
}

fn show(command: &Show) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let boleto = quita_engine::desk::read::boleto(&world, &actor, &command.id)?;
    let events = quita_engine::desk::read::timeline(&world, &actor, &command.id)?;
    let output = command.place.output();
    output.json(&serde_json::json!({ "boleto": boleto, "events": events }))?;
    output.show(&list::lines(&boleto))?;
    for event in events {
        output.show(&format!("{}  {}", event.created_at, event.kind))?;
    }
    Ok(())
}

fn save_pdf(command: &Pdf) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let bytes = match (command.of_bank, command.ids.as_slice()) {
        (false, ids) => pdf::draw(&world, &actor, ids)?,
        (true, [id]) => pdf::of_bank(&world, &actor, id)?,
        (true, _) => return Err(Failure::new("o PDF do banco é de um boleto só")),
    };
    std::fs::write(&command.output, &bytes).map_err(|e| Failure::file(&command.output, &e))?;
    let output = command.place.output();
    output.json(&serde_json::json!({ "file": command.output, "bytes": bytes.len() }))?;
    output.say(&format!("{} gravado", command.output.display()));
    Ok(())
}

fn cancel(command: &Cancel) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let action = act::Action::Cancel(act::Cancel { reason: command.reason.clone() });
    let key = new_key(&world);
    let print = desk_issue::fingerprint("cancel", command.id.as_bytes());
    act::act(&world, &actor, &key, &print, &command.id, &action)?;
    super::work(&world, || {
        let boleto = quita_engine::desk::read::boleto(&world, &actor, &command.id)?;
        Ok(boleto.status > quita_core::fold::Status::CancellationRequested)
    })?;
    let boleto = quita_engine::desk::read::boleto(&world, &actor, &command.id)?;
    let output = command.place.output();
    output.json(&boleto)?;
    output.show(&list::lines(&boleto))
}

/// A command that is run again is another request.
fn new_key(world: &World) -> String {
    world.ids().next_id()
}
