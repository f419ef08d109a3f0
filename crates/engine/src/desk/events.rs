//! What happened, for programs that follow along.

use quita_store::events;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its place in the order: ask for what comes after it.
    pub seq: Option<i64>,
    /// UUIDv7.
    pub id: String,
    /// `boleto.registered`, `boleto.settled`, `receipt.created`…
    pub kind: String,
    /// The id of what it is about.
    pub subject: String,
    /// Instant, UTC.
    pub created_at: String,
    /// More, by kind.
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
}

impl From<events::Event> for EventView {
    fn from(event: events::Event) -> Self {
        Self {
            seq: event.seq,
            id: event.id,
            kind: event.kind,
            subject: event.subject,
            created_at: event.created_at.to_string(),
            data: event.body,
        }
    }
}

/// Events after a number, oldest first.
pub fn list(world: &World, actor: &Actor, after: i64, limit: i64) -> Result<Vec<EventView>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let page = world.store.read(move |tx| events::page(tx, &company, after, limit))?;
    Ok(page.into_iter().map(EventView::from).collect())
}
