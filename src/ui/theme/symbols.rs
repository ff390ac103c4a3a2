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
    /// From a value to the one that takes its place.
    pub becomes: &'static str,
    /// The pointer at the window that registers are in.
    pub base: &'static str,
    /// The edge of a window in RAM: any, the one registers are in.
    pub edge: [&'static str; 2],
    /// RAM that is left out between windows.
    pub gap: &'static str,
    /// More rows that way: down, up.
    pub more: [&'static str; 2],
    /// Something is left out.
    pub ellipsis: &'static str,
    /// The cursor in time.
    pub time: &'static str,
    /// What a task does: ran, ready, waits, sleeps, paused, ended, faulted.
    pub lane: [&'static str; 7],
    /// What happens to it: sends, receives, a service call.
    pub lane_events: [&'static str; 3],
    /// What happens to a word: read, written, both, by several tasks, by a delivery, over what another wrote.
    pub words: [&'static str; 6],
    /// The order of two accesses is the schedule's alone.
    pub unordered: &'static str,
    /// Shares in eighths.
    pub heights: [&'static str; 8],
    /// Line 1: stopped, running, trouble, done, idle, in the past.
    pub status: [&'static str; 6],
}

impl Symbols {
    /// The height of a part of something, at least the lowest.
    #[must_use]
    pub fn height(&self, part: u64, all: u64) -> &'static str {
        let eighth = (u128::from(part) * 8).div_ceil(u128::from(all.max(1))).clamp(1, 8);
        self.heights[eighth as usize - 1]
    }
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
    becomes: "─►",
    base: "◄━",
    edge: ["│", "┃"],
    gap: "┄",
    more: ["▾", "▴"],
    ellipsis: "…",
    time: "┃",
    lane: ["█", "─", "░", "z", "f", "x", "!"],
    lane_events: ["▲", "▼", "t"],
    words: ["r", "w", "m", "s", "▼", "L"],
    unordered: "≠",
    heights: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    status: ["■", "►", "!", "=", ".", "◄"],
};

/// With ASCII alone.
pub const ASCII: Symbols = Symbols {
    pc: ">",
    last: ">",
    next: "n",
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
    becomes: "->",
    base: "<=",
    edge: ["|", "#"],
    gap: ".",
    more: ["v", "^"],
    ellipsis: "..",
    time: "|",
    lane: ["#", "-", ":", "z", "f", "x", "!"],
    lane_events: ["s", "r", "t"],
    words: ["r", "w", "m", "s", "v", "L"],
    unordered: "#",
    heights: ["1", "2", "3", "4", "5", "6", "7", "#"],
    status: ["#", ">", "!", "=", ".", "<"],
};
