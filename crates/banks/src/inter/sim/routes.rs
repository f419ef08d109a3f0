//! The services of the bank: addresses, scopes, limits.

use serde::{Deserialize, Serialize};

use super::reply::Family;
use super::switches::Environment;
use crate::simulator::input::percent_decode;

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Endpoint {
    Token,
    Issue,
    List,
    Summary,
    Detail,
    Pdf,
    Cancel,
    Edit,
    EditStatus,
    SandboxPay,
    WebhookPut,
    WebhookGet,
    WebhookDelete,
    Callbacks,
    CallbacksRetry,
    Balance,
    Statement,
    StatementPdf,
    StatementFull,
    PixList,
    PixGet,
    PixWebhookPut,
    PixWebhookGet,
    PixWebhookDelete,
    PixCallbacks,
    PixCallbacksRetry,
}

/// Where a request goes.
#[derive(Debug)]
pub(super) enum Route {
    /// To a service, with the id in the path or nothing.
    Found(Endpoint, String),
    /// The address exists, but not for this method.
    WrongMethod(Family),
    /// No such address.
    Unknown(Family),
}

/// Finds the service of a request.
pub(super) fn route(method: &str, path: &str) -> Route {
    use Endpoint as E;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let family = match parts.first().copied() {
        Some("pix") => Family::Pix,
        Some("banking") => Family::Banking,
        Some("oauth") => Family::Token,
        _ => Family::Cobranca,
    };
    let (methods, id): (&[(&str, Endpoint)], &str) = match parts.as_slice() {
        ["oauth", "v2", "token"] => (&[("POST", E::Token)], ""),
        ["cobranca", "v3", rest @ ..] => match rest {
            ["cobrancas"] => (&[("POST", E::Issue), ("GET", E::List)], ""),
            ["cobrancas", "sumario"] => (&[("GET", E::Summary)], ""),
            ["cobrancas", "webhook"] => (
                &[("PUT", E::WebhookPut), ("GET", E::WebhookGet), ("DELETE", E::WebhookDelete)],
                "",
            ),
            ["cobrancas", "webhook", "callbacks"] => (&[("GET", E::Callbacks)], ""),
            // The documentation gives both addresses.
            ["cobrancas", "webhook", "callbacks", "retry"] | ["webhook", "callbacks", "retry"] => {
                (&[("POST", E::CallbacksRetry)], "")
            }
            ["cobrancas", "edicao", id] => (&[("GET", E::EditStatus)], id),
            ["cobrancas", id, "pdf"] => (&[("GET", E::Pdf)], id),
            ["cobrancas", id, "cancelar"] => (&[("POST", E::Cancel)], id),
            ["cobrancas", id, "pagar"] => (&[("POST", E::SandboxPay)], id),
            ["cobrancas", id] => (&[("GET", E::Detail), ("PATCH", E::Edit)], id),
            _ => (&[], ""),
        },
        ["banking", "v2", "saldo"] => (&[("GET", E::Balance)], ""),
        ["banking", "v2", "extrato"] => (&[("GET", E::Statement)], ""),
        ["banking", "v2", "extrato", "exportar"] => (&[("GET", E::StatementPdf)], ""),
        ["banking", "v2", "extrato", "completo"] => (&[("GET", E::StatementFull)], ""),
        ["pix", "v2", "pix"] => (&[("GET", E::PixList)], ""),
        ["pix", "v2", "pix", id] => (&[("GET", E::PixGet)], id),
        ["pix", "v2", "webhook", "callbacks"] => (&[("GET", E::PixCallbacks)], ""),
        ["pix", "v2", "webhook", "callbacks", "retry"] => (&[("POST", E::PixCallbacksRetry)], ""),
        ["pix", "v2", "webhook", key] => (
            &[
                ("PUT", E::PixWebhookPut),
                ("GET", E::PixWebhookGet),
                ("DELETE", E::PixWebhookDelete),
            ],
            key,
        ),
        _ => (&[], ""),
    };
    match methods.iter().find(|(name, _)| *name == method) {
        Some((_, endpoint)) => Route::Found(*endpoint, percent_decode(id, false)),
        None if methods.is_empty() => Route::Unknown(family),
        None => Route::WrongMethod(family),
    }
}

impl Endpoint {
    /// The shape of its errors.
    pub(super) const fn family(self) -> Family {
        match self {
            Self::Token => Family::Token,
            Self::Balance | Self::Statement | Self::StatementPdf | Self::StatementFull => {
                Family::Banking
            }
            Self::PixList
            | Self::PixGet
            | Self::PixWebhookPut
            | Self::PixWebhookGet
            | Self::PixWebhookDelete
            | Self::PixCallbacks
            | Self::PixCallbacksRetry => Family::Pix,
            _ => Family::Cobranca,
        }
    }

    /// The scope that a token needs.
    pub(super) const fn scope(self) -> &'static str {
        match self {
            Self::Token => "",
            Self::Issue
            | Self::Cancel
            | Self::Edit
            | Self::SandboxPay
            | Self::WebhookPut
            | Self::WebhookDelete
            | Self::CallbacksRetry => "boleto-cobranca.write",
            Self::List
            | Self::Summary
            | Self::Detail
            | Self::Pdf
            | Self::EditStatus
            | Self::WebhookGet
            | Self::Callbacks => "boleto-cobranca.read",
            Self::Balance | Self::Statement | Self::StatementPdf | Self::StatementFull => {
                "extrato.read"
            }
            Self::PixList | Self::PixGet => "pix.read",
            Self::PixWebhookPut | Self::PixWebhookDelete | Self::PixCallbacksRetry => {
                "webhook.write"
            }
            Self::PixWebhookGet | Self::PixCallbacks => "webhook.read",
        }
    }

    /// Calls a minute; `None` where the environment has no such service.
    pub(super) const fn limit(self, environment: Environment) -> Option<u32> {
        let production = matches!(environment, Environment::Production);
        match self {
            Self::Token | Self::WebhookPut | Self::WebhookGet | Self::WebhookDelete => Some(5),
            Self::CallbacksRetry | Self::PixCallbacksRetry if production => Some(5),
            Self::CallbacksRetry | Self::PixCallbacksRetry => None,
            Self::SandboxPay if production => None,
            Self::Issue
            | Self::List
            | Self::Summary
            | Self::Detail
            | Self::Pdf
            | Self::Cancel
            | Self::PixList
            | Self::PixGet
                if production =>
            {
                Some(120)
            }
            _ => Some(10),
        }
    }
}

/// Every scope of the bank.
pub(super) const SCOPES: &[&str] = &[
    "boleto-cobranca.read",
    "boleto-cobranca.write",
    "extrato.read",
    "cob.read",
    "cob.write",
    "cobv.read",
    "cobv.write",
    "lotecobv.read",
    "lotecobv.write",
    "pix.read",
    "pix.write",
    "payloadlocation.read",
    "payloadlocation.write",
    "webhook.read",
    "webhook.write",
    "webhook-banking.read",
    "webhook-banking.write",
    "pagamento-boleto.read",
    "pagamento-boleto.write",
    "pagamento-darf.write",
    "pagamento-lote.read",
    "pagamento-lote.write",
    "pagamento-pix.read",
    "pagamento-pix.write",
    "rec.read",
    "rec.write",
    "solicrec.read",
    "solicrec.write",
    "cobr.read",
    "cobr.write",
    "payloadlocationrec.read",
    "payloadlocationrec.write",
    "webhookrec.read",
    "webhookrec.write",
    "webhookcobr.read",
    "webhookcobr.write",
];
