//! How Itaú is played.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::terms::Terms;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Held, HeldPayment, Situation};
use crate::chance::Chance;

/// The branch of accounts that name none; the overview shows it before number and digit.
const BRANCH: &str = "0001";
/// The usual wallet.
const WALLET: &str = "109";

/// How its fees are called: for a payment, and any other that moves.
pub(super) const FEES: [&str; 2] = ["TAR COBRANCA", "TARIFA"];

/// What the query can show of the terms; the days of the first three may hang on the due date.
const TERMS: [&str; 5] = ["juros", "multa", "desconto", "abatimento", "recebimento_divergente"];

/// Switches that end with the last fault.
pub(super) const FAULTS: [&str; 5] = [
    "bolecode_pending",
    "instructions_refused",
    "webhook_lost",
    "webhook_doubled",
    "webhook_reordered",
];

/// A boleto of the overview.
#[derive(Deserialize)]
struct Overview {
    id: String,
    account: String,
    #[serde(rename = "seu_numero")]
    reference: String,
    #[serde(rename = "situacao")]
    situation: String,
    pending: bool,
    amount: Money,
    due: Date,
    barcode: String,
    terms: Terms,
    payments: Vec<HeldPayment>,
}

pub(super) fn held(one: &Json) -> Option<Held> {
    let one: Overview = serde_json::from_value(one.clone()).ok()?;
    Some(Held {
        situation: match one.situation.as_str() {
            _ if one.pending => Situation::Pending,
            "aberto" => Situation::Open,
            "pago" | "creditado" => Situation::Paid,
            "baixado" => Situation::Cancelled,
            _ => return None,
        },
        id: one.id,
        account: one.account.strip_prefix(BRANCH)?.to_owned(),
        reference: one.reference,
        amount: one.amount.to_decimal(),
        expiration_date: one.due,
        barcode: Some(one.barcode).filter(|_| !one.pending),
        terms: Some(one.terms),
        payments: one
            .payments
            .into_iter()
            .map(|payment| HeldPayment { means: payment.means.to_uppercase(), ..payment })
            .collect(),
    })
}

/// The QR pays to the account's own key.
pub(super) fn account_data(told: &Json) -> BTreeMap<String, String> {
    let key = told["pix_key"].as_str().unwrap_or_default();
    [("wallet", WALLET), ("pix_key", key)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

pub(super) fn lie(held: &Held) -> Json {
    let number = held.id.len().saturating_sub(8);
    json!({ "boletos": [{
        "idBeneficiario": format!("{BRANCH}{}", held.account),
        "codigoCarteira": WALLET,
        "numeroNossoNumero": held.id[number..],
        "seuNumero": held.reference,
        "valorPagoTotalCobranca": "999.99",
        "valorCreditado": "999.99",
        "tipoNotificacao": "BAIXA_EFETIVA",
    }] })
}

pub(super) fn lie_about_nobody() -> String {
    let nobody = json!({
        "idBeneficiario": "000100000000", "codigoCarteira": WALLET, "numeroNossoNumero": "99999999",
    });
    json!({ "boletos": [nobody] }).to_string()
}

/// How the bank behaves where nobody knows, and its oddities.
pub(super) fn switches(chance: &Chance) -> Vec<(&'static str, Json)> {
    let delay = |most: &[u64]| json!(if chance.happens(500) { chance.pick(most) } else { 0 });
    let flag = |rate: u32| json!(chance.happens(rate));
    let count = |most: u64| json!(if chance.happens(400) { 1 + chance.below(most) } else { 0 });
    // Even what is answered as done may take effect later.
    let status = chance.pick(&[204, 204, 200, 202]);
    let instruction_delay = delay(&[5_000, 600_000, 14_400_000]);
    vec![
        ("bolecode_pending", count(6)),
        ("bolecode_pending_ms", json!(chance.pick(&[5_000_u64, 60_000, 900_000, 7_200_000]))),
        ("envelope", flag(700)),
        ("duplicate_status", json!(chance.pick(&[422, 422, 409]))),
        ("next_business_day", flag(400)),
        ("instruction_status", json!(status)),
        ("instruction_delay_ms", instruction_delay),
        ("instructions_refused", count(2)),
        // What waits for somebody and is never shown is for a person, after the end of a run.
        ("terms_shown", json!(if status != 204 { TERMS.to_vec() } else { terms_shown(chance) })),
        ("settled_word", json!(chance.pick(&["Liquidado", "Creditado", "Baixado"]))),
        ("credit_days", json!(chance.pick(&[0, 1, 1, 2]))),
        ("pix_payment_block", flag(500)),
        ("pay_when_closed", flag(250)),
        ("movement_lag_days", json!(chance.pick(&[0, 1, 1, 2]))),
        ("movement_page_max", json!(chance.pick(&[1, 2, 100]))),
        ("no_movement_status", json!(chance.pick(&[200, 204, 404]))),
        ("notices_again", flag(300)),
        ("token_credentials", json!(chance.pick(&["form", "basic"]))),
        ("webhook_delay_ms", delay(&[1_000, 900_000])),
        ("webhook_lost", count(2)),
        ("webhook_doubled", count(4)),
        ("webhook_reordered", count(3)),
        ("terms_codes", json!(chance.pick(&["sent", "number", "internal", "internal_business"]))),
        ("terms_start", json!(chance.pick(&["day", "days"]))),
        ("moved_with_due", json!(some(chance, &TERMS[..3], 500))),
        ("movement_day", json!(chance.pick(&["business_day", "paid", "credited"]))),
    ]
}

/// Of the terms: nearly always all that the bank can show, else some or none.
fn terms_shown(chance: &Chance) -> Vec<&'static str> {
    if chance.happens(700) { TERMS.to_vec() } else { some(chance, &TERMS, 500) }
}

/// Each of these at a rate.
fn some(chance: &Chance, all: &[&'static str], rate: u32) -> Vec<&'static str> {
    all.iter().copied().filter(|_| chance.happens(rate)).collect()
}

/// How statements and balances are shown.
pub(super) fn of_statements(chance: &Chance) -> Vec<(&'static str, Json)> {
    vec![
        ("fee_cents", json!(chance.pick(&[0, 199, 199, 250]))),
        ("opening_balance_cents", json!(chance.between(-50_000, 500_000))),
        ("statement_shape", json!(chance.pick(&["schema", "example"]))),
    ]
}
