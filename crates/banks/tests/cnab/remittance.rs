//! Remittances: what is written, refused, and read back.

use quita_banks::registry::BANKS;

use crate::orders;

#[test]
fn show() {
    let (company, agreement) = (orders::company(), orders::agreement());
    for layout in BANKS.iter().flat_map(|bank| bank.files()) {
        let mut order = orders::order();
        order.boleto.terms = orders::terms();
        println!("=== {}", layout.name());
        match layout.write(&orders::head(&company, &agreement), &[order]) {
            Ok(bytes) => println!("{}", String::from_utf8_lossy(&bytes)),
            Err(errors) => errors.iter().for_each(|error| println!("{error:?}")),
        }
    }
}
