//! What follows from facts depends on which there are, never on their order or repetition; and
//! each payment is one receipt, whoever tells it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Refusal, Registration,
    Situation,
};
use quita_core::fold::{Divergence, Folded, Status, fold};
use quita_core::money::Money;

type Told = (Channel, Fact);

fn folded(told: &[Told]) -> Folded {
    fold(told.iter().map(|(channel, fact)| (*channel, fact)))
}

fn paid(key: PaymentKey, means: Means, amount: PaidAmount) -> Fact {
    let payment = Payment {
        key,
        means,
        amount,
        paid_on: None,
        credited_on: None,
        settled_at: None,
        fee: None,
    };
    Fact::Paid(payment)
}

fn nth(n: u32, means: Means, cents: i64) -> Fact {
    paid(PaymentKey::Nth(n), means, PaidAmount::Exact(Money::from_cents(cents)))
}

fn total(n: u32, means: Means, cents: i64) -> Fact {
    paid(PaymentKey::Nth(n), means, PaidAmount::RunningTotal(Money::from_cents(cents)))
}

fn pix(id: &str, cents: i64) -> Fact {
    paid(PaymentKey::Id(id.into()), Means::Pix, PaidAmount::Exact(Money::from_cents(cents)))
}

fn observed(situation: Situation, total_received: Option<i64>) -> Fact {
    Fact::Observed(Observation {
        situation,
        word: format!("{situation:?}"),
        since: None,
        total_received: total_received.map(Money::from_cents),
        amount: None,
        expiration_date: None,
    })
}

fn registered(edition: u32, barcode: &str) -> Fact {
    Fact::Registered(Registration { edition, barcode: barcode.into(), ..Registration::default() })
}

fn any_channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(vec![
        Channel::Query,
        Channel::PixQuery,
        Channel::Webhook,
        Channel::ReturnFile,
        Channel::DailyMovement,
        Channel::Hand,
    ])
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let means = prop::sample::select(vec![Means::Boleto, Means::Pix]);
    let situation = prop::sample::select(vec![
        Situation::Processing,
        Situation::Open,
        Situation::Paid,
        Situation::MarkedPaid,
        Situation::Cancelled,
        Situation::Expired,
        Situation::Unknown,
    ]);
    let payment =
        (1_u32..4, means, 1_i64..4, any::<bool>()).prop_map(|(n, means, cents, running)| {
            if running { total(n, means, cents * 100) } else { nth(n, means, cents * 100) }
        });
    let refusal = "[ab]".prop_map(|code| Fact::Refused(Refusal { code, ..Refusal::default() }));
    let reversal = (prop::option::of("[ab]"), 1_i64..3)
        .prop_map(|(id, cents)| Fact::Reversed { id, amount: Money::from_cents(cents * 100) });
    prop_oneof![
        4 => payment,
        4 => ("[a-c]", 1_i64..4).prop_map(|(id, cents)| pix(&id, cents * 100)),
        3 => (situation, prop::option::of(1_i64..900)).prop_map(|(s, t)| observed(s, t)),
        2 => (0_u32..3, "[1-3]").prop_map(|(edition, code)| registered(edition, &code)),
        1 => "[ab]".prop_map(|bank_id| Fact::Accepted { bank_id }),
        1 => refusal,
        1 => reversal,
        1 => Just(Fact::CancellationTaken),
    ]
}

/// As the store keeps them: one for each key.
fn any_facts() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec((any_channel(), any_fact()), 0..14).prop_map(|told| {
        let kept: BTreeMap<String, Told> =
            told.into_iter().map(|(c, fact)| (fact.natural_key(c), (c, fact))).collect();
        kept.into_values().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn order_does_not_matter(
        (facts, shuffled) in any_facts().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        prop_assert_eq!(folded(&facts), folded(&shuffled));
    }

    #[test]
    fn repetition_does_not_matter(facts in any_facts()) {
        let twice: Vec<Told> = facts.iter().chain(&facts).cloned().collect();
        prop_assert_eq!(folded(&facts), folded(&twice));
    }

    #[test]
    fn what_one_channel_identified_another_cannot_multiply(
        facts in any_facts(), id in "[a-c]", a in any_channel(), b in any_channel()
    ) {
        let once: Vec<Told> = facts.iter().cloned().chain([(a, pix(&id, 100))]).collect();
        let again: Vec<Told> = once.iter().cloned().chain([(b, pix(&id, 100))]).collect();
        let keys = |told: &[Told]| -> Vec<String> {
            folded(told).receipts.into_iter().map(|r| r.key).collect()
        };
        prop_assert_eq!(keys(&once), keys(&again));
    }
}

/// One of each kind, and payments by every way of telling them.
fn some_of_everything() -> [Told; 10] {
    use Channel::{PixQuery, Query, ReturnFile};
    let undone = Fact::Reversed { id: Some("D1".into()), amount: Money::from_cents(300) };
    [
        (Query, Fact::Accepted { bank_id: "b".into() }),
        (Query, registered(1, "2")),
        (Query, observed(Situation::Cancelled, None)),
        (Query, observed(Situation::Paid, Some(900))),
        (PixQuery, pix("E1", 300)),
        (PixQuery, pix("E2", 300)),
        (Query, total(1, Means::Pix, 300)),
        (Query, total(1, Means::Boleto, 600)),
        (ReturnFile, nth(1, Means::Boleto, 300)),
        (PixQuery, undone),
    ]
}

#[test]
fn every_order_of_up_to_six_facts_and_every_repetition_gives_the_same() {
    let pool = some_of_everything();
    let mut folds = 0_u32;
    for chosen in 0_u32..1 << pool.len() {
        if chosen.count_ones() > 6 {
            continue;
        }
        let is_chosen = |place: &usize| chosen & (1 << place) != 0;
        let mut facts: Vec<&Told> =
            (0..pool.len()).filter(is_chosen).map(|place| &pool[place]).collect();
        let fold_of = |facts: &[&Told]| fold(facts.iter().map(|(channel, fact)| (*channel, fact)));
        let expected = fold_of(&facts);
        for place in 0..facts.len() {
            let again = [&facts[..], &[facts[place]]].concat();
            assert_eq!(fold_of(&again), expected, "{again:?}");
        }
        // Heap's algorithm: every order, each from the one before by one exchange.
        let mut turns = vec![0; facts.len()];
        let mut place = 1;
        while place < facts.len() {
            if turns[place] < place {
                facts.swap(if place % 2 == 0 { 0 } else { turns[place] }, place);
                assert_eq!(fold_of(&facts), expected, "{facts:?}");
                folds += 1;
                turns[place] += 1;
                place = 1;
            } else {
                turns[place] = 0;
                place += 1;
            }
        }
    }
    // Of n of ten facts there are n! − 1 further orders.
    assert_eq!(folds, 45 + 120 * 5 + 210 * 23 + 252 * 119 + 210 * 719);
}

/// Means and cents of the receipts.
fn receipts(told: &[Told]) -> Vec<(Means, i64)> {
    folded(told).receipts.iter().map(|r| (r.means, r.amount.cents())).collect()
}

/// What was told, and the receipts that follow.
type Case<'a> = (&'a [Told], &'a [(Means, i64)]);

#[test]
fn each_payment_is_one_receipt() {
    use Channel::{DailyMovement, PixQuery, Query, ReturnFile, Webhook};
    use Means::{Boleto, Pix};
    let cases: [Case; 12] = [
        (&[(Query, nth(1, Boleto, 500)), (Webhook, nth(1, Boleto, 500))], &[(Boleto, 500)]),
        (
            &[
                (Query, nth(1, Boleto, 500)),
                (ReturnFile, nth(1, Boleto, 500)),
                (ReturnFile, nth(2, Boleto, 500)),
            ],
            &[(Boleto, 500), (Boleto, 500)],
        ),
        // The daily list counts by days, files from one: they tell the same two.
        (
            &[
                (DailyMovement, nth(983_101, Boleto, 500)),
                (DailyMovement, nth(983_201, Boleto, 500)),
                (ReturnFile, nth(1, Boleto, 500)),
                (ReturnFile, nth(2, Boleto, 500)),
            ],
            &[(Boleto, 500), (Boleto, 500)],
        ),
        (&[(Query, nth(1, Boleto, 500)), (Query, nth(1, Pix, 500))], &[(Boleto, 500), (Pix, 500)]),
        // The Pix that the list tells without its id is the one that came with it.
        (&[(Query, nth(1, Pix, 500)), (PixQuery, pix("E1", 500))], &[(Pix, 500)]),
        (&[(PixQuery, pix("E1", 500)), (PixQuery, pix("E2", 500))], &[(Pix, 500), (Pix, 500)]),
        (&[(PixQuery, pix("E1", 500)), (Webhook, pix("E1", 500))], &[(Pix, 500)]),
        // A running total states what all payments together amount to.
        (
            &[(PixQuery, pix("E1", 300)), (Query, total(1, Boleto, 800))],
            &[(Pix, 300), (Boleto, 500)],
        ),
        // Told before the second Pix came, or after it: the same.
        (
            &[
                (PixQuery, pix("E1", 300)),
                (PixQuery, pix("E2", 300)),
                (Query, total(1, Boleto, 600)),
            ],
            &[(Pix, 300), (Pix, 300), (Boleto, 300)],
        ),
        (
            &[
                (PixQuery, pix("E1", 100)),
                (PixQuery, pix("E2", 200)),
                (Query, total(1, Boleto, 600)),
                (Query, observed(Situation::Paid, Some(800))),
            ],
            &[(Pix, 100), (Pix, 200), (Boleto, 500)],
        ),
        // Some banks state the last payment alone.
        (
            &[(PixQuery, pix("E1", 500)), (Query, total(1, Boleto, 500))],
            &[(Pix, 500), (Boleto, 500)],
        ),
        // A state is no payment.
        (&[(Query, observed(Situation::Paid, Some(500)))], &[]),
    ];
    for (told, expected) in cases {
        assert_eq!(receipts(told), expected, "{told:?}");
    }
}

#[test]
fn money_wins_and_what_is_odd_is_shown() {
    use Channel::Query;
    let money = (Query, nth(1, Means::Boleto, 500));
    let late = folded(&[(Query, observed(Situation::Cancelled, None)), money.clone()]);
    assert_eq!(late.status, Status::Settled);
    assert_eq!(late.divergences, [Divergence::PaidAfterEnd]);

    let twice = folded(&[money.clone(), (Query, nth(1, Means::Pix, 500))]);
    assert_eq!(twice.divergences, [Divergence::PaidTwice { payments: 2 }]);

    let more = folded(&[money.clone(), (Query, observed(Situation::Paid, Some(900)))]);
    let (bank, ours) = (Money::from_cents(900), Money::from_cents(500));
    assert_eq!(more.divergences, [Divergence::TotalDiffers { bank, receipts: ours }]);

    let silent = folded(&[(Query, observed(Situation::Paid, None))]);
    assert_eq!(silent.status, Status::Settled);
    assert_eq!(silent.divergences, [Divergence::PaidWithoutReceipt]);

    let unknown =
        folded(&[(Query, registered(0, "1")), (Query, observed(Situation::Unknown, None))]);
    assert_eq!(unknown.status, Status::Registered);
    assert_eq!(unknown.divergences, [Divergence::UnknownWord { word: "Unknown".into() }]);

    let undone = Fact::Reversed { id: Some("D1".into()), amount: Money::from_cents(500) };
    let back = folded(&[(Query, registered(0, "1")), money, (Query, undone)]);
    assert_eq!(back.status, Status::Registered);
}

#[test]
fn the_latest_edition_speaks() {
    let told = [(Channel::Query, registered(1, "new")), (Channel::Query, registered(0, "old"))];
    assert_eq!(folded(&told).registration.map(|r| r.barcode).as_deref(), Some("new"));
}
