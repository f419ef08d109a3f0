//! Identifiers that a bank invents, from the entropy it is given.

use jiff::Timestamp;

use crate::simulator::Entropy;

/// A random UUID (version 4).
pub(crate) fn uuid(rng: &mut dyn Entropy) -> String {
    let high = (rng.next_u64() & !0xF000) | 0x4000;
    let low = (rng.next_u64() & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// Thirty-two hexadecimal digits.
pub(crate) fn hex32(rng: &mut dyn Entropy) -> String {
    format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64())
}

/// So many letters and digits.
pub(crate) fn alphanumeric(rng: &mut dyn Entropy, length: usize) -> String {
    const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0..length).map(|_| char::from(LETTERS[(rng.next_u64() % 36) as usize])).collect()
}

/// An endToEndId: `E`, ISPB, minute in UTC, eleven letters and digits (Bacen, API Pix).
pub(crate) fn end_to_end_id(ispb: &str, now: Timestamp, rng: &mut dyn Entropy) -> String {
    format!("E{ispb}{}{}", now.strftime("%Y%m%d%H%M"), alphanumeric(rng, 11))
}
