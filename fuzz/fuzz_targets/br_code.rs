#![no_main]

use quita_formats::br_code::decode;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(code) = decode(text) {
        // What was read is of the text, and reading does not depend on blanks around it.
        assert_eq!(decode(&format!("  {text}\n")).map(|again| again.crc), Ok(code.crc));
    }
});
