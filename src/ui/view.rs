//! What the user has chosen to look at: plain data, changed by `App::update`, read while drawing.

use crate::target::Snapshot;
use std::collections::BTreeMap;

/// The panes, with the numbers they show in their titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    /// 1: the task list.
    Tasks,
    /// 2: register windows.
    Windows,
    /// 3: code around a pc.
    Code,
    /// 4: stacks and the memory map.
    Stack,
    /// 5: mailboxes and their messages.
    Mailboxes,
    /// 6: the scheduler trace.
    Trace,
    /// 8: what tasks printed.
    Console,
    /// 9: breakpoints.
    Stops,
    /// 11: memory bytes.
    Memory,
    /// 16: answers of the debugger.
    Log,
}

/// Scrolling and selection of one pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaneState {
    /// First visible row, when not following.
    pub scroll: usize,
    /// Selected row.
    pub cursor: usize,
    /// Whether the user has moved away from the natural place (pc, newest row).
    pub moved: bool,
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

/// What kind of message the message line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// An answer.
    #[default]
    Info,
    /// Something went wrong.
    Error,
}

/// What lies over the panes and takes keys first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The command line; it replaces the message line.
    Prompt(Prompt),
    /// The help screen.
    Help {
        /// First visible row.
        scroll: usize,
    },
}

/// The command line being edited.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// Cursor as a byte offset into `text`, always on a character border.
    pub cursor: usize,
    /// Completions on offer: the word, and a sentence about it.
    pub completions: Vec<(String, String)>,
    /// The completion chosen with Tab.
    pub chosen: Option<usize>,
    /// Where in the history Up and Down are.
    pub history_at: Option<usize>,
}

/// Everything the screen shows that is not in the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The selected task.
    pub selected: Option<crate::target::Pid>,
    /// The pane keys go to.
    pub focus: PaneId,
    /// The focused pane fills the screen.
    pub zoom: bool,
    /// Which of the panes that share the bottom strip is open (Trace, Mailboxes, Console, Stops, Memory, Log).
    pub strip: PaneId,
    /// Scrolling and selection, by pane.
    pub panes: BTreeMap<PaneId, PaneState>,
    /// How register values are written.
    pub numbers: NumberFormat,
    /// What the code pane lists.
    pub code: CodeFormat,
    /// First row of the code pane while it follows the pc.
    pub code_top: usize,
    /// Address at the top of the memory pane.
    pub memory_at: u16,
    /// Show empty mailboxes too.
    pub all_boxes: bool,
    /// What lies over the panes.
    pub overlay: Overlay,
    /// The message line.
    pub message: String,
    /// Its tone.
    pub tone: Tone,
    /// A count or prefix typed so far, shown at the left of the hint line.
    pub pending: String,
    /// The hint line: `(key, what it does)`, in order of importance; drawing drops what does not fit.
    pub hints: Vec<(String, String)>,
    /// The debugger's own answers, newest last (pane Log).
    pub log: Vec<String>,
    /// Rows of the help screen: `(keys, sentence)`, an empty key marks a heading.
    pub help: Vec<(String, String)>,
}

impl Default for View {
    fn default() -> Self {
        View {
            size: (80, 24),
            selected: None,
            focus: PaneId::Tasks,
            zoom: false,
            strip: PaneId::Trace,
            panes: BTreeMap::new(),
            numbers: NumberFormat::Hex,
            code: CodeFormat::Asm,
            code_top: 0,
            memory_at: 0x1000,
            all_boxes: false,
            overlay: Overlay::None,
            message: String::new(),
            tone: Tone::Info,
            pending: String::new(),
            hints: Vec::new(),
            log: Vec::new(),
            help: Vec::new(),
        }
    }
}

/// One picture to draw: the machine, and how the user looks at it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The machine.
    pub now: &'a Snapshot,
    /// How the user looks at it.
    pub view: &'a View,
    /// Colours and characters.
    pub theme: &'a super::theme::Theme,
}
