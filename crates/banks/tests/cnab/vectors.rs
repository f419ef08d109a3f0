//! Files that others published, read to what they are known to hold.
//!
//! The files are not part of the repository; `QUITA_VECTORS` says where they are. Several sorts of
//! expectations: what an independent reader of the same manuals found (`layout`), what the tests
//! of other programs assert (`asserted`, `asserted_brcobranca`), and what such a program reads
//! (`peer_parser`) or has written the file from (`peer_dados`). Files of which nobody tells
//! anything are in [`BY_HAND`]. Whatever differs is in [`EXPLAINED`], with the reason.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;
use quita_banks::cnab::formats;
use quita_core::money::Money;
use quita_formats::cnab::{Item, Options, Title, read};
use serde_json::Value;

/// Differences that are meant: file, source, key (`*` for any), and why we do otherwise.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    ("c-a44a3bbe952c", "layout", "agencia_cobradora", "the digit has a field of its own"),
    ("c-e81135f966d9", "layout", "agencia_cobradora", "the digit has a field of its own"),
    ("c-16e7b3c3d22c", "layout", "banco_cobrador", "zeros, says the bank's manual"),
    ("c-16e7b3c3d22c", "layout", "outras_despesas", "zeros, says the bank's manual"),
    ("c-16e7b3c3d22c", "layout", "outros_creditos", "zeros, says the bank's manual"),
    ("c-74067f172f72", "layout", "motivos", "one of three places holds «00 »: no reason"),
    ("*", "asserted", "valor_liquido", "it calls the paid amount so in 400"),
    ("*", "asserted", "sacado_documento", "the company's document, or changed when names were"),
    ("c-028c887195e4", "asserted", "numero_documento", "it takes our number for it"),
    ("c-a44a3bbe952c", "asserted", "numero_documento", "it takes our number for it"),
    ("c-44ae2fc88e96", "asserted", "valor_outros_creditos", "the layout has no such field"),
    ("c-44ae2fc88e96", "asserted", "valor_outras_despesas", "blanks, which it reads as zero"),
    ("c-44ae2fc88e96", "asserted", "valor_tarifa", "blanks, which it reads as zero"),
    ("c-28eaaf4d399d", "peer_parser", "txid", "it reads the record of Pix in every row"),
    ("c-74067f172f72", "peer_parser", "txid", "it reads the record of Pix in every row"),
    ("c-e28ebdc314c3", "peer_parser", "txid", "it reads the record of Pix in every row"),
    (
        "c-8489f5665f07",
        "peer_parser",
        "nosso_numero",
        "it reads the places of record 7 in record 1",
    ),
    (
        "c-c6e3eaf66625",
        "peer_parser",
        "nosso_numero",
        "it reads the places of record 7 in record 1",
    ),
    ("c-883e32876513", "peer_parser", "data_credito", "it takes the due date for it"),
    (
        "c-1ce382f2f492",
        "peer_dados",
        "credito",
        "its day of credit stands behind the common places",
    ),
    ("c-3ca55bdeff69", "peer_dados", "saldo", "in 240 it writes it as what is credited"),
    ("c-3ca55bdeff69", "peer_dados", "abatimento", "it writes it as other expenses"),
    ("c-92e66db6b0e4", "asserted_brcobranca", "*", "its first item is the header of the file"),
];

/// Files without a layout here, and why.
const UNREADABLE: &[(&str, &str)] = &[
    ("c-54a12dd3fd28", "070 in 400: no manual read, and days and amounts are elsewhere"),
    ("c-8461b810cefa", "097 in 400: no manual read, and days and amounts are elsewhere"),
];

/// Titles of files without any expectation, read by eye from their rows: which one; code, our
/// number, amount, paid amount, interest, fee, due date.
const BY_HAND: &[(&str, usize, [&str; 7])] = &[
    ("c-4230d0a4a87d", 0, ["02", "00000196289", "100000", "0", "0", "150", "2022-06-10"]),
    ("c-6cec9f89ad8f", 0, ["06", "00113365383", "5859000", "5859000", "0", "0", "2023-01-13"]),
    ("c-6cec9f89ad8f", 1, ["06", "00113365557", "207428", "207773", "345", "0", "2023-01-12"]),
    ("c-0efc3f9b8d4a", 3, ["06", "01044772069", "3911490", "4061428", "149938", "0", "2023-01-02"]),
    ("c-945b07975e6f", 0, ["02", "00000000000000000028", "10000", "10000", "0", "0", "2023-04-30"]),
];

/// A title with nothing borrowed.
struct Read {
    texts: Vec<(&'static str, String)>,
    amounts: Vec<(&'static str, Option<Money>)>,
    days: Vec<(&'static str, Option<Date>)>,
    reasons: Vec<String>,
    line: u64,
}

impl Read {
    fn of(title: &Title<'_>) -> Self {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("").to_owned();
        let number = text(&title.our_number);
        Self {
            texts: vec![
                ("ocorrencia", title.occurrence.to_string()),
                ("nosso_numero_inteiro", format!("{number}{}", text(&title.our_number_digit))),
                ("nosso_numero", number),
                ("nosso_numero_dv", text(&title.our_number_digit)),
                ("seu_numero", text(&title.document_number)),
                ("uso_empresa", text(&title.company_use)),
                ("carteira", text(&title.wallet)),
                ("especie", text(&title.species)),
                ("banco_cobrador", text(&title.collecting_bank)),
                ("agencia_cobradora", text(&title.collecting_branch)),
                ("meio_liquidacao", text(&title.settlement_means)),
                ("nome_pagador", text(&title.customer_name)),
                ("inscricao_pagador", text(&title.customer_document)),
                ("motivos_texto", text(&title.reason_text)),
                ("txid", text(&title.txid)),
            ],
            amounts: vec![
                ("valor", title.amount),
                ("valor_pago", title.paid_amount),
                ("valor_liquido", title.credited_amount),
                ("juros", title.interest),
                ("multa", title.fine),
                ("desconto", title.discount),
                ("abatimento", title.abatement),
                ("iof", title.iof),
                ("tarifa", title.fee),
                ("outras_despesas", title.other_expenses),
                ("outros_creditos", title.other_credits),
            ],
            days: vec![
                ("vencimento", title.expiration_date),
                ("data_ocorrencia", title.occurrence_date),
                ("data_credito", title.credit_date),
            ],
            reasons: title.reasons.iter().map(|reason| reason.code.to_string()).collect(),
            line: title.line,
        }
    }

    /// What differs at this key of ours; `None` where it is the same.
    fn differs(&self, key: &str, told: &Value) -> Option<String> {
        let text = told.as_str().unwrap_or("").trim();
        if key == "motivos" {
            let told: Vec<&str> = told.as_array()?.iter().filter_map(Value::as_str).collect();
            let told: Vec<&str> = told.into_iter().map(str::trim).collect();
            return (self.reasons != told).then(|| format!("{:?}", self.reasons));
        }
        if key == "linha" {
            return (told.as_u64() != Some(self.line)).then(|| self.line.to_string());
        }
        if let Some((_, got)) = self.texts.iter().find(|(name, _)| *name == key) {
            let plain = |text: &str| text.trim_start_matches('0').to_owned();
            let same = match key {
                "inscricao_pagador" => plain(got) == plain(text),
                // Others cut it, or leave off zeros.
                "nosso_numero_inteiro" => {
                    got.ends_with(text) || got.starts_with(text) || plain(got) == plain(text)
                }
                _ => got == text,
            };
            return (!same).then(|| format!("{got:?}"));
        }
        if let Some((_, got)) = self.amounts.iter().find(|(name, _)| *name == key) {
            let same = match told.as_str().is_some_and(|text| text.contains('.')) {
                true => *got == Money::from_decimal(text),
                false => got.map_or(0, Money::cents) == text.parse().unwrap_or(0),
            };
            return (!same).then(|| format!("{got:?}"));
        }
        let (_, got) = self.days.iter().find(|(name, _)| *name == key).expect("a key of ours");
        let day = |format| Date::strptime(format, text).ok();
        let told = match text.len() {
            6 => day("%d%m%y"),
            8 => day("%d%m%Y"),
            _ => day("%Y-%m-%d"),
        };
        (*got != told).then(|| format!("{got:?}"))
    }
}

/// The key of ours for a key of each source; `None` for what a title does not hold.
fn key_of<'k>(source: &str, key: &'k str) -> Option<&'k str> {
    Some(match (source, key) {
        ("layout", "valor_lancamento") => "valor_liquido",
        ("layout", "juros_mora" | "juros_multa") => "juros",
        ("layout", "custas_protesto") => "outras_despesas",
        ("peer_dados", "op") => "ocorrencia",
        ("peer_dados", "ocorrencia") => "data_ocorrencia",
        ("peer_dados", "saldo") => "valor_pago",
        ("peer_dados", "credito") => "data_credito",
        ("peer_dados", "documento") => "seu_numero",
        ("peer_dados", "valor" | "juros" | "abatimento" | "tarifa" | "vencimento") => key,
        ("peer_dados", _) => return None,
        // No part of a title.
        ("layout", "convenio" | "juros_desconto") => return None,
        ("layout", other) => other,
        (_, "codigo_ocorrencia" | "comando") => "ocorrencia",
        (_, "codigo_movimento_retorno" | "codigo_ocorrencia_retorno") => "ocorrencia",
        (_, "data_ocorrencia" | "data_liquidacao") => "data_ocorrencia",
        (_, "data_vencimento") => "vencimento",
        (_, "data_credito") => "data_credito",
        (_, "valor_titulo") => "valor",
        (_, "valor_tarifa") => "tarifa",
        (_, "valor_abatimento") => "abatimento",
        (_, "desconto" | "desconto_concedito" | "valor_desconto") => "desconto",
        (_, "iof" | "iof_desconto" | "valor_iof") => "iof",
        (_, "valor_recebido" | "valor_pago") => "valor_pago",
        (_, "juros_mora" | "valor_juros_multa") => "juros",
        (_, "outras_despesas" | "valor_outras_despesas") => "outras_despesas",
        (_, "outros_recebimento" | "valor_outros_creditos") => "outros_creditos",
        (_, "banco_recebedor") => "banco_cobrador",
        (_, "documento_numero" | "numero_documento") => "seu_numero",
        (_, "sacado_nome") => "nome_pagador",
        (_, "sacado_documento") => "inscricao_pagador",
        (_, "nosso_numero" | "nosso_numero_sem_dv") => "nosso_numero_inteiro",
        (_, "txid") => "txid",
        (_, "valor_liquido") => "valor_liquido",
        _ => return None,
    })
}

/// The data of a title as a file has them: codes with two digits, amounts with both decimals.
fn as_written(mut title: Value) -> Value {
    for (key, value) in title.as_object_mut().into_iter().flatten() {
        let Value::Number(number) = &*value else { continue };
        let number = number.to_string();
        *value = Value::String(match (key.as_str(), number.split_once('.')) {
            ("op", _) => format!("{number:0>2}"),
            (_, Some((whole, decimals))) => format!("{whole}.{decimals:0<2}"),
            (_, None) => format!("{number}.00"),
        });
    }
    title
}

/// Titles of a source, each with its place among ours.
fn expected(source: &str, told: &Value, ours: usize) -> Vec<(usize, Value)> {
    if source == "layout" {
        let titles = told["titulos"].as_array().cloned().unwrap_or_default();
        return titles.into_iter().enumerate().collect();
    }
    if source == "peer_dados" {
        let titles = told["registros"].as_array().cloned().unwrap_or_default();
        return titles.into_iter().map(as_written).enumerate().collect();
    }
    if let Some(items) = told["itens"].as_object() {
        let place = |(at, item): (&String, &Value)| Some((at.parse().ok()?, item.clone()));
        return items.iter().filter_map(place).filter(|(at, _)| *at < ours).collect();
    }
    // That program takes headers and trailers for titles, too.
    let items = told["itens"].as_array().cloned().unwrap_or_default();
    let last = items.len().saturating_sub(1);
    let is_title = |(at, item): &(usize, Value)| match item["codigo_registro"].as_str() {
        Some(kind) => matches!(kind, "1" | "7" | "3"),
        None => *at != 0 && *at != last,
    };
    let titles = items.into_iter().enumerate().filter(is_title).map(|(_, item)| item);
    titles.enumerate().collect()
}

#[test]
fn returns_are_read_as_expected() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join("cnab_retorno.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let formats = formats();
    let (mut agreed, mut explained) = (0, 0);
    let mut failures = BTreeSet::new();
    let (mut used, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for vector in file["vectors"].as_array().expect("a list of vectors") {
        if vector["kind"] != "retorno" {
            continue;
        }
        let id = vector["id"].as_str().unwrap();
        seen.insert(id);
        let path = folder.join("files").join(vector["file"].as_str().unwrap());
        let bytes = std::fs::read(path).unwrap();
        let mut titles = Vec::new();
        let done = read(bytes.as_slice(), &formats, Options::default(), |item| {
            if let Item::Title(title) = item {
                titles.push(Read::of(title));
            }
            Ok(())
        });
        if UNREADABLE.iter().any(|(file, _)| *file == id) {
            assert!(done.is_err(), "{id} can be read now");
            explained += 1;
            continue;
        }
        done.unwrap_or_else(|error| panic!("{id}: {error}"));
        let by_hand: Vec<_> = BY_HAND.iter().filter(|(file, ..)| *file == id).collect();
        for (_, at, told) in &by_hand {
            let keys = [
                "ocorrencia",
                "nosso_numero",
                "valor",
                "valor_pago",
                "juros",
                "tarifa",
                "vencimento",
            ];
            for (key, told) in keys.into_iter().zip(told) {
                let differs = titles[*at].differs(key, &Value::from(*told));
                assert_eq!(differs, None, "{id}, title {at}: {key} {told}");
            }
            agreed += 1;
        }
        let sources = ["layout", "asserted", "asserted_brcobranca", "peer_parser", "peer_dados"];
        let is_compared = sources.iter().any(|source| !vector["expected"][source].is_null());
        assert!(is_compared || !by_hand.is_empty(), "{id} is read and compared with nothing");
        for source in sources {
            let told = &vector["expected"][source];
            if told.is_null() {
                continue;
            }
            let expected = expected(source, told, titles.len());
            let (mut differs, mut unknown) = (0, Vec::new());
            let is_whole = matches!(source, "layout" | "peer_dados");
            if is_whole && expected.len() != titles.len() {
                unknown.push(format!("{} titles instead of {}", titles.len(), expected.len()));
            }
            for (at, item) in &expected {
                let Some(title) = titles.get(*at) else {
                    unknown.push(format!("no title {at}"));
                    continue;
                };
                for (key, told) in item.as_object().into_iter().flatten() {
                    let Some(ours) = key_of(source, key) else { continue };
                    let Some(got) = title.differs(ours, told) else { continue };
                    differs += 1;
                    let why = EXPLAINED.iter().position(|(file, from, what, _)| {
                        [(*file, id), (*from, source), (*what, key)]
                            .iter()
                            .all(|(own, other)| *own == "*" || own == other)
                    });
                    match why {
                        Some(why) => drop(used.insert(why)),
                        None => unknown
                            .push(format!("line {}, {key}: {got}, expected {told}", title.line)),
                    }
                }
            }
            if !unknown.is_empty() {
                unknown.truncate(4);
                failures.insert(format!("{id} {source}: {}", unknown.join("; ")));
            } else if differs > 0 {
                explained += 1;
            } else {
                agreed += 1;
            }
        }
    }
    let count = agreed + explained + failures.len();
    println!("cnab returns: {count} run / {agreed} agreed / {explained} explained");
    let failures: Vec<String> = failures.into_iter().collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 0, "no case executed");
    // Another set of vectors need not have all of these files.
    let unused = (0..EXPLAINED.len()).filter(|at| !used.contains(at)).map(|at| EXPLAINED[at]);
    let (stale, unseen): (Vec<_>, Vec<_>) = unused.partition(|known| seen.contains(known.0));
    println!("cnab returns: {} explanations without their file", unseen.len());
    assert_eq!(stale, [], "explains nothing any more");
}

/// A return of Bradesco inside a test of another program, its lines cut at the end.
#[test]
fn an_embedded_return_is_read_as_asserted() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let path = PathBuf::from(folder).join("cnab_retorno_embutido.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vector = &file["vectors"][0];
    let mut titles = Vec::new();
    let text = vector["texto"].as_str().unwrap();
    let done = read(text.as_bytes(), &formats(), Options::default(), |item| {
        if let Item::Title(title) = item {
            titles.push(Read::of(title));
        }
        Ok(())
    });
    done.unwrap();
    let (mut compared, mut explained) = (0, 0);
    for assert in vector["asserts"].as_array().unwrap() {
        let of = assert["of"].as_str().unwrap();
        let mut parts =
            of.strip_prefix("result.boletos.").into_iter().flat_map(|rest| rest.split('.'));
        let Some(title) = parts.next().map(|at| &titles[at.parse::<usize>().unwrap()]) else {
            continue;
        };
        if let Some(date) = assert["date"].as_str() {
            let key = parts.next().unwrap();
            if key == "vencimento" {
                // Zeros in the file; that program takes the day of the payment instead.
                assert_eq!(title.days[0], (key, None));
                explained += 1;
                continue;
            }
            assert_eq!(title.differs(key, &Value::from(&date[..10])), None, "{of}");
            compared += 1;
        }
        for (key, told) in assert["containSubset"].as_object().into_iter().flatten() {
            let ours = match key.as_str() {
                "codigo_ocorrencia" => "ocorrencia",
                "valor_pago" | "valor" | "outros_creditos" => key,
                "iof_devido" => "iof",
                "abatimento_concedido" => "abatimento",
                "desconto_concedido" => "desconto",
                "juros_mora" => "juros",
                "banco_recebedor" => "banco_cobrador",
                "nosso_numero" => {
                    let (_, got) = &title.texts[2];
                    assert_eq!(Some(got.trim_start_matches('0')), told.as_str(), "{of}");
                    compared += 1;
                    continue;
                }
                // «00» is no reason.
                "motivos_ocorrencia" => {
                    assert!(title.reasons.is_empty());
                    explained += 1;
                    continue;
                }
                _ => continue,
            };
            assert_eq!(title.differs(ours, told), None, "{of}: {key} {told}");
            compared += 1;
        }
    }
    println!(
        "embedded return: {} run / {compared} agreed / {explained} explained",
        compared + explained
    );
    assert!(compared > 10);
}
