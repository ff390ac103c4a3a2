//! Everything that some turns read and wrote, in order, with the values: what origins are found in.

use crate::executive::trace::TraceKind;
use crate::executive::{Machine, Observer, Outcome, Pid, Turn};
use crate::session::lanes::fresh;
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, touches};
use std::collections::BTreeMap;

/// How an access was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Instruction,
    Service,
    Outside,
}

/// One access, with what is there after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoggedAccess {
    pub turn: u64,
    pub touch: Touch,
    pub how: How,
    /// Four bytes at most, least byte first.
    pub value: u32,
}

/// A message that was sent or received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed {
    pub turn: u64,
    /// Who sent or received it; 0 for the host.
    pub pid: Pid,
    pub message: (u16, u32),
}

/// Writes everything down.
pub(super) struct Log {
    pub seen: Vec<LoggedAccess>,
    pub sent: Vec<Passed>,
    pub received: Vec<Passed>,
    /// What the last instruction touches, if it does not fault.
    pending: Vec<LoggedAccess>,
    ended: u64,
    entries: u64,
    /// For each word of the shared RAM the places of its writes.
    shared: Vec<Vec<u32>>,
    banked: BTreeMap<(Pid, u32), Vec<u32>>,
}

impl Log {
    /// Of what comes from now on.
    pub fn new(machine: &Machine) -> Log {
        Log {
            seen: Vec::new(),
            sent: Vec::new(),
            received: Vec::new(),
            pending: Vec::new(),
            ended: machine.turns(),
            entries: machine.trace().total(),
            shared: vec![Vec::new(); RAM_BYTES / 4],
            banked: BTreeMap::new(),
        }
    }

    fn push(&mut self, seen: LoggedAccess) {
        let place = self.seen.len() as u32;
        let Touch { address, len, bank, write, .. } = seen.touch;
        self.seen.push(seen);
        for word in (address / 4..(address + len).div_ceil(4)).filter(|_| write) {
            match bank {
                Some(pid) => self.banked.entry((pid, word)).or_default().push(place),
                None => self.shared.get_mut(word as usize).into_iter().for_each(|places| places.push(place)),
            }
        }
    }

    /// The last write of a byte up to a turn.
    pub fn last_write(&self, address: u32, bank: Option<Pid>, until: u64) -> Option<&LoggedAccess> {
        let places = match bank {
            Some(pid) => self.banked.get(&(pid, address / 4))?,
            None => self.shared.get(address as usize / 4)?,
        };
        let end = places.partition_point(|place| self.seen[*place as usize].turn <= until);
        let covers = |s: &&LoggedAccess| (s.touch.address..s.touch.address + s.touch.len).contains(&address);
        places[..end].iter().rev().map(|place| &self.seen[*place as usize]).find(covers)
    }

    /// What a task did in a turn, in order.
    pub fn of_turn(&self, turn: u64, pid: Pid) -> impl Iterator<Item = &LoggedAccess> {
        let start = self.seen.partition_point(|s| s.turn < turn);
        self.seen[start..].iter().take_while(move |s| s.turn == turn).filter(move |s| s.touch.pid == pid)
    }

    /// The instruction at hand is done.
    fn retire(&mut self, byte: impl Fn(u32) -> u8) {
        for mut seen in std::mem::take(&mut self.pending) {
            if seen.touch.write && seen.touch.bank.is_none() {
                seen.value = value(&seen.touch, &byte);
            }
            self.push(seen);
        }
    }

    fn executive(&mut self, machine: &Machine, touched: &[Touch]) {
        for touch in touched {
            let how = if touch.pid == 0 { How::Outside } else { How::Service };
            let bank = touch.bank.and_then(|pid| machine.task(pid)).map_or(&[][..], |t| &t.bank);
            let value = value(touch, |at| machine.ram().byte(bank, at as usize));
            self.push(LoggedAccess { turn: machine.turns(), touch: *touch, how, value });
        }
    }

    fn messages(&mut self, machine: &Machine, last: Option<Pid>) {
        for entry in fresh(machine, &mut self.entries) {
            let Some(message) = entry.message() else { continue };
            let sent = entry.kind() == TraceKind::Send;
            let pid = if sent { last.unwrap_or(0) } else { entry.pid };
            let list = if sent { &mut self.sent } else { &mut self.received };
            list.push(Passed { turn: entry.turn, pid, message });
        }
    }
}

fn value(touch: &Touch, byte: impl Fn(u32) -> u8) -> u32 {
    (touch.address..touch.address + touch.len.min(4)).rev().fold(0, |word, at| word << 8 | u32::from(byte(at)))
}

impl Observer for Log {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.retire(|at| ram.byte(at as usize, false));
        let pending = &mut self.pending;
        touches(cx, ram, code, |touch| {
            // What is stored in a task's own bank is the register that was read last.
            let stored = pending.iter().rev().find(|s: &&LoggedAccess| !s.touch.write).map_or(0, |s| s.value);
            let low = stored & (u32::MAX >> (32 - 8 * touch.len.clamp(1, 4)));
            let there = value(&touch, |at| ram.byte(at as usize, touch.bank.is_some()));
            let value = if touch.write { low } else { there };
            pending.push(LoggedAccess { turn, touch, how: How::Instruction, value });
        });
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        let fresh = last.filter(|t| t.n > self.ended);
        if let Some(turn) = fresh {
            self.ended = turn.n;
            if matches!(turn.outcome, Outcome::Faulted(_)) {
                self.pending.clear();
            }
        }
        self.retire(|at| machine.ram().bytes().get(at as usize).copied().unwrap_or(0));
        if fresh.is_some() || last.is_none() {
            self.executive(machine, touched);
        }
        self.messages(machine, fresh.map(|t| t.pid));
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        self.executive(machine, touched);
        self.messages(machine, None);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.executive(machine, touched);
        self.messages(machine, None);
    }
}
