//! From facts to what is true: status, receipts and what a person must look at.
//!
//! The result depends on which facts exist, never on their order or on how often each was
//! told. Money wins over cancellation; a second payment is shown, never swallowed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fact::{
    Channel, Fact, Means, PaidAmount, Payment, PaymentKey, Refusal, Registration, Situation,
};
use crate::money::Money;

/// Sums that are looked at when a running total is taken apart.
const MOST_SUMS: usize = 256;

/// Status of a boleto. The order is that of finality: what stands later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Ours alone, or on its way to the bank.
    Created,
    /// Refused by the bank.
    Rejected,
    /// Can be paid.
    Registered,
    /// The bank took our request to cancel.
    CancellationRequested,
    /// Past its last day of payment.
    Expired,
    /// Written off without payment.
    Cancelled,
    /// Paid.
    Settled,
}

impl Status {
    /// The word in the API and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Rejected => "REJECTED",
            Self::Registered => "REGISTERED",
            Self::CancellationRequested => "CANCELLATION_REQUESTED",
            Self::Expired => "EXPIRED",
            Self::Cancelled => "CANCELLED",
            Self::Settled => "SETTLED",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Created => "Criado",
            Self::Rejected => "Rejeitado",
            Self::Registered => "Registrado",
            Self::CancellationRequested => "Cancelamento solicitado",
            Self::Expired => "Expirado",
            Self::Cancelled => "Cancelado",
            Self::Settled => "Liquidado",
        }
    }

    /// Every status, in order.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Rejected,
        Self::Registered,
        Self::CancellationRequested,
        Self::Expired,
        Self::Cancelled,
        Self::Settled,
    ];

    /// Reads [`Status::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// One payment received, whichever channels told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Stable within the boleto: the payment's id, or means and ordinal.
    pub key: String,
    /// How it was paid.
    pub means: Means,
    /// How much came.
    pub amount: Money,
    /// The day on which the customer paid.
    pub paid_on: Option<Date>,
    /// The day of the credit.
    pub credited_on: Option<Date>,
    /// The instant at which it reached the account.
    pub settled_at: Option<Timestamp>,
    /// What the bank charged.
    pub fee: Option<Money>,
    /// End-to-end id or the bank's movement id.
    pub id: Option<String>,
}

/// Something that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "divergence", rename_all = "snake_case")]
pub enum Divergence {
    /// More than one payment stands.
    PaidTwice {
        /// How many stand.
        payments: u32,
    },
    /// Paid although it was cancelled or had expired.
    PaidAfterEnd,
    /// The bank's total is not the sum of the receipts.
    TotalDiffers {
        /// The bank's total.
        bank: Money,
        /// The sum of our receipts.
        receipts: Money,
    },
    /// The bank says paid but has not told any payment.
    PaidWithoutReceipt,
    /// The bank refused what it also registered.
    RefusedAfterRegistration,
    /// Channels disagree about the amount of one payment.
    AmountsDisagree {
        /// The receipt's key.
        receipt: String,
    },
    /// The bank used a word that we do not know.
    UnknownWord {
        /// The bank's word.
        word: String,
    },
}

/// All that follows from the facts of one boleto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// Where it stands.
    pub status: Status,
    /// The bank's id, once known.
    pub bank_id: Option<String>,
    /// Its numbers, of the latest edition.
    pub registration: Option<Registration>,
    /// Why the bank refused it.
    pub refusal: Option<Refusal>,
    /// Payments, reversals not taken off.
    pub receipts: Vec<Receipt>,
    /// All that was given back.
    pub reversed: Money,
    /// A person settled it outside the bank, here or in the bank's screens.
    pub settled_by_hand: bool,
    /// What a person must look at, in a fixed order.
    pub divergences: Vec<Divergence>,
}

impl Folded {
    /// The sum of all receipts, reversals not taken off.
    pub fn received(&self) -> Money {
        self.receipts.iter().map(|r| r.amount).sum()
    }
}

/// Derives the state of one boleto from everything that is known of it.
pub fn fold<'a>(facts: impl IntoIterator<Item = (Channel, &'a Fact)>) -> Folded {
    let mut seen = Seen::default();
    for (channel, fact) in facts {
        seen.take(channel, fact);
    }
    seen.conclude()
}

#[derive(Default)]
struct Seen<'a> {
    registrations: Vec<&'a Registration>,
    bank_ids: Vec<&'a str>,
    refusals: Vec<&'a Refusal>,
    identified: BTreeMap<&'a str, Vec<(Channel, &'a Payment)>>,
    anonymous: BTreeMap<Means, BTreeMap<Channel, BTreeMap<u32, Vec<&'a Payment>>>>,
    reversals: BTreeMap<(&'a str, Money), ()>,
    words: Vec<&'a str>,
    total: Option<Money>,
    open: bool,
    paid: bool,
    marked_paid: bool,
    cancelled: bool,
    expired: bool,
    cancellation_taken: bool,
    settled_by_hand: bool,
}

impl<'a> Seen<'a> {
    fn take(&mut self, channel: Channel, fact: &'a Fact) {
        match fact {
            Fact::Accepted { bank_id } => self.bank_ids.push(bank_id),
            Fact::Registered(registration) => {
                self.bank_ids.extend(registration.bank_id.as_deref());
                self.registrations.push(registration);
            }
            Fact::Refused(refusal) => self.refusals.push(refusal),
            Fact::Paid(payment) => match &payment.key {
                PaymentKey::Id(id) => {
                    self.identified.entry(id).or_default().push((channel, payment));
                }
                PaymentKey::Nth(n) => {
                    let channels = self.anonymous.entry(payment.means).or_default();
                    channels.entry(channel).or_default().entry(*n).or_default().push(payment);
                }
            },
            Fact::Reversed { id, amount } => {
                self.reversals.insert((id.as_deref().unwrap_or(""), *amount), ());
            }
            Fact::Observed(observation) => {
                self.total = self.total.max(observation.total_received);
                match observation.situation {
                    Situation::Processing => {}
                    Situation::Open => self.open = true,
                    Situation::Paid => self.paid = true,
                    Situation::MarkedPaid => self.marked_paid = true,
                    Situation::Cancelled => self.cancelled = true,
                    Situation::Expired => self.expired = true,
                    // The words of a refusal come as `Refused`.
                    Situation::Refused => {}
                    Situation::Unknown => self.words.push(&observation.word),
                }
            }
            Fact::CancellationTaken => self.cancellation_taken = true,
            Fact::SettledByHand { .. } => self.settled_by_hand = true,
        }
    }

    fn conclude(mut self) -> Folded {
        let mut divergences = Vec::new();
        let receipts = self.receipts(&mut divergences);
        let received: Money = receipts.iter().map(|r| r.amount).sum();
        let reversed: Money = self.reversals.keys().map(|(_, amount)| *amount).sum();
        let registered = self.open || !self.registrations.is_empty();
        let money = !receipts.is_empty() && received > reversed;
        let settled_by_hand = self.settled_by_hand || self.marked_paid;

        let status = if money || self.paid && reversed == Money::ZERO || settled_by_hand {
            Status::Settled
        } else if self.cancelled {
            Status::Cancelled
        } else if self.expired {
            Status::Expired
        } else if self.cancellation_taken {
            Status::CancellationRequested
        } else if registered {
            Status::Registered
        } else if !self.refusals.is_empty() {
            Status::Rejected
        } else {
            Status::Created
        };

        if receipts.len() > 1 && received > reversed {
            let payments = u32::try_from(receipts.len()).unwrap_or(u32::MAX);
            divergences.push(Divergence::PaidTwice { payments });
        }
        if money && (self.cancelled || self.expired) {
            divergences.push(Divergence::PaidAfterEnd);
        }
        // Without a receipt, what was only marked as received may be shown as received too.
        let told_otherwise = self.paid || settled_by_hand;
        if let Some(bank) = self.total
            && bank != received
            && !(receipts.is_empty() && told_otherwise)
        {
            divergences.push(Divergence::TotalDiffers { bank, receipts: received });
        }
        if self.paid && receipts.is_empty() {
            divergences.push(Divergence::PaidWithoutReceipt);
        }
        if registered && !self.refusals.is_empty() {
            divergences.push(Divergence::RefusedAfterRegistration);
        }
        for word in &self.words {
            divergences.push(Divergence::UnknownWord { word: (*word).to_owned() });
        }
        divergences.sort();
        divergences.dedup();

        // Of several editions the latest speaks; within one, any fixed choice will do.
        self.registrations.sort_by_key(|r| (r.edition, &r.our_number, &r.barcode, &r.br_code));
        self.bank_ids.sort_unstable();
        self.refusals.sort_by_key(|r| (&r.code, &r.message));
        Folded {
            status,
            bank_id: self.bank_ids.first().map(|id| (*id).to_owned()),
            registration: self.registrations.last().map(|r| (*r).clone()),
            refusal: self.refusals.first().map(|r| (*r).clone()),
            receipts,
            reversed,
            settled_by_hand,
            divergences,
        }
    }

    /// Identified payments one each; of the anonymous ones, for each means, as many as the
    /// channel that reports most, less the identified ones that they may be.
    fn receipts(&self, divergences: &mut Vec<Divergence>) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for (id, told) in &self.identified {
            let payments: Vec<&Payment> = told.iter().map(|(_, p)| *p).collect();
            receipts.push(merge((*id).to_owned(), Some((*id).to_owned()), &payments, divergences));
        }
        for (means, channels) in &self.anonymous {
            let identified =
                receipts.iter().filter(|r| r.means == *means && r.id.is_some()).count();
            let mut by_ordinal: BTreeMap<u32, Vec<&Payment>> = BTreeMap::new();
            for payments in channels.values() {
                // Occurrences are counted within the channel, whatever ordinals it used.
                for (nth, told) in (1..).zip(payments.values()) {
                    by_ordinal.entry(nth).or_default().extend(told);
                }
            }
            for (nth, told) in by_ordinal.into_iter().skip(identified) {
                let word = match means {
                    Means::Boleto => "boleto",
                    Means::Pix => "pix",
                };
                receipts.push(merge(format!("{word}:{nth}"), None, &told, divergences));
            }
        }
        self.settle_running_totals(&mut receipts);
        receipts
    }

    /// Payments told as a running total get what the total rose by, smallest total first; what
    /// the largest total leaves for them where that fits.
    fn settle_running_totals(&self, receipts: &mut [Receipt]) {
        let total_of = |receipt: &Receipt| {
            let (word, nth) = receipt.key.split_once(':')?;
            let means = if word == "pix" { Means::Pix } else { Means::Boleto };
            let nth: usize = nth.parse().ok()?;
            let payments = self.anonymous.get(&means)?.values();
            let told = payments.filter_map(|c| c.values().nth(nth.checked_sub(1)?)).flatten();
            let mut smallest = None;
            for payment in told {
                match payment.amount {
                    PaidAmount::Exact(_) => return None,
                    PaidAmount::RunningTotal(total) => {
                        smallest = Some(smallest.map_or(total, |s: Money| s.min(total)));
                    }
                }
            }
            smallest
        };
        let mut open: Vec<(Money, Means, usize)> = Vec::new();
        let mut stated: Vec<Money> = Vec::new();
        for (i, receipt) in receipts.iter().enumerate() {
            match receipt.id.is_none().then(|| total_of(receipt)).flatten() {
                Some(total) => open.push((total, receipt.means, i)),
                None => stated.push(receipt.amount),
            }
        }
        open.sort();
        let in_the_end = self.total.unwrap_or_default() - stated.iter().copied().sum();
        let mut earlier = Money::ZERO;
        for (total, _, i) in open {
            // A total that did not rise states this payment alone.
            let risen = if total > earlier { total - earlier } else { total };
            let rest = in_the_end - earlier;
            receipts[i].amount = match rest.is_positive() && rest <= risen {
                true => rest,
                false => risen - most_below(&stated, risen),
            };
            earlier = earlier + receipts[i].amount;
        }
    }
}

/// The most that some of these amounts are together, but less than `total`: what it holds
/// besides the payment that it was told with. Which of them came before is not known; as many
/// as fit did, so that no money is made up.
fn most_below(amounts: &[Money], total: Money) -> Money {
    let mut sums = BTreeSet::from([Money::ZERO]);
    for amount in amounts {
        let more: Vec<Money> =
            sums.iter().map(|sum| *sum + *amount).filter(|sum| *sum < total).collect();
        sums.extend(more);
        // Many different payments of one boleto do not happen; the largest sums will do.
        while sums.len() > MOST_SUMS {
            sums.pop_first();
        }
    }
    sums.last().copied().unwrap_or_default()
}

/// One receipt from all that was told of it: each attribute from whoever knows it, the
/// earliest where several do.
fn merge(
    key: String,
    id: Option<String>,
    told: &[&Payment],
    divergences: &mut Vec<Divergence>,
) -> Receipt {
    let mut exact: Vec<Money> = Vec::new();
    for payment in told {
        if let PaidAmount::Exact(amount) = payment.amount {
            exact.push(amount);
        }
    }
    exact.sort_unstable();
    exact.dedup();
    if exact.len() > 1 {
        divergences.push(Divergence::AmountsDisagree { receipt: key.clone() });
    }
    let running = told.iter().filter_map(|p| match p.amount {
        PaidAmount::RunningTotal(total) => Some(total),
        PaidAmount::Exact(_) => None,
    });
    Receipt {
        means: told.iter().map(|p| p.means).min().unwrap_or(Means::Boleto),
        amount: exact.first().copied().or_else(|| running.min()).unwrap_or_default(),
        paid_on: told.iter().filter_map(|p| p.paid_on).min(),
        credited_on: told.iter().filter_map(|p| p.credited_on).min(),
        settled_at: told.iter().filter_map(|p| p.settled_at).min(),
        fee: told.iter().filter_map(|p| p.fee).min(),
        key,
        id,
    }
}
