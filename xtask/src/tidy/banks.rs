//! A bank is known to its folder alone: elsewhere no path into a folder and no text that is a
//! bank's code, name, folder or host.

use quita_banks::registry::BANKS;

use super::{File, Finding};
use crate::rust_tokens::{Kind, Token, starts_with};

/// The crate of the binary.
const PROGRAM: &str = "quita";

pub(super) fn check(file: &File) -> Vec<Finding> {
    if file.crate_name().is_none_or(|name| name == "banks") {
        return Vec::new();
    }
    let tokens = file.product_tokens();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Kind::Text(text) = &token.kind
            && let Some(what) = bank_word(text)
            && !(file.crate_name() == Some(PROGRAM) && is_constant(&tokens[..at]))
        {
            let advice = "ask the registry, or make it a field of BankInfo";
            found.push(file.finding(token.line, format!("{what} «{text}» as a text: {advice}")));
        }
        for root in ["quita_banks", "banks"] {
            let folder = BANKS
                .iter()
                .map(|b| b.info().folder)
                .find(|folder| starts_with(&tokens[at..], &[root, "::", folder]));
            if let Some(folder) = folder {
                let what = format!("path into the folder `{folder}`: go through `registry`");
                found.push(file.finding(token.line, what));
            }
        }
    }
    found
}

/// One constant of the program names the bank that the demonstration plays with.
pub(super) fn one_demo_bank(files: &[File]) -> Vec<Finding> {
    let mut places = Vec::new();
    for file in files.iter().filter(|file| file.crate_name() == Some(PROGRAM)) {
        let tokens = file.product_tokens();
        for (at, token) in tokens.iter().enumerate() {
            if is_constant(&tokens[..at])
                && let Kind::Text(text) = &token.kind
                && bank_word(text).is_some()
            {
                let what = "a second constant that names a bank: use the first";
                places.push(file.finding(token.line, what));
            }
        }
    }
    places.split_off(places.len().min(1))
}

/// Whether what comes next is the value of a constant: `const NAME: &str =`.
fn is_constant(before: &[Token]) -> bool {
    let [.., word, _, colon, reference, kind, equals] = before else { return false };
    word.is("const") && colon.is(":") && reference.is("&") && kind.is("str") && equals.is("=")
}

/// What of a bank this text is.
fn bank_word(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    BANKS.iter().map(|bank| bank.info()).find_map(|info| {
        let hosts = info.hosts.iter().flat_map(|host| [host.production, host.sandbox]);
        let host = hosts
            .map(|url| url.trim_start_matches("https://"))
            .any(|host| !host.is_empty() && lower.contains(host));
        let what = match () {
            () if text == info.code || text == info.printed_code => "code",
            () if text == info.ispb => "ISPB",
            () if lower == info.name.to_lowercase() => "name",
            () if text == info.folder => "folder",
            () if host => "host",
            () => return None,
        };
        Some(format!("{what} of {}", info.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, source: &str) -> File {
        File { path: path.into(), bytes: source.into() }
    }

    #[test]
    fn a_bank_is_found_outside_its_folder() {
        for source in [
            "if bank == \"341\" {}",
            "if bank == \"Itaú\" {}",
            "let b = by_folder(\"inter\");",
            "let u = \"https://cdpj.partners.bancointer.com.br/x\";",
            "use quita_banks::inter::bank::INTER;",
        ] {
            assert_eq!(check(&file("crates/engine/src/a.rs", source)).len(), 1, "{source}");
            assert_eq!(check(&file("crates/engine/tests/a.rs", source)).len(), 0, "{source}");
            assert_eq!(check(&file("crates/banks/src/inter/a.rs", source)).len(), 0, "{source}");
        }
        assert!(check(&file("crates/engine/src/a.rs", "\"internet\"; \"3410\"")).is_empty());
    }

    #[test]
    fn one_constant_names_the_bank_of_the_demonstration() {
        let demo = || file("crates/quita/src/a.rs", "const BANK: &str = \"inter\";");
        assert!(check(&demo()).is_empty());
        assert_eq!(one_demo_bank(&[demo()]).len(), 0);
        assert_eq!(one_demo_bank(&[demo(), demo()]).len(), 1);
    }
}
