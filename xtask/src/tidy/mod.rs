//! The rules of the repository that a machine can check. Each finding says where, what, and
//! what to do instead.

mod arrows;
mod banks;
mod files;
mod purity;

use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::rust_tokens::{self, Token};

/// A rule that is broken at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root.
    pub path: String,
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong, and what to do instead.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// A file of the repository.
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl File {
    /// Its content where it is text, else nothing.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or("")
    }

    /// A finding in it.
    pub fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }

    /// The folder under `crates/`; `None` for files elsewhere.
    pub fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether all of it serves tests or measurements.
    pub fn is_test(&self) -> bool {
        let folders: Vec<&str> = self.path.split('/').collect();
        folders.iter().any(|f| ["tests", "benches"].contains(f)) || self.crate_name() == Some("sim")
    }

    /// Every token of a Rust file.
    pub fn tokens(&self) -> Vec<Token> {
        rust_tokens::tokens(self.text())
    }

    /// The tokens that end up in the product: nothing for a file of tests.
    pub fn product_tokens(&self) -> Vec<Token> {
        if !self.is_rust() || self.is_test() {
            return Vec::new();
        }
        rust_tokens::without_tests(&self.tokens())
    }
}

/// Everything that breaks a rule, in order.
///
/// # Errors
/// Where the repository cannot be read.
pub fn findings(root: &Path) -> Result<Vec<Finding>, String> {
    let files = read(root)?;
    let mut found = of_files(&files);
    found.extend(arrows::one_tls_provider(root)?);
    found.sort();
    Ok(found)
}

/// The rules that need nothing but the files.
pub fn of_files(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        found.extend(files::check(file));
        found.extend(purity::check(file));
        found.extend(banks::check(file));
        found.extend(arrows::check(file));
    }
    found.extend(banks::one_demo_bank(files));
    found
}

/// All files that git knows or would take.
fn read(root: &Path) -> Result<Vec<File>, String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let list = git.output().map_err(|error| format!("git: {error}"))?;
    if !list.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&list.stderr)));
    }
    let mut files = Vec::new();
    for path in list.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        let path = String::from_utf8_lossy(path).into_owned();
        // What is gone from the folder but not yet from the list does not count.
        if let Ok(bytes) = std::fs::read(root.join(&path)) {
            files.push(File { path, bytes });
        }
    }
    Ok(files)
}
