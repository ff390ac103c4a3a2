//! The ring that keeps the newest entries, packed.

use super::{TraceEntry, TraceKind, What};
use crate::executive::Pid;
use crate::executive::input::InputKind;
use crate::executive::mailbox::DescriptorId;
use crate::vm::Fault;

/// An entry as the ring keeps it: four words, so that writing one is four stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Slot {
    turn: u64,
    time_us: u64,
    /// pc, pid << 32, kind << 48.
    what: u64,
    arg: u64,
}

impl Slot {
    #[inline(always)]
    fn of(entry: TraceEntry) -> Slot {
        let TraceEntry { turn, time_us, pid, pc, what } = entry;
        let tag = u64::from(pc) | u64::from(pid) << 32 | (what.kind() as u64) << 48;
        Slot { turn, time_us, what: tag, arg: pack(what) }
    }

    fn entry(self) -> TraceEntry {
        // Only kinds are packed; an index past them cannot be.
        let kind = TraceKind::ALL.get((self.what >> 48) as usize).copied().unwrap_or(TraceKind::Step);
        let (pid, pc) = ((self.what >> 32) as Pid, self.what as u32);
        TraceEntry { turn: self.turn, time_us: self.time_us, pid, pc, what: unpack(kind, self.arg) }
    }
}

/// What an entry says as a number: the only place that packs it, beside [`unpack`].
#[inline(always)]
pub(super) fn pack(what: What) -> u64 {
    let mailbox = |on: Option<DescriptorId>| u64::from(on.unwrap_or(0));
    match what {
        What::Step | What::Kill => 0,
        What::Trap { module, function } => u64::from(module) << 8 | u64::from(function),
        What::Block { on } => mailbox(on),
        What::Wake { by } => mailbox(by),
        What::Timeout { on } => on.into(),
        What::Halt { status } => status.into(),
        What::Fault { fault } => fault_number(fault) | u64::from(fault.address().unwrap_or(0)) << 8,
        What::Break { code } => code.into(),
        What::Load { entry } => entry.into(),
        What::Idle { us } => us,
        What::Input { input } => input as u64,
        What::Send { mailbox, seq } | What::Recv { mailbox, seq } => u64::from(mailbox) << 32 | u64::from(seq),
        What::Foreign { address } => address.into(),
    }
}

/// What a number that was packed says.
fn unpack(kind: TraceKind, arg: u64) -> What {
    let mailbox = (arg != 0).then_some(arg as DescriptorId);
    match kind {
        TraceKind::Step => What::Step,
        TraceKind::Kill => What::Kill,
        TraceKind::Trap => What::Trap { module: (arg >> 8) as u8, function: arg as u8 },
        TraceKind::Block => What::Block { on: mailbox },
        TraceKind::Wake => What::Wake { by: mailbox },
        TraceKind::Timeout => What::Timeout { on: arg as DescriptorId },
        TraceKind::Halt => What::Halt { status: arg as u32 },
        TraceKind::Fault => What::Fault { fault: fault_of(arg as u8, (arg >> 8) as u16) },
        TraceKind::Break => What::Break { code: arg as u8 },
        TraceKind::Load => What::Load { entry: arg as u32 },
        TraceKind::Idle => What::Idle { us: arg },
        TraceKind::Input => What::Input { input: InputKind::of(arg) },
        TraceKind::Send => What::Send { mailbox: (arg >> 32) as DescriptorId, seq: arg as u32 },
        TraceKind::Recv => What::Recv { mailbox: (arg >> 32) as DescriptorId, seq: arg as u32 },
        TraceKind::Foreign => What::Foreign { address: arg as u16 },
    }
}

const fn fault_number(fault: Fault) -> u64 {
    match fault {
        Fault::StackOverflow => 1,
        Fault::StackUnderflow => 2,
        Fault::MemFault { .. } => 3,
        Fault::DivZero => 4,
        Fault::IllegalOpcode => 5,
        Fault::PcOutOfRange => 6,
    }
}

/// The fault with a number; only numbers of faults are packed.
fn fault_of(number: u8, address: u16) -> Fault {
    let all = [
        Fault::StackOverflow,
        Fault::StackUnderflow,
        Fault::MemFault { address },
        Fault::DivZero,
        Fault::IllegalOpcode,
        Fault::PcOutOfRange,
    ];
    all.into_iter().find(|fault| fault_number(*fault) == u64::from(number)).unwrap_or(Fault::PcOutOfRange)
}

/// The last entries of the trace; older ones are dropped and counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ring {
    pub(super) slots: Vec<Slot>,
    pub(super) total: u64,
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
    pub fn push(&mut self, entry: TraceEntry) {
        self.writer().push(entry);
    }

    /// Counts entries that are left out: their slots keep what they hold.
    pub(in crate::executive) fn leave_out(&mut self, entries: u64) {
        if !self.slots.is_empty() {
            self.total += entries;
        }
    }

    /// The next entry is to be this one, from 0: later ones are written once more.
    pub(in crate::executive) fn rewind(&mut self, total: u64) {
        self.total = total;
    }

    /// The ring opened for many entries in a row.
    #[inline(always)]
    pub fn writer(&mut self) -> Writer<'_> {
        Writer { total: self.total, slots: &mut self.slots, written: &mut self.total }
    }

    /// The last `count` entries that are kept, oldest first.
    pub fn last(&self, count: usize) -> impl DoubleEndedIterator<Item = TraceEntry> {
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
    pub fn push(&mut self, entry: TraceEntry) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_for_every_kind() {
        for kind in TraceKind::ALL {
            for arg in [0, 1, 2, 3, 4, 5, 6, 0x0502, 0x0500_0003, u64::from(u32::MAX), 13 << 32 | 48] {
                let what = unpack(kind, arg);
                assert_eq!((what.kind(), unpack(kind, pack(what))), (kind, what), "{arg}");
            }
        }
        let fault = What::Fault { fault: Fault::MemFault { address: 0x1054 } };
        assert_eq!(pack(fault), 3 | 0x1054 << 8);
    }
}
