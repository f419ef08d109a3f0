//! Contracts, which issue their periods by themselves.

use axum::extract::State;
use quita_engine::desk::contracts::{self, ContractView, NewContract, PeriodView, StatusChange};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, List, ok, stored};

#[utoipa::path(
    get, path = "/v1/contracts", tag = "contracts", operation_id = "listContracts",
    summary = "Listar contratos",
    responses((status = 200, description = "Todos, do mais novo ao mais antigo", body = List<ContractView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let lines = app.desk(move |world| contracts::list(world, &actor)).await?;
    ok(&List { data: lines.into_iter().map(|line| line.view).collect::<Vec<_>>() })
}

#[utoipa::path(
    post, path = "/v1/contracts", tag = "contracts", operation_id = "createContract",
    summary = "Cadastrar um contrato",
    description = "Cada período é emitido sozinho, `days_before` dias antes de vencer, com o número \
        `CT 12 - 3/12`, uma única vez. O que não puder ser emitido fica em `GET /v1/pending` e é tentado \
        de novo.",
    params(Key),
    request_body = NewContract,
    responses((status = 201, description = "O contrato", body = ContractView))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewContract>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| contracts::create(world, &actor, &request, &new)).await?)
}

#[utoipa::path(
    get, path = "/v1/contracts/{id}", tag = "contracts", operation_id = "getContract",
    summary = "Consultar um contrato",
    params(("id" = String, Path, description = "Id do contrato")),
    responses((status = 200, description = "O contrato", body = ContractView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| contracts::get(world, &actor, &id)).await?)
}

#[utoipa::path(
    put, path = "/v1/contracts/{id}", tag = "contracts", operation_id = "changeContract",
    summary = "Alterar um contrato",
    description = "Tudo de uma vez: o que faltar fica vazio. O já emitido não muda; o resto vale do próximo \
        período em diante. Outro `expiration_date` é o vencimento do próximo período.",
    params(("id" = String, Path, description = "Id do contrato")),
    request_body = NewContract,
    responses((status = 200, description = "O contrato", body = ContractView))
)]
pub(crate) async fn change(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<NewContract>,
) -> Answer {
    ok(&app.desk(move |world| contracts::change(world, &actor, &id, &body.value)).await?)
}

#[utoipa::path(
    put, path = "/v1/contracts/{id}/status", tag = "contracts", operation_id = "setContractStatus",
    summary = "Pausar, retomar ou encerrar um contrato",
    description = "Ao retomar depois de períodos vencidos, `missed` diz se são pulados ou esperam por outro \
        vencimento. Encerrar é para sempre.",
    params(("id" = String, Path, description = "Id do contrato")),
    request_body = StatusChange,
    responses((status = 200, description = "O contrato", body = ContractView))
)]
pub(crate) async fn set_status(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<StatusChange>,
) -> Answer {
    ok(&app.desk(move |world| contracts::set_status(world, &actor, &id, &body.value)).await?)
}

#[utoipa::path(
    get, path = "/v1/contracts/{id}/periods", tag = "contracts", operation_id = "listContractPeriods",
    summary = "Listar os períodos de um contrato",
    description = "Os que já tiveram sua vez, do primeiro ao último, cada um com seu boleto.",
    params(("id" = String, Path, description = "Id do contrato")),
    responses((status = 200, description = "Os períodos", body = List<PeriodView>))
)]
pub(crate) async fn periods(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let data = app.desk(move |world| contracts::periods(world, &actor, &id)).await?;
    ok(&List { data })
}
