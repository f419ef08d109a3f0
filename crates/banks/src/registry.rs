//! Every bank that has a folder.

use crate::title::Titles;

/// One bank.
pub struct Entry {
    code: &'static str,
    titles: &'static dyn Titles,
}

impl Entry {
    /// Our numbers and free fields, where the rules are known.
    pub fn titles(&self) -> Option<&'static dyn Titles> {
        Some(self.titles)
    }
}

/// All banks, by folder name.
static BANKS: [Entry; 3] = [
    Entry { code: "077", titles: &crate::inter::title::TITLES },
    Entry { code: "341", titles: &crate::itau::title::TITLES },
    Entry { code: "197", titles: &crate::stone::title::TITLES },
];

/// The bank of this COMPE code.
pub fn by_code(code: &str) -> Option<&'static Entry> {
    BANKS.iter().find(|bank| bank.code == code)
}
