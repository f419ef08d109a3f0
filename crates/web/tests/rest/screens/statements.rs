//! «Extrato»: lines that come in by themselves and by file, and the proof of each day.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use quita_banks::simulator::Control;
use quita_core::calendar::Calendar;
use quita_core::money::Money;
use quita_engine::clock::Clock as _;
use quita_engine::clock::bank_day;
use quita_engine::desk::people::Role;
use quita_engine::desk::statements;
use quita_engine::workers::{Kind, tick};
use quita_engine::world::World;
use serde_json::json;

use super::{Person, upload};
use crate::house::{House, Reply};

crate::on_both_databases! {
    two_months_and_a_month_of_days_are_read_once_and_proved
killed_at_any_point_nothing_is_lost_or_doubled a_file_twice_adds_nothing_and_is_checked
a_csv_is_read_by_columns_that_are_remembered what_is_in_doubt_waits_for_a_person
programs_read_and_send_statements a_person_sees_the_proof_and_takes_it_along
    the_daily_reading_is_turned_off_and_on days_without_lines_stand_in_one_row }

/// The account of our company at the bank.
pub(super) const ACCOUNT: &str = "76543218";
pub(super) const DAY: i64 = 24 * 3600;

/// Money moves at the bank; gives what a statement must show of it in the end.
pub(super) fn moves(house: &House, day: Date, cents: i64, kind: &str, with: &str) -> (Date, i64) {
    house.bank.control(&Control::Move {
        account: ACCOUNT.into(),
        amount: Money::from_cents(cents),
        kind: Some(kind.into()),
        with: Some(with.into()),
        document: None,
        day: Some(day),
    });
    (day, cents)
}

pub(super) fn set(house: &House, switch: &str, value: serde_json::Value) {
    house.bank.control(&Control::Set { switch: switch.into(), value });
}

pub(super) fn today(house: &House) -> Date {
    bank_day(house.clock.now())
}

/// Sixty days of movements before today; some alike.
pub(super) fn past(house: &House) -> Vec<(Date, i64)> {
    let first = today(house).checked_sub(60.days()).unwrap();
    let mut books = Vec::new();
    for (n, day) in (0..60).zip(first.series(1.day())) {
        books.push(moves(house, day, 1_000 + n, "PIX", "ANA EXEMPLO"));
        if n % 3 == 0 {
            books.push(moves(house, day, 1_000 + n, "PIX", "ANA EXEMPLO"));
            books.push(moves(house, day, -100, "TARIFA", "TARIFA DE PACOTE"));
        }
    }
    books
}

/// What is kept of the account: day and amount of each line that counts.
pub(super) fn kept(house: &House) -> Vec<(Date, i64)> {
    let (from, to) = (today(house).checked_sub(200.days()).unwrap(), today(house));
    let id = &house.ours.account_id;
    let found = statements::statement(&house.world, &house.ours.actor, id, from, to).unwrap();
    assert_eq!(found.doubtful, 0);
    let lines = found.days.iter().flat_map(|day| &day.lines);
    let mut lines: Vec<_> =
        lines.filter(|line| line.standing.counts()).map(|line| (line.date, line.amount)).collect();
    lines.sort_unstable();
    lines
}

/// Days that are not proved, with the difference of each.
pub(super) fn open(house: &House) -> Vec<(Date, Option<i64>)> {
    let (from, to) = (today(house).checked_sub(200.days()).unwrap(), today(house));
    let id = &house.ours.account_id;
    let days = statements::days(&house.world, &house.ours.actor, id, from, to).unwrap();
    let open = days.iter().filter(|day| day.status == "open");
    open.map(|day| (day.day, day.difference)).collect()
}

/// The statement worker does what falls due within a minute.
pub(super) fn read(house: &House, world: &World) {
    for _ in 0..4 {
        house.clock.pass(15);
        house.bank.control(&Control::Set { switch: "rounding".into(), value: json!("half_up") });
        while tick(world, &[Kind::Sync, Kind::Statement], 8).unwrap() > 0 {}
    }
}

pub(super) fn sorted(mut books: Vec<(Date, i64)>) -> Vec<(Date, i64)> {
    books.sort_unstable();
    books
}

async fn two_months_and_a_month_of_days_are_read_once_and_proved(house: &House) {
    let mut world = house.restarted();
    // Ten calls a minute, as the bank wants.
    world.settings.keep_limits = true;
    let mut books = past(house);
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books.clone()));
    // The Sunday before is in Monday's balance.
    let weekend = |(day, difference): &(Date, Option<i64>)| {
        !Calendar::national().is_business_day(*day) && difference.is_none()
    };
    assert!(open(house).iter().all(weekend), "{:?}", open(house));

    // A month with weekends, a holiday, late and corrected rows, and a bank that fails.
    for n in 0..38_i64 {
        let day = today(house);
        match n % 7 {
            1 => set(house, "rows_late", json!(1)),
            3 => {
                set(house, "rows_corrected", json!(1));
                set(house, "rows_corrected_cents", json!(-7));
            }
            5 => set(house, "statement_down", json!(3)),
            _ => {}
        }
        books.push(moves(house, day, 5_000 + n, "PIX", "BRUNO EXEMPLO"));
        if n % 2 == 0 {
            books.push(moves(house, day, 700, "PIX", "CARLA EXEMPLO"));
            books.push(moves(house, day, 700, "PIX", "CARLA EXEMPLO"));
        }
        // Through the night, in which one of the readings falls if the day is one of business.
        for _ in 0..6 {
            house.clock.pass(DAY / 6 - 60);
            read(house, &world);
        }
    }
    // What was late or wrong at the end is told by then.
    for _ in 0..8 {
        house.clock.pass(DAY - 60);
        read(house, &world);
    }
    assert!(today(house) > date(2027, 1, 1), "holidays were among them");
    for _ in 0..4 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books));
    assert!(open(house).iter().all(weekend), "{:?}", open(house));
}

async fn killed_at_any_point_nothing_is_lost_or_doubled(house: &House) {
    let books = past(house);
    for point in ["statement.fetched", "statement.recorded", "statement.fetched"] {
        let mut world = house.restarted();
        let killed = std::sync::Arc::new(AtomicBool::new(false));
        let once = std::sync::Arc::clone(&killed);
        world.crash_point = Box::new(move |name| {
            if name == point && !once.swap(true, Ordering::SeqCst) {
                panic!("killed at {point}");
            }
        });
        let actor = &house.ours.actor;
        statements::fetch_now(&world, actor, Some(&house.ours.account_id)).unwrap();
        for _ in 0..3 {
            let run = || while tick(&world, &[Kind::Statement], 1).unwrap() > 0 {};
            let _ = catch_unwind(AssertUnwindSafe(run));
            // The lease of who was killed ends.
            house.clock.pass(3600);
        }
        assert!(killed.load(Ordering::SeqCst), "{point}");
        assert_eq!(kept(house), sorted(books.clone()), "{point}");
        // Until every balance was asked for.
        let world = house.restarted();
        for _ in 0..8 {
            read(house, &world);
        }
    }
}

/// A statement of two days, with the balance at its end.
fn ofx(account: &str, lines: &[(&str, &str, &str, &str)], balance: &str) -> String {
    let lines: String = lines
        .iter()
        .map(|(day, amount, id, memo)| {
            format!(
                "<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{id}<MEMO>{memo}\
                 </STMTTRN>\n"
            )
        })
        .collect();
    format!(
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\n\n<OFX><BANKMSGSRSV1>\
         <STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>077<BRANCHID>0001<ACCTID>{account}\
         <ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261117<DTEND>20261118\n{lines}\
         </BANKTRANLIST><LEDGERBAL><BALAMT>{balance}<DTASOF>20261118</LEDGERBAL></STMTRS>\
         </STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
}

const LINES: [(&str, &str, &str, &str); 3] = [
    ("20261117", "100.00", "1", "Pix recebido - Ana Exemplo"),
    ("20261117", "100.00", "2", "Pix recebido - Ana Exemplo"),
    ("20261118", "-1.50", "3", "Tarifa de boleto"),
];

pub(super) fn page(house: &House) -> String {
    format!("/extrato/{}", house.ours.account_id)
}

async fn send(
    house: &House,
    ana: &Person,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Reply {
    let mut all = vec![("csrf", ana.csrf.as_str())];
    all.extend(fields);
    let files: Vec<_> = file.into_iter().map(|(name, bytes)| ("file", name, bytes)).collect();
    let path = format!("{}/importar", page(house));
    upload(ana.call(house, "POST", &path), &all, &files).send().await
}

/// Sends a file, and gives the page with its report.
async fn sent(house: &House, ana: &Person, name: &str, text: &str) -> String {
    let answer = send(house, ana, &[], Some((name, text.as_bytes()))).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    ana.get(house, answer.header("location").unwrap()).await.text()
}

async fn a_file_twice_adds_nothing_and_is_checked(house: &House) {
    let ana = Person::administrator(house).await;
    let empty = ana.get(house, &page(house)).await.text();
    assert!(empty.contains("Nenhum lançamento neste período"), "{empty}");
    let file = ofx("76543218", &LINES, "1198.50");
    let first = sent(house, &ana, "novembro.ofx", &file).await;
    assert!(first.contains("3 novos</strong>, 0 já conhecidos, 0 em dúvida"), "{first}");
    let again = sent(house, &ana, "outro-nome.txt", &file).await;
    assert!(again.contains("0 novos</strong>, 3 já conhecidos, 0 em dúvida"), "{again}");
    assert_eq!(kept(house).len(), 3);
    // Nothing before is known, so that the balance proves nothing yet.
    assert!(again.contains("Em aberto: sem saldo anterior"), "{again}");
    let next = [("20261118", "-1.50", "3", "Tarifa de boleto"), ("20261119", "7.00", "4", "Juros")];
    let next = ofx("76543218", &next, "1205.50").replace("<DTASOF>20261118", "<DTASOF>20261119");
    let next = next.replace("<DTSTART>20261117<DTEND>20261118", "<DTSTART>20261118<DTEND>20261119");
    let third = sent(house, &ana, "mais.ofx", &next).await;
    assert!(third.contains("1 novo</strong>, 1 já conhecido, 0 em dúvida"), "{third}");
    assert!(third.contains(">Conferido<"), "{third}");
    // Of another account: refused, unless a person insists.
    let foreign = ofx("11112223", &[("20261118", "5.00", "9", "De outra")], "5.00");
    let refused = send(house, &ana, &[], Some(("x.ofx", foreign.as_bytes()))).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("diz ser de outra conta (banco 077"), "{}", refused.text());
    assert!(refused.text().contains("É desta conta mesmo"));
    assert_eq!(kept(house).len(), 4);
    let insisted =
        send(house, &ana, &[("confirmed", "1")], Some(("x.ofx", foreign.as_bytes()))).await;
    assert_eq!(insisted.status, 303);
    assert_eq!(kept(house).len(), 5);
    // What is no statement says so; nothing is kept of it.
    let nothing = send(house, &ana, &[], Some(("foto.jpg", b"\xff\xd8\xff\x00"))).await;
    assert_eq!(nothing.status, 422);
    let none = send(house, &ana, &[], None).await;
    assert!(none.text().contains("escolha um arquivo"), "{}", none.text());
    assert_eq!(kept(house).len(), 5);
}

async fn a_csv_is_read_by_columns_that_are_remembered(house: &House) {
    let ana = Person::administrator(house).await;
    let csv = "Quando;O que;Quanto\n17/11/2026;Pix de Ana;10,50\n18/11/2026;Compra;-3,00\n";
    let asks = send(house, &ana, &[], Some(("extrato.csv", csv.as_bytes()))).await;
    assert_eq!(asks.status, 200);
    let asks = asks.text();
    assert!(asks.contains("Colunas do extrato") && asks.contains("Pix de Ana"), "{asks}");
    assert_eq!(kept(house), []);
    let content =
        asks.split("name=\"content\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let carried = [("file_name", "extrato.csv"), ("content", content), ("memo", "1")];
    let lacks = send(house, &ana, &[&carried[..], &[("date", "0")]].concat(), None).await;
    assert_eq!(lacks.status, 422);
    assert!(lacks.text().contains("em que coluna está o valor"), "{}", lacks.text());
    let columns = [("date", "0"), ("amount", "2")];
    let done = send(house, &ana, &[&carried[..], &columns].concat(), None).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let expected = [(date(2026, 11, 17), 1_050), (date(2026, 11, 18), -300)];
    assert_eq!(kept(house), expected);
    // The next file of this account is read at once; a broken row is told by its line.
    let more = format!("{csv}19/11/2026;Pix;dez\n19/11/2026;Pix;4,00\n");
    let told = sent(house, &ana, "outro.csv", &more).await;
    assert!(told.contains("1 novo</strong>, 2 já conhecidos"), "{told}");
    assert!(told.contains("linha 4: linha com valor que não se entende («dez»)"), "{told}");
}

async fn what_is_in_doubt_waits_for_a_person(house: &House) {
    let ana = Person::administrator(house).await;
    let csv = b"Data;Historico;Valor\n17/11/2026;DEPOSITO EM DINHEIRO;100,00\n";
    let sent_csv = async |name: &str| {
        let fields = [("file_name", name), ("date", "0"), ("memo", "1"), ("amount", "2")];
        let content: String = csv.iter().map(|byte| format!("{byte:02x}")).collect();
        let all = [&fields[..], &[("content", content.as_str())]].concat();
        let answer = send(house, &ana, &all, None).await;
        ana.get(house, answer.header("location").unwrap()).await.text()
    };
    sent(house, &ana, "a.ofx", &ofx("76543218", &LINES[..1], "100.00")).await;
    let told = sent_csv("a.csv").await;
    assert!(told.contains("0 novos</strong>, 0 já conhecidos, 1 em dúvida"), "{told}");
    assert!(told.contains("É outro lançamento") && told.contains("É o mesmo"), "{told}");
    let pending = house.get("/v1/pending").send().await.expect(200);
    assert_eq!(pending["data"][0]["kind"], "statement_doubtful");
    // Told again, it is still the same one in doubt.
    let again = sent_csv("b.csv").await;
    assert!(again.contains("0 novos</strong>, 1 já conhecido, 0 em dúvida"), "{again}");
    let list = house.get("/v1/statement_lines?status=doubtful").send().await.expect(200);
    let line = list["data"][0]["id"].as_str().unwrap().to_owned();
    assert!(!list["data"][0]["doubt"].as_str().unwrap().is_empty());
    let decide = async |word: &str| {
        let path = format!("{}/lancamentos/{line}/{word}", page(house));
        ana.post(house, &path, &[]).await
    };
    assert_eq!(decide("mesmo").await.status, 303);
    assert_eq!(decide("outro").await.status, 409);
    assert_eq!(kept(house), [(date(2026, 11, 17), 10_000)]);
    assert_eq!(house.get("/v1/pending").send().await.expect(200)["data"], json!([]));
    // Once decided, its source may tell it as often as it likes.
    let known = sent_csv("c.csv").await;
    assert!(known.contains("0 novos</strong>, 1 já conhecido, 0 em dúvida"), "{known}");
    assert_eq!(kept(house).len(), 1);
}

async fn programs_read_and_send_statements(house: &House) {
    let id = &house.ours.account_id;
    let path = format!("/v1/statement_imports?account_id={id}&file_name=a.ofx");
    let file = ofx("76543218", &LINES, "198.50");
    let made = house.call("POST", &path).raw(file.clone()).send().await.expect(201);
    assert_eq!((made["new"].as_i64(), made["known"].as_i64()), (Some(3), Some(0)));
    assert_eq!((&made["file_name"], &made["source"]), (&json!("a.ofx"), &json!("ofx")));
    let form = upload(house.call("POST", &path), &[], &[("file", "b.ofx", file.as_bytes())]);
    let again = form.send().await.expect(201);
    assert_eq!((again["new"].as_i64(), again["known"].as_i64()), (Some(0), Some(3)));
    let foreign = ofx("11112223", &LINES, "198.50");
    house.call("POST", &path).raw(foreign.clone()).send().await.problem(409, "other_account");
    house.call("POST", "/v1/statement_imports").raw(file).send().await.faults();
    let list = house.get("/v1/statement_imports").send().await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/statement_lines?limit=2&account_id={id}&cursor={cursor}");
        let page = house.get(&path).send().await.expect(200);
        found.extend(page["data"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let amounts: Vec<_> = found.iter().map(|line| line["amount"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [-150, 10_000, 10_000]);
    let path = "/v1/statement_lines?from=2026-11-18&to=2026-11-18&status=open";
    let one = house.get(path).send().await.expect(200);
    assert_eq!(one["data"].as_array().unwrap().len(), 1);
    let wrong = house.get("/v1/statement_lines?from=ontem&status=novo").send().await;
    assert_eq!(wrong.faults(), ["from invalid", "status invalid"]);
    let path = format!("/v1/statement_days?account_id={id}&from=2026-11-01&to=2026-11-30");
    let days = house.get(&path).send().await.expect(200);
    let days: Vec<_> = days["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["day"].as_str().unwrap(), day["moved"].as_i64().unwrap(), &day["closing"]))
        .map(|(day, moved, closing)| (day.to_owned(), moved, closing.clone()))
        .collect();
    let expected = [
        ("2026-11-17".to_owned(), 20_000, serde_json::Value::Null),
        ("2026-11-18".to_owned(), -150, json!(19_850)),
    ];
    assert_eq!(days, expected);
    let fetch = house.call("POST", "/v1/statements/fetch").send().await.expect(202);
    assert_eq!(fetch["accounts"], 1);
    // Nothing of ours is seen or changed by others.
    let theirs = |method: &str, path: &str| house.call(method, path).token(&house.theirs.token);
    let path = format!("/v1/statement_days?account_id={id}&from=2026-11-01&to=2026-11-30");
    theirs("GET", &path).send().await.problem(404, "not_found");
    let path = format!("/v1/statement_lines?account_id={id}");
    assert_eq!(theirs("GET", &path).send().await.expect(200)["data"], json!([]));
    let path = format!("/v1/statement_imports?account_id={id}");
    theirs("POST", &path).raw(foreign).send().await.problem(404, "not_found");
    let path = format!("/v1/statements/fetch?account_id={id}");
    theirs("POST", &path).send().await.problem(404, "not_found");
}

async fn a_person_sees_the_proof_and_takes_it_along(house: &House) {
    let ana = Person::administrator(house).await;
    past(house);
    let start = ana.get(house, &page(house)).await.text();
    assert!(start.contains("ainda nenhuma") && start.contains("Buscar agora"), "{start}");
    let asked = ana.post(house, &format!("{}/buscar", page(house)), &[]).await;
    assert_eq!(asked.status, 303);
    let world = house.restarted();
    for _ in 0..8 {
        read(house, &world);
    }
    let only = ana.get(house, "/extrato").await.text();
    assert!(only.contains("Extrato: Conta 7654321") && only.contains("Em dia"), "{only}");
    let shown = ana.get(house, &page(house)).await.text();
    assert!(shown.contains("Em dia") && shown.contains(">Conferido<"), "{shown}");
    assert!(shown.contains("Conferido por um saldo posterior"), "{shown}");
    assert!(shown.contains("Lido até") && shown.contains("22/11/2026"), "{shown}");
    // On the next business day, in the morning.
    assert!(shown.contains("24/11/2026 06:00"), "{shown}");
    let query = "?from=01/11/2026&to=22/11/2026&q=tarifa&open=1";
    let filtered = ana.get(house, &format!("{}{query}", page(house))).await.text();
    assert!(filtered.contains("TARIFA DE PACOTE") && !filtered.contains("ANA EXEMPLO"));
    let wrong = ana.get(house, &format!("{}?from=nunca", page(house))).await.text();
    assert!(wrong.contains("não é uma data"), "{wrong}");
    let file = format!("{}/exportar.csv?from=2026-11-16&to=2026-11-18", page(house));
    let csv = ana.get(house, &file).await.text();
    assert!(csv.contains("Abertura;Entradas;Saídas;Fechamento no banco;Diferença;Prova"), "{csv}");
    assert_eq!(csv.matches(";0,00;Conferido").count(), 3, "{csv}");
    let file = format!("{}/exportar.xlsx?from=2026-11-16&to=2026-11-18", page(house));
    let xlsx = ana.get(house, &file).await;
    assert!(xlsx.body.starts_with(b"PK"));
}

async fn days_without_lines_stand_in_one_row(house: &House) {
    let ana = Person::administrator(house).await;
    moves(house, date(2026, 11, 12), 5_000, "PIX", "ANA EXEMPLO");
    let world = house.restarted();
    for _ in 0..8 {
        read(house, &world);
    }
    let shown = ana.get(house, &format!("{}?from=02/11/2026&to=22/11/2026", page(house))).await;
    let shown = shown.text();
    // 2 November is a holiday.
    assert!(shown.contains("03/11/2026 a 11/11/2026"), "{shown}");
    assert!(shown.contains("7 dias sem lançamentos, com R$\u{a0}0,00"), "{shown}");
    assert!(shown.contains("Dia 12/11/2026") && !shown.contains("Dia 11/11/2026"), "{shown}");
    assert!(shown.contains("com R$\u{a0}50,00"), "{shown}");
}

async fn the_daily_reading_is_turned_off_and_on(house: &House) {
    let ana = Person::administrator(house).await;
    let world = house.restarted();
    let mut books = vec![moves(house, date(2026, 11, 20), 1_000, "PIX", "ANA EXEMPLO")];
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), books);
    let account = format!("/contas/{}", house.ours.account_id);
    let shown = ana.get(house, &account).await.text();
    assert!(shown.contains("Busca diária ligada"), "{shown}");
    let switch = format!("{account}/extrato-diario");
    let clerk = Person::with_role(house, Role::Finance).await;
    assert_eq!(clerk.post(house, &switch, &[("daily", "no")]).await.status, 403);
    assert_eq!(ana.post(house, &switch, &[("daily", "no")]).await.status, 303);
    let shown = ana.get(house, &account).await.text();
    assert!(shown.contains("Busca diária desligada"), "{shown}");
    // Days pass, and nobody reads.
    let a_week = || {
        for _ in 0..7 {
            house.clock.pass(DAY - 60);
            read(house, &world);
        }
    };
    books.push(moves(house, today(house), 2_000, "PIX", "BRUNO EXEMPLO"));
    a_week();
    assert_eq!(kept(house), books[..1]);
    let shown = ana.get(house, &page(house)).await.text();
    let off = shown.contains("Busca diária desligada") && shown.contains("só quando alguém pedir");
    assert!(off && shown.contains("Buscar agora"), "{shown}");
    // Whoever asks has it read, once.
    let asked = clerk.post(house, &format!("{}/buscar", page(house)), &[]).await;
    assert_eq!(asked.status, 303);
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books.clone()));
    assert!(open(house).iter().all(|day| day.1.is_none()), "{:?}", open(house));
    books.push(moves(house, today(house), 3_000, "PIX", "CARLA EXEMPLO"));
    a_week();
    assert_eq!(kept(house).len(), 2);
    // Turned on, what was missed is read at once, and then every day.
    let path = format!("/v1/accounts/{}/statement", house.ours.account_id);
    let put = |daily: bool| house.call("PUT", &path).json(&json!({ "daily": daily }));
    assert_eq!(put(true).send().await.expect(200)["statement_daily"], true);
    assert_eq!(put(true).send().await.expect(200)["statement_daily"], true);
    read(house, &world);
    assert_eq!(kept(house), sorted(books.clone()));
    books.push(moves(house, today(house), 4_000, "PIX", "DIEGO EXEMPLO"));
    a_week();
    assert_eq!(kept(house), sorted(books));
    // Who may do it, and that it is on record.
    let reader = house.token(&[quita_engine::desk::Permission::Charge]);
    put(false).token(&reader).send().await.problem(403, "forbidden");
    put(false).token(&house.theirs.token).send().await.problem(404, "not_found");
    let (company, id) = (house.ours.actor.company_id.clone(), house.ours.account_id.clone());
    let read =
        move |tx: &mut quita_store::Tx| quita_store::audit::of_subject(tx, &company, &id, 100);
    let trail = house.world.store.read(read).unwrap();
    let told: Vec<&str> = trail
        .iter()
        .filter(|entry| entry.action == "statement.daily_changed")
        .map(|entry| entry.details.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
}
