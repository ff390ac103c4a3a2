//! Which words of RAM more than one task touches: the first of two passes, at the speed of a look at loads and stores.

use crate::executive::input::InputKind;
use crate::executive::task::Task;
use crate::executive::trace::{TraceEntry, What};
use crate::executive::{Machine, Observer, Pid, Turn};
use crate::session::lanes::fresh;
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, WINDOW_BYTES, Words, data_touch};
use std::ops::Range;

const WORDS: usize = RAM_BYTES / 4;
/// More than one task touches the word; a task writes it.
const MULTI: u8 = 1;
const WRITTEN: u8 = 2;

/// Takes in who touches what.
pub struct Touchers {
    /// The task that touched a word first; a task's arena counts as touched by it.
    first: Vec<Pid>,
    flags: Vec<u8>,
    /// Trace entries that were read.
    entries: u64,
    /// Changes from outside count.
    host: bool,
}

/// Stands for the host, where 0 means that no task touched a word.
const HOST: Pid = Pid::MAX;

/// Window and stack of a task.
pub fn arena(task: &Task) -> [Range<u32>; 2] {
    let cx = &task.context;
    let base = u32::from(cx.reg_base);
    [base..base + WINDOW_BYTES, cx.stack_limit..cx.stack_top]
}

/// Whether a task's registers are somewhere else from an entry on.
pub fn places_registers(entry: &TraceEntry) -> bool {
    matches!(entry.what, What::Load { .. } | What::Input { input: InputKind::Rebase })
}

impl Touchers {
    /// From where a machine is; with `host` changes from outside count as the accesses of one more task.
    pub fn new(machine: &Machine, host: bool) -> Touchers {
        let entries = machine.trace().total();
        let mut touchers = Touchers { first: vec![0; WORDS], flags: vec![0; WORDS], entries, host };
        machine.tasks().iter().for_each(|task| touchers.own(task, machine));
        touchers
    }

    fn own(&mut self, task: &Task, machine: &Machine) {
        let others = machine.tasks().iter().filter(|other| other.pid != task.pid);
        // Arenas are apart; a window that was moved may lie on one.
        let moved: Vec<Range<u32>> =
            others.filter(|other| task.window_is_moved() || other.window_is_moved()).flat_map(arena).collect();
        for word in arena(task).into_iter().flat_map(|range| range.start / 4..range.end.div_ceil(4)) {
            if let Some(first) = self.first.get_mut(word as usize) {
                *first = task.pid;
                let overlaps = moved.iter().any(|range| range.contains(&(4 * word)));
                self.flags[word as usize] |= WRITTEN | if overlaps { MULTI } else { 0 };
            }
        }
    }

    #[inline(always)]
    fn touch(&mut self, pid: Pid, touch: &Touch) {
        let (start, end) = (touch.address / 4, (touch.address + touch.len).div_ceil(4).min(WORDS as u32));
        for word in start as usize..end as usize {
            let first = &mut self.first[word];
            if *first == 0 {
                *first = pid;
            }
            let flags = if *first == pid { 0 } else { MULTI } | if touch.write { WRITTEN } else { 0 };
            self.flags[word] |= flags;
        }
    }

    fn services(&mut self, touched: &[Touch]) {
        let whose = |t: &Touch| if t.pid > 0 { Some(t.pid) } else { self.host.then_some(HOST) };
        let touched = touched.iter().filter(|t| t.bank.is_none()).filter_map(|t| Some((whose(t)?, t)));
        let touched: Vec<(Pid, &Touch)> = touched.collect();
        touched.into_iter().for_each(|(pid, touch)| self.touch(pid, touch));
    }

    /// The words that more than one task touched, one of them writing.
    pub fn words(&self) -> Words {
        let mut words = Words::default();
        for (word, _) in (0u32..).zip(&self.flags).filter(|(_, flags)| **flags == MULTI | WRITTEN) {
            words.insert(4 * word, 4 * word + 4);
        }
        words
    }
}

impl Observer for Touchers {
    fn wants_touches(&self) -> bool {
        true
    }

    #[inline(always)]
    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if let Some(touch) = data_touch(cx, ram, code).filter(|t| t.bank.is_none()) {
            self.touch(cx.pid, &touch);
        }
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, touched: &[Touch]) -> bool {
        self.services(touched);
        false
    }

    fn idle(&mut self, _: &Machine, touched: &[Touch]) {
        self.services(touched);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        for entry in fresh(machine, &mut self.entries).iter().filter(|e| places_registers(e)) {
            if let Some(task) = machine.task(entry.pid) {
                self.own(task, machine);
            }
        }
        self.services(touched);
    }
}
