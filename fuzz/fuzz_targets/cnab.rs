#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quita_fuzz::cnab(data));
