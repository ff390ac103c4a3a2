//! Bookmarks: places with names.

use super::{Place, Timeline};
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
    pub(in crate::session) fn bookmark(&mut self, name: &str, place: Place) {
        self.bookmarks.retain(|b| b.name != name);
        let Place { branch, turn, .. } = place;
        self.bookmarks.push(Bookmark { name: name.to_owned(), branch, turn });
        self.bookmarks.sort_by(|a, b| (a.branch, a.turn, &a.name).cmp(&(b.branch, b.turn, &b.name)));
    }
}
