//! The customer pays: what follows at once, and when the money is credited.

use jiff::Timestamp;
use quita_core::calendar::Calendar;
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_core::payable::Payable;
use serde_json::{Value as Json, json};

use super::ISPB;
use super::boleto::{Payment, Situacao};
use super::state::{NoticeKind, Row, State, Task};
use crate::simulator::clock;
use crate::simulator::random::end_to_end_id;
use crate::simulator::{ControlError, Entropy};

/// The hour at which payments by barcode are credited.
const CREDIT_HOUR: i8 = 7;

impl State {
    pub(super) fn pay(
        &mut self,
        place: usize,
        means: Means,
        amount: Option<Money>,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        let today = clock::day(now);
        let Some(boleto) = self.boletos.get_mut(place).filter(|boleto| !boleto.pending) else {
            return Err(ControlError("o boleto ainda não foi registrado".to_owned()));
        };
        if boleto.situation == Situacao::Baixado && !self.switches.pay_when_closed {
            let text = "o boleto está baixado: para pagá-lo assim mesmo, ligue pay_when_closed";
            return Err(ControlError(text.to_owned()));
        }
        if means == Means::Pix && boleto.qr.is_none() {
            return Err(ControlError("o boleto não tem QR Code".to_owned()));
        }
        let due = boleto.due_on(today);
        let amount = amount.unwrap_or(due.total);
        if !amount.is_positive() {
            return Err(ControlError("o valor pago deve ser maior que zero".to_owned()));
        }
        let end_to_end_id = (means == Means::Pix).then(|| end_to_end_id(ISPB, now, rng));
        let number = boleto.payments.len();
        boleto.payments.push(Payment {
            means,
            amount,
            paid_at: now,
            end_to_end_id: end_to_end_id.clone(),
            parts: if amount == due.total { due } else { Payable::default() },
            credited_on: None,
        });
        boleto.situation = Situacao::Pago;
        let (id, hybrid) = (boleto.id(), boleto.hybrid);
        let status = if hybrid && means == Means::Pix { "BL" } else { "L" };
        let days = if means == Means::Pix { 0 } else { self.switches.credit_days };
        self.paid(place, status, amount, now, days);
        self.notify(place, number, NoticeKind::BaixaOperacional, now);
        match days {
            0 => self.credit(place, number, now, rng),
            days => {
                let day = Calendar::national().add_business_days(today, i32::from(days));
                let at = clock::instant(day, CREDIT_HOUR);
                self.schedule(at, Task::Credit { boleto: place, payment: number });
            }
        }
        if means == Means::Pix {
            self.notify_pix(place, number, now);
        }
        Ok(json!({
            "id": id,
            "amount": amount,
            "due": due.total,
            "end_to_end_id": end_to_end_id,
        }))
    }

    /// The money of a payment, and the bank's fee, reach the account.
    pub(super) fn credit(
        &mut self,
        place: usize,
        number: usize,
        at: Timestamp,
        rng: &mut dyn Entropy,
    ) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        boleto.situation = Situacao::Creditado;
        let Some(payment) = boleto.payments.get_mut(number) else { return };
        payment.credited_on = Some(clock::day(at));
        let (amount, id) = (payment.amount, payment.end_to_end_id.clone());
        let account = boleto.account.clone();
        let counterpart = Some((boleto.customer_name.clone(), boleto.document.clone()));
        let name = Some(boleto.id());
        let text = match id {
            Some(_) => ("9507", "PIX QRCODE RECEBIDO"),
            None => ("0640", "COBRANCA RECEBIDA"),
        };
        let origin = id.map(|id| (id, "PIX".to_owned()));
        let row = Row::new(amount, text, at, rng);
        self.enter(&account, Row { counterpart, origin, boleto: name.clone(), ..row });
        let fee = Money::from_cents(self.switches.fee_cents.max(0));
        if fee.is_positive() {
            let row = Row::new(-fee, ("0170", "TAR COBRANCA"), at, rng);
            self.enter(&account, Row { boleto: name, ..row });
        }
        self.notify(place, number, NoticeKind::BaixaEfetiva, at);
    }
}
