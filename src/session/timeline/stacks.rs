//! Stacks in time: who stored the words that lie on one.

use super::replay::Diverged;
use super::{Timeline, Writer};
use crate::executive::{Machine, Observer, Outcome, Turn};
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
    /// The last write into each of some words of RAM up to a turn, by address; nothing for those that were never written.
    /// All are looked for at once, newest interval first.
    pub(in crate::session) async fn last_writers(
        &self,
        machine: &mut Machine,
        words: &[u32],
        mut end: u64,
    ) -> Result<BTreeMap<u32, Writer>, Diverged> {
        let mut found = BTreeMap::new();
        loop {
            let mut missing = Words::default();
            let left = words.iter().filter(|word| !found.contains_key(*word));
            let left = left.inspect(|word| missing.insert(**word, **word + 4)).count();
            let start = self.interval(end);
            if left == 0 {
                return Ok(found);
            }
            let mut entry = self.open(machine, start)?;
            let mut writers = WordWriters { words: missing, last: BTreeMap::new(), sure: Vec::new() };
            self.look_through(machine, &mut entry, end, &mut writers).await?;
            found.extend(writers.last);
            if start == 0 {
                return Ok(found);
            }
            end = start;
        }
    }
}
