//! The two fonts of the printed boleto: metrics, glyph numbers, and their PDF objects.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Chunk, Filter, Name, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::Face;

use crate::PrintError;

/// One past the last character that a font may draw; the embedded fonts end at U+20AC (€).
const END: usize = 0x2200;

/// Number of a glyph in the embedded subset and its advance in font units.
#[derive(Clone, Copy, Default)]
struct Glyph {
    id: u16,
    advance: u16,
}

/// A font, subset and compressed once, ready to be embedded in any number of files.
pub(crate) struct Font {
    /// PostScript name with the six letters that mark a subset.
    name: &'static str,
    bold: bool,
    /// By character; characters without a glyph hold the question mark's.
    glyphs: Vec<Glyph>,
    /// Advances by glyph number, in font units.
    advances: Vec<u16>,
    units_per_em: f32,
    ascent: f32,
    descent: f32,
    cap_height: f32,
    bbox: Rect,
    file: Vec<u8>,
    file_len: usize,
    to_unicode: Vec<u8>,
}

const SYSTEM_INFO: SystemInfo<'_> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

impl Font {
    /// The text font.
    pub(crate) fn regular() -> Result<Self, PrintError> {
        let bytes = include_bytes!("../fonts/NotoSans-Regular.ttf");
        Self::load(bytes, "QUITAA+NotoSans-Regular", false)
    }

    /// The font of amounts, names and titles.
    pub(crate) fn bold() -> Result<Self, PrintError> {
        let bytes = include_bytes!("../fonts/NotoSans-Bold.ttf");
        Self::load(bytes, "QUITAB+NotoSans-Bold", true)
    }

    fn load(bytes: &[u8], name: &'static str, bold: bool) -> Result<Self, PrintError> {
        let broken = |what: &str| PrintError::Template(format!("fonte {name}: {what}"));
        let face = Face::parse(bytes, 0).map_err(|e| broken(&e.to_string()))?;
        let mut remapper = GlyphRemapper::new();
        let mut to_unicode = UnicodeCmap::new(Name(b"Quita"), SYSTEM_INFO);
        let mut glyphs = vec![Glyph::default(); END];
        let mut advances = vec![face.glyph_hor_advance(ttf_parser::GlyphId(0)).unwrap_or(0)];
        for code in 0x20..END as u32 {
            let Some(c) = char::from_u32(code) else { continue };
            let Some(gid) = face.glyph_index(c) else { continue };
            let advance = face.glyph_hor_advance(gid).unwrap_or(0);
            // Two characters may share a glyph (space and no-break space): the first one names it,
            // or copied text would carry the wrong character.
            let known = remapper.get(gid.0).is_some();
            let id = remapper.remap(gid.0);
            if !known {
                to_unicode.pair(id, c);
                advances.push(advance);
            }
            glyphs[code as usize] = Glyph { id, advance };
        }
        let unknown = glyphs['?' as usize];
        for glyph in glyphs.iter_mut().filter(|g| g.id == 0) {
            *glyph = unknown;
        }
        let file = subsetter::subset(bytes, 0, &remapper).map_err(|e| broken(&e.to_string()))?;
        let bbox = face.global_bounding_box();
        let units_per_em = f32::from(face.units_per_em());
        let scaled = |v: i16| f32::from(v) * 1000.0 / units_per_em;
        Ok(Self {
            name,
            bold,
            glyphs,
            advances,
            units_per_em,
            ascent: scaled(face.ascender()),
            descent: scaled(face.descender()),
            cap_height: scaled(face.capital_height().unwrap_or(face.ascender())),
            bbox: Rect::new(
                scaled(bbox.x_min),
                scaled(bbox.y_min),
                scaled(bbox.x_max),
                scaled(bbox.y_max),
            ),
            file_len: file.len(),
            file: crate::pack::smallest(&file),
            to_unicode: crate::pack::smallest(&to_unicode.finish()),
        })
    }

    fn glyph(&self, c: char) -> Glyph {
        self.glyphs.get(c as usize).copied().unwrap_or(self.glyphs['?' as usize])
    }

    /// Advance of a character in ems.
    pub(crate) fn advance(&self, c: char) -> f32 {
        f32::from(self.glyph(c).advance) / self.units_per_em
    }

    /// Width of a text in ems.
    pub(crate) fn width(&self, text: &str) -> f32 {
        let units: u32 = text.chars().map(|c| u32::from(self.glyph(c).advance)).sum();
        units as f32 / self.units_per_em
    }

    /// Appends the glyph numbers of a text, two bytes each; unknown characters become `?`.
    pub(crate) fn encode(&self, text: &str, out: &mut Vec<u8>) {
        out.extend(text.chars().flat_map(|c| self.glyph(c).id.to_be_bytes()));
    }

    /// Writes the font's five objects, the first under `ids[0]`, which text refers to.
    pub(crate) fn write(&self, pdf: &mut Chunk, ids: [Ref; 5]) {
        let [font, descendant, descriptor, file, to_unicode] = ids;
        let name = Name(self.name.as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant)
            .to_unicode(to_unicode);
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM_INFO)
            .font_descriptor(descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let scale = 1000.0 / self.units_per_em;
        cid.widths().consecutive(0, self.advances.iter().map(|a| f32::from(*a) * scale));
        drop(cid);
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::NON_SYMBOLIC)
            .bbox(self.bbox)
            .italic_angle(0.0)
            .ascent(self.ascent)
            .descent(self.descent)
            .cap_height(self.cap_height)
            .stem_v(if self.bold { 140.0 } else { 80.0 })
            .font_file2(file);
        pdf.stream(file, &self.file)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), self.file_len as i32);
        pdf.cmap(to_unicode, &self.to_unicode).filter(Filter::FlateDecode);
    }
}
