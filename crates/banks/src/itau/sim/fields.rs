//! Reading the body of an emission or instruction, field by field, with the bank's complaints.

use jiff::civil::Date;
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::rate::Rate;
use serde_json::Value as Json;

use super::reply::Field;
use super::switches::{Numbers, Switches};
use crate::simulator::input::{date, field, text, whole};

/// Which service reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// `POST /cash_management/v2/boletos`.
    Cash,
    /// `POST /pix_recebimentos_conciliacoes/v2/boletos_pix`.
    BolecodeOld,
    /// `POST /recebimentos-pix/v1/boletos-pix`.
    BolecodeNew,
    /// `PATCH /cash_management/v2/boletos/{id}/…`.
    Instruction,
}

impl Service {
    /// How this service writes numbers.
    pub(super) const fn numbers(self, switches: &Switches) -> Numbers {
        match self {
            Self::Cash | Self::BolecodeOld => Numbers::Digits,
            Self::BolecodeNew => switches.bolecode_new_numbers,
            Self::Instruction => Numbers::Decimal,
        }
    }

    pub(super) const fn is_bolecode(self) -> bool {
        matches!(self, Self::BolecodeOld | Self::BolecodeNew)
    }
}

/// A body being read, with what was wrong so far.
pub(super) struct Reader<'a> {
    root: &'a Json,
    /// What the bank writes before the names of fields.
    prefix: &'static str,
    numbers: Numbers,
    strict: bool,
    documents: bool,
    pub(super) wrong: Vec<Field>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Json, service: Service, switches: &Switches) -> Self {
        Self {
            root,
            prefix: if service == Service::Cash { "data." } else { "" },
            numbers: service.numbers(switches),
            strict: switches.strict_numbers,
            documents: switches.check_documents,
            wrong: Vec::new(),
        }
    }

    /// A complaint about a field.
    pub(super) fn fault(&mut self, name: &str, message: &str) {
        let value = self.value(name).and_then(text).unwrap_or_default();
        let name = format!("{}{name}", self.prefix);
        self.wrong.push(Field::new(name, message, value));
    }

    /// What stands there; an index is a name of digits.
    pub(super) fn value(&self, name: &str) -> Option<&'a Json> {
        let mut found = self.root;
        for part in name.split('.') {
            found = match part.parse::<usize>() {
                Ok(place) => found.get(place)?,
                Err(_) => field(found, part)?,
            };
        }
        Some(found)
    }

    /// A text, or the text of a number; blanks at the ends do not count.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.value(name).and_then(text)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A text that must be there, of at most so many characters.
    pub(super) fn required(&mut self, name: &str, longest: usize) -> String {
        let Some(text) = self.text(name) else {
            self.fault(name, "Campo obrigatório não informado");
            return String::new();
        };
        if text.chars().count() > longest {
            self.fault(name, &format!("Tamanho máximo de {longest} caracteres excedido"));
        }
        text
    }

    /// As [`Reader::required`], of words that the bank lists.
    pub(super) fn word(&mut self, name: &str, words: &[&str]) -> String {
        let text = self.required(name, 60);
        if !text.is_empty() && !words.contains(&text.as_str()) {
            self.fault(name, &format!("Valor deve ser um de: {}", words.join(", ")));
        }
        text
    }

    /// Exactly so many digits, that must be there.
    pub(super) fn digits(&mut self, name: &str, count: usize) -> String {
        let text = self.required(name, 60);
        let is_right = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !text.is_empty() && !is_right {
            self.fault(name, &format!("Deve ter {count} dígitos"));
        }
        text
    }

    /// A date that must be there.
    pub(super) fn date(&mut self, name: &str) -> Option<Date> {
        let text = self.required(name, 30);
        let found = date(&text);
        if found.is_none() && !text.is_empty() {
            self.fault(name, "Data deve estar no formato AAAA-MM-DD");
        }
        found
    }

    /// A date that may be left out.
    pub(super) fn date_if_any(&mut self, name: &str) -> Option<Date> {
        self.value(name)?;
        self.date(name)
    }

    /// A count of days that may be left out.
    pub(super) fn days(&mut self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        let found = whole(value).filter(|days| (0..=9_999).contains(days));
        if found.is_none() {
            self.fault(name, "Quantidade de dias inválida");
        }
        found
    }

    /// An amount that may be left out.
    pub(super) fn money(&mut self, name: &str) -> Option<Money> {
        let text = self.text(name)?;
        let is_digits = text.len() == 17 && text.bytes().all(|b| b.is_ascii_digit());
        let is_decimal = text.split_once('.').is_some_and(|(whole, cents)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(whole) && digits(cents) && cents.len() == 2
        });
        let fits = match self.numbers {
            Numbers::Digits => is_digits,
            Numbers::Decimal => is_decimal,
        };
        if !fits && (self.strict || !(is_digits || is_decimal)) {
            let message = match self.numbers {
                Numbers::Digits => "Valor deve ter 17 dígitos, sem separador",
                Numbers::Decimal => "Valor deve seguir o padrão ^\\d+\\.\\d{2}$",
            };
            self.fault(name, message);
            return None;
        }
        if is_digits {
            text.parse().ok().map(Money::from_cents)
        } else {
            Money::from_decimal(&text)
        }
    }

    /// An amount that must be there.
    pub(super) fn required_money(&mut self, name: &str) -> Money {
        if self.text(name).is_none() {
            self.fault(name, "Campo obrigatório não informado");
        }
        self.money(name).unwrap_or_default()
    }

    /// A percentage that must be there.
    pub(super) fn percent(&mut self, name: &str) -> Rate {
        let Some(text) = self.text(name) else {
            self.fault(name, "Campo obrigatório não informado");
            return Rate::default();
        };
        let is_digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        let is_decimal = text.contains('.');
        let fits = match self.numbers {
            Numbers::Digits => is_digits,
            Numbers::Decimal => is_decimal,
        };
        let read = match is_digits {
            true => format!("{}.{}", &text[..7], &text[7..]).parse().ok(),
            false => text.parse().ok(),
        };
        match read {
            Some(rate) if fits || !self.strict => rate,
            _ => {
                self.fault(name, "Percentual fora do formato");
                Rate::default()
            }
        }
    }

    /// Who pays, or the guarantor: document and name.
    pub(super) fn person(&mut self, name: &str, address: bool) -> (String, String) {
        let at = |rest: &str| format!("{name}.{rest}");
        let kind = self.word(&at("pessoa.tipo_pessoa.codigo_tipo_pessoa"), &["F", "J"]);
        let (cpf, cnpj) = (
            at("pessoa.tipo_pessoa.numero_cadastro_pessoa_fisica"),
            at("pessoa.tipo_pessoa.numero_cadastro_nacional_pessoa_juridica"),
        );
        let document = if kind == "J" { cnpj } else { cpf };
        let length = if kind == "J" { 14 } else { 11 };
        let text = self.digits(&document, length);
        if self.documents && Document::parse(&text).is_err() {
            self.fault(&document, "Documento inválido");
        }
        let person = self.required(&at("pessoa.nome_pessoa"), 50);
        if address {
            self.required(&at("endereco.nome_logradouro"), 45);
            self.required(&at("endereco.nome_bairro"), 15);
            self.required(&at("endereco.nome_cidade"), 20);
            let state = self.required(&at("endereco.sigla_UF"), 2);
            if state.len() != 2 {
                self.fault(&at("endereco.sigla_UF"), "UF inválida");
            }
            self.digits(&at("endereco.numero_CEP"), 8);
        }
        (text, person)
    }

    /// Complains about every text with a character or word that the bolecode refuses.
    pub(super) fn texts(&mut self, accents: bool) {
        let mut found = Vec::new();
        visit(self.root, String::new(), &mut |name, text| {
            let refused = |c: char| "[:<>&;'\"`()#*/|]ü".contains(c);
            let lower = text.to_lowercase();
            let word = ["http", "javascript", "alert"].iter().any(|word| lower.contains(word));
            let accent = accents && text.chars().any(|c| !c.is_ascii() || c == '-');
            // Dates and keys have their own shapes.
            let is_exempt = name.contains("data_") || name.contains("chave");
            if !is_exempt && (text.chars().any(refused) || word || accent) {
                found.push(Field::new(name, "Caractere ou palavra não permitidos", text));
            }
        });
        self.wrong.extend(found);
    }
}

fn visit(json: &Json, name: String, each: &mut impl FnMut(String, &str)) {
    match json {
        Json::String(text) => each(name, text),
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                visit(item, format!("{name}[{place}]"), each);
            }
        }
        Json::Object(members) => {
            for (member, value) in members {
                let dot = if name.is_empty() { "" } else { "." };
                visit(value, format!("{name}{dot}{member}"), each);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
