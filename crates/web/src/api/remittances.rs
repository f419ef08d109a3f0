//! Remittances: what waits for the bank by file, files made, files downloaded.

use axum::extract::State;
use quita_engine::desk::read::Page;
use quita_engine::desk::remittances::{self, NewRemittance, NextView, OrderView, RemittanceView};
use quita_engine::error::Error;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key, Params};
use crate::reply::{self, Answer, List, ok, stored};

/// Which files.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedFiles {
    /// Só desta conta.
    #[param(required = false)]
    pub(super) account_id: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    pub(super) cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: String,
}

#[utoipa::path(
    get, path = "/v1/remittances", tag = "remittances", operation_id = "listRemittances",
    summary = "Listar remessas",
    description = "Arquivos CNAB feitos para o banco, do mais novo ao mais antigo.",
    params(WantedFiles),
    responses((status = 200, description = "Uma página", body = Page<RemittanceView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<WantedFiles>,
) -> Answer {
    let (cursor, limit) = page(wanted.cursor, &wanted.limit)?;
    let account = Some(wanted.account_id).filter(|id| !id.is_empty());
    ok(&app
        .desk(move |world| {
            remittances::list(world, &actor, account.as_deref(), cursor.as_deref(), limit)
        })
        .await?)
}

#[utoipa::path(
    post, path = "/v1/remittances", tag = "remittances", operation_id = "makeRemittance",
    summary = "Gerar a próxima remessa",
    description = "Põe num arquivo tudo o que espera (ou só `order_ids`) e lhe dá o próximo número, que nunca se \
        repete nem é pulado. Se algum pedido não cabe no layout do banco, nada é gerado e todos os motivos são ditos.",
    params(Key),
    request_body = NewRemittance,
    responses((status = 201, description = "A remessa", body = RemittanceView))
)]
pub(crate) async fn make(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewRemittance>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| remittances::make(world, &actor, &request, &new)).await?)
}

/// Of which account.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Of {
    /// De qual conta.
    account_id: String,
}

#[utoipa::path(
    get, path = "/v1/remittances/next", tag = "remittances", operation_id = "getNextRemittance",
    summary = "Ver o que irá na próxima remessa",
    description = "Os pedidos que esperam, o número que o arquivo terá e o que impede de gerá-lo. Nada é guardado.",
    params(Of),
    responses((status = 200, description = "A próxima remessa, como seria agora", body = NextView))
)]
pub(crate) async fn next(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(of): Params<Of>,
) -> Answer {
    if of.account_id.is_empty() {
        return Err(Error::invalid("account_id", "missing", "diga de qual conta").into());
    }
    ok(&app.desk(move |world| remittances::next(world, &actor, &of.account_id)).await?)
}

#[utoipa::path(
    get, path = "/v1/remittances/{id}", tag = "remittances", operation_id = "getRemittance",
    summary = "Consultar uma remessa",
    params(("id" = String, Path, description = "Id da remessa")),
    responses((status = 200, description = "A remessa", body = RemittanceView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| remittances::get(world, &actor, &id)).await?.0)
}

#[utoipa::path(
    get, path = "/v1/remittances/{id}/orders", tag = "remittances", operation_id = "listRemittanceOrders",
    summary = "Listar os pedidos de uma remessa",
    params(("id" = String, Path, description = "Id da remessa")),
    responses((status = 200, description = "Na ordem do arquivo", body = List<OrderView>))
)]
pub(crate) async fn orders(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let (_, data) = app.desk(move |world| remittances::get(world, &actor, &id)).await?;
    ok(&List { data })
}

#[utoipa::path(
    get, path = "/v1/remittances/{id}/file", tag = "remittances", operation_id = "downloadRemittance",
    summary = "Baixar o arquivo de uma remessa",
    description = "Quantas vezes for preciso: os bytes são sempre os mesmos.",
    params(("id" = String, Path, description = "Id da remessa")),
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(crate) async fn file(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let (name, bytes) = app.desk(move |world| remittances::download(world, &actor, &id)).await?;
    Ok(reply::download(bytes, &name))
}

#[utoipa::path(
    post, path = "/v1/remittances/{id}/sent", tag = "remittances", operation_id = "markRemittanceSent",
    summary = "Dizer que o banco tem a remessa",
    description = "Repetir não muda nada, por isso não pede Idempotency-Key.",
    params(("id" = String, Path, description = "Id da remessa")),
    responses((status = 200, description = "A remessa", body = RemittanceView))
)]
pub(crate) async fn sent(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| remittances::mark_sent(world, &actor, &id)).await?)
}

/// What the bank took last.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LastRemittance)]
pub(crate) struct LastNumber {
    /// Number of the last file that the bank took.
    last_number: i64,
}

/// The last of our numbers that was used.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastOurNumber {
    /// Without check digit.
    last_our_number: i64,
}

/// What comes next.
#[derive(Serialize, ToSchema)]
#[schema(as = NextNumber)]
pub(crate) struct NextNumber {
    /// Number of the next file.
    next_number: i64,
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/last_remittance", tag = "remittances", operation_id = "setLastRemittance",
    summary = "Dizer o número da última remessa aceita",
    description = "Depois de restaurar uma cópia de segurança, ou se outro programa gerou remessas: a próxima terá \
        o número seguinte. Um número nunca volta.",
    params(("id" = String, Path, description = "Id da conta")),
    request_body = LastNumber,
    responses((status = 200, description = "O próximo número", body = NextNumber))
)]
pub(crate) async fn set_last(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<LastNumber>,
) -> Answer {
    let last = body.value.last_number;
    let next = move |world: &_| remittances::set_last_number(world, &actor, &id, last);
    ok(&NextNumber { next_number: app.desk(next).await? })
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/last_our_number", tag = "remittances",
    operation_id = "setLastOurNumber",
    summary = "Dizer o último nosso número usado",
    description = "Depois de restaurar uma cópia de segurança, ou se outro programa emitiu nesta carteira: o \
        próximo boleto terá o número seguinte. Um número nunca volta. 409 `bank_numbers` onde o banco numera.",
    params(("id" = String, Path, description = "Id da conta")),
    request_body = LastOurNumber,
    responses((status = 200, description = "O próximo número", body = NextNumber))
)]
pub(crate) async fn set_last_our_number(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<LastOurNumber>,
) -> Answer {
    let last = body.value.last_our_number;
    let next = move |world: &_| remittances::set_last_our_number(world, &actor, &id, last);
    ok(&NextNumber { next_number: app.desk(next).await? })
}
