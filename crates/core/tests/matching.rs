//! Which receivables a bank line pays: single cases, properties, and the invented world.
#![allow(clippy::unwrap_used, reason = "tests")]

mod matching_data;

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use quita_core::matching::generator::{Mix, Sort, generate};
use quita_core::matching::score::{Tally, score};
use quita_core::matching::{
    Difference, Line, Match, Reason, Receivable, Received, Settings, Verdict, WhyNot, reconcile,
};
use quita_core::money::Money;
use quita_core::rate::Rate;
use quita_core::terms::{Fine, Interest, InterestValue, Terms, Value};

use matching_data::{line, receivable};

fn owed(id: &str, number: &str, due: Date, cents: i64, document: &str, name: &str) -> Receivable {
    Receivable {
        our_number: Some(number.into()),
        customer_document: Some(document.into()),
        customer_name: Some(name.into()),
        ..receivable(id, due, cents)
    }
}

/// Two percent once and one percent a month.
fn late_terms(due: Date) -> Option<Box<Terms>> {
    let date = due.tomorrow().unwrap();
    Some(Box::new(Terms {
        fine: Some(Fine { date, value: Value::Percent(Rate::from_basis_points(200)) }),
        interest: Some(Interest {
            date,
            value: InterestValue::PerMonth(Rate::from_basis_points(100)),
        }),
        ..Terms::default()
    }))
}

/// A book of receivables of other people, so that chance has something to work with.
fn others() -> Vec<Receivable> {
    let world = generate(Mix::Hard, 77, 400);
    world.receivables
}

fn verdicts(lines: &[Line], receivables: &[Receivable]) -> Vec<Verdict> {
    reconcile(lines, receivables, &Settings::default())
}

/// The ids that a line was matched with.
fn matched(verdict: &Verdict, receivables: &[Receivable]) -> Vec<String> {
    match verdict {
        Verdict::Matched(m) => {
            m.shares.iter().map(|s| receivables[s.receivable].id.to_string()).collect()
        }
        _ => Vec::new(),
    }
}

const DUE: Date = date(2026, 3, 10);

#[test]
fn our_number_is_found_however_it_is_written() {
    let mut receivables = others();
    receivables.push(owed("a", "00099012345", DUE, 15_000, "52998224725", "Maria Prado"));
    for written in ["99012345", "00099012345", "000099012345", "9901234-5"] {
        let mut paid = line("l", date(2026, 3, 11), 15_000, "Boleto recebido");
        paid.our_number = Some(written.into());
        assert_eq!(matched(&verdicts(&[paid], &receivables)[0], &receivables), ["a"], "{written}");
    }
    for memo in ["RECEBIMENTO TITULO - 112/00099012345", "LIQ 99012345", "TIT 9901234-5 MARIA"] {
        let paid = line("l", date(2026, 3, 11), 15_000, memo);
        assert_eq!(matched(&verdicts(&[paid], &receivables)[0], &receivables), ["a"], "{memo}");
    }
}

#[test]
fn our_number_is_found_with_and_without_wallet_and_check_digit() {
    let mut receivables = others();
    receivables.push(owed("a", "109/99012345-7", DUE, 15_000, "52998224725", "Maria Prado"));
    receivables.push(owed("b", "99054321-0", DUE, 16_000, "11144477735", "Rui Maia"));
    let paid = |number: &str, cents| Line {
        our_number: Some(number.into()),
        ..line("l", date(2026, 3, 11), cents, "Boleto recebido")
    };
    for written in ["990123457", "99012345-7", "0099012345", "109/99012345"] {
        let found = verdicts(&[paid(written, 15_000)], &receivables);
        assert_eq!(matched(&found[0], &receivables), ["a"], "{written}");
    }
    for written in ["109/99054321-0", "99054321"] {
        let found = verdicts(&[paid(written, 16_000)], &receivables);
        assert_eq!(matched(&found[0], &receivables), ["b"], "{written}");
    }
    // In another form the number alone is no proof.
    let found = &verdicts(&[paid("0099012345", 4_711)], &receivables)[0];
    let Verdict::Suggested { suggestions, .. } = found else { panic!("{found:?}") };
    assert_eq!(&*receivables[suggestions[0].shares[0].receivable].id, "a");
}

#[test]
fn documents_are_read_in_texts_of_banks() {
    let mut receivables = others();
    receivables.push(owed("a", "99012345", DUE, 73_911, "52998224725", "Maria Prado"));
    for memo in [
        "Pix - Recebido 10/03 11:52 00052998224725 MARIA PRADO",
        "PIX RECEB.OUTRA IF Maria Prado ***.982.247-**",
        "Transferência recebida pelo Pix - MARIA PRADO - •••.982.247-•• - BANCO (0001)",
    ] {
        let paid = line("l", DUE, 73_911, memo);
        let found = verdicts(&[paid], &receivables);
        assert_eq!(matched(&found[0], &receivables), ["a"], "{memo}");
        let Verdict::Matched(m) = &found[0] else { panic!("{found:?}") };
        assert!(
            m.reasons.contains(&Reason::Document) || m.reasons.contains(&Reason::DocumentPart),
            "{m:?}"
        );
    }
}

#[test]
fn who_paid_for_a_customer_before_is_known() {
    let mut receivables = others();
    for (id, number, due) in [("a", "99012345", DUE), ("b", "99012346", date(2026, 4, 10))] {
        receivables.push(owed(id, number, due, 73_911, "52998224725", "Maria Prado"));
    }
    let paid = |id: &str, day| Line {
        payer_name: Some("Zulmira Quaresma".into()),
        payer_document: Some("11144477735".into()),
        ..line(id, day, 73_911, "PIX RECEBIDO")
    };
    let later = paid("later", date(2026, 4, 10));
    let alone = verdicts(std::slice::from_ref(&later), &receivables);
    assert!(!matches!(alone[0], Verdict::Matched(_)), "{alone:?}");
    let first = Line { our_number: Some("99012345".into()), ..paid("first", DUE) };
    let found = verdicts(&[first, later], &receivables);
    assert_eq!(matched(&found[1], &receivables), ["b"]);
    let Verdict::Matched(m) = &found[1] else { panic!("{found:?}") };
    assert!(m.reasons.contains(&Reason::PaidBefore), "{m:?}");
}

#[test]
fn who_owes_just_this_is_shown_beside_what_the_payer_paid_already() {
    let mut receivables = others();
    let mut lines = Vec::new();
    for month in 1..=4_i8 {
        let (id, number) = (format!("own{month}"), format!("9901234{month}"));
        let due = date(2026, month, 10);
        receivables.push(owed(&id, &number, due, 73_911, "11144477735", "Zulmira Quaresma"));
        let boleto = line(&format!("l{month}"), due, 73_911, "Boleto recebido");
        lines.push(Line { our_number: Some(number.into()), ..boleto });
    }
    receivables.push(owed("other", "99055555", DUE, 73_911, "52998224725", "Maria Prado"));
    let paid = Line {
        payer_name: Some("Zulmira Quaresma".into()),
        payer_document: Some("11144477735".into()),
        ..line("l9", DUE, 73_911, "PIX RECEBIDO")
    };
    lines.push(paid);
    let found = verdicts(&lines, &receivables);
    let Verdict::Suggested { suggestions, .. } = &found[4] else { panic!("{:?}", found[4]) };
    let shown: Vec<&str> =
        suggestions.iter().map(|s| &*receivables[s.shares[0].receivable].id).collect();
    assert!(shown.contains(&"other"), "{shown:?}");
}

#[test]
fn digits_in_a_text_do_not_match_another_amount() {
    let mut receivables = others();
    receivables.push(owed("a", "99012345", DUE, 12_750, "52998224725", "Maria Prado"));
    let stranger = line("l", date(2026, 3, 11), 999, "TED 99012345");
    let found = &verdicts(&[stranger], &receivables)[0];
    let Verdict::Suggested { suggestions, why } = found else { panic!("{found:?}") };
    assert_eq!(*why, WhyNot::NumberWithoutAmount);
    assert!(suggestions[0].reasons.contains(&Reason::NumberInMemo));
}

#[test]
fn a_second_payment_is_told_as_such() {
    let receivables = [owed("a", "99012345", DUE, 12_750, "52998224725", "Maria Prado")];
    let paid = |id: &str, day| Line {
        our_number: Some("99012345".into()),
        ..line(id, day, 12_750, "Boleto recebido")
    };
    let lines = [paid("late", date(2026, 3, 12)), paid("early", date(2026, 3, 10))];
    let found = verdicts(&lines, &receivables);
    let difference = |v: &Verdict| match v {
        Verdict::Matched(m) => m.difference,
        other => panic!("{other:?}"),
    };
    assert_eq!(difference(&found[0]), Difference::PaidTwice);
    assert_eq!(difference(&found[1]), Difference::Due { over_nominal: Money::ZERO });
}

#[test]
fn what_another_line_surely_pays_is_no_longer_in_question() {
    let mut receivables = others();
    let (maria, document) = ("Maria Prado Quintela", "52998224725");
    receivables.push(owed("first", "99012345", DUE, 15_037, document, maria));
    receivables.push(owed("second", "99012346", date(2026, 3, 20), 15_037, document, maria));
    let paid = |id: &str, day| Line {
        payer_document: Some(document.into()),
        ..line(id, day, 15_037, "Pix recebido")
    };
    let lines = [paid("a", date(2026, 3, 9)), paid("b", date(2026, 3, 19))];
    let alone = verdicts(&lines[..1], &receivables);
    assert!(matches!(alone[0], Verdict::Suggested { .. }), "{alone:?}");
    let both = verdicts(&lines, &receivables);
    assert_eq!(matched(&both[0], &receivables), ["first"]);
    assert_eq!(matched(&both[1], &receivables), ["second"]);
}

#[test]
fn of_two_equal_payments_the_first_is_the_payment() {
    let mut receivables = others();
    receivables.push(owed("a", "99012345", DUE, 15_037, "52998224725", "Maria Prado Quintela"));
    let paid = |id: &str, day| Line {
        payer_document: Some("52998224725".into()),
        ..line(id, day, 15_037, "Pix recebido")
    };
    let lines = [paid("late", date(2026, 3, 12)), paid("early", date(2026, 3, 10))];
    let found = verdicts(&lines, &receivables);
    assert_eq!(matched(&found[1], &receivables), ["a"]);
    let Verdict::Suggested { suggestions, why } = &found[0] else { panic!("{:?}", found[0]) };
    assert_eq!(*why, WhyNot::PaidAlready);
    assert_eq!(suggestions[0].difference, Difference::PaidTwice);
}

#[test]
fn a_boleto_without_document_may_be_of_the_payer_of_that_name() {
    let mut receivables = others();
    let school = "Escola Jardim das Palmeiras Ltda";
    let mut untold = owed("untold", "99012345", DUE, 15_037, "", school);
    untold.customer_document = None;
    receivables.push(untold);
    let april = date(2026, 4, 10);
    receivables.push(owed("april", "99012346", april, 15_037, "07526557000100", school));
    receivables.push(owed("other", "99012347", april, 22_000, "11222333000181", school));
    let paid = Line {
        payer_document: Some("07526557000100".into()),
        ..line("l", date(2026, 3, 10), 15_037, "Pix recebido")
    };
    let found = verdicts(&[paid], &receivables);
    let first = match &found[0] {
        Verdict::Matched(m) => m,
        Verdict::Suggested { suggestions, .. } => &suggestions[0],
        other => panic!("{other:?}"),
    };
    assert_eq!(&*receivables[first.shares[0].receivable].id, "untold");
}

#[test]
fn parts_are_short_until_the_rest_has_come() {
    let receivables = [owed("a", "99012345", DUE, 10_000, "52998224725", "Maria Prado")];
    let part = |id: &str, day, cents| Line {
        our_number: Some("99012345".into()),
        ..line(id, day, cents, "Boleto recebido")
    };
    let lines = [part("1", date(2026, 3, 9), 4_000), part("2", date(2026, 3, 10), 6_000)];
    let differences: Vec<Difference> = verdicts(&lines, &receivables)
        .into_iter()
        .map(|v| match v {
            Verdict::Matched(m) => m.difference,
            other => panic!("{other:?}"),
        })
        .collect();
    let short = Difference::Short(Money::from_cents(6_000));
    assert_eq!(differences, [short, Difference::Due { over_nominal: Money::ZERO }]);
}

#[test]
fn a_late_payment_is_explained_by_what_was_due_when_it_was_made() {
    let mut receivables = others();
    let mut late = owed("a", "99012345", DUE, 100_000, "52998224725", "Maria Prado");
    late.terms = late_terms(DUE);
    receivables.push(late);
    // Paid on Friday the 20th, ten days late, credited on Monday: 2 % and 10/30 of 1 %.
    let mut paid = line("l", date(2026, 3, 23), 102_333, "PIX");
    paid.payer_document = Some("529.982.247-25".into());
    let found = &verdicts(&[paid], &receivables)[0];
    let Verdict::Matched(m) = found else { panic!("{found:?}") };
    assert_eq!(m.difference, Difference::Due { over_nominal: Money::from_cents(2_333) });
    assert_eq!(m.reasons[..2], [Reason::Document, Reason::Amount]);
}

#[test]
fn somebody_else_s_payment_waits_for_a_person() {
    let mut receivables = others();
    receivables.push(owed("a", "99012345", DUE, 73_911, "52998224725", "Maria Prado"));
    let mut paid = line("l", DUE, 73_911, "PIX RECEBIDO");
    paid.payer_name = Some("Zulmira Quaresma".into());
    paid.payer_document = Some("11144477735".into());
    let found = &verdicts(&[paid], &receivables)[0];
    let Verdict::Suggested { suggestions, why } = found else { panic!("{found:?}") };
    assert_eq!(*why, WhyNot::OtherPayer);
    assert_eq!(&*receivables[suggestions[0].shares[0].receivable].id, "a");
}

#[test]
fn two_who_fit_equally_are_shown_and_neither_is_taken() {
    let mut receivables = others();
    for (id, number, document) in [("a", "1", "52998224725"), ("b", "2", "11144477735")] {
        receivables.push(owed(id, number, DUE, 15_000, document, "José da Silva"));
    }
    let mut paid = line("l", DUE, 15_000, "TED");
    paid.payer_name = Some("JOSE DA SILVA".into());
    let found = &verdicts(&[paid], &receivables)[0];
    let Verdict::Suggested { suggestions, why } = found else { panic!("{found:?}") };
    assert_eq!(*why, WhyNot::Several);
    let shown: BTreeSet<&str> =
        suggestions.iter().map(|s| &*receivables[s.shares[0].receivable].id).collect();
    assert!(shown.contains("a") && shown.contains("b"), "{shown:?}");
}

#[test]
fn names_are_read_as_people_type_them_and_banks_cut_them() {
    let mut receivables = others();
    let name = "Conceição Vasconcelos de Albuquerque";
    receivables.push(owed("a", "99012345", DUE, 73_911, "52998224725", name));
    for typed in [
        "CONCEICAO VASCONCELOS DE ALBUQUERQUE",
        "CONCEICAO V ALBUQUERQUE",
        "CONCEICAO VASCONCELOS DE ALB",
        "CONCEICAO VASCONSELOS ALBUQUERQUE",
        "CONCEICAO VASCONCELOS DEALBUQUERQUE",
        "CONCEICAOVASCONCELOS DE ALBUQUERQUE",
    ] {
        let paid = line("l", DUE, 73_911, &format!("PIX RECEBIDO - Cp :12345678-{typed}"));
        assert_eq!(matched(&verdicts(&[paid], &receivables)[0], &receivables), ["a"], "{typed}");
    }
}

#[test]
fn one_payment_of_several_is_taken_apart_where_only_one_sum_fits() {
    let mut receivables = others();
    for (id, cents) in [("a", 12_311), ("b", 45_017), ("c", 8_909)] {
        receivables.push(owed(id, id, DUE, cents, "52998224725", "Maria Prado"));
    }
    let mut paid = line("l", DUE, 12_311 + 8_909, "PIX RECEBIDO");
    paid.payer_document = Some("52998224725".into());
    let found = matched(&verdicts(&[paid.clone()], &receivables)[0], &receivables);
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), ["a", "c"].into());
    // With a fourth one the same sum comes about in two ways: a person decides.
    receivables.push(owed("d", "d", DUE, 12_311, "52998224725", "Maria Prado"));
    let found = &verdicts(&[paid], &receivables)[0];
    assert!(!matches!(found, Verdict::Matched(_)), "{found:?}");
}

#[test]
fn a_deposit_without_detail_is_refused_where_several_sums_fit() {
    let receivables: Vec<Receivable> = (0..40)
        .map(|n| {
            owed(&format!("r{n}"), &format!("{n}"), DUE, 10_000 + 37 * n, "52998224725", "X Y")
        })
        .collect();
    let deposit = line("l", date(2026, 3, 11), 31_000, "LIQUIDACAO COBRANCA LOTE");
    let found = &verdicts(&[deposit], &receivables)[0];
    assert_eq!(*found, Verdict::Unmatched(WhyNot::SeveralSums));
}

#[test]
fn of_equal_instalments_the_one_that_the_bank_told_is_paid() {
    let document = "52998224725";
    let mut receivables = others();
    for (id, due) in [("a", DUE), ("b", DUE.saturating_add(30.days()))] {
        receivables.push(owed(id, id, due, 73_911, document, "Maria Prado"));
    }
    let mut paid = line("l", DUE, 73_911, "PIX RECEBIDO");
    paid.payer_document = Some(document.into());
    let first = |receivables: &[Receivable]| {
        matched(&verdicts(&[paid.clone()], receivables)[0], receivables)
    };
    assert_eq!(first(&receivables), ["a"]);
    let told = Received { amount: Money::from_cents(73_911), on: DUE };
    receivables.last_mut().unwrap().received = Some(told);
    assert_eq!(first(&receivables), ["b"]);
    // What it told of another day has, or had, its line then.
    let before = Received { on: DUE.saturating_add((-20).days()), ..told };
    receivables.last_mut().unwrap().received = Some(before);
    assert_eq!(first(&receivables), ["a"]);
}

#[test]
fn a_second_payment_is_not_that_of_an_equal_one_told_for_another_day() {
    let document = "52998224725";
    let mut receivables = others();
    for (id, due, told) in [("a", 90, 0), ("b", 97, 11)] {
        let due = DUE.saturating_add(due.days());
        receivables.push(owed(id, id, due, 73_911, document, "Maria Prado"));
        let on = DUE.saturating_add(told.days());
        receivables.last_mut().unwrap().received =
            Some(Received { amount: Money::from_cents(73_911), on });
    }
    let paid = |id: &str, days: i32| {
        let mut paid = line(id, DUE.saturating_add(days.days()), 73_911, "COBRANCA RECEBIDA");
        paid.payer_document = Some(document.into());
        paid
    };
    let found = verdicts(&[paid("l", 0), paid("m", 1)], &receivables);
    assert_eq!(matched(&found[0], &receivables), ["a"]);
    assert!(!matches!(found[1], Verdict::Matched(_)), "{:?}", found[1]);
}

#[test]
fn one_payer_pays_no_sum_of_several_customers() {
    let receivables = [
        owed("a", "a", DUE, 12_311, "52998224725", "Maria Prado"),
        owed("b", "b", DUE, 45_017, "11144477735", "Lúcia Rocha"),
        owed("c", "c", DUE, 8_909, "12345678909", "Caio Dantas"),
    ];
    let sum = |memo: &str| {
        let found = verdicts(&[line("l", DUE, 12_311 + 45_017, memo)], &receivables);
        matches!(&found[0], Verdict::Suggested { suggestions, .. } if suggestions[0].shares.len() == 2)
            || matches!(&found[0], Verdict::Matched(found) if found.shares.len() == 2)
    };
    assert!(sum("LIQUIDACAO COBRANCA"));
    assert!(!sum("PIX RECEBIDO TERESA NUNES"));
    assert!(!sum("TRANSFERENCIA RECEBIDA"));
}

#[test]
fn a_round_sum_of_round_amounts_says_little() {
    let sure = |cents: [i64; 3]| {
        let receivables: Vec<Receivable> = (0..)
            .zip(cents)
            .map(|(n, cents)| owed(&format!("r{n}"), &format!("{n}"), DUE, cents, "1", "X Y"))
            .collect();
        let deposit = line("l", DUE, cents[0] + cents[1], "LIQUIDACAO COBRANCA");
        match &verdicts(&[deposit], &receivables)[0] {
            Verdict::Matched(found) => found.confidence,
            Verdict::Suggested { suggestions, .. } => suggestions[0].confidence,
            other => panic!("{other:?}"),
        }
    };
    assert!(sure([12_311, 45_017, 8_909]).ppm() > 990_000);
    assert!(sure([10_000, 40_000, 25_000]).ppm() < 900_000);
}

#[test]
fn what_the_bank_keeps_is_learned_and_fees_are_told() {
    let mut receivables: Vec<Receivable> = (0..40)
        .map(|n| owed(&format!("r{n}"), &format!("7001{n:04}"), DUE, 9_973 * (n + 3), "1", "X Y"))
        .collect();
    receivables.push(owed("late", "99012345", DUE, 73_911, "52998224725", "Maria Prado"));
    let mut lines: Vec<Line> = (0..40)
        .map(|n| Line {
            our_number: Some(format!("7001{n:04}").into()),
            ..line(&format!("l{n:02}"), date(2026, 3, 11), 9_973 * (n + 3) - 189, "COBRANCA")
        })
        .collect();
    let mut by_document = line("m", date(2026, 3, 11), 73_911 - 189, "COBRANCA");
    by_document.payer_document = Some("52998224725".into());
    lines.push(by_document);
    lines.push(line("n", date(2026, 3, 11), -189, "TARIFA LIQUIDACAO"));
    let found = verdicts(&lines, &receivables);
    for verdict in &found[..41] {
        let Verdict::Matched(m) = verdict else { panic!("{verdict:?}") };
        assert_eq!(m.fee, Money::from_cents(189));
    }
    assert_eq!(found[41], Verdict::Fee { receivable: None });
}

#[test]
fn a_pair_that_a_person_refused_is_not_proposed_again() {
    let receivables = [owed("a", "99012345", DUE, 12_750, "52998224725", "Maria Prado")];
    let mut paid = line("l", DUE, 12_750, "Boleto recebido 99012345");
    paid.our_number = Some("99012345".into());
    let settings = Settings { rejected: [(0, 0)].into(), ..Settings::default() };
    let found = reconcile(&[paid], &receivables, &settings);
    assert_eq!(found, [Verdict::Unmatched(WhyNot::Nothing)]);
}

/// Of a hundred lines without an identifier at least so many are matched by themselves.
const AUTOMATIC: [(Mix, u64); 2] = [(Mix::Hard, 70), (Mix::Easy, 86)];

#[test]
fn what_is_matched_without_a_person_is_right() {
    for (mix, automatic) in AUTOMATIC {
        let mut with_id = Tally::default();
        let mut without = Tally::default();
        for seed in 1..=4 {
            let world = generate(mix, seed, 5_000);
            let found = reconcile(&world.lines, &world.receivables, &Settings::default());
            for (sort, tally) in score(&world, &found) {
                let has_id = matches!(sort, Sort::Id | Sort::NetOfFee);
                let sum = if has_id { &mut with_id } else { &mut without };
                sum.right.count += tally.right.count;
                sum.wrong.count += tally.wrong.count;
                sum.suggested.count += tally.suggested.count;
                sum.missed.count += tally.missed.count;
            }
        }
        assert_eq!(with_id.wrong.count, 0);
        assert_eq!(with_id.suggested.count + with_id.missed.count, 0, "{mix:?} {with_id:?}");
        // 99.95 % of those without an identifier.
        assert!(without.wrong.count * 2_000 <= without.right.count, "{mix:?} {without:?}");
        let all = without.right.count + without.suggested.count + without.missed.count;
        assert!(without.right.count * 100 >= automatic * all, "{mix:?} {without:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The order in which lines and receivables come says nothing.
    #[test]
    fn order_does_not_matter(seed in 0_u64..1_000, turn in 1_usize..97) {
        let world = generate(Mix::Hard, seed, 150);
        let plain = verdicts(&world.lines, &world.receivables);
        let (mut lines, mut receivables) = (world.lines.clone(), world.receivables.clone());
        let (l, r) = (turn % lines.len(), turn % receivables.len());
        lines.rotate_left(l);
        receivables.rotate_left(r);
        receivables.reverse();
        let turned = verdicts(&lines, &receivables);
        for (at, line) in lines.iter().enumerate() {
            let before = world.lines.iter().position(|other| other.id == line.id).unwrap();
            let ids = |verdict: &Verdict, of: &[Receivable]| {
                let shown = match verdict {
                    Verdict::Matched(found) => std::slice::from_ref(found),
                    Verdict::Suggested { suggestions, .. } => suggestions,
                    _ => &[],
                };
                let of_one = |m: &Match| {
                    let mut ids: Vec<_> =
                        m.shares.iter().map(|s| of[s.receivable].id.to_string()).collect();
                    ids.sort();
                    (ids, m.confidence)
                };
                let is_certain = matches!(verdict, Verdict::Matched(_));
                (is_certain, shown.iter().map(of_one).collect::<Vec<_>>())
            };
            prop_assert_eq!(
                ids(&plain[before], &world.receivables),
                ids(&turned[at], &receivables),
                "{}", line.id
            );
        }
    }

    /// No receivable is taken by two lines, but for what is told as paid twice or in parts.
    #[test]
    fn a_receivable_is_taken_once(seed in 0_u64..1_000) {
        let world = generate(Mix::Hard, seed, 200);
        let mut taken = BTreeSet::new();
        for verdict in verdicts(&world.lines, &world.receivables) {
            let Verdict::Matched(m) = verdict else { continue };
            let again = matches!(m.difference, Difference::PaidTwice | Difference::Short(_));
            for share in &m.shares {
                let first = taken.insert(share.receivable);
                prop_assert!(first || again || m.reasons[0] == Reason::OurNumber, "{:?}", m);
            }
        }
    }
}
