//! Variables of frames that nothing has stored into since their frame was made.

use super::timeline::PastPosition;
use super::{Session, TravelError};
use crate::executive::{Machine, Observer, Pid, Turn};
use crate::vm::{Code, Context, Touch, View, data_touch};
use std::collections::BTreeMap;
use std::ops::Range;

/// Turns that are looked back: about a millisecond.
const BACK: u64 = 1 << 13;

/// A stretch of memory in a frame of a task: calls that enclose the frame, and its bytes.
pub type InFrame = (u32, Range<u32>);

impl Session {
    /// For each stretch in a frame of a task, whether nothing was stored there since the frame was made; false also
    /// where the frame is older than what is looked at. Pushes that make room do not count as stores.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn unset(&self, pid: Pid, wanted: &[InFrame]) -> Result<Vec<bool>, TravelError> {
        let here = self.place();
        let start = PastPosition { turn: here.turn.saturating_sub(BACK), entry: usize::MAX, ..here };
        let mut machine = Machine::new(self.machine.config().clone());
        let mut entry = self.timeline.bring_to(&mut machine, start)?;
        let depth = machine.task(pid).map_or(0, |task| task.context.depth);
        let mut stores = Stores { pid, wanted, depth, entered: BTreeMap::new(), stored: vec![0; wanted.len()] };
        if start.turn == 0 {
            stores.entered.insert(0, 1);
        }
        self.timeline.replay(&mut machine, &mut entry, here.turn, &mut stores)?;
        let unset =
            |((depth, _), stored): (&InFrame, &u64)| stores.entered.get(depth).is_some_and(|entered| stored < entered);
        Ok(wanted.iter().zip(&stores.stored).map(unset).collect())
    }
}

/// Looks for stores into some stretches, and for when the frames they are in were made.
struct Stores<'w> {
    pid: Pid,
    wanted: &'w [InFrame],
    /// The calls of the task that have not returned.
    depth: u32,
    /// The first turn of each frame, by the calls that enclose it.
    entered: BTreeMap<u32, u64>,
    /// The turn of the last store into each stretch; 0 for none.
    stored: Vec<u64>,
}

impl Stores<'_> {
    fn store(&mut self, turn: u64, touch: &Touch) {
        let (start, end) = (touch.address, touch.address + touch.len);
        for ((_, range), stored) in self.wanted.iter().zip(&mut self.stored) {
            if start < range.end && range.start < end {
                *stored = turn;
            }
        }
    }

    fn services(&mut self, turn: u64, touched: &[Touch]) {
        touched.iter().filter(|t| t.write && t.bank.is_none()).for_each(|t| self.store(turn, t));
    }
}

impl Observer for Stores<'_> {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if cx.pid == self.pid {
            if cx.depth > self.depth {
                self.entered.insert(cx.depth, turn);
            }
            self.depth = cx.depth;
        }
        if let Some(touch) = data_touch(cx, ram, code).filter(|t| t.write && t.bank.is_none()) {
            self.store(turn, &touch);
        }
        false
    }

    fn after(&mut self, machine: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        self.services(machine.turns(), touched);
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        self.services(machine.turns(), touched);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        // What comes from outside comes behind the turn: it counts for a frame that begins with the next one, too.
        self.services(machine.turns() + 1, touched);
    }
}
