//! «Salvar» and «Salvar e permanecer»: where a register goes on after it was saved, and how it says
//! that it was.

use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::form::Fields;

/// Whether a page is seen right after its register was saved.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    salvo: String,
}

impl Saved {
    /// Says so.
    pub(super) fn html(&self) -> Markup {
        html! {
            @if !self.salvo.is_empty() {
                div.notice.good role="status" { "Salvo." }
            }
        }
    }
}

/// Both buttons. `form` is the id of the form where they stand outside of it.
pub(super) fn buttons(form: Option<&str>) -> Markup {
    html! {
        button.first form=[form] name="depois" value="lista" { "Salvar" }
        button form=[form] name="depois" value="aqui" { "Salvar e permanecer" }
    }
}

/// Where to go after saving: to `list`, or to the form at `here`.
pub(super) fn redirect(fields: &Fields, list: &str, here: &str) -> Response {
    if fields.get("depois") == "aqui" {
        return Redirect::to(&format!("{here}?salvo=sim")).into_response();
    }
    Redirect::to(list).into_response()
}
