//! The company of the token.

use axum::extract::State;
use quita_engine::desk::companies::{self, CompanyData, CompanyView};

use crate::app::App;
use crate::auth::Caller;
use crate::input::Body;
use crate::reply::{Answer, ok};

#[utoipa::path(
    get, path = "/v1/company", tag = "company", operation_id = "getCompany",
    summary = "Consultar a empresa do token",
    responses((status = 200, description = "A empresa", body = CompanyView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller) -> Answer {
    ok(&app.desk(move |world| companies::get(world, &actor)).await?)
}

#[utoipa::path(
    put, path = "/v1/company", tag = "company", operation_id = "updateCompany",
    summary = "Alterar os dados da empresa",
    description = "Tudo menos o documento, de uma vez: o que faltar fica vazio. É o que aparece no boleto; \
        a Lei 12.039/2009 pede o endereço.",
    request_body = CompanyData,
    responses((status = 200, description = "A empresa", body = CompanyView))
)]
pub(crate) async fn update(
    State(app): State<App>,
    Caller(actor): Caller,
    body: Body<CompanyData>,
) -> Answer {
    ok(&app.desk(move |world| companies::update(world, &actor, body.value)).await?)
}
