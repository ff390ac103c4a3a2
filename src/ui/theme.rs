//! Colours and characters by role. Nothing is told by colour alone: a role's colour only repeats
//! what a word or a mark says.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important: zeros, addresses, remarks.
    Dim,
    /// Headings of columns.
    Head,
    /// Titles and rules.
    Border,
    /// Title and rule of the pane with the focus.
    Focus,
    /// Ran, runs.
    Run,
    /// Waits for a message.
    Wait,
    /// Waits for time.
    Sleep,
    /// Held back by the user.
    Pause,
    /// Returned, exited.
    Ended,
    /// Fault, deadlock, a full box.
    Trouble,
    /// Changed by the last turn.
    Changed,
    /// Changed since the last stop.
    Since,
    /// Changed by another task.
    Foreign,
    /// The pc, the cursor.
    Pc,
    /// The selected row.
    Selection,
    /// A breakpoint.
    Stop,
    /// A label.
    Label,
    /// Line 1.
    Bar,
    /// An error message.
    Error,
    /// A key in the hint line.
    Key,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 21] = [
        Role::Text,
        Role::Dim,
        Role::Head,
        Role::Border,
        Role::Focus,
        Role::Run,
        Role::Wait,
        Role::Sleep,
        Role::Pause,
        Role::Ended,
        Role::Trouble,
        Role::Changed,
        Role::Since,
        Role::Foreign,
        Role::Pc,
        Role::Selection,
        Role::Stop,
        Role::Label,
        Role::Bar,
        Role::Error,
        Role::Key,
    ];
}

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
    /// No colours; bold, reversed and underlined only.
    None,
}

/// Colours and characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    palette: Palette,
    ascii: bool,
}

/// The characters that have an ASCII form.
#[derive(Debug, Clone, Copy)]
pub struct Symbols {
    /// pc of the selected task.
    pub pc: &'static str,
    /// Ran last; selected row.
    pub last: &'static str,
    /// Runs next.
    pub next: &'static str,
    /// Changed by the last turn.
    pub changed: &'static str,
    /// Changed since the last stop.
    pub since: &'static str,
    /// Changed by another task.
    pub foreign: &'static str,
    /// A stop, a stop that is off.
    pub stop: [&'static str; 2],
    /// Stack: never used, was used, used, end.
    pub bar: [&'static str; 4],
    /// Horizontal rules: plain, with the focus.
    pub rule: [&'static str; 2],
    /// Vertical rule.
    pub wall: &'static str,
    /// Where rules meet: down, up, cross, left end, right end.
    pub joints: [&'static str; 5],
    /// Corners of a box: upper left, upper right, lower left, lower right.
    pub corners: [&'static str; 4],
    /// From a jump to where it leads: upper end, between, lower end.
    pub jump: [&'static str; 3],
    /// An arrow between names.
    pub arrow: &'static str,
    /// More rows that way: down, up.
    pub more: [&'static str; 2],
    /// Something is left out.
    pub ellipsis: &'static str,
    /// Line 1: stopped, running, trouble, done, idle.
    pub status: [&'static str; 5],
}

const UNICODE: Symbols = Symbols {
    pc: "►",
    last: "▸",
    next: "→",
    changed: "•",
    since: "◦",
    foreign: "!",
    stop: ["●", "○"],
    bar: ["·", "░", "▓", "▏"],
    rule: ["─", "━"],
    wall: "│",
    joints: ["┬", "┴", "┼", "├", "┤"],
    corners: ["┌", "┐", "└", "┘"],
    jump: ["╭", "╎", "╰"],
    arrow: "→",
    more: ["▾", "▴"],
    ellipsis: "…",
    status: ["■", "►", "!", "=", "."],
};

const ASCII: Symbols = Symbols {
    pc: ">",
    last: ">",
    next: "~",
    changed: "*",
    since: "'",
    foreign: "!",
    stop: ["B", "b"],
    bar: [".", "+", "#", "|"],
    rule: ["-", "="],
    wall: "|",
    joints: ["+", "+", "+", "+", "+"],
    corners: ["+"; 4],
    jump: ["/", ":", "\\"],
    arrow: "to",
    more: ["v", "^"],
    ellipsis: "~",
    status: ["#", ">", "!", "=", "."],
};

impl Default for Theme {
    fn default() -> Self {
        Theme::new(Palette::Dark, false)
    }
}

impl Theme {
    /// A theme.
    #[must_use]
    pub const fn new(palette: Palette, ascii: bool) -> Theme {
        Theme { palette, ascii }
    }

    /// The characters.
    #[must_use]
    pub const fn symbols(&self) -> &'static Symbols {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    /// Whether only ASCII may be drawn.
    #[must_use]
    pub const fn ascii(&self) -> bool {
        self.ascii
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new().add_modifier(attributes(role));
        let color = match self.palette {
            Palette::None => None,
            Palette::Dark => dark(role),
            Palette::Light => light(role),
            Palette::Contrast => contrast(role),
        };
        // A role without a colour of its own takes off the one that was there.
        plain.fg(color.unwrap_or(Color::Reset))
    }
}

fn attributes(role: Role) -> Modifier {
    match role {
        Role::Focus | Role::Head | Role::Changed | Role::Key => Modifier::BOLD,
        Role::Foreign => Modifier::BOLD.union(Modifier::UNDERLINED),
        Role::Pc | Role::Bar | Role::Trouble | Role::Error => Modifier::REVERSED,
        Role::Selection => Modifier::UNDERLINED,
        Role::Dim | Role::Ended => Modifier::DIM,
        _ => Modifier::empty(),
    }
}

fn dark(role: Role) -> Option<Color> {
    Some(match role {
        Role::Text | Role::Pc | Role::Selection | Role::Head | Role::Bar => return None,
        Role::Dim | Role::Ended => Color::Gray,
        Role::Border => Color::DarkGray,
        Role::Focus | Role::Key => Color::Cyan,
        Role::Run => Color::Green,
        Role::Wait => Color::Yellow,
        Role::Sleep => Color::LightBlue,
        Role::Pause => Color::Magenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign => Color::LightRed,
        Role::Changed => Color::LightYellow,
        Role::Since => Color::Yellow,
        Role::Label => Color::LightCyan,
    })
}

fn light(role: Role) -> Option<Color> {
    Some(match role {
        Role::Text | Role::Pc | Role::Selection | Role::Head | Role::Bar => return None,
        Role::Dim | Role::Ended | Role::Border => Color::DarkGray,
        Role::Focus | Role::Key | Role::Label => Color::Blue,
        Role::Run => Color::Green,
        Role::Wait | Role::Since | Role::Changed => Color::Rgb(150, 90, 0),
        Role::Sleep => Color::Cyan,
        Role::Pause => Color::Magenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign => Color::Red,
    })
}

fn contrast(role: Role) -> Option<Color> {
    Some(match role {
        Role::Bar | Role::Pc => return None,
        Role::Border | Role::Dim | Role::Ended | Role::Text | Role::Head | Role::Selection => Color::White,
        Role::Focus | Role::Key | Role::Label | Role::Sleep => Color::LightCyan,
        Role::Run => Color::LightGreen,
        Role::Wait | Role::Since | Role::Changed => Color::LightYellow,
        Role::Pause => Color::LightMagenta,
        Role::Trouble | Role::Error | Role::Stop | Role::Foreign => Color::LightRed,
    })
}
