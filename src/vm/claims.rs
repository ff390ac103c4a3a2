//! Memory of a task that runs ahead of the others within a window of rounds.
//!
//! Tasks that only retire instructions meet in memory alone. While a window lasts, the first task that touches a word
//! which another could touch too claims it, for reading or for writing; any number may read a word, and the only one
//! that touches it may write it. An access that does not fit what is claimed already is refused before it is done, so
//! what a window has done when nothing was refused is the same in whatever order its turns are taken: also in that of
//! the rotation.
//!
//! What needs no claim: registers and banks, which are a task's own. Words that another task owns are refused at once,
//! so no task sees the registers or the stack of one that is at another turn. What is overwritten is kept, and the
//! window can be taken back.
//!
//! A claim is a number per word of RAM: the window's, the task's, and whether it is written. Windows are numbered, so
//! beginning one costs nothing.

use super::RAM_BYTES;
use super::ram::{Memory, View};
use super::touch::Words;

const WORDS: usize = RAM_BYTES / 4;
/// A claim: the window from this bit on, the task's index below it, and in the lowest bit whether the task writes.
const WINDOW: u32 = 12;
const WRITES: u32 = 1;
/// Instead of the index of a task: several read the word.
const SEVERAL: u32 = (Claims::TASKS as u32) << 1;

/// Who has touched which word in the present window, and what was overwritten.
#[derive(Debug, Clone)]
pub struct Claims {
    words: Box<[u32; WORDS]>,
    window: u32,
    /// Words of shared RAM as they were, oldest first.
    overwritten: Vec<(u16, u32)>,
    /// Words that no task may touch, in RAM or bank: an access must be seen in its place.
    watched: Option<Words>,
    /// Bytes of banks as they were: whose, by index, where, how many.
    banked: Vec<(u16, u16, u8, u32)>,
}

impl Default for Claims {
    fn default() -> Self {
        Claims { words: Box::new([0; WORDS]), window: 0, overwritten: Vec::new(), watched: None, banked: Vec::new() }
    }
}

impl Claims {
    /// Indices of tasks that can be distinguished.
    pub const TASKS: usize = (1 << (WINDOW - 1)) - 1;

    /// No task may touch some words.
    pub fn watch(&mut self, words: Option<Words>) {
        self.watched = words;
    }

    /// Begins a window: nothing is claimed.
    pub fn begin(&mut self) {
        self.window += 1;
        if self.window == 1 << (u32::BITS - WINDOW) {
            self.words.fill(0);
            self.window = 1;
        }
        self.overwritten.clear();
        self.banked.clear();
    }

    /// Memory for the task at an index, below [`Claims::TASKS`], whose view and pid these are.
    #[inline(always)]
    pub fn of<'a>(&'a mut self, view: View<'a>, index: usize, pid: u16) -> Claimed<'a> {
        let mine = self.window << WINDOW | (index as u32) << 1 | WRITES;
        Claimed {
            view,
            words: &mut self.words,
            overwritten: &mut self.overwritten,
            banked: &mut self.banked,
            watched: self.watched.as_ref(),
            mine,
            pid,
        }
    }

    /// What the window has overwritten in shared RAM: address and word, newest first.
    pub fn overwritten(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.overwritten.iter().rev().copied()
    }

    /// What it has overwritten in banks: index of the task, address, bytes and what they were, newest first.
    pub fn banked(&self) -> impl Iterator<Item = (u16, u16, u8, u32)> + '_ {
        self.banked.iter().rev().copied()
    }
}

/// Memory as a task sees it that runs ahead.
#[derive(Debug)]
pub struct Claimed<'a> {
    view: View<'a>,
    words: &'a mut [u32; WORDS],
    overwritten: &'a mut Vec<(u16, u32)>,
    banked: &'a mut Vec<(u16, u16, u8, u32)>,
    watched: Option<&'a Words>,
    /// The claim of this task to a word that it writes.
    mine: u32,
    pid: u16,
}

impl Claimed<'_> {
    /// Whether an access lies in the shared RAM, in the bank, or (`None`) in both.
    #[inline(always)]
    fn banked<const N: usize>(&self, address: u16) -> Option<bool> {
        if !self.view.touches_bank::<N>(address.into()) {
            return Some(false);
        }
        self.view.in_bank::<N>(address).then_some(true)
    }

    /// Whether an access to shared RAM that lies in one word fits the claim there as it is.
    #[inline(always)]
    fn holds<const N: usize>(&self, address: u16, write: bool) -> bool {
        let one = N == 1 || usize::from(address) % 4 <= 4 - N;
        let claim = self.words[usize::from(address / 4)];
        one && claim | u32::from(!write) == self.mine
    }

    /// Claims the words of shared RAM that an access touches; whether it may be done.
    #[cold]
    #[inline(never)]
    fn claim(&mut self, address: u16, len: u16, write: bool) -> bool {
        let (first, last) = (address / 4, address.saturating_add(len - 1) / 4);
        (first..=last).all(|word| self.claim_word(word, write))
    }

    fn claim_word(&mut self, word: u16, write: bool) -> bool {
        let owner = self.view.owner(4 * word);
        if owner != 0 && owner != self.pid || self.is_watched(4 * word, 4) {
            return false;
        }
        let claim = &mut self.words[usize::from(word)];
        let untouched = *claim >> WINDOW != self.mine >> WINDOW;
        let own = *claim | WRITES == self.mine;
        if write {
            if !untouched && !own {
                return false;
            }
            if *claim != self.mine {
                *claim = self.mine;
                self.overwritten.push((4 * word, self.view.word(4 * word, 0)));
            }
        } else if untouched {
            *claim = self.mine & !WRITES;
        } else if !own {
            if *claim & WRITES != 0 {
                return false;
            }
            *claim = self.mine >> WINDOW << WINDOW | SEVERAL;
        }
        true
    }

    #[inline(always)]
    fn is_watched(&self, address: u16, len: u32) -> bool {
        self.watched.is_some_and(|words| words.touched(address.into(), len))
    }

    /// Keeps what a store into the bank overwrites; whether it may be done.
    #[inline(never)]
    fn keep(&mut self, address: u16, len: u8) -> bool {
        if self.is_watched(address, len.into()) {
            return false;
        }
        let index = (self.mine as u16 & ((1 << WINDOW) - 1)) >> 1;
        self.banked.push((index, address, len, self.view.banked_bytes(address, len)));
        true
    }
}

impl Memory for Claimed<'_> {
    #[inline(always)]
    fn word(&self, base: u16, offset: u8) -> u32 {
        self.view.word(base, offset)
    }

    #[inline(always)]
    fn set_word(&mut self, base: u16, offset: u8, value: u32) {
        self.view.set_word(base, offset, value);
    }

    #[inline(always)]
    fn read<const N: usize>(&self, address: u16) -> u32 {
        self.view.read::<N>(address)
    }

    #[inline(always)]
    fn write<const N: usize>(&mut self, address: u16, value: u32) {
        self.view.write::<N>(address, value);
    }

    /// What another task owns is refused by `may_write` already.
    #[inline(always)]
    fn foreign<const N: usize>(&self, _: u16, _: u16) -> bool {
        false
    }

    #[inline(always)]
    fn protects(&self) -> bool {
        false
    }

    #[inline(always)]
    fn may_read<const N: usize>(&mut self, address: u16) -> bool {
        match self.banked::<N>(address) {
            Some(false) => self.holds::<N>(address, false) || self.claim(address, N as u16, false),
            Some(true) => !self.is_watched(address, N as u32),
            None => false,
        }
    }

    #[inline(always)]
    fn may_write<const N: usize>(&mut self, address: u16) -> bool {
        match self.banked::<N>(address) {
            Some(false) => self.holds::<N>(address, true) || self.claim(address, N as u16, true),
            Some(true) => self.keep(address, N as u8),
            None => false,
        }
    }

    #[inline(always)]
    fn may_push(&mut self, address: u16) -> bool {
        self.holds::<4>(address, true) || self.claim(address, 4, true)
    }

    #[inline(always)]
    fn may_pop(&mut self, address: u16) -> bool {
        self.holds::<4>(address, false) || self.claim(address, 4, false)
    }
}
