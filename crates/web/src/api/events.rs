//! What happened, for programs that follow along.

use axum::extract::State;
use quita_engine::desk::events::{self, EventView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{PAGE, PAGE_MAX};
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Params, number};
use crate::reply::{Answer, ok};

/// Events in order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Events {
    /// What was found, oldest first.
    data: Vec<EventView>,
    /// Give it back as `after` to go on; the same as was asked when there is nothing new.
    next_after: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct After {
    /// O `next_after` da resposta anterior; do começo se omitido.
    #[serde(default)]
    #[param(value_type = i64, minimum = 0, default = 0)]
    after: String,
    /// Eventos por página, de 1 a 200; 50 se omitido.
    #[serde(default)]
    #[param(value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

#[utoipa::path(
    get, path = "/v1/events", tag = "events", operation_id = "listEvents",
    summary = "Acompanhar o que acontece",
    description = "Guarde `next_after` e peça de novo a partir dele: nada se perde e nada vem duas vezes.",
    params(After),
    responses((status = 200, description = "Uma página", body = Events))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(params): Params<After>,
) -> Answer {
    let after = number("after", &params.after, 0, 0..=i64::MAX)?;
    let limit = number("limit", &params.limit, PAGE, 1..=PAGE_MAX)?;
    let data = app.desk(move |world| events::list(world, &actor, after, limit)).await?;
    let next_after = data.last().and_then(|event| event.seq).unwrap_or(after);
    ok(&Events { data, next_after })
}
