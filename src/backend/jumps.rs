//! The places in time that were left for others, to go back to them.

use super::{Local, Refused};
use crate::session::PastPosition;
use serde::Serialize;

/// Places that are kept.
const MOST: usize = 100;

/// A place in time that was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jump {
    /// The branch.
    pub branch: u32,
    /// Turns done there.
    pub turn: u64,
    /// What it was left by: a command line.
    pub why: String,
}

/// Places that were left, the newest last, and those that one came back from.
#[derive(Debug, Clone, Default)]
pub(super) struct Jumps {
    behind: Vec<Jump>,
    ahead: Vec<Jump>,
}

impl Jump {
    fn new(place: PastPosition, why: String) -> Jump {
        Jump { branch: place.branch, turn: place.turn, why }
    }

    fn is_at(&self, place: PastPosition) -> bool {
        (self.branch, self.turn) == (place.branch, place.turn)
    }
}

impl Local {
    /// The places that were left, the oldest first, then those that one came back from; and how many of them are behind.
    #[must_use]
    pub fn jumps(&self) -> (Vec<Jump>, usize) {
        let Jumps { behind, ahead } = &self.jumps;
        (behind.iter().chain(ahead.iter().rev()).cloned().collect(), behind.len())
    }

    /// A request has led from a place to this one: it is kept unless the two are neighbours.
    pub(super) fn left(&mut self, place: PastPosition, why: String) {
        let here = self.session.place();
        if here.branch == place.branch && here.turn.abs_diff(place.turn) <= 1 {
            return;
        }
        self.jumps.ahead.clear();
        if !self.jumps.behind.last().is_some_and(|jump| jump.is_at(place)) {
            self.jumps.behind.push(Jump::new(place, why));
        }
        let extra = self.jumps.behind.len().saturating_sub(MOST);
        self.jumps.behind.drain(..extra);
    }

    /// Goes to a place that was left, or forward to one that one came back from. Those on branches that are gone are
    /// forgotten.
    ///
    /// # Errors
    /// There is none left, or the machine runs.
    pub(super) fn jump(&mut self, forward: bool, count: u64) -> Result<(), Refused> {
        for _ in 0..count.max(1) {
            self.jump_once(forward)?;
        }
        Ok(())
    }

    fn jump_once(&mut self, forward: bool) -> Result<(), Refused> {
        self.travel()?;
        let there: Vec<u32> = self.session.branches().iter().map(|branch| branch.number).collect();
        let here = self.session.place();
        loop {
            let Jumps { behind, ahead } = &mut self.jumps;
            let (from, to) = if forward { (ahead, behind) } else { (behind, ahead) };
            let Some(jump) = from.pop() else {
                let what = if forward { "no place was come back from" } else { "no place was left for another yet" };
                return Err(Refused::Now(what.into()));
            };
            if !there.contains(&jump.branch) || jump.is_at(here) {
                continue;
            }
            to.push(Jump::new(here, jump.why.clone()));
            self.session.go(jump.branch, jump.turn)?;
            return Ok(());
        }
    }
}
