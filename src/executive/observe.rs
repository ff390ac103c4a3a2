//! Looking on while turns are taken.

use super::ahead::Ahead;
use super::{Machine, Pid, Turn};
use crate::vm::{Code, Context, Touch, View};

/// Looks on while turns are taken, and changes nothing of the machine.
pub trait Observer {
    /// Whether it asks what services and ended waits touch: else the lists it gets are empty.
    fn wants_touches(&self) -> bool {
        false
    }

    /// What lets turns that only retire be taken ahead of their place; `None` if each is to be seen in its own, by
    /// `before`.
    #[inline(always)]
    fn ahead(&mut self) -> Option<&mut Ahead> {
        None
    }

    /// Whether the next turn is to be seen in its place all the same.
    #[inline(always)]
    fn strict(&self) -> bool {
        false
    }

    /// Turns were taken ahead of their place; the last of them was this task's.
    #[inline(always)]
    fn passed(&mut self, _last: Pid) {}

    /// A mark has held back the turn that was seen last: it will be seen again before it is taken.
    fn held_back(&mut self) {}

    /// Before a turn: its number, whose context, memory as that task sees it, its code. True ends
    /// the run before the turn.
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool;

    /// After a turn that did more than retire, and after waits have ended: the last turn of this
    /// run so far, and what services and ended waits touched since its instruction. True ends the run here.
    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool;

    /// The clock has jumped over a time in which no task was ready; what the waits that ended touched.
    fn idle(&mut self, _machine: &Machine, _touched: &[Touch]) {}

    /// After something from outside was done, if the caller reports it; what it touched.
    fn input(&mut self, _machine: &Machine, _touched: &[Touch]) {}
}

/// No observer: each turn is taken in its place, which is what all faster ways are compared with.
impl Observer for () {
    #[inline(always)]
    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    #[inline(always)]
    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}
