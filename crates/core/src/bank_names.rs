//! Names of banks by their COMPE code.
//!
//! The table `banks.csv` lists the participants of the reserves transfer system with a
//! clearing code (Banco Central, «Relação de participantes do STR») and some closed banks
//! whose codes still appear on old boletos.

use std::sync::OnceLock;

/// `code;name`, one bank a line, by code.
const TABLE: &str = include_str!("../banks.csv");

/// The name of the bank with this three-digit code; `None` when the table lacks it.
pub fn bank_name(code: &str) -> Option<&'static str> {
    static BY_CODE: OnceLock<Vec<Option<&'static str>>> = OnceLock::new();
    let by_code = BY_CODE.get_or_init(|| {
        let mut names = vec![None; 1000];
        for (code, name) in all_banks() {
            if let Some(place) = index(code).and_then(|i| names.get_mut(i)) {
                *place = Some(name);
            }
        }
        names
    });
    by_code.get(index(code)?).copied().flatten()
}

/// Every code with its name, by code.
pub fn all_banks() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().skip(1).filter_map(|line| line.split_once(';'))
}

/// The place of a three-digit code in the table.
fn index(code: &str) -> Option<usize> {
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_complete_and_without_repetitions() {
        let codes: Vec<&str> = all_banks().map(|(code, _)| code).collect();
        assert!(codes.len() > 400, "{}", codes.len());
        assert_eq!(codes.len(), TABLE.lines().count() - 1, "a line without a semicolon");
        assert!(codes.is_sorted_by(|a, b| a < b));
        assert!(codes.iter().all(|code| index(code).is_some()));
        assert!(all_banks().all(|(_, name)| !name.is_empty() && name.trim() == name));
    }

    #[test]
    fn codes_find_their_names() {
        assert_eq!(bank_name("104"), Some("Caixa Econômica Federal"));
        assert_eq!(bank_name("999"), None);
        for bad in ["", "1", "01", "1040", "a04", "+04", "–"] {
            assert_eq!(bank_name(bad), None, "{bad}");
        }
    }
}
