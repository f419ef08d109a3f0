//! Species of documents.

use quita_core::order::InvoiceType;
use serde::{Deserialize, Serialize};

/// Species of a document («espécie»), by the abbreviations of FEBRABAN's domain C015. Each layout
/// has its own codes, and not all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Species {
    /// Cheque.
    Ch,
    /// Duplicata mercantil.
    Dm,
    /// Duplicata mercantil para indicação.
    Dmi,
    /// Duplicata de serviço.
    Ds,
    /// Duplicata de serviço para indicação.
    Dsi,
    /// Duplicata rural.
    Dr,
    /// Letra de câmbio.
    Lc,
    /// Nota de crédito comercial.
    Ncc,
    /// Nota de crédito à exportação.
    Nce,
    /// Nota de crédito industrial.
    Nci,
    /// Nota de crédito rural.
    Ncr,
    /// Nota promissória.
    Np,
    /// Nota promissória rural.
    Npr,
    /// Triplicata mercantil.
    Tm,
    /// Triplicata de serviço.
    Ts,
    /// Nota de seguro.
    Ns,
    /// Recibo.
    Rc,
    /// Fatura.
    Fat,
    /// Nota de débito.
    Nd,
    /// Apólice de seguro.
    Ap,
    /// Mensalidade escolar.
    Me,
    /// Parcela de consórcio.
    Pc,
    /// Nota fiscal.
    Nf,
    /// Documento de dívida.
    Dd,
    /// Cédula de produto rural.
    Cpr,
    /// Encargos condominiais.
    Ec,
    /// Conta de prestação de serviços.
    Cps,
    /// Contrato.
    Con,
    /// Cosseguro.
    Cos,
    /// Cartão de crédito.
    Cc,
    /// Boleto de proposta.
    Bdp,
    /// Depósito e aporte.
    Bda,
    /// Outros.
    Out,
}

impl Species {
    /// As a boleto of this kind usually is.
    pub const fn usual(kind: InvoiceType) -> Self {
        match kind {
            InvoiceType::Deposit => Self::Bda,
            InvoiceType::Proposal => Self::Bdp,
            InvoiceType::BillOfExchange => Self::Dm,
            InvoiceType::TuitionPayment => Self::Me,
        }
    }
}
