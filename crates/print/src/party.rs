//! People and companies as the paper names them.

use quita_core::document::DocumentKind;
use quita_core::party::Party;

/// The document with its dots and its name: `CNPJ 12.345.678/0001-95`.
pub(crate) fn document(party: &Party) -> String {
    let name = match party.document.kind() {
        DocumentKind::Cpf => "CPF",
        DocumentKind::Cnpj => "CNPJ",
    };
    format!("{name} {}", party.document.formatted())
}

/// Street and city: `Rua Azul, 100, loja 2 – Centro`, the separator, `30140-071 Belo Horizonte/MG`.
pub(crate) fn address(party: &Party, separator: &str) -> String {
    let Some(address) = &party.address else { return String::new() };
    let street = joined(", ", &[&address.street, &address.number, &address.complement]);
    let street = joined(" – ", &[&street, &address.district]);
    let city = joined("/", &[&address.city, &address.state]);
    let city = joined(" ", &[&postal_code(&address.postal_code), &city]);
    joined(separator, &[&street, &city])
}

/// E-mail and telephone.
pub(crate) fn contact(party: &Party) -> String {
    let email = party.email.as_deref().unwrap_or_default();
    let phone = party.phone.as_deref().map(phone).unwrap_or_default();
    joined("  •  ", &[email, &phone])
}

/// The parts that are not empty, with a separator between them.
fn joined(separator: &str, parts: &[&str]) -> String {
    let filled: Vec<&str> =
        parts.iter().map(|part| part.trim()).filter(|p| !p.is_empty()).collect();
    filled.join(separator)
}

/// A CEP with its hyphen; anything but eight digits stays as it is.
fn postal_code(text: &str) -> String {
    match text.split_at_checked(5) {
        Some((region, suffix)) if suffix.len() == 3 && is_digits(text) => {
            format!("{region}-{suffix}")
        }
        _ => text.to_owned(),
    }
}

/// A Brazilian telephone with its area code in brackets; anything else stays as it is.
fn phone(text: &str) -> String {
    let digits = text.strip_prefix("+55").or(text.strip_prefix("55")).unwrap_or(text);
    let digits = if matches!(digits.len(), 10 | 11) { digits } else { text };
    if !is_digits(digits) || !matches!(digits.len(), 10 | 11) {
        return text.to_owned();
    }
    let (area, number) = digits.split_at(2);
    let (first, last) = number.split_at(number.len() - 4);
    format!("({area}) {first}-{last}")
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_and_postal_codes_get_their_punctuation() {
        for (text, printed) in [
            ("3133334444", "(31) 3333-4444"),
            ("31988887777", "(31) 98888-7777"),
            ("5531988887777", "(31) 98888-7777"),
            ("+5531988887777", "(31) 98888-7777"),
            ("5533334444", "(55) 3333-4444"),
            ("55999887766", "(55) 99988-7766"),
            ("(31) 3333-4444", "(31) 3333-4444"),
            ("0800 123 456", "0800 123 456"),
            ("", ""),
        ] {
            assert_eq!(phone(text), printed);
        }
        assert_eq!(postal_code("30140071"), "30140-071");
        assert_eq!(postal_code("30140-071"), "30140-071");
        assert_eq!(postal_code("çççç"), "çççç");
    }
}
