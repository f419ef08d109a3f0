//! Calls by banks: kept raw before they are answered, believed only after asking.

use jiff::Timestamp;
pub use quita_banks::contract::{HttpResponse, Inbound};
use quita_banks::registry;
use quita_store::{accounts, cursors, inbox};

use crate::connection;
use crate::error::Error;
use crate::workers::{Kind, cursor, enqueue};
use crate::world::{Environment, World};

/// Largest body that is kept.
pub const BODY_MAX: usize = 1024 * 1024;

/// Headers worth keeping; the rest may hold what we should not store.
const KEPT_HEADERS: [&str; 4] = ["content-type", "x-conta-corrente", "user-agent", "x-request-id"];

/// Takes a bank's call to the address with this token. The answer leaves after the commit.
pub fn receive(world: &World, hook_token: &str, request: &Inbound) -> Result<HttpResponse, Error> {
    let token = hook_token.to_owned();
    let account = world.store.read(move |tx| accounts::by_hook_token(tx, &token))?;
    let Some(account) = account else { return Err(Error::not_found("endereço")) };
    let bank = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
    let sandbox = world.environment == Environment::Sandbox;
    let now: Timestamp = world.clock.now();
    let reply = bank.inbound(request, &connection::ctx(&account, now, sandbox));

    if reply.response.status == 404 {
        // Not an address of this bank: nothing worth keeping.
        return Ok(reply.response);
    }
    let kept: Vec<_> =
        request.headers.iter().filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str())).collect();
    let headers = serde_json::to_string(&kept).unwrap_or_default();
    let body = request.body.clone();
    world.tx(move |tx, mut ids| {
        let call = inbox::Inbound {
            id: ids.next_id(),
            company_id: account.company_id.clone(),
            account_id: account.id.clone(),
            received_at: ids.now(),
            headers: headers.clone(),
            body: body.clone(),
        };
        inbox::insert(tx, &call)?;
        let now = ids.now();
        cursors::set(tx, &account.id, cursor::LAST_CALL, &now.to_string(), now)?;
        enqueue(tx, &mut ids, &account.company_id, Kind::Sync, &account.id, now)
    })?;
    (world.crash_point)("webhook.kept");
    world.bell.ring();
    Ok(reply.response)
}
