//! The trace: what happened in each turn, kept in a bounded ring.

use super::Pid;
use serde::Serialize;

/// What a trace entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[repr(u8)]
pub enum Kind {
    /// One ordinary instruction retired. arg 0.
    Step,
    /// A service call was answered. arg = module << 8 | function.
    Trap,
    /// The task began to wait. arg = mailbox descriptor; 0 for a sleep.
    Block,
    /// A wait was ended by a message (arg = descriptor) or by the end of a sleep (arg 0).
    Wake,
    /// A wait reached its time limit. arg = descriptor.
    Timeout,
    /// The task returned or exited. arg = exit status.
    Halt,
    /// The task faulted. arg = fault number (1 stack_overflow, 2 stack_underflow, 3 mem_fault,
    /// 4 div_zero, 5 illegal_opcode, 6 pc_out_of_range) | address << 8.
    Fault,
    /// BRK. arg = its code.
    Break,
    /// A task was loaded. arg = entry.
    Load,
    /// A task was killed. arg 0.
    Kill,
    /// Nothing could run: the clock jumped to the next deadline. pid 0, arg = µs jumped.
    Idle,
    /// Something came from outside. arg = kind of input.
    Input,
    /// A message was queued. arg = descriptor << 32 | sequence number.
    Send,
    /// A message was received. arg = descriptor << 32 | sequence number.
    Recv,
    /// A store into another task's arena, protection being off. arg = address.
    Foreign,
}

impl Kind {
    /// All kinds, in order.
    pub const ALL: [Kind; 15] = [
        Kind::Step,
        Kind::Trap,
        Kind::Block,
        Kind::Wake,
        Kind::Timeout,
        Kind::Halt,
        Kind::Fault,
        Kind::Break,
        Kind::Load,
        Kind::Kill,
        Kind::Idle,
        Kind::Input,
        Kind::Send,
        Kind::Recv,
        Kind::Foreign,
    ];

    /// The kind's name, upper case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Step => "STEP",
            Kind::Trap => "TRAP",
            Kind::Block => "BLOCK",
            Kind::Wake => "WAKE",
            Kind::Timeout => "TIMEOUT",
            Kind::Halt => "HALT",
            Kind::Fault => "FAULT",
            Kind::Break => "BREAK",
            Kind::Load => "LOAD",
            Kind::Kill => "KILL",
            Kind::Idle => "IDLE",
            Kind::Input => "INPUT",
            Kind::Send => "SEND",
            Kind::Recv => "RECV",
            Kind::Foreign => "FOREIGN",
        }
    }
}

mod tail;
pub(super) use tail::Tail;

/// One entry of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Entry {
    /// The turn, from 1; what comes from outside carries the turn before it.
    pub turn: u64,
    /// Virtual time after the turn, µs.
    pub time_us: u64,
    /// Whom it concerns; 0 for the machine.
    pub pid: Pid,
    /// What happened.
    pub kind: Kind,
    /// PC before the instruction; for a wake or timeout the PC at which the task goes on.
    pub pc: u32,
    /// Depends on the kind.
    pub arg: u64,
}

/// An entry as the ring keeps it: four words, so that writing one is four stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Slot {
    turn: u64,
    time_us: u64,
    /// pc, pid << 32, kind << 48.
    what: u64,
    arg: u64,
}

impl Slot {
    #[inline(always)]
    fn of(entry: Entry) -> Slot {
        let what = u64::from(entry.pc) | u64::from(entry.pid) << 32 | (entry.kind as u64) << 48;
        Slot { turn: entry.turn, time_us: entry.time_us, what, arg: entry.arg }
    }

    fn entry(self) -> Entry {
        // Only kinds are packed; an index past them cannot be.
        let kind = Kind::ALL.get((self.what >> 48) as usize).copied().unwrap_or(Kind::Step);
        let (pid, pc) = ((self.what >> 32) as Pid, self.what as u32);
        Entry { turn: self.turn, time_us: self.time_us, pid, kind, pc, arg: self.arg }
    }
}

/// The last entries of the trace; older ones are dropped and counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ring {
    slots: Vec<Slot>,
    total: u64,
}

impl Ring {
    /// A ring for `capacity` entries, rounded up to a power of two; 0 keeps nothing.
    #[must_use]
    pub fn new(capacity: usize) -> Ring {
        let size = if capacity == 0 { 0 } else { capacity.next_power_of_two() };
        Ring { slots: vec![Slot::default(); size], total: 0 }
    }

    /// How many entries fit.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Entries ever written.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Entries no longer kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.total.saturating_sub(self.slots.len() as u64)
    }

    /// Writes an entry, over the oldest one when the ring is full.
    pub fn push(&mut self, entry: Entry) {
        self.writer().push(entry);
    }

    /// The ring opened for many entries in a row.
    #[inline(always)]
    pub fn writer(&mut self) -> Writer<'_> {
        Writer { total: self.total, slots: &mut self.slots, written: &mut self.total }
    }

    /// The last `count` entries that are kept, oldest first.
    pub fn last(&self, count: usize) -> impl DoubleEndedIterator<Item = Entry> {
        let kept = (self.total - self.dropped()).min(count as u64);
        let mask = self.slots.len().wrapping_sub(1);
        (self.total - kept..self.total).filter_map(move |i| self.slots.get(i as usize & mask)).map(|s| s.entry())
    }
}

/// A ring opened for many entries in a row: its bounds are looked up once.
#[derive(Debug)]
pub struct Writer<'a> {
    slots: &'a mut [Slot],
    total: u64,
    written: &'a mut u64,
}

impl Writer<'_> {
    /// Writes an entry, over the oldest one when the ring is full.
    #[inline(always)]
    pub fn push(&mut self, entry: Entry) {
        let mask = self.slots.len().wrapping_sub(1);
        // The mask fits a power-of-two length; an empty ring has no slot to find.
        if let Some(slot) = self.slots.get_mut(self.total as usize & mask) {
            *slot = Slot::of(entry);
        }
        self.total += 1;
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        *self.written = self.total;
    }
}
