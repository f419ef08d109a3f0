//! `quita pix`: BR Codes («Pix copia e cola»), without a database or a bank.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;
use quita_core::findings::Warning;
use quita_core::money::Money;
use quita_core::pix_key::{PixKey, PixKeyError, PixKeyKind};
use quita_formats::br_code::{self, BrCode, Initiation, PixDomain, ReadError, Target, WriteError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::jsonl::{self, Failure};

/// What can be done with BR Codes.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(
        about = "Monta códigos Pix copia e cola",
        long_about = "Monta códigos Pix copia e cola. Lê um objeto JSON por linha da entrada \
                      padrão, ou o do argumento, e responde uma linha JSON para cada. Código \
                      estático: {\"key\":\"vendas@example.com\",\"merchant_name\":\"Loja\",\
                      \"city\":\"Recife\",\"amount\":12345,\"txid\":\"PEDIDO1\",\
                      \"description\":\"Pedido 1\"}. Dinâmico: location em vez de key. O valor é \
                      em centavos; sem ele quem paga digita. Campos opcionais: key_type (cpf, \
                      cnpj, phone, email, evp), postal_code, recurrence (location de uma \
                      recorrência), initiation (once, reusable), merchant_category (MCC), domain \
                      (lower, upper: caixa de br.gov.bcb.pix)."
    )]
    Encode {
        /// The object, in place of standard input.
        #[arg(help = "Objeto JSON, em vez da entrada padrão")]
        input: Option<OsString>,
    },
    #[command(
        about = "Lê e confere códigos Pix copia e cola",
        long_about = "Lê e confere códigos Pix copia e cola, um por linha da entrada padrão ou o \
                      do argumento, e responde uma linha JSON para cada. O que está fora do \
                      padrão mas pode ser pago vem em warnings; o que não deve ser pago é erro."
    )]
    Decode {
        /// The code, in place of standard input.
        #[arg(help = "Código, em vez da entrada padrão")]
        code: Option<OsString>,
    },
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> ExitCode {
    match command {
        Command::Encode { input } => jsonl::run(input, encode),
        Command::Decode { code } => jsonl::run(code, decode),
    }
}

/// What `encode` takes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Input {
    key: Option<String>,
    key_type: Option<PixKeyKind>,
    location: Option<String>,
    recurrence: Option<String>,
    description: Option<String>,
    merchant_name: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    amount: Option<Money>,
    txid: Option<String>,
    initiation: Option<InitiationWord>,
    merchant_category: Option<String>,
    domain: Option<DomainWord>,
}

/// The fields of [`Input`] with what each must be, for messages.
const INPUT_FIELDS: [(&str, &str); 13] = [
    ("key", "um texto"),
    ("key_type", "cpf, cnpj, phone, email ou evp"),
    ("location", "um texto"),
    ("recurrence", "um texto"),
    ("description", "um texto"),
    ("merchant_name", "um texto"),
    ("city", "um texto"),
    ("postal_code", "um texto"),
    ("amount", "um inteiro, em centavos"),
    ("txid", "um texto"),
    ("initiation", "once ou reusable"),
    ("merchant_category", "um texto"),
    ("domain", "lower ou upper"),
];

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum InitiationWord {
    Once,
    Reusable,
}

impl From<InitiationWord> for Initiation {
    fn from(word: InitiationWord) -> Self {
        match word {
            InitiationWord::Once => Self::Once,
            InitiationWord::Reusable => Self::Reusable,
        }
    }
}

impl From<Initiation> for InitiationWord {
    fn from(initiation: Initiation) -> Self {
        match initiation {
            Initiation::Once => Self::Once,
            Initiation::Reusable => Self::Reusable,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DomainWord {
    Lower,
    Upper,
}

/// What `encode` answers.
#[derive(Serialize)]
struct Encoded {
    br_code: String,
    kind: &'static str,
    key: Option<PixKey>,
    key_type: Option<PixKeyKind>,
    txid: String,
    warnings: Vec<Warning>,
}

fn encode(line: &str) -> Result<Encoded, Failure> {
    // An array would be taken for the fields in their order.
    let is_object = line.trim_start().starts_with('{');
    let input = is_object.then(|| serde_json::from_str(line).ok()).flatten();
    let input: Input = input.ok_or_else(|| explain_json(line))?;
    let key = match (&input.key, input.key_type) {
        (None, _) => None,
        (Some(text), None) => Some(PixKey::parse(text).map_err(key_failure)?),
        (Some(text), Some(kind)) => Some(PixKey::parse_as(kind, text).map_err(key_failure)?),
    };
    let target = match (&key, &input.location) {
        (Some(_), Some(_)) => {
            let message = "Informe key (código estático) ou location (dinâmico), não as duas.";
            return Err(Failure::of_field("location", "key_and_location", message));
        }
        (Some(key), None) => Target::Key { key, description: input.description.as_deref() },
        (None, _) if input.description.is_some() => {
            let message = "Só um código estático, com key, leva descrição; retire o campo.";
            return Err(Failure::of_field("description", "description_without_key", message));
        }
        (None, Some(location)) => Target::Location(location),
        (None, None) => Target::RecurrenceOnly,
    };
    let code = BrCode {
        target,
        recurrence: input.recurrence.as_deref(),
        initiation: input.initiation.map(Initiation::from),
        domain: match input.domain {
            Some(DomainWord::Upper) => PixDomain::Upper,
            Some(DomainWord::Lower) | None => PixDomain::Lower,
        },
        merchant_category: input.merchant_category.as_deref().unwrap_or("0000"),
        amount: input.amount,
        merchant_name: input.merchant_name.as_deref().unwrap_or_default(),
        city: input.city.as_deref().unwrap_or_default(),
        postal_code: input.postal_code.as_deref(),
        txid: input.txid.as_deref(),
    };
    let (br_code, warnings) = code.encode().map_err(write_failure)?;
    let warning =
        |w: br_code::WriteWarning| Warning { code: w.code(), message: w.message().into() };
    Ok(Encoded {
        br_code,
        kind: code.kind().name(code.recurrence.is_some()),
        key_type: key.as_ref().map(PixKey::kind),
        txid: input.txid.unwrap_or_else(|| "***".to_owned()),
        key,
        warnings: warnings.into_iter().map(warning).collect(),
    })
}

fn key_failure(error: PixKeyError) -> Failure {
    Failure::of_field("key", error.code(), error.to_string())
}

fn write_failure(error: WriteError) -> Failure {
    Failure::of_field(error.field(), error.code(), error.to_string())
}

/// Says in Portuguese why a line is not an input, and which field is at fault.
fn explain_json(line: &str) -> Failure {
    let fields = match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return Failure::new("not_an_object", "A linha deve ser um objeto JSON: {…}."),
        Err(error) => {
            let column = error.column();
            let message = format!("A linha não é JSON válido (coluna {column}).");
            return Failure::new("invalid_json", message);
        }
    };
    for (name, value) in fields {
        let Some((field, wanted)) = INPUT_FIELDS.into_iter().find(|(field, _)| *field == name)
        else {
            let known = INPUT_FIELDS.map(|(field, _)| field).join(", ");
            let message = format!("O campo {name:?} não existe; os campos são {known}.");
            return Failure::new("unknown_field", message);
        };
        let alone = Value::Object([(name, value)].into_iter().collect());
        if serde_json::from_value::<Input>(alone).is_err() {
            let message = format!("O campo {field} deve ser {wanted}.");
            return Failure::of_field(field, "invalid", message);
        }
    }
    Failure::new("invalid_json", "O objeto repete um campo; deixe só um.")
}

/// What `decode` answers.
#[derive(Serialize)]
struct Decoded {
    kind: &'static str,
    initiation: Option<InitiationWord>,
    key: Option<String>,
    key_type: Option<PixKeyKind>,
    description: Option<String>,
    withdrawal_ispb: Option<String>,
    location: Option<String>,
    recurrence: Option<String>,
    merchant_category: String,
    amount: Option<Money>,
    merchant_name: String,
    city: String,
    postal_code: Option<String>,
    txid: Option<String>,
    crc: String,
    warnings: Vec<Warning>,
}

fn decode(text: &str) -> Result<Decoded, Failure> {
    let code = br_code::decode(text).map_err(read_failure)?;
    let warning =
        |w: &br_code::ReadWarning| Warning { code: w.code(), message: w.message().into() };
    Ok(Decoded {
        kind: code.kind.name(code.recurrence.is_some()),
        initiation: code.initiation.map(InitiationWord::from),
        key: code.key.map(str::to_owned),
        key_type: code.key.and_then(|key| PixKey::parse(key).ok()).map(|key| key.kind()),
        description: code.description.map(str::to_owned),
        withdrawal_ispb: code.withdrawal_ispb.map(str::to_owned),
        location: code.location.map(str::to_owned),
        recurrence: code.recurrence.map(str::to_owned),
        merchant_category: code.merchant_category.to_owned(),
        amount: code.amount,
        merchant_name: code.merchant_name.to_owned(),
        city: code.city.to_owned(),
        postal_code: code.postal_code.map(str::to_owned),
        txid: code.txid.map(str::to_owned),
        crc: code.crc.to_owned(),
        warnings: code.warnings.iter().map(warning).collect(),
    })
}

fn read_failure(error: ReadError) -> Failure {
    let field = error.field.and_then(br_code::FieldId::name);
    Failure { code: error.reason.code(), message: error.to_string(), field }
}
