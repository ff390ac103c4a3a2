//! How panes write and order what they show.

/// What the task list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TaskSort {
    /// By number.
    #[default]
    Pid,
    /// By name.
    Name,
    /// By state: who runs first, who has ended last.
    State,
    /// By turns done, most first.
    Turns,
}

impl TaskSort {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> TaskSort {
        match self {
            TaskSort::Pid => TaskSort::Name,
            TaskSort::Name => TaskSort::State,
            TaskSort::State => TaskSort::Turns,
            TaskSort::Turns => TaskSort::Pid,
        }
    }
}

/// How bytes of messages and of memory are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteFormat {
    /// Byte by byte in hex, with the text beside.
    #[default]
    Hex,
    /// Words of four bytes, least byte first.
    Words,
    /// As text.
    Text,
}

impl ByteFormat {
    /// What it shows, to say when it is chosen.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            ByteFormat::Hex => "bytes in hex",
            ByteFormat::Words => "words, least byte first",
            ByteFormat::Text => "text",
        }
    }

    /// The next one.
    #[must_use]
    pub const fn next(self) -> ByteFormat {
        match self {
            ByteFormat::Hex => ByteFormat::Words,
            ByteFormat::Words => ByteFormat::Text,
            ByteFormat::Text => ByteFormat::Hex,
        }
    }
}

/// How register values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// Eight hex digits.
    #[default]
    Hex,
    /// Signed decimal.
    Signed,
    /// Unsigned decimal.
    Unsigned,
    /// Binary digits.
    Binary,
    /// f16 of the low half.
    F16,
    /// The four bytes as text.
    Text,
}

impl NumberFormat {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> NumberFormat {
        match self {
            NumberFormat::Hex => NumberFormat::Signed,
            NumberFormat::Signed => NumberFormat::Unsigned,
            NumberFormat::Unsigned => NumberFormat::Binary,
            NumberFormat::Binary => NumberFormat::F16,
            NumberFormat::F16 => NumberFormat::Text,
            NumberFormat::Text => NumberFormat::Hex,
        }
    }
}

/// What the code pane lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeFormat {
    /// Instructions.
    #[default]
    Asm,
    /// Source lines where they are known.
    Source,
    /// Source lines, each with its instructions below.
    Mixed,
}

impl CodeFormat {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> CodeFormat {
        match self {
            CodeFormat::Asm => CodeFormat::Source,
            CodeFormat::Source => CodeFormat::Mixed,
            CodeFormat::Mixed => CodeFormat::Asm,
        }
    }
}

/// Into how many steps the lanes of the timeline divide a cell, where a column is several turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LaneSteps {
    /// One column, eight heights.
    #[default]
    Cells,
    /// Two columns, two heights each: block elements, which all fonts have.
    Halves,
    /// Two columns, four heights each: octants, which few fonts have, and terminals draw by themselves.
    Octants,
}

impl LaneSteps {
    /// Terminals that draw octants themselves, whatever the font, by what they say in `TERM`.
    const DRAW_OCTANTS: [&str; 5] = ["xterm-kitty", "xterm-ghostty", "foot", "foot-extra", "contour"];

    /// The finest that a terminal shows by its `TERM`; `old` ones have too few characters.
    #[must_use]
    pub fn of_terminal(term: &str, old: bool) -> LaneSteps {
        match old {
            true => LaneSteps::Cells,
            false if Self::DRAW_OCTANTS.contains(&term) => LaneSteps::Octants,
            false => LaneSteps::Halves,
        }
    }
}

/// How panes write and order what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// How register values are written.
    pub numbers: NumberFormat,
    /// How fine the lanes of the timeline are.
    pub lane_steps: LaneSteps,
    /// What the code pane lists.
    pub code: CodeFormat,
    /// How messages are written.
    pub messages: ByteFormat,
    /// How memory is written.
    pub memory: ByteFormat,
    /// The stack pane shows the words of one stack alone; `None` where that is what the view is for.
    pub one_stack: Option<bool>,
    /// Whether the columns of two runs are the turns of the selected task.
    pub own_turns: bool,
    /// Say what the calling convention uses each register for.
    pub regnames: bool,
    /// What the task list is sorted by.
    pub sort: TaskSort,
    /// The console shows the selected task alone.
    pub own_console: bool,
    /// Show empty mailboxes too.
    pub all_boxes: bool,
    /// Turns after which a task counts as kept waiting too long.
    pub starve_turns: u64,
}

impl Default for Formats {
    fn default() -> Self {
        Formats {
            numbers: NumberFormat::Hex,
            lane_steps: LaneSteps::default(),
            code: CodeFormat::Asm,
            messages: ByteFormat::Hex,
            memory: ByteFormat::Hex,
            one_stack: None,
            own_turns: false,
            regnames: false,
            sort: TaskSort::Pid,
            own_console: false,
            all_boxes: false,
            starve_turns: 1000,
        }
    }
}
