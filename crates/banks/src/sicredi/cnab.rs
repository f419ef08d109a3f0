//! CNAB files of Sicredi.

use quita_formats::cnab::format::{FEBRABAN_240_CODES, Format};

/// The code in their headers.
const CODE: &str = "748";

/// All of them.
pub static FORMATS: [&Format; 2] = [&CNAB_400, &CNAB_240];

/// «Cobrança» in 400, with registration.
pub static CNAB_400: Format = Format::new(
    CODE,
    include_str!("layouts/sicredi-400.layout"),
    include_str!("layouts/sicredi-400.codes"),
);

/// «Cobrança» in 240.
pub static CNAB_240: Format =
    Format::new(CODE, include_str!("layouts/sicredi-240.layout"), FEBRABAN_240_CODES);
