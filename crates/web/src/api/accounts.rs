//! Bank accounts and how they stand.

use axum::extract::State;
use quita_engine::desk::accounts::{self, AccountView, Health, NewAccount, ProbeStep};
use quita_engine::desk::statements;
use quita_engine::error::Error;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, List, ok, stored};

#[utoipa::path(
    get, path = "/v1/accounts", tag = "accounts", operation_id = "listAccounts",
    summary = "Listar contas",
    responses((status = 200, description = "Todas as contas", body = List<AccountView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| accounts::list(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", operation_id = "createAccount",
    summary = "Cadastrar uma conta e ligá-la ao banco",
    description = "Os campos de `credential` são os de `GET /v1/banks`. Os segredos ficam cifrados e \
        nunca mais são mostrados. Teste a ligação em seguida com `POST /v1/accounts/{id}/probe`.",
    params(Key),
    request_body = NewAccount,
    responses((status = 201, description = "A conta", body = AccountView))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewAccount>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    let made = app.desk(move |world| accounts::create_once(world, &actor, &request, &new)).await?;
    stored(&made)
}

#[utoipa::path(
    get, path = "/v1/accounts/health", tag = "accounts", operation_id = "getAccountsHealth",
    summary = "Consultar como está cada conta",
    description = "Última consulta completa ao banco, última chamada do banco, último erro e dias até o \
        fim do certificado.",
    responses((status = 200, description = "Todas as contas", body = List<Health>))
)]
pub(crate) async fn health(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| accounts::health(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/probe", tag = "accounts", operation_id = "probeAccount",
    summary = "Testar a ligação com o banco",
    description = "Faz uma consulta inofensiva ao banco e diz, passo a passo, o que funcionou.",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "Os passos do teste", body = List<ProbeStep>))
)]
pub(crate) async fn probe(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let data = app.desk(move |world| accounts::probe(world, &actor, &id)).await?;
    ok(&List { data })
}

/// How the statement of an account is read at its bank.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementReading {
    /// Every business day; else only when somebody asks.
    daily: bool,
}

#[utoipa::path(
    put, path = "/v1/accounts/{id}/statement", tag = "accounts", operation_id = "setStatementReading",
    summary = "Ligar ou desligar a busca diária do extrato",
    description = "Desligada, o extrato só é lido quando alguém pede com `POST /v1/statements/fetch`. Ligada de \
        novo, o que ficou para trás é lido em seguida.",
    params(("id" = String, Path, description = "Id da conta")),
    request_body = StatementReading,
    responses((status = 200, description = "A conta", body = AccountView))
)]
pub(crate) async fn set_statement_reading(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<StatementReading>,
) -> Answer {
    let set = move |world: &_| {
        statements::set_daily(world, &actor, &id, body.value.daily)?;
        let all = accounts::list(world, &actor)?;
        all.into_iter().find(|account| account.id == id).ok_or_else(|| Error::not_found("conta"))
    };
    ok(&app.desk(set).await?)
}
