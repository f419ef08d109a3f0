//! Which lines of a statement are new, and which are lines that are known already.
//!
//! Banks tell the same line many times: days overlap, an interface and a file tell it apart,
//! ids are missing, repeated or made anew for each file, and two equal lines on one day may
//! both be true. So lines are compared as multisets by day, from what is certain to what is
//! not: by an id that is proven stable; by the id of the Pix; by everything a file says; by
//! day, amount and text; and between sources by day and amount, helped by ids and texts.
//! What cannot be decided is doubtful and waits for a person: it is neither dropped nor doubled.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bank_line::BankLine;
use crate::line_words::{Likeness, Words};
use crate::money::Money;

/// Where a line was read, from the poorest in facts to the richest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A bank's interface that gives no ids.
    ApiSimple,
    /// Rows with a separator.
    Csv,
    /// CNAB 240, segment E.
    CnabE,
    /// OFX, whose ids may repeat or change.
    Ofx,
    /// ISO 20022 camt.053.
    Camt,
    /// A bank's interface whose ids are proven stable.
    Api,
}

impl Source {
    const ALL: [Self; 6] =
        [Self::ApiSimple, Self::Csv, Self::CnabE, Self::Ofx, Self::Camt, Self::Api];

    /// The word for programs and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ApiSimple => "api_simple",
            Self::Csv => "csv",
            Self::CnabE => "cnab_e",
            Self::Ofx => "ofx",
            Self::Camt => "camt",
            Self::Api => "api",
        }
    }

    /// The source of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }

    /// Whether [`BankLine::bank_id`] of this source names a line for ever.
    pub const fn has_stable_ids(self) -> bool {
        matches!(self, Self::Api)
    }
}

/// A line that is known. Verdicts name it by its place in the slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What is known of it.
    pub line: BankLine,
    /// The richest source that told it; with it came the memo and [`BankLine::bank_id`].
    pub source: Source,
    /// The bank may still take it back or change it.
    pub provisional: bool,
}

/// A line that comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// What the source says of it.
    pub line: BankLine,
    /// The bank may still take it back or change it.
    pub provisional: bool,
}

/// Lines that come in together.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'l> {
    /// Of one account, in the order of the source.
    pub lines: &'l [Incoming],
    /// Where they were read.
    pub source: Source,
    /// First and last day of which every line is here, if the source covers whole days. A day
    /// that is not over yet is none.
    pub whole: Option<(Date, Date)>,
}

/// What a line that comes in is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not known: to be added.
    New,
    /// The known line of this place; with what it gains, if anything.
    Known {
        /// Place among the known lines.
        of: usize,
        /// What the known line is from now on, where that differs.
        becomes: Option<Box<Known>>,
    },
    /// The known line of this place, which the bank has corrected.
    Changed {
        /// Place among the known lines.
        of: usize,
        /// What the known line is from now on.
        becomes: Box<Known>,
        /// What has changed, in Portuguese.
        what: String,
    },
    /// The same batch has it before, at this place: pages of an interface that overlap.
    Again {
        /// Place in the batch.
        of: usize,
    },
    /// It may be a known line or a new one.
    Doubtful {
        /// Place among the known lines of one that it may be.
        of: usize,
        /// Why that is open, in Portuguese.
        why: String,
    },
}

/// The verdicts of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// One for each line of the batch, in its order.
    pub verdicts: Vec<Verdict>,
    /// Places of provisional lines that the batch should have and has not: the bank gave them up.
    pub given_up: Vec<usize>,
}

impl Judged {
    /// How many lines are new.
    pub fn new_count(&self) -> usize {
        self.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::New)).count()
    }

    /// How many wait for a person.
    pub fn doubtful_count(&self) -> usize {
        self.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Doubtful { .. })).count()
    }

    /// How many were known, corrected ones and repeated ones among them.
    pub fn known_count(&self) -> usize {
        self.verdicts.len() - self.new_count() - self.doubtful_count()
    }
}

/// Days that may pass until a provisional line is posted.
const DAYS_TO_POST: i32 = 7;
/// Most comparisons of texts within one day and amount; beyond it only equal texts and
/// counts decide.
const MOST_COMPARISONS: usize = 40_000;

/// Tells which lines of the batch are known.
///
/// `known` are the lines of the same account on the days of the batch, and some days before
/// where lines may be provisional. Other lines there do no harm. The result does not depend on
/// clocks or chance; its cost is that of sorting.
pub fn judge(known: &[Known], batch: &Batch<'_>) -> Judged {
    let mut matcher = Matcher {
        known,
        batch,
        known_words: known.iter().map(|known| Words::of(&known.line)).collect(),
        words: batch.lines.iter().map(|incoming| Words::of(&incoming.line)).collect(),
        taken: vec![false; known.len()],
        verdicts: vec![None; batch.lines.len()],
    };
    matcher.by_stable_id();
    matcher.by_end_to_end_id();
    matcher.by_all_that_a_file_says();
    matcher.by_content();
    matcher.by_day_and_amount();
    matcher.given()
}

struct Matcher<'l> {
    known: &'l [Known],
    batch: &'l Batch<'l>,
    known_words: Vec<Words>,
    words: Vec<Words>,
    /// Known lines that were found in the batch.
    taken: Vec<bool>,
    verdicts: Vec<Option<Verdict>>,
}

/// Places, in their order.
type Places = VecDeque<usize>;

impl<'l> Matcher<'l> {
    /// Lines of the batch without a verdict.
    fn open(&self) -> Vec<usize> {
        let open = self.verdicts.iter().enumerate().filter(|(_, verdict)| verdict.is_none());
        open.map(|(at, _)| at).collect()
    }

    fn incoming(&self, at: usize) -> Option<&'l Incoming> {
        self.batch.lines.get(at)
    }

    /// Known lines that were not found yet and fit, by key.
    fn index<K: Ord>(&self, key: impl Fn(usize, &'l Known) -> Option<K>) -> BTreeMap<K, Places> {
        let mut index: BTreeMap<K, Places> = BTreeMap::new();
        for (at, known) in self.known.iter().enumerate() {
            if self.taken.get(at) == Some(&false)
                && let Some(key) = key(at, known)
            {
                index.entry(key).or_default().push_back(at);
            }
        }
        index
    }

    fn is_whole(&self, day: Date) -> bool {
        self.batch.whole.is_some_and(|(from, to)| (from..=to).contains(&day))
    }

    /// A stable id, where the source and the line have one.
    fn stable_id(source: Source, line: &BankLine) -> Option<&str> {
        line.bank_id.as_deref().filter(|id| source.has_stable_ids() && is_telling(id))
    }

    fn by_stable_id(&mut self) {
        let index = self.index(|_, known| Self::stable_id(known.source, &known.line));
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for at in self.open() {
            let Some(incoming) = self.incoming(at) else { continue };
            let Some(id) = Self::stable_id(self.batch.source, &incoming.line) else { continue };
            if let Some(before) = seen.get(id) {
                self.verdict(at, Verdict::Again { of: *before });
                continue;
            }
            seen.insert(id, at);
            if let Some(of) = index.get(id).and_then(|places| places.front()) {
                self.same(at, *of);
            }
        }
    }

    fn by_end_to_end_id(&mut self) {
        let key = |line: &'l BankLine| Some((line.end_to_end_id.as_deref()?, line.amount));
        let mut index = self.index(|_, known| key(&known.line));
        for at in self.open() {
            let Some(incoming) = self.incoming(at) else { continue };
            let Some(key) = key(&incoming.line) else { continue };
            let Some(places) = index.get_mut(&key) else { continue };
            let fits = |of: &usize| !self.contradict(at, *of);
            if let Some(place) = places.iter().position(fits)
                && let Some(of) = places.remove(place)
            {
                self.same(at, of);
            }
        }
    }

    /// The id of a file is no proof alone, but with day, amount and text it is.
    fn by_all_that_a_file_says(&mut self) {
        let key = |line: &'l BankLine, words: &Words| {
            let id = line.bank_id.as_deref().filter(|id| is_telling(id))?;
            Some((line.date, line.amount, id, words.text.clone()))
        };
        let source = self.batch.source;
        let mut index = self.index(|at, known| {
            let words = self.known_words.get(at)?;
            key(&known.line, words).filter(|_| known.source == source)
        });
        for at in self.open() {
            let (Some(incoming), Some(words)) = (self.incoming(at), self.words.get(at)) else {
                continue;
            };
            let Some(key) = key(&incoming.line, words) else { continue };
            if let Some(of) = index.get_mut(&key).and_then(VecDeque::pop_front) {
                self.same(at, of);
            }
        }
    }

    /// Day, amount and text, as often as the same source told them.
    fn by_content(&mut self) {
        let source = self.batch.source;
        let mut index = self.index(|at, known| {
            let text = self.known_words.get(at)?.text.clone();
            let key = (known.line.date, known.line.amount, text);
            Some(key).filter(|_| known.source == source)
        });
        for at in self.open() {
            let (Some(incoming), Some(words)) = (self.incoming(at), self.words.get(at)) else {
                continue;
            };
            let line = &incoming.line;
            let key = (line.date, line.amount, words.text.clone());
            let Some(places) = index.get_mut(&key) else { continue };
            let fits = |of: &usize| !self.contradict(at, *of);
            let Some(place) = places.iter().position(fits) else { continue };
            let Some(of) = places.remove(place) else { continue };
            let ids = [Some(line), self.known.get(of).map(|known| &known.line)]
                .map(|line| line?.bank_id.as_deref().filter(|id| is_telling(id)));
            let [Some(_), Some(_)] = ids else {
                self.same(at, of);
                continue;
            };
            // The file numbers its lines anew, or it is another line that looks alike. Where all
            // of the day is here, the known one must be among them.
            if self.is_whole(line.date) {
                self.same(at, of);
            } else {
                self.take(of);
                let why = format!(
                    "mesmo dia ({}), valor (R$ {}) e texto de um lançamento conhecido, mas com \
                     outro id do banco, e o arquivo não cobre o dia inteiro",
                    shown(line.date),
                    line.amount
                );
                self.verdict(at, Verdict::Doubtful { of, why });
            }
        }
    }

    fn by_day_and_amount(&mut self) {
        let mut known = self.index(|_, known| Some((known.line.date, known.line.amount)));
        let mut groups: BTreeMap<(Date, Money), Vec<usize>> = BTreeMap::new();
        for at in self.open() {
            if let Some(incoming) = self.incoming(at) {
                groups.entry((incoming.line.date, incoming.line.amount)).or_default().push(at);
            }
        }
        for (key, lines) in groups {
            let places: Vec<usize> = known.remove(&key).map(Vec::from).unwrap_or_default();
            self.group(key, lines, places);
        }
    }

    /// Lines of one day and amount against known ones.
    fn group(&mut self, (day, amount): (Date, Money), lines: Vec<usize>, places: Vec<usize>) {
        let lines = self.by_equal_texts(lines, &places);
        let mut lines = if lines.len().saturating_mul(places.len()) <= MOST_COMPARISONS {
            let lines = self.by_likeness(lines, &places, Likeness::Same);
            self.by_likeness(lines, &places, Likeness::Compatible)
        } else {
            lines
        };
        lines.retain(|at| !self.was_posted(*at));
        let left: Vec<usize> = places
            .into_iter()
            .filter(|of| self.taken.get(*of) == Some(&false))
            .filter(|of| lines.iter().any(|at| !self.contradict(*at, *of)))
            .collect();
        let is_own =
            |of: &usize| self.known.get(*of).is_some_and(|k| k.source == self.batch.source);
        let (own, others): (Vec<usize>, Vec<usize>) = left.into_iter().partition(is_own);
        let whole = self.is_whole(day);
        let all_fit = || lines.iter().all(|at| others.iter().all(|of| !self.contradict(*at, *of)));
        if whole && own.is_empty() && lines.len() == others.len() && all_fit() {
            // All of the day is here, so the known ones are among these, whatever their texts.
            for (at, of) in lines.into_iter().zip(others) {
                self.same(at, of);
            }
            return;
        }
        for at in lines {
            let text = self.incoming(at).map(|incoming| incoming.line.memo.as_str());
            let text = text.unwrap_or_default();
            let fitting = |of: &&usize| !self.contradict(at, **of);
            if let Some(of) = others.iter().find(fitting) {
                let why = format!(
                    "em {} há {} de R$ {amount} de outra fonte, com texto que não combina com \
                     «{text}»; pode ser o mesmo lançamento ou outro",
                    shown(day),
                    count(others.len()),
                );
                self.verdict(at, Verdict::Doubtful { of: *of, why });
            } else if let Some(of) = own.iter().find(fitting).filter(|_| whole) {
                let of = *of;
                if self.taken.get(of) == Some(&false) && self.has_id_of(at, of) {
                    self.same(at, of);
                    continue;
                }
                let before = self.known.get(of).map(|known| known.line.memo.as_str());
                let why = format!(
                    "em {} a mesma fonte trazia R$ {amount} como «{}», que agora falta, e não \
                     «{text}»; o banco pode ter corrigido o texto",
                    shown(day),
                    before.unwrap_or_default(),
                );
                self.verdict(at, Verdict::Doubtful { of, why });
            } else {
                self.verdict(at, Verdict::New);
            }
        }
    }

    /// Texts that are equal between sources; what is left.
    fn by_equal_texts(&mut self, lines: Vec<usize>, places: &[usize]) -> Vec<usize> {
        let mut texts: BTreeMap<String, Places> = BTreeMap::new();
        for of in places {
            let text = self.known_words.get(*of).map(|words| words.text.clone());
            // The same source was compared before, ids and all.
            let other = self.known.get(*of).is_some_and(|k| k.source != self.batch.source);
            if let Some(text) = text.filter(|text| other && !text.is_empty()) {
                texts.entry(text).or_default().push_back(*of);
            }
        }
        let mut left = Vec::new();
        for at in lines {
            let places = self.words.get(at).and_then(|words| texts.get_mut(&words.text));
            let found = places.and_then(|places| {
                let place = places.iter().position(|of| !self.contradict(at, *of))?;
                places.remove(place)
            });
            match found {
                Some(of) => self.same(at, of),
                None => left.push(at),
            }
        }
        left
    }

    /// Texts of other sources that are at least so alike; what is left.
    fn by_likeness(&mut self, lines: Vec<usize>, places: &[usize], wanted: Likeness) -> Vec<usize> {
        let mut left = Vec::new();
        for at in lines {
            let found = places.iter().copied().find(|of| {
                self.taken.get(*of) == Some(&false)
                    && self.known.get(*of).is_some_and(|k| k.source != self.batch.source)
                    && !self.contradict(at, *of)
                    && self.likeness(at, *of) >= wanted
            });
            match found {
                Some(of) => self.same(at, of),
                None => left.push(at),
            }
        }
        left
    }

    fn likeness(&self, at: usize, of: usize) -> Likeness {
        match (self.words.get(at), self.known_words.get(of)) {
            (Some(left), Some(right)) => left.likeness(right),
            _ => Likeness::Different,
        }
    }

    /// A posted line whose provisional one stood on a day before.
    fn was_posted(&mut self, at: usize) -> bool {
        let Some(incoming) = self.incoming(at).filter(|incoming| !incoming.provisional) else {
            return false;
        };
        let first = incoming.line.date.saturating_sub(DAYS_TO_POST.days());
        let before = self.known.iter().enumerate().find(|(of, known)| {
            known.provisional
                && self.taken.get(*of) == Some(&false)
                && known.line.amount == incoming.line.amount
                && (first..incoming.line.date).contains(&known.line.date)
                && !self.contradict(at, *of)
                && self.likeness(at, *of) == Likeness::Same
        });
        let Some((of, _)) = before else { return false };
        self.same(at, of);
        true
    }

    /// True where both name themselves, and differently.
    fn contradict(&self, at: usize, of: usize) -> bool {
        let (Some(incoming), Some(known)) = (self.incoming(at), self.known.get(of)) else {
            return true;
        };
        let (line, other) = (&incoming.line, &known.line);
        let differ = |left: &Option<String>, right: &Option<String>| match (left, right) {
            (Some(left), Some(right)) => !same_number(left, right),
            _ => false,
        };
        let stable =
            (Self::stable_id(self.batch.source, line), Self::stable_id(known.source, other));
        let hidden =
            |line: &BankLine| line.payer_document.as_ref().is_some_and(|d| d.contains('*'));
        matches!(stable, (Some(left), Some(right)) if left != right)
            || differ(&line.end_to_end_id, &other.end_to_end_id)
            || differ(&line.txid, &other.txid)
            || differ(&line.our_number, &other.our_number)
            || (differ(&line.payer_document, &other.payer_document)
                && !hidden(line)
                && !hidden(other))
    }

    fn has_id_of(&self, at: usize, of: usize) -> bool {
        let (Some(incoming), Some(known)) = (self.incoming(at), self.known.get(of)) else {
            return false;
        };
        let id = incoming.line.bank_id.as_deref().filter(|id| is_telling(id));
        id.is_some() && id == known.line.bank_id.as_deref()
    }

    fn take(&mut self, of: usize) {
        if let Some(taken) = self.taken.get_mut(of) {
            *taken = true;
        }
    }

    fn verdict(&mut self, at: usize, verdict: Verdict) {
        if let Some(place) = self.verdicts.get_mut(at) {
            *place = Some(verdict);
        }
    }

    /// Both are the same line.
    fn same(&mut self, at: usize, of: usize) {
        self.take(of);
        let (Some(incoming), Some(known)) = (self.incoming(at), self.known.get(of)) else {
            return;
        };
        let becomes = merged(known, incoming, self.batch.source);
        let what = match known.source == self.batch.source && !known.provisional {
            true => changes(&known.line, &incoming.line),
            false => None,
        };
        let verdict = match what {
            Some(what) => Verdict::Changed { of, becomes: Box::new(becomes), what },
            None => Verdict::Known { of, becomes: (becomes != *known).then(|| Box::new(becomes)) },
        };
        self.verdict(at, verdict);
    }

    fn given(self) -> Judged {
        let doubted: BTreeSet<usize> = self
            .verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Some(Verdict::Doubtful { of, .. }) => Some(*of),
                _ => None,
            })
            .collect();
        let given_up = self.known.iter().enumerate().filter(|(of, known)| {
            known.provisional
                && known.source == self.batch.source
                && self.taken.get(*of) == Some(&false)
                && !doubted.contains(of)
                && self.batch.whole.is_some_and(|(from, to)| (from..=to).contains(&known.line.date))
        });
        Judged {
            given_up: given_up.map(|(of, _)| of).collect(),
            verdicts: self
                .verdicts
                .into_iter()
                .map(|verdict| verdict.unwrap_or(Verdict::New))
                .collect(),
        }
    }
}

/// What the known line is after it was told again.
fn merged(known: &Known, incoming: &Incoming, source: Source) -> Known {
    let posted = known.provisional && !incoming.provisional;
    // The line as the better informed tell it, filled up with what the other knows.
    let told_by = source;
    let (first, other, source) = if posted || told_by >= known.source {
        (&incoming.line, &known.line, told_by)
    } else {
        (&known.line, &incoming.line, known.source)
    };
    let mut line = first.clone();
    let fill = |place: &mut Option<String>, from: &Option<String>| {
        if place.is_none() {
            place.clone_from(from);
        }
    };
    if line.memo.is_empty() {
        line.memo.clone_from(&other.memo);
    }
    fill(&mut line.kind, &other.kind);
    // An id of a poorer source would be taken for one of this.
    if told_by == known.source {
        fill(&mut line.bank_id, &other.bank_id);
    }
    fill(&mut line.check_number, &other.check_number);
    fill(&mut line.our_number, &other.our_number);
    fill(&mut line.bank_reference, &other.bank_reference);
    fill(&mut line.txid, &other.txid);
    fill(&mut line.end_to_end_id, &other.end_to_end_id);
    fill(&mut line.payer_document, &other.payer_document);
    fill(&mut line.payer_name, &other.payer_name);
    line.parts = line.parts.or(other.parts);
    Known { line, source, provisional: known.provisional && incoming.provisional }
}

/// What the bank has corrected.
fn changes(before: &BankLine, now: &BankLine) -> Option<String> {
    let mut what = Vec::new();
    if before.date != now.date {
        what.push(format!("data de {} para {}", shown(before.date), shown(now.date)));
    }
    if before.amount != now.amount {
        what.push(format!("valor de R$ {} para R$ {}", before.amount, now.amount));
    }
    if Words::of(before).text != Words::of(now).text {
        what.push(format!("texto de «{}» para «{}»", before.memo, now.memo));
    }
    if what.is_empty() { None } else { Some(format!("o banco mudou {}", what.join("; "))) }
}

/// False for ids that banks write where they have none: `0`, `000000`, blanks.
fn is_telling(id: &str) -> bool {
    id.bytes().any(|b| !matches!(b, b'0' | b' ' | b'-' | b'.'))
}

/// Numbers are the same whatever zeros stand in front and marks between.
fn same_number(left: &str, right: &str) -> bool {
    let plain = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        digits.trim_start_matches('0').to_ascii_uppercase()
    };
    left == right || plain(left) == plain(right)
}

fn count(lines: usize) -> String {
    match lines {
        1 => "um lançamento".to_owned(),
        more => format!("{more} lançamentos"),
    }
}

fn shown(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}
