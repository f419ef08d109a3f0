//! «Emitir em lote»: a file, its columns, all that is wrong with it, and how far it is.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::batch::{
    self, Batch, COLUMNS, Choice, DryRun, FILE_MAX, Mapping, Progress, RowStatus, Status,
};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::terms::{self, NewTerms};

use super::failure::{Failure, Page};
use super::form::{Errors, Field, Fields, Form, csrf};
use super::upload::Upload;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const HERE: &str = "/boletos/lote";
const TITLE: &str = "Emitir em lote";

pub(super) fn routes() -> Router<App> {
    // The form around the file takes some room too.
    let upload = get(list).post(upload).layer(DefaultBodyLimit::max(FILE_MAX + 64 * 1024));
    Router::new()
        .route(HERE, upload)
        .route("/boletos/lote/modelo.csv", get(template))
        .route("/boletos/lote/{id}", get(one))
        .route("/boletos/lote/{id}/colunas", get(columns).post(choose))
        .route("/boletos/lote/{id}/andamento", get(fragment))
        .route("/boletos/lote/{id}/emitir", post(start))
        .route("/boletos/lote/{id}/pausar", post(pause))
        .route("/boletos/lote/{id}/continuar", post(resume))
        .route("/boletos/lote/{id}/descartar", post(discard))
}

fn address(id: &str) -> String {
    format!("{HERE}/{id}")
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let content = list_content(&app, &who, &Errors::default()).await?;
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

async fn list_content(app: &App, who: &SignedIn, errors: &Errors) -> Result<Markup, Failure> {
    let actor = who.actor.clone();
    let batches = app.ask(move |world| batch::list(world, &actor)).await?;
    Ok(html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "De uma planilha, muitos boletos: nada é emitido antes de você conferir." }
        }
        div.card {
            h2 { "Enviar planilha" }
            (errors.summary(&["file"]))
            form.stack method="post" action=(HERE) enctype="multipart/form-data" {
                (csrf(who))
                div.drop data-drop {
                    label for="file" { "Arquivo XLSX ou CSV" }
                    input #file type="file" name="file" required
                        accept=".xlsx,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        aria-invalid=[errors.at("file").map(|_| "true")]
                        aria-describedby=[errors.at("file").map(|_| "file-error")];
                    @if let Some(error) = errors.at("file") { span.error #file-error { (error) } }
                    span.hint { "Solte o arquivo aqui ou escolha. Até 10 MB e 10.000 linhas; a primeira linha tem os nomes das colunas." }
                }
                div.row {
                    button.first { "Enviar e conferir" }
                    a href="/boletos/lote/modelo.csv" { "Baixar um modelo" }
                }
            }
        }
        div.card {
            h2 { "Lotes" }
            @if batches.is_empty() {
                div.empty {
                    strong { "Nenhum lote ainda" }
                    "Envie uma planilha com uma linha para cada boleto. Suas colunas podem ter qualquer nome e ordem: você diz o que é o quê, e da próxima vez já estará lembrado."
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Lotes, do mais novo ao mais antigo" }
                    thead { tr {
                        th scope="col" { "Arquivo" } th scope="col" { "Enviado" }
                        th.number scope="col" { "Linhas" } th scope="col" { "Situação" }
                    } }
                    tbody { @for batch in &batches { tr {
                        th scope="row" { a href=(address(&batch.id)) { (name(batch)) } }
                        td { (show::time(batch.created_at)) }
                        td.number { (batch.total) }
                        td { (state(batch.status)) }
                    } } }
                } }
            }
        }
    })
}

fn name(batch: &Batch) -> &str {
    if batch.file_name.is_empty() { "planilha" } else { &batch.file_name }
}

fn state(status: Status) -> Markup {
    let (label, look) = match status {
        Status::Draft => ("Por conferir", "still"),
        Status::Running => ("Emitindo", "wait"),
        Status::Paused => ("Pausado", "wait"),
        Status::Done => ("Emitido", "good"),
    };
    html! { span class={ "state " (look) } { (label) } }
}

/// A table to begin with, as spreadsheets in Brazil open it.
async fn template(Visitor(_): Visitor) -> Page {
    let labels: Vec<&str> = COLUMNS.iter().map(|column| column.label).collect();
    let example = "NF 1001;123.456.789-09;Maria Exemplo;maria@example.com;(31) 99999-0000;\
                   30110-000;Rua das Acácias;100;Sala 2;Centro;Belo Horizonte;MG;1.234,56;\
                   10/12/2030;Obrigado pela preferência;duplicata";
    let text = format!("\u{feff}{}\r\n{example}\r\n", labels.join(";"));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"modelo-boletos.csv\""),
    ];
    Ok((headers, text).into_response())
}

async fn upload(State(app): State<App>, Upload { who, files, .. }: Upload) -> Page {
    let actor = who.actor.clone();
    let (name, bytes) =
        files.into_iter().next().map(|(_, f)| (f.name, f.bytes)).unwrap_or_default();
    match app.ask(move |world| batch::upload(world, &actor, &name, &bytes)).await {
        Ok(id) => Ok(Redirect::to(&format!("{}/colunas", address(&id))).into_response()),
        Err(error) => {
            let content = list_content(&app, &who, &Errors::of(error)?).await?;
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What the page of columns shows besides what was typed.
struct Columns {
    batch: Batch,
    mapping: Mapping,
    accounts: Vec<AccountView>,
    terms: Vec<(String, String)>,
}

async fn columns_of(app: &App, who: &SignedIn, id: String) -> Result<Columns, Failure> {
    let actor = who.actor.clone();
    let found = app.ask(move |world| {
        let batch = batch::get(world, &actor, &id)?;
        let mapping = batch::mapping(world, &actor, &batch)?;
        let accounts = accounts::list(world, &actor)?;
        let terms = terms::list(world, &actor)?;
        Ok((batch, mapping, accounts, terms))
    });
    let (batch, mapping, accounts, terms) = found.await?;
    let accounts = accounts.into_iter().filter(|a| a.status == "active" && a.connected).collect();
    let terms = terms.into_iter().map(|kept| {
        let said = serde_json::from_str::<NewTerms>(kept.terms.get());
        (kept.id, said.map(|terms| terms.description).unwrap_or_default())
    });
    Ok(Columns { batch, mapping, accounts, terms: terms.collect() })
}

async fn columns(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let shown = columns_of(&app, &who, id).await?;
    if shown.batch.status != Status::Draft {
        return Ok(Redirect::to(&address(&shown.batch.id)).into_response());
    }
    let choice = shown.mapping.choice.clone();
    let content = columns_content(&who, &shown, &choice, &Errors::default());
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

fn columns_content(who: &SignedIn, shown: &Columns, choice: &Choice, errors: &Errors) -> Markup {
    let Columns { batch, mapping, accounts, terms } = shown;
    let mut options = vec![(String::new(), "— não há —".to_owned())];
    options.extend(batch.header.iter().enumerate().map(|(at, header)| {
        let example = mapping.sample.first().and_then(|row| row.cells.get(at));
        let example = example.filter(|text| !text.is_empty());
        let example: Option<String> = example.map(|text| text.chars().take(30).collect());
        let header = if header.is_empty() { format!("coluna {}", at + 1) } else { header.clone() };
        let label = example.map_or(header.clone(), |text| format!("{header} (ex.: {text})"));
        (at.to_string(), label)
    }));
    let column_names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    html! {
        div.title {
            h1 { "O que há em cada coluna" }
            p.subtitle {
                (name(batch)) " · " (show::count(batch.total, "linha", "linhas"))
                " · da próxima vez isto já vem preenchido"
            }
        }
        form.stack method="post" action={ (address(&batch.id)) "/colunas" } {
            (csrf(who))
            (errors.summary(&column_names))
            div.card {
                h2 { "Para todas as linhas" }
                div.fields {
                    @if accounts.len() > 1 {
                        (Field::text("account_id", "Conta").width("w6").must()
                            .value(choice.account_id.as_deref().unwrap_or_default())
                            .choice(accounts.iter().map(|a| (a.id.as_str(), a.description.as_str())), errors))
                    } @else if let Some(account) = accounts.first() {
                        div.field.w6 {
                            span.label { "Conta" }
                            span { (account.description) }
                            input type="hidden" name="account_id" value=(account.id);
                        }
                    } @else {
                        div.field { div.notice.bad role="alert" { "Não há conta ativa ligada ao banco. Cadastre uma antes de emitir." } }
                    }
                    (Field::text("terms_id", "Multa, juros e desconto").width("w6")
                        .value(choice.terms_id.as_deref().unwrap_or_default())
                        .choice(std::iter::once(("", "nenhum")).chain(terms.iter().map(|(id, name)| (id.as_str(), name.as_str()))), errors))
                }
            }
            div.card {
                h2 { "Colunas" }
                div.fields {
                    @for column in &COLUMNS {
                        @let at = choice.columns.get(column.name).map(usize::to_string).unwrap_or_default();
                        @let field = Field::text(column.name, column.label).value(&at).width("w4");
                        @let field = if column.must { field.must() } else { field };
                        (field.choice(options.iter().map(|(value, label)| (value, label)), errors))
                    }
                }
            }
            div.row {
                button.first { "Conferir todas as linhas" }
                a href=(HERE) { "Enviar outro arquivo" }
            }
        }
        div.card {
            h2 { "Primeiras linhas do arquivo" }
            div.scroll { table {
                caption.visually-hidden { "Primeiras linhas do arquivo" }
                thead { tr {
                    th scope="col" { "Linha" }
                    @for header in &batch.header { th scope="col" { (header) } }
                } }
                tbody { @for row in &mapping.sample { tr {
                    th scope="row" { (row.line) }
                    @for cell in &row.cells { td { (cell) } }
                } } }
            } }
        }
    }
}

fn choice_of(fields: &Fields) -> Choice {
    let some = |name: &str| Some(fields.get(name).to_owned()).filter(|id| !id.is_empty());
    let columns = COLUMNS
        .iter()
        .filter_map(|column| Some((column.name.to_owned(), fields.get(column.name).parse().ok()?)));
    Choice {
        columns: columns.collect(),
        account_id: some("account_id"),
        terms_id: some("terms_id"),
    }
}

async fn choose(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let choice = choice_of(&fields);
    let (actor, chosen, of) = (who.actor.clone(), choice.clone(), id.clone());
    match app.ask(move |world| batch::choose(world, &actor, &of, &chosen)).await {
        Ok(()) => Ok(Redirect::to(&address(&id)).into_response()),
        Err(error) => {
            let errors = Errors::of(error)?;
            let shown = columns_of(&app, &who, id).await?;
            let content = columns_content(&who, &shown, &choice, &errors);
            let page = shell::page(&app, &who, HERE, TITLE, content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn one(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    show_one(&app, &who, id, &Errors::default()).await
}

async fn show_one(app: &App, who: &SignedIn, id: String, errors: &Errors) -> Page {
    let (actor, of) = (who.actor.clone(), id.clone());
    let batch = app.ask(move |world| batch::get(world, &actor, &of)).await?;
    let actor = who.actor.clone();
    let content = if batch.status != Status::Draft {
        let progress = app.ask(move |world| batch::progress(world, &actor, &id)).await?;
        progress_content(who, &progress)
    } else if batch.choice.is_none() {
        return Ok(Redirect::to(&format!("{}/colunas", address(&id))).into_response());
    } else {
        let of = batch.clone();
        let dry = app.ask(move |world| batch::check(world, &actor, &of)).await?;
        check_content(who, &batch, &dry, errors)
    };
    let page = shell::page(app, who, HERE, TITLE, content);
    if errors.0.is_empty() {
        return Ok(page);
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn check_content(who: &SignedIn, batch: &Batch, dry: &DryRun, errors: &Errors) -> Markup {
    let here = address(&batch.id);
    let ready = dry.good > 0 && dry.general.is_empty();
    html! {
        div.title {
            h1 { "Conferência" }
            p.subtitle { (name(batch)) " · nada foi emitido ainda" }
        }
        (errors.summary(&[]))
        @for fault in &dry.general {
            div.notice.bad role="alert" { (fault) }
        }
        @if let Some(earlier) = &dry.same_file {
            div.notice.wait role="status" {
                "Este mesmo arquivo já foi enviado e emitido em " (show::time(earlier.created_at)) ": "
                a href=(address(&earlier.id)) { "veja aquele lote" }
                ". O que já foi emitido não sai de novo."
            }
        }
        div.cards {
            div.card {
                span.label { "Prontos para emitir" }
                span.figure { (show::count(dry.good, "boleto", "boletos")) }
                span.label { (show::money(dry.amount.cents())) }
            }
            div.card {
                span.label { "Com erro" }
                span.figure { (show::count(dry.bad, "linha", "linhas")) }
                span.label { (show::count(i64::try_from(dry.faults.len()).unwrap_or(i64::MAX), "correção", "correções")) }
            }
        }
        div.card {
            div.row {
                @if ready {
                    form method="post" action={ (here) "/emitir" }
                        data-confirm={ "Emitir " (show::count(dry.good, "boleto", "boletos")) ", no total de " (show::money(dry.amount.cents())) "?" } {
                        (csrf(who))
                        @if dry.bad > 0 { input type="hidden" name="without_bad" value="1"; }
                        button.first {
                            @if dry.bad == 0 { "Emitir " (show::count(dry.good, "boleto", "boletos")) }
                            @else if dry.good == 1 { "Emitir só o bom" }
                            @else { "Emitir só os " (dry.good) " bons" }
                        }
                    }
                }
                a.button href={ (here) "/colunas" } { "Mudar colunas" }
                a.button href=(HERE) { "Enviar o arquivo corrigido" }
                form method="post" action={ (here) "/descartar" } {
                    (csrf(who))
                    button.plain { "Descartar" }
                }
            }
            @if dry.bad > 0 {
                p.reason { "Corrija a planilha e envie-a de novo, ou emita só o que está certo e cuide do resto depois." }
            }
        }
        @if !dry.faults.is_empty() {
            div.card {
                h2 { "O que corrigir" }
                div.scroll { table {
                    caption.visually-hidden { "Erros, na ordem do arquivo" }
                    thead { tr { th.number scope="col" { "Linha" } th scope="col" { "Coluna" } th scope="col" { "O que corrigir" } } }
                    tbody { @for fault in &dry.faults { tr {
                        td.number { (fault.line) }
                        th scope="row" { (fault.column) }
                        td { (fault.message) }
                    } } }
                } }
            }
        }
    }
}

fn progress_content(who: &SignedIn, progress: &Progress) -> Markup {
    let batch = &progress.batch;
    let here = address(&batch.id);
    html! {
        div.title {
            h1 { (name(batch)) }
            p.subtitle { "Enviado em " (show::time(batch.created_at)) " · " (show::count(batch.total, "linha", "linhas")) }
            // Outside of what renews itself, so that the focus stays.
            div.actions {
                @if batch.status == Status::Running {
                    form method="post" action={ (here) "/pausar" } { (csrf(who)) button { "Pausar" } }
                }
                @if batch.status == Status::Paused {
                    form method="post" action={ (here) "/continuar" } { (csrf(who)) button.first { "Continuar" } }
                }
                @if progress.registered > 0 {
                    form method="post" action={ (here) "/email" }
                        data-confirm="Enviar por e-mail, a cada cliente, os boletos registrados deste lote que ainda não foram enviados?" {
                        (csrf(who))
                        button { "Enviar por e-mail" }
                    }
                }
                a.button href={ "/boletos?batch_id=" (batch.id) } { "Ver boletos" }
            }
        }
        (numbers(progress))
        p { a href=(HERE) { "Todos os lotes" } }
    }
}

async fn fragment(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let progress = app.ask(move |world| batch::progress(world, &who.actor, &id)).await?;
    Ok(shell::fragment(numbers(&progress)))
}

fn numbers(progress: &Progress) -> Markup {
    let Progress { batch, wanted, issued, failed, registered, refused, .. } = progress;
    let moves = progress.moves();
    let done = progress.answered();
    let here = address(&batch.id);
    html! {
        div data-poll=[moves.then_some("1")] data-refresh={ (here) "/andamento" } {
            div.card {
                p {
                    (state(batch.status)) " "
                    strong { (done) " de " (show::count(*wanted, "boleto concluído", "boletos concluídos")) }
                }
                progress max=((*wanted).max(1)) value=(done) aria-label="Boletos concluídos" { (done) " de " (wanted) }
                p.hint {
                    @if let Some(rate) = progress.rate { (format!("{},{} por segundo", rate / 10, rate % 10)) " · " }
                    @if let Some(left) = progress.seconds_left { "faltam " (duration(left)) }
                    @else if batch.status == Status::Paused { "pausado: nada mais sai até você continuar" }
                    @else if moves { "calculando o tempo que falta" }
                    @else if let Some(at) = batch.finished_at { "emitido em " (show::time(at)) }
                }
                @if progress.stumbled {
                    div.notice.wait role="status" { "Algo falhou há pouco deste lado; o lote tenta de novo sozinho e não repete nenhum boleto." }
                }
                @if moves { noscript { p { a href=(here) { "Atualizar" } } } }
                dl.facts {
                    dt { "Emitidos" } dd { (issued) " de " (wanted) }
                    dt { "Registrados no banco" } dd { (registered) }
                    dt { "Recusados pelo banco" } dd { (refused) }
                    dt { "Não emitidos" } dd { (failed) }
                    @if progress.left_out > 0 { dt { "Deixados de fora" } dd { (progress.left_out) } }
                }
            }
            @if !progress.failures.is_empty() { (failures(progress)) }
        }
    }
}

fn failures(progress: &Progress) -> Markup {
    html! {
        div.card {
            h2 { "Linhas que não viraram boleto" }
            p.reason { "Corrija-as na planilha e envie-as de novo num lote só delas." }
            div.scroll { table {
                caption.visually-hidden { "Linhas que não viraram boleto" }
                thead { tr { th.number scope="col" { "Linha" } th scope="col" { "Situação" } th scope="col" { "Por quê" } } }
                tbody { @for row in &progress.failures { tr {
                    td.number { (row.line) }
                    td.nowrap { @if row.status == RowStatus::LeftOut { "Deixada de fora" } @else { "Não emitida" } }
                    td { (row.message) }
                } } }
            } }
        }
    }
}

/// `cerca de 3 min`.
fn duration(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{} s", seconds.max(1)),
        60..3600 => format!("cerca de {} min", (seconds + 59) / 60),
        _ => format!("cerca de {} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

async fn start(State(app): State<App>, Path(id): Path<String>, Form { who, fields }: Form) -> Page {
    let without_bad = fields.is_checked("without_bad");
    let (actor, of) = (who.actor.clone(), id.clone());
    match app.ask(move |world| batch::start(world, &actor, &of, without_bad)).await {
        Ok(()) => Ok(Redirect::to(&address(&id)).into_response()),
        Err(error) => show_one(&app, &who, id, &Errors::of(error)?).await,
    }
}

async fn pause(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    let of = id.clone();
    app.ask(move |world| batch::pause(world, &who.actor, &of)).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

async fn resume(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    let of = id.clone();
    app.ask(move |world| batch::resume(world, &who.actor, &of)).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

async fn discard(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    app.ask(move |world| batch::discard(world, &who.actor, &id)).await?;
    Ok(Redirect::to(HERE).into_response())
}
