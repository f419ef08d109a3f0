//! Tables that people keep in spreadsheets: XLSX, and CSV in any of its dialects.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

/// Most rows below the header.
pub const ROWS_MAX: usize = 10_000;
/// Most columns.
pub const COLUMNS_MAX: usize = 100;
/// Longest text of a cell, in characters.
pub const CELL_MAX: usize = 2000;
/// An XLSX is a compressed archive: it may not hold more bytes than this.
const UNPACKED_MAX: u64 = 150 * 1024 * 1024;
/// Files in it; a workbook of many sheets has some hundred.
const FILES_MAX: usize = 1000;
/// All cells together, in bytes: many cells may share one long text.
const TEXT_MAX: usize = 32 * 1024 * 1024;

/// A table with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns, in their order; empty where a column has none.
    pub header: Vec<String>,
    /// What stands below, without the empty rows.
    pub rows: Vec<Row>,
}

/// A row that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, or row of the sheet, from 1.
    pub line: u32,
    /// As many as the header has, without blanks around them. Dates are `24/11/2026`; numbers
    /// have a decimal comma, so that no full stop is taken for one that parts thousands.
    pub cells: Vec<String>,
}

/// Why a file is not read as a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Neither XLSX nor text.
    #[error("este arquivo não é uma planilha XLSX nem um CSV; salve-o num destes formatos")]
    Unknown,
    /// The format of Excel before 2007.
    #[error("este é um XLS antigo; no Excel, use «Salvar como» e escolha XLSX ou CSV")]
    OldXls,
    /// The XLSX is damaged.
    #[error(
        "não foi possível abrir a planilha ({0}); abra-a no Excel, salve de novo e tente outra vez"
    )]
    Broken(String),
    /// It would fill the memory.
    #[error("a planilha é grande demais por dentro; divida-a em partes")]
    TooLarge,
    /// There is no header.
    #[error("o arquivo está vazio; a primeira linha deve ter os nomes das colunas")]
    Empty,
    /// There is nothing below the header.
    #[error("só há o cabeçalho; abaixo dele devem vir as linhas")]
    NoRows,
    /// More than [`ROWS_MAX`].
    #[error("há mais de {ROWS_MAX} linhas; divida o arquivo")]
    TooManyRows,
    /// More than [`COLUMNS_MAX`].
    #[error("linha {0}: há mais de {COLUMNS_MAX} colunas; deixe só as que importam")]
    TooManyColumns(u32),
    /// Longer than [`CELL_MAX`].
    #[error("linha {0}: um texto tem mais de {CELL_MAX} caracteres; confira se falta fechar aspas")]
    CellTooLong(u32),
    /// Something stands right of the last column of the header.
    #[error(
        "linha {line}: há {found} colunas, mas o cabeçalho tem {expected}; num CSV, textos com o \
         separador dentro precisam de aspas"
    )]
    MoreThanHeader {
        /// Where.
        line: u32,
        /// Columns up to the last that is not empty.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A line of the CSV cannot be read.
    #[error("linha {0}: não foi possível ler esta linha")]
    Line(u64),
}

/// Reads the first sheet of an XLSX, or a CSV: its encoding (UTF-8, UTF-16 with a mark,
/// Windows-1252) and separator (`;`, comma, tab, `|`) are found out.
///
/// The header is the first row with two texts, so that a title above it does no harm.
pub fn read(bytes: &[u8]) -> Result<Table, TableError> {
    let rows = if bytes.starts_with(b"PK\x03\x04") {
        xlsx(bytes)?
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(TableError::OldXls);
    } else {
        csv(&text(bytes)?)?
    };
    with_header(rows)
}

fn with_header(mut rows: Vec<Row>) -> Result<Table, TableError> {
    let texts = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    let at = rows.iter().position(|row| texts(row) >= 2).unwrap_or(0);
    if at >= rows.len() {
        return Err(TableError::Empty);
    }
    let below = rows.split_off(at + 1);
    let mut header = rows.pop().map(|row| row.cells).unwrap_or_default();
    let width = |cells: &[String]| cells.iter().rposition(|c| !c.is_empty()).map_or(0, |at| at + 1);
    let expected = width(&header);
    header.truncate(expected);
    if below.is_empty() {
        return Err(TableError::NoRows);
    }
    if below.len() > ROWS_MAX {
        return Err(TableError::TooManyRows);
    }
    let fitted = below.into_iter().map(|mut row| {
        let (line, found) = (row.line, width(&row.cells));
        if found > expected {
            return Err(TableError::MoreThanHeader { line, found, expected });
        }
        row.cells.resize(expected, String::new());
        Ok(row)
    });
    Ok(Table { header, rows: fitted.collect::<Result<_, _>>()? })
}

/// A cell without blanks around it and without control characters inside.
fn cell(line: u32, text: &str) -> Result<String, TableError> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = clean.trim().trim_matches('\u{feff}').to_owned();
    if clean.chars().count() > CELL_MAX {
        return Err(TableError::CellTooLong(line));
    }
    Ok(clean)
}

/// The text of a CSV, whatever its encoding.
fn text(bytes: &[u8]) -> Result<String, TableError> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return Ok(encoding.decode_without_bom_handling(rest).0.into_owned());
    }
    if bytes.contains(&0) {
        return Err(TableError::Unknown);
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    })
}

/// Lines that tell the separator.
const TELLING_LINES: usize = 20;

fn separator(text: &str) -> u8 {
    let mut counts = [(b';', 0_usize), (b'\t', 0), (b',', 0), (b'|', 0)];
    for line in text.lines().take(TELLING_LINES) {
        let mut quoted = false;
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            } else if !quoted && let Some(found) = counts.iter_mut().find(|(s, _)| *s == byte) {
                found.1 += 1;
            }
        }
    }
    // Of equals the first.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b';', |(separator, _)| *separator)
}

fn csv(text: &str) -> Result<Vec<Row>, TableError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(&text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let (from, line) = (reader.position().byte(), reader.position().line());
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(_) => return Err(TableError::Line(line)),
        }
        // The reader stood before the empty lines that it left out.
        let before = usize::try_from(from).ok().and_then(|from| text.as_bytes().get(from..));
        let empty = before.unwrap_or_default().iter().take_while(|byte| **byte == b'\n').count();
        let line = line.saturating_add(u64::try_from(empty).unwrap_or(0));
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let cells = record.iter().map(|text| cell(line, text)).collect::<Result<Vec<_>, _>>()?;
        push(&mut rows, line, cells)?;
    }
}

fn push(rows: &mut Vec<Row>, line: u32, cells: Vec<String>) -> Result<(), TableError> {
    if cells.iter().all(String::is_empty) {
        return Ok(());
    }
    if cells.iter().rposition(|c| !c.is_empty()).is_some_and(|last| last >= COLUMNS_MAX) {
        return Err(TableError::TooManyColumns(line));
    }
    // One is the header; a few may stand above it.
    if rows.len() > ROWS_MAX + 20 {
        return Err(TableError::TooManyRows);
    }
    rows.push(Row { line, cells });
    Ok(())
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Row>, TableError> {
    measure(bytes, UNPACKED_MAX)?;
    let broken = |error: calamine::XlsxError| TableError::Broken(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let Some(name) = book.sheet_names().first().cloned() else { return Err(TableError::Empty) };
    let mut reader = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut sheet: BTreeMap<u32, BTreeMap<usize, String>> = BTreeMap::new();
    let mut size = 0_usize;
    while let Some(found) = reader.next_cell().map_err(broken)? {
        let (row, column) = found.get_position();
        let line = row.saturating_add(1);
        let text = cell(line, &shown(found.get_value()))?;
        if text.is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS_MAX {
            return Err(TableError::TooManyColumns(line));
        }
        size = size.saturating_add(text.len());
        if size > TEXT_MAX {
            return Err(TableError::TooLarge);
        }
        sheet.entry(line).or_default().insert(column, text);
        if sheet.len() > ROWS_MAX + 20 {
            return Err(TableError::TooManyRows);
        }
    }
    let mut rows = Vec::with_capacity(sheet.len());
    for (line, mut cells) in sheet {
        let width = cells.last_key_value().map_or(0, |(last, _)| last + 1);
        let cells = (0..width).map(|at| cells.remove(&at).unwrap_or_default()).collect();
        push(&mut rows, line, cells)?;
    }
    Ok(rows)
}

/// What a cell of an XLSX shows, roughly.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(&format!("{number:.8}")),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "sim".to_owned(),
        DataRef::Bool(false) => "não".to_owned(),
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year:04}")
        }
        DataRef::DateTimeIso(at) => at.split('T').next().unwrap_or_default().to_owned(),
        DataRef::Error(error) => format!("{error}"),
        DataRef::Empty => String::new(),
    }
}

/// `12.50000000` as `12,5`: sums of a spreadsheet end in digits that nobody typed.
fn decimal(text: &str) -> String {
    text.trim_end_matches('0').trim_end_matches('.').replace('.', ",")
}

/// Unpacks an archive without keeping it: what it says of its own size may be a lie.
fn measure(bytes: &[u8], most: u64) -> Result<(), TableError> {
    let broken = |error: &dyn std::fmt::Display| TableError::Broken(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    if archive.len() > FILES_MAX {
        return Err(TableError::TooLarge);
    }
    let mut room = most;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|e| broken(&e))?;
        let texts = file.name().to_ascii_lowercase().ends_with("sharedstrings.xml");
        let mut file = file.take(room + 1);
        let read = if texts {
            let mut content = Vec::new();
            let read = file.read_to_end(&mut content).map_err(|e| broken(&e))?;
            if !counts_honestly(&content) {
                return Err(TableError::TooLarge);
            }
            u64::try_from(read).unwrap_or(u64::MAX)
        } else {
            std::io::copy(&mut file, &mut std::io::sink()).map_err(|e| broken(&e))?
        };
        room = room.checked_sub(read).ok_or(TableError::TooLarge)?;
    }
    Ok(())
}

/// Whether shared texts announce no more than they can hold: room is made for so many at once,
/// and a process without that much memory ends.
fn counts_honestly(content: &[u8]) -> bool {
    // Programs write UTF-8; in UTF-16 the number below would not be found.
    if content.contains(&0) || content.starts_with(&[0xfe, 0xff]) {
        return false;
    }
    const COUNT: &[u8] = b"uniqueCount";
    let at = content.windows(COUNT.len()).enumerate().filter(|(_, found)| *found == COUNT);
    at.into_iter().all(|(at, _)| {
        let rest = content.get(at + COUNT.len()..).unwrap_or_default();
        let between = |b: &&u8| b.is_ascii_whitespace() || b"='\"+".contains(*b);
        let digits = rest.iter().skip_while(between).take_while(|b| b.is_ascii_digit());
        let told = digits.fold(0_usize, |told, digit| {
            told.saturating_mul(10).saturating_add(usize::from(digit - b'0'))
        });
        // The shortest is `<si/>`.
        told <= content.len() / 5
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn lines(table: &Table) -> Vec<(u32, Vec<&str>)> {
        table
            .rows
            .iter()
            .map(|row| (row.line, row.cells.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn dialects_of_csv_are_found_out() {
        let expected = vec![(2, vec!["1", "José", "1.234,56"]), (4, vec!["2", "Ana; Bia", ""])];
        let semicolons = "Número;Nome;Valor\r\n1;José;1.234,56\r\n\r\n2;\"Ana; Bia\"\r\n";
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(semicolons);
        let commas = "Número,Nome,Valor\n1,José,\"1.234,56\"\n\n2,Ana; Bia,\n";
        let tabs = "Número\tNome\tValor\n1\tJosé\t1.234,56\n\n2\tAna; Bia\n";
        let marked = [b"\xef\xbb\xbf".as_slice(), semicolons.as_bytes()].concat();
        let wide: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(tabs.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in
            [semicolons.as_bytes(), &windows, commas.as_bytes(), tabs.as_bytes(), &marked, &wide]
        {
            let table = read(bytes).unwrap();
            assert_eq!(table.header, ["Número", "Nome", "Valor"]);
            assert_eq!(lines(&table), expected);
        }
        let titled = read(b"sep=;\nCobrancas de novembro\n\na;b\n1;2\n").unwrap();
        assert_eq!(titled.header, ["a", "b"]);
        assert_eq!(lines(&titled), [(5, vec!["1", "2"])]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (bytes, error) in [
            (&b""[..], TableError::Empty),
            (b"\n\n ; \n", TableError::Empty),
            (b"a;b\n", TableError::NoRows),
            (b"a;b\n1;2\n1;2;3\n", TableError::MoreThanHeader { line: 3, found: 3, expected: 2 }),
            (b"\xd0\xcf\x11\xe0\xa1", TableError::OldXls),
            (b"\x00\x01\x02", TableError::Unknown),
        ] {
            assert_eq!(read(bytes), Err(error), "{bytes:?}");
        }
        let long = format!("a;b\n1;{}\n", "x".repeat(CELL_MAX + 1));
        assert_eq!(read(long.as_bytes()), Err(TableError::CellTooLong(2)));
        let many = format!("a;b\n{}", "1;2\n".repeat(ROWS_MAX + 1));
        assert_eq!(read(many.as_bytes()), Err(TableError::TooManyRows));
        let wide = format!("a;b\n{}1\n", ";".repeat(COLUMNS_MAX));
        assert_eq!(read(wide.as_bytes()), Err(TableError::TooManyColumns(2)));
        assert!(matches!(read(b"PK\x03\x04 and no more"), Err(TableError::Broken(_))));
    }

    /// The smallest workbook: one sheet, texts inline, style 1 is a date.
    fn workbook(sheet_data: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        for (name, content) in [
            (
                "[Content_Types].xml",
                r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#
                    .to_owned(),
            ),
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Boletos" sheetId="1" r:id="rId1"/></sheets></workbook>"#
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!(
                    r#"<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData></worksheet>"#
                ),
            ),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    const SHEET: &str = r#"
        <row r="1"><c r="A1" t="inlineStr"><is><t>Número</t></is></c><c r="B1" t="inlineStr"><is><t>CPF</t></is></c><c r="C1" t="inlineStr"><is><t>Valor</t></is></c><c r="D1" t="inlineStr"><is><t>Vencimento</t></is></c></row>
        <row r="3"><c r="A3" t="inlineStr"><is><t> NFe 1 </t></is></c><c r="B3"><v>12345678909</v></c><c r="C3"><v>1234.5</v></c><c r="D3" s="1"><v>46371</v></c></row>
        <row r="4"><c r="A4"><v>2</v></c><c r="C4"><v>0.30000000000000004</v></c></row>"#;

    #[test]
    fn numbers_and_dates_of_a_workbook_are_as_typed() {
        let table = read(&workbook(SHEET)).unwrap();
        assert_eq!(table.header, ["Número", "CPF", "Valor", "Vencimento"]);
        assert_eq!(
            lines(&table),
            [
                (3, vec!["NFe 1", "12345678909", "1234,5", "15/12/2026"]),
                (4, vec!["2", "", "0,3", ""])
            ]
        );
    }

    /// The same workbook with one more file in it.
    fn with_file(name: &str, content: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new_append(Cursor::new(workbook(SHEET))).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_huge_archive_is_refused_whatever_it_says() {
        let most = 1024 * 1024;
        let mut bytes = with_file("xl/media/image1.png", &vec![0; 1024 * 1024]);
        assert!(bytes.len() < 10_000);
        assert_eq!(measure(&workbook(SHEET), most), Ok(()));
        assert_eq!(measure(&bytes, most), Err(TableError::TooLarge));
        let last = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        bytes[last + 24..last + 28].copy_from_slice(&1_u32.to_le_bytes());
        assert!(measure(&bytes, most).is_err());
    }

    #[test]
    fn shared_texts_take_no_more_memory_than_they_need() {
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let texts = |count: &str| {
            let shared =
                format!(r#"<sst xmlns="{main}" uniqueCount{count}><si><t>um texto</t></si></sst>"#);
            with_file("xl/sharedStrings.xml", shared.as_bytes())
        };
        assert!(read(&texts(r#"="1""#)).is_ok());
        for count in [r#"="999999999999""#, r#" = '18446744073709551615'"#] {
            assert_eq!(read(&texts(count)), Err(TableError::TooLarge), "{count}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a-z0-9;,|\"\t\n ]{0,80}") {
            let _ = (read(&bytes), read(text.as_bytes()));
        }

        #[test]
        fn no_damage_to_a_workbook_panics(at in 0_usize..4000, byte: u8, end in 0_usize..4000) {
            let mut bytes = workbook(SHEET);
            let length = bytes.len();
            bytes[at % length] = byte;
            let _ = read(&bytes);
            let _ = read(&bytes[..end % length]);
        }
    }
}
