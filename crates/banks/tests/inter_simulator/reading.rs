//! The connector reads the simulator's statement: nothing is lost, nothing doubled, and the lines
//! explain the balance. Both were written from the bank's pages, not from each other.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use quita_banks::contract::{Bank, Ctx, Done, Op, Outcome};
use quita_banks::inter::bank::INTER;
use quita_banks::simulator::{Control, Fault, SimRequest};
use quita_banks::statement::{Gathered, Gathering, LinePage, StatementDetail};
use quita_core::bank_line::BankLine;
use quita_core::calendar::Calendar;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use crate::world::{ACCOUNT, CERTIFICATE, World, order_with};

const COMPLETE: StatementDetail = StatementDetail::Complete;
const SIMPLE: StatementDetail = StatementDetail::Simple;

impl World {
    fn call(&mut self, op: &Op) -> Outcome {
        let here = self.now.checked_sub(SignedDuration::from_hours(3)).unwrap();
        let ctx = Ctx {
            account: BTreeMap::new(),
            branch: "0001".to_owned(),
            account_number: ACCOUNT[..7].to_owned(),
            account_digit: ACCOUNT[7..].to_owned(),
            now: self.now,
            today: jiff::tz::TimeZone::UTC.to_datetime(here).date(),
            minute_of_day: 0,
            sandbox: false,
        };
        let request = INTER.request(op, &ctx).unwrap();
        let mut headers = request.headers.clone();
        headers.push(("authorization".to_owned(), format!("Bearer {}", self.token)));
        let answer = self.answer(&SimRequest {
            method: request.method.to_owned(),
            path: request.path,
            query: request.query,
            headers,
            body: request.body,
            client_certificate: Some(CERTIFICATE.to_owned()),
        });
        INTER.outcome(op, &answer, &ctx)
    }

    fn part(&mut self, detail: StatementDetail, cursor: Option<String>) -> Outcome {
        let (from, to) = (date(2026, 12, 1), date(2027, 1, 15));
        self.call(&Op::Statement { from, to, detail, cursor })
    }

    /// Reads to the end; what failed for now is asked again at once.
    fn read(&mut self, detail: StatementDetail) -> Vec<BankLine> {
        let (mut all, mut cursor) = (Gathering::default(), None);
        for _ in 0..200 {
            let page = match self.part(detail, cursor.clone()) {
                Outcome::Done(Done::Lines(page)) => page,
                Outcome::Transient { .. } => continue,
                other => panic!("no statement: {other:?}"),
            };
            match all.take(page) {
                Gathered::Next(next) => cursor = next,
                Gathered::Whole { lines, unread: 0, .. } => return lines,
                other => panic!("{other:?}"),
            }
        }
        panic!("no end");
    }

    fn balance_of(&mut self, day: Date) -> Money {
        match self.call(&Op::Balance { day: Some(day) }) {
            Outcome::Done(Done::Balance(balance)) => balance.available,
            other => panic!("no balance: {other:?}"),
        }
    }

    fn moved(&mut self, cents: i64, kind: &str, day: Option<Date>) -> Json {
        self.control(Control::Move {
            account: ACCOUNT.to_owned(),
            amount: Money::from_cents(cents),
            kind: Some(kind.to_owned()),
            with: Some("Fornecedor Exemplo SA".to_owned()),
            document: None,
            day,
        })
    }

    fn noon(&mut self, day: Date) {
        self.run_to(&format!("{day}T15:00:00Z"));
        self.sign_in();
    }
}

fn page(outcome: Outcome) -> LinePage {
    match outcome {
        Outcome::Done(Done::Lines(page)) => page,
        other => panic!("no lines: {other:?}"),
    }
}

fn later(outcome: &Outcome) -> Option<u32> {
    match outcome {
        Outcome::Transient { retry_after_s, .. } => *retry_after_s,
        other => panic!("not for later: {other:?}"),
    }
}

/// What both statements tell of a movement, in order.
fn keys(lines: &[BankLine]) -> Vec<(Date, Money, Option<String>)> {
    let mut keys: Vec<_> =
        lines.iter().map(|line| (line.date, line.amount, line.kind.clone())).collect();
    keys.sort();
    keys
}

fn ids(lines: &[BankLine]) -> Vec<String> {
    let mut ids: Vec<_> = lines.iter().map(|line| line.bank_id.clone().unwrap()).collect();
    ids.sort();
    ids
}

/// So many movements of the first of December, of different amounts.
fn with_rows(count: i64) -> World {
    let mut world = World::new();
    for i in 1..=count {
        world.moved(if i % 3 == 0 { -i } else { 100 + i }, "OUTROS", None);
    }
    world
}

/// December of boletos, Pix, fees, bills and transfers, on holidays and weekends as well.
fn december(world: &mut World) {
    world.set("registration_delay_ms", json!(0));
    world.set("fee_cents", json!(190));
    for day in 1..=31 {
        world.noon(date(2026, 12, day));
        let amount = json!(50.0 + f64::from(i16::from(day)));
        let changes = [("valorNominal", amount), ("dataVencimento", json!("2026-12-31"))];
        let by_pix = world.issue(order_with(&format!("P{day}"), &changes));
        world.pay(&by_pix, Means::Pix, None);
        if day % 2 == 0 {
            let by_barcode = world.issue(order_with(&format!("B{day}"), &changes));
            world.pay(&by_barcode, Means::Boleto, None);
        }
        match day % 7 {
            1 => world.moved(-25_010, "PAGAMENTO", None),
            2 => world.moved(-100_000, "TRANSFERENCIA", None),
            3 => world.moved(-7_777, "PIX", None),
            4 => world.moved(8_000, "PIX", None),
            5 => world.moved(-990, "TARIFA", None),
            _ => json!(null),
        };
    }
    world.noon(date(2027, 1, 15));
}

#[test]
fn over_a_month_the_lines_explain_the_balance_of_every_day() {
    let calendar = Calendar::national();
    for (rows, weekends) in [("own_day", false), ("own_day", true), ("next_business_day", false)] {
        let mut world = World::new();
        world.set("opening_balance_cents", json!(1_000_000));
        world.set("weekend_rows", json!(rows));
        world.set("balance_on_weekends", json!(weekends));
        december(&mut world);
        let lines = world.read(COMPLETE);
        assert!(lines.len() > 100, "{}", lines.len());
        assert_eq!(keys(&lines), keys(&world.read(SIMPLE)), "{rows} {weekends}");
        let (mut before, mut since) = (Money::from_cents(1_000_000), Money::ZERO);
        let mut closed = 0;
        let mut day = date(2026, 12, 1);
        assert_eq!(world.balance_of(day.yesterday().unwrap()), before);
        while day < date(2027, 1, 15) {
            since = since + lines.iter().filter(|l| l.date == day).map(|l| l.amount).sum();
            let after = world.balance_of(day);
            if weekends || calendar.is_business_day(day) {
                assert_eq!(before + since, after, "{day} {rows} {weekends}");
                (before, since) = (after, Money::ZERO);
                closed += 1;
            } else {
                // The balance of a day without business is that of the day before.
                assert_eq!(before, after, "{day} {rows} {weekends}");
            }
            day = day.tomorrow().unwrap();
        }
        assert!(closed >= 30, "{closed}");
        let on_sundays = lines.iter().filter(|l| !calendar.is_business_day(l.date)).count();
        assert_eq!(on_sundays == 0, rows == "next_business_day");
    }
}

#[test]
fn a_line_names_the_boleto_the_pix_or_the_fee() {
    let mut world = World::new();
    december(&mut world);
    let lines = world.read(COMPLETE);
    let of = |kind: &str| -> Vec<&BankLine> {
        lines.iter().filter(|l| l.kind.as_deref() == Some(kind)).collect()
    };
    let boletos = of("BOLETO_COBRANCA");
    assert_eq!(boletos.len(), 15);
    for line in &boletos {
        let reference = line.bank_reference.as_deref().unwrap();
        let id = world.inspect()["boletos"]
            .as_array()
            .unwrap()
            .iter()
            .find(|boleto| boleto["seuNumero"] == reference)
            .map(|boleto| boleto["codigoSolicitacao"].as_str().unwrap().to_owned());
        let detail = world.detail(&id.unwrap());
        assert_eq!(detail["boleto"]["nossoNumero"], json!(line.our_number));
        let document = detail["cobranca"]["pagador"]["cpfCnpj"].as_str().unwrap();
        assert_eq!(Some(document.replace(['.', '-'], "")), line.payer_document);
        assert!(line.parts.is_some() && line.amount.is_positive());
    }
    let charged: Vec<_> = of("PIX").into_iter().filter(|l| l.txid.is_some()).collect();
    assert_eq!(charged.len(), 31);
    // Each fee leads to its boleto or Pix.
    let fees = of("TARIFA");
    let for_boletos = fees.iter().filter(|fee| {
        boletos.iter().any(|l| l.our_number == fee.our_number && fee.our_number.is_some())
    });
    let for_pix = fees.iter().filter(|fee| {
        let id = &fee.end_to_end_id;
        id.is_some() && charged.iter().any(|l| l.end_to_end_id == *id)
    });
    assert_eq!((for_boletos.count(), for_pix.count()), (15, 31));
}

#[test]
fn pages_that_move_lose_and_double_nothing() {
    let mut world = with_rows(40);
    let expected = ids(&world.read(COMPLETE));
    assert_eq!(expected.len(), 40);
    world.set("statement_shuffled", json!(true));
    world.set("statement_page_max", json!(7));
    // The pages themselves do lose and double.
    let mut paged = Vec::new();
    for number in 0..6 {
        let path = format!(
            "/banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-01&pagina={number}"
        );
        let rows = world.get(&path)["transacoes"].clone();
        paged.extend(rows.as_array().unwrap().iter().map(|row| row["idTransacao"].to_string()));
    }
    paged.sort();
    paged.dedup();
    assert!(paged.len() < 40);
    assert_eq!(ids(&world.read(COMPLETE)), expected);
}

#[test]
fn rows_that_enter_while_a_scroll_is_read_wait_for_the_next_reading() {
    let mut world = with_rows(20);
    world.set("statement_page_max", json!(7));
    let mut all = Gathering::default();
    let mut cursor = None;
    let lines = loop {
        let part = page(world.part(COMPLETE, cursor));
        world.moved(1, "OUTROS", None);
        match all.take(part) {
            Gathered::Next(next) => cursor = next,
            Gathered::Whole { lines, .. } => break lines,
            Gathered::GivenUp => panic!("given up"),
        }
    };
    // The first page was no whole, so one row entered before the scroll began.
    assert_eq!(lines.len(), 21);
    let again = world.read(COMPLETE);
    assert!(ids(&lines).iter().all(|id| ids(&again).contains(id)));
    assert_eq!(again.len(), 24);
}

#[test]
fn a_part_lost_on_the_way_makes_the_scroll_begin_anew() {
    for (skip, fault) in [
        (2, Fault::ErrorAfter { status: 503 }),
        (3, Fault::ErrorAfter { status: 504 }),
        (4, Fault::ErrorAfter { status: 500 }),
        (2, Fault::WrongBody),
    ] {
        let mut world = with_rows(25);
        let expected = ids(&world.read(COMPLETE));
        world.set("statement_page_max", json!(7));
        world.control(Control::Fault { fault, on: "completo".to_owned(), times: 1, skip });
        assert_eq!(ids(&world.read(COMPLETE)), expected, "{skip}");
    }
}

#[test]
fn a_scroll_that_expired_begins_anew_and_one_that_is_active_is_waited_for() {
    let mut world = with_rows(20);
    world.set("statement_page_max", json!(7));
    let start = page(world.part(COMPLETE, None));
    assert!(start.anew);
    let first = page(world.part(COMPLETE, start.next.clone()));
    assert_eq!((first.lines.len(), first.total), (7, Some(20)));
    // Another reader comes in between.
    assert_eq!(later(&world.part(COMPLETE, start.next.clone())), Some(360));
    world.wait(359);
    let second = page(world.part(COMPLETE, first.next));
    assert_eq!(second.lines.len(), 7);
    world.wait(360);
    let third = page(world.part(COMPLETE, second.next));
    assert_eq!((third.lines.len(), third.anew), (0, true));
    world.sign_in();
    assert_eq!(world.read(COMPLETE).len(), 20);
}

#[test]
fn more_rows_than_paging_reaches_come_by_scroll() {
    let mut world = with_rows(10_003);
    let lines = world.read(COMPLETE);
    let mut ids = ids(&lines);
    ids.dedup();
    assert_eq!((lines.len(), ids.len()), (10_003, 10_003));
    assert_eq!(keys(&lines), keys(&world.read(SIMPLE)));
}

#[test]
fn while_the_complete_statement_is_down_the_simple_one_tells_the_same() {
    let mut world = World::new();
    december(&mut world);
    let complete = world.read(COMPLETE);
    world.set("statement_down", json!(true));
    assert_eq!(later(&world.part(COMPLETE, None)), None);
    world.set("description_missing", json!(true));
    let simple = world.read(SIMPLE);
    assert_eq!(keys(&simple), keys(&complete));
    assert!(simple.iter().all(|line| line.bank_id.is_none() && !line.memo.is_empty()));
    world.set("statement_down", json!(2));
    later(&world.part(COMPLETE, None));
    later(&world.part(COMPLETE, None));
    assert_eq!(ids(&world.read(COMPLETE)), ids(&complete));
}

#[test]
fn a_late_row_shows_some_days_after_its_day() {
    let mut world = World::new();
    let first = date(2026, 12, 1);
    world.set("rows_late", json!(1));
    world.moved(5_000, "PIX", None);
    world.moved(700, "PIX", None);
    assert_eq!(keys(&world.read(COMPLETE)), keys(&world.read(SIMPLE)));
    assert_eq!(world.read(COMPLETE).len(), 1);
    assert_eq!(world.balance_of(first), Money::from_cents(700));
    world.noon(date(2026, 12, 3));
    assert_eq!(world.read(COMPLETE).len(), 1);
    world.noon(date(2026, 12, 4));
    let lines = world.read(COMPLETE);
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.date == first));
    assert_eq!(world.balance_of(first), Money::from_cents(5_700));
    // Or one that was forgotten altogether.
    world.moved(-100, "TARIFA", Some(date(2026, 12, 2)));
    assert_eq!(world.read(COMPLETE).last().unwrap().date, date(2026, 12, 2));
    assert_eq!(world.balance_of(first), Money::from_cents(5_700));
    assert_eq!(world.balance_of(date(2026, 12, 2)), Money::from_cents(5_600));
}

#[test]
fn a_corrected_row_keeps_its_id_and_day() {
    let mut world = World::new();
    world.set("rows_corrected", json!(1));
    world.set("rows_corrected_cents", json!(-1));
    let day = date(2026, 12, 1);
    world.moved(5_000, "PIX", None);
    let draft = world.read(COMPLETE).remove(0);
    assert_eq!(draft.kind.as_deref(), Some("OUTROS"));
    assert_eq!((draft.amount.cents(), draft.end_to_end_id.as_ref()), (4_999, None));
    assert_eq!(world.balance_of(day), Money::from_cents(4_999));
    world.noon(date(2026, 12, 2));
    assert_eq!(world.read(COMPLETE), std::slice::from_ref(&draft));
    world.noon(date(2026, 12, 3));
    let line = world.read(COMPLETE).remove(0);
    assert_eq!((&line.bank_id, line.date), (&draft.bank_id, draft.date));
    assert_eq!((line.kind.as_deref(), line.amount.cents()), (Some("PIX"), 5_000));
    assert!(line.end_to_end_id.is_some());
    assert_eq!(world.balance_of(day), Money::from_cents(5_000));
}

#[test]
fn a_masked_payer_and_an_unknown_kind_stay_as_they_are() {
    let mut world = World::new();
    world.set("registration_delay_ms", json!(0));
    let id = world.issue(order_with("A", &[]));
    world.pay(&id, Means::Pix, None);
    let document = world.read(COMPLETE)[0].payer_document.clone().unwrap();
    world.set("payer_masked", json!(true));
    let masked = world.read(COMPLETE)[0].payer_document.clone().unwrap();
    assert_eq!(masked.len(), document.len());
    assert!(masked.contains('*') && masked.contains(&document[3..6]), "{masked}");
    world.set("kind_word", json!("CRIPTO"));
    let part = page(world.part(COMPLETE, None));
    assert_eq!(part.lines[0].kind.as_deref(), Some("CRIPTO"));
    assert_eq!(part.warnings, ["tipo de lançamento desconhecido: CRIPTO"]);
    assert_eq!(world.read(SIMPLE)[0].kind.as_deref(), Some("CRIPTO"));
}

#[test]
fn ten_calls_a_minute_and_ninety_days_are_the_most() {
    let mut world = World::strict();
    world.sign_in();
    for _ in 0..10 {
        page(world.part(COMPLETE, None));
        page(world.part(SIMPLE, None));
        world.balance_of(date(2026, 12, 1));
    }
    for detail in [COMPLETE, SIMPLE] {
        assert_eq!(later(&world.part(detail, None)), Some(60));
    }
    assert_eq!(later(&world.call(&Op::Balance { day: None })), Some(60));
    world.wait(60);
    let from = date(2026, 9, 1);
    let span = INTER.info().statement.as_ref().unwrap().span_days;
    let ask = |days: u16, detail| {
        let to = from.checked_add(i32::from(days - 1).days()).unwrap();
        Op::Statement { from, to, detail, cursor: None }
    };
    for detail in [COMPLETE, SIMPLE] {
        page(world.call(&ask(span, detail)));
        assert!(matches!(world.call(&ask(span + 1, detail)), Outcome::Rejected(_)));
    }
}
