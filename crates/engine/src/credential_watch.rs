//! How credentials stand: when they end, whether the bank accepts them, and who is told. What is
//! told is remembered in the transaction that writes the letter, so that each is told once.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::info::Activation;
use quita_banks::registry;
use quita_core::calendar::days_between;
use quita_store::accounts::{self, Account};
use quita_store::credentials::{self, Credential, Notice};
use quita_store::mails::{self, Mail, Status};
use quita_store::pending::{self, PendingItem};
use quita_store::{StoreError, Tx, companies, cursors, events};

use crate::clock::{after, bank_day, bank_minute, bank_time};
use crate::desk::enrolments::road_of;
use crate::error::Error;
use crate::ids::Ids;
use crate::workers::{Kind, cursor, enqueue};
use crate::world::{Environment, World};

/// So many days before its end a credential is spoken of.
pub const THRESHOLDS: [i64; 6] = [1, 3, 7, 15, 30, 60];
/// Why no e-mail went: the company has no server.
pub const NO_SERVER: &str = "no_server";
/// Why no e-mail went: nobody answers for the credential.
pub const NO_ADDRESS: &str = "no_address";
/// Why no e-mail went: the server did not take it.
pub const NOT_DELIVERED: &str = "not_delivered";
/// Not told: a nearer threshold was reached before.
pub const PASSED_OVER: &str = "passed_over";

/// Kind of the pending item of a credential that the bank does not accept.
const REFUSED: &str = "credential_refused";
/// A refusal that ends within so many seconds is none.
const SURE_AFTER_SECONDS: i64 = 15 * 60;
/// Letters about ends leave at daytime.
const MORNING_MINUTE: u16 = 8 * 60;

/// When credentials were last looked at, by this process.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Option<i64>>);

/// How a credential stands with its bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The bank was not asked yet.
    New,
    /// The bank may still have to activate it: it is asked again and again.
    Waiting,
    /// The bank accepts it.
    Active,
    /// The bank refuses it.
    Refused,
}

impl Standing {
    /// The word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Refused => "refused",
        }
    }
}

/// How a credential stands with its bank.
pub fn standing(credential: &Credential, now: Timestamp) -> Standing {
    match (credential.refused_at, credential.accepted_at) {
        (None, None) => Standing::New,
        (None, Some(_)) => Standing::Active,
        (Some(_), None) if is_young(credential, now) => Standing::Waiting,
        (Some(_), _) => Standing::Refused,
    }
}

/// Whether its activation may still be missing.
fn is_young(credential: &Credential, now: Timestamp) -> bool {
    activation(credential).is_some_and(|activation| gives_up_at(credential, activation) > now)
}

/// What the bank says of activation, where the last refusal may be about that.
fn activation(credential: &Credential) -> Option<&'static Activation> {
    let activation = registry::by_folder(&credential.bank)?.info().activation.as_ref()?;
    let status = u16::try_from(credential.refused_status?).ok()?;
    (credential.accepted_at.is_none() && activation.refusals.contains(&status))
        .then_some(activation)
}

fn gives_up_at(credential: &Credential, activation: &Activation) -> Timestamp {
    let seconds = i64::try_from(activation.give_up.as_secs()).unwrap_or(i64::MAX);
    after(credential.created_at, seconds)
}

/// The last bank day of a credential: that of its certificate or of the integration at the bank,
/// whichever is earlier.
pub fn ends_on(credential: &Credential) -> Option<Date> {
    [credential.not_after.map(bank_day), credential.ends_on].into_iter().flatten().min()
}

/// Bank days until a credential ends; negative when it has.
pub fn days_left(credential: &Credential, now: Timestamp) -> Option<i64> {
    Some(i64::from(days_between(bank_day(now), ends_on(credential)?)))
}

/// Tells whoever answers for them about credentials that end soon. Once an hour, at daytime.
pub(crate) fn look(world: &World) -> Result<(), Error> {
    let now = world.clock.now();
    let hour = now.as_second().div_euclid(3600);
    if *world.watch.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(hour) {
        return Ok(());
    }
    if bank_minute(now) >= MORNING_MINUTE {
        let soon = |credential: &Credential| {
            days_left(credential, now).is_some_and(|days| THRESHOLDS.iter().any(|t| days <= *t))
        };
        let in_use = world.store.read(credentials::in_use)?;
        let test = world.environment == Environment::Sandbox;
        for credential in in_use.into_iter().filter(soon) {
            world.tx(move |tx, mut ids| tell_end(tx, &mut ids, &credential, test))?;
        }
        world.bell.ring();
    }
    *world.watch.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(hour);
    Ok(())
}

fn tell_end(
    tx: &mut Tx,
    ids: &mut Ids,
    credential: &Credential,
    test: bool,
) -> Result<(), StoreError> {
    let now = ids.now();
    let (Some(end), Some(days)) = (ends_on(credential), days_left(credential, now)) else {
        return Ok(());
    };
    let mut reached = THRESHOLDS.into_iter().filter(|threshold| days <= *threshold);
    let Some(nearest) = reached.next() else { return Ok(()) };
    // Another end, as when it was prolonged, is another matter.
    let what = |threshold: i64| format!("ends {end} {threshold}");
    let names = names(tx, credential)?;
    let when = match days {
        ..0 => format!("terminou em {}", day(end)),
        0 => format!("termina hoje, {}", day(end)),
        1 => format!("termina amanhã, {}", day(end)),
        _ => format!("termina em {days} dias, em {}", day(end)),
    };
    let of_bank = credential.ends_on == Some(end);
    let thing = if of_bank { "A integração no banco" } else { "O certificado" };
    let what_to_do = match road_of(&credential.bank) {
        Some(road) if !of_bank && days >= 0 => format!(
            "use «Renovar certificado» na página da conta: o banco renova nos últimos {} dias. Passado o \
             fim, só com outro token temporário do {}. A credencial atual vale até a nova chegar.",
            road.renewal_days, road.addressee
        ),
        Some(road) if !of_bank => format!(
            "use «Pedir credencial ao banco» na página da conta: um certificado que terminou não se \
             renova, e o {} precisa mandar outro token temporário.",
            road.addressee
        ),
        _ => "crie outra integração (ou renove esta) no portal do banco, baixe o certificado e a chave, e \
              use «Trocar certificado» na página da conta. A credencial atual vale até a nova funcionar."
            .to_owned(),
    };
    let letter = Words {
        subject: format!("{thing} de {names} {when}"),
        body: format!(
            "{thing} que liga {names} ao banco {when}.\n\nDepois disso os boletos não vão mais ao \
             banco e o quita não sabe mais do que foi pago.\n\nO que fazer: {what_to_do}\n"
        ),
    };
    if tell(tx, ids, credential, &what(nearest), &letter, test)? {
        for threshold in reached {
            let notice = Notice {
                credential_id: credential.id.clone(),
                company_id: credential.company_id.clone(),
                what: what(threshold),
                mail_id: None,
                unsent: PASSED_OVER.to_owned(),
                created_at: now,
            };
            credentials::tell(tx, &notice)?;
        }
    }
    Ok(())
}

struct Words {
    subject: String,
    body: String,
}

/// Tells whoever answers for a credential, once for each `what`: by a letter where there is a
/// server and an address, else the first screen says that none went. False when it was told before.
fn tell(
    tx: &mut Tx,
    ids: &mut Ids,
    credential: &Credential,
    what: &str,
    words: &Words,
    test: bool,
) -> Result<bool, StoreError> {
    let (company, now) = (&credential.company_id, ids.now());
    let unsent = if credential.responsible.is_empty() {
        NO_ADDRESS
    } else if mails::settings(tx, company)?.is_none() {
        NO_SERVER
    } else {
        ""
    };
    let mail_id = unsent.is_empty().then(|| ids.next_id());
    let notice = Notice {
        credential_id: credential.id.clone(),
        company_id: company.clone(),
        what: what.to_owned(),
        mail_id: mail_id.clone(),
        unsent: unsent.to_owned(),
        created_at: now,
    };
    if !credentials::tell(tx, &notice)? {
        return Ok(false);
    }
    let Some(mail_id) = mail_id else { return Ok(true) };
    let mark = if test { "[TESTE – SEM VALOR] " } else { "" };
    let of = companies::get(tx, company)?.map(|company| company.name).unwrap_or_default();
    let mail = Mail {
        id: mail_id,
        company_id: company.clone(),
        boleto_id: None,
        subject: format!("{mark}{}", words.subject),
        body: format!("{}\nEmpresa: {of}\n", words.body),
        recipient: credential.responsible.clone(),
        status: Status::Waiting,
        message: String::new(),
        created_by: "system".to_owned(),
        created_at: now,
        ended_at: None,
    };
    mails::insert(tx, &mail)?;
    enqueue(tx, ids, company, Kind::Mail, &mail.id, now)?;
    Ok(true)
}

/// A letter did not go: the first screen says so, where it was one of these.
pub(crate) fn not_delivered(tx: &mut Tx, mail: &Mail) -> Result<(), StoreError> {
    credentials::unsent(tx, &mail.company_id, &mail.id, NOT_DELIVERED)
}

/// What follows from a refusal.
pub(crate) enum Next {
    /// Ask again then; what to show until then.
    Ask(Timestamp, String),
    /// Ask no more until a person acts; what to show.
    GiveUp(String),
}

/// The bank refuses a token to a credential, by this status: what to do, and whoever must know is
/// told. `why` is what the bank's answer is called otherwise.
pub(crate) fn refused(
    tx: &mut Tx,
    ids: &mut Ids,
    credential_id: &str,
    status: u16,
    why: &str,
    test: bool,
) -> Result<Next, StoreError> {
    let now = ids.now();
    let is_new = credentials::get(tx, credential_id)?.is_some_and(|c| c.refused_at.is_none());
    credentials::refused(tx, credential_id, status, now)?;
    let Some(credential) = credentials::get(tx, credential_id)? else {
        return Ok(Next::GiveUp(why.to_owned()));
    };
    let activation = activation(&credential);
    if let Some(activation) = activation {
        let give_up = gives_up_at(&credential, activation);
        if give_up > now {
            if is_new {
                changed(tx, ids, &credential, "account.waiting")?;
            }
            let at = after(now, pause(now.as_second() - credential.created_at.as_second()));
            let said = format!(
                "Aguardando ativação: o banco ainda não aceita a integração, o que costuma levar {}. \
                 O quita tenta de novo sozinho até {}. Se demorar, confira no portal se ela está ativa \
                 e se client id, client secret e certificado são os dela",
                activation.usually,
                bank_time(give_up).strftime("%d/%m/%Y %H:%M"),
            );
            return Ok(Next::Ask(at, said));
        }
    }
    let since = credential.refused_at.unwrap_or(now);
    if credential.accepted_at.is_some() && after(since, SURE_AFTER_SECONDS) > now {
        return Ok(Next::Ask(after(now, 60), why.to_owned()));
    }
    let names = names(tx, &credential)?;
    let said = match activation {
        Some(activation) => format!(
            "O banco não aceitou a integração de {names} em {} dias de tentativas. Confira no portal \
             do banco se ela está ativa e se client id, client secret e certificado são os dela; \
             depois use «Trocar certificado» ou «Testar conexão»",
            activation.give_up.as_secs() / 86_400
        ),
        None => {
            let what_to_do = match road_of(&credential.bank) {
                Some(road) => format!(
                    "Use «Testar conexão»; se o banco continuar recusando, peça ao {} outro token \
                     temporário e use «Pedir credencial ao banco»",
                    road.addressee
                ),
                None => "Confira a integração no portal do banco; se foi trocada, use «Trocar \
                         certificado»"
                    .to_owned(),
            };
            format!(
                "O banco recusa a credencial de {names} desde {} (resposta {status}): pode ter sido \
                 revogada ou trocada, ou faltar uma permissão. {what_to_do}",
                bank_time(since).strftime("%d/%m/%Y %H:%M"),
            )
        }
    };
    let words = Words {
        subject: format!("O banco recusa a credencial de {names}"),
        body: format!(
            "{said}.\n\nEnquanto isso os boletos não vão ao banco e o quita não sabe do que foi \
             pago.\n"
        ),
    };
    let what = format!("refused {}", since.as_microsecond());
    tell(tx, ids, &credential, &what, &words, test)?;
    for account in using(tx, &credential)? {
        let item = PendingItem {
            id: ids.next_id(),
            company_id: account.company_id,
            kind: REFUSED.to_owned(),
            subject: account.id,
            message: format!("{said}."),
            opened_at: now,
        };
        if pending::open(tx, &item)? {
            event(tx, ids, &item.company_id, "account.refused", &item.subject)?;
        }
    }
    Ok(match activation {
        Some(_) => Next::GiveUp(said),
        None => Next::Ask(after(now, 300), said),
    })
}

/// Seconds until a bank that has not activated an integration of this age is asked again.
const fn pause(age_seconds: i64) -> i64 {
    match age_seconds {
        ..1800 => 60,
        1800..21_600 => 300,
        _ => 1800,
    }
}

/// The bank accepts a credential. What was said of its refusal is over, and its accounts that were
/// perhaps no longer looked at are looked at again, but for the one that is looked at right now.
pub(crate) fn accepted(
    tx: &mut Tx,
    ids: &mut Ids,
    credential_id: &str,
    looked_at: &str,
) -> Result<(), StoreError> {
    let now = ids.now();
    let Some(credential) = credentials::get(tx, credential_id)? else { return Ok(()) };
    if !credentials::accepted(tx, credential_id, now)? || credential.refused_at.is_none() {
        return Ok(());
    }
    for account in using(tx, &credential)? {
        pending::close(tx, REFUSED, &account.id, "system", now)?;
        if account.id == looked_at {
            continue;
        }
        cursors::set(tx, &account.id, cursor::LAST_ERROR, "", now)?;
        enqueue(tx, ids, &account.company_id, Kind::Sync, &account.id, now)?;
    }
    changed(tx, ids, &credential, "account.accepted")
}

/// An account has another credential: what was said of the former one is over.
pub(crate) fn replaced(tx: &mut Tx, ids: &Ids, account_id: &str) -> Result<(), StoreError> {
    pending::close(tx, REFUSED, account_id, "system", ids.now())?;
    cursors::set(tx, account_id, cursor::LAST_ERROR, "", ids.now())
}

/// Open pages of the accounts show how they stand now.
fn changed(
    tx: &mut Tx,
    ids: &mut Ids,
    credential: &Credential,
    kind: &str,
) -> Result<(), StoreError> {
    for account in using(tx, credential)? {
        event(tx, ids, &account.company_id, kind, &account.id)?;
    }
    Ok(())
}

fn event(
    tx: &mut Tx,
    ids: &mut Ids,
    company_id: &str,
    kind: &str,
    account_id: &str,
) -> Result<(), StoreError> {
    let body = serde_json::json!({ "account_id": account_id }).to_string();
    events::insert(tx, &ids.next_id(), company_id, kind, account_id, &body, ids.now())
}

/// The accounts that have a credential.
pub(crate) fn using(tx: &mut Tx, credential: &Credential) -> Result<Vec<Account>, StoreError> {
    let mut all = accounts::list(tx, &credential.company_id)?;
    all.retain(|account| account.credential_id.as_ref() == Some(&credential.id));
    Ok(all)
}

/// Their names, as people read them: «Principal» e «Filial».
fn names(tx: &mut Tx, credential: &Credential) -> Result<String, StoreError> {
    let all: Vec<_> = using(tx, credential)?
        .into_iter()
        .map(|account| format!("«{}»", account.description))
        .collect();
    Ok(all.join(" e "))
}

fn day(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}
