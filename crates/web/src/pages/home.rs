//! «Início»: how the company stands, and what needs a person.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use jiff::civil::Date;
use maud::{Markup, html};
use quita_engine::credential_watch::{NO_ADDRESS, NO_SERVER, NOT_DELIVERED};
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::Health;
use quita_engine::desk::home::{self, Day, Home, Sum};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::read::PendingView;

use super::accounts::{SOON_DAYS, days_left};
use super::failure::Page;
use super::visitor::Visitor;
use super::{reconciliation, shell, show};
use crate::app::App;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(page)).route("/inicio/numeros", get(fragment))
}

async fn page(State(app): State<App>, Visitor(who): Visitor) -> Page {
    if !who.actor.permissions.contains(&Permission::Read) {
        return Ok(shell::page(&app, &who, "/", "Início", nothing_here(&who)));
    }
    let actor = who.actor.clone();
    let home = app.ask(move |world| home::home(world, &actor)).await?;
    let content = html! {
        div.title { h1 { "Início" } p.subtitle { (long_date(home.today)) } }
        (shell::live(&who))
        (numbers(&home))
    };
    Ok(shell::page(&app, &who, "/", "Início", content))
}

async fn fragment(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let home = app.ask(move |world| home::home(world, &who.actor)).await?;
    Ok(shell::fragment(numbers(&home)))
}

/// For a person who may see nothing of the charges.
fn nothing_here(who: &SignedIn) -> Markup {
    html! {
        div.title { h1 { "Olá, " (who.name) } }
        div.card.empty {
            strong { "Seu papel é " (who.role.label()) }
            "O balcão ainda não está disponível nesta versão. Para ver a cobrança, peça outro papel a \
             um administrador."
        }
    }
}

fn numbers(home: &Home) -> Markup {
    html! {
        div data-subject="*" data-refresh="/inicio/numeros" {
            (needs_you(home))
            @if !home.has_boletos {
                div.card.empty {
                    strong { "Ainda não há boletos" }
                    "Quando houver, aqui aparecem o que entrou, o que vence e o que atrasou."
                }
            }
            div.cards {
                (figure("Recebido hoje", home.received_today.cents(), None))
                (figure("Recebido no mês", home.received_month.cents(), None))
                (figure("A vencer em 7 dias", home.due_in_7_days.amount.cents(), Some(home.due_in_7_days)))
                (figure("Vencido", home.overdue.iter().map(|sum| sum.amount.cents()).sum(), Some(all(&home.overdue))))
            }
            div.two {
                div.card { h2 { "Esperado e recebido" } (chart(&home.days, home.today)) }
                div.card { h2 { "Vencidos por idade" } (ageing(&home.overdue)) }
            }
            (to_reconcile(home))
            div.two {
                div.card { h2 { "Vencimentos" } (calendar(home)) }
                div.card { h2 { "Contas" } (accounts(home)) }
            }
        }
    }
}

/// What came in and nothing explains, by age; nothing before the first statement.
fn to_reconcile(home: &Home) -> Markup {
    let totals = &home.reconciliation;
    html! {
        @if totals.all.count > 0 || totals.open().count > 0 {
            div.card {
                h2 { "A conciliar" }
                table {
                    caption.visually-hidden { "Entradas do extrato que nada explica, por idade" }
                    thead { tr { th scope="col" { "Há" } th.number scope="col" { "Lançamentos" } th.number scope="col" { "Valor" } } }
                    tbody { @for (age, sum) in reconciliation::AGES.iter().zip(&totals.incoming) { tr {
                        th scope="row" { (age) }
                        td.number { (sum.count) }
                        td.number { (show::money(sum.amount.cents())) }
                    } } }
                }
                p.hint {
                    @if let Some(share) = totals.share() { "Das entradas dos últimos 30 dias, " (share) " % estão explicadas. " }
                    a href=(reconciliation::HERE) { "Conciliar" }
                }
            }
        }
    }
}

fn figure(label: &str, cents: i64, sum: Option<Sum>) -> Markup {
    html! {
        div.card {
            span.label { (label) }
            span.figure { (show::money(cents)) }
            @if let Some(sum) = sum { span.label { (show::count(sum.count, "boleto", "boletos")) } }
        }
    }
}

fn all(sums: &[Sum]) -> Sum {
    sums.iter().fold(Sum::default(), |total, sum| Sum {
        count: total.count + sum.count,
        amount: total.amount + sum.amount,
    })
}

fn needs_you(home: &Home) -> Markup {
    let ending: Vec<_> = home
        .accounts
        .iter()
        .filter_map(|account| Some((account, account.certificate_days?)))
        .filter(|(_, days)| *days <= SOON_DAYS)
        .collect();
    // One that waits for the bank to activate it needs nobody yet; one that is refused has an item.
    let silent: Vec<_> = home
        .accounts
        .iter()
        .filter(|account| !account.last_error.is_empty())
        .filter(|account| account.credential_status != "waiting")
        .filter(|account| !home.pending.iter().any(|item| is_refusal(item, account)))
        .collect();
    html! {
        @if !home.pending.is_empty() || !ending.is_empty() || !silent.is_empty() {
            section.card aria-labelledby="precisa" {
                h2 #precisa { "Precisa de você" }
                ul.plain-list {
                    @for (account, days) in ending {
                        li {
                            "A credencial de " strong { (account.description) } " "
                            @if days < 0 { "terminou: os boletos não vão mais ao banco." }
                            @else if days == 0 { "termina hoje." }
                            @else { "termina em " (show::count(days, "dia", "dias")) "." }
                            " Peça outro certificado ao banco e troque-o. "
                            @if account.credential_status != "refused" { (unsent(account)) }
                        }
                    }
                    @for account in silent {
                        li { strong { (account.description) } ": " (account.last_error) }
                    }
                    @for item in &home.pending {
                        @let account = home.accounts.iter().find(|a| a.account_id == item.subject);
                        li {
                            (item.message) " " span.hint { (show::time(item.opened_at)) } " "
                            @if item.kind.starts_with("contract") {
                                a href={ "/contratos/" (item.subject) } { "Ver contrato" }
                            } @else if item.kind.starts_with("return") {
                                a href={ "/retornos/" (item.subject) "?efeito=unknown" } { "Ver retorno" }
                            } @else if item.kind.starts_with("statement") {
                                @let account = account.map(|account| format!("/{}", account.account_id));
                                a href={ "/extrato" (account.unwrap_or_default()) } { "Ver extrato" }
                            } @else if let Some(account) = account {
                                @if is_refusal(item, account) { (unsent(account)) }
                                a href={ "/contas/" (account.account_id) } { "Ver conta" }
                            } @else { a href={ "/boletos/" (item.subject) } { "Ver boleto" } }
                        }
                    }
                }
            }
        }
    }
}

fn is_refusal(item: &PendingView, account: &Health) -> bool {
    item.subject == account.account_id && item.kind == "credential_refused"
}

/// Why nobody was told of it by e-mail.
fn unsent(account: &Health) -> Markup {
    html! {
        @match account.unsent.as_str() {
            NO_SERVER => {
                "Nenhum e-mail foi enviado: a empresa não tem servidor de e-mail. "
                a href="/email" { "Configurar o e-mail" } " "
            }
            NO_ADDRESS => {
                "Nenhum e-mail foi enviado: falta o e-mail do responsável. "
                a href={ "/contas/" (account.account_id) } { "Informar o responsável" } " "
            }
            NOT_DELIVERED => {
                "O e-mail de aviso não pôde ser entregue. "
                a href="/email" { "Ver por quê" } " "
            }
            _ => {}
        }
    }
}

const AGES: [&str; 4] = ["1 a 30 dias", "31 a 60 dias", "61 a 90 dias", "mais de 90 dias"];

fn ageing(overdue: &[Sum; 4]) -> Markup {
    html! {
        table {
            caption.visually-hidden { "Vencidos por idade" }
            thead { tr { th scope="col" { "Há" } th.number scope="col" { "Boletos" } th.number scope="col" { "Valor" } } }
            tbody { @for (age, sum) in AGES.iter().zip(overdue) { tr {
                th scope="row" { (age) }
                td.number { (sum.count) }
                td.number { (show::money(sum.amount.cents())) }
            } } }
        }
    }
}

/// Size of the chart's drawing, in its own units.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 180;
const BASE: i64 = 155;

fn chart(days: &[Day], today: Date) -> Markup {
    let top =
        days.iter().map(|day| day.expected.max(day.received).cents()).max().unwrap_or(0).max(1);
    let step = WIDTH / i64::try_from(days.len()).unwrap_or(1).max(1);
    // Never above the drawing, and what is there is seen.
    let height = |cents: i64| if cents > 0 { (cents * (BASE - 10) / top).max(2) } else { 0 };
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img"
            aria-label="Esperado e recebido por dia, das duas últimas semanas às duas próximas" {
            line.axis x1="0" y1=(BASE) x2=(WIDTH) y2=(BASE) {}
            @for (day, x) in days.iter().zip((0..).step_by(usize::try_from(step).unwrap_or(1))) {
                g {
                    title {
                        (show::date(day.on)) ": esperado " (show::money(day.expected.cents()))
                        ", recebido " (show::money(day.received.cents()))
                    }
                    rect.expected x=(x + 2) y=(BASE - height(day.expected.cents())) width=(step / 2 - 2) height=(height(day.expected.cents())) rx="1.5" {}
                    rect.received x=(x + step / 2) y=(BASE - height(day.received.cents())) width=(step / 2 - 2) height=(height(day.received.cents())) rx="1.5" {}
                    @if day.on == today {
                        text x=(x + step / 2) y=(BASE + 17) text-anchor="middle" { "hoje" }
                    } @else if (day.on - today).get_days() % 7 == 0 {
                        // At the edge it would be cut.
                        @let anchor = if x == 0 { "start" } else { "middle" };
                        text x=(if x == 0 { 0 } else { x + step / 2 }) y=(BASE + 17) text-anchor=(anchor) { (day.on.strftime("%d/%m").to_string()) }
                    }
                }
            }
        }
        p.legend { span { i.expected {} "esperado" } span { i {} "recebido" } }
    }
}

fn calendar(home: &Home) -> Markup {
    let first = home.today.first_of_month();
    let before = first.weekday().to_sunday_zero_offset();
    let days: Vec<Date> = first
        .series(jiff::ToSpan::days(1))
        .take_while(|day| day.month() == first.month())
        .collect();
    html! {
        p.label { (month_name(first)) }
        div.calendar {
            @for name in ["dom", "seg", "ter", "qua", "qui", "sex", "sáb"] { span.day-name { (name) } }
            @for _ in 0..before { span.out {} }
            @for day in days {
                @let today = if day == home.today { "today" } else { "" };
                @match home.calendar.iter().find(|(on, _)| *on == day) {
                    Some((_, sum)) => {
                        a class=(today) href={ "/boletos?expiration_from=" (day) "&expiration_to=" (day) }
                            title=(show::count(sum.count, "boleto", "boletos")) {
                            b { (day.day()) } (sum.amount)
                        }
                    }
                    None => span class=(today) { b { (day.day()) } },
                }
            }
        }
    }
}

fn accounts(home: &Home) -> Markup {
    html! {
        @if home.accounts.is_empty() {
            p.hint { "Nenhuma conta ainda." }
        }
        ul.plain-list {
            @for account in &home.accounts {
                li {
                    strong { (account.description) } " "
                    @if account.credential_status == "waiting" { span.state.wait { "Aguardando ativação" } }
                    @else if !account.last_error.is_empty() { span.state.bad { "Com problema" } }
                    @else if account.last_success.is_some() { span.state.good { "Em dia" } }
                    @else { span.state.wait { "Ainda não consultada" } }
                    @if let Some(days) = account.certificate_days {
                        " " span.hint { "credencial: " (days_left(days)) }
                    }
                }
            }
        }
    }
}

fn month_name(day: Date) -> String {
    const NAMES: [&str; 12] = [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ];
    let name = usize::try_from(day.month() - 1).ok().and_then(|month| NAMES.get(month));
    format!("{} de {}", name.unwrap_or(&""), day.year())
}

fn long_date(day: Date) -> String {
    const NAMES: [&str; 7] = [
        "domingo",
        "segunda-feira",
        "terça-feira",
        "quarta-feira",
        "quinta-feira",
        "sexta-feira",
        "sábado",
    ];
    let weekday = usize::try_from(day.weekday().to_sunday_zero_offset()).unwrap_or(0);
    format!("{}, {} de {}", NAMES[weekday], day.day(), month_name(day))
}
