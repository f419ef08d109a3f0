//! One line for all that the bank credited on a day, by what it told of each payment.
//!
//! Many banks credit a day's boletos in one sum, with their fees taken off or beside it. Which
//! ones is known: their return files or lists say what was credited when. Only whole sums are
//! tried (everything of the day, the boletos, the Pix), so that nothing is made to fit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::weight::decibans;
use super::{
    Confidence, Difference, Line, Match, Reason, Receivable, Settings, Share, Verdict, WhyNot, text,
};
use crate::fact::Means;
use crate::money::Money;

/// A payment of which the bank told when it credits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Place of the receivable.
    pub receivable: usize,
    /// How it was paid.
    pub means: Means,
    /// What was paid, before fees.
    pub amount: Money,
    /// What the bank keeps of it, where it told.
    pub fee: Option<Money>,
    /// The day of the credit.
    pub on: Date,
}

/// A sum that one line may be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    /// Places of the credits.
    credits: Vec<usize>,
    fee: Money,
    total: Money,
}

/// What a text of a bank that speaks of boletos collected adds to an amount, in decibans.
const COLLECTION: i32 = 10;

/// Explains lines by all that was credited on their day and that no line explains yet, after
/// [`super::reconcile`] gave these verdicts. The credits of a receivable stand in the order of time.
///
/// A line is matched where it names nobody, speaks of collection, agrees to the cent with one sum,
/// and no other line does; otherwise the sum is the first suggestion.
pub fn explain(
    lines: &[Line],
    receivables: &[Receivable],
    credits: &[Credit],
    settings: &Settings,
    verdicts: &mut [Verdict],
) {
    let mut by_day: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (at, credit) in unexplained(credits, receivables.len(), verdicts) {
        by_day.entry(credit.on).or_default().push(at);
    }
    let mut deposits: BTreeMap<(Date, Money), Vec<usize>> = BTreeMap::new();
    for (at, (line, verdict)) in lines.iter().zip(verdicts.iter()).enumerate() {
        if by_day.contains_key(&line.date) && is_deposit(line, verdict) {
            deposits.entry((line.date, line.amount)).or_default().push(at);
        }
    }
    for (day, open) in &by_day {
        let mut found: Vec<(usize, Way)> = Vec::new();
        for way in ways(credits, open, &settings.fees) {
            let theirs = deposits.get(&(*day, way.total)).into_iter().flatten();
            let refused = |line: usize| {
                way.credits
                    .iter()
                    .any(|c| settings.rejected.contains(&(line, credits[*c].receivable)))
            };
            found.extend(theirs.filter(|line| !refused(**line)).map(|line| (*line, way.clone())));
        }
        for (line, way) in &found {
            let why = doubt(lines, credits, &found, *line, way, verdicts);
            let rivals = found.iter().filter(|(_, other)| overlap(way, other)).count() - 1;
            let made = matched(receivables, credits, *line, way, sure(way, rivals, why));
            let is_sure = made.confidence >= settings.automatic_from;
            match why {
                None if is_sure => verdicts[*line] = Verdict::Matched(made),
                why => suggest(&mut verdicts[*line], made, why.unwrap_or(WhyNot::Weak), settings),
            }
        }
    }
}

/// Credits that no line explains: of each receivable those after as many as lines explain.
fn unexplained<'c>(
    credits: &'c [Credit],
    receivables: usize,
    verdicts: &[Verdict],
) -> impl Iterator<Item = (usize, &'c Credit)> + use<'c> {
    let mut explained = vec![0_usize; receivables];
    for verdict in verdicts {
        let Verdict::Matched(found) = verdict else { continue };
        for share in &found.shares {
            explained[share.receivable] += 1;
        }
    }
    credits.iter().enumerate().filter(move |(_, credit)| {
        let left = &mut explained[credit.receivable];
        let is_open = *left == 0;
        *left = left.saturating_sub(1);
        is_open
    })
}

/// Whether a line may be a sum of credits: it names neither a receivable nor a payer.
fn is_deposit(line: &Line, verdict: &Verdict) -> bool {
    let named = [
        &line.our_number,
        &line.txid,
        &line.end_to_end_id,
        &line.bank_reference,
        &line.payer_document,
        &line.payer_name,
    ];
    let by_amount = |reason: &Reason| {
        use Reason::{Amount, AmountLessFee, Date, OnlyAmount, OnlySum, Sum};
        matches!(reason, Amount | AmountLessFee | Date | OnlyAmount | OnlySum | Sum)
    };
    let is_open = match verdict {
        Verdict::Matched(found) => found.reasons.iter().all(by_amount),
        Verdict::Suggested { .. } | Verdict::Unmatched(_) => true,
        Verdict::Fee { .. } => false,
    };
    line.amount.is_positive() && is_open && named.iter().all(|name| name.is_none())
}

/// The sums of a day: of all, of the boletos, of the Pix; before fees, less those that the bank
/// told, and less the usual ones where it told none.
fn ways(credits: &[Credit], open: &[usize], fees: &[Money]) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    for means in [None, Some(Means::Boleto), Some(Means::Pix)] {
        let is_in = |at: &usize| means.is_none_or(|means| credits[*at].means == means);
        let theirs: Vec<usize> = open.iter().copied().filter(is_in).collect();
        if theirs.len() < 2 {
            continue;
        }
        let gross: Money = theirs.iter().map(|at| credits[*at].amount).sum();
        let kept = |usual: Money| -> Money {
            theirs.iter().map(|at| credits[*at].fee.unwrap_or(usual)).sum()
        };
        let told = [Money::ZERO, kept(Money::ZERO)];
        for fee in told.into_iter().chain(fees.iter().map(|usual| kept(*usual))) {
            let way = Way { credits: theirs.clone(), fee, total: gross - fee };
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    ways
}

/// Why a person has to look at a line; `None` where nobody has to.
fn doubt(
    lines: &[Line],
    credits: &[Credit],
    found: &[(usize, Way)],
    line: usize,
    way: &Way,
    verdicts: &[Verdict],
) -> Option<WhyNot> {
    let of_line = found.iter().filter(|(other, _)| *other == line).count();
    if of_line > 1 || matches!(verdicts[line], Verdict::Matched(_)) {
        return Some(WhyNot::SeveralSums);
    }
    if found.iter().any(|(other, theirs)| *other != line && overlap(way, theirs)) {
        return Some(WhyNot::Contested);
    }
    let paid: BTreeSet<usize> = way.credits.iter().map(|at| credits[*at].receivable).collect();
    if paid.len() < way.credits.len() {
        return Some(WhyNot::PaidAlready);
    }
    let is_pix = way.credits.iter().all(|at| credits[*at].means == Means::Pix);
    (!speaks_of_collection(&lines[line].memo, is_pix)).then_some(WhyNot::Weak)
}

/// Two sums of a day share all of the smaller one, or nothing.
fn overlap(a: &Way, b: &Way) -> bool {
    let has = |all: &Way, other: &Way| {
        other.credits.first().is_some_and(|at| all.credits.binary_search(at).is_ok())
    };
    has(a, b) || has(b, a)
}

/// How sure it is that a line is a sum beside so many rivals.
fn sure(way: &Way, rivals: usize, why: Option<WhyNot>) -> Confidence {
    // By chance one of some ten sums of a day hits an amount of so many cents.
    let margin = decibans(way.total.cents().unsigned_abs(), 10);
    match why {
        None => Confidence::against(margin + COLLECTION),
        Some(WhyNot::Weak) => Confidence::against(margin),
        Some(_) => Confidence::of(1, 1 + rivals.max(1) as u128),
    }
}

fn speaks_of_collection(memo: &str, is_pix: bool) -> bool {
    text::has_word_of(memo, &["COBR", "LIQ", "TIT", "BOLETO"])
        || is_pix && text::has_word_of(memo, &["PIX"])
}

fn matched(
    receivables: &[Receivable],
    credits: &[Credit],
    line: usize,
    way: &Way,
    confidence: Confidence,
) -> Match {
    let mut shares: BTreeMap<usize, Money> = BTreeMap::new();
    for at in &way.credits {
        let share = shares.entry(credits[*at].receivable).or_default();
        *share = *share + credits[*at].amount;
    }
    let nominal: Money = shares.keys().map(|place| receivables[*place].amount).sum();
    let paid = way.total + way.fee;
    Match {
        line,
        shares: shares
            .into_iter()
            .map(|(receivable, amount)| Share { receivable, amount })
            .collect(),
        reasons: vec![Reason::Credited],
        confidence,
        difference: Difference::Due { over_nominal: paid - nominal },
        fee: way.fee,
    }
}

/// Puts a sum before what was suggested or matched so far.
fn suggest(verdict: &mut Verdict, made: Match, why: WhyNot, settings: &Settings) {
    let unknown = Verdict::Unmatched(why);
    let mut suggestions = match std::mem::replace(verdict, unknown) {
        Verdict::Suggested { suggestions, .. } => suggestions,
        Verdict::Matched(found) => vec![found],
        Verdict::Fee { .. } | Verdict::Unmatched(_) => Vec::new(),
    };
    suggestions.insert(0, made);
    suggestions.truncate(settings.suggestions.max(1));
    *verdict = Verdict::Suggested { suggestions, why };
}
