//! The 64 KiB data RAM, who owns which word of it, and the banked image data over it.

mod cells;
mod memory;
mod whole;

use cells::Cells;
pub use cells::PAGE_BYTES;
pub use memory::Memory;
use std::fmt;

/// Where an image's own data starts in its task's address space.
pub const BANK_BASE: u32 = 0x4000;
/// The register window: sixteen words.
pub const WINDOW_BYTES: u32 = 64;
/// Bytes of RAM.
pub const RAM_BYTES: usize = 0x1_0000;
/// A little more than 64 KiB, so that `base + offset` indices of any 16-bit base provably fit.
const STORAGE: usize = RAM_BYTES + 512;
const WORDS: usize = RAM_BYTES / 4;

/// The shared RAM. Which task owns a word is kept beside it for protection and for the map.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ram {
    cells: Box<Cells>,
    owners: Box<[u16; WORDS]>,
    /// Whether stores into another task's arena are refused (else they are done and reported).
    pub protect: bool,
}

impl fmt::Debug for Ram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ram").field("protect", &self.protect).finish_non_exhaustive()
    }
}

impl Ram {
    /// Zeroed RAM that no task owns.
    #[must_use]
    pub fn new(protect: bool) -> Ram {
        Ram { cells: Box::default(), owners: Box::new([0; WORDS]), protect }
    }

    /// The 65536 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.cells.bytes[..RAM_BYTES]
    }

    /// Fills a range with zeros. What would pass 0xFFFF is left out.
    pub fn clear(&mut self, start: u32, len: u32) {
        let start = (start as usize).min(RAM_BYTES);
        let end = (start + len as usize).min(RAM_BYTES);
        self.cells.bytes[start..end].fill(0);
        self.cells.mark(start..end);
    }

    /// Writes down that `pid` owns the words of a range (0: no task). Both ends are 4-aligned.
    pub fn own(&mut self, start: u32, len: u32, pid: u16) {
        let words = (start as usize / 4).min(WORDS)..((start + len) as usize / 4).min(WORDS);
        self.owners[words].fill(pid);
    }

    /// Who owns the word at an address; 0 for no task.
    #[must_use]
    pub fn owner(&self, address: u16) -> u16 {
        self.owners[usize::from(address) / 4]
    }

    /// The memory as the task with this bank sees it.
    #[inline(always)]
    pub fn view<'a>(&'a mut self, bank: &'a mut [u8]) -> View<'a> {
        View { cells: &mut self.cells, owners: &self.owners, bank, protect: self.protect }
    }

    /// Register or stack word: never banked. `offset` is at most 60.
    #[inline(always)]
    pub(super) fn word(&self, base: u16, offset: u8) -> u32 {
        word(&self.cells.bytes, base, offset)
    }

    /// Sets a register or stack word.
    #[inline(always)]
    pub(super) fn set_word(&mut self, base: u16, offset: u8, value: u32) {
        set_word(&mut self.cells.bytes, base, offset, value);
    }

    /// A word of the shared RAM, whatever banks lie over it.
    #[inline(always)]
    #[must_use]
    pub fn shared_word(&self, address: u16) -> u32 {
        word(&self.cells.bytes, address, 0)
    }

    /// Sets such a word as it was before. Nothing is stored by that: its page is not marked as written.
    #[inline(always)]
    pub fn set_shared_word(&mut self, address: u16, value: u32) {
        set_word(&mut self.cells.bytes, address, 0, value);
    }

    /// One byte as a task sees it; 0 past the end of RAM.
    #[must_use]
    pub fn byte(&self, bank: &[u8], address: usize) -> u8 {
        read_byte(&self.cells.bytes, bank, address)
    }

    /// Sets one byte as a task sees it; nothing past the end of RAM.
    pub fn set_byte(&mut self, bank: &mut [u8], address: usize, value: u8) {
        write_byte(&mut self.cells, bank, address, value);
    }
}

/// What one instruction of one task can reach: RAM, the task's bank over it, and who owns what.
#[derive(Debug)]
pub struct View<'a> {
    cells: &'a mut Cells,
    owners: &'a [u16; WORDS],
    bank: &'a mut [u8],
    pub(super) protect: bool,
}

impl View<'_> {
    /// The same memory once more, for a while.
    #[inline(always)]
    pub fn again(&mut self) -> View<'_> {
        View { cells: self.cells, owners: self.owners, bank: self.bank, protect: self.protect }
    }

    /// The same memory with another bank over it.
    #[inline(always)]
    pub fn with<'b>(&'b mut self, bank: &'b mut [u8]) -> View<'b> {
        View { cells: self.cells, owners: self.owners, bank, protect: self.protect }
    }

    /// Register or stack word: never banked. `offset` is at most 60.
    #[inline(always)]
    pub(super) fn word(&self, base: u16, offset: u8) -> u32 {
        word(&self.cells.bytes, base, offset)
    }

    /// Sets a register or stack word.
    #[inline(always)]
    pub(super) fn set_word(&mut self, base: u16, offset: u8, value: u32) {
        set_word(&mut self.cells.bytes, base, offset, value);
    }

    /// Whether a store of `N` bytes touches a word of RAM that a task other than `pid` owns.
    #[inline(always)]
    pub(super) fn foreign<const N: usize>(&self, address: u16, pid: u16) -> bool {
        let first = self.owners[usize::from(address) / 4];
        let last = self.owners[usize::from(address.wrapping_add(N as u16 - 1)) / 4];
        ((first != 0 && first != pid) | (last != 0 && last != pid)) && !self.in_bank::<N>(address)
    }

    /// Who owns the word at an address; 0 for no task.
    pub(super) fn owner(&self, address: u16) -> u16 {
        self.owners[usize::from(address) / 4]
    }

    /// Bytes of the bank, at most four that lie in it, as a number.
    pub(super) fn banked_bytes(&self, address: u16, len: u8) -> u32 {
        let at = usize::from(address) - BANK_BASE as usize;
        self.bank[at..at + usize::from(len)].iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
    }

    /// A store inside the task's own bank touches no other task's RAM.
    #[inline(always)]
    pub(super) fn in_bank<const N: usize>(&self, address: u16) -> bool {
        let at = usize::from(address).checked_sub(BANK_BASE as usize);
        at.is_some_and(|at| at + N <= self.bank.len())
    }

    /// Whether an access of `N` bytes could touch the bank: false for all the rest of RAM.
    #[inline(always)]
    pub(super) fn touches_bank<const N: usize>(&self, at: usize) -> bool {
        const BASE: usize = BANK_BASE as usize;
        at.wrapping_sub(BASE - (N - 1)) < self.bank.len() + (N - 1) && !self.bank.is_empty()
    }

    /// Reads `N` bytes (1, 2 or 4); the caller has checked that they end at or below 0xFFFF.
    #[inline(always)]
    pub(super) fn read<const N: usize>(&self, address: u16) -> u32 {
        let at = usize::from(address);
        if self.touches_bank::<N>(at) { self.read_banked::<N>(at) } else { get::<N>(&self.cells.bytes[at..at + N]) }
    }

    #[inline(always)]
    fn read_banked<const N: usize>(&self, at: usize) -> u32 {
        match at.checked_sub(BANK_BASE as usize).and_then(|at| self.bank.get(at..at + N)) {
            Some(inside) => get::<N>(inside),
            None => {
                (0..N).rev().fold(0, |word, i| word << 8 | u32::from(read_byte(&self.cells.bytes, self.bank, at + i)))
            }
        }
    }

    /// Writes the low `N` bytes (1, 2 or 4) of a word; the same condition.
    #[inline(always)]
    pub(super) fn write<const N: usize>(&mut self, address: u16, value: u32) {
        let at = usize::from(address);
        if self.touches_bank::<N>(at) {
            self.write_banked::<N>(at, value);
        } else {
            put::<N>(&mut self.cells.bytes[at..at + N], value);
            self.cells.mark_at(address);
        }
    }

    #[inline(always)]
    fn write_banked<const N: usize>(&mut self, at: usize, value: u32) {
        match at.checked_sub(BANK_BASE as usize).and_then(|at| self.bank.get_mut(at..at + N)) {
            Some(inside) => put::<N>(inside, value),
            None => {
                let bytes = value.to_le_bytes();
                (0..N).for_each(|i| write_byte(self.cells, self.bank, at + i, bytes[i]));
            }
        }
    }
}

/// A little-endian number of 1, 2 or 4 bytes, read as one.
#[inline(always)]
fn get<const N: usize>(bytes: &[u8]) -> u32 {
    match N {
        1 => u32::from(bytes[0]),
        2 => u32::from(u16::from_le_bytes([bytes[0], bytes[1]])),
        _ => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
    }
}

/// The same, written as one.
#[inline(always)]
fn put<const N: usize>(bytes: &mut [u8], value: u32) {
    match N {
        1 => bytes[0] = value as u8,
        2 => bytes.copy_from_slice(&(value as u16).to_le_bytes()),
        _ => bytes.copy_from_slice(&value.to_le_bytes()),
    }
}

#[inline(always)]
fn word(bytes: &[u8; STORAGE], base: u16, offset: u8) -> u32 {
    let at = usize::from(base) + usize::from(offset);
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[inline(always)]
fn set_word(bytes: &mut [u8; STORAGE], base: u16, offset: u8, value: u32) {
    let at = usize::from(base) + usize::from(offset);
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn read_byte(bytes: &[u8; STORAGE], bank: &[u8], address: usize) -> u8 {
    let banked = address.checked_sub(BANK_BASE as usize).and_then(|at| bank.get(at));
    banked.or(bytes[..RAM_BYTES].get(address)).copied().unwrap_or(0)
}

fn write_byte(cells: &mut Cells, bank: &mut [u8], address: usize, value: u8) {
    let banked = address.checked_sub(BANK_BASE as usize).and_then(|at| bank.get_mut(at));
    if let Some(slot) = banked {
        *slot = value;
    } else if let Some(slot) = cells.bytes[..RAM_BYTES].get_mut(address) {
        *slot = value;
        cells.mark(address..address + 1);
    }
}
