//! The screens: pages in Portuguese, made on the server from what the desk gives. One file for
//! each screen; what all of them share is in [`shell`], [`form`], [`show`] and [`visitor`].
//!
//! No rule lives here: a page shows, and passes on what was typed.

mod accounts;
mod accounts_by_file;
mod accounts_connect;
mod accounts_enrol;
mod accounts_export;
mod address;
pub(crate) mod assets;
mod batch;
mod boletos;
mod books;
mod classifications;
mod company;
mod contract;
mod contracts;
mod customers;
mod customers_import;
mod email;
pub(crate) mod failure;
mod first_run;
mod form;
mod home;
mod issue;
mod issue_form;
mod issue_preview;
mod issued;
mod live;
mod own_password;
mod payment_forms;
mod people;
pub(crate) mod qr;
mod reconciled;
mod reconciliation;
mod remittances;
mod returns;
mod saved;
pub(crate) mod setup;
mod sheet;
pub(crate) mod shell;
pub(crate) mod show;
mod sign_in;
mod statement;
mod statement_export;
mod statement_import;
mod term_fields;
mod terms;
mod tokens;
mod typed;
mod upload;
mod visitor;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use quita_engine::error::Error;

use failure::Failure;

use crate::app::App;

/// Everything from this server, nothing inline, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
                      img-src 'self' data:; connect-src 'self'; form-action 'self'; \
                      frame-src 'self'; base-uri 'none'; frame-ancestors 'self'";

/// All screens.
pub(crate) fn router() -> Router<App> {
    let screens = Router::new()
        .merge(boletos::routes())
        .merge(books::routes())
        .merge(classifications::routes())
        .merge(accounts::routes())
        .merge(accounts_by_file::routes())
        .merge(accounts_connect::routes())
        .merge(accounts_enrol::routes())
        .merge(accounts_export::routes())
        .merge(company::routes())
        .merge(contract::routes())
        .merge(contracts::routes())
        .merge(customers::routes())
        .merge(customers_import::routes())
        .merge(batch::routes())
        .merge(email::routes())
        .merge(first_run::routes())
        .merge(home::routes())
        .merge(issue::routes())
        .merge(issued::routes())
        .merge(live::routes())
        .merge(own_password::routes())
        .merge(payment_forms::routes())
        .merge(people::routes())
        .merge(reconciled::routes())
        .merge(reconciliation::routes())
        .merge(remittances::routes())
        .merge(returns::routes())
        .merge(sign_in::routes())
        .merge(statement::routes())
        .merge(statement_export::routes())
        .merge(statement_import::routes())
        .merge(terms::routes())
        .merge(tokens::routes());
    assets::routes().merge(screens.layer(middleware::from_fn(guarded)))
}

/// What every page tells the browser.
pub(crate) async fn guarded(request: Request, next: Next) -> Response {
    if let Some(failure) = with_zero(request.uri()) {
        return guard(failure);
    }
    guard(next.run(request).await)
}

/// The answer to an address that holds the one character that no database keeps.
fn with_zero(uri: &Uri) -> Option<Response> {
    let has = |text: &str| text.contains("%00");
    if has(uri.path()) {
        let nothing = Error::NotFound("Não há nada neste endereço.".into());
        return Some(Failure::from(nothing).into_response());
    }
    let said = "o endereço traz o caractere U+0000, que nenhum texto daqui tem: confira o link";
    let failure = Failure::from(Error::conflict("malformed", said));
    uri.query().is_some_and(has).then(|| (StatusCode::BAD_REQUEST, failure).into_response())
}

/// A page with what every page tells the browser.
pub(crate) fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
