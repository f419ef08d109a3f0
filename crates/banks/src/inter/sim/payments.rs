//! Paying: by barcode or by Pix, once or twice, in time or too late.

use jiff::Timestamp;
use quita_core::calendar::Calendar;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use super::ISPB;
use super::boleto::{Parts, Payment, Situacao};
use super::state::{State, Task};
use crate::simulator::clock;
use crate::simulator::random::end_to_end_id;
use crate::simulator::{ControlError, Entropy};

/// The hour in São Paulo at which clearing reaches the account.
pub(super) const CLEARING_HOUR: i8 = 6;

impl State {
    /// The customer pays; the amount is what is due today when left out.
    pub(super) fn pay(
        &mut self,
        place: usize,
        means: Means,
        amount: Option<Money>,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let Some(boleto) = self.boletos.get_mut(place) else {
            return Err(ControlError("não há este boleto".to_owned()));
        };
        let word = boleto.situation.word();
        match boleto.situation {
            Situacao::EmProcessamento | Situacao::FalhaEmissao => {
                return Err(ControlError(format!("o boleto está {word}: não pode ser pago")));
            }
            Situacao::Cancelado | Situacao::Expirado | Situacao::MarcadoRecebido
                if !self.switches.pay_when_closed =>
            {
                return Err(ControlError(format!(
                    "o boleto está {word}: para pagá-lo assim mesmo, ligue pay_when_closed"
                )));
            }
            _ => {}
        }
        let payable = match means {
            Means::Boleto => boleto.title.is_some(),
            Means::Pix => boleto.qr.is_some(),
        };
        if !payable {
            return Err(ControlError(format!("o boleto não tem como ser pago por {means:?}")));
        }
        let today = clock::day(now);
        let parts = boleto.parts_on(today, self.switches.rounding);
        let due = boleto.due_with(&parts);
        let amount = amount.unwrap_or(due);
        if !amount.is_positive() {
            return Err(ControlError("o valor pago deve ser maior que zero".to_owned()));
        }
        let end_to_end_id = (means == Means::Pix).then(|| end_to_end_id(ISPB, now, rng));
        let number = boleto.payments.len();
        let id = boleto.id.clone();
        boleto.payments.push(Payment {
            means,
            amount,
            paid_at: now,
            end_to_end_id: end_to_end_id.clone(),
            parts: if amount == due { parts } else { Parts::default() },
            settled: false,
        });
        let (settled_after, credited_after) = match means {
            Means::Boleto => {
                (self.switches.boleto_settlement_days, self.switches.boleto_credit_days)
            }
            Means::Pix => (0, 0),
        };
        let clearing = |days: u16| {
            let day = Calendar::national().add_business_days(today, i32::from(days));
            clock::instant(day, CLEARING_HOUR)
        };
        match settled_after {
            0 => self.settle(place, number, now),
            days => self.schedule(clearing(days), Task::Settle { boleto: place, payment: number }),
        }
        match credited_after {
            0 => self.credit(place, number, now, rng),
            days => self.schedule(clearing(days), Task::Credit { boleto: place, payment: number }),
        }
        Ok(json!({
            "codigoSolicitacao": id,
            "amount": amount,
            "due": due,
            "end_to_end_id": end_to_end_id,
        }))
    }

    /// The bank shows the payment and tells the client.
    pub(super) fn settle(&mut self, place: usize, number: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        let Some(payment) = boleto.payments.get_mut(number) else { return };
        payment.settled = true;
        let is_pix = payment.means == Means::Pix;
        let is_closed = matches!(
            boleto.situation,
            Situacao::Cancelado | Situacao::Expirado | Situacao::MarcadoRecebido
        );
        self.index.add_payment(place, boleto, number);
        if !(is_closed && self.switches.closed_stays_closed) {
            self.change_situation(place, Situacao::Recebido, at);
        }
        if is_pix {
            self.notify_pix(place, number, at);
        }
    }
}
