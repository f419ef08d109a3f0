//! What people do: the company's program orders and acts, customers pay, clerks click,
//! strangers lie.

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_engine::clock::{after, bank_day};
use quita_engine::desk::act::{self, Action};
use quita_engine::desk::issue::{self, NewBoleto, Shape, Stored};
use quita_engine::desk::view::BoletoView;
use quita_engine::desk::{Actor, read};
use quita_engine::error::Error;
use quita_engine::world::World;
use quita_store::boletos::Filter;
use serde_json::{Value as Json, json};

use crate::bank::At;
use crate::chance::Chance;
use crate::clerk;
use crate::office;
use crate::statements;
use crate::universe::Universe;

/// Invented customers.
pub(crate) const CUSTOMERS: [&str; 4] =
    ["12345678909", "52998224725", "11144477735", "19131243000197"];

/// What the company's program knows of its own doings.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Company and account.
    pub(crate) accounts: Vec<(String, String)>,
    pub(crate) requests: Vec<Request>,
    pub(crate) files: Vec<office::File>,
}

/// A request with its Idempotency-Key. It is sent until it is answered, and sometimes again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) company: String,
    key: String,
    pub(crate) what: What,
    pub(crate) answer: Option<Answer>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Boletos, by the bodies of the API.
    Issue(Vec<Json>),
    /// Something about a boleto.
    Act(String, Json),
}

/// How a request was answered, as far as the program was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Done(String),
    Refused(String),
}

/// Something that somebody will do.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Send this request, if it is not answered.
    Send(usize),
    /// Order boletos.
    Order,
    /// Cancel, change, replace or settle some boleto.
    Act,
    /// Pay some boleto.
    Pay,
    /// Pay this one once more.
    PayAgain(String),
    /// Act in the bank's own screens.
    Portal,
    /// Tell lies about some boleto.
    Forge,
    /// Press the button that looks at the bank now.
    Look,
    /// Go on with this file.
    File(usize),
    /// Money moves on an account for another reason than a boleto.
    Move,
    /// Something will be wrong with the statement.
    Oddity,
    /// A clerk decides about a line.
    Decide,
    /// Somebody sets the computer's clock: so many seconds ahead.
    SetClock(i64),
}

/// Plans everything that people will do.
pub(crate) fn plan(universe: &Universe) {
    let plan = &universe.plan;
    let end = plan.active_seconds;
    let at = |last: i64| after(plan.start, universe.chance.between(1, last.max(2)));
    for _ in 0..plan.requests {
        universe.plan_task(at(end / 2), Task::Order);
    }
    for _ in 0..plan.actions {
        universe.plan_task(at(end), Task::Act);
    }
    for _ in 0..plan.payments {
        universe.plan_task(at(end), Task::Pay);
    }
    for _ in 0..plan.portal {
        universe.plan_task(at(end), Task::Portal);
    }
    for _ in 0..plan.forged {
        universe.plan_task(at(end), Task::Forge);
    }
    universe.plan_task(at(end), Task::Look);
    for place in 0..plan.files {
        universe.plan_task(at(end / 2), Task::File(place));
    }
    if let Some(statements) = &plan.statements {
        let tasks = [
            (statements.moves, Task::Move),
            (statements.oddities, Task::Oddity),
            (statements.decisions, Task::Decide),
        ];
        for (count, task) in tasks {
            (0..count).for_each(|_| universe.plan_task(at(end), task.clone()));
        }
    }
    for seconds in &plan.clocks {
        universe.plan_task(at(end), Task::SetClock(*seconds));
    }
}

/// Does the next thing, if its time has come.
pub(crate) fn work(universe: &Universe, world: &World) -> bool {
    let Some(task) = universe.next_task() else { return false };
    match task {
        Task::Send(place) => send(universe, world, place),
        Task::Order => order(universe, world),
        Task::Act => act_on_some(universe, world),
        Task::Pay => pay_some(universe),
        Task::PayAgain(id) => pay(universe, &id),
        Task::Portal => portal(universe),
        Task::Forge => forge(universe),
        Task::Look => look(universe, world),
        Task::File(place) => office::work(universe, world, place),
        Task::Move => statements::moves(universe),
        Task::Oddity => statements::oddity(universe),
        Task::Decide => clerk::decide(universe, world),
        Task::SetClock(seconds) => universe.set_skew(seconds),
    }
    true
}

fn order(universe: &Universe, world: &World) {
    let chance = &universe.chance;
    let (company, account) = {
        let people = universe.people();
        people.accounts[chance.place(people.accounts.len())].clone()
    };
    let count = if chance.happens(250) { chance.between(2, 3) } else { 1 };
    let number = universe.people().requests.len();
    let bodies = (0..count).map(|i| {
        let today = bank_day(universe.process_now());
        let days = if chance.happens(universe.plan.due_today) { 0 } else { chance.between(1, 20) };
        let due = today.checked_add(jiff::Span::new().days(days)).unwrap_or(today);
        let mut body = json!({
            "account_id": account,
            "document_number": format!("NF {number}-{i}"),
            "amount": chance.between(250, 100_000),
            "expiration_date": due.to_string(),
            "hybrid": chance.happens(850),
            "customer": {
                "document": chance.pick(&CUSTOMERS),
                "legal_name": "Cliente de Teste",
                "address": {
                    "street": "Rua das Flores", "number": "10", "district": "Centro",
                    "city": "Belo Horizonte", "state": "MG", "postal_code": "30130010",
                },
            },
        });
        if chance.happens(300) {
            body["fine"] = json!({ "value": "2.00" });
            body["interest"] = json!({ "value": "1.00" });
        }
        if chance.happens(100) {
            body["discounts"] = json!([{ "date": due.to_string(), "value": "5.00" }]);
        }
        body
    });
    let what = What::Issue(bodies.collect());
    ask(universe, world, company, what);
}

fn act_on_some(universe: &Universe, world: &World) {
    let chance = &universe.chance;
    let Some((company, boleto)) = some_boleto(universe, world) else {
        return again_later(universe, Task::Act);
    };
    if boleto.status != Status::Registered && chance.happens(900) {
        return again_later(universe, Task::Act);
    }
    let today = bank_day(universe.process_now());
    let due = today.checked_add(jiff::Span::new().days(chance.between(1, 30))).unwrap_or(today);
    // Where the bank changes terms, they are changed too.
    let kinds = if universe.bank.at == At::Itau { 12 } else { 6 };
    let action = match chance.below(kinds) {
        0 | 1 => json!({ "cancel": {} }),
        2 => json!({ "change": { "expiration_date": due.to_string() } }),
        3 => json!({ "change": { "amount": chance.between(250, 100_000) } }),
        4 => json!({ "replace": { "expiration_date": due.to_string() } }),
        6 => json!({ "change": {
            "fine": { "value": format!("{}.50", chance.below(3)) },
            "interest": { "face_value": chance.between(1, 5) },
        } }),
        7 => json!({ "change": {
            "abatement": chance.between(0, 20), "fine": null, "expiration_date": due.to_string(),
        } }),
        8 => json!({ "change": { "discounts": discounts(chance, boleto.expiration_date) } }),
        9 => json!({ "change": {
            "discounts": discounts(chance, due), "expiration_date": due.to_string(),
        } }),
        10 => json!({ "change": { "accepts": accepts(chance) } }),
        // The days of what there is hang on the due date.
        11 => json!({ "change": {
            "expiration_date": due.to_string(), "amount": chance.between(250, 100_000),
        } }),
        _ => json!({
            "settle_by_hand": { "paid_on": today.to_string(), "amount": boleto.amount }
        }),
    };
    ask(universe, world, company, What::Act(boleto.id, action));
}

/// None, or up to two until a day before the due date or that day, the earlier one larger.
fn discounts(chance: &Chance, due: Date) -> Json {
    let (count, in_cents) = (chance.below(3), chance.happens(500));
    let one = |place: u64| {
        let days = chance.between(0, 2) + if place + 1 < count { 3 } else { 0 };
        let date = due.saturating_sub(days.days());
        match in_cents {
            true => json!({ "date": date.to_string(), "face_value": 30 - 10 * place }),
            false => json!({ "date": date.to_string(), "value": format!("{}.00", 5 - place) }),
        }
    };
    (0..count).map(one).collect()
}

fn accepts(chance: &Chance) -> Json {
    let least = chance.between(1, 200);
    match chance.below(4) {
        0 => json!({ "kind": "exact" }),
        1 => json!({ "kind": "any" }),
        2 => json!({ "kind": "at_least", "least": least }),
        _ => json!({ "kind": "between", "least": least, "most": least + 5_000 }),
    }
}

fn some_boleto(universe: &Universe, world: &World) -> Option<(String, BoletoView)> {
    let mut all = Vec::new();
    for company in companies(universe) {
        let actor = Actor::system(company.clone());
        let page = read::boletos(world, &actor, Filter::default(), None, 100).ok()?;
        all.extend(page.data.into_iter().map(|boleto| (company.clone(), boleto)));
    }
    (!all.is_empty()).then(|| all.swap_remove(universe.chance.place(all.len())))
}

/// Each company once.
pub(crate) fn companies(universe: &Universe) -> Vec<String> {
    let mut companies: Vec<String> =
        universe.people().accounts.iter().map(|(company, _)| company.clone()).collect();
    companies.dedup();
    companies
}

/// What cannot be done yet is tried again, while people are at work.
fn again_later(universe: &Universe, task: Task) {
    let wait = universe.chance.between(60, universe.plan.active_seconds / 4 + 61);
    let at = after(universe.now(), wait);
    if at < after(universe.plan.start, universe.plan.active_seconds) {
        universe.plan_task(at, task);
    }
}

fn ask(universe: &Universe, world: &World, company: String, what: What) {
    let place = {
        let mut people = universe.people();
        let key = format!("key-{}", people.requests.len());
        people.requests.push(Request { company, key, what, answer: None });
        people.requests.len() - 1
    };
    send(universe, world, place);
}

fn send(universe: &Universe, world: &World, place: usize) {
    let request = universe.people().requests[place].clone();
    if request.answer.is_some() && !universe.chance.happens(universe.plan.repeats) {
        return;
    }
    // Whoever gets no answer asks again; who got one sometimes does.
    let wait = universe.chance.between(1, 900);
    universe.plan_task(after(universe.now(), wait), Task::Send(place));
    universe.crash_point("request.before");
    let told = carry_out(universe, world, &request);
    universe.crash_point("request.after");
    let lost = universe.fails("reply_lost", 100);
    let answer = match told {
        Ok(stored) => Answer::Done(stored.body.to_string()),
        Err(Error::Invalid(_) | Error::Conflict { .. }) if request.answer.is_none() => {
            Answer::Refused(String::new())
        }
        // What is refused may be possible later and what was possible may be refused, but
        // what was done stays done.
        Err(Error::Invalid(_) | Error::Conflict { .. })
            if matches!(request.answer, Some(Answer::Refused(_))) =>
        {
            Answer::Refused(String::new())
        }
        Err(error) => {
            universe.violated(format!("{}: {error}", request.key));
            return;
        }
    };
    universe.log(format_args!("{} answered, lost: {lost}: {}", request.key, word(&answer)));
    if lost {
        return;
    }
    match &request.answer {
        Some(before @ Answer::Done(_)) if *before != answer => {
            universe.violated(format!("{} was answered in two ways", request.key));
        }
        _ => universe.people().requests[place].answer = Some(answer),
    }
}

fn word(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done(_) => "done",
        Answer::Refused(_) => "refused",
    }
}

#[expect(clippy::expect_used, reason = "the bodies are written here")]
fn carry_out(universe: &Universe, world: &World, request: &Request) -> Result<Stored, Error> {
    let actor = Actor::system(request.company.clone());
    let key = request.key.as_str();
    match &request.what {
        What::Issue(bodies) => {
            let text = json!(bodies).to_string();
            let print = issue::fingerprint("POST /v1/boletos", text.as_bytes());
            let new: Vec<NewBoleto> = bodies
                .iter()
                .map(|body| serde_json::from_value(body.clone()).expect("a body of the API"))
                .collect();
            let shape = if new.len() == 1 { Shape::One } else { Shape::Many };
            universe.log(format_args!("{key} orders {text}"));
            issue::issue(world, &actor, key, &print, &new, shape)
        }
        What::Act(id, body) => {
            let text = body.to_string();
            let print = issue::fingerprint(&format!("POST /v1/boletos/{id}"), text.as_bytes());
            universe.log(format_args!("{key} asks of {id} {text}"));
            act::act(world, &actor, key, &print, id, &action(body))
        }
    }
}

#[expect(clippy::expect_used, reason = "the bodies are written here")]
fn action(body: &Json) -> Action {
    let part = |name: &str| body.get(name).cloned();
    if let Some(cancel) = part("cancel") {
        Action::Cancel(serde_json::from_value(cancel).expect("a body of the API"))
    } else if let Some(change) = part("change") {
        Action::Change(serde_json::from_value(change).expect("a body of the API"))
    } else if let Some(replace) = part("replace") {
        Action::Replace(serde_json::from_value(replace).expect("a body of the API"))
    } else {
        let settle = part("settle_by_hand").unwrap_or_default();
        Action::SettleByHand(serde_json::from_value(settle).expect("a body of the API"))
    }
}

fn pay_some(universe: &Universe) {
    let held = universe.bank.boletos(universe.now());
    let any = universe.chance.happens(150);
    let payable: Vec<_> =
        held.iter().filter(|b| b.barcode.is_some() && (any || b.is_open())).collect();
    if payable.is_empty() {
        return again_later(universe, Task::Pay);
    }
    pay(universe, &payable[universe.chance.place(payable.len())].id);
}

/// A customer pays a boleto, by its bank's id.
pub(crate) fn pay(universe: &Universe, id: &str) {
    let chance = &universe.chance;
    let means = chance.pick(&[Means::Boleto, Means::Pix]);
    let amount = chance
        .happens(universe.plan.odd_amounts)
        .then(|| Money::from_cents(chance.between(1, 200_000)));
    match universe.bank.pay(id, means, amount, universe.now()) {
        Ok(paid) => {
            universe.log(format_args!("paid by {means:?}: {paid}"));
            if chance.happens(universe.plan.paid_twice) {
                let at = after(universe.now(), chance.between(1, universe.plan.active_seconds / 3));
                universe.plan_task(at, Task::PayAgain(id.to_owned()));
            }
        }
        Err(why) => universe.log(format_args!("not paid: {why}")),
    }
}

fn portal(universe: &Universe) {
    let held = universe.bank.boletos(universe.now());
    let open: Vec<_> = held.iter().filter(|b| b.is_open()).collect();
    if open.is_empty() {
        return again_later(universe, Task::Portal);
    }
    let target = open[universe.chance.place(open.len())].id.clone();
    let action = universe.chance.pick(universe.bank.at.portal());
    let done = universe.bank.control(&Control::Portal { target, action }, universe.now());
    universe.log(format_args!("in the bank's screens: {action:?} {done:?}"));
}

fn forge(universe: &Universe) {
    let held = universe.bank.boletos(universe.now());
    let about = (!held.is_empty()).then(|| &held[universe.chance.place(held.len())]);
    let body = universe.bank.at.lie(about, &universe.chance);
    let done = universe.bank.control(&Control::Forge { body }, universe.now());
    universe.log(format_args!("forged: {done:?}"));
}

fn look(universe: &Universe, world: &World) {
    for company in companies(universe) {
        if let Err(error) = act::sync(world, &Actor::system(company)) {
            universe.violated(format!("looking now: {error}"));
        }
    }
}
