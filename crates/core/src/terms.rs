//! What a boleto adds or takes away when it is paid late or early.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::rate::Rate;

/// Fine, interest, discounts and abatement of one boleto, with their dates resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Charged once when paid late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine: Option<Fine>,
    /// Charged for each day of delay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest: Option<Interest>,
    /// Up to three, by date; all of one kind (FEBRABAN C021).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// Taken off the nominal amount whenever it is paid.
    #[serde(default)]
    pub abatement: Money,
}

/// Cents, or a percentage of the nominal amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A fixed amount in cents.
    Fixed(Money),
    /// A percentage of the nominal amount.
    Percent(Rate),
}

/// A fine for paying late, charged once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fine {
    /// The first day on which it is charged, after the due date.
    pub date: Date,
    /// How much.
    pub value: Value,
}

/// Interest for each calendar day of delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// The first day that is charged, after the due date.
    pub date: Date,
    /// How much.
    pub value: InterestValue,
}

/// How interest is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterestValue {
    /// Cents a calendar day (FEBRABAN C018 code 1).
    PerDay(Money),
    /// Percent a month of thirty days, pro rata (FEBRABAN C018 code 2).
    PerMonth(Rate),
}

/// A discount for paying until a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// The last day on which it is given.
    pub date: Date,
    /// How much, in all or for each day of anticipation.
    pub value: Value,
    /// Given for each such day between payment and due date; `None` gives it once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Anticipation>,
}

/// Which days of anticipation a discount counts (FEBRABAN C021 codes 3 to 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anticipation {
    /// Every day of the calendar.
    Day,
    /// Bank days only.
    BusinessDay,
}
