//! The index of a branch: what may have happened in which stretch of turns, so that a search does not run those again in
//! which it cannot find anything.
//!
//! It follows from counters that the machine keeps anyway, once a leg, and from the pages that stores mark. It says *may*
//! wherever it is not sure.

use super::Timeline;
use super::branch::Branch;
use crate::executive::task::RunState;
use crate::executive::trace::TraceKind;
use crate::executive::{Machine, Pid};
use crate::session::lanes::Kinds;
use crate::session::slices::Looked;
use crate::vm::PAGE_BYTES;

/// What may have happened in a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    kinds: Kinds,
    /// Whose turns there were: a bit for each pid, which those share that differ by 64.
    ran: u64,
    /// Pages of RAM in which stores began, but for registers and what PUSH and CALL store.
    pages: Pages,
}

/// Pages of RAM, by bit.
pub type Pages = u128;

/// The pages in which a store begins that reaches some bytes of RAM.
pub fn pages_of(start: u32, end: u32) -> Pages {
    // A store of four bytes may begin three before.
    let (first, last) = (start.saturating_sub(3) as usize / PAGE_BYTES, (end.max(1) - 1) as usize / PAGE_BYTES);
    (first..=last.min(Pages::BITS as usize - 1)).fold(0, |pages, page| pages | 1 << page)
}

/// What a search looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// Anything: no stretch can be left out.
    Anything,
    /// Entries of the trace of these kinds.
    Kinds(Kinds),
    /// Turns of a task.
    Turns(Pid),
    /// What only a task itself writes, and the executive for it.
    Own(Pid),
    /// What stores into these pages write, and, if it lies in the window or on the stack of a task, that task itself.
    Stores(Pages, Option<Pid>),
}

impl Marks {
    /// What is not known.
    pub const ALL: Marks = Marks { kinds: Kinds::ALL, ran: u64::MAX, pages: Pages::MAX };

    /// Takes another stretch in.
    pub fn add(&mut self, other: Marks) {
        self.kinds = self.kinds.and(other.kinds);
        self.ran |= other.ran;
        self.pages |= other.pages;
    }

    /// Whether something that is wanted may be among it.
    pub fn may_hold(self, wanted: Sought) -> bool {
        match wanted {
            Sought::Anything => true,
            Sought::Kinds(kinds) => self.kinds.meets(kinds),
            Sought::Turns(pid) => self.may_have_run(pid),
            Sought::Own(pid) => self.may_have_written_own(pid),
            Sought::Stores(pages, owner) => {
                self.pages & pages != 0 || owner.is_some_and(|pid| self.may_have_written_own(pid))
            }
        }
    }

    /// Whether a task, or the executive for it, may have written registers or stack of it.
    fn may_have_written_own(self, pid: Pid) -> bool {
        let delivered = [TraceKind::Wake, TraceKind::Timeout, TraceKind::Recv];
        self.may_have_run(pid) || delivered.into_iter().any(|kind| self.kinds.has(kind))
    }

    fn may_have_run(self, pid: Pid) -> bool {
        self.ran >> (pid % 64) & 1 == 1
    }
}

/// What a machine has counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    turns: u64,
    /// Entries of the trace.
    entries: u64,
    traps: u64,
    blocks: u64,
    wakes: u64,
    timeouts: u64,
    sends: u64,
    receives: u64,
    /// Turns that retired nothing: faults, and the last RET.
    unretired: u64,
    exited: usize,
}

impl Counts {
    /// Those of a machine.
    pub fn of(machine: &Machine) -> Counts {
        let mut counts = Counts {
            turns: machine.turns(),
            entries: machine.trace().total(),
            traps: 0,
            blocks: 0,
            wakes: 0,
            timeouts: 0,
            sends: 0,
            receives: 0,
            unretired: 0,
            exited: 0,
        };
        for task in machine.tasks() {
            counts.traps += task.counters.traps;
            counts.blocks += task.counters.blocks;
            counts.wakes += task.counters.wakes;
            counts.timeouts += task.counters.timeouts;
            counts.sends += task.counters.sends;
            counts.receives += task.counters.receives;
            counts.unretired += task.unretired;
            counts.exited += usize::from(task.state == RunState::Exited);
        }
        counts
    }

    /// What may have happened since, without anything from outside. The marks of pages on the machine begin again.
    pub fn until(self, machine: &mut Machine) -> Marks {
        let pages = machine.take_written_pages();
        if machine.trace().capacity() == 0 {
            return Marks::ALL;
        }
        let now = Counts::of(machine);
        let mut ran = 0;
        for task in machine.tasks().iter().filter(|task| task.last_turn > self.turns) {
            ran |= 1 << (task.pid % 64);
        }
        let since = |count: fn(&Counts) -> u64| count(&now).saturating_sub(count(&self));
        // Each turn writes one entry, and one more for whatever these count. What is left over may be anything else.
        let counted = [
            (TraceKind::Block, since(|c| c.blocks)),
            (TraceKind::Wake, since(|c| c.wakes)),
            (TraceKind::Timeout, since(|c| c.timeouts)),
            (TraceKind::Send, since(|c| c.sends)),
            (TraceKind::Recv, since(|c| c.receives)),
        ];
        let more = since(|c| c.entries).saturating_sub(since(|c| c.turns));
        let others = more != counted.iter().map(|(_, count)| count).sum::<u64>();
        let breaks = machine.tasks().iter().any(|task| task.code.breaks());
        let happened = |kind: TraceKind| match kind {
            TraceKind::Trap => since(|c| c.traps) > 0,
            TraceKind::Fault => since(|c| c.unretired) > 0,
            TraceKind::Halt => since(|c| c.unretired) > 0 || now.exited > self.exited,
            TraceKind::Block | TraceKind::Wake | TraceKind::Timeout | TraceKind::Send | TraceKind::Recv => {
                others || counted.iter().any(|(of, count)| *of == kind && *count > 0)
            }
            TraceKind::Idle | TraceKind::Foreign => others,
            TraceKind::Step => true,
            // It is written in place of an ordinary turn's entry, and counted nowhere.
            TraceKind::Break => breaks,
            // These come from outside.
            TraceKind::Load | TraceKind::Kill | TraceKind::Input => false,
        };
        let kinds = TraceKind::ALL.into_iter().filter(|kind| happened(*kind));
        Marks { kinds: kinds.fold(Kinds::none(), Kinds::with), ran, pages }
    }
}

impl Timeline {
    /// Whether something that is wanted may have happened in the turns from `first` to `last` of the current branch, or
    /// between them from outside.
    pub(in crate::session) fn may(&self, first: u64, last: u64, wanted: Sought) -> bool {
        let Branch { notes, journal, .. } = self.branch();
        self.everywhere
            || wanted == Sought::Anything
            || journal.has_between(first.saturating_sub(1), last)
            || notes.long().course.may(first, last, wanted)
    }

    /// Counts the turns that are looked at from now on by themselves.
    pub(in crate::session) fn count_looked(&mut self) -> Looked {
        self.looked = Looked::default();
        self.looked.clone()
    }

    /// Where turns that are looked at are counted.
    pub(in crate::session) fn looked(&self) -> Looked {
        self.looked.clone()
    }

    /// Searches look at all turns from now on.
    pub(in crate::session) fn look_everywhere(&mut self) {
        self.everywhere = true;
    }
}
