//! Operations as requests of the bank's services.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::document::DocumentKind;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType};
use quita_core::party::{Address, Party};
use quita_core::terms::{Accepts, Discount, Fine, Interest, InterestValue, Term, Value};
use serde::Serialize;

use crate::contract::{Ctx, HttpRequest, Op, Unsupported};

use super::bank::{DETAIL, STATEMENT, V3};
use super::change::{Change, Step};
use super::clean::{clean, cut, digits};
use super::ids::{self, BoletoId};
use super::movements;
use super::numbers::Format;
use super::settings::Settings;
use super::statement;
use super::wire::{
    Abatimento, Beneficiario, CadastroNotificacao, DadoBoleto, DadosIndividuais, DadosPessoa,
    DadosQrcode, Desconto, DescontoAte, Emissao, Endereco, Envelope, Juros, Multa, Pessoa,
    RecebimentoDivergente, TipoPessoa, ValorNominal, Vencimento,
};

/// Items a page of Pix: the usual number of BACEN, as no greater one is published.
pub(super) const PIX_PAGE: u32 = 100;

/// Longest texts.
pub(super) const NAME: usize = 50;
const STREET: usize = 45;
const DISTRICT: usize = 15;
const CITY: usize = 20;
const OWN_USE: usize = 25;

/// Our name at the door where the bank fetches its token.
pub(super) const HOOK_CLIENT: &str = "quita";

/// The request for an operation.
pub(super) fn build(op: &Op, ctx: &Ctx) -> Result<HttpRequest, Unsupported> {
    let account = ids::account(ctx);
    let settings = Settings::of(ctx);
    let call = match op {
        Op::Issue(order) => emission(order, ctx, true),
        Op::Rehearse(order) => emission(order, ctx, false),
        Op::Find { our_number, .. } => {
            let number = our_number.as_deref().unwrap_or_default();
            detail(&BoletoId::new(&account, &settings.wallet(), number))
        }
        Op::Get { bank_id } => detail_of(bank_id, &settings),
        Op::Cancel { bank_id, .. } => instruction(&settings, bank_id, "baixa", &Empty {}),
        Op::Change { bank_id, expiration_date, amount } => {
            let first = Change::new(bank_id, *expiration_date, *amount);
            change(&first.ok_or(Unsupported { operation: op.kind() })?, &settings)
        }
        Op::Instruct { bank_id, term } => instruct(&settings, bank_id, term),
        // What is no id of a change is looked at as the name of a boleto.
        Op::ChangeStatus { change_id } => match Change::parse(change_id) {
            Some(next) => change(&next, &settings),
            None => detail_of(change_id, &settings),
        },
        Op::Settled { from, to, cursor } => {
            let place = movements::Place::of(cursor.as_deref(), *from, *to);
            Call::ask(V3, format!("/francesas/{account}/movimentacoes"))
                .with("data", &place.day.to_string())
                .with("page", &place.page.to_string())
                .with("page_size", &movements::PAGE.to_string())
        }
        Op::PixReceived { from, to, cursor } => Call::ask(settings.pix(), "/pix".to_owned())
            .with("inicio", &instant(*from))
            .with("fim", &instant(*to))
            .with("paginacao.paginaAtual", cursor.as_deref().unwrap_or("0"))
            .with("paginacao.itensPorPagina", &PIX_PAGE.to_string()),
        Op::GetWebhook => {
            Call::ask(V3, "/notificacoes_boletos".to_owned()).with("id_beneficiario", &account)
        }
        Op::RegisterWebhook { url } => {
            let data = notificacao(account, url);
            let path = "/notificacoes_boletos".to_owned();
            Call::send("POST", V3, path, &Envelope { data })
        }
        // The days that have a movement: harmless, and needs certificate, account and product.
        Op::Probe => Call::ask(V3, "/francesas".to_owned())
            .with("agencia", &account[..4])
            .with("conta", &account[4..11])
            .with("dac", &account[11..])
            .with("mes_referencia", &ctx.today.strftime("%m%Y").to_string()),
        Op::Statement { from, to, cursor, .. } => {
            let page = statement::page_of(cursor.as_deref());
            period(&account, *from, *to).with("page", &page.to_string())
        }
        Op::Balance { day } => {
            let day = day.unwrap_or(ctx.today);
            period(&account, day, day).with("page", "1")
        }
        Op::States { .. } | Op::Pdf { .. } => {
            return Err(Unsupported { operation: op.kind() });
        }
    };
    Ok(call.finish(ctx))
}

/// A request being put together.
struct Call(HttpRequest);

impl Call {
    fn ask(host: &'static str, path: String) -> Self {
        Self(HttpRequest {
            method: "GET",
            host,
            path,
            query: Vec::new(),
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: Vec::new(),
            limit: "",
            scopes: &[],
        })
    }

    fn send(method: &'static str, host: &'static str, path: String, body: &impl Serialize) -> Self {
        let mut call = Self::ask(host, path);
        call.0.method = method;
        call.0.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        call.0.body = json(body);
        call
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds the id by which the bank's support finds a call.
    fn finish(mut self, ctx: &Ctx) -> HttpRequest {
        let id = correlation(ctx.now, &self.0);
        self.0.headers.push(("x-itau-correlationid".to_owned(), id));
        self.0
    }
}

/// An id in the shape of a UUID: the instant of the call and what it asks for. Two calls may
/// share one only within the same nanosecond, and nothing hangs on it.
fn correlation(now: Timestamp, request: &HttpRequest) -> String {
    let mut mark: u64 = 0xcbf2_9ce4_8422_2325;
    let query = request.query.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let parts = [request.method, request.host, &request.path];
    let texts = parts.into_iter().chain(query).map(str::as_bytes).chain([&request.body[..]]);
    // FNV-1a.
    for byte in texts.flatten() {
        mark = (mark ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let nanos = now.as_nanosecond().unsigned_abs();
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        (nanos >> 32) & 0xFFFF_FFFF,
        (nanos >> 16) & 0xFFFF,
        (nanos >> 4) & 0xFFF,
        mark >> 52,
        mark & 0xFFFF_FFFF_FFFF
    )
}

/// An object without members.
#[derive(Serialize)]
struct Empty {}

#[expect(clippy::expect_used, reason = "texts, dates and numbers always have a JSON form")]
fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("a body of plain fields")
}

fn detail(id: &BoletoId) -> Call {
    Call::ask(DETAIL, "/boletos".to_owned())
        .with("id_beneficiario", &id.account)
        .with("codigo_carteira", &id.wallet)
        .with("nosso_numero", &id.our_number)
        .with("view", "specific")
}

/// The detail of a boleto by its name; what is no name of a boleto finds nothing there.
fn detail_of(bank_id: &str, settings: &Settings<'_>) -> Call {
    let id = BoletoId::parse(bank_id);
    detail(&id.unwrap_or_else(|| BoletoId::new("", &settings.wallet(), &digits(bank_id))))
}

fn instruction(settings: &Settings<'_>, bank_id: &str, what: &str, body: &impl Serialize) -> Call {
    let path = format!("/boletos/{}/{what}", digits(bank_id));
    Call::send("PATCH", settings.emission(), path, body)
}

/// The next step of a change.
fn change(change: &Change, settings: &Settings<'_>) -> Call {
    let id = &change.bank_id;
    match change.step {
        Step::DueDate(data_vencimento, _) => {
            instruction(settings, id, "data_vencimento", &Vencimento { data_vencimento })
        }
        Step::Amount(amount) => {
            let body = ValorNominal { valor_titulo: Format::Decimal.money(amount) };
            instruction(settings, id, "valor_nominal", &body)
        }
    }
}

/// An instruction about one of the terms, whose numbers are decimals.
fn instruct(settings: &Settings<'_>, bank_id: &str, term: &Term) -> Call {
    let format = Format::Decimal;
    match term {
        Term::Abatement(amount) => {
            let valor_abatimento = format.money(*amount);
            instruction(settings, bank_id, "abatimento", &Abatimento { valor_abatimento })
        }
        Term::Interest(interest) => {
            instruction(settings, bank_id, "juros", &juros(interest.as_ref(), format))
        }
        Term::Fine(fine) => instruction(settings, bank_id, "multa", &multa(fine.as_ref(), format)),
        Term::Discounts(discounts) => {
            let none = || Desconto { codigo_tipo_desconto: "00", descontos: Vec::new() };
            let body = desconto(discounts, format).unwrap_or_else(none);
            instruction(settings, bank_id, "desconto", &body)
        }
        Term::Accepts(accepts) => {
            let body = divergente(*accepts, format);
            instruction(settings, bank_id, "recebimento_divergente", &body)
        }
    }
}

/// Which other amounts the bank takes.
fn divergente(accepts: Accepts, format: Format) -> RecebimentoDivergente {
    let (codigo_tipo_autorizacao, least, most) = match accepts {
        Accepts::Any => ("01", None, None),
        Accepts::Between(least, most) => ("02", Some(least), Some(most)),
        Accepts::Exact => ("03", None, None),
        Accepts::AtLeast(least) => ("04", Some(least), None),
    };
    RecebimentoDivergente {
        codigo_tipo_autorizacao,
        codigo_tipo_recebimento: least.map(|_| "V"),
        valor_minimo: least.map(|amount| format.money(amount)),
        valor_maximo: most.map(|amount| format.money(amount)),
    }
}

fn period(account: &str, from: Date, to: Date) -> Call {
    Call::ask(STATEMENT, format!("/statements/{account}"))
        .with("type", "current_account")
        .with("start_date", &from.to_string())
        .with("end_date", &to.to_string())
        .with("page_size", &statement::PAGE.to_string())
}

/// RFC 3339 without fraction, as in the examples of the Pix API.
fn instant(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The bank fetches a token behind our address before it calls there. The secret part of that
/// address, which it must know in any case, is the secret that it shows for it.
fn notificacao(account: String, url: &str) -> CadastroNotificacao {
    let secret = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    CadastroNotificacao {
        id_beneficiario: account,
        webhook_url: url.to_owned(),
        webhook_client_id: HOOK_CLIENT,
        webhook_client_secret: secret.to_owned(),
        webhook_oauth_url: format!("{}{}", url.trim_end_matches('/'), super::hook::TOKEN),
        tipos_notificacoes: ["BAIXA_EFETIVA", "BAIXA_OPERACIONAL"],
    }
}

/// An emission, or with another word the question whether it would be one.
fn emission(order: &BoletoOrder, ctx: &Ctx, for_good: bool) -> Call {
    let settings = Settings::of(ctx);
    if order.hybrid {
        let step = if for_good { "efetivacao" } else { "simulacao" };
        let (host, path, format) = settings.bolecode();
        return Call::send("POST", host, path.to_owned(), &emissao(order, ctx, format, step));
    }
    let step = if for_good { "efetivacao" } else { "validacao" };
    let data = emissao(order, ctx, Format::Digits, step);
    Call::send("POST", settings.emission(), "/boletos".to_owned(), &Envelope { data })
}

fn emissao(order: &BoletoOrder, ctx: &Ctx, format: Format, step: &'static str) -> Emissao {
    let settings = Settings::of(ctx);
    let chave = settings.pix_key().unwrap_or_default().to_owned();
    Emissao {
        etapa_processo_boleto: step,
        codigo_canal_operacao: (!order.hybrid).then_some("API"),
        beneficiario: Beneficiario { id_beneficiario: ids::account(ctx) },
        dado_boleto: dado_boleto(order, &settings, format),
        dados_qrcode: order.hybrid.then_some(DadosQrcode { chave }),
    }
}

fn dado_boleto(order: &BoletoOrder, settings: &Settings<'_>, format: Format) -> DadoBoleto {
    let terms = &order.terms;
    let due = order.expiration_date;
    let (codigo_especie, tipo_boleto) = match order.invoice_type {
        InvoiceType::BillOfExchange => ("01", "a vista"),
        InvoiceType::TuitionPayment => ("04", "a vista"),
        InvoiceType::Proposal => ("18", "proposta"),
        InvoiceType::Deposit => ("99", "a vista"),
    };
    let valor = format.money(order.amount);
    DadoBoleto {
        descricao_instrumento_cobranca: if order.hybrid { "boleto_pix" } else { "boleto" },
        tipo_boleto,
        codigo_carteira: settings.wallet(),
        codigo_tipo_vencimento: 3,
        valor_total_titulo: valor.clone(),
        codigo_especie,
        valor_abatimento: (terms.abatement != Money::ZERO).then(|| format.money(terms.abatement)),
        data_emissao: order.issuance_date,
        pagamento_parcial: false,
        pagador: pessoa(&order.customer),
        sacador_avalista: order.receiver.as_ref().map(pessoa),
        dados_individuais_boleto: [DadosIndividuais {
            numero_nosso_numero: order.our_number.clone().unwrap_or_default(),
            data_vencimento: due,
            valor_titulo: valor,
            data_limite_pagamento: order.limit_date,
            texto_seu_numero: order.bank_reference.clone(),
            texto_uso_beneficiario: cut(&clean(&order.document_number), OWN_USE),
        }],
        multa: multa(terms.fine.as_ref(), format),
        juros: juros(terms.interest.as_ref(), format),
        desconto: desconto(&terms.discounts, format),
        recebimento_divergente: divergente(Accepts::Exact, format),
    }
}

fn pessoa(party: &Party) -> Pessoa {
    let address = party.address.clone().unwrap_or_default();
    let document = party.document.as_str().to_owned();
    let (codigo_tipo_pessoa, cpf, cnpj) = match party.document.kind() {
        DocumentKind::Cpf => ("F", Some(document), None),
        DocumentKind::Cnpj => ("J", None, Some(document)),
    };
    Pessoa {
        pessoa: DadosPessoa {
            nome_pessoa: clean(&party.name),
            tipo_pessoa: TipoPessoa {
                codigo_tipo_pessoa,
                numero_cadastro_pessoa_fisica: cpf,
                numero_cadastro_nacional_pessoa_juridica: cnpj,
            },
        },
        endereco: Endereco {
            nome_logradouro: street(&address),
            nome_bairro: cut(&clean(&address.district), DISTRICT),
            nome_cidade: cut(&clean(&address.city), CITY),
            sigla_uf: clean(&address.state).to_uppercase(),
            numero_cep: digits(&address.postal_code),
        },
    }
}

/// Street, number and complement in one field; where they do not fit, the street gives way and
/// then the complement, as a letter finds its way by the number.
pub(super) fn street(address: &Address) -> String {
    let (street, number, complement) =
        (clean(&address.street), clean(&address.number), clean(&address.complement));
    let behind = |texts: &[&str]| -> String {
        texts.iter().filter(|text| !text.is_empty()).map(|text| format!(" {text}")).collect()
    };
    let rest = behind(&[&number, &complement]);
    let rest = if rest.len() > STREET / 2 { behind(&[&number]) } else { rest };
    let room = STREET.saturating_sub(rest.len());
    cut(&format!("{}{rest}", cut(&street, room)), STREET)
}

fn multa(fine: Option<&Fine>, format: Format) -> Multa {
    let Some(fine) = fine else {
        return Multa {
            codigo_tipo_multa: "03",
            data_multa: None,
            valor_multa: None,
            percentual_multa: None,
        };
    };
    let (codigo_tipo_multa, valor_multa, percentual_multa) = match &fine.value {
        Value::Fixed(amount) => ("01", Some(format.money(*amount)), None),
        Value::Percent(rate) => ("02", None, Some(format.percent(*rate))),
    };
    Multa { codigo_tipo_multa, data_multa: Some(fine.date), valor_multa, percentual_multa }
}

fn juros(interest: Option<&Interest>, format: Format) -> Juros {
    let Some(interest) = interest else {
        return Juros {
            codigo_tipo_juros: "05",
            data_juros: None,
            valor_juros: None,
            percentual_juros: None,
        };
    };
    let (codigo_tipo_juros, valor_juros, percentual_juros) = match interest.value {
        InterestValue::PerDay(amount) => ("93", Some(format.money(amount)), None),
        InterestValue::PerMonth(rate) => ("90", None, Some(format.percent(rate))),
    };
    Juros { codigo_tipo_juros, data_juros: Some(interest.date), valor_juros, percentual_juros }
}

/// All discounts are of one kind, which the first one tells.
fn desconto(discounts: &[Discount], format: Format) -> Option<Desconto> {
    let codigo_tipo_desconto = match discounts.first().map(|first| (&first.value, first.per))? {
        (Value::Fixed(_), None) => "01",
        (Value::Percent(_), None) => "02",
        (Value::Percent(_), Some(_)) => "90",
        (Value::Fixed(_), Some(_)) => "91",
    };
    let one = |discount: &Discount| {
        let (valor_desconto, percentual_desconto) = match &discount.value {
            Value::Fixed(amount) => (Some(format.money(*amount)), None),
            Value::Percent(rate) => (None, Some(format.percent(*rate))),
        };
        DescontoAte { data_desconto: discount.date, valor_desconto, percentual_desconto }
    };
    Some(Desconto { codigo_tipo_desconto, descontos: discounts.iter().map(one).collect() })
}
