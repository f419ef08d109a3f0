//! What can go wrong in a use case, in the words of whoever asked.

pub use quita_store::StoreError;
use serde::Serialize;

/// Why a use case was not carried out. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong; every field at fault is named.
    #[error("{}", list(.0))]
    Invalid(Vec<FieldError>),
    /// There is no such thing, or not for this company.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done in the state at hand.
    #[error("{message}")]
    Conflict {
        /// For programs.
        code: &'static str,
        /// For people: why, and what to do.
        message: String,
    },
    /// The Idempotency-Key was used with another body.
    #[error("esta Idempotency-Key já foi usada com outro conteúdo")]
    OtherBody,
    /// The Idempotency-Key is being worked on.
    #[error("um pedido com esta Idempotency-Key está em andamento; repita em instantes")]
    Running,
    /// Whoever asked may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The bank cannot be asked right now.
    #[error("{0}")]
    BankUnavailable(String),
    /// The installation is set up wrongly.
    #[error("{0}")]
    Config(String),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours; the text is for the log, not for strangers.
    #[error("{0}")]
    Internal(String),
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name in the API: `customer.address.postal_code`.
    pub field: String,
    /// For programs: `missing`, `invalid`, `too_long`…
    pub code: String,
    /// For people: what is wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// One field at fault.
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.to_owned(), message: message.into() }
    }
}

impl Error {
    /// A defect of ours.
    pub fn internal(text: impl Into<String>) -> Self {
        Self::Internal(text.into())
    }

    /// The installation is set up wrongly.
    pub fn config(text: impl Into<String>) -> Self {
        Self::Config(text.into())
    }

    /// One field at fault.
    pub fn invalid(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::NotFound(format!("não há {what} com este id nesta empresa"))
    }

    /// Not in the state at hand.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }
}

fn list(errors: &[FieldError]) -> String {
    errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect::<Vec<_>>().join("; ")
}

/// Field errors gathered until all are known.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds one.
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// Adds many.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.0.extend(errors);
    }

    /// All of them.
    pub fn into_all(self) -> Vec<FieldError> {
        self.0
    }

    /// An error when there is any.
    pub fn check(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
