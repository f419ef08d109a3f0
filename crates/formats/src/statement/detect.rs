//! What a file is, by its content.

use std::io::BufRead;

use memchr::memmem;
use serde::Serialize;

use super::StatementError;
use crate::source::Source;

/// A format of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OFX 1 (SGML) or 2 (XML).
    Ofx,
    /// ISO 20022 camt.053.
    Camt053,
    /// CNAB 240, lots of operation E.
    #[serde(rename = "cnab240_e")]
    Cnab240E,
    /// Rows with a separator.
    Csv,
}

/// What must suffice to tell.
const PEEK: usize = 16 * 1024;

pub(super) fn detect<R: BufRead>(
    source: &mut Source<R>,
    has_mapping: bool,
) -> Result<Format, StatementError> {
    let start = source.peek(PEEK)?;
    let body = start.trim_ascii_start();
    let not = |message| Err(StatementError::NotAStatement(message));
    if body.is_empty() {
        return not("o arquivo está vazio");
    }
    if body.starts_with(b"%PDF") {
        return not("este arquivo é um PDF; peça ao banco o extrato em OFX, CSV ou CNAB");
    }
    if body.starts_with(b"PK\x03\x04") || body.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return not(
            "este arquivo é uma planilha ou um ZIP; extraia o conteúdo, ou salve a planilha como CSV",
        );
    }
    let upper = body.to_ascii_uppercase();
    let has = |word: &str| memmem::find(&upper, word.as_bytes()).is_some();
    if ["<OFX", "OFXHEADER", "<STMTTRN>", "<BANKTRANLIST>"].iter().any(|word| has(word)) {
        return Ok(Format::Ofx);
    }
    if has("BKTOCSTMRSTMT") || has("CAMT.053") {
        return Ok(Format::Camt053);
    }
    if has("BKTOCSTMRACCTRPT") || has("BKTOCSTMRDBTCDTNTFCTN") {
        return not("este arquivo é um aviso camt.052 ou camt.054; o extrato é o camt.053");
    }
    if is_cnab_240(body) {
        return Ok(Format::Cnab240E);
    }
    if body.starts_with(b"02RETORNO") || body.starts_with(b"01REMESSA") {
        return not("este arquivo é um CNAB 400 de cobrança, não um extrato");
    }
    if has("<HTML") || has("<!DOCTYPE HTML") || upper.starts_with(b"<?XML") {
        return not("este arquivo não é um extrato OFX, camt.053, CNAB 240 ou CSV");
    }
    let separated = || body.iter().any(|b| matches!(b, b';' | b',' | b'\t' | b'|'));
    if body.contains(&0) || !(has_mapping || separated()) {
        return not("este arquivo não é um extrato OFX, camt.053, CNAB 240 ou CSV");
    }
    Ok(Format::Csv)
}

/// A header of a file: bank, lot 0000, record 0, in a line of 240.
fn is_cnab_240(body: &[u8]) -> bool {
    let line = body.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let Some(head) = line.get(..8) else { return false };
    // The layout's number stands at 164.
    line.len() >= 164 && head.iter().all(u8::is_ascii_digit) && head.ends_with(b"00000")
}
