//! The fields of a postal address, in whichever form has one.

use maud::{Markup, html};
use quita_core::party::Address;
use quita_engine::desk::customers::STATES;

use super::form::{Errors, Field, Fields};

/// Names of the fields, as the desk names them in errors.
pub(super) const NAMES: [&str; 7] = [
    "address.postal_code",
    "address.street",
    "address.number",
    "address.complement",
    "address.district",
    "address.city",
    "address.state",
];

/// As they were saved.
pub(super) fn fields(address: Option<&Address>) -> Vec<(String, String)> {
    let Some(address) = address else { return Vec::new() };
    let values = [
        &address.postal_code,
        &address.street,
        &address.number,
        &address.complement,
        &address.district,
        &address.city,
        &address.state,
    ];
    NAMES.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What was typed; `None` where nothing was.
pub(super) fn typed(fields: &Fields) -> Option<Address> {
    if NAMES.iter().all(|name| fields.get(name).is_empty()) {
        return None;
    }
    let text = |name: &str| fields.get(name).to_owned();
    let digits = |c: &char| !matches!(c, '-' | '.' | ' ');
    Some(Address {
        postal_code: fields.get("address.postal_code").chars().filter(digits).collect(),
        street: text("address.street"),
        number: text("address.number"),
        complement: text("address.complement"),
        district: text("address.district"),
        city: text("address.city"),
        state: text("address.state"),
    })
}

/// The fields as HTML.
pub(super) fn html(fields: &Fields, errors: &Errors) -> Markup {
    let text = |name: &'static str, label, width| {
        Field::text(name, label).value(fields.get(name)).width(width).html(errors)
    };
    let states = std::iter::once("")
        .chain(STATES)
        .map(|state| (state, if state.is_empty() { "–" } else { state }));
    html! {
        (Field::text("address.postal_code", "CEP").value(fields.get("address.postal_code"))
            .width("w3").inputmode("numeric").hint("8 dígitos").html(errors))
        (text("address.street", "Rua", "w6"))
        (text("address.number", "Número", "w3"))
        (text("address.complement", "Complemento", "w4"))
        (text("address.district", "Bairro", "w4"))
        (text("address.city", "Cidade", "w4"))
        (Field::text("address.state", "UF").value(fields.get("address.state")).width("w3")
            .choice(states, errors))
    }
}
