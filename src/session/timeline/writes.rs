//! All writes of a spot in some turns.

use super::replay::Diverged;
use super::watch::{WatchedBytes, Writer, Writes};
use super::{PastPosition, Timeline};
use crate::executive::{Machine, Observer, Turn};
use crate::vm::{Code, Context, Touch, View};
use std::collections::VecDeque;

/// A write of a spot, and what was there after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// When and by whom.
    pub writer: Writer,
    /// The value after it.
    pub value: u32,
}

/// The writes of a spot in some turns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllWrites {
    /// The newest ones, oldest first.
    pub list: VecDeque<Written>,
    /// How many came before them.
    pub more: u64,
}

impl Timeline {
    /// The writes of a spot in the turns from `from` to `to`, the newest `most` of them.
    pub(in crate::session) async fn writes(
        &self,
        machine: &mut Machine,
        spot: WatchedBytes,
        (from, to): (u64, u64),
        most: usize,
    ) -> Result<AllWrites, Diverged> {
        let place = PastPosition { branch: self.branch().number, turn: from.saturating_sub(1), entry: usize::MAX };
        let mut entry = self.bring_to(machine, place)?;
        let mut looker = Looker { spot, writes: Writes::new(spot, machine), found: AllWrites::default(), most };
        self.look_through(machine, &mut entry, to, &mut looker).await?;
        looker.settle(spot.value(machine));
        Ok(looker.found)
    }
}

struct Looker {
    spot: WatchedBytes,
    writes: Writes,
    found: AllWrites,
    most: usize,
}

impl Looker {
    /// Takes in what was written last, now that it is certain: the value is what is there now.
    fn settle(&mut self, value: u32) {
        let Some(writer) = self.writes.last.take() else { return };
        self.writes.first = None;
        self.found.list.push_back(Written { writer, value });
        if self.found.list.len() > self.most {
            self.found.list.pop_front();
            self.found.more += 1;
        }
    }
}

impl Observer for Looker {
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        let bank = self.spot.bank();
        if self.writes.last.is_some() && bank.is_none_or(|pid| pid == cx.pid) {
            self.settle(self.spot.read(|at| ram.byte(at, bank.is_some())));
        }
        self.writes.before(turn, cx, ram, code)
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        self.writes.after(machine, last, touched)
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.settle(self.spot.value(machine));
        self.writes.input(machine, touched);
        self.settle(self.spot.value(machine));
    }
}
