//! The second pass: of words that several tasks touch, every access, with what had happened before it.

use super::hits::{Hit, MOST};
use super::order::{Order, Service};
use super::shadow::{Access, Shadow, Site};
use super::stale::Reads;
use super::touchers::arena;
use super::watch::Second;
use super::{Declared, Sharing};
use crate::executive::trace::{TraceEntry, TraceKind};
use crate::executive::{Machine, Observer, Outcome, Pid, Turn, text};
use crate::session::lanes::fresh;
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, Words, calls_service, reads_from, stores_into, touches};
use std::ops::Range;

/// How an access is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Instruction,
    /// By the executive, in the task's own turn.
    Service,
    /// By the executive, in another task's turn or in none.
    Delivery,
}

/// Takes in every access to some words.
#[derive(Debug, Clone)]
pub struct Witness {
    pub(super) words: Words,
    order: Order,
    shadow: Shadow,
    /// Reads that stale writes may follow, if those are wanted.
    reads: Option<Reads>,
    /// What the last instruction touches, if it does not fault.
    pending: Vec<Touch>,
    turn: u64,
    /// R0 to R5 before the service call at hand.
    given: [u32; 6],
    /// The newest turn whose end was taken in.
    ended: u64,
    /// Trace entries that were read.
    entries: u64,
    /// Every access, if they are wanted.
    hits: Option<Vec<Hit>>,
    /// The second accesses of races that were not taken out yet, if they are wanted.
    seconds: Option<Vec<Second>>,
    /// Changes from outside count as the accesses of a task 0.
    host: bool,
}

impl Witness {
    /// From where a machine is; with `hits` every access is kept.
    pub fn new(machine: &Machine, words: &Words, declared: &Declared, hits: bool) -> Witness {
        let (reads, sync, host) = (Some(Reads::new(words)), &declared.sync, declared.host);
        Witness {
            reads,
            hits: hits.then(Vec::new),
            host,
            ..Witness::of(machine, words, Shadow::new(words, sync), sync)
        }
    }

    /// From where a machine is: for each second access of a race as it comes, and nothing else. Of all RAM, so that
    /// words can be looked at that belong to no task any more.
    pub fn of_seconds(machine: &Machine, words: &Words, sync: &[(u32, u32)]) -> Witness {
        let mut all = Words::default();
        all.insert(0, RAM_BYTES as u32);
        Witness { seconds: Some(Vec::new()), ..Witness::of(machine, words, Shadow::new(&all, sync), sync) }
    }

    fn of(machine: &Machine, words: &Words, shadow: Shadow, sync: &[(u32, u32)]) -> Witness {
        Witness {
            words: words.clone(),
            order: Order::new(machine, sync),
            shadow,
            reads: None,
            pending: Vec::new(),
            turn: 0,
            given: [0; 6],
            ended: machine.turns(),
            entries: machine.trace().total(),
            hits: None,
            seconds: None,
            host: false,
        }
    }

    /// Takes out the second accesses that were found since this was last asked.
    pub fn take_seconds(&mut self) -> Vec<Second> {
        self.seconds.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The turn at hand was not taken.
    pub fn drop_pending(&mut self) {
        self.pending.clear();
    }

    /// Puts in what it has seen: races, stale writes, accesses, and how much was left out.
    pub fn done(self, sharing: Sharing) -> Sharing {
        let ((races, sites), (stale, writes)) = (self.shadow.done(), self.reads.map(Reads::done).unwrap_or_default());
        Sharing { races, stale, hits: self.hits.unwrap_or_default(), more: sites + writes, ..sharing }
    }

    /// Keeps an access.
    fn hit(&mut self, touch: &Touch, turn: u64, delivered: bool, byte: impl Fn(u32) -> u8) {
        let Some(hits) = self.hits.as_mut().filter(|hits| hits.len() < MOST) else { return };
        let Touch { pid, pc, address, len, write, .. } = *touch;
        let end = address + len.min(4);
        let value = (address..end).rev().fold(0, |word, at| word << 8 | u32::from(byte(at)));
        hits.push(Hit { turn, value, pc, address, len, pid, write, delivered });
    }

    fn is_watched(&self, touch: &Touch) -> bool {
        let mut words = touch.address / 4..(touch.address + touch.len).div_ceil(4);
        touch.bank.is_none() && words.any(|word| self.words.touched(4 * word, 1))
    }

    /// Takes in what a task has touched in a turn: what it read, then what it wrote.
    fn commit(&mut self, pid: Pid, turn: u64, how: How, touched: &[Touch], byte: impl Fn(u32) -> u8) {
        let service = how != How::Instruction;
        let slot = self.order.slot(pid);
        for write in [false, true] {
            let mut pc = 0;
            let mut ranges: Vec<Range<u32>> = Vec::new();
            for touch in touched.iter().filter(|t| t.pid == pid && t.write == write) {
                if !self.is_watched(touch) {
                    continue;
                }
                self.order.synchronize(slot, turn, touch);
                self.hit(touch, turn, how == How::Delivery, &byte);
                super::shadow::insert(&mut ranges, touch.address..touch.address + touch.len);
                pc = touch.pc;
            }
            if ranges.is_empty() {
                continue;
            }
            let order = &self.order;
            let site = Site { pid, pc, write, service };
            let access = Access { site, slot, turn, ranges: &ranges, pids: order.pids() };
            let found = self.shadow.access(&access, order.before(slot), &byte, |of| order.heard(of, slot));
            if let Some(seconds) = &mut self.seconds {
                seconds.extend(found.into_iter().map(|hit| Second::of(&access, self.shadow.site(hit.site), hit)));
            }
            match (self.reads.as_mut().filter(|_| pid > 0), write) {
                (Some(reads), false) => reads.read(pid, turn, &ranges),
                (Some(reads), true) => ranges.iter().for_each(|range| reads.write(pid, pc, turn, range.clone())),
                (None, _) => {}
            }
        }
    }

    /// The instruction at hand is done.
    pub fn retire(&mut self, byte: impl Fn(u32) -> u8) {
        let pending = std::mem::take(&mut self.pending);
        if let Some(first) = pending.first() {
            self.commit(first.pid, self.turn, How::Instruction, &pending, byte);
        }
        self.pending = pending;
        self.pending.clear();
    }

    /// What the executive touched for tasks other than one.
    fn commit_others(&mut self, but: Pid, machine: &Machine, touched: &[Touch]) {
        let mut pids: Vec<Pid> = touched.iter().map(|t| t.pid).filter(|pid| *pid > 0 && *pid != but).collect();
        pids.dedup();
        for pid in pids {
            self.commit(pid, machine.turns(), How::Delivery, touched, |at| shared_byte(machine, at));
        }
    }

    /// A turn has ended that did more than retire, or the last of a run.
    fn end_turn(&mut self, machine: &Machine, last: Turn, touched: &[Touch], entries: &[TraceEntry]) {
        let Turn { n: turn, pid, outcome, .. } = last;
        let byte = |at| shared_byte(machine, at);
        if matches!(outcome, Outcome::Faulted(_)) {
            self.pending.clear();
        }
        if entries.is_empty() && touched.is_empty() {
            return self.retire(byte);
        }
        let call = self.call(machine, last);
        let copied = call.filter(|c| matches!(c.number, (5, 2) | (4, 2))).map_or(8, |c| c.given[3] & 0xFFFF);
        let of = |kind: TraceKind, own: bool| entries.iter().filter(move |e| e.kind() == kind && (e.pid == pid) == own);
        let sent = || entries.iter().filter(|e| e.kind() == TraceKind::Send);
        sent().for_each(|e| self.order.find_room(e, pid, copied, machine));
        of(TraceKind::Recv, true).for_each(|e| self.order.received(e, machine));
        if let Some(call) = &call {
            self.order.learn(call, machine);
        }
        self.retire(byte);
        self.commit(pid, turn, How::Service, touched, byte);
        if let Some(call) = &call {
            self.order.tell(call, machine, |at| name(machine, pid, at));
        }
        sent().for_each(|e| self.order.sent(e, Some(pid), copied, machine));
        of(TraceKind::Recv, false).for_each(|e| self.order.received(e, machine));
        self.commit_others(pid, machine, touched);
        self.order.settle(machine);
    }

    /// The service call a turn was, if it was answered.
    fn call(&self, machine: &Machine, last: Turn) -> Option<Service> {
        let Outcome::Trap { module, function } = last.outcome else { return None };
        let task = machine.task(last.pid)?;
        let answered = [0, 1].map(|i| machine.reg(task, i));
        Some(Service { pid: last.pid, turn: last.n, number: (module, function), given: self.given, answered })
    }
}

impl Observer for Witness {
    fn wants_touches(&self) -> bool {
        true
    }

    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if !self.pending.is_empty() {
            self.retire(|at| ram.byte(at as usize, false));
        }
        if stores_into(cx, ram, code, &self.words) || reads_from(cx, ram, code, &self.words) {
            self.turn = turn;
            let words = &self.words;
            let pending = &mut self.pending;
            touches(cx, ram, code, |t| {
                if t.bank.is_none() && words.touched(t.address, t.len) {
                    pending.push(t);
                }
            });
        }
        if calls_service(cx, code) {
            let base = u32::from(cx.reg_base);
            let word = |i: u32| {
                (0..4).rev().fold(0, |word, b| word << 8 | u32::from(ram.byte((base + 4 * i + b) as usize, false)))
            };
            self.given = [0, 1, 2, 3, 4, 5].map(word);
        }
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        let entries = fresh(machine, &mut self.entries);
        match last {
            Some(turn) if turn.n > self.ended => {
                self.ended = turn.n;
                self.end_turn(machine, turn, touched, &entries);
            }
            // Waits that have ended before the first turn of a run.
            None => self.commit_others(0, machine, touched),
            Some(_) => {}
        }
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        fresh(machine, &mut self.entries);
        self.commit_others(0, machine, touched);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        let entries = fresh(machine, &mut self.entries);
        self.order.outside(&entries, machine.turns());
        for entry in &entries {
            match entry.kind() {
                TraceKind::Send => self.order.sent(entry, None, 8, machine),
                TraceKind::Recv => self.order.received(entry, machine),
                TraceKind::Load => {
                    for range in machine.task(entry.pid).into_iter().flat_map(arena) {
                        self.shadow.clear(range.clone());
                        self.reads.iter_mut().for_each(|reads| reads.clear(range.clone()));
                    }
                }
                _ => {}
            }
        }
        self.commit_others(0, machine, touched);
        if self.host {
            self.commit(0, machine.turns(), How::Delivery, touched, |at| shared_byte(machine, at));
        }
        self.order.settle(machine);
    }
}

fn shared_byte(machine: &Machine, at: u32) -> u8 {
    machine.ram().bytes().get(at as usize).copied().unwrap_or(0)
}

/// A text in a task's memory, as services read file names.
fn name(machine: &Machine, pid: Pid, at: u32) -> String {
    let byte = |at: u16| machine.task(pid).map_or(0, |t| machine.ram().byte(&t.bank, at.into()));
    text::decode(&text::c_string(at as u16, byte))
}
