//! A QR code as a drawing in the page.

use std::fmt::Write as _;

use maud::{Markup, html};
use quita_print::{QUIET, qr};

/// The QR of a BR Code; nothing where it is none.
pub(crate) fn drawing(br_code: &str) -> Markup {
    let Some(code) = qr(br_code) else { return html! {} };
    let side = code.size + 2 * QUIET;
    let mut path = String::with_capacity(code.runs.len() * 16);
    for (column, row, length) in code.runs {
        // Writing to a String cannot fail.
        let _ = write!(path, "M{} {}h{length}v1h-{length}z", column + QUIET, row + QUIET);
    }
    html! {
        div.qr {
            svg viewBox={ "0 0 " (side) " " (side) } role="img" aria-label="QR Code Pix" shape-rendering="crispEdges" {
                path d=(path) fill="#000" {}
            }
        }
    }
}
