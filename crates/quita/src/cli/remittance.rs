//! `quita remittance`: files for banks that are told by file.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use quita_engine::desk::issue;
use quita_engine::desk::once::Request;
use quita_engine::desk::remittances::{self, NewRemittance};

use super::place::Place;
use crate::failure::Failure;

/// What can be done with remittances.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = "Gera a próxima remessa de uma conta por arquivo, com tudo o que espera")]
    Make(Make),
    #[command(about = "Lista as remessas feitas, da mais nova à mais antiga")]
    List(List),
    #[command(about = "Grava numa pasta o arquivo de uma remessa, sempre os mesmos bytes")]
    Download(Download),
    #[command(
        about = "Mostra o número da última remessa e o último nosso número de uma conta, ou os \
                 adianta depois de restaurar uma cópia de segurança"
    )]
    LastNumber(LastNumber),
}

/// Where the counts of an account stand.
#[derive(Args)]
pub(crate) struct LastNumber {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Id da conta (quita account list)")]
    account: String,
    #[arg(
        long,
        value_name = "NÚMERO",
        help = "A última remessa que o banco aceitou: a próxima terá o número seguinte"
    )]
    remittance: Option<i64>,
    #[arg(
        long,
        value_name = "NÚMERO",
        help = "O último nosso número usado na carteira, sem o dígito"
    )]
    our_number: Option<i64>,
}

/// A file to be made.
#[derive(Args)]
pub(crate) struct Make {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Id da conta (quita account list)")]
    account: String,
    #[arg(long, help = "Chave do pedido: repetir com a mesma chave não gera outra remessa")]
    key: Option<String>,
}

/// Files made.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Só desta conta")]
    account: Option<String>,
}

/// A file to be written.
#[derive(Args)]
pub(crate) struct Download {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id da remessa (quita remittance list)")]
    id: String,
    #[arg(long, default_value = ".", help = "Em que pasta")]
    to: PathBuf,
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Make(command) => make(command),
        Command::List(command) => list(&command),
        Command::Download(command) => download(&command),
        Command::LastNumber(command) => last_number(&command),
    }
}

fn make(command: Make) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let fingerprint = issue::fingerprint("remittance", command.account.as_bytes());
    let key = command.key.unwrap_or_else(|| world.ids().next_id());
    let new = NewRemittance { account_id: command.account, order_ids: None };
    let made = remittances::make(&world, &actor, &Request { key, fingerprint }, &new)?;
    let made: serde_json::Value = serde_json::from_str(&made.body)
        .map_err(|error| Failure::new(format!("resposta guardada ilegível: {error}")))?;
    let output = command.place.output();
    output.json(&made)?;
    let text = |name: &str| made.get(name).map(ToString::to_string).unwrap_or_default();
    output.show(&format!(
        "Remessa {} com {} pedidos ({})",
        text("number"),
        text("orders"),
        made.get("id").and_then(serde_json::Value::as_str).unwrap_or_default()
    ))?;
    Ok(())
}

fn list(command: &List) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let files = remittances::list(&world, &actor, command.account.as_deref(), None, 200)?.data;
    let output = command.place.output();
    output.json(&files)?;
    for file in files {
        let sent = if file.sent_at.is_some() { "enviada" } else { "a enviar" };
        output.show(&format!(
            "{}  {}  número {}  {} pedidos  {sent}",
            file.id, file.file_name, file.number, file.orders
        ))?;
    }
    Ok(())
}

fn download(command: &Download) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let (name, bytes) = remittances::download(&world, &actor, &command.id)?;
    let path = command.to.join(name);
    // Under its name it is whole: half a file must not be taken to the bank.
    let partial = path.with_extension("parcial");
    let write = || {
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, &path)
    };
    write().map_err(|error| Failure::file(&path, &error))?;
    let output = command.place.output();
    output.json(&serde_json::json!({ "file": path.display().to_string() }))?;
    output.show(&path.display().to_string())?;
    Ok(())
}

fn last_number(command: &LastNumber) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    if let Some(last) = command.remittance {
        remittances::set_last_number(&world, &actor, &command.account, last)?;
    }
    if let Some(last) = command.our_number {
        remittances::set_last_our_number(&world, &actor, &command.account, last)?;
    }
    let stands = remittances::last_numbers(&world, &actor, &command.account)?;
    let output = command.place.output();
    output.json(&stands)?;
    let said = |number: Option<i64>, none: &str| match number {
        Some(number) => number.to_string(),
        None => none.to_owned(),
    };
    output.show(&format!(
        "Última remessa: {}\nÚltimo nosso número: {}",
        said(stands.remittance, "a conta é por API"),
        said(stands.our_number, "o banco o dá")
    ))?;
    Ok(())
}
