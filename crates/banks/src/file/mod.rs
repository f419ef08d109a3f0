//! Banks by file: the layouts of a bank as an account may choose them, and remittances written.
//!
//! A folder says in [`FileLayout`] what its agreement has to hold, who numbers, and by which words
//! its tables say what an order says ([`rules::Rules`]). [`FileLayout::write`] makes a file of
//! orders; reading is [`quita_formats::cnab::read`], by the same tables.

pub mod agreement;
mod fill;
pub mod line;
mod order;
mod plan;
pub mod rules;
pub mod slot;
mod species;
mod write;

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use quita_core::party::Party;
use quita_formats::cnab::codes::{Instruction, Movement};
use quita_formats::cnab::format::Format;
use quita_formats::cnab::layout::{Direction, Role};
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::{Deserialize as _, Serialize};

pub use order::{AfterDue, PixOnTitle, RemittanceOrder};
pub use species::Species;

use crate::contract::Problem;
use crate::info::{BankInfo, BoletoRules, Field, TermChanges};
use crate::title::TitleInput;
use rules::Rules;
use slot::{Content, Slot};

/// Data of an account for files, in the names of [`FileLayout::agreement`]: branch, account,
/// wallet, agreement and what else a bank asks for. The names are those of [`TitleInput`].
pub type Agreement = BTreeMap<String, String>;

/// A layout of a bank as an account may choose it.
#[derive(Debug)]
pub struct FileLayout {
    /// COMPE code of the bank.
    pub bank: &'static str,
    /// Its tables. Several banks may share one.
    pub format: &'static Format,
    /// What the agreement holds, as a form asks for it.
    pub agreement: &'static [Field],
    /// Who makes our number in an agreement.
    pub numbered_by: fn(&Agreement) -> NumberedBy,
    /// How remittances are written; `None` where only returns are read.
    pub rules: Option<&'static Rules>,
}

/// Who makes our number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum NumberedBy {
    /// The company counts: the boleto can be printed at once.
    Company {
        /// Most digits of what is counted, which goes into [`TitleInput::our_number`]; the bank's
        /// rules put agreement, year or the like before it.
        digits: u8,
    },
    /// The bank: the number, and with it the barcode, come with the return.
    Bank,
}

/// What stands in the head of a remittance.
#[derive(Clone, Copy, Debug)]
pub struct RemittanceHead<'a> {
    /// Number of the file: each one greater than the last, whatever became of that one.
    pub file_number: u32,
    /// When it was made, in São Paulo.
    pub made_at: DateTime,
    /// Who is paid.
    pub company: &'a Party,
    /// The account.
    pub agreement: &'a Agreement,
}

impl RemittanceHead<'_> {
    /// An entry of the agreement, empty where it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.agreement.get(name).map_or("", |value| value.trim())
    }

    /// An entry with zeros in front, `digits` long; longer ones stay as they are.
    pub fn padded(&self, name: &str, digits: usize) -> String {
        format!("{:0>digits$}", self.get(name))
    }
}

/// Something that keeps a remittance from being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Which of the orders, from 0; `None` for head and agreement.
    pub order: Option<usize>,
    /// What is wrong. Fields of the agreement are `agreement.wallet`, those of an order as in the
    /// API: `customer.address.postal_code`.
    pub problem: Problem,
}

impl FileLayout {
    /// Its name in commands: `febraban-240`.
    pub fn name(&self) -> &'static str {
        self.format.name_and_width().0
    }

    /// Characters of its lines: 240 or 400.
    pub fn width(&self) -> usize {
        self.format.name_and_width().1
    }

    /// Whether returns in this layout are read.
    pub fn reads_returns(&self) -> bool {
        let mut records = self.format.layout().records.iter();
        records
            .any(|record| record.role == Role::Title && record.direction == Some(Direction::Return))
    }

    /// What can be ordered by remittance, each once, in the order of the bank's codes.
    pub fn instructions(&self) -> Vec<Instruction> {
        let mut found: Vec<Instruction> = Vec::new();
        let Some(rules) = self.rules else { return found };
        for code in &self.format.codes().instructions {
            let means = code.means;
            if !found.contains(&means) && rules.occurrence(self.format, means).is_some() {
                found.push(means);
            }
        }
        found
    }

    /// Whether a return tells that the bank did this: what none confirms would be waited for without
    /// an end. Of what is told by the boleto's end or needs no word it is true.
    pub fn confirms(&self, done: Instruction) -> bool {
        let by: &[Movement] = match done {
            Instruction::GrantAbatement => &[Movement::AbatementGranted],
            Instruction::CancelAbatement => &[Movement::AbatementCancelled],
            Instruction::ChangeInterest | Instruction::WaiveInterest => {
                &[Movement::InterestChanged]
            }
            Instruction::ChangeFine | Instruction::WaiveFine => &[Movement::FineChanged],
            Instruction::ChangeDiscount | Instruction::CancelDiscount => {
                &[Movement::DiscountsChanged]
            }
            Instruction::Protest => {
                &[Movement::ProtestRequested, Movement::AtNotary, Movement::Protested]
            }
            Instruction::StopProtest => &[Movement::ProtestStopped, Movement::WithdrawnFromNotary],
            Instruction::ListNegatively => &[Movement::NegativeListed],
            Instruction::EndNegativeListing => &[Movement::NegativeListingEnded],
            _ => return true,
        };
        self.format.codes().movements.iter().any(|code| by.contains(&code.means))
    }

    /// What boletos in this layout can carry, as far as its tables say.
    pub fn boleto_rules(&'static self) -> BoletoRules {
        let base = BankInfo::NO_API.boleto;
        let Some(rules) = self.rules else { return base };
        let room = plan::room(self, rules);
        let carries = |content: Content| {
            rules.carries.contains(&content)
                || room.iter().any(|(slot, _)| slot.content() == Some(content))
        };
        let has = |wanted: Slot| room.iter().any(|(slot, _)| *slot == wanted);
        let offered = self.instructions();
        let offers = |instruction: Instruction| offered.contains(&instruction);
        let confirms = |all: &[Instruction]| all.iter().all(|done| self.confirms(*done));
        let changes = |all: [Instruction; 2]| all.into_iter().any(offers) && confirms(&all);
        let messages = room.iter().filter(|(slot, _)| matches!(slot, Slot::Message(_)));
        let own_lines = rules.carries.iter().filter(|c| matches!(c, Content::Message(_))).count();
        BoletoRules {
            discounts_max: (0..3).filter(|at| carries(Content::Discount(*at))).count(),
            discount_by_anticipation: !rules.discount.fixed_per_day.is_empty(),
            abatement: carries(Content::Abatement),
            late_start: has(Slot::FineDate) && has(Slot::InterestDate),
            message_lines: messages.clone().count() + own_lines,
            // A line of the folder's own making has the forty of most layouts.
            message_length: messages.map(|(_, room)| *room).min().unwrap_or(40),
            hybrid: offers(Instruction::RegisterWithPix),
            receiver: carries(Content::Receiver),
            change_expiration_date: offers(Instruction::ChangeExpiration),
            change_amount: offers(Instruction::ChangeAmount),
            change_terms: TermChanges {
                abatement: offers(Instruction::GrantAbatement)
                    && offers(Instruction::CancelAbatement)
                    && confirms(&[Instruction::GrantAbatement, Instruction::CancelAbatement]),
                interest: changes([Instruction::ChangeInterest, Instruction::WaiveInterest]),
                fine: changes([Instruction::ChangeFine, Instruction::WaiveFine]),
                discounts: changes([Instruction::ChangeDiscount, Instruction::CancelDiscount]),
                accepts: false,
            },
            protest: offers(Instruction::Protest) && confirms(&[Instruction::Protest]),
            negative_listing: offers(Instruction::ListNegatively)
                && confirms(&[Instruction::ListNegatively]),
            ..base
        }
    }

    /// What [`crate::title::compute`] needs, from the agreement and the number that was counted.
    pub fn title_input<'a>(&self, agreement: &'a Agreement, our_number: &'a str) -> TitleInput<'a> {
        let given = agreement.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = given.chain([("bank", self.bank), ("our_number", our_number)]);
        let all = all.map(|(name, value)| (name, BorrowedStrDeserializer::new(value)));
        let map = MapDeserializer::<_, serde::de::value::Error>::new(all);
        TitleInput::deserialize(map).unwrap_or_default()
    }

    /// What is missing or impossible in an agreement; empty when files can be written with it.
    pub fn check_agreement(&self, agreement: &Agreement) -> Vec<Problem> {
        let mut found = Vec::new();
        for field in self.agreement {
            let value = agreement.get(field.name).map_or("", |value| value.trim());
            if value.is_empty() && field.required {
                found.push(Problem {
                    field: format!("agreement.{}", field.name),
                    code: "missing",
                    message: format!("informe «{}» do convênio. {}", field.label, field.hint),
                });
            }
        }
        found
    }
}

/// The layouts of a bank by this name or width: `itau-400`, `400`.
pub fn layout(bank: &str, name: &str) -> Option<&'static FileLayout> {
    let layouts = crate::registry::by_code(bank)?.files();
    layouts.iter().find(|layout| layout.name() == name || layout.width().to_string() == name)
}
