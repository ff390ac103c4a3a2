//! Shared memory as it was before a turn of the executive: what the turn writes is found out from it afterwards.

use crate::executive::Machine;

/// Words changed since the copy was brought up to date, at most; with more all of it is copied.
const CHANGED: usize = 4096;

/// A copy of shared memory that is brought up to date only when it is needed.
#[derive(Debug)]
pub(super) struct Shadow {
    bytes: Vec<u8>,
    /// Addresses of words that may differ from it.
    changed: Vec<u16>,
}

impl Shadow {
    pub fn of(machine: &Machine) -> Shadow {
        Shadow { bytes: machine.ram().bytes().to_vec(), changed: Vec::new() }
    }

    /// Notes that the word at an address changes.
    #[inline]
    pub fn changes(&mut self, address: u16) {
        if self.changed.len() < CHANGED {
            self.changed.push(address & !3);
        }
    }

    /// Brings the copy up to date.
    pub fn update(&mut self, machine: &Machine) {
        let now = machine.ram().bytes();
        if self.changed.len() >= CHANGED {
            self.bytes.copy_from_slice(now);
            self.changed.clear();
        }
        for address in self.changed.drain(..) {
            let word = usize::from(address)..usize::from(address) + 4;
            self.bytes[word.clone()].copy_from_slice(&now[word]);
        }
    }

    /// The word at an address as it was, if it is another now; from then on as it is now.
    pub fn exchange(&mut self, address: u16, now: u32) -> Option<u32> {
        let at = usize::from(address & !3);
        let word = self.bytes.get_mut(at..at + 4)?;
        let before = word.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        word.copy_from_slice(&now.to_le_bytes());
        (before != now).then_some(before)
    }
}
