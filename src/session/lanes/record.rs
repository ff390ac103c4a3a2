//! Making lanes of turns that are run again.

use super::halves::MESSAGES_A_COLUMN;
use super::{Doing, Kinds, Lanes, Message, Share, StateTimeTotals, TurnWindow};
use crate::executive::task::RunState;
use crate::executive::trace::{TraceEntry, TraceKind};
use crate::executive::{Machine, Pid};

/// A step on the way through virtual time: turns of which no edge of a column lies between two, an input, or a
/// jump of the clock.
pub struct Passed {
    pub from_us: u64,
    pub to_us: u64,
    /// Turns done.
    pub turns: u64,
    /// In which states the tasks were before it.
    pub held: Vec<(Pid, RunState)>,
}

/// Lanes in the making. It learns after each leg what tasks have done, and from the trace what
/// happened.
pub struct Recorder {
    lanes: Lanes,
    totals: StateTimeTotals,
    /// More messages than can be shown.
    crowded: bool,
}

impl Recorder {
    /// From the start of a window on, where the machine is.
    pub fn new(window: TurnWindow, machine: &Machine) -> Recorder {
        let lanes = Lanes { exact: true, ..Lanes::empty(window) };
        let mut recorder = Recorder { lanes, totals: StateTimeTotals::default(), crowded: false };
        recorder.enter(machine);
        recorder.totals = StateTimeTotals::of(machine);
        recorder
    }

    /// Gives lanes to tasks that have none.
    fn enter(&mut self, machine: &Machine) {
        for task in machine.tasks() {
            self.lanes.cell(task.pid, 0, || task.name.clone());
        }
    }

    /// Takes in some turns of one column, at the end of which the machine is.
    pub fn ran(&mut self, machine: &Machine) {
        let Some(column) = self.lanes.window.column_of(machine.turns()) else { return };
        let lanes = &mut self.lanes;
        self.totals.settle(machine, |pid, share| {
            let name = || machine.task(pid).map_or_else(String::new, |t| t.name.clone());
            if let Some(cell) = lanes.cell(pid, column, name) {
                cell.share.add(&share);
            }
        });
    }

    /// Takes in a step of virtual time, after which the machine is as it is.
    pub fn passed(&mut self, machine: &Machine, passed: &Passed) {
        let mut shares: Vec<(Pid, Share)> = Vec::new();
        if passed.turns > 0 {
            let turn_us = machine.config().turn_us;
            self.totals.settle(machine, |pid, share| shares.push((pid, share.in_us(turn_us))));
        } else {
            let all = passed.to_us - passed.from_us;
            shares.extend(passed.held.iter().map(|(pid, state)| (*pid, Share::only(Doing::of(*state), all))));
        }
        let (window, lanes) = (self.lanes.window, &mut self.lanes);
        let first = window.column_of((passed.from_us + 1).max(window.first_of(0)));
        for column in first.into_iter().flat_map(|first| first..window.columns) {
            let (from, to) = (window.first_of(column) - 1, window.last_of(column));
            let common = to.min(passed.to_us).saturating_sub(from.max(passed.from_us));
            if common == 0 {
                break;
            }
            for (pid, share) in &shares {
                let name = || machine.task(*pid).map_or_else(String::new, |t| t.name.clone());
                if let Some(cell) = lanes.cell(*pid, column, name) {
                    cell.share.add(&share.part(common, passed.to_us - passed.from_us));
                }
            }
        }
    }

    /// Takes in what happened, `machine` being where it did.
    pub fn tell(&mut self, entry: TraceEntry, machine: &Machine) {
        if entry.kind() == TraceKind::Load {
            self.enter(machine);
        }
        // What came in before the window's first turn carries the turn before it.
        let window = self.lanes.window;
        let Some(column) = window.column_of(if window.time { entry.time_us } else { entry.turn }) else { return };
        if let Ok(at) = self.lanes.tasks.binary_search_by_key(&entry.pid, |lane| lane.pid) {
            let kinds: &mut Kinds = &mut self.lanes.tasks[at].cells[column].kinds;
            *kinds = kinds.with(entry.kind());
        }
        self.lanes.sent[column] += u64::from(entry.kind() == TraceKind::Send);
        if let Some(message) = entry.message() {
            self.message(entry, message);
        }
    }

    fn message(&mut self, entry: TraceEntry, (descriptor, seq): (u16, u32)) {
        let place = Some((entry.turn, entry.pid));
        let same = |m: &&mut Message| (m.descriptor, m.seq) == (descriptor, seq);
        let known = self.lanes.messages.iter_mut().rev().find(same);
        match (known, entry.kind()) {
            _ if self.crowded => {}
            (Some(message), TraceKind::Recv) => message.received = message.received.or(place),
            (_, TraceKind::Send) => {
                self.lanes.messages.push(Message { descriptor, seq, sent: place, received: None });
            }
            (None, _) => self.lanes.messages.push(Message { descriptor, seq, sent: None, received: place }),
            (Some(_), _) => {}
        }
        if self.lanes.messages.len() > MESSAGES_A_COLUMN * self.lanes.window.columns {
            self.lanes.messages.clear();
            self.crowded = true;
        }
    }

    /// The lanes.
    pub fn done(self) -> Lanes {
        self.lanes
    }
}
