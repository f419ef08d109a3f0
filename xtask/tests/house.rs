//! The repository itself: its rules hold, its generated files are up to date.

use xtask::{generate, root, tidy};

#[test]
fn the_rules_of_the_repository_hold() {
    let findings = tidy::findings(&root()).unwrap();
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{} findings\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn generated_files_are_up_to_date() {
    let stale = generate::stale(&root()).unwrap();
    assert!(stale.is_empty(), "run `cargo xtask gen`: {}", stale.join(", "));
}
