//! E-mails: through which server, and to whom.

use quita_core::fold::Status as BoletoStatus;
use quita_store::batches::RowStatus;
use quita_store::mails::{self, MailSettings};
pub use quita_store::mails::{Mail, Status};
use quita_store::{batches, boletos, customers};
use serde_json::json;

use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
pub use crate::mail::Security;
use crate::mail::{self, Letter, Server};
use crate::secret::Secret;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// Most boletos sent at a time.
pub const SEND_MAX: usize = 10_000;
/// Boletos asked for in one transaction, which others wait for.
const LOT: usize = 200;
/// How many e-mails a list shows.
const LIST_MAX: i64 = 50;

/// The SMTP server as a person tells it.
#[derive(Clone, Debug, Default)]
pub struct NewMailSettings {
    /// Name of the server.
    pub host: String,
    /// Its port, as typed.
    pub port: String,
    /// A [`Security::word`].
    pub security: String,
    /// Who signs in there; empty when nobody does.
    pub user: String,
    /// Their password; empty keeps the one that is there.
    pub password: String,
    /// From whom letters are: `Oficina <cobranca@example.com>`.
    pub sender: String,
}

/// The SMTP server as people see it: without its password.
#[derive(Clone, Debug)]
pub struct MailSettingsView {
    /// Name of the server.
    pub host: String,
    /// Its port.
    pub port: i64,
    /// How the connection is protected.
    pub security: Security,
    /// Who signs in there; empty when nobody does.
    pub user: String,
    /// Whether there is a password.
    pub has_password: bool,
    /// From whom letters are.
    pub sender: String,
}

/// The server of the company; `None` when none was told.
pub fn settings(world: &World, actor: &Actor) -> Result<Option<MailSettingsView>, Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let Some(found) = world.store.read(move |tx| mails::settings(tx, &company))? else {
        return Ok(None);
    };
    Ok(Some(MailSettingsView {
        port: found.port,
        security: security_of(&found)?,
        has_password: found.sealed.is_some(),
        host: found.host,
        user: found.user,
        sender: found.sender,
    }))
}

fn security_of(settings: &MailSettings) -> Result<Security, Error> {
    Security::from_word(&settings.security)
        .ok_or_else(|| Error::internal("unknown security of mail settings"))
}

/// Whether the company has told a server.
pub fn is_set_up(world: &World, actor: &Actor) -> Result<bool, Error> {
    let company = actor.company_id.clone();
    Ok(world.store.read(move |tx| mails::settings(tx, &company))?.is_some())
}

/// Sets the server of the company.
pub fn save(world: &World, actor: &Actor, new: &NewMailSettings) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let known = world.store.read(move |tx| mails::settings(tx, &company))?;
    let mut errors = FieldErrors::default();
    let host = new.host.trim().to_ascii_lowercase();
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    if host.is_empty() {
        errors.add("host", "missing", "informe o servidor, como smtp.example.com");
    } else if !host.chars().all(named) {
        errors.add("host", "invalid", "use só o nome do servidor, sem «smtp://» nem caminho");
    }
    let port = new.port.trim().parse::<u16>().ok().filter(|port| *port > 0);
    if port.is_none() {
        errors.add("port", "invalid", "use um número de porta, como 587");
    }
    let security = Security::from_word(&new.security);
    match security {
        None => errors.add("security", "invalid", "escolha uma proteção"),
        Some(Security::None) if !mail::is_loopback(&host) => {
            let message = "sem proteção, qualquer um na rede leria os boletos e a senha; use TLS";
            errors.add("security", "unprotected", message);
        }
        Some(_) => {}
    }
    if !mail::is_address(new.sender.trim()) {
        let message = "use um endereço, como «Oficina <cobranca@example.com>»";
        errors.add("sender", "invalid", message);
    }
    let user = new.user.trim().to_owned();
    // A kept password is not given to another server, nor over a weaker way to the same.
    let same = |known: &&MailSettings| {
        known.host == host
            && known.user == user
            && Some(known.port) == port.map(i64::from)
            && Some(known.security.as_str()) == security.map(Security::word)
    };
    let kept = known.as_ref().filter(same).and_then(|known| known.sealed.clone());
    if !user.is_empty() && new.password.is_empty() && kept.is_none() {
        errors.add("password", "missing", "informe a senha deste usuário neste servidor");
    }
    errors.check()?;
    let (Some(port), Some(security)) = (port, security) else {
        return Err(Error::internal("mail settings"));
    };
    let mut version = known.map_or(1, |known| known.version);
    let sealed = if user.is_empty() {
        None
    } else if new.password.is_empty() {
        kept
    } else {
        version += 1;
        let mut nonce = [0; 24];
        nonce[..16].copy_from_slice(&world.entropy.bytes());
        nonce[16..].copy_from_slice(&world.entropy.bytes()[..8]);
        let (id, password) = (vault_id(&actor.company_id), new.password.as_bytes());
        Some(world.vault.seal(&id, PASSWORD, version, password, nonce)?)
    };
    let settings = MailSettings {
        company_id: actor.company_id.clone(),
        host,
        port: i64::from(port),
        security: security.word().to_owned(),
        user,
        sealed,
        version,
        sender: new.sender.trim().to_owned(),
    };
    let actor = actor.name.clone();
    Ok(world.tx(move |tx, mut ids| {
        mails::save_settings(tx, &settings)?;
        let author = Author { company_id: &settings.company_id, actor: &actor };
        let details = json!({ "host": settings.host, "security": settings.security });
        trail::record(tx, &mut ids, author, "mail.settings_saved", &settings.company_id, &details)
    })?)
}

const PASSWORD: &str = "password";

fn vault_id(company_id: &str) -> String {
    format!("smtp:{company_id}")
}

/// The server of a company, with its password for the moment of use.
pub(crate) fn server(world: &World, company_id: &str) -> Result<Option<Server>, Error> {
    let company = company_id.to_owned();
    let Some(found) = world.store.read(move |tx| mails::settings(tx, &company))? else {
        return Ok(None);
    };
    let password = match &found.sealed {
        None => Secret::new(String::new()),
        Some(sealed) => {
            let id = vault_id(company_id);
            let opened = world.vault.unseal(&id, PASSWORD, found.version, sealed)?;
            Secret::new(String::from_utf8_lossy(opened.expose()).into_owned())
        }
    };
    Ok(Some(Server {
        port: u16::try_from(found.port).unwrap_or(0),
        security: security_of(&found)?,
        host: found.host,
        user: found.user,
        password,
        sender: found.sender,
    }))
}

/// Sends a letter of trial now, and waits for what the server says.
pub fn test(world: &World, actor: &Actor, to: &str) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    if !mail::is_address(to.trim()) {
        return Err(Error::invalid("to", "invalid", "informe um endereço de e-mail"));
    }
    let Some(server) = server(world, &actor.company_id)? else { return Err(not_set_up()) };
    let mut ids = world.ids();
    let letter = Letter {
        id: ids.next_id(),
        at: ids.now(),
        to: to.trim().to_owned(),
        subject: "Teste de envio da quita".to_owned(),
        text: "Se você está lendo isto, o envio de boletos por e-mail funciona.\n".to_owned(),
        pdf: None,
    };
    world
        .post
        .deliver(&server, &letter)
        .map_err(|not_sent| Error::invalid("to", "not_sent", not_sent.into_message()))
}

fn not_set_up() -> Error {
    let message =
        "o servidor de e-mail ainda não foi configurado; um administrador faz isso em «E-mail»";
    Error::conflict("mail_not_set_up", message)
}

/// What came of asking to send.
#[derive(Clone, Debug, Default)]
pub struct Queued {
    /// How many are on their way.
    pub queued: usize,
    /// The address to which the last of them goes.
    pub recipient: Option<String>,
    /// Document numbers that are not sent, and why.
    pub skipped: Vec<(String, &'static str)>,
}

/// Sends boletos to their customers. One that was sent, or is on its way, goes again only if
/// `again`.
pub fn send(world: &World, actor: &Actor, ids: &[String], again: bool) -> Result<Queued, Error> {
    actor.must(Permission::Charge)?;
    if ids.is_empty() || ids.len() > SEND_MAX {
        let message = format!("escolha de 1 a {SEND_MAX} boletos");
        return Err(Error::invalid("ids", "out_of_range", message));
    }
    if !is_set_up(world, actor)? {
        return Err(not_set_up());
    }
    let mut queued = Queued::default();
    // Asked for again after an error in between, those of earlier lots are skipped.
    for lot in ids.chunks(LOT) {
        let more = queue(world, actor, lot, again)?;
        queued.queued += more.queued;
        queued.recipient = more.recipient.or(queued.recipient);
        queued.skipped.extend(more.skipped);
    }
    world.bell.ring();
    Ok(queued)
}

fn queue(world: &World, actor: &Actor, ids: &[String], again: bool) -> Result<Queued, Error> {
    let (company, by, wanted) = (actor.company_id.clone(), actor.name.clone(), ids.to_vec());
    let queued = world.tx(move |tx, mut ids| {
        let mut queued = Queued::default();
        for id in &wanted {
            // Two who ask at the same time would both find nothing sent.
            boletos::lock(tx, id)?;
            let Some(boleto) = boletos::of_company(tx, &company, id)? else { return Ok(None) };
            let number = boleto.order.document_number.clone();
            if boleto.status != BoletoStatus::Registered || boleto.writable_line.is_none() {
                queued.skipped.push((number, "não está em aberto no banco"));
                continue;
            }
            if boleto.wanted.cancel.is_some() {
                queued.skipped.push((number, "o cancelamento foi pedido"));
                continue;
            }
            // As its order says, unless the register was corrected since.
            let (customer, since) = (&boleto.customer_id, boleto.created_at);
            let corrected = customers::corrected_email(tx, &company, customer, since)?;
            let email = corrected.or(boleto.order.customer.email);
            let Some(recipient) = email.filter(|email| mail::is_address(email)) else {
                queued.skipped.push((number, "o cliente não tem e-mail"));
                continue;
            };
            let earlier = mails::of_boleto(tx, &company, id)?;
            let waits = earlier.iter().any(|mail| mail.status == Status::Waiting);
            let sent = earlier.iter().any(|mail| mail.status == Status::Sent);
            if waits || (sent && !again) {
                queued.skipped.push((number, "já foi enviado"));
                continue;
            }
            let mail = Mail {
                id: ids.next_id(),
                company_id: company.clone(),
                boleto_id: Some(id.clone()),
                subject: String::new(),
                body: String::new(),
                recipient,
                status: Status::Waiting,
                message: String::new(),
                created_by: by.clone(),
                created_at: ids.now(),
                ended_at: None,
            };
            mails::insert(tx, &mail)?;
            let now = ids.now();
            enqueue(tx, &mut ids, &company, Kind::Mail, &mail.id, now)?;
            queued.queued += 1;
            queued.recipient = Some(mail.recipient);
        }
        Ok(Some(queued))
    })?;
    queued.ok_or_else(|| Error::not_found("boleto"))
}

/// Sends all boletos of a batch that were not sent yet.
pub fn send_batch(world: &World, actor: &Actor, batch_id: &str) -> Result<Queued, Error> {
    let batch = super::batch::get(world, actor, batch_id)?;
    let rows = world.store.read(move |tx| {
        let most = i64::try_from(SEND_MAX).unwrap_or(i64::MAX);
        batches::rows_in(tx, &batch.company_id, &batch.id, RowStatus::Issued, most)
    })?;
    let ids: Vec<String> = rows.into_iter().filter_map(|row| row.boleto_id).collect();
    send(world, actor, &ids, false)
}

/// The last e-mails of the company, newest first.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<Mail>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    Ok(world.store.read(move |tx| mails::last(tx, &company, LIST_MAX))?)
}
