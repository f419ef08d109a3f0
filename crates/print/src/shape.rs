//! Rectangles, lines and paths of a drawing as PDF instructions.

use pdf_writer::Content;

use crate::template::{Area, Style, round};

/// How far a Bézier's control points are from the ends of a quarter circle, in radii.
const ARC: f32 = 0.552_284_8;

/// A rectangle, with round corners where the radius is not zero.
pub(crate) fn rect(content: &mut Content, style: &Style, area: Area, radius: f32) {
    let Area { x, y, width, height } = area;
    painted(content, style, |content| {
        if radius == 0.0 {
            content.rect(round(x), round(y), width, height);
            return;
        }
        let (right, top) = (x + width, y + height);
        let near = radius * (1.0 - ARC);
        let curve = |content: &mut Content, points: [f32; 6]| {
            let [a, b, c, d, e, f] = points.map(round);
            content.cubic_to(a, b, c, d, e, f);
        };
        content.move_to(round(x + radius), round(y));
        content.line_to(round(right - radius), round(y));
        curve(content, [right - near, y, right, y + near, right, y + radius]);
        content.line_to(round(right), round(top - radius));
        curve(content, [right, top - near, right - near, top, right - radius, top]);
        content.line_to(round(x + radius), round(top));
        curve(content, [x + near, top, x, top - near, x, top - radius]);
        content.line_to(round(x), round(y + radius));
        curve(content, [x, y + near, x + near, y, x + radius, y]);
        content.close_path();
    });
}

/// A straight line.
pub(crate) fn line(content: &mut Content, style: &Style, from: (f32, f32), to: (f32, f32)) {
    let style = Style { fill: None, ..style.clone() };
    painted(content, &style, |content| {
        content.move_to(round(from.0), round(from.1));
        content.line_to(round(to.0), round(to.1));
    });
}

/// An SVG path of absolute M, L, H, V, C and Z; `height` turns y upwards.
pub(crate) fn path(
    content: &mut Content,
    style: &Style,
    data: &str,
    height: f32,
) -> Result<(), &'static str> {
    let mut steps: Vec<(char, Vec<f32>)> = Vec::new();
    for part in data.split([' ', ',']).filter(|part| !part.is_empty()) {
        match (part.chars().next(), steps.last_mut()) {
            (Some(command @ ('M' | 'L' | 'H' | 'V' | 'C' | 'Z')), _) if part.len() == 1 => {
                steps.push((command, Vec::new()));
            }
            (_, Some((_, values))) => {
                values.push(part.parse().map_err(|_| "d tem um número que não é entendido")?);
            }
            _ => return Err("d começa sem comando"),
        }
    }
    let (mut x, mut y) = (0.0, 0.0);
    let mut outline = Vec::with_capacity(steps.len());
    for (command, values) in steps {
        match (command, &values[..]) {
            ('M' | 'L', [to_x, to_y]) => (x, y) = (*to_x, *to_y),
            ('C', [_, _, _, _, to_x, to_y]) => (x, y) = (*to_x, *to_y),
            ('H', [to_x]) => x = *to_x,
            ('V', [to_y]) => y = *to_y,
            ('Z', []) => {}
            _ => return Err("d tem um comando com números de mais ou de menos"),
        }
        outline.push((command, values, round(x), round(height - y)));
    }
    painted(content, style, |content| {
        for (command, values, x, y) in &outline {
            match (command, &values[..]) {
                ('M', _) => content.move_to(*x, *y),
                ('C', [a, b, c, d, ..]) => {
                    let (b, d) = (round(height - b), round(height - d));
                    content.cubic_to(round(*a), b, round(*c), d, *x, *y)
                }
                ('Z', _) => content.close_path(),
                _ => content.line_to(*x, *y),
            };
        }
    });
    Ok(())
}

/// Draws an outline filled, stroked or both, as its style says.
fn painted(content: &mut Content, style: &Style, outline: impl FnOnce(&mut Content)) {
    if let Some(fill) = style.fill {
        set_fill(content, fill);
    }
    if let Some(stroke) = style.stroke {
        set_stroke(content, stroke);
        content.set_line_width(style.stroke_width);
        content.set_dash_pattern(style.dash.iter().copied(), 0.0);
    }
    outline(content);
    match (style.fill, style.stroke) {
        (Some(_), Some(_)) => content.fill_nonzero_and_stroke(),
        (Some(_), None) => content.fill_nonzero(),
        (None, Some(_)) => content.stroke(),
        (None, None) => content.end_path(),
    };
}

/// Sets the fill colour; grey stays grey, so that a black printer uses black only.
pub(crate) fn set_fill(content: &mut Content, [r, g, b]: [f32; 3]) {
    if r == g && g == b {
        content.set_fill_gray(r);
    } else {
        content.set_fill_rgb(r, g, b);
    }
}

fn set_stroke(content: &mut Content, [r, g, b]: [f32; 3]) {
    if r == g && g == b {
        content.set_stroke_gray(r);
    } else {
        content.set_stroke_rgb(r, g, b);
    }
}
