//! What a bank's folder gives to the rest: data about the bank, requests built, answers read.
//!
//! A folder is a pure translator. It never sends, waits, stores or retries; the engine does,
//! by the rules that the folder declares. What a folder does not do answers [`Unsupported`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::document::Document;
use quita_core::fact::{Channel, Fact, Refusal};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::Term;
use quita_formats::cnab::format::Format;

use crate::enrolment::Enrolment;
use crate::file::FileLayout;
use crate::info::BankInfo;
use crate::simulator::Simulator;
use crate::statement::{Balance, LinePage, StatementDetail};
use crate::title::Titles;

/// A bank.
pub trait Bank: Send + Sync {
    /// Static data: names, limits, capabilities, credential fields.
    fn info(&self) -> &'static BankInfo;

    /// Our numbers and free fields, where the rules are known.
    fn titles(&self) -> Option<&'static dyn Titles> {
        None
    }

    /// The CNAB files it exchanges, where their tables are known.
    fn cnab(&self) -> &'static [&'static Format] {
        &[]
    }

    /// The layouts by which an account may work with it by file; none where it cannot.
    fn files(&self) -> &'static [FileLayout] {
        &[]
    }

    /// How the company numbers boletos of this account; `None` where the bank numbers them.
    fn numbering(&self, ctx: &Ctx) -> Option<Numbering> {
        let _ = ctx;
        None
    }

    /// What stands in the way of sending this order; empty when it may go.
    ///
    /// Called before anything is stored, so that a person can correct all at once.
    fn check(&self, _order: &BoletoOrder, _ctx: &Ctx) -> Vec<Problem> {
        Vec::new()
    }

    /// The request that carries out an operation.
    fn request(&self, op: &Op, ctx: &Ctx) -> Result<HttpRequest, Unsupported> {
        let _ = ctx;
        Err(Unsupported { operation: op.kind() })
    }

    /// Headers that name the client in every call besides the token, names in lower case.
    fn client_headers(&self, client_id: &str) -> Vec<(String, String)> {
        let _ = client_id;
        Vec::new()
    }

    /// What an answer to [`Bank::request`] means.
    fn outcome(&self, op: &Op, answer: &HttpResponse, ctx: &Ctx) -> Outcome {
        let _ = (answer, ctx);
        Outcome::Unknown { reason: format!("{:?} has no reader", op.kind()) }
    }

    /// The answer to a call that tells nothing, such as the one by which a bank fetches the token
    /// that it shows with its notices. Nothing of it is kept. `None` for every other call.
    fn answer(&self, request: &Inbound) -> Option<HttpResponse> {
        let _ = request;
        None
    }

    /// What a call by the bank means, and what to answer.
    fn inbound(&self, request: &Inbound, ctx: &Ctx) -> InboundReply {
        let _ = (request, ctx);
        InboundReply::not_found()
    }

    /// The numbers of a registered boleto as the bank prints them.
    fn printed(&self, our_number: &str, ctx: &Ctx) -> Printed {
        Printed {
            our_number: our_number.to_owned(),
            wallet: String::new(),
            beneficiary_code: format!(
                "{}/{}-{}",
                ctx.branch, ctx.account_number, ctx.account_digit
            ),
        }
    }

    /// The road to a credential, where the bank signs certificates for its clients.
    fn enrolment(&self) -> Option<&'static dyn Enrolment> {
        None
    }

    /// A fresh simulator of this bank.
    fn simulator(&self) -> Option<Box<dyn Simulator>> {
        None
    }
}

/// How a company numbers its own boletos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// Within what our numbers are unique besides the account: the wallet.
    pub series: String,
    /// How many digits they have, zeros in front.
    pub digits: usize,
    /// The first that may be given: those below it belong to other programs.
    pub first: i64,
}

/// Numbers as they stand on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// «Nosso número».
    pub our_number: String,
    /// «Carteira».
    pub wallet: String,
    /// «Agência / Código do beneficiário».
    pub beneficiary_code: String,
}

/// Something to ask of a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Register a boleto.
    Issue(Box<BoletoOrder>),
    /// Ask whether the bank would register this boleto; it registers nothing. The answer is
    /// [`Done::Nothing`] where it would.
    Rehearse(Box<BoletoOrder>),
    /// Look for a boleto by our reference, issued on or after a day.
    Find {
        /// What we sent as our reference.
        bank_reference: String,
        /// Our number, where the company gave it.
        our_number: Option<String>,
        /// The first day of issue to look at.
        issued_from: Date,
        /// Where to go on, from [`Outcome::Page`].
        cursor: Option<String>,
    },
    /// All that the bank knows of one boleto.
    Get {
        /// The bank's id.
        bank_id: String,
    },
    /// Write a boleto off.
    Cancel {
        /// The bank's id.
        bank_id: String,
        /// Why, in a few words.
        reason: String,
    },
    /// Change due date or nominal amount.
    Change {
        /// The bank's id.
        bank_id: String,
        /// The new due date.
        expiration_date: Option<Date>,
        /// The new nominal amount.
        amount: Option<Money>,
    },
    /// Change one of the terms of a boleto.
    Instruct {
        /// The bank's id.
        bank_id: String,
        /// What is to hold from now on.
        term: Term,
    },
    /// How far a change has got.
    ChangeStatus {
        /// The id that the bank gave to the change.
        change_id: String,
    },
    /// Boletos paid between two days, both included.
    Settled {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
        /// Where to go on.
        cursor: Option<String>,
    },
    /// The states of all boletos due between two days, both included.
    States {
        /// First due date.
        from: Date,
        /// Last due date.
        to: Date,
        /// Where to go on.
        cursor: Option<String>,
    },
    /// Pix received between two instants.
    PixReceived {
        /// From.
        from: Timestamp,
        /// To.
        to: Timestamp,
        /// Where to go on.
        cursor: Option<String>,
    },
    /// The bank's own PDF.
    Pdf {
        /// The bank's id.
        bank_id: String,
    },
    /// Where the bank now sends its notices.
    GetWebhook,
    /// Tell the bank where to send its notices.
    RegisterWebhook {
        /// Public HTTPS address.
        url: String,
    },
    /// A harmless question that proves that the credential reaches the account.
    Probe,
    /// The movements of the account between two days, both included. Answered by
    /// [`Done::Lines`]; [`crate::statement::Gathering`] puts the parts together.
    Statement {
        /// First day.
        from: Date,
        /// Last day; [`crate::info::StatementRules::span_days`] limits the distance.
        to: Date,
        /// Which of the bank's statements.
        detail: StatementDetail,
        /// Where to go on, from [`LinePage::next`].
        cursor: Option<String>,
    },
    /// What was on the account at the end of a day; what is there now without one.
    Balance {
        /// The day.
        day: Option<Date>,
    },
}

/// The name of an operation, without its arguments.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is documented on Op")]
pub enum OpKind {
    Issue,
    Rehearse,
    Find,
    Get,
    Cancel,
    Change,
    Instruct,
    ChangeStatus,
    Settled,
    States,
    PixReceived,
    Pdf,
    GetWebhook,
    RegisterWebhook,
    Probe,
    Statement,
    Balance,
}

impl Op {
    /// Its name.
    pub const fn kind(&self) -> OpKind {
        match self {
            Self::Issue(_) => OpKind::Issue,
            Self::Rehearse(_) => OpKind::Rehearse,
            Self::Find { .. } => OpKind::Find,
            Self::Get { .. } => OpKind::Get,
            Self::Cancel { .. } => OpKind::Cancel,
            Self::Change { .. } => OpKind::Change,
            Self::Instruct { .. } => OpKind::Instruct,
            Self::ChangeStatus { .. } => OpKind::ChangeStatus,
            Self::Settled { .. } => OpKind::Settled,
            Self::States { .. } => OpKind::States,
            Self::PixReceived { .. } => OpKind::PixReceived,
            Self::Pdf { .. } => OpKind::Pdf,
            Self::GetWebhook => OpKind::GetWebhook,
            Self::RegisterWebhook { .. } => OpKind::RegisterWebhook,
            Self::Probe => OpKind::Probe,
            Self::Statement { .. } => OpKind::Statement,
            Self::Balance { .. } => OpKind::Balance,
        }
    }
}

/// What surrounds a call: the account, the moment. No secrets.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Data of the account, in the words of [`BankInfo::account_fields`].
    pub account: BTreeMap<String, String>,
    /// Branch, account number and check digit as printed: `0001`, `1234567`, `8`.
    pub branch: String,
    /// Account number without check digit.
    pub account_number: String,
    /// Check digit of the account.
    pub account_digit: String,
    /// The instant of the call.
    pub now: Timestamp,
    /// The bank day of that instant, in São Paulo.
    pub today: Date,
    /// Time of day in São Paulo, in minutes since midnight; cut-offs compare with it.
    pub minute_of_day: u16,
    /// The bank's test environment or our simulator: failed checks of numbers only warn.
    pub sandbox: bool,
}

/// A request to a bank, complete but for authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`…
    pub method: &'static str,
    /// Which of [`BankInfo::hosts`].
    pub host: &'static str,
    /// Path with a leading slash, already percent-encoded.
    pub path: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, empty for none.
    pub body: Vec<u8>,
    /// Which of [`BankInfo::limits`] it counts against; empty where the bank publishes none.
    pub limit: &'static str,
    /// Scopes that the token needs.
    pub scopes: &'static [&'static str],
}

/// A complete answer of a bank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// This bank, or this channel of it, has no such operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this bank has no {operation:?}")]
pub struct Unsupported {
    /// What was asked.
    pub operation: OpKind,
}

/// Something wrong with an order, before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Our name of the field: `customer.address.postal_code`.
    pub field: String,
    /// A short code for programs: `too_long`, `missing`, `not_supported`.
    pub code: &'static str,
    /// What is wrong and what to do, in Portuguese.
    pub message: String,
}

/// What a complete answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out.
    Done(Done),
    /// One page of a list; ask again with the cursor while there is one.
    Page {
        /// What the page told.
        reports: Vec<Report>,
        /// The next page.
        next: Option<String>,
    },
    /// The bank said no, for good.
    Rejected(Refusal),
    /// Nothing was done, and a later try may work.
    Transient {
        /// Why, for people.
        reason: String,
        /// Not before so many seconds.
        retry_after_s: Option<u32>,
    },
    /// The token was not accepted: get another and try again.
    Unauthorized,
    /// The bank says that it has this order already: an earlier sending of ours arrived.
    AlreadyThere {
        /// Why, for people.
        reason: String,
    },
    /// Whether it was carried out cannot be told from this answer.
    Unknown {
        /// Why, for people.
        reason: String,
    },
}

/// What an operation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing more than that.
    Nothing,
    /// What was learned about boletos.
    Reports(Vec<Report>),
    /// A file, as the bank made it.
    Pdf(Vec<u8>),
    /// A change under way.
    Change {
        /// The bank's id of it; empty where nothing more is asked by one.
        change_id: String,
        /// How it stands.
        state: ChangeState,
    },
    /// Where notices go; `None` when nowhere.
    Webhook(Option<String>),
    /// A part of a statement.
    Lines(LinePage),
    /// What is, or was, on the account.
    Balance(Balance),
}

/// How a change stands at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// Being carried out, or waiting for somebody at the bank.
    Processing,
    /// Done, as the bank says: it holds once the boleto shows it.
    Taken,
    /// Carried out: read the boleto again.
    Applied,
    /// Refused.
    Failed,
}

/// What an answer told about one boleto, with enough to know whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The bank's id.
    pub bank_id: Option<String>,
    /// Our reference, as the bank gives it back.
    pub bank_reference: Option<String>,
    /// Pix identifier, where this report is about a Pix.
    pub txid: Option<String>,
    /// Nominal amount at the bank.
    pub amount: Option<Money>,
    /// Due date at the bank.
    pub expiration_date: Option<Date>,
    /// Customer's document at the bank.
    pub customer_document: Option<Document>,
    /// Of the terms at the bank, those that it shows.
    pub terms: Vec<Term>,
    /// The door it came through.
    pub channel: Channel,
    /// What was told.
    pub facts: Vec<Fact>,
    /// Failed checks of the bank's numbers and other oddities, for people.
    pub warnings: Vec<String>,
}

impl Report {
    /// What is told by this channel, of nothing yet.
    pub(crate) fn blank(channel: Channel) -> Self {
        Self {
            bank_id: None,
            bank_reference: None,
            txid: None,
            amount: None,
            expiration_date: None,
            customer_document: None,
            terms: Vec::new(),
            channel,
            facts: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// A call that a bank made to us, as it came.
#[derive(Clone, Debug)]
pub struct Inbound {
    /// Method.
    pub method: String,
    /// Path after the secret part: empty, `/pix`…
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What to answer to a bank's call, and which bells it rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundReply {
    /// Answer.
    pub response: HttpResponse,
    /// What to ask the bank about. The call itself proves nothing.
    pub bells: Vec<Bell>,
}

impl InboundReply {
    /// No such address here.
    pub fn not_found() -> Self {
        Self {
            response: HttpResponse { status: 404, ..HttpResponse::default() },
            bells: Vec::new(),
        }
    }
}

/// A reason to ask the bank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bell {
    /// About the boleto of this bank id.
    Boleto(String),
    /// About the boleto of this reference of ours.
    Reference(String),
    /// About Pix received for this txid.
    Pix(String),
}
