//! «Retornos»: files of banks sent here, and what each of their titles brought.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::accounts;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::returns::{self, Effect, FILE_MAX, GivenReturn, LineView, ReturnView};
use quita_engine::error::FieldError;

use super::failure::{Failure, Page};
use super::form::{Errors, Fields, csrf};
use super::upload::Upload;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::reply;

const HERE: &str = "/retornos";
const TITLE: &str = "Retornos";
/// Files that are listed.
const FILES: i64 = 50;
/// Titles on a page of a report.
const LINES: i64 = 200;

pub(super) fn routes() -> Router<App> {
    // The form around the file takes some room too.
    let largest = DefaultBodyLimit::max(FILE_MAX + 64 * 1024);
    Router::new()
        .route(HERE, get(list))
        .route("/retornos/enviar", post(send).layer(largest))
        .route("/retornos/{id}", get(one))
        .route("/retornos/{id}/como-esta", get(standing))
        .route("/retornos/{id}/arquivo", get(file))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    list_page(&app, &who, &Errors::default()).await
}

async fn list_page(app: &App, who: &SignedIn, errors: &Errors) -> Page {
    let actor = who.actor.clone();
    let (files, accounts) = app
        .ask(move |world| {
            let files = returns::list(world, &actor, None, None, FILES)?.data;
            Ok((files, accounts::list(world, &actor)?))
        })
        .await?;
    let name = |id: &str| {
        let account = accounts.iter().find(|account| account.id == id);
        account.map_or("", |account| account.description.as_str())
    };
    let content = html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "O que o banco responde por arquivo: registros, recusas, pagamentos e baixas." }
        }
        @if who.actor.permissions.contains(&Permission::Charge) { (form(who, errors)) }
        @if files.is_empty() {
            div.card.empty {
                strong { "Nenhum retorno ainda" }
                "Baixe o arquivo de retorno no portal do banco e solte-o aqui."
            }
        } @else {
            section.card {
                h2 { "Retornos recebidos" }
                div.scroll { table {
                    thead { tr {
                        th scope="col" { "Arquivo" }
                        th scope="col" { "Conta" }
                        th scope="col" { "Recebido" }
                        th.number scope="col" { "Títulos" }
                        th.number scope="col" { "Novidades" }
                        th.number scope="col" { "A conferir" }
                        th.number scope="col" { "Pagamentos novos" }
                    } }
                    tbody { @for file in &files { tr {
                        td { a href={ (HERE) "/" (file.id) } { (label(file)) } }
                        td { (name(&file.account_id)) }
                        td { (show::time(file.created_at)) }
                        td.number { (file.titles) @if file.done_at.is_none() { " (lendo…)" } }
                        td.number { (file.news) }
                        td.number { (file.open) }
                        td.number { (show::money(file.received)) }
                    } } }
                } }
            }
        }
    };
    let status =
        if errors.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, shell::page(app, who, HERE, TITLE, content)).into_response())
}

fn label(file: &ReturnView) -> &str {
    if file.file_name.is_empty() { "sem nome" } else { &file.file_name }
}

fn form(who: &SignedIn, errors: &Errors) -> Markup {
    html! {
        form.card.stack method="post" action={ (HERE) "/enviar" } enctype="multipart/form-data" {
            h2 { "Enviar retorno" }
            (errors.summary(&[]))
            (csrf(who))
            div.drop data-drop {
                label for="file" { "Escolha o arquivo de retorno (CNAB 240 ou 400) ou arraste-o para cá" }
                input #file type="file" name="file" required;
            }
            p.hint { "O banco, o layout e a conta são reconhecidos pelo conteúdo. Enviar o mesmo arquivo de novo, ou um que repete parte de outro, não conta nada duas vezes." }
            p { button.first { "Enviar" } }
        }
    }
}

async fn send(State(app): State<App>, upload: Upload) -> Page {
    let Upload { who, mut files, .. } = upload;
    let given = files.pop().map(|(_, file)| GivenReturn { name: file.name, bytes: file.bytes });
    let (actor, given) = (who.actor.clone(), given.unwrap_or_default());
    match app.ask(move |world| returns::import(world, &actor, &given)).await {
        Ok(kept) => {
            let known = if kept.known { "?conhecido=1" } else { "" };
            Ok(Redirect::to(&format!("{HERE}/{}{known}", kept.id)).into_response())
        }
        Err(quita_engine::error::Error::Conflict { message, .. }) => {
            let errors = Errors(vec![FieldError::new("file", "conflict", message)]);
            list_page(&app, &who, &errors).await
        }
        Err(error) => list_page(&app, &who, &Errors::of(error)?).await,
    }
}

async fn one(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let given = Fields(given);
    let (file, lines) = report(&app, &who, &id, &given).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let content = html! {
        div.title {
            h1 { "Retorno " (label(&file)) }
            div.actions {
                @if may { a.button href={ (HERE) "/" (file.id) "/arquivo" } { "Baixar como veio" } }
            }
            p.subtitle { (file.layout) " · " a href=(HERE) { "todos os retornos" } }
        }
        @if given.is_checked("conhecido") {
            div.notice.wait role="status" { "Este conteúdo já tinha sido enviado: nada foi lido de novo." }
        }
        (shell::live(&who))
        (report_html(&file, &lines, &given))
    };
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

/// The report as a part of the page, which changes while the file is read.
async fn standing(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let given = Fields(given);
    let (file, lines) = report(&app, &who, &id, &given).await?;
    Ok(shell::fragment(report_html(&file, &lines, &given)))
}

async fn report(
    app: &App,
    who: &SignedIn,
    id: &str,
    given: &Fields,
) -> Result<(ReturnView, Vec<LineView>), Failure> {
    let (actor, id) = (who.actor.clone(), id.to_owned());
    let after = given.get("depois").parse().unwrap_or(0);
    let effect = returns::effect(given.get("efeito"));
    let found = app.ask(move |world| {
        let file = returns::get(world, &actor, &id)?;
        let lines = returns::lines(world, &actor, &id, after, effect, LINES)?;
        Ok((file, lines))
    });
    Ok(found.await?)
}

/// Effects with their words on screen.
const EFFECTS: [(&str, Effect, &str); 5] = [
    ("new", Effect::New, "Novidade"),
    ("known", Effect::Known, "Já se sabia"),
    ("nothing", Effect::Nothing, "Informativo"),
    ("unknown", Effect::Unknown, "Sem boleto aqui"),
    ("look", Effect::Look, "A conferir"),
];

fn report_html(file: &ReturnView, lines: &[LineView], given: &Fields) -> Markup {
    let address = format!("{HERE}/{}", file.id);
    let query = |after: i64| format!("?efeito={}&depois={after}", given.get("efeito"));
    let part = query(given.get("depois").parse().unwrap_or(0));
    let full = i64::try_from(lines.len()).unwrap_or(i64::MAX) == LINES;
    html! {
        div data-subject=(file.id) data-refresh={ (address) "/como-esta" (part) } {
            section.card.stack {
                p {
                    @if file.done_at.is_some() { span.state.good { "Lido" } }
                    @else { span.state.wait { "Lendo…" } }
                }
                dl.facts {
                    dt { "Recebido" } dd { (show::time(file.created_at)) }
                    @if let Some(day) = file.written_on { dt { "Gravado pelo banco em" } dd { (show::date(day)) } }
                    @if let Some(number) = file.file_number { dt { "Número no banco" } dd { (number) } }
                    dt { "Títulos" } dd { (file.titles) }
                    dt { "Novidades" } dd { (file.news) }
                    dt { "A conferir" } dd { (file.open) }
                    dt { "Pagamentos novos" } dd { (show::money(file.received)) }
                }
            }
            @if !file.warnings.is_empty() {
                div.notice.wait {
                    strong { (show::count(i64::try_from(file.warnings.len()).unwrap_or(i64::MAX), "aviso", "avisos")) }
                    ul { @for warning in &file.warnings { li { (warning) } } }
                }
            }
            section.card.stack {
                h2 { "O que o banco diz de cada título" }
                nav.tabs aria-label="Efeito" {
                    a href=(address) aria-current=[given.get("efeito").is_empty().then_some("true")] { "Todos" }
                    @for (word, _, said) in EFFECTS {
                        a href={ (address) "?efeito=" (word) } aria-current=[(given.get("efeito") == word).then_some("true")] { (said) }
                    }
                }
                @if lines.is_empty() { p { "Nada assim neste arquivo." } }
                @else { (table(lines)) }
                @if let Some(last) = lines.last().filter(|_| full) {
                    p { a href={ (address) (query(last.line)) } { "Mais títulos" } }
                }
            }
        }
    }
}

fn table(lines: &[LineView]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th.number scope="col" { "Linha" }
                th scope="col" { "Boleto" }
                th scope="col" { "Nosso número" }
                th scope="col" { "O que aconteceu" }
                th scope="col" { "Em" }
                th.number scope="col" { "Valor" }
                th.number scope="col" { "Pago" }
                th scope="col" { "Crédito" }
                th scope="col" { "Resultado" }
            } }
            tbody { @for line in lines { (row(line)) } }
        } }
    }
}

fn row(line: &LineView) -> Markup {
    let look = match line.effect {
        Effect::New => "good",
        Effect::Known | Effect::Nothing => "still",
        Effect::Unknown | Effect::Look => "wait",
    };
    let said = EFFECTS.iter().find(|(_, effect, _)| *effect == line.effect);
    html! {
        tr {
            td.number { (line.line) }
            td {
                @match (&line.boleto_id, &line.boleto_number) {
                    (Some(id), Some(number)) => a href={ "/boletos/" (id) } { (number) },
                    _ => (line.document_number.as_deref().unwrap_or("–")),
                }
                @if let Some(name) = &line.customer_name { br; span.hint { (name) } }
            }
            td { (line.our_number.as_deref().unwrap_or("–")) }
            td {
                (line.occurrence) " " (line.text)
                @for reason in &line.reasons { br; span.hint { (reason) } }
            }
            td { (line.occurrence_date.map(show::date).unwrap_or_default()) }
            td.number { (line.amount.map(show::money).unwrap_or_default()) }
            // What is no payment has zeros there.
            td.number { (line.paid_amount.filter(|paid| *paid != 0).map(show::money).unwrap_or_default()) }
            td { (line.credit_date.map(show::date).unwrap_or_default()) }
            td {
                span class={ "state " (look) } { (said.map_or("", |(_, _, said)| said)) }
                @for note in &line.notes { br; span.hint { (note) } }
            }
        }
    }
}

async fn file(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let download = move |world: &_| returns::download(world, &who.actor, &id);
    let (name, bytes) = app.ask(download).await?;
    Ok(reply::download(bytes, &name))
}
