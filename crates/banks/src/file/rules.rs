//! By which words a bank's tables say what an order says: data that lies in the bank's folder.

use std::borrow::Cow;

use quita_core::order::BoletoOrder;
use quita_formats::cnab::codes::Instruction;
use quita_formats::cnab::format::Format;

use super::line::Line;
use super::slot::Content;
use super::{RemittanceHead, Species};
use crate::contract::Problem;

/// How a bank's remittances in one layout are written.
///
/// A field of the tables is filled by its name: with what the order says, with what the head
/// says, else with the entry of the agreement that has the same name. What is otherwise at a bank
/// stands here. Fields may be named alone or with their record, `segmento_p.wallet`.
#[derive(Debug)]
pub struct Rules {
    /// The records of a title, in the order of the file. The first is always written, the others
    /// where an order has something for them.
    pub records: &'static [&'static str],
    /// What always stands in a field.
    pub constants: &'static [(&'static str, &'static str)],
    /// What follows from head and agreement.
    pub from_head: &'static [(&'static str, FromHead)],
    /// What follows from an order in a way of the bank's own.
    pub from_order: &'static [(&'static str, FromOrder)],
    /// What the fields of `from_order` carry besides the fields known by name.
    pub carries: &'static [Content],
    /// Which code stands for an instruction that has several in the tables; empty for one that the
    /// tables have and that cannot be ordered without knowing more.
    pub occurrences: &'static [(Instruction, &'static str)],
    /// Codes of the species that the layout takes.
    pub species: &'static [(Species, &'static str)],
    /// «Aceite»: not acknowledged, acknowledged.
    pub acceptance: [&'static str; 2],
    /// Codes of interest.
    pub interest: InterestCodes,
    /// Codes of the fine.
    pub fine: FineCodes,
    /// Codes of a discount.
    pub discount: DiscountCodes,
    /// Codes of what follows an unpaid due date.
    pub after_due: AfterDueCodes,
    /// Code of writing off some days after the due date.
    pub write_off: &'static str,
    /// Whether the lot tells how many titles it has and their sum.
    pub totals: bool,
    /// What stands as document number, which is printed and comes back.
    pub document_number: fn(&BoletoOrder) -> &str,
    /// What else the bank does not take.
    pub check: fn(&Line<'_>) -> Vec<Problem>,
}

/// The content of a field by the head of a file.
pub type FromHead = fn(&RemittanceHead<'_>) -> Result<String, Problem>;

/// The content of a field by an order.
pub type FromOrder = for<'l> fn(&'l Line<'_>) -> Result<Cow<'l, str>, Problem>;

/// Codes of interest.
#[derive(Clone, Copy, Debug)]
pub struct InterestCodes {
    /// Cents a day; empty where the bank takes percentages only.
    pub per_day: &'static str,
    /// Percent a month; empty where the bank takes cents a day only, into which a percentage is
    /// then turned.
    pub per_month: &'static str,
    /// None at all.
    pub none: &'static str,
}

/// Codes of the fine.
#[derive(Clone, Copy, Debug)]
pub struct FineCodes {
    /// Cents; empty where the bank takes percentages only.
    pub fixed: &'static str,
    /// Percent; empty where the bank takes cents only, into which a percentage is then turned.
    pub percent: &'static str,
    /// None at all.
    pub none: &'static str,
}

/// Codes of a discount; empty for what the bank does not have. A percentage until a date is then
/// turned into cents.
#[derive(Clone, Copy, Debug)]
pub struct DiscountCodes {
    /// None at all.
    pub none: &'static str,
    /// Cents until a date.
    pub fixed: &'static str,
    /// Percent until a date.
    pub percent: &'static str,
    /// Cents for each day of the calendar.
    pub fixed_per_day: &'static str,
    /// Cents for each bank day.
    pub fixed_per_business_day: &'static str,
    /// Percent for each day of the calendar.
    pub percent_per_day: &'static str,
    /// Percent for each bank day.
    pub percent_per_business_day: &'static str,
}

/// Codes of what follows an unpaid due date; empty for what the bank does not have.
#[derive(Clone, Copy, Debug)]
pub struct AfterDueCodes {
    /// Nothing.
    pub none: &'static str,
    /// Protest after days of the calendar.
    pub protest: &'static str,
    /// Protest after bank days.
    pub protest_business_days: &'static str,
    /// Negative listing.
    pub negative_listing: &'static str,
}

impl InterestCodes {
    /// One field of cents a day, and no code.
    pub const PER_DAY: Self = Self { per_day: "1", per_month: "", none: "0" };
}

impl DiscountCodes {
    /// One field of cents until a date, and no code.
    pub const CENTS: Self = Self {
        none: "0",
        fixed: "1",
        percent: "",
        fixed_per_day: "",
        fixed_per_business_day: "",
        percent_per_day: "",
        percent_per_business_day: "",
    };
}

impl AfterDueCodes {
    /// Nothing that the layout could say at registration.
    pub const NONE: Self =
        Self { none: "", protest: "", protest_business_days: "", negative_listing: "" };
}

impl Rules {
    /// The code of an instruction; `None` where the layout does not have it.
    pub fn occurrence(&self, format: &'static Format, instruction: Instruction) -> Option<&str> {
        if matches!(instruction, Instruction::Other | Instruction::CancelInstruction) {
            return None;
        }
        let told = self.occurrences.iter().find(|(own, _)| *own == instruction);
        match told {
            Some((_, code)) => Some(*code).filter(|code| !code.is_empty()),
            None => {
                let mut codes = format.codes().instructions.iter();
                codes.find(|code| code.means == instruction).map(|code| code.code.as_str())
            }
        }
    }

    /// Simple collection, registered; the company prints and delivers; amounts in real; partial
    /// payment is not authorised.
    pub const FEBRABAN_240_SIMPLE: &'static [(&'static str, &'static str)] = &[
        ("wallet", "1"),
        ("registration", "1"),
        ("printed_by", "2"),
        ("delivered_by", "2"),
        ("currency", "09"),
        ("partial_payment", "1"),
    ];

    /// The standard of FEBRABAN in 240, version 10.06: domains C009, C010, C015, C016, C018, C021,
    /// C026, C028, C077, G073 and G065. For `..Rules::FEBRABAN_240`.
    pub const FEBRABAN_240: Self = Self {
        records: &["segmento_p", "segmento_q", "segmento_r"],
        constants: Self::FEBRABAN_240_SIMPLE,
        from_head: &[],
        from_order: &[],
        carries: &[],
        occurrences: &[(Instruction::Protest, "09"), (Instruction::ChangeOther, "31")],
        species: &SPECIES_FEBRABAN,
        acceptance: ["N", "A"],
        interest: InterestCodes { per_day: "1", per_month: "2", none: "3" },
        fine: FineCodes { fixed: "1", percent: "2", none: "0" },
        discount: DiscountCodes {
            none: "0",
            fixed: "1",
            percent: "2",
            fixed_per_day: "3",
            fixed_per_business_day: "4",
            percent_per_day: "5",
            percent_per_business_day: "6",
        },
        after_due: AfterDueCodes {
            none: "3",
            protest: "1",
            protest_business_days: "2",
            negative_listing: "8",
        },
        write_off: "1",
        totals: false,
        document_number: |boleto| &boleto.document_number,
        check: |_| Vec::new(),
    };
}

/// Domain C015 of FEBRABAN.
pub const SPECIES_FEBRABAN: [(Species, &str); 30] = [
    (Species::Ch, "01"),
    (Species::Dm, "02"),
    (Species::Dmi, "03"),
    (Species::Ds, "04"),
    (Species::Dsi, "05"),
    (Species::Dr, "06"),
    (Species::Lc, "07"),
    (Species::Ncc, "08"),
    (Species::Nce, "09"),
    (Species::Nci, "10"),
    (Species::Ncr, "11"),
    (Species::Np, "12"),
    (Species::Npr, "13"),
    (Species::Tm, "14"),
    (Species::Ts, "15"),
    (Species::Ns, "16"),
    (Species::Rc, "17"),
    (Species::Fat, "18"),
    (Species::Nd, "19"),
    (Species::Ap, "20"),
    (Species::Me, "21"),
    (Species::Pc, "22"),
    (Species::Nf, "23"),
    (Species::Dd, "24"),
    (Species::Cpr, "25"),
    (Species::Ec, "30"),
    (Species::Cc, "31"),
    (Species::Bdp, "32"),
    (Species::Bda, "33"),
    (Species::Out, "99"),
];
