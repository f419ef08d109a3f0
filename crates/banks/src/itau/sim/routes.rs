//! The services of the bank and their addresses.

use serde::{Deserialize, Serialize};

use crate::simulator::input::percent_decode;

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Endpoint {
    Token,
    Issue,
    BolecodeOld,
    BolecodeNew,
    Instruction,
    Detail,
    List,
    Positions,
    Movements,
    MovementSummary,
    NoticesPost,
    NoticesGet,
    NoticePatch,
    NoticeDelete,
    PixList,
    PixGet,
    PixWebhookPut,
    PixWebhookGet,
    PixWebhookDelete,
    Statement,
}

impl Endpoint {
    /// Whether it belongs to boletos v3, which has its own shape of errors and demands a
    /// correlation id.
    pub(super) const fn is_v3(self) -> bool {
        matches!(self, Self::List | Self::Positions | Self::Movements | Self::MovementSummary)
    }
}

/// The service of a request, with the rest of the path that names something.
pub(super) fn route(method: &str, path: &str) -> Option<(Endpoint, String)> {
    use Endpoint as E;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let (endpoint, id) = match (method, parts.as_slice()) {
        ("POST", ["api", "oauth", "token"] | ["as", "token.oauth2"]) => (E::Token, String::new()),
        ("POST", ["cash_management", "v2", "boletos"]) => (E::Issue, String::new()),
        ("PATCH", ["cash_management", "v2", "boletos", id, what]) => {
            (E::Instruction, format!("{id}/{what}"))
        }
        ("GET", ["boletoscash", "v2", "boletos"]) => (E::Detail, String::new()),
        ("GET", ["boletos", "v3", "boletos"]) => (E::List, String::new()),
        ("GET", ["boletos", "v3", "francesas"]) => (E::Positions, String::new()),
        ("GET", ["boletos", "v3", "francesas", id, "movimentacoes"]) => {
            (E::Movements, (*id).to_owned())
        }
        ("GET", ["boletos", "v3", "francesas", id, "movimentacoes_resumidas"]) => {
            (E::MovementSummary, (*id).to_owned())
        }
        ("POST", ["boletos", "v3", "notificacoes_boletos"]) => (E::NoticesPost, String::new()),
        ("GET", ["boletos", "v3", "notificacoes_boletos"]) => (E::NoticesGet, String::new()),
        ("PATCH", ["boletos", "v3", "notificacoes_boletos", id]) => {
            (E::NoticePatch, (*id).to_owned())
        }
        ("DELETE", ["boletos", "v3", "notificacoes_boletos", id]) => {
            (E::NoticeDelete, (*id).to_owned())
        }
        ("POST", ["pix_recebimentos_conciliacoes", "v2", "boletos_pix"]) => {
            (E::BolecodeOld, String::new())
        }
        // Both spellings are in use.
        ("POST", ["recebimentos-pix", "v1", "boletos-pix" | "boletos_pix"]) => {
            (E::BolecodeNew, String::new())
        }
        (method, ["pix_recebimentos" | "regulatorio-pix", "v2", rest @ ..]) => {
            match (method, rest) {
                ("GET", ["pix"]) => (E::PixList, String::new()),
                ("GET", ["pix", id]) => (E::PixGet, (*id).to_owned()),
                ("PUT", ["webhook", key]) => (E::PixWebhookPut, (*key).to_owned()),
                ("GET", ["webhook", key]) => (E::PixWebhookGet, (*key).to_owned()),
                ("DELETE", ["webhook", key]) => (E::PixWebhookDelete, (*key).to_owned()),
                _ => return None,
            }
        }
        ("GET", ["account-statement", "v1", "statements", id]) => (E::Statement, (*id).to_owned()),
        _ => return None,
    };
    Some((endpoint, percent_decode(&id, false)))
}
