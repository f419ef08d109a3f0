//! Static data of a bank: what the screens, the scheduler and the checks need to know.

use std::time::Duration;

use quita_core::payable::PayableRules;
use quita_core::terms::TermKind;
use serde::Serialize;

use crate::contract::OpKind;

/// Everything about a bank that does not change from call to call.
#[derive(Debug)]
pub struct BankInfo {
    /// COMPE code, `077`.
    pub code: &'static str,
    /// Eight digits of the bank in the payments system.
    pub ispb: &'static str,
    /// Name as people know it.
    pub name: &'static str,
    /// The folder, also the word in addresses and commands.
    pub folder: &'static str,
    /// Bank code with its check digit as printed on the boleto, `077-9`.
    pub printed_code: &'static str,
    /// Where its services are.
    pub hosts: &'static [Host],
    /// How to prove who we are.
    pub auth: Auth,
    /// What it can do by API.
    pub operations: &'static [OpKind],
    /// What its boletos can carry.
    pub boleto: BoletoRules,
    /// Calls a minute.
    pub limits: &'static [Limit],
    /// What may follow an unknown outcome, for each operation that changes something.
    pub repeats: &'static [(OpKind, Repeat)],
    /// What the credential form asks for.
    pub credential_fields: &'static [Field],
    /// What the account form asks for besides branch and account.
    pub account_fields: &'static [Field],
    /// Scopes by what they are for.
    pub scopes: &'static [Scope],
    /// How long a new integration may take until the bank accepts it; `None` where nothing is
    /// known of that.
    pub activation: Option<Activation>,
    /// How it counts and rounds what is due.
    pub payable: PayableRules,
    /// Usual delay between payment and settlement, for people.
    pub settlement_delay: &'static str,
    /// How it gives statements; `None` where only files do.
    pub statement: Option<StatementRules>,
}

/// How a bank gives statements by API.
#[derive(Debug)]
pub struct StatementRules {
    /// How many days before today the first reading goes back.
    pub first_days: u16,
    /// Most days that one question may cover, both ends counted.
    pub span_days: u16,
    /// Whether there is a statement with ids, payers and what was paid.
    pub complete: bool,
    /// Whether there is one with day, amount and text only, for when the other fails.
    pub simple: bool,
    /// Whether a movement keeps its id from one reading to the next, in the complete statement or in
    /// the only one that there is.
    pub stable_ids: bool,
    /// Most movements in one answer of the complete statement.
    pub page_size: usize,
    /// Whether the balance moves on business days only: what is dated on a weekend or holiday
    /// is in the balance of the next business day, so that days close from one to the next.
    pub business_days_only: bool,
}

/// How the bank treats an integration that it has not activated yet.
#[derive(Debug)]
pub struct Activation {
    /// Statuses by which its token service refuses such a credential. It may refuse a wrong one by
    /// the same.
    pub refusals: &'static [u16],
    /// How long it usually takes, for people.
    pub usually: &'static str,
    /// After so long it is not activation that is missing.
    pub give_up: Duration,
}

/// An address of a bank.
#[derive(Debug)]
pub struct Host {
    /// Our name of it.
    pub key: &'static str,
    /// In production, with the path that everything there begins with.
    pub production: &'static str,
    /// The bank's own test environment.
    pub sandbox: &'static str,
}

impl Host {
    /// Where a simulator answers for it: the path is that of production.
    pub fn at(&self, origin: &str) -> String {
        let rest = self.production.split_once("://").map_or(self.production, |(_, rest)| rest);
        format!("{origin}{}", rest.find('/').map_or("", |slash| &rest[slash..]))
    }
}

/// How to prove who we are.
#[derive(Debug)]
pub enum Auth {
    /// OAuth 2 client credentials in a form, over mutual TLS.
    ClientCredentials {
        /// Which host.
        host: &'static str,
        /// Path of the token service.
        path: &'static str,
        /// Which of [`BankInfo::limits`] it counts against.
        limit: &'static str,
        /// Renew so long before the end.
        margin: Duration,
    },
    /// No API: paper and files only.
    None,
}

/// What a boleto at this bank can and must carry.
#[derive(Clone, Copy, Debug)]
pub struct BoletoRules {
    /// Longest reference of ours, letters and digits.
    pub reference_length: usize,
    /// Smallest nominal amount in cents.
    pub amount_min: i64,
    /// Largest nominal amount in cents.
    pub amount_max: i64,
    /// Most days between due date and the last day of payment.
    pub days_after_due_max: u16,
    /// Customer fields that must be there, in our names.
    pub customer_required: &'static [&'static str],
    /// Most discounts.
    pub discounts_max: usize,
    /// Whether a discount may count days of anticipation.
    pub discount_by_anticipation: bool,
    /// Whether an abatement can be given at issue.
    pub abatement: bool,
    /// Whether fine or interest may begin later than the day after the due date.
    pub late_start: bool,
    /// Most lines of message and their length.
    pub message_lines: usize,
    /// Characters of a line of message.
    pub message_length: usize,
    /// Whether it can carry a Pix QR.
    pub hybrid: bool,
    /// Whether a guarantor can be named.
    pub receiver: bool,
    /// Minute of the day in São Paulo until which a boleto due on the same day is taken.
    pub same_day_until: Option<u16>,
    /// Whether the due date can be changed.
    pub change_expiration_date: bool,
    /// Whether the amount can be changed.
    pub change_amount: bool,
    /// Which of the terms can be changed after registration.
    pub change_terms: TermChanges,
    /// Whether it takes orders to protest, and to stop it.
    pub protest: bool,
    /// Whether it takes orders to list a customer negatively, and to stop it.
    pub negative_listing: bool,
}

/// Which of the terms of a registered boleto can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermChanges {
    /// What is taken off whenever it is paid.
    pub abatement: bool,
    /// Interest.
    pub interest: bool,
    /// Fine.
    pub fine: bool,
    /// Discounts.
    pub discounts: bool,
    /// Which amounts other than the one due the bank takes.
    pub accepts: bool,
}

impl TermChanges {
    /// None.
    pub const NONE: Self =
        Self { abatement: false, interest: false, fine: false, discounts: false, accepts: false };

    /// All.
    pub const ALL: Self =
        Self { abatement: true, interest: true, fine: true, discounts: true, accepts: true };

    /// Whether one of this kind can.
    pub const fn has(&self, kind: TermKind) -> bool {
        match kind {
            TermKind::Abatement => self.abatement,
            TermKind::Interest => self.interest,
            TermKind::Fine => self.fine,
            TermKind::Discounts => self.discounts,
            TermKind::Accepts => self.accepts,
        }
    }
}

/// A limit of calls.
#[derive(Debug)]
pub struct Limit {
    /// Our name of it.
    pub key: &'static str,
    /// Calls a minute in production.
    pub production: u32,
    /// Calls a minute in the bank's test environment.
    pub sandbox: u32,
}

/// What may follow an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Send again with the same key: the bank recognises it.
    SameKey,
    /// Ask by our reference; send again only when the bank still does not know it after `quiet`.
    Ask {
        /// How long the bank may take to show what it took.
        quiet: Duration,
    },
    /// Asking for the same state twice does no harm.
    Harmless,
    /// Only a person may decide.
    Human,
}

/// A field of a form.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Name in the API.
    pub name: &'static str,
    /// Label on screen.
    pub label: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be there.
    pub required: bool,
    /// Where to find it, in Portuguese.
    pub hint: &'static str,
}

/// What a field of a form holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// A line that is never shown again.
    Secret,
    /// X.509 certificate, PEM.
    Certificate,
    /// Private key, PEM.
    PrivateKey,
}

/// A permission at the bank.
#[derive(Debug, Serialize)]
pub struct Scope {
    /// The bank's word.
    pub name: &'static str,
    /// What we use it for, in Portuguese.
    pub purpose: &'static str,
}

impl BankInfo {
    /// A bank without an API, for `..BankInfo::NO_API`: its folder says the names and codes, and
    /// what is otherwise. Of boletos it allows what any paper can carry.
    pub const NO_API: Self = Self {
        code: "",
        ispb: "",
        name: "",
        folder: "",
        printed_code: "",
        hosts: &[],
        auth: Auth::None,
        operations: &[],
        boleto: BoletoRules {
            reference_length: 10,
            amount_min: 1,
            amount_max: 9_999_999_999,
            days_after_due_max: 365,
            customer_required: &[],
            discounts_max: 3,
            discount_by_anticipation: true,
            abatement: true,
            late_start: true,
            message_lines: 0,
            message_length: 0,
            hybrid: false,
            receiver: true,
            same_day_until: None,
            change_expiration_date: false,
            change_amount: false,
            change_terms: TermChanges::NONE,
            protest: false,
            negative_listing: false,
        },
        limits: &[],
        repeats: &[],
        credential_fields: &[],
        account_fields: &[],
        scopes: &[],
        activation: None,
        payable: PayableRules::DEFAULT,
        settlement_delay: "",
        statement: None,
    };

    /// What may follow an unknown outcome of this operation; questions are harmless.
    pub fn repeat(&self, kind: OpKind) -> Repeat {
        self.repeats.iter().find(|(k, _)| *k == kind).map_or(Repeat::Harmless, |(_, r)| *r)
    }

    /// Calls a minute under this name; `None` where the bank publishes none.
    pub fn limit(&self, key: &str, sandbox: bool) -> Option<u32> {
        let limit = self.limits.iter().find(|l| l.key == key)?;
        Some(if sandbox { limit.sandbox } else { limit.production })
    }

    /// Whether the API has this operation.
    pub fn can(&self, kind: OpKind) -> bool {
        self.operations.contains(&kind)
    }
}
