//! Payments received.

use axum::extract::State;
use quita_engine::desk::read::{self, Page};
use quita_engine::desk::view::ReceiptView;

use super::Paging;
use crate::app::App;
use crate::auth::Caller;
use crate::input::Params;
use crate::reply::{Answer, ok};

#[utoipa::path(
    get, path = "/v1/receipts", tag = "receipts", operation_id = "listReceipts",
    summary = "Listar recebimentos",
    description = "Cada pagamento recebido, por boleto ou Pix, uma única vez, do mais novo ao mais antigo.",
    params(Paging),
    responses((status = 200, description = "Uma página", body = Page<ReceiptView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(paging): Params<Paging>,
) -> Answer {
    let (cursor, limit) = paging.read()?;
    ok(&app.desk(move |world| read::receipts(world, &actor, cursor.as_deref(), limit)).await?)
}
