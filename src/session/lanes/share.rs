//! How tasks spend the turns of the machine: shares of turns by what they do.

use crate::executive::task::{RunState, Task};
use crate::executive::{Machine, Pid};

/// What a task does in a turn of the machine. The state counts that it was in when the turn began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doing {
    /// The turn is its own.
    Ran,
    /// Could run; another one does.
    Ready,
    /// Waits for a message.
    Waits,
    /// Waits for a point in time.
    Sleeps,
    /// Held back by the user.
    Paused,
    /// Has returned or exited.
    Ended,
    /// Has faulted.
    Faulted,
}

impl Doing {
    /// All of them in order.
    pub const ALL: [Doing; 7] =
        [Doing::Ran, Doing::Ready, Doing::Waits, Doing::Sleeps, Doing::Paused, Doing::Ended, Doing::Faulted];

    /// What a task does in a state while no turn is taken.
    #[must_use]
    pub const fn of(state: RunState) -> Doing {
        match state {
            RunState::Ready => Doing::Ready,
            RunState::WaitingMbx => Doing::Waits,
            RunState::Sleeping => Doing::Sleeps,
            RunState::Paused => Doing::Paused,
            RunState::Returned | RunState::Exited => Doing::Ended,
            RunState::Faulted => Doing::Faulted,
        }
    }
}

/// Turns by what a task did in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share([u64; Doing::ALL.len()]);

impl Share {
    /// Since a task was loaded for the first time, after `turn` turns of the machine.
    #[must_use]
    pub fn of(task: &Task, turn: u64) -> Share {
        let turns = |state| task.turns_in(state, turn);
        let ran = task.counters.turns + task.former.turns;
        Share([
            ran,
            turns(RunState::Ready).saturating_sub(ran),
            turns(RunState::WaitingMbx),
            turns(RunState::Sleeping),
            turns(RunState::Paused),
            turns(RunState::Returned) + turns(RunState::Exited),
            turns(RunState::Faulted),
        ])
    }

    /// Turns (or virtual µs) of one thing.
    #[must_use]
    pub fn only(doing: Doing, turns: u64) -> Share {
        let mut share = Share::default();
        share.0[doing as usize] = turns;
        share
    }

    /// As virtual µs, given those of a turn.
    #[must_use]
    pub fn in_us(&self, turn_us: u64) -> Share {
        Share(self.0.map(|turns| turns.saturating_mul(turn_us)))
    }

    /// Turns in which it did something.
    #[must_use]
    pub const fn turns(&self, doing: Doing) -> u64 {
        self.0[doing as usize]
    }

    /// All turns in which the task was there.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// What has come since an earlier share of the same task.
    #[must_use]
    pub fn since(&self, earlier: &Share) -> Share {
        Share(std::array::from_fn(|i| self.0[i].saturating_sub(earlier.0[i])))
    }

    /// Takes more turns in.
    pub fn add(&mut self, more: &Share) {
        self.0.iter_mut().zip(more.0).for_each(|(sum, turns)| *sum += turns);
    }

    /// The part of it that falls to `turns` of its `all` turns, if it is the same all over.
    #[must_use]
    pub fn part(&self, turns: u64, all: u64) -> Share {
        let part = |n: u64| (u128::from(n) * u128::from(turns) / u128::from(all.max(1))) as u64;
        Share(self.0.map(part))
    }
}

/// What each task had done since it was loaded, at the last look.
#[derive(Debug, Clone, Default)]
pub struct StateTimeTotals {
    /// By pid.
    done: Vec<(Pid, Share)>,
    /// When that was, virtual µs.
    time_us: u64,
}

impl StateTimeTotals {
    /// As a machine is now.
    #[must_use]
    pub fn of(machine: &Machine) -> StateTimeTotals {
        let turn = machine.turns();
        let done = machine.tasks().iter().map(|t| (t.pid, Share::of(t, turn))).collect();
        StateTimeTotals { done, time_us: machine.time_us() }
    }

    /// The virtual time, µs.
    #[must_use]
    pub const fn time_us(&self) -> u64 {
        self.time_us
    }

    /// What a task had done.
    #[must_use]
    pub fn share(&self, pid: Pid) -> Option<&Share> {
        self.done.binary_search_by_key(&pid, |(pid, _)| *pid).ok().map(|i| &self.done[i].1)
    }

    /// Reports what each task has done since, and continues from here. Between the two there were only
    /// turns: a task that was removed has reported its last ones before.
    pub fn settle(&mut self, machine: &Machine, mut tell: impl FnMut(Pid, Share)) {
        let turn = machine.turns();
        self.time_us = machine.time_us();
        let same = self.done.len() == machine.tasks().len();
        if !same || self.done.iter().zip(machine.tasks()).any(|((pid, _), task)| *pid != task.pid) {
            let known = |pid| self.share(pid).copied().unwrap_or_default();
            self.done = machine.tasks().iter().map(|t| (t.pid, known(t.pid))).collect();
        }
        for ((pid, before), task) in self.done.iter_mut().zip(machine.tasks()) {
            let now = Share::of(task, turn);
            tell(*pid, now.since(before));
            *before = now;
        }
    }
}
