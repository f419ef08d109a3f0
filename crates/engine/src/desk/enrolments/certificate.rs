//! The certificate asked for: the first one under the temporary token, the next one under the
//! credential that there is. The intent is written before the call; after an unknown outcome the
//! same request may go again, as the bank gives one certificate for a token and refuses the rest.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::HttpRequest;
use quita_banks::enrolment::{Enrolment as Road, Signing, Which};
use quita_store::accounts::Account;
use quita_store::credentials as store;
use quita_store::enrolments::{self, Enrolment};

use super::super::credentials::{self, NewCredential, of_company, replaced_now, writing};
use super::super::{Actor, Permission};
use super::{
    EnrolmentView, FIRST, NEXT, PRIVATE_KEY, TOKEN, VERSION, begin, none_open, note, road,
};
use crate::call::{self, NoToken};
use crate::clock::{after, bank_day};
use crate::connection::{self, Connection, field};
use crate::error::{Error, FieldErrors};
use crate::https::TIMEOUT;
use crate::key_pair;
use crate::secret::Secret;
use crate::trail::Author;
use crate::wire::{WireError, WireRequest};
use crate::world::World;

/// Asks the bank for the first certificate and connects the account with it. What the bank said is
/// in the view; asking again is harmless.
pub fn ask(world: &World, actor: &Actor, account_id: &str) -> Result<EnrolmentView, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let road = road(&account)?;
    let before = intend(world, actor, &account, None)?;
    let token = opened(world, &before, TOKEN, before.token.as_ref())?;
    let bearer = String::from_utf8_lossy(token.expose()).into_owned();
    let mut given = BTreeMap::from([
        (field::CLIENT_ID.to_owned(), before.client_id.clone()),
        (field::CLIENT_SECRET.to_owned(), String::new()),
    ]);
    given.extend(before.ca.clone().map(|ca| (field::CA.to_owned(), ca)));
    // A name of its own for each try: nobody else's connection to the bank is used.
    let name = world.ids().next_id();
    let connection = connection::trial(world, account.clone(), &name, &given)?;
    let asking = Asking { world, actor, account: &account, road, connection: &connection };
    asking.send(before, Which::First, &Secret::new(bearer), given)
}

/// When and whether the certificate of an account can be renewed by its bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The first bank day on which the bank renews it.
    pub from: Date,
    /// The last day on which it is good.
    pub until: Date,
    /// Whether that is now.
    pub open: bool,
}

/// The window in which the bank renews the certificate of an account; `None` where it does not.
pub fn renewal(world: &World, actor: &Actor, account_id: &str) -> Result<Option<Renewal>, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let Ok(road) = road(&account) else { return Ok(None) };
    let Some(credential) = account.credential_id else { return Ok(None) };
    let found = world.store.read(move |tx| store::get(tx, &credential))?;
    let Some(end) = found.and_then(|credential| credential.not_after) else { return Ok(None) };
    let now = world.clock.now();
    let from = after(end, -i64::from(road.info().renewal_days) * 86_400);
    Ok(Some(Renewal { from: bank_day(from), until: bank_day(end), open: from <= now && now < end }))
}

/// Has the certificate of an account renewed by its bank, for a new key; the secret stays. All
/// accounts that share the credential get the new one.
pub fn renew(world: &World, actor: &Actor, account_id: &str) -> Result<EnrolmentView, Error> {
    let window = renewal(world, actor, account_id)?.ok_or_else(|| {
        let message = "o banco não renova esta credencial por aqui; use «Trocar certificado»";
        Error::conflict("no_renewal", message)
    })?;
    if !window.open {
        let day = |day: Date| day.strftime("%d/%m/%Y").to_string();
        let (code, message) = if bank_day(world.clock.now()) < window.from {
            let from = day(window.from);
            ("too_early", format!("o banco renova este certificado a partir de {from}"))
        } else {
            let until = day(window.until);
            (
                "expired",
                format!("o certificado terminou em {until}: peça outra credencial ao banco"),
            )
        };
        return Err(Error::conflict(code, message));
    }
    let account = of_company(world, actor, account_id)?;
    let road = road(&account)?;
    let connection = connection::connect(world, account_id)?;
    let fresh = begin(world, actor, &account, NEXT)?;
    let fresh = Enrolment { client_id: connection.client_id.clone(), ..fresh };
    let scopes = road.request(Which::Next, "").scopes;
    let token = match call::token_for(world, &connection, scopes, call::PATIENCE) {
        Ok(token) => token,
        Err(NoToken::Later { reason, .. }) => return Err(Error::BankUnavailable(reason)),
        Err(NoToken::Refused { status, .. }) => return Err(not_known(world, &account, status)?),
    };
    let before = intend(world, actor, &account, Some(fresh))?;
    let secret = String::from_utf8_lossy(connection.client_secret.expose()).into_owned();
    let mut given = BTreeMap::from([
        (field::CLIENT_ID.to_owned(), connection.client_id.clone()),
        (field::CLIENT_SECRET.to_owned(), secret),
    ]);
    given.extend(connection.ca().map(|ca| (field::CA.to_owned(), ca.to_owned())));
    let asking = Asking { world, actor, account: &account, road, connection: &connection };
    asking.send(before, Which::Next, &token, given)
}

/// The bank does not take the credential that a renewal is asked for with. Where an earlier try was
/// lost, the bank may have signed and take that certificate alone.
fn not_known(world: &World, account: &Account, status: u16) -> Result<Error, Error> {
    let id = account.id.clone();
    let last = world.store.read(move |tx| enrolments::last(tx, &id))?;
    let lost = last.is_some_and(|e| e.kind == NEXT && e.ended_at.is_none() && e.asked_at.is_some());
    let why = if lost {
        ": pode ter assinado a renovação cuja resposta se perdeu, e só aceitar o certificado novo. Peça"
    } else {
        " e por isso não a renova; peça"
    };
    let message = format!(
        "o banco recusou a credencial atual ({status}){why} um token temporário ao banco e use «Pedir \
         credencial ao banco»"
    );
    Ok(Error::conflict("credential_refused", message))
}

fn opened(
    world: &World,
    enrolment: &Enrolment,
    name: &str,
    sealed: Option<&Vec<u8>>,
) -> Result<Secret<Vec<u8>>, Error> {
    let sealed = sealed.ok_or_else(|| {
        let message = "falta o token temporário: informe o que o banco enviou";
        Error::conflict("no_token", message)
    })?;
    world.vault.unseal(&enrolment.id, name, VERSION, sealed)
}

/// Commits that the bank is about to be asked, by the open road or by a fresh one where there is
/// none. Gives the road as it was before: whether an earlier try was lost is in there.
fn intend(
    world: &World,
    actor: &Actor,
    account: &Account,
    fresh: Option<Enrolment>,
) -> Result<Enrolment, Error> {
    let (account, author) = (account.clone(), actor.name.clone());
    let intended = world.tx(move |tx, mut ids| {
        let now = ids.now();
        let kind = if fresh.is_some() { NEXT } else { FIRST };
        let before = match (enrolments::open(tx, &account.id)?, &fresh) {
            (Some(open), _) if open.kind == kind => open,
            (Some(_), _) => return Ok(Err(other_open())),
            (None, None) => return Ok(Err(none_open())),
            (None, Some(fresh)) => {
                let fresh = Enrolment { created_at: now, ..fresh.clone() };
                enrolments::insert(tx, &fresh)?;
                fresh
            }
        };
        if kind == FIRST && before.token.is_none() {
            let message = "informe antes o Client ID e o token temporário que o banco enviou";
            return Ok(Err(Error::conflict("no_token", message)));
        }
        // A call that ended without an answer left its reason.
        let may_run = before.answered_at.is_none() && before.message.is_empty();
        if may_run && before.asked_at.is_some_and(|at| is_under_way(at, now)) {
            let message =
                "o pedido ao banco está em andamento; aguarde um minuto e veja o resultado";
            return Ok(Err(Error::conflict("in_progress", message)));
        }
        let mut asked = before.clone();
        (asked.asked_at, asked.answered_at) = (Some(now), None);
        asked.answer.clear();
        asked.message.clear();
        enrolments::save(tx, &asked)?;
        let author = Author { company_id: &account.company_id, actor: &author };
        note(tx, &mut ids, author, "enrolment.asked", &asked)?;
        Ok(Ok(before))
    })?;
    if intended.is_ok() {
        (world.crash_point)("certificate.intent");
    }
    intended
}

/// Whether a call that began then may still be waiting for its answer.
fn is_under_way(asked_at: Timestamp, now: Timestamp) -> bool {
    let longest = i64::try_from(TIMEOUT.as_secs()).unwrap_or(60) + 10;
    after(asked_at, longest) > now
}

fn other_open() -> Error {
    let message =
        "há outro pedido de credencial aberto nesta conta: conclua-o ou desista dele antes";
    Error::conflict("other_open", message)
}

/// One question to the certificate service.
struct Asking<'a> {
    world: &'a World,
    actor: &'a Actor,
    account: &'a Account,
    road: &'static dyn Road,
    connection: &'a Connection,
}

impl Asking<'_> {
    /// Sends it and writes down what came of it. `given` is the credential but for what the bank is
    /// to sign.
    fn send(
        &self,
        before: Enrolment,
        which: Which,
        token: &Secret<String>,
        given: BTreeMap<String, String>,
    ) -> Result<EnrolmentView, Error> {
        let world = self.world;
        let key = opened(world, &before, PRIVATE_KEY, before.private_key.as_ref())?;
        let subject = self.road.subject(&before.client_id, &super::applicant(world, &before)?);
        let request = self.road.request(which, &key_pair::request(&key, &subject)?);
        let told = self.call(request, which, token)?;
        (world.crash_point)("certificate.answered");
        let lost_before = before.asked_at.is_some() && before.answered_at.is_none();
        let kept = match told {
            Signing::Signed { secret, certificate } => {
                let private_key = String::from_utf8_lossy(key.expose()).into_owned();
                let mut credential = given;
                credential.extend(secret.map(|secret| (field::CLIENT_SECRET.to_owned(), secret)));
                credential.insert(field::CERTIFICATE.to_owned(), certificate);
                credential.insert(field::PRIVATE_KEY.to_owned(), private_key);
                return self.connect(&before, which, credential);
            }
            Signing::Refused { code, mut message, token_spent } => {
                if lost_before {
                    message.push_str(
                        " A tentativa anterior ficou sem resposta: o banco pode tê-la atendido, e o \
                         certificado se perdeu no caminho. Conte isso ao gerente.",
                    );
                }
                Kept::Refused { code, message, token_spent }
            }
            Signing::Later(message) => Kept::NotDone(message),
            Signing::Unknown(message) => Kept::Unknown(message),
        };
        self.keep(&before, kept)
    }

    fn call(
        &self,
        request: HttpRequest,
        which: Which,
        token: &Secret<String>,
    ) -> Result<Signing, Error> {
        let bank = self.connection.bank;
        let mut headers = request.headers;
        headers.push(("authorization".into(), format!("Bearer {}", token.expose())));
        headers.extend(bank.client_headers(&self.connection.client_id));
        let wire_request =
            WireRequest { method: request.method, path: request.path, headers, body: request.body };
        let peer = self.connection.peer(request.host)?;
        let bank = bank.info().folder;
        Ok(match self.world.wire.send(&peer, &wire_request) {
            Ok(answer) => {
                tracing::info!(bank, ?which, status = answer.status, "certificate");
                self.road.outcome(which, &answer)
            }
            Err(WireError::NotSent(reason)) => {
                tracing::warn!(bank, ?which, reason, "certificate not asked for");
                Signing::Later(format!("o banco não foi alcançado: {reason}"))
            }
            Err(WireError::NoAnswer(reason)) => {
                tracing::warn!(bank, ?which, reason, "no answer about the certificate");
                Signing::Unknown(format!("o banco não respondeu: {reason}"))
            }
        })
    }

    /// Writes down what came of it, other than a certificate.
    fn keep(&self, before: &Enrolment, kept: Kept) -> Result<EnrolmentView, Error> {
        let id = before.id.clone();
        let (account, author) = (self.account.clone(), self.actor.name.clone());
        let changed = self.world.tx(move |tx, mut ids| {
            let open = enrolments::open(tx, &account.id)?.filter(|open| open.id == id);
            let Some(mut open) = open else { return Ok(None) };
            let action = kept.write(&mut open, ids.now());
            enrolments::save(tx, &open)?;
            let author = Author { company_id: &account.company_id, actor: &author };
            note(tx, &mut ids, author, action, &open)?;
            Ok(Some(open))
        })?;
        changed.map(EnrolmentView::from).ok_or_else(none_open)
    }

    /// Connects the account, and those that share its credential, with what the bank signed. A
    /// certificate that the bank gave is kept whatever its test may say: there is no other.
    fn connect(
        &self,
        before: &Enrolment,
        which: Which,
        credential: BTreeMap<String, String>,
    ) -> Result<EnrolmentView, Error> {
        let world = self.world;
        if let Some(message) = self.misfit(before, &credential) {
            return self.keep(before, Kept::Unknown(message));
        }
        let email = before.data.get("technical_email").filter(|_| which == Which::First);
        let new = NewCredential {
            credential,
            responsible_email: email.cloned(),
            integration_ends_on: None,
        };
        let ready = credentials::prepare(world, self.actor, &self.account.id, &new)?;
        let connect = writing(self.actor, ready);
        let (account, author) = (self.account.clone(), self.actor.name.clone());
        let asked = before.clone();
        let done = world.tx(move |tx, mut ids| {
            let made = connect(tx, ids.clone())?;
            let now = ids.now();
            // It may have been given up while the bank was answering; the certificate counts.
            let mut open = enrolments::open(tx, &account.id)?
                .filter(|open| open.id == asked.id)
                .unwrap_or_else(|| asked.clone());
            (open.private_key, open.token) = (None, None);
            (open.answered_at, open.ended_at) = (Some(now), Some(now));
            open.credential_id = Some(made.id);
            enrolments::save(tx, &open)?;
            let author = Author { company_id: &account.company_id, actor: &author };
            note(tx, &mut ids, author, "enrolment.done", &open)?;
            Ok(open)
        })?;
        (world.crash_point)("certificate.recorded");
        replaced_now(world);
        Ok(done.into())
    }

    /// Why what the bank signed is no credential of ours, for people.
    fn misfit(&self, before: &Enrolment, credential: &BTreeMap<String, String>) -> Option<String> {
        let certificate = credential.get(field::CERTIFICATE)?;
        let described = crate::certificate_files::describe(certificate);
        if described.is_none_or(|told| told.subject != before.client_id) {
            return Some("o banco devolveu um certificado que não é deste Client ID".into());
        }
        let mut errors = FieldErrors::default();
        credentials::check(self.world, &mut errors, self.connection.bank.info(), credential);
        let error = errors.into_all().into_iter().next()?;
        Some(format!("o banco devolveu um certificado que não serve: {}", error.message))
    }
}

/// What came of a question, other than a certificate.
#[derive(Clone)]
enum Kept {
    Refused { code: String, message: String, token_spent: bool },
    NotDone(String),
    Unknown(String),
}

impl Kept {
    /// Writes it into the road; gives the word of the audit trail.
    fn write(&self, open: &mut Enrolment, now: Timestamp) -> &'static str {
        match self {
            Self::Refused { code, message, token_spent } => {
                open.answered_at = Some(now);
                open.answer.clone_from(code);
                open.message.clone_from(message);
                if *token_spent {
                    open.token = None;
                }
                "enrolment.refused"
            }
            Self::NotDone(message) => {
                open.asked_at = None;
                open.message.clone_from(message);
                "enrolment.not_asked"
            }
            Self::Unknown(message) => {
                open.message.clone_from(message);
                "enrolment.unanswered"
            }
        }
    }
}
