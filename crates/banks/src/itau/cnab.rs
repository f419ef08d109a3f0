//! Itaú's CNAB files.

use quita_formats::cnab::format::Format;

/// The code in their headers.
const CODE: &str = "341";

/// All of them.
pub static FORMATS: [&Format; 1] = [&CNAB_400];

/// «Cobrança» in 400, with boleto Pix.
pub static CNAB_400: Format = Format::new(
    CODE,
    include_str!("layouts/itau-400.layout"),
    include_str!("layouts/itau-400.codes"),
);
