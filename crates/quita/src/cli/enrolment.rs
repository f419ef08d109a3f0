//! `quita account letter`, `certificate` and `renew`: the road to a credential, where the bank signs
//! certificates for its clients.

use std::path::PathBuf;

use clap::Args;
use quita_engine::desk::Actor;
use quita_engine::desk::accounts;
use quita_engine::desk::enrolments::{self, EnrolmentView, LetterData, Received, Stage};
use quita_engine::world::World;

use super::account::pair;
use super::place::Place;
use crate::failure::Failure;

/// The letter to the bank.
#[derive(Args)]
pub(crate) struct Letter {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id da conta")]
    id: String,
    #[arg(
        long = "data",
        value_name = "CAMPO=VALOR",
        value_parser = pair,
        help = "Dado da carta, por exemplo operator_code=123456; os de cada banco estão em \
                GET /v1/banks (enrolment_fields). Sem nenhum, a carta fica como estava"
    )]
    data: Vec<(String, String)>,
    #[arg(long, value_name = "ARQUIVO", help = "Grava a carta em PDF neste arquivo")]
    pdf: Option<PathBuf>,
    #[arg(long, help = "Anota que a carta foi enviada")]
    sent: bool,
}

/// The first certificate.
#[derive(Args)]
pub(crate) struct Certificate {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id da conta")]
    id: String,
    #[arg(
        long,
        requires = "token_file",
        help = "Client ID que o banco enviou; sem ele, tenta de novo com o que está guardado"
    )]
    client_id: Option<String>,
    #[arg(
        long,
        value_name = "ARQUIVO",
        requires = "client_id",
        help = "Arquivo com o token temporário (assim não aparece na lista de processos)"
    )]
    token_file: Option<PathBuf>,
    #[arg(long, value_name = "ARQUIVO", help = "Só em ambiente de testes: raiz do simulador")]
    ca_file: Option<PathBuf>,
}

/// The next certificate.
#[derive(Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    place: Place,
    #[arg(help = "Id da conta")]
    id: String,
}

/// Writes the letter and shows it.
pub(crate) fn letter(command: &Letter) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    if !command.data.is_empty() {
        let data = LetterData { data: command.data.iter().cloned().collect() };
        enrolments::write_letter(&world, &actor, &command.id, &data)?;
    }
    let letter = enrolments::letter(&world, &actor, &command.id)?;
    if let Some(path) = &command.pdf {
        let pdf = enrolments::letter_pdf(&world, &actor, &command.id)?;
        std::fs::write(path, pdf).map_err(|e| Failure::file(path, &e))?;
    }
    if command.sent {
        enrolments::letter_sent(&world, &actor, &command.id)?;
    }
    let output = command.place.output();
    output.json(&serde_json::json!({ "subject": letter.subject, "text": letter.text() }))?;
    output.show(letter.text().trim_end())
}

/// Asks for the first certificate and tests what came of it.
pub(crate) fn certificate(command: &Certificate) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    if let (Some(client_id), Some(path)) = (&command.client_id, &command.token_file) {
        let read =
            |path: &PathBuf| std::fs::read_to_string(path).map_err(|e| Failure::file(path, &e));
        let received = Received {
            client_id: client_id.clone(),
            token: read(path)?,
            ca: command.ca_file.as_ref().map(read).transpose()?,
        };
        enrolments::receive(&world, &actor, &command.id, &received)?;
    }
    let done = enrolments::ask(&world, &actor, &command.id)?;
    tell(&command.place, &world, &actor, &command.id, &done)
}

/// Has the certificate renewed and tests what came of it.
pub(crate) fn renew(command: &Renew) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let done = enrolments::renew(&world, &actor, &command.id)?;
    tell(&command.place, &world, &actor, &command.id, &done)
}

fn tell(
    place: &Place,
    world: &World,
    actor: &Actor,
    account_id: &str,
    done: &EnrolmentView,
) -> Result<(), Failure> {
    let output = place.output();
    if done.at != Stage::Done {
        output.json(&serde_json::json!({ "enrolment": done }))?;
        let unknown = "o banco pode ter assinado o certificado e a resposta se perdeu: repita o \
                       comando; se ele recusar, é preciso outro token temporário";
        return Err(match done.at {
            Stage::Unknown => Failure::new(format!("{unknown} ({})", done.message)),
            _ => Failure::new(&done.message),
        });
    }
    let steps = accounts::probe(world, actor, account_id)?;
    output.json(&serde_json::json!({ "enrolment": done, "probe": steps }))?;
    output.show("Certificado recebido; a conta está ligada ao banco.")?;
    for step in steps {
        let mark = if step.ok { "✓" } else { "✗" };
        output.show(&format!("{mark} {}: {}", step.step, step.message))?;
    }
    Ok(())
}
