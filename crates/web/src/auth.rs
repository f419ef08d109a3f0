//! Who asks: `Authorization: Bearer quita_…`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::Timestamp;
use quita_engine::clock::after;
use quita_engine::desk::{Actor, tokens};

use crate::app::App;
use crate::problem::Problem;

/// A token withdrawn through another node is still taken for so many seconds.
const FRESH_SECONDS: i64 = 5;
/// So many tokens are remembered; beyond, all are forgotten.
const KNOWN_MAX: usize = 10_000;

/// Whoever sent the request. Refused without a valid token.
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(token) = bearer(parts) else { return Err(Problem::unauthorized()) };
        let hash = tokens::hash(token);
        let now = app.world.clock.now();
        if let Some(actor) = app.known_tokens.get(&hash, now) {
            return Ok(Self(actor));
        }
        let edition = app.known_tokens.edition();
        let token = token.to_owned();
        let actor = app.desk(move |world| tokens::actor(world, &token)).await?;
        let actor = actor.ok_or_else(Problem::unauthorized)?;
        app.known_tokens.put(hash, actor.clone(), now, edition);
        Ok(Self(actor))
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Tokens of the last seconds, by hash, so that a request need not read them each time.
#[derive(Default)]
pub(crate) struct KnownTokens(Mutex<Known>);

#[derive(Default)]
struct Known {
    actors: HashMap<String, (Timestamp, Actor)>,
    /// Grows whenever all is forgotten: what was read before may not be put after.
    edition: u64,
}

impl KnownTokens {
    fn get(&self, hash: &str, now: Timestamp) -> Option<Actor> {
        let known = self.lock();
        let (since, actor) = known.actors.get(hash)?;
        (after(*since, FRESH_SECONDS) > now).then(|| actor.clone())
    }

    fn edition(&self) -> u64 {
        self.lock().edition
    }

    fn put(&self, hash: String, actor: Actor, now: Timestamp, edition: u64) {
        let mut known = self.lock();
        if known.edition != edition {
            return;
        }
        if known.actors.len() >= KNOWN_MAX {
            known.actors.clear();
        }
        known.actors.insert(hash, (now, actor));
    }

    /// Forgets all, as after a token was withdrawn.
    pub(crate) fn forget(&self) {
        let mut known = self.lock();
        known.edition += 1;
        known.actors.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
