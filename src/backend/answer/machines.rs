//! What other machines would have moved for the run, as programs rely on it.

use crate::executive::{Machine, Pid};
use crate::session::machines::{self, CountSoFar, MODELS, Model, Part, Sums, stretch};
use crate::vm::Context;
use serde::Serialize;
use std::ops::RangeInclusive;

/// A run, counted for each machine of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachinesCounted {
    /// The first turn that is counted.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// Turns of another task than the turn before.
    pub switches: u64,
    /// Registers that were read.
    pub register_reads: u64,
    /// Registers that were written.
    pub register_writes: u64,
    /// Register windows of the SPARC.
    pub windows: u32,
    /// Windows that its switches wrote to memory.
    pub windows_flushed: u64,
    /// Windows that calls wrote to memory.
    pub windows_spilled: u64,
    /// Windows that returns read from memory.
    pub windows_filled: u64,
    /// The task that ran last.
    pub last: Option<Pid>,
    /// Register windows of it that are in use.
    pub windows_in_use: u64,
    /// The task that runs next, if it is another one.
    pub next: Option<Pid>,
    /// The machines, in the order of the table.
    pub machines: Vec<MachineCounted>,
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineCounted {
    /// Its name.
    pub machine: &'static str,
    /// Its name in texts.
    pub title: &'static str,
    /// Words that a switch from the task that ran last would move to memory, and from it.
    pub next_switch: [u64; 2],
    /// What the run would have moved.
    #[serde(flatten)]
    pub sums: Sums,
    /// What of the processor a switch sets beside that.
    pub sets: &'static [&'static str],
    /// What is moved when.
    pub moves: Vec<Moves>,
    /// What the clock cycles are cycles of.
    pub cycles_of: Option<&'static str>,
    /// Where this is documented.
    pub source: &'static str,
    /// What is assumed beside that.
    pub assumes: &'static str,
}

/// Some words that are moved together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// `out` to memory, or `in` from it.
    pub toward: &'static str,
    /// Which.
    pub what: &'static str,
    /// How many.
    pub words: u64,
    /// How often.
    pub per: &'static str,
    /// How many in the next switch.
    pub next_switch: u64,
    /// Where they lie in memory.
    pub place: &'static str,
    /// The first address there and the first one behind it, in the next switch; `None` where that is not RAM of a task.
    pub at: Option<[u32; 2]>,
    /// `hardware` or `software`.
    pub by: &'static str,
}

impl Moves {
    fn of(model: &Model, part: &Part, windows: u64, switch: Option<(&Context, &Context)>) -> Moves {
        let Part { what, words, per, toward, place, by } = *part;
        Moves {
            toward: toward.name(),
            what,
            words,
            per: per.name(),
            next_switch: part.in_a_switch(windows),
            place: place.name(),
            at: switch.and_then(|(from, to)| stretch(model, part, from, to)).map(|range| [range.start, range.end]),
            by: by.name(),
        }
    }
}

impl MachinesCounted {
    /// Register windows of the SPARC where nothing else is asked for.
    pub const WINDOWS: u32 = machines::WINDOWS;
    /// How many it may have.
    pub const WINDOWS_RANGE: RangeInclusive<u32> = machines::WINDOWS_RANGE;

    /// From what was counted, and the machine as it is now.
    #[must_use]
    pub fn of(count: &CountSoFar, now: &Machine) -> MachinesCounted {
        let counted = count.counted();
        let last = now.ran().and_then(|pid| now.task(pid));
        let next = now.next().and_then(|pid| now.task(pid)).filter(|task| last.is_some_and(|l| l.pid != task.pid));
        let switch = last.zip(next).map(|(from, to)| (&from.context, &to.context));
        let in_use = last.map_or(1, |task| count.windows_in_use(task.pid));
        let machine = |model: &Model| MachineCounted {
            machine: model.name,
            title: model.title,
            next_switch: model.switch_words(in_use),
            sums: model.sums(&counted),
            sets: model.sets,
            moves: model.parts.iter().map(|part| Moves::of(model, part, in_use, switch)).collect(),
            cycles_of: model.cycles.map(|cycles| cycles.of),
            source: model.source,
            assumes: model.assumes,
        };
        MachinesCounted {
            from: count.from,
            to: count.to,
            switches: counted.switches,
            register_reads: counted.reads,
            register_writes: counted.writes,
            windows: count.windows(),
            windows_flushed: counted.flushed,
            windows_spilled: counted.spilled,
            windows_filled: counted.filled,
            last: last.map(|task| task.pid),
            windows_in_use: in_use,
            next: next.map(|task| task.pid),
            machines: MODELS.iter().map(machine).collect(),
        }
    }
}
