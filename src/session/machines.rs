//! What other machines would have moved for the same run: each switch between tasks, each access to a register.
//!
//! [`MODELS`] says what each of them moves and who says so; [`Counted`] is what a run did, as far as any of them asks. What
//! comes of both, [`Model::sums`], is arithmetic: the run is the machine's own, and nothing of another machine is executed.

mod count;
mod place;
mod table;

pub use count::{Counted, Counter, TurnDone};
pub use place::stretch;
pub use table::{By, Cycles, MODELS, Model, Part, Per, Place, Registers, Toward};

use super::{PastPosition, Session, TravelError};
use crate::executive::{Machine, Observer, Pid, Turn};
use crate::vm::{Code, Context, StackMove, Touch, View, WINDOW_BYTES, register_accesses, stack_move};
use serde::Serialize;

/// Register windows of a SPARC where nothing else is asked for.
pub const WINDOWS: u32 = 8;
/// The numbers of register windows that a SPARC may have.
pub const WINDOWS_RANGE: std::ops::RangeInclusive<u32> = 2..=32;
/// Turns that are counted, at least, of a run that has more.
const LEAST: u64 = 1 << 19;

/// What a machine would have moved in a run. An access is one of a word: of 32 bits, or of 16 where a machine has those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sums {
    /// Words that went to memory for switches, and for windows that found no room.
    pub words_out: u64,
    /// Words that came back from memory.
    pub words_in: u64,
    /// Accesses to memory because registers are there.
    pub register_accesses: u64,
    /// All these accesses together.
    pub accesses: u64,
    /// The same in bytes.
    pub bytes: u64,
    /// Clock cycles of all switches, where they are documented.
    pub cycles: Option<u64>,
}

impl Part {
    /// How often it was moved.
    const fn times(&self, counted: &Counted) -> u64 {
        match self.per {
            Per::Switch => counted.switches,
            Per::WindowInUse => counted.flushed,
            Per::Overflow => counted.spilled,
            Per::Underflow => counted.filled,
        }
    }

    /// Words of it that travel in one switch away from a task that has some windows in use.
    #[must_use]
    pub const fn in_a_switch(&self, windows: u64) -> u64 {
        match self.per {
            Per::Switch => self.words,
            Per::WindowInUse => self.words * windows,
            Per::Overflow | Per::Underflow => 0,
        }
    }
}

impl Model {
    /// What it would have moved.
    #[must_use]
    pub fn sums(&self, counted: &Counted) -> Sums {
        let moved = |toward: Toward| {
            let parts = self.parts.iter().filter(|part| part.toward == toward);
            parts.map(|part| part.words * part.times(counted)).sum::<u64>()
        };
        let (words_out, words_in) = (moved(Toward::Memory), moved(Toward::Processor));
        let register_accesses = match self.registers {
            Registers::InMemory => counted.reads + counted.writes,
            Registers::InProcessor => 0,
        };
        let accesses = words_out + words_in + register_accesses;
        let cycles = self.cycles.map(|cycles| cycles.a_switch * counted.switches);
        Sums { words_out, words_in, register_accesses, accesses, bytes: self.word_bytes * accesses, cycles }
    }

    /// Words that one switch moves, to memory and from it, away from a task that has some windows in use.
    #[must_use]
    pub fn switch_words(&self, windows: u64) -> [u64; 2] {
        [Toward::Memory, Toward::Processor].map(|toward| {
            self.parts.iter().filter(|part| part.toward == toward).map(|part| part.in_a_switch(windows)).sum()
        })
    }
}

/// A count of the turns up to some place, which can be continued from there.
#[derive(Debug, Clone)]
pub struct CountSoFar {
    /// The first turn that is counted.
    pub from: u64,
    /// The last one.
    pub to: u64,
    branch: u32,
    entry: usize,
    machine: Machine,
    counter: Counter,
}

impl CountSoFar {
    /// What was counted.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.counter.counted()
    }

    /// Register windows there are.
    #[must_use]
    pub fn windows(&self) -> u32 {
        self.counter.windows()
    }

    /// Windows of a task that are in the register file now.
    #[must_use]
    pub fn windows_in_use(&self, pid: Pid) -> u64 {
        self.counter.windows_in_use(pid)
    }
}

/// Looks on and counts.
struct Counting<'c>(&'c mut Counter);

impl Counting<'_> {
    /// Services and ended waits touch registers on a task's behalf.
    fn services(&mut self, machine: &Machine, touched: &[Touch]) {
        for touch in touched.iter().filter(|touch| touch.bank.is_none()) {
            let base = machine.task(touch.pid).map(|task| u32::from(task.context.reg_base));
            let own = |base: u32| (base..base + WINDOW_BYTES).contains(&touch.address);
            if base.is_some_and(own) {
                let words = u64::from(touch.len.div_ceil(4));
                self.0.registers(if touch.write { [0, words] } else { [words, 0] });
            }
        }
    }
}

impl Observer for Counting<'_> {
    fn wants_touches(&self) -> bool {
        true
    }

    #[inline(always)]
    fn before(&mut self, _: u64, cx: &Context, _: &View<'_>, code: &Code) -> bool {
        let calls = match stack_move(cx, code) {
            Some(StackMove::Call) => 1,
            Some(StackMove::Return) if cx.depth > 0 => -1,
            Some(StackMove::Return | StackMove::Push | StackMove::Pop) | None => 0,
        };
        let [reads, writes] = register_accesses(cx, code).map(u64::from);
        self.0.turn(&TurnDone { pid: cx.pid, depth: cx.depth, calls, reads, writes });
        false
    }

    fn after(&mut self, machine: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        self.services(machine, touched);
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        self.services(machine, touched);
    }
}

/// The first turn that is counted up to another one: all of them, or a newest stretch whose length depends on nothing else.
fn first_of(turn: u64) -> u64 {
    (turn.saturating_sub(1) / LEAST).saturating_sub(1) * LEAST + 1
}

impl Session {
    /// Counts the turns of the current branch up to this one: all of them, or, of a run of more than a million, at least
    /// the newest 524 288. `earlier` is continued where it is of the same run.
    ///
    /// # Errors
    /// The past cannot be run again.
    pub fn count_for_models(&self, windows: u32, earlier: Option<CountSoFar>) -> Result<CountSoFar, TravelError> {
        let here = self.place();
        let from = first_of(here.turn);
        let fits = |count: &CountSoFar| {
            (count.branch, count.from) == (here.branch, from) && count.to <= here.turn && count.windows() == windows
        };
        let mut count = match earlier.filter(fits) {
            Some(count) => count,
            None => {
                let mut machine = Machine::new(self.machine.config().clone());
                let start = PastPosition { turn: from - 1, entry: usize::MAX, ..here };
                let entry = self.timeline.bring_to(&mut machine, start)?;
                let counter = Counter::new(windows, machine.ran());
                CountSoFar { from, to: from - 1, branch: here.branch, entry, machine, counter }
            }
        };
        let CountSoFar { machine, entry, counter, to, .. } = &mut count;
        self.timeline.replay(machine, entry, here.turn, &mut Counting(counter))?;
        *to = here.turn;
        Ok(count)
    }
}
