//! Banco Inter as a value: what its services answered and did, as far as is publicly known.
//!
//! It covers the token, cobrança v3, the account (banking v2) and of Pix v2 what belongs to
//! boletos. Shapes come from the bank's reference pages and official SDKs (2025 and 2026).
//! Where nothing official says how the bank behaves there is a switch, set by [`Control::Set`].
//!
//! Not simulated: cob, cobv, refunds, outgoing payments, Pix Automático, and the fact that
//! statements of the bank's own test environment do not belong to its boletos.
//!
//! # Switches
//!
//! Confidence: A official · B several independent sources · C one remark · I our guess, nothing
//! found · – an oddity to be tested, no claim about the bank. A *count* is a number of times,
//! `true` for always or `false` for never.
//!
//! | switch | default | meaning | of the default |
//! |---|---|---|---|
//! | `environment` | `production` | `sandbox`: 10 calls a minute, `/pagar`, no `callbacks/retry` | A |
//! | `numbers` | `production` | `sandbox`: numbers and Pix codes that keep no rule | B |
//! | `limits` | `true` | calls a minute, by client id and service | A (amounts), I (fixed minute) |
//! | `too_many_body` | `message` | body of 429: `message` or `empty`; no `Retry-After` | I |
//! | `gateway_headers` | `true` | `X-Ca-Err`, `X-Rate-Limit-Time` on 401 | C |
//! | `empty_errors` | `false` | 400 comes without body | C |
//! | `token_error_body` | `oauth` | `oauth`, `error_title`, `empty` | B |
//! | `invalid_scope_status` | `400` | one scope not granted refuses the whole token | B (rule), I (status) |
//! | `registration_delay_ms` | `1500` | how long EM_PROCESSAMENTO lasts | I |
//! | `issue_refused` | `0` | count: next issues end as FALHA_EMISSAO | – |
//! | `not_found_window_ms` | `0` | detail answers 404 so long after issue | A (happens), I (how long) |
//! | `list_lag_ms` | `0` | lists do not show it so long after issue | I |
//! | `duplicate_minutes` | `30` | same seuNumero, value, due date, customer refused; 0 never | A |
//! | `duplicate_status` | `400` | status of that refusal | I |
//! | `check_documents` | `false` | refuses wrong check digits of CPF and CNPJ | I |
//! | `account_has_pix_key` | `true` | `false`: boletos without Pix | A |
//! | `pdf_raw` | `false` | PDF itself instead of base64 in JSON | C |
//! | `pdf_not_ready_status` | `406` | PDF of what is not registered | C |
//! | `cancel_status` | `202` | `204` at one source | A |
//! | `cancel_delay_ms` | `0` | time until CANCELADO; a payment may come first | I |
//! | `edit_delay_ms` | `60000` | time until a change takes effect (up to 30 minutes) | A (limit), I |
//! | `edit_refused` | `0` | count: next changes end as FALHA | – |
//! | `edit_changes_numbers` | `true` | a change makes new barcode, line and Pix code | I |
//! | `protest_after_days` | `null` | days overdue until PROTESTO | I |
//! | `boleto_settlement_days` | `0` | business days until RECEBIDO after paying by barcode | I (C: 1 or 2) |
//! | `boleto_credit_days` | `1` | business days until the money is in the statement | C |
//! | `pay_when_closed` | `false` | cancelled and expired boletos can be paid | – |
//! | `closed_stays_closed` | `false` | such a payment leaves the situation as it is | I |
//! | `double_payment_total` | `sum` | valorTotalRecebido of two payments: `sum`, `last` | I |
//! | `marked_paid_total` | `true` | MARCADO_RECEBIDO shows the nominal value as received | I |
//! | `rounding` | `half_up` | of fine, interest, discount: `half_up`, `truncate` | I |
//! | `fee_cents` | `100` | TARIFA for each payment; 0 for none | I |
//! | `statement_days` | `90` | longest period of a statement, both ends counted | A (90), I (both ends) |
//! | `statement_down` | `0` | count: next calls of `extrato/completo` answer 503 | C (happens) |
//! | `statement_shuffled` | `false` | each page of `extrato/completo` has another order | – |
//! | `statement_page_max` | `10000` | rows a page at most, whatever is asked for | A |
//! | `weekend_rows` | `own_day` | `next_business_day`: shown under that day, from that day on | C |
//! | `balance_on_weekends` | `false` | weekend and holiday rows are in that day's balance | A |
//! | `opening_balance_cents` | `0` | balance before the first row, of every account | – |
//! | `rows_late` | `0` | count: next rows show late, under their own day | – |
//! | `rows_late_days` | `3` | how late | – |
//! | `rows_corrected` | `0` | count: next rows show at first without kind, text and details | – |
//! | `rows_corrected_days` | `2` | days until they are corrected | – |
//! | `rows_corrected_cents` | `0` | by how much their first amount is wrong | – |
//! | `payer_masked` | `false` | the payer's document in the statement is masked | A (happens) |
//! | `kind_word` | `null` | word shown instead of every `tipoTransacao` | – |
//! | `description_missing` | `false` | simple statement without `descricao` | A (happens) |
//! | `detail_has_id` | `true` | detail repeats codigoSolicitacao (a published answer does not) | A |
//! | `situation_word` | `null` | word shown instead of every situation | – |
//! | `situation_back` | `0` | count: next details show the situation before | – |
//! | `pages_shuffled` | `false` | each page of a list has another order | – |
//! | `webhook_delay_ms` | `0` | time until a notice goes out | I |
//! | `webhook_lost` | `0` | count: next notices are never sent | – |
//! | `webhook_doubled` | `0` | count: next notices are sent twice | – |
//! | `webhook_reordered` | `0` | count: next notices wait while later ones pass | – |
//! | `webhook_reorder_ms` | `60000` | how long those wait | – |
//! | `webhook_wrong_account` | `0` | count: next notices name another account | – |
//! | `webhook_batch` | `false` | notices due together go in one call | A (happens), I (when) |
//! | `webhook_shape` | `array` | `object`, `legacy` (second version, one object) | A; C for `legacy` |
//! | `webhook_missing` | `[]` | names left out of notices | – |
//! | `pix_webhook_shape` | `array` | `bacen` (`{"pix":[…]}`), `empty` | A against A |
//! | `pix_webhook_suffix` | `false` | `/pix` behind the registered address | I |
//!
//! Guessed without a switch: a scroll shows what there was when it began, 403 without client certificate, 401 for a token shown with another
//! certificate, 403 for an account that is not the integration's, 400 for cancelling or changing
//! what is not open, 400 for pages larger than allowed, the four waits between tries counted
//! from the end of the try before, any 2xx taken as an answer to a notice.

mod banking;
mod boleto;
mod cobranca;
mod control;
mod issue;
mod ledger;
mod list;
mod notices;
mod numbers;
mod payments;
mod pdf;
mod pix;
mod reply;
mod routes;
mod state;
mod switches;
mod timers;
mod token;
mod webhook;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;

use self::reply::{Family, Violation};
use self::routes::{Endpoint, Route};
use self::state::{State, Topic};
use crate::contract::HttpResponse;
use crate::simulator::faults;
use crate::simulator::{
    Callback, Control, ControlError, Entropy, Fault, SimReply, SimRequest, Simulator,
};

/// Banco Inter, without clock, socket or chance of its own.
#[derive(Clone, Debug, Default)]
pub struct InterSimulator {
    state: State,
}

impl InterSimulator {
    /// A bank without clients; let them in with [`Control::AddClient`].
    pub fn new() -> Self {
        Self::default()
    }
}

/// The bank in the payments system.
const ISPB: &str = "00416968";

/// An admitted call.
struct Call<'a> {
    request: &'a SimRequest,
    /// The id in the path, or nothing.
    id: String,
    account: String,
    now: Timestamp,
    today: Date,
}

impl Call<'_> {
    /// The body as a JSON object.
    fn json(&self, family: Family) -> Result<Json, HttpResponse> {
        match serde_json::from_slice::<Json>(&self.request.body) {
            Ok(body) if body.is_object() => Ok(body),
            _ => {
                let violation = Violation::whole("O corpo deve ser um objeto JSON");
                Err(reply::invalid(family, &[violation], self.now))
            }
        }
    }
}

impl State {
    /// The bank's answer, without faults.
    fn answer(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let (endpoint, id) = match routes::route(&request.method, &request.path) {
            Route::Found(Endpoint::Token, _) => return self.token(request, now, rng),
            Route::Found(endpoint, id) => (endpoint, id),
            Route::WrongMethod(family) => {
                return reply::problem(family, 405, "Método não permitido");
            }
            Route::Unknown(family) => return reply::problem(family, 404, "Serviço inexistente"),
        };
        let call = match self.admit(request, endpoint, id, now) {
            Ok(call) => call,
            Err(refusal) => return refusal,
        };
        let mut answer = self.serve(endpoint, &call, rng);
        if self.switches.empty_errors && answer.status == 400 {
            answer.body.clear();
        }
        answer
    }

    fn serve(
        &mut self,
        endpoint: Endpoint,
        call: &Call<'_>,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        match endpoint {
            Endpoint::Token => self.token(call.request, call.now, rng),
            Endpoint::Issue => self.issue(call, rng),
            Endpoint::List => self.list(call, rng),
            Endpoint::Summary => self.summary(call),
            Endpoint::Detail => self.detail(call),
            Endpoint::Pdf => self.pdf(call),
            Endpoint::Cancel => self.cancel(call),
            Endpoint::Edit => self.edit(call, rng),
            Endpoint::EditStatus => self.edit_status(call),
            Endpoint::SandboxPay => self.sandbox_pay(call, rng),
            Endpoint::WebhookPut => self.webhook_put(call),
            Endpoint::WebhookGet => self.webhook_get(call),
            Endpoint::WebhookDelete => self.webhook_delete(call),
            Endpoint::Callbacks => self.callbacks(call, Topic::Cobranca),
            Endpoint::CallbacksRetry => self.callbacks_retry(call, Topic::Cobranca),
            Endpoint::Balance => self.balance(call),
            Endpoint::Statement => self.statement(call),
            Endpoint::StatementPdf => self.statement_pdf(call),
            Endpoint::StatementFull => self.statement_full(call, rng),
            Endpoint::PixList => self.pix_list(call),
            Endpoint::PixGet => self.pix_get(call),
            Endpoint::PixWebhookPut => self.pix_webhook_put(call),
            Endpoint::PixWebhookGet => self.pix_webhook_get(call),
            Endpoint::PixWebhookDelete => self.pix_webhook_delete(call),
            Endpoint::PixCallbacks => self.callbacks(call, Topic::Pix),
            Endpoint::PixCallbacksRetry => self.callbacks_retry(call, Topic::Pix),
        }
    }
}

impl Simulator for InterSimulator {
    fn handle(&mut self, request: &SimRequest, now: Timestamp, rng: &mut dyn Entropy) -> SimReply {
        let state = &mut self.state;
        state.advance(now, rng);
        match faults::take(&mut state.faults, request) {
            None => faults::prompt(state.answer(request, now, rng)),
            Some(Fault::Slow { milliseconds }) => SimReply::Answer {
                response: state.answer(request, now, rng),
                after: Duration::from_millis(milliseconds),
            },
            Some(Fault::RequestLost) => SimReply::Drop,
            Some(Fault::AnswerLost) => {
                state.answer(request, now, rng);
                SimReply::Drop
            }
            Some(Fault::Truncated) => SimReply::Reset { response: state.answer(request, now, rng) },
            Some(Fault::ErrorBefore { status }) => {
                faults::prompt(reply::broken(&request.path, status))
            }
            Some(Fault::ErrorAfter { status }) => {
                state.answer(request, now, rng);
                faults::prompt(reply::broken(&request.path, status))
            }
            Some(Fault::TooMany { retry_after }) => faults::prompt(state.too_many_for(retry_after)),
            Some(Fault::WrongBody) => faults::prompt(faults::wrong_body()),
        }
    }

    fn due(&self) -> Option<Timestamp> {
        let timer = self.state.timers.first().map(|timer| timer.at);
        let delivery = self.state.deliveries.first().map(|(at, _)| *at);
        timer.into_iter().chain(delivery).min()
    }

    fn tick(&mut self, now: Timestamp, rng: &mut dyn Entropy) -> Vec<Callback> {
        self.state.advance(now, rng);
        self.state.dispatch(now)
    }

    fn called_back(&mut self, id: u64, status: Option<u16>, now: Timestamp) {
        self.state.delivered(id, status, now);
    }

    fn control(
        &mut self,
        control: &Control,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        self.state.advance(now, rng);
        self.state.control(control, now, rng)
    }

    fn snapshot(&self) -> Json {
        serde_json::to_value(&self.state).unwrap_or_default()
    }

    fn restore(&mut self, snapshot: Json) -> Result<(), ControlError> {
        let mut state: State = serde_json::from_value(snapshot)
            .map_err(|e| ControlError(format!("não é um estado deste banco: {e}")))?;
        state.rebuild_index();
        self.state = state;
        Ok(())
    }
}
