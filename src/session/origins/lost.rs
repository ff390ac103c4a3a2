//! Whether a stale write made its value from what its task had read: only then an update is lost.

use super::log::Log;
use super::tree;
use crate::executive::{Config, Machine};
use crate::session::lanes::ROOM;
use crate::session::{PastPosition, Session, Stale};

/// Turns from the read to the write that are followed at most: a few milliseconds.
const FOLLOWED: u64 = 1 << 14;

impl Session {
    /// Whether the value of a stale write of the current branch came from the read before it, through registers, memory and
    /// arithmetic; `None` if they are too far from each other.
    #[must_use]
    pub fn came_from_read(&self, stale: &Stale) -> Option<bool> {
        if stale.write - stale.read > FOLLOWED {
            return None;
        }
        let config = self.machine().config();
        let mut machine = Machine::new(Config { trace: config.trace.max(ROOM), ..config.clone() });
        let place = PastPosition { turn: stale.read.saturating_sub(1), entry: usize::MAX, ..self.place() };
        let mut entry = self.timeline.bring_to(&mut machine, place).ok()?;
        let mut log = Log::new(&machine);
        self.timeline.replay(&mut machine, &mut entry, stale.write, &mut log).ok()?;
        let bytes = stale.address..stale.address + stale.len;
        let nodes = tree::sources(&machine, &log, bytes, stale.write);
        Some(nodes.iter().any(|node| (node.turn, node.pid) == (stale.read, stale.pid)))
    }
}
