//! What a search gives away, and what is left of it when it ends.

use super::{Node, Search};
use crate::explore::footprint::Footprint;
use crate::explore::report::Report;
use crate::explore::unit::{Below, Unit};

impl Search<'_> {
    /// Bytes of the way to where it is, about.
    pub fn bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.feet.len() * size_of::<Footprint>() + self.world.bytes()
    }

    /// States on the way to where it is in which something is left to try.
    pub fn frontier(&self) -> u64 {
        self.nodes.iter().filter(|node| node.todo != 0).count() as u64
    }

    /// Gives away what is left to try in the state nearest to the start, if there is something left elsewhere.
    pub fn give(&mut self) -> Option<Unit> {
        let mut open = self.nodes.iter().enumerate().filter(|(_, node)| node.todo != 0);
        let (at, _) = open.next()?;
        open.next()?;
        Some(self.take(at))
    }

    /// The end: what has been found, and what is left.
    pub fn end(mut self) -> (Report, Vec<Unit>) {
        let rest = self.nodes.iter().rposition(|node| node.todo != 0).map(|last| self.take(last));
        for found in self.report.failures.values_mut() {
            // The schedule it happened in was not run to its end.
            found.schedules = found.schedules.max(1);
        }
        (self.report, rest.into_iter().collect())
    }

    /// Takes what is left to try in a node and on the way to it.
    fn take(&mut self, at: usize) -> Unit {
        // The step from each node to the next is the one that was tried last: they are tried in order.
        let steps = self.nodes[..at].iter().map(|node| {
            let index = 31 - node.tried.leading_zeros() as usize;
            Below { index, tried: node.tried & !(1 << index), todo: node.todo }
        });
        let path = self.below.iter().copied().chain(steps).collect();
        let Node { todo, tried, .. } = self.nodes[at];
        self.nodes[..=at].iter_mut().for_each(|node| node.todo = 0);
        // Below the last node nothing was stepped into; elsewhere the last step tried is under way.
        Unit { path, todo: Some(todo), tried }
    }
}
