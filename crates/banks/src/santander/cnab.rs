//! CNAB files of Santander.

use quita_formats::cnab::format::{FEBRABAN_240_CODES, Format};

/// The code in their headers.
const CODE: &str = "033";

/// All of them.
pub static FORMATS: [&Format; 2] = [&CNAB_400, &CNAB_240];

/// H7800.
pub static CNAB_400: Format = Format::new(
    CODE,
    include_str!("layouts/santander-400.layout"),
    include_str!("layouts/santander-400.codes"),
);

/// H7815.
pub static CNAB_240: Format =
    Format::new(CODE, include_str!("layouts/santander-240.layout"), FEBRABAN_240_CODES);
