//! Wait for a bank's answer to an order, for callers who want it at once.

use std::time::Duration;

use quita_core::fold::Status;
use quita_engine::desk::issue::Stored;
use quita_engine::desk::{Actor, read};
use quita_engine::error::Error;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
use crate::problem::Problem;

/// Longest wait in seconds.
const WAIT_MAX: u64 = 30;
/// First pause between two looks; each is longer, up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(250);

/// Reads `10s`.
pub(crate) fn read(text: &str) -> Result<Option<Duration>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.strip_suffix('s').unwrap_or(text).parse() {
        Ok(seconds @ 1..=WAIT_MAX) => Ok(Some(Duration::from_secs(seconds))),
        _ => Err(Error::invalid("wait", "out_of_range", "use de 1s a 30s")),
    }
}

/// The boleto as it is once the bank has answered, or when the time is over.
pub(crate) async fn answered(
    app: &App,
    actor: Actor,
    issued: &Stored,
    longest: Duration,
) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let not_read = |e: serde_json::Error| Problem::internal(format!("a stored boleto: {e}"));
    let Named { id } = serde_json::from_str(&issued.body).map_err(not_read)?;
    let actor = Actor { permissions: vec![quita_engine::desk::Permission::Read], ..actor };
    let end = Instant::now() + longest;
    let mut pause = PAUSE;
    loop {
        let (actor, id) = (actor.clone(), id.clone());
        let boleto = app.desk(move |world| read::boleto(world, &actor, &id)).await?;
        let now = Instant::now();
        if boleto.status != Status::Created || now >= end {
            return serde_json::to_string(&boleto).map_err(not_read);
        }
        sleep_until(end.min(now + pause)).await;
        pause = PAUSE_MAX.min(pause * 2);
    }
}
