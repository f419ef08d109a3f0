//! How Inter is played.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Held, HeldPayment, Situation};
use crate::chance::Chance;

/// Switches that end with the last fault.
pub(super) const FAULTS: [&str; 10] = [
    "webhook_lost",
    "webhook_doubled",
    "webhook_reordered",
    "webhook_wrong_account",
    "situation_back",
    "issue_refused",
    "edit_refused",
    "rows_late",
    "rows_corrected",
    "statement_down",
];

/// A boleto of the overview.
#[derive(Deserialize)]
struct Overview {
    #[serde(rename = "codigoSolicitacao")]
    id: String,
    account: String,
    #[serde(rename = "seuNumero")]
    reference: String,
    #[serde(rename = "situacao")]
    situation: String,
    #[serde(rename = "valorNominal")]
    amount: String,
    #[serde(rename = "dataVencimento")]
    expiration_date: jiff::civil::Date,
    #[serde(rename = "codigoBarras")]
    barcode: Option<String>,
    payments: Vec<HeldPayment>,
}

pub(super) fn held(one: &Json) -> Option<Held> {
    let one: Overview = serde_json::from_value(one.clone()).ok()?;
    Some(Held {
        situation: match one.situation.as_str() {
            "EM_PROCESSAMENTO" => Situation::Pending,
            "FALHA_EMISSAO" => Situation::Failed,
            "A_RECEBER" | "ATRASADO" => Situation::Open,
            "RECEBIDO" => Situation::Paid,
            "MARCADO_RECEBIDO" => Situation::MarkedPaid,
            "CANCELADO" => Situation::Cancelled,
            "EXPIRADO" => Situation::Expired,
            _ => return None,
        },
        id: one.id,
        account: one.account,
        reference: one.reference,
        amount: one.amount,
        expiration_date: one.expiration_date,
        barcode: one.barcode,
        terms: None,
        payments: one.payments,
    })
}

pub(super) fn lie(held: &Held, chance: &Chance) -> Json {
    json!([{
        "codigoSolicitacao": held.id,
        "seuNumero": held.reference,
        "situacao": chance.pick(&["RECEBIDO", "CANCELADO"]),
        "valorTotalRecebido": "999.99",
        "origemRecebimento": "BOLETO",
    }])
}

pub(super) fn lie_about_nobody() -> String {
    json!([{ "codigoSolicitacao": "ninguém", "situacao": "RECEBIDO" }]).to_string()
}

/// How the bank behaves where nobody knows, and its oddities.
pub(super) fn switches(chance: &Chance, slow_settlement: bool) -> Vec<(&'static str, Json)> {
    let delay = |most: &[u64]| json!(if chance.happens(500) { chance.pick(most) } else { 0 });
    let flag = |rate: u32| json!(chance.happens(rate));
    let days = |most: i64| json!(if slow_settlement { chance.between(0, most) } else { 0 });
    vec![
        ("registration_delay_ms", delay(&[1_500, 20_000, 300_000])),
        ("not_found_window_ms", delay(&[3_000, 120_000])),
        // Together with a late request shorter than the silence that we keep.
        ("list_lag_ms", delay(&[2_000, 60_000, 200_000, 200_000])),
        // Without its refusal of twins everything hangs on us.
        ("duplicate_minutes", json!(chance.pick(&[0, 0, 30]))),
        ("issue_refused", json!(chance.pick(&[0, 0, 0, 1, 2]))),
        ("cancel_delay_ms", delay(&[5_000, 600_000])),
        ("edit_delay_ms", json!(chance.pick(&[0_u64, 60_000, 1_500_000]))),
        ("edit_refused", json!(chance.pick(&[0, 0, 0, 1]))),
        ("edit_changes_numbers", flag(700)),
        ("account_has_pix_key", flag(850)),
        ("boleto_settlement_days", days(2)),
        ("pay_when_closed", flag(250)),
        ("closed_stays_closed", flag(300)),
        ("situation_back", json!(chance.pick(&[0, 0, 5]))),
        ("pages_shuffled", flag(300)),
        ("webhook_delay_ms", delay(&[1_000, 900_000])),
        ("webhook_lost", json!(chance.pick(&[0, 0, 2]))),
        ("webhook_doubled", json!(chance.pick(&[0, 0, 4]))),
        ("webhook_reordered", json!(chance.pick(&[0, 0, 3]))),
        ("webhook_wrong_account", json!(chance.pick(&[0, 0, 2]))),
        ("webhook_batch", flag(300)),
        ("webhook_shape", json!(chance.pick(&["array", "array", "object", "legacy"]))),
        ("webhook_missing", json!(chance.pick::<&[&str]>(&[&[], &[], &["codigoSolicitacao"]]))),
        ("cancel_status", json!(chance.pick(&[202, 204]))),
        ("duplicate_status", json!(chance.pick(&[400, 409, 422]))),
        ("empty_errors", flag(100)),
        ("too_many_body", json!(chance.pick(&["message", "empty"]))),
    ]
}

/// How statements and balances are shown.
pub(super) fn of_statements(chance: &Chance) -> Vec<(&'static str, Json)> {
    let weekend = chance.pick(&["own_day", "next_business_day"]);
    vec![
        ("fee_cents", json!(chance.pick(&[0, 100, 100, 149]))),
        ("boleto_credit_days", json!(chance.pick(&[0, 1, 1, 2]))),
        ("opening_balance_cents", json!(chance.between(-50_000, 500_000))),
        ("weekend_rows", json!(weekend)),
        ("balance_on_weekends", json!(chance.happens(300))),
        ("statement_shuffled", json!(chance.happens(500))),
        // Small pages are read by scroll.
        ("statement_page_max", json!(chance.pick(&[10_000, 10_000, 40]))),
        ("payer_masked", json!(chance.happens(300))),
        ("description_missing", json!(chance.happens(200))),
        ("rows_late_days", json!(chance.between(1, 5))),
        ("rows_corrected_days", json!(chance.between(1, 5))),
    ]
}
