//! Published vectors of our numbers and free fields, of every bank. Read from the folder that
//! QUITA_VECTORS names; skipped where it is unset.

use std::collections::BTreeMap;

use quita_banks::title::titles;
use quita_core::barcode::{Barcode, FreeField};
use quita_core::money::Money;
use serde_json::{Map, Value, json};

use super::tried;

/// The vectors of a file; `None` where no folder is named.
fn vectors(file: &str) -> Option<Vec<Value>> {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return None;
    };
    let path = std::path::Path::new(&folder).join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut whole: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(all) = whole["vectors"].take() else { panic!("{file}: no vectors") };
    Some(all)
}

/// Names of inputs in the vectors and here.
const NAMES: [(&str, &str); 22] = [
    ("agencia", "branch"),
    ("agencia_dv", "branch_digit"),
    ("byte_idt", "byte"),
    ("carteira", "wallet"),
    ("codigo_beneficiario", "beneficiary_code"),
    ("codigo_beneficiario_dv", "beneficiary_digit"),
    ("codigo_transmissao", "transmission_code"),
    ("conta", "account"),
    ("conta_dv", "account_digit"),
    ("convenio", "agreement"),
    ("convenio_dv", "agreement_digit"),
    ("data_documento", "issuance_date"),
    ("especie_documento", "species"),
    ("ios", "iof"),
    ("modalidade", "modality"),
    ("nosso_numero", "our_number"),
    ("nosso_numero_dv_informado", "our_number_digit"),
    ("numero_documento", "document_number"),
    ("operacao_conta", "account_operation"),
    ("posto", "post"),
    ("variacao_carteira", "wallet_variation"),
    ("vencimento", "expiration_date"),
];

/// What was typed, in our names.
fn typed(vector: &Value) -> Map<String, Value> {
    let given = &vector["input"];
    let mut input = Map::new();
    input.insert("bank".to_owned(), vector["bank"].clone());
    for (theirs, ours) in NAMES {
        if !given[theirs].is_null() {
            input.insert(ours.to_owned(), given[theirs].clone());
        }
    }
    let issued_by = match given["emissao"].as_str().map(str::to_lowercase).as_deref() {
        Some("empresa" | "4") => Some("company"),
        Some("banco" | "1") => Some("bank"),
        _ => None,
    };
    input.extend(issued_by.map(|by| ("issued_by".to_owned(), json!(by))));
    if let Some(amount) = given["valor"].as_str() {
        let cents = Money::from_decimal(amount).unwrap().cents();
        input.insert("amount".to_owned(), cents.into());
    }
    input
}

/// Cases that do not follow the bank's own rules, and why.
const EXPLAINED: &[(&[&str], &str)] = &[
    (
        // Itaú's note 23 leaves branch and account out of the check digit for wallet 112. These
        // come from a program that puts the account with its digit in; the two agree only where
        // that digit is genuine, and 1234/12345-6 is not.
        &["b-e8483c9e8d52", "b-c75311eff2b2", "b-1b2511e701a1", "b-83ef82f5672b", "b-15ea4dab893c"],
        "wallet 112 with a false account digit",
    ),
    (
        // Another line of the same source shows the same branch and account with the digit 9
        // that the manual's rule gives.
        &["b-067627043b3e"],
        "a false account digit on paper",
    ),
    (&["b-c213d1b0f291"], "our number and barcode of two boletos"),
    (&["b-f64665168e89"], "the bank makes the number, and the barcode is from before that"),
    (&["b-9e4596f9c1b1"], "a number that is too long is cut"),
    (
        &[
            "b-b9e2d2d8c4ea",
            "b-f646c4ab45cc",
            "b-134482b380da",
            "b-d2b121372d83",
            "b-d10843df2f70",
            "b-ad4d82c03dae",
            "b-b9f96488fdb5",
        ],
        "printed with a check digit that the barcode leaves out",
    ),
    (&["b-81427ec1a83d"], "account and digit in the place of the beneficiary's code"),
    (&["b-1b0750dfa0ac"], "the same, and an IOF that the inputs do not tell"),
    (&["b-26476e1b719e"], "a sample of documentation with a false check digit"),
    (&["b-d1f986d346b7", "b-d3c8ef8e49e9"], "issued in the year before, which no input tells"),
    (&["b-74fa290d20f6"], "the post is in the barcode and not in the inputs"),
    (&["b-d1443511a739"], "modality and client are in the barcode and not in the inputs"),
    (&["b-89454cfb888f"], "a false check digit, given and not computed"),
    (&["b-344c20259a34", "b-3c8df6d08785", "b-0cb7db05599f"], "Caixa's older system SINCO"),
    (&["b-daaa75612378"], "Caixa's older system SICOB"),
    (&["b-31ede6320608"], "the layout of branches of three digits"),
    (&["b-9d2a96ca3576"], "printed by the bank, which the inputs do not tell"),
    (&["b-29f8aebbf68f"], "BRB's sequence widened by the first three places, which is not done"),
    (&["b-318d92f71637"], "the barcode is of another account than the inputs"),
    (&["b-f98428417be5"], "the agreement is in the barcode and not in the inputs"),
];

/// Banks without rules here, and why. A rule that vectors alone suggest could be wrong for every
/// other boleto, so each needs independent sources and a manual.
const WITHOUT_RULES: &[(&str, &str)] = &[
    ("004", "one source and no manual"),
    ("021", "two sources and no manual"),
    ("084", "one source and no manual"),
    ("097", "one source and no manual"),
    ("136", "two sources that disagree"),
    ("174", "one line"),
    ("356", "the bank is no more"),
    ("364", "one line"),
    ("389", "one source and no manual"),
    ("399", "the bank is no more in Brazil"),
    ("403", "one line of a test environment"),
    ("409", "the bank is no more"),
    ("422", "two layouts of one source each and no manual"),
    ("453", "the bank is no more"),
    ("461", "one line of a test environment"),
    ("530", "one number"),
    ("707", "one source and no manual"),
    ("745", "one source and no manual"),
    ("755", "lines without inputs"),
    ("896", "a sample of an invented bank"),
];

fn in_the_table(vector: &Value) -> Option<&'static str> {
    let id = vector["id"].as_str().unwrap();
    EXPLAINED.iter().find(|(ids, _)| ids.contains(&id)).map(|(_, why)| *why)
}

/// Why a case that differs may differ. Cases that those who published the vectors recomputed
/// from the bank's manual have no excuse.
fn explanation(vector: &Value, difference: &Difference) -> Option<String> {
    let general = match (vector["recalculo"].as_str(), vector["kind"].as_str()) {
        (Some("confere"), _) => None,
        (Some("diverge"), _) => vector["ressalva"].as_str(),
        (Some(_), _) => Some("published without enough inputs"),
        (None, Some("par")) => Some("published as line and barcode only"),
        (None, _) => difference.is_refused.then_some("an input that cannot be"),
    };
    in_the_table(vector).or(general).map(str::to_owned)
}

/// What differs from a published result.
struct Difference {
    what: String,
    /// Whether the inputs were refused.
    is_refused: bool,
}

/// Whether two texts have the same digits, whatever stands between them and in front.
fn same_number(theirs: &str, ours: &str) -> bool {
    let bare = |text: &str| -> String {
        let kept: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        kept.trim_start_matches('0').to_owned()
    };
    let (theirs, ours) = (bare(theirs), bare(ours));
    !ours.is_empty() && (theirs.ends_with(&ours) || ours.ends_with(&theirs))
}

/// Compares with what is published.
fn judge(vector: &Value) -> Result<(), Difference> {
    let expected = &vector["expected"];
    // One case publishes a pattern in place of a number.
    let text = |name: &str| expected[name].as_str().filter(|text| !text.contains('\\'));
    let code = text("codigo_barras").or_else(|| text("linha_digitavel"));
    let barcode = code.map(|code| Barcode::parse(code).unwrap());
    let field = barcode.as_ref().map(Barcode::free_field);
    let field = field.or_else(|| FreeField::parse(text("campo_livre")?));
    let mut input = typed(vector);
    if let Some(field) = &field
        && !input.contains_key("our_number")
    {
        // Only the numbers are published: what they say must look right to the bank's rules.
        let rules = titles(vector["bank"].as_str().unwrap()).unwrap();
        let warnings = rules.check_free_field(field);
        let what = format!("{warnings:?}");
        return if warnings.is_empty() {
            Ok(())
        } else {
            Err(Difference { what, is_refused: false })
        };
    }
    if vector["kind"] == "bank_assigned"
        && vector["bank"] == "077"
        && let Some(field) = &field
    {
        // The operation is a number of the account; only the line tells it.
        input.insert("account_operation".to_owned(), json!(field.as_str()[7..14].to_owned()));
    }
    input.entry("expiration_date").or_insert_with(|| json!("2026-12-21"));
    input.entry("amount").or_insert_with(|| json!(100));
    let numbers = loop {
        match tried(&input) {
            // Cases of one number alone come without the rest; it must not matter.
            Err(error) if field.is_none() && error.code == "missing" => {
                input.insert(error.field.to_owned(), json!("1"));
            }
            Err(error) => return Err(Difference { what: error.to_string(), is_refused: true }),
            Ok(numbers) => break numbers,
        }
    };
    let title = numbers.title.unwrap();
    let same = |what: &str, ours: &str, theirs: &str, are_same: bool| {
        let what = format!("{what}: {ours} here, {theirs} published");
        if are_same { Ok(()) } else { Err(Difference { what, is_refused: false }) }
    };
    if let Some(theirs) = field {
        let (ours, theirs) = (title.free_field.as_str(), theirs.as_str());
        same("free field", ours, theirs, ours == theirs)?;
    }
    if let Some(theirs) = barcode {
        let (ours, theirs) = (numbers.barcode.as_str(), theirs.as_str());
        same("barcode", ours, theirs, ours == theirs)?;
    }
    if let Some(theirs) = text("nosso_numero_formatado") {
        let ours = &title.our_number_formatted;
        let are_same = same_number(theirs, ours) || same_number(theirs, &title.our_number);
        same("our number", ours, theirs, are_same)?;
    }
    // Some programs compute a digit where the bank has none, and then do not print it.
    if let Some(theirs) = text("nosso_numero_dv")
        && !title.our_number_digit.is_empty()
    {
        let ours = &title.our_number_digit;
        same("digit", ours, theirs, ours == theirs)?;
    }
    let Some(ours) = numbers.beneficiary else { return Ok(()) };
    if let Some(theirs) = text("agencia_conta_formatada") {
        let are_same = theirs.replace(' ', "") == ours.replace(' ', "");
        same("beneficiary", &ours, theirs, are_same)?;
    }
    for (number, digit) in [("agencia", "agencia_dv"), ("conta", "conta_dv")] {
        let number = vector["input"][number].as_str().unwrap_or_default();
        if let Some(digit) = text(digit) {
            let theirs = format!("{}-{digit}", number.trim_start_matches('0'));
            same("check digit", &ours, &theirs, ours.contains(&theirs))?;
        }
    }
    Ok(())
}

/// Runs all cases of a file that name a bank.
fn run(suite: &str, file: &str) {
    let Some(all) = vectors(file) else { return };
    let (mut run, mut agreed, mut explained) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut without_rules = BTreeMap::new();
    for vector in &all {
        let Some(bank) = vector["bank"].as_str() else { continue };
        // Cases of valid and invalid codes are for the suites of `core`.
        if vector["kind"] == "validity" {
            continue;
        }
        run += 1;
        if titles(bank).is_none() {
            explained += 1;
            *without_rules.entry(bank).or_insert(0) += 1;
            continue;
        }
        match (judge(vector), in_the_table(vector)) {
            (Ok(()), Some(why)) => wrong.push(format!("{} agrees after all: {why}", vector["id"])),
            (Ok(()), None) => agreed += 1,
            (Err(difference), _) => match explanation(vector, &difference) {
                Some(why) => {
                    explained += 1;
                    let (bank, id) = (&vector["bank"], &vector["id"]);
                    println!("{bank} {id}: explained: {why} ({})", difference.what);
                }
                None => wrong.push(format!("{}: {vector}", difference.what)),
            },
        }
    }
    for (bank, count) in without_rules {
        let why = WITHOUT_RULES.iter().find(|(known, _)| *known == bank).map(|(_, why)| *why);
        println!("{bank}: {count} explained: no rules here, {}", why.unwrap_or("never looked at"));
    }
    assert!(agreed > 0, "no case executed");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{suite}: {run} run / {agreed} agreed / {explained} explained");
}

#[test]
fn boletos_of_the_banks() {
    run("boletos of banks", "boletos.json");
}

#[test]
fn our_numbers_of_the_banks() {
    run("our numbers of banks", "nosso_numero.json");
}
