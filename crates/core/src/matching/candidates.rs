//! What speaks for each receivable that a line without an identifier may pay.

use jiff::civil::Date;

use crate::calendar::days_between;
use crate::matching::amount::{Fit, fit};
use crate::matching::fetch::Fetch;
use crate::matching::habits::class;
use crate::matching::identity::{Identity, Payer};
use crate::matching::index::day_number;
use crate::matching::people::{People, ROUND};
use crate::matching::weight::{Confidence, ONE, decibans};
use crate::matching::{Difference, Match, Reason, Share, State, number};
use crate::money::Money;

/// A receivable that a line may pay.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) receivable: usize,
    /// Decibans; zero is as likely as that the line pays none.
    pub(crate) score: i32,
    /// What the score makes of it beside all others, other lines among them.
    pub(crate) sure: Confidence,
    /// How free it is of all other lines, as a part of [`weight::ONE`](crate::matching::weight::ONE).
    pub(crate) free: u128,
    pub(crate) fit: Fit,
    pub(crate) identity: Identity,
    /// Its number stands in the text.
    pub(crate) number: bool,
    /// Another line paid it.
    pub(crate) taken: bool,
    /// Paid about when it was due.
    pub(crate) timely: bool,
}

/// That a line pays some receivable is three times likelier than that it pays none.
const PAYS: i32 = 5;

/// That a payment is made twice.
const TWICE: i32 = -30;

/// Within so many days a second payment follows the first.
const SOON: u32 = 15;

/// Candidates that most lines have no more than.
const FEW: usize = 16;

/// Most that a name in a bank's text speaks against all others.
const NAMES_ANOTHER: i32 = 15;

/// All candidates of a line, the likeliest first.
pub(crate) fn of(
    state: &State,
    people: &People,
    line_at: usize,
    payer: &Payer,
    days: &[Date],
) -> Vec<Candidate> {
    let fetch = Fetch { state, people, line: line_at, payer };
    let numbered = fetch.numbered();
    let mut scale = Scale { state, people, line_at, payer, days, rare: Vec::new() };
    let mut found: Vec<Candidate> = Vec::with_capacity(FEW);
    let mut seen: Vec<usize> = Vec::with_capacity(FEW);
    let mut add = |places: Vec<usize>, found: &mut Vec<Candidate>| {
        for place in places {
            if !seen.contains(&place) {
                seen.push(place);
                found.push(scale.weigh(place, numbered.binary_search(&place).is_ok()));
            }
        }
    };
    let exact = |c: &Candidate| c.fit.exact() && !c.taken;
    let known = |c: &Candidate| {
        exact(c) && matches!(c.identity.reason, Some(Reason::Document | Reason::Name))
    };
    add(numbered.clone(), &mut found);
    add(fetch.of_payer(), &mut found);
    if !found.iter().any(known) {
        add(fetch.by_words(), &mut found);
    }
    // Where the payer owes just this, those of others cannot be meant.
    if !found.iter().any(known) {
        add(fetch.of_amount(), &mut found);
    }
    if !found.iter().any(exact) {
        let from = found.len();
        add(fetch.grown(), &mut found);
        let grown = found.split_off(from).into_iter();
        found.extend(grown.filter(|c| c.fit.exact() && c.fit.fee == Money::ZERO));
    }
    if !payer.named {
        others_than_named(&mut found);
    }
    earliest_first(state, people, &mut found);
    let brief = |c: &Candidate| &people.briefs[c.receivable];
    let place = |c: &Candidate| (brief(c).due, brief(c).key);
    found.sort_unstable_by(|a, b| b.score.cmp(&a.score).then_with(|| place(a).cmp(&place(b))));
    found
}

/// Where a bank's text names a customer, those whose name is not in it are hardly meant.
fn others_than_named(found: &mut [Candidate]) {
    let named = found.iter().filter(|c| c.identity.reason.is_some()).map(|c| c.identity.weight);
    let against = named.max().unwrap_or(0).clamp(0, NAMES_ANOTHER);
    for other in found.iter_mut().filter(|c| c.identity.reason.is_none() && !c.number) {
        other.score -= against;
    }
}

/// What one line is weighed with.
struct Scale<'a> {
    state: &'a State<'a>,
    people: &'a People,
    line_at: usize,
    payer: &'a Payer<'a>,
    days: &'a [Date],
    /// How rare the amounts are that were asked for.
    rare: Vec<(i64, i32)>,
}

impl Scale<'_> {
    /// What speaks for one receivable.
    fn weigh(&mut self, receivable: usize, numbered: bool) -> Candidate {
        let (state, people) = (self.state, self.people);
        let asked = &state.receivables[receivable];
        let mut fit = self.fit(receivable);
        let identity = self.payer.compare(receivable, state.receivables, people);
        let rare = self.rarity(state.lines[self.line_at].amount.cents() + fit.fee.cents());
        // A customer's payment of just what the customer owes is hardly for something else.
        let (rare, pays) = match identity.reason {
            Some(Reason::Document) => (rare.max(25), PAYS + 20),
            Some(Reason::Name) => (rare.max(20), PAYS + 15),
            Some(Reason::NamePart) if !identity.thin => (rare.max(15), PAYS + 10),
            Some(Reason::NamePart) => (rare.max(12), PAYS + 6),
            _ => (rare, PAYS),
        };
        let again = state.taken[receivable].map(|line| line as usize);
        // Of a second payment the first says what is paid, and when.
        let same = |line: &usize| state.lines[*line].amount == state.lines[self.line_at].amount;
        let twin = again.filter(same);
        let amount = match fit.difference {
            _ if twin.is_some() => rare,
            Difference::Due { .. } if fit.fee.is_positive() => rare - 8,
            Difference::Due { .. } => rare,
            Difference::NominalOnly => rare - 12,
            Difference::Short(off) | Difference::Over(off) => {
                let share = off.cents().saturating_mul(100) / asked.amount.cents().max(1);
                if share <= 6 { -2 } else { -10 }
            }
            Difference::PaidTwice => -10,
        };
        let timing = match twin {
            None => timing(state, people, receivable, &fit, self.days),
            Some(first) => {
                let day = |line: usize| state.index.line_day[line];
                if day(self.line_at).abs_diff(day(first)) <= SOON { 14 } else { -20 }
            }
        };
        if again.is_some() {
            fit.difference = Difference::PaidTwice;
        }
        let number = if numbered { number_weight(asked) } else { 0 };
        let taken = again.is_some();
        let score = pays - decibans(people.all, 1)
            + amount
            + timing
            + identity.weight
            + number
            + if taken { TWICE } else { 0 };
        let (sure, number, timely) = (Confidence::from_ppm(0), numbered, timing >= 6);
        Candidate { receivable, score, sure, free: ONE, fit, identity, number, taken, timely }
    }

    /// Reads the amount; at once where just the nominal amount was due and paid.
    fn fit(&self, receivable: usize) -> Fit {
        let brief = &self.people.briefs[receivable];
        let amount = self.state.lines[self.line_at].amount;
        if let Some(day) = self.days.first()
            && brief.expected == amount.cents()
            && self.state.index.line_day[self.line_at] <= brief.plain_until
        {
            let difference = Difference::Due { over_nominal: Money::ZERO };
            return Fit { difference, fee: Money::ZERO, paid_on: *day };
        }
        let asked = &self.state.receivables[receivable];
        fit(amount, asked, self.days, &self.state.fees, self.state.settings)
    }

    /// How surprising it would be to find this amount by chance.
    fn rarity(&mut self, amount: i64) -> i32 {
        if let Some((_, rare)) = self.rare.iter().find(|(a, _)| *a == amount) {
            return *rare;
        }
        let rare = rarity(self.people, amount);
        self.rare.push((amount, rare));
        rare
    }
}

/// How surprising it would be to find this amount by chance.
fn rarity(people: &People, amount: i64) -> i32 {
    let near = people.count_between(amount - amount / 10, amount + amount / 10 + 1);
    let width = u64::try_from(amount / 5).unwrap_or(0).max(100);
    let class = ROUND.iter().rposition(|step| amount % step == 0).unwrap_or(0);
    let step = ROUND[class].unsigned_abs();
    let spread = decibans(people.all, 1) + decibans(width, near.max(1))
        - decibans(people.round[class].max(1) * step, people.all);
    let same = people.count_of_amount(amount);
    let by_count = if same > 1 { decibans(people.all, same - 1) } else { i32::MAX };
    spread.min(by_count).clamp(0, 70)
}

/// What a number in the text is worth: each digit divides chance by nearly ten.
fn number_weight(receivable: &crate::matching::Receivable) -> i32 {
    let digits =
        receivable.our_number.as_deref().and_then(number::normal).map_or(10, |n| n.len() as i32);
    8 * digits.min(9)
}

/// How usual it is to pay so long before or after the due date, against any day of a year.
fn timing(state: &State, people: &People, receivable: usize, fit: &Fit, days: &[Date]) -> i32 {
    let asked = &state.receivables[receivable];
    if let Some(received) = asked.received {
        // The bank told the day itself, and a payment that it told has its line: what is usual of
        // the others never weighs as much.
        let off = days.iter().map(|day| days_between(received.on, *day).abs()).min();
        return match off.unwrap_or(0) {
            0 => 50,
            1..=3 => 38,
            _ => -15,
        };
    }
    people.days[class(day_number(fit.paid_on) - people.briefs[receivable].last_day)]
}

/// Of equal receivables of one customer that are not late the earliest is paid first, but for rare
/// cases; where they are due within days of each other the order says little. A late one may stay
/// unpaid while others are paid, so it says nothing of them; nor does the order say anything of what
/// the bank told as paid.
fn earliest_first(state: &State, people: &People, found: &mut [Candidate]) {
    let brief = |c: &Candidate| &people.briefs[c.receivable];
    let is_told = |c: &Candidate| state.receivables[c.receivable].received.is_some();
    let mut exact: Vec<&mut Candidate> = found
        .iter_mut()
        .filter(|c| c.fit.exact() && !c.taken && (c.identity.reason.is_some() || c.number))
        .filter(|c| !is_told(c))
        .collect();
    exact.sort_by_key(|c| {
        let brief = brief(c);
        (brief.document, brief.name, brief.due, brief.key)
    });
    let customer = |c: &Candidate| (brief(c).document, brief(c).name);
    for same in exact.chunk_by_mut(|a, b| customer(a) == customer(b)) {
        let on_time = |c: &&mut Candidate| brief(c).due >= day_number(c.fit.paid_on) - 5;
        let Some(first) = same.iter().position(on_time) else { continue };
        let due = brief(same[first]).due;
        for later in &mut same[first + 1..] {
            later.score -= if brief(later).due - due >= 20 { 22 } else { 8 };
        }
    }
}

/// A candidate as a match.
pub(crate) fn as_match(state: &State, line: usize, c: &Candidate) -> Match {
    let fee = c.fit.fee;
    let mut reasons = Vec::new();
    if c.number {
        reasons.push(Reason::NumberInMemo);
    }
    reasons.extend(c.identity.reason);
    match c.fit.difference {
        Difference::Due { .. } if fee.is_positive() => reasons.push(Reason::AmountLessFee),
        Difference::Due { .. } => reasons.push(Reason::Amount),
        _ => {}
    }
    if c.timely {
        reasons.push(Reason::Date);
    }
    let amount = state.lines[line].amount + fee;
    Match {
        line,
        shares: vec![Share { receivable: c.receivable, amount }],
        reasons,
        confidence: c.sure,
        difference: c.fit.difference,
        fee,
    }
}
