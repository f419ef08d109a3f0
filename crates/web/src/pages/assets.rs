//! What pages load: stylesheet, script, font. All of it is inside the program.

use std::sync::LazyLock;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use miniz_oxide::deflate::compress_to_vec_zlib;
use quita_engine::desk::issue::fingerprint;

/// A file, also compressed as `Content-Encoding: deflate` wants it.
struct Asset {
    kind: &'static str,
    plain: &'static [u8],
    compressed: Vec<u8>,
}

impl Asset {
    fn new(kind: &'static str, plain: &'static [u8]) -> Self {
        Self { kind, plain, compressed: compress_to_vec_zlib(plain, 9) }
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", include_bytes!("../../assets/app.css")));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("text/javascript; charset=utf-8", include_bytes!("../../assets/app.js"))
});
/// Compressed by itself.
const FONT: &[u8] = include_bytes!("../../assets/inter.woff2");

/// What changes whenever an asset does, so that browsers may keep them for ever.
pub(super) static EDITION: LazyLock<String> = LazyLock::new(|| {
    let all = [STYLE.plain, SCRIPT.plain, FONT].concat();
    fingerprint("assets", &all)[..12].to_owned()
});

const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let font = || async { ([(CONTENT_TYPE, "font/woff2"), (CACHE_CONTROL, FOR_EVER)], FONT) };
    Router::new()
        .route("/assets/app.css", get(|headers: HeaderMap| async move { give(&STYLE, &headers) }))
        .route("/assets/app.js", get(|headers: HeaderMap| async move { give(&SCRIPT, &headers) }))
        .route("/assets/inter.woff2", get(font))
}

fn give(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let common = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, FOR_EVER), (VARY, "accept-encoding")];
    if accepts.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == "deflate") {
        (common, [(CONTENT_ENCODING, "deflate")], asset.compressed.as_slice()).into_response()
    } else {
        (common, asset.plain).into_response()
    }
}
