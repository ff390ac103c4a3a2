//! How long a variable is there that is watched: as long as the call whose frame it is in.

use super::TurnSeen;
use crate::executive::{Machine, Pid};
use crate::vm::StackMove;

/// The frame of a call, and whether the machine stands within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetime {
    /// The variable with its function: `fact::n`.
    pub name: String,
    /// Whose frame it is.
    pub pid: Pid,
    /// Calls that have not returned while its function runs, its own included.
    pub depth: u32,
    /// The turn of the CALL that made it.
    pub call: u64,
    /// Where its return address is: the CALL writes it, the RET reads it.
    pub slot: u32,
    /// Whether the frame is there.
    alive: bool,
    /// Whether turns are looked through from a later one backwards.
    backwards: bool,
}

/// What a turn was to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It was there before and is there now.
    Within,
    /// It was left: by its RET, or on the way back by its CALL.
    Left,
    /// It is not there.
    Outside,
}

impl Lifetime {
    /// The lifetime of a frame that is there now.
    #[must_use]
    pub fn new(name: String, pid: Pid, depth: u32, call: u64, slot: u32) -> Lifetime {
        Lifetime { name, pid, depth, call, slot, alive: true, backwards: false }
    }

    /// Turns are looked through from a later one backwards from now on.
    pub(super) fn look_backwards(&mut self) {
        self.backwards = true;
    }

    /// Whether turns are looked through backwards.
    pub(super) const fn looks_backwards(&self) -> bool {
        self.backwards
    }

    /// The machine stands somewhere before the place where it was known whether the frame is there.
    pub(super) fn settle(&mut self, machine: &Machine) {
        self.alive &= machine.turns() >= self.call;
    }

    /// The machine stands somewhere else: `call` looks up the turn of the last call to a depth of the task.
    pub(in crate::session) fn stand_at(
        &mut self,
        machine: &Machine,
        from: u64,
        call: impl FnOnce(&Lifetime) -> Option<u64>,
    ) {
        let turn = machine.turns();
        let deep = machine.task(self.pid).is_some_and(|task| task.context.depth >= self.depth);
        let known = self.alive && turn <= from;
        self.alive = turn >= self.call && deep && (known || call(self) == Some(self.call));
    }

    /// What the last turn was to it.
    pub(super) fn happened(&mut self, machine: &Machine, seen: &TurnSeen) -> Presence {
        let depth = machine.task(self.pid).map_or(0, |task| task.context.depth);
        let moved = seen.moved.filter(|_| machine.ran() == Some(self.pid));
        if moved == Some(StackMove::Call) && machine.turns() == self.call && depth == self.depth {
            self.alive = true;
            return if self.backwards { Presence::Left } else { Presence::Within };
        }
        if self.alive && moved == Some(StackMove::Return) && depth + 1 == self.depth {
            self.alive = false;
            return Presence::Left;
        }
        if self.alive { Presence::Within } else { Presence::Outside }
    }
}
