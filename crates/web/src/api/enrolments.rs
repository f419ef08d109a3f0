//! The road to a credential, where the bank signs certificates for its clients.

use axum::extract::State;
use quita_engine::desk::enrolments::{self, EnrolmentView, LetterData, Received};
use quita_engine::error::Error;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id};
use crate::reply::{self, Answer, ok};

/// The letter to the bank, as text.
#[derive(Serialize, ToSchema)]
#[schema(as = Letter)]
pub(crate) struct LetterView {
    /// What it is about.
    subject: String,
    /// All of it, subject included.
    text: String,
}

#[utoipa::path(
    get, path = "/v1/accounts/{id}/enrolment", tag = "accounts", operation_id = "getEnrolment",
    summary = "Como está o pedido de credencial",
    description = "O último da conta, aberto ou não. Sem a chave privada, o token e o secret, que nunca são mostrados.",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let found = app.desk(move |world| enrolments::get(world, &actor, &id)).await?;
    ok(&found.ok_or_else(|| Error::not_found("pedido de credencial"))?)
}

#[utoipa::path(
    put, path = "/v1/accounts/{id}/enrolment", tag = "accounts", operation_id = "writeEnrolmentLetter",
    summary = "Começar um pedido de credencial, ou corrigir a carta",
    description = "Para bancos que assinam certificados (veja `enrolment_fields` em `GET /v1/banks`). Gera o par de chaves \
        na primeira vez; a chave privada fica cifrada aqui. Repetir só refaz a carta.",
    params(("id" = String, Path, description = "Id da conta")),
    request_body = LetterData,
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn write_letter(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<LetterData>,
) -> Answer {
    let data = body.value;
    ok(&app.desk(move |world| enrolments::write_letter(world, &actor, &id, &data)).await?)
}

#[utoipa::path(
    delete, path = "/v1/accounts/{id}/enrolment", tag = "accounts", operation_id = "abandonEnrolment",
    summary = "Desistir de um pedido de credencial",
    description = "A chave gerada para ele é apagada.",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn abandon(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| enrolments::abandon(world, &actor, &id)).await?)
}

#[utoipa::path(
    get, path = "/v1/accounts/{id}/enrolment/letter", tag = "accounts",
    operation_id = "getEnrolmentLetter",
    summary = "A carta ao banco, como texto",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "A carta, com a data de hoje", body = LetterView))
)]
pub(crate) async fn letter(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let letter = app.desk(move |world| enrolments::letter(world, &actor, &id)).await?;
    ok(&LetterView { text: letter.text(), subject: letter.subject })
}

#[utoipa::path(
    get, path = "/v1/accounts/{id}/enrolment/letter/pdf", tag = "accounts",
    operation_id = "getEnrolmentLetterPdf",
    summary = "A carta ao banco, em PDF",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn letter_pdf(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Answer {
    let pdf = app.desk(move |world| enrolments::letter_pdf(world, &actor, &id)).await?;
    Ok(reply::pdf(pdf, "carta-ao-banco"))
}

#[utoipa::path(
    put, path = "/v1/accounts/{id}/enrolment/received", tag = "accounts",
    operation_id = "receiveEnrolment",
    summary = "Guardar o que o banco enviou",
    description = "Client ID e token temporário, que fica cifrado até ser usado.",
    params(("id" = String, Path, description = "Id da conta")),
    request_body = Received,
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn receive(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<Received>,
) -> Answer {
    let received = body.value;
    ok(&app.desk(move |world| enrolments::receive(world, &actor, &id, &received)).await?)
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/enrolment/certificate", tag = "accounts",
    operation_id = "askForCertificate",
    summary = "Pedir o certificado ao banco",
    description = "Com o token temporário guardado. Em `stage` está o que houve: `done`, com a conta ligada; `refused` ou \
        `unknown`, com o motivo em `message`. O banco dá um certificado por token, por isso repetir não faz mal e não se \
        pede Idempotency-Key.",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn certificate(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Answer {
    ok(&app.desk(move |world| enrolments::ask(world, &actor, &id)).await?)
}

#[utoipa::path(
    post, path = "/v1/accounts/{id}/credential/renewal", tag = "accounts",
    operation_id = "renewCertificate",
    summary = "Renovar o certificado",
    description = "Nos últimos dias do atual, com ele e para outra chave. Em `stage` está o que houve, como em \
        `POST /v1/accounts/{id}/enrolment/certificate`. Fora da janela do banco responde 409 e nada pede, por isso repetir \
        não faz mal e não se pede Idempotency-Key.",
    params(("id" = String, Path, description = "Id da conta")),
    responses((status = 200, description = "O pedido", body = EnrolmentView))
)]
pub(crate) async fn renew(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| enrolments::renew(world, &actor, &id)).await?)
}
