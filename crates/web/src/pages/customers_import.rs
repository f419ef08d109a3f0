//! Customers from a table: upload, columns, dry run, and all of them at once. Nothing is kept on
//! the server in between: the page carries the text of the file.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::customer_import::{self, Column, Counts, Mapping, RowError, Table};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Fields, csrf};
use super::upload::Upload;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const HERE: &str = "/clientes/importar";
const PLACE: &str = "/clientes";
const TITLE: &str = "Importar clientes";
/// Errors shown at once; a table with more has one reason for most.
const SHOWN_MAX: usize = 500;
/// Rows shown as a sample.
const SAMPLE: usize = 3;

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(blank).post(read))
}

async fn blank(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Charge)?;
    Ok(shell::page(&app, &who, PLACE, TITLE, choose(&who, &Errors::default())))
}

fn choose(who: &SignedIn, errors: &Errors) -> Markup {
    html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "Uma planilha em XLSX ou CSV: a primeira linha dá nome às colunas, cada linha seguinte é um cliente." }
        }
        (errors.summary(&[]))
        form.card.stack method="post" action=(HERE) enctype="multipart/form-data" {
            (csrf(who))
            div.drop data-drop {
                label for="file" { "Escolha a planilha (XLSX ou CSV) ou arraste-a para cá" }
                input #file type="file" name="file" accept=".xlsx,.csv,.txt,text/csv" required;
            }
            p.hint { "Separador e acentos são reconhecidos. Só nome e CPF ou CNPJ são obrigatórios. Nada é gravado antes de você conferir." }
            p { button.first { "Ler arquivo" } }
        }
    }
}

async fn read(State(app): State<App>, upload: Upload) -> Page {
    let Upload { who, fields, files } = upload;
    who.actor.must(Permission::Charge)?;
    let fresh = files.first().map(|(_, file)| file.bytes.as_slice());
    let is_fresh = fresh.is_some();
    // A page begins its text with a line break, which the browser may leave out.
    let carried = fields.raw("table").trim_start_matches(['\r', '\n']);
    let table = match customer_import::read(fresh.unwrap_or(carried.as_bytes())) {
        Ok(table) => table,
        Err(error) => {
            let page = shell::page(&app, &who, PLACE, TITLE, choose(&who, &Errors::of(error)?));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let mapping = if is_fresh { customer_import::guess(&table) } else { chosen(&table, &fields) };
    let really = !is_fresh && fields.get("do") == "import";
    let (actor, given, columns) = (who.actor.clone(), table.clone(), mapping.clone());
    let result: Result<_, Error> = app
        .ask(move |world| match really {
            true => customer_import::import(world, &actor, &given, &columns),
            false => customer_import::try_out(world, &actor, &given, &columns),
        })
        .await;
    let result = result?;
    if let (true, Ok(counts)) = (really, &result) {
        return Ok(shell::page(&app, &who, PLACE, TITLE, done(*counts)));
    }
    let status = match &result {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let text = customer_import::as_text(&table);
    let content = preview(&who, &text, &table, &mapping, &result);
    Ok((status, shell::page(&app, &who, PLACE, TITLE, content)).into_response())
}

fn chosen(table: &Table, fields: &Fields) -> Mapping {
    let at = |column: &Column| fields.get(column.word()).parse::<usize>().ok();
    Column::ALL
        .into_iter()
        .filter_map(|column| Some((column, at(&column)?)))
        .filter(|(_, at)| *at < table.header.len())
        .collect()
}

fn preview(
    who: &SignedIn,
    text: &str,
    table: &Table,
    mapping: &Mapping,
    result: &Result<Counts, Vec<RowError>>,
) -> Markup {
    html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "Confira as colunas. Nada foi gravado ainda." }
        }
        @match result {
            Ok(counts) => div.notice.good role="status" {
                (rows(table.rows.len())) " sem erros: " (counts.new) " a cadastrar, "
                (several(counts.known, "que já existe e será atualizado", "que já existem e serão atualizados")) "."
            },
            Err(wrong) => (errors_html(wrong)),
        }
        form.card.stack method="post" action=(HERE) enctype="multipart/form-data" {
            (csrf(who))
            textarea name="table" hidden aria-hidden="true" { "\n" (text) }
            h2 { "Colunas" }
            div.fields {
                @for column in Column::ALL { (choice(table, mapping, column)) }
            }
            (sample(table))
            div.row {
                @if result.is_ok() {
                    button.first name="do" value="import" { "Importar " (rows(table.rows.len())) }
                }
                button name="do" value="check" { "Conferir de novo" }
                a href=(HERE) { "Escolher outro arquivo" }
            }
        }
    }
}

fn choice(table: &Table, mapping: &Mapping, column: Column) -> Markup {
    let at = mapping.get(&column).map(ToString::to_string).unwrap_or_default();
    let none = (String::new(), "– não há –".to_owned());
    let headers = table.header.iter().enumerate();
    let headers = headers.map(|(at, header)| (at.to_string(), header.clone()));
    let mut field = Field::text(column.word(), column.label()).value(&at).width("w3");
    if column.required() {
        field = field.must();
    }
    field.choice(std::iter::once(none).chain(headers), &Errors::default())
}

fn sample(table: &Table) -> Markup {
    html! {
        div.scroll { table {
            caption.hint { "As primeiras linhas do arquivo" }
            thead { tr { @for header in &table.header { th scope="col" { (header) } } } }
            tbody {
                @for row in table.rows.iter().take(SAMPLE) {
                    tr { @for cell in &row.cells { td { (cell) } } }
                }
            }
        } }
    }
}

fn errors_html(wrong: &[RowError]) -> Markup {
    html! {
        div.notice.bad role="alert" tabindex="-1" {
            strong {
                (show::count(i64::try_from(wrong.len()).unwrap_or(i64::MAX), "coisa a corrigir", "coisas a corrigir"))
                ". Nada será importado enquanto houver erro."
            }
            div.scroll { table {
                caption.visually-hidden { "O que está errado, por linha do arquivo" }
                thead { tr { th scope="col" { "Linha" } th scope="col" { "Coluna" } th scope="col" { "O que há" } } }
                tbody {
                    @for error in wrong.iter().take(SHOWN_MAX) {
                        tr { td { (error.line) } td { (error.column) } td { (error.message) } }
                    }
                }
            } }
            @if wrong.len() > SHOWN_MAX {
                p { "Aqui estão só os primeiros " (SHOWN_MAX) "." }
            }
        }
    }
}

fn done(counts: Counts) -> Markup {
    html! {
        div.title { h1 { (TITLE) } }
        div.notice.good role="status" {
            (several(counts.new, "cadastrado", "cadastrados")) ", "
            (several(counts.known, "atualizado", "atualizados")) "."
        }
        p { a.button.first href=(PLACE) { "Ver clientes" } }
    }
}

fn rows(count: usize) -> String {
    several(count, "linha", "linhas")
}

fn several(count: usize, one: &str, many: &str) -> String {
    show::count(i64::try_from(count).unwrap_or(i64::MAX), one, many)
}
