//! The centre is pure: time, chance and the outside arrive as values; no float near money.

use super::{File, Finding};
use crate::rust_tokens::{Kind, Token, starts_with};

const PURE: [&str; 4] = ["core", "formats", "banks", "print"];
const EXACT: [&str; 3] = ["core", "formats", "banks"];

/// Paths that reach outside, and what to do instead.
const OUTSIDE: [(&[&str], &str); 9] = [
    (&["std", "::", "net"], "the engine's wire calls; give bytes"),
    (&["std", "::", "fs"], "take the content as a value"),
    (&["std", "::", "thread"], "the caller runs threads"),
    (&["std", "::", "env"], "take the setting as a value"),
    (&["std", "::", "process"], "the caller runs programs"),
    (&["Timestamp", "::", "now"], "take the instant as a value"),
    (&["Zoned", "::", "now"], "take the instant as a value"),
    (&["TimeZone", "::", "system"], "take the civil date as a value"),
    (&["thread_local", "!"], "keep state in the value"),
];

/// Names that mean the outside wherever they stand.
const NAMES: [(&str, &str); 8] = [
    ("SystemTime", "take the instant as a value"),
    ("Instant", "take the instant as a value"),
    ("rand", "take entropy as a value"),
    ("getrandom", "take entropy as a value"),
    ("tokio", "async belongs to web, sandbox and listener"),
    ("HashMap", "its order is random: use BTreeMap"),
    ("HashSet", "its order is random: use BTreeSet"),
    ("RandomState", "take entropy as a value"),
];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let Some(name) = file.crate_name().filter(|name| PURE.contains(name)) else {
        return Vec::new();
    };
    let tokens = file.product_tokens();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mut report = |what: &str, instead: &str| {
            found.push(file.finding(token.line, format!("{what} in pure `{name}`: {instead}")));
        };
        for (path, instead) in OUTSIDE {
            if starts_with(&tokens[at..], path) {
                report(&format!("`{}`", path.concat()), instead);
            }
        }
        for inner in group_of_std(&tokens[at..]) {
            let listed = OUTSIDE.iter().find(|(p, _)| p[0] == "std" && p[2] == inner);
            if let Some((path, instead)) = listed {
                report(&format!("`{}`", path.concat()), instead);
            }
        }
        if let Some((word, instead)) = NAMES.iter().find(|(word, _)| token.is(word)) {
            report(&format!("`{word}`"), instead);
        }
        if EXACT.contains(&name) && is_float(token) {
            report("a float", "use Money, Rate or integers");
        }
    }
    found
}

/// The names at the first level of `std::{…}`.
fn group_of_std(tokens: &[Token]) -> Vec<&str> {
    if !starts_with(tokens, &["std", "::", "{"]) {
        return Vec::new();
    }
    let mut depth = 0_usize;
    let mut names = Vec::new();
    let mut first = false;
    for token in &tokens[2..] {
        match token.word() {
            Some(word) if first && depth == 1 => names.push(word),
            _ => {}
        }
        depth = if token.is("{") {
            depth + 1
        } else if token.is("}") {
            depth - 1
        } else {
            depth
        };
        if depth == 0 {
            break;
        }
        first = token.is("{") || token.is(",");
    }
    names
}

fn is_float(token: &Token) -> bool {
    match &token.kind {
        Kind::Word(word) => word == "f32" || word == "f64",
        Kind::Number(number) => {
            let hex = number.starts_with("0x");
            number.contains('.') || (!hex && (number.ends_with("f32") || number.ends_with("f64")))
        }
        Kind::Text(_) | Kind::Mark(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, source: &str) -> usize {
        check(&File { path: path.into(), bytes: source.into() }).len()
    }

    #[test]
    fn the_outside_is_found_in_pure_crates_only() {
        for source in [
            "use std::fs;",
            "use std::{fmt, io::{self}, net::TcpStream};",
            "let now = Timestamp::now();",
            "let t = std::time::Instant::now();",
            "fn f() -> f64 { 0 }",
            "let x = 1.5;",
            "let m: HashMap<A, B>;",
        ] {
            assert_eq!(found("crates/core/src/a.rs", source), 1, "{source}");
            assert_eq!(found("crates/engine/src/a.rs", source), 0, "{source}");
            assert_eq!(found("crates/core/tests/a.rs", source), 0, "{source}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for source in [
            "use std::{fmt, collections::{BTreeMap}};",
            "// std::fs\n\"std::fs\"",
            "let n = 0x1f64; let r = 1..5; let t = pair.0;",
            "#[cfg(test)] mod tests { use std::fs; }",
            "let i: rand_like = Instants;",
        ] {
            assert_eq!(found("crates/core/src/a.rs", source), 0, "{source}");
        }
        assert_eq!(found("crates/print/src/a.rs", "let x = 1.5;"), 0);
    }
}
