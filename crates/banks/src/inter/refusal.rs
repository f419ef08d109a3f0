//! The bank's errors in our words.

use quita_core::fact::Refusal;

use crate::contract::Op;

use super::clean::clean;
use super::wire::{Erro, Violacao, read};

/// Most characters of the bank's text that are kept.
const LONGEST: usize = 500;

/// The bank's names of fields, ours, and what people call them. Of two that match, the first.
const FIELDS: &[(&str, &str, &str)] = &[
    ("seuNumero", "bank_reference", "referência"),
    ("valorNominal", "amount", "valor"),
    ("dataVencimento", "expiration_date", "vencimento"),
    ("numDiasAgenda", "limit_date", "data limite"),
    ("pagador.cpfCnpj", "customer.document", "CPF/CNPJ do cliente"),
    ("pagador.tipoPessoa", "customer.document", "CPF/CNPJ do cliente"),
    ("pagador.nome", "customer.name", "nome do cliente"),
    ("pagador.endereco", "customer.address.street", "logradouro do cliente"),
    ("pagador.numero", "customer.address.number", "número do endereço do cliente"),
    ("pagador.complemento", "customer.address.complement", "complemento do cliente"),
    ("pagador.bairro", "customer.address.district", "bairro do cliente"),
    ("pagador.cidade", "customer.address.city", "cidade do cliente"),
    ("pagador.uf", "customer.address.state", "UF do cliente"),
    ("pagador.cep", "customer.address.postal_code", "CEP do cliente"),
    ("pagador.email", "customer.email", "e-mail do cliente"),
    ("pagador.ddd", "customer.phone", "telefone do cliente"),
    ("pagador.telefone", "customer.phone", "telefone do cliente"),
    ("pagador", "customer", "cliente"),
    ("beneficiarioFinal.cpfCnpj", "receiver.document", "CPF/CNPJ do sacador avalista"),
    ("beneficiarioFinal.tipoPessoa", "receiver.document", "CPF/CNPJ do sacador avalista"),
    ("beneficiarioFinal.nome", "receiver.name", "nome do sacador avalista"),
    ("beneficiarioFinal.endereco", "receiver.address.street", "logradouro do sacador avalista"),
    ("beneficiarioFinal.bairro", "receiver.address.district", "bairro do sacador avalista"),
    ("beneficiarioFinal.cidade", "receiver.address.city", "cidade do sacador avalista"),
    ("beneficiarioFinal.uf", "receiver.address.state", "UF do sacador avalista"),
    ("beneficiarioFinal.cep", "receiver.address.postal_code", "CEP do sacador avalista"),
    ("beneficiarioFinal", "receiver", "sacador avalista"),
    ("desconto.quantidadeDias", "terms.discounts[0].date", "data do desconto"),
    ("desconto", "terms.discounts[0]", "desconto"),
    ("multa", "terms.fine", "multa"),
    ("mora", "terms.interest", "juros"),
    ("mensagem.linha1", "messages[0]", "linha 1 da mensagem"),
    ("mensagem.linha2", "messages[1]", "linha 2 da mensagem"),
    ("mensagem.linha3", "messages[2]", "linha 3 da mensagem"),
    ("mensagem.linha4", "messages[3]", "linha 4 da mensagem"),
    ("mensagem.linha5", "messages[4]", "linha 5 da mensagem"),
    ("mensagem", "messages", "mensagem"),
    ("formasRecebimento", "hybrid", "formas de pagamento"),
    ("motivoCancelamento", "reason", "motivo do cancelamento"),
    ("webhookUrl", "url", "endereço dos avisos"),
];

/// Words of a refusal because the bank already has the same boleto.
///
/// The exact text is published nowhere, so this is a guess; status 409 counts as well.
const DUPLICATE: &[&str] = &[
    "duplic",
    "já existe",
    "ja existe",
    "mesmos dados",
    "já foi emitid",
    "ja foi emitid",
    "repetid",
];

/// What an error of this status and body means.
pub(super) fn refusal(op: &Op, status: u16, body: &[u8]) -> Refusal {
    let error: Erro = read(body).unwrap_or_default();
    let title = title(&error);
    let violations: Vec<&Violacao> = violations(&error).collect();
    let field = violations
        .iter()
        .find_map(|v| field_of(v.propriedade.get()?).map(|(ours, _)| ours.to_owned()));
    let said = if violations.is_empty() {
        detail(&error).or(title).unwrap_or("o banco não disse por quê").to_owned()
    } else {
        violations.iter().map(|v| violation(v)).collect::<Vec<_>>().join("; ")
    };
    Refusal {
        code: title.map_or_else(|| format!("HTTP {status}"), shorten),
        message: format!("O banco recusou: {}. {}", shorten(&said), advice(op, status)),
        field,
    }
}

/// Whether the bank refuses because it has the same boleto already.
///
/// The same reference, amount, due date and customer are refused for 30 minutes. As a reference
/// of ours is never used twice, this means that an earlier sending of the same order arrived.
pub(super) fn already_there(status: u16, body: &[u8]) -> bool {
    let error: Erro = read(body).unwrap_or_default();
    let reasons = violations(&error).filter_map(|v| v.razao.get());
    let said: Vec<String> =
        reasons.chain(title(&error)).chain(detail(&error)).map(str::to_lowercase).collect();
    status == 409 || said.iter().any(|text| DUPLICATE.iter().any(|word| text.contains(word)))
}

/// What the bank says in an error, in one line; `None` where it says nothing.
pub(super) fn explanation(body: &[u8]) -> Option<String> {
    let error: Erro = read(body)?;
    detail(&error).or(title(&error)).map(shorten)
}

fn title(error: &Erro) -> Option<&str> {
    let old = error.erro.0.as_ref().and_then(|e| e.mensagem.get());
    let title = error.title.get().or(old).or(error.message.get());
    title.or(error.error_title.get()).or(error.error.get())
}

fn detail(error: &Erro) -> Option<&str> {
    let old = error.erro.0.as_ref().and_then(|e| e.mensagem_detalhe.get());
    error.detail.get().or(old).or(error.error_description.get())
}

fn violations(error: &Erro) -> impl Iterator<Item = &Violacao> {
    error.violacoes.0.iter().flatten().filter_map(|v| v.0.as_ref())
}

/// The rejected value is left out: it may be personal, and the user has it.
fn violation(violation: &Violacao) -> String {
    let reason = violation.razao.get().unwrap_or("valor inválido").trim_end_matches('.');
    match violation.propriedade.get() {
        Some(property) => format!("{}: {reason}", field_of(property).map_or(property, |f| f.1)),
        None => reason.to_owned(),
    }
}

/// Our name and people's name of a field of the bank, whatever stands before or after it.
fn field_of(property: &str) -> Option<(&'static str, &'static str)> {
    let dotted = format!(".{property}.");
    let within = FIELDS.iter().find(|(theirs, ..)| dotted.contains(&format!(".{theirs}.")));
    // A name without its parent is the customer's: `cep`.
    let alone =
        || FIELDS.iter().find(|(theirs, ..)| theirs.strip_prefix("pagador.") == Some(property));
    within.or_else(alone).map(|(_, ours, label)| (*ours, *label))
}

fn advice(op: &Op, status: u16) -> &'static str {
    match (status, op) {
        (403, _) => {
            "Confira no Internet Banking se a integração está ativa, se serve esta conta e se tem \
             as permissões pedidas."
        }
        (_, Op::Issue(_)) => "Nada foi emitido: corrija e emita outro boleto.",
        (_, Op::Cancel { .. }) => "O boleto não foi cancelado: confira a situação dele no banco.",
        (_, Op::Change { .. }) => "O boleto não foi alterado: confira a situação dele no banco.",
        _ => "Confira os dados da conta e da integração.",
    }
}

fn shorten(text: &str) -> String {
    clean(text).trim_end_matches('.').chars().take(LONGEST).collect()
}
