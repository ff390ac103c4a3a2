//! What the user has chosen to look at: plain data, changed by `App`, read while drawing.

mod arrangement;
mod format;
mod notices;
mod overlay;
mod predicting;

pub use arrangement::Layout;
pub use format::{ByteFormat, CodeFormat, Formats, LaneSteps, NumberFormat, TaskSort};
pub use notices::{Notices, Tone};
pub use overlay::{Choice, Menu, Overlay, Palette, Pause, Prompt, Purpose, Typing, Wrong};
pub use predicting::Predicting;

use super::pane::PaneId;
use crate::backend::{LaneViewport, Pid, Snapshot};
use crate::lesson::Study;
use std::collections::{BTreeMap, BTreeSet};

/// Scrolling and selection of one pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaneState {
    /// First visible row, when not following.
    pub scroll: usize,
    /// Columns of long texts that are scrolled past.
    pub aside: usize,
    /// What is selected: a row; a register in the windows, an address in the memory pane.
    pub cursor: usize,
    /// Whether the user has moved away from the natural place (pc, newest row).
    pub moved: bool,
    /// Only rows that pass are shown.
    pub filter: String,
    /// The pane stays with this task.
    pub pin: Option<Pid>,
}

/// Everything the screen shows that is not in the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Where panes are.
    pub layout: Layout,
    /// How panes write and order what they show.
    pub formats: Formats,
    /// What is being typed, and what lies over the panes for it.
    pub typing: Typing,
    /// What is said to the user.
    pub notices: Notices,
    /// The selected task.
    pub selected: Option<Pid>,
    /// Scrolling and selection, by pane.
    pub panes: BTreeMap<PaneId, PaneState>,
    /// The variables whose parts are shown, by the expressions that name them.
    pub opened: BTreeSet<String>,
    /// The source file that was gone to, in place of that of the chosen frame.
    pub file: Option<usize>,
    /// First row of the code pane while it follows the pc.
    pub code_top: usize,
    /// Where the columns of the timeline are, and how wide; their number is that of the pane.
    pub timeline: LaneViewport,
    /// The turn that was left for others in the timeline.
    pub left: Option<u64>,
    /// The view stands between two tasks, in front of the turn after this one: the switch is shown as
    /// done, the machine has not moved.
    pub half: Option<u64>,
    /// Predictions of turns, and the score.
    pub predict: Predicting,
    /// The lesson that is open.
    pub lesson: Option<Study>,
}

impl Default for View {
    fn default() -> Self {
        View {
            layout: Layout::default(),
            formats: Formats::default(),
            typing: Typing::default(),
            notices: Notices::default(),
            selected: None,
            panes: BTreeMap::new(),
            opened: BTreeSet::new(),
            file: None,
            code_top: 0,
            timeline: LaneViewport { power: Some(0), first: 1, ..LaneViewport::default() },
            left: None,
            half: None,
            predict: Predicting::default(),
            lesson: None,
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
