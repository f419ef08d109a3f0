//! The road to a credential at a bank that signs certificates for its clients: a letter, the key
//! pair made at home, a certificate for what the bank sent, and the next one before it ends.
//!
//! A folder says what to ask and what an answer means; keys, calls and secrets are the engine's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_core::document::Document;
use quita_core::letter::Letter;

use crate::contract::{Ctx, HttpRequest, HttpResponse, Problem};
use crate::info::Field;

/// How a company comes to a credential at one bank.
///
/// The key pair is RSA of 2048 bits, and its requests (PKCS#10) are signed with SHA-512: what all
/// banks known to sign certificates ask for.
pub trait Enrolment: Send + Sync {
    /// What does not change from company to company.
    fn info(&self) -> &'static EnrolmentInfo;

    /// What is wrong with the data for the letter, all at once.
    fn check(&self, data: &BTreeMap<String, String>) -> Vec<Problem>;

    /// The letter that asks for access, ready to be signed.
    fn letter(&self, applicant: &Applicant, ctx: &Ctx) -> Letter;

    /// The client id as it was typed, without blanks; an error says what is wrong with it.
    fn client_id(&self, typed: &str) -> Result<String, &'static str>;

    /// The temporary token as it was typed, without blanks; an error says what is wrong with it.
    fn token(&self, typed: &str) -> Result<String, &'static str>;

    /// Whom the certificate is to name.
    fn subject(&self, client_id: &str, applicant: &Applicant) -> Subject;

    /// The request of the bank's certificate service; `Authorization` is the sender's to add.
    fn request(&self, which: Which, csr: &str) -> HttpRequest;

    /// What its answer means.
    fn outcome(&self, which: Which, answer: &HttpResponse) -> Signing;
}

/// Data of a road to a credential.
#[derive(Debug)]
pub struct EnrolmentInfo {
    /// What the letter says besides company and account.
    pub fields: &'static [Field],
    /// Who gets the letter, for people.
    pub addressee: &'static str,
    /// How long the bank usually takes to answer it, for people.
    pub usually: &'static str,
    /// Days that the temporary token is good for, from the day when it was sent.
    pub token_days: u16,
    /// Days that a certificate is good for.
    pub certificate_days: u16,
    /// Days before its end from which the bank renews it.
    pub renewal_days: u16,
}

/// Which certificate is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first one, under the temporary token and without a certificate. The secret comes with it.
    First,
    /// The next one, under the token and the certificate of the credential that there is.
    Next,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Applicant {
    /// Legal name.
    pub name: String,
    /// CNPJ.
    pub document: Document,
    /// City and state of the company; empty where they are not known.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// The day of the letter.
    pub day: Date,
    /// The fields of [`EnrolmentInfo::fields`].
    pub data: BTreeMap<String, String>,
    /// The public half of the key pair, PEM.
    pub public_key: String,
}

/// The subject of a certificate, in plain ASCII; empty parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// CN.
    pub common_name: String,
    /// OU.
    pub unit: String,
    /// L.
    pub city: String,
    /// ST.
    pub state: String,
    /// C, two letters.
    pub country: String,
}

/// What an answer of the certificate service means.
#[derive(Clone, PartialEq, Eq)]
pub enum Signing {
    /// The certificate, PEM; the first one comes with the secret, which is shown only here.
    Signed {
        /// Client secret.
        secret: Option<String>,
        /// Certificate with its chain, PEM.
        certificate: String,
    },
    /// The bank did not sign it.
    Refused {
        /// The bank's code, or the HTTP status.
        code: String,
        /// What it said and what to do, for people.
        message: String,
        /// Whether another temporary token is needed.
        token_spent: bool,
    },
    /// Nothing was done; why, for people.
    Later(String),
    /// Whether it was signed cannot be told; why, for people.
    Unknown(String),
}

impl std::fmt::Debug for Signing {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signed { .. } => f.write_str("Signed([secret])"),
            Self::Refused { code, .. } => write!(f, "Refused({code})"),
            Self::Later(reason) => write!(f, "Later({reason})"),
            Self::Unknown(reason) => write!(f, "Unknown({reason})"),
        }
    }
}
