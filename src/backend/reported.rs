//! What is known of a machine that no one here runs: its executive reports some of it, and what it does not report is a hole
//! on the screen, never a zero.

use super::Snapshot;
use crate::executive::Pid;

/// What an executive elsewhere has reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reported {
    /// The bytes of RAM that are known: starts and ends, ascending and apart.
    pub ram: Vec<(u32, u32)>,
    /// The task whose view of memory it is; the windows and stacks of others are in it at their addresses.
    pub seen_by: Option<Pid>,
    /// What tasks print is taken from the executive, which then has it for no other client.
    pub console: bool,
}

impl Reported {
    /// Takes in that bytes are known, from one address to in front of another.
    pub fn learn(&mut self, start: u32, end: u32) {
        self.ram.push((start, end));
        self.ram.sort_unstable();
        self.ram.dedup_by(|next, before| {
            let joined = next.0 <= before.1;
            if joined {
                before.1 = before.1.max(next.1);
            }
            joined
        });
    }

    fn knows(&self, address: u32) -> bool {
        let at = self.ram.partition_point(|(start, _)| *start <= address);
        at > 0 && address < self.ram[at - 1].1
    }
}

impl Snapshot {
    /// Whether the bytes of RAM at an address are known.
    #[must_use]
    pub fn knows(&self, address: usize, bytes: usize) -> bool {
        let Some(reported) = &self.reported else { return true };
        (address..address.saturating_add(bytes)).all(|at| u32::try_from(at).is_ok_and(|at| reported.knows(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_meet_are_one_and_what_lies_between_is_a_hole() {
        let mut reported = Reported::default();
        for (start, end) in [(64, 128), (0, 32), (32, 40), (100, 130)] {
            reported.learn(start, end);
        }
        assert_eq!(reported.ram, [(0, 40), (64, 130)]);
        let now = Snapshot { reported: Some(reported), ..Snapshot::default() };
        assert!(now.knows(0, 40) && now.knows(64, 4) && !now.knows(38, 4) && !now.knows(130, 1));
        assert!(Snapshot::default().knows(0xFFFF, 1), "of a machine here everything is known");
    }
}
