#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quita_fuzz::statement(
    b"OFXHEADER:100\n<OFX><STMTRS><BANKTRANLIST>",
    data
));
