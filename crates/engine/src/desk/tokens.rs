//! Tokens by which programs of a company come in.

use jiff::Timestamp;
use quita_store::tokens::{self, ApiToken};
use quita_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::issue::Stored;
use super::once::{Request, once};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::{Ids, hex};
use crate::trail::{self, Author};
use crate::world::World;

/// A token to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Name for people: which program uses it.
    pub name: String,
    /// Any of `read`, `charge`, `configure`.
    pub scopes: Vec<String>,
}

/// A token just made. Its text is never shown again.
#[derive(Clone, Serialize, ToSchema)]
pub struct MadeToken {
    /// UUIDv7; the actor is `application:ID`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The token itself, for the header `Authorization: Bearer …`; empty in a repeated answer.
    pub token: String,
    /// For people: what to do with it.
    pub notice: &'static str,
}

/// Makes a token.
pub fn create(world: &World, actor: &Actor, new: &NewToken) -> Result<MadeToken, Error> {
    Ok(world.tx(prepare(actor, new)?)?)
}

/// As [`create`], once for each key. A repeated answer is without the token's text, which is
/// not stored.
pub fn create_once(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewToken,
) -> Result<Stored, Error> {
    once(world, actor, request, prepare(actor, new), |made: &MadeToken| MadeToken {
        token: String::new(),
        notice: "o texto deste token já foi mostrado e não fica guardado; se o perdeu, revogue-o \
                 e crie outro",
        ..made.clone()
    })
}

fn prepare(
    actor: &Actor,
    new: &NewToken,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<MadeToken, StoreError> + use<>, Error> {
    actor.must(Permission::Configure)?;
    let mut errors = FieldErrors::default();
    if new.name.trim().is_empty() {
        errors.add("name", "missing", "diga que programa usará o token");
    }
    if new.scopes.is_empty() {
        errors.add("scopes", "missing", "escolha ao menos uma permissão");
    }
    for (i, scope) in new.scopes.iter().enumerate() {
        match Permission::from_word(scope) {
            None => {
                let message = "use read, charge ou configure";
                errors.add(format!("scopes[{i}]"), "invalid", message);
            }
            Some(permission) => actor.must(permission)?,
        }
    }
    errors.check()?;
    let (company, name, scopes) = (actor.company_id.clone(), new.name.clone(), new.scopes.clone());
    let author = actor.name.clone();
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let text = format!("quita_{}{}", ids.next_token(), ids.next_token());
        let row = ApiToken {
            id: ids.next_id(),
            company_id: company.clone(),
            name: name.clone(),
            scopes: scopes.join(" "),
            token_hash: hash(&text),
            created_at: ids.now(),
            revoked_at: None,
        };
        tokens::insert(tx, &row)?;
        let details = serde_json::json!({"scopes": row.scopes});
        let author = Author { company_id: &company, actor: &author };
        trail::record(tx, &mut ids, author, "token.created", &row.id, &details)?;
        Ok(MadeToken {
            id: row.id,
            name: row.name,
            scopes: scopes.clone(),
            token: text,
            notice: "guarde este token agora: ele não será mostrado de novo",
        })
    })
}

/// Whoever holds this token; `None` for an unknown or withdrawn one.
pub fn actor(world: &World, token: &str) -> Result<Option<Actor>, Error> {
    let hash = hash(token);
    let found = world.store.read(move |tx| tokens::by_hash(tx, &hash))?;
    Ok(found.filter(|t| t.revoked_at.is_none()).map(|t| Actor {
        name: format!("application:{}", t.id),
        company_id: t.company_id,
        permissions: t.scopes.split(' ').filter_map(Permission::from_word).collect(),
    }))
}

/// A token as people see it.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// UUIDv7.
    pub id: String,
    /// Which program uses it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

/// The tokens of the company, newest first.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<TokenView>, Error> {
    actor.must(Permission::Configure)?;
    let company = actor.company_id.clone();
    let rows = world.store.read(move |tx| tokens::list(tx, &company))?;
    let view = |token: ApiToken| TokenView {
        scopes: token.scopes.split(' ').map(str::to_owned).collect(),
        id: token.id,
        name: token.name,
        created_at: token.created_at,
        revoked_at: token.revoked_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Withdraws a token.
pub fn revoke(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let actor = actor.name.clone();
    let revoked = world.tx(move |tx, mut ids| {
        let revoked = tokens::revoke(tx, &company, &id, ids.now())?;
        if revoked {
            let author = Author { company_id: &company, actor: &actor };
            let details = serde_json::json!({});
            trail::record(tx, &mut ids, author, "token.revoked", &id, &details)?;
        }
        Ok(revoked)
    })?;
    if revoked { Ok(()) } else { Err(Error::not_found("token")) }
}

/// What is kept of a token, and what it is known by in memory. It has 256 unpredictable bits,
/// so that a plain hash of it cannot be turned back.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}
