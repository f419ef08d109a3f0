//! What checks say to people: problems that stop, warnings that do not.

use serde::Serialize;

/// Something wrong with one field; it must be corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Our name of the field: `discounts[1].date`.
    pub field: String,
    /// A stable word for programs: `too_many`, `not_positive`.
    pub code: &'static str,
    /// What is wrong and what to do, in Portuguese.
    pub message: String,
}

/// Something unusual that is not refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A stable word for programs.
    pub code: &'static str,
    /// What is unusual, in Portuguese.
    pub message: String,
}
