//! Why a page is not shown, as a page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;
use quita_engine::error::{Error, StoreError};

use super::shell;

/// A page that could not be shown.
pub(crate) struct Failure(Error);

/// A page, or why there is none.
pub(crate) type Page = Result<Response, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let text = self.0.to_string();
        let (status, title, said) = match self.0 {
            Error::Forbidden(_) => (
                StatusCode::FORBIDDEN,
                "Sem permissão",
                "Seu papel nesta empresa não permite isto. Peça a um administrador.".to_owned(),
            ),
            Error::NotFound(_) => (StatusCode::NOT_FOUND, "Não encontrado", text),
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Há algo a corrigir", text),
            Error::Conflict { .. } | Error::OtherBody | Error::Running => {
                (StatusCode::CONFLICT, "Não é possível agora", text)
            }
            Error::BankUnavailable(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "O banco não responde", text)
            }
            Error::Store(StoreError::Busy(_) | StoreError::Unavailable(_)) => {
                tracing::error!(error = text, "page failed");
                let said = "O banco de dados não responde agora. Tente de novo em instantes.";
                (StatusCode::SERVICE_UNAVAILABLE, "Indisponível agora", said.to_owned())
            }
            Error::Store(_) | Error::Config(_) | Error::Internal(_) => {
                tracing::error!(error = text, "page failed");
                let said = "Algo falhou deste lado e ficou registrado. Tente de novo; se continuar, \
                            avise quem cuida da instalação.";
                (StatusCode::INTERNAL_SERVER_ERROR, "Algo deu errado", said.to_owned())
            }
        };
        let content = html! {
            div.card {
                h1 { (title) }
                p { (said) }
                p { a.button href="/" { "Voltar ao início" } }
            }
        };
        (status, shell::alone(title, content)).into_response()
    }
}
