//! All suggestions above a confidence at once, after a look at what that would be.

use std::collections::BTreeSet;
use std::sync::Arc;

use quita_core::money::Money;
use quita_store::accounts;
use quita_store::bank_lines::KeptLine;
use quita_store::matches::{self, DifferenceKind};

use super::suggest::{Thought, thoughts};
use super::view::{StatementLineView, numbers_of};
use super::write::{Draft, decided};
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// Below this, in millionths, nothing is accepted in bulk.
const LOWEST: i64 = 500_000;
/// Most lines at once.
const MOST: usize = 1_000;

/// One suggestion that would be accepted.
#[derive(Clone, Debug)]
pub struct BulkItem {
    /// The line.
    pub line: StatementLineView,
    /// Ids and document numbers of the boletos.
    pub boletos: Vec<(String, String)>,
    /// In millionths.
    pub confidence: i64,
}

impl BulkItem {
    /// What tells it from any other: the line and its boletos.
    pub fn key(&self) -> String {
        let ids: Vec<&str> = self.boletos.iter().map(|(id, _)| id.as_str()).collect();
        key(&self.line.id, &ids)
    }
}

/// What would be accepted.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Each line, the surest first.
    pub items: Vec<BulkItem>,
    /// Sum of their amounts.
    pub amount: Money,
}

fn key(line_id: &str, boletos: &[&str]) -> String {
    format!("{line_id}={}", boletos.join("+"))
}

/// The first suggestion of each open line from a confidence (in millionths) on, none of a boleto
/// that two lines claim, none with a difference that nothing explains. Changes nothing.
pub fn bulk(world: &World, actor: &Actor, from: i64) -> Result<Bulk, Error> {
    actor.must(Permission::Charge)?;
    let found = sure(world, actor, from)?;
    let amount = found.iter().fold(Money::ZERO, |sum, (line, _)| sum + line.line.amount);
    let mut items = Vec::with_capacity(found.len());
    for (line, draft) in found {
        let ids: Vec<String> = draft.shares.iter().map(|share| share.boleto_id.clone()).collect();
        let boletos = numbers_of(world, actor, &ids)?;
        items.push(BulkItem {
            line: StatementLineView::new(&line),
            boletos,
            confidence: draft.confidence,
        });
    }
    Ok(Bulk { items, amount })
}

/// Accepts those of [`bulk`] that a person saw, by their [`BulkItem::key`]; gives how many. What
/// changed since is left.
pub fn accept_all(
    world: &World,
    actor: &Actor,
    from: i64,
    seen: &BTreeSet<String>,
) -> Result<usize, Error> {
    actor.must(Permission::Charge)?;
    let mut found = sure(world, actor, from)?;
    found.retain(|(line, draft)| {
        let ids: Vec<&str> = draft.shares.iter().map(|share| share.boleto_id.as_str()).collect();
        seen.contains(&key(&line.id, &ids))
    });
    let (found, by) = (Arc::new(found), actor.name.clone());
    let written = world.tx(move |tx, mut ids| {
        let mut written = 0;
        let mut locked = BTreeSet::new();
        for (line, draft) in found.iter() {
            if locked.insert(line.account_id.clone()) {
                matches::lock_account(tx, &line.account_id)?;
            }
            let mut is_free = true;
            for share in &draft.shares {
                is_free &= matches::paid_by_lines(tx, &share.boleto_id)?.count == 0;
            }
            if is_free && decided(tx, &mut ids, line, draft, &by)?.is_some() {
                written += 1;
            }
        }
        Ok(written)
    })?;
    Ok(written)
}

fn sure(world: &World, actor: &Actor, from: i64) -> Result<Vec<(KeptLine, Draft)>, Error> {
    if !(LOWEST..=1_000_000).contains(&from) {
        let said = "a confiança mínima vai de 50 a 100 por cento";
        return Err(Error::invalid("from", "out_of_range", said));
    }
    let company = actor.company_id.clone();
    let all = world.store.read(move |tx| accounts::list(tx, &company))?;
    let mut found = Vec::new();
    for account in &all {
        for (line, thought) in thoughts(world, account)? {
            let Thought::Boletos(drafts, _) = thought else { continue };
            let Some(draft) = drafts.into_iter().next() else { continue };
            let as_due =
                matches!(draft.difference.kind, DifferenceKind::Due | DifferenceKind::NominalOnly);
            if draft.confidence >= from && as_due && !line.provisional {
                found.push((line, draft));
            }
        }
    }
    let mut claims: Vec<&str> = Vec::new();
    for (_, draft) in &found {
        claims.extend(draft.shares.iter().map(|share| share.boleto_id.as_str()));
    }
    claims.sort_unstable();
    let twice: BTreeSet<String> = claims
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0].to_owned())
        .collect();
    found.retain(|(_, draft)| draft.shares.iter().all(|s| !twice.contains(&s.boleto_id)));
    found.sort_by(|(a, x), (b, y)| {
        (y.confidence, a.line.date, &a.id).cmp(&(x.confidence, b.line.date, &b.id))
    });
    found.truncate(MOST);
    Ok(found)
}
