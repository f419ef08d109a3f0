//! What people type: dates, amounts and percentages as they come to mind.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan as _};

use crate::money::Money;
use crate::rate::Rate;

/// A date: `10/12`, `10/12/26`, `10/12/2026`, `2026-12-10`, `dia 10`, `hoje`, `ontem`, `amanhã`,
/// `depois de amanhã`, `+30`, `30 dias`, `sexta`.
///
/// Without a year, and without a month, it is the next such day from `today` on; `sexta` on a
/// Friday is a week later. Hyphens and full stops do as slashes do. `None` for anything else.
pub fn date(text: &str, today: Date) -> Option<Date> {
    let text = plain(text);
    match text.as_str() {
        "hoje" => return Some(today),
        "amanha" => return today.tomorrow().ok(),
        "ontem" => return today.yesterday().ok(),
        "depois de amanha" => return today.checked_add(2.days()).ok(),
        _ => {}
    }
    if let Some(weekday) = weekday(&text) {
        return today.nth_weekday(1, weekday).ok();
    }
    let days = text
        .strip_prefix('+')
        .or_else(|| text.strip_suffix("dias"))
        .or_else(|| text.strip_suffix("dia"));
    if let Some(days) = days {
        let days = number(days.trim().trim_start_matches('+'))?;
        return today.checked_add(Span::new().try_days(days).ok()?).ok();
    }
    if let Some(day) = text.strip_prefix("dia ") {
        return next_day_of_month(number(day.trim())?, today);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            day_of(number(year)?, number(month)?, number(day)?)
        }
        [day, month, year] => {
            let year = match (year.len(), number(year)?) {
                (2, year) => 2000 + year,
                (4, year) => year,
                _ => return None,
            };
            day_of(year, number(month)?, number(day)?)
        }
        [day, month] => {
            let (day, month) = (number(day)?, number(month)?);
            // 29 February may be years away.
            (0..=8)
                .filter_map(|later| day_of(i64::from(today.year()) + later, month, day))
                .find(|date| *date >= today)
        }
        _ => None,
    }
}

fn next_day_of_month(day: i64, today: Date) -> Option<Date> {
    let first = today.first_of_month();
    (0..=12)
        .filter_map(|later| {
            let month = first.checked_add(Span::new().months(later)).ok()?;
            day_of(i64::from(month.year()), i64::from(month.month()), day)
        })
        .find(|date| *date >= today)
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text.trim_end_matches("-feira") {
        "segunda" => Weekday::Monday,
        "terca" => Weekday::Tuesday,
        "quarta" => Weekday::Wednesday,
        "quinta" => Weekday::Thursday,
        "sexta" => Weekday::Friday,
        "sabado" => Weekday::Saturday,
        "domingo" => Weekday::Sunday,
        _ => return None,
    })
}

fn day_of(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// An amount of zero or more: `1.234,56`, `1234,5`, `1.234`, `12.50`, `R$ 12`.
///
/// A comma begins the cents. So does a single full stop, unless exactly three digits follow it:
/// then it parts thousands, as everywhere in Brazil. `None` for anything else.
pub fn money(text: &str) -> Option<Money> {
    let text = plain(text);
    let text = text.strip_prefix("r$").unwrap_or(&text).trim();
    let decimal = match text.split_once(',') {
        Some((whole, cents)) => format!("{}.{cents}", without_thousands(whole)?),
        None => match text.rsplit_once('.') {
            Some((whole, cents)) if cents.len() != 3 && !whole.contains('.') => {
                format!("{whole}.{cents}")
            }
            _ => without_thousands(text)?,
        },
    };
    if decimal.ends_with('.') || decimal.starts_with('-') {
        return None;
    }
    let decimal = if decimal.starts_with('.') { format!("0{decimal}") } else { decimal };
    Money::from_decimal(&decimal)
}

/// Digits without the full stops between groups of three.
fn without_thousands(text: &str) -> Option<String> {
    let mut groups = text.split('.');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty()
        || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    grouped.then(|| format!("{first}{}", rest.concat()))
}

/// A percentage: `2`, `2,5`, `2.50`, `2 %`.
pub fn percent(text: &str) -> Option<Rate> {
    let text = plain(text);
    let text = text.strip_suffix('%').unwrap_or(&text).trim().replace(',', ".");
    text.parse().ok()
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Lower case, without accents and without blanks around it.
fn plain(text: &str) -> String {
    text.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'á' | 'ã' | 'â' | 'à' => 'a',
            'ç' => 'c',
            '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_as_people_type_them() {
        // A Tuesday.
        let today = day(2026, 11, 24);
        for (text, expected) in [
            ("10/12", day(2026, 12, 10)),
            ("24/11", today),
            ("23/11", day(2027, 11, 23)),
            ("29/02", day(2028, 2, 29)),
            ("10/12/26", day(2026, 12, 10)),
            ("10-12-2026", day(2026, 12, 10)),
            ("10.12.2027", day(2027, 12, 10)),
            ("2026-12-10", day(2026, 12, 10)),
            (" Hoje ", today),
            ("amanhã", day(2026, 11, 25)),
            ("ontem", day(2026, 11, 23)),
            ("AMANHA", day(2026, 11, 25)),
            ("depois de amanhã", day(2026, 11, 26)),
            ("+30", day(2026, 12, 24)),
            ("30 dias", day(2026, 12, 24)),
            ("dia 10", day(2026, 12, 10)),
            ("dia 31", day(2026, 12, 31)),
            ("sexta", day(2026, 11, 27)),
            ("terça-feira", day(2026, 12, 1)),
        ] {
            assert_eq!(date(text, today), Some(expected), "{text}");
        }
        for text in
            ["", "31/02", "10/13", "outrora", "+", "+x", "1/2/3", "10/12/026", "dia 32", "12"]
        {
            assert_eq!(date(text, today), None, "{text}");
        }
    }

    #[test]
    fn amounts_as_people_type_them() {
        for (text, cents) in [
            ("1.234,56", 123_456),
            ("1.234,5", 123_450),
            ("1234,5", 123_450),
            ("1.234", 123_400),
            ("1.234.567", 123_456_700),
            ("1234", 123_400),
            ("12.50", 1250),
            ("12.5", 1250),
            (",50", 50),
            ("0,01", 1),
            ("R$ 12", 1200),
            ("r$\u{a0}1.234,56", 123_456),
        ] {
            assert_eq!(money(text), Some(Money::from_cents(cents)), "{text}");
        }
        for text in
            ["", "-5", "1,234", "1,2,3", "12,", "1.23.4", "12.345.6", "abc", "1.2345,00", "R$"]
        {
            assert_eq!(money(text), None, "{text}");
        }
    }

    #[test]
    fn percentages_as_people_type_them() {
        assert_eq!(percent("2,5 %"), Some(Rate::from_basis_points(250)));
        assert_eq!(percent("2"), Some(Rate::from_basis_points(200)));
        assert_eq!(percent("dois"), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_typed(cents in 0_i64..10_000_000_000_000) {
            let amount = Money::from_cents(cents);
            prop_assert_eq!(money(&amount.to_string()), Some(amount));
        }

        #[test]
        fn nothing_typed_panics(text in ".{0,12}", mixed in "[0-9+/.,R$ %a-z-]{0,12}") {
            for text in [&text, &mixed] {
                let _ = (date(text, day(2026, 11, 24)), money(text), percent(text));
            }
        }
    }
}
