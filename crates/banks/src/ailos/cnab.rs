//! CNAB files of Ailos.

use quita_formats::cnab::format::{FEBRABAN_240_CODES, Format};

/// The code in their headers.
const CODE: &str = "085";

/// All of them.
pub static FORMATS: [&Format; 1] = [&CNAB_240];

/// «Cobrança» in 240.
pub static CNAB_240: Format =
    Format::new(CODE, include_str!("layouts/ailos-240.layout"), FEBRABAN_240_CODES);
