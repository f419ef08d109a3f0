//! The bank's JSON in the bank's words (cash management v2, bolecode, query v2, boletos v3, Pix
//! v2, account statement v1).
//!
//! What is sent has exactly the documented fields.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::pix_received::PixRecebido;

pub(super) use crate::loose::{Loose, OneOrMany, Text, read, text};

/// What cash management wraps around everything.
#[derive(Debug, Serialize)]
pub(super) struct Envelope<T> {
    pub(super) data: T,
}

/// Body of `POST /boletos` within its envelope, and of the bolecode without one.
#[derive(Debug, Serialize)]
pub(super) struct Emissao {
    pub(super) etapa_processo_boleto: &'static str,
    /// Not sent for a bolecode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) codigo_canal_operacao: Option<&'static str>,
    pub(super) beneficiario: Beneficiario,
    pub(super) dado_boleto: DadoBoleto,
    /// Only sent for a bolecode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dados_qrcode: Option<DadosQrcode>,
}

#[derive(Debug, Serialize)]
pub(super) struct Beneficiario {
    pub(super) id_beneficiario: String,
}

#[derive(Debug, Serialize)]
pub(super) struct DadosQrcode {
    pub(super) chave: String,
}

#[derive(Debug, Serialize)]
pub(super) struct DadoBoleto {
    pub(super) descricao_instrumento_cobranca: &'static str,
    pub(super) tipo_boleto: &'static str,
    pub(super) codigo_carteira: String,
    pub(super) codigo_tipo_vencimento: u8,
    pub(super) valor_total_titulo: String,
    pub(super) codigo_especie: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_abatimento: Option<String>,
    pub(super) data_emissao: Date,
    pub(super) pagamento_parcial: bool,
    pub(super) pagador: Pessoa,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sacador_avalista: Option<Pessoa>,
    pub(super) dados_individuais_boleto: [DadosIndividuais; 1],
    pub(super) multa: Multa,
    pub(super) juros: Juros,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) desconto: Option<Desconto>,
    pub(super) recebimento_divergente: RecebimentoDivergente,
}

/// Who pays, or the guarantor.
#[derive(Debug, Serialize)]
pub(super) struct Pessoa {
    pub(super) pessoa: DadosPessoa,
    pub(super) endereco: Endereco,
}

#[derive(Debug, Serialize)]
pub(super) struct DadosPessoa {
    pub(super) nome_pessoa: String,
    pub(super) tipo_pessoa: TipoPessoa,
}

#[derive(Debug, Serialize)]
pub(super) struct TipoPessoa {
    pub(super) codigo_tipo_pessoa: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numero_cadastro_pessoa_fisica: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numero_cadastro_nacional_pessoa_juridica: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Endereco {
    pub(super) nome_logradouro: String,
    pub(super) nome_bairro: String,
    pub(super) nome_cidade: String,
    #[serde(rename = "sigla_UF")]
    pub(super) sigla_uf: String,
    #[serde(rename = "numero_CEP")]
    pub(super) numero_cep: String,
}

#[derive(Debug, Serialize)]
pub(super) struct DadosIndividuais {
    pub(super) numero_nosso_numero: String,
    pub(super) data_vencimento: Date,
    pub(super) valor_titulo: String,
    pub(super) data_limite_pagamento: Date,
    pub(super) texto_seu_numero: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) texto_uso_beneficiario: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Multa {
    pub(super) codigo_tipo_multa: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data_multa: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_multa: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) percentual_multa: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Juros {
    pub(super) codigo_tipo_juros: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data_juros: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_juros: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) percentual_juros: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Desconto {
    pub(super) codigo_tipo_desconto: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) descontos: Vec<DescontoAte>,
}

#[derive(Debug, Serialize)]
pub(super) struct DescontoAte {
    pub(super) data_desconto: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_desconto: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) percentual_desconto: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct RecebimentoDivergente {
    pub(super) codigo_tipo_autorizacao: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) codigo_tipo_recebimento: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_minimo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valor_maximo: Option<String>,
}

/// Body of `PATCH …/data_vencimento`.
#[derive(Debug, Serialize)]
pub(super) struct Vencimento {
    pub(super) data_vencimento: Date,
}

/// Body of `PATCH …/valor_nominal`.
#[derive(Debug, Serialize)]
pub(super) struct ValorNominal {
    pub(super) valor_titulo: String,
}

/// Body of `PATCH …/abatimento`.
#[derive(Debug, Serialize)]
pub(super) struct Abatimento {
    pub(super) valor_abatimento: String,
}

/// Body of `POST /notificacoes_boletos`, within its envelope.
#[derive(Debug, Serialize)]
pub(super) struct CadastroNotificacao {
    pub(super) id_beneficiario: String,
    pub(super) webhook_url: String,
    pub(super) webhook_client_id: &'static str,
    pub(super) webhook_client_secret: String,
    pub(super) webhook_oauth_url: String,
    pub(super) tipos_notificacoes: [&'static str; 2],
}

/// One boleto: answer to an emission, item of the query.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Boleto {
    pub(super) beneficiario: Loose<BeneficiarioLido>,
    pub(super) dado_boleto: Loose<DadoBoletoLido>,
    /// In the answer to an emission.
    pub(super) dados_qrcode: Loose<Qrcode>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BeneficiarioLido {
    pub(super) id_beneficiario: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DadoBoletoLido {
    pub(super) descricao_instrumento_cobranca: Text,
    pub(super) codigo_carteira: Text,
    pub(super) pagador: Loose<PessoaLida>,
    pub(super) dados_individuais_boleto: OneOrMany<Individual>,
    pub(super) pagamentos_cobranca: Loose<Vec<Loose<Pagamento>>>,
    pub(super) baixa: OneOrMany<Baixa>,
    /// In the query.
    pub(super) qrcode_pix: Loose<Qrcode>,
    pub(super) valor_abatimento: Text,
    pub(super) juros: Loose<JurosLidos>,
    pub(super) multa: Loose<MultaLida>,
    pub(super) desconto: Loose<DescontoLido>,
    pub(super) recebimento_divergente: Loose<DivergenteLido>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct JurosLidos {
    pub(super) codigo_tipo_juros: Text,
    pub(super) data_juros: Text,
    pub(super) quantidade_dias_juros: Text,
    pub(super) valor_juros: Text,
    pub(super) percentual_juros: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MultaLida {
    pub(super) codigo_tipo_multa: Text,
    pub(super) data_multa: Text,
    pub(super) quantidade_dias_multa: Text,
    pub(super) valor_multa: Text,
    pub(super) percentual_multa: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DescontoLido {
    pub(super) codigo_tipo_desconto: Text,
    pub(super) descontos: OneOrMany<DescontoAteLido>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DescontoAteLido {
    pub(super) data_desconto: Text,
    pub(super) valor_desconto: Text,
    pub(super) percentual_desconto: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DivergenteLido {
    pub(super) codigo_tipo_autorizacao: Text,
    pub(super) codigo_tipo_recebimento: Text,
    pub(super) valor_minimo: Text,
    pub(super) valor_maximo: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PessoaLida {
    pub(super) pessoa: Loose<DadosPessoaLidos>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DadosPessoaLidos {
    pub(super) tipo_pessoa: Loose<TipoPessoaLido>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TipoPessoaLido {
    pub(super) numero_cadastro_pessoa_fisica: Text,
    pub(super) numero_cadastro_nacional_pessoa_juridica: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Individual {
    pub(super) numero_nosso_numero: Text,
    pub(super) data_vencimento: Text,
    pub(super) valor_titulo: Text,
    pub(super) texto_seu_numero: Text,
    pub(super) codigo_barras: Text,
    pub(super) numero_linha_digitavel: Text,
    pub(super) situacao_geral_boleto: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pagamento {
    pub(super) valor_pago_total_cobranca: Text,
    pub(super) data_inclusao_pagamento: Text,
    pub(super) data_hora_inclusao_pagamento: Text,
    pub(super) descricao_meio_pagamento: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Baixa {
    pub(super) motivo_baixa: Text,
    pub(super) data_inclusao_alteracao_baixa: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Qrcode {
    pub(super) emv: Text,
    pub(super) txid: Text,
}

/// A list of boletos.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Consulta {
    pub(super) data: Loose<Vec<Loose<Boleto>>>,
}

/// What an answer is wrapped in, sometimes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Embrulho {
    pub(super) data: Loose<Boleto>,
}

/// A page of the daily movement.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Movimentacoes {
    pub(super) data: Loose<Vec<Loose<Movimentacao>>>,
    pub(super) pagination: Loose<Paginacao>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Movimentacao {
    pub(super) data_movimentacao: Text,
    pub(super) numero_carteira: Text,
    pub(super) codigo_status: Text,
    pub(super) nosso_numero: Text,
    pub(super) tipo_cobranca: Text,
    pub(super) data_vencimento: Text,
    pub(super) valor_titulo: Text,
    pub(super) valor_liquido_lancado: Text,
}

/// How many pages there are; the bank writes the names in either way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paginacao {
    #[serde(alias = "totalPages")]
    pub(super) total_pages: Text,
    #[serde(alias = "totalElements")]
    pub(super) total_elements: Text,
}

/// Where notices go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Notificacoes {
    pub(super) data: Loose<Vec<Loose<Notificacao>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Notificacao {
    pub(super) webhook_url: Text,
}

/// A page of Pix received (BACEN).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PixRecebidos {
    pub(super) parametros: Loose<ParametrosPix>,
    pub(super) pix: Loose<Vec<Loose<PixRecebido>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ParametrosPix {
    pub(super) paginacao: Loose<PaginacaoPix>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PaginacaoPix {
    pub(super) quantidade_de_paginas: Text,
    pub(super) quantidade_total_de_itens: Text,
}

/// What the example of the statement, but not its schema, wraps an answer in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EmbrulhoExtrato {
    pub(super) content: Loose<ConteudoExtrato>,
}

/// An answer of the statement; the pagination may stand outside of the statements.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConteudoExtrato {
    pub(super) data: Loose<Vec<Loose<Posicao>>>,
    pub(super) pagination: Loose<Paginacao>,
}

/// Movements and balances.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Posicao {
    pub(super) events: Loose<Vec<Loose<Evento>>>,
    pub(super) balances: Loose<Vec<Loose<SaldoLido>>>,
    pub(super) pagination: Loose<Paginacao>,
}

/// A movement.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Evento {
    pub(super) id: Text,
    pub(super) operation: Text,
    pub(super) date: Loose<Datas>,
    pub(super) literal: Loose<Literal>,
    pub(super) amount: Loose<Valor>,
    pub(super) counterpart: Loose<Contraparte>,
    pub(super) origin: Loose<Origem>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Datas {
    pub(super) event: Text,
    pub(super) accounting: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Literal {
    pub(super) code: Text,
    pub(super) shortened: Text,
    pub(super) complete: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Valor {
    pub(super) value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Contraparte {
    pub(super) name: Text,
    pub(super) document: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Origem {
    pub(super) identifier: Text,
    #[serde(rename = "type")]
    pub(super) kind: Text,
}

/// A balance.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SaldoLido {
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) date: Loose<Datas>,
    pub(super) amount: Loose<Valor>,
}

/// An error, in any of the shapes seen: of cash management, of v3, of Pix, of the statement.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Erro {
    pub(super) codigo: Text,
    /// Some examples misspell it.
    #[serde(alias = "mensagen")]
    pub(super) mensagem: Text,
    pub(super) campos: Loose<Vec<Loose<Campo>>>,
    pub(super) messages: Loose<Vec<Loose<Mensagem>>>,
    /// Of an instruction that was taken and waits for somebody.
    pub(super) data: Loose<Mensagem>,
    pub(super) title: Text,
    pub(super) detail: Text,
    pub(super) violacoes: Loose<Vec<Loose<Violacao>>>,
    pub(super) message: Text,
    pub(super) error_description: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Mensagem {
    pub(super) codigo: Text,
    #[serde(alias = "mensagen")]
    pub(super) mensagem: Text,
    pub(super) campos: Loose<Vec<Loose<Campo>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Campo {
    pub(super) campo: Text,
    #[serde(alias = "mensagen")]
    pub(super) mensagem: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Violacao {
    pub(super) razao: Text,
    pub(super) propriedade: Text,
}
