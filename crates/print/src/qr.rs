//! The Pix QR code as rectangles.

use fast_qr::{ECL, QRBuilder};

/// Blank modules that the QR standard (ISO/IEC 18004) asks for on each side.
pub const QUIET: u16 = 4;

/// The longest BR Code that Pix allows, in bytes (EMV QRCPS merchant-presented mode, 512 characters).
pub(crate) const MAX_BR_CODE: usize = 512;

/// A QR code as rows of black runs.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Modules on a side, without the blank border.
    pub size: u16,
    /// Black runs: column, row (from the top), length.
    pub runs: Vec<(u16, u16, u16)>,
}

/// Draws a BR Code with error correction M (15 %), as banks print it.
///
/// `None` when it is empty or longer than Pix allows.
pub fn qr(br_code: &str) -> Option<Qr> {
    if br_code.is_empty() || br_code.len() > MAX_BR_CODE {
        return None;
    }
    let code = QRBuilder::new(br_code).ecl(ECL::M).build().ok()?;
    let mut runs = Vec::with_capacity(code.size * code.size / 4);
    for row in 0..code.size {
        let modules = &code[row];
        let mut column = 0;
        for run in modules.chunk_by(|a, b| a.value() == b.value()) {
            if run[0].value() {
                runs.push((column, row as u16, run.len() as u16));
            }
            column += run.len() as u16;
        }
    }
    Some(Qr { size: code.size as u16, runs })
}
