//! The characters that have an ASCII form, in both forms.

/// The characters of borders.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Horizontal rules: plain, with the focus.
    pub rule: [&'static str; 2],
    /// Vertical rule.
    pub wall: &'static str,
    /// The slider's track: behind the cursor and ahead of it, and the same with a message there.
    pub track: [&'static str; 4],
    /// Where rules meet: down, up, cross, left end, right end.
    pub joints: [&'static str; 5],
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
    /// A stop, a stop that is off, a stop with a condition.
    pub stop: [&'static str; 3],
    /// Stack: never used, was used, used, end.
    pub bar: [&'static str; 4],
    /// Borders in the present.
    pub live: Frame,
    /// Borders in the past.
    pub past: Frame,
    /// Corners of a box: upper left, upper right, lower left, lower right.
    pub corners: [&'static str; 4],
    /// From a jump to where it leads: upper end, between, lower end.
    pub jump: [&'static str; 3],
    /// Heads of long arrows: to the right, to the left, up.
    pub heads: [&'static str; 3],
    /// An arrow between names.
    pub arrow: &'static str,
    /// More rows that way: down, up.
    pub more: [&'static str; 2],
    /// Something is left out.
    pub ellipsis: &'static str,
    /// The cursor in time.
    pub time: &'static str,
    /// Line 1: stopped, running, trouble, done, idle, in the past.
    pub status: [&'static str; 6],
}

/// With Unicode.
pub const UNICODE: Symbols = Symbols {
    pc: "►",
    last: "▸",
    next: "→",
    changed: "•",
    since: "◦",
    foreign: "!",
    stop: ["●", "○", "◆"],
    bar: ["·", "░", "▓", "▏"],
    live: Frame {
        rule: ["─", "━"], wall: "│", track: ["━", "─", "┷", "┴"], joints: ["┬", "┴", "┼", "├", "┤"]
    },
    past: Frame {
        rule: ["═", "╍"], wall: "║", track: ["═", "╌", "╧", "╨"], joints: ["╦", "╩", "╬", "╠", "╣"]
    },
    corners: ["┌", "┐", "└", "┘"],
    jump: ["╭", "╎", "╰"],
    heads: ["►", "◄", "▲"],
    arrow: "→",
    more: ["▾", "▴"],
    ellipsis: "…",
    time: "┃",
    status: ["■", "►", "!", "=", ".", "◄"],
};

/// With ASCII alone.
pub const ASCII: Symbols = Symbols {
    pc: ">",
    last: ">",
    next: "~",
    changed: "*",
    since: "'",
    foreign: "!",
    stop: ["B", "b", "C"],
    bar: [".", "+", "#", "|"],
    live: Frame { rule: ["-", "="], wall: "|", track: ["=", "-", "'", "'"], joints: ["+", "+", "+", "+", "+"] },
    past: Frame { rule: ["~", "%"], wall: ":", track: ["=", "-", "'", "'"], joints: ["#", "#", "#", "#", "#"] },
    corners: ["+"; 4],
    jump: ["/", ":", "\\"],
    heads: [">", "<", "^"],
    arrow: "to",
    more: ["v", "^"],
    ellipsis: "~",
    time: "|",
    status: ["#", ">", "!", "=", ".", "<"],
};
