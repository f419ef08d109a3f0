//! A month at a bank by files: entries, refusals, changes, payments told once and twice,
//! write-offs, and files that come again, overlap, or are broken.

use jiff::civil::{Date, date};
use quita_formats::cnab::codes::{Instruction, Movement};
use serde_json::{Value, json};

use super::bank::{Heard, Told, answer, hear};
use super::{BTG, ITAU, account, issue, layout, lines, one, remit, send};
use crate::house::House;

crate::on_both_databases! { at_itau_in_400 at_btg_in_240 a_payment_without_amounts_waits_for_a_person a_layout_that_nobody_knows_settles_nothing }

async fn at_itau_in_400(house: &House) {
    month(house, ITAU, "03").await;
}

async fn at_btg_in_240(house: &House) {
    month(house, BTG, "16").await;
}

fn day(day: i8) -> Date {
    date(2026, 12, day)
}

/// The title of a boleto, as the bank heard of it.
fn title<'h>(heard: &'h [Heard], number: &str) -> &'h Heard {
    let of = |heard: &&Heard| heard.document_number == number;
    heard.iter().find(of).unwrap_or_else(|| panic!("no {number} in {heard:?}"))
}

fn effects(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["effect"].as_str().unwrap()).collect()
}

async fn status(house: &House, boleto: &Value) -> String {
    one(house, &boleto["id"]).await["status"].as_str().unwrap().to_owned()
}

async fn month(house: &House, place: (&str, &str), reason: &'static str) {
    let layout = layout(place);
    let account_id = account(house, place);
    let mut boletos = Vec::new();
    for n in 1..=7 {
        boletos.push(issue(house, &account_id, &format!("M-{n}")).await);
    }
    let [normal, pix, twice, refused, cancelled, moved, silent] = boletos.as_slice() else {
        panic!("seven")
    };

    // The file has what was asked, and nothing of it twice.
    let (first, bytes) = remit(house, &account_id, "r1").await;
    let heard = hear(&bytes);
    assert_eq!(heard.len(), 7);
    assert!(heard.iter().all(|heard| heard.instruction == Instruction::Register));
    for boleto in &boletos {
        let heard = title(&heard, boleto["document_number"].as_str().unwrap());
        let ours = boleto["our_number"].as_str().unwrap();
        assert!(heard.our_number.starts_with(ours), "{} {ours}", heard.our_number);
        assert_eq!(heard.amount.cents(), 125_000);
    }
    assert_eq!((&first["entries"], &first["amount"]), (&json!(7), &json!(875_000)));

    // Registered, but for one that is refused and one of which nothing is told.
    let mut told: Vec<Told> = ["M-1", "M-2", "M-3", "M-5", "M-6"]
        .iter()
        .map(|number| Told::new(title(&heard, number), Movement::Registered, day(1)))
        .collect();
    let refusal = Told::new(title(&heard, "M-4"), Movement::Rejected, day(1));
    told.push(Told { reasons: reason, ..refusal });
    let registered = answer(layout, &bytes, 1, day(2), &told);
    let read = send(house, "retorno-1.ret", &registered).await;
    assert_eq!((&read["titles"], &read["news"], &read["open"]), (&json!(6), &json!(6), &json!(0)));
    assert_eq!(read["warnings"], json!([]));
    assert_eq!(status(house, normal).await, "REGISTERED");
    assert_eq!(status(house, silent).await, "CREATED");
    let refused_now = one(house, &refused["id"]).await;
    assert_eq!(refused_now["status"], "REJECTED");
    let message = refused_now["refusal"]["message"].as_str().unwrap();
    assert!(message.starts_with(reason) && message.len() > 10, "{message}");
    // The numbers that were printed are those that count.
    let now = one(house, &normal["id"]).await;
    for field in ["our_number", "barcode", "writable_line"] {
        assert_eq!(now[field], normal[field], "{field}");
    }

    // One is cancelled, one gets another day: both wait for the next file.
    let ask = |boleto: &Value, what: &str| {
        format!("/v1/boletos/{}/{what}", boleto["id"].as_str().unwrap())
    };
    house.post(&ask(cancelled, "cancel"), "c", &json!({})).send().await.expect(202);
    let change = json!({ "expiration_date": "2026-12-28" });
    house.post(&ask(moved, "change"), "m", &change).send().await.expect(202);
    house.post(&ask(moved, "change"), "m2", &change).send().await.problem(409, "already_wanted");
    let (second, bytes_2) = remit(house, &account_id, "r2").await;
    assert_eq!(second["number"], 8);
    let asked = hear(&bytes_2);
    let asked_for = |instruction: Instruction| {
        asked.iter().find(|heard| heard.instruction == instruction).unwrap()
    };
    assert_eq!(asked.len(), 2);
    let written_off = asked_for(Instruction::WriteOff);
    assert!(written_off.our_number.starts_with(cancelled["our_number"].as_str().unwrap()));
    let prolonged = asked_for(Instruction::ChangeExpiration);
    assert_eq!(prolonged.due, Some(day(28)));

    // Payments: by barcode, by Pix, and twice. One is told at once and again with its credit.
    let to = |number: &str| title(&heard, number);
    let paid = Told::paid(to("M-1"), Movement::Settled, day(5), 125_000);
    let informed = Told { credit: None, fee: 0, ..paid.clone() };
    let by_pix = match layout.format.codes().movements.iter().any(by_pix) {
        true => Movement::SettledByPix,
        false => Movement::Settled,
    };
    let day_5 = [
        Told::new(written_off, Movement::WrittenOff, day(5)),
        Told::new(prolonged, Movement::ExpirationChanged, day(5)),
        informed,
        Told::paid(to("M-2"), by_pix, day(5), 125_000),
        Told::paid(to("M-3"), Movement::Settled, day(5), 125_000),
        Told::paid(to("M-3"), Movement::Settled, day(5), 125_000),
    ];
    let return_2 = answer(layout, &bytes, 2, day(6), &day_5);
    let read = send(house, "retorno-2.ret", &return_2).await;
    assert_eq!((&read["news"], &read["received"]), (&json!(6), &json!(500_000)), "{read}");
    assert_eq!(status(house, cancelled).await, "CANCELLED");
    let moved_now = one(house, &moved["id"]).await;
    assert_eq!(
        (&moved_now["status"], &moved_now["expiration_date"]),
        (&json!("REGISTERED"), &json!("2026-12-28"))
    );
    assert_ne!(moved_now["barcode"], moved["barcode"]);
    assert_eq!(moved_now["our_number"], moved["our_number"]);
    let paid_twice = one(house, &twice["id"]).await;
    assert_eq!(paid_twice["receipts"].as_array().unwrap().len(), 2);

    // The next file tells some of it again, with the credit of what was only informed.
    let day_6 = [paid.clone(), day_5[3].clone(), day_5[4].clone(), day_5[5].clone()];
    let return_3 = answer(layout, &bytes, 3, day(7), &day_6);
    let read = send(house, "retorno-3.ret", &return_3).await;
    assert_eq!(read["received"], 0);
    assert_eq!(effects(&lines(house, &read).await), ["new", "known", "known", "known"]);
    let settled = one(house, &normal["id"]).await;
    let receipts = settled["receipts"].as_array().unwrap();
    assert_eq!((settled["status"].as_str(), receipts.len()), (Some("SETTLED"), 1));
    assert_eq!(
        (&receipts[0]["credited_on"], &receipts[0]["fee"]),
        (&json!("2026-12-06"), &json!(250))
    );
    let by_pix_now = one(house, &pix["id"]).await;
    assert_eq!(by_pix_now["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(one(house, &twice["id"]).await["receipts"].as_array().unwrap().len(), 2);

    // The same content under another name, with other ends of lines, is the same file.
    let unix: Vec<u8> = return_3.iter().copied().filter(|byte| *byte != b'\r').collect();
    let again = send(house, "copia.txt", &[unix.as_slice(), &[0x1a]].concat()).await;
    assert_eq!((&again["known"], &again["id"]), (&json!(true), &read["id"]));

    // Of a stranger, and a line cut off: told to a person, the rest is used.
    let mut stranger = paid.clone();
    stranger.title = to("M-7").clone();
    let foreign = answer(
        layout,
        &bytes,
        4,
        day(8),
        &[Told::new(to("M-7"), Movement::Registered, day(8)), stranger],
    );
    let text = String::from_utf8(foreign).unwrap();
    let (ours, reference) =
        (silent["our_number"].as_str().unwrap(), silent["bank_reference"].as_str().unwrap());
    let mut rows: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
    let at = rows.iter().rposition(|row| row.contains(ours)).unwrap();
    let other = "9".repeat(ours.len());
    rows[at] = rows[at].replace(ours, &other).replace(reference, &" ".repeat(reference.len()));
    rows.insert(at, "1 uma linha que o banco nunca faria".to_owned());
    let broken = rows.join("\r\n");
    let read = send(house, "retorno-4.ret", broken.as_bytes()).await;
    assert!(!read["warnings"].as_array().unwrap().is_empty(), "{read}");
    assert_eq!(read["open"], 1, "{read}");
    assert_eq!(status(house, silent).await, "REGISTERED");
    let told = lines(house, &read).await;
    assert_eq!(effects(&told), ["new", "unknown"], "{told:?}");
    assert_eq!(told[1]["boleto_id"], Value::Null);

    // A person is told of what only a person can decide.
    let pending = house.get("/v1/pending").send().await.expect(200);
    let mut kinds: Vec<&str> = pending["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["paid_twice", "rejected", "return_to_look_at"]);
    // Nothing waits, and a remittance is no return.
    let next = house.get(&format!("/v1/remittances/next?account_id={account_id}")).send().await;
    assert_eq!(next.expect(200)["waiting"], 0);
    let call = house.call("POST", "/v1/returns").header("content-type", "text/plain");
    let wrong = call.raw(bytes).send().await;
    assert_eq!(wrong.faults(), ["file wrong_direction"]);
}

/// The amounts of a payment are lost on the way: what was paid is not guessed, and the whole file
/// tells it.
async fn a_payment_without_amounts_waits_for_a_person(house: &House) {
    let layout = layout(BTG);
    let account_id = account(house, BTG);
    let boleto = issue(house, &account_id, "A-1").await;
    let (_, bytes) = remit(house, &account_id, "r1").await;
    let heard = hear(&bytes);
    let registered = [Told::new(&heard[0], Movement::Registered, day(1))];
    send(house, "1.ret", &answer(layout, &bytes, 1, day(1), &registered)).await;
    // Late: with fine and interest.
    let paid = Told::paid(&heard[0], Movement::Settled, day(5), 128_750);
    let whole = answer(layout, &bytes, 2, day(6), &[paid]);
    let text = String::from_utf8(whole.clone()).unwrap();
    let lost: Vec<&str> = text.lines().filter(|row| row.get(13..14) != Some("U")).collect();
    let read = send(house, "2.ret", lost.join("\r\n").as_bytes()).await;
    assert_eq!((&read["received"], &read["open"]), (&json!(0), &json!(1)), "{read}");
    let told = lines(house, &read).await;
    assert_eq!(effects(&told), ["look"], "{told:?}");
    let now = one(house, &boleto["id"]).await;
    assert_eq!((&now["status"], &now["receipts"]), (&json!("REGISTERED"), &json!([])));

    let read = send(house, "2-de-novo.ret", &whole).await;
    assert_eq!((&read["received"], &read["open"]), (&json!(128_750), &json!(0)), "{read}");
    let now = one(house, &boleto["id"]).await;
    let receipts = now["receipts"].as_array().unwrap();
    assert_eq!((&now["status"], receipts.len()), (&json!("SETTLED"), 1), "{now}");
    assert_eq!(receipts[0]["amount"], 128_750, "{receipts:?}");
}

/// A return in 400 of a bank whose 400 is not known is read by what most banks share: at some of
/// them these codes mean something else.
async fn a_layout_that_nobody_knows_settles_nothing(house: &House) {
    let account_id = account(house, BTG);
    let boleto = issue(house, &account_id, "C-1").await;
    let (_, bytes) = remit(house, &account_id, "r1").await;
    let registered = [Told::new(&hear(&bytes)[0], Movement::Registered, day(1))];
    send(house, "1.ret", &answer(layout(BTG), &bytes, 1, day(1), &registered)).await;
    let row = |parts: &[(usize, &str)]| {
        let mut row = " ".repeat(400);
        for (from, text) in parts {
            row.replace_range(from - 1..from - 1 + text.len(), text);
        }
        row + "\r\n"
    };
    let [reference, number] =
        ["bank_reference", "our_number"].map(|field| boleto[field].as_str().unwrap());
    let file = [
        row(&[
            (1, "02RETORNO"),
            (27, "0057000721920"),
            (77, BTG.0),
            (95, "061226"),
            (395, "000001"),
        ]),
        row(&[
            (1, "1"),
            (38, reference),
            (63, number),
            (109, "06051226"),
            (117, "C-1"),
            (147, "1012260000000125000"),
            (176, "0000000000250"),
            (254, "00000001250000000000000000"),
            (296, "061226"),
            (395, "000002"),
        ]),
        row(&[(1, "9"), (395, "000003")]),
    ]
    .concat();
    let read = send(house, "comum.ret", file.as_bytes()).await;
    assert_eq!((&read["received"], &read["open"]), (&json!(0), &json!(1)), "{read}");
    let told = lines(house, &read).await;
    assert_eq!(effects(&told), ["look"], "{told:?}");
    assert_eq!((&told[0]["boleto_id"], &told[0]["paid_amount"]), (&boleto["id"], &json!(125_000)));
    assert!(told[0]["notes"].to_string().contains("confira"), "{told:?}");
    assert_eq!(status(house, &boleto).await, "REGISTERED");
}

fn by_pix(code: &quita_formats::cnab::codes::Code<Movement>) -> bool {
    code.means == Movement::SettledByPix
}
