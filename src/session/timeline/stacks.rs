//! Stacks in time: who stored the words that lie on one.

use super::replay::Diverged;
use super::{Timeline, Writer};
use crate::executive::{Machine, Observer, Outcome, Pid, Turn};
use crate::vm::{Code, Context, Touch, View, Words, stores_into, touches};
use std::collections::BTreeMap;

/// Finds the last write into each of some words of RAM.
struct WordWriters {
    words: Words,
    last: BTreeMap<u32, Writer>,
    /// What the turn at hand has written over, if it turns out to be a fault.
    sure: Vec<(u32, Option<Writer>)>,
}

impl WordWriters {
    fn write(&mut self, touch: &Touch, writer: Writer) {
        if !touch.write || touch.bank.is_some() {
            return;
        }
        for word in touch.address / 4..(touch.address + touch.len).div_ceil(4) {
            if self.words.touched(4 * word, 1) {
                let before = self.last.insert(4 * word, writer);
                self.sure.push((4 * word, before));
            }
        }
    }
}

impl Observer for WordWriters {
    fn wants_touches(&self) -> bool {
        true
    }

    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if stores_into(cx, ram, code, &self.words) {
            self.sure.clear();
            let writer = Writer { turn, pid: Some(cx.pid), pc: Some(cx.pc) };
            touches(cx, ram, code, |touch| self.write(&touch, writer));
        }
        false
    }

    fn after(&mut self, _: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        let Some(last) = last else { return false };
        if matches!(last.outcome, Outcome::Faulted(_)) {
            for (word, before) in self.sure.drain(..).rev() {
                let ours = self.last.get(&word).is_some_and(|writer| writer.turn == last.n);
                match before.filter(|_| ours) {
                    Some(before) => drop(self.last.insert(word, before)),
                    None if ours => drop(self.last.remove(&word)),
                    None => {}
                }
            }
        }
        for touch in touched.iter().filter(|touch| touch.pid > 0) {
            self.write(touch, Writer { turn: last.n, pid: Some(touch.pid), pc: Some(touch.pc) });
        }
        self.sure.clear();
        false
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        let writer = Writer { turn: machine.turns(), pid: None, pc: None };
        touched.iter().for_each(|touch| self.write(touch, writer));
        self.sure.clear();
    }
}

impl Timeline {
    /// The last write into each of some words of RAM in the turns after `least` up to `end`, by address; nothing for those
    /// that were not written then. All are looked for at once, newest interval first.
    pub(in crate::session) async fn last_writers(
        &self,
        machine: &mut Machine,
        words: &[u32],
        (least, mut end): (u64, u64),
    ) -> Result<BTreeMap<u32, Writer>, Diverged> {
        let mut found = BTreeMap::new();
        loop {
            let mut missing = Words::default();
            let left = words.iter().filter(|word| !found.contains_key(*word));
            let left = left.inspect(|word| missing.insert(**word, **word + 4)).count();
            let start = self.interval(end);
            if left == 0 || end <= least {
                return Ok(found);
            }
            let start = start.max(least);
            let mut entry = self.open_at(machine, start)?;
            let mut writers = WordWriters { words: missing, last: BTreeMap::new(), sure: Vec::new() };
            self.look_through(machine, &mut entry, end, &mut writers).await?;
            found.extend(writers.last);
            if start == least {
                return Ok(found);
            }
            end = start;
        }
    }

    /// The turns after `least` up to `end` in which the calls were made that a task is in, by their depth from 1: `None`
    /// for one that was made before.
    pub(in crate::session) fn calls_made(
        &self,
        machine: &mut Machine,
        (pid, depth): (Pid, u32),
        (least, mut end): (u64, u64),
    ) -> Result<Vec<Option<u64>>, Diverged> {
        let mut made = vec![None; depth as usize];
        while end > least && made.contains(&None) {
            let start = self.interval(end).max(least);
            let mut entry = self.open_at(machine, start)?;
            let mut depths = Depths { pid, last: Vec::new() };
            self.replay(machine, &mut entry, end, &mut depths)?;
            for (turn, last) in made.iter_mut().zip(depths.last) {
                *turn = turn.or(last);
            }
            end = start;
        }
        Ok(made)
    }
}

/// The last turn that a task took at each depth of calls it has not returned to less than.
struct Depths {
    pid: Pid,
    last: Vec<Option<u64>>,
}

impl Observer for Depths {
    fn before(&mut self, turn: u64, cx: &Context, _: &View<'_>, _: &Code) -> bool {
        if cx.pid == self.pid {
            self.last.resize(cx.depth as usize, None);
            self.last.push(Some(turn));
        }
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}
