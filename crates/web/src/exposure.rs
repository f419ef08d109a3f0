//! How this desk stands in the world.

/// What the pages must know of the way to them.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// People reach the desk by HTTPS, from here or from a proxy: cookies are for HTTPS only.
    pub secure: bool,
    /// It is reached over plain HTTP from elsewhere, which every page says.
    pub unprotected: bool,
    /// What `quita serve` printed for whoever makes the first administrator; empty where that is
    /// not asked for.
    pub first_run_code: String,
}

impl Exposure {
    /// Whether this is the code that was printed.
    pub(crate) fn first_run_code_is(&self, given: &str) -> bool {
        self.first_run_code == given
    }
}
