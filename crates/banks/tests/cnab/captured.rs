//! Remittances that other programs wrote of known inputs, written again from the same inputs.
//!
//! Files and inputs lie where `QUITA_VECTORS` says. Both files are taken apart by our tables and
//! compared field by field; whatever differs is in [`EXPLAINED`], with the reason. The inputs have
//! documents with wrong check digits: ours are others of the same kind, and documents are compared
//! by kind only.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::{Date, DateTime};
use quita_banks::file::{Agreement, FileLayout, RemittanceHead, RemittanceOrder, Species, layout};
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::{Address, Party};
use quita_core::rate::Rate;
use quita_core::terms::{Fine, Interest, InterestValue, Terms, Value as Amount};
use quita_formats::cnab::codes::Instruction;
use quita_formats::cnab::layout::Direction;
use serde_json::Value;

/// Differences that are meant: bank, record, field, and why we do otherwise.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[];

/// Vectors that are not written again, and why.
const LEFT_OUT: &[(&str, &str)] = &[];

#[test]
fn captured_inputs_give_the_same_files() {
    let Some(folder) = std::env::var_os("QUITA_VECTORS").map(PathBuf::from) else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("cnab_remessa.json")).expect("the vectors");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = all["vectors"].as_array().expect("a list");
    let (mut run, mut agreed, mut explained) = (0, 0, BTreeSet::new());
    let mut differences = Vec::new();
    for vector in vectors.iter().filter(|v| v["kind"] == "remessa_com_entrada") {
        let (id, bank) = (word(&vector["id"]), word(&vector["banco"]));
        run += 1;
        if let Some((known, _)) = LEFT_OUT.iter().find(|(known, _)| id == *known) {
            explained.insert((*known).to_owned());
            continue;
        }
        let file = folder.join("files").join(word(&vector["file"]));
        let theirs = std::fs::read(file).expect("a file");
        let width = vector["tamanho_registro"].to_string();
        let Some(layout) = layout(&bank, &width) else {
            differences.push(format!("{id}: no layout {bank} {width}"));
            continue;
        };
        let found = differing(layout, &theirs, vector);
        let open: Vec<_> = found
            .iter()
            .filter(|(record, field, _)| {
                !EXPLAINED.iter().any(|(b, r, f, _)| *b == bank && *r == record && *f == field)
            })
            .collect();
        for (record, field, what) in &open {
            differences.push(format!("{id} {bank}: {record}.{field}: {what}"));
        }
        if found.is_empty() {
            agreed += 1;
        } else if open.is_empty() {
            explained.insert(id);
        }
    }
    println!("remittances: {run} run / {agreed} agreed / {} explained", explained.len());
    assert!(run > 0, "no vector was run");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Fields that differ: record, field, both contents.
fn differing(
    layout: &'static FileLayout,
    theirs: &[u8],
    vector: &Value,
) -> Vec<(String, String, String)> {
    let ours = match write(layout, vector) {
        Ok(bytes) => bytes,
        Err(errors) => return vec![("file".into(), "errors".into(), errors)],
    };
    let rows = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.split(|byte| *byte == b'\n');
        lines.map(|line| line.trim_ascii_end().to_vec()).filter(|line| !line.is_empty()).collect()
    };
    let (ours, theirs) = (rows(&ours), rows(theirs));
    let mut found = Vec::new();
    let table = layout.format.layout();
    let name = |row: &[u8]| {
        table.recognise(Direction::Remittance, row).map_or("?", |record| record.name.as_str())
    };
    let (left, right): (Vec<_>, Vec<_>) =
        (ours.iter().map(|row| name(row)).collect(), theirs.iter().map(|row| name(row)).collect());
    if left != right {
        found.push(("file".into(), "records".into(), format!("{left:?} {right:?}")));
    }
    for their in &theirs {
        let Some(record) = table.recognise(Direction::Remittance, their) else { continue };
        let at = theirs.iter().filter(|row| name(row) == record.name).position(|r| r == their);
        let mut same = ours.iter().filter(|row| name(row) == record.name);
        let Some(our) = same.nth(at.unwrap_or_default()) else { continue };
        for field in &record.fields {
            let part = |row: &[u8]| {
                let mut row = row.to_vec();
                row.resize(table.width, b' ');
                String::from_utf8_lossy(&row[field.start..field.to()]).into_owned()
            };
            let (our, their) = (part(our), part(their));
            if our != their && !field.name.ends_with("_document") {
                let name = if field.name.is_empty() {
                    field.from().to_string()
                } else {
                    field.name.clone()
                };
                found.push((record.name.clone(), name, format!("«{our}» «{their}»")));
            }
        }
    }
    found
}

fn write(layout: &'static FileLayout, vector: &Value) -> Result<Vec<u8>, String> {
    let input = &vector["input"];
    let company = party(input, "empresa_mae", "documento_cedente");
    let agreement = agreement(input);
    let at = word(&vector["data_congelada"]);
    let head = RemittanceHead {
        file_number: word(&input["sequencial_remessa"]).parse().unwrap_or(1),
        made_at: at.parse::<DateTime>().expect("an instant"),
        company: &company,
        agreement: &agreement,
    };
    let orders: Vec<_> = input["pagamentos"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|title| order(input, title))
        .collect();
    layout.write(&head, &orders).map_err(|errors| format!("{errors:?}"))
}

fn agreement(input: &Value) -> Agreement {
    let names = [
        ("agencia", "branch"),
        ("digito_agencia", "branch_digit"),
        ("conta_corrente", "account"),
        ("digito_conta", "account_digit"),
        ("carteira", "wallet"),
        ("convenio", "agreement"),
        ("convenio", "beneficiary_code"),
        ("codigo_empresa", "agreement"),
        ("codigo_transmissao", "transmission_code"),
        ("posto", "post"),
        ("modalidade_carteira", "modality"),
    ];
    let mut agreement = Agreement::new();
    for (theirs, ours) in names {
        let value = word(&input[theirs]);
        if !value.is_empty() {
            agreement.insert(ours.to_owned(), value);
        }
    }
    // What the other program does not ask for, or has in another length.
    let bank = word(&input["_classe"]);
    let cut = |agreement: &mut Agreement, name: &str, from: usize, to: usize| {
        if let Some(value) = agreement.get_mut(name) {
            *value = value[from.min(value.len())..to.min(value.len())].to_owned();
        }
    };
    if bank.ends_with("Sicredi") || bank.ends_with("SicoobBancoBrasil") {
        cut(&mut agreement, "beneficiary_code", 0, 5);
    }
    if bank.contains("Bradesco") {
        cut(&mut agreement, "branch", 1, 5);
    }
    agreement.entry("beneficiary_code".to_owned()).or_insert_with(|| "1234567".to_owned());
    agreement.entry("account_digit".to_owned()).or_insert_with(|| "0".to_owned());
    agreement.entry("wallet".to_owned()).or_insert_with(|| "1".to_owned());
    agreement
}

fn party(of: &Value, name: &str, document: &str) -> Party {
    let valid = if word(&of[document]).len() == 14 { "11222333000181" } else { "52998224725" };
    Party {
        document: Document::parse(valid).expect("a document"),
        name: word(&of[name]),
        address: None,
        email: None,
        phone: None,
    }
}

fn order(input: &Value, title: &Value) -> RemittanceOrder {
    let day = |name: &str| word(&title[name]).parse::<Date>().expect("a day");
    let cents = |name: &str| Money::from_decimal(&word(&title[name])).unwrap_or_default();
    let due = day("data_vencimento");
    let customer = Party {
        address: Some(Address {
            street: word(&title["endereco_sacado"]),
            district: word(&title["bairro_sacado"]),
            city: word(&title["cidade_sacado"]),
            state: word(&title["uf_sacado"]),
            postal_code: word(&title["cep_sacado"]),
            ..Address::default()
        }),
        ..party(title, "nome_sacado", "documento_sacado")
    };
    let has_receiver = !word(&title["nome_avalista"]).is_empty();
    let receiver = has_receiver.then(|| party(title, "nome_avalista", "documento_avalista"));
    let fine = word(&title["percentual_multa"]).parse::<Rate>().expect("a rate");
    let late = fine != Rate::default();
    let terms = Terms {
        fine: late.then_some(Fine { date: due, value: Amount::Percent(fine) }),
        interest: Some(cents("valor_mora"))
            .filter(|amount| amount.is_positive())
            .map(|amount| Interest { date: due, value: InterestValue::PerDay(amount) }),
        discounts: Vec::new(),
        abatement: cents("valor_abatimento"),
    };
    RemittanceOrder {
        instruction: Instruction::Register,
        our_number: word(&title["nosso_numero"]),
        our_number_digit: String::new(),
        boleto: BoletoOrder {
            bank_reference: word(&title["documento"]),
            document_number: word(&title["documento"]),
            invoice_type: InvoiceType::BillOfExchange,
            amount: cents("valor"),
            issuance_date: day("data_emissao"),
            expiration_date: due,
            limit_date: due.checked_add(jiff::Span::new().days(120)).expect("a day"),
            customer,
            receiver,
            terms,
            messages: Vec::new(),
            hybrid: false,
            paper: Paper::default(),
        },
        species: Some(species(&word(&input["especie_titulo"]))),
        accepted: false,
        after_due: None,
        pix: quita_banks::file::PixOnTitle::default(),
    }
}

fn species(code: &str) -> Species {
    match code {
        "99" => Species::Out,
        "03" => Species::Dmi,
        _ => Species::Dm,
    }
}
