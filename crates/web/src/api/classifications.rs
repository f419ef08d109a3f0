//! Chart of accounts and cost centres.

use axum::extract::State;
use quita_engine::desk::Actor;
use quita_engine::desk::classifications::{self, Entry, NewEntry, Register};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Key};
use crate::reply::{Answer, List, ok, stored};

async fn all(app: &App, actor: Actor, register: Register) -> Answer {
    let registers = app.desk(move |world| classifications::registers(world, &actor)).await?;
    ok(&List { data: registers.entries(register).collect::<Vec<_>>() })
}

async fn keep(
    app: &App,
    actor: Actor,
    key: Key,
    body: Body<NewEntry>,
    register: Register,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    let kept = app
        .desk(move |world| classifications::keep(world, &actor, &request, register, &new))
        .await?;
    stored(&kept)
}

#[utoipa::path(
    get, path = "/v1/chart_accounts", tag = "charges", operation_id = "listChartAccounts",
    summary = "Listar o plano de contas",
    responses((status = 200, description = "Todos os itens, por descrição", body = List<Entry>))
)]
pub(crate) async fn list_chart_accounts(State(app): State<App>, Caller(actor): Caller) -> Answer {
    all(&app, actor, Register::ChartAccount).await
}

#[utoipa::path(
    post, path = "/v1/chart_accounts", tag = "charges", operation_id = "saveChartAccount",
    summary = "Guardar um item do plano de contas",
    description = "O item com a mesma descrição, sem olhar maiúsculas e acentos, é alterado.",
    params(Key),
    request_body = NewEntry,
    responses((status = 201, description = "O item", body = Entry))
)]
pub(crate) async fn save_chart_account(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewEntry>,
) -> Answer {
    keep(&app, actor, key, body, Register::ChartAccount).await
}

#[utoipa::path(
    get, path = "/v1/cost_centers", tag = "charges", operation_id = "listCostCenters",
    summary = "Listar os centros de custo",
    responses((status = 200, description = "Todos os centros, por descrição", body = List<Entry>))
)]
pub(crate) async fn list_cost_centers(State(app): State<App>, Caller(actor): Caller) -> Answer {
    all(&app, actor, Register::CostCenter).await
}

#[utoipa::path(
    post, path = "/v1/cost_centers", tag = "charges", operation_id = "saveCostCenter",
    summary = "Guardar um centro de custo",
    description = "O centro com a mesma descrição, sem olhar maiúsculas e acentos, é alterado.",
    params(Key),
    request_body = NewEntry,
    responses((status = 201, description = "O centro", body = Entry))
)]
pub(crate) async fn save_cost_center(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewEntry>,
) -> Answer {
    keep(&app, actor, key, body, Register::CostCenter).await
}
