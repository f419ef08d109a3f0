//! Fields that agreements of several banks have, as a form asks for them.

use crate::info::{Field, FieldKind};

/// A required line of text.
pub const fn field(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Text, required: true, hint }
}

/// A line of text that may be empty.
pub const fn optional(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Text, required: false, hint }
}

/// Branch.
pub const BRANCH: Field = field("branch", "Agência", "Sem o dígito verificador.");
/// Its digit.
pub const BRANCH_DIGIT: Field =
    optional("branch_digit", "Dígito da agência", "O dígito depois do hífen, se houver.");
/// Account.
pub const ACCOUNT: Field = field("account", "Conta", "Sem o dígito verificador.");
/// Its digit.
pub const ACCOUNT_DIGIT: Field =
    field("account_digit", "Dígito da conta", "O dígito depois do hífen.");
/// Number of the contract.
pub const AGREEMENT: Field =
    field("agreement", "Convênio", "O número do contrato de cobrança com o banco.");
/// Wallet.
pub const WALLET: Field = field("wallet", "Carteira", "A do contrato de cobrança.");
/// Code of the beneficiary.
pub const BENEFICIARY_CODE: Field = field(
    "beneficiary_code",
    "Código do beneficiário",
    "O número que o banco deu à empresa na cobrança.",
);
