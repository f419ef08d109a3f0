//! The switches: every fact about this bank that is doubtful, and every oddity that can be asked for.

use quita_core::rate::Rounding;
use serde::{Deserialize, Serialize};

use crate::simulator::count::Count;

/// All switches; their table is in the documentation of [`super`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    pub(super) environment: Environment,
    pub(super) numbers: Environment,
    pub(super) limits: bool,
    pub(super) too_many_body: TooManyBody,
    pub(super) gateway_headers: bool,
    pub(super) empty_errors: bool,
    pub(super) token_error_body: TokenErrorBody,
    pub(super) invalid_scope_status: u16,

    pub(super) registration_delay_ms: u64,
    pub(super) issue_refused: Count,
    pub(super) not_found_window_ms: u64,
    pub(super) list_lag_ms: u64,
    pub(super) duplicate_minutes: u32,
    pub(super) duplicate_status: u16,
    pub(super) check_documents: bool,
    pub(super) account_has_pix_key: bool,

    pub(super) pdf_raw: bool,
    pub(super) pdf_not_ready_status: u16,
    pub(super) cancel_status: u16,
    pub(super) cancel_delay_ms: u64,
    pub(super) edit_delay_ms: u64,
    pub(super) edit_refused: Count,
    pub(super) edit_changes_numbers: bool,
    pub(super) protest_after_days: Option<u16>,

    pub(super) boleto_settlement_days: u16,
    pub(super) boleto_credit_days: u16,
    pub(super) pay_when_closed: bool,
    pub(super) closed_stays_closed: bool,
    pub(super) double_payment_total: DoublePaymentTotal,
    pub(super) marked_paid_total: bool,
    pub(super) rounding: Rounding,
    pub(super) fee_cents: i64,

    pub(super) statement_days: u16,
    pub(super) statement_down: Count,
    pub(super) statement_shuffled: bool,
    pub(super) statement_page_max: usize,
    pub(super) weekend_rows: WeekendRows,
    pub(super) balance_on_weekends: bool,
    pub(super) opening_balance_cents: i64,
    pub(super) rows_late: Count,
    pub(super) rows_late_days: u16,
    pub(super) rows_corrected: Count,
    pub(super) rows_corrected_days: u16,
    pub(super) rows_corrected_cents: i64,
    pub(super) payer_masked: bool,
    pub(super) kind_word: Option<String>,
    pub(super) description_missing: bool,

    pub(super) detail_has_id: bool,
    pub(super) situation_word: Option<String>,
    pub(super) situation_back: Count,
    pub(super) pages_shuffled: bool,

    pub(super) webhook_delay_ms: u64,
    pub(super) webhook_lost: Count,
    pub(super) webhook_doubled: Count,
    pub(super) webhook_reordered: Count,
    pub(super) webhook_reorder_ms: u64,
    pub(super) webhook_wrong_account: Count,
    pub(super) webhook_batch: bool,
    pub(super) webhook_shape: WebhookShape,
    pub(super) webhook_missing: Vec<String>,
    pub(super) pix_webhook_shape: PixWebhookShape,
    pub(super) pix_webhook_suffix: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            environment: Environment::Production,
            numbers: Environment::Production,
            limits: true,
            too_many_body: TooManyBody::Message,
            gateway_headers: true,
            empty_errors: false,
            token_error_body: TokenErrorBody::Oauth,
            invalid_scope_status: 400,
            registration_delay_ms: 1_500,
            issue_refused: Count::NEVER,
            not_found_window_ms: 0,
            list_lag_ms: 0,
            duplicate_minutes: 30,
            duplicate_status: 400,
            check_documents: false,
            account_has_pix_key: true,
            pdf_raw: false,
            pdf_not_ready_status: 406,
            cancel_status: 202,
            cancel_delay_ms: 0,
            edit_delay_ms: 60_000,
            edit_refused: Count::NEVER,
            edit_changes_numbers: true,
            protest_after_days: None,
            boleto_settlement_days: 0,
            boleto_credit_days: 1,
            pay_when_closed: false,
            closed_stays_closed: false,
            double_payment_total: DoublePaymentTotal::Sum,
            marked_paid_total: true,
            rounding: Rounding::HalfUp,
            fee_cents: 100,
            statement_days: 90,
            statement_down: Count::NEVER,
            statement_shuffled: false,
            statement_page_max: 10_000,
            weekend_rows: WeekendRows::OwnDay,
            balance_on_weekends: false,
            opening_balance_cents: 0,
            rows_late: Count::NEVER,
            rows_late_days: 3,
            rows_corrected: Count::NEVER,
            rows_corrected_days: 2,
            rows_corrected_cents: 0,
            payer_masked: false,
            kind_word: None,
            description_missing: false,
            detail_has_id: true,
            situation_word: None,
            situation_back: Count::NEVER,
            pages_shuffled: false,
            webhook_delay_ms: 0,
            webhook_lost: Count::NEVER,
            webhook_doubled: Count::NEVER,
            webhook_reordered: Count::NEVER,
            webhook_reorder_ms: 60_000,
            webhook_wrong_account: Count::NEVER,
            webhook_batch: false,
            webhook_shape: WebhookShape::Array,
            webhook_missing: Vec::new(),
            pix_webhook_shape: PixWebhookShape::Array,
            pix_webhook_suffix: false,
        }
    }
}

/// Which of the bank's two environments is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Environment {
    Production,
    Sandbox,
}

/// Body of a 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TooManyBody {
    Message,
    Empty,
}

/// Body of a refused token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenErrorBody {
    Oauth,
    ErrorTitle,
    Empty,
}

/// What `valorTotalRecebido` tells after two payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DoublePaymentTotal {
    Sum,
    Last,
}

/// Under which day the statement shows what moved on a weekend or holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WeekendRows {
    /// Under its own.
    OwnDay,
    /// Under the next business day, and not before it.
    NextBusinessDay,
}

/// Body of a notice about a boleto.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WebhookShape {
    /// A list of items, as documented.
    Array,
    /// One item, not in a list.
    Object,
    /// One item with the names of the second version (the bank's own sample of 2023).
    Legacy,
}

/// Body of a notice about a Pix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PixWebhookShape {
    /// A list of items, as documented by this bank.
    Array,
    /// `{"pix":[…]}`, as in Bacen's standard.
    Bacen,
    /// `{"pix":[]}`.
    Empty,
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
