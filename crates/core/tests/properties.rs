//! What holds for all boletos, documents, dates and terms, not only for chosen ones.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it cannot use")]

use jiff::civil::{Date, date};
use proptest::prelude::*;
use quita_core::barcode::{BankCode, Barcode, Code, CodeError, FreeField, MAX_AMOUNT, Part};
use quita_core::calendar::{Calendar, days_between};
use quita_core::document::{Document, DocumentError};
use quita_core::due_factor::{DAYS_AHEAD, DAYS_BEHIND, DueFactor};
use quita_core::money::Money;
use quita_core::payable::{DelayCounting, PayableRules, payable};
use quita_core::rate::{Rate, Rounding};
use quita_core::terms::{Anticipation, Discount, Fine, Interest, InterestValue, Terms, Value};
use quita_core::terms_check::problems;

fn any_barcode() -> impl Strategy<Value = Barcode> {
    let factor = prop_oneof![1 => Just(None), 9 => (1000_u16..=9999).prop_map(DueFactor::new)];
    ("[0-79][0-9]{2}", factor, 0..=MAX_AMOUNT.cents(), "[0-9]{25}").prop_map(
        |(bank, factor, cents, free_field)| {
            let bank = BankCode::parse(&bank).unwrap();
            let free_field = FreeField::parse(&free_field).unwrap();
            Barcode::compose(bank, factor, Money::from_cents(cents), free_field).unwrap()
        },
    )
}

fn any_day() -> impl Strategy<Value = Date> {
    (0_i64..12_000).prop_map(|n| date(2020, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap())
}

/// The text with the digit at `place` (modulo its length) raised by 1 to 9.
fn with_other_digit(text: &str, place: usize, by: u8) -> (String, usize) {
    let mut digits = text.as_bytes().to_vec();
    let place = place % digits.len();
    digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
    (String::from_utf8(digits).unwrap(), place)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn barcode_and_line_say_the_same(barcode in any_barcode(), blanks in "[ .-]{0,3}", at in 0_usize..44) {
        let line = barcode.writable_line();
        prop_assert_eq!(Barcode::parse(line.as_str()), Ok(barcode));
        prop_assert_eq!(Barcode::parse(&line.to_string()), Ok(barcode));
        let mut punctuated = barcode.as_str().to_owned();
        punctuated.insert_str(at, &blanks);
        prop_assert_eq!(Barcode::parse(&punctuated), Ok(barcode));
    }

    #[test]
    fn a_barcode_is_the_sum_of_its_parts(barcode in any_barcode()) {
        let again = Barcode::compose(
            barcode.bank(), barcode.due_factor(), barcode.amount(), barcode.free_field(),
        );
        prop_assert_eq!(again, Ok(barcode));
        prop_assert!((1..=9).contains(&barcode.check_digit()));
    }

    /// Modulo 10 notices every single wrong digit. Modulo 11 does too, except where the check
    /// digit is 1, which stands for three remainders.
    #[test]
    fn one_wrong_digit_of_a_line_is_noticed(barcode in any_barcode(), place: usize, by in 1_u8..=9) {
        let line = barcode.writable_line();
        let (wrong, place) = with_other_digit(line.as_str(), place, by);
        let read = Code::read(&wrong);
        let promised = place <= 32 || barcode.check_digit() != 1;
        prop_assert!(read.is_err() || (!promised && read != Ok(Code::Boleto(barcode))), "{}", wrong);
        if let Err(CodeError::CheckDigits(told)) = read {
            let field = match place { 0..=9 => Some(1), 10..=20 => Some(2), 21..=31 => Some(3), _ => None };
            if let Some(field) = field {
                prop_assert_eq!(told[0].part, Part::Field(field));
            } else {
                prop_assert_eq!((told.len(), told[0].part), (1, Part::General));
            }
        }
    }

    #[test]
    fn one_wrong_digit_of_a_barcode_is_noticed(barcode in any_barcode(), place: usize, by in 1_u8..=9) {
        let (wrong, place) = with_other_digit(barcode.as_str(), place, by);
        let promised = place == 4 || barcode.check_digit() != 1;
        // A first digit 8 makes it a code of another kind, which then has to fail by itself.
        if wrong.starts_with('8') {
            prop_assert!(!matches!(Code::read(&wrong), Ok(Code::Boleto(_))));
        } else {
            prop_assert!(Code::read(&wrong).is_err() || !promised, "{}", wrong);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}", digits in "[0-9 .-]{40,60}", raw: String) {
        for text in [&text, &digits, &raw] {
            let _ = Code::read(text);
            if let Ok(document) = Document::parse(text) {
                prop_assert_eq!(Document::parse(&document.formatted()), Ok(document));
            }
        }
    }

    #[test]
    fn a_wrong_check_digit_of_a_document_is_noticed(
        base in "[0-9]{9}|[0-9A-Z]{12}", check in 0_u8..100, by in 1_u8..100,
    ) {
        let with = |check: u8| Document::parse(&format!("{base}{check:02}"));
        let valid = (0..100).filter(|check| with(*check).is_ok()).count();
        // One pair of digits fits, none where it would make all digits equal.
        prop_assert!(valid <= 1);
        if with(check).is_ok() {
            prop_assert!(matches!(
                with((check + by) % 100),
                Err(DocumentError::CheckDigits(_) | DocumentError::AllEqual(_))
            ));
        }
    }

    #[test]
    fn a_due_date_inside_the_window_is_read_back(today in any_day(), ahead in -DAYS_BEHIND..=DAYS_AHEAD) {
        let due = today.checked_add(jiff::Span::new().days(ahead)).unwrap();
        if let Ok(factor) = DueFactor::of_new_boleto(due, today) {
            prop_assert_eq!(factor.date_read_on(today), Ok(due));
        }
    }

    #[test]
    fn a_due_date_has_passed_once_its_business_day_has(days in 0_i32..20_000, before in -5_i32..15) {
        let calendar = Calendar::national();
        let today = date(2000, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let due = today.checked_sub(jiff::Span::new().days(before)).unwrap();
        prop_assert_eq!(
            due <= calendar.last_overdue(today),
            calendar.next_business_day(due) < today
        );
    }

    #[test]
    fn business_days_count_forth_and_back(from in any_day(), count in 0_i32..300) {
        let calendar = Calendar::national();
        let there = calendar.add_business_days(from, count);
        prop_assert_eq!(calendar.business_days_between(from, there), count);
        prop_assert_eq!(calendar.business_days_between(there, from), if count == 0 { 0 } else {
            -count
        });
        let next = calendar.next_business_day(from);
        // The longest pause of a year is carnival: Saturday to Tuesday.
        prop_assert!(calendar.is_business_day(next) && (0..=4).contains(&days_between(from, next)));
    }

    /// Waiting never makes a boleto cheaper, and until the due date has passed it costs at most
    /// what is printed.
    #[test]
    fn what_is_due_never_falls(
        (nominal, due, terms) in any_terms(), start in -40_i64..20, rounding in any_rounding(),
        counting in prop_oneof![Just(DelayCounting::DueDate), Just(DelayCounting::ShiftedDueDate)],
    ) {
        let calendar = Calendar::national();
        prop_assert_eq!(problems(nominal, due, &terms), []);
        let rules = PayableRules { rounding, counting };
        let mut last = Money::ZERO;
        for day in 0..60 {
            let on = due.checked_add(jiff::Span::new().days(start + day)).unwrap();
            let p = payable(nominal, due, &terms, on, &calendar, rules);
            prop_assert_eq!(p.total, p.nominal - p.abatement - p.discount + p.fine + p.interest);
            prop_assert!(p.total >= last, "{} on {}", p.total, on);
            prop_assert!([p.abatement, p.discount, p.fine, p.interest].iter().all(|m| *m >= Money::ZERO));
            if on <= calendar.next_business_day(due) {
                prop_assert!(p.total <= nominal - terms.abatement);
                prop_assert_eq!((p.fine, p.interest), (Money::ZERO, Money::ZERO));
            }
            last = p.total;
        }
    }
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Rounding::HalfUp), Just(Rounding::Truncate)]
}

/// An amount of at least R$ 10.00, a due date and terms without a problem.
fn any_terms() -> impl Strategy<Value = (Money, Date, Terms)> {
    let fine = proptest::option::of((1_i8..10, any_value(500)));
    let interest = proptest::option::of((1_i64..10, 1_i64..300, any::<bool>()));
    let discounts = (
        any::<bool>(),
        prop_oneof![
            Just(None),
            Just(Some(Anticipation::Day)),
            Just(Some(Anticipation::BusinessDay)),
        ],
        proptest::collection::btree_set(0_i64..40, 0..=3),
    );
    (1_000..MAX_AMOUNT.cents(), any_day(), fine, interest, discounts, 0_i64..10).prop_map(
        |(cents, due, fine, interest, (percent, per, days), abatement)| {
            let after = |n: i64| due.checked_add(jiff::Span::new().days(n)).unwrap();
            let nominal = Money::from_cents(cents);
            let discount_value = |n: i64| match percent {
                true => Value::Percent(Rate::from_basis_points(10 * (n + 1))),
                false => Value::Fixed(Money::from_cents(n + 1)),
            };
            let terms = Terms {
                fine: fine.map(|(day, value)| Fine { date: after(i64::from(day)), value }),
                interest: interest.map(|(day, n, a_month)| Interest {
                    date: after(day),
                    value: match a_month {
                        true => InterestValue::PerMonth(Rate::from_basis_points(n)),
                        false => InterestValue::PerDay(Money::from_cents(n % 33 + 1)),
                    },
                }),
                discounts: days
                    .iter()
                    .rev()
                    .map(|before| Discount {
                        date: after(-before),
                        value: discount_value(*before),
                        per,
                    })
                    .collect(),
                abatement: Rate::from_basis_points(100 * abatement).of(
                    nominal,
                    1,
                    1,
                    Rounding::Truncate,
                ),
                ..Terms::default()
            };
            (nominal, due, terms)
        },
    )
}

fn any_value(most_cents: i64) -> impl Strategy<Value = Value> {
    prop_oneof![
        (1..most_cents).prop_map(|cents| Value::Fixed(Money::from_cents(cents))),
        (1_i64..1_000).prop_map(|points| Value::Percent(Rate::from_basis_points(points))),
    ]
}

#[test]
fn the_reasons_of_a_refusal_are_exact() {
    let good = "07790.00116 12056.207900 07899.733468 1 94770000002399";
    let told = |text: &str| Code::read(text).unwrap_err();
    assert!(Code::read(good).is_ok());
    // Field 3 typed wrongly: its own digit fails, and with it the general one.
    let CodeError::CheckDigits(wrong) = told(&good.replace("07899.733468", "07898.733468")) else {
        panic!()
    };
    let parts: Vec<Part> = wrong.iter().map(|w| w.part).collect();
    assert_eq!(parts, [Part::Field(3), Part::General]);
    assert_eq!((wrong[0].found, wrong[0].expected), (8, 9));

    assert_eq!(told(""), CodeError::Empty);
    assert_eq!(told("07790.0011O"), CodeError::Character('O'));
    assert_eq!(told(&good[..good.len() - 1]), CodeError::Length(46));
    assert_eq!(told(&format!("{good}0")), CodeError::LengthOfOtherKind);
    assert_eq!(told(&"0".repeat(5_000)), CodeError::Length(5_000));
    let bill = "826700000001653301602021312310600001000028308948";
    assert_eq!(Barcode::parse(bill), Err(CodeError::NotABoleto));
    let CodeError::CheckDigits(wrong) = told(&bill.replace("533016020", "533016120")) else {
        panic!()
    };
    assert!(wrong.iter().all(|w| w.part == Part::Field(2) || w.part == Part::General));
    assert_eq!(told(&bill.replace("8267", "8257")), CodeError::ValueKind('5'));
}

#[test]
fn an_amount_of_eleven_digits_is_refused_both_ways() {
    let free_field = FreeField::parse(&"1".repeat(25)).unwrap();
    let bank = BankCode::parse("001").unwrap();
    let compose = |cents| Barcode::compose(bank, None, Money::from_cents(cents), free_field);
    assert!(compose(-1).is_err() && compose(MAX_AMOUNT.cents() + 1).is_err());
    // Without due date and amount, as on credit card bills.
    let open = compose(0).unwrap();
    assert_eq!((open.due_factor(), open.amount()), (None, Money::ZERO));
    assert_eq!(Barcode::parse(open.writable_line().as_str()), Ok(open));

    // The same bank's code with 0012345678901 where factor and amount stand.
    let code = (0..10).find_map(|digit| {
        let text = format!("0019{digit}00123456789012{}", "1".repeat(25));
        match Code::read(&text) {
            Err(CodeError::CheckDigits(_)) => None,
            other => Some(other),
        }
    });
    assert_eq!(code, Some(Err(CodeError::AmountTooLarge)));
}
