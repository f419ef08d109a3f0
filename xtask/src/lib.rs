//! Chores of the repository: what is generated, and the rules that a machine can check.
//!
//! `cargo xtask gen` and `cargo xtask tidy`; both also run as tests.

pub mod generate;
pub mod rust_tokens;
pub mod tidy;

use std::path::{Path, PathBuf};

/// The root of the repository that this program was built from.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
