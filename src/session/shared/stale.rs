//! Stale read-modify-writes: a task reads memory, another writes it, the first one writes it without having looked again.
//!
//! It is not a question of what happened before what: with messages that order every turn an update can still be lost.

use crate::executive::Pid;
use crate::vm::{RAM_BYTES, Words};
use std::ops::Range;

/// Foreign writes kept for a pending read, and stale writes kept in all.
const FOREIGN: usize = 64;
const MOST: usize = 10_000;

/// A write over what other tasks wrote after the writer had read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// First address.
    pub address: u32,
    /// Bytes.
    pub len: u32,
    /// Who read and wrote.
    pub pid: Pid,
    /// The instruction that wrote.
    pub pc: u32,
    /// The turn of the read.
    pub read: u64,
    /// The turns of other tasks' writes after that, and whose they were.
    pub foreign: Vec<(u64, Pid)>,
    /// The turn of the write.
    pub write: u64,
    /// Whether the value that was written came from the read: then what the others wrote is lost. `None` where that was
    /// not followed; see [`Session::came_from_read`](crate::session::Session::came_from_read).
    pub from_read: Option<bool>,
}

/// A read after which its task has not touched the byte.
#[derive(Debug, Clone)]
struct Pending {
    pid: Pid,
    turn: u64,
    foreign: Vec<(u64, Pid)>,
}

/// Reads that writes may follow.
#[derive(Debug, Clone)]
pub(super) struct Reads {
    /// For each byte the place of its reads; 0 for bytes that are not looked at.
    places: Vec<u32>,
    pending: Vec<Vec<Pending>>,
    found: Vec<Stale>,
    more: u64,
}

impl Reads {
    /// Of some words.
    pub fn new(words: &Words) -> Reads {
        let mut count = 0;
        let mut place = |at: u32| {
            let looked = words.touched(at, 1);
            count += u32::from(looked);
            if looked { count } else { 0 }
        };
        let places = (0..RAM_BYTES as u32).map(&mut place).collect();
        Reads { places, pending: vec![Vec::new(); count as usize + 1], found: Vec::new(), more: 0 }
    }

    fn place(&self, at: u32) -> Option<usize> {
        self.places.get(at as usize).filter(|place| **place > 0).map(|place| *place as usize)
    }

    /// A task reads.
    pub fn read(&mut self, pid: Pid, turn: u64, ranges: &[Range<u32>]) {
        for at in ranges.iter().flat_map(Clone::clone) {
            let Some(place) = self.place(at) else { continue };
            let pending = &mut self.pending[place];
            pending.retain(|p| p.pid != pid);
            pending.push(Pending { pid, turn, foreign: Vec::new() });
        }
    }

    /// A task writes; it is stale if it had read all of that, and another task has written some of it since.
    pub fn write(&mut self, pid: Pid, pc: u32, turn: u64, range: Range<u32>) {
        let mut read = Some(turn);
        let mut foreign: Vec<(u64, Pid)> = Vec::new();
        for at in range.clone() {
            let Some(place) = self.place(at) else { continue };
            let mut own = None;
            self.pending[place].retain_mut(|p| {
                if p.pid == pid {
                    own = Some((p.turn, std::mem::take(&mut p.foreign)));
                } else if p.turn < turn && p.foreign.last() != Some(&(turn, pid)) && p.foreign.len() < FOREIGN {
                    p.foreign.push((turn, pid));
                }
                p.pid != pid
            });
            read = read.zip(own.as_ref()).map(|(read, (own, _))| read.min(*own));
            foreign.extend(own.into_iter().flat_map(|(_, foreign)| foreign));
        }
        foreign.sort_unstable();
        foreign.dedup();
        let Some(read) = read.filter(|_| !foreign.is_empty()) else { return };
        if self.found.len() >= MOST {
            self.more += 1;
            return;
        }
        let (address, len) = (range.start, range.end - range.start);
        self.found.push(Stale { address, len, pid, pc, read, foreign, write: turn, from_read: None });
    }

    /// A stretch of memory is new.
    pub fn clear(&mut self, range: Range<u32>) {
        range.filter_map(|at| self.place(at)).collect::<Vec<_>>().into_iter().for_each(|at| self.pending[at].clear());
    }

    /// The stale writes by turn, and how many more there were.
    pub fn done(self) -> (Vec<Stale>, u64) {
        (self.found, self.more)
    }
}
