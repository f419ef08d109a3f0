//! Which receivables a bank line pays.
//!
//! Passes go from certain to uncertain, and a weak match never takes what a stronger one needs:
//! identifiers ([`by_id`]), one receivable by amount with document, name or day ([`singles`]),
//! one line for several receivables ([`groups`]). What is not certain enough becomes a suggestion.
//! The result depends on the sets of lines and receivables alone, never on their order.
//!
//! Evidence is weighed in decibans (tenths of a power of ten, see [`weight`]): what fits a
//! receivable by chance in one case of a thousand is worth thirty.

mod amount;
mod by_id;
mod candidates;
mod fetch;
pub mod generator;
mod groups;
mod habits;
pub mod hands;
mod identity;
mod index;
mod number;
mod people;
pub mod score;
pub mod settled;
mod shapes;
mod singles;
mod text;
mod together;
mod weight;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use self::by_id::Forms;
use self::hands::Hands;
use crate::calendar::Calendar;
use crate::money::Money;
use crate::payable::PayableRules;
use crate::terms::Terms;

pub use weight::Confidence;

/// A bank line as the matcher sees it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The caller's id; also decides among equals.
    pub id: Box<str>,
    /// The day of the statement.
    pub date: Date,
    /// Above zero for money that came in.
    pub amount: Money,
    /// The bank's text.
    pub memo: Box<str>,
    /// Our number, where the bank names it.
    pub our_number: Option<Box<str>>,
    /// Of the Pix charge.
    pub txid: Option<Box<str>>,
    /// Of the Pix.
    pub end_to_end_id: Option<Box<str>>,
    /// Our own reference, where the bank repeats it.
    pub bank_reference: Option<Box<str>>,
    /// CPF or CNPJ of who paid; may be masked with `*`.
    pub payer_document: Option<Box<str>>,
    /// Name of who paid.
    pub payer_name: Option<Box<str>>,
}

/// Something a customer owes, as the matcher sees it.
#[derive(Clone, Debug)]
pub struct Receivable {
    /// The caller's id; also decides among equals.
    pub id: Box<str>,
    /// Our number at the bank.
    pub our_number: Option<Box<str>>,
    /// Of its Pix charge.
    pub txid: Option<Box<str>>,
    /// Of the Pix that paid it, where the bank told it already.
    pub end_to_end_id: Option<Box<str>>,
    /// Our reference as the bank knows it.
    pub bank_reference: Option<Box<str>>,
    /// Due date.
    pub expiration_date: Date,
    /// Nominal amount.
    pub amount: Money,
    /// Fine, interest, discounts, abatement; `None` for none.
    pub terms: Option<Box<Terms>>,
    /// CPF or CNPJ of who owes.
    pub customer_document: Option<Box<str>>,
    /// Name of who owes.
    pub customer_name: Option<Box<str>>,
    /// What the bank told of its payment, where it did.
    pub received: Option<Received>,
}

/// A payment that the bank told otherwise than by the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// What was paid.
    pub amount: Money,
    /// When the money was credited, or paid where that is unknown.
    pub on: Date,
}

/// How to weigh.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bank days.
    pub calendar: Calendar,
    /// How the bank counts interest.
    pub rules: PayableRules,
    /// What the bank takes for a payment before it credits it, where known. Others are learned from
    /// lines with identifiers.
    pub fees: Vec<Money>,
    /// From which confidence on a match needs no person.
    pub automatic_from: Confidence,
    /// Most suggestions for a line.
    pub suggestions: usize,
    /// Pairs of line and receivable (their places in the slices) that a person has refused.
    pub rejected: BTreeSet<(usize, usize)>,
    /// Who does pieces of the work; what comes out does not depend on it.
    pub hands: Hands,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calendar: Calendar::national(),
            rules: PayableRules::DEFAULT,
            fees: Vec::new(),
            automatic_from: Confidence::from_ppm(998_800),
            suggestions: 3,
            rejected: BTreeSet::new(),
            hands: hands::one_pair,
        }
    }
}

/// What a line was found to be. One for each line, in the order of the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pays these, needs no person.
    Matched(Match),
    /// May pay one of these, the likeliest first; `why` says why no person can be spared.
    Suggested {
        /// The likeliest first.
        suggestions: Vec<Match>,
        /// What stands in the way.
        why: WhyNot,
    },
    /// What the bank takes for its services; the receivable it was for, where the bank tells.
    Fee {
        /// For which receivable.
        receivable: Option<usize>,
    },
    /// Nothing fits.
    Unmatched(WhyNot),
}

/// A line, and the receivables it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Place of the line.
    pub line: usize,
    /// Places of the receivables, and what each gets of the line's amount and fee.
    pub shares: Vec<Share>,
    /// What speaks for it, the strongest first.
    pub reasons: Vec<Reason>,
    /// How sure.
    pub confidence: Confidence,
    /// How the amount compares with what was due.
    pub difference: Difference,
    /// What the bank kept: due − fee = credited.
    pub fee: Money,
}

/// One receivable's part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// Place of the receivable.
    pub receivable: usize,
    /// What was paid for it, before fees.
    pub amount: Money,
}

/// How an amount compares with what was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// What was due on the day: so much more (fine and interest) or less (discount) than the
    /// nominal amount.
    Due {
        /// Fine and interest, less discount and abatement; may be below zero.
        over_nominal: Money,
    },
    /// The nominal amount, though more or less was due on that day.
    NominalOnly,
    /// So much less than was due.
    Short(Money),
    /// So much more than was due.
    Over(Money),
    /// It was paid already by another line.
    PaidTwice,
}

/// What speaks for a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The bank names our number.
    OurNumber,
    /// The bank names the Pix charge.
    Txid,
    /// The bank names the Pix that paid it.
    EndToEndId,
    /// The bank repeats our reference.
    BankReference,
    /// Our number stands in the text.
    NumberInMemo,
    /// The amount is what was due on the day.
    Amount,
    /// The amount is what was due, less the bank's fee.
    AmountLessFee,
    /// The payer's document is the customer's.
    Document,
    /// The payer's document is of the same company (root of the CNPJ), or agrees as far as the bank
    /// shows it.
    DocumentPart,
    /// The payer's name is the customer's.
    Name,
    /// The names agree in part.
    NamePart,
    /// The same payer paid for this customer before.
    PaidBefore,
    /// Paid about when it was due.
    Date,
    /// No other receivable has this amount about this day.
    OnlyAmount,
    /// Several receivables add up to it, and no others do.
    OnlySum,
    /// Several receivables add up to it.
    Sum,
    /// It is all that the bank says it credited on that day ([`settled`]).
    Credited,
}

/// Why a line was not matched without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// Money that went out.
    Debit,
    /// No receivable resembles it.
    Nothing,
    /// The payer has receivables, none of this amount.
    AmountDiffers,
    /// Several fit equally well.
    Several,
    /// Several sets of receivables add up to the amount, or too many would have to be tried.
    SeveralSums,
    /// The amount fits, but somebody else paid.
    OtherPayer,
    /// Another line fits the same receivable as well.
    Contested,
    /// What fits best was paid already.
    PaidAlready,
    /// The number fits, the amount does not.
    NumberWithoutAmount,
    /// It fits, but chance might explain it.
    Weak,
}

impl Reason {
    /// A stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OurNumber => "our_number",
            Self::Txid => "txid",
            Self::EndToEndId => "end_to_end_id",
            Self::BankReference => "bank_reference",
            Self::NumberInMemo => "number_in_memo",
            Self::Amount => "amount",
            Self::AmountLessFee => "amount_less_fee",
            Self::Document => "document",
            Self::DocumentPart => "document_part",
            Self::Name => "name",
            Self::NamePart => "name_part",
            Self::PaidBefore => "paid_before",
            Self::Date => "date",
            Self::OnlyAmount => "only_amount",
            Self::OnlySum => "only_sum",
            Self::Sum => "sum",
            Self::Credited => "credited",
        }
    }

    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::OurNumber => "nosso número",
            Self::Txid => "txid",
            Self::EndToEndId => "id do Pix",
            Self::BankReference => "referência",
            Self::NumberInMemo => "número na descrição",
            Self::Amount => "valor devido no dia",
            Self::AmountLessFee => "valor menos a tarifa",
            Self::Document => "CPF/CNPJ",
            Self::DocumentPart => "parte do CPF/CNPJ",
            Self::Name => "nome",
            Self::NamePart => "parte do nome",
            Self::PaidBefore => "já pagou por este cliente",
            Self::Date => "perto do vencimento",
            Self::OnlyAmount => "único com este valor",
            Self::OnlySum => "única soma possível",
            Self::Sum => "soma de vários",
            Self::Credited => "tudo o que o banco creditou no dia",
        }
    }
}

impl WhyNot {
    /// A stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debit => "debit",
            Self::Nothing => "nothing",
            Self::AmountDiffers => "amount_differs",
            Self::Several => "several",
            Self::SeveralSums => "several_sums",
            Self::OtherPayer => "other_payer",
            Self::Contested => "contested",
            Self::PaidAlready => "paid_already",
            Self::NumberWithoutAmount => "number_without_amount",
            Self::Weak => "weak",
        }
    }

    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Debit => "Saída de dinheiro: não paga nenhuma cobrança.",
            Self::Nothing => "Nenhuma cobrança em aberto se parece com este lançamento.",
            Self::AmountDiffers => {
                "Quem pagou tem cobranças em aberto, mas nenhuma com este valor na data."
            }
            Self::Several => "Mais de uma cobrança serve igualmente.",
            Self::SeveralSums => {
                "Mais de uma combinação de cobranças dá este valor; sem o detalhe do banco não há \
                 como saber qual."
            }
            Self::OtherPayer => "O valor serve, mas quem pagou foi outra pessoa.",
            Self::Contested => "Outro lançamento serve tão bem para a mesma cobrança.",
            Self::PaidAlready => "A cobrança que melhor serve já foi paga: pagamento em dobro?",
            Self::NumberWithoutAmount => "O número serve, mas o valor não é o devido.",
            Self::Weak => "Serve, mas pode ser coincidência: confirme.",
        }
    }
}

/// Says of each line what it is. Deterministic; see the module for the passes.
pub fn reconcile(lines: &[Line], receivables: &[Receivable], settings: &Settings) -> Vec<Verdict> {
    let mut state = State::new(lines, receivables, settings);
    by_id::run(&mut state, Forms::Same);
    state.learn_fees();
    by_id::run(&mut state, Forms::Other);
    singles::run(&mut state);
    groups::run(&mut state);
    state.verdicts()
}

/// What is known while the passes run.
pub(crate) struct State<'a> {
    pub(crate) lines: &'a [Line],
    pub(crate) receivables: &'a [Receivable],
    pub(crate) settings: &'a Settings,
    pub(crate) index: index::Index,
    /// Places of the lines, by date and id.
    pub(crate) order: Vec<u32>,
    /// What was decided for each line.
    pub(crate) decided: Vec<Option<Verdict>>,
    /// Which line took each receivable.
    pub(crate) taken: Vec<Option<u32>>,
    /// What the bank keeps of a payment, as known or learned.
    pub(crate) fees: Vec<Money>,
    /// When customers paid what was named.
    pub(crate) days: habits::Days,
}

impl<'a> State<'a> {
    fn new(lines: &'a [Line], receivables: &'a [Receivable], settings: &'a Settings) -> Self {
        let mut order: Vec<u32> = (0..lines.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let (a, b) = (&lines[a as usize], &lines[b as usize]);
            (a.date, &a.id).cmp(&(b.date, &b.id))
        });
        Self {
            lines,
            receivables,
            settings,
            index: index::Index::new(lines, receivables, settings),
            order,
            decided: vec![None; lines.len()],
            taken: vec![None; receivables.len()],
            fees: settings.fees.clone(),
            days: habits::Days::default(),
        }
    }

    /// Whether a person said that this line does not pay this receivable.
    pub(crate) fn rejected(&self, line: usize, receivable: usize) -> bool {
        !self.settings.rejected.is_empty() && self.settings.rejected.contains(&(line, receivable))
    }

    /// Writes a match down and takes its receivables.
    pub(crate) fn accept(&mut self, found: Match) {
        for share in &found.shares {
            self.taken[share.receivable].get_or_insert(found.line as u32);
        }
        let line = found.line;
        self.decided[line] = Some(Verdict::Matched(found));
    }

    /// Learns what the bank keeps of a payment from lines that name their receivable: a shortfall
    /// that comes again and again is a fee, whatever the amount.
    fn learn_fees(&mut self) {
        let mut seen: BTreeMap<i64, usize> = BTreeMap::new();
        let mut sure = 0;
        for verdict in self.decided.iter().flatten() {
            let Verdict::Matched(found) = verdict else { continue };
            sure += 1;
            if let Difference::Short(short) = found.difference
                && short.cents() <= LARGEST_FEE
            {
                *seen.entry(short.cents()).or_default() += 1;
            }
        }
        let enough = (sure / 200).max(3);
        let mut seen: Vec<(i64, usize)> = seen.into_iter().collect();
        seen.sort_unstable_by_key(|&(fee, count)| (std::cmp::Reverse(count), fee));
        for (fee, count) in seen.into_iter().take(MOST_FEES) {
            let fee = Money::from_cents(fee);
            if count >= enough && !self.fees.contains(&fee) {
                self.fees.push(fee);
            }
        }
        self.name_fees();
    }

    /// Calls shortfalls of matched lines by their name where they are fees.
    fn name_fees(&mut self) {
        for verdict in self.decided.iter_mut().flatten() {
            let Verdict::Matched(found) = verdict else { continue };
            let Difference::Short(short) = found.difference else { continue };
            let [share] = found.shares.as_mut_slice() else { continue };
            if self.fees.contains(&short) {
                found.fee = short;
                share.amount = share.amount + short;
                let over_nominal = share.amount - self.receivables[share.receivable].amount;
                found.difference = Difference::Due { over_nominal };
                found.reasons.push(Reason::AmountLessFee);
            }
        }
    }

    fn verdicts(self) -> Vec<Verdict> {
        let unknown = Verdict::Unmatched(WhyNot::Nothing);
        self.decided.into_iter().map(|v| v.unwrap_or_else(|| unknown.clone())).collect()
    }
}

/// What no bank takes for a payment: more than this many cents is a short payment.
const LARGEST_FEE: i64 = 2_000;

/// Most kinds of fee that are learned.
const MOST_FEES: usize = 3;
