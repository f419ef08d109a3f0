//! A month at two banks by file: entries, refusals, payments, write-offs and changed due dates,
//! while the process is killed at each point of the way. The banks know only their manuals, and
//! in the end their books and ours are the same.

mod bank;
mod folder;

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_engine::clock::bank_day;
use serde_json::{Value as Json, json};

use self::bank::{Bank, FEE, Manual, State};
use crate::house::{House, new_boleto};

/// How the process dies while something is done at an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// At a named point.
    At(&'static str),
    /// With an order of boletos on its way, wherever that is by then.
    WhileIssuing,
    /// The same, with the order of a remittance.
    WhileRemitting,
}

const DEATHS: [Death; 8] = [
    Death::WhileIssuing,
    Death::At("act.stored"),
    Death::At("remittance.made"),
    Death::WhileRemitting,
    Death::At("return.kept"),
    Death::At("return.lot"),
    Death::At("return.lot:2"),
    Death::At("return.read"),
];

/// More than are learned in one transaction.
const MANY: usize = 230;
/// Boletos of other days; the bank refuses the last of them.
const FEW: usize = 4;
/// The number of the first remittance.
const FIRST: i64 = 7;
/// The day on which a return is sent half written first.
const HALF: usize = 4;
/// The day on which somebody pays twice.
const TWICE: usize = 5;
/// The day on which the remittance is made by command.
const BY_COMMAND: usize = 9;

/// An account here, and its bank.
struct Place {
    sign: char,
    account_id: String,
    bank: Bank,
    /// Documents that can be paid there, the oldest first.
    open: Vec<String>,
    /// Boletos by document: their ids.
    ids: BTreeMap<String, String>,
    /// All returns of the bank.
    returns: Vec<Vec<u8>>,
}

#[test]
fn a_month_by_files_survives_every_kill() {
    let mut house = House::without_account();
    let mut places = [
        place(&house, 'A', Manual::Itau400, ["341", "0057", "72192", "0"]),
        place(&house, 'B', Manual::Febraban240, ["208", "0050", "81234", "7"]),
    ];
    // Each death comes once at each account.
    for (turn, death) in DEATHS.into_iter().chain(DEATHS).enumerate() {
        for (which, place) in places.iter_mut().enumerate() {
            let death = Some(death).filter(|_| which == turn / DEATHS.len());
            place.day(&mut house, turn, death);
        }
        house.advance_minutes(2 * 24 * 60);
    }
    for place in &places {
        place.agrees(&house);
    }
    let mut kinds = BTreeMap::new();
    for item in all(&house, "/v1/pending?") {
        *kinds.entry(item["kind"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    let refused = 2 * DEATHS.len() * 2;
    assert_eq!(kinds, [("paid_twice".into(), 4), ("rejected".into(), refused)].into());
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}

fn place(house: &House, sign: char, manual: Manual, account: [&'static str; 4]) -> Place {
    let (layout, data) = match manual {
        Manual::Itau400 => ("itau-400", json!({ "wallet": "109" })),
        Manual::Febraban240 => {
            ("febraban-240", json!({ "wallet": "1", "agreement": "12345678901234567890" }))
        }
    };
    let [bank, branch, number, digit] = account;
    let new = json!({
        "bank": bank, "description": format!("Conta {sign}"), "branch": branch,
        "number": number, "digit": digit, "data": data, "layout": layout,
        "next_remittance": FIRST, "first_our_number": 1001,
    });
    Place {
        sign,
        account_id: house.post("/v1/accounts", &new)["id"].as_str().unwrap().to_owned(),
        bank: Bank::new(manual, account),
        open: Vec::new(),
        ids: BTreeMap::new(),
        returns: Vec::new(),
    }
}

fn today(house: &House) -> Date {
    bank_day(house.sandbox.clock().now())
}

fn in_days(house: &House, days: i64) -> String {
    today(house).checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

/// All that a list has; the path ends where a parameter may follow.
fn all(house: &House, path: &str) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = house.get(&format!("{path}limit=200{cursor}"));
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Does something, and once before in a process that dies at its point, where it is one of these.
fn dying(
    house: &mut House,
    death: Option<Death>,
    points: &str,
    what: impl Fn(&House) -> Option<Json>,
) -> Json {
    if let Some(Death::At(point)) = death
        && point.starts_with(points)
    {
        house.open(Some(point));
        what(house);
        house.wait_for_death();
        house.open(None);
    }
    what(house).expect("an answer")
}

impl Place {
    /// A day at the account, in which the process dies once where it shall.
    fn day(&mut self, house: &mut House, turn: usize, death: Option<Death>) {
        let day = today(house);
        let new = self.issue(house, turn, death);
        self.ask(house, turn, death);
        let remittance = self.remit(house, turn, death);
        self.bank.take(&remittance, day);
        let due = self.open.len().min(2);
        for document in self.open.drain(..due) {
            self.bank.pay(&document, day);
            if turn == TWICE {
                self.bank.pay(&document, day);
            }
        }
        let refused = self.document(turn, FEW - 1);
        self.open.extend(new.into_iter().filter(|document| *document != refused));
        // Every third return tells once more what the one before told.
        let file = self.bank.tell(day, turn % 3 == 2);
        if turn == HALF {
            self.learn(house, &file[..file.len() * 2 / 3], None);
        }
        self.learn(house, &file, death);
    }

    fn document(&self, turn: usize, n: usize) -> String {
        format!("{}{turn:02}-{n:03}", self.sign)
    }

    /// Issues boletos; gives their documents.
    fn issue(&mut self, house: &mut House, turn: usize, death: Option<Death>) -> Vec<String> {
        let is_long = |death| matches!(death, Death::At(point) if point.starts_with("return.lot"));
        let count = if death.is_some_and(is_long) { MANY } else { FEW };
        self.bank.refuses.insert(self.document(turn, FEW - 1));
        let due = in_days(house, 25);
        let boletos = (0..count).map(|n| {
            let mut new = new_boleto(&self.document(turn, n));
            new["account_id"] = json!(self.account_id);
            new["expiration_date"] = json!(due);
            new["amount"] = json!(10_000 + 1000 * turn + n);
            new
        });
        let body = json!({ "boletos": boletos.collect::<Vec<Json>>() });
        let key = format!("emissao-{}-{turn}", self.sign);
        if death == Some(Death::WhileIssuing) {
            house.post_and_kill("/v1/boletos/batch", &key, &body);
        }
        let issued = house.post_stubbornly("/v1/boletos/batch", &key, &body).unwrap();
        let word = |boleto: &Json, name: &str| boleto[name].as_str().unwrap().to_owned();
        let issued = issued["boletos"].as_array().unwrap().clone();
        let new = issued.iter().map(|one| (word(one, "document_number"), word(one, "id")));
        self.ids.extend(new.clone());
        new.map(|(document, _)| document).collect()
    }

    /// Asks for a write-off, and now and then for another due date.
    fn ask(&mut self, house: &mut House, turn: usize, death: Option<Death>) {
        let Some(document) = self.open.pop() else { return };
        let (key, id) = (format!("baixa-{document}"), &self.ids[&document]);
        let path = format!("/v1/boletos/{id}/cancel");
        dying(house, death, "act.", |house| house.post_stubbornly(&path, &key, &json!({})));
        let Some(document) = self.open.last().filter(|_| turn.is_multiple_of(2)) else { return };
        let change = json!({ "expiration_date": in_days(house, 40) });
        house.post(&format!("/v1/boletos/{}/change", self.ids[document]), &change);
    }

    /// Makes the remittance of the day; gives its content.
    fn remit(&self, house: &mut House, turn: usize, death: Option<Death>) -> Vec<u8> {
        let body = json!({ "account_id": self.account_id });
        let key = format!("remessa-{}-{turn}", self.sign);
        if death == Some(Death::WhileRemitting) {
            house.post_and_kill("/v1/remittances", &key, &body);
        }
        let made = if turn == BY_COMMAND {
            let (ok, made) = house.command(&["remittance", "make", "--account", &self.account_id]);
            assert!(ok, "{made}");
            made
        } else {
            dying(house, death, "remittance.", |house| {
                house.post_stubbornly("/v1/remittances", &key, &body)
            })
        };
        let path = format!("/v1/remittances/{}", made["id"].as_str().unwrap());
        let file = house.bytes(&format!("{path}/file"));
        assert_eq!(file, house.bytes(&format!("{path}/file")));
        if turn == BY_COMMAND {
            let (id, to) = (made["id"].as_str().unwrap(), house.data().display().to_string());
            let (ok, saved) = house.command(&["remittance", "download", id, "--to", &to]);
            assert!(ok, "{saved}");
            assert_eq!(file, std::fs::read(saved["file"].as_str().unwrap()).unwrap());
        }
        house.post(&format!("{path}/sent"), &json!({}));
        file
    }

    /// Sends a return and waits until it was read.
    fn learn(&mut self, house: &mut House, file: &[u8], death: Option<Death>) {
        let path = format!("/v1/returns?file_name=retorno-{}.ret", self.returns.len());
        let kept = dying(house, death, "return.", |house| house.post_file(&path, file));
        let path = format!("/v1/returns/{}", kept["id"].as_str().unwrap());
        house.await_that("the return read", || !house.get(&path)["done_at"].is_null());
        self.returns.push(file.to_vec());
    }

    /// The bank's books and ours.
    fn agrees(&self, house: &House) {
        let of_account =
            |path: &str| all(house, &format!("{path}?account_id={}&", self.account_id));
        assert_eq!(self.bank.complaints, Vec::<String>::new());
        // No number of a file is used twice or left out.
        let mut numbers: Vec<i64> =
            of_account("/v1/remittances").iter().map(|f| f["number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (FIRST..).take(2 * DEATHS.len()).collect::<Vec<_>>());
        if !self.bank.numbers.is_empty() {
            assert_eq!(self.bank.numbers, numbers);
        }
        // Each boleto is one title there, and stands as it stands there.
        let boletos = of_account("/v1/boletos");
        assert_eq!((boletos.len(), self.bank.titles.len()), (self.ids.len(), self.ids.len()));
        for boleto in &boletos {
            let document = boleto["document_number"].as_str().unwrap();
            let mut titles = self.bank.titles.iter().filter(|(_, t)| t.document == document);
            let (Some((our_number, title)), None) = (titles.next(), titles.next()) else {
                panic!("not one title: {boleto}");
            };
            let ours = boleto["our_number"].as_str().unwrap();
            assert!(our_number.starts_with(ours), "{our_number}: {boleto}");
            let status = match title.state {
                State::Open => "REGISTERED",
                State::Refused => "REJECTED",
                State::WrittenOff => "CANCELLED",
                State::Paid => "SETTLED",
            };
            let cents: i64 = title.payments.iter().sum();
            assert_eq!(
                (&boleto["status"], &boleto["received"], &boleto["expiration_date"]),
                (&json!(status), &json!(cents), &json!(title.due.to_string())),
                "{title:?}: {boleto}"
            );
        }
        let paid: Vec<i64> =
            self.bank.titles.values().flat_map(|title| title.payments.clone()).collect();
        let is_ours = |receipt: &Json| self.ids.values().any(|id| receipt["boleto_id"] == **id);
        let receipts =
            || -> Vec<Json> { all(house, "/v1/receipts?").into_iter().filter(is_ours).collect() };
        let mut received: Vec<i64> =
            receipts().iter().map(|receipt| receipt["amount"].as_i64().unwrap()).collect();
        received.sort_unstable();
        let mut expected = paid.clone();
        expected.sort_unstable();
        assert_eq!(received, expected);
        assert!(receipts().iter().all(|receipt| receipt["fee"] == FEE), "{:?}", receipts());
        // Each return was read once, and brought each payment once.
        let returns = of_account("/v1/returns");
        assert_eq!(returns.len(), self.returns.len());
        let brought: i64 = returns.iter().map(|file| file["received"].as_i64().unwrap()).sum();
        assert_eq!(brought, paid.iter().sum::<i64>());
        for file in &self.returns {
            let again = house.post_file("/v1/returns?file_name=copia.ret", file).unwrap();
            assert_eq!(again["known"], true);
            assert!(returns.iter().any(|one| one["id"] == again["id"]), "{again}");
        }
        assert_eq!(receipts().len(), paid.len());
    }
}
