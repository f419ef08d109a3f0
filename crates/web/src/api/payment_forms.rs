//! Payment forms: account, terms and instalments under a name.

use axum::extract::State;
use quita_engine::desk::payment_forms::{self, KeptPaymentForm, NewPaymentForm};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Key};
use crate::reply::{Answer, List, ok, stored};

#[utoipa::path(
    get, path = "/v1/payment-forms", tag = "payment_forms", operation_id = "listPaymentForms",
    summary = "Listar formas de pagamento",
    responses((status = 200, description = "Todas, por descrição", body = List<KeptPaymentForm>))
)]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Answer {
    let data = app.desk(move |world| payment_forms::list(world, &actor)).await?;
    ok(&List { data })
}

#[utoipa::path(
    post, path = "/v1/payment-forms", tag = "payment_forms", operation_id = "createPaymentForm",
    summary = "Cadastrar uma forma de pagamento",
    params(Key),
    request_body = NewPaymentForm,
    responses((status = 201, description = "A forma de pagamento", body = KeptPaymentForm))
)]
pub(crate) async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    key: Key,
    body: Body<NewPaymentForm>,
) -> Answer {
    let (request, new) = (key.with(body.fingerprint), body.value);
    stored(&app.desk(move |world| payment_forms::create(world, &actor, &request, &new)).await?)
}

#[utoipa::path(
    get, path = "/v1/payment-forms/{id}", tag = "payment_forms", operation_id = "getPaymentForm",
    summary = "Consultar uma forma de pagamento",
    params(("id" = String, Path, description = "Id da forma de pagamento")),
    responses((status = 200, description = "A forma de pagamento", body = KeptPaymentForm))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let found = app.desk(move |world| {
        let form = payment_forms::get(world, &actor, &id)?;
        Ok(KeptPaymentForm { id, form })
    });
    ok(&found.await?)
}

#[utoipa::path(
    put, path = "/v1/payment-forms/{id}", tag = "payment_forms", operation_id = "changePaymentForm",
    summary = "Alterar uma forma de pagamento",
    description = "Tudo de uma vez: o que faltar fica vazio. O já emitido não muda.",
    params(("id" = String, Path, description = "Id da forma de pagamento")),
    request_body = NewPaymentForm,
    responses((status = 200, description = "A forma de pagamento", body = KeptPaymentForm))
)]
pub(crate) async fn change(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<NewPaymentForm>,
) -> Answer {
    let saved = app.desk(move |world| payment_forms::save(world, &actor, Some(&id), &body.value));
    ok(&saved.await?)
}
