//! What an instruction asks of memory: so that one definition of the instructions serves strict turns, which may do
//! everything, and turns that run ahead, which may touch only what no other task does.

use super::View;

/// Memory as one instruction of one task wants it. The questions that begin with `may` are asked before what they are
/// about is done; an instruction that is refused has changed nothing.
pub trait Memory {
    /// Register or stack word: never banked. `offset` is at most 60.
    fn word(&self, base: u16, offset: u8) -> u32;
    /// Sets a register or stack word.
    fn set_word(&mut self, base: u16, offset: u8, value: u32);
    /// Reads `N` bytes (1, 2 or 4); the caller has checked that they end at or below 0xFFFF.
    fn read<const N: usize>(&self, address: u16) -> u32;
    /// Writes the low `N` bytes (1, 2 or 4) of a word; the same condition.
    fn write<const N: usize>(&mut self, address: u16, value: u32);
    /// Whether a store of `N` bytes touches a word of RAM that a task other than `pid` owns.
    fn foreign<const N: usize>(&self, address: u16, pid: u16) -> bool;
    /// Whether such stores are refused.
    fn protects(&self) -> bool;

    /// Whether `N` bytes may be read now.
    #[inline(always)]
    fn may_read<const N: usize>(&mut self, _address: u16) -> bool {
        true
    }

    /// Whether `N` bytes may be written now.
    #[inline(always)]
    fn may_write<const N: usize>(&mut self, _address: u16) -> bool {
        true
    }

    /// Whether the stack word at an address may be written now.
    #[inline(always)]
    fn may_push(&mut self, _address: u16) -> bool {
        true
    }

    /// Whether the stack word at an address may be read now.
    #[inline(always)]
    fn may_pop(&mut self, _address: u16) -> bool {
        true
    }
}

impl Memory for View<'_> {
    #[inline(always)]
    fn word(&self, base: u16, offset: u8) -> u32 {
        View::word(self, base, offset)
    }

    #[inline(always)]
    fn set_word(&mut self, base: u16, offset: u8, value: u32) {
        View::set_word(self, base, offset, value);
    }

    #[inline(always)]
    fn read<const N: usize>(&self, address: u16) -> u32 {
        View::read::<N>(self, address)
    }

    #[inline(always)]
    fn write<const N: usize>(&mut self, address: u16, value: u32) {
        View::write::<N>(self, address, value);
    }

    #[inline(always)]
    fn foreign<const N: usize>(&self, address: u16, pid: u16) -> bool {
        View::foreign::<N>(self, address, pid)
    }

    #[inline(always)]
    fn protects(&self) -> bool {
        self.protect
    }
}
