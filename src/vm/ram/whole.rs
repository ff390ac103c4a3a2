//! All of RAM at once: for copies of it, and for which task would see a byte.

use super::{BANK_BASE, Ram, STORAGE, View, WORDS};

impl Ram {
    /// Every byte kept, the few past the end of RAM included.
    #[must_use]
    pub fn storage(&self) -> &[u8] {
        &self.cells.bytes[..]
    }

    /// The same, to be written: a state that is put back, which stores nothing. The length is fixed.
    pub fn storage_mut(&mut self) -> &mut [u8; STORAGE] {
        &mut self.cells.bytes
    }

    /// Who owns each word; 0 for no task.
    #[must_use]
    pub fn owners(&self) -> &[u16] {
        &self.owners[..]
    }

    /// The same, to be written. The length is fixed.
    pub fn owners_mut(&mut self) -> &mut [u16; WORDS] {
        &mut self.owners
    }

    /// The pages of [`PAGE_BYTES`](super::PAGE_BYTES) in which stores of instructions and services began since this was
    /// asked last, by bit: banks, registers and what PUSH and CALL store left out.
    pub fn take_written(&mut self) -> u128 {
        self.cells.take_written()
    }
}

impl View<'_> {
    /// One byte of the shared RAM, whatever lies over it, or of what the task sees.
    #[must_use]
    pub fn byte(&self, address: usize, seen: bool) -> u8 {
        super::read_byte(&self.cells.bytes, if seen { self.bank } else { &[] }, address)
    }

    /// Whether this task sees its own bank at an address.
    pub(in crate::vm) fn banked(&self, address: u32) -> bool {
        address.checked_sub(BANK_BASE).is_some_and(|at| (at as usize) < self.bank.len())
    }
}
