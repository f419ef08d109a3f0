//! Invented statements and receivables with the truth beside them, to measure the matcher by.
//!
//! A model of how people pay, written without looking at how the matcher weighs: most name the
//! boleto, others only themselves, some type names as they please, pay late, twice, in part, for
//! somebody else, or several at once; and there is money that has nothing to do with receivables.
//! The same seed gives the same world everywhere.

mod people;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use self::people::{Dice, PRICES, Person};
use crate::calendar::Calendar;
use crate::matching::{Line, Receivable};
use crate::money::Money;
use crate::payable::{PayableRules, payable};
use crate::rate::Rate;
use crate::terms::{Anticipation, Discount, Fine, Interest, InterestValue, Terms, Value};

/// An invented world.
#[derive(Debug, Default)]
pub struct World {
    /// In the order of the statement.
    pub lines: Vec<Line>,
    /// In no order that means something.
    pub receivables: Vec<Receivable>,
    /// For each line, what it pays.
    pub truth: Vec<Truth>,
}

/// What one line pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Places of the receivables; none for other money.
    pub receivables: Vec<usize>,
    /// How it was paid.
    pub sort: Sort,
}

/// How a line came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// The bank names the boleto or the Pix charge.
    Id,
    /// The number stands in the text.
    IdInMemo,
    /// Net of the bank's fee, with the number.
    NetOfFee,
    /// With the payer's document.
    Document,
    /// With the payer's name, as registered.
    Name,
    /// With the name as people type it, or as banks cut it.
    TypedName,
    /// Amount and day only.
    Anonymous,
    /// Somebody else pays.
    OtherPayer,
    /// The nominal amount, late.
    NominalLate,
    /// A part of the amount.
    Partial,
    /// Paid a second time.
    Double,
    /// Several of one customer in one payment.
    Several,
    /// Many boletos in one deposit of the bank.
    Deposit,
    /// Money that has nothing to do with receivables.
    #[default]
    Other,
    /// What the bank takes.
    Fee,
}

impl Sort {
    /// A stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::IdInMemo => "id_in_memo",
            Self::NetOfFee => "net_of_fee",
            Self::Document => "document",
            Self::Name => "name",
            Self::TypedName => "typed_name",
            Self::Anonymous => "anonymous",
            Self::OtherPayer => "other_payer",
            Self::NominalLate => "nominal_late",
            Self::Partial => "partial",
            Self::Double => "double",
            Self::Several => "several",
            Self::Deposit => "deposit",
            Self::Other => "other",
            Self::Fee => "fee",
        }
    }
}

/// How hard it is to tell who paid what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// A customer has one contract at a time, and few pay without a name, in another's name, in
    /// part, late without interest, or under a name that they typed.
    Easy,
    /// Contracts of equal price overlap, and a tenth of all pay in one of those ways.
    Hard,
}

/// Makes a world of about `size` receivables.
pub fn generate(mix: Mix, seed: u64, size: usize) -> World {
    let mut maker = Maker {
        mix,
        next_due: BTreeMap::new(),
        dice: Dice(seed ^ 0x9e37_79b9_7f4a_7c15),
        calendar: Calendar::national(),
        world: World::default(),
        rows: Vec::new(),
    };
    let people: Vec<Person> =
        (0..(size / 3).max(3)).map(|_| Person::new(&mut maker.dice)).collect();
    while maker.world.receivables.len() < size {
        let person = maker.dice.below(people.len());
        maker.receivables_of(person, &people[person]);
    }
    maker.pay(&people);
    maker.other_money(&people, size);
    maker.finish()
}

/// A line before it has its place.
struct Row {
    line: Line,
    truth: Truth,
}

struct Maker {
    mix: Mix,
    /// When the contract of a person goes on, by place of the person.
    next_due: BTreeMap<usize, Date>,
    dice: Dice,
    calendar: Calendar,
    world: World,
    rows: Vec<Row>,
}

/// What the bank keeps where it credits net.
const FEE: Money = Money::from_cents(189);

impl Maker {
    /// One receivable, or a run of instalments.
    fn receivables_of(&mut self, who: usize, person: &Person) {
        let mut first = date(2026, 1, 5) + self.dice.between(0, 170).days();
        let (count, amount) = match person.monthly {
            Some(amount) => (1 + self.dice.below(6), amount),
            None if self.dice.in_thousand(250) => {
                (2 + self.dice.below(4), Money::from_cents(self.dice.between(5_000, 400_000)))
            }
            None => (1, Money::from_cents(self.odd_amount())),
        };
        if self.mix == Mix::Easy && person.monthly.is_some() {
            first = self.next_due.get(&who).copied().unwrap_or(first);
            self.next_due.insert(who, first + (count as i64).months());
        }
        let terms = self.dice.below(10);
        for month in 0..count {
            let due = first + (month as i64).months();
            let place = self.world.receivables.len();
            let number = 70_000_000 + place as u64 * 7 + self.dice.next() % 7;
            self.world.receivables.push(Receivable {
                id: format!("R{place:07}").into(),
                our_number: Some(format!("{number:011}").into()),
                txid: self
                    .dice
                    .in_thousand(500)
                    .then(|| format!("{:016x}{:016x}", self.dice.next(), self.dice.next()).into()),
                end_to_end_id: None,
                bank_reference: None,
                expiration_date: due,
                amount,
                terms: terms_of(terms, due),
                customer_document: Some(person.document.as_str().into()),
                customer_name: Some(person.name.as_str().into()),
                received: None,
            });
        }
    }

    fn odd_amount(&mut self) -> i64 {
        let cents = match self.dice.below(10) {
            0..=5 => self.dice.between(3_000, 90_000),
            6..=8 => self.dice.between(20_000, 600_000),
            _ => self.dice.between(300_000, 5_000_000),
        };
        if self.dice.in_thousand(350) { cents / 1_000 * 1_000 } else { cents }
    }

    /// The day on which somebody pays what is due.
    fn pay_day(&mut self, due: Date) -> Date {
        let after = match self.dice.below(100) {
            0..=1 => self.dice.between(-25, -11),
            2..=24 => self.dice.between(-10, -4),
            25..=59 => self.dice.between(-3, -1),
            60..=84 => 0,
            85..=91 => self.dice.between(1, 5),
            92..=96 => self.dice.between(6, 20),
            _ => self.dice.between(21, 55),
        };
        due + after.days()
    }

    fn due_on(&self, place: usize, day: Date) -> Money {
        let r = &self.world.receivables[place];
        let terms = r.terms.as_deref().cloned().unwrap_or_default();
        payable(r.amount, r.expiration_date, &terms, day, &self.calendar, PayableRules::DEFAULT)
            .total
    }

    fn line(&mut self, on: Date, amount: Money, memo: String) -> Line {
        Line {
            id: "".into(),
            date: on,
            amount,
            memo: memo.into(),
            our_number: None,
            txid: None,
            end_to_end_id: None,
            bank_reference: None,
            payer_document: None,
            payer_name: None,
        }
    }

    fn add(&mut self, line: Line, receivables: Vec<usize>, sort: Sort) {
        self.rows.push(Row { line, truth: Truth { receivables, sort } });
    }

    /// Lets people pay.
    fn pay(&mut self, people: &[Person]) {
        let mut places: Vec<usize> = (0..self.world.receivables.len()).collect();
        places.sort_by_cached_key(|&p| {
            let r = &self.world.receivables[p];
            (r.customer_document.clone(), r.expiration_date, p)
        });
        let mut at = 0;
        while at < places.len() {
            let place = places[at];
            at += 1;
            if self.dice.in_thousand(100) {
                continue;
            }
            let same_customer = |other: usize| {
                let of = |p: usize| &self.world.receivables[p].customer_document;
                of(place) == of(other)
            };
            if at < places.len() && same_customer(places[at]) && self.dice.in_thousand(25) {
                let mut group = vec![place];
                while at < places.len() && group.len() < 4 && same_customer(places[at]) {
                    group.push(places[at]);
                    at += 1;
                }
                self.pay_several(group);
                continue;
            }
            self.pay_one(place, people);
        }
        self.deposits();
    }

    /// How somebody pays, see [`Maker::pay_one`].
    fn way(&mut self) -> usize {
        let way = self.dice.below(1_000);
        let is_hard = way >= 900;
        if self.mix == Mix::Easy && is_hard && self.dice.in_thousand(800) {
            return self.dice.below(900);
        }
        way
    }

    fn pay_one(&mut self, place: usize, people: &[Person]) {
        let due = self.world.receivables[place].expiration_date;
        let day = self.pay_day(due);
        let amount = self.due_on(place, day);
        let next = self.calendar.add_business_days(day, 1);
        let r = self.world.receivables[place].clone();
        let number = r.our_number.clone().unwrap_or_default();
        let name = r.customer_name.clone().unwrap_or_default();
        let document = r.customer_document.clone();
        match self.way() {
            0..=519 => {
                let mut line = self.line(next, amount, "Boleto de cobrança recebido".into());
                line.our_number = Some(number);
                self.maybe_twice(place, &line);
                self.add(line, vec![place], Sort::Id);
            }
            520..=649 => {
                let mut line = self.line(day, amount, format!("Pix recebido {name}"));
                match r.txid {
                    Some(txid) => line.txid = Some(txid),
                    None => line.our_number = Some(number),
                }
                line.payer_name = Some(name);
                self.maybe_twice(place, &line);
                self.add(line, vec![place], Sort::Id);
            }
            650..=699 => {
                let shown = number.trim_start_matches('0').to_owned();
                let memo = match self.dice.below(3) {
                    0 => format!("RECEBIMENTO TITULO - 112/{number}"),
                    1 => format!("LIQ COBRANCA {shown}"),
                    _ => format!("CRED TIT {number} {}", cut(&upper(&name), 10)),
                };
                let line = self.line(next, amount, memo);
                self.add(line, vec![place], Sort::IdInMemo);
            }
            700..=739 => {
                let mut line = self.line(next, amount - FEE, "LIQUIDACAO COBRANCA".into());
                line.our_number = Some(number);
                self.add(line, vec![place], Sort::NetOfFee);
            }
            740..=839 => {
                let mut line = self.line(day, amount, format!("PIX RECEBIDO {}", upper(&name)));
                line.payer_document = document;
                line.payer_name = self.dice.in_thousand(800).then_some(name);
                self.maybe_twice(place, &line);
                self.add(line, vec![place], Sort::Document);
            }
            840..=899 => {
                let mut line = self.line(day, amount, "TED RECEBIDA".into());
                line.payer_name = Some(upper(&name).into());
                self.add(line, vec![place], Sort::Name);
            }
            900..=949 => {
                let typed = self.typed(&name);
                let line = if self.dice.in_thousand(500) {
                    let memo =
                        format!("PIX RECEBIDO - Cp :{:08}-{typed}", self.dice.below(99_999_999));
                    self.line(day, amount, memo)
                } else {
                    let mut line = self.line(day, amount, "Transferência recebida".into());
                    line.payer_name = Some(typed.into());
                    line
                };
                self.add(line, vec![place], Sort::TypedName);
            }
            950..=964 => {
                let memo = self.dice.one(&["DEPOSITO EM DINHEIRO", "CREDITO PIX", "TED 341"]);
                let line = self.line(day, amount, memo.into());
                self.add(line, vec![place], Sort::Anonymous);
            }
            965..=979 => {
                let other = self.dice.below(people.len());
                let mut line = self.line(day, amount, "Pix recebido".into());
                line.payer_name = Some(people[other].name.as_str().into());
                if self.dice.in_thousand(500) {
                    line.payer_document = Some(people[other].document.as_str().into());
                }
                self.add(line, vec![place], Sort::OtherPayer);
            }
            980..=989 => {
                let late = due + self.dice.between(4, 25).days();
                let mut line = self.line(late, r.amount, "Pix recebido".into());
                line.payer_document = document;
                line.payer_name = Some(name);
                self.add(line, vec![place], Sort::NominalLate);
            }
            _ => {
                let part = Money::from_cents(amount.cents() * self.dice.between(20, 80) / 100);
                let mut line = self.line(next, part, "Pagamento parcial".into());
                if self.dice.in_thousand(500) {
                    line.our_number = Some(number);
                }
                line.payer_document = document;
                line.payer_name = Some(name);
                self.add(line, vec![place], Sort::Partial);
            }
        }
    }

    fn maybe_twice(&mut self, place: usize, line: &Line) {
        if self.dice.in_thousand(8) {
            let mut again = line.clone();
            again.date =
                self.calendar.next_business_day(line.date + self.dice.between(1, 9).days());
            self.add(again, vec![place], Sort::Double);
        }
    }

    /// Names as people type them and banks cut them.
    fn typed(&mut self, name: &str) -> String {
        let words: Vec<&str> = name.split(' ').collect();
        let upper_name = upper(name);
        match self.dice.below(5) {
            0 => cut(&upper_name, 16),
            1 => {
                // Middle names as initials.
                let last = words.len() - 1;
                let short = |(at, w): (usize, &&str)| match at {
                    0 => upper(w),
                    at if at == last => upper(w),
                    _ => upper(w).chars().take(1).collect(),
                };
                words.iter().enumerate().map(short).collect::<Vec<_>>().join(" ")
            }
            2 => {
                let mut letters: Vec<char> = upper_name.chars().collect();
                let at = 1 + self.dice.below(letters.len().saturating_sub(2));
                if letters[at] != ' ' {
                    letters.remove(at);
                }
                letters.into_iter().collect()
            }
            3 => format!("{} {}", upper(words[0]), upper(words[words.len() - 1])),
            _ => upper_name,
        }
    }

    fn pay_several(&mut self, group: Vec<usize>) {
        let due = self.world.receivables[group[0]].expiration_date;
        let day = due + self.dice.between(-5, 3).days();
        let amount: Money = group.iter().map(|&p| self.due_on(p, day)).sum();
        let r = self.world.receivables[group[0]].clone();
        let mut line = self.line(day, amount, "PIX RECEBIDO".into());
        if self.dice.in_thousand(700) {
            line.payer_document = r.customer_document;
        }
        line.payer_name = r.customer_name;
        self.add(line, group, Sort::Several);
    }

    /// Puts some lines of boletos of one day together into one deposit.
    fn deposits(&mut self) {
        let mut by_day: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            if row.truth.sort == Sort::NetOfFee {
                by_day.entry(row.line.date).or_default().push(at);
            }
        }
        let mut gone = Vec::new();
        for (day, rows) in by_day {
            if rows.len() < 2 || !self.dice.in_thousand(150) {
                continue;
            }
            let rows = &rows[..rows.len().min(2 + self.dice.below(6))];
            let amount: Money = rows.iter().map(|&at| self.rows[at].line.amount).sum();
            let all: Vec<usize> =
                rows.iter().flat_map(|&at| self.rows[at].truth.receivables.clone()).collect();
            let line = self.line(day, amount, "LIQUIDACAO COBRANCA LOTE".into());
            self.add(line, all, Sort::Deposit);
            gone.extend_from_slice(rows);
        }
        gone.sort_unstable();
        for at in gone.into_iter().rev() {
            self.rows.swap_remove(at);
        }
    }

    /// Money that pays no receivable, some of it looking as if it did.
    fn other_money(&mut self, people: &[Person], size: usize) {
        for _ in 0..size / 20 {
            let day = date(2026, 1, 5) + self.dice.between(0, 220).days();
            let amount = match self.dice.below(4) {
                0 => Money::from_cents(self.dice.one(&PRICES)),
                1 => Money::from_cents(self.odd_amount()),
                2 => {
                    let place = self.dice.below(self.world.receivables.len());
                    self.world.receivables[place].amount
                }
                _ => Money::from_cents(self.odd_amount() / 100 * 100),
            };
            let memo = self.dice.one(&[
                "TRANSFERENCIA ENTRE CONTAS",
                "RESGATE APLICACAO",
                "PIX RECEBIDO",
                "TED RECEBIDA",
                "ESTORNO",
                "CREDITO EMPRESTIMO 20260210",
            ]);
            let mut line = self.line(day, amount, memo.into());
            match self.dice.below(4) {
                0 => {
                    // A customer who pays for something else.
                    let who = self.dice.below(people.len());
                    line.payer_name = Some(people[who].name.as_str().into());
                    line.amount = Money::from_cents(self.odd_amount());
                }
                1 => line.payer_name = Some(Person::new(&mut self.dice).name.into()),
                _ => {}
            }
            self.add(line, Vec::new(), Sort::Other);
        }
        for _ in 0..size / 25 {
            let day = date(2026, 1, 5) + self.dice.between(0, 220).days();
            if self.dice.in_thousand(500) {
                let line = self.line(day, -FEE, "TARIFA LIQUIDACAO BOLETO".into());
                self.add(line, Vec::new(), Sort::Fee);
            } else {
                let amount = Money::from_cents(-self.odd_amount());
                let line = self.line(day, amount, "PAGAMENTO FORNECEDOR".into());
                self.add(line, Vec::new(), Sort::Other);
            }
        }
    }

    fn finish(self) -> World {
        let mut world = self.world;
        let mut rows = self.rows;
        rows.sort_by(|a, b| {
            let key = |r: &Row| (r.line.date, r.truth.receivables.clone(), r.line.amount);
            key(a).cmp(&key(b))
        });
        // Within a day a statement has no order that would give anything away.
        let mut dice = Dice(rows.len() as u64);
        rows.sort_by_cached_key(|r| (r.line.date, dice.next()));
        for (at, mut row) in rows.into_iter().enumerate() {
            row.line.id = format!("L{at:07}").into();
            world.lines.push(row.line);
            world.truth.push(row.truth);
        }
        world
    }
}

/// In capitals without accents, as many banks print names; signs stay as they are.
fn upper(text: &str) -> String {
    const ACCENTS: [(&str, char); 6] =
        [("ÁÂÃÀ", 'A'), ("ÉÊ", 'E'), ("Í", 'I'), ("ÓÔÕ", 'O'), ("ÚÜ", 'U'), ("Ç", 'C')];
    let without = |c: char| {
        let plain = ACCENTS.iter().find(|(accented, _)| accented.contains(c));
        plain.map_or(c, |(_, plain)| *plain)
    };
    text.to_uppercase().chars().map(without).collect()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().trim_end().to_owned()
}

fn terms_of(class: usize, due: Date) -> Option<Box<Terms>> {
    let after = due + 1.day();
    let late = |fine, interest| Terms {
        fine: Some(Fine { date: after, value: Value::Percent(Rate::from_basis_points(fine)) }),
        interest: Some(Interest {
            date: after,
            value: InterestValue::PerMonth(Rate::from_basis_points(interest)),
        }),
        ..Terms::default()
    };
    let terms = match class {
        0..=5 => late(200, 100),
        6 => Terms {
            interest: Some(Interest {
                date: after,
                value: InterestValue::PerDay(Money::from_cents(33)),
            }),
            ..Terms::default()
        },
        7 => Terms {
            discounts: vec![Discount {
                date: due - 5.days(),
                value: Value::Percent(Rate::from_basis_points(500)),
                per: None::<Anticipation>,
            }],
            ..late(200, 100)
        },
        _ => return None,
    };
    Some(Box::new(terms))
}
