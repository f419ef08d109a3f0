#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let head = format!("99900000{:232}\n99900011E0440033 ", "");
    quita_fuzz::statement(head.as_bytes(), data);
});
