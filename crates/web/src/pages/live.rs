//! What changes by itself: the server tells a page which things changed, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use quita_engine::desk::{events, people};
use serde::Deserialize;
use tokio::time::sleep;

use super::visitor::{self, Visitor};
use crate::app::App;

/// How often the database is asked.
const EVERY: Duration = Duration::from_millis(500);
/// The subject that stands for boletos that were not there before.
pub(super) const NEW_BOLETOS: &str = "boletos-novos";
/// Events at a time.
const LIMIT: i64 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/ao-vivo", get(follow))
}

/// Where a page stands in the list of events.
struct Follower {
    app: App,
    /// Whoever signed out, or was taken out of the company, hears no more.
    cookie: String,
    after: i64,
    waiting: Vec<String>,
}

#[derive(Deserialize)]
struct Since {
    /// The last event when the page was asked for: between that and this call much may have happened.
    depois: Option<i64>,
}

async fn follow(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Response {
    let cookie = visitor::cookie(&headers).unwrap_or_default();
    // Where a connection broke the browser says what it heard last.
    let heard = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = heard.or(since.depois).unwrap_or(who.last_event);
    let follower = Follower { app, cookie, after, waiting: Vec::new() };
    let changes = stream::unfold(follower, |mut follower| async move {
        let subject = follower.next().await?;
        let mut event = Event::default().event("changed").data(subject);
        if follower.waiting.is_empty() {
            event = event.id(follower.after.to_string());
        }
        Some((Ok::<_, Infallible>(event), follower))
    });
    Sse::new(changes).keep_alive(KeepAlive::default()).into_response()
}

impl Follower {
    /// The id of the next thing that changed; `None` where the session is over or the desk does not
    /// answer, after which the browser asks anew.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(subject) = self.waiting.pop() {
                return Some(subject);
            }
            let (cookie, after) = (self.cookie.clone(), self.after);
            let looked = self.app.ask(move |world| {
                let Some(who) = people::session(world, &cookie, false)? else { return Ok(None) };
                let found = events::list(world, &who.actor, after, LIMIT)?;
                let last = found.last().and_then(|event| event.seq).unwrap_or(after);
                let any_new = found.iter().any(|event| event.kind == "boleto.created");
                let subjects = found.into_iter().map(|event| event.subject);
                let subjects = subjects.chain(any_new.then(|| NEW_BOLETOS.to_owned()));
                Ok(Some((last, subjects.collect::<Vec<String>>())))
            });
            let (last, mut subjects) = looked.await.ok()??;
            self.after = last;
            subjects.sort_unstable();
            subjects.dedup();
            self.waiting = subjects;
            if self.waiting.is_empty() {
                sleep(EVERY).await;
            }
        }
    }
}
