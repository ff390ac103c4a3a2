//! Who is next: strict round robin over the tasks that are ready, each for its quantum; by pid,
//! or in an order the user asked for.

use super::Pid;
use std::hash::{Hash, Hasher};

/// The rotation. Nothing but turns taken in rotation and a change of its order from outside moves it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rotation {
    /// Indices of the ready tasks in the task table, in the order in which they run.
    ready: Vec<u16>,
    /// Who ran last in rotation; the pid may be gone by now.
    pub(super) last: Pid,
    /// Turns the last one may still take in a row.
    pub(super) left: u32,
    /// Who runs before all others, in this order; the others follow by pid. Empty unless the user
    /// asked for it. Pids in it may be gone.
    first: Vec<Pid>,
}

/// A rotation by pid has the number it had before there were other orders: recordings hold it.
impl Hash for Rotation {
    fn hash<H: Hasher>(&self, to: &mut H) {
        (&self.ready, self.last, self.left).hash(to);
        if !self.first.is_empty() {
            self.first.hash(to);
        }
    }
}

impl Rotation {
    /// The indices of the ready tasks.
    pub(super) fn ready(&self) -> &[u16] {
        &self.ready
    }

    /// Who runs before all others.
    pub(super) fn first(&self) -> &[Pid] {
        &self.first
    }

    /// Whether the ready tasks stand in the order in which they are to run.
    pub(super) fn in_order(&self, pid_of: impl Fn(u16) -> Pid) -> bool {
        self.ready.is_sorted_by_key(|i| self.rank(pid_of(*i)))
    }

    /// Changes the order; whose turn it is follows from who ran last, as ever.
    pub(super) fn reorder(&mut self, first: Vec<Pid>, pid_of: impl Fn(u16) -> Pid) {
        self.first = first;
        let mut ready = std::mem::take(&mut self.ready);
        ready.sort_by_key(|i| self.rank(pid_of(*i)));
        self.ready = ready;
    }

    /// What the tasks are in order of. No task, pid 0, comes before the first of them.
    fn rank(&self, pid: Pid) -> (usize, Pid) {
        if pid == 0 {
            return (0, 0);
        }
        (self.first.iter().position(|p| *p == pid).unwrap_or(self.first.len()), pid)
    }

    pub(super) fn insert(&mut self, index: u16, pid_of: impl Fn(u16) -> Pid) {
        let rank = self.rank(pid_of(index));
        if let Err(at) = self.ready.binary_search_by_key(&rank, |i| self.rank(pid_of(*i))) {
            self.ready.insert(at, index);
        }
    }

    pub(super) fn remove(&mut self, index: u16) {
        self.ready.retain(|i| *i != index);
    }

    /// A task is to come into the table: it and later ones move down by one.
    pub(super) fn make_room(&mut self, index: u16) {
        self.ready.iter_mut().filter(|i| **i >= index).for_each(|i| *i += 1);
    }

    /// What a task has left of its quantum is not for its next life.
    pub(super) fn end_quantum(&mut self, pid: Pid) {
        if self.last == pid {
            self.left = 0;
        }
    }

    /// A task left the table: later ones move up by one.
    pub(super) fn forget(&mut self, index: u16) {
        self.remove(index);
        self.ready.iter_mut().filter(|i| **i > index).for_each(|i| *i -= 1);
    }

    /// Place in `ready` of who runs next, given each index's pid; `None` if no task is ready.
    pub(super) fn next(&self, pid_of: impl Fn(u16) -> Pid) -> Option<usize> {
        let last = self.rank(self.last);
        let after = self.ready.partition_point(|i| self.rank(pid_of(*i)) <= last);
        if self.left > 0 && after > 0 && pid_of(self.ready[after - 1]) == self.last {
            return Some(after - 1);
        }
        (!self.ready.is_empty()).then_some(if after < self.ready.len() { after } else { 0 })
    }
}
