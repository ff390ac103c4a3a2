//! Bookmarks, branches, and changes taken back.

use super::{Travel, TravelError};
use crate::executive::input::Input;
use crate::session::timeline::{Bookmark, BranchInfo, PastPosition};
use crate::session::{Session, Status};
use std::sync::Arc;

impl Session {
    /// The bookmarks by branch and turn.
    #[must_use]
    pub fn bookmarks(&self) -> &[Bookmark] {
        self.timeline.bookmarks()
    }

    /// Names this place; a name that is taken moves here.
    pub fn bookmark(&mut self, name: &str) {
        self.timeline.bookmark(name, self.here());
    }

    /// Names a turn of this branch without going there.
    pub fn bookmark_turn(&mut self, name: &str, turn: u64) {
        self.timeline.bookmark(name, PastPosition { turn, ..self.here() });
    }

    /// Goes to a bookmark, on whatever branch it is.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn seek_bookmark(&mut self, name: &str) -> Travel {
        let mark = self.bookmarks().iter().find(|b| b.name == name);
        let (branch, turn) = mark.map(|b| (b.branch, b.turn)).ok_or_else(|| TravelError::NoBookmark(name.into()))?;
        self.go(branch, turn)
    }

    /// The branches by number.
    #[must_use]
    pub fn branches(&self) -> Vec<BranchInfo> {
        self.timeline.branches()
    }

    /// Goes to a turn of a branch, or to its present if it has not come that far.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn go(&mut self, branch: u32, turn: u64) -> Travel {
        if !self.branches().iter().any(|b| b.number == branch) {
            return Err(TravelError::NoBranch(branch));
        }
        self.travel(|s| Ok((s.timeline.go(&mut s.machine, branch, turn)?, None))).map(drop)
    }

    /// Takes the current branch of another session over as one more of this; its number. `None` if the
    /// two ran under different configurations.
    pub fn adopt(&mut self, other: &Session, name: &str) -> Option<u32> {
        if self.machine.config() != other.machine.config() {
            return None;
        }
        let number = self.timeline.adopt(&other.timeline);
        self.timeline.rename(number, name);
        Some(number)
    }

    /// Names a branch.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn name_branch(&mut self, branch: u32, name: &str) -> Travel {
        if self.timeline.rename(branch, name) { Ok(()) } else { Err(TravelError::NoBranch(branch)) }
    }

    /// Forgets a branch.
    ///
    /// # Errors
    /// There is no such branch, or it is the current one.
    pub fn delete_branch(&mut self, branch: u32) -> Travel {
        let there = self.branches().iter().any(|b| b.number == branch);
        match self.timeline.delete(branch) {
            true => {
                self.since = self.since.filter(|p| p.branch != branch);
                Ok(())
            }
            false if there => Err(TravelError::Current(branch)),
            false => Err(TravelError::NoBranch(branch)),
        }
    }

    /// Takes the last change from outside back: goes to where it came, to the branch that was left for it
    /// or else to a new one. What happened since stays on the old branch.
    ///
    /// # Errors
    /// Nothing was changed before this place.
    pub fn undo(&mut self) -> Travel<Arc<Input>> {
        self.travel(|s| match s.timeline.undo(&mut s.machine)? {
            Some((input, begun)) => Ok((input, begun.then_some(Status::Paused))),
            None => Err(TravelError::Nothing("nothing was changed before this turn".into())),
        })
    }

    /// Returns to where the last change was undone.
    ///
    /// # Errors
    /// Nothing was undone, or something was changed since.
    pub fn redo(&mut self) -> Travel {
        self.travel(|s| match s.timeline.redo(&mut s.machine)? {
            true => Ok(((), None)),
            false => Err(TravelError::Nothing("no change was undone".into())),
        })
    }
}
