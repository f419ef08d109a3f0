//! Our numbers and free fields of every bank with rules.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it cannot use")]

mod banks;
mod files;
mod properties;
mod vectors;

use quita_banks::title::{Numbers, TitleError, TitleInput, compute};
use serde_json::{Map, Value};

fn tried(input: &Map<String, Value>) -> Result<Numbers, TitleError> {
    let text = Value::Object(input.clone()).to_string();
    let input: TitleInput<'_> = serde_json::from_str(&text).unwrap();
    compute(&input)
}

/// The numbers of an input that has all that is needed.
fn computed(input: &Value) -> Numbers {
    tried(input.as_object().unwrap()).unwrap_or_else(|error| panic!("{error}: {input}"))
}

/// Field and code of the error.
fn refused(input: &Value) -> (&'static str, &'static str) {
    let error = tried(input.as_object().unwrap()).unwrap_err();
    (error.field, error.code)
}
