//! Dependencies point down only, and each way to the outside has its one place.

use std::path::Path;
use std::process::Command;

use super::{File, Finding};

/// Which crates of ours each one may know.
const ARROWS: [(&str, &[&str]); 11] = [
    ("core", &[]),
    ("formats", &["core"]),
    ("banks", &["core", "formats"]),
    ("print", &["core", "formats"]),
    ("store", &["core"]),
    ("listener", &[]),
    ("engine", &["core", "formats", "banks", "print", "store"]),
    ("sandbox", &["core", "banks", "listener"]),
    ("web", &["core", "print", "listener", "engine"]),
    (
        "quita",
        &["core", "formats", "banks", "print", "store", "listener", "engine", "sandbox", "web"],
    ),
    ("sim", &["core", "formats", "banks", "print", "store", "engine"]),
];

/// Crates of others that open a way to the outside, and who may use them.
const WAYS_OUT: [(&[&str], &[&str], &str); 3] = [
    (
        &["tokio", "hyper", "hyper-util", "axum", "tower-http"],
        &["web", "sandbox", "listener", "quita"],
        "async stays at the edges; the engine is synchronous",
    ),
    (&["rusqlite", "postgres", "refinery"], &["store"], "SQL stays in store"),
    (&["ureq"], &["engine", "quita"], "only the engine calls a bank"),
];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let Some(name) = file.crate_name() else { return Vec::new() };
    if file.path != format!("crates/{name}/Cargo.toml") {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(n, _)| *n == name) else {
        let what = "a new crate: say in xtask/src/tidy/arrows.rs which crates it may know";
        return vec![file.finding(0, what)];
    };
    let manifest: toml::Table = match toml::from_str(file.text()) {
        Ok(manifest) => manifest,
        Err(error) => return vec![file.finding(0, error.to_string())],
    };
    let mut found = Vec::new();
    let none = toml::Table::new();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table).unwrap_or(&none);
    for dependency in table.keys() {
        let line = line_of(file.text(), dependency);
        if let Some(ours) = dependency.strip_prefix("quita-")
            && !allowed.contains(&ours)
        {
            let what = format!("`{name}` must not know `{ours}`: dependencies point down only");
            found.push(file.finding(line, what));
        }
        for (crates, users, why) in WAYS_OUT {
            if crates.contains(&dependency.as_str()) && !users.contains(&name) {
                found.push(file.finding(line, format!("`{dependency}` in `{name}`: {why}")));
            }
        }
    }
    found
}

fn line_of(text: &str, dependency: &str) -> usize {
    let starts = |line: &str| {
        line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(starts).map_or(0, |at| at + 1)
}

/// Nothing that is built contains a second TLS provider.
pub(super) fn one_tls_provider(root: &Path) -> Result<Vec<Finding>, String> {
    let mut found = Vec::new();
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo.args(["tree", "--workspace", "--locked", "--prefix", "none"]);
    cargo.args(["--edges", "normal,build,dev", "--format", "{p}"]);
    let tree = cargo.current_dir(root).output().map_err(|error| format!("cargo tree: {error}"))?;
    if !tree.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&tree.stderr)));
    }
    let tree = String::from_utf8_lossy(&tree.stdout);
    for other in ["ring", "native-tls", "openssl", "openssl-sys"] {
        if tree.lines().any(|line| line.split(' ').next() == Some(other)) {
            found.push(Finding {
                path: "Cargo.lock".into(),
                line: 0,
                what: format!(
                    "`{other}` is built beside aws-lc-rs: find who asks for it with \
                     `cargo tree -i {other}` and choose that crate's aws-lc-rs feature"
                ),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, dependencies: &str) -> Vec<Finding> {
        let text = format!("[package]\nname = \"x\"\n\n[dependencies]\n{dependencies}\n");
        check(&File { path: format!("crates/{name}/Cargo.toml"), bytes: text.into() })
    }

    #[test]
    fn arrows_point_down() {
        assert_eq!(found("core", "quita-store.workspace = true")[0].line, 5);
        assert_eq!(found("web", "quita-store = { workspace = true }").len(), 1);
        assert_eq!(found("engine", "quita-store.workspace = true").len(), 0);
        assert_eq!(found("quita", "quita-sim.workspace = true").len(), 1);
        assert_eq!(found("unheard-of", "").len(), 1);
    }

    #[test]
    fn ways_out_have_their_place() {
        assert_eq!(found("engine", "tokio.workspace = true").len(), 1);
        assert_eq!(found("engine", "tokio-like.workspace = true").len(), 0);
        assert_eq!(found("store", "rusqlite.workspace = true").len(), 0);
    }
}
