//! Races as they happen: for a stop on the second access of one.
//!
//! What has happened once is looked up, so that the past stops where the run did; what comes next is learned from a
//! witness that has seen all turns before. Windows and stacks are left to their tasks until another one touches them:
//! then the past is looked through again with them.

use super::shadow::{Access, Hit};
use super::touchers::{arena, places_registers};
use super::{Declared, HiddenEnd, Site, Witness};
use crate::executive::task::Task;
use crate::executive::{Machine, Observer, Pid, Turn};
use crate::session::lanes::fresh;
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, Words, data_touch};
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

/// Second accesses that are kept: some tens of megabytes.
const MOST: usize = 1 << 19;
const WORDS: usize = RAM_BYTES / 4;

/// The later access of a race, and the one that it is not ordered after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Second {
    /// After which turn a run stops for it.
    pub at: u64,
    /// The later access.
    pub later: Site,
    /// The earlier access.
    pub earlier: Site,
    /// Its turn.
    pub turn: u64,
    /// The bytes that both touch: the first and the one behind the last.
    pub bytes: (u32, u32),
}

impl Second {
    pub(super) fn of(access: &Access<'_>, earlier: Site, hit: Hit) -> Second {
        let start = hit.bytes.first().map_or(0, |range| range.start);
        let end = hit.bytes.last().map_or(start, |range| range.end);
        Second { at: access.turn, later: access.site, earlier, turn: hit.turn, bytes: (start, end) }
    }

    /// Whether it touches some bytes of a stretch.
    pub fn touches(&self, (start, end): (u32, u32)) -> bool {
        self.bytes.0 < end && start < self.bytes.1
    }

    /// Whether the user has said that the pair is of no interest.
    pub fn is_hidden(&self, declared: &Declared, machine: &Machine) -> bool {
        !declared.hidden.is_empty() && declared.hides(&HiddenEnd::both(machine, self.earlier, self.later))
    }
}

impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = if self.earlier.write { "wrote" } else { "read" };
        let does = if self.later.write { "writes" } else { "reads" };
        let (address, pid, other) = (self.bytes.0, self.later.pid, self.earlier.pid);
        write!(
            f,
            "race at 0x{address:04X}: {pid} {does}, {other} {did} in turn {}, only the schedule ordered them",
            self.turn
        )
    }
}

/// Learns of each second access of a race.
#[derive(Debug, Clone)]
pub struct RaceWatch {
    /// The branch it is true of.
    branch: u32,
    sync: Vec<(u32, u32)>,
    witness: Witness,
    /// The last turn that was taken in, or begun.
    upto: u64,
    /// That turn has begun, and is not known to have ended.
    begun: bool,
    /// Oldest first; those of turns up to `forgotten` are not all there.
    seconds: VecDeque<Second>,
    forgotten: u64,
    /// Whose window or stack each word is, as long as no other task has touched it.
    owners: Vec<Pid>,
    /// The tasks whose windows and stacks others touch, which are looked at as all memory is.
    open: Vec<Pid>,
    /// More of them that were found since.
    found: Vec<Pid>,
    entries: u64,
}

impl RaceWatch {
    /// From where a machine is, at the start of a branch. Windows and stacks of the tasks in `open` are looked at from the
    /// start.
    pub fn new(machine: &Machine, branch: u32, sync: &[(u32, u32)], open: Vec<Pid>) -> RaceWatch {
        let mut all = Words::default();
        all.insert(0, RAM_BYTES as u32);
        let mut watch = RaceWatch {
            branch,
            sync: sync.to_vec(),
            witness: Witness::of_seconds(machine, &all, sync),
            upto: machine.turns(),
            begun: false,
            seconds: VecDeque::new(),
            forgotten: 0,
            owners: vec![0; WORDS],
            open,
            found: Vec::new(),
            entries: machine.trace().total(),
        };
        watch.open_moved(machine);
        machine.tasks().iter().for_each(|task| watch.own(task.pid, arena(task)));
        watch
    }

    /// Whether it knows what a run has to know that begins after a turn.
    pub fn knows(&self, branch: u32, sync: &[(u32, u32)], turn: u64) -> bool {
        let done = self.upto - u64::from(self.begun);
        self.branch == branch && self.sync == sync && self.found.is_empty() && (self.forgotten..=done).contains(&turn)
    }

    /// The tasks whose windows and stacks have to be looked at, if there are more than were known.
    pub fn wider(&self) -> Option<Vec<Pid>> {
        (!self.found.is_empty()).then(|| self.open.iter().chain(&self.found).copied().collect())
    }

    /// The second accesses of a turn.
    pub fn at(&self, turn: u64) -> Vec<Second> {
        if self.seconds.back().is_none_or(|newest| newest.at < turn) {
            return Vec::new();
        }
        let first = self.seconds.partition_point(|second| second.at < turn);
        self.seconds.range(first..).take_while(|second| second.at == turn).copied().collect()
    }

    /// A run begins: a turn that a mark has held back has not been taken.
    pub fn begin(&mut self, machine: &Machine) {
        if self.begun && self.upto > machine.turns() {
            self.witness.drop_pending();
            (self.upto, self.begun) = (machine.turns(), false);
        }
    }

    /// The turn that began last has ended, unless that was known before: whether it was a second access.
    pub fn finish(&mut self, ram: &View<'_>) -> bool {
        if !std::mem::take(&mut self.begun) {
            return false;
        }
        self.witness.retire(|at| ram.byte(at as usize, false));
        self.collect(None)
    }

    /// Puts away what the witness has found; `at` says where a run stops for what came between turns.
    fn collect(&mut self, at: Option<u64>) -> bool {
        let seconds = self.witness.take_seconds();
        let some = !seconds.is_empty();
        self.seconds.extend(seconds.into_iter().map(|second| Second { at: at.unwrap_or(second.at), ..second }));
        while self.seconds.len() > MOST {
            self.forgotten = self.seconds.pop_front().map_or(self.forgotten, |second| second.at);
        }
        some
    }

    /// Tasks are looked at from here on whose window was moved, and those whose window or stack it lies on.
    fn open_moved(&mut self, machine: &Machine) {
        for task in machine.tasks().iter().filter(|task| task.window_is_moved()) {
            let window = task.window();
            let meets = |range: Range<u32>| range.start < window.end && window.start < range.end;
            let on = |other: &&Task| other.pid == task.pid || arena(other).into_iter().any(meets);
            let pids = machine.tasks().iter().filter(on).map(|other| other.pid);
            let more: Vec<Pid> = pids.filter(|pid| !self.open.contains(pid)).collect();
            self.open.extend(more);
        }
    }

    fn own(&mut self, pid: Pid, ranges: [Range<u32>; 2]) {
        for range in ranges {
            let words = range.start / 4..range.end.div_ceil(4);
            for word in words {
                if let Some(owner) = self.owners.get_mut(word as usize) {
                    *owner = if self.open.contains(&pid) { 0 } else { pid };
                }
            }
            match self.open.contains(&pid) {
                true => self.witness.words.insert(range.start, range.end),
                false => self.witness.words.remove(range.start, range.end),
            }
        }
    }

    /// Looks whether a task touches what has been left to another.
    #[inline]
    fn look(&mut self, touch: &Touch) {
        if touch.bank.is_some() || touch.pid == 0 {
            return;
        }
        let words = touch.address / 4..(touch.address + touch.len).div_ceil(4);
        let owners = words.filter_map(|word| self.owners.get(word as usize).copied());
        for owner in owners.filter(|owner| *owner != 0 && *owner != touch.pid) {
            if !self.found.contains(&owner) {
                self.found.push(owner);
            }
        }
    }
}

impl Observer for RaceWatch {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.finish(ram);
        if turn > self.upto {
            self.witness.before(turn, cx, ram, code);
            (self.upto, self.begun) = (turn, true);
            if let Some(touch) = data_touch(cx, ram, code) {
                self.look(&touch);
            }
        }
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if machine.turns() >= self.upto {
            touched.iter().for_each(|touch| self.look(touch));
            self.begun &= last.is_none();
            self.witness.after(machine, last, touched);
            self.collect(last.is_none().then_some(machine.turns() + 1));
        }
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        if machine.turns() >= self.upto {
            touched.iter().for_each(|touch| self.look(touch));
            self.witness.idle(machine, touched);
            self.collect(Some(machine.turns() + 1));
        }
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        if machine.turns() < self.upto {
            return;
        }
        self.witness.input(machine, touched);
        let placed = fresh(machine, &mut self.entries);
        if placed.iter().any(places_registers) && machine.moved_windows() {
            self.open_moved(machine);
            machine.tasks().iter().for_each(|task| self.own(task.pid, arena(task)));
        }
        for entry in placed.iter().filter(|e| places_registers(e)) {
            if let Some(task) = machine.task(entry.pid) {
                self.own(task.pid, arena(task));
            }
        }
        touched.iter().for_each(|touch| self.look(touch));
        self.collect(Some(machine.turns() + 1));
    }
}
