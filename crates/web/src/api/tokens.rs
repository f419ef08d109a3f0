//! Tokens by which programs come in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use quita_engine::desk::tokens::{self, MadeToken, NewToken};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, stored};

#[utoipa::path(
    post, path = "/v1/tokens", tag = "tokens", operation_id = "createToken",
    summary = "Criar um token",
    description = "O texto do token é mostrado só nesta resposta e não fica guardado. A repetição do \
        pedido com a mesma Idempotency-Key responde sem ele.",
    params(Key),
    request_body = NewToken,
    responses((status = 201, description = "O token", body = MadeToken))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewToken>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| tokens::create_once(world, &actor, &request, &new)).await?)
}

#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "tokens", operation_id = "revokeToken",
    summary = "Revogar um token",
    description = "Vale na hora neste servidor e em segundos nos outros que usam o mesmo banco de dados.",
    params(("id" = String, Path, description = "Id do token")),
    responses((status = 204, description = "Revogado"))
)]
pub(crate) async fn revoke(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let revoked = app.desk(move |world| tokens::revoke(world, &actor, &id)).await;
    app.known_tokens.forget();
    revoked?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
