//! By which words a bank's tables say what an order says.

use super::Species;

/// How a bank's remittances are written: data.
#[derive(Debug)]
pub struct Rules {
    /// Codes of the species that the layout takes.
    pub species: &'static [(Species, &'static str)],
}
