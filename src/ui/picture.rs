//! A drawn screen as a picture: plain text, text with colours, SVG.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// The cells of a row with their column; the second half of a wide character is left out.
pub fn row(buffer: &Buffer, y: u16) -> impl Iterator<Item = (u16, &Cell)> {
    let mut skip = 0;
    (0..buffer.area.width).filter_map(move |x| {
        if skip > 0 {
            skip -= 1;
            return None;
        }
        let cell = &buffer[(x, y)];
        skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
        Some((x, cell))
    })
}

/// The characters alone; blanks at the ends of rows are left out.
#[must_use]
pub fn text(buffer: &Buffer) -> String {
    let line = |y| row(buffer, y).map(|(_, cell)| cell.symbol()).collect::<String>().trim_end().to_owned();
    (0..buffer.area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// The characters with escape sequences for their styles.
#[must_use]
pub fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut style = None;
        for (_, cell) in row(buffer, y) {
            let now = (cell.fg, cell.bg, cell.modifier);
            if style != Some(now) {
                style = Some(now);
                let _ = write!(out, "\x1B[0{}{}{}m", attributes(cell.modifier), color(cell.fg, 30), color(cell.bg, 40));
            }
            out.push_str(cell.symbol());
        }
        out.push_str("\x1B[0m\n");
    }
    out
}

fn attributes(modifier: Modifier) -> String {
    let codes = [(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::UNDERLINED, 4), (Modifier::REVERSED, 7)];
    codes.iter().filter(|(m, _)| modifier.contains(*m)).map(|(_, code)| format!(";{code}")).collect()
}

/// The 16 named colours in order.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

fn color(color: Color, base: u8) -> String {
    match (color, NAMED.iter().position(|c| *c == color)) {
        (_, Some(i)) if i < 8 => format!(";{}", base + i as u8),
        (_, Some(i)) => format!(";{}", base + 60 + (i as u8 - 8)),
        (Color::Rgb(r, g, b), _) => format!(";{};2;{r};{g};{b}", base + 8),
        (Color::Indexed(i), _) => format!(";{};5;{i}", base + 8),
        _ => String::new(),
    }
}

/// Pixels of a cell.
const CELL: (f32, f32) = (8.4, 17.0);
const PAPER: &str = "#16181d";
const INK: &str = "#d6d9de";

/// The 16 named colours as they are painted.
const PAINT: [&str; 16] = [
    "#16181d", "#e06c75", "#7fbf6a", "#d9a94a", "#6aa2e8", "#c78bdb", "#5fc0cc", "#a9afb8", "#6b727d", "#ff8f8f",
    "#a5e08a", "#ffd866", "#94c4ff", "#e3b3f2", "#8fe3ee", "#ffffff",
];

/// A colour as CSS writes it; empty for the one that is there anyway.
#[must_use]
pub fn css(color: Color) -> String {
    paint(color, "")
}

fn paint(color: Color, otherwise: &str) -> String {
    match (color, NAMED.iter().position(|c| *c == color)) {
        (_, Some(i)) => PAINT[i].to_owned(),
        (Color::Rgb(r, g, b), _) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => otherwise.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An SVG picture with the colours of the dark theme. Some browsers learn from a style that blanks count, others from
/// an attribute.
#[must_use]
pub fn svg(buffer: &Buffer) -> String {
    let (width, height) = (f32::from(buffer.area.width) * CELL.0, f32::from(buffer.area.height) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <style>text {{ white-space: pre; }}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, monospace\" font-size=\"14\" xml:space=\"preserve\">\n"
    );
    for y in 0..buffer.area.height {
        let cells: Vec<(u16, &Cell)> = row(buffer, y).collect();
        for run in cells.chunk_by(|a, b| (a.1.fg, a.1.bg, a.1.modifier) == (b.1.fg, b.1.bg, b.1.modifier)) {
            svg_run(run, y, &mut out);
        }
    }
    out.push_str("</g>\n</svg>");
    out
}

/// Neighbouring cells of one style.
fn svg_run(run: &[(u16, &Cell)], y: u16, out: &mut String) {
    let Some((x, cell)) = run.first() else { return };
    let text: String = run.iter().map(|(_, c)| c.symbol()).collect();
    let width = unicode_width::UnicodeWidthStr::width(text.as_str()) as f32 * CELL.0;
    let (left, top) = (f32::from(*x) * CELL.0, f32::from(y) * CELL.1);
    let (mut ink, mut paper) = (paint(cell.fg, INK), paint(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut ink, &mut paper);
    }
    // Writing to a String cannot fail.
    if paper != PAPER {
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if cell.modifier.contains(Modifier::UNDERLINED) {
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"1\" fill=\"{ink}\"/>",
            top + CELL.1 - 2.0
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let bold = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let dim = if cell.modifier.contains(Modifier::DIM) { " fill-opacity=\"0.75\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{ink}\"{bold}{dim}>{}</text>",
        top + 13.0,
        escape(&text)
    );
}
