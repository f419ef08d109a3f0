#![no_main]

use quita_core::barcode::{Barcode, Code};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(code) = Code::read(text) else { return };
    if let Code::Arrecadacao(bill) = &code {
        let _ = (bill.segment(), bill.amount(), bill.modulus());
        assert_eq!(Code::read(&bill.writable_line()).as_ref(), Ok(&code));
    }
    if let Ok(barcode) = Barcode::parse(text) {
        let _ = (barcode.bank(), barcode.due_factor(), barcode.amount(), barcode.free_field());
        // Barcode and line say the same.
        assert_eq!(Barcode::parse(barcode.as_str()), Ok(barcode));
        assert_eq!(Barcode::parse(&barcode.writable_line().to_string()), Ok(barcode));
    }
});
