//! What a field of a title's records is filled with, by its name.

use quita_core::money::Money;
use quita_formats::cnab::codes::Instruction;

use super::{AfterDue, RemittanceOrder};

/// What a field is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Occurrence,
    OurNumber,
    OurNumberDigit,
    DocumentNumber,
    CompanyUse,
    ExpirationDate,
    IssuanceDate,
    Amount,
    Species,
    Acceptance,
    InterestCode,
    InterestDate,
    /// Cents a day, or the percentage where there is no other field for it.
    InterestValue,
    InterestAmount,
    InterestPercent,
    FineCode,
    FineDate,
    /// Cents, or the percentage where there is no other field for it.
    FineValue,
    FineAmount,
    FinePercent,
    DiscountCode(usize),
    DiscountDate(usize),
    /// As [`Slot::FineValue`].
    DiscountValue(usize),
    DiscountAmount(usize),
    DiscountPercent(usize),
    Abatement,
    AfterDueCode,
    AfterDueDays,
    WriteOffCode,
    WriteOffDays,
    Message(usize),
    Customer(Of),
    Receiver(Of),
    PixKey,
    PixLocation,
    Txid,
    /// The one of this place in [`super::rules::Rules::from_order`].
    Own(usize),
}

/// What of a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    DocumentType,
    Document,
    Name,
    /// Street, number and complement.
    Address,
    District,
    Zip,
    ZipSuffix,
    City,
    State,
}

impl Slot {
    /// By the name of the field.
    pub(super) fn of(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("customer_") {
            return Of::named(rest).map(Self::Customer);
        }
        if let Some(rest) = name.strip_prefix("receiver_") {
            return Of::named(rest).map(Self::Receiver);
        }
        if let Some(rest) = name.strip_prefix("discount_") {
            let (which, what) = match rest.strip_prefix(['2', '3']) {
                Some(what) => {
                    (usize::from(rest.starts_with('3')) + 1, what.trim_start_matches('_'))
                }
                None => (0, rest),
            };
            return Some(match what {
                "code" => Self::DiscountCode(which),
                "date" => Self::DiscountDate(which),
                "value" => Self::DiscountValue(which),
                "amount" => Self::DiscountAmount(which),
                "percent" => Self::DiscountPercent(which),
                _ => return None,
            });
        }
        if let Some(number) = name.strip_prefix("message_").and_then(|n| n.parse().ok()) {
            return Some(Self::Message(number));
        }
        Some(match name {
            "message" => Self::Message(0),
            "occurrence" => Self::Occurrence,
            "our_number" => Self::OurNumber,
            "our_number_digit" => Self::OurNumberDigit,
            "document_number" => Self::DocumentNumber,
            "company_use" => Self::CompanyUse,
            "expiration_date" => Self::ExpirationDate,
            "issuance_date" => Self::IssuanceDate,
            "amount" => Self::Amount,
            "species" => Self::Species,
            "acceptance" => Self::Acceptance,
            "interest_code" => Self::InterestCode,
            "interest_date" => Self::InterestDate,
            "interest_value" => Self::InterestValue,
            "interest_amount" => Self::InterestAmount,
            "interest_percent" => Self::InterestPercent,
            "fine_code" => Self::FineCode,
            "fine_date" => Self::FineDate,
            "fine_value" => Self::FineValue,
            "fine_percent" => Self::FinePercent,
            "abatement" => Self::Abatement,
            "protest_code" => Self::AfterDueCode,
            "protest_days" => Self::AfterDueDays,
            "write_off_code" => Self::WriteOffCode,
            "write_off_days" | "limit_days" => Self::WriteOffDays,
            "pix_key" => Self::PixKey,
            "pix_location" => Self::PixLocation,
            "txid" => Self::Txid,
            _ => return None,
        })
    }

    /// The same in a record with these fields: what has a field of its own for percentages keeps
    /// to cents.
    pub(super) fn among(self, has: impl Fn(Self) -> bool) -> Self {
        match self {
            Self::InterestValue if has(Self::InterestPercent) => Self::InterestAmount,
            Self::FineValue if has(Self::FinePercent) => Self::FineAmount,
            Self::DiscountValue(which) if has(Self::DiscountPercent(which)) => {
                Self::DiscountAmount(which)
            }
            other => other,
        }
    }

    /// What it carries; `None` for what every row has.
    pub(super) const fn content(self) -> Option<Content> {
        Some(match self {
            Self::InterestValue | Self::InterestAmount | Self::InterestPercent => Content::Interest,
            Self::FineValue | Self::FineAmount | Self::FinePercent => Content::Fine,
            Self::DiscountValue(which)
            | Self::DiscountAmount(which)
            | Self::DiscountPercent(which) => Content::Discount(which),
            Self::Abatement => Content::Abatement,
            Self::AfterDueDays => Content::Protest,
            Self::WriteOffDays => Content::WriteOff,
            Self::Message(at) => Content::Message(at),
            Self::Customer(Of::Name) => Content::Customer,
            Self::Receiver(Of::Name | Of::Address) => Content::Receiver,
            Self::PixKey => Content::PixKey,
            Self::PixLocation => Content::PixLocation,
            Self::Txid => Content::Txid,
            _ => return None,
        })
    }
}

impl Of {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "document_type" => Self::DocumentType,
            "document" => Self::Document,
            "name" => Self::Name,
            "address" => Self::Address,
            "district" => Self::District,
            "zip" => Self::Zip,
            "zip_suffix" => Self::ZipSuffix,
            "city" => Self::City,
            "state" => Self::State,
            _ => return None,
        })
    }
}

/// Something that an order may say, and that a layout may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Who owes.
    Customer,
    /// Guarantor.
    Receiver,
    /// Interest.
    Interest,
    /// Fine.
    Fine,
    /// The discount of this place, from 0.
    Discount(usize),
    /// Abatement.
    Abatement,
    /// The line of message of this place, from 0.
    Message(usize),
    /// Protest by itself some days after the due date.
    Protest,
    /// Negative listing by itself some days after the due date.
    NegativeListing,
    /// Writing off by itself some days after the due date. Where a layout does not carry it, the
    /// bank writes off as it was agreed with the company.
    WriteOff,
    /// A Pix key of the company's choice.
    PixKey,
    /// Address of a payload made before.
    PixLocation,
    /// Identifier of the charge.
    Txid,
}

impl Content {
    /// Whether an instruction is about it; a registration is about everything.
    pub(super) fn concerns(self, instruction: Instruction) -> bool {
        use Instruction as I;
        match instruction {
            I::Register | I::RegisterWithPix | I::ChangeOther => true,
            I::GrantAbatement | I::CancelAbatement => self == Self::Abatement,
            I::ChangeDiscount | I::CancelDiscount => matches!(self, Self::Discount(_)),
            I::ChangeInterest | I::WaiveInterest => self == Self::Interest,
            I::ChangeFine | I::WaiveFine => self == Self::Fine,
            I::ChangeLimitDate => self == Self::WriteOff,
            I::ChangeCustomer => self == Self::Customer,
            I::ChangeReceiver => self == Self::Receiver,
            I::Protest => self == Self::Protest,
            I::ListNegatively => self == Self::NegativeListing,
            _ => false,
        }
    }

    /// Whether an order has it to tell.
    pub(super) fn is_in(self, order: &RemittanceOrder) -> bool {
        let boleto = &order.boleto;
        self.concerns(order.instruction)
            && match self {
                Self::Customer | Self::WriteOff => true,
                Self::Receiver => boleto.receiver.is_some(),
                Self::Interest => boleto.terms.interest.is_some(),
                Self::Fine => boleto.terms.fine.is_some(),
                Self::Discount(at) => boleto.terms.discounts.len() > at,
                Self::Abatement => boleto.terms.abatement != Money::ZERO,
                Self::Message(at) => boleto.messages.len() > at,
                Self::Protest => matches!(order.after_due, Some(AfterDue::Protest { .. })),
                Self::NegativeListing => {
                    matches!(order.after_due, Some(AfterDue::NegativeListing { .. }))
                }
                Self::PixKey => !order.pix.key.is_empty(),
                Self::PixLocation => !order.pix.location.is_empty(),
                Self::Txid => !order.pix.txid.is_empty(),
            }
    }

    /// Its field, and its name in Portuguese.
    pub(super) fn words(self) -> (String, &'static str) {
        let plain = |field: &str, words| (field.to_owned(), words);
        match self {
            Self::Customer => plain("customer", "dados do pagador"),
            Self::Receiver => plain("receiver", "sacador avalista"),
            Self::Interest => plain("terms.interest", "juros"),
            Self::Fine => plain("terms.fine", "multa"),
            Self::Discount(at) => (format!("terms.discounts[{at}]"), "este desconto"),
            Self::Abatement => plain("terms.abatement", "abatimento"),
            Self::Message(at) => (format!("messages[{at}]"), "esta mensagem"),
            Self::Protest => plain("after_due", "protesto automático"),
            Self::NegativeListing => plain("after_due", "negativação automática"),
            Self::WriteOff => plain("limit_date", "prazo para baixa"),
            Self::PixKey => plain("pix.key", "chave Pix"),
            Self::PixLocation => plain("pix.location", "endereço (location) do Pix"),
            Self::Txid => plain("pix.txid", "identificador (txid) do Pix"),
        }
    }
}
