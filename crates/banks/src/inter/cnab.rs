//! CNAB files of Inter.

use quita_formats::cnab::format::Format;

/// The code in their headers.
const CODE: &str = "077";

/// All of them.
pub static FORMATS: [&Format; 1] = [&CNAB_400];

/// «Cobrança» in 400.
pub static CNAB_400: Format = Format::new(
    CODE,
    include_str!("layouts/inter-400.layout"),
    include_str!("layouts/inter-400.codes"),
);
