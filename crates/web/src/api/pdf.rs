//! Boletos on paper.

use axum::extract::State;
use quita_engine::desk::pdf;
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
}

/// Boletos for one file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PdfRequest)]
pub(crate) struct Several {
    /// Ids of boletos, in the order of the pages, 1 to 2000.
    ids: Vec<String>,
}

#[utoipa::path(
    get, path = "/v1/boletos/{id}/pdf", tag = "boletos", operation_id = "getBoletoPdf",
    summary = "PDF de um boleto",
    description = "Só depois do registro no banco.",
    params(("id" = String, Path, description = "Id do boleto"), Source),
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn one(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    Params(Source { source }): Params<Source>,
) -> Answer {
    let name = format!("boleto-{id}");
    let bytes = match source.as_str() {
        "" => app.desk(move |world| pdf::draw(world, &actor, &[id])).await?,
        "bank" => app.desk(move |world| pdf::of_bank(world, &actor, &id)).await?,
        _ => return Err(Error::invalid("source", "invalid", "use bank, ou nada").into()),
    };
    Ok(reply::pdf(bytes, &name))
}

#[utoipa::path(
    post, path = "/v1/boletos/pdf", tag = "boletos", operation_id = "getBoletosPdf",
    summary = "Vários boletos em um PDF",
    description = "Uma página por boleto, na ordem pedida. Não grava nada, por isso não pede \
        Idempotency-Key.",
    request_body = Several,
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/pdf"))
)]
pub(crate) async fn many(
    State(app): State<App>,
    Caller(actor): Caller,
    body: Body<Several>,
) -> Answer {
    let bytes = app.desk(move |world| pdf::draw(world, &actor, &body.value.ids)).await?;
    Ok(reply::pdf(bytes, "boletos"))
}
