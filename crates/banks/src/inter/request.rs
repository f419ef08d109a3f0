//! Operations as requests of cobrança v3, Pix v2 and banking v2.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::calendar::days_between;
use quita_core::document::{Document, DocumentKind};
use quita_core::order::BoletoOrder;
use quita_core::party::{Address, Party};
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Value};
use serde::Serialize;

use crate::contract::{Ctx, HttpRequest, Op, Unsupported};
use crate::statement::StatementDetail;

use super::bank::{API, PIX_READ, READ, STATEMENT_PAGE, STATEMENT_READ, WRITE};
use super::clean::{clean, digits, phone};
use super::statement::Reading;
use super::wire::{
    BeneficiarioFinal, CadastroWebhook, Cancelamento, Desconto, Edicao, Emissao, Encargo, Mensagem,
    Pagador,
};

const COBRANCAS: &str = "/cobranca/v3/cobrancas";
const BANKING: &str = "/banking/v2";

/// Items a page: the greatest for cobranças, published for Pix only by BACEN.
pub(super) const PAGE: u32 = 1000;

/// Longest reason for a cancellation.
const REASON: usize = 50;

/// The request for an operation.
pub(super) fn build(op: &Op, ctx: &Ctx) -> Result<HttpRequest, Unsupported> {
    let one = |id: &str, rest: &str| format!("{COBRANCAS}/{}{rest}", segment(id));
    let call = match op {
        Op::Issue(order) => Call::send("POST", COBRANCAS.to_owned(), &emissao(order), "issue"),
        Op::Find { bank_reference, issued_from, cursor, .. } => {
            // The bank's clock may be ahead of ours, over midnight.
            let until = ctx.today.tomorrow().unwrap_or(ctx.today).max(*issued_from);
            Call::list("EMISSAO", *issued_from, until, cursor).with("seuNumero", bank_reference)
        }
        Op::Get { bank_id } => Call::ask(one(bank_id, ""), "get", READ),
        Op::Cancel { bank_id, reason } => {
            let motivo_cancelamento = clean(reason).chars().take(REASON).collect();
            let body = Cancelamento { motivo_cancelamento };
            Call::send("POST", one(bank_id, "/cancelar"), &body, "cancel")
        }
        Op::Change { bank_id, expiration_date, amount } => {
            let body =
                Edicao { data_vencimento: *expiration_date, valor_nominal: amount.map(Into::into) };
            Call::send("PATCH", one(bank_id, ""), &body, "change")
        }
        Op::ChangeStatus { change_id } => {
            let path = format!("{COBRANCAS}/edicao/{}", segment(change_id));
            Call::ask(path, "change_status", READ)
        }
        Op::Settled { from, to, cursor } => Call::list("PAGAMENTO", *from, *to, cursor),
        Op::States { from, to, cursor } => Call::list("VENCIMENTO", *from, *to, cursor),
        Op::PixReceived { from, to, cursor } => {
            Call::ask("/pix/v2/pix".to_owned(), "pix", PIX_READ)
                .with("inicio", &instant(*from))
                .with("fim", &instant(next_second(*to)))
                .page(cursor)
        }
        Op::Pdf { bank_id } => Call::ask(one(bank_id, "/pdf"), "pdf", READ),
        Op::GetWebhook => Call::ask(format!("{COBRANCAS}/webhook"), "webhook", READ),
        Op::RegisterWebhook { url } => {
            let body = CadastroWebhook { webhook_url: url.clone() };
            Call::send("PUT", format!("{COBRANCAS}/webhook"), &body, "webhook")
        }
        Op::Probe => Call::ask(format!("{COBRANCAS}/sumario"), "summary", READ)
            .with("dataInicial", &ctx.today.to_string())
            .with("dataFinal", &ctx.today.to_string()),
        Op::Statement { from, to, detail, cursor } => {
            let period = |path: &str, limit| {
                Call::ask(format!("{BANKING}{path}"), limit, STATEMENT_READ)
                    .with("dataInicio", &from.to_string())
                    .with("dataFim", &to.to_string())
            };
            match detail {
                StatementDetail::Simple => period("/extrato", "statement_simple"),
                StatementDetail::Complete => period("/extrato/completo", "statement")
                    .reading(&Reading::of(cursor.as_deref())),
            }
        }
        Op::Balance { day } => {
            let call = Call::ask(format!("{BANKING}/saldo"), "balance", STATEMENT_READ);
            match day {
                Some(day) => call.with("dataSaldo", &day.to_string()),
                None => call,
            }
        }
        Op::Rehearse(_) | Op::Instruct { .. } => {
            return Err(Unsupported { operation: op.kind() });
        }
    };
    Ok(call.finish(ctx))
}

/// The page that a cursor asks for; the first one without a cursor of ours.
pub(super) fn page_of(cursor: Option<&str>) -> u32 {
    cursor.and_then(|c| c.parse().ok()).unwrap_or(0)
}

/// A request being put together.
struct Call(HttpRequest);

impl Call {
    fn ask(path: String, limit: &'static str, scopes: &'static [&'static str]) -> Self {
        Self(HttpRequest {
            method: "GET",
            host: API,
            path,
            query: Vec::new(),
            headers: vec![("accept".to_owned(), "application/json".to_owned())],
            body: Vec::new(),
            limit,
            scopes,
        })
    }

    fn send(
        method: &'static str,
        path: String,
        body: &impl Serialize,
        limit: &'static str,
    ) -> Self {
        let mut call = Self::ask(path, limit, WRITE);
        call.0.method = method;
        call.0.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        call.0.body = json(body);
        call
    }

    /// The list between two days of one kind. Ordered by the bank's id, which never changes
    /// and never ties, so that no item slips between two pages.
    fn list(by: &str, from: Date, to: Date, cursor: &Option<String>) -> Self {
        Self::ask(COBRANCAS.to_owned(), "list", READ)
            .with("filtrarDataPor", by)
            .with("dataInicial", &from.to_string())
            .with("dataFinal", &to.to_string())
            .with("ordenarPor", "CODIGO_COBRANCA")
            .with("tipoOrdenacao", "ASC")
            .page(cursor)
    }

    fn page(self, cursor: &Option<String>) -> Self {
        self.with("paginacao.paginaAtual", &page_of(cursor.as_deref()).to_string())
            .with("paginacao.itensPorPagina", &PAGE.to_string())
    }

    /// The first page, which holds up to the most that plain paging reaches, or a scroll.
    fn reading(self, reading: &Reading) -> Self {
        let size = STATEMENT_PAGE.to_string();
        match reading {
            Reading::Page => self.with("pagina", "0").with("tamanhoPagina", &size),
            Reading::Scroll => self.with("scrollEnabled", "true").with("tamanhoPagina", &size),
            Reading::ScrollOn { id, .. } => self.with("scrollId", id),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.0.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds the account: needed where one integration serves several, harmless elsewhere.
    fn finish(mut self, ctx: &Ctx) -> HttpRequest {
        let account = digits(&format!("{}{}", ctx.account_number, ctx.account_digit));
        let account = account.trim_start_matches('0');
        if !account.is_empty() {
            self.0.headers.push(("x-conta-corrente".to_owned(), account.to_owned()));
        }
        self.0
    }
}

#[expect(clippy::expect_used, reason = "texts, dates and decimals always have a JSON form")]
fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("a body of plain fields")
}

/// A path segment; the bank's ids are UUIDs, anything else is escaped.
fn segment(id: &str) -> String {
    let mut path = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

/// RFC 3339 without fraction, as in the examples of the Pix API.
fn instant(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The instant itself when it is a whole second, else the next one.
fn next_second(instant: Timestamp) -> Timestamp {
    if instant.subsec_nanosecond() == 0 {
        return instant;
    }
    Timestamp::from_second(instant.as_second().saturating_add(1)).unwrap_or(instant)
}

fn emissao(order: &BoletoOrder) -> Emissao {
    let terms = &order.terms;
    Emissao {
        seu_numero: order.bank_reference.clone(),
        valor_nominal: order.amount.into(),
        data_vencimento: order.expiration_date,
        num_dias_agenda: days_between(order.expiration_date, order.limit_date).max(0),
        pagador: pagador(&order.customer),
        desconto: terms.discounts.first().map(|d| desconto(d, order.expiration_date)),
        multa: terms.fine.as_ref().map(multa),
        mora: terms.interest.as_ref().map(mora),
        mensagem: mensagem(&order.messages),
        beneficiario_final: order.receiver.as_ref().map(beneficiario_final),
        formas_recebimento: if order.hybrid { &["BOLETO", "PIX"] } else { &["BOLETO"] },
    }
}

fn pagador(party: &Party) -> Pagador {
    let address = address(party);
    let (ddd, telefone) =
        party.phone.as_deref().and_then(phone).unwrap_or((String::new(), String::new()));
    Pagador {
        cpf_cnpj: party.document.as_str().to_owned(),
        tipo_pessoa: tipo_pessoa(&party.document),
        nome: clean(&party.name),
        endereco: clean(&address.street),
        numero: clean(&address.number),
        complemento: clean(&address.complement),
        bairro: clean(&address.district),
        cidade: clean(&address.city),
        uf: clean(&address.state),
        cep: digits(&address.postal_code),
        email: clean(party.email.as_deref().unwrap_or_default()),
        ddd,
        telefone,
    }
}

fn beneficiario_final(party: &Party) -> BeneficiarioFinal {
    let address = address(party);
    BeneficiarioFinal {
        cpf_cnpj: party.document.as_str().to_owned(),
        tipo_pessoa: tipo_pessoa(&party.document),
        nome: clean(&party.name),
        endereco: street_and_number(&address),
        bairro: clean(&address.district),
        cidade: clean(&address.city),
        uf: clean(&address.state),
        cep: digits(&address.postal_code),
    }
}

/// The guarantor's address, which has no field for the number.
pub(super) fn street_and_number(address: &Address) -> String {
    let (street, number) = (clean(&address.street), clean(&address.number));
    if number.is_empty() { street } else { format!("{street}, {number}") }
}

fn address(party: &Party) -> Address {
    party.address.clone().unwrap_or_default()
}

fn tipo_pessoa(document: &Document) -> &'static str {
    match document.kind() {
        DocumentKind::Cpf => "FISICA",
        DocumentKind::Cnpj => "JURIDICA",
    }
}

fn desconto(discount: &Discount, due: Date) -> Desconto {
    let quantidade_dias = days_between(discount.date, due).max(0);
    let encargo = encargo(&discount.value, "PERCENTUALDATAINFORMADA", "VALORFIXODATAINFORMADA");
    Desconto { encargo, quantidade_dias }
}

fn multa(fine: &Fine) -> Encargo {
    encargo(&fine.value, "PERCENTUAL", "VALORFIXO")
}

fn mora(interest: &Interest) -> Encargo {
    let value = match interest.value {
        InterestValue::PerDay(amount) => Value::Fixed(amount),
        InterestValue::PerMonth(rate) => Value::Percent(rate),
    };
    encargo(&value, "TAXAMENSAL", "VALORDIA")
}

fn encargo(value: &Value, percent: &'static str, fixed: &'static str) -> Encargo {
    match value {
        Value::Percent(rate) => {
            Encargo { codigo: percent, taxa: Some((*rate).into()), valor: None }
        }
        Value::Fixed(amount) => {
            Encargo { codigo: fixed, taxa: None, valor: Some((*amount).into()) }
        }
    }
}

fn mensagem(lines: &[String]) -> Option<Mensagem> {
    let line = |i: usize| lines.get(i).map(|l| clean(l)).filter(|l| !l.is_empty());
    let any = (0..5).any(|i| line(i).is_some());
    any.then(|| Mensagem {
        linha1: line(0),
        linha2: line(1),
        linha3: line(2),
        linha4: line(3),
        linha5: line(4),
    })
}
