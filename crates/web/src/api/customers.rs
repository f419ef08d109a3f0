//! Customers.

use axum::extract::State;
use quita_engine::desk::customers::{self, CustomerView, NewCustomer};
use quita_engine::desk::read::Page;

use super::Paging;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key, Params};
use crate::reply::{Answer, ok, stored};

#[utoipa::path(
    get, path = "/v1/customers", tag = "customers", operation_id = "listCustomers",
    summary = "Listar clientes",
    description = "Na ordem em que foram cadastrados.",
    params(Paging),
    responses((status = 200, description = "Uma página", body = Page<CustomerView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(paging): Params<Paging>,
) -> Answer {
    let (cursor, limit) = paging.read()?;
    ok(&app.desk(move |world| customers::list(world, &actor, cursor.as_deref(), limit)).await?)
}

#[utoipa::path(
    post, path = "/v1/customers", tag = "customers", operation_id = "saveCustomer",
    summary = "Cadastrar ou atualizar um cliente",
    description = "O cliente com o mesmo CPF ou CNPJ é atualizado e mantém o id. O pedido diz tudo do cliente: o que \
        for omitido fica vazio. Já emitir um boleto com `customer` só muda o que disser: e-mail, telefone e endereço \
        omitidos ou vazios ficam como estão no cadastro.",
    params(Key),
    request_body = NewCustomer,
    responses((status = 201, description = "O cliente", body = CustomerView))
)]
pub(crate) async fn save(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewCustomer>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| customers::save(world, &actor, &request, &new)).await?)
}

#[utoipa::path(
    get, path = "/v1/customers/{id}", tag = "customers", operation_id = "getCustomer",
    summary = "Consultar um cliente",
    params(("id" = String, Path, description = "Id do cliente")),
    responses((status = 200, description = "O cliente", body = CustomerView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| customers::get(world, &actor, &id)).await?)
}
