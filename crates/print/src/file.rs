//! Writing the file: shared parts once, then a page of short strings, bars and squares each.

use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Settings, TextStr};

use crate::PrintError;
use crate::barcode;
use crate::boleto::{Boleto, Field};
use crate::fit;
use crate::logo::Logo;
use crate::pack::Packer;
use crate::qr;
use crate::template::{self, Area, FONT_NAMES, Fonts, SlotKind, Template, TextSlot};

/// PDF points in a millimetre.
pub(crate) const POINTS: f32 = 72.0 / 25.4;

/// A4 upright, in points.
pub(crate) const PAGE: Rect = Rect { x1: 0.0, y1: 0.0, x2: 210.0 * POINTS, y2: 297.0 * POINTS };

/// Writes boletos with one template, so many to a page, from the top.
pub(crate) fn write(
    boletos: &[Boleto],
    template: &Template,
    fonts: &Fonts,
    per_page: usize,
) -> Result<Vec<u8>, PrintError> {
    if boletos.is_empty() {
        return Err(PrintError::Nothing);
    }
    let settings = Settings { pretty: false };
    let mut pdf = Pdf::with_settings_and_capacity(settings, 48_000 + boletos.len() * 6_000);
    let mut next = 1;
    let mut id = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, pages, info, resources, font_resources) = (id(), id(), id(), id(), id());

    let font_ids = [[id(), id(), id(), id(), id()], [id(), id(), id(), id(), id()]];
    for (font, ids) in fonts.iter().zip(font_ids) {
        font.write(&mut pdf, ids);
    }
    let mut names = pdf.indirect(font_resources).dict();
    for (name, ids) in FONT_NAMES.iter().zip(font_ids) {
        names.pair(*name, ids[0]);
    }
    names.finish();

    let mut objects = Vec::new();
    for (n, layer) in template.layers.iter().enumerate() {
        let object = id();
        let mut form = pdf.form_xobject(object, &layer.content);
        form.filter(Filter::FlateDecode);
        form.bbox(Rect::new(0.0, 0.0, template.width, template.height));
        form.resources().pair(Name(b"Font"), font_resources);
        form.finish();
        objects.push((layer_name(n), object));
    }
    let logos = logos(boletos);
    for (n, logo) in logos.iter().enumerate() {
        let ids = [id(), id()];
        logo.write(&mut pdf, ids);
        objects.push((logo_name(n), ids[0]));
    }
    let mut all = pdf.indirect(resources).dict();
    all.pair(Name(b"Font"), font_resources);
    all.insert(Name(b"XObject"))
        .dict()
        .pairs(objects.iter().map(|(name, object)| (Name(name.as_bytes()), *object)));
    all.finish();

    let mut page_ids = Vec::with_capacity(boletos.len().div_ceil(per_page));
    let mut drawer = Drawer { template, fonts, logos: &logos, glyphs: Vec::new() };
    let (mut packer, mut packed) = (Packer::new(), Vec::new());
    for on_page in boletos.chunks(per_page) {
        let mut content = Content::with_settings_and_capacity(settings, 16_000);
        content.transform([POINTS, 0.0, 0.0, POINTS, 0.0, 0.0]);
        for (n, boleto) in on_page.iter().enumerate() {
            let up = 297.0 - (n + 1) as f32 * template.height;
            drawer.draw(boleto, up, &mut content)?;
        }
        let (page, body) = (id(), id());
        page_ids.push(page);
        pdf.page(page).parent(pages).contents(body).finish();
        packer.pack(&content.finish(), &mut packed);
        pdf.stream(body, &packed).filter(Filter::FlateDecode);
    }

    let mut tree = pdf.pages(pages);
    tree.count(page_ids.len() as i32).kids(page_ids);
    tree.media_box(PAGE);
    tree.pair(Name(b"Resources"), resources);
    tree.finish();
    let mut root = pdf.catalog(catalog);
    root.pages(pages).lang(TextStr("pt-BR"));
    // A printer that shrinks the page to its margins would shrink the bars below their 103 mm.
    root.viewer_preferences().display_doc_title(true).pair(Name(b"PrintScaling"), Name(b"None"));
    root.finish();
    let title = match boletos {
        [one] => format!("Boleto {}", one.document_number),
        many => format!("{} boletos", many.len()),
    };
    pdf.document_info(info).title(TextStr(&title)).producer(TextStr("quita"));
    Ok(pdf.finish())
}

fn layer_name(n: usize) -> String {
    format!("L{n}")
}

fn logo_name(n: usize) -> String {
    format!("I{n}")
}

/// The different logos of a lot, each once.
fn logos<'a>(boletos: &[Boleto<'a>]) -> Vec<&'a Logo> {
    let mut logos: Vec<&Logo> = Vec::new();
    for logo in boletos.iter().filter_map(|boleto| boleto.logo) {
        if !logos.iter().any(|known| std::ptr::eq(*known, logo)) {
            logos.push(logo);
        }
    }
    logos
}

/// Draws boletos into the content of a page.
struct Drawer<'t> {
    template: &'t Template,
    fonts: &'t Fonts,
    logos: &'t [&'t Logo],
    glyphs: Vec<u8>,
}

impl Drawer<'_> {
    /// Draws one boleto with its lower edge `up` mm above the lower edge of the paper.
    fn draw(&mut self, boleto: &Boleto, up: f32, content: &mut Content) -> Result<(), PrintError> {
        content.save_state();
        content.transform([1.0, 0.0, 0.0, 1.0, 0.0, template::round(up)]);
        for (n, layer) in self.template.layers.iter().enumerate() {
            if layer.when.holds(boleto) {
                content.x_object(Name(layer_name(n).as_bytes()));
            }
        }
        let shown = || self.template.slots.iter().filter(|slot| slot.when.holds(boleto));
        for slot in shown() {
            match &slot.kind {
                SlotKind::Text(_) => {}
                SlotKind::Barcode(area) => barcode(content, boleto, *area)?,
                SlotKind::Qr(area) => qr_code(content, boleto, *area)?,
                SlotKind::Logo(area) => self.logo(content, boleto, *area),
            }
        }
        content.begin_text();
        for slot in shown() {
            if let SlotKind::Text(slot) = &slot.kind {
                text(content, self.fonts, boleto, slot, &mut self.glyphs);
            }
        }
        content.end_text();
        content.restore_state();
        Ok(())
    }

    /// Draws the logo as large as its place allows, at the right.
    fn logo(&self, content: &mut Content, boleto: &Boleto, area: Area) {
        let Some(logo) = boleto.logo else { return };
        let Some(n) = self.logos.iter().position(|known| std::ptr::eq(*known, logo)) else {
            return;
        };
        let width = area.width.min(area.height * logo.aspect());
        let height = width / logo.aspect();
        let x = area.x + area.width - width;
        let y = area.y + (area.height - height) / 2.0;
        content.save_state();
        content.transform([width, 0.0, 0.0, height, x, y].map(template::round));
        content.x_object(Name(logo_name(n).as_bytes()));
        content.restore_state();
    }
}

/// Fills a text slot.
fn text(
    content: &mut Content,
    fonts: &Fonts,
    boleto: &Boleto,
    slot: &TextSlot,
    glyphs: &mut Vec<u8>,
) {
    let value = boleto.text(slot.field);
    if value.is_empty() {
        return;
    }
    let (style, font) = (&slot.style, &fonts[slot.style.font]);
    if slot.lines > 1 {
        let (size, lines) =
            fit::paragraph(font, &value, slot.wrap, style.size, slot.width, slot.lines);
        let leading = slot.leading * size / style.size;
        template::set_text_style(content, style, size);
        for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let y = slot.y - n as f32 * leading;
            template::show(content, fonts, style, size, slot.x, y, line, glyphs);
        }
    } else {
        let value = fit::clean(&value);
        let fitted = if slot.field == Field::DocumentNumber { fit::number } else { fit::line };
        let (size, line) = fitted(font, &value, style.size, slot.width);
        template::set_text_style(content, style, size);
        template::show(content, fonts, style, size, slot.x, slot.y, &line, glyphs);
    }
}

/// Draws the barcode over the whole of its place.
fn barcode(content: &mut Content, boleto: &Boleto, area: Area) -> Result<(), PrintError> {
    let bars = barcode::bars(boleto.barcode)
        .ok_or_else(|| PrintError::Barcode { document_number: boleto.document_number.into() })?;
    let module = area.width / f32::from(barcode::MODULES);
    content.save_state();
    content.transform([module, 0.0, 0.0, area.height, area.x, template::round(area.y)]);
    content.set_fill_gray(0.0);
    for (x, width) in bars {
        content.rect(f32::from(x), 0.0, f32::from(width), 1.0);
    }
    content.fill_nonzero();
    content.restore_state();
    Ok(())
}

/// Draws the QR code with its blank border inside its place.
fn qr_code(content: &mut Content, boleto: &Boleto, area: Area) -> Result<(), PrintError> {
    let Some(br_code) = boleto.br_code else { return Ok(()) };
    let qr = qr::qr(br_code)
        .ok_or_else(|| PrintError::BrCode { document_number: boleto.document_number.into() })?;
    let module = area.width / f32::from(qr.size + 2 * qr::QUIET);
    let border = module * f32::from(qr::QUIET);
    content.save_state();
    content.transform([module, 0.0, 0.0, module, area.x + border, area.y + border]);
    content.set_fill_gray(0.0);
    for (column, row, length) in qr.runs {
        content.rect(f32::from(column), f32::from(qr.size - 1 - row), f32::from(length), 1.0);
    }
    content.fill_nonzero();
    content.restore_state();
    Ok(())
}
