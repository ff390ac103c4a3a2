//! Ends a run after the turn that makes it certain that some tasks wait for ever, though others still run.

use super::Status;
use crate::executive::{Ahead, Machine, Observer, Outcome, Pid, Turn};
use crate::session::waits::{Helpers, Waits};
use crate::vm::{Code, Context, Touch, View};

/// Watches for turns that may have closed a deadlock. What only retires cannot, so it costs a run nothing.
#[derive(Debug, Clone)]
pub struct DeadlockWatch {
    helpers: Helpers,
    /// The turn that was looked at last.
    looked: u64,
    fired: bool,
}

impl DeadlockWatch {
    /// A watch over the tasks that are loaded now.
    pub fn new(machine: &Machine) -> DeadlockWatch {
        DeadlockWatch { helpers: Helpers::of(machine), looked: 0, fired: false }
    }

    /// Begins with the next turn.
    pub fn begin(&mut self, machine: &Machine) {
        self.looked = machine.turns();
        self.fired = false;
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>) -> bool {
        // A run that ends with its limit does not ask: the next one ends at once.
        if !self.fired
            && let Some(last) = last.filter(|t| t.n == machine.turns() && t.n > self.looked)
        {
            self.looked = last.n;
            let closes = matches!(last.outcome, Outcome::Blocked | Outcome::Halted { .. } | Outcome::Faulted(_));
            self.fired = closes && !self.helpers.can_help(machine);
        }
        self.fired
    }

    /// The deadlock that the last turn has closed, if it has closed one and some tasks still run.
    pub fn closed(&self, machine: &Machine) -> Option<Status> {
        if !self.fired {
            return None;
        }
        let waits = Waits::of(machine);
        let deadlock = waits.deadlock.as_ref().filter(|d| !waits.quiet && d.since == machine.turns())?;
        let others = waits.rows.iter().filter(|r| !r.state.ended() && !deadlock.pids.contains(&r.pid));
        Some(Status::Deadlock { waits: waits.waiters(&deadlock.pids), others: others.map(|r| r.pid).collect() })
    }
}

/// An observer beside which a deadlock is watched for, unless that is switched off.
#[derive(Debug)]
pub struct Beside<'a, O> {
    /// The observer.
    pub observer: &'a mut O,
    /// The watch.
    pub deadlock: Option<&'a mut DeadlockWatch>,
}

impl<O: Observer> Observer for Beside<'_, O> {
    fn wants_touches(&self) -> bool {
        self.observer.wants_touches()
    }

    #[inline(always)]
    fn ahead(&mut self) -> Option<&mut Ahead> {
        self.observer.ahead()
    }

    #[inline(always)]
    fn strict(&self) -> bool {
        self.observer.strict()
    }

    #[inline(always)]
    fn passed(&mut self, last: Pid) {
        self.observer.passed(last);
    }

    fn held_back(&mut self) {
        self.observer.held_back();
    }

    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.observer.before(turn, cx, ram, code)
    }

    #[inline(always)]
    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        let closed = self.deadlock.as_mut().is_some_and(|watch| watch.after(machine, last));
        self.observer.after(machine, last, touched) | closed
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        self.observer.idle(machine, touched);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.observer.input(machine, touched);
    }
}
