//! A remittance written.

use quita_core::money::Money;
use quita_formats::cnab::codes::Instruction;
use quita_formats::cnab::layout::{Record, Role};
use quita_formats::cnab::value::{Misfit, NewRow};
use quita_formats::cnab::{Rows, Template};

use super::fill::fill;
use super::line::{Line, Numbering, problem};
use super::plan::{Plan, unfit};
use super::rules::Rules;
use super::slot::Content;
use super::{FileError, FileLayout, NumberedBy, RemittanceHead, RemittanceOrder};
use crate::contract::Problem;

/// Most discounts and messages that are looked for in an order.
const MOST: usize = 32;

impl FileLayout {
    /// The remittance with these orders, complete with its end of line characters.
    ///
    /// # Errors
    /// Everything that is wrong, in head, agreement and every order, and then no file at all.
    pub fn write(
        &'static self,
        head: &RemittanceHead<'_>,
        orders: &[RemittanceOrder],
    ) -> Result<Vec<u8>, Vec<FileError>> {
        let whole = |problem| FileError { order: None, problem };
        let Some(rules) = self.rules else {
            let message = format!("o quita só lê retornos no layout {}", self.name());
            return Err(vec![whole(problem("layout", "not_supported", message))]);
        };
        let mut found: Vec<FileError> =
            self.check_agreement(head.agreement).into_iter().map(whole).collect();
        let plan = match Plan::new(self, rules, head) {
            Ok(plan) => plan,
            Err(problems) => {
                found.extend(problems.into_iter().map(whole));
                return Err(found);
            }
        };
        if orders.is_empty() {
            found.push(whole(problem("orders", "missing", "não há o que enviar nesta remessa")));
        }
        let bytes = (orders.len() * plan.rows.len() + 4) * (self.width() + 2);
        let mut file = File { rows: Rows::with_capacity(bytes), titles: 0, total: Money::ZERO };
        let mut text = String::new();
        let mut headers =
            || plan.headers.iter().try_for_each(|header| file.rows.add(header).map(drop));
        if let Err(misfit) = headers() {
            found.push(whole(unfit("layout", "cabeçalho", &misfit)));
        }
        let numbering = Numbering::new(head, self);
        for (at, order) in orders.iter().enumerate() {
            let (line, unnumbered) = Line::new(order, head, self, &numbering);
            let mut problems = check(&plan, rules, &line);
            problems.extend(unnumbered);
            file.add(&plan, rules, &line, &mut text, &mut problems);
            found
                .extend(problems.into_iter().map(|problem| FileError { order: Some(at), problem }));
        }
        if let Err(misfit) = file.end(&plan.trailers, rules.totals) {
            found.push(whole(unfit("orders", "registros do arquivo", &misfit)));
        }
        if found.is_empty() { Ok(file.rows.finish()) } else { Err(found) }
    }

    /// What keeps this order from being written, before it is kept; empty when it may go.
    pub fn check(
        &'static self,
        head: &RemittanceHead<'_>,
        order: &RemittanceOrder,
    ) -> Vec<Problem> {
        let written = self.write(head, std::slice::from_ref(order));
        written.err().unwrap_or_default().into_iter().map(|error| error.problem).collect()
    }
}

/// The file and its totals.
struct File {
    rows: Rows,
    titles: u64,
    total: Money,
}

impl File {
    /// The rows of an order.
    fn add(
        &mut self,
        plan: &Plan,
        rules: &'static Rules,
        line: &Line<'_>,
        text: &mut String,
        problems: &mut Vec<Problem>,
    ) {
        self.titles += 1;
        self.total = self.total + line.order.boleto.amount;
        for (at, planned) in plan.rows.iter().enumerate() {
            if at > 0 && !planned.contents.iter().any(|content| content.is_in(line.order)) {
                continue;
            }
            let mut row = match self.rows.add(&planned.template) {
                Ok(row) => row,
                Err(_) => {
                    let message = "há registros demais para um arquivo: divida a remessa";
                    problems.push(problem("orders", "too_many", message));
                    return;
                }
            };
            for (field, slot) in &planned.slots {
                if let Err(problem) = fill(*slot, field, &mut row, line, rules, text) {
                    // Once is enough for what stands in several fields.
                    if !problems.iter().any(|known| known.field == problem.field) {
                        problems.push(problem);
                    }
                }
            }
        }
    }

    fn end(
        &mut self,
        trailers: &[(&'static Record, Template)],
        totals: bool,
    ) -> Result<(), Misfit> {
        for (record, template) in trailers {
            let (titles, total) = (self.titles, self.total);
            let in_lot = self.rows.in_lot + 1;
            let is_lot = record.role == Role::LotTrailer;
            let records = if is_lot { in_lot } else { self.rows.rows + 1 };
            let mut row = self.rows.add(template)?;
            let mut number = |name: &str, number: u64| put(record, name, &mut row, number);
            number("records", records)?;
            number("lots", 1)?;
            number("titles", titles)?;
            let simple = ["titles_simple", "total_simple"].map(|name| record.field(name));
            if let ([Some(count), Some(sum)], true) = (simple, totals) {
                row.number(count, titles)?;
                row.money(sum, total)?;
            }
            if let Some(field) = record.field("total") {
                row.money(field, total)?;
            }
        }
        Ok(())
    }
}

fn put(record: &Record, name: &str, row: &mut NewRow<'_>, number: u64) -> Result<(), Misfit> {
    match record.field(name) {
        Some(field) if field.fixed.is_none() => row.number(field, number),
        _ => Ok(()),
    }
}

/// What is wrong with an order, whatever field it goes into.
fn check(plan: &Plan, rules: &'static Rules, line: &Line<'_>) -> Vec<Problem> {
    let order = line.order;
    let boleto = &order.boleto;
    let mut found = Vec::new();
    let mut add = |field: &str, code, message: &str| found.push(problem(field, code, message));
    if rules.occurrence(line.layout.format, line.instruction()).is_none() {
        match line.instruction() {
            Instruction::RegisterWithPix => {
                let message = "o manual deste layout não tem boleto com Pix: registre sem o Pix";
                add("hybrid", "not_supported", message);
            }
            _ => add("instruction", "not_supported", "o layout não tem esta instrução"),
        }
    }
    let bank_numbers = (line.layout.numbered_by)(line.head.agreement) == NumberedBy::Bank;
    if order.our_number.is_empty() && !(bank_numbers && line.registers()) {
        add("our_number", "missing", "informe o nosso número do título");
    }
    if !boleto.amount.is_positive() {
        add("amount", "too_small", "o valor do título deve ser maior que zero");
    }
    let needed = match order.instruction {
        Instruction::GrantAbatement => Some(Content::Abatement),
        Instruction::ChangeDiscount => Some(Content::Discount(0)),
        Instruction::ChangeInterest => Some(Content::Interest),
        Instruction::ChangeFine => Some(Content::Fine),
        Instruction::ChangeReceiver => Some(Content::Receiver),
        _ => None,
    };
    if let Some(content) = needed.filter(|content| !content.is_in(order)) {
        let (field, words) = content.words();
        add(&field, "missing", &format!("a instrução precisa de: {words}"));
    }
    if line.registers() {
        registration(line, &mut add);
    }
    let plain = [
        Content::Receiver,
        Content::Interest,
        Content::Fine,
        Content::Abatement,
        Content::Protest,
        Content::NegativeListing,
        Content::PixKey,
        Content::PixLocation,
        Content::Txid,
    ];
    let discounts = (0..boleto.terms.discounts.len().min(MOST)).map(Content::Discount);
    let messages = (0..boleto.messages.len().min(MOST)).map(Content::Message);
    for content in plain.into_iter().chain(discounts).chain(messages) {
        if content.is_in(order) && !plan.carries.contains(&content) {
            let (field, words) = content.words();
            add(&field, "not_supported", &format!("o layout não tem lugar para: {words}"));
        }
    }
    found.extend((rules.check)(line));
    found
}

/// What a registration needs.
fn registration(line: &Line<'_>, add: &mut impl FnMut(&str, &'static str, &str)) {
    let boleto = &line.order.boleto;
    if boleto.customer.name.trim().is_empty() {
        add("customer.name", "missing", "informe o nome do pagador");
    }
    match &boleto.customer.address {
        None => add("customer.address", "missing", "o banco exige o endereço do pagador"),
        Some(address) => {
            let digits = address.postal_code.chars().filter(char::is_ascii_digit).count();
            if digits != 8 {
                add("customer.address.postal_code", "invalid", "o CEP tem 8 dígitos");
            }
            if address.street.trim().is_empty() {
                add("customer.address.street", "missing", "informe a rua do pagador");
            }
            if address.city.trim().is_empty() {
                add("customer.address.city", "missing", "informe a cidade do pagador");
            }
            if address.state.trim().len() != 2 {
                add("customer.address.state", "invalid", "informe a sigla da UF, como MG");
            }
        }
    }
    if boleto.expiration_date < boleto.issuance_date {
        let message = "o vencimento é anterior à emissão: corrija uma das datas";
        add("expiration_date", "invalid", message);
    }
    if line.days_after_due() < 0 {
        let message = "a data limite é anterior ao vencimento: corrija uma das datas";
        add("limit_date", "before_expiration", message);
    }
}
