//! One order as it is being written, with what its file says.

use std::borrow::Cow;

use quita_core::calendar::days_between;
use quita_formats::cnab::codes::Instruction;

use super::{FileLayout, NumberedBy, RemittanceHead, RemittanceOrder, Species};
use crate::contract::Problem;
use crate::title::{self, TitleInput, Titles};

/// An order, and the file it goes into.
#[derive(Debug)]
pub struct Line<'a> {
    /// The order.
    pub order: &'a RemittanceOrder,
    /// The head of its file.
    pub head: &'a RemittanceHead<'a>,
    /// Our number in full, as [`title::Title::our_number`]; empty where there is none yet.
    pub our_number: Cow<'a, str>,
    /// Its check digit; empty where the bank has none.
    pub our_number_digit: Cow<'a, str>,
    pub(super) layout: &'static FileLayout,
}

/// What the numbers of all orders of a file follow from.
pub(super) struct Numbering<'a> {
    by_bank: bool,
    titles: Option<&'static dyn Titles>,
    input: TitleInput<'a>,
}

impl<'a> Numbering<'a> {
    pub(super) fn new(head: &'a RemittanceHead<'a>, layout: &'static FileLayout) -> Self {
        Self {
            by_bank: (layout.numbered_by)(head.agreement) == NumberedBy::Bank,
            titles: title::titles(layout.bank),
            input: layout.title_input(head.agreement, ""),
        }
    }
}

impl<'a> Line<'a> {
    /// The order with its numbers, and what keeps these from being known.
    pub(super) fn new(
        order: &'a RemittanceOrder,
        head: &'a RemittanceHead<'a>,
        layout: &'static FileLayout,
        numbering: &Numbering<'a>,
    ) -> (Self, Option<Problem>) {
        let our_number = Cow::Borrowed(order.our_number.as_str());
        let our_number_digit = Cow::Borrowed(order.our_number_digit.as_str());
        let mut line = Self { order, head, our_number, our_number_digit, layout };
        if order.our_number.is_empty() || !order.our_number_digit.is_empty() {
            return (line, None);
        }
        // A number that the bank made is believed as it is.
        let problem = line.complete(numbering).err().filter(|_| !numbering.by_bank);
        (line, problem)
    }

    /// Number and digit by the bank's rules, where they are known.
    fn complete(&mut self, numbering: &Numbering<'a>) -> Result<(), Problem> {
        let Some(titles) = numbering.titles else { return Ok(()) };
        let boleto = &self.order.boleto;
        let mut input = numbering.input.clone();
        input.our_number = Some(Cow::Borrowed(&self.order.our_number));
        input.document_number = Some(Cow::Borrowed(&boleto.document_number));
        input.issuance_date = Some(boleto.issuance_date);
        input.expiration_date = Some(boleto.expiration_date);
        let title = titles.compute(&input).map_err(|error| {
            let field = match error.field {
                "our_number" => error.field.to_owned(),
                other => format!("agreement.{other}"),
            };
            Problem { field, code: error.code, message: error.message }
        })?;
        self.our_number = Cow::Owned(title.our_number);
        self.our_number_digit = Cow::Owned(title.our_number_digit);
        Ok(())
    }

    /// Our number and its check digit in one.
    pub fn number_with_digit(&self) -> Cow<'_, str> {
        match self.our_number_digit.is_empty() {
            true => Cow::Borrowed(&self.our_number),
            false => Cow::Owned([self.our_number.as_ref(), &self.our_number_digit].concat()),
        }
    }

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

    /// What stands where a layout of 400 has one place of forty for the receiver, name and document,
    /// and for a message; [`Line::notes_flag`] says which.
    ///
    /// # Errors
    /// The order has both.
    pub fn notes(&self) -> Result<Cow<'_, str>, Problem> {
        let boleto = &self.order.boleto;
        let message = boleto.messages.first().filter(|_| self.registers());
        match (&boleto.receiver, message) {
            (Some(_), Some(_)) => {
                let message = "no layout a mensagem e o sacador avalista ocupam o mesmo lugar: \
                               fique com um deles";
                Err(problem("messages[0]", "not_supported", message))
            }
            (Some(receiver), None) => {
                let document = receiver.document.as_str();
                let kind = if document.len() == 11 { "CPF" } else { "CNPJ" };
                let room = 40 - kind.len() - document.len() - 2;
                let name: String = receiver.name.chars().take(room).collect();
                Ok(format!("{name} {kind} {document}").into())
            }
            (None, Some(message)) => Ok(message.into()),
            (None, None) => Ok("".into()),
        }
    }

    /// `A` where [`Line::notes`] names the receiver of a title that is registered.
    pub const fn notes_flag(&self) -> &'static str {
        if self.registers() && self.order.boleto.receiver.is_some() { "A" } else { "" }
    }

    /// The species of the document.
    pub fn species(&self) -> Species {
        self.order.species.unwrap_or(Species::usual(self.order.boleto.invoice_type))
    }
}

/// Something wrong with an order or an agreement.
pub(crate) fn problem(field: &str, code: &'static str, message: impl Into<String>) -> Problem {
    Problem { field: field.to_owned(), code, message: message.into() }
}
