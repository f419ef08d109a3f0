//! A bank that is spoken to by files, written from the manuals alone: positions and codes stand
//! here as numbers, and nothing of the layouts under test is used.
//!
//! Itaú, «Cobrança 400 bytes CNAB», July 2021. FEBRABAN, «Layout padrão 240», version 10.06.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// By which manual a bank works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manual {
    Itau400,
    Febraban240,
}

/// Where a title stands at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Refused,
    WrittenOff,
    Paid,
}

/// A title in the bank's books.
#[derive(Clone, Debug)]
pub(crate) struct Title {
    pub(crate) state: State,
    pub(crate) document: String,
    pub(crate) cents: i64,
    pub(crate) due: Date,
    pub(crate) payments: Vec<i64>,
}

/// What the next return tells of a title.
#[derive(Clone, Debug)]
struct News {
    our_number: String,
    occurrence: &'static str,
    reason: &'static str,
    on: Date,
    paid: i64,
}

/// The bank of one account.
pub(crate) struct Bank {
    manual: Manual,
    /// Number of the bank, branch, account and its digit.
    account: [&'static str; 4],
    pub(crate) titles: BTreeMap<String, Title>,
    /// Documents whose entry it refuses.
    pub(crate) refuses: BTreeSet<String>,
    /// What it found wrong in remittances: must stay empty.
    pub(crate) complaints: Vec<String>,
    /// Numbers of the remittances, where the files have one.
    pub(crate) numbers: Vec<i64>,
    news: Vec<News>,
    told: Vec<News>,
    returns: i64,
}

impl Bank {
    pub(crate) fn new(manual: Manual, account: [&'static str; 4]) -> Self {
        Self {
            manual,
            account,
            titles: BTreeMap::new(),
            refuses: BTreeSet::new(),
            complaints: Vec::new(),
            numbers: Vec::new(),
            news: Vec::new(),
            told: Vec::new(),
            returns: 0,
        }
    }

    /// Takes a remittance and carries it out.
    pub(crate) fn take(&mut self, file: &[u8], day: Date) {
        let text = std::str::from_utf8(file).expect("plain letters");
        let width = self.width();
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() == width), "not all lines have {width}");
        let titles = match self.manual {
            Manual::Itau400 => self.read_400(&lines),
            Manual::Febraban240 => self.read_240(&lines),
        };
        assert!(!titles.is_empty(), "a remittance of nothing");
        for (order, our_number, title) in titles {
            self.carry_out(&order, our_number, title, day);
        }
    }

    fn read_400(&self, lines: &[&str]) -> Vec<(String, String, Title)> {
        let [bank, branch, account, digit] = self.account;
        for (n, line) in (1..).zip(lines) {
            assert_eq!(number(line, 395, 400), n, "sequence of line {n}");
        }
        let head = lines[0];
        assert_eq!(text(head, 1, 26), "01REMESSA01COBRANCA");
        assert_eq!([text(head, 77, 79), text(head, 27, 30)], [bank, branch]);
        assert_eq!([text(head, 33, 37), text(head, 38, 38)], [account, digit]);
        assert_eq!(text(lines[lines.len() - 1], 1, 1), "9");
        let details = lines.iter().filter(|line| line.starts_with('1'));
        let title = |line: &&str| {
            assert_eq!([text(line, 24, 28), text(line, 84, 86)], [account, "109"]);
            let title = Title {
                state: State::Open,
                document: text(line, 111, 120).to_owned(),
                cents: number(line, 127, 139),
                due: short_day(text(line, 121, 126)),
                payments: Vec::new(),
            };
            (text(line, 109, 110).to_owned(), text(line, 63, 70).to_owned(), title)
        };
        details.map(title).collect()
    }

    fn read_240(&mut self, lines: &[&str]) -> Vec<(String, String, Title)> {
        let [bank, branch, account, _] = self.account;
        let [head, lot, details @ .., end_of_lot, end] = lines else { panic!("{lines:?}") };
        assert!(lines.iter().all(|line| text(line, 1, 3) == bank));
        assert_eq!([text(head, 8, 8), text(head, 143, 143), text(lot, 8, 9)], ["0", "1", "1R"]);
        assert_eq!(number(head, 53, 57).to_string(), branch.trim_start_matches('0'));
        assert_eq!(number(head, 59, 70).to_string(), account);
        assert_eq!([text(end_of_lot, 8, 8), text(end, 4, 8)], ["5", "99999"]);
        let count = |lines: &[&str]| i64::try_from(lines.len()).unwrap();
        assert_eq!(number(end_of_lot, 18, 23), count(details) + 2);
        assert_eq!([number(end, 18, 23), number(end, 24, 29)], [1, count(lines)]);
        for (n, line) in (1..).zip(details) {
            assert_eq!((text(line, 8, 8), number(line, 9, 13)), ("3", n), "{line}");
        }
        self.numbers.push(number(head, 158, 163));
        let titles = details.iter().filter(|line| text(line, 14, 14) == "P");
        let title = |line: &&str| {
            let title = Title {
                state: State::Open,
                document: text(line, 63, 77).to_owned(),
                cents: number(line, 86, 100),
                due: long_day(text(line, 78, 85)),
                payments: Vec::new(),
            };
            (text(line, 16, 17).to_owned(), text(line, 38, 57).to_owned(), title)
        };
        titles.map(title).collect()
    }

    fn carry_out(&mut self, order: &str, our_number: String, title: Title, day: Date) {
        let known = self.titles.get_mut(&our_number);
        let (occurrence, reason) = match (order, known) {
            ("01", None) if self.refuses.contains(&title.document) => {
                let refused = Title { state: State::Refused, ..title };
                self.titles.insert(our_number.clone(), refused);
                ("03", "08")
            }
            ("01", None) => {
                self.titles.insert(our_number.clone(), title);
                ("02", "")
            }
            ("02", Some(known)) if known.state == State::Open => {
                known.state = State::WrittenOff;
                ("09", "")
            }
            ("06", Some(known)) if known.state == State::Open && known.due != title.due => {
                known.due = title.due;
                ("14", "")
            }
            (order, known) => {
                self.complaints.push(format!("order {order} of {our_number}: {known:?}"));
                return;
            }
        };
        self.news.push(News { our_number, occurrence, reason, on: day, paid: 0 });
    }

    /// A customer pays a title of this document.
    pub(crate) fn pay(&mut self, document: &str, day: Date) {
        let of = |(_, title): &(&String, &mut Title)| title.document == document;
        let (our_number, title) = self.titles.iter_mut().find(of).expect("a title");
        title.state = State::Paid;
        title.payments.push(title.cents);
        let (our_number, paid) = (our_number.clone(), title.cents);
        self.news.push(News { our_number, occurrence: "06", reason: "", on: day, paid });
    }

    /// The next return: what happened, and what the one before told once more, where wanted.
    pub(crate) fn tell(&mut self, day: Date, again: bool) -> Vec<u8> {
        let news = std::mem::take(&mut self.news);
        let mut all = std::mem::take(&mut self.told);
        if !again {
            all.clear();
        }
        all.extend(news.iter().cloned());
        self.told = news;
        self.returns += 1;
        let lines = match self.manual {
            Manual::Itau400 => self.write_400(&all, day),
            Manual::Febraban240 => self.write_240(&all, day),
        };
        lines.into_iter().flat_map(|line| [line, b"\r\n".to_vec()].concat()).collect()
    }

    fn write_400(&self, news: &[News], day: Date) -> Vec<Vec<u8>> {
        let [bank, branch, account, digit] = self.account;
        let mut head = Line::new(400, "02RETORNO01COBRANCA");
        head.put(27, branch).put(31, "00").put(33, account).put(38, digit);
        head.put(47, "OFICINA EXEMPLO LTDA").put(77, bank).put(80, "BANCO ITAU SA");
        head.put(95, &day.strftime("%d%m%y").to_string()).put(101, "01600BPI");
        head.digits(109, 113, self.returns);
        let mut lines = vec![head];
        for one in news {
            let title = &self.titles[&one.our_number];
            let mut line = Line::new(400, "102");
            line.put(4, "11222333000181").put(18, branch).put(22, "00");
            line.put(24, account).put(29, digit).put(63, &one.our_number).put(83, "109");
            line.put(86, &one.our_number);
            line.put(94, &dac(&[branch, account, "109", &one.our_number].concat()));
            line.put(108, "I").put(109, one.occurrence);
            line.put(111, &one.on.strftime("%d%m%y").to_string());
            line.put(117, &title.document).put(127, &one.our_number);
            line.put(147, &title.due.strftime("%d%m%y").to_string());
            line.digits(153, 165, title.cents).put(166, bank);
            for (from, to) in [(176, 188), (215, 227), (228, 240), (241, 253), (267, 279)] {
                line.digits(from, to, 0);
            }
            line.digits(254, 266, one.paid).digits(280, 292, 0).digits(312, 324, 0);
            if one.paid > 0 {
                line.digits(176, 188, FEE);
                line.put(296, &one.on.tomorrow().unwrap().strftime("%d%m%y").to_string());
            }
            line.put(325, "JOANA EXEMPLO").put(378, one.reason);
            lines.push(line);
        }
        lines.push(Line::new(400, &["9201", bank].concat()));
        let numbered = (1..).zip(lines).map(|(n, mut line)| {
            line.digits(395, 400, n);
            line.0
        });
        numbered.collect()
    }

    fn write_240(&self, news: &[News], day: Date) -> Vec<Vec<u8>> {
        let [bank, branch, account, digit] = self.account;
        let day = day.strftime("%d%m%Y").to_string();
        let mut head = Line::new(240, &[bank, "00000"].concat());
        head.put(18, "2").put(19, "11222333000181");
        head.digits(53, 57, branch.parse().unwrap()).digits(59, 70, account.parse().unwrap());
        head.put(71, digit).put(73, "OFICINA EXEMPLO LTDA").put(103, "BANCO").put(143, "2");
        head.put(144, &day).put(152, "031500").digits(158, 163, self.returns).put(164, "103");
        let mut lot = Line::new(240, &[bank, "00011T01  060"].concat());
        lot.put(18, "2").digits(19, 33, 11_222_333_000_181);
        lot.digits(54, 58, branch.parse().unwrap()).digits(60, 71, account.parse().unwrap());
        lot.put(72, digit).digits(184, 191, self.returns).put(192, &day);
        let mut lines = vec![head, lot];
        for (n, one) in (0..).zip(news) {
            let title = &self.titles[&one.our_number];
            let mut t = Line::new(240, &[bank, "00013"].concat());
            t.digits(9, 13, 2 * n + 1).put(14, "T").put(16, one.occurrence);
            t.digits(18, 22, branch.parse().unwrap()).digits(24, 35, account.parse().unwrap());
            t.put(36, digit).put(38, &one.our_number).put(58, "1").put(59, &title.document);
            t.put(74, &title.due.strftime("%d%m%Y").to_string()).digits(82, 96, title.cents);
            t.put(97, bank).digits(100, 105, 0).put(131, "09").put(133, "1");
            t.digits(134, 148, 52_998_224_725).put(149, "JOANA EXEMPLO");
            t.digits(199, 213, if one.paid > 0 { FEE } else { 0 }).put(214, one.reason);
            let mut u = Line::new(240, &[bank, "00013"].concat());
            u.digits(9, 13, 2 * n + 2).put(14, "U").put(16, one.occurrence);
            for at in 0..8 {
                u.digits(18 + 15 * at, 32 + 15 * at, 0);
            }
            u.put(138, &one.on.strftime("%d%m%Y").to_string()).digits(146, 153, 0);
            if one.paid > 0 {
                u.digits(78, 92, one.paid).digits(93, 107, one.paid - FEE);
                u.put(146, &one.on.tomorrow().unwrap().strftime("%d%m%Y").to_string());
            }
            lines.extend([t, u]);
        }
        let in_lot = i64::try_from(lines.len()).unwrap();
        let mut end_of_lot = Line::new(240, &[bank, "00015"].concat());
        end_of_lot.digits(18, 23, in_lot);
        let mut end = Line::new(240, &[bank, "99999"].concat());
        end.digits(18, 23, 1).digits(24, 29, in_lot + 2);
        lines.extend([end_of_lot, end]);
        lines.into_iter().map(|line| line.0).collect()
    }

    fn width(&self) -> usize {
        match self.manual {
            Manual::Itau400 => 400,
            Manual::Febraban240 => 240,
        }
    }
}

/// What the bank charges for a payment, in cents.
pub(crate) const FEE: i64 = 250;

/// A row being written; positions as manuals count them, from 1.
struct Line(Vec<u8>);

impl Line {
    fn new(width: usize, start: &str) -> Self {
        let mut line = Self(vec![b' '; width]);
        line.put(1, start);
        line
    }

    fn put(&mut self, from: usize, text: &str) -> &mut Self {
        self.0[from - 1..from - 1 + text.len()].copy_from_slice(text.as_bytes());
        self
    }

    fn digits(&mut self, from: usize, to: usize, value: i64) -> &mut Self {
        self.put(from, &format!("{value:0width$}", width = to + 1 - from))
    }
}

fn text(line: &str, from: usize, to: usize) -> &str {
    line[from - 1..to].trim()
}

fn number(line: &str, from: usize, to: usize) -> i64 {
    text(line, from, to).parse().unwrap_or_else(|_| panic!("no number at {from}: {line}"))
}

fn short_day(text: &str) -> Date {
    Date::strptime("%d%m%y", text).unwrap()
}

fn long_day(text: &str) -> Date {
    Date::strptime("%d%m%Y", text).unwrap()
}

/// Itaú's check digit: modulus 10 with weights 2 and 1 from the right, the digits of each product
/// summed (annex 4).
fn dac(digits: &str) -> String {
    let weighed = digits.bytes().rev().zip([2, 1].into_iter().cycle()).map(|(digit, weight)| {
        let product = u32::from(digit - b'0') * weight;
        product / 10 + product % 10
    });
    ((10 - weighed.sum::<u32>() % 10) % 10).to_string()
}
