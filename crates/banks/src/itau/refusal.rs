//! The bank's errors in our words.

use quita_core::fact::Refusal;

use crate::contract::Op;

use super::map::plain;
use super::wire::{Campo, Erro, read};

/// Most characters of the bank's text that are kept.
const LONGEST: usize = 500;

/// The last word of the bank's names of fields, ours, and what people call them. Of two that
/// match, the first.
const FIELDS: &[(&str, &str, &str)] = &[
    ("texto_seu_numero", "bank_reference", "referência"),
    ("numero_nosso_numero", "our_number", "nosso número"),
    ("nosso_numero", "our_number", "nosso número"),
    ("valor_total_titulo", "amount", "valor"),
    ("valor_titulo", "amount", "valor"),
    ("data_vencimento", "expiration_date", "vencimento"),
    ("data_limite_pagamento", "limit_date", "data limite"),
    ("data_emissao", "issuance_date", "emissão"),
    ("codigo_especie", "invoice_type", "tipo"),
    ("tipo_boleto", "invoice_type", "tipo"),
    ("valor_abatimento", "terms.abatement", "abatimento"),
    ("multa", "terms.fine", "multa"),
    ("juros", "terms.interest", "juros"),
    ("desconto", "terms.discounts[0]", "desconto"),
    ("sacador_avalista", "receiver", "sacador avalista"),
    ("numero_cadastro_pessoa_fisica", "customer.document", "CPF do cliente"),
    ("numero_cadastro_nacional_pessoa_juridica", "customer.document", "CNPJ do cliente"),
    ("codigo_tipo_pessoa", "customer.document", "CPF/CNPJ do cliente"),
    ("nome_pessoa", "customer.name", "nome do cliente"),
    ("nome_logradouro", "customer.address.street", "logradouro do cliente"),
    ("nome_bairro", "customer.address.district", "bairro do cliente"),
    ("nome_cidade", "customer.address.city", "cidade do cliente"),
    ("sigla_UF", "customer.address.state", "UF do cliente"),
    ("numero_CEP", "customer.address.postal_code", "CEP do cliente"),
    ("pagador", "customer", "cliente"),
    ("chave", "account.pix_key", "chave Pix da conta"),
    ("codigo_carteira", "account.wallet", "carteira da conta"),
    ("id_beneficiario", "account", "agência e conta"),
];

/// Words of a refusal because the bank has the number already (seen: «título já cadastrado»).
const DUPLICATE: &[&str] =
    &["JA CADASTRAD", "JA REGISTRAD", "JA EXISTE", "DUPLICAD", "EM DUPLICIDADE"];

/// What an error of this status and body means.
pub(super) fn refusal(op: &Op, status: u16, body: &[u8]) -> Refusal {
    let error: Erro = read(body).unwrap_or_default();
    let fields = fields(&error);
    let field =
        fields.iter().find_map(|f| field_of(f.campo.get()?).map(|(ours, _)| ours.to_owned()));
    let mut said: Vec<String> = fields.iter().map(|field| told(field)).collect();
    said.extend(violations(&error));
    if said.is_empty() {
        said.extend(summary(&error).map(str::to_owned));
    }
    let said =
        if said.is_empty() { "o banco não disse por quê".to_owned() } else { said.join("; ") };
    Refusal {
        code: code(&error).unwrap_or_else(|| format!("HTTP {status}")),
        message: format!("O banco recusou: {}. {}", shorten(&said), advice(op, status)),
        field,
    }
}

/// Whether the bank refuses because it has the same number already.
///
/// Our number is given once for account and wallet, so this means that an earlier sending of the
/// same order arrived.
pub(super) fn already_there(body: &[u8]) -> bool {
    let error: Erro = read(body).unwrap_or_default();
    let fields = fields(&error);
    let texts = fields.iter().filter_map(|field| field.mensagem.get()).chain(summary(&error));
    texts.map(plain).any(|text| DUPLICATE.iter().any(|word| text.contains(word)))
}

/// What the bank says in an answer, in one line; `None` where it says nothing.
pub(super) fn explanation(body: &[u8]) -> Option<String> {
    let error: Erro = read(body)?;
    summary(&error).map(shorten)
}

/// The bank's code in an answer.
pub(super) fn code_of(body: &[u8]) -> Option<String> {
    code(&read(body)?)
}

/// Whether an instruction was taken but waits for somebody: «aguardando aprovação».
pub(super) fn waits(body: &[u8]) -> bool {
    let error: Erro = read(body).unwrap_or_default();
    let told = error.data.0.as_ref().and_then(|data| data.mensagem.get());
    told.or(summary(&error)).is_some_and(|text| plain(text).contains("AGUARDANDO"))
}

fn fields(error: &Erro) -> Vec<&Campo> {
    let direct = error.campos.0.iter().flatten();
    let nested = error.messages.0.iter().flatten().filter_map(|message| message.0.as_ref());
    let nested = nested.flat_map(|message| message.campos.0.iter().flatten());
    direct.chain(nested).filter_map(|field| field.0.as_ref()).collect()
}

/// Of Pix: RFC 7807 with violations.
fn violations(error: &Erro) -> impl Iterator<Item = String> {
    error.violacoes.0.iter().flatten().filter_map(|violation| {
        let violation = violation.0.as_ref()?;
        let reason = violation.razao.get()?;
        Some(match violation.propriedade.get() {
            Some(property) => format!("{property}: {reason}"),
            None => reason.to_owned(),
        })
    })
}

fn summary(error: &Erro) -> Option<&str> {
    let first = error.messages.0.iter().flatten().find_map(|message| message.0.as_ref());
    let nested = first.and_then(|message| message.mensagem.get());
    let direct = error.mensagem.get().or(nested).or(error.detail.get()).or(error.title.get());
    direct.or(error.message.get()).or(error.error_description.get())
}

fn code(error: &Erro) -> Option<String> {
    let first = error.messages.0.iter().flatten().find_map(|message| message.0.as_ref());
    let nested = first.and_then(|message| message.codigo.get());
    error.codigo.get().or(nested).or(error.title.get()).map(shorten)
}

/// The rejected value is left out: it may be personal, and the user has it.
fn told(field: &Campo) -> String {
    let reason = field.mensagem.get().unwrap_or("valor inválido").trim_end_matches('.');
    match field.campo.get() {
        Some(name) => format!("{}: {reason}", field_of(name).map_or(name, |found| found.1)),
        None => reason.to_owned(),
    }
}

/// Our name and people's name of a field of the bank, whatever stands before or after it.
fn field_of(name: &str) -> Option<(&'static str, &'static str)> {
    let parts: Vec<&str> = name.split(['.', '[', ']']).collect();
    let found = FIELDS.iter().find(|(theirs, ..)| parts.iter().any(|part| part == theirs));
    found.map(|(_, ours, label)| (*ours, *label))
}

fn advice(op: &Op, status: u16) -> &'static str {
    match (status, op) {
        (403, _) => {
            "Peça ao gerente que ligue este produto à agência e conta, e confira se o certificado \
             é o deste Client ID."
        }
        (_, Op::Rehearse(_)) => "Corrija antes de emitir.",
        (_, Op::Issue(_)) => "Nada foi emitido: corrija e emita outro boleto.",
        (_, Op::Cancel { .. }) => "O boleto não foi baixado: confira a situação dele no banco.",
        (_, Op::Change { .. } | Op::ChangeStatus { .. } | Op::Instruct { .. }) => {
            "O boleto não foi alterado por inteiro: confira a situação dele no banco."
        }
        _ => "Confira os dados da conta e da credencial.",
    }
}

/// In one line, without a full stop at the end.
fn shorten(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').chars().take(LONGEST).collect()
}
