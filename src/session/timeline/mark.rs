//! Bookmarks: places with names.

use super::{PastPosition, Timeline};
use serde::Serialize;

/// A place with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bookmark {
    /// Its name.
    pub name: String,
    /// The branch it is on.
    pub branch: u32,
    /// Turns done there.
    pub turn: u64,
}

impl Timeline {
    /// The bookmarks by branch and turn.
    pub(in crate::session) fn bookmarks(&self) -> &[Bookmark] {
        &self.bookmarks
    }

    /// Names a place; a name that is taken moves there.
    pub(in crate::session) fn bookmark(&mut self, name: &str, place: PastPosition) {
        let PastPosition { branch, turn, .. } = place;
        self.bookmarks.retain(|b| b.name != name);
        let at = self.bookmarks.partition_point(|b| (b.branch, b.turn, b.name.as_str()) < (branch, turn, name));
        self.bookmarks.insert(at, Bookmark { name: name.to_owned(), branch, turn });
    }
}
