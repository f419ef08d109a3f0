//! `cargo xtask <chore>`: see [`xtask`].

use std::process::ExitCode;

use xtask::{generate, root, tidy};

const USAGE: &str = "usage: cargo xtask gen [--check] | tidy

gen          write the registry of the banks and BANKS.md from the folders of crates/banks/src
gen --check  only say whether they are up to date
tidy         check the rules of the repository";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["gen"] => generate::write(&root()),
        ["gen", "--check"] => generate::stale(&root()).and_then(|stale| {
            if stale.is_empty() {
                return Ok("generated files are up to date".to_owned());
            }
            Err(format!("out of date, run `cargo xtask gen`: {}", stale.join(", ")))
        }),
        ["tidy"] => tidy::findings(&root()).and_then(|findings| {
            if findings.is_empty() {
                return Ok("tidy: nothing found".to_owned());
            }
            let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
            Err(format!("{}\n{} findings", lines.join("\n"), findings.len()))
        }),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
