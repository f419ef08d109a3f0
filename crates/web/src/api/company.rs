//! The company of the token.

use axum::extract::State;
use quita_engine::desk::companies::{self, CompanyView};

use crate::app::App;
use crate::auth::Caller;
use crate::reply::{Answer, ok};

#[utoipa::path(
    get, path = "/v1/company", tag = "company", operation_id = "getCompany",
    summary = "Consultar a empresa do token",
    responses((status = 200, description = "A empresa", body = CompanyView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller) -> Answer {
    ok(&app.desk(move |world| companies::get(world, &actor)).await?)
}
