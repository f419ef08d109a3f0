//! The CNAB formats of all banks.

use quita_formats::cnab::format::{COMMON_400, FEBRABAN_240, Format};

use crate::registry::BANKS;

/// Every format, those of banks first: what a reader tries, in this order.
pub fn formats() -> Vec<&'static Format> {
    let of_banks = BANKS.iter().flat_map(|bank| bank.cnab()).copied();
    of_banks.chain([&FEBRABAN_240, &COMMON_400]).collect()
}

/// The format of this name, `febraban-240`.
pub fn by_name(name: &str) -> Option<&'static Format> {
    formats().into_iter().find(|format| format.name_and_width().0 == name)
}
