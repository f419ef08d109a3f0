//! Static data of the bank, and where each question of the contract is answered.
//!
//! Limits and hosts: developers.inter.co, cobrança v3 and Pix v2, as of November 2026.

use std::time::Duration;

use quita_core::order::BoletoOrder;
use quita_core::payable::PayableRules;
use quita_formats::cnab::format::Format;

use crate::contract::{
    Bank, Ctx, HttpRequest, HttpResponse, Inbound, InboundReply, Op, OpKind, Outcome, Printed,
    Problem, Unsupported,
};
use crate::file::FileLayout;
use crate::info::{
    Activation, Auth, BankInfo, BoletoRules, Field, FieldKind, Host, Limit, Repeat, Scope,
    StatementRules, TermChanges,
};
use crate::simulator::Simulator;
use crate::title::Titles;

use super::{check, hook, outcome, request};

/// The bank.
pub const INTER: Inter = Inter;

/// Banco Inter, by its API for companies.
#[derive(Clone, Copy, Debug)]
pub struct Inter;

impl Bank for Inter {
    fn info(&self) -> &'static BankInfo {
        &INFO
    }

    fn cnab(&self) -> &'static [&'static Format] {
        &super::cnab::FORMATS
    }

    fn files(&self) -> &'static [FileLayout] {
        &super::remittance::LAYOUTS
    }

    fn titles(&self) -> Option<&'static dyn Titles> {
        Some(&super::title::TITLES)
    }

    fn printed(&self, our_number: &str, ctx: &Ctx) -> Printed {
        let account = format!("{}-{}", ctx.account_number, ctx.account_digit);
        super::title::printed(our_number, &account)
    }

    fn check(&self, order: &BoletoOrder, ctx: &Ctx) -> Vec<Problem> {
        check::problems(order, ctx)
    }

    fn request(&self, op: &Op, ctx: &Ctx) -> Result<HttpRequest, Unsupported> {
        request::build(op, ctx)
    }

    fn outcome(&self, op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
        outcome::read(op, answer, ctx)
    }

    fn inbound(&self, request: &Inbound, _ctx: &Ctx) -> InboundReply {
        hook::inbound(request)
    }

    fn simulator(&self) -> Option<Box<dyn Simulator>> {
        Some(Box::new(super::sim::InterSimulator::new()))
    }
}

/// The only host.
pub(super) const API: &str = "api";

/// Reading cobranças.
pub(super) const READ: &[&str] = &["boleto-cobranca.read"];
/// Changing cobranças.
pub(super) const WRITE: &[&str] = &["boleto-cobranca.write"];
/// Reading Pix received.
pub(super) const PIX_READ: &[&str] = &["pix.read"];
/// Reading statement and balance.
pub(super) const STATEMENT_READ: &[&str] = &["extrato.read"];

/// Movements a page of the complete statement: the most that the bank gives at once.
pub(super) const STATEMENT_PAGE: usize = 10_000;

pub(super) static INFO: BankInfo = BankInfo {
    code: "077",
    ispb: "00416968",
    name: "Banco Inter",
    folder: "inter",
    printed_code: "077-9",
    hosts: &[Host {
        key: API,
        production: "https://cdpj.partners.bancointer.com.br",
        sandbox: "https://cdpj-sandbox.partners.uatinter.co",
    }],
    auth: Auth::ClientCredentials {
        host: API,
        path: "/oauth/v2/token",
        limit: "token",
        margin: Duration::from_secs(60),
    },
    operations: &[
        OpKind::Issue,
        OpKind::Find,
        OpKind::Get,
        OpKind::Cancel,
        OpKind::Change,
        OpKind::ChangeStatus,
        OpKind::Settled,
        OpKind::States,
        OpKind::PixReceived,
        OpKind::Pdf,
        OpKind::GetWebhook,
        OpKind::RegisterWebhook,
        OpKind::Probe,
        OpKind::Statement,
        OpKind::Balance,
    ],
    boleto: BoletoRules {
        reference_length: 15,
        amount_min: 250,
        amount_max: 9_999_999_999,
        days_after_due_max: 60,
        customer_required: &[
            "address.street",
            "address.city",
            "address.state",
            "address.postal_code",
        ],
        discounts_max: 1,
        discount_by_anticipation: false,
        abatement: false,
        late_start: false,
        message_lines: 5,
        message_length: 78,
        hybrid: true,
        receiver: true,
        same_day_until: Some(19 * 60 + 59),
        change_expiration_date: true,
        change_amount: true,
        change_terms: TermChanges::NONE,
        protest: false,
        negative_listing: false,
    },
    // The bank counts per endpoint as far as is known; whether the minute slides is not.
    limits: &[
        Limit { key: "token", production: 5, sandbox: 5 },
        Limit { key: "issue", production: 120, sandbox: 10 },
        Limit { key: "list", production: 120, sandbox: 10 },
        Limit { key: "summary", production: 120, sandbox: 10 },
        Limit { key: "get", production: 120, sandbox: 10 },
        Limit { key: "pdf", production: 120, sandbox: 10 },
        Limit { key: "cancel", production: 120, sandbox: 10 },
        Limit { key: "change", production: 10, sandbox: 10 },
        Limit { key: "change_status", production: 10, sandbox: 10 },
        Limit { key: "webhook", production: 5, sandbox: 5 },
        Limit { key: "pix", production: 120, sandbox: 10 },
        Limit { key: "statement", production: 10, sandbox: 10 },
        Limit { key: "statement_simple", production: 10, sandbox: 10 },
        Limit { key: "balance", production: 10, sandbox: 10 },
    ],
    repeats: &[
        // There is no idempotency key. For 30 minutes the bank itself refuses a twin, after
        // that it takes it: ask well before, so that a repeat still meets that refusal.
        (OpKind::Issue, Repeat::Ask { quiet: Duration::from_secs(10 * 60) }),
        (OpKind::Cancel, Repeat::Harmless),
        (OpKind::Change, Repeat::Harmless),
        (OpKind::RegisterWebhook, Repeat::Harmless),
    ],
    credential_fields: &[
        Field {
            name: "client_id",
            label: "Client ID",
            kind: FieldKind::Text,
            required: true,
            hint: "Internet Banking PJ → Soluções para sua empresa → sua integração → Client ID",
        },
        Field {
            name: "client_secret",
            label: "Client secret",
            kind: FieldKind::Secret,
            required: true,
            hint: "Na mesma página da integração, ao lado do Client ID",
        },
        Field {
            name: "certificate",
            label: "Certificado",
            kind: FieldKind::Certificate,
            required: true,
            hint: "Arquivo .crt do ZIP baixado ao criar a integração; vale por 1 ano",
        },
        Field {
            name: "private_key",
            label: "Chave privada",
            kind: FieldKind::PrivateKey,
            required: true,
            hint: "Arquivo .key do mesmo ZIP; o banco só permite baixá-lo uma vez",
        },
    ],
    account_fields: &[],
    scopes: &[
        Scope { name: READ[0], purpose: "consultar boletos e o endereço dos avisos" },
        Scope {
            name: WRITE[0],
            purpose: "emitir, alterar e cancelar boletos; cadastrar os avisos",
        },
        Scope {
            name: PIX_READ[0],
            purpose: "identificar os pagamentos feitos pelo QR Code do boleto",
        },
        Scope {
            name: STATEMENT_READ[0],
            purpose: "ler o extrato e o saldo da conta, sem movimentar dinheiro",
        },
    ],
    // Between «Novo» and «Ativo» the portal says minutes; 401 is what it answers to a client that it
    // does not know, 403 to a certificate that it does not.
    activation: Some(Activation {
        refusals: &[401, 403],
        usually: "alguns minutos",
        give_up: Duration::from_secs(3 * 24 * 3600),
    }),
    payable: PayableRules::DEFAULT,
    settlement_delay: "Pix: na hora; boleto: em geral no dia útil seguinte, às vezes depois",
    statement: Some(StatementRules {
        first_days: 60,
        span_days: 90,
        complete: true,
        simple: true,
        // Promised nowhere; a program in use tells rows apart by it (confidence: low).
        stable_ids: true,
        page_size: STATEMENT_PAGE,
        // «O saldo não é sensibilizado em dias não úteis» (reference).
        business_days_only: true,
    }),
};
