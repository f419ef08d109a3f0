//! `quita document`: is this a valid CPF or CNPJ?

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;
use quita_core::document::{Document, DocumentKind};
use serde::Serialize;

use super::jsonl::{self, Failure};

/// What can be done with documents.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(
        about = "Confere CPF e CNPJ (numérico ou alfanumérico), um por linha da entrada padrão",
        long_about = "Confere CPF e CNPJ (numérico ou alfanumérico), com ou sem pontuação. Lê um \
                      por linha da entrada padrão, ou o do argumento, e responde uma linha JSON \
                      para cada. Um documento inválido é uma resposta (valid: false, com reason), \
                      não um erro."
    )]
    Check {
        /// The document, in place of standard input.
        #[arg(help = "CPF ou CNPJ, em vez da entrada padrão")]
        document: Option<OsString>,
    },
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Check { document } => jsonl::run(document, check),
    }
}

/// One answer: what the text is, or why it is not valid.
#[derive(Serialize)]
struct Checked {
    kind: Option<DocumentKind>,
    valid: bool,
    digits: Option<String>,
    formatted: Option<String>,
    reason: Option<String>,
}

fn check(text: &str) -> Result<Checked, Failure> {
    Ok(match Document::parse(text) {
        Ok(document) => Checked {
            kind: Some(document.kind()),
            valid: true,
            formatted: Some(document.formatted()),
            digits: Some(document.into()),
            reason: None,
        },
        Err(error) => Checked {
            kind: error.kind(),
            valid: false,
            // What was read, where it has the shape of a document.
            digits: error.kind().map(|_| bare(text)),
            formatted: None,
            reason: Some(error.to_string()),
        },
    })
}

/// Without punctuation, upper case.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
