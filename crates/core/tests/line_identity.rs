//! Lines told many times become one row each: tables, and properties over invented histories.
#![expect(clippy::panic, reason = "a failing helper is a failing test")]

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use quita_core::bank_line::BankLine;
use quita_core::line_identity::{Batch, Incoming, Judged, Known, Source, Verdict, judge};
use quita_core::money::Money;

fn day(n: i8) -> Date {
    date(2026, 3, n)
}

fn line(n: i8, cents: i64, memo: &str) -> BankLine {
    BankLine::new(day(n), Money::from_cents(cents), memo)
}

fn with_id(line: BankLine, id: &str) -> BankLine {
    BankLine { bank_id: Some(id.to_owned()), ..line }
}

fn posted(lines: &[BankLine]) -> Vec<Incoming> {
    lines.iter().map(|line| Incoming { line: line.clone(), provisional: false }).collect()
}

/// The rows of an account, as a caller of `judge` keeps them.
#[derive(Clone, Debug, Default)]
struct Rows(Vec<Known>);

impl Rows {
    fn of(source: Source, lines: &[BankLine]) -> Self {
        let known = |line: &BankLine| Known { line: line.clone(), source, provisional: false };
        Self(lines.iter().map(known).collect())
    }

    fn judge(&self, source: Source, lines: &[Incoming], whole: Option<(Date, Date)>) -> Judged {
        judge(&self.0, &Batch { lines, source, whole })
    }

    fn import(
        &mut self,
        source: Source,
        lines: &[Incoming],
        whole: Option<(Date, Date)>,
    ) -> Judged {
        let judged = self.judge(source, lines, whole);
        assert_eq!(judged.verdicts.len(), lines.len());
        let count = judged.new_count() + judged.known_count() + judged.doubtful_count();
        assert_eq!(count, lines.len());
        let mut found = vec![false; self.0.len()];
        for (incoming, verdict) in lines.iter().zip(&judged.verdicts) {
            match verdict {
                Verdict::New => {
                    let Incoming { line, provisional } = incoming.clone();
                    self.0.push(Known { line, source, provisional });
                }
                Verdict::Known { of, becomes } => {
                    assert!(!std::mem::replace(&mut found[*of], true), "one row, two lines");
                    if let Some(becomes) = becomes {
                        self.0[*of] = (**becomes).clone();
                    }
                }
                Verdict::Changed { of, becomes, .. } => {
                    assert!(!std::mem::replace(&mut found[*of], true), "one row, two lines");
                    self.0[*of] = (**becomes).clone();
                }
                Verdict::Again { .. } | Verdict::Doubtful { .. } => {}
            }
        }
        judged
    }

    /// Day and cents of each, in order.
    fn sums(&self) -> Vec<(Date, i64)> {
        sums(self.0.iter().map(|known| &known.line))
    }
}

fn sums<'l>(lines: impl Iterator<Item = &'l BankLine>) -> Vec<(Date, i64)> {
    let mut all: Vec<(Date, i64)> = lines.map(|line| (line.date, line.amount.cents())).collect();
    all.sort();
    all
}

const MARCH: Option<(Date, Date)> = Some((date(2026, 3, 1), date(2026, 3, 31)));

#[track_caller]
fn why(judged: &Judged, at: usize) -> &str {
    match &judged.verdicts[at] {
        Verdict::Doubtful { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_equal_coffees_are_two_lines() {
    let mut rows = Rows::default();
    let coffees = posted(&[line(10, -500, "CAFE"), line(10, -500, "CAFE")]);
    assert_eq!(rows.import(Source::Csv, &coffees, None).new_count(), 2);
    assert_eq!(rows.import(Source::Csv, &coffees, None).known_count(), 2);
    let third = [coffees.clone(), posted(&[line(10, -500, "café ")])].concat();
    assert_eq!(rows.import(Source::Csv, &third, None).new_count(), 1);
    assert_eq!(rows.0.len(), 3);
}

#[test]
fn an_id_that_repeats_for_other_lines_drops_none() {
    let mut rows = Rows::default();
    let file = posted(&[
        with_id(line(10, 1_000, "PIX JOAO"), "20260310"),
        with_id(line(10, 2_000, "PIX MARIA"), "20260310"),
        with_id(line(10, 2_000, "PIX CARLA"), "20260310"),
        with_id(line(11, 2_000, "PIX CARLA"), "20260310"),
    ]);
    assert_eq!(rows.import(Source::Ofx, &file, MARCH).new_count(), 4);
    assert_eq!(rows.import(Source::Ofx, &file, MARCH).known_count(), 4);
}

#[test]
fn a_file_that_numbers_its_lines_anew_is_the_same_where_it_covers_the_day() {
    let rows = Rows::of(Source::Ofx, &[with_id(line(10, 1_000, "PIX JOAO"), "1")]);
    let again = posted(&[with_id(line(10, 1_000, "PIX JOAO"), "7")]);
    assert_eq!(rows.judge(Source::Ofx, &again, MARCH).known_count(), 1);
    let judged = rows.judge(Source::Ofx, &again, None);
    assert_eq!(
        why(&judged, 0),
        "mesmo dia (10/03/2026), valor (R$ 10,00) e texto de um lançamento conhecido, mas com \
         outro id do banco, e o arquivo não cobre o dia inteiro"
    );
}

#[test]
fn what_a_stable_id_tells_again_is_a_correction() {
    let mut rows = Rows::of(Source::Api, &[with_id(line(10, 1_000, "Pix João"), "a")]);
    for (told, what) in [
        (line(10, 1_100, "Pix João"), "o banco mudou valor de R$ 10,00 para R$ 11,00"),
        (
            line(11, 1_100, "Pix Joana"),
            "o banco mudou data de 10/03/2026 para 11/03/2026; texto de «Pix João» para «Pix Joana»",
        ),
    ] {
        let judged = rows.import(Source::Api, &posted(&[with_id(told.clone(), "a")]), MARCH);
        let Verdict::Changed { of: 0, what: said, .. } = &judged.verdicts[0] else {
            panic!("{judged:?}")
        };
        assert_eq!(said, what);
        assert_eq!(rows.0[0].line, with_id(told, "a"));
    }
    // Another id is another line, however alike.
    let twin = posted(&[with_id(line(11, 1_100, "Pix Joana"), "b")]);
    assert_eq!(rows.import(Source::Api, &twin, MARCH).new_count(), 1);
}

#[test]
fn pages_that_overlap_tell_a_line_once() {
    let mut rows = Rows::default();
    let one = with_id(line(10, 1_000, "Pix"), "a");
    let judged = rows.import(Source::Api, &posted(&[one.clone(), one]), MARCH);
    assert_eq!(judged.verdicts, [Verdict::New, Verdict::Again { of: 0 }]);
}

#[test]
fn a_line_gains_from_a_richer_source_and_keeps_what_it_has() {
    let mut simple = line(10, 1_000, "Pix recebido");
    simple.check_number = Some("77".to_owned());
    let mut rows = Rows::of(Source::ApiSimple, &[simple]);
    let mut full = with_id(line(10, 1_000, "Pix recebido João"), "a");
    full.end_to_end_id = Some("E1".to_owned());
    full.payer_document = Some("52998224725".to_owned());
    let judged = rows.import(Source::Api, &posted(std::slice::from_ref(&full)), MARCH);
    assert_eq!(judged.known_count(), 1);
    full.check_number = Some("77".to_owned());
    let expected = Known { line: full, source: Source::Api, provisional: false };
    assert_eq!(rows.0, std::slice::from_ref(&expected));
    // The poorer source takes nothing back, and its id is not taken for a stable one.
    let poor = posted(&[with_id(line(10, 1_000, "PIX RECEBIDO JOAO"), "000123")]);
    let judged = rows.import(Source::Ofx, &poor, MARCH);
    assert_eq!(judged.verdicts, [Verdict::Known { of: 0, becomes: None }]);
    assert_eq!(rows.0, [expected]);
}

#[test]
fn the_id_of_a_file_never_becomes_one_of_an_interface() {
    let rows = Rows::of(Source::Api, &[line(10, 1_000, "Pix João")]);
    let file = posted(&[with_id(line(10, 1_000, "PIX JOAO"), "123")]);
    let verdicts = rows.judge(Source::Ofx, &file, MARCH).verdicts;
    assert_eq!(verdicts, [Verdict::Known { of: 0, becomes: None }]);

    let mut rows = Rows::of(Source::Ofx, &[with_id(line(10, 1_000, "PIX JOAO"), "123")]);
    rows.import(Source::Api, &posted(&[line(10, 1_000, "Pix João")]), MARCH);
    assert_eq!((rows.0[0].source, &rows.0[0].line.bank_id), (Source::Api, &None));
}

#[test]
fn texts_choose_among_equal_amounts() {
    let rows = Rows::of(
        Source::Api,
        &[
            with_id(line(10, 1_000, "Pix recebido João da Silva"), "a"),
            with_id(line(10, 1_000, "Pix recebido Maria"), "b"),
        ],
    );
    let file = posted(&[line(10, 1_000, "PIX RECEBIDO MARIA"), line(10, 1_000, "PIX JOAO DA SI")]);
    let of = |verdict: &Verdict| match verdict {
        Verdict::Known { of, .. } => *of,
        other => panic!("{other:?}"),
    };
    let places: Vec<usize> = rows.judge(Source::Ofx, &file, None).verdicts.iter().map(of).collect();
    assert_eq!(places, [1, 0]);
}

#[test]
fn what_counts_cannot_decide_is_doubtful_and_says_why() {
    let rows = Rows::of(
        Source::Api,
        &[with_id(line(10, 1_000, "Pix João"), "a"), with_id(line(10, 1_000, "Pix Maria"), "b")],
    );
    // The file covers the day and has fewer lines, of somebody else.
    let fewer = posted(&[line(10, 1_000, "PIX CARLA")]);
    let judged = rows.judge(Source::Ofx, &fewer, MARCH);
    assert_eq!(
        why(&judged, 0),
        "em 10/03/2026 há 2 lançamentos de R$ 10,00 de outra fonte, com texto que não combina com \
         «PIX CARLA»; pode ser o mesmo lançamento ou outro"
    );
    // As many: whatever they are called, they are these.
    let as_many = posted(&[line(10, 1_000, "CRED 991"), line(10, 1_000, "CRED 992")]);
    assert_eq!(rows.judge(Source::Ofx, &as_many, MARCH).known_count(), 2);
    // As many, but of a part of the day: they may be others.
    assert_eq!(rows.judge(Source::Ofx, &as_many, None).known_count(), 0);
    let different = posted(&[line(10, 1_000, "TED CARLA"), line(10, 1_000, "TED PAULO")]);
    assert_eq!(rows.judge(Source::Csv, &different, None).doubtful_count(), 2);
    // More, where two of them are surely known.
    let more = posted(&[
        line(10, 1_000, "PIX CARLA"),
        line(10, 1_000, "PIX MARIA"),
        line(10, 1_000, "PIX JOAO"),
    ]);
    let judged = rows.judge(Source::Ofx, &more, MARCH);
    assert_eq!((judged.new_count(), judged.known_count()), (1, 2));
    assert_eq!(judged.verdicts[0], Verdict::New);
}

#[test]
fn a_corrected_text_of_a_file_is_doubtful_unless_its_id_says_more() {
    let rows = Rows::of(
        Source::Ofx,
        &[with_id(line(10, 1_000, "PIX JOAO"), "7"), line(11, 500, "TED MARIA")],
    );
    let file = posted(&[with_id(line(10, 1_000, "PIX JOANA"), "7"), line(11, 500, "TED CARLA")]);
    let judged = rows.judge(Source::Ofx, &file, MARCH);
    assert!(matches!(&judged.verdicts[0], Verdict::Changed { of: 0, .. }), "{judged:?}");
    assert!(why(&judged, 1).contains("«TED MARIA»"), "{judged:?}");
    // A part of the day says nothing of what is not in it.
    assert_eq!(rows.judge(Source::Ofx, &file[1..], None).new_count(), 1);
}

#[test]
fn the_id_of_the_pix_joins_and_parts() {
    let pix = |memo: &str, id: &str| BankLine {
        end_to_end_id: Some(id.to_owned()),
        ..line(10, 1_000, memo)
    };
    let rows = Rows::of(Source::Api, &[with_id(pix("Pix João", "E1"), "a")]);
    let joined = posted(&[pix("CRED 991", "E1")]);
    assert_eq!(rows.judge(Source::Camt, &joined, None).known_count(), 1);
    let parted = posted(&[pix("Pix João", "E2")]);
    assert_eq!(rows.judge(Source::Camt, &parted, MARCH).new_count(), 1);
}

#[test]
fn a_provisional_line_is_replaced_when_it_is_posted() {
    let provisional = |line: BankLine| Incoming { line, provisional: true };
    let mut rows = Rows::default();
    let pending = [provisional(line(13, -700, "CARTAO LOJA CENTRO"))];
    rows.import(Source::Csv, &pending, None);
    assert_eq!(rows.import(Source::Csv, &pending, None).known_count(), 1);
    assert!(rows.0[0].provisional);
    // Posted on Monday, with a longer text.
    let now = posted(&[line(16, -700, "COMPRA LOJA CENTRO RECIFE")]);
    let judged = rows.import(Source::Csv, &now, MARCH);
    assert_eq!(judged.known_count(), 1);
    assert_eq!(judged.given_up, Vec::<usize>::new());
    let expected = Known { line: now[0].line.clone(), source: Source::Csv, provisional: false };
    assert_eq!(rows.0, [expected]);

    rows.import(Source::Csv, &[provisional(line(20, -900, "CARTAO OUTRA"))], None);
    let judged = rows.judge(Source::Csv, &now, MARCH);
    assert_eq!(judged.given_up, [1], "it never came");
}

#[test]
fn zeros_are_no_id() {
    let mut rows = Rows::of(Source::Ofx, &[with_id(line(10, 1_000, "PIX"), "0")]);
    let file =
        posted(&[with_id(line(10, 1_000, "PIX"), "000"), with_id(line(10, 1_000, "PIX"), "0")]);
    let judged = rows.import(Source::Ofx, &file, None);
    assert_eq!((judged.known_count(), judged.new_count()), (1, 1));
}

// What really happened in an account, and how sources tell it.

#[derive(Clone, Debug)]
struct Truth {
    day: i8,
    cents: i64,
    name: &'static str,
    pix: bool,
}

const NAMES: [&str; 4] = ["João da Silva", "Maria Souza", "Padaria Sol", "Carla"];

fn truth() -> impl Strategy<Value = Truth> {
    let cents = prop::sample::select(vec![1_000, 1_000, 2_550, -350]);
    let name = prop::sample::select(NAMES.to_vec());
    (1..=5_i8, cents, name, any::<bool>()).prop_map(|(day, cents, name, pix)| Truth {
        day,
        cents,
        name,
        pix,
    })
}

/// In the order of the bank's books: by day, then as they came.
fn history() -> impl Strategy<Value = Vec<Truth>> {
    proptest::collection::vec(truth(), 0..24).prop_map(|mut all| {
        all.sort_by_key(|truth| truth.day);
        all
    })
}

/// How a source tells line `n` of the history; `file` tells files of the same sort apart.
fn told(source: Source, n: usize, truth: &Truth, file: usize) -> BankLine {
    let memo = match source {
        Source::Api | Source::ApiSimple => format!("Pix recebido {}", truth.name),
        Source::Ofx | Source::Csv => {
            format!("PIX RECEBIDO {}", truth.name.to_uppercase().replace('Ã', "A"))
        }
        // Texts that have nothing in common with the others.
        Source::CnabE | Source::Camt => format!("CRED {}", truth.name.len()),
    };
    let mut line = line(truth.day, truth.cents, &memo);
    match source {
        Source::Api => {
            line.bank_id = Some(format!("id-{n}"));
            line.end_to_end_id = truth.pix.then(|| format!("E{n}"));
        }
        // Numbered anew in each file.
        Source::Ofx => line.bank_id = Some(format!("{}", n + file * 1_000)),
        // The same for all lines of a day.
        Source::Camt => line.bank_id = Some(format!("D{}", truth.day)),
        _ => {}
    }
    line
}

/// What a source tells of the days.
fn file(source: Source, all: &[Truth], from: i8, to: i8, number: usize) -> Vec<Incoming> {
    let days = from..=to;
    let lines = all.iter().enumerate().filter(|(_, truth)| days.contains(&truth.day));
    posted(&lines.map(|(n, truth)| told(source, n, truth, number)).collect::<Vec<_>>())
}

fn truths(all: &[Truth], from: i8, to: i8) -> Vec<(Date, i64)> {
    let days = from..=to;
    let mut sums: Vec<(Date, i64)> = all
        .iter()
        .filter(|truth| days.contains(&truth.day))
        .map(|truth| (day(truth.day), truth.cents))
        .collect();
    sums.sort();
    sums
}

fn any_source() -> impl Strategy<Value = Source> {
    prop::sample::select(vec![
        Source::Api,
        Source::ApiSimple,
        Source::Ofx,
        Source::Csv,
        Source::CnabE,
        Source::Camt,
    ])
}

fn whole(from: i8, to: i8) -> Option<(Date, Date)> {
    Some((day(from), day(to)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is known, from wherever, a second import of a file adds nothing.
    #[test]
    fn a_file_twice_adds_nothing(
        all in history(),
        before in proptest::collection::vec((any_source(), any::<bool>(), 1..=5_i8, 0..8_usize), 0..4),
        source in any_source(),
        covers in any::<bool>(),
    ) {
        let mut rows = Rows::default();
        for (number, (source, covers, to, cut)) in before.into_iter().enumerate() {
            let mut lines = file(source, &all, 1, to, number + 1);
            lines.truncate(lines.len().saturating_sub(cut));
            rows.import(source, &lines, whole(1, to).filter(|_| covers && cut == 0));
        }
        let lines = file(source, &all, 1, 5, 0);
        let covers = whole(1, 5).filter(|_| covers);
        rows.import(source, &lines, covers);
        let count = rows.0.len();
        let again = rows.import(source, &lines, covers);
        prop_assert_eq!(again.new_count(), 0);
        prop_assert_eq!(rows.0.len(), count);
    }

    /// Two files of overlapping days, in either order, make the history and nothing else.
    #[test]
    fn overlapping_files_make_the_truth(
        all in history(),
        source in any_source(),
        other in any_source(),
        split in 1..=5_i8,
        from in 1..=5_i8,
        backward in any::<bool>(),
    ) {
        let from = from.min(split);
        let mut files = [(source, 1, split, 1), (other, from, 5, 2)];
        if backward { files.reverse() }
        let mut rows = Rows::default();
        for (source, from, to, number) in files {
            let lines = file(source, &all, from, to, number);
            let judged = rows.import(source, &lines, whole(from, to));
            prop_assert_eq!(judged.doubtful_count(), 0, "{:?}", judged);
        }
        prop_assert_eq!(rows.sums(), truths(&all, 1, 5));
    }

    /// Every order of many looks of many sources comes to the same rows, ids and all.
    #[test]
    fn many_looks_of_many_sources_converge(
        all in history(),
        looks in proptest::collection::vec((any_source(), 1..=5_i8, 1..=5_i8), 1..6),
        last in 0..7_usize,
    ) {
        let mut rows = Rows::default();
        let mut looks: Vec<_> =
            looks.into_iter().map(|(source, a, b)| (source, a.min(b), a.max(b))).collect();
        looks.insert(last.min(looks.len()), (Source::Api, 1, 5));
        for (number, (source, from, to)) in looks.into_iter().enumerate() {
            let lines = file(source, &all, from, to, number);
            let judged = rows.import(source, &lines, whole(from, to));
            prop_assert_eq!(judged.doubtful_count(), 0, "{:?}", judged);
        }
        prop_assert_eq!(rows.sums(), truths(&all, 1, 5));
        let mut ids: Vec<_> = rows.0.iter().map(|known| known.line.bank_id.clone()).collect();
        ids.sort();
        let mut expected: Vec<_> = (0..all.len()).map(|n| Some(format!("id-{n}"))).collect();
        expected.sort();
        prop_assert_eq!(ids, expected);
    }

    /// A look in the middle of a day, by either interface, and then the whole of it by either.
    #[test]
    fn a_look_before_the_day_is_over_loses_and_doubles_nothing(
        all in history(),
        cut in 0..24_usize,
        first in prop::sample::select(vec![Source::Api, Source::ApiSimple]),
        then in prop::sample::select(vec![Source::Api, Source::ApiSimple]),
    ) {
        let mut rows = Rows::default();
        let mut early = file(first, &all, 1, 5, 0);
        early.truncate(cut);
        rows.import(first, &early, None);
        let judged = rows.import(then, &file(then, &all, 1, 5, 0), whole(1, 5));
        prop_assert_eq!(judged.doubtful_count(), 0, "{:?}", judged);
        prop_assert_eq!(rows.sums(), truths(&all, 1, 5));
    }

    /// Pages may come in any order and repeat lines.
    #[test]
    fn the_order_of_pages_does_not_matter(
        all in history(),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let lines = file(Source::Api, &all, 1, 5, 0);
        if lines.is_empty() { return Ok(()) }
        let mut mixed: Vec<Incoming> = order.iter().map(|at| lines[at.index(lines.len())].clone()).collect();
        mixed.extend(lines.iter().rev().cloned());
        let mut rows = Rows::of(Source::ApiSimple, &[]);
        rows.import(Source::ApiSimple, &file(Source::ApiSimple, &all, 1, 3, 0), whole(1, 3));
        let judged = rows.import(Source::Api, &mixed, whole(1, 5));
        prop_assert_eq!(judged.doubtful_count(), 0);
        prop_assert_eq!(rows.sums(), truths(&all, 1, 5));
    }

    /// No line is ever taken as known by more than one of a batch (asserted in `import`), and none
    /// is lost: each is new, known or doubtful, however files contradict each other.
    #[test]
    fn files_that_contradict_each_other_are_survived(
        one in history(),
        two in history(),
        source in any_source(),
        other in any_source(),
        covers in any::<(bool, bool)>(),
    ) {
        let mut rows = Rows::default();
        rows.import(source, &file(source, &one, 1, 5, 1), whole(1, 5).filter(|_| covers.0));
        let before = rows.0.len();
        let lines = file(other, &two, 1, 5, 2);
        let judged = rows.import(other, &lines, whole(1, 5).filter(|_| covers.1));
        prop_assert_eq!(rows.0.len(), before + judged.new_count());
        for verdict in &judged.verdicts {
            if let Verdict::Doubtful { of, why } = verdict {
                prop_assert!(*of < before && !why.is_empty());
            }
        }
    }
}

#[test]
fn a_posted_line_is_looked_for_some_days_back_only() {
    let pending = Incoming { line: line(1, -700, "CARTAO LOJA CENTRO"), provisional: true };
    let mut rows = Rows::default();
    rows.import(Source::Csv, &[pending], None);
    let late = line(1, -700, "CARTAO LOJA CENTRO");
    let late = BankLine { date: late.date.saturating_add(8.days()), ..late };
    assert_eq!(rows.judge(Source::Csv, &posted(&[late]), None).new_count(), 1);
}
