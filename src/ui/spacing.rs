//! Room between things, for a projector or tired eyes: blank rows in panes, wide gaps in windows.

use super::layout::ViewId;
use super::pane::{PaneId, pane};
use super::view::View;

/// Whether there is room between things: where the user wants it, else in the view for projectors.
#[must_use]
pub fn on(view: &View) -> bool {
    view.layout.spacing.unwrap_or(view.layout.desk == ViewId::Projector)
}

/// Rows of the screen from one row of a pane to its next, in a pane with `height` rows below the title.
#[must_use]
pub fn pitch(view: &View, id: PaneId, height: u16) -> u16 {
    let room = pane(id).unit.apart.is_some_and(|least| height >= least);
    if room && on(view) { 2 } else { 1 }
}
