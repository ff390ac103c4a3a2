//! Observers of a replay: who wrote a word, whose turn it was.

use crate::executive::{Machine, Observer, Outcome, Pid, Turn};
use crate::vm::{Code, Context, RAM_BYTES, Span, Touch, View, stores_into};
use serde::Serialize;

/// Up to four bytes of memory to be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchedBytes {
    pub(super) span: Span,
}

impl WatchedBytes {
    /// `len` bytes (1..=4) at an address as a task sees it; `None` past the end of RAM or if there
    /// is no such task.
    #[must_use]
    pub fn seen(machine: &Machine, pid: Pid, address: u16, len: u32) -> Option<WatchedBytes> {
        let task = machine.task(pid)?;
        let (start, end) = (u32::from(address), u32::from(address) + len.clamp(1, 4));
        let banked = start.checked_sub(crate::vm::BANK_BASE).is_some_and(|at| (at as usize) < task.bank.len());
        let bank = banked.then_some(pid);
        (end <= RAM_BYTES as u32).then_some(WatchedBytes { span: Span { start, end, bank } })
    }

    /// A register of a task: a word of RAM.
    #[must_use]
    pub fn register(machine: &Machine, pid: Pid, register: u8) -> Option<WatchedBytes> {
        let start = u32::from(machine.task(pid)?.context.reg_base) + 4 * u32::from(register & 15);
        Some(WatchedBytes { span: Span { start, end: start + 4, bank: None } })
    }

    /// The word some bytes below a task's SP, which is never banked: it pops the one 0 bytes below, and pushes
    /// over the one 4 bytes below.
    #[must_use]
    pub fn stack(machine: &Machine, pid: Pid, below: u32) -> Option<WatchedBytes> {
        let start = machine.task(pid)?.context.sp.checked_sub(below)?;
        (start + 4 <= RAM_BYTES as u32).then_some(WatchedBytes { span: Span { start, end: start + 4, bank: None } })
    }

    /// Whether it has a byte in common with another.
    #[must_use]
    pub fn overlaps(&self, other: WatchedBytes) -> bool {
        let (a, b) = (self.span, other.span);
        a.bank == b.bank && a.start < b.end && b.start < a.end
    }

    /// How many bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.span.end - self.span.start
    }

    /// Whose bank it lies in; `None` for the shared RAM.
    #[must_use]
    pub fn bank(&self) -> Option<Pid> {
        self.span.bank
    }

    /// First address.
    #[must_use]
    pub fn address(&self) -> u32 {
        self.span.start
    }

    /// What is there now; 0 in the bank of a task that is not there.
    #[must_use]
    pub fn value(&self, machine: &Machine) -> u32 {
        let bank = self.span.bank.and_then(|pid| machine.task(pid)).map_or(&[][..], |t| &t.bank);
        self.read(|at| machine.ram().byte(bank, at))
    }

    pub(super) fn read(&self, byte: impl Fn(usize) -> u8) -> u32 {
        (self.span.start..self.span.end).rev().fold(0, |word, at| word << 8 | u32::from(byte(at as usize)))
    }
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Writer {
    /// In which turn; for an input the turn before it.
    pub turn: u64,
    /// Whose turn it was; `None` for an input.
    pub pid: Option<Pid>,
    /// PC of the instruction; `None` for an input.
    pub pc: Option<u32>,
}

/// Finds the first and the last store into a spot. A store counts whatever it stores; a service
/// call, a wake or an input counts if it changed the value.
pub(super) struct Writes {
    spot: WatchedBytes,
    value: u32,
    /// The value may be out of date: the last write came after it.
    stale: bool,
    pub first: Option<Writer>,
    pub last: Option<Writer>,
    /// First and last as they were before the write at hand, which may turn out to be a fault.
    sure: (Option<Writer>, Option<Writer>),
}

impl Writes {
    pub fn new(spot: WatchedBytes, machine: &Machine) -> Writes {
        let value = spot.value(machine);
        Writes { spot, value, stale: false, first: None, last: None, sure: (None, None) }
    }

    fn hit(&mut self, writer: Writer) {
        self.sure = (self.first, self.last);
        self.first = self.first.or(Some(writer));
        self.last = Some(writer);
    }
}

impl Observer for Writes {
    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        let bank = self.spot.span.bank;
        if self.stale && bank.is_none_or(|pid| pid == cx.pid) {
            self.value = self.spot.read(|at| ram.byte(at, bank.is_some()));
            self.stale = false;
        }
        if stores_into(cx, ram, code, &self.spot.span) {
            self.hit(Writer { turn, pid: Some(cx.pid), pc: Some(cx.pc) });
            self.stale = true;
        }
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, _: &[Touch]) -> bool {
        let now = self.spot.value(machine);
        let turn = last.map(|t| Writer { turn: t.n, pid: Some(t.pid), pc: Some(t.pc) });
        let refused = last.is_some_and(|t| matches!(t.outcome, Outcome::Faulted(_)));
        if self.stale && refused && self.last == turn {
            (self.first, self.last) = self.sure;
            self.stale = false;
        }
        if let Some(turn) = turn.filter(|t| self.last != Some(*t))
            && !self.stale
            && now != self.value
        {
            self.hit(turn);
        }
        self.value = now;
        self.stale = false;
        false
    }

    fn input(&mut self, machine: &Machine, _: &[Touch]) {
        let now = self.spot.value(machine);
        if !self.stale && now != self.value {
            self.hit(Writer { turn: machine.turns(), pid: None, pc: None });
        }
        self.value = now;
        self.stale = false;
    }
}

/// Finds the last turn for which something holds of the context before it.
pub(super) struct LastTurn<F> {
    holds: F,
    pub turn: Option<u64>,
}

impl<F: FnMut(&Context) -> bool> LastTurn<F> {
    pub fn new(holds: F) -> LastTurn<F> {
        LastTurn { holds, turn: None }
    }
}

impl<F: FnMut(&Context) -> bool> Observer for LastTurn<F> {
    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, _: &View<'_>, _: &Code) -> bool {
        if (self.holds)(cx) {
            self.turn = Some(turn);
        }
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}
