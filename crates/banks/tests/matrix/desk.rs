//! One client of one simulated bank, with a clock of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use quita_banks::contract::Done;
use quita_banks::contract::{Bank, Ctx, HttpResponse, Inbound, InboundReply, Op, Outcome, Report};
use quita_banks::info::{Auth, BankInfo};
use quita_banks::simulator::{Callback, Control, Entropy, SimReply, SimRequest, Simulator};
use quita_banks::statement::{Gathered, Gathering, StatementDetail};
use quita_core::bank_line::BankLine;
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType};
use quita_core::party::{Address, Party};
use quita_core::terms::Terms;

/// The account with its check digit.
pub(crate) const ACCOUNT: &str = "123454";

/// Where the bank is to send its notices.
pub(crate) const HOOK: &str = "https://cobranca.example/hooks/1a2b3c";

/// A Monday at ten in São Paulo.
pub(crate) fn start() -> Timestamp {
    "2026-11-23T13:00:00Z".parse().unwrap()
}

struct Numbers(u64);

impl Entropy for Numbers {
    fn next_u64(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 33)
    }
}

/// The client.
pub(crate) struct Desk {
    bank: &'static dyn Bank,
    simulator: Option<Box<dyn Simulator>>,
    pub(crate) now: Timestamp,
    numbers: Numbers,
    tokens: BTreeMap<String, String>,
    /// What is set for the account, as the bank gave it.
    account: BTreeMap<String, String>,
    /// Our numbers by reference, at banks that leave them to the company.
    our_numbers: BTreeMap<String, String>,
}

impl Desk {
    pub(crate) fn new(bank: &'static dyn Bank) -> Self {
        let mut desk = Self::new_without_simulator(bank);
        desk.simulator = bank.simulator();
        assert!(desk.simulator.is_some(), "{} claims an API", bank.info().name);
        let made = desk.control(&Control::AddClient {
            client_id: "client".into(),
            client_secret: "secret".into(),
            scopes: String::new(),
            account: ACCOUNT.into(),
            certificate: Some("aa".into()),
            owner: None,
        });
        let texts = made.as_object().unwrap().iter().filter_map(|(k, v)| Some((k, v.as_str()?)));
        desk.account = texts.map(|(k, v)| (k.clone(), v.to_owned())).collect();
        desk
    }

    pub(crate) fn new_without_simulator(bank: &'static dyn Bank) -> Self {
        let numbers = Numbers(7);
        Self {
            bank,
            simulator: None,
            now: start(),
            numbers,
            tokens: BTreeMap::new(),
            account: BTreeMap::new(),
            our_numbers: BTreeMap::new(),
        }
    }

    pub(crate) fn ctx(&self) -> Ctx {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-3));
        let here = self.now.to_zoned(zone);
        let minute = i16::from(here.hour()) * 60 + i16::from(here.minute());
        Ctx {
            account: self.account.clone(),
            branch: "0001".into(),
            account_number: "12345".into(),
            account_digit: "4".into(),
            now: self.now,
            today: here.date(),
            minute_of_day: u16::try_from(minute).unwrap(),
            sandbox: false,
        }
    }

    /// Plays the payer, the clerk or a fault.
    pub(crate) fn control(&mut self, control: &Control) -> serde_json::Value {
        let simulator = self.simulator.as_mut().unwrap();
        simulator.control(control, self.now, &mut self.numbers).unwrap()
    }

    fn send(&mut self, request: &SimRequest) -> HttpResponse {
        let simulator = self.simulator.as_mut().unwrap();
        match simulator.handle(request, self.now, &mut self.numbers) {
            SimReply::Answer { response, .. } => response,
            other => panic!("no answer: {other:?}"),
        }
    }

    fn token(&mut self, scopes: &str) -> Option<String> {
        let Auth::ClientCredentials { path, .. } = &self.bank.info().auth else { return None };
        if let Some(token) = self.tokens.get(scopes) {
            return Some(token.clone());
        }
        let body = format!(
            "client_id=client&client_secret=secret&grant_type=client_credentials&scope={}",
            scopes.replace(' ', "%20")
        );
        let answer = self.send(&SimRequest {
            method: "POST".into(),
            path: (*path).to_owned(),
            headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
            body: body.into_bytes(),
            client_certificate: Some("aa".into()),
            ..SimRequest::default()
        });
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let token = told["access_token"].as_str().unwrap().to_owned();
        self.tokens.insert(scopes.to_owned(), token.clone());
        Some(token)
    }

    /// Asks the bank.
    pub(crate) fn call(&mut self, op: &Op) -> Outcome {
        let ctx = self.ctx();
        let op = &self.numbered(op);
        let request = self.bank.request(op, &ctx).unwrap();
        let mut headers = request.headers.clone();
        headers.extend(self.bank.client_headers("client"));
        let host = self.info().hosts.iter().find(|host| host.key == request.host).unwrap();
        if let Some(token) = self.token(&request.scopes.join(" ")) {
            headers.push(("authorization".into(), format!("Bearer {token}")));
        }
        let answer = self.send(&SimRequest {
            method: request.method.into(),
            path: host.at("") + &request.path,
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
            client_certificate: Some("aa".into()),
        });
        self.bank.outcome(op, &answer, &ctx)
    }

    /// The operation with our number, where the company gives it: one for each reference.
    fn numbered(&mut self, op: &Op) -> Op {
        let Some(numbering) = self.bank.numbering(&self.ctx()) else { return op.clone() };
        let mut op = op.clone();
        match &mut op {
            Op::Issue(order) | Op::Rehearse(order) => {
                let next = self.our_numbers.len() + 1;
                let digits = numbering.digits;
                let number = self.our_numbers.entry(order.bank_reference.clone());
                order.our_number = Some(number.or_insert(format!("{next:0digits$}")).clone());
            }
            Op::Find { bank_reference, our_number, .. } => {
                *our_number = self.our_numbers.get(bank_reference).cloned();
            }
            _ => {}
        }
        op
    }

    /// Asks the bank for boletos, to the end of the list.
    pub(crate) fn reports(&mut self, op: impl Fn(Option<String>) -> Op) -> Vec<Report> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            match self.call(&op(cursor)) {
                Outcome::Page { reports, next } => {
                    all.extend(reports);
                    match next {
                        Some(next) => cursor = Some(next),
                        None => return all,
                    }
                }
                Outcome::Done(Done::Reports(reports)) => return reports,
                other => panic!("no list: {other:?}"),
            }
        }
    }

    /// Asks the bank for a statement, to its end.
    pub(crate) fn statement(
        &mut self,
        detail: StatementDetail,
        from: Date,
        to: Date,
    ) -> Vec<BankLine> {
        let (mut all, mut cursor) = (Gathering::default(), None);
        loop {
            let page = match self.call(&Op::Statement { from, to, detail, cursor }) {
                Outcome::Done(Done::Lines(page)) => page,
                other => panic!("no statement: {other:?}"),
            };
            match all.take(page) {
                Gathered::Next(next) => cursor = next,
                Gathered::Whole { lines, unread: 0, .. } => return lines,
                other => panic!("no whole statement: {other:?}"),
            }
        }
    }

    /// What is on the account at the end of a day, or now.
    pub(crate) fn balance(&mut self, day: Option<Date>) -> Money {
        match self.call(&Op::Balance { day }) {
            Outcome::Done(Done::Balance(balance)) => balance.available,
            other => panic!("no balance: {other:?}"),
        }
    }

    /// What the bank can do.
    pub(crate) fn info(&self) -> &'static BankInfo {
        self.bank.info()
    }

    /// Lets time go by; gives what the bank sent meanwhile.
    pub(crate) fn pass(&mut self, seconds: u64) -> Vec<Callback> {
        let until = self.now + Duration::from_secs(seconds);
        let mut simulator = self.simulator.take().unwrap();
        let mut sent = Vec::new();
        while let Some(due) = simulator.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            for callback in simulator.tick(self.now, &mut self.numbers) {
                let answer = self.inbound(&callback).response;
                simulator.answered(callback.id, Some(&answer), self.now);
                sent.push(callback);
            }
        }
        self.simulator = Some(simulator);
        self.now = until;
        self.tokens.clear();
        sent
    }

    /// What a call of the bank means.
    pub(crate) fn inbound(&self, callback: &Callback) -> InboundReply {
        let request = Inbound {
            method: "POST".into(),
            path: callback.url.strip_prefix(HOOK).unwrap().to_owned(),
            headers: callback.headers.clone(),
            body: callback.body.clone(),
        };
        match self.bank.answer(&request) {
            Some(response) => InboundReply { response, bells: Vec::new() },
            None => self.bank.inbound(&request, &self.ctx()),
        }
    }

    /// Orders a boleto and gives the bank's id once it is registered.
    pub(crate) fn registered(&mut self, reference: &str) -> String {
        let issue = Op::Issue(Box::new(order(reference)));
        let Outcome::Done(Done::Reports(reports)) = self.call(&issue) else {
            panic!("not taken");
        };
        let id = reports[0].bank_id.clone().unwrap();
        self.pass(600);
        id
    }
}

/// An ordinary hybrid boleto.
pub(crate) fn order(reference: &str) -> BoletoOrder {
    BoletoOrder {
        bank_reference: reference.into(),
        document_number: "NFe 1 - 1/1".into(),
        our_number: None,
        invoice_type: InvoiceType::BillOfExchange,
        amount: Money::from_cents(12_345),
        issuance_date: date(2026, 11, 23),
        expiration_date: date(2026, 12, 21),
        limit_date: date(2027, 1, 20),
        customer: Party {
            document: Document::parse("12345678909").unwrap(),
            name: "Ana Exemplo".into(),
            address: Some(Address {
                street: "Rua A".into(),
                number: "1".into(),
                complement: String::new(),
                district: "Centro".into(),
                city: "Belo Horizonte".into(),
                state: "MG".into(),
                postal_code: "30110000".into(),
            }),
            email: None,
            phone: None,
        },
        receiver: None,
        terms: Terms::default(),
        messages: Vec::new(),
        hybrid: true,
        paper: quita_core::order::Paper::default(),
    }
}
