//! CPF and CNPJ, numeric and alphanumeric, as text.

use serde::{Deserialize, Serialize};

/// A valid CPF (11 digits) or CNPJ (14 characters), without punctuation, upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(String);
