//! A boleto at the bank: what it is, what was paid, how each service shows it.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::{Calendar, days_between};
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_core::payable::{Payable, PayableRules, payable};
use quita_core::rate::Rate;
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::numbers::{Qr, Title};
use super::switches::{Codes, SettledWord, ShownTerm, Start, Switches};
use crate::simulator::clock;

/// Where a boleto stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Situacao {
    Aberto,
    Pago,
    Creditado,
    Baixado,
}

/// One boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Boleto {
    /// The UUID that the bank gives it besides.
    pub(super) uuid: String,
    pub(super) account: String,
    pub(super) wallet: String,
    /// `numero_nosso_numero`, eight digits.
    pub(super) number: String,
    /// `texto_seu_numero`.
    pub(super) reference: String,
    pub(super) hybrid: bool,
    /// Registration is under way: no service shows it yet.
    pub(super) pending: bool,
    pub(super) amount: Money,
    pub(super) due: Date,
    pub(super) limit: Date,
    pub(super) issued_at: Timestamp,
    pub(super) issued_on: Date,
    pub(super) species: String,
    /// `pagador`, as sent.
    pub(super) customer: Json,
    pub(super) customer_name: String,
    /// The customer's document without punctuation.
    pub(super) document: String,
    pub(super) terms: Terms,
    /// What was sent besides: kept to be shown again.
    pub(super) rest: Json,
    pub(super) title: Title,
    pub(super) qr: Option<Qr>,
    pub(super) situation: Situacao,
    /// Why and when it was written off.
    pub(super) end: Option<End>,
    pub(super) payments: Vec<Payment>,
    pub(super) history: Vec<Event>,
}

/// A write-off.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) reason: String,
    pub(super) day: Date,
}

/// A line of `historico`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) day: Date,
    pub(super) operation: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// One payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) means: Means,
    pub(super) amount: Money,
    pub(super) paid_at: Timestamp,
    pub(super) end_to_end_id: Option<String>,
    /// What was due on that day, where just that was paid.
    pub(super) parts: Payable,
    pub(super) credited_on: Option<Date>,
}

impl Boleto {
    /// Account, wallet and number.
    pub(super) fn id(&self) -> String {
        format!("{}{}{}", self.account, self.wallet, self.number)
    }

    /// What is due on a day.
    pub(super) fn due_on(&self, day: Date) -> Payable {
        let calendar = Calendar::national();
        payable(self.amount, self.due, &self.terms, day, &calendar, PayableRules::DEFAULT)
    }

    /// Whether the bank lets the number be used again on a day.
    pub(super) fn is_free_again(&self, day: Date, reuse_days: u16) -> bool {
        let ended = match self.situation {
            Situacao::Aberto => return false,
            Situacao::Baixado => self.end.as_ref().map(|end| end.day),
            Situacao::Pago | Situacao::Creditado => {
                self.payments.last().map(|payment| clock::day(payment.paid_at))
            }
        };
        ended.is_some_and(|ended| clock::plus_days(ended, i64::from(reuse_days)) <= day)
    }

    /// Whether its money came by QR alone.
    pub(super) fn is_paid_by_pix(&self) -> bool {
        !self.payments.is_empty() && self.payments.iter().all(|p| p.means == Means::Pix)
    }

    fn situation_word(&self, switches: &Switches) -> String {
        if let Some(word) = &switches.situation_word {
            return word.clone();
        }
        let word = match (self.situation, switches.settled_word) {
            (Situacao::Aberto, _) => "Em Aberto",
            (Situacao::Pago, _) => "Pago",
            (Situacao::Baixado, _) => "Baixado",
            // A boleto paid by QR is written off for it.
            (Situacao::Creditado, _) if self.is_paid_by_pix() => "Baixado",
            (Situacao::Creditado, SettledWord::Liquidado) => "Liquidado",
            (Situacao::Creditado, SettledWord::Creditado) => "Creditado",
            (Situacao::Creditado, SettledWord::Baixado) => "Baixado",
        };
        word.to_owned()
    }

    fn status_on(&self, today: Date) -> &'static str {
        if self.due < today { "vencido" } else { "a vencer" }
    }

    /// `dados_individuais_boleto[0]`.
    fn individual(&self, amount: String) -> Json {
        json!({
            "id_boleto_individual": self.uuid,
            "numero_nosso_numero": self.number,
            "dac_titulo": self.title.digit,
            "data_vencimento": self.due,
            "valor_titulo": amount,
            "texto_seu_numero": self.reference,
            "codigo_barras": self.title.barcode,
            "numero_linha_digitavel": self.title.writable_line,
            "data_limite_pagamento": self.limit,
        })
    }

    /// The answer to an emission, without envelope.
    pub(super) fn issued(&self, step: &str, owner: &str, pix_key: &str, amount: String) -> Json {
        let mut individual = self.individual(amount.clone());
        individual["lista_mensagens_cobranca"] = json!([]);
        let mut body = json!({
            "codigo_canal_operacao": "API",
            "codigo_operador": "999999999",
            "etapa_processo_boleto": step,
            "beneficiario": { "id_beneficiario": self.account, "nome_cobranca": owner },
            "dado_boleto": {
                "descricao_instrumento_cobranca": self.instrument(),
                "tipo_boleto": "a vista",
                "codigo_carteira": self.wallet,
                "valor_total_titulo": amount,
                "codigo_especie": self.species,
                "data_emissao": self.issued_on,
                "pagador": self.customer,
                "dados_individuais_boleto": [individual],
            },
        });
        if let Some(qr) = &self.qr {
            body["dados_qrcode"] = json!({
                "chave": pix_key,
                "emv": qr.br_code,
                "base64": "",
                "txid": qr.txid,
                "id_location": 1,
                "location": qr.location,
                "tipo_cobranca": "cob",
            });
        }
        body
    }

    fn instrument(&self) -> &'static str {
        if self.hybrid { "boleto_pix" } else { "boleto" }
    }

    /// The query by our number.
    pub(super) fn detail(&self, today: Date, owner: &str, switches: &Switches) -> Json {
        let mut individual = self.individual(self.amount.to_decimal());
        individual["situacao_geral_boleto"] = json!(self.situation_word(switches));
        individual["status_vencimento"] = json!(self.status_on(today));
        let mut data = json!({
            "descricao_instrumento_cobranca": self.instrument(),
            "tipo_boleto": "a vista",
            "codigo_carteira": self.wallet,
            "codigo_tipo_vencimento": 3,
            "valor_total_titulo": self.amount.to_decimal(),
            "codigo_especie": self.species,
            "data_emissao": self.issued_on,
            "pagador": self.customer,
            "dados_individuais_boleto": [individual],
            "historico": self.history.iter().map(Event::json).collect::<Vec<_>>(),
        });
        self.show_terms(&mut data, switches);
        if let Some(qr) = &self.qr {
            data["qrcode_pix"] = json!({ "emv": qr.br_code, "imagem_base64": "", "txid": qr.txid });
        }
        let shown: Vec<Json> = self
            .payments
            .iter()
            .filter(|payment| payment.means == Means::Boleto || switches.pix_payment_block)
            .map(Payment::json)
            .collect();
        if !shown.is_empty() {
            data["pagamentos_cobranca"] = json!(shown);
        }
        if let Some(end) = self.shown_end(switches) {
            data["baixa"] = json!({
                "codigo_motivo_boleto_cobranca_baixado": "00",
                "motivo_baixa": end.reason,
                "data_inclusao_alteracao_baixa": end.day,
            });
        }
        json!({
            "id_boleto": self.uuid,
            "beneficiario": { "id_beneficiario": self.account, "nome_cobranca": owner },
            "dado_boleto": data,
            "acoes_permitidas": {
                "emitir_segunda_via": self.situation == Situacao::Aberto,
                "comandar_instrucao_alterar_dados_cobranca": self.situation == Situacao::Aberto,
            },
        })
    }

    /// Its terms now, in decimals, as far as the bank shows them; what is not kept as a term is shown
    /// as it was sent.
    fn show_terms(&self, data: &mut Json, switches: &Switches) {
        for shown in &switches.terms_shown {
            let name = shown.field();
            let Some(mut told) = self.term(*shown, switches.terms_start) else { continue };
            let code = match shown {
                ShownTerm::RecebimentoDivergente => "codigo_tipo_autorizacao".to_owned(),
                _ => format!("codigo_tipo_{name}"),
            };
            if let Some(code) = told.get_mut(&code) {
                let is_interest = *shown == ShownTerm::Juros;
                *code = written(code, is_interest, switches.terms_codes);
            }
            data[name] = told;
        }
    }

    /// One of its terms; `None` where nothing was ever said of it.
    fn term(&self, which: ShownTerm, start: Start) -> Option<Json> {
        let Terms { fine, interest, discounts, abatement, .. } = &self.terms;
        let sent = self.rest.get(which.field()).cloned();
        let since = |mut told: Json, what: &str, day: Date| {
            match start {
                Start::Day => told[format!("data_{what}")] = json!(day),
                Start::Days => {
                    told[format!("quantidade_dias_{what}")] = json!(days_between(self.due, day));
                }
            }
            Some(told)
        };
        match (which, fine, interest) {
            (ShownTerm::Abatimento, ..) => Some(json!(abatement.to_decimal())),
            (ShownTerm::Juros, _, Some(Interest { date, value })) => {
                let told = match value {
                    InterestValue::PerMonth(rate) => {
                        json!({ "codigo_tipo_juros": "90", "percentual_juros": percent(*rate) })
                    }
                    InterestValue::PerDay(amount) => {
                        json!({ "codigo_tipo_juros": "93", "valor_juros": amount.to_decimal() })
                    }
                };
                since(told, "juros", *date)
            }
            (ShownTerm::Multa, Some(Fine { date, value }), _) => {
                let told = match value {
                    Value::Percent(rate) => {
                        json!({ "codigo_tipo_multa": "02", "percentual_multa": percent(*rate) })
                    }
                    Value::Fixed(amount) => {
                        json!({ "codigo_tipo_multa": "01", "valor_multa": amount.to_decimal() })
                    }
                };
                since(told, "multa", *date)
            }
            (ShownTerm::Desconto, ..) if !discounts.is_empty() => {
                let one = |discount: &Discount| {
                    let day = discount.date;
                    match discount.value {
                        Value::Percent(rate) => {
                            json!({ "data_desconto": day, "percentual_desconto": percent(rate) })
                        }
                        Value::Fixed(amount) => {
                            json!({ "data_desconto": day, "valor_desconto": amount.to_decimal() })
                        }
                    }
                };
                let mut told = sent.unwrap_or_default();
                told["descontos"] = discounts.iter().map(one).collect();
                Some(told)
            }
            _ => sent,
        }
    }

    /// Its write-off, or the one that its payment is shown as.
    fn shown_end(&self, switches: &Switches) -> Option<End> {
        let as_write_off = self.is_paid_by_pix() || switches.settled_word == SettledWord::Baixado;
        match (&self.end, self.situation) {
            (Some(end), _) => Some(end.clone()),
            (None, Situacao::Creditado) if as_write_off => Some(End {
                reason: "BAIXA POR TER SIDO LIQUIDADO".to_owned(),
                day: self.payments.last().map(|p| clock::day(p.paid_at))?,
            }),
            _ => None,
        }
    }

    /// An item of the list of v3: numbers are JSON numbers.
    pub(super) fn listed(&self, today: Date, switches: &Switches) -> Json {
        let (code, word) = match self.situation {
            Situacao::Aberto => ("1", "EM ABERTO"),
            Situacao::Pago | Situacao::Creditado => ("4", "PAGA"),
            Situacao::Baixado => ("5", "BAIXADA"),
        };
        let late = if self.due < today { ("402", "VENCIDO") } else { ("401", "A VENCER") };
        let paid: Money = self.payments.iter().map(|p| p.amount).sum();
        let paid_on = self.payments.last().map(|p| clock::day(p.paid_at));
        let word = switches.situation_word.as_deref().unwrap_or(word);
        json!({
            "nome_pagador": self.customer_name,
            "numero_cpf_cnpj_pagador": self.document,
            "tipo_boleto": if self.hybrid { "BOLECODE" } else { "BOLETO" },
            "codigo_carteira": self.wallet,
            "numero_nosso_numero": self.number,
            "dac_titulo": self.title.digit,
            "seu_numero": self.reference,
            "data_emissao": self.issued_on,
            "data_inclusao_boleto": self.issued_on,
            "data_vencimento": self.due,
            "data_inclusao_pagamento": paid_on,
            "valor_titulo": crate::simulator::input::number(self.amount),
            "valor_pago_total": crate::simulator::input::number(paid),
            "situacao_geral_boleto": { "codigo": code, "descricao": word },
            "status_vencimento": { "codigo": late.0, "descricao": late.1 },
            "emitir_segunda_via": self.situation == Situacao::Aberto,
        })
    }
}

/// A code as the bank writes it, given as it is sent.
fn written(sent: &Json, is_interest: bool, codes: Codes) -> Json {
    let text = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
    let own = match (codes, text.as_str()) {
        (Codes::Internal, "90") => "03",
        (Codes::Internal, "91") => "02",
        (Codes::Internal, "92") => "04",
        (Codes::Internal, "93") => "01",
        (Codes::InternalBusiness, "90") => "08",
        (Codes::InternalBusiness, "91") => "07",
        (Codes::InternalBusiness, "92") => "09",
        (Codes::InternalBusiness, "93") => "06",
        (Codes::Number, _) => return text.parse::<u32>().map_or_else(|_| sent.clone(), Json::from),
        _ => return sent.clone(),
    };
    if is_interest { json!(own) } else { sent.clone() }
}

/// As the bank writes percentages, with five decimals.
fn percent(rate: Rate) -> String {
    rate.to_decimal_exact(5).unwrap_or_else(|| rate.to_string())
}

impl Payment {
    /// An item of `pagamentos_cobranca`.
    fn json(&self) -> Json {
        let (channel, means) = match self.means {
            Means::Boleto => ("INTERNET", "DÉBITO EM CONTA"),
            Means::Pix => ("PIX", "PIX"),
        };
        json!({
            "codigo_instituicao_financeira_pagamento": "341",
            "numero_agencia_recebedora": "1234",
            "codigo_canal_pagamento_boleto_cobranca": "09",
            "codigo_meio_pagamento_boleto_cobranca": "02",
            "valor_pago_total_cobranca": self.amount.to_decimal(),
            "valor_pago_desconto_cobranca": self.parts.discount.to_decimal(),
            "valor_pago_multa_cobranca": self.parts.fine.to_decimal(),
            "valor_pago_juro_cobranca": self.parts.interest.to_decimal(),
            "valor_pago_abatimento_cobranca": self.parts.abatement.to_decimal(),
            "data_hora_inclusao_pagamento": clock::local_text(self.paid_at),
            "data_inclusao_pagamento": clock::day(self.paid_at),
            "descricao_canal_pagamento": channel,
            "descricao_meio_pagamento": means,
        })
    }
}

impl Event {
    fn json(&self) -> Json {
        json!({
            "data": self.day,
            "operacao": self.operation,
            "conteudo_anterior": self.before,
            "conteudo_atual": self.after,
            "comandado_por": "999999999",
        })
    }
}
