//! The use cases. REST, pages and commands call these and nothing else; roles are checked
//! here, rules live here or below.

pub mod accounts;
pub mod act;
pub mod banks;
pub mod batch;
pub mod books;
pub mod classifications;
pub mod companies;
pub mod contracts;
pub mod credential_export;
pub mod credentials;
pub mod customer_import;
pub mod customers;
pub mod due;
pub mod enrolments;
pub mod events;
pub mod file_accounts;
pub mod health;
pub mod home;
pub mod hooks;
pub mod instalments;
pub mod issue;
pub mod issue_form;
pub mod logo;
pub mod mail;
pub mod once;
pub mod origin;
pub mod payer;
pub mod payment_forms;
pub mod pdf;
pub mod people;
pub mod preview;
pub mod printing;
pub mod read;
pub mod reconciliation;
pub mod remittances;
mod replaced;
pub mod returns;
pub mod saved_filters;
pub mod statements;
pub mod term_words;
pub mod terms;
pub mod timeline;
pub mod tokens;
pub mod trial_boleto;
pub mod view;

use crate::error::Error;

/// Who asks, for which company, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `user:…`, `application:…` or `system`.
    pub name: String,
    /// The company they act for. Nothing of another one is ever shown.
    pub company_id: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
}

/// What an actor may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See boletos, customers, receipts.
    Read,
    /// Issue, change, cancel; keep customers and terms.
    Charge,
    /// Accounts, credentials, tokens, the company itself.
    Configure,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 3] = [Self::Read, Self::Charge, Self::Configure];

    /// The scope of a token.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Charge => "charge",
            Self::Configure => "configure",
        }
    }

    /// Reads [`Permission::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

impl Actor {
    /// The owner of the machine, through the command line.
    pub fn system(company_id: impl Into<String>) -> Self {
        Self {
            name: "system".into(),
            company_id: company_id.into(),
            permissions: Permission::ALL.to_vec(),
        }
    }

    /// An error unless they may.
    pub fn must(&self, permission: Permission) -> Result<(), Error> {
        if self.permissions.contains(&permission) {
            return Ok(());
        }
        Err(Error::Forbidden(format!(
            "falta a permissão «{}»; peça a quem administra a empresa",
            permission.word()
        )))
    }
}
