//! What a person decides of a line.

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_core::calendar::Calendar;
use quita_core::fold::Status as BoletoStatus;
use quita_core::money::Money;
use quita_core::payable::{PayableRules, payable};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::boletos::{self, Boleto};
use quita_store::matches::{self, Difference, DifferenceKind, Kind, Match, Share};
use quita_store::{StoreError, accounts, receipts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input;
use super::suggest::drafts_of;
use super::view::{MatchView, one_view};
use super::write::{self, AS_DUE, Draft, decided};
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::trail::{self, Author};
use crate::world::World;

/// Most boletos that one line pays: more than a bank credits in one sum.
const MOST: usize = 2_000;
/// A payment reaches the account at most so many days later.
const DAYS_UNDERWAY: i32 = 5;

/// A line pays these boletos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchLine {
    /// Which boletos; what they add up to is the line, or the difference is named.
    pub boletos: Vec<Chosen>,
    /// What the difference is: `interest`, `discount`, `fee`, `short`, `over` or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
    /// For the company's own people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A boleto that a line pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Which boleto.
    pub boleto_id: String,
    /// What was paid for it, in cents; what was due, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

/// A line is explained without boletos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// `fee`, `transfer` or `other`.
    pub kind: String,
    /// What it is; must be said of `other`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Why a line cannot be decided upon now.
enum No {
    /// There is none.
    Gone,
    /// Something explains it already.
    Explained,
    /// It may be there already, or was given up.
    Doubtful,
    /// There is no such boleto, or it was refused by the bank.
    Boleto,
}

impl From<No> for Error {
    fn from(no: No) -> Self {
        match no {
            No::Gone => Self::not_found("lançamento"),
            No::Explained => Self::conflict(
                "already_explained",
                "este lançamento já está conciliado: desfaça primeiro o que o explica",
            ),
            No::Doubtful => Self::conflict(
                "line_in_doubt",
                "este lançamento não conta no saldo: decida primeiro, no extrato, se ele existe",
            ),
            No::Boleto => Self::not_found("boleto"),
        }
    }
}

/// Matches a line with boletos. What the machine suggested keeps its reasons.
pub fn match_line(
    world: &World,
    actor: &Actor,
    line_id: &str,
    given: &MatchLine,
) -> Result<MatchView, Error> {
    actor.must(Permission::Charge)?;
    check_note(&given.note)?;
    if given.boletos.is_empty() {
        return Err(Error::invalid("boletos", "missing", "escolha ao menos um boleto"));
    }
    if given.boletos.len() > MOST {
        let said = format!("escolha no máximo {MOST} boletos");
        return Err(Error::invalid("boletos", "too_many", said));
    }
    for (at, one) in given.boletos.iter().enumerate() {
        if given.boletos[..at].iter().any(|other| other.boleto_id == one.boleto_id) {
            return Err(Error::invalid("boletos", "repeated", "há um boleto repetido"));
        }
        if one.amount.is_some_and(|amount| amount <= 0) {
            let said = "o valor de cada boleto deve ser maior que zero";
            return Err(Error::invalid("boletos", "out_of_range", said));
        }
    }
    let line = line_of(world, actor, line_id)?;
    let wanted: Vec<&str> = given.boletos.iter().map(|one| one.boleto_id.as_str()).collect();
    if line.status != Status::Open {
        return same_again(world, actor, &line, Kind::Boletos, &wanted);
    }
    if !line.line.amount.is_positive() {
        return Err(Error::conflict("outgoing", "dinheiro que saiu não paga boletos"));
    }
    let is_plain = given.difference.is_none() && given.boletos.iter().all(|b| b.amount.is_none());
    let suggested = if is_plain { drafts_of(world, &line)? } else { Vec::new() };
    let same = |draft: &Draft| {
        draft.shares.len() == wanted.len()
            && draft.shares.iter().all(|share| wanted.contains(&share.boleto_id.as_str()))
    };
    let draft = match suggested.into_iter().find(same) {
        Some(draft) => Draft { note: given.note.trim().to_owned(), ..draft },
        None => chosen(world, actor, &line, given)?,
    };
    decide(world, actor, &line, draft)
}

/// Explains a line without boletos.
pub fn explain(
    world: &World,
    actor: &Actor,
    line_id: &str,
    given: &Explain,
) -> Result<MatchView, Error> {
    actor.must(Permission::Charge)?;
    check_note(&given.note)?;
    let kind = match given.kind.as_str() {
        "fee" => Kind::Fee,
        "transfer" => Kind::Transfer,
        "other" => Kind::Other,
        _ => {
            let said = "diga o que é: tarifa (fee), transferência (transfer) ou outro (other)";
            return Err(Error::invalid("kind", "invalid", said));
        }
    };
    if kind == Kind::Other && given.note.trim().is_empty() {
        return Err(Error::invalid("note", "missing", "escreva o que é este lançamento"));
    }
    plainly(world, actor, line_id, kind, &given.note)
}

/// A person decides that nothing needs to explain a line.
pub fn ignore(world: &World, actor: &Actor, line_id: &str, note: &str) -> Result<MatchView, Error> {
    actor.must(Permission::Charge)?;
    check_note(note)?;
    plainly(world, actor, line_id, Kind::Ignored, note)
}

fn plainly(
    world: &World,
    actor: &Actor,
    line_id: &str,
    kind: Kind,
    note: &str,
) -> Result<MatchView, Error> {
    let line = line_of(world, actor, line_id)?;
    if line.status != Status::Open {
        return same_again(world, actor, &line, kind, &[]);
    }
    decide(world, actor, &line, Draft::plain(kind, note.trim()))
}

/// Undoes what explains a line. The match stays as history, and nothing is matched with the line
/// again without a person.
pub fn undo(world: &World, actor: &Actor, match_id: &str) -> Result<MatchView, Error> {
    actor.must(Permission::Charge)?;
    let (company, id, by) = (actor.company_id.clone(), match_id.to_owned(), actor.name.clone());
    let undone = world.tx(move |tx, mut ids| {
        let Some(found) = matches::get(tx, &company, &id)? else { return Ok(None) };
        write::undo(tx, &mut ids, &found, &by).map(Some)
    })?;
    match undone {
        None => Err(Error::not_found("conciliação")),
        // Undone twice is undone.
        Some(_) => one_view(world, actor, match_id),
    }
}

/// A person says that a line does not pay a boleto: the pair is never proposed again.
pub fn reject(world: &World, actor: &Actor, line_id: &str, boleto_id: &str) -> Result<(), Error> {
    actor.must(Permission::Charge)?;
    let (company, by) = (actor.company_id.clone(), actor.name.clone());
    let (line_id, boleto_id) = (line_id.to_owned(), boleto_id.to_owned());
    let done = world.tx(move |tx, mut ids| {
        let Some(line) = bank_lines::get(tx, &company, &line_id)? else {
            return Ok(Err(No::Gone));
        };
        if boletos::of_company(tx, &company, &boleto_id)?.is_none() {
            return Ok(Err(No::Boleto));
        }
        if line.status != Status::Open {
            return Ok(Err(no(line.status)));
        }
        matches::reject(tx, &company, &line_id, &boleto_id, &by, ids.now())?;
        let author = Author { company_id: &company, actor: &by };
        let details = serde_json::json!({ "boleto_id": boleto_id });
        trail::record(tx, &mut ids, author, "line.rejected", &line_id, &details)?;
        Ok(Ok(()))
    })?;
    Ok(done?)
}

/// Why a line of this status cannot be decided upon.
const fn no(status: Status) -> No {
    match status {
        Status::Doubtful | Status::GivenUp => No::Doubtful,
        _ => No::Explained,
    }
}

fn check_note(note: &str) -> Result<(), Error> {
    if note.chars().count() > 200 {
        return Err(Error::invalid("note", "too_long", "use até 200 caracteres"));
    }
    Ok(())
}

fn line_of(world: &World, actor: &Actor, line_id: &str) -> Result<KeptLine, Error> {
    let (company, id) = (actor.company_id.clone(), line_id.to_owned());
    let found = world.store.read(move |tx| bank_lines::get(tx, &company, &id))?;
    found.ok_or_else(|| No::Gone.into())
}

/// What was asked twice is answered twice; anything else is refused.
fn same_again(
    world: &World,
    actor: &Actor,
    line: &KeptLine,
    kind: Kind,
    boletos: &[&str],
) -> Result<MatchView, Error> {
    let (company, id) = (actor.company_id.clone(), line.id.clone());
    let found = world.store.read(move |tx| matches::of_line(tx, &company, &id))?;
    let same = |found: &Match| {
        found.kind == kind
            && found.shares.len() == boletos.len()
            && found.shares.iter().all(|share| boletos.contains(&share.boleto_id.as_str()))
    };
    match found.filter(same) {
        Some(found) => one_view(world, actor, &found.id),
        None => Err(no(line.status).into()),
    }
}

fn decide(world: &World, actor: &Actor, line: &KeptLine, draft: Draft) -> Result<MatchView, Error> {
    let (line, by) = (line.clone(), actor.name.clone());
    let written = world.tx(move |tx, mut ids| {
        matches::lock_account(tx, &line.account_id)?;
        let mut draft = draft.clone();
        if let [share] = draft.shares.as_slice()
            && draft.kind == Kind::Boletos
            && let Some(boleto) = boletos::get(tx, &share.boleto_id)?
        {
            // Looked at once more: somebody may have matched it meanwhile.
            let before = matches::paid_by_lines(tx, &boleto.id)?.amount;
            if before.is_positive() && before >= boleto.amount {
                draft.difference =
                    Difference { kind: DifferenceKind::PaidTwice, amount: share.amount };
            }
        }
        for share in &draft.shares {
            matches::forgive(tx, &line.company_id, &line.id, &share.boleto_id)?;
        }
        let written = decided(tx, &mut ids, &line, &draft, &by)?;
        // Nothing may be left of what was not written.
        written.map(|found| found.id).ok_or_else(|| StoreError::Refused(line.id.clone()))
    });
    match written {
        Ok(id) => one_view(world, actor, &id),
        Err(StoreError::Refused(_)) => Err(No::Explained.into()),
        Err(error) => Err(error.into()),
    }
}

/// A boleto that a person chose, and what was due of it.
struct Due {
    boleto: Boleto,
    /// What may have been paid for it: what the bank tells of, or what was due on one of the days.
    amounts: Vec<Money>,
}

/// The match that a person made by themselves.
fn chosen(
    world: &World,
    actor: &Actor,
    line: &KeptLine,
    given: &MatchLine,
) -> Result<Draft, Error> {
    let name = named(given.difference.as_deref())?;
    let dues = dues(world, actor, line, given)?;
    let total = line.line.amount;
    let first = |due: &Due, one: &Chosen| {
        let due = due.amounts.first().copied().unwrap_or(due.boleto.amount);
        one.amount.map_or(due, Money::from_cents)
    };
    let mut amounts: Vec<Money> =
        dues.iter().zip(&given.boletos).map(|(due, one)| first(due, one)).collect();
    let mut draft = Draft { note: given.note.trim().to_owned(), ..Draft::plain(Kind::Boletos, "") };
    let sum = |amounts: &[Money]| amounts.iter().fold(Money::ZERO, |sum, one| sum + *one);
    if let ([due], [Chosen { amount: None, .. }]) = (dues.as_slice(), given.boletos.as_slice())
        && due.amounts.contains(&total)
    {
        amounts = vec![total];
        draft.difference = Difference { amount: total - due.boleto.amount, ..AS_DUE };
    } else if given.boletos.iter().all(|one| one.amount.is_none()) && sum(&amounts) != total {
        let nominal: Vec<Money> = dues.iter().map(|due| due.boleto.amount).collect();
        if sum(&nominal) == total {
            amounts = nominal;
            draft.difference = Difference { kind: DifferenceKind::NominalOnly, ..AS_DUE };
        }
    }
    let rest = total - sum(&amounts);
    if rest != Money::ZERO {
        let Some(kind) = name else {
            let said = format!(
                "os boletos somam R$ {} e o lançamento é de R$ {total}: diga o que é a diferença de \
                 R$ {}",
                sum(&amounts),
                Money::from_cents(rest.cents().abs())
            );
            return Err(Error::invalid("difference", "missing", said));
        };
        let is_more = rest.is_positive();
        let fits = match kind {
            DifferenceKind::Interest | DifferenceKind::Over => is_more,
            DifferenceKind::Discount | DifferenceKind::Fee | DifferenceKind::Short => !is_more,
            _ => true,
        };
        if !fits {
            let said = if is_more {
                "o lançamento é maior que a soma: a diferença não é desconto, tarifa nem pagamento \
                 a menor"
            } else {
                "o lançamento é menor que a soma: a diferença não é juros nem pagamento a maior"
            };
            return Err(Error::invalid("difference", "invalid", said));
        }
        draft.difference = Difference { kind, amount: Money::from_cents(rest.cents().abs()) };
        if kind == DifferenceKind::Fee {
            draft.fee = draft.difference.amount;
        } else if let Some(largest) = amounts.iter_mut().max() {
            *largest = *largest + rest;
            if !largest.is_positive() {
                let said = "o lançamento é pequeno demais para estes boletos";
                return Err(Error::invalid("boletos", "out_of_range", said));
            }
        }
    }
    draft.shares = dues
        .into_iter()
        .zip(amounts)
        .map(|(due, amount)| Share { boleto_id: due.boleto.id, amount })
        .collect();
    Ok(draft)
}

fn named(word: Option<&str>) -> Result<Option<DifferenceKind>, Error> {
    Ok(Some(match word {
        None | Some("") => return Ok(None),
        Some("interest") => DifferenceKind::Interest,
        Some("discount") => DifferenceKind::Discount,
        Some("fee") => DifferenceKind::Fee,
        Some("short") => DifferenceKind::Short,
        Some("over") => DifferenceKind::Over,
        Some("other") => DifferenceKind::Other,
        Some(_) => {
            let said = "use interest, discount, fee, short, over ou other";
            return Err(Error::invalid("difference", "invalid", said));
        }
    }))
}

fn dues(
    world: &World,
    actor: &Actor,
    line: &KeptLine,
    given: &MatchLine,
) -> Result<Vec<Due>, Error> {
    let ids: Vec<String> = given.boletos.iter().map(|one| one.boleto_id.clone()).collect();
    let (company, account_id, day) =
        (actor.company_id.clone(), line.account_id.clone(), line.line.date);
    let found = world.store.read(move |tx| {
        let rules = accounts::get(tx, &account_id)?.map(|account| input::rules(&account));
        let mut dues = Vec::with_capacity(ids.len());
        for id in &ids {
            let Some(boleto) = boletos::of_company(tx, &company, id)? else { return Ok(None) };
            if boleto.status == BoletoStatus::Rejected {
                return Ok(None);
            }
            let before = usize::try_from(matches::paid_by_lines(tx, id)?.count).unwrap_or(0);
            let told = receipts::of_boleto(tx, id)?.get(before).map(|receipt| receipt.amount);
            let due = due_on(&boleto, day, rules.unwrap_or(PayableRules::DEFAULT));
            dues.push(Due { boleto, amounts: told.map_or(due, |told| vec![told]) });
        }
        Ok(Some(dues))
    })?;
    found.ok_or_else(|| No::Boleto.into())
}

/// What was due on a day and on those before it, on which it may have been paid.
fn due_on(boleto: &Boleto, day: Date, rules: PayableRules) -> Vec<Money> {
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let calendar = Calendar::national();
    let days = (0..=DAYS_UNDERWAY).filter_map(|n| day.checked_sub(n.days()).ok());
    let mut all: Vec<Money> = days
        .map(|on| {
            payable(order.amount, order.expiration_date, &order.terms, on, &calendar, rules).total
        })
        .collect();
    all.dedup();
    all
}
