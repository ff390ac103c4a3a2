//! How many colours a terminal has, and the nearest of them.

use ratatui::style::{Color, Modifier, Style};

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, reversed and underlined only.
    None,
    /// The sixteen named ones.
    Sixteen,
    /// The sixteen, a cube of 216, and 24 greys.
    Indexed,
    /// All.
    True,
}

/// The sixteen named colours as most terminals show them.
const NAMED: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// Brightness of the six steps of the colour cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// What the environment says of the terminal: `NO_COLOR`, `TERM`, `COLORTERM`.
    #[must_use]
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Depth {
        let term = env("TERM").unwrap_or_default();
        let color = env("COLORTERM").unwrap_or_default();
        let colourless = term == "dumb" || term.ends_with("-mono") || term.ends_with("-m") || Depth::is_old(&term);
        if env("NO_COLOR").is_some_and(|v| !v.is_empty()) || colourless {
            Depth::None
        } else if matches!(color.as_str(), "truecolor" | "24bit") || term.contains("direct") {
            Depth::True
        } else if term.contains("256") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        }
    }

    /// Whether a terminal is one of those, or takes itself for one, that have neither colours nor UTF-8.
    #[must_use]
    pub fn is_old(term: &str) -> bool {
        let model = term.strip_prefix("vt").unwrap_or_default();
        model.starts_with(|c: char| c.is_ascii_digit())
    }

    /// A style with colours the terminal has.
    #[must_use]
    pub fn style(self, style: Style) -> Style {
        let style = Style { fg: style.fg.map(|c| self.color(c)), bg: style.bg.map(|c| self.color(c)), ..style };
        match self {
            // What had a background of its own stays visible.
            Depth::None if style.bg == Some(Color::Reset) => style.add_modifier(Modifier::REVERSED),
            _ => style,
        }
    }

    fn color(self, color: Color) -> Color {
        let Some(rgb) = rgb(color) else { return color };
        match self {
            Depth::None => Color::Reset,
            Depth::True => color,
            Depth::Indexed if matches!(color, Color::Rgb(..)) => indexed(rgb),
            Depth::Sixteen if matches!(color, Color::Rgb(..) | Color::Indexed(_)) => sixteen(rgb),
            _ => color,
        }
    }
}

fn rgb(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(i @ 0..=15) => Some(NAMED[usize::from(i)].1),
        Color::Indexed(i @ 16..=231) => {
            let i = usize::from(i - 16);
            Some([STEPS[i / 36], STEPS[i / 6 % 6], STEPS[i % 6]])
        }
        Color::Indexed(i) => Some([8 + 10 * (i - 232); 3]),
        named => NAMED.iter().find(|(c, _)| *c == named).map(|(_, rgb)| *rgb),
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

fn sixteen(rgb: [u8; 3]) -> Color {
    // Sixteen colours: there is a nearest one.
    NAMED.iter().min_by_key(|(_, named)| distance(rgb, *named)).map_or(Color::Reset, |(c, _)| *c)
}

fn indexed(rgb: [u8; 3]) -> Color {
    let all = (16..=255).map(Color::Indexed);
    let near = |c: &Color| self::rgb(*c).map_or(u32::MAX, |there| distance(rgb, there));
    all.min_by_key(near).unwrap_or(Color::Reset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Depth {
        Depth::of(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        assert_eq!(of(&[("TERM", "xterm")]), Depth::Sixteen);
        assert_eq!(of(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(of(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(of(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(of(&[("TERM", "xterm"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(of(&[("TERM", "xterm"), ("NO_COLOR", "")]), Depth::Sixteen);
        for mono in ["vt100", "vt220", "xterm-mono", "linux-m"] {
            assert_eq!(of(&[("TERM", mono)]), Depth::None, "{mono}");
        }
        for sixteen in ["linux", "cons25", "xterm", "xterm-color", "vte"] {
            assert_eq!(of(&[("TERM", sixteen)]), Depth::Sixteen, "{sixteen}");
        }
    }

    #[test]
    fn colours_give_way_to_their_neighbours() {
        let orange = Style::new().fg(Color::Rgb(230, 159, 0));
        assert_eq!(Depth::True.style(orange), orange);
        assert_eq!(Depth::Indexed.style(orange).fg, Some(Color::Indexed(178)));
        assert_eq!(Depth::Sixteen.style(orange).fg, Some(Color::Yellow));
        assert_eq!(Depth::None.style(orange).fg, Some(Color::Reset));
        let selected = Style::new().bg(Color::Blue);
        assert!(Depth::None.style(selected).add_modifier.contains(Modifier::REVERSED));
        assert_eq!(Depth::Sixteen.style(Style::new().fg(Color::Indexed(196))).fg, Some(Color::LightRed));
    }
}
