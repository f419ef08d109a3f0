//! What a person must look at.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use quita_engine::desk::read::{self, PendingView};

use crate::app::App;
use crate::auth::Caller;
use crate::input::Id;
use crate::reply::{Answer, List, ok};

#[utoipa::path(
    get, path = "/v1/pending", tag = "pending", operation_id = "listPending",
    summary = "Listar pendências",
    description = "O que uma pessoa precisa olhar: pagamento em dobro, resposta que não veio…",
    responses((status = 200, description = "Todas, da mais antiga à mais nova", body = List<PendingView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| read::pending(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    delete, path = "/v1/pending/{id}", tag = "pending", operation_id = "closePending",
    summary = "Dar uma pendência por vista",
    description = "Alguém olhou e resolveu. Se a causa continuar, a pendência volta.",
    params(("id" = String, Path, description = "Id da pendência")),
    responses((status = 204, description = "Saiu da lista"))
)]
pub(crate) async fn close(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    app.desk(move |world| read::close_pending(world, &actor, &id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
