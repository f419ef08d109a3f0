//! The audit trail: who did what, written in the transaction of the change.

use quita_store::{StoreError, Tx, audit};
use serde_json::Value as Json;

use crate::ids::Ids;

/// Who did it, and for which company.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// Whose trail.
    pub company_id: &'a str,
    /// `user:…`, `application:…`, `system`, `bank`.
    pub actor: &'a str,
}

/// Writes an entry. `details` holds ids, dates and amounts, no names or documents.
pub fn record(
    tx: &mut Tx,
    ids: &mut Ids,
    author: Author,
    action: &str,
    subject: &str,
    details: &Json,
) -> Result<(), StoreError> {
    let entry = audit::Entry {
        id: ids.next_id(),
        company_id: author.company_id.to_owned(),
        at: ids.now(),
        actor: author.actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        details: details.to_string(),
    };
    audit::write(tx, &entry)
}
