//! A letter on A4: as many pages as it takes, set in the fonts of the boleto.

use pdf_writer::{Content, Filter, Finish, Name, Pdf, Ref, Settings, TextStr};
use quita_core::letter::{Block, Letter};

use crate::file::{PAGE, POINTS};
use crate::fit::{self, Wrap};
use crate::font::Font;
use crate::pack;
use crate::template::{self, Anchor, FONT_NAMES, Fonts, Style};

/// Millimetres of white around the text.
const MARGIN: f32 = 20.0;
const WIDTH: f32 = 210.0 - 2.0 * MARGIN;
const TOP: f32 = 297.0 - MARGIN;

/// Sizes of type, in millimetres.
const TITLE: f32 = 5.2;
const HEAD: f32 = 4.0;
const TEXT: f32 = 3.7;
const SMALL: f32 = 2.9;
/// Between baselines, by size.
const LEADING: f32 = 1.45;
/// Where the values of fields begin, right of the margin.
const VALUES: f32 = 55.0;

/// One line where it stands on its page.
struct Line {
    x: f32,
    y: f32,
    font: usize,
    size: f32,
    text: String,
}

/// Text being set, from the top of the first page down.
struct Setter<'f> {
    fonts: &'f Fonts,
    pages: Vec<Vec<Line>>,
    /// The last baseline on the page, or its top.
    y: f32,
}

impl Setter<'_> {
    fn wrapped(&self, text: &str, how: Wrap, font: usize, size: f32, width: f32) -> Vec<String> {
        // As many lines as there may ever be: nothing shrinks, nothing is cut.
        fit::paragraph(&self.fonts[font], text, how, size, width, text.len() + 1).1
    }

    /// Goes so far down, onto another page where `rows` lines of this size do not fit any more.
    fn down(&mut self, by: f32, rows: usize, size: f32) {
        let more = rows.saturating_sub(1) as f32 * size * LEADING;
        if self.pages.is_empty() || self.y - by - more < MARGIN {
            self.pages.push(Vec::new());
            self.y = TOP - size;
        } else {
            self.y -= by;
        }
    }

    fn put(&mut self, x: f32, font: usize, size: f32, text: String) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            page.push(Line { x, y, font, size, text });
        }
    }

    fn lines(&mut self, lines: Vec<String>, gap: f32, keep: usize, font: usize, size: f32) {
        for (n, line) in lines.into_iter().enumerate() {
            let (by, rows) =
                if n == 0 { (size * LEADING + gap, keep) } else { (size * LEADING, 1) };
            self.down(by, rows, size);
            self.put(MARGIN, font, size, line);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => {
                let lines = self.wrapped(text, Wrap::Words, 1, HEAD, WIDTH);
                // A heading stays with the lines that follow it.
                self.lines(lines, 3.5, 4, 1, HEAD);
            }
            Block::Paragraph(text) => {
                let lines = self.wrapped(text, Wrap::Words, 0, TEXT, WIDTH);
                self.lines(lines, 2.5, 2, 0, TEXT);
            }
            Block::Verbatim(text) => {
                let lines = self.wrapped(text, Wrap::Anywhere, 0, SMALL, WIDTH);
                let keep = lines.len();
                self.lines(lines, 2.0, keep, 0, SMALL);
            }
            Block::Fields(fields) => {
                for (n, (name, value)) in fields.iter().enumerate() {
                    let gap = if n == 0 { 1.5 } else { 0.0 };
                    let names = self.wrapped(name, Wrap::Words, 0, TEXT, VALUES - 3.0);
                    let values = self.wrapped(value, Wrap::Words, 1, TEXT, WIDTH - VALUES);
                    for row in 0..names.len().max(values.len()) {
                        self.down(TEXT * LEADING + if row == 0 { gap } else { 0.0 }, 1, TEXT);
                        if let Some(name) = names.get(row) {
                            self.put(MARGIN, 0, TEXT, name.clone());
                        }
                        if let Some(value) = values.get(row) {
                            self.put(MARGIN + VALUES, 1, TEXT, value.clone());
                        }
                    }
                }
            }
        }
    }
}

/// Sets a letter and writes it.
pub(crate) fn write(letter: &Letter, fonts: &Fonts) -> Vec<u8> {
    let mut setter = Setter { fonts, pages: Vec::new(), y: TOP };
    let title = setter.wrapped(&letter.subject, Wrap::Words, 1, TITLE, WIDTH);
    setter.lines(title, 0.0, 1, 1, TITLE);
    setter.y -= 2.0;
    letter.blocks.iter().for_each(|block| setter.block(block));
    file(&letter.subject, &setter.pages, fonts)
}

fn file(title: &str, lines: &[Vec<Line>], fonts: &Fonts) -> Vec<u8> {
    let settings = Settings { pretty: false };
    let mut pdf = Pdf::with_settings_and_capacity(settings, 64_000);
    let mut next = 1;
    let mut id = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, pages, info, resources) = (id(), id(), id(), id());
    let font_ids = [[id(), id(), id(), id(), id()], [id(), id(), id(), id(), id()]];
    fonts.iter().zip(font_ids).for_each(|(font, ids): (&Font, _)| font.write(&mut pdf, ids));
    let mut all = pdf.indirect(resources).dict();
    let mut names = all.insert(Name(b"Font")).dict();
    for (name, ids) in FONT_NAMES.iter().zip(font_ids) {
        names.pair(*name, ids[0]);
    }
    names.finish();
    all.finish();
    let mut page_ids = Vec::with_capacity(lines.len());
    let mut glyphs = Vec::new();
    for page_lines in lines {
        let mut content = Content::with_settings_and_capacity(settings, 8_000);
        content.transform([POINTS, 0.0, 0.0, POINTS, 0.0, 0.0]);
        content.begin_text();
        for line in page_lines {
            let style = Style {
                fill: Some([0.0; 3]),
                stroke: None,
                stroke_width: 0.0,
                dash: Vec::new(),
                font: line.font,
                size: line.size,
                anchor: Anchor::Start,
            };
            template::set_text_style(&mut content, &style, line.size);
            let (x, y, size) = (line.x, line.y, line.size);
            template::show(&mut content, fonts, &style, size, x, y, &line.text, &mut glyphs);
        }
        content.end_text();
        let (page, body) = (id(), id());
        page_ids.push(page);
        pdf.page(page).parent(pages).contents(body).finish();
        let packed = pack::smallest(&content.finish());
        pdf.stream(body, &packed).filter(Filter::FlateDecode);
    }
    let mut tree = pdf.pages(pages);
    tree.count(page_ids.len() as i32).kids(page_ids);
    tree.media_box(PAGE);
    tree.pair(Name(b"Resources"), resources);
    tree.finish();
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr("pt-BR"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("quita"));
    pdf.finish()
}
