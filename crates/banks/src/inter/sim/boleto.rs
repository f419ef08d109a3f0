//! A boleto at the bank: what it is, what is due on it, what was paid.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::{Calendar, days_between};
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_core::rate::{Rate, Rounding};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::numbers::{Qr, Title};
use super::switches::DoublePaymentTotal;
use crate::simulator::clock;

/// The bank's situations of a boleto.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Situacao {
    EmProcessamento,
    AReceber,
    Atrasado,
    Recebido,
    MarcadoRecebido,
    Cancelado,
    Expirado,
    FalhaEmissao,
    Protesto,
}

impl Situacao {
    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::EmProcessamento,
        Self::AReceber,
        Self::Atrasado,
        Self::Recebido,
        Self::MarcadoRecebido,
        Self::Cancelado,
        Self::Expirado,
        Self::FalhaEmissao,
        Self::Protesto,
    ];

    /// The bank's word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::EmProcessamento => "EM_PROCESSAMENTO",
            Self::AReceber => "A_RECEBER",
            Self::Atrasado => "ATRASADO",
            Self::Recebido => "RECEBIDO",
            Self::MarcadoRecebido => "MARCADO_RECEBIDO",
            Self::Cancelado => "CANCELADO",
            Self::Expirado => "EXPIRADO",
            Self::FalhaEmissao => "FALHA_EMISSAO",
            Self::Protesto => "PROTESTO",
        }
    }

    /// The situation of this word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|situacao| situacao.word() == word)
    }

    /// Registered and still to be paid.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::AReceber | Self::Atrasado | Self::Protesto)
    }

    /// Told by notice; the others are never pushed.
    pub(super) const fn is_pushed(self) -> bool {
        !matches!(self, Self::EmProcessamento | Self::Atrasado | Self::Protesto)
    }
}

/// One boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Boleto {
    /// `codigoSolicitacao`.
    pub(super) id: String,
    pub(super) account: String,
    /// `seuNumero`.
    pub(super) reference: String,
    pub(super) amount: Money,
    pub(super) due: Date,
    /// `numDiasAgenda`: days after the due date on which it can still be paid.
    pub(super) days_after_due: u16,
    pub(super) issued_at: Timestamp,
    pub(super) issued_on: Date,
    /// `pagador`, as sent.
    pub(super) customer: Json,
    /// The customer's document without punctuation.
    pub(super) document: String,
    pub(super) discount: Option<Discount>,
    pub(super) fine: Option<Charge>,
    pub(super) interest: Option<Charge>,
    pub(super) forms: Forms,
    /// `notaFiscal`, as sent.
    pub(super) fiscal_document: Option<Json>,
    /// Registration is to fail.
    pub(super) to_fail: bool,
    pub(super) situation: Situacao,
    pub(super) situation_since: Timestamp,
    /// What it was before.
    pub(super) situation_before: Option<Situacao>,
    pub(super) title: Option<Title>,
    pub(super) qr: Option<Qr>,
    /// `motivoCancelamento`.
    pub(super) reason: Option<String>,
    pub(super) payments: Vec<Payment>,
}

/// `formasRecebimento`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Forms {
    pub(super) barcode: bool,
    pub(super) pix: bool,
}

/// A rate or an amount.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Charge {
    Rate(Rate),
    Amount(Money),
}

/// The discount of a boleto: until so many days before the due date.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Discount {
    pub(super) charge: Charge,
    pub(super) days_before: u16,
}

/// One payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) means: Means,
    pub(super) amount: Money,
    pub(super) paid_at: Timestamp,
    pub(super) end_to_end_id: Option<String>,
    /// Parts of the amount, where it is just what was due.
    pub(super) parts: Parts,
    /// The bank already shows it.
    pub(super) settled: bool,
}

/// What adds to the nominal amount and what lessens it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) interest: Money,
    pub(super) fine: Money,
    pub(super) discount: Money,
}

impl Boleto {
    /// The last day of payment.
    pub(super) fn limit(&self) -> Date {
        clock::plus_days(self.due, i64::from(self.days_after_due))
    }

    /// Discount, fine and interest on a day.
    ///
    /// A boleto due on a day without banks is on time until the next business day
    /// (Lei 7.089/1983); interest counts calendar days from the due date, a month has 30.
    pub(super) fn parts_on(&self, day: Date, rounding: Rounding) -> Parts {
        let mut parts = Parts::default();
        if let Some(discount) = &self.discount {
            let until = clock::plus_days(self.due, -i64::from(discount.days_before));
            if day <= until {
                parts.discount = discount.charge.of(self.amount, rounding).min(self.amount);
            }
        }
        if day > Calendar::national().next_business_day(self.due) {
            let days = i64::from(days_between(self.due, day));
            parts.fine = self.fine.map_or(Money::ZERO, |fine| fine.of(self.amount, rounding));
            parts.interest = match self.interest {
                Some(Charge::Rate(rate)) => rate.of(self.amount, days, 30, rounding),
                Some(Charge::Amount(daily)) => {
                    Money::from_cents(daily.cents().saturating_mul(days))
                }
                None => Money::ZERO,
            };
        }
        parts
    }

    /// What is due with these parts.
    pub(super) fn due_with(&self, parts: &Parts) -> Money {
        self.amount - parts.discount + parts.fine + parts.interest
    }

    /// The payments that the bank shows.
    pub(super) fn settled(&self) -> impl DoubleEndedIterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.settled)
    }

    /// `valorTotalRecebido`; `None` while nothing was received.
    pub(super) fn received(
        &self,
        total: DoublePaymentTotal,
        marked_paid_total: bool,
    ) -> Option<Money> {
        if self.settled().next().is_none() {
            let marked = self.situation == Situacao::MarcadoRecebido && marked_paid_total;
            return marked.then_some(self.amount);
        }
        Some(match total {
            DoublePaymentTotal::Sum => self.settled().map(|payment| payment.amount).sum(),
            DoublePaymentTotal::Last => {
                self.settled().next_back().map_or(Money::ZERO, |payment| payment.amount)
            }
        })
    }
}

impl Charge {
    /// The whole of it, once.
    fn of(self, amount: Money, rounding: Rounding) -> Money {
        match self {
            Self::Rate(rate) => rate.of(amount, 1, 1, rounding),
            Self::Amount(fixed) => fixed,
        }
    }
}

/// The bank's word for a means of payment.
pub(super) const fn means_word(means: Means) -> &'static str {
    match means {
        Means::Boleto => "BOLETO",
        Means::Pix => "PIX",
    }
}
