//! Where the user has put the panes.

use crate::ui::layout::{Class, Node, ViewId};
use crate::ui::pane::PaneId;

/// Where panes are: the screen, the arrangement in use, and the pane that keys go to.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The pane keys go to.
    pub focus: PaneId,
    /// The focused pane fills the screen.
    pub zoom: bool,
    /// Which arrangement of panes is in use.
    pub desk: ViewId,
    /// Arrangements the user has changed, by name and size.
    pub arranged: Vec<(ViewId, Class, Node)>,
    /// Which of the panes that share the strip is open.
    pub strip: PaneId,
    /// Whether there is a slider over time; `None` where there is room.
    pub slider: Option<bool>,
    /// Room between things; `None` where that is what the view is for.
    pub spacing: Option<bool>,
}

impl Default for Layout {
    fn default() -> Self {
        Layout {
            size: (80, 24),
            focus: PaneId::Tasks,
            zoom: false,
            desk: ViewId::Debug,
            arranged: Vec::new(),
            strip: PaneId::Trace,
            slider: None,
            spacing: None,
        }
    }
}
