//! What a bank told us about a boleto: immutable, each with a key that recognises it again.
//!
//! Facts are inserted with "do nothing on conflict" and never changed; everything else is
//! derived from them by [`crate::fold`].

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// One thing learned about one boleto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The bank took the order under its own id; registration is still to come.
    Accepted {
        /// The bank's id of the boleto.
        bank_id: String,
    },
    /// The bank registered it, with these numbers.
    Registered(Registration),
    /// The bank refused to register it.
    Refused(Refusal),
    /// A payment reported by the bank.
    Paid(Payment),
    /// A payment was undone or given back.
    Reversed {
        /// The identifier of the return itself, so that two equal ones stay two; `None` when
        /// the bank does not say.
        id: Option<String>,
        /// How much went back.
        amount: Money,
    },
    /// The situation that the bank shows. Never counted as a payment.
    Observed(Observation),
    /// The bank took our request to cancel; the end is still to come.
    CancellationTaken,
    /// A person settled it outside the bank.
    SettledByHand {
        /// The day on which it was paid.
        paid_on: Date,
        /// What was received.
        amount: Money,
    },
}

/// Numbers of a registered boleto, exactly as the bank gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The bank's id of the boleto, where it has one besides our number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_id: Option<String>,
    /// Identity within the account, as digits, check digit included where the bank does.
    pub our_number: String,
    /// 44 digits.
    pub barcode: String,
    /// 47 digits.
    pub writable_line: String,
    /// Pix «copia e cola» of a hybrid boleto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub br_code: Option<String>,
    /// Pix identifier of a hybrid boleto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub txid: Option<String>,
    /// Which edition of the boleto these numbers belong to: 0, then one more for each
    /// change that the bank confirmed.
    #[serde(default)]
    pub edition: u32,
}

/// Why a bank said no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The bank's code or title, for people who will call the bank.
    pub code: String,
    /// What it means and what to do, in Portuguese.
    pub message: String,
    /// Our name of the field at fault, where the bank says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// The way by which money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Barcode or writable line.
    Boleto,
    /// Pix QR.
    Pix,
}

/// Through which door a fact came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// We asked the bank for the boleto, or for a list of them.
    Query,
    /// We asked the bank for Pix received.
    PixQuery,
    /// A call by the bank whose content was proven.
    Webhook,
    /// A CNAB return file.
    ReturnFile,
    /// The daily list of what was paid, by API: it counts payments in a way of its own, so that it
    /// is no return file, though it tells the same.
    DailyMovement,
    /// The account's statement.
    Statement,
    /// A person or another program of the company.
    Hand,
}

/// One payment. Its key is the identity; the rest are attributes that later facts may complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What makes it the same payment when told again.
    pub key: PaymentKey,
    /// How it was paid.
    pub means: Means,
    /// How much.
    pub amount: PaidAmount,
    /// The day on which the customer paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_on: Option<Date>,
    /// The day on which the money was or will be credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited_on: Option<Date>,
    /// The instant at which it reached the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// What the bank charged for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
}

/// Identity of a payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKey {
    /// End-to-end id of a Pix, or the bank's id of the movement.
    Id(String),
    /// The nth payment by its means that this channel reports for the boleto, from 1.
    Nth(u32),
}

/// How a bank states the amount of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidAmount {
    /// The amount of this payment alone.
    Exact(Money),
    /// All that was received for the boleto so far, this payment included.
    RunningTotal(Money),
}

/// What the bank shows as the state of a boleto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The state in our words.
    pub situation: Situation,
    /// The bank's own word.
    pub word: String,
    /// The day since which the bank shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// All that the bank says it received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_received: Option<Money>,
    /// Nominal amount now at the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Due date now at the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Date>,
}

/// State of a boleto at the bank, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// Taken, not yet registered.
    Processing,
    /// Registered and waiting for its payment, overdue or not.
    Open,
    /// Paid through the bank.
    Paid,
    /// Marked as paid by a person in the bank's own screens: no money came through the bank.
    MarkedPaid,
    /// Written off before payment.
    Cancelled,
    /// Past its last day of payment.
    Expired,
    /// Refused at registration.
    Refused,
    /// A word of the bank that we do not know: shown to a person, changes nothing.
    Unknown,
}

impl Fact {
    /// Recognises the same fact among those of one boleto, through one channel.
    ///
    /// A payment told again with a date that was missing is another fact, so that nothing told
    /// is lost; which facts tell the same payment is decided by [`PaymentKey`] alone.
    pub fn natural_key(&self, channel: Channel) -> String {
        match self {
            Self::Accepted { bank_id } => format!("accepted:{bank_id}"),
            Self::Registered(r) => {
                let br_code = r.br_code.as_deref().unwrap_or("");
                format!("registered:{}:{}:{}:{br_code}", r.edition, r.our_number, r.barcode)
            }
            Self::Refused(r) => format!("refused:{}:{}", r.code, r.message),
            Self::Paid(p) => {
                let key = match &p.key {
                    PaymentKey::Id(id) => id.clone(),
                    PaymentKey::Nth(n) => format!("{}:{n}", means_word(p.means)),
                };
                let amount = match p.amount {
                    PaidAmount::Exact(amount) => format!("={}", amount.cents()),
                    PaidAmount::RunningTotal(total) => format!("<={}", total.cents()),
                };
                let date = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
                let at = p.settled_at.map(|t| t.to_string()).unwrap_or_default();
                let fee = p.fee.map(|fee| fee.cents().to_string()).unwrap_or_default();
                format!(
                    "paid:{}:{key}:{amount}:{}:{}:{at}:{fee}",
                    channel_word(channel),
                    date(p.paid_on),
                    date(p.credited_on)
                )
            }
            Self::Reversed { id, amount } => {
                format!("reversed:{}:{}", id.as_deref().unwrap_or(""), amount.cents())
            }
            Self::Observed(o) => {
                let date = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
                let cents = |m: Option<Money>| m.map_or(String::new(), |m| m.cents().to_string());
                format!(
                    "observed:{}:{}:{}:{}:{}",
                    o.word,
                    date(o.since),
                    cents(o.total_received),
                    cents(o.amount),
                    date(o.expiration_date)
                )
            }
            Self::CancellationTaken => "cancellation_taken".to_owned(),
            Self::SettledByHand { .. } => "settled_by_hand".to_owned(),
        }
    }
}

const fn means_word(means: Means) -> &'static str {
    match means {
        Means::Boleto => "boleto",
        Means::Pix => "pix",
    }
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Query => "query",
        Channel::PixQuery => "pix_query",
        Channel::Webhook => "webhook",
        Channel::ReturnFile => "return_file",
        Channel::DailyMovement => "daily_movement",
        Channel::Statement => "statement",
        Channel::Hand => "hand",
    }
}
