//! Boletos on paper.

use axum::extract::State;
use quita_engine::desk::pdf;
use quita_engine::desk::terms::Model;
use quita_engine::error::Error;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Params};
use crate::reply::{self, Answer};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Source {
    /// `bank`: o PDF do próprio banco; se omitido, o desenhado por quita.
    #[serde(default)]
    #[param(example = "bank")]
    source: String,
    /// `boleto` ou `carne`; se omitido, como dizem os parâmetros.
    #[serde(default)]
    #[param(example = "carne")]
    model: String,
}

/// Boletos for one file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PdfRequest)]
pub(crate) struct Several {
    /// Ids of boletos, in the order of the pages, 1 to 2000.
    ids: Vec<String>,
    /// `boleto` or `carne`; as their terms say when left out.
    model: Option<Model>,
}

#[utoipa::path(
    get, path = "/v1/boletos/{id}/pdf", tag = "boletos", operation_id = "getBoletoPdf",
    summary = "PDF de um boleto",
    description = "Só depois do registro no banco; em contas por arquivo em que a empresa dá o nosso número, também \
        antes.",
    params(("id" = String, Path, description = "Id do boleto"), Source),
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn one(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    Params(Source { source, model }): Params<Source>,
) -> Answer {
    let model = match model.as_str() {
        "" => None,
        "boleto" => Some(Model::Boleto),
        "carne" => Some(Model::Carne),
        _ => return Err(Error::invalid("model", "invalid", "use boleto, carne, ou nada").into()),
    };
    let name = format!("boleto-{id}");
    let bytes = match source.as_str() {
        "" => app.desk(move |world| pdf::draw_as(world, &actor, &[id], model)).await?,
        "bank" => app.desk(move |world| pdf::of_bank(world, &actor, &id)).await?,
        _ => return Err(Error::invalid("source", "invalid", "use bank, ou nada").into()),
    };
    Ok(reply::pdf(bytes, &name))
}

#[utoipa::path(
    post, path = "/v1/boletos/pdf", tag = "boletos", operation_id = "getBoletosPdf",
    summary = "Vários boletos em um PDF",
    description = "Na ordem pedida, uma página por boleto, ou três por página com `model` `carne`. Não grava nada, por isso não pede \
        Idempotency-Key.",
    request_body = Several,
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn many(
    State(app): State<App>,
    Caller(actor): Caller,
    body: Body<Several>,
) -> Answer {
    let Several { ids, model } = body.value;
    let bytes = app.desk(move |world| pdf::draw_as(world, &actor, &ids, model)).await?;
    Ok(reply::pdf(bytes, "boletos"))
}
