//! Who looks at a page: the person of the session cookie.

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, HeaderValue, REFERER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use quita_engine::desk::people::{self, SignedIn};

use super::failure::Failure;
use crate::app::App;

/// The cookie's name.
const NAME: &str = "quita_session";
/// As long as the longest session; the server ends it earlier.
const MAX_AGE_SECONDS: u32 = 60 * 24 * 3600;

/// Whoever signed in. Others are led to the sign-in page and back.
pub(crate) struct Visitor(pub(crate) SignedIn);

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match of_cookie(app, &parts.headers).await {
            Ok(Some(who)) => Ok(Self(who)),
            Ok(None) if is_fragment(&parts.headers) => {
                Err(StatusCode::UNAUTHORIZED.into_response())
            }
            Ok(None) => Err(Redirect::to(&sign_in_for(&back_to(parts))).into_response()),
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// The person of the cookie, if its session is open.
pub(super) async fn of_cookie(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, Failure> {
    let Some(cookie) = cookie(headers) else { return Ok(None) };
    let is_use = !is_fragment(headers);
    Ok(app.ask(move |world| people::session(world, &cookie, is_use)).await?)
}

/// The session cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == NAME)
        .map(|(_, value)| value.to_owned())
}

/// Whether the script asks for a part of a page.
pub(super) fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("x-fragment")
}

/// The page to come back to. A form that came too late has none: its page is.
fn back_to(parts: &Parts) -> Uri {
    if parts.method == Method::GET {
        return parts.uri.clone();
    }
    let page = parts.headers.get(REFERER).and_then(|page| page.to_str().ok());
    page.and_then(|page| page.parse().ok()).unwrap_or_default()
}

fn sign_in_for(uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    if path == "/" {
        return "/entrar".to_owned();
    }
    let escaped: String = path
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"/-_.".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("/entrar?para={escaped}")
}

/// An answer that opens a session in the browser.
pub(super) fn with_cookie(app: &App, cookie: &str, answer: impl IntoResponse) -> Response {
    set_cookie(app, cookie, MAX_AGE_SECONDS, answer)
}

/// An answer that ends it.
pub(super) fn without_cookie(app: &App, answer: impl IntoResponse) -> Response {
    set_cookie(app, "", 0, answer)
}

fn set_cookie(app: &App, cookie: &str, seconds: u32, answer: impl IntoResponse) -> Response {
    let secure = if app.exposure.secure { "; Secure" } else { "" };
    let value =
        format!("{NAME}={cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut response = answer.into_response();
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
