//! Whether who paid is who owes.

use std::cell::OnceCell;

use crate::matching::habits::document_key;
use crate::matching::people::{Brief, People, root, shown};
use crate::matching::weight::decibans;
use crate::matching::{Line, Reason, Receivable, number, text};

/// What is known of who paid, made ready once for a line.
pub(crate) struct Payer<'a> {
    /// As the bank tells it, in a field of its own or in its text.
    pub(crate) document: Option<String>,
    /// Its hash, unless a part is hidden.
    pub(crate) hash: Option<u64>,
    pub(crate) words: Vec<PayerWord>,
    /// The same without blanks, see [`text::letters`]; made where it is needed.
    letters: OnceCell<String>,
    /// Whether the bank told the name as such; otherwise the words are those of its text.
    pub(crate) named: bool,
    /// Customers' names that share most words with it, unless the document is known.
    pub(crate) names: Vec<u32>,
    /// About how many there are, where not all were looked at.
    crowd: u64,
    text: &'a str,
    /// A receivable of each customer that the same payer paid for before.
    pub(crate) pays_for: Vec<usize>,
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
    /// Too little to go by without a person: one word of a name, or a name beside a document
    /// that no customer has.
    pub(crate) thin: bool,
}

/// No evidence of identity counts for more.
const MOST: i32 = 58;

/// What another payer's document or name counts for.
const OTHER: i32 = -20;

/// That somebody who paid for a customer before pays for the same one again.
const PAID_BEFORE: i32 = 26;

impl<'a> Payer<'a> {
    pub(crate) fn of(line: &'a Line, people: &People) -> Self {
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
        let document = document.or_else(|| document_in_memo(&line.memo, people));
        let hash = document.as_deref().and_then(document_key);
        let known = hash.is_some_and(|h| people.by_document.count(h) > 0);
        let (names, crowd) = if known { (Vec::new(), 1) } else { alike(&words, people) };
        let pays_for = people.payers.customers(hash, name);
        Self {
            document,
            hash,
            words,
            letters: OnceCell::new(),
            named: name.is_some(),
            names,
            crowd,
            text: name.unwrap_or(&line.memo),
            pays_for,
        }
    }

    fn letters(&self) -> &str {
        let letters = if self.named { text::letters } else { text::memo_letters };
        self.letters.get_or_init(|| letters(self.text))
    }

    /// Compares with the customer of a receivable.
    pub(crate) fn compare(
        &self,
        place: usize,
        receivables: &[Receivable],
        people: &People,
    ) -> Identity {
        let brief = &people.briefs[place];
        let told = &receivables[brief.told_by as usize];
        let by_document = self.compare_document(place, told, people);
        let by_name = brief.name.and_then(|name| self.compare_name(name, told, people));
        let by_document = by_document.or_else(|| self.compare_namesake(brief, people));
        let found = match (by_document, by_name) {
            (Some(document), Some(name)) if document.reason == Some(Reason::DocumentPart) => {
                Identity { weight: (document.weight + name.weight).min(MOST), ..document }
            }
            (Some(document), _) if document.weight > 0 => document,
            (Some(document), Some(name)) => {
                Identity { weight: (document.weight + name.weight).min(OTHER / 2), ..document }
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Identity::default(),
        };
        let customer = |r: &usize| {
            let other = &people.briefs[*r];
            other.document == brief.document && (brief.document != 0 || other.name == brief.name)
        };
        if found.weight < PAID_BEFORE && self.pays_for.iter().any(customer) {
            let reason = Some(Reason::PaidBefore);
            return Identity { weight: PAID_BEFORE, reason, differs: false, thin: false };
        }
        found
    }

    fn compare_document(
        &self,
        place: usize,
        receivable: &Receivable,
        people: &People,
    ) -> Option<Identity> {
        let payer = self.document.as_deref()?;
        let theirs = Some(people.briefs[place].document).filter(|d| *d != 0)?;
        let all = people.all.max(1_000);
        let rare = |count: usize| decibans(all, count.max(1) as u64).clamp(5, MOST);
        if self.hash == Some(theirs) {
            let weight = rare(people.by_document.count(theirs));
            return Some(Identity {
                weight,
                reason: Some(Reason::Document),
                differs: false,
                thin: false,
            });
        }
        if self.hash.is_some() && root(payer).is_none() {
            return Some(Identity { weight: OTHER, reason: None, differs: true, thin: false });
        }
        let theirs = number::document(receivable.customer_document.as_deref()?);
        if self.hash.is_none() {
            return Some(compare_masked(payer, &theirs));
        }
        if let (Some(a), Some(b)) = (root(payer), root(&theirs))
            && a == b
        {
            let weight = rare(people.by_root.count(number::exact(b))) - 3;
            return Some(Identity {
                weight,
                reason: Some(Reason::DocumentPart),
                differs: false,
                thin: false,
            });
        }
        Some(Identity { weight: OTHER, reason: None, differs: true, thin: false })
    }

    /// The payer's document is that of a customer of just this name, and this receivable tells no
    /// document: where several customers have the name, it may be of each.
    fn compare_namesake(&self, brief: &Brief, people: &People) -> Option<Identity> {
        let (hash, name) = (self.hash.filter(|_| brief.document == 0)?, brief.name?);
        let theirs = people.by_document.get(hash).next()?;
        if people.briefs[theirs].name != Some(name) {
            return None;
        }
        let all = people.all.max(1_000);
        let weight = decibans(all, people.by_name.of(name).len() as u64).clamp(5, MOST);
        Some(Identity { weight, reason: Some(Reason::Name), differs: false, thin: false })
    }

    /// Compares names word by word, and where that leaves words over, letter by letter; `None`
    /// where the line has no name.
    fn compare_name(&self, name: u32, told: &Receivable, people: &People) -> Option<Identity> {
        if self.words.is_empty() {
            return None;
        }
        let theirs = people.names.of(name);
        let all = people.crowd();
        let words = self.compare_words(theirs, people);
        if words.found == 0 {
            let differs = self.named;
            let weight = if differs { OTHER } else { 0 };
            return Some(Identity { weight, reason: None, differs, thin: false });
        }
        let missing = theirs.len().saturating_sub(words.found);
        // Words of one name are not independent: as many as share them are the crowd.
        let crowd = decibans(all, self.crowd);
        let strangers = if self.named {
            words.left * 8
        } else {
            // In a bank's text other words may stand; those of customers' names are names there.
            words.known_left * 8 + (words.left - words.known_left).min(2)
        };
        let weight = (words.weight.min(crowd) - strangers - missing as i32 * 2).clamp(OTHER, MOST);
        let whole = missing == 0 && words.left == 0;
        let by_words = Identity {
            weight,
            reason: match weight {
                20.. if whole && (words.found >= 2 || theirs.len() == 1) => Some(Reason::Name),
                8.. => Some(Reason::NamePart),
                _ => None,
            },
            differs: self.named && weight <= 0,
            thin: words.found < 2 || self.hash.is_some() && !whole,
        };
        let customer = told.customer_name.as_deref().unwrap_or_default();
        let begins = |c: char| self.letters().starts_with(text::plain(c));
        if words.left == 0
            || words.left > MOST_SLIPPED
            || !customer.chars().next().is_some_and(begins)
        {
            return Some(by_words);
        }
        let by_letters = match text::compare_letters(self.letters(), &text::letters(customer)) {
            Some(text::Letters::Slip) => {
                let weight = decibans(all, 1);
                Identity { weight, reason: Some(Reason::Name), differs: false, thin: false }
            }
            Some(text::Letters::Start) => {
                let weight = decibans(all, 1) - 8;
                let thin = self.hash.is_some();
                Identity { weight, reason: Some(Reason::NamePart), differs: false, thin }
            }
            None => return Some(by_words),
        };
        Some(if by_letters.weight > weight { by_letters } else { by_words })
    }

    fn compare_words(&self, theirs: &[u32], people: &People) -> Words {
        let mut words = Words::default();
        let mut used = 0_u64;
        for word in &self.words {
            let Some(at) = word.known.and_then(|k| theirs.iter().position(|t| *t == k)) else {
                continue;
            };
            used |= 1 << (at % 64);
            words.weight += people.words.rare[theirs[at] as usize];
            words.found += 1;
        }
        for (at, word) in self.words.iter().enumerate() {
            if word.known.is_some_and(|k| theirs.contains(&k)) {
                continue;
            }
            let last = at + 1 == self.words.len();
            // A whole word that other customers have is no slip for another.
            let whole = word.known.is_some() && !last && word.text.len() > 2;
            let free =
                theirs.iter().enumerate().filter(|(at, _)| !whole && used >> (at % 64) & 1 == 0);
            let near = free.filter_map(|(at, t)| {
                Some((resembles(word, *t, last, people)?, std::cmp::Reverse(at)))
            });
            match near.max() {
                Some((near, std::cmp::Reverse(at))) => {
                    used |= 1 << (at % 64);
                    words.weight += near;
                    words.found += usize::from(word.text.len() > 1);
                }
                // What is left of «de», «da», «e».
                None if matches!(word.text.as_str(), "D" | "E") => {}
                None => {
                    words.left += 1;
                    words.known_left += i32::from(word.known.is_some());
                }
            }
        }
        words
    }
}

/// What a comparison word by word has come to.
#[derive(Default)]
struct Words {
    weight: i32,
    /// Words that agree; initials do not count.
    found: usize,
    /// Words of the payer that the customer has not, and those of them that others have.
    left: i32,
    known_left: i32,
}

/// Most names that are looked at for one payer.
const MOST_NAMES: usize = 100;

/// The names that share the payer's rarest words, and about how many they are: those that share
/// the three rarest, else the two, else the one; names that begin like the words where none is
/// known.
fn alike(words: &[PayerWord], people: &People) -> (Vec<u32>, u64) {
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
        let crowd = names.len().max(1) as u64;
        return (names, crowd);
    };
    let mut names: Vec<u32> = rarest.iter().take(4 * MOST_NAMES).copied().collect();
    let seen = names.len();
    for other in others.iter().take(2) {
        let both: Vec<u32> =
            names.iter().filter(|n| other.binary_search(n).is_ok()).copied().collect();
        if !both.is_empty() {
            names = both;
        }
    }
    let crowd = (names.len() * rarest.len() / seen.max(1)).max(1) as u64;
    names.truncate(MOST_NAMES);
    (names, crowd)
}

/// A word that is cut short, an initial, or one letter off.
fn resembles(word: &PayerWord, theirs: u32, last: bool, people: &People) -> Option<i32> {
    let text = people.words.texts[theirs as usize].as_ref();
    let mine = word.text.as_str();
    if mine.len() == 1 {
        return text.starts_with(mine).then_some(INITIAL);
    }
    if mine.len() == 2 && last && text.starts_with(mine) {
        return Some(2 * INITIAL);
    }
    if mine.len() >= 3 && text.starts_with(mine) && (last || mine.len() >= 5) {
        let range = people.words.beginning(mine);
        let names: usize = range.take(50).map(|w| people.words.names(w).len()).sum();
        return Some(decibans(people.crowd(), names.max(1) as u64).max(3) - 2);
    }
    if mine.len() >= 3 && text.len() >= 4 && text::one_apart(mine.as_bytes(), text.as_bytes()) {
        return Some((people.words.rare[theirs as usize].max(4) * 6 / 10).min(20));
    }
    None
}

/// One slip leaves no more words over than this.
const MOST_SLIPPED: i32 = 3;

/// What an initial says: a letter begins one word of fifteen or so, and a name has several.
const INITIAL: i32 = 6;

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
        Identity { weight, reason: Some(Reason::DocumentPart), differs: false, thin: false }
    } else {
        Identity { weight: OTHER, reason: None, differs: true, thin: false }
    }
}

/// A hash of the words of a name, in any order; none where they are too few to tell people apart.
pub(crate) fn name_key(name: &str) -> Option<u64> {
    let folded = text::folded(name);
    let mut words: Vec<&str> = text::name_words(&folded).collect();
    words.sort_unstable();
    (words.len() >= 2).then(|| number::hash(words.join(" ").bytes()))
}

/// A document in a bank's text: a customer's, or one of which a part is hidden.
fn document_in_memo(memo: &str, people: &People) -> Option<String> {
    let held = |c: char| c.is_ascii_digit() || matches!(c, '*' | '•' | '.' | '-' | '/');
    memo.split(|c: char| !held(c)).find_map(|run| {
        let found = number::document(run);
        let digits = found.bytes().filter(u8::is_ascii_digit).count();
        // A CPF may be filled with zeros to the length of a CNPJ.
        let filled = found.strip_prefix("000").filter(|rest| rest.len() == 11);
        [Some(found.as_str()), filled].into_iter().flatten().find_map(|document| {
            let fits = match document_key(document) {
                Some(hash) => people.by_document.count(hash) > 0,
                None => digits >= 5 && matches!(document.len(), 11 | 14),
            };
            fits.then(|| document.to_owned())
        })
    })
}

/// What is shown of a document of which the rest is hidden, as it is indexed.
pub(crate) fn shown_key(document: &str) -> Option<u64> {
    shown(document).filter(|run| !run.contains('*')).map(number::exact)
}
