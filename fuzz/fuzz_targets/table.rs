#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(table) = quita_formats::table::read(data) {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.header.len());
        }
    }
});
