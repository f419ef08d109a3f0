//! The checksum that ends every BR Code.

/// How many bytes are taken at once.
const STRIDE: usize = 16;

/// `TABLES[k][b]` is the CRC of byte `b` followed by `k` zero bytes.
static TABLES: [[u16; 256]; STRIDE] = tables();

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, no reflection, no final xor
/// (BR Code manual, field 63; EMV QR Code specification, ISO/IEC 13239).
///
/// Over the UTF-8 bytes of everything before the checksum, its own `6304` included.
pub fn crc16(bytes: &[u8]) -> u16 {
    let (chunks, tail) = bytes.as_chunks::<STRIDE>();
    // The look-ups of one chunk do not wait for one another; only the last two, of its first
    // two bytes, need the checksum so far.
    let mut crc = chunks.iter().fold(0xFFFF, |crc, chunk| {
        let [high, low] = u16::to_be_bytes(crc);
        let mut chunk = *chunk;
        chunk[0] ^= high;
        chunk[1] ^= low;
        chunk
            .iter()
            .rev()
            .zip(&TABLES)
            .fold(0, |crc, (&byte, table)| crc ^ table[usize::from(byte)])
    });
    for &byte in tail {
        let [high, _] = u16::to_be_bytes(crc);
        crc = (crc << 8) ^ TABLES[0][usize::from(high ^ byte)];
    }
    crc
}

const fn tables() -> [[u16; 256]; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut zeros = 1;
    while zeros < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let crc: u16 = tables[zeros - 1][byte];
            tables[zeros][byte] = (crc << 8) ^ tables[0][(crc >> 8) as usize];
            byte += 1;
        }
        zeros += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_check_value_comes_out() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        assert_eq!(crc16(b""), 0xFFFF);
    }

    #[test]
    fn many_bytes_at_once_equal_one_bit_at_a_time() {
        let bytes: Vec<u8> = (0..=255).cycle().step_by(7).take(300).collect();
        for length in 0..bytes.len() {
            let slow = bytes[..length].iter().fold(0xFFFF_u16, |crc, &byte| {
                (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
                    if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
                })
            });
            assert_eq!(crc16(&bytes[..length]), slow, "{length} bytes");
        }
    }
}
