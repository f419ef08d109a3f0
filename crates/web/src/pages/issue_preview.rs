//! How boletos would look: the grid, the figures after the due date, and a drawing of the slip.

use jiff::civil::{Date, Weekday};
use maud::{Markup, html};
use quita_core::money::Money;
use quita_core::payable::Payable;
use quita_engine::desk::preview::{Line, Preview};
use quita_engine::error::FieldError;

use super::show;

/// Why there is nothing to see yet.
pub(super) fn not_yet(errors: &[FieldError]) -> Markup {
    html! {
        div.card.empty {
            strong { "Prévia" }
            "Ainda falta para mostrar as parcelas e o boleto:"
            @for error in errors { p { (error.message) } }
        }
    }
}

/// All of it, and what the bank would not take.
pub(super) fn html(preview: &Preview, payer: &str, refused: &[FieldError]) -> Markup {
    html! {
        @if !refused.is_empty() {
            div.notice.bad {
                strong { "Assim não pode ser emitido:" }
                ul { @for error in refused { li { (error.message) } } }
            }
        }
        div.card { h2 { "Parcelas" } (grid(preview)) (fee(preview)) }
        @if let Some(first) = preview.lines.first() {
            div.card { h2 { "O boleto" } (slip(preview, first, payer)) }
            div.card { h2 { "Quanto se paga, e quando" } (projected(preview, first)) }
        }
    }
}

fn grid(preview: &Preview) -> Markup {
    html! {
        div.scroll { table {
            caption.visually-hidden { "Parcelas" }
            thead { tr { th scope="col" { "Parcela" } th.number scope="col" { "Valor" } th scope="col" { "Vencimento" } } }
            tbody { @for line in &preview.lines { tr {
                th scope="row" { (line.document_number) }
                td.number { (show::money(line.amount.cents())) }
                td {
                    (show::date(line.due)) ", " (weekday(line.due))
                    @if line.paid_until != line.due {
                        span.sub { @if is_weekend(line.due) { "Fim de semana" } @else { "Feriado bancário" }
                            ": pode ser pago sem acréscimo até " (show::date(line.paid_until)) ", " (weekday(line.paid_until)) }
                    }
                }
            } } }
            tfoot { tr {
                th scope="row" { (show::count(i64::try_from(preview.lines.len()).unwrap_or(0), "boleto", "boletos")) }
                td.number { (show::money(preview.total.cents())) }
                td {}
            } }
        } }
    }
}

/// What the bank will charge, where the company said it: banks do not tell before the settlement.
fn fee(preview: &Preview) -> Markup {
    let count = i64::try_from(preview.lines.len()).unwrap_or(0);
    html! {
        @match preview.fee {
            Some(fee) => p.hint {
                "Tarifa prevista: " (show::money(fee.cents().saturating_mul(count)))
                @if count > 1 { " (" (count) " × " (show::money(fee.cents())) ")" }
                ", cobrada quando cada boleto é liquidado. É a que foi digitada na conta."
            },
            None if !preview.bank_name.is_empty() => p.hint {
                "Tarifa: o banco não informa antes da liquidação. Digite-a na conta, em «Contas», para vê-la aqui."
            },
            None => {}
        }
    }
}

fn slip(preview: &Preview, first: &Line, payer: &str) -> Markup {
    html! {
        div.slip {
            div.slip-head {
                strong { @if preview.bank_name.is_empty() { "Banco" } @else { (preview.bank_name) } }
                span { (preview.bank_code) }
                span.hint { "A linha digitável vem do registro no banco" }
            }
            dl {
                div.wide { dt { "Beneficiário" } dd { (preview.beneficiary) " – " (show::document(&preview.beneficiary_document)) } }
                div { dt { "Vencimento" } dd { (show::date(first.due)) } }
                div.wide { dt { "Número do documento" } dd { (first.document_number) } }
                div { dt { "Valor do documento" } dd { strong { (show::money(first.amount.cents())) } } }
                div.all { dt { "Instruções" } dd { @for line in &preview.instructions { (line) br; } } }
                div.all { dt { "Pagador" } dd { @if payer.is_empty() { "–" } @else { (payer) } } }
            }
        }
    }
}

/// One part of what is to be paid.
type Part = fn(&Payable) -> Money;

fn projected(preview: &Preview, first: &Line) -> Markup {
    let parts: [(&str, Part); 3] = [
        ("Desconto", |payable| payable.discount),
        ("Multa", |payable| payable.fine),
        ("Juros", |payable| payable.interest),
    ];
    // What is never charged takes no room.
    let counts = |part: &(&str, fn(&Payable) -> Money)| {
        preview.projected.iter().any(|(_, payable)| part.1(payable).is_positive())
    };
    let parts: Vec<_> = parts.into_iter().filter(counts).collect();
    html! {
        p.hint { "Com multa e juros depois do vencimento, para " (first.document_number) "." }
        div.scroll { table {
            caption.visually-hidden { "Valor a pagar por data" }
            thead { tr {
                th scope="col" { "Pago em" }
                @for (name, _) in &parts { th.number scope="col" { (name) } }
                th.number scope="col" { "Total" }
            } }
            tbody { @for (on, payable) in &preview.projected { tr {
                th scope="row" { (show::date(*on)) @if *on == first.due { span.sub { "vencimento" } } }
                @for (_, part) in &parts { td.number { (part(payable)) } }
                td.number { strong { (show::money(payable.total.cents())) } }
            } } }
        } }
        @for warning in &preview.warnings { div.notice.wait { (warning.message) } }
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "segunda",
        Weekday::Tuesday => "terça",
        Weekday::Wednesday => "quarta",
        Weekday::Thursday => "quinta",
        Weekday::Friday => "sexta",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}
