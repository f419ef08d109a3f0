//! What is printed on a boleto.

use std::borrow::Cow;

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::party::Party;

use crate::logo::Logo;
use crate::party;

/// One boleto, with everything that its paper shows.
///
/// Texts are printed as given; those too long for their box shrink a little and are then cut with
/// «…». The numbers that a bank reads (barcode, writable line, BR Code) are never changed.
#[derive(Clone, Debug)]
pub struct Boleto<'a> {
    /// Name of the bank that collects, as its logo says.
    pub bank_name: &'a str,
    /// Code of the bank with its check digit, `001-9`.
    pub bank_code: &'a str,
    /// Who is paid. Law 12.039/2009 wants name, document and address on the paper.
    pub beneficiary: &'a Party,
    /// Logo of the beneficiary, at the top right of the receipt.
    pub logo: Option<&'a Logo>,
    /// «Agência / Código do beneficiário», as the bank writes it.
    pub beneficiary_code: &'a str,
    /// Who owes.
    pub customer: &'a Party,
    /// Guarantor («sacador avalista»), where there is one.
    pub receiver: Option<&'a Party>,
    /// The company's number of the document, `NFe 450 - 1/1`.
    pub document_number: &'a str,
    /// «Nosso número» as the bank prints it, with wallet and check digit where it does.
    pub our_number: &'a str,
    /// «Carteira».
    pub wallet: &'a str,
    /// Letters of the document species (FEBRABAN table C015): `DM`, `DS`, `ME`…
    pub species: &'a str,
    /// Whether the customer has accepted the title («Aceite»): `S` or `N`.
    pub accepted: bool,
    /// Day of issue.
    pub issuance_date: Date,
    /// Day on which the bank processed it.
    pub processing_date: Date,
    /// Due date.
    pub expiration_date: Date,
    /// Nominal amount.
    pub amount: Money,
    /// Rebate granted by the beneficiary; printed in «Desconto / Abatimento» when above zero.
    pub abatement: Money,
    /// Instructions to the till and messages to the customer, a line each.
    pub instructions: &'a str,
    /// «Local de pagamento».
    pub payment_place: &'a str,
    /// The 47 digits with their dots and blanks.
    pub writable_line: &'a str,
    /// The 44 digits.
    pub barcode: &'a str,
    /// Pix BR Code («copia e cola») of a hybrid boleto.
    pub br_code: Option<&'a str>,
    /// Number of this instalment and how many there are.
    pub instalment: Option<(u16, u16)>,
    /// Marks the paper «AMBIENTE DE TESTES – SEM VALOR».
    pub sandbox: bool,
}

/// A place in a template that holds a text of the boleto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Abatement,
    Acceptance,
    Amount,
    AmountInReais,
    BankCode,
    BankName,
    BeneficiaryAddress,
    BeneficiaryCode,
    BeneficiaryContact,
    BeneficiaryDocument,
    BeneficiaryName,
    BrCode,
    CustomerAddress,
    CustomerDocument,
    CustomerName,
    DocumentNumber,
    ExpirationDate,
    Instalment,
    Instructions,
    IssuanceDate,
    OurNumber,
    PaymentPlace,
    ProcessingDate,
    Receiver,
    Species,
    Wallet,
    WritableLine,
}

impl Field {
    /// The field that a template names in `data-slot`.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Some(match id {
            "abatement" => Self::Abatement,
            "acceptance" => Self::Acceptance,
            "amount" => Self::Amount,
            "amount_in_reais" => Self::AmountInReais,
            "bank_code" => Self::BankCode,
            "bank_name" => Self::BankName,
            "beneficiary_address" => Self::BeneficiaryAddress,
            "beneficiary_code" => Self::BeneficiaryCode,
            "beneficiary_contact" => Self::BeneficiaryContact,
            "beneficiary_document" => Self::BeneficiaryDocument,
            "beneficiary_name" => Self::BeneficiaryName,
            "br_code" => Self::BrCode,
            "customer_address" => Self::CustomerAddress,
            "customer_document" => Self::CustomerDocument,
            "customer_name" => Self::CustomerName,
            "document_number" => Self::DocumentNumber,
            "expiration_date" => Self::ExpirationDate,
            "instalment" => Self::Instalment,
            "instructions" => Self::Instructions,
            "issuance_date" => Self::IssuanceDate,
            "our_number" => Self::OurNumber,
            "payment_place" => Self::PaymentPlace,
            "processing_date" => Self::ProcessingDate,
            "receiver" => Self::Receiver,
            "species" => Self::Species,
            "wallet" => Self::Wallet,
            "writable_line" => Self::WritableLine,
            _ => return None,
        })
    }
}

impl<'a> Boleto<'a> {
    /// What a field prints for this boleto; may be empty.
    pub(crate) fn text(&self, field: Field) -> Cow<'a, str> {
        match field {
            Field::Abatement if self.abatement.is_positive() => self.abatement.to_string().into(),
            Field::Abatement => "".into(),
            Field::Acceptance => if self.accepted { "S" } else { "N" }.into(),
            Field::Amount => self.amount.to_string().into(),
            Field::AmountInReais => format!("R$ {}", self.amount).into(),
            Field::BankCode => self.bank_code.into(),
            Field::BankName => self.bank_name.into(),
            Field::BeneficiaryAddress => party::address(self.beneficiary, " – ").into(),
            Field::BeneficiaryCode => self.beneficiary_code.into(),
            Field::BeneficiaryContact => party::contact(self.beneficiary).into(),
            Field::BeneficiaryDocument => party::document(self.beneficiary).into(),
            Field::BeneficiaryName => self.beneficiary.name.as_str().into(),
            Field::BrCode => self.br_code.unwrap_or_default().into(),
            Field::CustomerAddress => party::address(self.customer, "\n").into(),
            Field::CustomerDocument => party::document(self.customer).into(),
            Field::CustomerName => self.customer.name.as_str().into(),
            Field::DocumentNumber => self.document_number.into(),
            Field::ExpirationDate => day(self.expiration_date),
            Field::Instalment => {
                self.instalment.map_or("".into(), |(n, of)| format!("{n}/{of}").into())
            }
            Field::Instructions => self.instructions.into(),
            Field::IssuanceDate => day(self.issuance_date),
            Field::OurNumber => self.our_number.into(),
            Field::PaymentPlace => self.payment_place.into(),
            Field::ProcessingDate => day(self.processing_date),
            Field::Receiver => self.receiver.map_or("".into(), |receiver| {
                format!("{} – {}", receiver.name, party::document(receiver)).into()
            }),
            Field::Species => self.species.into(),
            Field::Wallet => self.wallet.into(),
            Field::WritableLine => self.writable_line.into(),
        }
    }
}

/// A date as people in Brazil write it: `31/12/2026`.
fn day<'a>(date: Date) -> Cow<'a, str> {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()).into()
}
