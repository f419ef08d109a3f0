//! A layout with the meaning of its codes, as a bank's folder gives it.

use std::sync::OnceLock;

use super::codes::Codes;
use super::layout::Layout;

/// The tables of one bank in one width.
#[derive(Debug)]
pub struct Format {
    /// COMPE code; empty for what banks without tables of their own are read by.
    pub bank: &'static str,
    layout_text: &'static str,
    codes_text: &'static str,
    layout: OnceLock<Layout>,
    codes: OnceLock<Codes>,
}

impl Format {
    /// From the texts of its tables ([`super::table`], [`super::codes`]), which are read when they
    /// are needed.
    pub const fn new(bank: &'static str, layout: &'static str, codes: &'static str) -> Self {
        let (layout_text, codes_text) = (layout, codes);
        Self { bank, layout_text, codes_text, layout: OnceLock::new(), codes: OnceLock::new() }
    }

    /// Its name in commands, `febraban-240`, and its width.
    pub fn name_and_width(&self) -> (&'static str, usize) {
        let mut heads = self.layout_text.lines().filter_map(|line| line.strip_prefix("layout "));
        let mut words = heads.next().unwrap_or_default().split(' ');
        let name = words.next().unwrap_or_default();
        (name, words.next().and_then(|width| width.parse().ok()).unwrap_or_default())
    }

    /// The records.
    ///
    /// # Panics
    /// Where the table is broken: a test of the bank's crate reads every table.
    pub fn layout(&'static self) -> &'static Layout {
        #[expect(clippy::expect_used, reason = "a test reads every table")]
        self.layout.get_or_init(|| Layout::parse(self.layout_text).expect("a sound table"))
    }

    /// The meaning of the codes.
    ///
    /// # Panics
    /// As [`Format::layout`].
    pub fn codes(&'static self) -> &'static Codes {
        #[expect(clippy::expect_used, reason = "a test reads every table")]
        self.codes.get_or_init(|| Codes::parse(self.codes_text).expect("a sound table"))
    }
}

/// The standard of FEBRABAN in 240, which several banks use as it is.
pub static FEBRABAN_240: Format = Format::new("", FEBRABAN_240_LAYOUT, FEBRABAN_240_CODES);

/// Its records.
pub const FEBRABAN_240_LAYOUT: &str = include_str!("layouts/febraban-240.layout");

/// Its codes, which most banks share.
pub const FEBRABAN_240_CODES: &str = include_str!("layouts/febraban-240.codes");

/// What the CNAB 400 of most banks has in the same places, for banks without a layout here.
/// FEBRABAN has no standard in 400.
pub static COMMON_400: Format = Format::new(
    "",
    include_str!("layouts/comum-400.layout"),
    include_str!("layouts/comum-400.codes"),
);
