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
    /// Which amounts other than the one due the bank takes; `None` as it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepts: Option<Accepts>,
    /// What held before these, the oldest first: a bank changes the terms of a registered boleto.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
}

/// Terms that others took the place of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The day from which they held no longer.
    pub before: Date,
    /// What held.
    pub terms: Terms,
}

impl Terms {
    /// Those that held on a day.
    pub fn on(&self, day: Date) -> &Self {
        self.earlier.iter().find(|earlier| day < earlier.before).map_or(self, |e| &e.terms)
    }

    /// Puts one of them in the place of what there was.
    pub fn set(&mut self, term: Term) {
        match term {
            Term::Abatement(amount) => self.abatement = amount,
            Term::Interest(interest) => self.interest = interest,
            Term::Fine(fine) => self.fine = fine,
            Term::Discounts(discounts) => self.discounts = discounts,
            Term::Accepts(accepts) => self.accepts = Some(accepts),
        }
    }

    /// As [`Terms::set`], from a day on; what there was still counts for the days before it.
    pub fn change(&mut self, term: Term, since: Date) {
        let before = Self { earlier: Vec::new(), ..self.clone() };
        self.set(term);
        // Of several changes on one day the first has what held before.
        if self.earlier.last().is_none_or(|earlier| earlier.before < since) {
            self.earlier.push(Earlier { before: since, terms: before });
        }
    }

    /// One of them as it stands; `None` for what nothing was ever said of.
    pub fn term(&self, kind: TermKind) -> Option<Term> {
        Some(match kind {
            TermKind::Abatement => Term::Abatement(self.abatement),
            TermKind::Interest => Term::Interest(self.interest),
            TermKind::Fine => Term::Fine(self.fine),
            TermKind::Discounts => Term::Discounts(self.discounts.clone()),
            TermKind::Accepts => Term::Accepts(self.accepts?),
        })
    }

    /// All dates moved by so many days.
    pub(crate) fn move_dates(&mut self, days: i32) {
        let moved = |date: Date| date.checked_add(jiff::Span::new().days(days)).unwrap_or(date);
        if let Some(fine) = &mut self.fine {
            fine.date = moved(fine.date);
        }
        if let Some(interest) = &mut self.interest {
            interest.date = moved(interest.date);
        }
        for discount in &mut self.discounts {
            discount.date = moved(discount.date);
        }
        for earlier in &mut self.earlier {
            earlier.terms.move_dates(days);
        }
    }
}

/// One of the terms of a registered boleto, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Taken off whenever it is paid; zero for nothing any more.
    Abatement(Money),
    /// Interest, or none any more.
    Interest(Option<Interest>),
    /// Fine, or none any more.
    Fine(Option<Fine>),
    /// Discounts in the place of those that there were; none takes them back.
    Discounts(Vec<Discount>),
    /// Which amounts other than the one due the bank takes.
    Accepts(Accepts),
}

/// Which of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is documented on Term")]
pub enum TermKind {
    Abatement,
    Interest,
    Fine,
    Discounts,
    Accepts,
}

impl TermKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Interest, Self::Fine, Self::Discounts, Self::Abatement, Self::Accepts];

    /// Its name in programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Abatement => "abatement",
            Self::Interest => "interest",
            Self::Fine => "fine",
            Self::Discounts => "discounts",
            Self::Accepts => "accepts",
        }
    }

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Abatement => "abatimento",
            Self::Interest => "juros",
            Self::Fine => "multa",
            Self::Discounts => "desconto",
            Self::Accepts => "recebimento divergente",
        }
    }
}

impl Term {
    /// Which it is.
    pub const fn kind(&self) -> TermKind {
        match self {
            Self::Abatement(_) => TermKind::Abatement,
            Self::Interest(_) => TermKind::Interest,
            Self::Fine(_) => TermKind::Fine,
            Self::Discounts(_) => TermKind::Discounts,
            Self::Accepts(_) => TermKind::Accepts,
        }
    }
}

/// Which amounts other than the one due a bank takes («recebimento divergente»).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepts {
    /// None.
    Exact,
    /// Any.
    Any,
    /// From an amount on.
    AtLeast(Money),
    /// Between two amounts, both included.
    Between(Money, Money),
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents)
    }

    #[test]
    fn what_held_on_a_day_is_kept() {
        let mut terms = Terms { abatement: cents(100), ..Terms::default() };
        terms.change(Term::Abatement(cents(200)), date(2026, 12, 5));
        let fine = Fine { date: date(2026, 12, 11), value: Value::Fixed(cents(30)) };
        terms.change(Term::Fine(Some(fine)), date(2026, 12, 5));
        terms.change(Term::Abatement(Money::ZERO), date(2026, 12, 8));
        let on = |day| {
            let held = terms.on(date(2026, 12, day));
            (held.abatement.cents(), held.fine.is_some())
        };
        assert_eq!([4, 5, 7, 8].map(on), [(100, false), (200, true), (200, true), (0, true)]);
        // What is told late changes nothing of the days before.
        terms.change(Term::Fine(None), date(2026, 12, 1));
        assert_eq!(terms.on(date(2026, 12, 4)).abatement, cents(100));
        assert_eq!((terms.on(date(2026, 12, 8)).fine, terms.earlier.len()), (None, 2));
        let text = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&text).unwrap(), terms);
    }

    #[test]
    fn one_term_is_told_as_it_was_set() {
        for term in [
            Term::Abatement(cents(1)),
            Term::Interest(None),
            Term::Fine(None),
            Term::Discounts(Vec::new()),
            Term::Accepts(Accepts::Between(cents(1), cents(2))),
        ] {
            let mut terms = Terms::default();
            terms.set(term.clone());
            assert_eq!(terms.term(term.kind()), Some(term));
        }
        assert_eq!(Terms::default().term(TermKind::Accepts), None);
    }
}
