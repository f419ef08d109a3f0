//! The payer's page: no sign-in, the link is the secret. Phone first.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::HeaderName;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use maud::{Markup, html};
use quita_core::payable::Payable;
use quita_engine::desk::payer::{self, PayerState, PayerView};
use quita_engine::error::Error;

use super::limit::{self, Limit};
use crate::app::App;
use crate::pages::{assets, failure::Failure, guarded, qr, shell, show};
use crate::reply;

/// Search engines keep out; the page is no secret kept by them.
const NOT_INDEXED: (HeaderName, &str) =
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive");

pub(super) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/p/{link}", get(page))
        .route("/p/{link}/boleto.pdf", get(slip))
        .route("/p/{link}/logo", get(logo))
        .layer(from_fn(guarded))
        .merge(Router::new().nest("/p", assets::routes()))
        .layer(from_fn_with_state((app.clone(), Limit::default()), limit::kept))
}

async fn page(State(app): State<App>, Path(link): Path<String>) -> Response {
    let asked = link.clone();
    match app.ask(move |world| payer::payer(world, &asked)).await {
        Ok(view) => {
            let title = format!("{} · {}", view.document_number, view.beneficiary);
            ([NOT_INDEXED], shell::for_strangers(&app, &title, content(&link, &view)))
                .into_response()
        }
        Err(error) => refused(&app, error),
    }
}

async fn slip(State(app): State<App>, Path(link): Path<String>) -> Response {
    match app.ask(move |world| payer::slip(world, &link)).await {
        Ok(bytes) => ([NOT_INDEXED], reply::pdf(bytes, "boleto")).into_response(),
        Err(error) => refused(&app, error),
    }
}

async fn logo(State(app): State<App>, Path(link): Path<String>) -> Response {
    match app.ask(move |world| payer::logo(world, &link)).await {
        Ok(logo) => ([NOT_INDEXED], reply::logo(&logo)).into_response(),
        Err(error) => refused(&app, error),
    }
}

fn refused(app: &App, error: Error) -> Response {
    if !matches!(error, Error::NotFound(_)) {
        return Failure::from(error).into_response();
    }
    let content = html! {
        div.card {
            h1 { "Boleto não encontrado" }
            p { "Confira se o endereço está completo, ou peça o link de novo a quem o enviou." }
        }
    };
    let page = shell::for_strangers(app, "Boleto não encontrado", content);
    (StatusCode::NOT_FOUND, [NOT_INDEXED], page).into_response()
}

fn content(link: &str, view: &PayerView) -> Markup {
    html! {
        div.card {
            @if view.has_logo { img.logo src={ "/p/" (link) "/logo" } alt=""; }
            p.label { "Para pagar a" }
            h1 { (view.beneficiary) }
            p.subtitle { (view.document_number) " · " (view.customer) }
            @match view.state {
                PayerState::Open => (open(link, view)),
                PayerState::Soon => p.notice.wait role="status" {
                    "O banco está registrando este boleto. Volte em alguns minutos."
                },
                PayerState::Paid(on) => p.notice.good role="status" {
                    strong {
                        "Pago"
                        @if let Some(on) = on { " em " (show::date(on)) }
                    }
                    " Obrigado! Não é preciso fazer mais nada."
                },
                PayerState::Over => p.notice.bad role="status" {
                    "Este boleto não pode mais ser pago. Peça outro a " (view.beneficiary) "."
                },
            }
        }
    }
}

fn open(link: &str, view: &PayerView) -> Markup {
    html! {
        p {
            span.label { "Valor hoje" }
            span.figure { (show::money(view.payable.total.cents())) }
            span.label { "Vencimento " (show::date(view.expiration_date)) }
        }
        (breakdown(&view.payable))
        @if let Some(br_code) = &view.br_code {
            section aria-labelledby="pix" {
                h2 #pix { "Pague com Pix" }
                (qr::drawing(br_code))
                p.hint { "Aponte a câmera do aplicativo do banco, ou copie o código." }
                button.first type="button" data-copy=(br_code) { "Copiar código Pix" }
            }
        }
        @if let Some(line) = &view.writable_line {
            section aria-labelledby="barras" {
                h2 #barras { "Ou com o código de barras" }
                p { code { (line) } }
                div.row {
                    button type="button" data-copy=(line) { "Copiar linha digitável" }
                    a.button href={ "/p/" (link) "/boleto.pdf" } { "Abrir PDF" }
                }
            }
        }
        p.hint { "Pode ser pago até " (show::date(view.limit_date)) ". O banco confirma o valor na hora do pagamento." }
    }
}

/// How the amount of today comes about, where it is not simply the nominal one.
fn breakdown(payable: &Payable) -> Markup {
    let parts = [
        ("Abatimento", -payable.abatement.cents()),
        ("Desconto", -payable.discount.cents()),
        ("Multa", payable.fine.cents()),
        ("Juros", payable.interest.cents()),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(_, cents)| *cents != 0).collect();
    html! {
        @if !parts.is_empty() {
            dl.facts {
                dt { "Valor do boleto" } dd { (show::money(payable.nominal.cents())) }
                @for (name, cents) in parts { dt { (name) } dd { (show::money(cents)) } }
            }
        }
    }
}
