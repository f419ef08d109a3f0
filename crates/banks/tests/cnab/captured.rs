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

/// Differences that are meant: bank, record, field (`*` for any), why we do otherwise, and a vector
/// that shows it.
const EXPLAINED: &[(&str, &str, &str, &str, &str)] = &[
    (
        "*",
        "*",
        "generation_date",
        "the other program took the day of the title in some vectors",
        "r-00500f9d0103",
    ),
    ("*", "*", "generation_time", "as the date", "r-00500f9d0103"),
    ("*", "*", "customer_name", "it leaves out punctuation", "r-00500f9d0103"),
    ("*", "*", "customer_address", "it leaves out punctuation", "r-00500f9d0103"),
    ("*", "*", "iof", "quita has no IOF: it is for insurers", "r-be1496edbdbc"),
    (
        "*",
        "header_lote",
        "message_1",
        "messages of the lot: quita has them by title",
        "r-f6285348c134",
    ),
    ("*", "header_lote", "message_2", "as message 1", "r-f6285348c134"),
    ("104", "header_lote_remessa", "message_1", "as message 1", "r-be1496edbdbc"),
    ("104", "header_lote_remessa", "message_2", "as message 1", "r-be1496edbdbc"),
    (
        "*",
        "file",
        "records",
        "optional records: it writes empty ones, and leaves out the receiver's",
        "r-00500f9d0103",
    ),
    ("*", "*", "records", "follows from the records", "r-00500f9d0103"),
    ("*", "*", "sequence", "follows from the records", "r-b4083b510d5b"),
    ("*", "segmento_p", "document_number", "it fills a text up with zeros", "r-00500f9d0103"),
    (
        "*",
        "segmento_p",
        "company_use",
        "it fills a text up with zeros or blanks at the left",
        "r-00500f9d0103",
    ),
    (
        "104",
        "header_arquivo_remessa",
        "layout_version",
        "the manual read is newer: 101",
        "r-00500f9d0103",
    ),
    (
        "104",
        "header_lote_remessa",
        "lot_layout_version",
        "the manual read is newer: 060",
        "r-00500f9d0103",
    ),
    (
        "104",
        "header_arquivo_remessa",
        "212",
        "the version of a program, for internal use",
        "r-00500f9d0103",
    ),
    (
        "104",
        "segmento_p",
        "interest_code",
        "interest of zero: we say that there is none",
        "r-00500f9d0103",
    ),
    (
        "104",
        "segmento_p",
        "interest_date",
        "interest of zero: we say that there is none",
        "r-00500f9d0103",
    ),
    (
        "041",
        "remessa_detalhe",
        "interest_value",
        "a number that is not there: zeros, not blanks",
        "r-5cfb1b10fc07",
    ),
    (
        "041",
        "remessa_detalhe",
        "fine_days",
        "the fine begins a day after the due date",
        "r-5cfb1b10fc07",
    ),
    (
        "748",
        "segmento_p",
        "our_number",
        "its input has no year and byte, and no digit",
        "r-f6285348c134",
    ),
    ("748", "segmento_p", "discount_code", "no discount: the manual's 0", "r-f6285348c134"),
    ("748", "segmento_p", "write_off_days", "it always writes 60", "r-f6285348c134"),
    (
        "756",
        "*",
        "branch_digit",
        "it computes the digit, which our input does not have",
        "r-1a950d8ff04d",
    ),
    (
        "756",
        "*",
        "account_digit",
        "it computes the digit, which our input does not have",
        "r-1a950d8ff04d",
    ),
    (
        "756",
        "segmento_p",
        "our_number",
        "it wants the number with its digit as input",
        "r-1a950d8ff04d",
    ),
    (
        "756",
        "segmento_p",
        "write_off_code",
        "it leaves the days of writing off to the bank",
        "r-1a950d8ff04d",
    ),
    (
        "756",
        "segmento_p",
        "write_off_days",
        "it leaves the days of writing off to the bank",
        "r-1a950d8ff04d",
    ),
    (
        "756",
        "remessa_header",
        "client_code",
        "its client has nine digits, a free field room for 7",
        "r-bad6609926c8",
    ),
    (
        "756",
        "remessa_detalhe",
        "our_number",
        "it wants the number with its digit as input",
        "r-bad6609926c8",
    ),
    (
        "756",
        "remessa_detalhe",
        "document_number",
        "it fills a text up with zeros",
        "r-bad6609926c8",
    ),
    (
        "756",
        "remessa_detalhe",
        "collecting_branch",
        "it computes the digit of the branch",
        "r-bad6609926c8",
    ),
    ("756", "remessa_detalhe", "currency", "9 for real, say two other programs", "r-bad6609926c8"),
    ("756", "remessa_trailer", "2", "it fills a text up with zeros", "r-bad6609926c8"),
    ("756", "remessa_detalhe", "notes", "it leaves the receiver out", "r-bad6609926c8"),
    ("756", "remessa_detalhe", "message_flag", "it leaves the receiver out", "r-bad6609926c8"),
    (
        "085",
        "*",
        "account_digit",
        "it computes the digit, which our input does not have",
        "r-7430d2dc83a1",
    ),
    (
        "085",
        "segmento_p",
        "our_number",
        "it computes the digit, which our input does not have",
        "r-7430d2dc83a1",
    ),
    (
        "085",
        "segmento_p",
        "registration",
        "as in the model file of the cooperatives: 1",
        "r-7430d2dc83a1",
    ),
    (
        "085",
        "segmento_p",
        "collecting_branch_digit",
        "as in the model file: blank",
        "r-7430d2dc83a1",
    ),
    ("085", "trailer_arquivo", "accounts", "as in the model file: zeros", "r-7430d2dc83a1"),
    ("033", "remessa_header", "version", "optional, says the manual", "r-b4083b510d5b"),
    (
        "033",
        "remessa_detalhe",
        "our_number",
        "it wants the number with its digit as input",
        "r-b4083b510d5b",
    ),
    (
        "033",
        "remessa_detalhe",
        "fine_date",
        "we tell the day from which the fine counts",
        "r-b4083b510d5b",
    ),
    (
        "033",
        "remessa_detalhe",
        "wallet",
        "it is told the code; ours follows from wallet 101",
        "r-b4083b510d5b",
    ),
    (
        "033",
        "remessa_detalhe",
        "document_number",
        "it fills a text up with zeros",
        "r-b4083b510d5b",
    ),
    (
        "033",
        "remessa_detalhe",
        "instruction_1",
        "protest by input that means nothing elsewhere",
        "r-b4083b510d5b",
    ),
    (
        "033",
        "remessa_detalhe",
        "protest_days",
        "protest by input that means nothing elsewhere",
        "r-b4083b510d5b",
    ),
    (
        "341",
        "remessa_detalhe",
        "document_number",
        "it fills a text up with zeros",
        "r-0c6208f7ec46",
    ),
    (
        "341",
        "remessa_detalhe",
        "days",
        "it writes 3 days that belong to no instruction",
        "r-0c6208f7ec46",
    ),
    (
        "237",
        "remessa_detalhe",
        "agreement",
        "its branch has five digits, by mistake",
        "r-ee6fee9113e5",
    ),
    ("237", "remessa_detalhe", "receiver_name", "it leaves the receiver out", "r-ee6fee9113e5"),
];

/// Vectors that are not written again, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("r-9e0206d4ce10", "756 for Banco do Brasil as correspondent: another layout, no manual read"),
    ("r-925bf7c6e341", "004 in 400: no manual read"),
    ("r-d8caeaf487dc", "004 in 400: no manual read"),
    ("r-ca13ec976e4d", "097 in 400: no manual read"),
    ("r-96f10f47a5da", "745 in 400: no manual read"),
    ("r-98c336eaa337", "336 in 400: no manual read"),
    ("r-ca8ec97e6ace", "336 in 400: no manual read"),
    ("r-86f7d0fad7b6", "336 in 400: no manual read"),
    ("r-a2b4f31c5a60", "the layout has no place for its receiver: refused"),
    ("r-dccf8870ee8e", "the layout has no place for its receiver: refused"),
    ("r-dc2496e5af4d", "the layout has no place for its receiver: refused"),
];

#[test]
fn captured_inputs_give_the_same_files() {
    let Some(folder) = std::env::var_os("QUITA_VECTORS").map(PathBuf::from) else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let text = std::fs::read_to_string(folder.join("cnab_remessa.json")).expect("the vectors");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = all["vectors"].as_array().expect("a list");
    let (mut run, mut left_out) = (0, 0);
    let mut fields = 0;
    let (mut used, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut explained = 0;
    let mut differences = Vec::new();
    for vector in vectors.iter().filter(|v| v["kind"] == "remessa_com_entrada") {
        let (id, bank) = (word(&vector["id"]), word(&vector["banco"]));
        run += 1;
        seen.insert(id.clone());
        if LEFT_OUT.iter().any(|(known, _)| id == *known) {
            left_out += 1;
            continue;
        }
        let theirs = std::fs::read(folder.join("files").join(word(&vector["file"])));
        let width = vector["tamanho_registro"].to_string();
        let layout = layout(&bank, &width).expect("a layout of what is not left out");
        let (compared, found) = differing(layout, &theirs.expect("a file"), vector);
        fields += compared;
        for (record, field, what) in found {
            let known = EXPLAINED.iter().position(|(b, r, f, ..)| {
                let pairs = [(*b, &bank), (*r, &record), (*f, &field)];
                pairs.iter().all(|(meant, is)| *meant == "*" || meant == is)
            });
            match known {
                Some(known) => {
                    used.insert(known);
                    explained += 1;
                }
                None => differences.push(format!("{id} {bank}: {record}.{field}: {what}")),
            }
        }
    }
    let agreed = fields - explained;
    println!("remittances: {run} run / {} written again / {left_out} explained", run - left_out);
    println!("fields of remittances: {fields} run / {agreed} agreed / {explained} explained");
    assert!(run > left_out, "no vector was written again");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // Another set of vectors need not have all of them.
    let unused = (0..EXPLAINED.len()).filter(|at| !used.contains(at)).map(|at| EXPLAINED[at]);
    let (stale, unseen): (Vec<_>, Vec<_>) = unused.partition(|known| seen.contains(known.4));
    println!("remittances: {} explanations without their vector", unseen.len());
    assert_eq!(stale, [], "explains nothing any more");
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// How many fields were compared, and those that differ: record, field, both contents.
fn differing(
    layout: &'static FileLayout,
    theirs: &[u8],
    vector: &Value,
) -> (usize, Vec<(String, String, String)>) {
    let ours = match write(layout, vector) {
        Ok(bytes) => bytes,
        Err(errors) => return (1, vec![("file".into(), "errors".into(), errors)]),
    };
    let mut compared = 1;
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
            compared += 1;
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
    (compared, found)
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
    if bank.ends_with("Cnab400::Sicoob") {
        cut(&mut agreement, "beneficiary_code", 2, 9);
    }
    if bank.contains("Bradesco") {
        cut(&mut agreement, "branch", 1, 5);
    }
    agreement.entry("beneficiary_code".to_owned()).or_insert_with(|| "1234567".to_owned());
    agreement.entry("account_digit".to_owned()).or_insert_with(|| "0".to_owned());
    agreement.entry("account_operation".to_owned()).or_insert_with(|| "7654321".to_owned());
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
        ..Terms::default()
    };
    RemittanceOrder {
        instruction: Instruction::Register,
        our_number: word(&title["nosso_numero"]),
        our_number_digit: String::new(),
        boleto: BoletoOrder {
            bank_reference: word(&title["documento"]),
            document_number: word(&title["documento"]),
            our_number: None,
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
