//! Credentials at banks, without their secrets.

use axum::extract::State;
use quita_engine::desk::credentials::{self, CredentialView, NewCredential};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, List, ok, stored};

#[utoipa::path(
    get, path = "/v1/credentials", tag = "accounts", operation_id = "listCredentials",
    summary = "Listar credenciais",
    description = "Sem os segredos, que nunca são mostrados.",
    responses((status = 200, description = "Todas as credenciais", body = List<CredentialView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| credentials::list(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/credential", tag = "accounts",
    operation_id = "replaceCredential",
    summary = "Trocar a credencial de uma conta",
    description = "Antes que o certificado termine: a nova vale na hora, o que está em andamento acaba \
        com a antiga e a história fica. Os campos são os de `GET /v1/banks`. Teste em seguida com \
        `POST /v1/accounts/{id}/probe`.",
    params(Key, ("id" = String, Path, description = "Id da conta")),
    request_body = NewCredential,
    responses((status = 201, description = "A credencial nova", body = CredentialView))
)]
pub(crate) async fn replace(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    key: Key,
    body: Body<NewCredential>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    let replaced =
        app.desk(move |world| credentials::replace(world, &actor, &request, &id, &new)).await?;
    stored(&replaced)
}
