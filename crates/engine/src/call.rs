//! One call to a bank: token, budget, request, answer, meaning.
//!
//! In two halves, so that the intent can be committed between them: whatever fails in
//! [`prepare`] was certainly not sent.

use std::time::Duration;

use jiff::Timestamp;
use quita_banks::contract::{HttpRequest, Op, Outcome};
use quita_banks::info::Auth;
use quita_core::fact::Refusal;
use serde::Deserialize;

use crate::clock::after;
use crate::connection::Connection;
use crate::error::Error;
use crate::secret::Secret;
use crate::token;
use crate::wire::{WireError, WireRequest, encode_form, encode_query};
use crate::world::World;

/// Why a call waits though nothing is wrong: it would be one too many in a minute.
const NO_BUDGET: &str = "limite de chamadas por minuto do banco";

/// The same: another worker is asking the bank for the token that this call needs.
const TOKEN_ASKED_FOR: &str = "o token do banco já foi pedido e ainda não chegou";

/// Whoever waits for an answer waits so long for a token that somebody else has asked for. A job
/// does not wait: it comes back.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a call with this reason only has to wait its turn.
pub(crate) fn is_no_trouble(reason: &str) -> bool {
    [NO_BUDGET, TOKEN_ASKED_FOR].contains(&reason)
}

/// A call that may go out now.
pub struct Prepared {
    op: Op,
    request: HttpRequest,
    token: Option<Secret<String>>,
    patience: Duration,
}

/// Why a call cannot go out now. Nothing was sent.
#[derive(Debug)]
pub enum NotNow {
    /// Try again from this instant on.
    Later {
        /// When.
        at: Timestamp,
        /// For people.
        reason: String,
    },
    /// It will never go out like this: a person must correct something.
    Never(Refusal),
}

/// How a call ended.
#[derive(Debug)]
pub enum Called {
    /// The bank answered, or its silence was judged.
    Answered(Outcome),
    /// It certainly did not reach the bank.
    NotSent(String),
}

/// Everything before the request itself: breaker, token, budget. Waits for nobody.
pub fn prepare(world: &World, connection: &Connection, op: Op) -> Result<Prepared, NotNow> {
    prepare_within(world, connection, op, Duration::ZERO)
}

fn prepare_within(
    world: &World,
    connection: &Connection,
    op: Op,
    patience: Duration,
) -> Result<Prepared, NotNow> {
    let now = world.clock.now();
    let credential = connection.credential_id.as_str();
    let request = connection.bank.request(&op, &connection.ctx(now)).map_err(|unsupported| {
        NotNow::Never(Refusal {
            code: "unsupported".into(),
            message: format!(
                "{} não oferece esta operação ({:?})",
                connection.bank.info().name,
                unsupported.operation
            ),
            field: None,
        })
    })?;
    world
        .breakers
        .check(credential, now)
        .map_err(|at| NotNow::Later { at, reason: "o banco não está respondendo".into() })?;
    let token = match &connection.bank.info().auth {
        Auth::None => None,
        Auth::ClientCredentials { .. } => {
            Some(token_or_wait(world, connection, request.scopes, patience)?)
        }
    };
    take_budget(world, connection, request.limit)
        .map_err(|(at, reason)| NotNow::Later { at, reason })?;
    Ok(Prepared { op, request, token, patience })
}

/// Sends what was prepared and says what the answer means.
pub fn send(world: &World, connection: &Connection, prepared: Prepared) -> Result<Called, Error> {
    let Prepared { op, request, mut token, patience } = prepared;
    let peer = connection.peer(request.host)?;
    let credential = connection.credential_id.as_str();
    for last in [false, true] {
        let mut headers = request.headers.clone();
        if let Some(token) = &token {
            headers.push(("authorization".into(), format!("Bearer {}", token.expose())));
        }
        headers.extend(connection.bank.client_headers(&connection.client_id));
        let wire_request = WireRequest {
            method: request.method,
            path: format!("{}{}", request.path, encode_query(&request.query)),
            headers,
            body: request.body.clone(),
        };
        let answer = world.wire.send(&peer, &wire_request);
        let now = world.clock.now();
        let outcome = match answer {
            Ok(answer) => {
                tracing::info!(
                    bank = connection.bank.info().folder,
                    operation = ?op.kind(),
                    status = answer.status,
                    "call"
                );
                if answer.status >= 500 {
                    world.breakers.failed(credential, now);
                } else {
                    world.breakers.answered(credential);
                }
                connection.bank.outcome(&op, &answer, &connection.ctx(now))
            }
            Err(WireError::NotSent(reason)) => {
                tracing::warn!(operation = ?op.kind(), reason, "not sent");
                world.breakers.failed(credential, now);
                return Ok(Called::NotSent(reason));
            }
            Err(WireError::NoAnswer(reason)) => {
                tracing::warn!(operation = ?op.kind(), reason, "no answer");
                world.breakers.failed(credential, now);
                Outcome::Unknown { reason }
            }
        };
        match outcome {
            // The bank did nothing; once, the token may merely have ended early.
            Outcome::Unauthorized if !last => {
                if let Some(refused) = &token {
                    let scopes = request.scopes.join(" ");
                    token::drop_refused(world, credential, &scopes, refused)?;
                }
                token = match token_or_wait(world, connection, request.scopes, patience) {
                    Ok(token) => Some(token),
                    Err(NotNow::Later { reason, .. }) => return Ok(Called::NotSent(reason)),
                    Err(NotNow::Never(refusal)) => {
                        return Ok(Called::Answered(Outcome::Rejected(refusal)));
                    }
                };
            }
            outcome => return Ok(Called::Answered(outcome)),
        }
    }
    Ok(Called::NotSent("o banco não aceitou o token".into()))
}

/// [`prepare`] and [`send`] in one, for questions that change nothing.
pub fn ask(
    world: &World,
    connection: &Connection,
    op: Op,
) -> Result<Result<Called, NotNow>, Error> {
    ask_within(world, connection, op, Duration::ZERO)
}

/// As [`ask`], for somebody who waits for the answer.
pub fn ask_for_person(
    world: &World,
    connection: &Connection,
    op: Op,
) -> Result<Result<Called, NotNow>, Error> {
    ask_within(world, connection, op, PATIENCE)
}

fn ask_within(
    world: &World,
    connection: &Connection,
    op: Op,
    patience: Duration,
) -> Result<Result<Called, NotNow>, Error> {
    match prepare_within(world, connection, op, patience) {
        Ok(prepared) => Ok(Ok(send(world, connection, prepared)?)),
        Err(not_now) => Ok(Err(not_now)),
    }
}

/// Takes one call from the budget, or tells from when on there will be one, and why.
fn take_budget(
    world: &World,
    connection: &Connection,
    limit: &'static str,
) -> Result<(), (Timestamp, String)> {
    let sandbox = world.environment == crate::world::Environment::Sandbox
        && connection.account.hosts.is_empty();
    let Some(per_minute) = connection.bank.info().limit(limit, sandbox) else { return Ok(()) };
    if !world.settings.keep_limits {
        return Ok(());
    }
    world
        .rates
        .take(&connection.credential_id, limit, per_minute, world.clock.now())
        .map_err(|at| (at, NO_BUDGET.into()))
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum NoToken {
    /// The bank refused: wrong credential, or a permission that it lacks.
    Refused {
        /// HTTP status.
        status: u16,
        /// When to ask again.
        at: Timestamp,
    },
    /// The bank could not be asked, or did not answer as it should.
    Later {
        /// When to ask again.
        at: Timestamp,
        /// For people.
        reason: String,
    },
}

fn token_or_wait(
    world: &World,
    connection: &Connection,
    scopes: &'static [&'static str],
    patience: Duration,
) -> Result<Secret<String>, NotNow> {
    token_for(world, connection, scopes, patience).map_err(|none| match none {
        NoToken::Later { at, reason } => NotNow::Later { at, reason },
        NoToken::Refused { status, at } => NotNow::Later {
            at,
            reason: format!(
                "o banco recusou a credencial ({status}); confira client id, client secret, \
                 certificado e se a integração tem as permissões: {}",
                scopes.join(" ")
            ),
        },
    })
}

/// A token for these scopes: kept, or from the bank, which one caller asks at a time. The others
/// wait for it so long, and no longer.
pub(crate) fn token_for(
    world: &World,
    connection: &Connection,
    scopes: &[&str],
    patience: Duration,
) -> Result<Secret<String>, NoToken> {
    let Auth::ClientCredentials { host, path, limit, margin } = &connection.bank.info().auth else {
        return Ok(Secret::new(String::new()));
    };
    let now = world.clock.now();
    let credential = connection.credential_id.as_str();
    let scope = scopes.join(" ");
    let later = |seconds: i64, reason: String| NoToken::Later { at: after(now, seconds), reason };
    let kept = || token::recall(world, credential, &scope).map_err(|e| later(5, e.to_string()));
    if let Some(token) = kept()? {
        return Ok(token);
    }
    let Some(_asking) = world.tokens.begin_asking(credential, &scope, patience) else {
        return Err(later(1, TOKEN_ASKED_FOR.into()));
    };
    // Whoever asked before may have got it.
    if let Some(token) = kept()? {
        return Ok(token);
    }
    take_budget(world, connection, limit).map_err(|(at, reason)| NoToken::Later { at, reason })?;
    let peer = connection.peer(host).map_err(|e| later(60, e.to_string()))?;
    let secret = String::from_utf8_lossy(connection.client_secret.expose()).into_owned();
    let mut form = vec![
        ("client_id", connection.client_id.as_str()),
        ("client_secret", &secret),
        ("grant_type", "client_credentials"),
    ];
    if !scope.is_empty() {
        form.push(("scope", &scope));
    }
    let body = encode_form(&form);
    let request = WireRequest {
        method: "POST",
        path: (*path).to_owned(),
        headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
        body: body.into_bytes(),
    };
    let answer = world.wire.send(&peer, &request).map_err(|e| {
        world.breakers.failed(credential, world.clock.now());
        later(5, format!("o token não pôde ser pedido: {e}"))
    })?;
    match answer.status {
        200..=299 => {
            let parsed: TokenAnswer = serde_json::from_slice(&answer.body)
                .map_err(|_| later(15, "a resposta do token não se entende".into()))?;
            world.breakers.answered(credential);
            let margin = i64::try_from(margin.as_secs()).unwrap_or(60);
            let life = (parsed.expires_in.unwrap_or(300) - margin).max(1);
            let token = Secret::new(parsed.access_token);
            token::keep(world, credential, &scope, &token, after(now, life))
                .map_err(|e| later(5, e.to_string()))?;
            (world.crash_point)("token.kept");
            Ok(token)
        }
        429 => Err(later(60, "o banco pediu para esperar antes de dar outro token".into())),
        500.. => {
            world.breakers.failed(credential, now);
            Err(later(15, format!("o serviço de token do banco falhou ({})", answer.status)))
        }
        status => {
            world.tokens.refuse(credential, &scope, status);
            Err(NoToken::Refused { status, at: after(now, 60) })
        }
    }
}
