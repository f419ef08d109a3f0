//! Issuing a boleto: what is checked, and what is refused.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::document::Document;
use quita_core::due_factor::DueFactor;
use quita_core::money::Money;
use quita_core::rate::Rate;
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::{Boleto, Charge, Discount, Forms, Situacao};
use super::reply::{self, Family, Violation};
use super::state::{State, Task};
use crate::contract::HttpResponse;
use crate::simulator::Entropy;
use crate::simulator::clock;
use crate::simulator::input::{bare, date, field, hundredths, money, text, whole};
use crate::simulator::random::uuid;

/// Smallest and largest nominal amount.
pub(super) const AMOUNTS: (Money, Money) =
    (Money::from_cents(250), Money::from_cents(9_999_999_999));

/// From this hour in São Paulo no boleto due on the same day is taken.
const SAME_DAY_UNTIL: i8 = 20;

const STATES: [&str; 27] = [
    "AC", "AL", "AP", "AM", "BA", "CE", "DF", "ES", "GO", "MA", "MT", "MS", "MG", "PA", "PB", "PR",
    "PE", "PI", "RJ", "RN", "RS", "RO", "RR", "SC", "SP", "SE", "TO",
];

impl State {
    /// `POST /cobranca/v3/cobrancas`.
    pub(super) fn issue(&mut self, call: &Call<'_>, rng: &mut dyn Entropy) -> HttpResponse {
        let body = match call.json(Family::Cobranca) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let order = match self.read_order(call, &body) {
            Ok(order) => order,
            Err(violations) => {
                return reply::invalid(Family::Cobranca, &violations, call.now);
            }
        };
        if self.is_duplicate(&order) {
            let status = self.switches.duplicate_status;
            let reason = "Já existe cobrança com mesmo seuNumero, valorNominal, dataVencimento e \
                          cpfCnpj do pagador emitida há menos de 30 minutos";
            return reply::refused(
                status,
                "Cobrança duplicada.",
                &[Violation::whole(reason)],
                call.now,
            );
        }
        let place = self.boletos.len();
        let boleto = Boleto { id: uuid(rng), to_fail: self.switches.issue_refused.take(), ..order };
        let answer = reply::json(200, &json!({ "codigoSolicitacao": boleto.id }));
        self.index.add(place, &boleto);
        self.boletos.push(boleto);
        match self.switches.registration_delay_ms {
            0 => self.register(place, call.now, rng),
            delay => {
                self.schedule(clock::later(call.now, delay), Task::Register { boleto: place });
            }
        }
        answer
    }

    /// The same reference, amount, due date and customer a short while ago.
    fn is_duplicate(&self, order: &Boleto) -> bool {
        let window = u64::from(self.switches.duplicate_minutes) * 60_000;
        let places = self.index.by_reference.get(&order.reference).map_or(&[][..], Vec::as_slice);
        places
            .iter()
            .rev()
            .filter_map(|place| self.boletos.get(*place))
            .filter(|other| other.account == order.account)
            .take_while(|other| clock::later(other.issued_at, window) > order.issued_at)
            .any(|other| {
                other.amount == order.amount
                    && other.due == order.due
                    && other.document == order.document
            })
    }

    fn read_order(&self, call: &Call<'_>, body: &Json) -> Result<Boleto, Vec<Violation>> {
        let mut form = Form { body, violations: Vec::new() };
        let reference = form.text("seuNumero", true, 1, 15).unwrap_or_default();
        let amount = form.amount("valorNominal");
        let due = form.due_date("dataVencimento", call.now);
        let days_after_due = form.whole("numDiasAgenda", 0, 60).unwrap_or_default();
        let document = form.person("pagador", self.switches.check_documents);
        for (name, longest) in [
            ("bairro", 60),
            ("numero", 10),
            ("complemento", 30),
            ("email", 50),
            ("ddd", 2),
            ("telefone", 9),
        ] {
            form.text(&format!("pagador.{name}"), false, 1, longest);
        }
        for line in 1..=5 {
            form.text(&format!("mensagem.linha{line}"), false, 1, 78);
        }
        if field(body, "beneficiarioFinal").is_some() {
            form.person("beneficiarioFinal", self.switches.check_documents);
            form.text("beneficiarioFinal.bairro", false, 1, 60);
        }
        form.fiscal_document();
        let discount = form.discount();
        let fine = form.charge("multa", "PERCENTUAL", "VALORFIXO", &["NAOTEMMULTA"]);
        let interest =
            form.charge("mora", "TAXAMENSAL", "VALORDIA", &["ISENTO", "CONTROLEDOBANCO"]);
        let forms = form.forms();
        let (Some(amount), Some(due), true) = (amount, due, form.violations.is_empty()) else {
            return Err(form.violations);
        };
        Ok(Boleto {
            id: String::new(),
            account: call.account.clone(),
            reference,
            amount,
            due,
            days_after_due: u16::try_from(days_after_due).unwrap_or_default(),
            issued_at: call.now,
            issued_on: call.today,
            customer: body.get("pagador").cloned().unwrap_or_default(),
            document,
            discount,
            fine,
            interest,
            forms,
            fiscal_document: field(body, "notaFiscal").cloned(),
            to_fail: false,
            situation: Situacao::EmProcessamento,
            situation_since: call.now,
            situation_before: None,
            title: None,
            qr: None,
            reason: None,
            payments: Vec::new(),
        })
    }
}

/// Reads an order field by field and notes what is wrong.
pub(super) struct Form<'a> {
    pub(super) body: &'a Json,
    pub(super) violations: Vec<Violation>,
}

impl Form<'_> {
    fn wrong(&mut self, path: &str, reason: impl Into<String>) {
        let value = field(self.body, path).and_then(text);
        self.violations.push(Violation::of(path, reason, value));
    }

    fn text(
        &mut self,
        path: &str,
        required: bool,
        shortest: usize,
        longest: usize,
    ) -> Option<String> {
        let Some(found) = field(self.body, path) else {
            if required {
                self.wrong(path, "não deve ser nulo ou vazio");
            }
            return None;
        };
        let Some(found) = text(found) else {
            self.wrong(path, "deve ser um texto");
            return None;
        };
        if !(shortest..=longest).contains(&found.chars().count()) {
            self.wrong(path, format!("tamanho deve ser entre {shortest} e {longest}"));
        }
        Some(found)
    }

    fn whole(&mut self, path: &str, least: i64, most: i64) -> Option<i64> {
        let value = field(self.body, path).and_then(whole);
        match value {
            Some(value) if (least..=most).contains(&value) => Some(value),
            _ => {
                self.wrong(path, format!("deve ser um inteiro entre {least} e {most}"));
                None
            }
        }
    }

    fn word(&mut self, path: &str, words: &[&str]) {
        let found = field(self.body, path).and_then(text).unwrap_or_default();
        if !words.contains(&found.as_str()) {
            self.wrong(path, format!("deve ser um de: {}", words.join(", ")));
        }
    }

    /// The nominal amount.
    pub(super) fn amount(&mut self, path: &str) -> Option<Money> {
        let amount = field(self.body, path).and_then(money);
        match amount {
            Some(amount) if (AMOUNTS.0..=AMOUNTS.1).contains(&amount) => Some(amount),
            _ => {
                let (least, most) = (AMOUNTS.0.to_decimal(), AMOUNTS.1.to_decimal());
                self.wrong(path, format!("deve ser entre {least} e {most}"));
                None
            }
        }
    }

    /// A due date of today (before the cut-off) or later, that fits in a barcode.
    pub(super) fn due_date(&mut self, path: &str, now: Timestamp) -> Option<Date> {
        let due = field(self.body, path).and_then(Json::as_str).and_then(date);
        let Some(due) = due else {
            self.wrong(path, "deve ser uma data no formato YYYY-MM-DD");
            return None;
        };
        let today = clock::day(now);
        if due < today {
            self.wrong(path, "não pode ser anterior à data atual");
        } else if due == today && clock::time(now).hour() >= SAME_DAY_UNTIL {
            // One of those that the bank gives without `propriedade`.
            self.violations.push(Violation::whole(
                "Cobrança com vencimento na data atual só pode ser emitida até 19:59",
            ));
        } else if DueFactor::of_date(due).is_err() {
            self.wrong(path, "data de vencimento muito distante");
        }
        Some(due)
    }

    /// A customer or final beneficiary; gives the document without punctuation.
    fn person(&mut self, path: &str, check_document: bool) -> String {
        let at = |name: &str| format!("{path}.{name}");
        let document = self.text(&at("cpfCnpj"), true, 11, 18).unwrap_or_default();
        if check_document && !document.is_empty() && Document::parse(&document).is_err() {
            self.wrong(&at("cpfCnpj"), "CPF/CNPJ inválido");
        }
        self.word(&at("tipoPessoa"), &["FISICA", "JURIDICA"]);
        self.text(&at("nome"), true, 1, 100);
        self.text(&at("endereco"), true, 1, 100);
        self.text(&at("cidade"), true, 1, 60);
        self.word(&at("uf"), &STATES);
        let postal_code = field(self.body, &at("cep")).and_then(text).unwrap_or_default();
        if postal_code.len() != 8 || !postal_code.bytes().all(|b| b.is_ascii_digit()) {
            self.wrong(&at("cep"), "deve ter exatamente 8 dígitos");
        }
        bare(&document)
    }

    fn fiscal_document(&mut self) {
        if field(self.body, "notaFiscal").is_none() {
            return;
        }
        let key = field(self.body, "notaFiscal.chaveNFe").and_then(text).unwrap_or_default();
        if key.len() != 44 || !key.bytes().all(|b| b.is_ascii_digit()) {
            self.wrong("notaFiscal.chaveNFe", "deve ter exatamente 44 dígitos");
        }
        self.whole("notaFiscal.numero", 0, i64::MAX);
        self.whole("notaFiscal.serie", 0, i64::MAX);
        let issued = field(self.body, "notaFiscal.dataEmissao").and_then(Json::as_str);
        if issued.and_then(|text| text.get(..10)).and_then(date).is_none() {
            self.wrong("notaFiscal.dataEmissao", "deve ser uma data no formato YYYY-MM-DD");
        }
    }

    fn discount(&mut self) -> Option<Discount> {
        let charge = self.charge(
            "desconto",
            "PERCENTUALDATAINFORMADA",
            "VALORFIXODATAINFORMADA",
            &["NAOTEMDESCONTO"],
        )?;
        let days_before = self.whole("desconto.quantidadeDias", 0, 9999)?;
        Some(Discount { charge, days_before: u16::try_from(days_before).ok()? })
    }

    /// A rate under `taxa` or an amount under `valor`, as the code says.
    fn charge(&mut self, path: &str, rate: &str, amount: &str, none: &[&str]) -> Option<Charge> {
        field(self.body, path)?;
        let at = |name: &str| format!("{path}.{name}");
        let code = field(self.body, &at("codigo")).and_then(text).unwrap_or_default();
        let (name, is_rate) = match code.as_str() {
            code if code == rate => ("taxa", true),
            code if code == amount => ("valor", false),
            code if none.contains(&code) => return None,
            _ => {
                self.wrong(&at("codigo"), format!("deve ser um de: {rate}, {amount}"));
                return None;
            }
        };
        let value = field(self.body, &at(name)).and_then(hundredths).filter(|value| *value > 0);
        match value {
            Some(value) if is_rate => {
                Some(Charge::Rate(Rate::from_basis_points(value.min(i64::from(u32::MAX)))))
            }
            Some(value) => Some(Charge::Amount(Money::from_cents(value))),
            None => {
                self.wrong(&at(name), "deve ser maior que zero");
                None
            }
        }
    }

    fn forms(&mut self) -> Forms {
        let path = "formasRecebimento";
        let Some(found) = field(self.body, path) else { return Forms { barcode: true, pix: true } };
        let words: Vec<&str> =
            found.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let known = ["BOLETO", "PIX", "SEM_FORMA_PAGAMENTO"];
        let repeated = words.iter().enumerate().any(|(i, word)| words[..i].contains(word));
        if words.is_empty() || repeated || words.iter().any(|word| !known.contains(word)) {
            self.wrong(path, format!("deve ter, sem repetir, um ou mais de: {}", known.join(", ")));
        } else if words == ["PIX"] {
            self.wrong(path, "PIX não pode ser a única forma de recebimento");
        }
        Forms { barcode: words.contains(&"BOLETO"), pix: words.contains(&"PIX") }
    }
}
