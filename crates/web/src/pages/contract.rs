//! One contract: its periods with their boletos, what comes next, and what a person may do.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::clock::bank_day;
use quita_engine::desk::Permission;
use quita_engine::desk::contracts::{self, Missed, PeriodView, StatusChange, Whole};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::contracts::{HERE, every, progress, status};
use super::failure::Page;
use super::form::{Errors, Fields, Form, csrf};
use super::typed::Typed;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

/// Due dates to come that the page shows.
const COMING: usize = 6;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/contratos/{id}", get(page))
        .route("/contratos/{id}/periodos", get(fragment))
        .route("/contratos/{id}/emitir", post(emit))
        .route("/contratos/{id}/pular", post(skip))
        .route("/contratos/{id}/situacao", post(set_status))
        .route("/contratos/{id}/reajustar", post(readjust))
}

async fn page(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    show_one(&app, &who, &id, &Errors::default(), StatusCode::OK).await
}

async fn show_one(app: &App, who: &SignedIn, id: &str, errors: &Errors, code: StatusCode) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.to_owned());
    let whole = app.ask(move |world| contracts::whole(world, &actor, &wanted, COMING)).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let (view, says) = (&whole.view, &whole.view.contract);
    let here = format!("{HERE}/{id}");
    let content = html! {
        div.title {
            h1 { (says.description) }
            div.actions {
                @if may && view.status != "ended" { a.button href={ (here) "/alterar" } { "Alterar" } }
                a.button href=(HERE) { "Todos os contratos" }
            }
            p.subtitle {
                "CT " (says.number.as_deref().unwrap_or_default()) " · " (whole.customer.0) " · "
                (show::money(says.amount)) " " (every(says)) " · " (progress(view.issued, view.last_period)) " "
                (status(view.status))
            }
        }
        (errors.summary(&[]))
        (shell::live(who))
        @if may { (actions(who, &whole, &here)) }
        (periods(who, &whole, &here, may))
        @if view.status != "ended" { (coming(&whole)) }
    };
    Ok((code, shell::page(app, who, HERE, &says.description, content)).into_response())
}

async fn fragment(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let whole = app.ask(move |world| contracts::whole(world, &actor, &wanted, 0)).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    Ok(shell::fragment(periods(&who, &whole, &format!("{HERE}/{id}"), may)))
}

fn actions(who: &SignedIn, whole: &Whole, here: &str) -> Markup {
    let (view, says) = (&whole.view, &whole.view.contract);
    let set = |word: &str| html! { input type="hidden" name="status" value=(word); };
    html! {
        div.card {
            @if whole.missed > 0 {
                div.notice.wait {
                    (show::count(whole.missed, "período venceu", "períodos venceram"))
                    " durante a pausa. Ao retomar, diga o que fazer: nada é emitido sem perguntar."
                }
            }
            div.row {
                @if let (Some(next), "active") = (view.next_period, view.status) {
                    form method="post" action={ (here) "/emitir" } {
                        (csrf(who))
                        input type="hidden" name="period" value=(next);
                        button.first { "Emitir agora o período " (next) }
                    }
                    form method="post" action={ (here) "/pular" } data-confirm={ "Pular o período " (next) "? Ele não será cobrado." } {
                        (csrf(who))
                        input type="hidden" name="period" value=(next);
                        button { "Pular o período " (next) }
                    }
                }
                @if view.status == "active" {
                    form method="post" action={ (here) "/situacao" } { (csrf(who)) (set("paused")) button { "Pausar" } }
                }
                @if view.status == "paused" {
                    form.row method="post" action={ (here) "/situacao" } {
                        (csrf(who)) (set("active"))
                        @if whole.missed > 0 {
                            label.visually-hidden for="missed" { "O que venceu durante a pausa" }
                            select #missed name="missed" {
                                option value="" { "O que venceu na pausa…" }
                                option value="skip" { "não cobrar" }
                                option value="charge" { "cobrar, com outro vencimento" }
                            }
                        }
                        button.first { "Retomar" }
                    }
                }
                @if view.status != "ended" {
                    form method="post" action={ (here) "/situacao" }
                        data-confirm="Encerrar o contrato para sempre? O que já foi emitido continua no banco; o que espera não será cobrado." {
                        (csrf(who)) (set("ended")) button { "Encerrar" }
                    }
                    @if let Some(amount) = whole.readjusted {
                        form method="post" action={ (here) "/reajustar" }
                            data-confirm={ "Reajustar de " (show::money(says.amount)) " para " (show::money(amount)) ", do próximo período em diante?" } {
                            (csrf(who))
                            input type="hidden" name="from" value=(says.amount);
                            button { "Reajustar para " (show::money(amount)) }
                        }
                    }
                }
            }
            @if view.status == "ended" { p.hint { "Este contrato está encerrado: nada mais é emitido." } }
        }
    }
}

fn periods(who: &SignedIn, whole: &Whole, here: &str, may: bool) -> Markup {
    let active = whole.view.status == "active";
    html! {
        div.card data-busy data-subject="*" data-refresh={ (here) "/periodos" } {
            h2 { "Períodos" }
            @if whole.periods.is_empty() {
                div.empty {
                    strong { "Nenhum período emitido ainda" }
                    "Cada um aparece aqui com seu boleto quando chega a sua vez."
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Períodos e seus boletos" }
                    thead { tr {
                        th scope="col" { "Período" } th scope="col" { "Vencimento" } th.number scope="col" { "Valor" }
                        th scope="col" { "Situação" }
                    } }
                    tbody { @for period in whole.periods.iter().rev() { tr {
                        th scope="row" {
                            @match &period.boleto_id {
                                Some(id) => a href={ "/boletos/" (id) } { (period.document_number) },
                                None => (period.document_number),
                            }
                        }
                        td.nowrap { (show::date(period.expiration_date)) }
                        td.number { (show::money(period.amount)) }
                        td { (stands(who, period, here, may && active)) }
                    } } }
                } }
            }
        }
    }
}

fn stands(who: &SignedIn, period: &PeriodView, here: &str, may: bool) -> Markup {
    let due = format!("due-{}", period.period);
    html! {
        @match (period.boleto_status, period.status) {
            (Some(status), _) => (show::status(status, false, None)),
            (None, "skipped") => { span.state { "Pulado" } span.sub { (period.message) } },
            _ => {
                span.state.wait { "Espera" }
                @if !period.message.is_empty() { span.sub.error { (period.message) } }
                @if may {
                    div.row {
                        form.row method="post" action={ (here) "/emitir" } {
                            (csrf(who))
                            input type="hidden" name="period" value=(period.period);
                            label for=(due) { "Vencimento" }
                            input id=(due) name="expiration_date" value=(show::date(period.expiration_date)) maxlength="20" autocomplete="off";
                            button { "Emitir agora" }
                        }
                        form method="post" action={ (here) "/pular" } data-confirm={ "Pular o período " (period.period) "? Ele não será cobrado." } {
                            (csrf(who))
                            input type="hidden" name="period" value=(period.period);
                            button { "Pular" }
                        }
                    }
                }
            }
        }
    }
}

fn coming(whole: &Whole) -> Markup {
    html! {
        div.card {
            h2 { "Próximos vencimentos" }
            @if whole.coming.is_empty() { p.hint { "Nenhum: todos os períodos já tiveram sua vez." } }
            @else {
                div.scroll { table {
                    caption.visually-hidden { "Próximos vencimentos" }
                    thead { tr { th scope="col" { "Período" } th scope="col" { "Vencimento" } th scope="col" { "Emissão" } } }
                    tbody { @for (period, due, issue) in &whole.coming { tr {
                        th scope="row" { (period) } td.nowrap { (show::date(*due)) } td.nowrap { (show::date(*issue)) }
                    } } }
                } }
            }
        }
    }
}

/// The page again, or what went wrong above it.
async fn after<T>(app: &App, who: &SignedIn, id: &str, done: Result<T, Error>) -> Page {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(error) => {
            let errors = Errors::of(error)?;
            show_one(app, who, id, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

fn period_of(fields: &Fields) -> i64 {
    fields.get("period").parse().unwrap_or(0)
}

async fn emit(State(app): State<App>, Path(id): Path<String>, Form { who, fields }: Form) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let done = app
        .ask(move |world| {
            let mut typed = Typed::new(&fields);
            let due = typed.date("expiration_date", bank_day(world.clock.now()));
            if !typed.errors.is_empty() {
                return Err(Error::Invalid(typed.errors));
            }
            contracts::emit(world, &actor, &wanted, period_of(&fields), due)
        })
        .await;
    after(&app, &who, &id, done).await
}

async fn skip(State(app): State<App>, Path(id): Path<String>, Form { who, fields }: Form) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let period = period_of(&fields);
    let done = app.ask(move |world| contracts::skip(world, &actor, &wanted, period)).await;
    after(&app, &who, &id, done).await
}

async fn set_status(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let missed = match fields.get("missed") {
        "skip" => Some(Missed::Skip),
        "charge" => Some(Missed::Charge),
        _ => None,
    };
    let change = StatusChange { status: fields.get("status").to_owned(), missed };
    let done = app.ask(move |world| contracts::set_status(world, &actor, &wanted, &change)).await;
    after(&app, &who, &id, done).await
}

async fn readjust(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, wanted) = (who.actor.clone(), id.clone());
    let from = fields.get("from").parse().unwrap_or(0);
    let done = app.ask(move |world| contracts::readjust(world, &actor, &wanted, from)).await;
    after(&app, &who, &id, done).await
}
