//! Which bank, layout and direction a file has, by its first line.

use super::format::Format;
use super::layout::{Direction, Layout};
use super::rows;

/// What a file is.
#[derive(Clone, Debug)]
pub(super) struct Detected {
    pub(super) format: &'static Format,
    pub(super) layout: &'static Layout,
    pub(super) direction: Direction,
    /// COMPE code in the header.
    pub(super) bank: String,
    /// What the reader should know, in Portuguese.
    pub(super) doubt: Option<String>,
}

/// Looks at the header; an error says what to do, in Portuguese.
pub(super) fn detect(line: &[u8], formats: &[&'static Format]) -> Result<Detected, String> {
    let mut header = Vec::new();
    let width = width(line).ok_or_else(|| not_cnab(line))?;
    rows::push(&mut header, line, width);
    let (bank, direction) = if width == 400 {
        let direction =
            if header.get(1) == Some(&b'1') { Direction::Remittance } else { Direction::Return };
        (header.get(76..79), direction)
    } else {
        let direction =
            if header.get(142) == Some(&b'1') { Direction::Remittance } else { Direction::Return };
        (header.get(..3), direction)
    };
    let bank = String::from_utf8_lossy(bank.unwrap_or_default()).into_owned();
    let of = |wanted: &str| {
        let is = |format: &&&Format| format.bank == wanted && format.name_and_width().1 == width;
        formats.iter().find(is).copied()
    };
    let (format, doubt) = match of(&bank) {
        Some(format) => (format, None),
        None => {
            let standard = of("").ok_or_else(|| {
                format!(
                    "não há layout CNAB {width} do banco «{}»; peça ao banco o arquivo em CNAB 240",
                    bank.trim()
                )
            })?;
            let doubt = format!(
                "não há layout CNAB {width} do banco «{}»; lido pelo padrão FEBRABAN",
                bank.trim()
            );
            (standard, Some(doubt))
        }
    };
    Ok(Detected { format, layout: format.layout(), direction, bank, doubt })
}

/// 400 or 240, for a line that is a header.
fn width(line: &[u8]) -> Option<usize> {
    let word = line.get(2..9).unwrap_or_default();
    if matches!(line.get(..2), Some(b"01" | b"02"))
        && (word.eq_ignore_ascii_case(b"REMESSA") || word.eq_ignore_ascii_case(b"RETORNO"))
    {
        return Some(400);
    }
    let head = line.get(..8)?;
    // The number of the layout stands at 164.
    let is_240 =
        head.iter().all(u8::is_ascii_digit) && head.ends_with(b"00000") && line.len() >= 163;
    is_240.then_some(240)
}

fn not_cnab(line: &[u8]) -> String {
    let starts = |with: &[u8]| line.trim_ascii_start().starts_with(with);
    let what = if starts(b"%PDF") {
        "este arquivo é um PDF; baixe do banco o arquivo de retorno"
    } else if starts(b"PK\x03\x04") {
        "este arquivo é um ZIP ou uma planilha; extraia o arquivo de retorno"
    } else {
        "o arquivo não começa com o cabeçalho de um CNAB 240 ou 400 de cobrança"
    };
    what.to_owned()
}
