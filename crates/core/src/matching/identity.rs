//! Whether who paid is who owes.

use crate::matching::index::{People, root};
use crate::matching::weight::decibans;
use crate::matching::{Line, Reason, Receivable, number, text};

/// What is known of who paid, made ready once for a line.
pub(crate) struct Payer {
    pub(crate) document: Option<String>,
    /// Its hash, unless a part is hidden.
    hash: Option<u64>,
    pub(crate) words: Vec<PayerWord>,
    /// Whether the bank told the name as such; otherwise the words are those of its text.
    pub(crate) named: bool,
    /// Customers' names that share most words with it, unless the document is known.
    pub(crate) names: Vec<u32>,
}

/// A word of a payer's name, and its place among the words of customers.
pub(crate) struct PayerWord {
    pub(crate) text: String,
    pub(crate) known: Option<u32>,
}

/// What the payer's identity says of one receivable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// For (above zero) or against it, in decibans.
    pub(crate) weight: i32,
    pub(crate) reason: Option<Reason>,
    /// Somebody else paid.
    pub(crate) differs: bool,
}

/// No evidence of identity counts for more.
const MOST: i32 = 58;

/// What another payer's document or name counts for.
const OTHER: i32 = -20;

impl Payer {
    pub(crate) fn of(line: &Line, people: &People) -> Self {
        let name = line.payer_name.as_deref().filter(|n| !n.trim().is_empty());
        let folded = text::folded(name.unwrap_or(&line.memo));
        let word = |w: &str| PayerWord { text: w.to_owned(), known: people.words.find(w) };
        let mut words: Vec<PayerWord> = match name {
            Some(_) => text::name_words(&folded).map(word).collect(),
            None => text::memo_words(&folded).map(word).collect(),
        };
        words.truncate(12);
        let document = line.payer_document.as_deref().map(number::document);
        let document = document.filter(|d| d.len() >= 11 && d.bytes().any(|b| b != b'*'));
        let hash = document.as_deref().filter(|d| !d.contains('*')).map(number::exact);
        let known = hash.is_some_and(|h| people.by_document.count(h, 1) > 0);
        let names = if known { Vec::new() } else { alike(&words, people) };
        Self { document, hash, words, named: name.is_some(), names }
    }

    /// Compares with the customer of a receivable.
    pub(crate) fn compare(
        &self,
        place: usize,
        receivable: &Receivable,
        people: &People,
    ) -> Identity {
        let by_document = self.compare_document(place, receivable, people);
        let by_name = people.name_of[place].and_then(|name| self.compare_name(name, people));
        match (by_document, by_name) {
            (Some(document), Some(name)) if document.reason == Some(Reason::DocumentPart) => {
                Identity { weight: (document.weight + name.weight).min(MOST), ..document }
            }
            (Some(document), _) if document.weight > 0 => document,
            (Some(document), Some(name)) => {
                Identity { weight: document.weight + name.weight.min(0), ..document }
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Identity::default(),
        }
    }

    fn compare_document(
        &self,
        place: usize,
        receivable: &Receivable,
        people: &People,
    ) -> Option<Identity> {
        let payer = self.document.as_deref()?;
        let theirs = people.document[place]?;
        let all = people.all.max(1_000);
        let rare = |count: usize| decibans(all, count.max(1) as u64).clamp(5, MOST);
        if self.hash == Some(theirs) {
            let count = people.by_document.count(theirs, 1_000);
            return Some(Identity {
                weight: rare(count),
                reason: Some(Reason::Document),
                differs: false,
            });
        }
        let theirs = number::document(receivable.customer_document.as_deref()?);
        if self.hash.is_none() {
            return Some(compare_masked(payer, &theirs));
        }
        if let (Some(a), Some(b)) = (root(payer), root(&theirs))
            && a == b
        {
            let count = people.by_root.count(number::exact(b), 1_000);
            return Some(Identity {
                weight: rare(count) - 3,
                reason: Some(Reason::DocumentPart),
                differs: false,
            });
        }
        Some(Identity { weight: OTHER, reason: None, differs: true })
    }

    /// Compares names word by word; `None` where the line has none.
    fn compare_name(&self, name: u32, people: &People) -> Option<Identity> {
        if self.words.is_empty() {
            return None;
        }
        let theirs = &people.names[name as usize].words;
        let all = (people.names.len() as u64).max(2_000);
        let mut weight = 0;
        let (mut same, mut alike, mut left) = (0, 0, 0);
        for (at, word) in self.words.iter().enumerate() {
            if let Some(known) = word.known.filter(|k| theirs.contains(k)) {
                let rare = decibans(all, people.words.names(known).len() as u64);
                weight += rare.max(3);
                same += 1;
                continue;
            }
            let last = at + 1 == self.words.len();
            match theirs.iter().filter_map(|t| resembles(word, *t, last, people, all)).max() {
                Some(near) => {
                    weight += near;
                    alike += 1;
                }
                None => left += 1,
            }
        }
        let found = same + alike;
        let strangers = if self.named { left * 8 } else { left.min(2) };
        let missing = theirs.len().saturating_sub(found) as i32 * 3;
        if found == 0 {
            let differs = self.named;
            return Some(Identity {
                weight: if differs { OTHER } else { 0 },
                reason: None,
                differs,
            });
        }
        // Words of one name are not independent: as many as share them are the crowd.
        let crowd = decibans(all, self.names.len().max(1) as u64);
        let weight = (weight.min(crowd) - strangers - missing).clamp(OTHER, MOST);
        let whole = theirs.len().min(self.words.len()) <= found && left == 0;
        let reason = if whole && weight >= 20 && (found >= 2 || theirs.len() == 1) {
            Some(Reason::Name)
        } else if weight >= 8 {
            Some(Reason::NamePart)
        } else {
            None
        };
        Some(Identity { weight, reason, differs: self.named && weight <= 0 })
    }
}

/// Most names that are looked at for one payer.
const MOST_NAMES: usize = 400;

/// The names that share the payer's rarest words, by place: those that share the three rarest,
/// else the two, else the one; names that begin like the words where none is known.
fn alike(words: &[PayerWord], people: &People) -> Vec<u32> {
    let mut known: Vec<&[u32]> =
        words.iter().filter_map(|w| Some(people.words.names(w.known?))).collect();
    known.sort_by_key(|names| names.len());
    let Some((rarest, others)) = known.split_first() else {
        let cut = words.iter().filter(|w| w.text.len() >= 3);
        let ranges = cut.flat_map(|w| people.words.beginning(&w.text).take(40));
        let mut names: Vec<u32> =
            ranges.flat_map(|w| people.words.names(w)).copied().take(MOST_NAMES).collect();
        names.sort_unstable();
        names.dedup();
        return names;
    };
    let mut names: Vec<u32> = rarest.iter().take(4 * MOST_NAMES).copied().collect();
    for other in others.iter().take(2) {
        let both: Vec<u32> =
            names.iter().filter(|n| other.binary_search(n).is_ok()).copied().collect();
        if !both.is_empty() {
            names = both;
        }
    }
    names.truncate(MOST_NAMES);
    names
}

/// A word that is cut short, an initial, or one letter off.
fn resembles(word: &PayerWord, theirs: u32, last: bool, people: &People, all: u64) -> Option<i32> {
    let text = people.words.texts[theirs as usize].as_ref();
    let mine = word.text.as_str();
    if mine.len() == 1 {
        return text.starts_with(mine).then_some(2);
    }
    if mine.len() >= 3 && text.starts_with(mine) && (last || mine.len() >= 5) {
        let range = people.words.beginning(mine);
        let names: usize = range.take(50).map(|w| people.words.names(w).len()).sum();
        return Some(decibans(all, names.max(1) as u64).max(3) - 2);
    }
    if mine.len() >= 4 && text.len() >= 4 && text::one_apart(mine.as_bytes(), text.as_bytes()) {
        let names = people.words.names(theirs).len();
        return Some((decibans(all, names as u64).max(4) * 6 / 10).min(20));
    }
    None
}

/// Compares what a bank shows of a document: characters in their places where the length is the
/// same, otherwise as a run.
fn compare_masked(payer: &str, theirs: &str) -> Identity {
    let shown = payer.bytes().filter(|b| *b != b'*').count();
    let in_place = payer.len() == theirs.len()
        && payer.bytes().zip(theirs.bytes()).all(|(a, b)| a == b'*' || a == b);
    let runs = || {
        payer.split('*').filter(|run| !run.is_empty()).all(|run| theirs.contains(run))
            && payer.len() != theirs.len()
    };
    if shown >= 3 && (in_place || runs()) {
        // Each character shown divides the crowd by ten.
        let weight = (10 * shown as i32 - 25).clamp(5, 35);
        Identity { weight, reason: Some(Reason::DocumentPart), differs: false }
    } else {
        Identity { weight: OTHER, reason: None, differs: true }
    }
}
