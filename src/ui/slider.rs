//! The slider: all turns of the branch from the start to the present in one row, with the marks of
//! what happened, and the cursor. It can be dragged.

use super::format::count;
use super::pen::Pen;
use super::theme::Role;
use super::view::Scene;
use crate::backend::{Snapshot, Stretch};

/// Columns of the number at the end; a longer one takes more.
const NUMBER: usize = 9;

/// Where the track is: first column and columns.
fn track(now: &Snapshot, width: usize) -> (usize, usize) {
    let number = count(now.history.present).len().max(NUMBER);
    (3, width.saturating_sub(number + 5))
}

/// The column of a turn on a track of this many columns.
fn column(turn: u64, present: u64, columns: usize) -> usize {
    let last = columns.saturating_sub(1) as u128;
    if present == 0 { last as usize } else { (u128::from(turn.min(present)) * last / u128::from(present)) as usize }
}

/// The turn a column of the screen stands for: the start left of the track, the present right of it.
#[must_use]
pub fn turn_at(now: &Snapshot, width: u16, x: u16) -> u64 {
    let (start, columns) = track(now, width.into());
    let last = columns.saturating_sub(1).max(1) as u128;
    let at = u128::from(x).saturating_sub(start as u128).min(last);
    (u128::from(now.history.present) * at).div_ceil(last) as u64
}

/// Draws the slider.
pub fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let now = scene.now;
    let present = now.history.present;
    let (start, columns) = track(now, pen.width());
    let symbols = pen.symbols();
    let (stop, fault, cursor) = (symbols.stop[0], symbols.status[2], symbols.time);
    let (frame, role) = super::frame::style(scene);
    let [behind, ahead, sent_behind, sent_ahead] = frame.track;
    let here = column(now.turn, present, columns);
    pen.row(0).put(" 0", Role::Dim).col(start);
    for (at, found) in marks(now, columns).into_iter().enumerate() {
        let passed = at < here;
        let (mark, role) = match found {
            _ if at == here => (cursor, Role::Pc),
            Found { name: Some(ref name), .. } => (name.as_str(), Role::Label),
            Found { stretch: Stretch { faults: 1.., .. }, .. } => (fault, Role::Trouble),
            Found { stretch: Stretch { stops: 1.., .. }, .. } => (stop, Role::Stop),
            Found { stretch: Stretch { messages: 1.., .. }, .. } => {
                (if passed { sent_behind } else { sent_ahead }, role)
            }
            _ => (if passed { behind } else { ahead }, role),
        };
        pen.put(mark, role);
    }
    let end = pen.width().saturating_sub(1);
    pen.right(&count(present), end, Role::Dim);
}

/// What is marked in a column.
#[derive(Debug, Clone, Default)]
struct Found {
    stretch: Stretch,
    /// The first letter of a bookmark.
    name: Option<String>,
}

fn marks(now: &Snapshot, columns: usize) -> Vec<Found> {
    let present = now.history.present;
    let mut found = vec![Found::default(); columns];
    for ((first, last), stretch) in now.course.stretches() {
        // A stretch is narrower than a column, or one turn long, or the last and not yet full.
        let at = column(first + (last.min(present).max(first) - first) / 2, present, columns);
        if let Some(there) = found.get_mut(at) {
            there.stretch.add(stretch);
        }
    }
    for mark in now.history.bookmarks.iter().filter(|b| b.branch == now.history.branch) {
        if let Some(there) = found.get_mut(column(mark.turn, present, columns)) {
            there.name = mark.name.chars().next().filter(char::is_ascii_alphanumeric).map(String::from);
        }
    }
    found
}
