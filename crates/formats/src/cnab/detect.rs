//! Which bank, layout and direction a file has, by its first lines.

use super::format::Format;
use super::layout::{DateOrder, Direction, Layout};
use super::rows;
use super::value::date;

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

/// Looks at the header, and at what stands behind it where that is known; an error says what to
/// do, in Portuguese.
pub(super) fn detect(
    line: &[u8],
    behind: &[u8],
    formats: &[&'static Format],
) -> Result<Detected, String> {
    let mut header = Vec::new();
    let width = width(line).ok_or_else(|| not_cnab(line))?;
    rows::push(&mut header, line, width);
    // Some programs leave out the ends of lines.
    let (_, rest) = rows::cut(line, width);
    let behind = if rest.len() >= width { rest } else { behind };
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
    let mut doubts = Vec::new();
    let format = match of(&bank) {
        Some(format) => format,
        None => {
            let without = format!("não há layout CNAB {width} do banco «{}»", bank.trim());
            let standard = of("").filter(|_| width == 240 || is_common(direction, behind));
            let standard = standard
                .ok_or_else(|| format!("{without}; peça ao banco o arquivo em CNAB 240"))?;
            doubts.push(match width {
                240 => format!("{without}; lido pelo padrão FEBRABAN"),
                _ => format!(
                    "{without}; lido pelas posições comuns; confira nosso número e movimentos"
                ),
            });
            standard
        }
    };
    let told = direction;
    let direction = segments(width, behind).unwrap_or(told);
    if direction != told {
        let (says, are) = (told.portuguese(), direction.portuguese());
        doubts.push(format!("o cabeçalho diz {says}, mas os registros são de {are}"));
    }
    let doubt = Some(doubts.join("; ")).filter(|doubt| !doubt.is_empty());
    Ok(Detected { format, layout: format.layout(), direction, bank, doubt })
}

/// The direction that only one sort of segments can have: the header may tell the other one.
fn segments(width: usize, behind: &[u8]) -> Option<Direction> {
    if width != 240 {
        return None;
    }
    rows_of(behind, width).find_map(|row| match (row.get(7), row.get(13)) {
        (Some(b'3'), Some(b'T' | b'U')) => Some(Direction::Return),
        (Some(b'3'), Some(b'P' | b'Q')) => Some(Direction::Remittance),
        _ => None,
    })
}

/// Whether the titles of a CNAB 400 have code, days and amounts where most banks have them. True
/// where there is none.
fn is_common(direction: Direction, behind: &[u8]) -> bool {
    let of_file = rows_of(behind, 400).take_while(|row| row.first() != Some(&b'9'));
    // The last row may be cut.
    let mut titles = of_file.filter(|row| row.first() == Some(&b'1') && row.len() > 300);
    titles.all(|row| is_common_title(direction, row))
}

fn is_common_title(direction: Direction, row: &[u8]) -> bool {
    let at = |from: usize, to: usize| row.get(from - 1..to).unwrap_or_default();
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let blank = |text: &[u8]| text.iter().all(|byte| matches!(byte, b' ' | b'0'));
    let day = |text: &[u8]| blank(text) || date(DateOrder::DayMonthShortYear, text).is_some();
    let (days, amounts) = match direction {
        Direction::Return => (
            [at(111, 116), at(147, 152), at(296, 301)].to_vec(),
            [at(153, 165), at(254, 266), at(176, 188)],
        ),
        Direction::Remittance => {
            ([at(121, 126), at(151, 156)].to_vec(), [at(127, 139), at(180, 192), at(206, 218)])
        }
    };
    // Some banks have the day of the credit where others have the first digits of the fee.
    let fee_is_small = direction == Direction::Remittance || blank(at(176, 181));
    digits(at(109, 110))
        && days.into_iter().all(day)
        && digits(amounts[0])
        && amounts.into_iter().all(|text| digits(text) || blank(text))
        && fee_is_small
}

/// Rows of the width, whether lines end or not.
fn rows_of(bytes: &[u8], width: usize) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n'));
    lines.flat_map(move |line| line.chunks(width))
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
