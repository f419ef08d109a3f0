//! One order as it is being written, with what its file says.

use std::borrow::Cow;

use quita_core::calendar::days_between;
use quita_formats::cnab::codes::Instruction;

use super::{FileLayout, RemittanceHead, RemittanceOrder, Species};
use crate::contract::Problem;
use crate::title;

/// An order, and the file it goes into.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The order.
    pub order: &'a RemittanceOrder,
    /// The head of its file.
    pub head: &'a RemittanceHead<'a>,
    pub(super) layout: &'static FileLayout,
}

impl Line<'_> {
    /// Whether the title is registered by this order.
    pub const fn registers(&self) -> bool {
        matches!(self.order.instruction, Instruction::Register | Instruction::RegisterWithPix)
    }

    /// What is ordered: a registration of a hybrid boleto is one with Pix.
    pub const fn instruction(&self) -> Instruction {
        match self.order.instruction {
            Instruction::Register if self.order.boleto.hybrid => Instruction::RegisterWithPix,
            other => other,
        }
    }

    /// Calendar days between due date and last day of payment.
    pub fn days_after_due(&self) -> i32 {
        days_between(self.order.boleto.expiration_date, self.order.boleto.limit_date)
    }

    /// The species of the document.
    pub fn species(&self) -> Species {
        self.order.species.unwrap_or(Species::usual(self.order.boleto.invoice_type))
    }

    /// Our number and its check digit in one; empty where there is no number yet.
    ///
    /// # Errors
    /// As [`Line::our_number_digit`].
    pub fn number_with_digit(&self) -> Result<Cow<'_, str>, Problem> {
        let digit = self.our_number_digit()?;
        Ok(Cow::Owned([self.order.our_number.as_str(), &digit].concat()))
    }

    /// Check digit of our number, as given or by the bank's rule; empty where there is no number
    /// yet.
    ///
    /// # Errors
    /// The rule needs something that the agreement does not have.
    pub fn our_number_digit(&self) -> Result<Cow<'_, str>, Problem> {
        let order = self.order;
        if !order.our_number_digit.is_empty() || order.our_number.is_empty() {
            return Ok(Cow::Borrowed(&order.our_number_digit));
        }
        let problem =
            |field: &str, code, message| Problem { field: field.to_owned(), code, message };
        let Some(titles) = title::titles(self.layout.bank) else {
            let message = "informe o dígito do nosso número: a regra deste banco não está no quita";
            return Err(problem("our_number_digit", "missing", message.to_owned()));
        };
        let mut input = self.layout.title_input(self.head.agreement, &order.our_number);
        input.document_number = Some(Cow::Borrowed(&order.boleto.document_number));
        input.issuance_date = Some(order.boleto.issuance_date);
        input.expiration_date = Some(order.boleto.expiration_date);
        match titles.compute(&input) {
            Ok(title) => Ok(Cow::Owned(title.our_number_digit)),
            Err(error) if error.field == "our_number" => {
                Err(problem("our_number", error.code, error.message))
            }
            Err(error) => {
                Err(problem(&format!("agreement.{}", error.field), error.code, error.message))
            }
        }
    }
}

/// Something wrong with an order or an agreement.
pub(crate) fn problem(field: &str, code: &'static str, message: impl Into<String>) -> Problem {
    Problem { field: field.to_owned(), code, message: message.into() }
}
