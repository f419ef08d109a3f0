//! Numbers and identifiers, made comparable.

/// A hash of an identifier (FNV-1a).
pub(crate) fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(NOTHING, with)
}

/// The hash of nothing.
const NOTHING: u64 = 0xcbf2_9ce4_8422_2325;

const fn with(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// Letters and digits, as they are.
pub(crate) fn exact(text: &str) -> u64 {
    hash(text.trim().bytes())
}

/// Our number without signs and leading zeros; `None` where nothing is left.
pub(crate) fn normal(text: &str) -> Option<String> {
    let kept: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .skip_while(|c| *c == '0')
        .collect();
    (!kept.is_empty()).then_some(kept)
}

/// All but the last character, which may be the check digit.
pub(crate) fn bare(normal: &str) -> Option<&str> {
    (normal.len() > 4).then(|| &normal[..normal.len() - 1])
}

/// Our number without the wallet that some write before it with a slash, as in `109/00012345-6`.
pub(crate) fn without_wallet(text: &str) -> Option<String> {
    normal(bare_of_wallet(text)?)
}

fn bare_of_wallet(text: &str) -> Option<&str> {
    Some(text.rsplit_once('/')?.1)
}

/// [`hashes`] of our number, and of it without the wallet.
pub(crate) fn forms(text: &str) -> impl Iterator<Item = (u64, Option<u64>)> {
    [hashes(text), bare_of_wallet(text).and_then(hashes)].into_iter().flatten()
}

/// Hashes of our number as [`normal`] makes it and of what [`bare`] makes of that, without making
/// them; `None` where nothing is left.
fn hashes(text: &str) -> Option<(u64, Option<u64>)> {
    let kept = text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase());
    let (mut all, mut but_last, mut count) = (NOTHING, NOTHING, 0);
    for byte in kept.skip_while(|b| *b == b'0') {
        (all, but_last, count) = (with(all, byte), all, count + 1);
    }
    (count > 0).then_some((all, (count > 4).then_some(but_last)))
}

/// A CPF or CNPJ without signs; hidden characters are `*`.
pub(crate) fn document(text: &str) -> String {
    document_characters(text).map(char::from).collect()
}

/// Its characters, one by one.
pub(crate) fn document_characters(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.chars().filter_map(|c| match c {
        '*' | 'X' | 'x' | '•' => Some(b'*'),
        c if c.is_ascii_alphanumeric() => Some(c.to_ascii_uppercase() as u8),
        _ => None,
    })
}

/// Numbers that a bank's text may name: runs of digits, also those that dots, dashes and slashes
/// hold together. None shorter than five digits, none twice.
pub(crate) fn in_memo(memo: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |digits: &str| {
        let kept = digits.trim_start_matches('0');
        if (5..=25).contains(&kept.len()) && !found.iter().any(|f| f == kept) {
            found.push(kept.to_owned());
        }
    };
    let together = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '/');
    for run in memo.split(|c: char| !together(c)) {
        if run.is_empty() {
            continue;
        }
        let parts: Vec<&str> = run.split(['-', '.', '/']).filter(|p| !p.is_empty()).collect();
        for from in 0..parts.len() {
            for to in from + 1..=parts.len().min(from + 3) {
                add(&parts[from..to].concat());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_numbers_are_equal_however_written() {
        assert_eq!(normal("109/00012345-6").as_deref(), Some("109000123456"));
        assert_eq!(normal("000123").as_deref(), Some("123"));
        assert_eq!(normal(" - "), None);
    }

    #[test]
    fn hashes_are_those_of_the_texts() {
        for text in ["109/00012345-6", "000123", "0a-b.c1", "12345", " - "] {
            let wanted = normal(text).map(|n| (exact(&n), bare(&n).map(exact)));
            assert_eq!(hashes(text), wanted, "{text}");
            let all = [normal(text), without_wallet(text)].into_iter().flatten();
            let all: Vec<_> = all.map(|n| (exact(&n), bare(&n).map(exact))).collect();
            assert_eq!(forms(text).collect::<Vec<_>>(), all, "{text}");
        }
    }

    #[test]
    fn numbers_of_a_memo() {
        assert_eq!(in_memo("RECEBIMENTO TITULO - 112/00012345678"), ["11200012345678", "12345678"]);
        assert_eq!(in_memo("PIX 123"), Vec::<String>::new());
    }
}
