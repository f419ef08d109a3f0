//! Static data of the bank, and where each question of the contract is answered.
//!
//! Addresses and operations: the bank's OpenAPI documents of 2025 and what users of them publish,
//! as of November 2026; see `README.md`.

use std::time::Duration;

use quita_core::order::BoletoOrder;
use quita_core::payable::PayableRules;
use quita_formats::cnab::format::Format;

use crate::contract::{
    Bank, Ctx, HttpRequest, HttpResponse, Inbound, InboundReply, Numbering, Op, OpKind, Outcome,
    Printed, Problem, Unsupported,
};
use crate::enrolment::Enrolment;
use crate::file::FileLayout;
use crate::info::{
    Auth, BankInfo, BoletoRules, Field, FieldKind, Host, Repeat, Scope, StatementRules, TermChanges,
};
use crate::simulator::Simulator;
use crate::title::Titles;

use super::settings::{self, Settings};
use super::{check, hook, outcome, request, title};

/// The bank.
pub const ITAU: Itau = Itau;

/// Itaú, by its API for companies.
#[derive(Clone, Copy, Debug)]
pub struct Itau;

impl Bank for Itau {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&title::TITLES)
    }

    fn printed(&self, our_number: &str, ctx: &Ctx) -> Printed {
        title::printed(our_number, &Settings::of(ctx).wallet(), ctx)
    }

    fn numbering(&self, ctx: &Ctx) -> Option<Numbering> {
        Some(Settings::of(ctx).numbering())
    }

    fn check(&self, order: &BoletoOrder, ctx: &Ctx) -> Vec<Problem> {
        check::problems(order, ctx)
    }

    fn request(&self, op: &Op, ctx: &Ctx) -> Result<HttpRequest, Unsupported> {
        request::build(op, ctx)
    }

    /// Every call names the client beside its token.
    fn client_headers(&self, client_id: &str) -> Vec<(String, String)> {
        vec![("x-itau-apikey".to_owned(), client_id.to_owned())]
    }

    fn outcome(&self, op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
        outcome::read(op, answer, ctx)
    }

    fn answer(&self, request: &Inbound) -> Option<HttpResponse> {
        hook::token(request)
    }

    fn inbound(&self, request: &Inbound, _ctx: &Ctx) -> InboundReply {
        hook::inbound(request)
    }

    fn enrolment(&self) -> Option<&'static dyn Enrolment> {
        Some(&super::enrolment::ENROLMENT)
    }

    fn simulator(&self) -> Option<Box<dyn Simulator>> {
        Some(Box::new(super::sim::ItauSimulator::new()))
    }

    fn cnab(&self) -> &'static [&'static Format] {
        &super::cnab::FORMATS
    }

    fn files(&self) -> &'static [FileLayout] {
        &super::remittance::LAYOUTS
    }
}

/// Certificates for clients.
pub(super) const CERTIFICATES: &str = "certificates";
/// Boletos without QR, and instructions for all.
pub(super) const EMISSION: &str = "emission";
/// The same, before the move of 2026.
pub(super) const EMISSION_CLASSIC: &str = "emission_classic";
/// Detail by our number.
pub(super) const DETAIL: &str = "detail";
/// Daily movement and registration of notices.
pub(super) const V3: &str = "v3";
/// Boletos with QR.
pub(super) const BOLECODE: &str = "bolecode";
/// Boletos with QR, first version.
pub(super) const BOLECODE_OLD: &str = "bolecode_old";
/// The same, before the move of 2026.
pub(super) const BOLECODE_OLD_CLASSIC: &str = "bolecode_old_classic";
/// Pix received.
pub(super) const PIX: &str = "pix";
/// The same, before the move of 2026.
pub(super) const PIX_CLASSIC: &str = "pix_classic";
/// Statement and balance.
pub(super) const STATEMENT: &str = "statement";

/// The bank's own test environment answers every service with fixed examples and asks for no
/// certificate; its token service has another path (`/api/oauth/jwt`). The simulator replaces it.
const TESTS: &str = "https://sandbox.devportal.itau.com.br";

const TESTS_EMISSION: &str =
    "https://sandbox.devportal.itau.com.br/itau-ep9-gtw-cash-management-ext-v2/v2";
const TESTS_BOLECODE: &str =
    "https://sandbox.devportal.itau.com.br/itau-ep9-api-recebimentos-v1-externo/v1";

pub(super) static INFO: BankInfo = BankInfo {
    code: "341",
    ispb: "60701190",
    name: "Itaú",
    folder: "itau",
    printed_code: "341-7",
    hosts: &[
        Host { key: "token", production: "https://sts.itau.com.br", sandbox: TESTS },
        // There is none in the bank's test environment, which asks for no certificate.
        Host {
            key: CERTIFICATES,
            production: "https://sts.itau.com.br/seguranca/v1/certificado",
            sandbox: TESTS,
        },
        Host {
            key: EMISSION,
            production: "https://api.gateway.itau.com.br/cash_management/v2",
            sandbox: TESTS_EMISSION,
        },
        Host {
            key: EMISSION_CLASSIC,
            production: "https://api.itau.com.br/cash_management/v2",
            sandbox: TESTS_EMISSION,
        },
        Host {
            key: DETAIL,
            production: "https://secure.api.cloud.itau.com.br/boletoscash/v2",
            sandbox: TESTS_EMISSION,
        },
        Host {
            key: V3,
            production: "https://boletos.cloud.itau.com.br/boletos/v3",
            sandbox: TESTS_EMISSION,
        },
        Host {
            key: BOLECODE,
            production: "https://pix-pj.api.itau.com/recebimentos-pix/v1",
            sandbox: TESTS_BOLECODE,
        },
        Host {
            key: BOLECODE_OLD,
            production: "https://secure.gateway.api.itau/pix_recebimentos_conciliacoes/v2",
            sandbox: TESTS_BOLECODE,
        },
        Host {
            key: BOLECODE_OLD_CLASSIC,
            production: "https://secure.api.itau/pix_recebimentos_conciliacoes/v2",
            sandbox: TESTS_BOLECODE,
        },
        Host {
            key: PIX,
            production: "https://pix-pj.api.itau.com/regulatorio-pix/v2",
            sandbox: TESTS_BOLECODE,
        },
        Host {
            key: PIX_CLASSIC,
            production: "https://secure.api.itau/pix_recebimentos/v2",
            sandbox: TESTS_BOLECODE,
        },
        Host {
            key: STATEMENT,
            production: "https://account-statement.api.itau.com/account-statement/v1",
            sandbox: "https://sandbox.devportal.itau.com.br/itau-x0-api-account-statement-v1-externo/v1",
        },
    ],
    auth: Auth::ClientCredentials {
        host: "token",
        path: "/api/oauth/token",
        limit: "",
        // A token lives 300 seconds.
        margin: Duration::from_secs(30),
    },
    operations: &[
        OpKind::Issue,
        OpKind::Rehearse,
        OpKind::Find,
        OpKind::Get,
        OpKind::Cancel,
        OpKind::Change,
        OpKind::Instruct,
        OpKind::ChangeStatus,
        OpKind::Settled,
        OpKind::PixReceived,
        OpKind::GetWebhook,
        OpKind::RegisterWebhook,
        OpKind::Probe,
        OpKind::Statement,
        OpKind::Balance,
    ],
    boleto: BoletoRules {
        reference_length: 10,
        amount_min: 1,
        amount_max: 9_999_999_999,
        // Ten years, which is also what the bank takes where nothing is said.
        days_after_due_max: 3650,
        customer_required: &[
            "address.street",
            "address.district",
            "address.city",
            "address.state",
            "address.postal_code",
        ],
        discounts_max: 3,
        discount_by_anticipation: true,
        abatement: true,
        late_start: true,
        message_lines: 0,
        message_length: 0,
        hybrid: true,
        receiver: true,
        same_day_until: None,
        change_expiration_date: true,
        change_amount: true,
        change_terms: TermChanges::ALL,
        protest: true,
        negative_listing: true,
    },
    // The bank publishes none.
    limits: &[],
    repeats: &[
        // There is no idempotency key, but our number is one: the bank refuses a twin of account,
        // wallet and number, so that even a repeat too early makes no second boleto.
        (OpKind::Issue, Repeat::Ask { quiet: Duration::from_secs(2 * 60) }),
        (OpKind::Cancel, Repeat::Harmless),
        (OpKind::Change, Repeat::Harmless),
        (OpKind::Instruct, Repeat::Harmless),
        (OpKind::ChangeStatus, Repeat::Harmless),
        (OpKind::RegisterWebhook, Repeat::Harmless),
    ],
    credential_fields: &[
        Field {
            name: "client_id",
            label: "Client ID",
            kind: FieldKind::Text,
            required: true,
            hint: "Vem no e-mail do banco, cifrado com a chave pública enviada ao gerente",
        },
        Field {
            name: "client_secret",
            label: "Client secret",
            kind: FieldKind::Secret,
            required: true,
            hint: "Primeira linha da resposta ao pedido do certificado; aparece uma única vez",
        },
        Field {
            name: "certificate",
            label: "Certificado",
            kind: FieldKind::Certificate,
            required: true,
            hint: "O restante da mesma resposta; o nome (CN) é o Client ID; vale por 365 dias",
        },
        Field {
            name: "private_key",
            label: "Chave privada",
            kind: FieldKind::PrivateKey,
            required: true,
            hint: "A que fez o pedido do certificado; nunca foi enviada a ninguém",
        },
    ],
    account_fields: settings::FIELDS,
    // The token has no scopes: what a credential may do is set up by the account manager.
    scopes: &[Scope {
        name: "",
        purpose: "cobrança, bolecode, consulta, avisos, Pix e extrato, como o gerente liberou",
    }],
    activation: None,
    payable: PayableRules::DEFAULT,
    settlement_delay: "Pix: na hora; boleto: em geral no dia útil seguinte",
    statement: Some(StatementRules {
        first_days: 60,
        span_days: 90,
        // There are ids and payers, but nothing that names a boleto.
        complete: false,
        simple: true,
        stable_ids: true,
        page_size: super::statement::PAGE,
        business_days_only: false,
    }),
};
