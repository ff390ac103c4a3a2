//! What a task reads of the world as it continues alone, while all others stand still.

use crate::executive::input::Input;
use crate::executive::mailbox::DescriptorId;
use crate::executive::trace::What;
use crate::executive::{Machine, Marks, Observer, Pid, Turn, Who};
use crate::vm::{Code, Context, RAM_BYTES, Touch, View};

/// Turns of the task that are looked through, at most.
pub(super) const AHEAD: u64 = 1 << 14;

/// Something that a task reads as it continues alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpcomingRead {
    /// Which of its turns reads it, counted from its start, from 1.
    pub n: u64,
    /// The address of that turn's instruction.
    pub pc: u32,
    /// What it reads.
    pub what: Readable,
}

/// Something that a task can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// Bytes of the shared RAM, registers among them.
    Bytes {
        /// First address.
        address: u32,
        /// How many.
        len: u32,
    },
    /// A message.
    Message {
        /// Of which mailbox.
        mailbox: DescriptorId,
        /// Its number there.
        seq: u32,
    },
}

/// A copy of a machine in which one task continues alone: all others are held back. A wait that ends by the clock ends.
pub(super) fn with_others_held(machine: &Machine, pid: Pid) -> Machine {
    let mut machine = machine.clone();
    let others: Vec<Pid> = machine.tasks().iter().map(|task| task.pid).filter(|other| *other != pid).collect();
    for other in others {
        // One that has ended cannot be held back, and need not be.
        let _ = machine.apply(&Input::Pause(other));
    }
    skip_wait(&mut machine);
    machine
}

/// Lets the clock jump if the task waits for it.
pub(super) fn skip_wait(machine: &mut Machine) {
    if machine.next().is_none() {
        machine.skip_idle();
    }
}

/// What a task reads as it continues alone, before it has written it itself: each byte and message once, in the order in
/// which they are read. Also how many turns it could take, of those that are looked through.
#[must_use]
pub fn upcoming_reads(machine: &Machine, pid: Pid) -> (Vec<UpcomingRead>, u64) {
    let mut machine = with_others_held(machine, pid);
    let done = machine.task(pid).map_or(0, |task| task.counters().turns);
    let mut reads = Reads { pid, n: done, known: vec![false; RAM_BYTES], found: Vec::new() };
    for turn in 0..AHEAD {
        reads.n = done + turn + 1;
        let noted = machine.trace().total();
        if machine.observe(Who::Only(pid), 1, &Marks::default(), &mut reads).turns == 0 {
            return (reads.found, turn);
        }
        reads.messages(&machine, noted);
        skip_wait(&mut machine);
    }
    (reads.found, AHEAD)
}

struct Reads {
    pid: Pid,
    n: u64,
    /// The bytes that were read or written.
    known: Vec<bool>,
    found: Vec<UpcomingRead>,
}

impl Reads {
    fn touch(&mut self, touch: &Touch) {
        if touch.pid != self.pid || touch.bank.is_some() {
            return;
        }
        let Touch { pc, address, len, write, .. } = *touch;
        let bytes = (address as usize).min(RAM_BYTES)..((address + len) as usize).min(RAM_BYTES);
        let fresh = self.known[bytes.clone()].iter().any(|known| !known);
        self.known[bytes].fill(true);
        if fresh && !write {
            self.found.push(UpcomingRead { n: self.n, pc, what: Readable::Bytes { address, len } });
        }
    }

    /// Takes in the messages that were received since the trace had `noted` entries.
    fn messages(&mut self, machine: &Machine, noted: u64) {
        let new = usize::try_from(machine.trace().total() - noted).unwrap_or(usize::MAX);
        for entry in machine.trace().last(new).filter(|entry| entry.pid == self.pid) {
            if let What::Recv { mailbox, seq } = entry.what {
                self.found.push(UpcomingRead { n: self.n, pc: entry.pc, what: Readable::Message { mailbox, seq } });
            }
        }
    }
}

impl Observer for Reads {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        crate::vm::touches(cx, ram, code, |touch| self.touch(&touch));
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        touched.iter().for_each(|touch| self.touch(touch));
        false
    }
}
