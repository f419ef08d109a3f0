//! The command line: what each command is called and which file answers it.

mod boleto;
mod document;
mod jsonl;
mod pix;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    #[command(subcommand, about = "Números de boletos")]
    Boleto(boleto::Command),
    #[command(subcommand, about = "CPF e CNPJ")]
    Document(document::Command),
    #[command(subcommand, about = "Códigos Pix copia e cola")]
    Pix(pix::Command),
    #[command(about = "Um banco simulado, com HTTPS e certificados, para testar qualquer cliente")]
    Simulate(simulate::Command),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> ExitCode {
        match self.command {
            Command::Boleto(command) => boleto::run(command),
            Command::Document(command) => document::run(command),
            Command::Pix(command) => pix::run(command),
            Command::Simulate(command) => simulate::run(&command),
        }
    }
}
