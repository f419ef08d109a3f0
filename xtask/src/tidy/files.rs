//! Sizes, names, leftovers, and places that belong to one machine.

use super::{File, Finding};
use crate::rust_tokens::starts_with;

const LINES_MAX: usize = 700;
const BYTES_MAX: usize = 1024 * 1024;
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

// In two parts, so that this file is not found by itself.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/fa", "rm/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
const LEFTOVERS: [&str; 3] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X")];
const SOURCE: [&str; 7] = [".rs", ".sh", ".py", ".sql", ".js", ".css", ".svg"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    if !file.path.is_ascii() || file.path.contains(' ') {
        found.push(file.finding(0, "its name: use ASCII letters without blanks"));
    }
    if file.bytes.len() > BYTES_MAX {
        found.push(file.finding(0, "over 1 MiB: make it smaller or build it when it is needed"));
    }
    found.extend(lines(file));
    found.extend(registries(file));
    if file.is_rust() {
        found.extend(rust(file));
    }
    found
}

fn lines(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let source = SOURCE.iter().any(|end| file.path.ends_with(end));
    for (at, line) in file.text().lines().enumerate() {
        for path in MACHINE_PATHS {
            // `https://example.com/home/` is no path of a machine.
            let mut places = line.match_indices(path);
            let free = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric());
            if places.any(|(at, _)| free(at)) {
                let what = format!("`{path}` is a path of one machine: use one from the root");
                found.push(file.finding(at + 1, what));
            }
        }
        let mut words = line.split_whitespace();
        let mark =
            |word: &str| LEFTOVERS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
        if source && words.any(mark) {
            found.push(file.finding(at + 1, "a leftover mark: do it now, or open an issue"));
        }
    }
    found
}

/// Packages come from the public registries, whatever mirror a machine uses.
fn registries(file: &File) -> Vec<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or("");
    let wrong = |line: &str| match name {
        "Cargo.lock" => line.starts_with("source = ") && !line.contains(CRATES_IO),
        "Cargo.toml" => line.contains("registry = ") || line.contains("git = "),
        "config.toml" => line.starts_with("[source") || line.starts_with("[registr"),
        "package-lock.json" => line.contains("\"resolved\"") && !line.contains(NPM),
        _ => line.contains("index-url"),
    };
    if name == ".npmrc" || name == "pip.conf" {
        return vec![file.finding(0, "settings of one machine: leave them out")];
    }
    let lines = file.text().lines().enumerate();
    let exempt = file.path == "xtask/src/tidy/files.rs";
    lines
        .filter(|(_, line)| !exempt && wrong(line))
        .map(|(at, _)| file.finding(at + 1, "a package from elsewhere: use the public registry"))
        .collect()
}

fn rust(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let count = file.text().lines().count();
    if count > LINES_MAX {
        let what = format!("{count} lines, more than {LINES_MAX}: divide it by purpose");
        found.push(file.finding(0, what));
    }
    let module = file.path.contains("/src/");
    if module && !file.text().starts_with("//!") {
        found.push(file.finding(1, "no `//!`: say in its first line what the file is for"));
    }
    let tokens = file.tokens();
    for (at, token) in tokens.iter().enumerate() {
        let ahead = &tokens[at..];
        let what = if starts_with(ahead, &["#", "[", "ignore"]) {
            "an ignored test: assert what happens today, with a note"
        } else if starts_with(ahead, &["todo", "!"]) || starts_with(ahead, &["unimplemented", "!"])
        {
            "unfinished code: finish it"
        } else if token.is("unsafe") {
            "`unsafe` is forbidden: find the safe way, or a kept crate that has it"
        } else {
            continue;
        };
        found.push(file.finding(token.line, what));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&File { path: path.into(), bytes: text.into() }).len()
    }

    #[test]
    fn leftovers_and_machine_paths_are_found() {
        let path = format!("see {}main", MACHINE_PATHS[0]);
        assert_eq!(found("README.md", &path), 1);
        assert_eq!(found("README.md", "https://example.com/home/ and frame/work/"), 0);
        assert_eq!(found("a.sh", &format!("# {} later", LEFTOVERS[0])), 1);
        assert_eq!(found("a.rs", &format!("//{}: later", LEFTOVERS[2])), 1);
        assert_eq!(found("a.sh", "mktemp -d /tmp/quita.XXXXXX; date `yyyy-MM-ddXXX`"), 0);
        assert_eq!(found("crates/a/src/a.rs", "//! A.\n#[ignore]\nfn a() { unsafe {} }"), 2);
        assert_eq!(found("crates/a/src/a.rs", "//! A.\n// unsafe #[ignore]\n"), 0);
    }

    #[test]
    fn sizes_and_names_are_found() {
        assert_eq!(found("crates/a/src/a.rs", "fn a() {}"), 1);
        assert_eq!(found("crates/a/src/a.rs", &format!("//! A.\n{}", "\n".repeat(700))), 1);
        assert_eq!(found("crates/a/src/a.rs", &format!("//! A.\n{}", "\n".repeat(699))), 0);
        assert_eq!(found("cobrança.md", ""), 1);
        assert_eq!(found("big.bin", &" ".repeat(BYTES_MAX + 1)), 1);
    }

    #[test]
    fn packages_come_from_the_public_registries() {
        assert_eq!(found("Cargo.lock", &format!("source = \"{CRATES_IO}\"")), 0);
        assert_eq!(found("Cargo.lock", "source = \"registry+https://mirror.example/x\""), 1);
        assert_eq!(found(".cargo/config.toml", "[source.crates-io]"), 1);
        assert_eq!(found("e2e/.npmrc", ""), 1);
    }
}
