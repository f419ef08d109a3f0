//! Boletos on paper: our own drawing of the boleto (`boleto.svg`) and of the carnê (`carne.svg`),
//! compiled once and filled in for each boleto, as PDF; and letters.
//!
//! Pure: the same boletos give the same bytes on any day; no clock, file or random id is used.
//!
//! The sizes are FEBRABAN's (*Especificação técnica do boleto*): ficha de compensação 95 to 108 mm
//! high and 170 to 216 mm wide; barcode 103 × 13 mm, 5 mm of blank at its left, its centre 12 mm
//! above the lower edge.

mod barcode;
mod boleto;
mod file;
mod fit;
mod font;
mod letter;
mod logo;
mod pack;
mod party;
mod qr;
mod shape;
mod template;

use std::sync::LazyLock;

use quita_core::letter::Letter;
use thiserror::Error;

pub use boleto::Boleto;
pub use logo::{Logo, LogoError};
pub use qr::{QUIET, Qr, qr};

use font::Font;
use template::{Fonts, Template};

/// Why nothing was printed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PrintError {
    /// The list of boletos is empty.
    #[error("não há boletos para imprimir; escolha ao menos um")]
    Nothing,
    /// The barcode is not 44 digits.
    #[error(
        "boleto {document_number}: o código de barras não tem 44 dígitos; \
         consulte o boleto no banco e imprima outra vez"
    )]
    Barcode {
        /// Of the boleto.
        document_number: String,
    },
    /// The BR Code is empty or longer than the 512 characters that Pix allows.
    #[error(
        "boleto {document_number}: o código Pix está vazio ou passa de 512 caracteres; \
         consulte o boleto no banco e imprima outra vez"
    )]
    BrCode {
        /// Of the boleto.
        document_number: String,
    },
    /// A drawing or font inside this crate is broken: a defect of quita.
    #[error("o desenho do boleto tem um defeito ({0}); avise quem mantém o quita")]
    Template(String),
}

/// The drawings and fonts, compiled at first use.
struct Shop {
    fonts: Fonts,
    boleto: Template,
    carne: Template,
}

static SHOP: LazyLock<Result<Shop, PrintError>> = LazyLock::new(|| {
    let fonts = [Font::regular()?, Font::bold()?];
    let boleto = Template::compile(include_str!("boleto.svg"), &fonts)?;
    let carne = Template::compile(include_str!("carne.svg"), &fonts)?;
    Ok(Shop { fonts, boleto, carne })
});

/// Prints boletos as one PDF, an A4 page each: the receipt above, the ficha de compensação below.
///
/// # Errors
/// When the list is empty, or a barcode or BR Code cannot be drawn.
pub fn boletos(boletos: &[Boleto]) -> Result<Vec<u8>, PrintError> {
    let shop = SHOP.as_ref().map_err(PrintError::clone)?;
    file::write(boletos, &shop.boleto, &shop.fonts, 1)
}

/// Prints boletos as a carnê: three to an A4 page, each with its stub («canhoto») at the left.
///
/// # Errors
/// When the list is empty, or a barcode or BR Code cannot be drawn.
pub fn carne(boletos: &[Boleto]) -> Result<Vec<u8>, PrintError> {
    let shop = SHOP.as_ref().map_err(PrintError::clone)?;
    file::write(boletos, &shop.carne, &shop.fonts, 3)
}

/// Sets a letter on A4, on as many pages as it takes.
///
/// # Errors
/// Only when a font inside this crate is broken.
pub fn letter(letter: &Letter) -> Result<Vec<u8>, PrintError> {
    let shop = SHOP.as_ref().map_err(PrintError::clone)?;
    Ok(letter::write(letter, &shop.fonts))
}
