//! What each task did in stretches of turns: the lanes of a run of any length. Written down once
//! for each leg, never for each turn.

use super::stretches::{Stretches, Sum};
use crate::executive::{Machine, Pid};
use crate::session::lanes::{Clock, Lanes, Share, StateTimeTotals, TurnWindow};
use std::collections::BTreeMap;

/// Stretches at most, of few tasks and of many: some megabytes.
const MOST: [u64; 2] = [2048, 1024];
/// Tasks that are few.
const FEW: usize = 16;

/// What was done in a stretch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shares {
    /// The shares of the tasks that were there, by pid.
    tasks: Vec<(Pid, Share)>,
    /// When it ended, virtual µs.
    end_us: u64,
}

impl Shares {
    fn place(&self, pid: Pid) -> Result<usize, usize> {
        self.tasks.binary_search_by_key(&pid, |(pid, _)| *pid)
    }

    fn of(&self, pid: Pid) -> Option<&Share> {
        self.place(pid).ok().map(|at| &self.tasks[at].1)
    }

    fn take(&mut self, pid: Pid, share: &Share) {
        let at = self.place(pid).unwrap_or_else(|at| {
            self.tasks.insert(at, (pid, Share::default()));
            at
        });
        self.tasks[at].1.add(share);
    }
}

impl Sum for Shares {
    fn add(&mut self, next: &Shares) {
        next.tasks.iter().for_each(|(pid, share)| self.take(*pid, share));
        self.end_us = next.end_us;
    }
}

/// What each task did in stretches of turns.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    stretches: Stretches<Shares>,
    names: BTreeMap<Pid, String>,
    /// What was written down last, and the turn after which.
    totals: StateTimeTotals,
    upto: Option<u64>,
}

impl Sums {
    /// Nothing yet, in stretches that begin with a length, as a power of two.
    pub fn of_length(power: u32) -> Sums {
        Sums { stretches: Stretches::of_length(power), ..Sums::default() }
    }

    /// Turns in a stretch, as a power of two.
    pub fn power(&self) -> u32 {
        self.stretches.power()
    }

    /// Makes stretches longer until `turn` turns of some tasks have room.
    pub fn grow(&mut self, turn: u64, tasks: usize) {
        self.stretches.grow(turn, most(tasks));
    }

    /// Turns that can be done until the stretch after a turn ends.
    pub fn room(&self, turn: u64) -> u64 {
        self.stretches.room(turn)
    }

    /// A leg begins.
    pub fn begin(&mut self, machine: &Machine) {
        if self.upto != Some(machine.turns()) {
            self.totals = StateTimeTotals::of(machine);
            self.upto = Some(machine.turns());
        }
    }

    /// Takes in a leg that lies in one stretch.
    pub fn ran(&mut self, machine: &Machine) {
        let turn = machine.turns();
        let shares = self.stretches.at(turn, most(machine.tasks().len()));
        self.totals.settle(machine, |pid, share| shares.take(pid, &share));
        shares.end_us = machine.time_us();
        self.upto = Some(turn);
        if machine.tasks().last().is_some_and(|newest| !self.names.contains_key(&newest.pid)) {
            self.names.extend(machine.tasks().iter().map(|t| (t.pid, t.name.clone())));
        }
    }

    /// The sums up to the end of a stretch.
    pub fn before(&self, turn: u64) -> Sums {
        let stretches = self.stretches.until(turn);
        Sums { stretches, names: self.names.clone(), totals: StateTimeTotals::default(), upto: None }
    }

    /// The sums up to a turn, after which tasks had done what a totals says.
    pub fn until(&self, turn: u64, done: &StateTimeTotals) -> Sums {
        let mut stretches = self.stretches.until(turn);
        let begun = !turn.is_multiple_of(stretches.length());
        if begun {
            let before = stretches.iter().filter(|((_, last), _)| *last < turn);
            let mut earlier = Shares::default();
            before.for_each(|(_, shares)| earlier.add(shares));
            let cut = stretches.at(turn, MOST[0]);
            cut.end_us = done.time_us();
            // A task that is no longer there ran its last turns here; one that never ran before this
            // stretch may have been loaded after the turn.
            cut.tasks.retain(|(pid, _)| done.share(*pid).is_some() || earlier.of(*pid).is_some());
            for (pid, share) in &mut cut.tasks {
                if let Some(done) = done.share(*pid) {
                    *share = done.since(&earlier.of(*pid).copied().unwrap_or_default());
                }
            }
        }
        Sums { stretches, names: self.names.clone(), totals: StateTimeTotals::default(), upto: None }
    }

    /// The lanes of a window, as exact as the stretches allow, with `present` turns done.
    pub fn lanes(&self, window: TurnWindow, present: u64) -> Lanes {
        let length = self.stretches.length();
        let mut lanes = Lanes { grain: length.max(window.per_column()), ..Lanes::empty(window) };
        for column in 0..window.columns {
            let (first, last) = (window.first_of(column), window.last_of(column).min(present));
            for (start, shares) in self.stretches.of(first, last) {
                let all = length.min(present + 1 - start);
                for (pid, share) in &shares.tasks {
                    let share = if length > window.per_column() { share.part(last + 1 - first, all) } else { *share };
                    let name = || self.names.get(pid).cloned().unwrap_or_default();
                    if let Some(cell) = lanes.cell(*pid, column, name) {
                        cell.share.add(&share);
                    }
                }
            }
        }
        lanes
    }
}

/// A stretch over virtual time: (from, to] in turns and in µs.
struct Span<'s> {
    turns: (u64, u64),
    us: (u64, u64),
    shares: &'s Shares,
}

impl Sums {
    /// The virtual time after the last turn, µs.
    pub fn end_us(&self) -> u64 {
        self.stretches.iter().last().map_or(0, |(_, shares)| shares.end_us)
    }

    /// Turns that were surely done by a point of virtual time.
    pub fn turn_by(&self, time_us: u64) -> u64 {
        let ended = self.stretches.iter().take_while(|(_, shares)| shares.end_us <= time_us).last();
        ended.map_or(0, |((_, last), _)| last)
    }

    fn spans(&self, present: u64) -> impl Iterator<Item = Span<'_>> {
        self.stretches.iter().scan(0, move |from_us, ((first, last), shares)| {
            let from = std::mem::replace(from_us, shares.end_us);
            Some(Span { turns: (first - 1, last.min(present)), us: (from, shares.end_us), shares })
        })
    }

    /// The lanes of a window of virtual time, as if each stretch were the same all over.
    pub fn lanes_by_time(&self, window: TurnWindow, present: u64, turn_us: u64) -> Lanes {
        let mut clock = Clock { turn_us, ..Clock::default() };
        let mut lanes = Lanes { grain: self.stretches.length(), ..Lanes::empty(window) };
        for span in self.spans(present) {
            let ((before, after), (from_us, to_us)) = (span.turns, span.us);
            let turn_at = |us: u64| before + part(after - before, us - from_us, to_us - from_us);
            if to_us < window.first_of(0) {
                clock.before = after;
                continue;
            }
            clock.before = clock.before.max(turn_at((window.first_of(0) - 1).max(from_us)).min(after));
            let first = window.column_of((from_us + 1).max(window.first_of(0)));
            for column in first.into_iter().flat_map(|first| first..window.columns) {
                let (start, end) = ((window.first_of(column) - 1).max(from_us), window.last_of(column).min(to_us));
                if start >= end {
                    break;
                }
                for (pid, share) in &span.shares.tasks {
                    let name = || self.names.get(pid).cloned().unwrap_or_default();
                    if let Some(cell) = lanes.cell(*pid, column, name) {
                        cell.share.add(&share.part(end - start, after - before));
                    }
                }
                if end == window.last_of(column) {
                    clock.ends.resize(column + 1, turn_at(end));
                }
            }
        }
        clock.over(window, present);
        Lanes { clock: Some(clock), ..lanes }
    }
}

fn part(all: u64, of: u64, whole: u64) -> u64 {
    (u128::from(all) * u128::from(of) / u128::from(whole.max(1))) as u64
}

fn most(tasks: usize) -> u64 {
    MOST[usize::from(tasks > FEW)]
}
