//! Look at the banks now.

use axum::extract::State;
use axum::http::StatusCode;
use quita_engine::desk::act;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Caller;
use crate::reply::{Answer, json};

/// What will be looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = Sync)]
pub(crate) struct SyncView {
    /// So many accounts.
    accounts: usize,
}

#[utoipa::path(
    post, path = "/v1/sync", tag = "accounts", operation_id = "sync",
    summary = "Consultar os bancos agora",
    description = "Adianta a consulta que quita faz sozinha. Repetir não muda nada, por isso não pede \
        Idempotency-Key.",
    responses((status = 202, description = "Consultas pedidas", body = SyncView))
)]
pub(crate) async fn sync(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let accounts = app.desk(move |world| act::sync(world, &actor)).await?;
    json(StatusCode::ACCEPTED, &SyncView { accounts })
}
