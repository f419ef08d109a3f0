//! CNAB files of Banrisul.

use quita_formats::cnab::format::{FEBRABAN_240_CODES, Format};

/// The code in their headers.
const CODE: &str = "041";

/// All of them.
pub static FORMATS: [&Format; 2] = [&CNAB_400, &CNAB_240];

/// «Cobrança» in 400.
pub static CNAB_400: Format = Format::new(
    CODE,
    include_str!("layouts/banrisul-400.layout"),
    include_str!("layouts/banrisul-400.codes"),
);

/// «Cobrança» in 240.
pub static CNAB_240: Format =
    Format::new(CODE, include_str!("layouts/banrisul-240.layout"), FEBRABAN_240_CODES);
