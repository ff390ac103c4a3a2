//! The built-in sets of colours.

use super::Role;
use ratatui::style::{Color, Modifier, Style};

/// Sets of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Palette {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// Strong contrasts.
    Contrast,
    /// Told apart by those who see few colours (the set of Okabe and Ito).
    ColourBlind,
    /// No colours; bold, reversed and underlined only.
    None,
}

/// The palettes with their names.
pub const PALETTES: [(Palette, &str); 5] = [
    (Palette::Dark, "dark"),
    (Palette::Light, "light"),
    (Palette::Contrast, "contrast"),
    (Palette::ColourBlind, "colour-blind"),
    (Palette::None, "none"),
];

impl Palette {
    /// The palette of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Palette> {
        PALETTES.iter().find(|(_, n)| *n == name).map(|(p, _)| *p)
    }

    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new().add_modifier(attributes(role));
        let color = match self {
            Palette::None => None,
            Palette::Dark => dark(role),
            Palette::Light => light(role),
            Palette::Contrast => contrast(role),
            Palette::ColourBlind => return colour_blind(role, plain),
        };
        // A role without a colour of its own takes off the one that was there.
        plain.fg(color.unwrap_or(Color::Reset))
    }
}

fn attributes(role: Role) -> Modifier {
    match role {
        Role::Focus | Role::Head | Role::Changed | Role::Key => Modifier::BOLD,
        Role::Foreign => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Pc | Role::Bar | Role::PastBar | Role::Trouble | Role::Error | Role::Flash => Modifier::REVERSED,
        Role::Found => Modifier::REVERSED.union(Modifier::BOLD),
        Role::Selection => Modifier::UNDERLINED,
        Role::Dim | Role::Ended | Role::Comment => Modifier::DIM,
        _ => Modifier::empty(),
    }
}

fn dark(role: Role) -> Option<Color> {
    Some(match role {
        Role::Text | Role::Ready | Role::Pc | Role::Selection | Role::Head | Role::Bar | Role::Opcode => return None,
        Role::Dim | Role::Ended | Role::Comment => Color::Gray,
        Role::Border => Color::DarkGray,
        Role::Focus | Role::Key | Role::Task2 => Color::Cyan,
        Role::Run | Role::Task4 => Color::Green,
        Role::Wait | Role::Since => Color::Yellow,
        Role::Sleep | Role::Past | Role::PastBar | Role::Task3 => Color::LightBlue,
        Role::Pause | Role::Task5 => Color::Magenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign => Color::LightRed,
        Role::Changed | Role::Found | Role::Flash | Role::Task1 => Color::LightYellow,
        Role::Label => Color::LightCyan,
        Role::Task6 => Color::LightMagenta,
    })
}

fn light(role: Role) -> Option<Color> {
    Some(match role {
        Role::Text | Role::Ready | Role::Pc | Role::Selection | Role::Head | Role::Bar | Role::Opcode => return None,
        Role::Dim | Role::Ended | Role::Border | Role::Comment => Color::DarkGray,
        Role::Focus | Role::Key | Role::Label | Role::Past | Role::PastBar | Role::Task1 => Color::Blue,
        Role::Run | Role::Task2 => Color::Green,
        Role::Wait | Role::Since | Role::Changed | Role::Found | Role::Flash | Role::Task3 => Color::Rgb(150, 90, 0),
        Role::Sleep | Role::Task4 => Color::Cyan,
        Role::Pause | Role::Task5 => Color::Magenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign | Role::Task6 => Color::Red,
    })
}

fn contrast(role: Role) -> Option<Color> {
    Some(match role {
        Role::Bar | Role::Pc => return None,
        Role::Border | Role::Dim | Role::Ended | Role::Text | Role::Ready | Role::Head | Role::Selection => {
            Color::White
        }
        Role::Opcode | Role::Comment => Color::White,
        Role::Focus | Role::Key | Role::Label | Role::Sleep | Role::Task2 => Color::LightCyan,
        Role::Run | Role::Task4 => Color::LightGreen,
        Role::Wait | Role::Since | Role::Changed | Role::Found | Role::Flash | Role::Task1 => Color::LightYellow,
        Role::Pause | Role::Task5 => Color::LightMagenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign | Role::Task6 => Color::LightRed,
        Role::Past | Role::PastBar | Role::Task3 => Color::LightBlue,
    })
}

const ORANGE: Color = Color::Rgb(230, 159, 0);
const SKY: Color = Color::Rgb(86, 180, 233);
const GREEN: Color = Color::Rgb(0, 158, 115);
const YELLOW: Color = Color::Rgb(240, 228, 66);
const BLUE: Color = Color::Rgb(0, 114, 178);
const VERMILION: Color = Color::Rgb(213, 94, 0);
const PURPLE: Color = Color::Rgb(204, 121, 167);

fn colour_blind(role: Role, plain: Style) -> Style {
    let color = match role {
        Role::Selection => return Style::new().fg(Color::White).bg(BLUE).add_modifier(Modifier::UNDERLINED),
        Role::Text | Role::Ready | Role::Pc | Role::Head | Role::Bar | Role::Opcode => Color::Reset,
        Role::Dim | Role::Ended | Role::Comment | Role::Border => Color::Gray,
        Role::Focus | Role::Key | Role::Sleep | Role::Label | Role::Task2 => SKY,
        Role::Run | Role::Task3 => GREEN,
        Role::Wait | Role::Task1 => ORANGE,
        Role::Pause | Role::Task4 => PURPLE,
        Role::Past | Role::PastBar => BLUE,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign | Role::Task6 => VERMILION,
        Role::Changed | Role::Since | Role::Found | Role::Flash | Role::Task5 => YELLOW,
    };
    plain.fg(color)
}
