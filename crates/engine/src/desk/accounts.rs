//! Bank accounts and the credentials that connect them.

use std::collections::BTreeMap;

use quita_banks::contract::{Op, Outcome};
use quita_banks::info::{Auth, Scope};
pub use quita_banks::info::{BankInfo, Field, FieldKind};
use quita_banks::registry;
use quita_core::money::Money;
use quita_store::accounts::{self, Account};
use quita_store::credentials::{self, Credential};
use quita_store::{StoreError, Tx, cursors};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::issue::Stored;
use super::once::{Request, once};
use super::statements::gives_statements;
use super::{Actor, Permission, file_accounts};
use crate::call::{self, Called, NoToken, NotNow};
use crate::connection::{self, Connection};
use crate::credential_watch::{self, PASSED_OVER};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::{Kind, cursor, enqueue};
use crate::world::{Environment, World};

/// A bank account to be registered, with its credential.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// The bank: COMPE code or folder name.
    pub bank: String,
    /// Name for people.
    pub description: String,
    /// Branch, digits.
    pub branch: String,
    /// Number without check digit.
    pub number: String,
    /// Check digit.
    pub digit: String,
    /// Further fields of the account, in the words of the bank's folder; by files, those of the
    /// layout's agreement.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
    /// Fields of the credential, in the words of the bank's folder. Never shown again.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub credential: BTreeMap<String, String>,
    /// A credential of another account of the company at this bank, instead of one of its own.
    #[serde(default)]
    pub credential_id: Option<String>,
    /// E-mail of whoever answers for the credential and is told before it ends.
    #[serde(default)]
    pub responsible_email: String,
    /// Last day of the integration at the bank, where the bank shows one: `YYYY-MM-DD`.
    #[serde(default)]
    pub integration_ends_on: String,
    /// Whether it charges where no account is named, instead of the one that did.
    #[serde(default)]
    pub is_default: bool,
    /// Only in a sandbox: addresses of the simulator, by host.
    #[serde(default)]
    pub hosts: BTreeMap<String, String>,
    /// Layout of the files by which it works, instead of a credential: `febraban-240`.
    #[serde(default)]
    pub layout: Option<String>,
    /// By files: number of the next remittance, above the last one that the bank took.
    #[serde(default)]
    pub next_remittance: Option<i64>,
    /// By files, where the company numbers: the first of our numbers that is free.
    #[serde(default)]
    pub first_our_number: Option<i64>,
}

/// An account as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    /// UUIDv7.
    pub id: String,
    /// COMPE code.
    pub bank: String,
    /// The bank's name.
    pub bank_name: &'static str,
    /// Name for people.
    pub description: String,
    /// Branch.
    pub branch: String,
    /// Number without check digit.
    pub number: String,
    /// Check digit.
    pub digit: String,
    /// `active` or `inactive`.
    pub status: String,
    /// Whether it has a credential.
    pub connected: bool,
    /// Layout of the files by which it works; null where the bank is called.
    pub layout: Option<String>,
    /// By files: who numbers its boletos, `company` (they print at once) or `bank` (after the
    /// return).
    pub numbered_by: Option<&'static str>,
    /// Usual delay between payment and settlement, for people.
    pub settlement_delay: &'static str,
    /// Whether it charges where no account is named.
    pub is_default: bool,
    /// E-mail of whoever answers for its credential; may be empty.
    pub responsible_email: String,
    /// Which credential it is connected with, which other accounts may have too.
    pub credential_id: Option<String>,
    /// What the bank charges for each boleto that is settled, as the company typed it, in cents.
    pub fee: Option<i64>,
    /// Whether its statement is read at the bank every business day; null where the bank gives none.
    pub statement_daily: Option<bool>,
}

/// Registers an account and, with credential fields, connects it.
pub fn create(world: &World, actor: &Actor, new: &NewAccount) -> Result<AccountView, Error> {
    let written = world.tx(prepare(world, actor, new)?);
    registered(world, written.map_err(Error::from))
}

/// All that [`create`] would find wrong, without registering anything.
pub fn check(world: &World, actor: &Actor, new: &NewAccount) -> Result<(), Error> {
    prepare(world, actor, new).map(|_| ())
}

/// As [`create`], once for each key.
pub fn create_once(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewAccount,
) -> Result<Stored, Error> {
    let ready = prepare(world, actor, new);
    registered(world, once(world, actor, request, ready, AccountView::clone))
}

fn registered<T>(world: &World, written: Result<T, Error>) -> Result<T, Error> {
    match written {
        Err(Error::Store(StoreError::Conflict { .. })) => {
            Err(Error::conflict("account_exists", "esta conta já está cadastrada"))
        }
        Err(error) => Err(error),
        Ok(written) => {
            world.companies.forget();
            world.bell.ring();
            Ok(written)
        }
    }
}

/// Checks everything and seals the secrets, ahead of the transaction.
fn prepare(
    world: &World,
    actor: &Actor,
    new: &NewAccount,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<AccountView, StoreError> + use<>, Error> {
    actor.must(Permission::Configure)?;
    let bank = registry::by_code(&new.bank).or_else(|| registry::by_folder(&new.bank));
    let Some(bank) = bank else {
        return Err(Error::invalid("bank", "not_found", "banco sem integração; veja /v1/banks"));
    };
    let info = bank.info();
    let mut errors = FieldErrors::default();
    for (name, value) in [("branch", &new.branch), ("number", &new.number), ("digit", &new.digit)] {
        // Banks by file have letters for the digit ten.
        let letter = name == "digit" && new.layout.is_some() && value.len() == 1;
        let fits = |b: u8| b.is_ascii_digit() || letter && b.is_ascii_alphanumeric();
        if value.is_empty() || !value.bytes().all(fits) {
            errors.add(name, "invalid", "use só dígitos");
        }
    }
    if new.description.trim().is_empty() {
        errors.add("description", "missing", "dê um nome à conta");
    }
    let begin = file_accounts::check(&mut errors, bank, new, world.clock.now());
    for wanted in info.account_fields.iter().filter(|_| new.layout.is_none()) {
        let missing = new.data.get(wanted.name).is_none_or(|value| value.trim().is_empty());
        if wanted.required && missing {
            errors.add(format!("data.{}", wanted.name), "missing", wanted.hint);
        }
    }
    check_hosts(world, &mut errors, info, &new.hosts);
    let not_after = super::credentials::check(world, &mut errors, info, &new.credential);
    let register = super::credentials::check_register(
        &mut errors,
        &new.responsible_email,
        &new.integration_ends_on,
    );
    let shared = shared_credential(world, actor, &mut errors, info, new)?;
    errors.check()?;

    let ids = world.ids();
    let mut ahead = ids.clone();
    let account_id = ahead.next_id();
    let sealed = if new.credential.is_empty() {
        None
    } else {
        let given = &new.credential;
        Some(super::credentials::seal(world, &mut ahead, given, not_after, register.clone())?)
    };
    let mut hosts = new.hosts.clone();
    if let Some(shared) = &shared
        && hosts.is_empty()
    {
        // The simulator that knows the credential knows this account.
        hosts.clone_from(&shared.hosts);
    }
    let shared = shared.map(|shared| shared.credential);
    let account = Account {
        id: account_id,
        company_id: actor.company_id.clone(),
        credential_id: sealed
            .as_ref()
            .map(|s| s.id.clone())
            .or_else(|| shared.as_ref().map(|c| c.id.clone())),
        bank: info.folder.to_owned(),
        description: new.description.trim().to_owned(),
        branch: new.branch.clone(),
        number: new.number.clone(),
        digit: new.digit.clone(),
        data: new.data.clone(),
        hosts,
        hook_token: ahead.next_token(),
        status: accounts::ACTIVE_STATUS.to_owned(),
        created_at: ids.now(),
        is_default: false,
        fee: None,
        layout: new.layout.clone(),
        statement_daily: true,
    };
    let is_default = new.is_default;
    let responsible = shared.map_or(register.responsible, |shared| shared.responsible);
    let author = actor.name.clone();
    Ok(move |tx: &mut Tx, _: Ids| {
        let mut ids = ahead.clone();
        if let Some(sealed) = &sealed {
            sealed.insert(tx, &account, ids.now())?;
        }
        accounts::insert(tx, &account)?;
        if let Some(begin) = &begin {
            begin.write(tx, &account.id)?;
        }
        if is_default {
            accounts::set_default(tx, &account.company_id, &account.id)?;
        }
        let connected = account.credential_id.is_some();
        let details = serde_json::json!({
            "bank": account.bank, "connected": connected, "layout": account.layout,
        });
        let author = Author { company_id: &account.company_id, actor: &author };
        trail::record(tx, &mut ids, author, "account.created", &account.id, &details)?;
        if connected {
            let now = ids.now();
            enqueue(tx, &mut ids, &account.company_id, Kind::Sync, &account.id, now)?;
        }
        Ok(view(Account { is_default, ..account.clone() }, responsible.clone()))
    })
}

/// The credential of another account that a new one is connected with.
struct Shared {
    credential: Credential,
    /// Where its bank is, when that is a simulator.
    hosts: BTreeMap<String, String>,
}

fn shared_credential(
    world: &World,
    actor: &Actor,
    errors: &mut FieldErrors,
    info: &BankInfo,
    new: &NewAccount,
) -> Result<Option<Shared>, Error> {
    let Some(wanted) = new.credential_id.clone().filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    if !new.credential.is_empty() {
        let message = "use uma credencial que já existe ou envie outra, não as duas coisas";
        errors.add("credential_id", "conflict", message);
    }
    let company = actor.company_id.clone();
    let (credential, known) = world
        .store
        .read(move |tx| Ok((credentials::get(tx, &wanted)?, accounts::list(tx, &company)?)))?;
    let credential = credential.filter(|credential| {
        credential.company_id == actor.company_id && credential.bank == info.folder
    });
    let Some(credential) = credential else {
        let message = "não há esta credencial neste banco; escolha da lista";
        errors.add("credential_id", "not_found", message);
        return Ok(None);
    };
    let other = known.into_iter().find(|a| a.credential_id.as_ref() == Some(&credential.id));
    Ok(Some(Shared { credential, hosts: other.map(|account| account.hosts).unwrap_or_default() }))
}

/// Accounts of the company.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<AccountView>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let (rows, known) = world
        .store
        .read(move |tx| Ok((accounts::list(tx, &company)?, credentials::list(tx, &company)?)))?;
    let responsible = |account: &Account| {
        let found = known.iter().find(|c| Some(&c.id) == account.credential_id.as_ref());
        found.map(|credential| credential.responsible.clone()).unwrap_or_default()
    };
    Ok(rows
        .into_iter()
        .map(|account| {
            let responsible = responsible(&account);
            view(account, responsible)
        })
        .collect())
}

fn view(account: Account, responsible_email: String) -> AccountView {
    let info = registry::by_folder(&account.bank).map(|bank| bank.info());
    AccountView {
        statement_daily: gives_statements(&account).then_some(account.statement_daily),
        numbered_by: file_accounts::numbered_by(&account),
        layout: account.layout,
        id: account.id,
        bank: info.map_or(account.bank, |i| i.code.to_owned()),
        bank_name: info.map_or("", |i| i.name),
        description: account.description,
        branch: account.branch,
        number: account.number,
        digit: account.digit,
        status: account.status,
        connected: account.credential_id.is_some(),
        settlement_delay: info.map_or("", |i| i.settlement_delay),
        is_default: account.is_default,
        responsible_email,
        credential_id: account.credential_id,
        fee: account.fee.map(Money::cents),
    }
}

fn check_hosts(
    world: &World,
    errors: &mut FieldErrors,
    info: &BankInfo,
    hosts: &BTreeMap<String, String>,
) {
    for (key, url) in hosts {
        let name = format!("hosts.{key}");
        if world.environment == Environment::Production {
            errors.add(&name, "not_supported", "produção só fala com os endereços do banco");
        } else if !info.hosts.iter().any(|h| h.key == key) {
            errors.add(&name, "not_found", "o banco não tem este serviço");
        } else if info.hosts.iter().any(|h| host_of(url) == host_of(h.production)) {
            errors.add(&name, "not_supported", "um ambiente de testes não fala com a produção");
        } else if !url.starts_with("https://") {
            errors.add(&name, "invalid", "use um endereço https://");
        }
    }
}

/// The name of the machine in an address: without user, port and path, in lower case.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// One step of the test of a connection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProbeStep {
    /// What was tried.
    pub step: String,
    /// Whether it worked.
    pub ok: bool,
    /// What the bank said, and what to do.
    pub message: String,
}

/// Tests the connection of an account against the bank: the credential, each permission, then
/// the account.
pub fn probe(world: &World, actor: &Actor, account_id: &str) -> Result<Vec<ProbeStep>, Error> {
    let mut steps = Vec::new();
    probe_each(world, actor, account_id, |step| steps.push(step))?;
    Ok(steps)
}

/// As [`probe`], telling each step as soon as it is known.
pub fn probe_each(
    world: &World,
    actor: &Actor,
    account_id: &str,
    mut tell: impl FnMut(ProbeStep),
) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let known = world.store.read(move |tx| accounts::list(tx, &company))?;
    if !known.iter().any(|a| a.id == account_id) {
        return Err(Error::not_found("conta"));
    }
    let connection = connection::connect(world, account_id)?;
    let mut all_well = true;
    try_out(world, &connection, &mut |step| {
        all_well &= step.ok;
        tell(step);
    })?;
    if all_well {
        let id = connection.credential_id.clone();
        world.tx(move |tx, mut ids| credential_watch::accepted(tx, &mut ids, &id, ""))?;
        world.bell.ring();
    }
    Ok(())
}

/// The steps of [`probe`] with this connection.
pub(super) fn try_out(
    world: &World,
    connection: &Connection,
    tell: &mut dyn FnMut(ProbeStep),
) -> Result<(), Error> {
    let mut add = |step: &str, ok: bool, message: String| {
        tell(ProbeStep { step: step.to_owned(), ok, message });
    };
    let asks = !matches!(connection.bank.info().auth, Auth::None);
    if asks && !try_credential(world, connection, &mut add) {
        return Ok(());
    }
    let account = "conta";
    match call::ask_for_person(world, connection, Op::Probe)? {
        Err(NotNow::Later { reason, .. }) => add(account, false, reason),
        Err(NotNow::Never(refusal)) => add(account, false, refusal.message),
        Ok(Called::NotSent(reason)) => {
            add(account, false, format!("o banco não foi alcançado: {reason}"));
        }
        Ok(Called::Answered(outcome)) => match outcome {
            Outcome::Done(_) | Outcome::Page { .. } => {
                add(account, true, "a conta responde".into());
            }
            Outcome::Rejected(refusal) => add(account, false, refusal.message),
            Outcome::Transient { reason, .. }
            | Outcome::Unknown { reason }
            | Outcome::AlreadyThere { reason } => add(account, false, reason),
            Outcome::Unauthorized => add(account, false, "o banco não aceitou o token".into()),
        },
    }
    Ok(())
}

/// Asks for a token with all permissions; where that is refused, with each by itself, to tell
/// which one is missing. Gives whether the credential is good at all.
fn try_credential(
    world: &World,
    connection: &Connection,
    add: &mut dyn FnMut(&str, bool, String),
) -> bool {
    let credential = "credencial e certificado";
    let accepted = "o banco aceitou a credencial";
    let permission = |scope: &Scope| format!("permissão para {}", scope.purpose);
    let granted = "concedida";
    let scopes = connection.bank.info().scopes;
    let all: Vec<&str> = scopes.iter().map(|scope| scope.name).collect();
    let status = match call::token_for(world, connection, &all, call::PATIENCE) {
        Ok(_) => {
            add(credential, true, accepted.into());
            for scope in scopes {
                add(&permission(scope), true, granted.into());
            }
            return true;
        }
        Err(NoToken::Later { reason, .. }) => {
            add(credential, false, reason);
            return false;
        }
        Err(NoToken::Refused { status, .. }) => status,
    };
    let each: Vec<_> = scopes
        .iter()
        .map(|scope| (scope, call::token_for(world, connection, &[scope.name], call::PATIENCE)))
        .collect();
    if !each.iter().any(|(_, token)| token.is_ok()) {
        let message = format!(
            "o banco recusou a credencial ({status}): confira client id, client secret e \
             certificado. Uma integração nova pode levar alguns minutos até valer"
        );
        add(credential, false, message);
        return false;
    }
    add(credential, true, accepted.into());
    for (scope, token) in each {
        match token {
            Ok(_) => add(&permission(scope), true, granted.into()),
            Err(NoToken::Later { reason, .. }) => add(&permission(scope), false, reason),
            Err(NoToken::Refused { .. }) => {
                let message =
                    format!("falta na integração: marque «{}» no portal do banco", scope.name);
                add(&permission(scope), false, message);
            }
        }
    }
    true
}

/// Largest fee for a boleto, in cents: more is a slip of the hand.
const FEE_MAX: i64 = 100_000;

/// What of an account can be changed.
#[derive(Clone, Debug)]
pub struct Register {
    /// Name for people.
    pub description: String,
    /// Whether it may issue new boletos; those that it has are followed in any case.
    pub active: bool,
    /// Whether it charges where no account is named, instead of the one that did.
    pub is_default: bool,
    /// What the bank charges for each boleto that is settled, in cents; `None` where nobody says.
    pub fee: Option<i64>,
}

/// Changes the register of an account.
pub fn change(
    world: &World,
    actor: &Actor,
    account_id: &str,
    register: &Register,
) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let Register { active, is_default, .. } = *register;
    let description = register.description.trim().to_owned();
    let mut errors = FieldErrors::default();
    if description.is_empty() {
        errors.add("description", "missing", "dê um nome à conta");
    }
    if is_default && !active {
        errors.add("status", "invalid", "uma conta inativa não pode ser a padrão");
    }
    if register.fee.is_some_and(|fee| !(0..=FEE_MAX).contains(&fee)) {
        errors.add("fee", "out_of_range", "a tarifa de um boleto fica entre zero e R$ 1.000,00");
    }
    errors.check()?;
    let fee = register.fee.map(Money::from_cents);
    let status = if active { accounts::ACTIVE_STATUS } else { accounts::INACTIVE_STATUS };
    let (id, company, name) = (account_id.to_owned(), actor.company_id.clone(), actor.name.clone());
    let changed = world.tx(move |tx, mut ids| {
        let known = accounts::get(tx, &id)?.filter(|account| account.company_id == company);
        let Some(known) = known else { return Ok(false) };
        accounts::set_register(tx, &id, &description, status, fee)?;
        if is_default != known.is_default {
            accounts::set_default(tx, &company, if is_default { &id } else { "" })?;
        }
        let details = serde_json::json!({ "status": status, "default": is_default, "fee": fee });
        let author = Author { company_id: &company, actor: &name };
        trail::record(tx, &mut ids, author, "account.changed", &id, &details)?;
        Ok(true)
    })?;
    if !changed {
        return Err(Error::not_found("conta"));
    }
    world.companies.forget();
    world.connections.forget();
    Ok(())
}

/// How many calls the bank still takes within this minute, from this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Calls that are left.
    pub left: usize,
    /// Calls a minute.
    pub of: usize,
}

/// For each connected account, by id, the limit of its bank that is nearest to its end.
pub fn budgets(world: &World, actor: &Actor) -> Result<BTreeMap<String, Budget>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let now = world.clock.now();
    let mut budgets = BTreeMap::new();
    for account in world.store.read(move |tx| accounts::list(tx, &company))? {
        let (Some(credential), Some(bank)) =
            (&account.credential_id, registry::by_folder(&account.bank))
        else {
            continue;
        };
        let test = world.environment == Environment::Sandbox && account.hosts.is_empty();
        let each = bank.info().limits.iter().map(|limit| {
            let of = if test { limit.sandbox } else { limit.production } as usize;
            let left = of.saturating_sub(world.rates.taken(credential, limit.key, now));
            Budget { left, of }
        });
        let nearest = each.min_by_key(|budget| budget.left * 1000 / budget.of.max(1));
        if let Some(budget) = nearest {
            budgets.insert(account.id, budget);
        }
    }
    Ok(budgets)
}

/// How an account stands, for the lamp and for `quita doctor`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AccountHealth)]
pub struct Health {
    /// Which account.
    pub account_id: String,
    /// Name for people.
    pub description: String,
    /// Instant of the last look, complete or not, UTC.
    pub last_look: Option<String>,
    /// Instant of the last complete look, UTC.
    pub last_success: Option<String>,
    /// Instant of the last call by the bank, UTC.
    pub last_webhook: Option<String>,
    /// What went wrong at the last look; empty when nothing did.
    pub last_error: String,
    /// Why Pix could not be read by their own ids; empty when they could. Boletos are settled
    /// without.
    pub pix_error: String,
    /// Bank days until the certificate or the integration at the bank ends, whichever is earlier.
    pub certificate_days: Option<i64>,
    /// `new` (the bank was not asked yet), `waiting` (it may still have to activate the
    /// integration), `active` or `refused`; `none` where the account is not connected.
    pub credential_status: &'static str,
    /// Why whoever answers for the credential got no e-mail about its end or its refusal, a word of
    /// [`credential_watch`](crate::credential_watch); empty where one went, or none was due.
    #[serde(skip)]
    pub unsent: String,
}

/// How every account of the company stands.
pub fn health(world: &World, actor: &Actor) -> Result<Vec<Health>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let now = world.clock.now();
    let found = world.store.read(move |tx| {
        let mut found = Vec::new();
        for account in accounts::list(tx, &company)? {
            let credential = match &account.credential_id {
                Some(id) => credentials::get(tx, id)?,
                None => None,
            };
            let told = match &account.credential_id {
                Some(id) => credentials::last_told(tx, &company, id, PASSED_OVER)?,
                None => None,
            };
            found.push(Health {
                last_look: cursors::get(tx, &account.id, cursor::LAST_LOOK)?,
                last_success: cursors::get(tx, &account.id, cursor::LAST_SUCCESS)?,
                last_webhook: cursors::get(tx, &account.id, cursor::LAST_CALL)?,
                last_error: cursors::get(tx, &account.id, cursor::LAST_ERROR)?.unwrap_or_default(),
                pix_error: cursors::get(tx, &account.id, cursor::PIX_ERROR)?.unwrap_or_default(),
                certificate_days: credential
                    .as_ref()
                    .and_then(|credential| credential_watch::days_left(credential, now)),
                credential_status: credential.as_ref().map_or("none", |credential| {
                    credential_watch::standing(credential, now).word()
                }),
                unsent: told.map(|told| told.unsent).unwrap_or_default(),
                account_id: account.id,
                description: account.description,
            });
        }
        Ok(found)
    })?;
    Ok(found)
}
