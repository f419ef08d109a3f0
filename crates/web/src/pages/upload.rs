//! Forms with files: what was typed and what was chosen, with its proof that it comes from our
//! page.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequest, FromRequestParts as _, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::html;
use quita_engine::certificate_files::GivenFile;
use quita_engine::desk::people::SignedIn;

use super::form::{Fields, forged, is_ours};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

/// Most fields and files of a form.
const PARTS_MAX: usize = 100;

/// A form with files that was sent, and who sent it. All of it is read, up to what the route lets
/// in, and its proof is checked before anybody sees any of it.
pub(crate) struct Upload {
    pub(crate) who: SignedIn,
    pub(crate) fields: Fields,
    /// Name of the field and file; fields in which no file was chosen have none.
    pub(crate) files: Vec<(String, GivenFile)>,
}

impl FromRequest<App> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Visitor(who) = Visitor::from_request_parts(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let multipart = Multipart::from_request(Request::from_parts(parts, body), app).await;
        let multipart = multipart.map_err(MultipartRejection::into_response)?;
        let (fields, files) = read(multipart).await?;
        if !is_ours(&who, &headers, &fields) {
            return Err(forged());
        }
        Ok(Self { who, fields, files })
    }
}

async fn read(mut multipart: Multipart) -> Result<(Fields, Vec<(String, GivenFile)>), Response> {
    let mut fields = Fields::default();
    let mut files = Vec::new();
    while let Some(part) = multipart.next_field().await.map_err(|e| unreadable(e.status()))? {
        if fields.0.len() + files.len() == PARTS_MAX {
            return Err(unreadable(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|e| unreadable(e.status()))?;
        match file {
            Some(_) if bytes.is_empty() => {}
            Some(file) => files.push((name, GivenFile { name: file, bytes: bytes.into() })),
            None => fields.0.push((name, text(&bytes))),
        }
    }
    Ok((fields, files))
}

/// Without the one character that no database keeps.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "")
}

fn unreadable(status: StatusCode) -> Response {
    let said = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "O arquivo é grande demais; divida-o em partes."
    } else {
        "O envio chegou incompleto. Volte e envie de novo."
    };
    let content = html! {
        div.card {
            h1 { "Não foi possível receber" }
            p { (said) }
        }
    };
    (status, shell::alone("Não foi possível receber", content)).into_response()
}
