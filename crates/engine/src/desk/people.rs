//! People who sign in, what they may do in each company, and their sessions.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use quita_store::sessions::{self, Session};
use quita_store::users::{self, Membership, User};
use quita_store::{StoreError, Tx, companies, events};
use sha2::{Digest as _, Sha256};

use super::customers::check_email;
use super::{Actor, Permission, tokens};
use crate::error::{Error, FieldErrors};
use crate::ids::{Ids, hex};
use crate::password;
use crate::trail::{self, Author};
use crate::world::{Environment, World};

/// What a person is in a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, people and accounts too.
    Administrator,
    /// Charges: boletos, customers, terms.
    Finance,
    /// The counter alone.
    Attendant,
    /// Looks, and changes nothing.
    ReadOnly,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 4] =
        [Self::Administrator, Self::Finance, Self::Attendant, Self::ReadOnly];

    /// The word in the database and in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Finance => "finance",
            Self::Attendant => "attendant",
            Self::ReadOnly => "read_only",
        }
    }

    /// Reads [`Role::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// On screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Administrator => "Administrador",
            Self::Finance => "Financeiro",
            Self::Attendant => "Atendente",
            Self::ReadOnly => "Somente leitura",
        }
    }

    /// What it may do.
    pub fn permissions(self) -> Vec<Permission> {
        match self {
            Self::Administrator => Permission::ALL.to_vec(),
            Self::Finance => vec![Permission::Read, Permission::Charge],
            Self::ReadOnly => vec![Permission::Read],
            Self::Attendant => Vec::new(),
        }
    }
}

/// A person to be added.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// How they sign in.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// What they are in the company, a [`Role::word`].
    pub role: String,
}

/// A person of the company.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// UUIDv7.
    pub id: String,
    /// How they sign in.
    pub email: String,
    /// Name for people.
    pub name: String,
    /// What they are here.
    pub role: Role,
}

/// Whoever signed in, for one company.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What they may do.
    pub actor: Actor,
    /// UUIDv7.
    pub user_id: String,
    /// Name for people.
    pub name: String,
    /// How they signed in.
    pub email: String,
    /// What they are in this company.
    pub role: Role,
    /// The company they work for at the moment, by name.
    pub company: String,
    /// All that they may work for: id and name.
    pub companies: Vec<(String, String)>,
    /// What every form of this session carries.
    pub csrf: String,
    /// Number of the company's last event: who looks from now on misses none after it.
    pub last_event: i64,
    token_hash: String,
}

/// A session ends when it was not used for so long: half a day, and in a sandbox, whose clock is
/// set forward at will, two months.
fn idle(world: &World) -> SignedDuration {
    match world.environment {
        Environment::Production => SignedDuration::from_hours(12),
        Environment::Sandbox => sessions::KEPT,
    }
}

/// Wrong passwords for one e-mail from one network that are forgiven at once.
const FREE_TRIES: i64 = 5;
/// The same from all networks together, in one day. So many that whoever has one network, and is
/// made to wait there, never gets so far: nobody alone keeps another one out.
const FREE_TRIES_A_DAY: i64 = 300;
/// The next one waits so long, each further one twice as long.
const FIRST_WAIT_SECONDS: i64 = 30;
/// Nobody waits longer.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// Whether nobody can sign in yet.
pub fn is_first_run(world: &World) -> Result<bool, Error> {
    Ok(!world.store.read(users::any)?)
}

/// Says everything that is wrong with a first administrator, before there is anywhere to keep
/// them.
pub fn check_first_administrator(name: &str, email: &str, password: &str) -> Result<(), Error> {
    check_first(name, email, password).map(|_| ())
}

fn check_first(name: &str, email: &str, password: &str) -> Result<Person, Error> {
    let mut errors = FieldErrors::default();
    let person = check_person(&mut errors, name, email);
    check_password(&mut errors, "password", password, email);
    errors.check()?;
    Ok(person)
}

/// Adds the first person, as administrator of every company that is there. Refused once somebody
/// can sign in.
pub fn first_administrator(
    world: &World,
    name: &str,
    email: &str,
    password: &str,
) -> Result<(), Error> {
    let person = check_first(name, email, password)?;
    let hash = password::hash(password, &*world.entropy)?;
    let added = world.tx(move |tx, mut ids| {
        if users::any(tx)? {
            return Ok(false);
        }
        let user = user(&mut ids, &person, &hash);
        users::insert(tx, &user)?;
        for company in companies::list(tx)? {
            join(tx, &mut ids, &company.id, &user.id, Role::Administrator, "system")?;
        }
        Ok(true)
    })?;
    if added {
        return Ok(());
    }
    Err(Error::conflict("not_first_run", "já existe um administrador; entre com o e-mail dele"))
}

/// Opens a session and gives its cookie; `None` where e-mail or password is wrong. After some
/// wrong ones from a network there is an error and a wait there, whatever the password; after
/// very many, everywhere. `network` is the one that asks; `None` where it is not known.
pub fn sign_in(
    world: &World,
    email: &str,
    password: &str,
    network: Option<IpAddr>,
) -> Result<Option<String>, Error> {
    let email = email.trim().to_lowercase();
    let now = world.clock.now();
    let network = network.map(|network| network.to_string()).unwrap_or_default();
    let counts = [
        (count_of(&email, &network), FREE_TRIES),
        (count_of(&email, &format!("day {}", now.as_second() / 86_400)), FREE_TRIES_A_DAY),
    ];
    let _turn = password::Turn::take()?;
    let wanted = counts.clone();
    // Counted before it is looked at: otherwise many at the same time would all be the first.
    let (user, locked) = world.tx(move |tx, ids| {
        let locked = counted(tx, &wanted, ids.now())?;
        Ok((users::by_email(tx, &email)?.filter(|_| locked.is_none()), locked))
    })?;
    if let Some(until) = locked {
        return Err(locked_error(until, now));
    }
    let password = &password[..password.floor_char_boundary(password::LENGTH_MAX)];
    let right = password::is_right(password, user.as_ref().map(|user| user.password_hash.as_str()));
    let Some(user) = user.filter(|_| right) else { return Ok(None) };
    let cookie = world.tx(move |tx, mut ids| {
        forgiven(tx, &counts)?;
        let Some(first) = users::memberships(tx, &user.id)?.into_iter().next() else {
            return Ok(None);
        };
        let cookie = format!("{}{}", ids.next_token(), ids.next_token());
        let session = Session {
            token_hash: tokens::hash(&cookie),
            user_id: user.id.clone(),
            company_id: first.company_id,
            csrf: ids.next_token(),
            created_at: ids.now(),
            seen_at: ids.now(),
        };
        sessions::insert(tx, &session)?;
        let name = format!("user:{}", user.id);
        let author = Author { company_id: &session.company_id, actor: &name };
        let details = serde_json::json!({});
        trail::record(tx, &mut ids, author, "user.signed_in", &user.id, &details)?;
        Ok(Some(cookie))
    })?;
    if cookie.is_none() {
        let message = "esta pessoa não trabalha mais em nenhuma empresa daqui";
        return Err(Error::conflict("no_company", message));
    }
    Ok(cookie)
}

/// What wrong passwords are counted for. Whose e-mails they are is not kept.
fn count_of(email: &str, part: &str) -> String {
    hex(&Sha256::digest(format!("{email}\0{part}").as_bytes()))
}

/// Counts a try as wrong, until it is [`forgiven`]. Where too many were, gives until when there
/// is no other.
fn counted(
    tx: &mut Tx,
    counts: &[(String, i64)],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    for (of, free) in counts {
        let failures = sessions::failures(tx, of)?;
        let until = failures.and_then(|(count, last)| locked_until(count - free, last));
        if until.is_some_and(|until| until > now) {
            return Ok(until);
        }
    }
    for (of, _) in counts {
        sessions::failed(tx, of, now)?;
    }
    Ok(None)
}

fn forgiven(tx: &mut Tx, counts: &[(String, i64)]) -> Result<(), StoreError> {
    counts.iter().try_for_each(|(of, _)| sessions::forgive(tx, of))
}

fn locked_error(until: Timestamp, now: Timestamp) -> Error {
    let minutes = (until.as_second() - now.as_second()) / 60 + 1;
    let message = format!("muitas senhas erradas; tente de novo em {minutes} min");
    Error::conflict("locked", message)
}

/// Until when there is no other try after so many wrong ones too many.
fn locked_until(too_many: i64, last: Timestamp) -> Option<Timestamp> {
    let doublings = u32::try_from(too_many).ok()?.min(10);
    let seconds = (FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS);
    last.checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Whoever has this cookie; `None` when its session is over. What a page asks for by itself is no
/// use: otherwise an open page would keep its session for ever.
pub fn session(world: &World, cookie: &str, is_use: bool) -> Result<Option<SignedIn>, Error> {
    let token_hash = tokens::hash(cookie);
    let wanted = token_hash.clone();
    let found = world.store.read(move |tx| {
        let Some(session) = sessions::get(tx, &wanted)? else { return Ok(None) };
        let Some(user) = users::get(tx, &session.user_id)? else { return Ok(None) };
        let mut works_for = Vec::new();
        for membership in users::memberships(tx, &user.id)? {
            if let Some(company) = companies::get(tx, &membership.company_id)? {
                let name = [company.trade_name, company.name].into_iter().find(|n| !n.is_empty());
                works_for.push((membership, name.unwrap_or_default()));
            }
        }
        // Taken out of the company they were at, they go on at another.
        let here = works_for.iter().position(|(m, _)| m.company_id == session.company_id);
        let here = here.unwrap_or_default();
        let last_event = match works_for.get(here) {
            Some((membership, _)) => events::last(tx, &membership.company_id)?,
            None => 0,
        };
        Ok(Some((session, user, works_for, here, last_event)))
    })?;
    let now = world.clock.now();
    let Some((session, user, works_for, here, last_event)) = found else { return Ok(None) };
    let over = session.seen_at.checked_add(idle(world)).is_ok_and(|end| end < now);
    if over {
        return Ok(None);
    }
    let Some((membership, company)) = works_for.get(here) else { return Ok(None) };
    let Some(role) = Role::from_word(&membership.role) else { return Ok(None) };
    if is_use && now.duration_since(session.seen_at) >= SignedDuration::from_mins(1) {
        let hash = token_hash.clone();
        world.tx(move |tx, ids| sessions::seen(tx, &hash, ids.now()))?;
    }
    Ok(Some(SignedIn {
        actor: Actor {
            name: format!("user:{}", user.id),
            company_id: membership.company_id.clone(),
            permissions: role.permissions(),
        },
        user_id: user.id,
        name: user.name,
        email: user.email,
        role,
        company: company.clone(),
        // Of this company alone: a page of another one, left open in another tab, acts on neither.
        csrf: tokens::hash(&format!("{}{}", session.csrf, membership.company_id)),
        companies: works_for.into_iter().map(|(m, name)| (m.company_id, name)).collect(),
        token_hash,
        last_event,
    }))
}

/// Ends the session.
pub fn sign_out(world: &World, who: &SignedIn) -> Result<(), Error> {
    let hash = who.token_hash.clone();
    Ok(world.tx(move |tx, _| sessions::end(tx, &hash))?)
}

/// Goes on for another company.
pub fn switch(world: &World, who: &SignedIn, company_id: &str) -> Result<(), Error> {
    if !who.companies.iter().any(|(id, _)| id == company_id) {
        return Err(Error::not_found("empresa"));
    }
    let (hash, company_id) = (who.token_hash.clone(), company_id.to_owned());
    Ok(world.tx(move |tx, _| sessions::switch(tx, &hash, &company_id))?)
}

/// The people of the company.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<PersonView>, Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let people = world.store.read(move |tx| users::of_company(tx, &company))?;
    let view = |(user, role): (User, String)| {
        let role = Role::from_word(&role)?;
        Some(PersonView { id: user.id, email: user.email, name: user.name, role })
    };
    Ok(people.into_iter().filter_map(view).collect())
}

/// Adds a person to the company. Whoever is new here gets a password that is told once; whoever
/// works for another company keeps theirs, and nothing is told.
pub fn add(world: &World, actor: &Actor, new: &NewPerson) -> Result<Option<String>, Error> {
    actor.must(Permission::Configure)?;
    let mut errors = FieldErrors::default();
    let person = check_person(&mut errors, &new.name, &new.email);
    let role = Role::from_word(&new.role);
    if role.is_none() {
        errors.add("role", "invalid", "escolha o que esta pessoa pode fazer");
    }
    errors.check()?;
    let Some(role) = role else { return Err(Error::internal("role")) };
    let first_password = world.ids().next_letters(16);
    let hash = password::hash(&first_password, &*world.entropy)?;
    let (company, author) = (actor.company_id.clone(), actor.name.clone());
    let is_new = world.tx(move |tx, mut ids| {
        let known = users::by_email(tx, &person.email)?;
        let is_new = known.is_none();
        let id = match known {
            Some(user) => user.id,
            None => {
                let user = user(&mut ids, &person, &hash);
                users::insert(tx, &user)?;
                user.id
            }
        };
        if users::membership(tx, &id, &company)?.is_some() {
            return Err(StoreError::refused("member"));
        }
        join(tx, &mut ids, &company, &id, role, &author)?;
        Ok(is_new)
    });
    match is_new {
        Err(StoreError::Refused(_) | StoreError::Conflict { .. }) => {
            Err(Error::invalid("email", "taken", "esta pessoa já trabalha nesta empresa"))
        }
        other => Ok(other?.then_some(first_password)),
    }
}

/// Gives a person of the company another role. The company keeps an administrator.
pub fn set_role(world: &World, actor: &Actor, user_id: &str, role: Role) -> Result<(), Error> {
    change(world, actor, user_id, Some(role))
}

/// Takes a person out of the company, which keeps an administrator.
pub fn remove(world: &World, actor: &Actor, user_id: &str) -> Result<(), Error> {
    change(world, actor, user_id, None)
}

fn change(world: &World, actor: &Actor, user_id: &str, role: Option<Role>) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let (company, id, author) = (actor.company_id.clone(), user_id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        if users::membership(tx, &id, &company)?.is_none() {
            return Ok(Changed::Unknown);
        }
        let administrators = users::with_role(tx, &company, Role::Administrator.word())?;
        if role != Some(Role::Administrator) && administrators == [id.clone()] {
            return Ok(Changed::Refused);
        }
        match role {
            Some(role) => join(tx, &mut ids, &company, &id, role, &author)?,
            None => {
                users::leave(tx, &id, &company)?;
                let author = Author { company_id: &company, actor: &author };
                let details = serde_json::json!({});
                trail::record(tx, &mut ids, author, "user.removed", &id, &details)?;
            }
        }
        Ok(Changed::Done)
    })?;
    match done {
        Changed::Done => Ok(()),
        Changed::Unknown => Err(Error::not_found("pessoa")),
        Changed::Refused => Err(Error::conflict(
            "last_administrator",
            "a empresa ficaria sem administrador; dê antes esse papel a outra pessoa",
        )),
    }
}

enum Changed {
    Done,
    Unknown,
    Refused,
}

/// Gives a person of the company a new password, which is told once, and ends their sessions.
/// Refused for somebody who works for another company too: its administrators trust that
/// password as well.
pub fn reset_password(world: &World, actor: &Actor, user_id: &str) -> Result<String, Error> {
    actor.must(Permission::Configure)?;
    let password = world.ids().next_letters(16);
    let hash = password::hash(&password, &*world.entropy)?;
    let (company, id, author) = (actor.company_id.clone(), user_id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        let works_for = users::memberships(tx, &id)?;
        if !works_for.iter().any(|m| m.company_id == company) {
            return Ok(Changed::Unknown);
        }
        if works_for.len() > 1 {
            return Ok(Changed::Refused);
        }
        set_password(tx, &mut ids, &company, &id, &hash, "", &author)?;
        Ok(Changed::Done)
    })?;
    match done {
        Changed::Done => Ok(password),
        Changed::Unknown => Err(Error::not_found("pessoa")),
        Changed::Refused => Err(Error::conflict(
            "works_elsewhere",
            "esta pessoa trabalha também em outra empresa; ela mesma troca a senha",
        )),
    }
}

/// Gives anybody a new password, told once, and ends their sessions: for the owner of the machine,
/// when an administrator lost theirs.
pub fn owner_resets_password(world: &World, email: &str) -> Result<String, Error> {
    let password = world.ids().next_letters(16);
    let hash = password::hash(&password, &*world.entropy)?;
    let email = email.trim().to_lowercase();
    let known = world.tx(move |tx, mut ids| {
        let Some(user) = users::by_email(tx, &email)? else { return Ok(false) };
        // Of whom no company keeps a trail, there is none.
        users::set_password(tx, &user.id, &hash)?;
        sessions::end_of_user(tx, &user.id, "")?;
        for membership in users::memberships(tx, &user.id)? {
            password_changed(tx, &mut ids, &membership.company_id, &user.id, "system")?;
        }
        Ok(true)
    })?;
    if known {
        Ok(password)
    } else {
        Err(Error::NotFound("não há ninguém com este e-mail".into()))
    }
}

/// Changes one's own password; other sessions of the same person end.
pub fn change_password(
    world: &World,
    who: &SignedIn,
    current: &str,
    new: &str,
) -> Result<(), Error> {
    let (id, now) = (who.user_id.clone(), world.clock.now());
    let mut errors = FieldErrors::default();
    let _turn = password::Turn::take()?;
    // Whoever finds an open session must not find out the password there.
    let counts = [(count_of(&who.email, "own password"), FREE_TRIES)];
    let wanted = counts.clone();
    let (user, locked) = world.tx(move |tx, ids| {
        let locked = counted(tx, &wanted, ids.now())?;
        Ok((users::get(tx, &id)?, locked))
    })?;
    if let Some(until) = locked {
        return Err(locked_error(until, now));
    }
    if password::is_right(current, user.as_ref().map(|user| user.password_hash.as_str())) {
        world.tx(move |tx, _| forgiven(tx, &counts))?;
    } else {
        errors.add("current", "wrong", "não é a senha atual");
    }
    check_password(&mut errors, "password", new, &who.email);
    errors.check()?;
    let hash = password::hash(new, &*world.entropy)?;
    let (company, id) = (who.actor.company_id.clone(), who.user_id.clone());
    let (token_hash, author) = (who.token_hash.clone(), who.actor.name.clone());
    world.tx(move |tx, mut ids| {
        set_password(tx, &mut ids, &company, &id, &hash, &token_hash, &author)
    })?;
    Ok(())
}

fn set_password(
    tx: &mut Tx,
    ids: &mut Ids,
    company_id: &str,
    user_id: &str,
    hash: &str,
    except: &str,
    author: &str,
) -> Result<(), StoreError> {
    users::set_password(tx, user_id, hash)?;
    sessions::end_of_user(tx, user_id, except)?;
    password_changed(tx, ids, company_id, user_id, author)
}

fn password_changed(
    tx: &mut Tx,
    ids: &mut Ids,
    company_id: &str,
    user_id: &str,
    author: &str,
) -> Result<(), StoreError> {
    let author = Author { company_id, actor: author };
    trail::record(tx, ids, author, "user.password_changed", user_id, &serde_json::json!({}))
}

#[derive(Clone)]
struct Person {
    email: String,
    name: String,
}

fn user(ids: &mut Ids, person: &Person, hash: &str) -> User {
    User {
        id: ids.next_id(),
        email: person.email.clone(),
        name: person.name.clone(),
        password_hash: hash.to_owned(),
        created_at: ids.now(),
    }
}

fn join(
    tx: &mut Tx,
    ids: &mut Ids,
    company_id: &str,
    user_id: &str,
    role: Role,
    author: &str,
) -> Result<(), StoreError> {
    let membership = Membership {
        user_id: user_id.to_owned(),
        company_id: company_id.to_owned(),
        role: role.word().to_owned(),
        created_at: ids.now(),
    };
    users::join(tx, &membership)?;
    let author = Author { company_id, actor: author };
    let details = serde_json::json!({ "role": role.word() });
    trail::record(tx, ids, author, "user.role_given", user_id, &details)
}

fn check_person(errors: &mut FieldErrors, name: &str, email: &str) -> Person {
    let person = Person { email: email.trim().to_lowercase(), name: name.trim().to_owned() };
    if person.name.is_empty() {
        errors.add("name", "missing", "informe o nome");
    }
    if person.email.is_empty() {
        errors.add("email", "missing", "informe o e-mail, com que a pessoa entra");
    }
    check_email(errors, "email", &person.email);
    person
}

fn check_password(errors: &mut FieldErrors, field: &str, password: &str, email: &str) {
    let length = password.chars().count();
    if length < password::LENGTH_MIN {
        let message = format!("use ao menos {} caracteres; uma frase é boa", password::LENGTH_MIN);
        errors.add(field, "too_short", message);
    } else if password.len() > password::LENGTH_MAX {
        errors.add(field, "too_long", format!("use até {} caracteres", password::LENGTH_MAX));
    } else if password.eq_ignore_ascii_case(email.trim()) {
        errors.add(field, "easy", "não use o próprio e-mail como senha");
    }
}
