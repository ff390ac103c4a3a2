//! Making lanes of turns that are run again.

use super::{Kinds, Lanes, Ledger, Message, TurnWindow};
use crate::executive::Machine;
use crate::executive::trace::{Entry, Kind};

/// Messages that are kept for each column; where more are sent, nobody could tell them apart.
const MESSAGES_A_COLUMN: usize = 2;

/// Lanes in the making. It learns after each leg what tasks have done, and from the trace what
/// happened.
pub struct Recorder {
    lanes: Lanes,
    ledger: Ledger,
    /// More messages than can be shown.
    crowded: bool,
}

impl Recorder {
    /// From the start of a window on, where the machine is.
    pub fn new(window: TurnWindow, machine: &Machine) -> Recorder {
        let lanes = Lanes { exact: true, ..Lanes::empty(window) };
        let mut recorder = Recorder { lanes, ledger: Ledger::default(), crowded: false };
        recorder.enter(machine);
        recorder.ledger = Ledger::of(machine);
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
        self.ledger.settle(machine, |pid, share| {
            let name = || machine.task(pid).map_or_else(String::new, |t| t.name.clone());
            if let Some(cell) = lanes.cell(pid, column, name) {
                cell.share.add(&share);
            }
        });
    }

    /// Takes in what happened, `machine` being where it did.
    pub fn tell(&mut self, entry: Entry, machine: &Machine) {
        if entry.kind == Kind::Load {
            self.enter(machine);
        }
        // What came in before the window's first turn carries the turn before it.
        let Some(column) = self.lanes.window.column_of(entry.turn) else { return };
        if let Ok(at) = self.lanes.tasks.binary_search_by_key(&entry.pid, |lane| lane.pid) {
            let kinds: &mut Kinds = &mut self.lanes.tasks[at].cells[column].kinds;
            *kinds = kinds.with(entry.kind);
        }
        match entry.kind {
            Kind::Send => {
                self.lanes.sent[column] += 1;
                self.message(entry);
            }
            Kind::Recv => self.message(entry),
            _ => {}
        }
    }

    fn message(&mut self, entry: Entry) {
        let (descriptor, seq) = ((entry.arg >> 32) as u16, entry.arg as u32);
        let place = Some((entry.turn, entry.pid));
        let same = |m: &&mut Message| (m.descriptor, m.seq) == (descriptor, seq);
        let known = self.lanes.messages.iter_mut().rev().find(same);
        match (known, entry.kind) {
            _ if self.crowded => {}
            (Some(message), Kind::Recv) => message.received = message.received.or(place),
            (_, Kind::Send) => {
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
