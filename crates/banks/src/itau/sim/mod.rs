//! Itaú as a value: what its services answered and did, as far as is publicly known.
//!
//! It covers certificates, the token, emission and instructions (cash management v2), the bolecode in its old and
//! new shape, the query by our number, list, daily movement and notices (boletos v3), of Pix v2
//! what belongs to boletos, and the statement. Shapes come from the bank's OpenAPI documents of
//! 2025 and from programs in use; where nothing official says how the bank behaves there is a
//! switch, set by [`Control::Set`].
//!
//! Both families of addresses lead here, those before and those after the move of 2026: only the
//! host differs. An account is named by branch, account and digit (twelve digits), or by account and
//! digit at branch 0001.
//!
//! Not simulated: the older list in camelCase, cob, cobv, refunds, `lancamentos_pix`, accounts that
//! bear interest, boletos in instalments, the bank's fixed test environment.
//!
//! # Switches
//!
//! Confidence: H official or several programs · M one credible source · L one remark · I our guess,
//! nothing found · – an oddity to be tested, no claim about the bank. A *count* is a number of times,
//! `true` for always or `false` for never.
//!
//! | switch | default | meaning | of the default |
//! |---|---|---|---|
//! | `temporary_token_seconds` | `604800` | life of the token for the first certificate; `300` when made by oneself | H |
//! | `renewal_days` | `30` | days before its end from which a certificate may be renewed | M |
//! | `renewal_ends_former` | `true` | the certificate by which another was asked for ends with that; else it lives on | I |
//! | `apikey` | `true` | x-itau-apikey must be the token's client id | M |
//! | `correlation` | `true` | v3 refuses calls without x-itau-correlationID | H |
//! | `strict_numbers` | `true` | the other way of writing numbers is refused, naming the field | M |
//! | `bolecode_new_numbers` | `decimal` | how the new bolecode writes numbers; else `digits` | M |
//! | `bolecode_pending` | `0` | count: next bolecodes are answered 202 and registered later | H (happens) |
//! | `bolecode_pending_ms` | `5000` | how long that takes | I |
//! | `envelope` | `true` | answers to an emission come within `data` | M |
//! | `reuse_days` | `45` | days after its end until our number may be used again | H |
//! | `duplicate_status` | `422` | status of «título já cadastrado» | H |
//! | `strict_text` | `true` | a bolecode with refused characters or words is refused | H |
//! | `accents_refused` | `false` | accents and dashes are refused too | M |
//! | `check_documents` | `false` | refuses wrong check digits of CPF and CNPJ | I |
//! | `next_business_day` | `false` | instructions only from the business day after the issue | L |
//! | `instruction_status` | `204` | `200`: «aguardando aprovação», `202`: taken for later | H (happens) |
//! | `instruction_delay_ms` | `0` | time until an instruction takes effect | I |
//! | `instructions_refused` | `0` | count: next instructions are refused | – |
//! | `terms_shown` | `["juros","multa","desconto","abatimento","recebimento_divergente"]` | what of the terms the query shows | M |
//! | `terms_codes` | `sent` | how it writes their codes: as sent, `number`, or of interest `internal` (03, 02, 04, 01) and `internal_business` (08, 07, 09, 06) | M |
//! | `terms_start` | `day` | how it tells since when fine and interest are charged: else `days` after the due date | I |
//! | `moved_with_due` | `["juros","multa"]` | terms whose days move with the due date; `desconto` may be one | I |
//! | `situation_word` | `null` | word shown instead of every situation | – |
//! | `settled_word` | `Liquidado` | situation once the money is credited; else `Creditado`, `Baixado` | M |
//! | `credit_days` | `1` | business days until a boleto paid by barcode is credited | M |
//! | `pix_payment_block` | `false` | a boleto paid by QR lists its payment in the query | M |
//! | `pay_when_closed` | `false` | written-off boletos can be paid | – |
//! | `movement_day` | `business_day` | day of a payment in the movement: that or the next business day; else `paid`, whatever day it is, or `credited` | I |
//! | `movement_lag_days` | `1` | business days until a day's movement is shown | M |
//! | `movement_page_max` | `100` | movements a page at most | I |
//! | `no_movement_status` | `204` | a day without movement: `204`, `404`, or `200` with an empty list | I |
//! | `fee_cents` | `199` | fee for each payment, on the statement; 0 for none | I |
//! | `statement_shape` | `schema` | `example`: in `content`, pagination outside, other names | M |
//! | `opening_balance_cents` | `0` | balance before the first row, of every account | – |
//! | `notices_again` | `false` | registering notices again replaces what was there | I |
//! | `token_credentials` | `form` | how the bank asks our token service: `form` or `basic` | I |
//! | `webhook_delay_ms` | `0` | time until a notice goes out | I |
//! | `webhook_lost` | `0` | count: next notices are never sent | – |
//! | `webhook_doubled` | `0` | count: next notices are sent twice | – |
//! | `webhook_reordered` | `0` | count: next notices wait while later ones pass | – |
//! | `webhook_reorder_ms` | `60000` | how long those wait | – |
//! | `webhook_retry_minutes` | `[1,5,30]` | waits before further tries | I |
//!
//! Guessed without a switch: 401 for a token shown with another certificate, 422 for instructions on
//! what is not open, 403 for an account that is not the client's, entries of the movement on the day of
//! issue or the next business day.

mod boleto;
mod certificates;
mod control;
mod emission;
mod fields;
mod instructions;
mod ledger;
mod movements;
mod notices;
mod numbers;
mod payments;
mod pix;
mod query;
mod registration;
mod reply;
mod routes;
mod state;
mod switches;
mod token;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;

use self::fields::Service;
use self::routes::Endpoint;
use self::state::{State, Task};
use crate::contract::HttpResponse;
use crate::simulator::faults::{prompt, take, wrong_body};
use crate::simulator::{
    Callback, Control, ControlError, Entropy, Fault, Signer, SimReply, SimRequest, Simulator,
};

/// The bank in the payments system.
const ISPB: &str = "60701190";

/// Itaú, without clock, socket or chance of its own.
#[derive(Clone, Debug, Default)]
pub struct ItauSimulator {
    state: State,
}

impl ItauSimulator {
    /// A bank without clients; let them in with [`Control::AddClient`].
    pub fn new() -> Self {
        Self::default()
    }
}

/// An admitted call.
struct Call<'a> {
    request: &'a SimRequest,
    client_id: String,
    now: Timestamp,
    today: Date,
}

impl State {
    /// The bank's answer, without faults.
    fn answer(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let Some((endpoint, id)) = routes::route(&request.method, &request.path) else {
            return reply::message(404, "Recurso Inexistente");
        };
        *self.calls.entry(endpoint).or_default() += 1;
        if endpoint == Endpoint::Token {
            return self.token(request, now, rng);
        }
        let call = match self.admit(request, endpoint, now) {
            Ok(call) => call,
            Err(refusal) => return refusal,
        };
        match endpoint {
            Endpoint::Token => self.token(request, now, rng),
            Endpoint::Issue => self.issue(&call, Service::Cash, rng),
            Endpoint::BolecodeOld => self.issue(&call, Service::BolecodeOld, rng),
            Endpoint::BolecodeNew => self.issue(&call, Service::BolecodeNew, rng),
            Endpoint::Instruction => self.instruction(&call, &id),
            Endpoint::Detail => self.detail(&call),
            Endpoint::List => self.list(&call),
            Endpoint::Positions => self.positions(&call),
            Endpoint::Movements => self.movements(&call, &id),
            Endpoint::MovementSummary => self.movement_summary(&call, &id),
            Endpoint::NoticesPost => self.notices_post(&call),
            Endpoint::NoticesGet => self.notices_get(&call),
            Endpoint::NoticePatch => self.notice_patch(&call, &id),
            Endpoint::NoticeDelete => self.notice_delete(&call, &id),
            Endpoint::PixList => self.pix_list(&call),
            Endpoint::PixGet => self.pix_get(&call, &id),
            Endpoint::PixWebhookPut => self.pix_webhook_put(&call, &id),
            Endpoint::PixWebhookGet => self.pix_webhook_get(&call, &id),
            Endpoint::PixWebhookDelete => self.pix_webhook_delete(&call, &id),
            Endpoint::Statement => self.statement(&call, &id),
        }
    }

    /// Brings the bank to this instant. Notices only become ready; `tick` sends them.
    fn advance(&mut self, now: Timestamp, rng: &mut dyn Entropy) {
        while self.timers.first().is_some_and(|timer| timer.at <= now) {
            let Some(timer) = self.timers.pop_first() else { return };
            match timer.task {
                Task::Register { boleto } => self.register(boleto, timer.at),
                Task::Credit { boleto, payment } => self.credit(boleto, payment, timer.at, rng),
                Task::Instruct { boleto, instruction } => {
                    self.apply(boleto, &instruction, timer.at);
                }
                Task::LimitDate { boleto } => self.limit_date(boleto, timer.at),
            }
        }
    }
}

impl ItauSimulator {
    /// The answer with its fault, if one is armed.
    fn serve(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
        signer: Option<&dyn Signer>,
    ) -> SimReply {
        let state = &mut self.state;
        state.advance(now, rng);
        let fault = take(&mut state.faults, request);
        let mut answer = || match signer {
            Some(signer) if certificates::is_asked_for(&request.path) => {
                state.certificate(request, now, rng, signer)
            }
            _ => state.answer(request, now, rng),
        };
        match fault {
            None => prompt(answer()),
            Some(Fault::Slow { milliseconds }) => {
                SimReply::Answer { response: answer(), after: Duration::from_millis(milliseconds) }
            }
            Some(Fault::RequestLost) => SimReply::Drop,
            Some(Fault::AnswerLost) => {
                answer();
                SimReply::Drop
            }
            Some(Fault::Truncated) => SimReply::Reset { response: answer() },
            Some(Fault::ErrorBefore { status }) => prompt(reply::broken(&request.path, status)),
            Some(Fault::ErrorAfter { status }) => {
                answer();
                prompt(reply::broken(&request.path, status))
            }
            Some(Fault::TooMany { retry_after }) => prompt(reply::too_many(retry_after)),
            Some(Fault::WrongBody) => prompt(wrong_body()),
        }
    }
}

impl Simulator for ItauSimulator {
    fn handle(&mut self, request: &SimRequest, now: Timestamp, rng: &mut dyn Entropy) -> SimReply {
        self.serve(request, now, rng, None)
    }

    fn handle_with(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
        signer: &dyn Signer,
    ) -> SimReply {
        self.serve(request, now, rng, Some(signer))
    }

    fn signs_certificates(&self) -> bool {
        true
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
        let answer = status.map(|status| HttpResponse { status, ..HttpResponse::default() });
        self.state.delivered(id, answer.as_ref(), now);
    }

    fn answered(&mut self, id: u64, answer: Option<&HttpResponse>, now: Timestamp) {
        self.state.delivered(id, answer, now);
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
        self.state = serde_json::from_value(snapshot)
            .map_err(|e| ControlError(format!("não é um estado deste banco: {e}")))?;
        Ok(())
    }
}
