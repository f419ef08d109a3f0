//! Terms kept under a name.

use axum::extract::State;
use quita_engine::desk::terms::{self, NewTerms, TermsView};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Key};
use crate::reply::{Answer, List, ok, stored};

#[utoipa::path(
    get, path = "/v1/terms", tag = "terms", operation_id = "listTerms",
    summary = "Listar parâmetros",
    responses((status = 200, description = "Todos os parâmetros", body = List<TermsView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| terms::list(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    post, path = "/v1/terms", tag = "terms", operation_id = "saveTerms",
    summary = "Guardar parâmetros",
    description = "Os parâmetros com a mesma descrição são alterados. Use o id em `terms_id` ao emitir.",
    params(Key),
    request_body = NewTerms,
    responses((status = 201, description = "Os parâmetros", body = TermsView))
)]
pub(crate) async fn save(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewTerms>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| terms::save(world, &actor, &request, &new)).await?)
}
