//! The switches: every fact about this bank that is doubtful, and every oddity that can be asked for.

use serde::{Deserialize, Serialize};

use crate::simulator::count::Count;

/// All switches; their table is in the documentation of [`super`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    pub(super) temporary_token_seconds: u64,
    pub(super) renewal_days: u16,
    pub(super) renewal_ends_former: bool,
    pub(super) apikey: bool,
    pub(super) correlation: bool,
    pub(super) strict_numbers: bool,
    pub(super) bolecode_new_numbers: Numbers,
    pub(super) bolecode_pending: Count,
    pub(super) bolecode_pending_ms: u64,
    pub(super) envelope: bool,
    pub(super) reuse_days: u16,
    pub(super) duplicate_status: u16,
    pub(super) strict_text: bool,
    pub(super) accents_refused: bool,
    pub(super) check_documents: bool,

    pub(super) next_business_day: bool,
    pub(super) instruction_status: u16,
    pub(super) instruction_delay_ms: u64,
    pub(super) instructions_refused: Count,
    pub(super) terms_shown: Vec<ShownTerm>,
    pub(super) terms_codes: Codes,
    pub(super) terms_start: Start,
    pub(super) moved_with_due: Vec<ShownTerm>,

    pub(super) situation_word: Option<String>,
    pub(super) settled_word: SettledWord,
    pub(super) credit_days: u16,
    pub(super) pix_payment_block: bool,
    pub(super) pay_when_closed: bool,

    pub(super) movement_day: MovementDay,
    pub(super) movement_lag_days: u16,
    pub(super) movement_page_max: usize,
    pub(super) no_movement_status: u16,

    pub(super) fee_cents: i64,
    pub(super) statement_shape: StatementShape,
    pub(super) opening_balance_cents: i64,

    pub(super) notices_again: bool,
    pub(super) token_credentials: TokenCredentials,
    pub(super) webhook_delay_ms: u64,
    pub(super) webhook_lost: Count,
    pub(super) webhook_doubled: Count,
    pub(super) webhook_reordered: Count,
    pub(super) webhook_reorder_ms: u64,
    pub(super) webhook_retry_minutes: Vec<u64>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            temporary_token_seconds: 7 * 86_400,
            renewal_days: 30,
            renewal_ends_former: true,
            apikey: true,
            correlation: true,
            strict_numbers: true,
            bolecode_new_numbers: Numbers::Decimal,
            bolecode_pending: Count::NEVER,
            bolecode_pending_ms: 5_000,
            envelope: true,
            reuse_days: 45,
            duplicate_status: 422,
            strict_text: true,
            accents_refused: false,
            check_documents: false,
            next_business_day: false,
            instruction_status: 204,
            instruction_delay_ms: 0,
            instructions_refused: Count::NEVER,
            terms_shown: ShownTerm::ALL.to_vec(),
            terms_codes: Codes::Sent,
            terms_start: Start::Day,
            moved_with_due: vec![ShownTerm::Juros, ShownTerm::Multa],
            situation_word: None,
            settled_word: SettledWord::Liquidado,
            credit_days: 1,
            pix_payment_block: false,
            pay_when_closed: false,
            movement_day: MovementDay::BusinessDay,
            movement_lag_days: 1,
            movement_page_max: 100,
            no_movement_status: 204,
            fee_cents: 199,
            statement_shape: StatementShape::Schema,
            opening_balance_cents: 0,
            notices_again: false,
            token_credentials: TokenCredentials::Form,
            webhook_delay_ms: 0,
            webhook_lost: Count::NEVER,
            webhook_doubled: Count::NEVER,
            webhook_reordered: Count::NEVER,
            webhook_reorder_ms: 60_000,
            webhook_retry_minutes: vec![1, 5, 30],
        }
    }
}

/// A part of the query that shows terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ShownTerm {
    Juros,
    Multa,
    Desconto,
    Abatimento,
    RecebimentoDivergente,
}

impl ShownTerm {
    const ALL: [Self; 5] =
        [Self::Juros, Self::Multa, Self::Desconto, Self::Abatimento, Self::RecebimentoDivergente];

    /// Its field in the query.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Juros => "juros",
            Self::Multa => "multa",
            Self::Desconto => "desconto",
            Self::Abatimento => "valor_abatimento",
            Self::RecebimentoDivergente => "recebimento_divergente",
        }
    }
}

/// How the query writes the codes of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Codes {
    /// As text, those that are sent.
    Sent,
    /// Of interest those of the bank's own systems, which count calendar days.
    Internal,
    /// The same for business days.
    InternalBusiness,
    /// As numbers.
    Number,
}

/// How the query tells since when fine and interest are charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Start {
    Day,
    /// As days after the due date.
    Days,
}

/// Under which day the movement has a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MovementDay {
    /// That of the payment, be it a Sunday.
    Paid,
    /// That, or the next business day.
    BusinessDay,
    /// That of the credit.
    Credited,
}

/// How a service writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Numbers {
    /// `105.00`, `2.00000`.
    Decimal,
    /// `00000000000010500`, `000000200000`.
    Digits,
}

/// The situation of a boleto whose money was credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SettledWord {
    Liquidado,
    Creditado,
    /// With the reason «Baixa por ter sido liquidado».
    Baixado,
}

/// Shape of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatementShape {
    /// As the schema of the OpenAPI says.
    Schema,
    /// As its example shows.
    Example,
}

/// How the bank tells our token service who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenCredentials {
    Form,
    Basic,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    #[test]
    fn the_table_of_switches_is_complete_and_tells_the_defaults() {
        let table: Vec<(&str, Json)> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! | `"))
            .map(|line| {
                let (name, rest) = line.split_once("` | `").unwrap();
                let (value, _) = rest.split_once('`').unwrap();
                (name, serde_json::from_str(value).unwrap_or_else(|_| value.into()))
            })
            .collect();
        let Json::Object(all) = serde_json::to_value(Switches::default()).unwrap() else {
            panic!("switches are an object")
        };
        assert_eq!(table.len(), all.len());
        for (name, value) in table {
            assert_eq!(all.get(name), Some(&value), "{name}");
        }
    }
}
