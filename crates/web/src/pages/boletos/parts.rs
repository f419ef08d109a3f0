//! The parts of a boleto's page that show how it stands.

use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::fact::Means;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_core::order::InvoiceType;
use quita_core::payable::Payable;
use quita_engine::desk::read::ChargeView;
use quita_engine::desk::reconciliation::MatchView;
use quita_engine::desk::remittances::RemittanceView;
use quita_engine::desk::timeline::Moment;
use quita_engine::desk::view::{self, AcceptsView, BoletoView, ReceiptView, TermView};

use super::export::written_line;
use super::{HERE, ISSUE, pill, timeline};
use crate::pages::{qr, show};

/// What the page of a boleto shows of it.
pub(super) struct Shown {
    pub(super) boleto: BoletoView,
    /// The payer's page, where the world reaches this installation.
    pub(super) payer_link: Option<String>,
    /// The account, by name.
    pub(super) account: String,
    /// The bank, by name.
    pub(super) bank: String,
    /// How long the bank usually takes from the payment to the credit.
    pub(super) settlement_delay: &'static str,
    /// The charge, with its classification and note.
    pub(super) charge: ChargeView,
    pub(super) due: Payable,
    /// Other boletos of the same charge, newest first.
    pub(super) others: Vec<BoletoView>,
    pub(super) moments: Vec<Moment>,
    /// The lines of statements that it explains.
    pub(super) lines: Vec<MatchView>,
    /// The files that told its bank of it, where the account works by files.
    pub(super) remittances: Vec<RemittanceView>,
    pub(super) today: Date,
    /// Whether the person may issue another.
    pub(super) may_charge: bool,
}

fn refreshed(boleto: &BoletoView, part: &str, content: &Markup) -> Markup {
    html! {
        div data-subject=(boleto.id) data-refresh={ "/boletos/" (boleto.id) "/" (part) } { (content) }
    }
}

/// Status, numbers, and what is due.
pub(super) fn standing(shown: &Shown) -> Markup {
    let boleto = &shown.boleto;
    let is_to_pay = is_to_pay(boleto);
    let content = html! {
        p { (pill(boleto, shown.today)) }
        (notices(shown))
        @if is_to_pay && !shown.settlement_delay.is_empty() {
            p.hint { "Do pagamento ao crédito: " (shown.settlement_delay) "." }
        }
        @if boleto.writable_line.is_some() || boleto.our_number.is_some() {
            section.card aria-labelledby="numeros" {
                h2 #numeros { @if is_to_pay { "Para pagar" } @else { "Números" } }
                div.two {
                    dl.facts { (numbers(shown)) }
                    @if let Some(code) = boleto.br_code.as_deref().filter(|_| is_to_pay) {
                        (qr::drawing(code))
                    }
                }
            }
        }
        div.two {
            section.card aria-labelledby="dados" {
                h2 #dados { "Dados" }
                dl.facts { (facts(shown)) }
            }
            @if is_to_pay {
                section.card aria-labelledby="hoje" {
                    h2 #hoje { "Devido hoje, " (show::date(shown.today)) }
                    (due_today(&shown.due))
                }
            }
        }
    };
    refreshed(boleto, "situacao", &content)
}

fn notices(shown: &Shown) -> Markup {
    let boleto = &shown.boleto;
    html! {
        @if let Some(refusal) = &boleto.refusal {
            div.notice.bad {
                p { strong { "O banco recusou este boleto." } " " (refusal.message)
                    @if !refusal.code.is_empty() { " " span.hint { "(código do banco: " (refusal.code) ")" } } }
                @if shown.may_charge {
                    p { a href={ (ISSUE) "?de=" (boleto.id) } { "Corrigir e emitir outro" } }
                }
            }
        }
        @if boleto.status == Status::Created && boleto.by_file {
            div.notice.wait {
                strong { "Ainda não registrado no banco." }
                " O pedido vai na remessa desta conta (" a href="/remessas" { "Remessas" } ") e o registro chega com o retorno. "
                @if boleto.barcode.is_some() { "Já pode ser impresso, mas só pode ser pago depois do registro." }
                @else { "O banco dará o nosso número: imprima depois do retorno." }
            }
        } @else if boleto.status == Status::Created {
            div.notice.wait { "O boleto está a caminho do banco. Esta página muda sozinha quando ele responder." }
        }
        @if !shown.remittances.is_empty() {
            p.hint {
                "Remessas: "
                @for (i, file) in shown.remittances.iter().enumerate() {
                    @if i > 0 { ", " }
                    a href={ "/remessas/" (file.id) } { "número " (file.number) }
                    @if let Some(at) = file.sent_at { ", enviada " (show::time(at)) } @else { ", a enviar ao banco" }
                }
            }
        }
        @if boleto.cancellation_wanted && boleto.status != Status::Cancelled {
            div.notice.wait { "Cancelamento pedido; falta a confirmação do banco. Um pagamento que chegue antes vale mais." }
        }
        @if !boleto.changes_wanted.is_empty() {
            div.notice.wait {
                @if boleto.by_file { "Pedido por remessa, até o retorno o confirmar: " }
                @else { "Pedido ao banco e ainda não confirmado: " }
                @for (i, change) in boleto.changes_wanted.iter().enumerate() {
                    @if i > 0 { "; " }
                    (change.text)
                    @if change.taken_at.is_some() { " (o banco aceitou, falta aparecer lá)" }
                }
                "."
            }
        }
        @if boleto.settled_by_hand {
            div.notice { "Baixado à mão como pago por fora do banco." }
        }
        @if !shown.others.is_empty() {
            div.notice {
                "Outros boletos da mesma cobrança: "
                @for (i, other) in shown.others.iter().enumerate() {
                    @if i > 0 { ", " }
                    a href={ "/boletos/" (other.id) } { (other.document_number) }
                    " (" (other.status.label()) ", vence " (show::date(other.expiration_date)) ")"
                }
                ". " a href={ (HERE) "?charge_id=" (boleto.charge_id) } { "Ver na lista" }
            }
        }
    }
}

fn is_to_pay(boleto: &BoletoView) -> bool {
    view::is_to_pay(boleto.status, boleto.cancellation_wanted)
}

fn numbers(shown: &Shown) -> Markup {
    let (boleto, link) = (&shown.boleto, shown.payer_link.as_deref());
    let line = boleto.writable_line.as_ref().map(|_| written_line(boleto));
    // Nobody should be sent what cannot be paid.
    let link = link.filter(|_| is_to_pay(boleto));
    let br_code = boleto.br_code.as_deref().filter(|_| is_to_pay(boleto));
    let all: [(&str, Option<&str>, Option<&str>); 7] = [
        ("Link do pagador", link, link),
        ("Linha digitável", line.as_deref(), boleto.writable_line.as_deref()),
        ("Pix copia e cola", br_code, br_code),
        ("Código de barras", boleto.barcode.as_deref(), boleto.barcode.as_deref()),
        ("Nosso número", boleto.our_number.as_deref(), boleto.our_number.as_deref()),
        ("Referência no banco", Some(&boleto.bank_reference), Some(&boleto.bank_reference)),
        ("txid do Pix", boleto.txid.as_deref(), boleto.txid.as_deref()),
    ];
    html! {
        @for (label, shown, copied) in all {
            @if let Some((shown, copied)) = shown.zip(copied).filter(|(shown, _)| !shown.is_empty()) {
                dt { (label) }
                dd { code { (shown) } " "
                    button.plain type="button" data-copy=(copied) aria-label={ "Copiar: " (label) } { "Copiar" } }
            }
        }
    }
}

fn facts(shown: &Shown) -> Markup {
    let boleto = &shown.boleto;
    let discounts =
        boleto.discounts.iter().map(|d| format!("{} até {}", value(d, ""), show::date(d.date)));
    let discounts = discounts.collect::<Vec<_>>().join("; ");
    let from = |term: &TermView, every: &str| {
        format!("{} a partir de {}", value(term, every), show::date(term.date))
    };
    html! {
        dt { "Cliente" }
        dd { (boleto.customer.legal_name) " · " (show::document(&boleto.customer.document)) }
        @if let Some(receiver) = &boleto.receiver {
            dt { "Sacador avalista" } dd { (receiver.legal_name) " · " (show::document(&receiver.document)) }
        }
        dt { "Valor" } dd { (show::money(boleto.amount)) }
        dt { "Emissão" } dd { (show::date(boleto.issuance_date)) }
        dt { "Vencimento" } dd { (show::date(boleto.expiration_date)) }
        dt { "Data limite" } dd { (show::date(boleto.limit_date)) }
        @if boleto.received > 0 { dt { "Recebido" } dd { (show::money(boleto.received)) } }
        @if boleto.abatement > 0 { dt { "Abatimento" } dd { (show::money(boleto.abatement)) } }
        @if !discounts.is_empty() { dt { "Desconto" } dd { (discounts) } }
        @if let Some(fine) = &boleto.fine { dt { "Multa" } dd { (from(fine, "")) } }
        @if let Some(interest) = &boleto.interest {
            @let every = if interest.value.is_some() { " ao mês" } else { " por dia" };
            dt { "Juros" } dd { (from(interest, every)) }
        }
        @if let Some(accepts) = boleto.accepts.and_then(AcceptsView::said) { dt { "Recebimento divergente" } dd { (accepts) } }
        @if !boleto.messages.is_empty() {
            dt { "Mensagens" } dd { @for line in &boleto.messages { (line) br; } }
        }
        @for (label, text) in [
            ("Plano de contas", &shown.charge.chart_account),
            ("Centro de custo", &shown.charge.cost_center),
            ("Observação", &shown.charge.note),
        ] {
            @if !text.is_empty() { dt { (label) } dd { (text) } }
        }
        dt { "Conta" } dd { (shown.account) @if !shown.bank.is_empty() { " · " (shown.bank) } }
        dt { "Espécie" } dd { (kind(boleto.invoice_type)) }
    }
}

const fn kind(kind: InvoiceType) -> &'static str {
    match kind {
        InvoiceType::BillOfExchange => "Duplicata (DM)",
        InvoiceType::TuitionPayment => "Mensalidade escolar (ME)",
        InvoiceType::Proposal => "Boleto proposta (BP)",
        InvoiceType::Deposit => "Depósito (BDA)",
    }
}

fn value(term: &TermView, every: &str) -> String {
    match (&term.value, term.face_value) {
        (Some(rate), _) => format!("{} %{every}", rate.replace('.', ",")),
        (None, Some(cents)) => format!("{}{every}", show::money(cents)),
        (None, None) => String::new(),
    }
}

fn due_today(due: &Payable) -> Markup {
    let lines = [
        ("Abatimento", due.abatement, "− "),
        ("Desconto", due.discount, "− "),
        ("Multa", due.fine, "+ "),
        ("Juros", due.interest, "+ "),
    ];
    html! {
        table {
            caption.visually-hidden { "Quanto se deve hoje" }
            tbody {
                tr { th scope="row" { "Valor do boleto" } td.number { (show::money(due.nominal.cents())) } }
                @for (label, amount, sign) in lines {
                    @if amount != Money::ZERO {
                        tr { th scope="row" { (label) } td.number { (sign) (show::money(amount.cents())) } }
                    }
                }
            }
            tfoot { tr { th scope="row" { "Total hoje" } td.number { (show::money(due.total.cents())) } } }
        }
    }
}

/// Receipts, and everything that happened.
pub(super) fn history(shown: &Shown) -> Markup {
    let content = html! {
        @if !shown.boleto.receipts.is_empty() {
            section.card aria-labelledby="recebimentos" {
                h2 #recebimentos { "Recebimentos" }
                (receipts(&shown.boleto.receipts))
            }
        }
        @if !shown.lines.is_empty() {
            section.card aria-labelledby="extrato" {
                h2 #extrato { "No extrato" }
                ul.plain-list { @for one in &shown.lines { li {
                    (show::date(one.line.date)) " · " (show::money(one.line.amount)) " · " (one.line.memo)
                    @if one.kind == "boletos" { span.hint { " " (one.difference.text) } }
                } } }
            }
        }
        section.card aria-labelledby="historico" {
            h2 #historico { "Histórico" }
            (timeline::list(&shown.moments, &shown.bank))
        }
    };
    refreshed(&shown.boleto, "historico", &content)
}

fn receipts(receipts: &[ReceiptView]) -> Markup {
    let date = |day: Option<Date>| day.map(show::date).unwrap_or_default();
    html! {
        div.scroll { table {
            caption.visually-hidden { "Recebimentos deste boleto" }
            thead { tr { th scope="col" { "Meio" } th.number scope="col" { "Valor" } th scope="col" { "Pago em" } th scope="col" { "Creditado em" } th.number scope="col" { "Tarifa" } th scope="col" { "Identificador" } } }
            tbody { @for receipt in receipts { tr {
                th scope="row" { @match receipt.means { Means::Pix => "Pix", Means::Boleto => "Boleto" } }
                td.number { (show::money(receipt.amount)) }
                td.nowrap { (date(receipt.paid_on)) }
                td.nowrap { (date(receipt.credited_on)) }
                td.number { @if let Some(fee) = receipt.fee { (show::money(fee)) } }
                td { @if let Some(id) = &receipt.end_to_end_id { code { (id) } } }
            } } }
        } }
    }
}
