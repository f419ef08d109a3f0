//! Calls by banks: kept raw before they are answered, believed only after asking.

use std::sync::Arc;

use jiff::Timestamp;
pub use quita_banks::contract::{HttpResponse, Inbound};
use quita_banks::registry;
use quita_store::accounts::{self, Account};
use quita_store::{Tx, cursors, inbox};

use crate::connection;
use crate::error::Error;
use crate::workers::{Kind, cursor, enqueue};
use crate::world::{Environment, World};

/// Largest body that is kept.
pub const BODY_MAX: usize = 1024 * 1024;

/// Headers worth keeping; the rest may hold what we should not store.
const KEPT_HEADERS: [&str; 4] = ["content-type", "x-conta-corrente", "user-agent", "x-request-id"];

/// The point at which a call is kept and not yet answered, for [`World::crash_point`].
pub const KEPT: &str = "webhook.kept";

/// Takes a bank's call to the address with this token. The answer leaves after the commit.
pub fn receive(world: &World, hook_token: &str, request: &Inbound) -> Result<HttpResponse, Error> {
    let (result, receive) = std::sync::mpsc::sync_channel(1);
    receive_then(world, hook_token, request, move |answer| {
        let _ = result.send(answer);
    });
    let answer = receive.recv().map_err(|_| Error::internal("the store gave no answer"))??;
    (world.crash_point)(KEPT);
    Ok(answer)
}

/// As [`receive`], without waiting: `done` is called after the commit, on a thread of the store.
pub fn receive_then(
    world: &World,
    hook_token: &str,
    request: &Inbound,
    done: impl FnOnce(Result<HttpResponse, Error>) + Send + 'static,
) {
    let (account, response, is_kept) = match read(world, hook_token, request) {
        Ok(read) => read,
        Err(error) => return done(Err(error)),
    };
    if !is_kept {
        return done(Ok(response));
    }
    let kept: Vec<_> =
        request.headers.iter().filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str())).collect();
    let mut ids = world.ids();
    let call = inbox::Inbound {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        account_id: account.id.clone(),
        received_at: ids.now(),
        headers: serde_json::to_string(&kept).unwrap_or_default(),
        body: request.body.clone(),
    };
    let look_at = world.companies.look_at(&account.id, call.received_at);
    let bell = Arc::clone(&world.bell);
    let keep = move |tx: &mut Tx| {
        inbox::insert(tx, &call)?;
        let (account, now) = (&call.account_id, call.received_at);
        cursors::set(tx, account, cursor::LAST_CALL, &now.to_string(), now)?;
        enqueue(tx, &mut ids.clone(), &call.company_id, Kind::Sync, account, look_at)
    };
    world.store.tx_async(keep, move |kept| {
        bell.ring();
        done(kept.map(|()| response).map_err(Error::from));
    });
}

/// Whose call it is, what the bank expects to hear, and whether there is anything to keep.
fn read(
    world: &World,
    hook_token: &str,
    request: &Inbound,
) -> Result<(Arc<Account>, HttpResponse, bool), Error> {
    let now: Timestamp = world.clock.now();
    let account = match world.companies.by_hook_token(hook_token, now) {
        Some(account) => account,
        None => {
            let token = hook_token.to_owned();
            let account = world.store.read(move |tx| accounts::by_hook_token(tx, &token))?;
            let account = Arc::new(account.ok_or_else(|| Error::not_found("endereço"))?);
            world.companies.put_hook(Arc::clone(&account), now);
            account
        }
    };
    let bank = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
    if let Some(response) = bank.answer(request) {
        return Ok((account, response, false));
    }
    let sandbox = world.environment == Environment::Sandbox;
    let reply = bank.inbound(request, &connection::ctx(&account, now, sandbox));
    // 404: not an address of this bank.
    let is_kept = reply.response.status != 404;
    Ok((account, reply.response, is_kept))
}
