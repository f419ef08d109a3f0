//! Credentials: checked, sealed, and replaced before they end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::info::{BankInfo, FieldKind};
use quita_banks::registry;
use quita_store::accounts::{self as accounts_store, Account};
use quita_store::credentials::{self, Credential};
use quita_store::{StoreError, Tx};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::{self, ProbeStep};
use super::issue::Stored;
use super::once::{Request, once};
use super::{Actor, Permission};
use crate::certificate_files::{self, Described, key_belongs};
use crate::clock::bank_day;
use crate::connection::{self, field};
use crate::credential_watch;
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::mail;
use crate::token;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::{Environment, World};

/// A credential that takes the place of the one that an account has.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCredential {
    /// Its fields, in the words of the bank's folder. Never shown again.
    #[schema(value_type = BTreeMap<String, String>)]
    pub credential: BTreeMap<String, String>,
    /// E-mail of whoever answers for it and is told before it ends; left out, whoever answered for
    /// the former one.
    #[serde(default)]
    pub responsible_email: Option<String>,
    /// Last day of the integration at the bank, where the bank shows one: `YYYY-MM-DD`.
    #[serde(default)]
    pub integration_ends_on: Option<String>,
}

/// A credential as programs see it: no secret of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
pub struct CredentialView {
    /// UUIDv7.
    pub id: String,
    /// The bank's folder.
    pub bank: String,
    /// Name for people.
    pub name: String,
    /// `new` (the bank was not asked yet), `waiting` (it may still have to activate it), `active` or
    /// `refused`.
    pub status: &'static str,
    /// End of its certificate, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub not_after: Option<Timestamp>,
    /// E-mail of whoever answers for it; may be empty.
    pub responsible_email: String,
    /// Last day of the integration at the bank, where it was told.
    #[schema(value_type = Option<String>, format = Date)]
    pub integration_ends_on: Option<Date>,
    /// Accounts that are connected with it, by id.
    pub accounts: Vec<String>,
}

/// Credentials of the company.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<CredentialView>, Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let (rows, known) = world.store.read(move |tx| {
        Ok((credentials::list(tx, &company)?, accounts_store::list(tx, &company)?))
    })?;
    let now = world.clock.now();
    Ok(rows.into_iter().map(|credential| view(credential, &known, now)).collect())
}

fn view(credential: Credential, known: &[Account], now: Timestamp) -> CredentialView {
    let using = known.iter().filter(|a| a.credential_id.as_ref() == Some(&credential.id));
    CredentialView {
        accounts: using.map(|account| account.id.clone()).collect(),
        status: credential_watch::standing(&credential, now).word(),
        id: credential.id,
        bank: credential.bank,
        name: credential.name,
        not_after: credential.not_after,
        responsible_email: credential.responsible,
        integration_ends_on: credential.ends_on,
    }
}

/// Who answers for a credential, and until when the bank's integration lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// E-mail of whoever answers for it; may be empty.
    pub responsible: String,
    /// Last day of the integration at the bank.
    pub ends_on: Option<Date>,
}

/// Reads the register of a credential as programs and forms give it.
pub(super) fn check_register(
    errors: &mut FieldErrors,
    responsible: &str,
    ends_on: &str,
) -> Register {
    let responsible = responsible.trim().to_owned();
    if !responsible.is_empty() && !mail::is_address(&responsible) {
        let message = "use um endereço de e-mail, como «maria@example.com»";
        errors.add("responsible_email", "invalid", message);
    }
    let ends_on = ends_on.trim();
    let day = ends_on.parse().ok();
    if !ends_on.is_empty() && day.is_none() {
        errors.add("integration_ends_on", "invalid", "use uma data, como 2027-11-30");
    }
    Register { responsible, ends_on: day }
}

/// The register of the credential of an account; `None` where it has none.
pub fn register(world: &World, actor: &Actor, account_id: &str) -> Result<Option<Register>, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let Some(id) = account.credential_id else { return Ok(None) };
    let found = world.store.read(move |tx| credentials::get(tx, &id))?;
    Ok(found.map(|c| Register { responsible: c.responsible, ends_on: c.ends_on }))
}

/// Changes the register of the credential of an account, for all accounts that share it. Texts are
/// an e-mail and a day, `YYYY-MM-DD`; either may be empty.
pub fn set_register(
    world: &World,
    actor: &Actor,
    account_id: &str,
    responsible: &str,
    ends_on: &str,
) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let Some(id) = account.credential_id else {
        let message = "esta conta ainda não está ligada ao banco";
        return Err(Error::conflict("not_connected", message));
    };
    let mut errors = FieldErrors::default();
    let Register { responsible, ends_on } = check_register(&mut errors, responsible, ends_on);
    errors.check()?;
    let (company, author) = (actor.company_id.clone(), actor.name.clone());
    world.tx(move |tx, mut ids| {
        credentials::set_register(tx, &company, &id, &responsible, ends_on)?;
        let author = Author { company_id: &company, actor: &author };
        let details = serde_json::json!({ "ends_on": ends_on });
        trail::record(tx, &mut ids, author, "credential.changed", &id, &details)
    })?;
    Ok(())
}

/// A credential with every value sealed, ready to be written.
#[derive(Clone)]
pub(super) struct Sealed {
    /// Its id.
    pub(super) id: String,
    not_after: Option<Timestamp>,
    values: Vec<(String, Vec<u8>)>,
    register: Register,
    /// Whether the bank has accepted it.
    pub(super) accepted: bool,
}

/// Seals the values of a checked credential under a new id.
pub(super) fn seal(
    world: &World,
    ids: &mut Ids,
    given: &BTreeMap<String, String>,
    not_after: Option<Timestamp>,
    register: Register,
) -> Result<Sealed, Error> {
    let id = ids.next_id();
    let mut values = Vec::with_capacity(given.len());
    for (name, value) in given {
        values.push((name.clone(), sealed_value(world, &id, name, value.as_bytes())?));
    }
    Ok(Sealed { id, not_after, values, register, accepted: false })
}

/// Seals one value, which opens only as that value of that owner.
pub(super) fn sealed_value(
    world: &World,
    owner: &str,
    name: &str,
    value: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; 24];
    nonce[..16].copy_from_slice(&world.entropy.bytes());
    nonce[16..].copy_from_slice(&world.entropy.bytes()[..8]);
    world.vault.seal(owner, name, VERSION, value, nonce)
}

/// A replaced value belongs to a new credential, so that there is one version of each.
const VERSION: i64 = 1;

impl Sealed {
    /// Writes it, for this account.
    pub(super) fn insert(
        &self,
        tx: &mut Tx,
        account: &Account,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let credential = Credential {
            id: self.id.clone(),
            company_id: account.company_id.clone(),
            bank: account.bank.clone(),
            name: account.description.clone(),
            not_after: self.not_after,
            status: accounts_store::ACTIVE_STATUS.to_owned(),
            created_at: now,
            responsible: self.register.responsible.clone(),
            ends_on: self.register.ends_on,
            accepted_at: self.accepted.then_some(now),
            refused_at: None,
            refused_status: None,
        };
        credentials::insert(tx, &credential)?;
        for (name, value) in &self.values {
            credentials::put_value(tx, &self.id, name, VERSION, value)?;
        }
        Ok(())
    }
}

/// Connects an account with another credential, as when its certificate is about to end. Calls
/// under way finish with the old one; its history stays.
pub fn replace(
    world: &World,
    actor: &Actor,
    request: &Request,
    account_id: &str,
    new: &NewCredential,
) -> Result<Stored, Error> {
    let ready = prepare(world, actor, account_id, new).map(|ready| writing(actor, ready));
    let replaced = once(world, actor, request, ready, Clone::clone)?;
    replaced_now(world);
    Ok(replaced)
}

pub(super) fn replaced_now(world: &World) {
    world.connections.forget();
    world.companies.forget();
    world.bell.ring();
}

/// What came of [`replace_proven`].
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The test of the new credential.
    pub steps: Vec<ProbeStep>,
    /// Whether the account has it now.
    pub replaced: bool,
}

/// As [`replace`], but the new credential is tried at the bank first, and the account keeps the
/// one that it has unless the new one works. `whatever` replaces it even so.
pub fn replace_proven(
    world: &World,
    actor: &Actor,
    account_id: &str,
    new: &NewCredential,
    whatever: bool,
) -> Result<Replacement, Error> {
    actor.must(Permission::Configure)?;
    let mut new = new.clone();
    // The simulator stays what it is.
    if of_company(world, actor, account_id)?.credential_id.is_some()
        && let Ok(old) = connection::connect(world, account_id)
        && let Some(ca) = old.ca()
    {
        new.credential.entry(field::CA.to_owned()).or_insert_with(|| ca.to_owned());
    }
    let mut ready = prepare(world, actor, account_id, &new)?;
    let id = ready.sealed.id.clone();
    let connection = connection::trial(world, ready.account.clone(), &id, &new.credential)?;
    let mut steps = Vec::new();
    accounts::try_out(world, &connection, &mut |step| steps.push(step))?;
    ready.sealed.accepted = steps.iter().all(|step| step.ok);
    let replaced = whatever || ready.sealed.accepted;
    if replaced {
        world.tx(writing(actor, ready))?;
        replaced_now(world);
    } else {
        token::forget_all(world, &id)?;
    }
    Ok(Replacement { steps, replaced })
}

/// What the certificate of an account says of itself; `None` where it has none.
pub fn certificate(
    world: &World,
    actor: &Actor,
    account_id: &str,
) -> Result<Option<Described>, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let Some(id) = account.credential_id else { return Ok(None) };
    let bank = registry::by_folder(&account.bank).map(|bank| bank.info());
    let field = bank.and_then(|info| {
        info.credential_fields.iter().find(|field| field.kind == FieldKind::Certificate)
    });
    let credential = id.clone();
    let values = world.store.read(move |tx| credentials::values(tx, &credential))?;
    let sealed = values.into_iter().find(|(name, ..)| field.is_some_and(|f| f.name == name));
    let Some((name, version, sealed)) = sealed else { return Ok(None) };
    let pem = world.vault.unseal(&id, &name, version, &sealed)?;
    Ok(certificate_files::describe(&String::from_utf8_lossy(pem.expose())))
}

pub(super) fn of_company(world: &World, actor: &Actor, account_id: &str) -> Result<Account, Error> {
    let id = account_id.to_owned();
    let account = world.store.read(move |tx| accounts_store::get(tx, &id))?;
    account
        .filter(|account| account.company_id == actor.company_id)
        .ok_or_else(|| Error::not_found("conta"))
}

/// A checked credential for an account.
pub(super) struct Ready {
    account: Account,
    sealed: Sealed,
    ids: Ids,
}

pub(super) fn prepare(
    world: &World,
    actor: &Actor,
    account_id: &str,
    new: &NewCredential,
) -> Result<Ready, Error> {
    actor.must(Permission::Configure)?;
    let account = of_company(world, actor, account_id)?;
    let bank = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
    let mut errors = FieldErrors::default();
    if new.credential.is_empty() {
        errors.add("credential", "missing", "informe os campos da credencial; veja /v1/banks");
    }
    let not_after = check(world, &mut errors, bank.info(), &new.credential);
    let former = register(world, actor, account_id)?.unwrap_or_default().responsible;
    let responsible = new.responsible_email.as_deref().unwrap_or(&former);
    let ends_on = new.integration_ends_on.as_deref().unwrap_or_default();
    let register = check_register(&mut errors, responsible, ends_on);
    errors.check()?;
    let mut ids = world.ids();
    let sealed = seal(world, &mut ids, &new.credential, not_after, register)?;
    Ok(Ready { account, sealed, ids })
}

pub(super) fn writing(
    actor: &Actor,
    ready: Ready,
) -> impl Fn(&mut Tx, Ids) -> Result<CredentialView, StoreError> + use<> {
    let Ready { account, sealed, ids: ahead } = ready;
    let author = actor.name.clone();
    move |tx: &mut Tx, _: Ids| {
        let mut ids = ahead.clone();
        let (company, now) = (&account.company_id, ids.now());
        sealed.insert(tx, &account, now)?;
        let old = accounts_store::get(tx, &account.id)?.and_then(|now| now.credential_id);
        match &old {
            // Those that share it get the new one too.
            Some(old) => {
                accounts_store::replace_credential(tx, company, old, &sealed.id)?;
            }
            None => accounts_store::set_credential(tx, &account.id, &sealed.id)?,
        }
        let known = accounts_store::list(tx, company)?;
        for using in known.iter().filter(|a| a.credential_id.as_ref() == Some(&sealed.id)) {
            let author = Author { company_id: company, actor: &author };
            let details = serde_json::json!({ "credential": sealed.id });
            trail::record(tx, &mut ids, author, "account.connected", &using.id, &details)?;
            credential_watch::replaced(tx, &ids, &using.id)?;
            enqueue(tx, &mut ids, company, Kind::Sync, &using.id, now)?;
        }
        let made = credentials::get(tx, &sealed.id)?
            .ok_or_else(|| StoreError::corrupt("credentials: not there"))?;
        Ok(view(made, &known, now))
    }
}

/// Checks the fields of a credential and gives the end of its certificate.
pub(super) fn check(
    world: &World,
    errors: &mut FieldErrors,
    info: &BankInfo,
    given: &BTreeMap<String, String>,
) -> Option<Timestamp> {
    if given.is_empty() {
        return None;
    }
    for wanted in info.credential_fields {
        let missing = given.get(wanted.name).is_none_or(|v| v.trim().is_empty());
        if wanted.required && missing {
            errors.add(format!("credential.{}", wanted.name), "missing", wanted.hint);
        }
    }
    for name in given.keys() {
        let simulator_ca = name == field::CA && world.environment == Environment::Sandbox;
        if !simulator_ca && !info.credential_fields.iter().any(|f| f.name == name) {
            errors.add(format!("credential.{name}"), "unknown", "o banco não pede este campo");
        }
    }
    let of_kind = |kind: FieldKind| {
        let wanted = info.credential_fields.iter().find(|f| f.kind == kind)?;
        Some((wanted.name, given.get(wanted.name)?.as_bytes()))
    };
    let (certificate_name, certificate) = of_kind(FieldKind::Certificate)?;
    let (key_name, key) = of_kind(FieldKind::PrivateKey)?;
    let certificate_field = format!("credential.{certificate_name}");
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = match chain {
        Ok(chain) if !chain.is_empty() => chain,
        _ => {
            let message =
                "não é um certificado PEM (arquivo .crt); confira se não trocou os arquivos";
            errors.add(certificate_field, "invalid", message);
            return None;
        }
    };
    let Ok(key) = PrivateKeyDer::from_pem_slice(key) else {
        let message = "não é uma chave privada PEM (arquivo .key), ou está protegida por senha";
        errors.add(format!("credential.{key_name}"), "invalid", message);
        return None;
    };
    let (_, parsed) = x509_parser::parse_x509_certificate(&chain[0])
        .map_err(|_| errors.add(&certificate_field, "invalid", "o certificado não se lê"))
        .ok()?;
    let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?;
    if not_after <= world.clock.now() {
        let day = bank_day(not_after).strftime("%d/%m/%Y");
        let message = format!("o certificado terminou em {day}; peça outro ao banco");
        errors.add(&certificate_field, "expired", message);
    }
    if !key_belongs(chain, key) {
        let message = "esta chave não é a deste certificado; use os dois arquivos do mesmo ZIP";
        errors.add(format!("credential.{key_name}"), "mismatch", message);
    }
    Some(not_after)
}
