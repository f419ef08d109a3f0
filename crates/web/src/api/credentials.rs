//! Credentials, without their secrets.

use axum::extract::State;
use quita_engine::desk::accounts::{self, CredentialView};

use crate::app::App;
use crate::auth::Caller;
use crate::reply::{Answer, List, ok};

#[utoipa::path(
    get, path = "/v1/credentials", tag = "accounts", operation_id = "listCredentials",
    summary = "Listar credenciais",
    description = "Sem nenhum segredo; com o fim da validade do certificado.",
    responses((status = 200, description = "Todas as credenciais", body = List<CredentialView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| accounts::credentials(world, &actor)).await?;
    ok(&List { data })
}
