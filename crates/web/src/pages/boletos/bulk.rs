//! What is done to many boletos at once: one PDF, and the cancellation, which is shown first.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::routing::post;
use maud::{Markup, html};
use quita_engine::desk::act::{self, Action, Cancel};
use quita_engine::desk::issue::fingerprint;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::terms::Model;
use quita_engine::desk::view::BoletoView;
use quita_engine::desk::{pdf, printing, read};
use quita_engine::error::Error;

use super::{HERE, pill, refused, today};
use crate::app::App;
use crate::pages::failure::Page;
use crate::pages::form::{Errors, Field, Fields, Form, csrf};
use crate::pages::{shell, show};
use crate::reply;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/boletos/pdf", post(print))
        .route("/boletos/baixar", post(dry_run))
        .route("/boletos/baixar/confirmar", post(cancel))
}

fn chosen(fields: &Fields) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in fields.all("ids") {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn hidden<'a>(ids: impl IntoIterator<Item = &'a str>) -> Markup {
    html! { @for id in ids { input type="hidden" name="ids" value=(id); } }
}

/// Why a number of boletos will not do.
fn wrong_number(ids: &[String]) -> Option<Markup> {
    let said = match ids.len() {
        0 => "Nenhum boleto selecionado: marque a caixa de cada um na lista.".to_owned(),
        many if many > pdf::FILE_MAX => {
            format!("São {many} boletos; faça com até {} de cada vez.", pdf::FILE_MAX)
        }
        _ => return None,
    };
    Some(html! {
        div.title { h1 { "Boletos" } }
        div.notice.bad role="alert" { (said) }
        p { a.button href=(HERE) { "Voltar à lista" } }
    })
}

async fn print(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(quita_engine::desk::Permission::Read)?;
    let ids = chosen(&fields);
    if let Some(said) = wrong_number(&ids) {
        return Ok(refused(&app, &who, "Imprimir boletos", said));
    }
    let model = model(&fields);
    let actor = who.actor.clone();
    let done = app.ask(move |world| {
        let boletos = read::some(world, &actor, &ids)?;
        let is_ready =
            |boleto: &BoletoView| boleto.writable_line.is_some() && boleto.barcode.is_some();
        if boletos.iter().all(is_ready) {
            let bytes = pdf::draw_as(world, &actor, &ids, model)?;
            printing::record(world, &actor, &ids)?;
            return Ok(Ok(bytes));
        }
        Ok(Err(boletos.into_iter().partition::<Vec<_>, _>(is_ready)))
    });
    match done.await? {
        Ok(bytes) => Ok(reply::pdf(bytes, "boletos")),
        Err((ready, not_yet)) => {
            let content = not_all(&app, &who, &ready, &not_yet, fields.get("model"));
            Ok(refused(&app, &who, "Imprimir boletos", content))
        }
    }
}

/// What was asked for; as the terms of the boletos say where nothing was.
fn model(fields: &Fields) -> Option<Model> {
    (fields.get("model") == "carne").then_some(Model::Carne)
}

fn not_all(
    app: &App,
    who: &SignedIn,
    ready: &[BoletoView],
    not_yet: &[BoletoView],
    model: &str,
) -> Markup {
    let today = today(app);
    html! {
        div.title { h1 { "Imprimir boletos" } }
        div.notice.wait role="alert" {
            "Estes ainda não têm número do banco e não podem ser impressos:"
        }
        div.card { ul {
            @for boleto in not_yet {
                li { a href={ "/boletos/" (boleto.id) } { (boleto.document_number) } " · "
                    (boleto.customer.legal_name) " " (pill(boleto, today)) }
            }
        } }
        div.row {
            @if !ready.is_empty() {
                form method="post" action="/boletos/pdf" {
                    (csrf(who))
                    (hidden(ready.iter().map(|boleto| boleto.id.as_str())))
                    input type="hidden" name="model" value=(model);
                    button.first { "Imprimir os outros (" (ready.len()) ")" }
                }
            }
            a.button href=(HERE) { "Voltar à lista" }
        }
    }
}

/// Shows what would happen, and does nothing.
async fn dry_run(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let ids = chosen(&fields);
    let actor = who.actor.clone();
    if let Some(said) = wrong_number(&ids) {
        actor.must(quita_engine::desk::Permission::Charge)?;
        return Ok(refused(&app, &who, "Baixar boletos", said));
    }
    let (boletos, in_the_way) = app
        .ask(move |world| {
            let in_the_way = act::possible_for(world, &actor, &ids)?;
            Ok((read::some(world, &actor, &ids)?, in_the_way))
        })
        .await?;
    let said = boletos.iter().zip(in_the_way.into_iter().map(|each| each.cancel));
    let said: Vec<(&BoletoView, Option<String>)> = said.collect();
    let can: Vec<&BoletoView> =
        said.iter().filter(|(_, why)| why.is_none()).map(|(boleto, _)| *boleto).collect();
    let amount: i64 = can.iter().map(|boleto| boleto.amount).sum();
    // Each dry run is one request, however often its button is pressed.
    let request = app.world.ids().next_id();
    let content = html! {
        div.title {
            h1 { "Baixar boletos" }
            p.subtitle { "Nada foi feito ainda: confira e confirme." }
        }
        div.card {
            @let rows = said.iter().map(|(boleto, why)| {
                (*boleto, why.as_deref().map_or(Ok("Será cancelado no banco"), Err))
            });
            (outcomes(&app, rows))
        }
        @if can.is_empty() {
            div.notice.wait { "Nenhum destes boletos pode ser cancelado agora." }
            a.button href=(HERE) { "Voltar à lista" }
        } @else {
            form.card.stack method="post" action="/boletos/baixar/confirmar" {
                (csrf(&who))
                input type="hidden" name="request" value=(request);
                (hidden(can.iter().map(|boleto| boleto.id.as_str())))
                (Field::text("reason", "Motivo").hint("Até 50 caracteres; vai para o banco. Pode ficar vazio.").html(&Errors::default()))
                div.row {
                    button.danger {
                        "Cancelar " (show::count(count(can.len()), "boleto", "boletos")) " de " (show::money(amount))
                    }
                    a.button href=(HERE) { "Voltar sem cancelar" }
                }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, "Baixar boletos", content))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A table of boletos, each with what happens or happened to it, or why not.
fn outcomes<'a>(
    app: &App,
    rows: impl Iterator<Item = (&'a BoletoView, Result<&'a str, &'a str>)>,
) -> Markup {
    let today = today(app);
    html! {
        div.scroll { table {
            caption.visually-hidden { "O que acontece com cada boleto" }
            thead { tr { th scope="col" { "Número" } th scope="col" { "Cliente" } th.number scope="col" { "Valor" } th scope="col" { "Vencimento" } th scope="col" { "Situação" } th scope="col" { "O que acontece" } } }
            tbody { @for (boleto, said) in rows { tr {
                th scope="row" { a href={ "/boletos/" (boleto.id) } { (boleto.document_number) } }
                td { (boleto.customer.legal_name) }
                td.number { (show::money(boleto.amount)) }
                td.nowrap { (show::date(boleto.expiration_date)) }
                td { (pill(boleto, today)) }
                td { @match said {
                    Ok(said) => { (said) }
                    Err(why) => { strong { "Fica como está" } span.sub { (why) } }
                } }
            } } }
        } }
    }
}

/// Why a boleto stayed as it is. What failed on this side is for the log.
fn why_not(error: Error) -> String {
    match error {
        Error::Invalid(errors) => {
            errors.into_iter().map(|e| e.message).collect::<Vec<_>>().join("; ")
        }
        Error::Store(_) | Error::Config(_) | Error::Internal(_) => {
            tracing::error!(error = error.to_string(), "a boleto of many was not cancelled");
            "algo falhou deste lado: olhe o boleto e, se ele seguir aberto, peça de novo".to_owned()
        }
        other => other.to_string(),
    }
}

async fn cancel(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let ids = chosen(&fields);
    let actor = who.actor.clone();
    actor.must(quita_engine::desk::Permission::Charge)?;
    if let Some(said) = wrong_number(&ids) {
        return Ok(refused(&app, &who, "Baixar boletos", said));
    }
    let (request, reason) = (fields.get("request").to_owned(), fields.get("reason").to_owned());
    let (boletos, said) = app
        .ask(move |world| {
            let mut said = Vec::with_capacity(ids.len());
            for id in &ids {
                // Without a request of its own, it would be taken for any earlier one.
                let key =
                    if request.is_empty() { String::new() } else { format!("{request}-{id}") };
                let print = fingerprint(&format!("POST /boletos/baixar {id}"), reason.as_bytes());
                let action = Action::Cancel(Cancel { reason: reason.clone() });
                // Whatever became of one, the others are asked for too.
                let done = act::act(world, &actor, &key, &print, id, &action);
                said.push(done.err().map(why_not));
            }
            Ok((read::some(world, &actor, &ids)?, said))
        })
        .await?;
    let done = said.iter().filter(|why| why.is_none()).count();
    let content = html! {
        div.title { h1 { "Baixar boletos" } }
        @if done == said.len() {
            div.notice.good role="status" {
                "Pedido anotado para " (show::count(count(done), "boleto", "boletos"))
                ". O banco confirma em instantes; a lista muda sozinha."
            }
        } @else {
            div.notice.bad role="alert" {
                (done) " de " (said.len()) " pedidos anotados. Veja abaixo por que os outros ficaram."
            }
        }
        div.card {
            (outcomes(&app, boletos.iter().zip(&said).map(|(boleto, why)| {
                (boleto, why.as_deref().map_or(Ok("Cancelamento pedido ao banco"), Err))
            })))
        }
        p { a.button.first href=(HERE) { "Voltar à lista" } }
    };
    Ok(shell::page(&app, &who, HERE, "Baixar boletos", content).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_failed_is_said_of_its_boleto() {
        let failed = why_not(Error::internal("coluna secreta"));
        assert!(failed.starts_with("algo falhou deste lado") && !failed.contains("secreta"));
        let conflict = Error::conflict("wrong_status", "o boleto está «Liquidado»");
        assert!(why_not(conflict).contains("Liquidado"));
        assert_eq!(why_not(Error::invalid("reason", "too_long", "use menos")), "use menos");
    }
}
