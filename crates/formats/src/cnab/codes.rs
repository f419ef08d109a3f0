//! What the codes of a layout mean: occurrences, instructions, reasons.
//!
//! ```text
//! # Where they are from.
//! return
//! 03 rejected  Entrada rejeitada  @entrada
//! remittance
//! 01 register  Entrada de título
//! reasons entrada 2
//! 16 Data de vencimento inválida
//! ```
//!
//! A line of `return` or `remittance` has the bank's code, our word ([`Movement`] or
//! [`Instruction`]), the text for people, and the table of its reasons. `reasons` has a name and
//! the length of one code.

use serde::de::value::{self, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde::{Deserialize, Serialize};

use super::table::TableError;

/// What a bank tells about a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// The bank took it.
    Registered,
    /// The bank did not take it.
    Rejected,
    /// Paid.
    Settled,
    /// Paid by its Pix QR.
    SettledByPix,
    /// Paid in part; more may come.
    PartlySettled,
    /// Paid though it was written off before, or never registered.
    SettledUnregistered,
    /// Paid by a cheque that is not cleared yet.
    PaymentPending,
    /// A payment was taken back.
    PaymentReversed,
    /// Closed without payment.
    WrittenOff,
    /// Still open: a list of what the bank has.
    Open,
    /// Moved to another wallet.
    Transferred,
    /// An abatement counts.
    AbatementGranted,
    /// It counts no longer.
    AbatementCancelled,
    /// It has another due date.
    ExpirationChanged,
    /// It has another amount.
    AmountChanged,
    /// It has other interest, or none.
    InterestChanged,
    /// It has another fine, or none.
    FineChanged,
    /// It has other discounts, or none.
    DiscountsChanged,
    /// Something else of it was changed.
    Changed,
    /// An instruction arrived and will be carried out.
    Confirmed,
    /// An instruction will not be carried out.
    InstructionRejected,
    /// An order to protest arrived.
    ProtestRequested,
    /// A protest was stopped.
    ProtestStopped,
    /// It is at the notary.
    AtNotary,
    /// It came back from the notary and stays open.
    WithdrawnFromNotary,
    /// Protested, and closed.
    Protested,
    /// The customer was listed negatively.
    NegativeListed,
    /// The customer is listed no longer, or will not be.
    NegativeListingEnded,
    /// The bank charges something.
    Fee,
    /// What the customer says about it.
    CustomerClaim,
    /// Something to know; nothing changed.
    Notice,
}

impl Movement {
    /// Whether money arrived.
    pub const fn is_payment(self) -> bool {
        matches!(
            self,
            Self::Settled | Self::SettledByPix | Self::PartlySettled | Self::SettledUnregistered
        )
    }
}

/// What a company orders about a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instruction {
    /// Register it.
    Register,
    /// Register it with a Pix QR.
    RegisterWithPix,
    /// Close it without payment.
    WriteOff,
    /// Close it: it was paid to the company.
    WriteOffPaidDirectly,
    /// Take something off.
    GrantAbatement,
    /// Take it off no longer.
    CancelAbatement,
    /// Another due date.
    ChangeExpiration,
    /// Another amount.
    ChangeAmount,
    /// Grant a discount, or another one.
    ChangeDiscount,
    /// No discount any more.
    CancelDiscount,
    /// Other interest.
    ChangeInterest,
    /// No interest.
    WaiveInterest,
    /// Another fine.
    ChangeFine,
    /// No fine.
    WaiveFine,
    /// Another last day of payment.
    ChangeLimitDate,
    /// Another document number.
    ChangeDocumentNumber,
    /// Other words of the company's own.
    ChangeCompanyUse,
    /// Other data of the customer.
    ChangeCustomer,
    /// Other data of the receiver.
    ChangeReceiver,
    /// Other data.
    ChangeOther,
    /// Protest it.
    Protest,
    /// Do not protest it by itself.
    NoProtest,
    /// Stop the protest, and close it.
    StopProtestAndWriteOff,
    /// Stop the protest; it stays open.
    StopProtest,
    /// List the customer negatively.
    ListNegatively,
    /// End or prevent a negative listing.
    EndNegativeListing,
    /// Take an instruction back.
    CancelInstruction,
    /// Something that our product does not order.
    Other,
}

/// The meaning of the codes of one layout.
#[derive(Debug, Default, Serialize)]
pub struct Codes {
    /// Of returns, by code.
    pub movements: Vec<Code<Movement>>,
    /// Of remittances, by code.
    pub instructions: Vec<Code<Instruction>>,
    /// Why.
    pub reasons: Vec<Reasons>,
}

/// A code of a bank.
#[derive(Debug, Serialize)]
pub struct Code<M> {
    /// The bank's code.
    pub code: String,
    /// Our word.
    pub means: M,
    /// In Portuguese.
    pub text: String,
    /// Which of [`Codes::reasons`].
    pub reasons: Option<usize>,
}

/// A table of reasons.
#[derive(Debug, Serialize)]
pub struct Reasons {
    /// Its name.
    pub name: String,
    /// Characters of a code.
    pub length: usize,
    /// Code and text, by code.
    pub texts: Vec<(String, String)>,
}

impl Reasons {
    /// In Portuguese.
    pub fn text(&self, code: &str) -> Option<&str> {
        let at = self.texts.binary_search_by(|(own, _)| own.as_str().cmp(code)).ok()?;
        self.texts.get(at).map(|(_, text)| text.as_str())
    }
}

impl Codes {
    /// What the bank tells by this code.
    pub fn movement(&self, code: &str) -> Option<&Code<Movement>> {
        find(&self.movements, code)
    }

    /// What the company orders by this code.
    pub fn instruction(&self, code: &str) -> Option<&Code<Instruction>> {
        find(&self.instructions, code)
    }

    /// Reads a table.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut codes = Self::default();
        // Names of tables, until all of them are known.
        let mut names: Vec<(usize, bool, usize, String)> = Vec::new();
        let mut part = Part::None;
        for (at, line) in text.lines().enumerate() {
            let failed = |problem: String| TableError { line: at + 1, record: None, problem };
            let line = line.trim();
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let rest = rest.trim();
            match (word, part) {
                ("" | "#", _) => {}
                ("return", _) if rest.is_empty() => part = Part::Return,
                ("remittance", _) if rest.is_empty() => part = Part::Remittance,
                ("reasons", _) => {
                    let (name, length) = rest.split_once(' ').unwrap_or_default();
                    let length = length.trim().parse().map_err(|_| failed("no length".into()))?;
                    if name.is_empty() || codes.reasons.iter().any(|known| known.name == name) {
                        return Err(failed(format!("{name}: no name, or a second time")));
                    }
                    let name = name.to_owned();
                    codes.reasons.push(Reasons { name, length, texts: Vec::new() });
                    part = Part::Reasons;
                }
                (_, Part::None) => return Err(failed("a code before the first part".into())),
                (code, Part::Reasons) => {
                    let Some(table) = codes.reasons.last_mut() else { continue };
                    if code.len() != table.length || rest.is_empty() {
                        return Err(failed(format!(
                            "{code} does not have the length of its table"
                        )));
                    }
                    table.texts.push((code.to_owned(), rest.to_owned()));
                }
                (code, Part::Return | Part::Remittance) => {
                    let (means, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                    let (text, table) = match rest.trim().rsplit_once('@') {
                        Some((text, name)) => (text.trim(), Some(name.trim())),
                        None => (rest.trim(), None),
                    };
                    let unknown = || failed(format!("{means} is no word of ours"));
                    if text.is_empty() {
                        return Err(failed(format!("{code} has no text")));
                    }
                    let is_return = part == Part::Return;
                    if is_return {
                        let means = word_of(means).ok_or_else(unknown)?;
                        push(&mut codes.movements, code, means, text);
                    } else {
                        let means = word_of(means).ok_or_else(unknown)?;
                        push(&mut codes.instructions, code, means, text);
                    }
                    if let Some(name) = table {
                        let index = match is_return {
                            true => codes.movements.len(),
                            false => codes.instructions.len(),
                        };
                        names.push((at + 1, is_return, index - 1, name.to_owned()));
                    }
                }
            }
        }
        codes.finish(names)?;
        Ok(codes)
    }

    /// Ties reasons to occurrences, and brings everything into order.
    fn finish(&mut self, names: Vec<(usize, bool, usize, String)>) -> Result<(), TableError> {
        for (line, is_return, index, name) in names {
            let failed = |problem| TableError { line, record: None, problem };
            let table = self.reasons.iter().position(|table| table.name == name);
            let table = table.ok_or_else(|| failed(format!("there are no reasons {name}")))?;
            let own = match is_return {
                true => self.movements.get_mut(index).map(|code| &mut code.reasons),
                false => self.instructions.get_mut(index).map(|code| &mut code.reasons),
            };
            if let Some(own) = own {
                *own = Some(table);
            }
        }
        self.movements.sort_by(|a, b| a.code.cmp(&b.code));
        self.instructions.sort_by(|a, b| a.code.cmp(&b.code));
        for table in &mut self.reasons {
            table.texts.sort();
        }
        let twice = |codes: Vec<&str>| {
            codes.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned())
        };
        let all = [
            self.movements.iter().map(|code| code.code.as_str()).collect::<Vec<_>>(),
            self.instructions.iter().map(|code| code.code.as_str()).collect(),
        ];
        let reasons = self.reasons.iter();
        let reasons =
            reasons.map(|table| table.texts.iter().map(|(code, _)| code.as_str()).collect());
        match all.into_iter().chain(reasons).find_map(twice) {
            Some(code) => {
                let problem = format!("{code} a second time");
                Err(TableError { line: 0, record: None, problem })
            }
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    None,
    Return,
    Remittance,
    Reasons,
}

fn push<M>(codes: &mut Vec<Code<M>>, code: &str, means: M, text: &str) {
    codes.push(Code { code: code.to_owned(), means, text: text.to_owned(), reasons: None });
}

fn find<'c, M>(codes: &'c [Code<M>], code: &str) -> Option<&'c Code<M>> {
    let at = codes.binary_search_by(|own| own.code.as_str().cmp(code)).ok()?;
    codes.get(at)
}

/// The value that this word is.
fn word_of<M: DeserializeOwned>(word: &str) -> Option<M> {
    let word: StrDeserializer<'_, value::Error> = word.into_deserializer();
    M::deserialize(word).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_words_texts_and_reasons() {
        let codes = Codes::parse(
            "# A manual\nreturn\n06 settled Liquidação\n03 rejected Entrada rejeitada @entry\n\
             remittance\n01 register Entrada\nreasons entry 2\n20 Valor inválido\n08 Número inválido\n",
        )
        .unwrap();
        let rejected = codes.movement("03").unwrap();
        assert_eq!(
            (rejected.means, rejected.text.as_str()),
            (Movement::Rejected, "Entrada rejeitada")
        );
        let reasons = &codes.reasons[rejected.reasons.unwrap()];
        assert_eq!((reasons.text("08"), reasons.text("09")), (Some("Número inválido"), None));
        assert!(codes.movement("06").unwrap().means.is_payment());
        assert_eq!(codes.instruction("01").unwrap().means, Instruction::Register);
    }

    #[test]
    fn what_is_wrong_in_a_table_is_told() {
        for (text, expected) in [
            ("03 rejected X", "line 1: a code before the first part"),
            ("return\n03 thrown X", "line 2: thrown is no word of ours"),
            ("return\n03 rejected", "line 2: 03 has no text"),
            ("return\n03 rejected X @y", "line 2: there are no reasons y"),
            ("reasons a 2\n123 X", "line 2: 123 does not have the length of its table"),
            ("return\n03 rejected X\n03 settled Y", "line 0: 03 a second time"),
        ] {
            assert_eq!(Codes::parse(text).unwrap_err().to_string(), expected);
        }
    }
}
