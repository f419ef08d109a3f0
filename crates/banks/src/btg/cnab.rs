//! CNAB files of BTG Pactual: the standard as it is.

use quita_formats::cnab::format::{FEBRABAN_240_CODES, FEBRABAN_240_LAYOUT, Format};

/// All of them.
pub static FORMATS: [&Format; 1] = [&CNAB_240];

/// The standard, which the bank hands out as its manual.
pub static CNAB_240: Format = Format::new("208", FEBRABAN_240_LAYOUT, FEBRABAN_240_CODES);
