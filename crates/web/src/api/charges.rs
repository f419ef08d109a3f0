//! What is owed.

use axum::extract::State;
use quita_engine::desk::read::{self, ChargeView, Page};

use super::Paging;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Id, Params};
use crate::reply::{Answer, ok};

#[utoipa::path(
    get, path = "/v1/charges", tag = "charges", operation_id = "listCharges",
    summary = "Listar cobranças",
    description = "O que os clientes devem, da mais nova à mais antiga. Os boletos de uma cobrança estão \
        em `GET /v1/boletos?charge_id=…`.",
    params(Paging),
    responses((status = 200, description = "Uma página", body = Page<ChargeView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(paging): Params<Paging>,
) -> Answer {
    let (cursor, limit) = paging.read()?;
    ok(&app.desk(move |world| read::charges(world, &actor, cursor.as_deref(), limit)).await?)
}

#[utoipa::path(
    get, path = "/v1/charges/{id}", tag = "charges", operation_id = "getCharge",
    summary = "Consultar uma cobrança",
    params(("id" = String, Path, description = "Id da cobrança")),
    responses((status = 200, description = "A cobrança", body = ChargeView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| read::charge(world, &actor, &id)).await?)
}
