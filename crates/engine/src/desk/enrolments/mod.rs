//! The road to a credential, where a bank signs certificates for its clients: the letter with our
//! public key, what the bank sent, the certificate asked for here, and the next one in time.
//!
//! The private key is made here, sealed before it is written, and never shown.

mod certificate;

use std::collections::BTreeMap;

use jiff::Timestamp;
pub use quita_banks::enrolment::EnrolmentInfo;
use quita_banks::enrolment::{Applicant, Enrolment as Road};
use quita_banks::registry;
use quita_core::letter::Letter;
use quita_store::accounts::Account;
use quita_store::enrolments::{self, Enrolment};
use quita_store::{StoreError, Tx, companies};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::credentials::{of_company, sealed_value};
use super::{Actor, Permission};
use crate::clock::{after, bank_day};
use crate::connection;
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::key_pair;
use crate::trail::{self, Author};
use crate::world::{Environment, World};

pub use certificate::{Renewal, ask, renew, renewal};

/// Kind of the road to the first certificate of a credential.
const FIRST: &str = "first";
/// Kind of the road to the next one.
const NEXT: &str = "next";
/// Names under which the vault seals.
const PRIVATE_KEY: &str = "private_key";
const TOKEN: &str = "token";
/// There is one version of each sealed value: another key is another road.
const VERSION: i64 = 1;

/// How far a road has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The letter is written and has not gone yet.
    Letter,
    /// The bank has it: client id and temporary token are awaited.
    Waiting,
    /// Everything is there to ask for the certificate.
    Ready,
    /// The bank was asked, and whether it signed is not known.
    Unknown,
    /// The bank refused; another token or client id may help.
    Refused,
    /// The account has its credential.
    Done,
    /// Given up.
    Abandoned,
}

impl Stage {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Done => "done",
            Self::Abandoned => "abandoned",
        }
    }

    fn of(e: &Enrolment) -> Self {
        match (e.ended_at, &e.credential_id) {
            (Some(_), Some(_)) => return Self::Done,
            (Some(_), None) => return Self::Abandoned,
            (None, _) => {}
        }
        if e.asked_at.is_some() && e.answered_at.is_none() {
            Self::Unknown
        } else if e.answered_at.is_some() {
            Self::Refused
        } else if e.token.is_some() || e.kind == NEXT {
            Self::Ready
        } else if e.letter_at.is_some() {
            Self::Waiting
        } else {
            Self::Letter
        }
    }
}

/// The road of an account, without any secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct EnrolmentView {
    /// UUIDv7.
    pub id: String,
    /// For which account.
    pub account_id: String,
    /// `first` certificate, or the `next` one.
    pub kind: String,
    /// `letter`, `waiting` (for the bank), `ready` (to ask for the certificate), `unknown` (the answer
    /// was lost), `refused`, `done` or `abandoned`.
    pub stage: &'static str,
    /// What the letter says, in the words of the bank's folder.
    pub data: BTreeMap<String, String>,
    /// Public half of the key pair, PEM. The private half stays here.
    pub public_key: String,
    /// Client id that the bank sent; empty before.
    pub client_id: String,
    /// Whether a temporary token is kept for the next try.
    pub has_token: bool,
    /// Until when that token is good, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub token_until: Option<Timestamp>,
    /// When the letter went to the bank, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub letter_at: Option<Timestamp>,
    /// When the bank was last asked for the certificate, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub asked_at: Option<Timestamp>,
    /// The bank's code of its last refusal; empty where there was none.
    pub code: String,
    /// What went wrong last, and what to do.
    pub message: String,
    /// The credential that came of it.
    pub credential_id: Option<String>,
    /// When it began, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// How far it is.
    #[serde(skip)]
    pub at: Stage,
}

impl From<Enrolment> for EnrolmentView {
    fn from(e: Enrolment) -> Self {
        let at = Stage::of(&e);
        Self {
            at,
            stage: at.word(),
            has_token: e.token.is_some(),
            id: e.id,
            account_id: e.account_id,
            kind: e.kind,
            data: e.data,
            public_key: e.public_key,
            client_id: e.client_id,
            token_until: e.token_until,
            letter_at: e.letter_at,
            asked_at: e.asked_at,
            code: e.answer,
            message: e.message,
            credential_id: e.credential_id,
            created_at: e.created_at,
        }
    }
}

/// Data for the letter to the bank.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterData {
    /// In the words of the bank's folder; `GET /v1/banks` has them.
    pub data: BTreeMap<String, String>,
}

/// What the bank sent after the letter.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// Client id.
    pub client_id: String,
    /// Temporary token. Kept sealed until it was used, never shown again.
    pub token: String,
    /// Only in a sandbox: the CA of the simulator, PEM.
    #[serde(default)]
    pub ca: Option<String>,
}

/// What a bank's folder says of its road; `None` where it has none.
pub fn road_of(bank: &str) -> Option<&'static EnrolmentInfo> {
    let bank = registry::by_code(bank).or_else(|| registry::by_folder(bank))?;
    Some(bank.enrolment()?.info())
}

fn road(account: &Account) -> Result<&'static dyn Road, Error> {
    registry::by_folder(&account.bank).and_then(|bank| bank.enrolment()).ok_or_else(|| {
        let message = "este banco entrega a credencial no portal dele; use «Ligar ao banco»";
        Error::conflict("no_enrolment", message)
    })
}

/// The last road of an account, open or not; `None` where none was begun.
pub fn get(world: &World, actor: &Actor, account_id: &str) -> Result<Option<EnrolmentView>, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let found = world.store.read(move |tx| enrolments::last(tx, &account.id))?;
    Ok(found.map(EnrolmentView::from))
}

/// Writes the letter: begins a road, with a key pair of its own, or corrects the one that is open.
pub fn write_letter(
    world: &World,
    actor: &Actor,
    account_id: &str,
    letter: &LetterData,
) -> Result<EnrolmentView, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let road = road(&account)?;
    let data = letter.data.iter().map(|(name, value)| (name.clone(), value.trim().to_owned()));
    let data: BTreeMap<_, _> = data.filter(|(_, value)| !value.is_empty()).collect();
    let mut errors = FieldErrors::default();
    for problem in road.check(&data) {
        errors.add(format!("data.{}", problem.field), problem.code, problem.message);
    }
    errors.check()?;
    let id = account.id.clone();
    let last = world.store.read(move |tx| enrolments::last(tx, &id))?;
    let fresh = match last {
        Some(open) if open.kind == FIRST && open.ended_at.is_none() => None,
        _ => Some(begin(world, actor, &account, FIRST)?),
    };
    let author = actor.name.clone();
    let written = world.tx(move |tx, mut ids| {
        let open = enrolments::open(tx, &account.id)?;
        let author = Author { company_id: &account.company_id, actor: &author };
        if let Some(mut open) = open {
            if open.kind == FIRST {
                open.data.clone_from(&data);
                enrolments::save(tx, &open)?;
                note(tx, &mut ids, author, "enrolment.changed", &open)?;
                return Ok(Some(open));
            }
            // A renewal that did not come to its end gives way.
            give_up(tx, &mut ids, author, open)?;
        }
        // Given up by somebody else just now.
        let Some(fresh) = &fresh else { return Ok(None) };
        let new = Enrolment { data: data.clone(), created_at: ids.now(), ..fresh.clone() };
        enrolments::insert(tx, &new)?;
        note(tx, &mut ids, author, "enrolment.begun", &new)?;
        Ok(Some(new))
    })?;
    written.map(EnrolmentView::from).ok_or_else(none_open)
}

/// A road with its sealed key pair, to be written.
fn begin(world: &World, actor: &Actor, account: &Account, kind: &str) -> Result<Enrolment, Error> {
    let pair = key_pair::make()?;
    let id = world.ids().next_id();
    let sealed = sealed_value(world, &id, PRIVATE_KEY, pair.private_key.expose())?;
    Ok(Enrolment {
        id,
        company_id: account.company_id.clone(),
        account_id: account.id.clone(),
        kind: kind.to_owned(),
        data: BTreeMap::new(),
        ca: None,
        public_key: pair.public_key,
        private_key: Some(sealed),
        client_id: String::new(),
        token: None,
        token_until: None,
        letter_at: None,
        asked_at: None,
        answered_at: None,
        answer: String::new(),
        message: String::new(),
        credential_id: None,
        created_by: actor.name.clone(),
        created_at: world.clock.now(),
        ended_at: None,
    })
}

fn note(
    tx: &mut Tx,
    ids: &mut Ids,
    author: Author,
    action: &str,
    enrolment: &Enrolment,
) -> Result<(), StoreError> {
    let details = serde_json::json!({ "enrolment": enrolment.id, "kind": enrolment.kind });
    trail::record(tx, ids, author, action, &enrolment.account_id, &details)
}

fn give_up(
    tx: &mut Tx,
    ids: &mut Ids,
    author: Author,
    mut open: Enrolment,
) -> Result<(), StoreError> {
    (open.private_key, open.token) = (None, None);
    open.ended_at = Some(ids.now());
    enrolments::save(tx, &open)?;
    note(tx, ids, author, "enrolment.abandoned", &open)
}

/// The letter of the open road, as it would be sent today.
pub fn letter(world: &World, actor: &Actor, account_id: &str) -> Result<Letter, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let road = road(&account)?;
    let id = account.id.clone();
    let found = world.store.read(move |tx| enrolments::last(tx, &id))?;
    let found = found.filter(|e| e.kind == FIRST && e.ended_at.is_none());
    let enrolment = found.ok_or_else(none_open)?;
    let applicant = applicant(world, &enrolment)?;
    let sandbox = world.environment == Environment::Sandbox;
    let mut letter =
        road.letter(&applicant, &connection::ctx(&account, world.clock.now(), sandbox));
    if sandbox {
        letter.subject = format!("[TESTE – SEM VALOR] {}", letter.subject);
    }
    Ok(letter)
}

/// The same on A4, PDF.
pub fn letter_pdf(world: &World, actor: &Actor, account_id: &str) -> Result<Vec<u8>, Error> {
    let letter = letter(world, actor, account_id)?;
    quita_print::letter(&letter).map_err(|e| Error::internal(e.to_string()))
}

fn none_open() -> Error {
    Error::conflict(
        "no_enrolment",
        "não há pedido de credencial aberto nesta conta; comece pela carta",
    )
}

fn applicant(world: &World, enrolment: &Enrolment) -> Result<Applicant, Error> {
    let company = enrolment.company_id.clone();
    let company = world.store.read(move |tx| companies::get(tx, &company))?;
    let company = company.ok_or_else(|| Error::internal("company"))?;
    let address = company.address.unwrap_or_default();
    Ok(Applicant {
        name: company.name,
        document: company.document,
        city: address.city,
        state: address.state,
        day: bank_day(world.clock.now()),
        data: enrolment.data.clone(),
        public_key: enrolment.public_key.clone(),
    })
}

/// Notes that the letter has gone to the bank.
pub fn letter_sent(world: &World, actor: &Actor, account_id: &str) -> Result<EnrolmentView, Error> {
    change(world, actor, account_id, "enrolment.letter_sent", |open, now| {
        open.letter_at.get_or_insert(now);
    })
}

/// Keeps client id and temporary token, ready to ask for the certificate.
pub fn receive(
    world: &World,
    actor: &Actor,
    account_id: &str,
    received: &Received,
) -> Result<EnrolmentView, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let road = road(&account)?;
    let mut errors = FieldErrors::default();
    let client_id = road.client_id(&received.client_id);
    let client_id = client_id.map_err(|why| errors.add("client_id", "invalid", why)).ok();
    let token = road.token(&received.token);
    let token = token.map_err(|why| errors.add("token", "invalid", why)).ok();
    let ca = received.ca.clone().map(|ca| ca.trim().to_owned()).filter(|ca| !ca.is_empty());
    if ca.is_some() && world.environment == Environment::Production {
        errors.add("ca", "not_supported", "produção só fala com os endereços do banco");
    }
    errors.check()?;
    let (client_id, token) = (client_id.unwrap_or_default(), token.unwrap_or_default());
    let id = account.id.clone();
    let open = world.store.read(move |tx| enrolments::last(tx, &id))?;
    let open = open.filter(|e| e.kind == FIRST && e.ended_at.is_none()).ok_or_else(none_open)?;
    let sealed = sealed_value(world, &open.id, TOKEN, token.as_bytes())?;
    let days = i64::from(road.info().token_days);
    change(world, actor, account_id, "enrolment.received", move |open, now| {
        open.client_id.clone_from(&client_id);
        open.token = Some(sealed.clone());
        open.token_until = Some(after(now, days * 86_400));
        open.letter_at.get_or_insert(now);
        if ca.is_some() {
            open.ca.clone_from(&ca);
        }
        (open.asked_at, open.answered_at) = (None, None);
        open.answer.clear();
        open.message.clear();
    })
}

/// Gives up the open road; its key is forgotten.
pub fn abandon(world: &World, actor: &Actor, account_id: &str) -> Result<EnrolmentView, Error> {
    change(world, actor, account_id, "enrolment.abandoned", |open, now| {
        (open.private_key, open.token) = (None, None);
        open.ended_at = Some(now);
    })
}

/// Changes the open road of an account.
fn change(
    world: &World,
    actor: &Actor,
    account_id: &str,
    action: &'static str,
    edit: impl Fn(&mut Enrolment, Timestamp) + Send + Sync + 'static,
) -> Result<EnrolmentView, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let author = actor.name.clone();
    let changed = world.tx(move |tx, mut ids| {
        let Some(mut open) = enrolments::open(tx, &account.id)? else { return Ok(None) };
        edit(&mut open, ids.now());
        enrolments::save(tx, &open)?;
        let author = Author { company_id: &account.company_id, actor: &author };
        note(tx, &mut ids, author, action, &open)?;
        Ok(Some(open))
    })?;
    changed.map(EnrolmentView::from).ok_or_else(none_open)
}
