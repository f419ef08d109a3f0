//! Banks that quita knows.

use quita_engine::desk::Permission;
use quita_engine::desk::banks::{self, BankView};

use crate::auth::Caller;
use crate::reply::{Answer, List, ok};

#[utoipa::path(
    get, path = "/v1/banks", tag = "accounts", operation_id = "listBanks",
    summary = "Listar bancos e o que pedem",
    description = "Para cada banco, os campos da credencial, as permissões a pedir no portal do banco, \
        e os layouts de arquivo (CNAB) com os campos do convênio.",
    responses((status = 200, description = "Todos os bancos", body = List<BankView>))
)]
pub(crate) async fn list(Caller(actor): Caller) -> Answer {
    actor.must(Permission::Read)?;
    ok(&List { data: banks::all() })
}
