//! The form of «Emitir boleto».

use maud::{Markup, html};
use quita_engine::desk::classifications::Register;
use quita_engine::desk::issue::rehearse::Rehearsal;
use quita_engine::desk::issue_form::{AccountChoice, Choices};
use quita_engine::desk::origin::Origin;
use quita_engine::desk::people::SignedIn;

use super::form::{Errors, Field, Fields, checkbox, csrf};
use super::term_fields::Banks;
use super::{show, term_fields};

/// What the form shows.
pub(super) struct View<'a> {
    pub(super) who: &'a SignedIn,
    pub(super) choices: &'a Choices,
    pub(super) fields: &'a Fields,
    pub(super) errors: &'a Errors,
    /// The key under which it issues, once.
    pub(super) key: &'a str,
    /// Said above it; may be empty.
    pub(super) said: &'a str,
    /// What the bank said of it, when it was only shown.
    pub(super) rehearsal: Option<&'a Rehearsal>,
}

/// Names of the fields that say what is wrong with them.
const NAMES: [&str; 28] = [
    "customer",
    "customer.document",
    "customer.legal_name",
    "customer.email",
    "customer.phone",
    "customer.address.street",
    "customer.address.number",
    "customer.address.complement",
    "customer.address.district",
    "customer.address.city",
    "customer.address.state",
    "customer.address.postal_code",
    "origin",
    "document_number",
    "amount",
    "abatement",
    "receiver",
    "expiration_date",
    "count",
    "mode",
    "invoice_type",
    "payment_form_id",
    "account_id",
    "terms_id",
    "hybrid",
    "chart_account",
    "cost_center",
    "note",
];

/// The screen.
pub(super) fn html(view: &View) -> Markup {
    let (fields, errors) = (view.fields, view.errors);
    let shown: Vec<&str> = NAMES.into_iter().chain(term_fields::NAMES).collect();
    html! {
        div.title {
            h1 { "Emitir boleto" }
            div.actions { button.first form="emitir" { "Emitir" } }
            p.subtitle {
                "O boleto vai ao banco assim que for emitido. Tudo pode ser feito pelo teclado: "
                "Tab passa ao próximo campo, Enter emite."
            }
        }
        @if !view.said.is_empty() { div.notice.wait role="alert" { (view.said) } }
        (rehearsed(view.rehearsal))
        (refused(fields))
        @if view.choices.accounts.is_empty() {
            div.card.empty {
                strong { "Falta uma conta bancária" }
                "Para emitir boletos, cadastre a conta da empresa e ligue-a ao banco."
            }
        }
        div.two.issue {
            form.stack #emitir method="post" action=(super::issue::HERE) data-preview="/boletos/emitir/previa" data-preview-into="previa" {
                (csrf(view.who))
                input type="hidden" name="key" value=(view.key);
                @if !fields.get("replaces").is_empty() {
                    input type="hidden" name="replaces" value=(fields.get("replaces"));
                }
                @if !fields.get("from").is_empty() {
                    input type="hidden" name="from" value=(fields.get("from"));
                }
                (errors.summary(&shown))
                div.card { h2 { "O que se cobra" } (document(view)) }
                div.card { h2 { "De quem" } (customer(view)) }
                div.card { h2 { "Como" } (how(view)) }
                div.row {
                    button.first { "Emitir" }
                    @if view.choices.accounts.iter().any(|account| account.rehearses) {
                        button formaction=(super::issue::REHEARSE) { "Simular no banco" }
                    }
                }
            }
            div #previa aria-live="polite" {
                div.card.empty { strong { "Prévia" } "Preencha valor e vencimento para ver as parcelas e o boleto." }
            }
        }
    }
}

/// What the bank said of a boleto that it was only shown.
fn rehearsed(rehearsal: Option<&Rehearsal>) -> Markup {
    html! {
        @match rehearsal {
            None => {}
            Some(told) if told.accepted => {
                div.notice role="status" tabindex="-1" {
                    strong { "O banco aceitaria este boleto." }
                    " Nada foi emitido: se está certo, emita."
                }
            }
            Some(told) => {
                div.notice.bad role="alert" tabindex="-1" {
                    strong { "O banco não aceitaria este boleto." }
                    p { (told.message) }
                }
            }
        }
    }
}

/// Why the boleto that this one comes from was refused.
fn refused(fields: &Fields) -> Markup {
    html! {
        @if !fields.get("refusal").is_empty() {
            div.notice.bad role="status" {
                strong { "O banco recusou: " } (fields.get("refusal"))
                @let label = label(fields.get("refused_field"));
                @if !label.is_empty() { " Corrija «" (label) "» e emita de novo." }
            }
        }
    }
}

/// What a field of the desk is called on screen; empty where it has no name there.
pub(super) fn label(field: &str) -> &'static str {
    match field {
        "document_number" => "Número do documento",
        "amount" => "Valor",
        "expiration_date" => "Primeiro vencimento",
        "limit_date" => "Baixa automática",
        "customer" | "customer.name" | "customer.legal_name" => "Nome ou razão social",
        "customer.document" => "CPF ou CNPJ",
        "customer.email" => "E-mail",
        "customer.phone" => "Telefone",
        "customer.address.street" | "customer.address" => "Rua",
        "customer.address.number" => "Número",
        "customer.address.complement" => "Complemento",
        "customer.address.district" => "Bairro",
        "customer.address.city" => "Cidade",
        "customer.address.state" => "UF",
        "customer.address.postal_code" => "CEP",
        "messages" => "Mensagens no boleto",
        "hybrid" => "Pix no boleto",
        "chart_account" => "Plano de contas",
        "cost_center" => "Centro de custo",
        "note" => "Observação",
        "abatement" => "Abatimento",
        _ if field.starts_with("receiver") => "Sacador avalista",
        _ if field.contains("fine") => "Multa",
        _ if field.contains("interest") => "Juros",
        _ if field.contains("discount") => "Desconto",
        _ => "",
    }
}

fn document(view: &View) -> Markup {
    let (fields, errors) = (view.fields, view.errors);
    let origins = Origin::ALL.map(|origin| {
        let label = match origin.prefix() {
            "" => origin.label().to_owned(),
            prefix => format!("{} ({prefix} …)", origin.label()),
        };
        (origin.word(), label)
    });
    let replacing = !fields.get("replaces").is_empty();
    let due = Field::date("expiration_date", "Primeiro vencimento")
        .value(fields.get("expiration_date"))
        .width("w4");
    // A payment form may give it.
    let due = match view.choices.payment_forms.as_slice() {
        [] => due.must().hint("«10/12», «amanhã», «+30»."),
        _ => due.hint("«10/12», «amanhã», «+30». Vazio: pela forma de pagamento."),
    };
    html! {
        div.fields {
            (Field::text("origin", "Origem").value(fields.get("origin")).width("w4").choice(origins, errors))
            @if replacing {
                input type="hidden" name="document_number" value=(fields.get("document_number"));
                div.field.w4 {
                    span.label { "Número do documento" }
                    span { (fields.get("document_number")) }
                    @if let Some(error) = errors.at("document_number") { span.error { (error) } }
                    span.hint { "A mesma cobrança: o número continua." }
                }
            } @else {
                (Field::text("document_number", "Número do documento").value(fields.get("document_number")).must()
                    .autofocus().width("w4").hint("Só o número: «NFe 450 - 1/3» é formado pela origem e pelas parcelas.").html(errors))
            }
            (Field::text("invoice_type", "Tipo").value(fields.get("invoice_type")).width("w4").choice([
                ("bill_of_exchange", "Duplicata mercantil"), ("proposal", "Proposta (pagar é opcional)"),
                ("tuition_payment", "Mensalidade escolar"), ("deposit", "Depósito na própria conta"),
            ], errors))
            (Field::money("amount", "Valor").value(fields.get("amount")).must().width("w4").hint("Como 1.234,56.").html(errors))
            (due.html(errors))
            // Only a program gives one; here it is taken over from the boleto before.
            @if fields.0.iter().any(|(name, _)| name == "abatement") {
                (Field::money("abatement", "Abatimento").value(fields.get("abatement")).width("w4")
                    .hint("Como no boleto anterior: de cada boleto, em qualquer dia.").html(errors))
            }
            @if !replacing {
                (Field::number("count", "Quantos boletos").value(fields.get("count")).width("w4").hint("1 a 99.").html(errors))
                (Field::text("mode", "O valor é").value(fields.get("mode")).width("w8").choice([
                    ("repeat", "de cada boleto (repetido)"), ("divide", "do total (dividido entre eles)"),
                ], errors))
            }
            (classification(view))
        }
    }
}

/// For the company's own books. A register without entries takes no room.
fn classification(view: &View) -> Markup {
    let (fields, errors) = (view.fields, view.errors);
    let choice = |register: Register| {
        let entries = view.choices.registers.entries(register).filter(|entry| entry.active);
        let entries: Vec<(String, String)> = entries.map(|e| (e.id, e.description)).collect();
        let none = [(String::new(), "Nenhum".to_owned())].into_iter();
        let name = register.word();
        html! {
            @if !entries.is_empty() || errors.at(name).is_some() {
                (Field::text(name, register.label()).value(fields.get(name)).width("w6").choice(none.chain(entries), errors))
            }
        }
    };
    html! {
        @for register in Register::ALL { (choice(register)) }
        (Field::text("note", "Observação").value(fields.get("note"))
            .hint("Só para a empresa: não é impressa nem vai ao banco.").area(errors))
    }
}

fn customer(view: &View) -> Markup {
    let (fields, errors) = (view.fields, view.errors);
    let nobody = view.choices.customers.is_empty();
    let new = match fields.get("customer_kind") {
        "" => nobody,
        kind => kind == "new",
    };
    html! {
        div.row role="radiogroup" aria-label="Cliente" {
            label.check {
                input type="radio" name="customer_kind" value="known" checked[!new];
                span { "Cliente já cadastrado" }
            }
            label.check {
                input type="radio" name="customer_kind" value="new" checked[new];
                span { "Novo cliente, ou com dados corrigidos" }
            }
        }
        fieldset.bare data-shows="customer_kind=known" {
            (Field::text("customer", "Cliente").value(fields.get("customer")).list("clientes")
                .hint("Comece a digitar o nome, ou digite o CPF ou CNPJ.").html(errors))
            datalist #clientes {
                @for customer in &view.choices.customers {
                    option value={ (customer.legal_name) " – " (show::document(&customer.document)) } {}
                }
            }
        }
        fieldset.bare data-shows="customer_kind=new" { (new_customer(view)) }
        (receiver(fields, errors))
    }
}

/// The guarantor of the boleto that this one comes from, to be kept or left out.
fn receiver(fields: &Fields, errors: &Errors) -> Markup {
    let name = fields.get("receiver_name");
    html! {
        @if !name.is_empty() {
            input type="hidden" name="receiver_name" value=(name);
            (checkbox("receiver", "yes", &format!("Sacador avalista: {name}"), fields.is_checked("receiver")))
            @if let Some(error) = errors.at("receiver") { span.error #receiver-error { (error) } }
        }
    }
}

fn new_customer(view: &View) -> Markup {
    let (fields, errors) = (view.fields, view.errors);
    let required = |name: &str| {
        let mut accounts = view.choices.accounts.iter().filter(|account| account.why_not.is_none());
        accounts.any(|account| account.rules.customer_required.contains(&name))
    };
    let field = |name: &'static str, width: &'static str| {
        let inner = name.strip_prefix("customer.").unwrap_or(name);
        let hint = if required(inner) { "O banco exige." } else { "" };
        Field::text(name, label(name)).value(fields.get(name)).width(width).hint(hint).html(errors)
    };
    html! {
        div.fields {
            (field("customer.document", "w4"))
            (field("customer.legal_name", "w8"))
            (Field::email("customer.email", "E-mail").value(fields.get("customer.email")).width("w6").html(errors))
            (field("customer.phone", "w6"))
            (field("customer.address.postal_code", "w3"))
            (field("customer.address.street", "w6"))
            (field("customer.address.number", "w3"))
            (field("customer.address.complement", "w3"))
            (field("customer.address.district", "w3"))
            (field("customer.address.city", "w4"))
            (field("customer.address.state", "w2"))
        }
    }
}

fn how(view: &View) -> Markup {
    let (fields, errors, choices) = (view.fields, view.errors, view.choices);
    html! {
        div.fields {
            @if !choices.payment_forms.is_empty() || errors.at("payment_form_id").is_some() {
                (Field::text("payment_form_id", "Forma de pagamento").value(fields.get("payment_form_id")).width("w6")
                    .hint("Preenche o que ficar vazio: conta, parâmetros e parcelas.")
                    .choice(with_none("Nenhuma", choices.payment_forms.iter().map(|kept| {
                        (kept.id.as_str(), kept.form.description.as_str())
                    })), errors))
            }
            (accounts(view))
            (Field::text("terms_id", "Parâmetros").value(fields.get("terms_id")).width("w6")
                .hint("Multa, juros e descontos guardados em «Parâmetros».")
                .choice(with_none("Nenhum, ou digitados aqui", choices.terms.iter().map(|(id, terms)| {
                    (id.as_str(), terms.description.as_str())
                })), errors))
            (hybrid(view))
        }
        @for account in &choices.accounts {
            p.hint data-shows={ "account_id=" (account.id) } { (account.bank_name) ": " (limits(account)) }
        }
        fieldset.bare data-shows="terms_id=" {
            h3 { "Multa, juros e descontos deste documento" }
            (term_fields::html(fields, errors, banks(view)))
        }
    }
}

fn with_none<'a>(
    none: &'a str,
    options: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    [("", none)].into_iter().chain(options)
}

/// Accounts; those at which nothing can be issued are greyed, with the reason.
fn accounts(view: &View) -> Markup {
    let accounts = &view.choices.accounts;
    let usable: Vec<&AccountChoice> = accounts.iter().filter(|a| a.why_not.is_none()).collect();
    let chosen = match (view.fields.get("account_id"), usable.as_slice()) {
        ("", [only]) => only.id.as_str(),
        (chosen, _) => chosen,
    };
    let error = view.errors.at("account_id");
    html! {
        div.field.w6 {
            label for="account_id" { "Conta" }
            select #account_id name="account_id" aria-invalid=[error.map(|_| "true")]
                aria-describedby=[error.map(|_| "account_id-error")] {
                @if usable.len() != 1 { option value="" { "Escolha, ou pela forma de pagamento" } }
                @for account in accounts {
                    option value=(account.id) selected[account.id == chosen] disabled[account.why_not.is_some()] {
                        (account.description) " (" (account.bank_name) ")"
                        @if let Some(why) = account.why_not { " – " (why) }
                    }
                }
            }
            @if let Some(error) = error { span.error #account_id-error { (error) } }
        }
    }
}

fn banks<'a>(view: &View<'a>) -> Banks<'a> {
    Banks { accounts: &view.choices.accounts, chosen_here: true }
}

/// Pix, greyed at banks that have none.
fn hybrid(view: &View) -> Markup {
    let field =
        Field::text("hybrid", "Pix no boleto").value(view.fields.get("hybrid")).width("w6").choice(
            [
                ("", "Quando banco e parâmetros permitem"),
                ("yes", "Com Pix (boleto híbrido)"),
                ("no", "Sem Pix"),
            ],
            view.errors,
        );
    let reason = "Este banco não oferece Pix no boleto por aqui.";
    let greyed = term_fields::greyed("hybrid", "Pix no boleto", reason, "w6");
    banks(view).where_possible(|account| account.rules.hybrid, &field, &greyed)
}

/// What boletos at an account can carry.
fn limits(account: &AccountChoice) -> String {
    let rules = account.rules;
    let mut said = vec![match rules.discounts_max {
        0 => "não oferece desconto".to_owned(),
        1 => "aceita um só desconto".to_owned(),
        most => format!("aceita até {most} descontos"),
    }];
    if !rules.late_start {
        said.push("multa e juros começam no dia depois do vencimento".to_owned());
    }
    said.push(match rules.message_lines {
        0 => "não leva mensagens".to_owned(),
        lines => format!("leva até {lines} mensagens de {} caracteres", rules.message_length),
    });
    said.push(format!("pagável até {} dias depois do vencimento", rules.days_after_due_max));
    said.push(format!("valor a partir de {}", show::money(rules.amount_min)));
    format!("{}.", said.join("; "))
}
