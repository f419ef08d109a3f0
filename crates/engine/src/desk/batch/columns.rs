//! What the columns of a file mean, and how a row becomes a boleto.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_core::order::InvoiceType;
use quita_core::party::Address;
use quita_core::typed;
use serde::{Deserialize, Serialize};

use crate::desk::customers::NewCustomer;
use crate::desk::issue::NewBoleto;
use crate::error::FieldError;

/// Something that a column may hold.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in forms and in what is remembered.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Whether no boleto goes without it.
    pub must: bool,
    /// The field of the boleto.
    field: &'static str,
    /// Headers that mean it, lower case, only letters and digits.
    headers: &'static [&'static str],
}

const fn column(
    name: &'static str,
    label: &'static str,
    must: bool,
    field: &'static str,
    headers: &'static [&'static str],
) -> Column {
    Column { name, label, must, field, headers }
}

/// All that columns may hold, in the order of the form.
#[rustfmt::skip]
pub const COLUMNS: [Column; 19] = [
    column("number", "Número do documento", true, "document_number",
        &["numerododocumento", "numerodocumento", "documento", "numero", "nf", "nfe", "nota", "notafiscal", "seunumero", "titulo", "fatura", "pedido"]),
    column("document", "CPF ou CNPJ", true, "customer.document",
        &["cpfcnpj", "cnpjcpf", "cpfoucnpj", "cnpjoucpf", "cpf", "cnpj", "documentodocliente", "documentocliente", "cpfcnpjdocliente", "cpfcnpjpagador"]),
    column("name", "Nome", true, "customer.legal_name",
        &["nome", "cliente", "razaosocial", "nomedocliente", "nomecliente", "pagador", "sacado", "nomerazaosocial"]),
    column("email", "E-mail", false, "customer.email", &["email", "emaildocliente", "emailcliente", "correioeletronico"]),
    column("phone", "Telefone", false, "customer.phone", &["telefone", "celular", "fone", "whatsapp", "tel"]),
    column("postal_code", "CEP", false, "customer.address.postal_code", &["cep"]),
    column("street", "Rua", false, "customer.address.street", &["rua", "logradouro", "endereco"]),
    column("street_number", "Número da rua", false, "customer.address.number",
        &["numerodarua", "numeroendereco", "numerodoendereco", "numeroresidencia", "no", "num"]),
    column("complement", "Complemento", false, "customer.address.complement", &["complemento", "compl"]),
    column("district", "Bairro", false, "customer.address.district", &["bairro"]),
    column("city", "Cidade", false, "customer.address.city", &["cidade", "municipio"]),
    column("state", "UF", false, "customer.address.state", &["uf", "estado"]),
    column("amount", "Valor", true, "amount", &["valor", "valordoboleto", "valornominal", "valorr", "valortotal", "total"]),
    column("due", "Vencimento", true, "expiration_date", &["vencimento", "datadevencimento", "datavencimento", "vence", "vcto", "venc"]),
    column("message", "Mensagem", false, "messages", &["mensagem", "instrucao", "instrucoes", "observacao", "obs"]),
    column("kind", "Tipo", false, "invoice_type", &["tipo", "especie", "especiedodocumento", "tipodedocumento"]),
    column("chart_account", "Plano de contas", false, "chart_account",
        &["planodecontas", "contacontabil", "categoria", "naturezafinanceira"]),
    column("cost_center", "Centro de custo", false, "cost_center", &["centrodecusto", "centrodecustos", "cc"]),
    column("note", "Observação interna", false, "note", &["observacaointerna", "notainterna", "anotacao"]),
];

/// Columns that make an address.
const ADDRESS: [&str; 7] =
    ["postal_code", "street", "street_number", "complement", "district", "city", "state"];

/// What was chosen for all rows of a file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
pub struct Choice {
    /// Where each [`Column::name`] stands, counted from 0.
    pub columns: BTreeMap<String, usize>,
    /// At which account; `None` when the company has only one.
    pub account_id: Option<String>,
    /// Terms kept under a name.
    pub terms_id: Option<String>,
}

/// Which column holds what, by what was chosen for the last file and by the names of columns.
pub(super) fn guess(header: &[String], last: &BTreeMap<String, String>) -> BTreeMap<String, usize> {
    let named = |wanted: &dyn Fn(&str) -> bool| header.iter().position(|h| wanted(&plain(h)));
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for column in &COLUMNS {
        let remembered = last.get(column.name).map(|name| plain(name));
        let at = remembered
            .and_then(|name| named(&|h| !h.is_empty() && h == name))
            .or_else(|| named(&|h| column.headers.contains(&h)));
        if let Some(at) = at.filter(|at| !found.values().any(|taken| taken == at)) {
            found.insert(column.name.to_owned(), at);
        }
    }
    found
}

/// A boleto of a row, and what in it cannot be read. Where it cannot, something that can stands
/// in, so that the rest of the row is checked too.
pub(super) fn order(
    choice: &Choice,
    cells: &[String],
    today: Date,
) -> (NewBoleto, Vec<FieldError>) {
    let get = |name: &str| {
        let at = choice.columns.get(name);
        at.and_then(|at| cells.get(*at)).map_or("", |cell| cell.trim())
    };
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError::new(field, "invalid", message));
    };
    let amount = typed::money(get("amount")).map(|amount| amount.cents()).unwrap_or_else(|| {
        wrong("amount", unreadable(get("amount"), "não é um valor; escreva como 1.234,56"));
        STAND_IN_CENTS
    });
    let due = get("due");
    // A spreadsheet may add the time of day.
    let day = if due.contains(':') { due.split([' ', 'T']).next().unwrap_or(due) } else { due };
    let due = typed::date(day, today).unwrap_or_else(|| {
        wrong("expiration_date", unreadable(due, "não é uma data; escreva como 10/12/2026"));
        today
    });
    let kind = get("kind");
    let invoice_type = if kind.is_empty() { None } else { kind_of(kind) };
    if !kind.is_empty() && invoice_type.is_none() {
        let known = "não é um tipo conhecido; use duplicata, proposta, depósito ou mensalidade";
        wrong("invoice_type", unreadable(kind, known));
    }
    let has_address = ADDRESS.iter().any(|name| !get(name).is_empty());
    let address = has_address.then(|| Address {
        street: get("street").to_owned(),
        number: get("street_number").to_owned(),
        complement: get("complement").to_owned(),
        district: get("district").to_owned(),
        city: get("city").to_owned(),
        state: get("state").to_uppercase(),
        postal_code: postal_code(get("postal_code")),
    });
    let customer = NewCustomer {
        document: document(get("document")),
        legal_name: get("name").to_owned(),
        email: get("email").to_owned(),
        phone: get("phone").to_owned(),
        address,
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let message = get("message");
    let boleto = NewBoleto {
        account_id: choice.account_id.clone(),
        document_number: get("number").to_owned(),
        amount,
        expiration_date: due.to_string(),
        limit_date: None,
        customer: Some(customer),
        customer_id: None,
        receiver: None,
        invoice_type,
        terms_id: choice.terms_id.clone(),
        fine: None,
        interest: None,
        discounts: Vec::new(),
        abatement: 0,
        messages: if message.is_empty() { Vec::new() } else { vec![message.to_owned()] },
        hybrid: None,
        model: None,
        payment_place: None,
        origin: None,
        replaces: None,
        chart_account: some(get("chart_account")),
        cost_center: some(get("cost_center")),
        note: some(get("note")),
    };
    (boleto, errors)
}

/// An amount that no bank minds, checked in the place of one that cannot be read.
const STAND_IN_CENTS: i64 = 100_000;

fn unreadable(text: &str, why: &str) -> String {
    if text.is_empty() { "está vazio: preencha".to_owned() } else { format!("«{text}» {why}") }
}

/// What the user calls the field of an error: the header of its column, or its label.
pub(super) fn called(field: &str, choice: &Choice, header: &[String]) -> String {
    // Banks call it by another name.
    let field = if field == "customer.name" { "customer.legal_name" } else { field };
    let of = |column: &&Column| field.starts_with(column.field);
    let column = COLUMNS.iter().filter(of).max_by_key(|column| column.field.len());
    let Some(column) = column else {
        let address = field.starts_with("customer.address");
        return if address { "Endereço" } else { "Linha" }.to_owned();
    };
    let named = choice.columns.get(column.name).and_then(|at| header.get(*at));
    named.filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| column.label.to_owned())
}

/// A spreadsheet takes documents and CEPs for numbers and drops their first zeros.
fn document(text: &str) -> String {
    match (text.len(), text.bytes().all(|b| b.is_ascii_digit())) {
        (8..=10, true) => format!("{text:0>11}"),
        (12..=13, true) => format!("{text:0>14}"),
        _ => text.to_owned(),
    }
}

fn postal_code(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    if kept.len() == 7 { format!("0{kept}") } else { kept }
}

fn kind_of(text: &str) -> Option<InvoiceType> {
    Some(match plain(text).as_str() {
        "duplicata" | "duplicatamercantil" | "dm" | "dmi" | "cobranca" | "boleto" => {
            InvoiceType::BillOfExchange
        }
        "proposta" | "boletodeproposta" | "bp" => InvoiceType::Proposal,
        "deposito" | "aporte" | "boletodedeposito" | "bda" => InvoiceType::Deposit,
        "mensalidade" | "mensalidadeescolar" | "me" | "escola" => InvoiceType::TuitionPayment,
        _ => return None,
    })
}

/// Lower case, without accents, only letters and digits.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'á' | 'ã' | 'â' | 'à' => 'a',
            'é' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'õ' | 'ô' => 'o',
            'ú' | 'ü' => 'u',
            'ç' => 'c',
            'º' => 'o',
            other => other,
        })
        .filter(|c| c.is_ascii_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_name_and_remembered() {
        let header = header(&["Nº", "Razão Social", "CPF/CNPJ", "Valor (R$)", "Vencimento", "Ref"]);
        let found = guess(&header, &BTreeMap::new());
        let at = |name: &str| found.get(name).copied();
        assert_eq!((at("name"), at("document"), at("amount")), (Some(1), Some(2), Some(3)));
        assert_eq!((at("number"), at("due"), at("street_number")), (None, Some(4), Some(0)));
        let last = BTreeMap::from([("number".to_owned(), "ref".to_owned())]);
        assert_eq!(guess(&header, &last).get("number"), Some(&5));
    }

    #[test]
    fn a_row_is_read_as_people_type() {
        let columns = [
            ("number", 0),
            ("document", 1),
            ("name", 2),
            ("amount", 3),
            ("due", 4),
            ("postal_code", 5),
        ];
        let columns = columns.map(|(name, at)| (name.to_owned(), at)).into();
        let choice = Choice { columns, ..Choice::default() };
        let today = date(2026, 11, 24);
        let cells =
            header(&["NF 1", "1234567890", "Ana", "1.234,5", "2026-12-10 00:00:00", "1310-100"]);
        let (boleto, errors) = order(&choice, &cells, today);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!((boleto.amount, boleto.expiration_date.as_str()), (123_450, "2026-12-10"));
        let customer = boleto.customer.unwrap();
        assert_eq!(customer.document, "01234567890");
        assert_eq!(customer.address.unwrap().postal_code, "01310100");

        let (_, errors) = order(&choice, &header(&["NF 2", "", "Bia", "1,234", "31/02"]), today);
        let names: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(names, ["amount", "expiration_date"]);
        assert!(errors[0].message.contains("«1,234»"));
    }
}
