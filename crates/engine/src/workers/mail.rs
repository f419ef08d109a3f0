//! Gives an e-mail to the company's server.
//!
//! The server's «taken» may get lost: then it is sent again under the same Message-ID.

use quita_core::fold::Status as BoletoStatus;
use quita_store::boletos::{self, Boleto};
use quita_store::companies::{self, Company};
use quita_store::jobs::{self, Job};
use quita_store::mails::{self, Mail, Status};
use quita_store::{StoreError, Tx};
use serde_json::json;

use super::{backoff, finish, postpone};
use crate::clock::after;
use crate::credential_watch;
use crate::desk::{Actor, Permission, mail as desk, pdf};
use crate::error::Error;
use crate::ids::Ids;
use crate::learn::write_event;
use crate::mail::{Letter, NotSent, TIMEOUT};
use crate::planted::{self, Bug};
use crate::trail::{self, Author};
use crate::world::{Environment, World};

/// After so many tries it is given up: some three quarters of an hour.
const TRIES_MAX: i64 = 12;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let looked = job.clone();
    let found = world.store.read(move |tx| {
        let Job { company_id: company, subject: id, .. } = &looked;
        let mail = mails::get(tx, company, id)?.filter(|mail| mail.status == Status::Waiting);
        let Some(mail) = mail else { return Ok(None) };
        let Some(id) = &mail.boleto_id else { return Ok(Some((mail, None))) };
        let boleto = boletos::of_company(tx, company, id)?;
        let company = companies::get(tx, company)?;
        Ok(boleto.zip(company).map(|both| (mail, Some(both))))
    })?;
    let Some((mail, about)) = found else {
        let job = job.clone();
        return Ok(world.tx(move |tx, _| finish(tx, &job))?);
    };
    if planted::is(Bug::SentBeforehand) {
        let (mail, now) = (mail.clone(), world.clock.now());
        world.tx(move |tx, _| mails::end(tx, &mail.company_id, &mail.id, Status::Sent, "", now))?;
    }
    let sent = try_to_send(world, &mail, about.as_ref())?;
    let (status, message) = match sent {
        Ok(()) => (Status::Sent, String::new()),
        Err(NotSent::Later(why)) if job.tries < TRIES_MAX => {
            return wait(world, job, mail, why, false);
        }
        Err(NotSent::Down(why)) if job.tries < TRIES_MAX => {
            return wait(world, job, mail, why, true);
        }
        Err(not_sent) => (Status::Failed, not_sent.into_message()),
    };
    (world.crash_point)("mail.sent");
    let job = job.clone();
    Ok(world.tx(move |tx, mut ids| {
        if mails::end(tx, &mail.company_id, &mail.id, status, &message, ids.now())? {
            if let Some((boleto, _)) = &about {
                told(tx, &mut ids, &mail, boleto, status)?;
            } else if status == Status::Failed {
                credential_watch::not_delivered(tx, &mail)?;
            }
        }
        finish(tx, &job)
    })?)
}

/// Puts a letter off. Where the server takes none, the others of the company wait with it, so that
/// those of other companies need not wait for each of them to fail.
fn wait(world: &World, job: &Job, mail: Mail, why: String, all: bool) -> Result<(), Error> {
    let mut at = backoff(world, job.tries);
    if all {
        at = at.max(after(world.clock.now(), TIMEOUT.as_secs() as i64));
    }
    let job = job.clone();
    Ok(world.tx(move |tx, _| {
        mails::note(tx, &mail.company_id, &mail.id, &why)?;
        if all {
            jobs::hold_back(tx, &job.kind, &job.company_id, at)?;
        }
        postpone(tx, &job, at, &why)
    })?)
}

/// What became of a letter with a boleto, for its story.
fn told(
    tx: &mut Tx,
    ids: &mut Ids,
    mail: &Mail,
    boleto: &Boleto,
    status: Status,
) -> Result<(), StoreError> {
    let kind = if status == Status::Sent { "boleto.emailed" } else { "boleto.email_failed" };
    let body = json!({ "boleto_id": boleto.id, "by": mail.created_by, "mail_id": mail.id });
    write_event(tx, ids, boleto, kind, &body.to_string())?;
    let author = Author { company_id: &mail.company_id, actor: &mail.created_by };
    trail::record(tx, ids, author, kind, &boleto.id, &json!({ "mail": mail.id }))
}

fn try_to_send(
    world: &World,
    mail: &Mail,
    about: Option<&(Boleto, Company)>,
) -> Result<Result<(), NotSent>, Error> {
    if let Some((boleto, _)) = about {
        if boleto.status != BoletoStatus::Registered {
            let why =
                format!("o boleto não está mais em aberto (está «{}»)", boleto.status.label());
            return Ok(Err(NotSent::Never(why)));
        }
        if boleto.wanted.cancel.is_some() {
            return Ok(Err(NotSent::Never("o cancelamento do boleto foi pedido".to_owned())));
        }
    }
    let Some(server) = desk::server(world, &mail.company_id)? else {
        return Ok(Err(NotSent::Never("o servidor de e-mail não está configurado".to_owned())));
    };
    let mut letter = Letter {
        id: mail.id.clone(),
        at: mail.created_at,
        to: mail.recipient.clone(),
        subject: mail.subject.clone(),
        text: mail.body.clone(),
        pdf: None,
    };
    if let Some((boleto, company)) = about {
        let actor = Actor {
            name: mail.created_by.clone(),
            company_id: mail.company_id.clone(),
            permissions: vec![Permission::Read],
        };
        let drawn = pdf::draw(world, &actor, std::slice::from_ref(&boleto.id))?;
        letter.subject = subject(world, boleto, company);
        letter.text = text(boleto, company);
        letter.pdf = Some((file_name(&boleto.order.document_number), drawn));
    }
    Ok(world.post.deliver(&server, &letter))
}

fn name_of(company: &Company) -> &str {
    if company.trade_name.is_empty() { &company.name } else { &company.trade_name }
}

fn subject(world: &World, boleto: &Boleto, company: &Company) -> String {
    let test =
        if world.environment == Environment::Sandbox { "[TESTE – SEM VALOR] " } else { "" };
    let due = boleto.expiration_date.strftime("%d/%m/%Y");
    format!("{test}Boleto {} de {}, vence em {due}", boleto.order.document_number, name_of(company))
}

fn text(boleto: &Boleto, company: &Company) -> String {
    let due = boleto.expiration_date.strftime("%d/%m/%Y");
    let line = boleto.writable_line.as_deref().map(pdf::printed_line).unwrap_or_default();
    let mut text = format!(
        "Olá, {}.\n\nSegue o boleto {} de {}: R$ {}, com vencimento em {due}. O PDF está anexo.\n\n\
         Linha digitável:\n{line}\n\n",
        boleto.order.customer.name,
        boleto.order.document_number,
        name_of(company),
        boleto.amount,
    );
    if let Some(code) = &boleto.br_code {
        text.push_str(&format!("Pix copia e cola:\n{code}\n\n"));
    }
    text.push_str(&format!(
        "Antes de pagar, confira no aplicativo do seu banco se quem recebe é {}, {}.\n",
        company.name,
        company.document.formatted(),
    ));
    let contact: Vec<&str> = [&company.email, &company.phone]
        .into_iter()
        .filter(|c| !c.is_empty())
        .map(|c| c.as_str())
        .collect();
    if !contact.is_empty() {
        text.push_str(&format!("Dúvidas: {}\n", contact.join(" ou ")));
    }
    text
}

/// A name that every system takes.
fn file_name(number: &str) -> String {
    let kept: String =
        number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("boleto-{kept}.pdf")
}
