//! What the user has chosen to look at: plain data, changed by `App`, read while drawing.

mod format;
mod overlay;
mod predicting;

pub use format::{ByteFormat, CodeFormat, NumberFormat, TaskSort};
pub use overlay::{Choice, Menu, Overlay, Palette, Pause, Prompt, Purpose, Wrong};
pub use predicting::Predicting;

use super::layout::{Class, Desk, Node};
use crate::backend::{Pid, Sight, Snapshot};
use crate::lesson::Study;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The panes, with the numbers they show in their titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// 7: lanes of tasks over turns.
    Timeline,
    /// 8: what tasks printed.
    Console,
    /// 9: breakpoints.
    Stops,
    /// 10: expressions that are kept in sight.
    Watch,
    /// 11: memory bytes.
    Memory,
    /// 12: who waits for whom.
    Waits,
    /// 13: calls that have not returned.
    Calls,
    /// 14: values and commands of the registry.
    Values,
    /// 15: what the last turn did, in words.
    Explain,
    /// 16: answers of the debugger.
    Log,
    /// 17: a search over schedules.
    Explore,
    /// 18: the RAM with every task's window, and the switch between two of them.
    Switch,
    /// 19: a lesson's page and its tasks.
    Lesson,
    /// 20: what a student says the next turn will change.
    Predict,
}

/// Scrolling and selection of one pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaneState {
    /// First visible row, when not following.
    pub scroll: usize,
    /// What is selected: a row; a register in the windows, an address in the memory pane.
    pub cursor: usize,
    /// Whether the user has moved away from the natural place (pc, newest row).
    pub moved: bool,
    /// Only rows that pass are shown.
    pub filter: String,
    /// The pane stays with this task.
    pub pin: Option<Pid>,
}

/// Something on the screen that keys and clicks can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spot {
    /// A row of a pane's list.
    Row(usize),
    /// A task.
    Task(Pid),
    /// A register of a task.
    Register(Pid, u8),
    /// A byte as a task sees it.
    Byte(Pid, u16),
    /// An instruction of a task: its row in the list, its address.
    Code(Pid, usize, u32),
    /// A mailbox: its row in the list, its descriptor.
    Box(usize, u16),
    /// A stop: its row in the list, its number.
    Stop(usize, u32),
    /// A turn.
    Turn(u64),
    /// A pane's name in the strip.
    Pane(PaneId),
    /// The heading of a column the list can be sorted by.
    Sort(TaskSort),
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

/// Everything the screen shows that is not in the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The selected task.
    pub selected: Option<Pid>,
    /// The pane keys go to.
    pub focus: PaneId,
    /// The focused pane fills the screen.
    pub zoom: bool,
    /// Which arrangement of panes is in use.
    pub desk: Desk,
    /// Arrangements the user has changed, by name and size.
    pub arranged: Vec<(Desk, Class, Node)>,
    /// Which of the panes that share the strip is open.
    pub strip: PaneId,
    /// Scrolling and selection, by pane.
    pub panes: BTreeMap<PaneId, PaneState>,
    /// How register values are written.
    pub numbers: NumberFormat,
    /// What the code pane lists.
    pub code: CodeFormat,
    /// First row of the code pane while it follows the pc.
    pub code_top: usize,
    /// How messages are written.
    pub messages: ByteFormat,
    /// The stack pane shows the words of one stack alone; `None` where that is what the view is for.
    pub one_stack: Option<bool>,
    /// How memory is written.
    pub memory: ByteFormat,
    /// Say what the calling convention uses each register for.
    pub regnames: bool,
    /// What the task list is sorted by.
    pub sort: TaskSort,
    /// The console shows the selected task alone.
    pub own_console: bool,
    /// Show empty mailboxes too.
    pub all_boxes: bool,
    /// Where the columns of the timeline are, and how wide; their number is that of the pane.
    pub timeline: Sight,
    /// Turns after which a task counts as kept waiting too long.
    pub starve_turns: u64,
    /// The text looked for last.
    pub search: String,
    /// Whether there is a slider over time; `None` where there is room.
    pub slider: Option<bool>,
    /// Room between things; `None` where that is what the view is for.
    pub spacing: Option<bool>,
    /// What the last turn changed flashes.
    pub flash: bool,
    /// The view stands between two tasks, in front of the turn behind so many: the switch is shown as
    /// done, the machine has not moved.
    pub half: Option<u64>,
    /// Predictions of turns, and the score.
    pub predict: Predicting,
    /// Show the two lines for those who are new here.
    pub welcome: bool,
    /// The lesson that is open.
    pub lesson: Option<Study>,
    /// A script waits until somebody has read this.
    pub pause: Option<Pause>,
    /// What lies over the panes.
    pub overlay: Overlay,
    /// The message line.
    pub message: String,
    /// Its tone.
    pub tone: Tone,
    /// The count typed so far.
    pub count: String,
    /// The keys of a sequence typed so far, separated by blanks.
    pub prefix: String,
    /// What may follow them: key and sentence.
    pub follow: Vec<(String, String)>,
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
            desk: Desk::Debug,
            arranged: Vec::new(),
            strip: PaneId::Trace,
            panes: BTreeMap::new(),
            numbers: NumberFormat::Hex,
            code: CodeFormat::Asm,
            code_top: 0,
            messages: ByteFormat::Hex,
            one_stack: None,
            memory: ByteFormat::Hex,
            regnames: false,
            sort: TaskSort::Pid,
            own_console: false,
            all_boxes: false,
            timeline: Sight { power: Some(0), first: 1, ..Sight::default() },
            starve_turns: 1000,
            search: String::new(),
            slider: None,
            spacing: None,
            flash: false,
            half: None,
            predict: Predicting::default(),
            welcome: false,
            lesson: None,
            pause: None,
            overlay: Overlay::None,
            message: String::new(),
            tone: Tone::Info,
            count: String::new(),
            prefix: String::new(),
            follow: Vec::new(),
            hints: Vec::new(),
            log: Vec::new(),
            help: Vec::new(),
        }
    }
}

impl View {
    /// Scrolling and selection of a pane.
    #[must_use]
    pub fn pane(&self, id: PaneId) -> PaneState {
        self.panes.get(&id).cloned().unwrap_or_default()
    }

    /// The task a pane is about: the one it is pinned to, or the selected one.
    #[must_use]
    pub fn task(&self, id: PaneId) -> Option<Pid> {
        self.panes.get(&id).and_then(|p| p.pin).or(self.selected)
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
