//! What each operation must do, at any bank.

use std::collections::BTreeSet;

use jiff::civil::date;
use quita_banks::contract::{Bell, ChangeState, Done, Op, OpKind, Outcome};
use quita_banks::simulator::Control;
use quita_banks::statement::StatementDetail;
use quita_core::bank_line::BankLine;
use quita_core::calendar::Calendar;
use quita_core::fact::{Fact, Means, PaymentKey, Situation};
use quita_core::fold::{Folded, Status, fold};
use quita_core::money::Money;
use quita_core::terms::{Accepts, Discount, Fine, Interest, InterestValue, Term, Value};

use crate::desk::{ACCOUNT, Desk, HOOK, order};

/// An operation and what proves it.
type Suite = (OpKind, fn(&mut Desk));

/// A suite for each operation.
pub(crate) const SUITES: &[Suite] = &[
    (OpKind::Issue, issue),
    (OpKind::Rehearse, rehearse),
    (OpKind::Find, find),
    (OpKind::Get, get),
    (OpKind::Cancel, cancel),
    (OpKind::Change, change),
    (OpKind::Instruct, instruct),
    (OpKind::ChangeStatus, change),
    (OpKind::Settled, settled),
    (OpKind::States, states),
    (OpKind::PixReceived, pix_received),
    (OpKind::Pdf, pdf),
    (OpKind::GetWebhook, webhook),
    (OpKind::RegisterWebhook, webhook),
    (OpKind::Probe, probe),
    (OpKind::Statement, statement),
    (OpKind::Balance, balance),
];

fn folded(desk: &mut Desk, bank_id: &str) -> Folded {
    let reports = desk.reports(|_| Op::Get { bank_id: bank_id.to_owned() });
    let facts = reports.iter().flat_map(|r| r.facts.iter().map(|f| (r.channel, f)));
    fold(facts)
}

fn pay(desk: &mut Desk, bank_id: &str, means: Means) {
    desk.control(&Control::Pay { target: bank_id.to_owned(), means, amount: None });
    desk.pass(600);
}

fn issue(desk: &mut Desk) {
    let op = Op::Issue(Box::new(order("UM")));
    let Outcome::Done(Done::Reports(reports)) = desk.call(&op) else { panic!("not taken") };
    assert!(reports[0].bank_id.is_some(), "an order is taken under an id");
    // The same order again must never make a second boleto.
    match desk.call(&op) {
        Outcome::Done(Done::Reports(again)) => assert_eq!(again[0].bank_id, reports[0].bank_id),
        Outcome::AlreadyThere { .. } | Outcome::Rejected(_) => {}
        Outcome::Unknown { .. } | Outcome::Transient { .. } => {}
        other => panic!("{other:?}"),
    }
    // A fresh order beside it is taken.
    assert!(matches!(desk.call(&Op::Issue(Box::new(order("DOIS")))), Outcome::Done(_)));
}

fn rehearse(desk: &mut Desk) {
    let ask = |order| Op::Rehearse(Box::new(order));
    assert_eq!(desk.call(&ask(order("ENSAIO"))), Outcome::Done(Done::Nothing));
    let mut late = order("ENSAIO");
    late.expiration_date = date(2026, 11, 20);
    late.limit_date = date(2026, 11, 21);
    assert!(matches!(desk.call(&ask(late)), Outcome::Rejected(_)));
    // Nothing was registered, so that it can be.
    assert!(matches!(desk.call(&Op::Issue(Box::new(order("ENSAIO")))), Outcome::Done(_)));
}

fn find(desk: &mut Desk) {
    let id = desk.registered("ACHAR");
    desk.registered("OUTRO");
    let found = |desk: &mut Desk, reference: &str| {
        desk.reports(|cursor| Op::Find {
            bank_reference: reference.to_owned(),
            our_number: None,
            issued_from: date(2026, 11, 22),
            cursor,
        })
    };
    let ours: Vec<_> = found(desk, "ACHAR")
        .into_iter()
        .filter(|r| r.bank_reference.as_deref() == Some("ACHAR"))
        .collect();
    assert_eq!(ours.len(), 1);
    // All that adopting it needs is there.
    let wanted = order("ACHAR");
    assert_eq!(ours[0].bank_id.as_deref(), Some(id.as_str()));
    assert_eq!(ours[0].amount, Some(wanted.amount));
    assert_eq!(ours[0].expiration_date, Some(wanted.expiration_date));
    assert_eq!(ours[0].customer_document, Some(wanted.customer.document));
    assert!(found(desk, "NUNCA").iter().all(|r| r.bank_reference.as_deref() != Some("NUNCA")));
}

fn get(desk: &mut Desk) {
    let id = desk.registered("LER");
    let boleto = folded(desk, &id);
    assert_eq!(boleto.status, Status::Registered);
    let numbers = boleto.registration.unwrap();
    let barcode = quita_core::barcode::Barcode::parse(&numbers.barcode).unwrap();
    assert_eq!(barcode.amount(), order("LER").amount);
    assert_eq!(barcode.writable_line().as_str(), numbers.writable_line);
    assert!(boleto.receipts.is_empty() && boleto.divergences.is_empty());
}

fn cancel(desk: &mut Desk) {
    let id = desk.registered("BAIXAR");
    let op = Op::Cancel { bank_id: id.clone(), reason: "a pedido".into() };
    assert!(matches!(desk.call(&op), Outcome::Done(_)));
    desk.pass(600);
    assert_eq!(folded(desk, &id).status, Status::Cancelled);
}

fn change(desk: &mut Desk) {
    let id = desk.registered("MUDAR");
    let before = folded(desk, &id).registration.unwrap();
    let op = Op::Change {
        bank_id: id.clone(),
        expiration_date: Some(date(2026, 12, 28)),
        amount: Some(Money::from_cents(20_000)),
    };
    let Outcome::Done(Done::Change { change_id, mut state }) = desk.call(&op) else {
        panic!("not taken");
    };
    for _ in 0..60 {
        if state != ChangeState::Processing {
            break;
        }
        desk.pass(60);
        let op = Op::ChangeStatus { change_id: change_id.clone() };
        let Outcome::Done(Done::Change { state: now, .. }) = desk.call(&op) else {
            panic!("no status");
        };
        state = now;
    }
    assert!(matches!(state, ChangeState::Applied | ChangeState::Taken), "{state:?}");
    let reports = desk.reports(|_| Op::Get { bank_id: id.clone() });
    assert_eq!(reports[0].expiration_date, Some(date(2026, 12, 28)));
    assert_eq!(reports[0].amount, Some(Money::from_cents(20_000)));
    let after = folded(desk, &id).registration.unwrap();
    assert_eq!(after.our_number, before.our_number);
}

/// What an instruction did is shown, and seen by what is paid a month after the due date.
fn instruct(desk: &mut Desk) {
    let (percent, first) = (|text: &str| text.parse().unwrap(), date(2026, 12, 22));
    let fine = Fine { date: first, value: Value::Percent(percent("2")) };
    let interest = Interest { date: first, value: InterestValue::PerMonth(percent("1")) };
    let discount = Discount {
        date: date(2026, 12, 21),
        value: Value::Fixed(Money::from_cents(345)),
        per: None,
    };
    let cases = [
        ("ABATIDO", Term::Abatement(Money::from_cents(1_000)), false, 11_345),
        ("DESCONTO", Term::Discounts(vec![discount]), false, 12_000),
        ("EXATO", Term::Accepts(Accepts::Any), false, 12_345),
        // 30 days late.
        ("MULTA", Term::Fine(Some(fine)), true, 12_345 + 247),
        ("JUROS", Term::Interest(Some(interest)), true, 12_345 + 123),
        ("NADA", Term::Fine(None), true, 12_345),
    ];
    let mut given = Vec::new();
    for (reference, term, late, due) in cases {
        let bank_id = desk.registered(reference);
        let op = Op::Instruct { bank_id: bank_id.clone(), term: term.clone() };
        let told = desk.call(&op);
        let is_taken = matches!(
            &told,
            Outcome::Done(Done::Change { state: ChangeState::Taken | ChangeState::Applied, .. })
        );
        assert!(is_taken, "{reference}: {told:?}");
        let shown = desk.reports(|_| Op::Get { bank_id: bank_id.clone() });
        assert!(shown[0].terms.contains(&term), "{reference}: {:?}", shown[0].terms);
        given.push((reference, bank_id, late, due));
    }
    for late_ones in [false, true] {
        for (reference, bank_id, _, due) in given.iter().filter(|one| one.2 == late_ones) {
            let (target, means) = (bank_id.clone(), Means::Boleto);
            let told = desk.control(&Control::Pay { target, means, amount: None });
            assert_eq!(told["amount"], *due, "{reference}");
        }
        desk.pass(58 * 86_400);
    }
}

fn settled(desk: &mut Desk) {
    let (paid, open) = (desk.registered("PAGO"), desk.registered("ABERTO"));
    pay(desk, &paid, Means::Boleto);
    desk.pass(3 * 86_400);
    let (from, to) = (date(2026, 11, 23), desk.ctx().today);
    let reports = desk.reports(|cursor| Op::Settled { from, to, cursor });
    let of = |id: &str| reports.iter().filter(|r| r.bank_id.as_deref() == Some(id)).count();
    assert_eq!((of(&paid), of(&open)), (1, 0));
    let facts = reports.iter().flat_map(|r| r.facts.iter().map(|f| (r.channel, f)));
    let boleto = fold(facts);
    assert_eq!(boleto.status, Status::Settled);
    assert_eq!(boleto.received(), order("PAGO").amount);
    assert_eq!(boleto.receipts[0].means, Means::Boleto);
}

fn states(desk: &mut Desk) {
    let ids = ["A", "B", "C"].map(|r| desk.registered(r));
    desk.call(&Op::Cancel { bank_id: ids[1].clone(), reason: "a pedido".into() });
    desk.pass(600);
    let (from, to) = (date(2026, 12, 21), date(2026, 12, 21));
    let reports = desk.reports(|cursor| Op::States { from, to, cursor });
    let situation = |id: &str| {
        let report = reports.iter().find(|r| r.bank_id.as_deref() == Some(id)).unwrap();
        report.facts.iter().find_map(|f| match f {
            Fact::Observed(o) => Some(o.situation),
            _ => None,
        })
    };
    assert_eq!(situation(&ids[0]), Some(Situation::Open));
    assert_eq!(situation(&ids[1]), Some(Situation::Cancelled));
    assert_eq!(situation(&ids[2]), Some(Situation::Open));
}

fn pix_received(desk: &mut Desk) {
    let id = desk.registered("PIX");
    let txid = folded(desk, &id).registration.unwrap().txid;
    let from = desk.now;
    pay(desk, &id, Means::Pix);
    let to = desk.now;
    let reports = desk.reports(|cursor| Op::PixReceived { from, to, cursor });
    let ours: Vec<_> = reports.iter().filter(|r| r.txid == txid && txid.is_some()).collect();
    assert_eq!(ours.len(), 1);
    let Fact::Paid(payment) = &ours[0].facts[0] else { panic!("{:?}", ours[0].facts) };
    assert!(matches!(&payment.key, PaymentKey::Id(id) if id.len() == 32));
    // Both doors tell one payment.
    let detail = desk.reports(|_| Op::Get { bank_id: id.clone() });
    let all = detail.iter().chain(ours.iter().copied());
    let facts = all.flat_map(|r| r.facts.iter().map(|f| (r.channel, f)));
    let boleto = fold(facts);
    assert_eq!(boleto.receipts.len(), 1);
    assert_eq!(boleto.received(), order("PIX").amount);
}

fn pdf(desk: &mut Desk) {
    let bank_id = desk.registered("PAPEL");
    let Outcome::Done(Done::Pdf(bytes)) = desk.call(&Op::Pdf { bank_id }) else {
        panic!("no file");
    };
    assert!(bytes.starts_with(b"%PDF"));
}

fn webhook(desk: &mut Desk) {
    let url = HOOK.to_owned();
    let there = |desk: &mut Desk| match desk.call(&Op::GetWebhook) {
        Outcome::Done(Done::Webhook(there)) => there,
        other => panic!("{other:?}"),
    };
    assert_eq!(there(desk), None);
    assert!(matches!(desk.call(&Op::RegisterWebhook { url: url.clone() }), Outcome::Done(_)));
    assert_eq!(there(desk), Some(url));
    let bank_id = desk.registered("AVISO");
    desk.control(&Control::Pay { target: bank_id.clone(), means: Means::Pix, amount: None });
    let sent = desk.pass(600);
    assert!(!sent.is_empty(), "the bank calls when it is paid");
    let replies: Vec<_> = sent.iter().map(|callback| desk.inbound(callback)).collect();
    assert!(replies.iter().all(|reply| reply.response.status == 200));
    let rings = |bell: &Bell| matches!(bell, Bell::Boleto(id) if *id == bank_id);
    assert!(replies.iter().any(|reply| reply.bells.iter().any(rings)));
}

fn probe(desk: &mut Desk) {
    assert!(matches!(desk.call(&Op::Probe), Outcome::Done(_) | Outcome::Page { .. }));
}

/// Money comes in for two boletos and to nobody in particular, and some goes out.
fn money_moves(desk: &mut Desk) -> [String; 2] {
    let ids = ["EXTRATO1", "EXTRATO2"].map(|reference| desk.registered(reference));
    pay(desk, &ids[0], Means::Boleto);
    pay(desk, &ids[1], Means::Pix);
    for (cents, kind) in [(8_000, Some("PIX")), (-25_010, None)] {
        desk.control(&Control::Move {
            account: ACCOUNT.to_owned(),
            amount: Money::from_cents(cents),
            kind: kind.map(str::to_owned),
            with: Some("Fornecedor Exemplo SA".to_owned()),
            document: None,
            day: None,
        });
    }
    desk.pass(7 * 86_400);
    ids
}

fn statement(desk: &mut Desk) {
    let rules = desk.info().statement.as_ref().unwrap();
    let ids = money_moves(desk);
    let (from, to) = (date(2026, 11, 23), desk.ctx().today);
    let amount = order("EXTRATO1").amount;
    let mut tellings = Vec::new();
    if rules.complete {
        let lines = desk.statement(StatementDetail::Complete, from, to);
        for (place, id) in ids.iter().enumerate() {
            let numbers = folded(desk, id).registration.unwrap();
            let ours = |l: &&BankLine| match place {
                0 => l.our_number.as_ref() == Some(&numbers.our_number),
                _ => l.txid.is_some() && l.txid == numbers.txid,
            };
            let credits = lines.iter().filter(ours).filter(|l| l.amount.is_positive());
            let credits: Vec<_> = credits.collect();
            assert_eq!(credits.len(), 1, "{lines:?}");
            assert_eq!(credits[0].amount, amount);
            assert_eq!(credits[0].payer_document.as_deref(), Some("12345678909"));
        }
        if rules.stable_ids {
            let again = desk.statement(StatementDetail::Complete, from, to);
            let ids = |lines: &[BankLine]| -> BTreeSet<Option<String>> {
                lines.iter().map(|l| l.bank_id.clone()).collect()
            };
            assert_eq!(ids(&lines), ids(&again));
            assert_eq!(ids(&lines).len(), lines.len());
        }
        tellings.push(lines);
    }
    if rules.simple {
        tellings.push(desk.statement(StatementDetail::Simple, from, to));
    }
    let telling = |lines: &[BankLine]| {
        let mut told: Vec<_> = lines.iter().map(|l| (l.date, l.amount, l.kind.clone())).collect();
        told.sort();
        told
    };
    assert!(!tellings.is_empty(), "some statement");
    assert!(tellings.iter().all(|lines| telling(lines) == telling(&tellings[0])));
    let amounts: Vec<i64> = tellings[0].iter().map(|l| l.amount.cents()).collect();
    for cents in [amount.cents(), 8_000, -25_010] {
        assert!(amounts.contains(&cents), "{cents} in {amounts:?}");
    }
    // The longest span is answered, and what lies outside is not shown.
    let earlier = from.checked_sub(jiff::Span::new().days(rules.span_days)).unwrap();
    let last = from.yesterday().unwrap();
    let detail = if rules.complete { StatementDetail::Complete } else { StatementDetail::Simple };
    assert_eq!(desk.statement(detail, earlier, last), []);
}

fn balance(desk: &mut Desk) {
    let business_days_only = desk.info().statement.as_ref().is_some_and(|s| s.business_days_only);
    let first = desk.ctx().today;
    money_moves(desk);
    let last = desk.ctx().today.yesterday().unwrap();
    let detail = match &desk.info().statement {
        Some(rules) if !rules.complete => StatementDetail::Simple,
        _ => StatementDetail::Complete,
    };
    let lines = desk.statement(detail, first, last);
    let (mut before, mut since) = (desk.balance(first.yesterday().ok()), Money::ZERO);
    let mut day = first;
    while day <= last {
        since = since + lines.iter().filter(|l| l.date == day).map(|l| l.amount).sum();
        if !business_days_only || Calendar::national().is_business_day(day) {
            let after = desk.balance(Some(day));
            assert_eq!(before + since, after, "{day}");
            (before, since) = (after, Money::ZERO);
        }
        day = day.tomorrow().unwrap();
    }
    // Nothing moved today.
    assert_eq!(desk.balance(None), before + since);
    assert_ne!(desk.balance(None), desk.balance(first.yesterday().ok()));
}
