//! Statements: lines, days, looks at them.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use jiff::civil::Date;
use quita_engine::desk::read::Page;
use quita_engine::desk::statements::{
    self, DayView, GivenStatement, ImportView, LineStatus, LineView, Missing, Wanted as Lines,
};
use quita_engine::error::{Error, FieldErrors};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{PAGE, PAGE_MAX, page};
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Params, number};
use crate::problem::{Problem, kinds};
use crate::reply::{Answer, List, json, ok};

/// Which lines.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedLines {
    /// Só desta conta.
    #[param(required = false)]
    account_id: String,
    /// Primeiro dia, AAAA-MM-DD.
    #[param(required = false, format = Date)]
    from: String,
    /// Último dia, inclusive.
    #[param(required = false, format = Date)]
    to: String,
    /// Só nesta situação: `open`, `matched`, `fee`, `explained`, `doubtful` ou `given_up`.
    #[param(required = false)]
    status: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn date(errors: &mut FieldErrors, name: &str, text: &str, otherwise: Option<Date>) -> Date {
    if text.is_empty()
        && let Some(otherwise) = otherwise
    {
        return otherwise;
    }
    let date = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
    if date.is_none() {
        let code = if text.is_empty() { "missing" } else { "invalid" };
        errors.add(name, code, "use uma data AAAA-MM-DD");
    }
    date.unwrap_or_default()
}

impl WantedLines {
    fn read(self) -> Result<(Lines, Option<String>, i64), Error> {
        let mut errors = FieldErrors::default();
        let from = date(&mut errors, "from", &self.from, Some(Date::constant(1, 1, 1)));
        let to = date(&mut errors, "to", &self.to, Some(Date::MAX));
        let status = LineStatus::from_word(&self.status);
        if status.is_none() && !self.status.is_empty() {
            let said = "use open, matched, fee, explained, doubtful ou given_up";
            errors.add("status", "invalid", said);
        }
        let paging = page(self.cursor, &self.limit);
        if let Err(Error::Invalid(wrong)) = &paging {
            errors.extend(wrong.clone());
        }
        errors.check()?;
        let (cursor, limit) = paging?;
        let wanted = Lines { account_id: some(self.account_id), from, to, status };
        Ok((wanted, cursor, limit))
    }
}

#[utoipa::path(
    get, path = "/v1/statement_lines", tag = "statements", operation_id = "listStatementLines",
    summary = "Listar lançamentos",
    description = "Os lançamentos das contas, cada um uma única vez, do achado por último ao primeiro. \
        `doubtful` e `given_up` não contam em saldo nenhum.",
    params(WantedLines),
    responses((status = 200, description = "Uma página", body = Page<LineView>))
)]
pub(crate) async fn lines(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<WantedLines>,
) -> Answer {
    let (wanted, cursor, limit) = wanted.read()?;
    ok(&app
        .desk(move |world| statements::lines(world, &actor, &wanted, cursor.as_deref(), limit))
        .await?)
}

/// Which days.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedDays {
    /// De qual conta.
    account_id: String,
    /// Primeiro dia, AAAA-MM-DD.
    #[param(format = Date)]
    from: String,
    /// Último dia, inclusive; o período tem até 366 dias.
    #[param(format = Date)]
    to: String,
}

#[utoipa::path(
    get, path = "/v1/statement_days", tag = "statements", operation_id = "listStatementDays",
    summary = "Listar os dias de uma conta",
    description = "Cada dia com abertura, movimento e o saldo que o banco informa. Um dia está `closed` quando \
        os lançamentos levam ao saldo do banco, o seu ou o do próximo dia que tiver um; `difference` diz quanto \
        falta. `start` é o saldo de partida.",
    params(WantedDays),
    responses((status = 200, description = "Do primeiro ao último", body = List<DayView>))
)]
pub(crate) async fn days(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<WantedDays>,
) -> Answer {
    let mut errors = FieldErrors::default();
    let from = date(&mut errors, "from", &wanted.from, None);
    let to = date(&mut errors, "to", &wanted.to, None);
    if wanted.account_id.is_empty() {
        errors.add("account_id", "missing", "diga de qual conta");
    }
    errors.check()?;
    let days = move |world: &_| statements::days(world, &actor, &wanted.account_id, from, to);
    ok(&List { data: app.desk(days).await? })
}

/// Which looks.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedImports {
    /// Só desta conta.
    #[param(required = false)]
    account_id: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

#[utoipa::path(
    get, path = "/v1/statement_imports", tag = "statements", operation_id = "listStatementImports",
    summary = "Listar importações de extrato",
    description = "Arquivos enviados e buscas no banco, do mais novo ao mais antigo, cada um com o que trouxe.",
    params(WantedImports),
    responses((status = 200, description = "Uma página", body = Page<ImportView>))
)]
pub(crate) async fn imports(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<WantedImports>,
) -> Answer {
    let WantedImports { account_id, cursor, limit } = wanted;
    let limit_said = number("limit", &limit, PAGE, 1..=PAGE_MAX);
    limit_said?;
    let (cursor, limit) = page(cursor, &limit)?;
    let account = some(account_id);
    ok(&app
        .desk(move |world| {
            statements::imports(world, &actor, account.as_deref(), cursor.as_deref(), limit)
        })
        .await?)
}

/// Into which account, and under which name.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Into {
    /// Em qual conta.
    account_id: String,
    /// Nome do arquivo, para o histórico.
    #[param(required = false)]
    file_name: String,
    /// `true`: é desta conta, embora o arquivo diga ser de outra.
    #[param(required = false, value_type = bool)]
    confirmed: String,
}

#[utoipa::path(
    post, path = "/v1/statement_imports", tag = "statements", operation_id = "importStatement",
    summary = "Importar um extrato",
    description = "O arquivo é o corpo do pedido, ou o campo `file` de um formulário multipart: OFX, camt.053, \
        CNAB 240 (segmento E) ou CSV, reconhecido pelo conteúdo, de até 20 MiB. Importar de novo, ou um arquivo \
        que se sobrepõe a outro, só acrescenta o que é novo; por isso não pede Idempotency-Key.",
    params(Into),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, description = "O que o arquivo trouxe", body = ImportView))
)]
pub(crate) async fn import(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(into): Params<Into>,
    request: Request,
) -> Answer {
    let mut errors = FieldErrors::default();
    if into.account_id.is_empty() {
        errors.add("account_id", "missing", "diga em qual conta");
    }
    if !["", "true", "false"].contains(&into.confirmed.as_str()) {
        errors.add("confirmed", "invalid", "use true ou false");
    }
    errors.check()?;
    let (name, bytes) = file(&app, request).await?;
    let name = some(into.file_name).unwrap_or(name);
    let confirmed = into.confirmed == "true";
    let given = GivenStatement { name, bytes, mapping: None, confirmed };
    let import = move |world: &_| statements::import(world, &actor, &into.account_id, &given);
    json(StatusCode::CREATED, &app.desk(import).await?)
}

/// Name and content of what was sent, by itself or in a form.
pub(super) async fn file(app: &App, request: Request) -> Result<(String, Vec<u8>), Problem> {
    let broken = |status: StatusCode| {
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            let said = format!("O arquivo passa de {} MiB.", statements::FILE_MAX >> 20);
            return Problem::new(kinds::TOO_LARGE, said);
        }
        Problem::new(kinds::MALFORMED, "O corpo chegou incompleto; envie de novo.")
    };
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.unwrap_or_default().starts_with("multipart/form-data") {
        let bytes = Bytes::from_request(request, app).await.map_err(|e| broken(e.status()))?;
        return Ok((String::new(), bytes.into()));
    }
    let mut form = Multipart::from_request(request, app).await.map_err(|e| broken(e.status()))?;
    while let Some(part) = form.next_field().await.map_err(|e| broken(e.status()))? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().replace('\0', "");
            let bytes = part.bytes().await.map_err(|e| broken(e.status()))?;
            return Ok((name, bytes.into()));
        }
    }
    Ok((String::new(), Vec::new()))
}

/// Whose statement.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// Só desta conta; todas, se omitida.
    #[param(required = false)]
    account_id: String,
}

/// What will be read.
#[derive(Serialize, ToSchema)]
#[schema(as = StatementFetch)]
pub(crate) struct FetchView {
    /// So many accounts.
    accounts: usize,
}

#[utoipa::path(
    post, path = "/v1/statements/fetch", tag = "statements", operation_id = "fetchStatements",
    summary = "Buscar extratos agora",
    description = "Adianta a busca que quita faz sozinha a cada dia útil. Repetir não muda nada, por isso não \
        pede Idempotency-Key.",
    params(Whose),
    responses((status = 202, description = "Buscas pedidas", body = FetchView))
)]
pub(crate) async fn fetch(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(whose): Params<Whose>,
) -> Answer {
    let account = some(whose.account_id);
    let fetch = move |world: &_| statements::fetch_now(world, &actor, account.as_deref());
    json(StatusCode::ACCEPTED, &FetchView { accounts: app.desk(fetch).await? })
}

/// What became of a line that the bank no longer tells.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MissingDecision {
    /// `discarded`: the bank took it back, and it counts no longer; `kept`: it counts.
    decision: String,
}

#[utoipa::path(
    put, path = "/v1/statement_lines/{id}/missing", tag = "statements", operation_id = "decideMissingLine",
    summary = "Decidir sobre um lançamento que o banco não mostra mais",
    description = "Só onde `missing` não é nulo. Descartado, não conta no saldo e o que o explicava é desfeito; \
        uma decisão desfaz a outra. Repetir não muda nada.",
    params(("id" = String, Path, description = "Id do lançamento")),
    request_body = MissingDecision,
    responses((status = 200, description = "O lançamento", body = LineView))
)]
pub(crate) async fn decide_missing(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<MissingDecision>,
) -> Answer {
    let Some(decision) = Missing::from_word(&body.value.decision) else {
        return Err(Error::invalid("decision", "invalid", "use discarded ou kept").into());
    };
    ok(&app.desk(move |world| statements::decide_missing(world, &actor, &id, decision)).await?)
}
