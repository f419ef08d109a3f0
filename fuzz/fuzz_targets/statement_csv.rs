#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quita_fuzz::statement(b"Data;Historico;Valor\n", data));
