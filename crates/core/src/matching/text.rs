//! Names and texts of banks, made comparable.

/// Words between names that say nothing.
const BETWEEN: [&str; 6] = ["DE", "DA", "DO", "DAS", "DOS", "E"];

/// Forms of companies.
const FORMS: [&str; 13] = [
    "LTDA",
    "LTD",
    "ME",
    "EPP",
    "SA",
    "EIRELI",
    "MEI",
    "CIA",
    "SS",
    "LIMITADA",
    "SOCIEDADE",
    "COMERCIO",
    "SERVICOS",
];

/// Words of banks.
const BANKING: [&str; 75] = [
    "PIX",
    "TED",
    "DOC",
    "TEF",
    "TEV",
    "TRANSF",
    "TRANSFERENCIA",
    "TRANSFER",
    "RECEBIDO",
    "RECEBIDA",
    "RECEB",
    "RECEBIMENTO",
    "RECEBIMENTOS",
    "REC",
    "CRED",
    "CREDITO",
    "CR",
    "DEP",
    "DEPOSITO",
    "DINHEIRO",
    "CHEQUE",
    "CP",
    "CONTA",
    "CC",
    "CORRENTE",
    "POUPANCA",
    "BOLETO",
    "BOLETOS",
    "COBRANCA",
    "COBRANCAS",
    "COBR",
    "TITULO",
    "TITULOS",
    "TIT",
    "LIQ",
    "LIQUIDACAO",
    "LIQUID",
    "PAGAMENTO",
    "PAGAMENTOS",
    "PAGTO",
    "PGTO",
    "PAG",
    "PAGO",
    "REM",
    "REMETENTE",
    "ENVIADO",
    "ENVIADA",
    "DEV",
    "QR",
    "QRCODE",
    "CODE",
    "DINAMICO",
    "ESTATICO",
    "CHAVE",
    "AG",
    "AGENCIA",
    "BCO",
    "BANCO",
    "SISPAG",
    "FORNECEDOR",
    "FORNECEDORES",
    "FORNEC",
    "VIA",
    "MOBILE",
    "INTERNET",
    "NET",
    "APP",
    "REF",
    "REFERENTE",
    "NR",
    "NUM",
    "NUMERO",
    "DOCTO",
    "ORIGEM",
    "CLIENTE",
];

/// A letter without its accent, in upper case; a blank for what is no letter or digit.
pub(crate) fn plain(c: char) -> char {
    match c {
        'a'..='z' => c.to_ascii_uppercase(),
        'A'..='Z' | '0'..='9' => c,
        'À'..='Å' | 'à'..='å' => 'A',
        'Ç' | 'ç' => 'C',
        'È'..='Ë' | 'è'..='ë' => 'E',
        'Ì'..='Ï' | 'ì'..='ï' => 'I',
        'Ñ' | 'ñ' => 'N',
        'Ò'..='Ö' | 'ò'..='ö' => 'O',
        'Ù'..='Ü' | 'ù'..='ü' => 'U',
        'Ý' | 'ý' | 'ÿ' => 'Y',
        _ => ' ',
    }
}

/// Whether a character joins what stands on both sides of it: `S/A`, `D'ÁVILA`, `S.A.`.
const fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '.' | '´' | '`')
}

/// The text in capitals without accents and signs.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut chars = text.chars().filter(|c| !joins(*c)).peekable();
    while let Some(c) = chars.next() {
        // «S/A» is one word.
        let in_form = c == '/' && folded.ends_with('S') && chars.peek() == Some(&'A');
        if !in_form {
            folded.push(plain(c));
        }
    }
    folded
}

/// The words of a name that tell people apart.
pub(crate) fn name_words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split_ascii_whitespace().filter(|word| {
        !BETWEEN.contains(word)
            && !FORMS.contains(word)
            // A CPF stands in many a name of small firms.
            && (word.len() == 11 || word.bytes().any(|b| !b.is_ascii_digit()))
    })
}

/// The letters of a name without blanks, and without the forms of companies: so a blank too many
/// or too few is a slip like any other.
pub(crate) fn letters(name: &str) -> String {
    folded(name).split_ascii_whitespace().filter(|word| !FORMS.contains(word)).collect()
}

/// The letters of what may be a name in a bank's text.
pub(crate) fn memo_letters(memo: &str) -> String {
    let folded = folded(memo);
    let words = folded.split_ascii_whitespace();
    words.filter(|w| !FORMS.contains(w) && !BANKING.contains(w) && is_word(w)).collect()
}

fn is_word(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphabetic())
}

/// How two names agree letter by letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// But for one letter.
    Slip,
    /// As far as the first goes.
    Start,
}

/// Names with fewer letters are not compared so.
const FEWEST_LETTERS: usize = 10;

/// Compares the letters of a payer's name with those of a customer's.
pub(crate) fn compare_letters(payer: &str, customer: &str) -> Option<Letters> {
    if payer.len() < FEWEST_LETTERS {
        None
    } else if one_apart(payer.as_bytes(), customer.as_bytes()) {
        Some(Letters::Slip)
    } else if customer.starts_with(payer) {
        Some(Letters::Start)
    } else {
        None
    }
}

/// The words of a bank's text that may be of a name; a date may follow without a blank.
pub(crate) fn memo_words(folded: &str) -> impl Iterator<Item = &str> {
    name_words(folded)
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .filter(|word| !word.is_empty() && !BANKING.contains(word) && is_word(word))
        .filter(|word| !BETWEEN.contains(word))
}

/// Whether a word of a bank's text begins so.
pub(crate) fn has_word_of(memo: &str, starts: &[&str]) -> bool {
    folded(memo)
        .split_ascii_whitespace()
        .any(|word| starts.iter().any(|start| word.starts_with(start)))
}

/// Whether a bank's text speaks of what it takes for its services.
pub(crate) fn is_fee(memo: &str) -> bool {
    folded(memo)
        .split_ascii_whitespace()
        .any(|word| matches!(word, "TARIFA" | "TARIFAS" | "TAR" | "TARIF" | "CESTA" | "TXBANC"))
}

/// Whether two words differ by one letter: another one, one more, two in each other's place.
pub(crate) fn one_apart(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        0 => {
            same == short.len()
                || short[same + 1..] == long[same + 1..]
                || (same + 1 < short.len()
                    && short[same] == long[same + 1]
                    && short[same + 1] == long[same]
                    && short[same + 2..] == long[same + 2..])
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_accents_forms_and_small_words() {
        let name = folded("João d’Ávila & Irmãos Comércio S/A");
        let words: Vec<&str> = name_words(&name).collect();
        assert_eq!(words, ["JOAO", "DAVILA", "IRMAOS"]);
    }

    #[test]
    fn memos_lose_the_words_of_banks() {
        let memo = folded("PIX RECEBIDO - Cp :12345678-MARIA OLIV");
        assert_eq!(memo_words(&memo).collect::<Vec<_>>(), ["MARIA", "OLIV"]);
    }

    #[test]
    fn one_letter_apart() {
        for (a, b, wanted) in [
            ("SOUZA", "SOUSA", true),
            ("THIAGO", "TIAGO", true),
            ("MARAI", "MARIA", true),
            ("MARIA", "MARIA", true),
            ("MARIA", "MARCOS", false),
            ("ANA", "ANTO", false),
            ("AB", "BA", true),
        ] {
            assert_eq!(one_apart(a.as_bytes(), b.as_bytes()), wanted, "{a} {b}");
        }
    }
}
