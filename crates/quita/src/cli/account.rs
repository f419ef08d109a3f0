//! `quita account`: bank accounts of the company.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use quita_banks::info::{BankInfo, FieldKind};
use quita_banks::registry;
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::desk::credentials::{self, NewCredential};
use quita_engine::desk::issue;
use quita_engine::desk::once::Request;

use super::enrolment;
use super::place::Place;
use crate::failure::Failure;

/// What can be done with accounts.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = "Cadastra uma conta e a liga ao banco")]
    Add(Add),
    #[command(about = "Troca a credencial de uma conta, antes que o certificado termine")]
    Reconnect(Reconnect),
    #[command(about = "Escreve a carta que pede a credencial ao banco, com a chave pública")]
    Letter(enrolment::Letter),
    #[command(about = "Pede ao banco o certificado, com o token temporário que ele enviou")]
    Certificate(enrolment::Certificate),
    #[command(about = "Renova o certificado, nos últimos dias do atual")]
    Renew(enrolment::Renew),
    #[command(about = "Lista as contas e como estão")]
    List(List),
}

/// A new credential for an account.
#[derive(Args)]
pub(crate) struct Reconnect {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id da conta")]
    id: String,
    #[arg(
        long = "credential",
        required = true,
        value_name = "CAMPO=VALOR",
        value_parser = pair,
        help = "Como em «quita account add»"
    )]
    credential: Vec<(String, String)>,
}

/// An account.
#[derive(Args)]
pub(crate) struct Add {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Código ou nome do banco, por exemplo 077 ou inter")]
    bank: String,
    #[arg(long, help = "Nome da conta")]
    description: String,
    #[arg(long, default_value = "0001", help = "Agência")]
    branch: String,
    #[arg(long, help = "Número da conta com dígito, só algarismos")]
    account: String,
    #[arg(
        long = "credential",
        value_name = "CAMPO=VALOR",
        value_parser = pair,
        help = "Campo da credencial; para certificado, chave e segredo o valor é um arquivo \
                (assim não aparece na lista de processos). Os campos de cada banco estão em \
                BANKS.md"
    )]
    credential: Vec<(String, String)>,
    #[arg(
        long,
        value_name = "LAYOUT",
        help = "Conta por arquivo: o layout do contrato, por exemplo febraban-240 ou itau-400"
    )]
    layout: Option<String>,
    #[arg(
        long = "data",
        value_name = "CAMPO=VALOR",
        value_parser = pair,
        help = "Por arquivo: campo do convênio, como wallet=109 ou agreement=1234567; o que \
                faltar é dito"
    )]
    data: Vec<(String, String)>,
    #[arg(
        long,
        value_name = "NÚMERO",
        help = "Por arquivo: número da próxima remessa; 1 se o banco nunca recebeu nenhuma"
    )]
    next_remittance: Option<i64>,
    #[arg(
        long,
        value_name = "NÚMERO",
        help = "Por arquivo, onde a empresa numera: o primeiro nosso número que está livre"
    )]
    first_our_number: Option<i64>,
    #[arg(long = "host", value_name = "SERVIÇO=URL", value_parser = pair, help = "Só em ambiente de testes: endereço do simulador")]
    hosts: Vec<(String, String)>,
}

/// Accounts.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("use CAMPO=VALOR")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(command) => add(&command),
        Command::Reconnect(command) => reconnect(&command),
        Command::Letter(command) => enrolment::letter(&command),
        Command::Certificate(command) => enrolment::certificate(&command),
        Command::Renew(command) => enrolment::renew(&command),
        Command::List(command) => list(&command),
    }
}

fn add(command: &Add) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let bank = registry::by_code(&command.bank).or_else(|| registry::by_folder(&command.bank));
    let credential = read_credential(bank.map(|b| b.info()), &command.credential)?;
    let (number, digit) = command
        .account
        .split_at_checked(command.account.len().saturating_sub(1))
        .ok_or_else(|| Failure::new("--account: use só algarismos"))?;
    let account = accounts::create(
        &world,
        &actor,
        &NewAccount {
            bank: command.bank.clone(),
            description: command.description.clone(),
            branch: command.branch.clone(),
            number: number.to_owned(),
            digit: digit.to_owned(),
            data: command.data.iter().cloned().collect(),
            layout: command.layout.clone(),
            next_remittance: command.next_remittance,
            first_our_number: command.first_our_number,
            credential,
            hosts: command.hosts.iter().cloned().collect(),
            ..NewAccount::default()
        },
    )?;
    let steps =
        if account.connected { accounts::probe(&world, &actor, &account.id)? } else { Vec::new() };
    let output = command.place.output();
    output.json(&serde_json::json!({ "account": account, "probe": steps }))?;
    output.show(&format!("Conta {} cadastrada ({})", account.description, account.id))?;
    for step in steps {
        let mark = if step.ok { "✓" } else { "✗" };
        output.show(&format!("{mark} {}: {}", step.step, step.message))?;
    }
    Ok(())
}

/// The fields of a credential. What must not stand on a command line, or is a file anyway, is
/// read from a file.
fn read_credential(
    info: Option<&BankInfo>,
    given: &[(String, String)],
) -> Result<BTreeMap<String, String>, Failure> {
    let mut credential = BTreeMap::new();
    for (name, value) in given {
        let field = info.and_then(|i| i.credential_fields.iter().find(|f| f.name == name));
        let kind = field.map(|f| f.kind);
        if kind == Some(FieldKind::Text) {
            credential.insert(name.clone(), value.clone());
            continue;
        }
        let path = PathBuf::from(value);
        let text = std::fs::read_to_string(&path).map_err(|e| Failure::file(&path, &e))?;
        let is_line = kind == Some(FieldKind::Secret);
        credential.insert(name.clone(), if is_line { text.trim().to_owned() } else { text });
    }
    Ok(credential)
}

fn reconnect(command: &Reconnect) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let known = accounts::list(&world, &actor)?;
    let account = known.iter().find(|a| a.id == command.id);
    let info = account.and_then(|a| registry::by_code(&a.bank)).map(|b| b.info());
    let credential = read_credential(info, &command.credential)?;
    // A command that is run again is another request.
    let fingerprint = issue::fingerprint("reconnect", command.id.as_bytes());
    let request = Request { key: world.ids().next_id(), fingerprint };
    let new = NewCredential { credential, ..NewCredential::default() };
    credentials::replace(&world, &actor, &request, &command.id, &new)?;
    let steps = accounts::probe(&world, &actor, &command.id)?;
    let output = command.place.output();
    output.json(&serde_json::json!({ "probe": steps }))?;
    for step in steps {
        let mark = if step.ok { "✓" } else { "✗" };
        output.show(&format!("{mark} {}: {}", step.step, step.message))?;
    }
    Ok(())
}

fn list(command: &List) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let known = accounts::list(&world, &actor)?;
    let output = command.place.output();
    output.json(&known)?;
    for account in known {
        output.show(&format!(
            "{}  {} {}  agência {} conta {}-{}  {}",
            account.id,
            account.bank,
            account.bank_name,
            account.branch,
            account.number,
            account.digit,
            account.description
        ))?;
    }
    Ok(())
}
