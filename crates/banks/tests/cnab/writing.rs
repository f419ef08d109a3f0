//! Remittances: what is written, refused, and read back.

use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;
use quita_banks::file::{AfterDue, FileError, FileLayout, RemittanceOrder, Species};
use quita_banks::registry::BANKS;
use quita_core::money::Money;
use quita_core::party::Party;
use quita_core::rate::Rate;
use quita_core::terms::{Anticipation, Discount, Fine, Interest, InterestValue, Value};
use quita_formats::cnab::codes::Instruction;
use quita_formats::cnab::{Item, Meaning, Options, read};

use crate::orders;

/// Every layout that is written.
pub(crate) fn layouts() -> impl Iterator<Item = &'static FileLayout> {
    BANKS.iter().flat_map(|bank| bank.files()).filter(|layout| layout.rules.is_some())
}

fn layout(name: &str) -> &'static FileLayout {
    layouts().find(|layout| layout.name() == name).expect("a layout of this name")
}

pub(crate) fn write(
    layout: &'static FileLayout,
    orders: &[RemittanceOrder],
) -> Result<Vec<u8>, Vec<FileError>> {
    let (company, agreement) = (orders::company(), orders::agreement(layout));
    layout.write(&orders::head(&company, &agreement), orders)
}

/// A file with a plain title, one with terms, a write-off and another due date.
pub(crate) fn sample(layout: &'static FileLayout) -> Vec<RemittanceOrder> {
    let plain = orders::order(layout);
    let mut with_terms = plain.clone();
    with_terms.boleto.terms = orders::terms();
    let percent_only = layout.rules.is_some_and(|rules| rules.interest.per_day.is_empty());
    if let Some(interest) = with_terms.boleto.terms.interest.as_mut().filter(|_| percent_only) {
        interest.value = InterestValue::PerMonth(Rate::from_basis_points(100));
    }
    let mut all = vec![plain.clone(), with_terms];
    let offered = layout.instructions();
    for instruction in [Instruction::WriteOff, Instruction::ChangeExpiration] {
        let mut order = plain.clone();
        order.instruction = instruction;
        order.boleto.expiration_date = date(2027, 1, 25);
        all.extend(Some(order).filter(|_| offered.contains(&instruction)));
    }
    all
}

/// The files in `written` were compared with the positions of the tables by eye.
#[test]
fn files_are_as_they_were_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cnab/written");
    for layout in layouts() {
        let bytes = write(layout, &sample(layout)).unwrap_or_else(|errors| panic!("{errors:?}"));
        let path = folder.join(format!("{}-{}.rem", layout.bank, layout.name()));
        let expected = std::fs::read(&path).unwrap_or_default();
        let (ours, theirs) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&expected));
        for (at, (our, their)) in ours.lines().zip(theirs.lines()).enumerate() {
            assert_eq!(our, their, "{}, line {}", layout.name(), at + 1);
        }
        assert!(bytes == expected, "{} has other lines:\n{ours}", path.display());
    }
}

/// What every bank checks first.
#[test]
fn lines_have_the_width_and_what_a_strict_reader_wants() {
    for layout in layouts() {
        let bytes = write(layout, &sample(layout)).unwrap_or_else(|errors| panic!("{errors:?}"));
        assert!(bytes.ends_with(b"\r\n"), "{}", layout.name());
        let text = std::str::from_utf8(&bytes).expect("ASCII");
        for line in text.split_terminator("\r\n") {
            assert_eq!(line.len(), layout.width(), "{}: «{line}»", layout.name());
            assert!(
                line.bytes().all(|byte| matches!(byte, b' '..=b'`')),
                "{}: {line}",
                layout.name()
            );
        }
        let strict = Options { strict: true };
        read(bytes.as_slice(), &[layout.format], strict, |item| {
            if let Item::Warning(warning) = item {
                panic!("{}, line {}: {}", layout.name(), warning.line, warning.message);
            }
            Ok(())
        })
        .expect("readable");
    }
}

fn errors(layout: &'static FileLayout, order: RemittanceOrder) -> Vec<(String, &'static str)> {
    let errors = write(layout, &[order]).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.problem.field, error.problem.code)).collect()
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let itau = layout("itau-400");
    let good = orders::order(itau);
    let mut bad = good.clone();
    bad.boleto.document_number = "NFe 450.000.000 - 1/1".into();
    bad.boleto.customer.address = None;
    bad.boleto.amount = Money::ZERO;
    bad.species = Some(Species::Npr);
    let found = write(itau, &[good.clone(), bad, good]).expect_err("an order is wrong");
    let fields: Vec<_> =
        found.iter().map(|error| (error.order, error.problem.field.as_str())).collect();
    assert_eq!(
        fields,
        [
            (Some(1), "amount"),
            (Some(1), "customer.address"),
            (Some(1), "document_number"),
            (Some(1), "species"),
        ]
    );
    assert!(found[2].problem.message.contains("10 posições"), "{}", found[2].problem.message);
    assert_eq!(errors(itau, orders::order(itau)), []);
}

#[test]
fn what_a_layout_does_not_have_is_refused() {
    let order = |name: &str, change: &dyn Fn(&mut RemittanceOrder)| {
        let layout = layout(name);
        let mut order = orders::order(layout);
        order.boleto.terms = orders::terms();
        change(&mut order);
        errors(layout, order)
    };
    let refused = |field: &str| vec![(field.to_owned(), "not_supported")];
    assert_eq!(order("itau-240", &|o| o.boleto.hybrid = true), refused("hybrid"));
    assert_eq!(order("itau-400", &|o| o.boleto.hybrid = true), []);
    let write_off = |o: &mut RemittanceOrder| {
        o.instruction = Instruction::WriteOff;
        o.our_number = "1234567890".into();
    };
    assert_eq!(order("inter-400", &write_off), refused("instruction"));
    let second = |o: &mut RemittanceOrder| {
        let first = o.boleto.terms.discounts[0];
        o.boleto.terms.discounts.push(first);
    };
    assert_eq!(order("itau-400", &second), refused("terms.discounts[1]"));
    assert_eq!(order("febraban-240", &second), []);
    let fixed = |o: &mut RemittanceOrder| {
        let fine = Fine { date: date(2027, 1, 16), value: Value::Fixed(Money::from_cents(100)) };
        o.boleto.terms.fine = Some(fine);
    };
    assert_eq!(order("bradesco-400", &fixed), refused("terms.fine.value"));
    let receiver = |o: &mut RemittanceOrder| o.boleto.receiver = Some(orders::customer());
    assert_eq!(order("santander-400", &receiver), refused("receiver"));
    assert_eq!(order("itau-400", &receiver), []);
    let three = |o: &mut RemittanceOrder| o.boleto.messages = vec!["Obrigado".into(); 3];
    assert_eq!(order("febraban-240", &three), refused("messages[2]"));
    assert_eq!(order("sicoob-400", &receiver), refused("terms.interest.value"));
    assert_eq!(order("banrisul-240", &three), refused("messages[2]"));
    let listing = |o: &mut RemittanceOrder| {
        o.after_due = Some(AfterDue::NegativeListing { days: 5 });
    };
    assert_eq!(order("bb-400", &listing), refused("after_due"));
    assert_eq!(order("ailos-240", &listing), refused("after_due"));
    assert_eq!(order("sicredi-400", &listing), []);
    let long = |o: &mut RemittanceOrder| o.boleto.messages = vec!["x".repeat(41)];
    assert_eq!(order("febraban-240", &long), [("messages[0]".to_owned(), "too_long")]);
}

#[test]
fn an_agreement_tells_what_it_lacks() {
    let (company, order) = (orders::company(), orders::order(layout("itau-400")));
    let mut agreement = orders::agreement(layout("itau-400"));
    agreement.remove("wallet");
    agreement.insert("account".into(), "1234567".into());
    let found = layout("itau-400").check(&orders::head(&company, &agreement), &order);
    let fields: Vec<_> =
        found.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
    assert_eq!(fields, [("agreement.wallet", "missing"), ("agreement.account", "too_long")]);
}

/// Percentages become cents where a layout has cents only, and are never rounded in silence.
#[test]
fn rates_are_exact_or_refused() {
    let monthly = |name: &str, rate: &str, amount: i64| {
        let layout = layout(name);
        let mut order = orders::order(layout);
        order.boleto.amount = Money::from_cents(amount);
        order.boleto.terms.interest = orders::terms().interest;
        if let Some(interest) = &mut order.boleto.terms.interest {
            interest.value = InterestValue::PerMonth(rate.parse().expect("a rate"));
        }
        write(layout, &[order]).map_err(|errors| errors[0].problem.code)
    };
    let line = |bytes: Vec<u8>| {
        String::from_utf8(bytes).expect("ASCII").lines().nth(1).unwrap_or("").to_owned()
    };
    // 1 % of 1,234.56 for a day of thirty is 41.15 cents.
    assert_eq!(
        &line(monthly("itau-400", "1", 123_456).expect("a file"))[160..173],
        "0000000000041"
    );
    assert_eq!(monthly("itau-400", "1", 100), Err("too_small"));
    assert_eq!(monthly("febraban-240", "1.125", 123_456), Err("too_many_decimals"));
    let p =
        String::from_utf8(monthly("febraban-240", "1.5", 123_456).expect("a file")).expect("ASCII");
    assert_eq!(&p.lines().nth(2).unwrap_or("")[117..141], "216012027000000000000150");
}

/// Which instructions each layout takes, so that a new table shows what it brings.
#[test]
pub(crate) fn layouts_say_what_they_take() {
    for layout in layouts() {
        let offered = layout.instructions();
        assert!(offered.contains(&Instruction::Register), "{}", layout.name());
        assert!(!offered.contains(&Instruction::Other), "{}", layout.name());
        assert!(layout.check_agreement(&orders::agreement(layout)).is_empty(), "{}", layout.name());
    }
}

/// What a form offers is what a file carries.
#[test]
fn boletos_carry_what_the_tables_say() {
    let rules = |name: &str| layout(name).boleto_rules();
    let itau = rules("itau-400");
    assert!(itau.hybrid && itau.abatement && itau.receiver && itau.protest);
    assert_eq!(itau.discounts_max, 1);
    let febraban = rules("febraban-240");
    assert_eq!((febraban.hybrid, febraban.discounts_max), (false, 3));
    assert_eq!((febraban.message_lines, febraban.message_length), (2, 40));
    assert!(febraban.late_start && febraban.change_amount && febraban.protest);
    let sicredi = rules("sicredi-400");
    assert_eq!((sicredi.message_lines, sicredi.message_length), (4, 80));
    assert!(!sicredi.late_start && !sicredi.hybrid);
    assert!(!rules("santander-400").receiver);
    // What no return confirms would be waited for without an end.
    assert!(
        itau.negative_listing
            && !febraban.negative_listing
            && !rules("bradesco-400").negative_listing
    );
    assert!(itau.change_terms.abatement && febraban.change_terms.abatement);
    let sicoob = rules("sicoob-400");
    assert!(sicoob.abatement && !sicoob.change_terms.abatement);
}

/// Every instruction that a layout offers is written, and read back as what it is.
#[test]
fn every_instruction_comes_back() {
    for layout in layouts() {
        for instruction in layout.instructions() {
            let mut order = sample(layout).swap_remove(1);
            order.instruction = instruction;
            order.our_number = "12345".into();
            order.boleto.receiver =
                (instruction == Instruction::ChangeReceiver).then(orders::customer);
            order.boleto.hybrid = instruction == Instruction::RegisterWithPix;
            let bytes = write(layout, &[order])
                .unwrap_or_else(|errors| panic!("{} {instruction:?}: {errors:?}", layout.name()));
            let mut told = Vec::new();
            read(bytes.as_slice(), &[layout.format], Options { strict: true }, |item| {
                if let Item::Title(title) = item {
                    told.push(title.meaning);
                }
                Ok(())
            })
            .expect("readable");
            let [Some(Meaning::Instruction(told, _))] = told[..] else {
                panic!("{} {instruction:?}: {told:?}", layout.name())
            };
            assert_eq!(told, instruction, "{}", layout.name());
        }
    }
}

/// What an order says is in the file, or refused: two orders that differ in anything of their
/// terms never give the same file.
#[test]
fn nothing_is_left_out_in_silence() {
    type Change = fn(&mut RemittanceOrder, i64);
    let changes: &[(&str, Change)] = &[
        ("fine in cents", |o, n| {
            let value = Value::Fixed(Money::from_cents(n * 100));
            o.boleto.terms.fine = Some(Fine { date: date(2027, 1, 16), value });
        }),
        ("fine in percent", |o, n| {
            let value = Value::Percent(Rate::from_basis_points(n * 100));
            o.boleto.terms.fine = Some(Fine { date: date(2027, 1, 16), value });
        }),
        ("interest in cents", |o, n| {
            let value = InterestValue::PerDay(Money::from_cents(n * 10));
            o.boleto.terms.interest = Some(Interest { date: date(2027, 1, 16), value });
        }),
        ("interest in percent", |o, n| {
            let value = InterestValue::PerMonth(Rate::from_basis_points(n * 100));
            o.boleto.terms.interest = Some(Interest { date: date(2027, 1, 16), value });
        }),
        ("discount in cents", |o, n| {
            let value = Value::Fixed(Money::from_cents(n * 100));
            o.boleto.terms.discounts = vec![Discount { date: date(2027, 1, 10), value, per: None }];
        }),
        ("discount in percent", |o, n| {
            let value = Value::Percent(Rate::from_basis_points(n * 100));
            o.boleto.terms.discounts = vec![Discount { date: date(2027, 1, 10), value, per: None }];
        }),
        ("discount a day", |o, n| {
            let value = Value::Fixed(Money::from_cents(n * 10));
            let per = Some(Anticipation::Day);
            o.boleto.terms.discounts = vec![Discount { date: date(2027, 1, 10), value, per }];
        }),
        ("third discount", |o, n| {
            let value = Value::Fixed(Money::from_cents(100));
            let first = Discount { date: date(2027, 1, 10), value, per: None };
            let third = Discount { value: Value::Fixed(Money::from_cents(n)), ..first };
            o.boleto.terms.discounts = vec![first, first, third];
        }),
        ("abatement", |o, n| o.boleto.terms.abatement = Money::from_cents(n * 100)),
        ("message", |o, n| o.boleto.messages = vec![format!("Pedido {n}")]),
        ("second message", |o, n| {
            o.boleto.messages = vec!["Obrigado".into(), format!("Pedido {n}")]
        }),
        ("receiver", |o, n| {
            let name = format!("Loja {n}");
            o.boleto.receiver = Some(Party { name, ..orders::customer() });
        }),
        ("protest", |o, n| {
            let days = u8::try_from(n).unwrap_or_default() + 5;
            o.after_due = Some(AfterDue::Protest { days, business_days: false });
        }),
        ("protest in bank days", |o, n| {
            let days = u8::try_from(n).unwrap_or_default() + 5;
            o.after_due = Some(AfterDue::Protest { days, business_days: true });
        }),
        ("negative listing", |o, n| {
            let days = u8::try_from(n).unwrap_or_default() + 5;
            o.after_due = Some(AfterDue::NegativeListing { days });
        }),
        ("species", |o, n| o.species = Some(if n == 1 { Species::Dm } else { Species::Np })),
        ("acceptance", |o, n| o.accepted = n == 1),
        ("hybrid", |o, n| o.boleto.hybrid = n == 1),
        ("key", |o, n| {
            o.boleto.hybrid = true;
            o.pix.key = format!("loja{n}@example.com");
        }),
    ];
    let mut lost = Vec::new();
    for layout in layouts() {
        for (name, change) in changes {
            let [one, two] = [1, 2].map(|n| {
                let mut order = orders::order(layout);
                change(&mut order, n);
                write(layout, &[order])
            });
            if let (Ok(one), Ok(two)) = (one, two) {
                lost.extend((one == two).then(|| format!("{}: {name}", layout.name())));
            }
        }
    }
    assert_eq!(lost, [""; 0]);
}

proptest! {
    /// What is written is read back.
    #[test]
    fn titles_come_back(
        cents in 1_i64..1_000_000_000,
        number in 1_u32..99_999,
        days in 0_i64..2_000,
        name in "[A-Z][A-Z ]{0,20}[A-Z]",
        reference in "[A-Z0-9]{1,10}",
    ) {
        for layout in layouts() {
            let mut order = orders::order(layout);
            order.boleto.amount = Money::from_cents(cents);
            order.boleto.customer.name.clone_from(&name);
            order.boleto.bank_reference.clone_from(&reference);
            order.boleto.document_number.clone_from(&reference);
            let due = date(2026, 12, 1).checked_add(jiff::Span::new().days(days)).expect("a day");
            order.boleto.expiration_date = due;
            order.boleto.limit_date = due.checked_add(jiff::Span::new().days(30)).expect("a day");
            if !order.our_number.is_empty() {
                order.our_number = number.to_string();
            }
            let bytes = write(layout, &[order.clone()]).unwrap_or_else(|e| panic!("{}: {e:?}", layout.name()));
            let mut seen = 0;
            read(bytes.as_slice(), &[layout.format], Options::default(), |item| {
                if let Item::Title(title) = item {
                    seen += 1;
                    assert_eq!(title.amount, Some(order.boleto.amount));
                    assert_eq!(title.expiration_date, Some(due));
                    assert_eq!(title.document_number.as_deref(), Some(reference.as_str()));
                    assert_eq!(title.customer_name.as_deref(), Some(name.as_str()));
                    assert_eq!(title.customer_document.as_deref(), Some("52998224725"));
                    assert!(matches!(
                        title.meaning,
                        Some(Meaning::Instruction(Instruction::Register, _))
                    ));
                    if !order.our_number.is_empty() {
                        let theirs = title.our_number.as_deref().unwrap_or_default();
                        assert!(theirs.contains(&order.our_number), "{theirs}");
                    }
                }
                Ok(())
            })
            .expect("readable");
            prop_assert_eq!(seen, 1);
        }
    }
}
