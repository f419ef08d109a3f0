//! A page drawn as SVG, compiled once: what is always the same becomes compressed PDF drawing
//! instructions, what changes becomes a list of slots.
//!
//! The drawing is in millimetres and opens in a browser as it is. Understood are `g`, `rect`,
//! `line`, `path` (M L H V C Z, absolute) and `text`, with the attributes of [`Style`]; anything
//! else is an error, so that browser and paper never differ.
//!
//! * `data-slot` on a `text` names the [`Field`] it shows; its own text is only a sample. It needs
//!   `data-width` (mm); `data-lines` makes it a paragraph of so many lines, `data-leading` mm apart,
//!   and `data-wrap="anywhere"` breaks it between any two characters.
//! * `data-slot` on a `rect` is the place of `barcode`, `qr` (blank border included) or `logo`.
//! * `data-when` on a top-level `g` shows it only for some boletos: see [`When`].

use pdf_writer::{Content, Name, Str};
use roxmltree::Node;

use crate::PrintError;
use crate::boleto::{Boleto, Field};
use crate::fit::Wrap;
use crate::font::Font;
use crate::shape;

/// The two fonts, regular and bold.
pub(crate) type Fonts = [Font; 2];

/// Names of the fonts in the page resources.
pub(crate) const FONT_NAMES: [Name<'static>; 2] = [Name(b"F0"), Name(b"F1")];

/// A compiled drawing.
pub(crate) struct Template {
    /// Millimetres.
    pub width: f32,
    /// Millimetres.
    pub height: f32,
    /// In drawing order.
    pub layers: Vec<Layer>,
    pub slots: Vec<Slot>,
}

/// A fixed part of the drawing: compressed PDF content in millimetres from the lower left corner.
pub(crate) struct Layer {
    pub when: When,
    pub content: Vec<u8>,
}

/// Which boletos show a part of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// Those with a Pix QR code.
    Pix,
    /// Those without.
    Plain,
    /// Those of the sandbox.
    Sandbox,
    /// Those that are an instalment.
    Instalment,
}

impl When {
    fn from_id(id: &str) -> Option<Self> {
        Some(match id {
            "pix" => Self::Pix,
            "plain" => Self::Plain,
            "sandbox" => Self::Sandbox,
            "instalment" => Self::Instalment,
            _ => return None,
        })
    }

    /// Whether a boleto shows it.
    pub(crate) fn holds(self, boleto: &Boleto) -> bool {
        match self {
            Self::Always => true,
            Self::Pix => boleto.br_code.is_some(),
            Self::Plain => boleto.br_code.is_none(),
            Self::Sandbox => boleto.sandbox,
            Self::Instalment => boleto.instalment.is_some(),
        }
    }
}

/// A place that each boleto fills.
pub(crate) struct Slot {
    pub when: When,
    pub kind: SlotKind,
}

/// What fills a slot; lengths in millimetres, y upwards from the lower edge.
pub(crate) enum SlotKind {
    Text(TextSlot),
    Barcode(Area),
    Qr(Area),
    Logo(Area),
}

/// A text that changes.
pub(crate) struct TextSlot {
    pub field: Field,
    pub x: f32,
    /// Of the first baseline.
    pub y: f32,
    pub width: f32,
    /// Lines at the full size; 1 is a single line that does not wrap.
    pub lines: usize,
    /// Between baselines at the full size.
    pub leading: f32,
    pub wrap: Wrap,
    pub style: Style,
}

/// A rectangle, from its lower left corner.
#[derive(Clone, Copy)]
pub(crate) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Where `x` of a text is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The inherited attributes.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub fill: Option<[f32; 3]>,
    pub stroke: Option<[f32; 3]>,
    pub stroke_width: f32,
    pub dash: Vec<f32>,
    /// Index into the fonts.
    pub font: usize,
    pub size: f32,
    pub anchor: Anchor,
}

impl Template {
    /// Compiles a drawing.
    ///
    /// # Errors
    /// When it is not well-formed or holds something that is not understood; says which line.
    pub(crate) fn compile(svg: &str, fonts: &Fonts) -> Result<Self, PrintError> {
        let document =
            roxmltree::Document::parse(svg).map_err(|e| PrintError::Template(e.to_string()))?;
        let root = document.root_element();
        let [_, _, width, height] = numbers(root, "viewBox")?[..] else {
            return Err(error(root, "viewBox precisa de quatro números"));
        };
        let mut compiler = Compiler {
            fonts,
            height,
            slots: Vec::new(),
            parts: vec![(When::Always, Content::new())],
        };
        let style = Style {
            fill: Some([0.0; 3]),
            stroke: None,
            stroke_width: 0.2,
            dash: Vec::new(),
            font: 0,
            size: 3.0,
            anchor: Anchor::Start,
        };
        let style = inherit(root, &style, &["viewBox", "width", "height", "font-family"])?;
        for node in root.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "style" | "title" => {}
                _ => compiler.element(node, &style, When::Always)?,
            }
        }
        let layers = compiler
            .parts
            .into_iter()
            .map(|(when, content)| (when, content.finish().into_vec()))
            .filter(|(_, content)| !content.is_empty())
            .map(|(when, content)| Layer { when, content: crate::pack::smallest(&content) })
            .collect();
        Ok(Self { width, height, layers, slots: compiler.slots })
    }
}

struct Compiler<'f> {
    fonts: &'f Fonts,
    height: f32,
    slots: Vec<Slot>,
    parts: Vec<(When, Content)>,
}

impl Compiler<'_> {
    /// The content being drawn: a new part begins where the condition changes.
    fn content(&mut self, when: When) -> &mut Content {
        if self.parts.last().is_none_or(|(last, _)| *last != when) {
            self.parts.push((when, Content::new()));
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last].1
    }

    fn element(&mut self, node: Node, outer: &Style, when: When) -> Result<(), PrintError> {
        match node.tag_name().name() {
            "g" => {
                let style = inherit(node, outer, &["data-when"])?;
                let when = match node.attribute("data-when") {
                    None => when,
                    Some(_) if when != When::Always => {
                        return Err(error(node, "data-when dentro de outro data-when"));
                    }
                    Some(id) => When::from_id(id)
                        .ok_or_else(|| error(node, &format!("data-when «{id}» desconhecido")))?,
                };
                for child in node.children().filter(Node::is_element) {
                    self.element(child, &style, when)?;
                }
            }
            "rect" => {
                let style =
                    inherit(node, outer, &["x", "y", "width", "height", "rx", "data-slot"])?;
                let (width, height) = (number(node, "width")?, number(node, "height")?);
                let y = self.height - number(node, "y")? - height;
                let area = Area { x: number(node, "x")?, y, width, height };
                let kind = match node.attribute("data-slot") {
                    None => {
                        let radius = number_or(node, "rx", 0.0)?;
                        shape::rect(self.content(when), &style, area, radius);
                        return Ok(());
                    }
                    Some("barcode") => SlotKind::Barcode(area),
                    Some("qr") => SlotKind::Qr(area),
                    Some("logo") => SlotKind::Logo(area),
                    Some(id) => {
                        return Err(error(node, &format!("data-slot «{id}» desconhecido")));
                    }
                };
                self.slots.push(Slot { when, kind });
            }
            "line" => {
                let style = inherit(node, outer, &["x1", "y1", "x2", "y2"])?;
                let from = (number(node, "x1")?, self.height - number(node, "y1")?);
                let to = (number(node, "x2")?, self.height - number(node, "y2")?);
                shape::line(self.content(when), &style, from, to);
            }
            "path" => {
                let style = inherit(node, outer, &["d"])?;
                let height = self.height;
                shape::path(self.content(when), &style, attribute(node, "d")?, height)
                    .map_err(|what| error(node, what))?;
            }
            "text" => self.text(node, outer, when)?,
            other => return Err(error(node, &format!("elemento «{other}» não é entendido"))),
        }
        Ok(())
    }

    fn text(&mut self, node: Node, outer: &Style, when: When) -> Result<(), PrintError> {
        let own = ["x", "y", "data-slot", "data-width", "data-lines", "data-leading", "data-wrap"];
        let style = inherit(node, outer, &own)?;
        let (x, y) = (number(node, "x")?, self.height - number(node, "y")?);
        if let Some(id) = node.attribute("data-slot") {
            let field = Field::from_id(id)
                .ok_or_else(|| error(node, &format!("data-slot «{id}» desconhecido")))?;
            let slot = TextSlot {
                field,
                x,
                y,
                width: number(node, "data-width")?,
                lines: number_or(node, "data-lines", 1.0)? as usize,
                leading: number_or(node, "data-leading", style.size * 1.35)?,
                wrap: match node.attribute("data-wrap") {
                    None => Wrap::Words,
                    Some("anywhere") => Wrap::Anywhere,
                    Some(_) => return Err(error(node, "data-wrap só pode ser anywhere")),
                },
                style,
            };
            self.slots.push(Slot { when, kind: SlotKind::Text(slot) });
            return Ok(());
        }
        if node.children().any(|child| child.is_element()) {
            return Err(error(node, "text só pode conter texto"));
        }
        let text = node.text().unwrap_or_default();
        let fonts = self.fonts;
        let content = self.content(when);
        content.begin_text();
        set_text_style(content, &style, style.size);
        show(content, fonts, &style, style.size, x, y, text, &mut Vec::new());
        content.end_text();
        Ok(())
    }
}

/// Sets colour and font for the texts that follow.
pub(crate) fn set_text_style(content: &mut Content, style: &Style, size: f32) {
    shape::set_fill(content, style.fill.unwrap_or_default());
    content.set_font(FONT_NAMES[style.font], round(size));
}

/// Shows one line of text at its anchor, inside a text object whose style is set.
#[expect(clippy::too_many_arguments, reason = "the plain parts of one drawing instruction")]
pub(crate) fn show(
    content: &mut Content,
    fonts: &Fonts,
    style: &Style,
    size: f32,
    x: f32,
    y: f32,
    text: &str,
    buffer: &mut Vec<u8>,
) {
    let font = &fonts[style.font];
    let left = match style.anchor {
        Anchor::Start => x,
        Anchor::Middle => x - font.width(text) * size / 2.0,
        Anchor::End => x - font.width(text) * size,
    };
    buffer.clear();
    font.encode(text, buffer);
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, round(left), round(y)]);
    content.show(Str(buffer));
}

/// Rounds to thousandths of a millimetre, so that numbers stay short.
pub(crate) fn round(mm: f32) -> f32 {
    (mm * 1000.0).round() / 1000.0
}

/// The style of an element: its own attributes over those around it.
fn inherit(node: Node, outer: &Style, others: &[&str]) -> Result<Style, PrintError> {
    let mut style = outer.clone();
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        let bad = || error(node, &format!("{name}=\"{value}\" não é entendido"));
        match name {
            "fill" => style.fill = colour(value).ok_or_else(bad)?,
            "stroke" => style.stroke = colour(value).ok_or_else(bad)?,
            "stroke-width" => style.stroke_width = value.parse().map_err(|_| bad())?,
            "stroke-dasharray" => style.dash = numbers(node, name)?,
            "font-size" => style.size = value.parse().map_err(|_| bad())?,
            "font-weight" => {
                style.font = match value {
                    "400" => 0,
                    "700" => 1,
                    _ => return Err(bad()),
                }
            }
            "text-anchor" => {
                style.anchor = match value {
                    "start" => Anchor::Start,
                    "middle" => Anchor::Middle,
                    "end" => Anchor::End,
                    _ => return Err(bad()),
                }
            }
            _ if others.contains(&name) => {}
            _ => return Err(bad()),
        }
    }
    Ok(style)
}

/// `none`, `#rgb` or `#rrggbb`.
fn colour(value: &str) -> Option<Option<[f32; 3]>> {
    if value == "none" {
        return Some(None);
    }
    let digits = value.strip_prefix('#')?;
    let long: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits.to_owned(),
    };
    let rgb = u32::from_str_radix(&long, 16).ok().filter(|_| long.len() == 6)?;
    let [_, r, g, b] = rgb.to_be_bytes();
    Some(Some([r, g, b].map(|c| round(f32::from(c) / 255.0))))
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, PrintError> {
    node.attribute(name).ok_or_else(|| error(node, &format!("falta {name}")))
}

fn number(node: Node, name: &str) -> Result<f32, PrintError> {
    attribute(node, name)?.parse().map_err(|_| error(node, &format!("{name} não é um número")))
}

fn number_or(node: Node, name: &str, default: f32) -> Result<f32, PrintError> {
    if node.has_attribute(name) { number(node, name) } else { Ok(default) }
}

fn numbers(node: Node, name: &str) -> Result<Vec<f32>, PrintError> {
    attribute(node, name)?
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| error(node, &format!("{name} não é de números"))))
        .collect()
}

fn error(node: Node, what: &str) -> PrintError {
    let at = node.document().text_pos_at(node.range().start);
    PrintError::Template(format!("linha {}: {what}", at.row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(inside: &str) -> Result<Template, PrintError> {
        let fonts = [Font::regular()?, Font::bold()?];
        Template::compile(&format!("<svg viewBox=\"0 0 210 99\">\n{inside}\n</svg>"), &fonts)
    }

    #[test]
    fn conditions_split_the_drawing_into_layers_in_drawing_order() {
        let template = compile(
            r##"<g data-when="sandbox"><rect x="0" y="0" width="1" height="1"/></g>
            <text x="1" y="2">a</text><line x1="0" y1="0" x2="1" y2="1" stroke="#000"/>
            <g data-when="pix"><rect data-slot="qr" x="1" y="2" width="30" height="30"/></g>"##,
        )
        .unwrap();
        let when: Vec<When> = template.layers.iter().map(|layer| layer.when).collect();
        assert_eq!(when, [When::Sandbox, When::Always]);
        let [Slot { when: When::Pix, kind: SlotKind::Qr(area) }] = template.slots[..] else {
            panic!("one slot");
        };
        assert_eq!((area.x, area.y, area.width), (1.0, 67.0, 30.0));
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        for (inside, told) in [
            ("<circle/>", "linha 2: elemento «circle»"),
            ("\n<rect x=\"0\" y=\"0\" width=\"1\"/>", "linha 3: falta height"),
            ("<g opacity=\"0.5\"/>", "opacity"),
            ("<g fill=\"red\"/>", "fill"),
            ("<g font-weight=\"bold\"/>", "font-weight"),
            ("<g data-when=\"x\"/>", "data-when «x»"),
            ("<g data-when=\"pix\"><g data-when=\"plain\"/></g>", "dentro de outro"),
            ("<text x=\"0\" y=\"0\" data-slot=\"x\" data-width=\"9\"/>", "data-slot «x»"),
            ("<text x=\"0\" y=\"0\" data-slot=\"amount\"/>", "falta data-width"),
            ("<text x=\"0\" y=\"0\"><tspan/></text>", "text só pode"),
            ("<path d=\"M 0 0 Q 1 1 2 2\"/>", "d tem um número"),
            ("<path d=\"M 0\"/>", "de menos"),
            ("<path d=\"1 1\"/>", "sem comando"),
            ("<rect", ""),
        ] {
            let Err(PrintError::Template(what)) = compile(inside) else { panic!("{inside}") };
            assert!(what.contains(told), "{inside}: {what}");
        }
    }
}
