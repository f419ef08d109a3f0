//! `quita company` and `quita token`: who charges, and who may ask.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use quita_engine::desk::{companies, tokens};

use super::place::Place;
use crate::failure::Failure;

/// What can be done with companies.
#[derive(Subcommand)]
pub(crate) enum Companies {
    #[command(about = "Cadastra mais uma empresa; os dados de cada uma ficam separados")]
    Add(Add),
    #[command(about = "Altera os dados que aparecem no boleto, como em PUT /v1/company")]
    Edit(Edit),
    #[command(about = "Lista as empresas desta instalação")]
    List(List),
}

/// A company.
#[derive(Args)]
pub(crate) struct Add {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_name = "CNPJ", help = "CNPJ ou CPF")]
    document: String,
    #[arg(long, value_name = "NOME", help = "Razão social")]
    legal_name: String,
    #[arg(long, default_value = "", help = "E-mail que aparece no boleto")]
    email: String,
    #[arg(long, default_value = "", help = "Telefone que aparece no boleto")]
    phone: String,
}

/// New data of a company.
#[derive(Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    place: Place,
    #[arg(value_name = "ARQUIVO", help = "Dados em JSON: legal_name, email, phone, address…")]
    file: PathBuf,
}

/// Companies.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

/// What can be done with tokens.
#[derive(Subcommand)]
pub(crate) enum Tokens {
    #[command(about = "Cria um token da API para um programa")]
    Create(Create),
}

/// A token.
#[derive(Args)]
pub(crate) struct Create {
    #[command(flatten)]
    place: Place,
    #[arg(long, help = "Que programa o usará")]
    name: String,
    #[arg(
        long = "scope",
        required = true,
        value_name = "PERMISSÃO",
        help = "read, charge ou configure; pode repetir"
    )]
    scopes: Vec<String>,
}

/// Does what was asked.
pub(crate) fn companies(command: Companies) -> Result<(), Failure> {
    match command {
        Companies::Add(command) => {
            let world = command.place.world()?;
            let company = companies::create(
                &world,
                companies::NewCompany {
                    document: command.document,
                    legal_name: command.legal_name,
                    trade_name: String::new(),
                    email: command.email,
                    phone: command.phone,
                    address: None,
                },
            )?;
            let output = command.place.output();
            output.json(&company)?;
            output.show(&format!("{} cadastrada ({})", company.legal_name, company.id))
        }
        Companies::Edit(command) => {
            let bytes =
                std::fs::read(&command.file).map_err(|e| Failure::file(&command.file, &e))?;
            let data = serde_json::from_slice(&bytes)
                .map_err(|e| Failure::new(format!("{}: {e}", command.file.display())))?;
            let (world, actor) = command.place.open()?;
            let company = companies::update(&world, &actor, data)?;
            let output = command.place.output();
            output.json(&company)?;
            output.show(&format!("{} alterada", company.legal_name))
        }
        Companies::List(command) => {
            let known = companies::list(&command.place.world()?)?;
            let output = command.place.output();
            output.json(&known)?;
            for company in known {
                output.show(&format!(
                    "{}  {}  {}",
                    company.id, company.document, company.legal_name
                ))?;
            }
            Ok(())
        }
    }
}

/// Does what was asked.
pub(crate) fn tokens(command: Tokens) -> Result<(), Failure> {
    let Tokens::Create(command) = command;
    let (world, actor) = command.place.open()?;
    let new = tokens::NewToken { name: command.name, scopes: command.scopes };
    let made = tokens::create(&world, &actor, &new)?;
    let output = command.place.output();
    output.json(&made)?;
    output.show(&made.token)?;
    output.say("Este token só aparece agora.");
    Ok(())
}
