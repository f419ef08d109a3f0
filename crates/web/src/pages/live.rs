//! What changes by itself: the server tells a page which things changed, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use quita_engine::desk::{Actor, events};
use tokio::time::sleep;

use super::visitor::Visitor;
use crate::app::App;

/// How often the database is asked.
const EVERY: Duration = Duration::from_millis(500);
/// Events at a time.
const LIMIT: i64 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/ao-vivo", get(follow))
}

/// Where a page stands in the list of events.
struct Follower {
    app: App,
    actor: Actor,
    /// `None` before the first look: what happened before does not matter.
    after: Option<i64>,
    waiting: Vec<String>,
}

async fn follow(State(app): State<App>, Visitor(who): Visitor) -> Response {
    let follower = Follower { app, actor: who.actor, after: None, waiting: Vec::new() };
    let changes = stream::unfold(follower, |mut follower| async move {
        let subject = follower.next().await?;
        Some((Ok::<_, Infallible>(Event::default().event("changed").data(subject)), follower))
    });
    Sse::new(changes).keep_alive(KeepAlive::default()).into_response()
}

impl Follower {
    /// The id of the next thing that changed; `None` where the desk does not answer any more,
    /// after which the browser asks anew.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(subject) = self.waiting.pop() {
                return Some(subject);
            }
            let (actor, after) = (self.actor.clone(), self.after);
            let looked = self.app.ask(move |world| match after {
                None => Ok((events::last(world, &actor)?, Vec::new())),
                Some(after) => {
                    let found = events::list(world, &actor, after, LIMIT)?;
                    let last = found.last().and_then(|event| event.seq).unwrap_or(after);
                    Ok((last, found.into_iter().map(|event| event.subject).collect()))
                }
            });
            let (last, mut subjects) = looked.await.ok()?;
            self.after = Some(last);
            subjects.sort_unstable();
            subjects.dedup();
            self.waiting = subjects;
            if self.waiting.is_empty() {
                sleep(EVERY).await;
            }
        }
    }
}
