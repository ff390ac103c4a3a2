//! Looking on while turns are taken.

use super::{Machine, Turn};
use crate::vm::{Code, Context, View};

/// Looks on while turns are taken, and changes nothing.
pub trait Observer {
    /// Before a turn: its number, whose context, memory as that task sees it, its code. True ends
    /// the run before the turn.
    fn before(&self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool;

    /// After a turn that did more than retire, and after waits have ended; the last turn of this
    /// run so far. True ends the run here.
    fn after(&self, machine: &Machine, last: Option<Turn>) -> bool;

    /// The clock has jumped over a time in which nobody was ready.
    fn idle(&self, _machine: &Machine) {}

    /// After something from outside was done, if whoever does it tells.
    fn input(&self, _machine: &Machine) {}
}

/// Nobody looks on.
impl Observer for () {
    #[inline(always)]
    fn before(&self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    #[inline(always)]
    fn after(&self, _: &Machine, _: Option<Turn>) -> bool {
        false
    }
}
