//! Who is next: strict round robin over the tasks that are ready, each for its quantum.

use super::Pid;

/// The rotation. Nothing but turns taken in rotation moves it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Rotation {
    /// Indices of the ready tasks in the task table, ascending, which is ascending by pid.
    ready: Vec<u16>,
    /// Who ran last in rotation; the pid may be gone by now.
    pub(super) last: Pid,
    /// Turns the last one may still take in a row.
    pub(super) left: u32,
}

impl Rotation {
    /// The indices of the ready tasks.
    pub(super) fn ready(&self) -> &[u16] {
        &self.ready
    }

    pub(super) fn insert(&mut self, index: u16) {
        if let Err(at) = self.ready.binary_search(&index) {
            self.ready.insert(at, index);
        }
    }

    pub(super) fn remove(&mut self, index: u16) {
        if let Ok(at) = self.ready.binary_search(&index) {
            self.ready.remove(at);
        }
    }

    /// A task left the table: later ones move up by one.
    pub(super) fn forget(&mut self, index: u16) {
        self.remove(index);
        self.ready.iter_mut().filter(|i| **i > index).for_each(|i| *i -= 1);
    }

    /// Place in `ready` of who runs next, given each index's pid; `None` if nobody is ready.
    pub(super) fn next(&self, pid_of: impl Fn(u16) -> Pid) -> Option<usize> {
        let after = self.ready.partition_point(|i| pid_of(*i) <= self.last);
        if self.left > 0 && after > 0 && pid_of(self.ready[after - 1]) == self.last {
            return Some(after - 1);
        }
        (!self.ready.is_empty()).then_some(if after < self.ready.len() { after } else { 0 })
    }
}
