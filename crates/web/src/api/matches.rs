//! What explains the lines of statements.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use jiff::civil::Date;
use quita_engine::desk::read::Page;
use quita_engine::desk::reconciliation::{
    self, Explain, Filter, MatchLine, MatchView, SuggestionsView,
};
use quita_engine::error::{Error, FieldErrors};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::page;
use crate::app::App;
use crate::auth::Caller;
use crate::input::{Body, Id, Params};
use crate::reply::{Answer, ok};

/// Which matches.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// De lançamentos deste dia em diante, AAAA-MM-DD.
    #[param(required = false, format = Date)]
    from: String,
    /// De lançamentos até este dia, inclusive.
    #[param(required = false, format = Date)]
    to: String,
    /// `automatic` ou `person`.
    #[param(required = false)]
    by: String,
    /// `next_cursor` da página anterior.
    #[param(required = false)]
    cursor: String,
    /// Itens por página, de 1 a 200; 50 se omitido.
    #[param(required = false, value_type = i64, minimum = 1, maximum = 200, default = 50)]
    limit: String,
}

impl Wanted {
    fn read(self) -> Result<(Filter, Option<String>, i64), Error> {
        let mut errors = FieldErrors::default();
        let mut date = |name: &str, text: &str| {
            let date = if text.len() == 10 { text.parse::<Date>().ok() } else { None };
            if date.is_none() && !text.is_empty() {
                errors.add(name, "invalid", "use uma data AAAA-MM-DD");
            }
            date
        };
        let (from, to) = (date("from", &self.from), date("to", &self.to));
        let automatic = match self.by.as_str() {
            "" => None,
            "automatic" => Some(true),
            "person" => Some(false),
            _ => {
                errors.add("by", "invalid", "use automatic ou person");
                None
            }
        };
        let paging = page(self.cursor, &self.limit);
        if let Err(Error::Invalid(wrong)) = &paging {
            errors.extend(wrong.clone());
        }
        errors.check()?;
        let (cursor, limit) = paging?;
        Ok((Filter { from, to, automatic }, cursor, limit))
    }
}

#[utoipa::path(
    get, path = "/v1/matches", tag = "reconciliation", operation_id = "listMatches",
    summary = "Listar conciliações",
    description = "O que explica cada lançamento, da mais nova à mais antiga, com as desfeitas.",
    params(Wanted),
    responses((status = 200, description = "Uma página", body = Page<MatchView>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(wanted): Params<Wanted>,
) -> Answer {
    let (filter, cursor, limit) = wanted.read()?;
    let found = app.desk(move |world| {
        reconciliation::matches(world, &actor, &filter, cursor.as_deref(), limit)
    });
    ok(&found.await?)
}

#[utoipa::path(
    post, path = "/v1/matches/{id}/undo", tag = "reconciliation", operation_id = "undoMatch",
    summary = "Desfazer uma conciliação",
    description = "O lançamento volta a ficar em aberto e não é mais conciliado sozinho. Repetir não muda nada.",
    params(("id" = String, Path, description = "Id da conciliação")),
    responses((status = 200, description = "A conciliação, desfeita", body = MatchView))
)]
pub(crate) async fn undo(State(app): State<App>, Caller(actor): Caller, Id(id): Id) -> Answer {
    ok(&app.desk(move |world| reconciliation::undo(world, &actor, &id)).await?)
}

#[utoipa::path(
    get, path = "/v1/statement_lines/{id}/suggestions", tag = "reconciliation",
    operation_id = "listSuggestions",
    summary = "O que um lançamento pode ser",
    description = "As cobranças que ele pode pagar, da mais provável à menos, e por que nada é certo.",
    params(("id" = String, Path, description = "Id do lançamento")),
    responses((status = 200, description = "As sugestões", body = SuggestionsView))
)]
pub(crate) async fn suggestions(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
) -> Answer {
    ok(&app.desk(move |world| reconciliation::suggestions(world, &actor, &id)).await?)
}

#[utoipa::path(
    post, path = "/v1/statement_lines/{id}/match", tag = "reconciliation", operation_id = "matchLine",
    summary = "Conciliar um lançamento com boletos",
    description = "Com um ou vários boletos. O que somam é o valor do lançamento, ou `difference` diz o que é a \
        diferença. Não dá baixa em nenhum boleto. Repetir o mesmo pedido responde o mesmo.",
    params(("id" = String, Path, description = "Id do lançamento")),
    request_body = MatchLine,
    responses((status = 200, description = "A conciliação", body = MatchView))
)]
pub(crate) async fn match_line(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<MatchLine>,
) -> Answer {
    ok(&app.desk(move |world| reconciliation::match_line(world, &actor, &id, &body.value)).await?)
}

#[utoipa::path(
    post, path = "/v1/statement_lines/{id}/explain", tag = "reconciliation", operation_id = "explainLine",
    summary = "Explicar um lançamento sem boletos",
    description = "Como tarifa, transferência ou outra coisa.",
    params(("id" = String, Path, description = "Id do lançamento")),
    request_body = Explain,
    responses((status = 200, description = "A conciliação", body = MatchView))
)]
pub(crate) async fn explain(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<Explain>,
) -> Answer {
    ok(&app.desk(move |world| reconciliation::explain(world, &actor, &id, &body.value)).await?)
}

/// Nothing needs to explain a line.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ignore {
    /// Why.
    #[serde(default)]
    note: String,
}

#[utoipa::path(
    post, path = "/v1/statement_lines/{id}/ignore", tag = "reconciliation", operation_id = "ignoreLine",
    summary = "Ignorar um lançamento",
    description = "Nada precisa explicá-lo. Pode ser desfeito.",
    params(("id" = String, Path, description = "Id do lançamento")),
    request_body = Ignore,
    responses((status = 200, description = "A conciliação", body = MatchView))
)]
pub(crate) async fn ignore(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<Ignore>,
) -> Answer {
    ok(&app.desk(move |world| reconciliation::ignore(world, &actor, &id, &body.value.note)).await?)
}

/// A boleto that a line does not pay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reject {
    /// Which boleto.
    boleto_id: String,
}

#[utoipa::path(
    post, path = "/v1/statement_lines/{id}/reject", tag = "reconciliation", operation_id = "rejectSuggestion",
    summary = "Dizer que um lançamento não paga um boleto",
    description = "O par não é mais sugerido.",
    params(("id" = String, Path, description = "Id do lançamento")),
    request_body = Reject,
    responses((status = 204, description = "Guardado"))
)]
pub(crate) async fn reject(
    State(app): State<App>,
    Caller(actor): Caller,
    Id(id): Id,
    body: Body<Reject>,
) -> Answer {
    let boleto_id = body.value.boleto_id;
    app.desk(move |world| reconciliation::reject(world, &actor, &id, &boleto_id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
