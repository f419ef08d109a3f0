//! Return files: sent here, and what they brought.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use quita_engine::desk::read::Page;
use quita_engine::desk::returns::{self, GivenReturn, LineView, ReturnView};
use quita_engine::error::{Error, FieldErrors};
use serde::Deserialize;
use utoipa::IntoParams;

use super::remittances::WantedFiles;
use super::{PAGE, PAGE_MAX, page, statements};
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Id, Params, number};
use crate::reply::{self, Answer, List, json, ok};

#[utoipa::path(
    get, path = "/v1/returns", tag = "returns", operation_id = "listReturns",
    summary = "Listar retornos",
    description = "Arquivos CNAB recebidos do banco, do mais novo ao mais antigo, cada um com o que trouxe.",
    params(WantedFiles),
    responses((status = 200, description = "Uma página", body = Page<ReturnView>))
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
            returns::list(world, &actor, account.as_deref(), cursor.as_deref(), limit)
        })
        .await?)
}

/// Under which name.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// Nome do arquivo, para o histórico.
    #[param(required = false)]
    file_name: String,
}

#[utoipa::path(
    post, path = "/v1/returns", tag = "returns", operation_id = "sendReturn",
    summary = "Enviar um retorno",
    description = "O arquivo é o corpo do pedido, ou o campo `file` de um formulário multipart, de até 20 MiB: \
        CNAB 240 ou 400, reconhecido pelo conteúdo, que diz também de qual conta é. É lido logo em seguida; \
        `done_at` diz quando acabou. O mesmo conteúdo com outro nome é reconhecido (`known`), e o que já se sabia \
        não conta de novo; por isso não pede Idempotency-Key.",
    params(Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "O retorno guardado", body = ReturnView))
)]
pub(crate) async fn send(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(named): Params<Named>,
    request: Request,
) -> Answer {
    let (name, bytes) = statements::file(&app, request).await?;
    let name = Some(named.file_name).filter(|name| !name.is_empty()).unwrap_or(name);
    let given = GivenReturn { name, bytes };
    let kept = app.desk(move |world| returns::import(world, &actor, &given)).await?;
    json(StatusCode::CREATED, &kept)
}

#[utoipa::path(
    get, path = "/v1/returns/{id}", tag = "returns", operation_id = "getReturn",
    summary = "Consultar um retorno",
    params(("id" = String, Path, description = "Id do retorno")),
    responses((status = 200, description = "O retorno", body = ReturnView))
)]
pub(crate) async fn get(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| returns::get(world, &actor, &id)).await?)
}

/// Which titles.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedLines {
    /// Só depois desta linha do arquivo.
    #[param(required = false, value_type = i64, minimum = 0, default = 0)]
    after: String,
    /// Só com este efeito: `new`, `known`, `nothing`, `unknown` ou `look`.
    #[param(required = false)]
    effect: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

#[utoipa::path(
    get, path = "/v1/returns/{id}/lines", tag = "returns", operation_id = "listReturnLines",
    summary = "Listar os títulos de um retorno",
    description = "O que o banco diz de cada título e no que deu, na ordem do arquivo. Para seguir, envie em `after` \
        a última linha recebida.",
    params(("id" = String, Path, description = "Id do retorno"), WantedLines),
    responses((status = 200, description = "Na ordem do arquivo", body = List<LineView>))
)]
pub(crate) async fn lines(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    Params(wanted): Params<WantedLines>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let effect = returns::effect(&wanted.effect);
    if effect.is_none() && !wanted.effect.is_empty() {
        errors.add("effect", "invalid", "use new, known, nothing, unknown ou look");
    }
    let after = number("after", &wanted.after, 0, 0..=i64::MAX);
    let limit = number("limit", &wanted.limit, PAGE, 1..=PAGE_MAX);
    for wrong in [&after, &limit] {
        if let Err(Error::Invalid(wrong)) = wrong {
            errors.extend(wrong.clone());
        }
    }
    errors.check()?;
    let (after, limit) = (after?, limit?);
    let lines = move |world: &_| returns::lines(world, &actor, &id, after, effect, limit);
    ok(&List { data: app.desk(lines).await? })
}

#[utoipa::path(
    get, path = "/v1/returns/{id}/file", tag = "returns", operation_id = "downloadReturn",
    summary = "Baixar um retorno como veio do banco",
    params(("id" = String, Path, description = "Id do retorno")),
    responses((status = 200, description = "O arquivo", body = Vec<u8>, content_type = "application/octet-stream"))
)]
pub(crate) async fn file(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    let (name, bytes) = app.desk(move |world| returns::download(world, &actor, &id)).await?;
    Ok(reply::download(bytes, &name))
}
