//! Room between things, for a projector or tired eyes: blank rows in panes, wide gaps in windows.

use super::layout::Desk;
use super::view::{PaneId, View};

/// Panes whose rows stand apart, and the rows below the title that they need for it.
const APART: [(PaneId, u16); 3] = [(PaneId::Tasks, 5), (PaneId::Windows, 9), (PaneId::Code, 7)];

/// Whether there is room between things: where the user wants it, else in the view for projectors.
#[must_use]
pub fn on(view: &View) -> bool {
    view.spacing.unwrap_or(view.desk == Desk::Projector)
}

/// Rows of the screen from one row of a pane to its next, in a pane with `height` rows below the title.
#[must_use]
pub fn pitch(view: &View, id: PaneId, height: u16) -> u16 {
    let room = APART.iter().any(|(pane, least)| *pane == id && height >= *least);
    if room && on(view) { 2 } else { 1 }
}
