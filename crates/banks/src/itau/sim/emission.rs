//! Emission: what is checked, what is refused, what is answered.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::days_between;
use quita_core::money::Money;
use quita_core::terms::{
    Accepts, Anticipation, Discount, Fine, Interest, InterestValue, Terms, Value,
};
use serde_json::{Value as Json, json};

use super::Call;
use super::boleto::{Boleto, Situacao};
use super::fields::{Reader, Service};
use super::numbers;
use super::reply;
use super::state::{State, Task};
use super::switches::Numbers;
use crate::contract::HttpResponse;
use crate::simulator::Entropy;
use crate::simulator::clock;
use crate::simulator::random::uuid;

/// Largest nominal amount that fits in a barcode.
const MOST: Money = Money::from_cents(9_999_999_999);

/// Days after the due date that a boleto can be paid where nothing is said, and at most.
const LIMIT_YEARS: i16 = 10;

const SPECIES: [&str; 26] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "13", "15", "16", "17", "18", "33", "88",
    "89", "90", "91", "92", "93", "94", "95", "96", "97", "98",
];

impl State {
    /// `POST …/boletos` and `POST …/boletos-pix`.
    pub(super) fn issue(
        &mut self,
        call: &Call<'_>,
        service: Service,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let Ok(body) = serde_json::from_slice::<Json>(&call.request.body) else {
            return reply::message(400, "O corpo deve ser um objeto JSON");
        };
        // Cash management wraps its bodies, the bolecode does not.
        let data = match service {
            Service::Cash => body.get("data"),
            _ => Some(&body),
        };
        let Some(data) = data.filter(|data| data.is_object()) else {
            let field = reply::Field::new("data", "Campo obrigatório não informado", "");
            return reply::invalid(&[field]);
        };
        let mut reader = Reader::new(data, service, &self.switches);
        if service.is_bolecode() && self.switches.strict_text {
            reader.texts(self.switches.accents_refused);
        }
        let (step, boleto) = self.read(&mut reader, call, service, rng);
        if !reader.wrong.is_empty() {
            return reply::invalid(&reader.wrong);
        }
        if !self.may(call, &boleto.account) {
            return reply::message(403, "Acesso Proibido");
        }
        if let Some(refusal) = self.twin(&boleto, call.today) {
            return refusal;
        }
        let Some(account) = self.accounts.get(&boleto.account) else {
            return reply::message(403, "Acesso Proibido");
        };
        let amount = match service.numbers(&self.switches) {
            Numbers::Digits => format!("{:017}", boleto.amount.cents()),
            Numbers::Decimal => boleto.amount.to_decimal(),
        };
        let answer = boleto.issued(&step, &account.owner, &account.pix_key, amount);
        let answer = if self.switches.envelope { json!({ "data": answer }) } else { answer };
        if step != "efetivacao" {
            return reply::json(200, &answer);
        }
        let waits = service.is_bolecode() && self.switches.bolecode_pending.take();
        let place = self.boletos.len();
        self.by_id.entry(boleto.id()).or_default().push(place);
        self.boletos.push(Boleto { pending: true, ..boleto });
        if waits {
            let at = clock::later(call.now, self.switches.bolecode_pending_ms);
            self.schedule(at, Task::Register { boleto: place });
            let text = "Operação em andamento. Consulte o boleto em instantes.";
            return reply::message(202, text);
        }
        self.register(place, call.now);
        reply::json(200, &answer)
    }

    /// The boleto exists from now on.
    pub(super) fn register(&mut self, place: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get_mut(place) else { return };
        boleto.pending = false;
        let end = clock::instant(clock::plus_days(boleto.limit, 1), 0);
        self.schedule(end, Task::LimitDate { boleto: place });
        self.moved(place, "E", at);
    }

    /// After its last day of payment the bank writes it off.
    pub(super) fn limit_date(&mut self, place: usize, at: Timestamp) {
        let Some(boleto) = self.boletos.get(place) else { return };
        if boleto.situation != Situacao::Aberto {
            return;
        }
        if boleto.limit < clock::day(at) {
            self.write_off(place, "BAIXA POR DECURSO DE PRAZO", at);
        } else {
            // The last day was moved meanwhile.
            let end = clock::instant(clock::plus_days(boleto.limit, 1), 0);
            self.schedule(end, Task::LimitDate { boleto: place });
        }
    }

    /// The refusal where the number is taken, or was within the last 45 days.
    fn twin(&self, boleto: &Boleto, today: Date) -> Option<HttpResponse> {
        let places = self.by_id.get(&boleto.id())?;
        let free = |place: &usize| {
            let other = self.boletos.get(*place);
            other.is_none_or(|other| other.is_free_again(today, self.switches.reuse_days))
        };
        if places.iter().all(free) {
            return None;
        }
        Some(reply::refused(self.switches.duplicate_status, "Título já cadastrado"))
    }

    fn read(
        &self,
        reader: &mut Reader<'_>,
        call: &Call<'_>,
        service: Service,
        rng: &mut dyn Entropy,
    ) -> (String, Boleto) {
        let trial = if service.is_bolecode() { "simulacao" } else { "validacao" };
        let step = reader.word("etapa_processo_boleto", &[trial, "efetivacao"]);
        if service == Service::Cash {
            reader.word("codigo_canal_operacao", &["API"]);
        }
        let account = reader.digits("beneficiario.id_beneficiario", 12);
        let own = "dado_boleto.";
        let name = |rest: &str| format!("{own}{rest}");
        let instrument = if service.is_bolecode() { "boleto_pix" } else { "boleto" };
        reader.word(&name("descricao_instrumento_cobranca"), &[instrument]);
        reader.word(&name("tipo_boleto"), &["a vista", "proposta"]);
        let wallet = format!("{:0>3}", reader.required(&name("codigo_carteira"), 3));
        let species = reader.required(&name("codigo_especie"), 2);
        if !SPECIES.contains(&species.as_str()) && species != "99" {
            reader.fault(&name("codigo_especie"), "Espécie inválida");
        }
        let total = reader.required_money(&name("valor_total_titulo"));
        let issued_on = reader.date(&name("data_emissao")).unwrap_or(call.today);
        if issued_on > call.today {
            reader.fault(&name("data_emissao"), "Data de emissão não pode ser futura");
        }
        let (document, customer_name) = reader.person(&name("pagador"), true);
        if reader.value(&name("sacador_avalista")).is_some() {
            reader.person(&name("sacador_avalista"), false);
        }
        let one = |rest: &str| format!("{own}dados_individuais_boleto.0.{rest}");
        let number = reader.digits(&one("numero_nosso_numero"), 8);
        let due = reader.date(&one("data_vencimento")).unwrap_or(call.today);
        let amount = reader.required_money(&one("valor_titulo"));
        if !amount.is_positive() || amount > MOST {
            reader.fault(&one("valor_titulo"), "Valor fora do intervalo permitido");
        }
        if total != amount {
            reader.fault(&name("valor_total_titulo"), "Deve ser a soma dos boletos");
        }
        if due < issued_on || due < call.today {
            let message = "Data de vencimento menor que o prazo mínimo";
            reader.fault(&one("data_vencimento"), message);
        }
        let last = due.checked_add(jiff::Span::new().years(LIMIT_YEARS)).unwrap_or(Date::MAX);
        let limit = reader.date_if_any(&one("data_limite_pagamento")).unwrap_or(last);
        if limit < due || limit > last {
            let message = "Deve ficar entre o vencimento e dez anos depois";
            reader.fault(&one("data_limite_pagamento"), message);
        }
        let reference = reader.text(&one("texto_seu_numero")).unwrap_or_default();
        if reference.chars().count() > 10 {
            reader.fault(&one("texto_seu_numero"), "Tamanho máximo de 10 caracteres excedido");
        }
        let own_use = reader.text(&one("texto_uso_beneficiario")).unwrap_or_default();
        if own_use.chars().count() > 25 {
            let message = "Tamanho máximo de 25 caracteres excedido";
            reader.fault(&one("texto_uso_beneficiario"), message);
        }
        let terms = terms(reader, amount, due);
        if service.is_bolecode() {
            let key = reader.required("dados_qrcode.chave", 77);
            let owns = self.accounts.get(&account).is_some_and(|known| known.pix_key == key);
            if !key.is_empty() && self.accounts.contains_key(&account) && !owns {
                let message = "Chave não pertence à conta do beneficiário";
                reader.fault("dados_qrcode.chave", message);
            }
        }
        let title = numbers::title(&account, &wallet, &number, due, amount);
        if title.is_none() && reader.wrong.is_empty() {
            reader.fault(&one("data_vencimento"), "Não cabe em um código de barras");
        }
        let owner = self.accounts.get(&account).map_or("", |account| account.owner.as_str());
        let qr = service.is_bolecode().then(|| numbers::qr(&account, owner, &wallet, &number, rng));
        let boleto = Boleto {
            uuid: uuid(rng),
            account,
            wallet,
            number,
            reference,
            hybrid: service.is_bolecode(),
            pending: false,
            amount,
            due,
            limit,
            issued_at: call.now,
            issued_on: call.today,
            species,
            customer: reader.value(&name("pagador")).cloned().unwrap_or_default(),
            customer_name,
            document,
            terms,
            rest: reader.value("dado_boleto").cloned().unwrap_or_default(),
            title: title.unwrap_or(numbers::Title {
                digit: String::new(),
                barcode: String::new(),
                writable_line: String::new(),
            }),
            qr,
            situation: Situacao::Aberto,
            end: None,
            payments: Vec::new(),
            history: Vec::new(),
        };
        (step, boleto)
    }
}

fn terms(reader: &mut Reader<'_>, amount: Money, due: Date) -> Terms {
    let own = "dado_boleto.";
    let abatement = reader.money(&format!("{own}valor_abatimento")).unwrap_or_default();
    let discounts = discounts(reader, own);
    let fixed = discounts.iter().filter_map(|discount| match discount.value {
        Value::Fixed(amount) if discount.per.is_none() => Some(amount),
        _ => None,
    });
    if abatement + fixed.max().unwrap_or_default() >= amount && amount.is_positive() {
        let message = "Abatimento e desconto devem ser menores que o valor do título";
        reader.fault(&format!("{own}valor_abatimento"), message);
    }
    Terms {
        fine: fine(reader, own, due),
        interest: interest(reader, own, due),
        discounts,
        abatement,
        accepts: accepts(reader, own),
        ..Terms::default()
    }
}

/// The day from which something is charged: told as a day, or as days after the due date.
fn from_day(reader: &mut Reader<'_>, name: &str, what: &str, due: Date) -> Date {
    if let Some(day) = reader.date_if_any(&format!("{name}.data_{what}")) {
        if days_between(due, day) < 1 {
            reader.fault(&format!("{name}.data_{what}"), "Deve ser depois do vencimento");
        }
        return day;
    }
    let days = reader.days(&format!("{name}.quantidade_dias_{what}")).unwrap_or(1);
    clock::plus_days(due, days.max(1))
}

/// `multa`, of an emission or of an instruction.
pub(super) fn fine(reader: &mut Reader<'_>, own: &str, due: Date) -> Option<Fine> {
    let name = format!("{own}multa");
    reader.value(&name)?;
    let kind = reader.word(&format!("{name}.codigo_tipo_multa"), &["01", "02", "03"]);
    let value = match kind.as_str() {
        "01" => Value::Fixed(reader.required_money(&format!("{name}.valor_multa"))),
        "02" => Value::Percent(reader.percent(&format!("{name}.percentual_multa"))),
        _ => return None,
    };
    Some(Fine { date: from_day(reader, &name, "multa", due), value })
}

/// `juros`. A rate by day or year becomes one by month of 30 days, year of 360.
pub(super) fn interest(reader: &mut Reader<'_>, own: &str, due: Date) -> Option<Interest> {
    let name = format!("{own}juros");
    reader.value(&name)?;
    let kinds = ["05", "90", "91", "92", "93"];
    let kind = reader.word(&format!("{name}.codigo_tipo_juros"), &kinds);
    let rate = format!("{name}.percentual_juros");
    let value = match kind.as_str() {
        "90" => InterestValue::PerMonth(reader.percent(&rate)),
        "91" | "92" => {
            // Kept as told; what is due on a boleto like this is not computed here.
            reader.percent(&rate);
            return None;
        }
        "93" => InterestValue::PerDay(reader.required_money(&format!("{name}.valor_juros"))),
        _ => return None,
    };
    Some(Interest { date: from_day(reader, &name, "juros", due), value })
}

/// `recebimento_divergente`; shares of the amount are taken and not kept as a term.
pub(super) fn accepts(reader: &mut Reader<'_>, own: &str) -> Option<Accepts> {
    let name = format!("{own}recebimento_divergente");
    let at = |rest: &str| format!("{name}.{rest}");
    let is_money = reader.text(&at("codigo_tipo_recebimento")).as_deref() == Some("V");
    let least = |reader: &mut Reader<'_>| reader.money(&at("valor_minimo")).filter(|_| is_money);
    match reader.text(&at("codigo_tipo_autorizacao"))?.as_str() {
        "01" => Some(Accepts::Any),
        "02" => {
            let most = reader.money(&at("valor_maximo"))?;
            Some(Accepts::Between(least(reader)?, most))
        }
        "03" => Some(Accepts::Exact),
        "04" => least(reader).map(Accepts::AtLeast),
        _ => None,
    }
}

/// `desconto`: up to three of one kind.
pub(super) fn discounts(reader: &mut Reader<'_>, own: &str) -> Vec<Discount> {
    let name = format!("{own}desconto");
    if reader.value(&name).is_none() {
        return Vec::new();
    }
    let kinds = ["00", "01", "02", "90", "91"];
    let kind = reader.word(&format!("{name}.codigo_tipo_desconto"), &kinds);
    if kind == "00" {
        return Vec::new();
    }
    let count =
        reader.value(&format!("{name}.descontos")).and_then(Json::as_array).map_or(0, Vec::len);
    if !(1..=3).contains(&count) {
        reader.fault(&format!("{name}.descontos"), "Informe de um a três descontos");
    }
    let one = |reader: &mut Reader<'_>, place: usize| {
        let at = |rest: &str| format!("{name}.descontos.{place}.{rest}");
        let value = match kind.as_str() {
            "01" | "91" => Value::Fixed(reader.required_money(&at("valor_desconto"))),
            _ => Value::Percent(reader.percent(&at("percentual_desconto"))),
        };
        let per = matches!(kind.as_str(), "90" | "91").then_some(Anticipation::Day);
        Some(Discount { date: reader.date(&at("data_desconto"))?, value, per })
    };
    (0..count.min(3)).filter_map(|place| one(reader, place)).collect()
}
