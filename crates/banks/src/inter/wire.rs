//! The bank's JSON in the bank's words (cobrança v3, Pix v2, banking v2, developers.inter.co).
//!
//! What is sent has exactly the documented fields. What is read forgives: a field may be
//! missing, null, of another type or unknown to us, an amount may be a number or a text.
//! Amounts never pass through a float: the digits of the JSON are kept as text.

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::rate::Rate;
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::pix_received::PixRecebido;

pub(super) use crate::loose::{Loose, Text, read, text};

/// Body of `POST /cobranca/v3/cobrancas`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Emissao {
    pub(super) seu_numero: String,
    pub(super) valor_nominal: Decimal,
    pub(super) data_vencimento: Date,
    pub(super) num_dias_agenda: i32,
    pub(super) pagador: Pagador,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desconto: Option<Desconto>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) multa: Option<Encargo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mora: Option<Encargo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mensagem: Option<Mensagem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) beneficiario_final: Option<BeneficiarioFinal>,
    pub(super) formas_recebimento: &'static [&'static str],
}

/// Who pays.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pagador {
    pub(super) cpf_cnpj: String,
    pub(super) tipo_pessoa: &'static str,
    pub(super) nome: String,
    pub(super) endereco: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) numero: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) complemento: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) bairro: String,
    pub(super) cidade: String,
    pub(super) uf: String,
    pub(super) cep: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) ddd: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) telefone: String,
}

/// The guarantor.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BeneficiarioFinal {
    pub(super) cpf_cnpj: String,
    pub(super) tipo_pessoa: &'static str,
    pub(super) nome: String,
    pub(super) endereco: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) bairro: String,
    pub(super) cidade: String,
    pub(super) uf: String,
    pub(super) cep: String,
}

/// A fine (`multa`) or interest (`mora`): a code with `taxa` or `valor`.
#[derive(Debug, Serialize)]
pub(super) struct Encargo {
    pub(super) codigo: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) taxa: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor: Option<Decimal>,
}

/// The one discount.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Desconto {
    #[serde(flatten)]
    pub(super) encargo: Encargo,
    /// Days before the due date until which it is given.
    pub(super) quantidade_dias: i32,
}

/// Up to five lines printed on the boleto.
#[derive(Debug, Default, Serialize)]
pub(super) struct Mensagem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linha2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linha3: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linha4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) linha5: Option<String>,
}

/// Body of `POST …/cancelar`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cancelamento {
    pub(super) motivo_cancelamento: String,
}

/// Body of `PATCH …/{codigoSolicitacao}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Edicao {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data_vencimento: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_nominal: Option<Decimal>,
}

/// Body of `PUT …/webhook`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CadastroWebhook {
    pub(super) webhook_url: String,
}

/// A decimal written as a JSON number, digit by digit.
#[derive(Debug)]
pub(super) struct Decimal(String);

impl From<Money> for Decimal {
    fn from(amount: Money) -> Self {
        Self(amount.to_decimal())
    }
}

impl From<Rate> for Decimal {
    fn from(rate: Rate) -> Self {
        Self(rate.to_string())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// Answer to an emission.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Emitida {
    pub(super) codigo_solicitacao: Text,
    /// What early v3 called it.
    pub(super) codigo_cobranca: Text,
}

/// Answer to a question about one cobrança, and item of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Detalhe {
    pub(super) cobranca: Loose<Cobranca>,
    pub(super) boleto: Loose<Boleto>,
    pub(super) pix: Loose<PixDaCobranca>,
}

/// State and terms.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Cobranca {
    pub(super) codigo_solicitacao: Text,
    /// What early v3 called it.
    pub(super) codigo_cobranca: Text,
    pub(super) seu_numero: Text,
    pub(super) data_vencimento: Text,
    /// A number in the detail, a text in the list.
    pub(super) valor_nominal: Text,
    pub(super) situacao: Text,
    pub(super) data_situacao: Text,
    pub(super) valor_total_recebido: Text,
    pub(super) origem_recebimento: Text,
    pub(super) motivo_cancelamento: Text,
    pub(super) pagador: Loose<PagadorLido>,
}

impl Cobranca {
    /// The bank's id, by either name.
    pub(super) fn id(&self) -> Option<&str> {
        self.codigo_solicitacao.get().or(self.codigo_cobranca.get())
    }
}

/// Who pays, of whom only the document is read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PagadorLido {
    pub(super) cpf_cnpj: Text,
}

/// Numbers of the boleto; absent while it is being processed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Boleto {
    pub(super) nosso_numero: Text,
    pub(super) codigo_barras: Text,
    pub(super) linha_digitavel: Text,
}

/// The QR; absent where none was possible.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PixDaCobranca {
    pub(super) txid: Text,
    pub(super) pix_copia_e_cola: Text,
}

/// A page of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Pagina {
    pub(super) total_paginas: Text,
    pub(super) total_elementos: Text,
    pub(super) ultima_pagina: Text,
    pub(super) cobrancas: Loose<Vec<Loose<Detalhe>>>,
}

/// Answer to a change, and to a question about it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SituacaoEdicao {
    pub(super) status: Text,
    pub(super) mensagem: Text,
    pub(super) codigo_edicao: Text,
}

/// Answer to a question for the PDF.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pdf {
    pub(super) pdf: Text,
}

/// Where callbacks go.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Webhook {
    pub(super) webhook_url: Text,
}

/// A page of Pix received.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PixRecebidos {
    pub(super) parametros: Loose<ParametrosPix>,
    pub(super) pix: Loose<Vec<Loose<PixRecebido>>>,
}

/// What a page of Pix answers to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ParametrosPix {
    pub(super) paginacao: Loose<PaginacaoPix>,
}

/// How many pages there are.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PaginacaoPix {
    pub(super) quantidade_de_paginas: Text,
    pub(super) quantidade_total_de_itens: Text,
}

/// A part of a statement: a page or a part of a scroll of the complete one, or all of the simple.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Extrato {
    pub(super) total_paginas: Text,
    pub(super) total_elementos: Text,
    pub(super) ultima_pagina: Text,
    pub(super) scroll_id: Text,
    pub(super) has_more: Text,
    pub(super) transacoes: Loose<Vec<Loose<Lancamento>>>,
}

/// A movement, of the complete statement or of the simple one.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Lancamento {
    /// Complete only.
    pub(super) id_transacao: Text,
    /// Complete only; seen with a time of day.
    pub(super) data_inclusao: Text,
    /// Complete only.
    pub(super) data_transacao: Text,
    /// Simple only.
    pub(super) data_entrada: Text,
    pub(super) tipo_transacao: Text,
    pub(super) tipo_operacao: Text,
    pub(super) valor: Text,
    pub(super) titulo: Text,
    pub(super) descricao: Text,
    pub(super) numero_documento: Text,
    pub(super) detalhes: Loose<Detalhes>,
}

/// What the complete statement tells of a movement; which of it depends on the kind.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Detalhes {
    pub(super) end_to_end_id: Text,
    pub(super) tx_id: Text,
    pub(super) nome_pagador: Text,
    pub(super) cpf_cnpj_pagador: Text,
    pub(super) nosso_numero: Text,
    pub(super) seu_numero: Text,
    pub(super) cod_barras: Text,
    pub(super) nome: Text,
    pub(super) cpf_cnpj: Text,
    pub(super) juros: Text,
    pub(super) multa: Text,
    pub(super) abatimento: Text,
    pub(super) desconto1: Text,
    pub(super) desconto2: Text,
    pub(super) desconto3: Text,
    pub(super) numero_cheque_bancario: Text,
}

/// What is on the account.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Saldo {
    pub(super) disponivel: Text,
    pub(super) bloqueado_cheque: Text,
    pub(super) bloqueado_judicialmente: Text,
    pub(super) bloqueado_administrativo: Text,
    /// `dd/MM/yyyy`, the last business day, where today is none.
    pub(super) data_referencia: Text,
}

/// An error, in any of the shapes seen: problem details, the token service's, the legacy one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Erro {
    pub(super) title: Text,
    pub(super) detail: Text,
    pub(super) violacoes: Loose<Vec<Loose<Violacao>>>,
    pub(super) message: Text,
    pub(super) error: Text,
    pub(super) error_title: Text,
    /// Of a scroll over the statement.
    #[serde(rename = "typeError")]
    pub(super) type_error: Text,
    pub(super) error_description: Text,
    pub(super) erro: Loose<ErroAntigo>,
}

/// What is wrong with one field.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Violacao {
    pub(super) razao: Text,
    pub(super) propriedade: Text,
}

/// The legacy shape.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ErroAntigo {
    pub(super) mensagem: Text,
    pub(super) mensagem_detalhe: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_in_every_notation() {
        for (json, cents) in [
            ("123.45", Some(12_345)),
            ("\"123.45\"", Some(12_345)),
            ("24.9", Some(2_490)),
            ("\" 30 \"", Some(3_000)),
            ("9.999999999E7", Some(9_999_999_999)),
            ("1E+2", Some(10_000)),
            ("1.0E7", Some(1_000_000_000)),
            ("1.5E1", Some(1_500)),
            ("1.23456E2", None),
            ("123.449999999", None),
            ("1e-2", None),
            ("1e99", None),
            ("\"1,50\"", None),
            ("null", None),
            ("{}", None),
            ("[1]", None),
            ("true", None),
        ] {
            let text: Text = serde_json::from_str(json).unwrap();
            assert_eq!(text.money().map(Money::cents), cents, "{json}");
        }
    }

    #[test]
    fn devolucoes_come_as_list_or_object() {
        for json in [r#"{"devolucoes":[{"valor":"1.00"}]}"#, r#"{"devolucoes":{"valor":"1.00"}}"#] {
            let pix: PixRecebido = serde_json::from_str(json).unwrap();
            assert_eq!(pix.devolucoes.0.len(), 1, "{json}");
        }
        let pix: PixRecebido = serde_json::from_str(r#"{"devolucoes":null}"#).unwrap();
        assert!(pix.devolucoes.0.is_empty());
    }
}
