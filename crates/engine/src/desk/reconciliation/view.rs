//! Lines, suggestions and matches as programs and screens see them.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fold::Status;
use quita_core::matching::Reason;
use quita_core::money::Money;
use quita_store::bank_lines::{self, KeptLine};
use quita_store::boletos;
use quita_store::matches::{self, Difference, DifferenceKind, Match};
use serde::Serialize;
use utoipa::ToSchema;

use super::BY_ITSELF;
use super::suggest::Thought;
use super::write::Draft;
use crate::desk::Actor;
use crate::error::Error;
use crate::world::World;

/// A line of a statement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReconciledLine)]
pub struct StatementLineView {
    /// UUIDv7.
    pub id: String,
    /// Of which account.
    pub account_id: String,
    /// The day under which the bank shows it.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Cents; below zero for money that went out.
    pub amount: i64,
    /// The bank's text.
    pub memo: String,
    /// Name of who paid, where the bank tells it.
    pub payer_name: Option<String>,
    /// CPF or CNPJ of who paid, where the bank tells it.
    pub payer_document: Option<String>,
    /// `open`, `matched`, `fee`, `explained`, `doubtful` or `given_up`.
    pub status: &'static str,
}

impl StatementLineView {
    pub(super) fn new(kept: &KeptLine) -> Self {
        Self {
            id: kept.id.clone(),
            account_id: kept.account_id.clone(),
            date: kept.line.date,
            amount: kept.line.amount.cents(),
            memo: kept.line.memo.clone(),
            payer_name: kept.line.payer_name.clone(),
            payer_document: kept.line.payer_document.clone(),
            status: kept.status.word(),
        }
    }
}

/// How a line compares with what was due.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MatchDifference)]
pub struct DifferenceView {
    /// `due`, `nominal_only`, `short`, `over`, `paid_twice`; named by a person: `interest`,
    /// `discount`, `fee`, `other`.
    #[schema(value_type = String)]
    pub kind: DifferenceKind,
    /// In cents; for `due` what is over the nominal amount, which may be below zero.
    pub amount: i64,
    /// For people.
    pub text: String,
}

impl From<Difference> for DifferenceView {
    fn from(found: Difference) -> Self {
        let amount = Money::from_cents(found.amount.cents().abs());
        let text = match (found.kind, found.amount.cents()) {
            (DifferenceKind::Due, 0) => "o valor devido".to_owned(),
            (DifferenceKind::Due, 1..) => {
                format!("o valor devido, com R$ {amount} de juros e multa")
            }
            (DifferenceKind::Due, _) => {
                format!("o valor devido, com R$ {amount} de desconto ou abatimento")
            }
            (DifferenceKind::NominalOnly, _) => {
                "o valor do boleto, sem os juros, a multa ou o desconto do dia".to_owned()
            }
            (DifferenceKind::Short, _) => format!("R$ {amount} a menos que o devido"),
            (DifferenceKind::Over, _) => format!("R$ {amount} a mais que o devido"),
            (DifferenceKind::PaidTwice, _) => "pagamento em dobro: já estava pago".to_owned(),
            (DifferenceKind::Interest, _) => format!("R$ {amount} de juros e multa"),
            (DifferenceKind::Discount, _) => format!("R$ {amount} de desconto"),
            (DifferenceKind::Fee, _) => format!("R$ {amount} de tarifa"),
            (DifferenceKind::Other, _) => format!("R$ {amount} de outra diferença"),
        };
        Self { kind: found.kind, amount: found.amount.cents(), text }
    }
}

/// A boleto that a line may pay.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SuggestedBoleto {
    /// Which boleto.
    pub boleto_id: String,
    /// The company's number of the document.
    pub document_number: String,
    /// Who owes.
    pub customer_name: String,
    /// Nominal amount in cents.
    pub boleto_amount: i64,
    /// Due date.
    #[schema(value_type = String, format = Date)]
    pub expiration_date: Date,
    /// Where it stands.
    #[schema(value_type = String, example = "REGISTERED")]
    pub boleto_status: Status,
    /// What the line pays of it, before fees, in cents.
    pub amount: i64,
}

/// What a line may pay.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Suggestion)]
pub struct SuggestionView {
    /// The boletos, one or several.
    pub boletos: Vec<SuggestedBoleto>,
    /// Words of what speaks for it: `amount`, `document`, `name`…
    pub reasons: Vec<String>,
    /// How sure, in millionths.
    pub confidence: i64,
    /// How the line compares with what was due.
    pub difference: DifferenceView,
    /// What the bank kept, in cents.
    pub fee: i64,
}

/// What a line may be.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Suggestions)]
pub struct SuggestionsView {
    /// The line.
    pub line: StatementLineView,
    /// The likeliest first.
    pub suggestions: Vec<SuggestionView>,
    /// Whether it looks like a fee of the bank.
    pub is_fee: bool,
    /// Why nothing is certain, for programs: `several`, `other_payer`, `weak`…
    pub why_not: Option<String>,
    /// The same for people.
    pub why_not_text: Option<String>,
}

/// A boleto of a match.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatchedBoleto {
    /// Which boleto.
    pub boleto_id: String,
    /// The company's number of the document.
    pub document_number: String,
    /// What the line pays of it, before fees, in cents.
    pub amount: i64,
}

/// What explains a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Match)]
pub struct MatchView {
    /// UUIDv7.
    pub id: String,
    /// The line.
    pub line: StatementLineView,
    /// `boletos`, `fee`, `transfer`, `other` or `ignored`.
    pub kind: &'static str,
    /// The boletos that it pays, or that a fee was for.
    pub boletos: Vec<MatchedBoleto>,
    /// Words of what speaks for it; none where a person chose by themselves.
    pub reasons: Vec<String>,
    /// How sure, in millionths.
    pub confidence: i64,
    /// How the line compares with what was due.
    pub difference: DifferenceView,
    /// What the bank kept, in cents.
    pub fee: i64,
    /// What a person wrote.
    pub note: String,
    /// Whether it was matched without a person.
    pub automatic: bool,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who undid it.
    pub undone_by: Option<String>,
    /// When, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Timestamp>,
}

impl MatchView {
    pub(super) fn new(found: Match, line: &KeptLine, numbers: Vec<String>) -> Self {
        let (undone_by, undone_at) = found.undone.unzip();
        let boletos = found.shares.into_iter().zip(numbers);
        let boletos = boletos.map(|(share, document_number)| MatchedBoleto {
            boleto_id: share.boleto_id,
            document_number,
            amount: share.amount.cents(),
        });
        Self {
            id: found.id,
            line: StatementLineView::new(line),
            kind: found.kind.word(),
            boletos: boletos.collect(),
            reasons: found.reasons,
            confidence: found.confidence,
            difference: found.difference.into(),
            fee: found.fee.cents(),
            note: found.note,
            automatic: found.created_by == BY_ITSELF,
            created_by: found.created_by,
            created_at: found.created_at,
            undone_by,
            undone_at,
        }
    }
}

/// What a reason is called, for people.
pub fn reason_text(word: &str) -> &'static str {
    const ALL: [Reason; 17] = [
        Reason::OurNumber,
        Reason::Txid,
        Reason::EndToEndId,
        Reason::BankReference,
        Reason::NumberInMemo,
        Reason::Amount,
        Reason::AmountLessFee,
        Reason::Document,
        Reason::DocumentPart,
        Reason::Name,
        Reason::NamePart,
        Reason::PaidBefore,
        Reason::Date,
        Reason::OnlyAmount,
        Reason::OnlySum,
        Reason::Sum,
        Reason::Credited,
    ];
    ALL.into_iter().find(|reason| reason.word() == word).map_or("", Reason::text)
}

/// One match as it stands.
pub(super) fn one_view(world: &World, actor: &Actor, match_id: &str) -> Result<MatchView, Error> {
    let (company, id) = (actor.company_id.clone(), match_id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(found) = matches::get(tx, &company, &id)? else { return Ok(None) };
        let Some(line) = bank_lines::get(tx, &company, &found.line_id)? else { return Ok(None) };
        let mut numbers = Vec::new();
        for share in &found.shares {
            let boleto = boletos::of_company(tx, &company, &share.boleto_id)?;
            numbers.push(boleto.map(|b| b.order.document_number).unwrap_or_default());
        }
        Ok(Some((found, line, numbers)))
    })?;
    let (found, line, numbers) = found.ok_or_else(|| Error::not_found("conciliação"))?;
    Ok(MatchView::new(found, &line, numbers))
}

/// Boletos with their document numbers.
pub(super) fn numbers_of(
    world: &World,
    actor: &Actor,
    ids: &[String],
) -> Result<Vec<(String, String)>, Error> {
    let (company, ids) = (actor.company_id.clone(), ids.to_vec());
    Ok(world.store.read(move |tx| {
        let mut all = Vec::with_capacity(ids.len());
        for id in &ids {
            let boleto = boletos::of_company(tx, &company, id)?;
            let number = boleto.map(|boleto| boleto.order.document_number).unwrap_or_default();
            all.push((id.clone(), number));
        }
        Ok(all)
    })?)
}

pub(super) fn suggestions_view(
    world: &World,
    actor: &Actor,
    line: KeptLine,
    thought: Thought,
) -> Result<SuggestionsView, Error> {
    let (drafts, why, is_fee) = match thought {
        Thought::Boletos(drafts, why) => (drafts, why, false),
        Thought::Fee => (Vec::new(), None, true),
    };
    let mut suggestions = Vec::with_capacity(drafts.len());
    for draft in drafts {
        suggestions.push(suggestion(world, actor, draft)?);
    }
    Ok(SuggestionsView {
        line: StatementLineView::new(&line),
        suggestions,
        is_fee,
        why_not: why.map(|(word, _)| word.to_owned()),
        why_not_text: why.map(|(_, text)| text.to_owned()),
    })
}

fn suggestion(world: &World, actor: &Actor, draft: Draft) -> Result<SuggestionView, Error> {
    let (company, shares) = (actor.company_id.clone(), draft.shares);
    let boletos = world.store.read(move |tx| {
        let mut all = Vec::with_capacity(shares.len());
        for share in &shares {
            let Some(boleto) = boletos::of_company(tx, &company, &share.boleto_id)? else {
                continue;
            };
            all.push(SuggestedBoleto {
                boleto_id: boleto.id,
                document_number: boleto.order.document_number,
                customer_name: boleto.order.customer.name,
                boleto_amount: boleto.amount.cents(),
                expiration_date: boleto.expiration_date,
                boleto_status: boleto.status,
                amount: share.amount.cents(),
            });
        }
        Ok(all)
    })?;
    Ok(SuggestionView {
        boletos,
        reasons: draft.reasons,
        confidence: draft.confidence,
        difference: draft.difference.into(),
        fee: draft.fee.cents(),
    })
}
