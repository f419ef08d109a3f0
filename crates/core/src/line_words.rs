//! How alike the texts are with which two sources tell a line of a statement.

use crate::bank_line::BankLine;

/// What two texts say of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// Each names something, and nothing that both name.
    Different,
    /// One names nothing that the other could contradict: `PIX RECEBIDO` and `Pix recebido João`.
    Compatible,
    /// Both name the same: a name, a number.
    Same,
}

/// A line's text in words.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// Of the memo: capitals without accents, digits, one blank between words.
    pub(crate) text: String,
    /// Words that name something: a person, a number.
    telling: Vec<String>,
    /// Words that only name the sort of movement.
    common: Vec<String>,
}

/// Words that stand in the lines of many payers.
const COMMON: [&str; 60] = [
    "AUTOMATICO",
    "BANCO",
    "BOLETO",
    "BOLETOS",
    "CARTAO",
    "CHAVE",
    "CLIENTE",
    "COBRANCA",
    "COMPRA",
    "CONTA",
    "CORRENTE",
    "CRED",
    "CREDITO",
    "DAS",
    "DEB",
    "DEBITO",
    "DEPOSITO",
    "DEVOLUCAO",
    "DINHEIRO",
    "DOC",
    "DOS",
    "ENVIADA",
    "ENVIADO",
    "ENVIO",
    "ESTORNO",
    "INSTANTANEO",
    "INTERNA",
    "INTERNET",
    "INTERNO",
    "LIQ",
    "LIQUIDACAO",
    "LTDA",
    "MENSAL",
    "OUTRA",
    "OUTRO",
    "PAG",
    "PAGAMENTO",
    "PAGO",
    "PAGTO",
    "PARA",
    "PELO",
    "PGTO",
    "PIX",
    "POR",
    "QRS",
    "RECEB",
    "RECEBIDA",
    "RECEBIDO",
    "RECEBIMENTO",
    "REFERENTE",
    "RENDIMENTO",
    "SAQUE",
    "TARIFA",
    "TAXA",
    "TED",
    "TEF",
    "TITULO",
    "TITULOS",
    "TRANSF",
    "TRANSFERENCIA",
];

/// Shortest word that counts, and shortest number: shorter ones are days and instalments.
const SHORTEST_WORD: usize = 3;
const SHORTEST_NUMBER: usize = 5;
/// Most words of a text that are compared.
const MOST_WORDS: usize = 24;
/// A word may be cut by the source when so much of it is left.
const SHORTEST_CUT: usize = 4;

impl Words {
    pub(crate) fn of(line: &BankLine) -> Self {
        let text = plain(&line.memo);
        let mut words = Self { text, telling: Vec::new(), common: Vec::new() };
        let memo = words.text.clone();
        words.take(&memo);
        let further =
            [&line.payer_name, &line.payer_document, &line.our_number, &line.check_number];
        for text in further.into_iter().flatten() {
            words.take(&plain(text));
        }
        words
    }

    fn take(&mut self, text: &str) {
        for word in text.split(' ') {
            let number = word.bytes().all(|b| b.is_ascii_digit());
            let word = if number { word.trim_start_matches('0') } else { word };
            let shortest = if number { SHORTEST_NUMBER } else { SHORTEST_WORD };
            if word.len() < shortest {
                continue;
            }
            let list = match COMMON.binary_search(&word) {
                Ok(_) => &mut self.common,
                Err(_) => &mut self.telling,
            };
            if list.len() < MOST_WORDS && !list.iter().any(|known| known == word) {
                list.push(word.to_owned());
            }
        }
    }

    pub(crate) fn likeness(&self, other: &Self) -> Likeness {
        let shared = |left: &[String], right: &[String]| {
            left.iter().any(|word| right.iter().any(|other| alike(word, other)))
        };
        if shared(&self.telling, &other.telling) {
            return Likeness::Same;
        }
        if !self.telling.is_empty() && !other.telling.is_empty() {
            return Likeness::Different;
        }
        let silent = |words: &Self| words.telling.is_empty() && words.common.is_empty();
        if silent(self) || silent(other) || shared(&self.common, &other.common) {
            return Likeness::Compatible;
        }
        Likeness::Different
    }
}

fn alike(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    short == long || (short.len() >= SHORTEST_CUT && long.starts_with(short))
}

/// Capitals without accents, and digits, in words.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        let c = match c {
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'A',
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'E',
            'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
            'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
            'ç' | 'Ç' => 'C',
            'ñ' | 'Ñ' => 'N',
            other => other,
        };
        // What a source could not write is a gap, as `?` is.
        if c.is_ascii_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c.to_ascii_uppercase());
        } else {
            gap = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;
    use jiff::civil::date;

    fn likeness(left: &str, right: &str) -> Likeness {
        let words =
            |text: &str| Words::of(&BankLine::new(date(2026, 3, 10), Money::from_cents(1), text));
        let (left, right) = (words(left), words(right));
        assert_eq!(left.likeness(&right), right.likeness(&left));
        left.likeness(&right)
    }

    #[test]
    fn texts_of_two_sources() {
        use Likeness::{Compatible, Different, Same};
        for (left, right, expected) in [
            ("Pix recebido: \"Cp :0001-JOÃO DA SILVA\"", "PIX RECEBIDO JOAO DA SILV", Same),
            ("LIQ COBRANCA 000123456", "Boleto 123456", Same),
            ("PIX RECEBIDO", "Pix recebido Maria", Compatible),
            ("", "TED Maria", Compatible),
            ("PIX RECEBIDO JOAO", "PIX RECEBIDO MARIA", Different),
            ("TARIFA", "DEPOSITO MARIA", Different),
        ] {
            assert_eq!(likeness(left, right), expected, "{left} / {right}");
        }
    }

    #[test]
    fn common_words_are_in_order() {
        assert!(COMMON.is_sorted());
    }
}
