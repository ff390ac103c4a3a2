//! What the user has said about races: words by which tasks synchronize, and pairs that are not to be listed.

use super::Site;
use crate::executive::Machine;
use crate::executive::task::application;
use serde::{Deserialize, Serialize};

/// One end of a pair that is hidden: an instruction of a program, whichever task runs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenEnd {
    /// The program's name.
    pub program: String,
    /// The instruction.
    pub pc: u32,
    /// Whether it writes.
    pub write: bool,
}

impl HiddenEnd {
    /// An instruction of a task; of no program if the task is gone.
    pub(crate) fn of(machine: &Machine, site: Site) -> HiddenEnd {
        let program = machine.task(site.pid).map_or_else(String::new, |t| application(&t.name).to_owned());
        HiddenEnd { program, pc: site.pc, write: site.write }
    }

    /// Both ends of a pair, in order.
    pub(crate) fn both(machine: &Machine, a: Site, b: Site) -> [HiddenEnd; 2] {
        let mut ends = [a, b].map(|site| HiddenEnd::of(machine, site));
        ends.sort();
        ends
    }
}

/// A pair of instructions that is not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// Both ends, in order.
    pub ends: [HiddenEnd; 2],
    /// Why, in the user's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// What was said about the races of a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// Stretches of RAM that are declared as synchronization: first address, first one behind. They do not overlap.
    pub sync: Vec<(u32, u32)>,
    /// Pairs that are not listed.
    pub hidden: Vec<Hidden>,
    /// Stretches of RAM that have lanes on the timeline whichever task touches them.
    pub pins: Vec<(u32, u32)>,
    /// Shared words have no lanes of their own.
    pub no_lanes: bool,
    /// Changes from outside count as accesses, for a question that asks so: no recording keeps it.
    pub host: bool,
}

impl Declared {
    /// Declares a stretch of RAM; one that overlaps others takes them in.
    pub fn synchronize(&mut self, start: u32, end: u32) {
        let apart = |other: &(u32, u32)| other.1 < start || end < other.0;
        let taken: Vec<(u32, u32)> = self.sync.iter().filter(|s| !apart(s)).copied().collect();
        self.sync.retain(apart);
        let joined = taken.iter().fold((start, end), |(start, end), (s, e)| (start.min(*s), end.max(*e)));
        self.sync.push(joined);
        self.sync.sort_unstable();
    }

    /// Whether a pair is hidden.
    #[must_use]
    pub fn hides(&self, ends: &[HiddenEnd; 2]) -> bool {
        self.hidden.iter().any(|h| h.ends == *ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_become_one() {
        let mut declared = Declared::default();
        for (start, end) in [(8, 12), (0, 4), (20, 24), (4, 9)] {
            declared.synchronize(start, end);
        }
        assert_eq!(declared.sync, [(0, 12), (20, 24)]);
    }
}
