//! Requests that take effect once, however often they are sent: the key is written down in
//! the transaction of the effect, together with the answer.

use quita_store::{StoreError, Tx, idempotency};
use serde::Serialize;

use super::Actor;
use super::issue::{Stored, check_key};
use crate::error::Error;
use crate::ids::Ids;
use crate::world::World;

/// What tells a repeated request from a new one.
#[derive(Clone, Debug)]
pub struct Request {
    /// The caller's `Idempotency-Key`.
    pub key: String,
    /// [`super::issue::fingerprint`] of method, path and body.
    pub fingerprint: String,
}

/// Runs `ready` unless its request was carried out already. What it gives is answered; what
/// `kept` makes of that is stored for repetitions, so that no secret need be.
pub(super) fn once<T, W>(
    world: &World,
    actor: &Actor,
    request: &Request,
    ready: Result<W, Error>,
    kept: fn(&T) -> T,
) -> Result<Stored, Error>
where
    T: Serialize + Send + 'static,
    W: Fn(&mut Tx, Ids) -> Result<T, StoreError> + Send + Sync + 'static,
{
    check_key(&request.key)?;
    let Request { key, fingerprint } = request.clone();
    let write = match ready {
        Ok(write) => write,
        Err(error) => return known_answer(world, actor, &key, &fingerprint, error),
    };
    let company = actor.company_id.clone();
    let json = |view: &T| {
        serde_json::to_string(view).map_err(|e| StoreError::Internal(format!("not JSON: {e}")))
    };
    let written = world.tx(move |tx, ids| {
        match idempotency::begin(tx, &company, &key, &fingerprint, ids.now())? {
            idempotency::Begun::New => {}
            known => return Ok(Err(known)),
        }
        let made = write(tx, ids)?;
        idempotency::finish(tx, &company, &key, 201, &json(&kept(&made))?)?;
        Ok(Ok(json(&made)?))
    });
    match written? {
        Ok(body) => Ok(Stored { status: 201, body: body.into(), replayed: false }),
        Err(idempotency::Begun::Replay { status, body }) => {
            Ok(Stored { status, body: body.into(), replayed: true })
        }
        Err(idempotency::Begun::OtherBody) => Err(Error::OtherBody),
        Err(_) => Err(Error::Running),
    }
}

/// A key that was used is answered as it was, whatever makes the request wrong by now.
pub(super) fn known_answer(
    world: &World,
    actor: &Actor,
    key: &str,
    fingerprint: &str,
    error: Error,
) -> Result<Stored, Error> {
    if !matches!(error, Error::Invalid(_)) {
        return Err(error);
    }
    let (company, key, print) = (actor.company_id.clone(), key.to_owned(), fingerprint.to_owned());
    match world.store.read(move |tx| idempotency::find(tx, &company, &key, &print))? {
        Some(idempotency::Begun::Replay { status, body }) => {
            Ok(Stored { status, body: body.into(), replayed: true })
        }
        Some(idempotency::Begun::OtherBody) => Err(Error::OtherBody),
        _ => Err(error),
    }
}
