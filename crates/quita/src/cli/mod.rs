//! The command line: what each command is called and which file answers it.

mod account;
mod audit;
mod boleto;
mod cnab;
mod company;
mod demo;
mod doctor;
mod document;
mod enrolment;
mod init;
mod jsonl;
mod pix;
mod place;
mod reconcile;
mod remittance;
mod serve;
mod set_up;
mod simulate;
mod statement;
mod sync;
mod user;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use quita_engine::workers::{self, Kind, housekeeping};
use quita_engine::world::World;

use crate::failure::Failure;

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "quita",
    version,
    about = "Cobrança por boleto e Pix, direto pelo banco da sua empresa"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = "Mostra tudo funcionando, com um banco simulado, numa pasta temporária")]
    Demo(demo::Command),
    #[command(about = "Cria uma instalação com a sua empresa")]
    Init(init::Command),
    #[command(about = "Serve a API e leva os boletos ao banco")]
    Serve(serve::Command),
    #[command(subcommand, about = "Empresas desta instalação")]
    Company(company::Companies),
    #[command(subcommand, about = "Pessoas que entram nas telas")]
    User(user::Users),
    #[command(subcommand, about = "Tokens da API")]
    Token(company::Tokens),
    #[command(subcommand, about = "Contas bancárias")]
    Account(account::Command),
    #[command(subcommand, about = "Boletos: números, emissão, lista, PDF, cancelamento")]
    Boleto(boleto::Command),
    #[command(subcommand, about = "CPF e CNPJ")]
    Document(document::Command),
    #[command(subcommand, about = "Códigos Pix copia e cola")]
    Pix(pix::Command),
    #[command(subcommand, about = "Extratos bancários em arquivo: OFX, CNAB 240, camt.053, CSV")]
    Statement(statement::Command),
    #[command(subcommand, about = "Remessas e retornos CNAB 240 e 400 em arquivo")]
    Cnab(cnab::Command),
    #[command(subcommand, about = "Remessas de contas por arquivo: gerar, listar, baixar")]
    Remittance(remittance::Command),
    #[command(about = "Concilia lançamentos do banco com cobranças, de quaisquer dados")]
    Reconcile(reconcile::Command),
    #[command(about = "Um banco simulado, com HTTPS e certificados, para testar qualquer cliente")]
    Simulate(simulate::Command),
    #[command(about = "Pergunta agora ao banco o que há de novo")]
    Sync(sync::Command),
    #[command(about = "Confere banco de dados, contas, certificados e pendências")]
    Doctor(doctor::Command),
    #[command(subcommand, about = "Trilha de auditoria")]
    Audit(audit::Command),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> ExitCode {
        match self.command {
            Command::Boleto(command) => boleto::run(command),
            Command::Document(command) => document::run(command),
            Command::Pix(command) => pix::run(command),
            Command::Statement(command) => statement::run(command),
            Command::Cnab(command) => cnab::run(command),
            Command::Simulate(command) => simulate::run(&command),
            Command::Reconcile(command) => exit(reconcile::run(&command)),
            Command::Remittance(command) => exit(remittance::run(command)),
            Command::Demo(command) => exit(demo::run(&command)),
            Command::Init(command) => exit(init::run(command)),
            Command::Serve(command) => exit(serve::run(&command)),
            Command::Company(command) => exit(company::companies(command)),
            Command::User(command) => exit(user::run(command)),
            Command::Token(command) => exit(company::tokens(command)),
            Command::Account(command) => exit(account::run(command)),
            Command::Sync(command) => exit(sync::run(&command)),
            Command::Doctor(command) => exit(doctor::run(&command)),
            Command::Audit(command) => exit(audit::run(command)),
        }
    }
}

/// A failure in words, and its exit code.
fn exit(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("quita: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// How long a command works before it leaves the rest to `quita serve`.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does the work of the queue here until what is awaited has come. A server on the same
/// installation may do it as well: each job is done once.
fn work(world: &World, mut come: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    let start = Instant::now();
    while !come()? {
        if start.elapsed() > PATIENCE {
            eprintln!("Ainda sem resposta do banco; «quita serve» continua de onde parou.");
            return Ok(());
        }
        if workers::tick(world, &Kind::ALL, 1)? == 0 {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    housekeeping(world)?;
    Ok(())
}
