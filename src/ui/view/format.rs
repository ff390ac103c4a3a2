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
