//! What can go wrong with a statement or a transaction.

/// Why a transaction did not happen.
///
/// Whatever the variant, nothing of the transaction was kept, save for `Unavailable`
/// after a lost connection, which says in its text when the outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row with the same unique key exists: `constraint` is `table(column, column)`
    /// (or the name of the index, where the engine tells no more), without the values.
    #[error("there is a row already with the same {constraint}")]
    Conflict {
        /// `table(column, column)`, the same on both engines.
        constraint: String,
    },
    /// The database was held by others for too long. Trying again later is safe.
    #[error("the database is busy: {0}; try again")]
    Busy(String),
    /// The database cannot be reached, or its disk does not take the data.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// What is stored is not what must be there: stop, keep the files, restore a backup.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The closure itself refused, or its input cannot be stored.
    #[error("{0}")]
    Refused(String),
    /// A fault of the program: a wrong statement, a wrong type, a panic.
    #[error("internal error: {0}")]
    Internal(String),
}

impl StoreError {
    /// A closure's own refusal.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }

    /// What is stored is not what must be there.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into())
    }
}
