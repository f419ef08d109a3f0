//! JSON that cannot be read, told in the words of whoever wrote it: where the text breaks,
//! or which field is wrong and how.

use quita_engine::error::FieldError;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::problem::{Problem, kinds};

/// Reads JSON.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if holds_nul(bytes) {
        let detail = "Os textos não podem conter o caractere U+0000 (\\u0000).";
        return Err(Problem::new(kinds::INVALID, detail));
    }
    // Keeping track of the path costs as much as reading: only where something is wrong.
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json);
    let error = match read {
        Ok(value) => match json.end() {
            Ok(()) => return Ok(value),
            Err(error) => return Err(malformed(&error)),
        },
        Err(error) => error,
    };
    let path = error.path().to_string();
    let inner: serde_json::Error = error.into_inner();
    if inner.classify() != Category::Data {
        return Err(malformed(&inner));
    }
    Err(Problem::invalid(vec![field(&path, &inner.to_string())]))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let place = format!("na linha {}, coluna {}", error.line(), error.column());
    let detail = match error.classify() {
        Category::Eof => format!("O JSON termina antes do fim, {place}."),
        _ => format!("O JSON tem um erro de escrita {place}."),
    };
    Problem::new(kinds::MALFORMED, detail)
}

/// The escape of U+0000, which no database takes in a text.
fn holds_nul(bytes: &[u8]) -> bool {
    let mut escaped = false;
    bytes.iter().enumerate().any(|(i, &byte)| {
        let nul = escaped && bytes[i..].starts_with(b"u0000");
        escaped = byte == b'\\' && !escaped;
        nul
    })
}

/// A field at fault, from serde's words for it.
pub(crate) fn field(path: &str, said: &str) -> FieldError {
    let said = said.split(" at line ").next().unwrap_or(said);
    let path = if path == "." { "" } else { path };
    // These two name the field in their text; their path is that of the object around it.
    let inside = || {
        let name = said.split('`').nth(1).unwrap_or_default();
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    if said.starts_with("missing field") {
        return FieldError::new(inside(), "missing", "este campo é obrigatório");
    }
    if said.starts_with("duplicate field") {
        return FieldError::new(inside(), "duplicate", "este campo veio duas vezes");
    }
    let name = if path.is_empty() { "body" } else { path };
    if said.starts_with("unknown field") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        return FieldError::new(
            name,
            "unknown",
            match known.as_slice() {
                [] => "este campo não existe aqui".to_owned(),
                known => format!("este campo não existe aqui; existem: {}", known.join(", ")),
            },
        );
    }
    if said.starts_with("unknown variant") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        return FieldError::new(name, "invalid", format!("use um destes: {}", known.join(", ")));
    }
    let wanted = said.rsplit_once("expected ").map_or("", |(_, wanted)| wanted);
    let wanted = match wanted {
        "i64" => "um número inteiro",
        "u16" => "um número inteiro de 0 a 65535",
        "a string" => "um texto entre aspas",
        "a boolean" => "true ou false",
        "a sequence" => "uma lista",
        "a map" => "um objeto",
        _ if wanted.starts_with("struct ") => "um objeto",
        _ => return FieldError::new(name, "invalid", "este valor não serve aqui"),
    };
    FieldError::new(name, "wrong_type", format!("aqui vai {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_escape_of_nul_is_refused() {
        assert!(holds_nul(br#"{"a":"x\u0000"}"#));
        assert!(holds_nul(br#"{"a":"x\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"x\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"u0000"}"#));
    }
}
