//! CNAB files of Itaú.

use quita_formats::cnab::format::Format;

/// The code in their headers.
const CODE: &str = "341";

/// All of them.
pub static FORMATS: [&Format; 2] = [&CNAB_400, &CNAB_240];

/// «Cobrança» in 400, with boleto Pix.
pub static CNAB_400: Format =
    Format::new(CODE, include_str!("layouts/itau-400.layout"), include_str!("layouts/itau.codes"));

/// «Cobrança» in 240; the manual is older than boleto Pix.
pub static CNAB_240: Format =
    Format::new(CODE, include_str!("layouts/itau-240.layout"), include_str!("layouts/itau.codes"));
