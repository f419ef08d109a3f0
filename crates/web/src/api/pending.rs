//! What a person must look at.

use axum::extract::State;
use quita_engine::desk::read::{self, PendingView};

use crate::app::App;
use crate::auth::Caller;
use crate::reply::{Answer, List, ok};

#[utoipa::path(
    get, path = "/v1/pending", tag = "pending", operation_id = "listPending",
    summary = "Listar pendências",
    description = "O que uma pessoa precisa olhar: pagamento em dobro, resposta que não veio…",
    responses((status = 200, description = "Todas, da mais antiga à mais nova", body = List<PendingView>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| read::pending(world, &actor)).await?;
    ok(&List { data })
}
