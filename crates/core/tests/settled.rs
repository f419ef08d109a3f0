//! One line for all that was credited on a day.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod matching_data;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use quita_core::fact::Means;
use quita_core::matching::settled::{Credit, explain};
use quita_core::matching::{
    Line, Match, Reason, Receivable, Received, Settings, Verdict, WhyNot, reconcile,
};
use quita_core::money::Money;

use matching_data::{line, receivable};

const DAY: Date = date(2026, 12, 8);

fn owed(number: usize, cents: i64) -> Receivable {
    Receivable {
        our_number: Some(format!("900{number:05}").into()),
        customer_name: Some(format!("Cliente Exemplo {number}").into()),
        ..receivable(&format!("r{number:03}"), date(2026, 12, 5), cents)
    }
}

/// Receivables of these amounts, each paid in full and credited on the day with this fee.
fn credited(amounts: &[(i64, Means)], fee: Option<i64>) -> (Vec<Receivable>, Vec<Credit>) {
    let paid = |(at, (cents, _)): (usize, &(i64, Means))| Receivable {
        received: Some(Received { amount: Money::from_cents(*cents), on: DAY }),
        ..owed(at, *cents)
    };
    let owed: Vec<Receivable> = amounts.iter().enumerate().map(paid).collect();
    let credits = amounts.iter().enumerate().map(|(receivable, (cents, means))| Credit {
        receivable,
        means: *means,
        amount: Money::from_cents(*cents),
        fee: fee.map(Money::from_cents),
        on: DAY,
    });
    let credits = credits.collect();
    (owed, credits)
}

fn explained(lines: &[Line], owed: &[Receivable], credits: &[Credit]) -> Vec<Verdict> {
    with(lines, owed, credits, &Settings::default())
}

fn with(lines: &[Line], owed: &[Receivable], credits: &[Credit], how: &Settings) -> Vec<Verdict> {
    let mut verdicts = reconcile(lines, owed, how);
    explain(lines, owed, credits, how, &mut verdicts);
    verdicts
}

fn matched(verdict: &Verdict) -> &Match {
    match verdict {
        Verdict::Matched(found) => found,
        other => panic!("{other:?}"),
    }
}

/// What stands in the way of a match, and how many shares the first suggestion has.
fn suggested(verdict: &Verdict) -> (WhyNot, usize) {
    match verdict {
        Verdict::Suggested { suggestions, why } => (*why, suggestions[0].shares.len()),
        other => panic!("{other:?}"),
    }
}

const BOLETOS: [(i64, Means); 4] = [
    (125_000, Means::Boleto),
    (98_765, Means::Boleto),
    (98_765, Means::Boleto),
    (40_010, Means::Boleto),
];
const SUM: i64 = 362_540;

#[test]
fn a_deposit_less_fees_pays_all_that_was_credited() {
    let (owed, credits) = credited(&BOLETOS, Some(250));
    let lines = [line("l", DAY, SUM - 4 * 250, "LIQUIDACAO COBRANCA")];
    let all = explained(&lines, &owed, &credits);
    let found = matched(&all[0]);
    let amounts: Vec<i64> = found.shares.iter().map(|share| share.amount.cents()).collect();
    assert_eq!(amounts, [125_000, 98_765, 98_765, 40_010]);
    assert_eq!((found.fee.cents(), &found.reasons[..]), (1_000, &[Reason::Credited][..]));
}

#[test]
fn fees_may_stand_in_a_line_of_their_own() {
    let (owed, credits) = credited(&BOLETOS, Some(250));
    let lines = [line("l", DAY, SUM, "CRED COBRANCA"), line("f", DAY, -1_000, "TARIFA LIQUIDACAO")];
    let all = explained(&lines, &owed, &credits);
    assert_eq!((matched(&all[0]).fee, matched(&all[0]).shares.len()), (Money::ZERO, 4));
    assert_eq!(all[1], Verdict::Fee { receivable: None });
}

#[test]
fn what_the_bank_usually_keeps_counts_where_it_told_no_fee() {
    let (owed, mut credits) = credited(&BOLETOS, None);
    credits[0].fee = Some(Money::from_cents(100));
    let lines = [line("l", DAY, SUM - 100 - 3 * 190, "LIQ COBRANCA")];
    let how = Settings { fees: vec![Money::from_cents(190)], ..Settings::default() };
    assert_eq!(matched(&with(&lines, &owed, &credits, &how)[0]).fee.cents(), 670);
}

#[test]
fn boletos_and_pix_may_be_credited_apart() {
    let mut amounts = BOLETOS.to_vec();
    amounts.extend([(70_001, Means::Pix), (30_002, Means::Pix)]);
    let (owed, credits) = credited(&amounts, None);
    let lines = [line("b", DAY, SUM, "COBRANCA"), line("p", DAY, 100_003, "PIX QRCODE RECEBIDOS")];
    let all = explained(&lines, &owed, &credits);
    assert_eq!((matched(&all[0]).shares.len(), matched(&all[1]).shares.len()), (4, 2));
    let together = [line("a", DAY, SUM + 100_003, "CREDITO COBRANCA")];
    assert_eq!(matched(&explained(&together, &owed, &credits)[0]).shares.len(), 6);
}

#[test]
fn two_lines_of_the_amount_are_left_to_a_person() {
    let (owed, credits) = credited(&BOLETOS, None);
    let lines = [line("l", DAY, SUM, "COBRANCA"), line("m", DAY, SUM, "DEPOSITO")];
    let all = explained(&lines, &owed, &credits);
    assert_eq!(suggested(&all[0]), (WhyNot::Contested, 4));
    assert_eq!(suggested(&all[1]), (WhyNot::Contested, 4));
}

#[test]
fn two_sums_that_agree_are_left_to_a_person() {
    // The boletos before fees are as much as boletos and Pix less theirs.
    let amounts =
        [(50_000, Means::Boleto), (60_000, Means::Boleto), (300, Means::Pix), (700, Means::Pix)];
    let (owed, credits) = credited(&amounts, Some(250));
    let all = explained(&[line("l", DAY, 110_000, "COBRANCA")], &owed, &credits);
    let Verdict::Suggested { suggestions, why } = &all[0] else { panic!("{all:?}") };
    assert_eq!((*why, suggestions.len()), (WhyNot::SeveralSums, 2));
}

#[test]
fn a_sum_before_and_after_fees_on_two_lines_is_left_to_a_person() {
    let (owed, credits) = credited(&BOLETOS, Some(250));
    let lines = [line("l", DAY, SUM, "COBRANCA"), line("m", DAY, SUM - 1_000, "COBRANCA")];
    let all = explained(&lines, &owed, &credits);
    assert_eq!(suggested(&all[0]).0, WhyNot::Contested);
    assert_eq!(suggested(&all[1]).0, WhyNot::Contested);
}

#[test]
fn another_day_a_cent_or_a_payer_is_no_deposit() {
    let (owed, credits) = credited(&BOLETOS, None);
    let named = Line {
        payer_name: Some("Fulano de Tal".into()),
        payer_document: Some("12345678909".into()),
        ..line("n", DAY, SUM, "COBRANCA")
    };
    let others = [
        line("d", DAY.tomorrow().unwrap(), SUM, "COBRANCA"),
        line("c", DAY, SUM - 1, "COBRANCA"),
        named,
    ];
    for one in others {
        let all = explained(&[one], &owed, &credits);
        assert!(!matches!(&all[0], Verdict::Matched(_)), "{all:?}");
        if let Verdict::Suggested { suggestions, .. } = &all[0] {
            assert!(suggestions.iter().all(|one| !one.reasons.contains(&Reason::Credited)));
        }
    }
}

#[test]
fn a_text_that_speaks_of_something_else_is_only_suggested() {
    let (owed, credits) = credited(&BOLETOS, None);
    let all = explained(&[line("l", DAY, SUM, "RESGATE APLICACAO")], &owed, &credits);
    assert_eq!(suggested(&all[0]), (WhyNot::Weak, 4));
}

#[test]
fn what_has_its_own_line_is_not_in_the_sum() {
    let (owed, credits) = credited(&BOLETOS, None);
    let own = Line { our_number: Some("90000000".into()), ..line("o", DAY, 125_000, "BOLETO") };
    let lines = [own, line("l", DAY, SUM - 125_000, "COBRANCA")];
    let all = explained(&lines, &owed, &credits);
    assert_eq!(matched(&all[0]).shares[0].receivable, 0);
    let places: Vec<usize> = matched(&all[1]).shares.iter().map(|s| s.receivable).collect();
    assert_eq!(places, [1, 2, 3]);
}

#[test]
fn what_was_paid_twice_that_day_is_only_suggested() {
    let (owed, mut credits) = credited(&BOLETOS, None);
    credits.push(credits[3]);
    let all = explained(&[line("l", DAY, SUM + 40_010, "COBRANCA")], &owed, &credits);
    assert_eq!(suggested(&all[0]), (WhyNot::PaidAlready, 4));
}

#[test]
fn a_pair_that_a_person_refused_takes_the_sum_away() {
    let (owed, credits) = credited(&BOLETOS, None);
    let how = Settings { rejected: [(0, 2)].into(), ..Settings::default() };
    let all = with(&[line("l", DAY, SUM, "COBRANCA")], &owed, &credits, &how);
    assert!(matches!(&all[0], Verdict::Unmatched(_)), "{all:?}");
}

proptest! {
    /// Whatever was credited: a matched sum is the line to the cent, of credits of its day, each
    /// once, and the order of lines says nothing.
    #[test]
    fn a_sum_is_the_line_and_each_credit_is_in_one(
        amounts in prop::collection::vec((1_i64..50_000, any::<bool>(), 0_i64..3), 0..12),
        fee in prop::option::of(0_i64..400),
        odd in -2_i64..3,
    ) {
        let means = |pix: bool| if pix { Means::Pix } else { Means::Boleto };
        let told: Vec<_> = amounts.iter().map(|(cents, pix, _)| (*cents, means(*pix))).collect();
        let (owed, mut credits) = credited(&told, fee);
        for (credit, (_, _, later)) in credits.iter_mut().zip(&amounts) {
            credit.on = DAY.checked_add(jiff::Span::new().days(*later)).unwrap();
        }
        let mut lines = Vec::new();
        for later in 0..3 {
            let on = DAY.checked_add(jiff::Span::new().days(later)).unwrap();
            for means in [None, Some(Means::Boleto), Some(Means::Pix)] {
                let theirs = credits.iter().filter(|c| c.on == on && means.is_none_or(|m| m == c.means));
                let sum: i64 = theirs.clone().map(|c| c.amount.cents()).sum();
                let fees: i64 = theirs.filter_map(|c| c.fee).map(Money::cents).sum();
                let id = format!("{later}{means:?}");
                lines.push(line(&id, on, sum - fees + odd * i64::from(means.is_some()), "COBRANCA PIX"));
            }
        }
        let all = explained(&lines, &owed, &credits);
        let mut taken = std::collections::BTreeSet::new();
        for (line, verdict) in lines.iter().zip(&all) {
            let Verdict::Matched(found) = verdict else { continue };
            if !found.reasons.contains(&Reason::Credited) {
                continue;
            }
            let paid: Money = found.shares.iter().map(|share| share.amount).sum();
            prop_assert_eq!(paid - found.fee, line.amount);
            for share in &found.shares {
                prop_assert_eq!(credits[share.receivable].on, line.date);
                prop_assert!(taken.insert(share.receivable));
            }
        }
        let mut turned = lines.clone();
        turned.reverse();
        let mut again = explained(&turned, &owed, &credits);
        again.reverse();
        for (one, other) in all.iter().zip(&again) {
            let pair = (matches!(one, Verdict::Matched(_)), matches!(other, Verdict::Matched(_)));
            prop_assert_eq!(pair.0, pair.1);
        }
    }
}
