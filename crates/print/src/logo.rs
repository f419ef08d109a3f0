//! The company's logo: PNG or JPEG, ready to be embedded in any number of files.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use pdf_writer::{Chunk, Filter, Finish, Ref};
use thiserror::Error;

/// Largest logo in pixels: 1 million print 45 mm at 500 dpi with room to spare.
const MAX_PIXELS: usize = 1_000_000;

/// A logo read and checked.
#[derive(Clone, Debug)]
pub struct Logo {
    width: u32,
    height: u32,
    grey: bool,
    /// JPEG as it came, or deflated samples.
    data: Vec<u8>,
    jpeg: bool,
    /// Deflated opacity, a byte a pixel.
    alpha: Option<Vec<u8>>,
}

/// Why a file cannot be the logo.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LogoError {
    /// Neither a PNG nor a JPEG by its first bytes.
    #[error("o logotipo não é PNG nem JPEG; salve a imagem em um desses formatos")]
    Format,
    /// The file ends early or contradicts itself.
    #[error("o arquivo do logotipo está incompleto ou danificado; salve a imagem outra vez")]
    Damaged,
    /// More than a million pixels, or none.
    #[error(
        "o logotipo tem de ter no máximo 1 milhão de pontos (por exemplo 1600 × 600); reduza-o"
    )]
    Size,
    /// 16 bits a colour, interlaced, or JPEG for printing presses (CMYK).
    #[error("salve o logotipo como PNG comum (8 bits, sem entrelaçamento) ou JPEG em RGB")]
    Kind,
}

impl Logo {
    /// Reads the bytes of a PNG or JPEG file.
    ///
    /// # Errors
    /// When it is another kind of file, damaged, too large, or of a rare kind.
    pub fn read(bytes: &[u8]) -> Result<Self, LogoError> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            png(&bytes[8..])
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            jpeg(bytes)
        } else {
            Err(LogoError::Format)
        }
    }

    /// Width over height.
    pub(crate) fn aspect(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// Writes the image under the first id and its opacity under the second.
    pub(crate) fn write(&self, pdf: &mut Chunk, [image, mask]: [Ref; 2]) {
        let (width, height) = (self.width as i32, self.height as i32);
        let mut object = pdf.image_xobject(image, &self.data);
        object.width(width).height(height).bits_per_component(8).interpolate(true);
        object.filter(if self.jpeg { Filter::DctDecode } else { Filter::FlateDecode });
        if self.grey {
            object.color_space().device_gray();
        } else {
            object.color_space().device_rgb();
        }
        if let Some(alpha) = &self.alpha {
            object.s_mask(mask);
            object.finish();
            let mut object = pdf.image_xobject(mask, alpha);
            object.width(width).height(height).bits_per_component(8);
            object.filter(Filter::FlateDecode);
            object.color_space().device_gray();
        }
    }
}

fn checked_size(width: u32, height: u32) -> Result<(), LogoError> {
    match (width as usize).checked_mul(height as usize) {
        Some(1..=MAX_PIXELS) => Ok(()),
        _ => Err(LogoError::Size),
    }
}

/// A JPEG goes into the PDF as it is; only its header is read (ITU-T T.81, SOF0–SOF2).
fn jpeg(bytes: &[u8]) -> Result<Logo, LogoError> {
    let mut rest = &bytes[2..];
    loop {
        let [0xff, marker, high, low, after @ ..] = rest else { return Err(LogoError::Damaged) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let body = length.checked_sub(2).and_then(|n| after.get(..n)).ok_or(LogoError::Damaged)?;
        if (0xc0..=0xc2).contains(marker) {
            let [bits, h1, h2, w1, w2, components, ..] = body else {
                return Err(LogoError::Damaged);
            };
            let height = u32::from(u16::from_be_bytes([*h1, *h2]));
            let width = u32::from(u16::from_be_bytes([*w1, *w2]));
            checked_size(width, height)?;
            if *bits != 8 || !matches!(components, 1 | 3) {
                return Err(LogoError::Kind);
            }
            let grey = *components == 1;
            return Ok(Logo { width, height, grey, data: bytes.to_vec(), jpeg: true, alpha: None });
        }
        rest = &after[body.len()..];
    }
}

/// What a PNG says about its samples (ISO/IEC 15948).
struct Header {
    width: usize,
    height: usize,
    bits: usize,
    channels: usize,
    colour_type: u8,
}

impl Header {
    fn read(ihdr: &[u8]) -> Result<Self, LogoError> {
        let [w1, w2, w3, w4, h1, h2, h3, h4, bits, colour_type, _, _, interlace] = *ihdr else {
            return Err(LogoError::Damaged);
        };
        let width = u32::from_be_bytes([w1, w2, w3, w4]);
        let height = u32::from_be_bytes([h1, h2, h3, h4]);
        checked_size(width, height)?;
        let channels = match (colour_type, bits) {
            (0 | 3, 1 | 2 | 4 | 8) => 1,
            (2, 8) => 3,
            (4, 8) => 2,
            (6, 8) => 4,
            _ => return Err(LogoError::Kind),
        };
        if interlace != 0 {
            return Err(LogoError::Kind);
        }
        let (width, height) = (width as usize, height as usize);
        Ok(Self { width, height, bits: usize::from(bits), channels, colour_type })
    }
}

fn png(mut rest: &[u8]) -> Result<Logo, LogoError> {
    let (mut header, mut palette, mut transparent) = (None, &[][..], &[][..]);
    let mut packed = Vec::new();
    while let [a, b, c, d, kind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let body = kind.get(4..).and_then(|k| k.get(..length)).ok_or(LogoError::Damaged)?;
        match &kind[..4] {
            b"IHDR" => header = Some(Header::read(body)?),
            b"PLTE" => palette = body,
            b"tRNS" => transparent = body,
            b"IDAT" => packed.extend_from_slice(body),
            b"IEND" => break,
            _ => {}
        }
        rest = kind.get(8 + length..).ok_or(LogoError::Damaged)?;
    }
    let header = header.ok_or(LogoError::Damaged)?;
    let samples = samples(&header, &packed)?;
    let (colour, alpha) = split(&header, &samples, palette, transparent)?;
    Ok(Logo {
        width: header.width as u32,
        height: header.height as u32,
        grey: matches!(header.colour_type, 0 | 4),
        data: crate::pack::smallest(&colour),
        jpeg: false,
        alpha: alpha.map(|a| crate::pack::smallest(&a)),
    })
}

/// Inflates and undoes the row filters: one byte a sample.
fn samples(header: &Header, packed: &[u8]) -> Result<Vec<u8>, LogoError> {
    let row = (header.width * header.channels * header.bits).div_ceil(8);
    let step = (header.channels * header.bits).div_ceil(8);
    let size = (row + 1) * header.height;
    let raw = decompress_to_vec_zlib_with_limit(packed, size).map_err(|_| LogoError::Damaged)?;
    if raw.len() != size {
        return Err(LogoError::Damaged);
    }
    let mut above = vec![0; row];
    let mut samples = Vec::with_capacity(header.width * header.height * header.channels);
    for line in raw.chunks_exact(row + 1) {
        let (filter, mut current) = (line[0], line[1..].to_vec());
        for i in 0..row {
            let left = if i >= step { current[i - step] } else { 0 };
            let corner = if i >= step { above[i - step] } else { 0 };
            let guess = match filter {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => ((u16::from(left) + u16::from(above[i])) / 2) as u8,
                4 => paeth(left, above[i], corner),
                _ => return Err(LogoError::Damaged),
            };
            current[i] = current[i].wrapping_add(guess);
        }
        let per_byte = 8 / header.bits;
        let in_row = header.width * header.channels;
        samples.extend((0..in_row).map(|i| {
            let shift = 8 - header.bits * (i % per_byte + 1);
            (current[i / per_byte] >> shift) & (0xff >> (8 - header.bits))
        }));
        above = current;
    }
    Ok(samples)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (da, db, dc) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        above
    } else {
        corner
    }
}

/// Colour samples and opacity apart.
fn split(
    header: &Header,
    samples: &[u8],
    palette: &[u8],
    transparent: &[u8],
) -> Result<(Vec<u8>, Option<Vec<u8>>), LogoError> {
    match header.colour_type {
        0 => {
            let full = 0xff >> (8 - header.bits);
            Ok((samples.iter().map(|s| (u16::from(*s) * 255 / full) as u8).collect(), None))
        }
        2 => Ok((samples.to_vec(), None)),
        3 => {
            let mut colour = Vec::with_capacity(samples.len() * 3);
            for sample in samples {
                let at = usize::from(*sample) * 3;
                colour.extend_from_slice(palette.get(at..at + 3).ok_or(LogoError::Damaged)?);
            }
            let opacity = |s: &u8| transparent.get(usize::from(*s)).copied().unwrap_or(255);
            let alpha = (!transparent.is_empty()).then(|| samples.iter().map(opacity).collect());
            Ok((colour, alpha))
        }
        _ => {
            let pixels = samples.chunks_exact(header.channels);
            let colours = header.channels - 1;
            let colour = pixels.clone().flat_map(|p| &p[..colours]).copied().collect();
            Ok((colour, Some(pixels.map(|p| p[colours]).collect())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32).to_be_bytes();
        [&length[..], kind, body, &[0; 4]].concat()
    }

    fn png_file(width: u8, height: u8, bits: u8, colour_type: u8, rows: &[u8]) -> Vec<u8> {
        let ihdr = [0, 0, 0, width, 0, 0, 0, height, bits, colour_type, 0, 0, 0];
        let palette = [255, 0, 0, 0, 255, 0];
        [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", &ihdr),
            chunk(b"PLTE", &palette),
            chunk(b"IDAT", &crate::pack::smallest(rows)),
            chunk(b"IEND", &[]),
        ]
        .concat()
    }

    fn pixels(logo: &Logo) -> Vec<u8> {
        decompress_to_vec_zlib_with_limit(&logo.data, 1000).unwrap()
    }

    #[test]
    fn png_row_filters_are_undone() {
        // The second row is written by difference to the row above, the third to the left.
        let rows = [0, 10, 20, 30, 40, 50, 60, 2, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5, 1, 1, 1];
        let logo = Logo::read(&png_file(2, 3, 8, 2, &rows)).unwrap();
        assert_eq!(
            pixels(&logo),
            [10, 20, 30, 40, 50, 60, 11, 21, 31, 41, 51, 61, 5, 5, 5, 6, 6, 6]
        );
        assert!(logo.alpha.is_none());
    }

    #[test]
    fn palettes_and_opacity_are_taken_apart() {
        let logo = Logo::read(&png_file(3, 1, 1, 3, &[0, 0b0100_0000])).unwrap();
        assert_eq!(pixels(&logo), [255, 0, 0, 0, 255, 0, 255, 0, 0]);
        let logo = Logo::read(&png_file(2, 1, 8, 4, &[0, 9, 100, 8, 200])).unwrap();
        assert_eq!(pixels(&logo), [9, 8]);
        let alpha = decompress_to_vec_zlib_with_limit(&logo.alpha.unwrap(), 10).unwrap();
        assert_eq!(alpha, [100, 200]);
    }

    #[test]
    fn bad_files_are_refused_with_the_reason() {
        assert_eq!(Logo::read(b"GIF89a").unwrap_err(), LogoError::Format);
        assert_eq!(Logo::read(&png_file(2, 3, 16, 2, &[])).unwrap_err(), LogoError::Kind);
        assert_eq!(Logo::read(&png_file(0, 3, 8, 2, &[])).unwrap_err(), LogoError::Size);
        assert_eq!(Logo::read(&png_file(2, 3, 8, 2, &[0, 1])).unwrap_err(), LogoError::Damaged);
        let whole = png_file(2, 1, 8, 4, &[0, 9, 100, 8, 200]);
        for end in 0..whole.len() - 12 {
            assert!(Logo::read(&whole[..end]).is_err(), "cut at {end}");
        }
        assert_eq!(Logo::read(&[0xff, 0xd8, 0xff, 0xe0]).unwrap_err(), LogoError::Damaged);
    }
}
