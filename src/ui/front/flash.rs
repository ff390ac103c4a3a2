//! What a turn of a slow run has changed flashes for a moment.

use super::Front;
use std::time::Duration;

/// How long a change flashes.
const FLASH: Duration = Duration::from_millis(300);

/// A turn whose changes flash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flash {
    /// Turns done.
    turn: u64,
    since: Duration,
}

impl Flash {
    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.since) >= FLASH
    }
}

impl Front<'_> {
    /// Whether what the turn in view has changed flashes.
    pub(super) fn flashes(&self, turn: u64) -> bool {
        self.flash.is_some_and(|flash| flash.turn == turn && !flash.is_over((self.clock)()))
    }

    /// Lets what the last turn has changed flash, if the run is slow; and ends the flash.
    pub(super) fn keep_flash(&mut self, done: u64, rate: Option<u64>) {
        if done > 0 && rate.is_some_and(|hz| self.app.is_slow(hz)) {
            self.flash = Some(Flash { turn: self.target.position().turn, since: (self.clock)() });
        } else if self.flash.take_if(|flash| flash.is_over((self.clock)())).is_some() {
            self.changed = true;
        }
    }
}
