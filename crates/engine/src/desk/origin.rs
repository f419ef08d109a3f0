//! Documents that charge («origem»), and how the number of a boleto shows them.

/// Which document charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// None: the boleto stands by itself.
    Avulso,
    /// Invoice of goods.
    Nfe,
    /// Invoice of services.
    Nfse,
    /// Invoice of transport.
    Cte,
    /// Sales order.
    SalesOrder,
    /// Service order.
    ServiceOrder,
    /// Sale to be delivered later.
    FutureSale,
    /// Contract or subscription.
    Contract,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 8] = [
        Self::Avulso,
        Self::Nfe,
        Self::Nfse,
        Self::Cte,
        Self::SalesOrder,
        Self::ServiceOrder,
        Self::FutureSale,
        Self::Contract,
    ];

    /// The word in the API and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Avulso => "avulso",
            Self::Nfe => "nfe",
            Self::Nfse => "nfse",
            Self::Cte => "cte",
            Self::SalesOrder => "sales_order",
            Self::ServiceOrder => "service_order",
            Self::FutureSale => "future_sale",
            Self::Contract => "contract",
        }
    }

    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Avulso => "Avulso",
            Self::Nfe => "NF-e",
            Self::Nfse => "NFS-e",
            Self::Cte => "CT-e",
            Self::SalesOrder => "Pedido de venda",
            Self::ServiceOrder => "Ordem de serviço",
            Self::FutureSale => "Venda futura",
            Self::Contract => "Contrato ou assinatura",
        }
    }

    /// What the number of the document begins with; empty where it stands by itself.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Avulso => "",
            Self::Nfe => "NFe",
            Self::Nfse => "NFSe",
            Self::Cte => "CTe",
            Self::SalesOrder => "PV",
            Self::ServiceOrder => "OS",
            Self::FutureSale => "VF",
            Self::Contract => "CT",
        }
    }

    /// Reads [`Origin::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.word() == word)
    }

    /// The number with its prefix, once: `450` of an NF-e is `NFe 450`, and so is `nfe 450`.
    pub fn numbered(self, number: &str) -> String {
        let (number, prefix) = (number.trim(), self.prefix());
        if prefix.is_empty() || number.is_empty() {
            return number.to_owned();
        }
        let rest = match number.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => {
                let rest = &number[prefix.len()..];
                // `CTe450` begins with `CT`, and is no contract.
                if rest.starts_with(char::is_alphabetic) { number } else { rest }
            }
            _ => number,
        };
        format!("{prefix} {}", rest.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_stands_once() {
        for (origin, typed, number) in [
            (Origin::Nfe, "450", "NFe 450"),
            (Origin::Nfe, "nfe 450", "NFe 450"),
            (Origin::Nfe, "NFe450", "NFe 450"),
            (Origin::ServiceOrder, " 7 ", "OS 7"),
            (Origin::ServiceOrder, "OSASCO 7", "OS OSASCO 7"),
            (Origin::Avulso, "NFe 450", "NFe 450"),
            (Origin::SalesOrder, "", ""),
            (Origin::Contract, "çã", "CT çã"),
        ] {
            assert_eq!(origin.numbered(typed), number);
        }
    }
}
