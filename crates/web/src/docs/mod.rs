//! `/docs`: a guide and the reference of the API, rendered from its description. One page
//! and one stylesheet, nothing from elsewhere, no script.

mod guide;
mod reference;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use utoipa::openapi::OpenApi;

use crate::app::App;

const STYLE: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page, its stylesheet, and the addresses that problems give as their type.
pub(crate) fn router(api: &OpenApi) -> Router<App> {
    let text: Arc<str> = page(api).into_string().into();
    let page = move || {
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-cache"),
        ];
        let text = text.to_string();
        async move { (headers, text).into_response() }
    };
    let style = || async { ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) };
    Router::new()
        .route("/docs", get(page))
        .route("/docs/style.css", get(style))
        .route("/problems/{code}", get(|| async { Redirect::to("/docs#problemas") }))
}

fn page(api: &OpenApi) -> Markup {
    html! {
        (DOCTYPE)
        html lang="pt-BR" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "API de quita" }
                link rel="stylesheet" href="/docs/style.css";
            }
            body {
                a.skip href="#conteudo" { "Ir para o conteúdo" }
                nav aria-label="Seções" {
                    p.brand { a href="/docs" { "quita" } " " span { "API " (api.info.version) } }
                    (guide::index())
                    (reference::index(api))
                    p.raw { a href="/openapi.json" { "openapi.json" } }
                }
                main id="conteudo" {
                    (guide::guide())
                    (reference::reference(api))
                }
            }
        }
    }
}

/// Text in which `` `this` `` is code.
fn prose(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}
