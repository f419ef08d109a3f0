//! First pass: the bank names the receivable.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::matching::amount::{Fit, compare, fit};
use crate::matching::hands::map;
use crate::matching::index::{all_pay_days, day_number};
use crate::matching::{
    Confidence, Difference, Line, Match, Reason, Share, State, Verdict, WhyNot, number, text,
};
use crate::money::Money;

/// How the bank's number must agree with ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forms {
    /// As it is, but for signs and leading zeros.
    Same,
    /// With the wallet before it or without, with the check digit or without; then the amount has
    /// to agree as well.
    Other,
}

/// Matches lines that name their receivable, and tells fees and other debits apart.
pub(crate) fn run(state: &mut State, forms: Forms) {
    let mut paid = paid(state);
    let dates = state.order.iter().map(|line| state.lines[*line as usize].date);
    let days = all_pay_days(dates, &state.settings.calendar);
    let told = map(state.settings.hands, &state.order, |_, line| {
        told(state, *line as usize, forms, &days)
    });
    for (at, told) in told.into_iter().enumerate() {
        let line_at = state.order[at] as usize;
        let line = &state.lines[line_at];
        let (mut fits, reason) = match told {
            Told::Nothing => continue,
            Told::Outgoing(verdict) => {
                state.decided[line_at] = Some(verdict);
                continue;
            }
            Told::Receivables(fits, reason) => (fits, reason),
        };
        if forms == Forms::Other {
            fits.retain(|(r, f)| f.exact() || paid[*r] == line.amount);
            if fits.len() != 1 {
                continue;
            }
        }
        if fits.len() > 1 {
            narrow(state, line, &mut fits);
        }
        if let [(receivable, fit)] = fits.as_slice()
            && fit.exact()
        {
            let last_day = state.index.last_day[*receivable];
            state.days.learn(day_number(fit.paid_on) - last_day);
        }
        let matches = fits.iter().map(|&(r, f)| named_match(state, line_at, r, f, reason, paid[r]));
        match fits.as_slice() {
            [(receivable, _)] => {
                let Some(found) = matches.into_iter().next() else { continue };
                paid[*receivable] = paid[*receivable] + line.amount;
                state.accept(found);
            }
            _ => {
                let most = state.settings.suggestions;
                let suggestions: Vec<Match> = matches
                    .take(most)
                    .map(|m| Match { confidence: shared(fits.len()), ..m })
                    .collect();
                state.decided[line_at] =
                    Some(Verdict::Suggested { suggestions, why: WhyNot::Several });
            }
        }
    }
}

/// What a line tells by itself.
enum Told {
    /// Nothing, or it is known already what it is.
    Nothing,
    Outgoing(Verdict),
    /// These, and how the amount fits each.
    Receivables(Vec<(usize, Fit)>, Reason),
}

fn told(state: &State, line_at: usize, forms: Forms, days: &BTreeMap<Date, Vec<Date>>) -> Told {
    let line = &state.lines[line_at];
    if state.decided[line_at].is_some() {
        return Told::Nothing;
    }
    if !line.amount.is_positive() {
        return Told::Outgoing(outgoing(state, line));
    }
    let (found, reason) = match forms {
        Forms::Same => named(state, line_at),
        Forms::Other => (numbered(state, line_at), Reason::OurNumber),
    };
    if found.is_empty() {
        return Told::Nothing;
    }
    let days = days.get(&line.date).map_or(&[][..], |days| days);
    let fit_of =
        |r: usize| fit(line.amount, &state.receivables[r], days, &state.fees, state.settings);
    Told::Receivables(found.into_iter().map(|r| (r, fit_of(r))).collect(), reason)
}

/// What earlier lines paid of each receivable.
fn paid(state: &State) -> Vec<Money> {
    let mut paid = vec![Money::ZERO; state.receivables.len()];
    for (line, verdict) in state.lines.iter().zip(&state.decided) {
        let Some(Verdict::Matched(found)) = verdict else { continue };
        for share in &found.shares {
            paid[share.receivable] = paid[share.receivable] + line.amount;
        }
    }
    paid
}

/// An even share of belief.
fn shared(among: usize) -> Confidence {
    Confidence::from_ppm(1_000_000 / u32::try_from(among.max(1)).unwrap_or(u32::MAX))
}

/// What leaves the account: a fee, perhaps of a receivable that the bank names, or something else.
fn outgoing(state: &State, line: &Line) -> Verdict {
    if line.amount == Money::ZERO || !text::is_fee(&line.memo) {
        return Verdict::Unmatched(WhyNot::Debit);
    }
    let by_number = line
        .our_number
        .as_deref()
        .and_then(number::normal)
        .and_then(|n| only(state.index.our_number.get(number::exact(&n))));
    let by_id = || {
        let id = line.end_to_end_id.as_deref().or(line.txid.as_deref())?;
        only(state.index.ids.get(number::exact(id)))
    };
    Verdict::Fee { receivable: by_number.or_else(by_id) }
}

/// The only one of some.
fn only(mut places: impl Iterator<Item = usize>) -> Option<usize> {
    let first = places.next()?;
    places.next().is_none().then_some(first)
}

/// The receivables that the strongest identifier of a line names.
fn named(state: &State, line_at: usize) -> (Vec<usize>, Reason) {
    let line = &state.lines[line_at];
    let receivables = state.receivables;
    let allowed = |r: &usize| !state.rejected(line_at, *r);
    let by_id = |id: &Option<Box<str>>,
                 of: fn(&crate::matching::Receivable) -> &Option<Box<str>>| {
        let Some(id) = id.as_deref().map(str::trim).filter(|id| !id.is_empty()) else {
            return Vec::new();
        };
        let same = |r: &usize| of(&receivables[*r]).as_deref().is_some_and(|v| v.trim() == id);
        state.index.ids.get(number::exact(id)).filter(same).filter(allowed).collect()
    };
    let found = by_id(&line.end_to_end_id, |r| &r.end_to_end_id);
    if !found.is_empty() {
        return (found, Reason::EndToEndId);
    }
    let found = by_id(&line.txid, |r| &r.txid);
    if !found.is_empty() {
        return (found, Reason::Txid);
    }
    let by_number = line.our_number.as_deref().and_then(number::normal).map(|normal| {
        let same = |r: &usize| {
            let theirs = receivables[*r].our_number.as_deref().and_then(number::normal);
            theirs.as_deref() == Some(&normal)
        };
        state.index.our_number.get(number::exact(&normal)).filter(same).filter(allowed).collect()
    });
    let found: Vec<usize> = by_number.unwrap_or_default();
    if !found.is_empty() {
        return (found, Reason::OurNumber);
    }
    (by_id(&line.bank_reference, |r| &r.bank_reference), Reason::BankReference)
}

/// The receivables whose number is the bank's in another form.
fn numbered(state: &State, line_at: usize) -> Vec<usize> {
    let Some(told) = state.lines[line_at].our_number.as_deref() else { return Vec::new() };
    let index = &state.index;
    let mut found = Vec::new();
    for n in [number::normal(told), number::without_wallet(told)].into_iter().flatten() {
        if n.len() < SHORTEST {
            continue;
        }
        found.extend(index.our_number.get(number::exact(&n)));
        found.extend(index.bare_number.get(number::exact(&n)));
        if let Some(bare) = number::bare(&n) {
            found.extend(index.our_number.get(number::exact(bare)));
        }
    }
    found.retain(|r| !state.rejected(line_at, *r));
    found.sort_unstable();
    found.dedup();
    found
}

/// Numbers with fewer characters are not looked for in another form.
const SHORTEST: usize = 5;

/// Of several receivables under one identifier (accounts may share numbers) keeps those of this
/// amount and payer, where there are any.
fn narrow(state: &State, line: &Line, fits: &mut Vec<(usize, Fit)>) {
    keep_some(fits, |(_, f)| f.exact());
    let payer = line.payer_document.as_deref().map(number::document);
    keep_some(fits, |(r, _)| {
        let theirs = state.receivables[*r].customer_document.as_deref().map(number::document);
        payer.is_some() && payer == theirs
    });
}

fn keep_some<T: Copy>(all: &mut Vec<T>, wanted: impl Fn(&T) -> bool) {
    let kept: Vec<T> = all.iter().copied().filter(|t| wanted(t)).collect();
    if !kept.is_empty() {
        *all = kept;
    }
}

/// A match by identifier; `before` was paid for it by earlier lines.
fn named_match(
    state: &State,
    line_at: usize,
    receivable: usize,
    fit: Fit,
    reason: Reason,
    before: Money,
) -> Match {
    let line = &state.lines[line_at];
    let mut reasons = vec![reason];
    if fit.exact() {
        reasons.push(if fit.fee == Money::ZERO { Reason::Amount } else { Reason::AmountLessFee });
    }
    let nominal = state.receivables[receivable].amount;
    let difference = match (before.is_positive(), fit.difference) {
        (false, difference) => difference,
        // An earlier part was paid: only the rest was due.
        (true, Difference::Short(_)) if before < nominal && before + line.amount <= nominal => {
            match compare(before + line.amount, nominal) {
                Difference::Short(short) => Difference::Short(short),
                other => other,
            }
        }
        (true, _) => Difference::PaidTwice,
    };
    Match {
        line: line_at,
        shares: vec![Share { receivable, amount: line.amount + fit.fee }],
        reasons,
        confidence: Confidence::CERTAIN,
        difference,
        fee: fit.fee,
    }
}
