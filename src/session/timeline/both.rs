//! Two runs side by side: where they part and why, what each task did then, and where the same place of a task lies in
//! the other run.
//!
//! A *place* is a task's nth instruction: turns count what all tasks do, so after the parting the same turn is another
//! place in each run.

use super::replay::{Diverged, replay};
use super::{Difference, PastPosition, Timeline};
use crate::executive::input::Input;
use crate::executive::{Config, Machine, Observer, Pid, Turn};
use crate::session::journal::JournalEntry;
use crate::session::lanes::{Lanes, TurnWindow};
use crate::session::shared::Declared;
use crate::vm::{Code, Context, Touch, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Turns after the parting that are looked at task by task.
const MOST: u64 = 1 << 16;

/// What came from outside in each of two runs.
type Inputs = (Option<Arc<Input>>, Option<Arc<Input>>);

/// A turn of a run, with the registers before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    pid: Pid,
    pc: u32,
    registers: [u32; 16],
}

/// Writes turns down.
#[derive(Default)]
struct Steps(Vec<Step>);

impl Observer for Steps {
    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, _: &Code) -> bool {
        let byte = |at: usize| u32::from(ram.byte(at, false));
        let word = |i: usize| (0..4).rev().fold(0, |word, b| word << 8 | byte(usize::from(cx.reg_base) + 4 * i + b));
        self.0.push(Step { pid: cx.pid, pc: cx.pc, registers: std::array::from_fn(word) });
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}

/// Why two runs part.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// Something came from outside in one of them, or not the same in both.
    Input {
        /// What came in the first one.
        a: Option<Arc<Input>>,
        /// What came in the second one.
        b: Option<Arc<Input>>,
    },
    /// Another task took the turn.
    Pick {
        /// Whose turn it was in the first one, and the address of its instruction.
        a: (Pid, u32),
        /// The same in the second one.
        b: (Pid, u32),
    },
    /// One of them has the same turns and ends there: the first one, or the second.
    Ends {
        /// Whether that is the first one.
        first: bool,
    },
    /// Their settings differ, or they take the same turns as far as both go.
    Nothing,
}

/// The first instruction of a task after which its registers are not the same in both runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskDiffers {
    /// Which of its instructions, from 1; 0 for none, where it differs from the parting on.
    pub n: u64,
    /// The address of that instruction.
    pub pc: u32,
    /// The turns in which it was taken.
    pub turns: [u64; 2],
    /// The first register that differs then, and what it is in each; `None` where only the task's way differs.
    pub register: Option<(u8, [u32; 2])>,
    /// Where the task continues in each.
    pub next: [u32; 2],
}

/// Two runs from where they part on.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoRuns {
    /// The branches.
    pub branches: [u32; 2],
    /// Turns done in each.
    pub presents: [u64; 2],
    /// Turns that both have in common.
    pub common: u64,
    /// Why they part.
    pub cause: Cause,
    /// The first state in which they differ.
    pub difference: Option<Difference>,
    /// What each task did differently first, by pid; `None` where it did nothing differently as far as both go.
    pub tasks: Vec<(Pid, Option<TaskDiffers>)>,
    /// Whose the turns after the common ones are, as far as they were looked at.
    taken: [Vec<Pid>; 2],
    /// How many turns each task had taken before that.
    before: BTreeMap<Pid, u64>,
}

impl TwoRuns {
    /// The place of a turn of one of the runs (0 or 1): whose it is, and which of its turns, from 1. `None` for common
    /// turns and those that were not looked at.
    #[must_use]
    pub fn place(&self, side: usize, turn: u64) -> Option<(Pid, u64)> {
        let at = usize::try_from(turn.checked_sub(self.common + 1)?).ok()?;
        let pid = *self.taken[side].get(at)?;
        let since = self.taken[side][..=at].iter().filter(|of| **of == pid).count() as u64;
        Some((pid, self.taken_before(pid) + since))
    }

    /// The turn of a place in one of the runs, if it comes there.
    #[must_use]
    pub fn turn_of(&self, side: usize, (pid, n): (Pid, u64)) -> Option<u64> {
        let since = usize::try_from(n.checked_sub(self.taken_before(pid) + 1)?).ok()?;
        let own = self.taken[side].iter().zip(self.common + 1..).filter(|(of, _)| **of == pid);
        own.map(|(_, turn)| turn).nth(since)
    }

    /// The turns of a task in one of the runs, from its nth on.
    pub fn turns_from(&self, side: usize, (pid, n): (Pid, u64)) -> impl Iterator<Item = u64> + '_ {
        let skip = n.saturating_sub(self.taken_before(pid) + 1);
        let own = self.taken[side].iter().zip(self.common + 1..).filter(move |(of, _)| **of == pid);
        own.map(|(_, turn)| turn).skip(usize::try_from(skip).unwrap_or(usize::MAX))
    }

    /// Which of a task's turns comes first in this number of columns, so that a place is among them: its first one after
    /// the parting, unless that of the place is too far from it. `None` where it takes no turn after the parting.
    #[must_use]
    pub fn first_turn(&self, pid: Pid, place: Option<(Pid, u64)>, columns: usize) -> Option<u64> {
        let first = self.taken_before(pid) + 1;
        (0..2).find_map(|side| self.turn_of(side, (pid, first)))?;
        let at = place.filter(|(of, _)| *of == pid).map_or(first, |(_, n)| n);
        let columns = columns.max(1) as u64;
        Some(if at < first + columns { first } else { at - columns / 2 })
    }

    fn taken_before(&self, pid: Pid) -> u64 {
        self.before.get(&pid).copied().unwrap_or(0)
    }
}

impl Timeline {
    /// Lanes of a window of turns of any branch, words included.
    pub(in crate::session) fn lanes_of(
        &mut self,
        branch: u32,
        window: TurnWindow,
        declared: &Declared,
        config: &Config,
    ) -> Option<Lanes> {
        let index = self.index(branch)?;
        let here = std::mem::replace(&mut self.current, index);
        let mut lanes = self.make_lanes(window, config);
        self.add_words(&mut lanes, declared, config);
        self.current = here;
        Some(lanes)
    }

    /// What two branches do from where they part on; both are there.
    pub(in crate::session) fn two_runs(&self, branches: [u32; 2], config: &Config) -> Result<TwoRuns, Diverged> {
        let mut machines = [Machine::new(config.clone()), Machine::new(config.clone())];
        let [left, right] = &mut machines;
        let difference = self.compare((left, branches[0]), self, (right, branches[1]))?;
        let presents = branches.map(|branch| self.present_of(branch));
        let least = presents[0].min(presents[1]);
        let input = self.input_between(branches, difference.map_or(0, |d| d.turn));
        // The last state that both have is that before the first one in which they differ; what came from outside made
        // the difference after a turn that both have.
        let start = difference.map_or(least, |d| if input.is_some() { d.turn } else { d.turn.saturating_sub(1) });
        let mut steps = [Vec::new(), Vec::new()];
        let mut before = BTreeMap::new();
        for side in 0..2 {
            let machine = &mut machines[side];
            let place = PastPosition { branch: branches[side], turn: start, entry: usize::MAX };
            let mut entry = self.bring(machine, None, place, false)?;
            before = machine.tasks().iter().map(|t| (t.pid, t.counters.turns)).collect();
            let mut taken = Steps::default();
            if let Some(journal) = self.journal_of(branches[side]) {
                let to = presents[side].min(start + MOST);
                replay(machine, journal, &mut entry, (to, usize::MAX), &mut taken)?;
            }
            steps[side] = taken.0;
        }
        // A turn out of rotation that the rotation would have given all the same is remembered by the machine, and no
        // difference yet.
        let same = steps[0].iter().zip(&steps[1]).take_while(|(a, b)| input.is_none() && a == b).count();
        for step in steps[0].drain(..same) {
            *before.entry(step.pid).or_default() += 1;
        }
        steps[1].drain(..same);
        let common = start + same as u64;
        let cause = match input {
            Some((a, b)) => Cause::Input { a, b },
            None => cause(presents, common, &steps),
        };
        let mut tasks: Vec<Pid> = steps.iter().flatten().map(|step| step.pid).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let mut runs = TwoRuns {
            branches,
            presents,
            common,
            cause,
            difference,
            tasks: Vec::new(),
            taken: steps.each_ref().map(|side| side.iter().map(|step| step.pid).collect()),
            before,
        };
        runs.tasks = tasks.into_iter().map(|pid| (pid, differs(pid, &runs, &steps))).collect();
        Ok(runs)
    }

    fn present_of(&self, branch: u32) -> u64 {
        self.index(branch).map_or(0, |index| self.branches[index].present)
    }

    /// What came from outside up to a turn in one of two branches, and not in the other.
    fn input_between(&self, branches: [u32; 2], turn: u64) -> Option<Inputs> {
        let [x, y] = branches.map(|branch| self.journal_of(branch));
        let (x, y) = x.zip(y)?;
        let at = x.common(y);
        let input = |entries: &[(u64, JournalEntry)]| match entries.get(at) {
            Some((at, JournalEntry::Input(input))) if *at <= turn => Some(Arc::clone(input)),
            _ => None,
        };
        let (a, b) = (input(x.entries()), input(y.entries()));
        (a.is_some() || b.is_some()).then_some((a, b))
    }
}

/// Why two runs part after their common turns, nothing having come from outside.
fn cause(presents: [u64; 2], common: u64, steps: &[Vec<Step>; 2]) -> Cause {
    match steps.each_ref().map(|side| side.first().map(|step| (step.pid, step.pc))) {
        [Some(a), Some(b)] if a.0 != b.0 => Cause::Pick { a, b },
        [None, Some(_)] if presents[0] == common => Cause::Ends { first: true },
        [Some(_), None] if presents[1] == common => Cause::Ends { first: false },
        _ => Cause::Nothing,
    }
}

/// What a task did differently first in two runs.
fn differs(pid: Pid, runs: &TwoRuns, steps: &[Vec<Step>; 2]) -> Option<TaskDiffers> {
    let own = steps.each_ref().map(|side| side.iter().zip(runs.common + 1..).filter(|(step, _)| step.pid == pid));
    let [a, b] = own;
    let mut last: Option<(u32, [u64; 2])> = None;
    for (n, ((one, in_a), (other, in_b))) in (runs.taken_before(pid)..).zip(a.zip(b)) {
        if one != other {
            let differing = (0..16).find(|i| one.registers[*i] != other.registers[*i]);
            let register = differing.map(|i| (i as u8, [one.registers[i], other.registers[i]]));
            let n = if last.is_some() { n } else { 0 };
            let (pc, turns) = last.unwrap_or((one.pc, [in_a, in_b]));
            return Some(TaskDiffers { n, pc, turns, register, next: [one.pc, other.pc] });
        }
        last = Some((one.pc, [in_a, in_b]));
    }
    None
}
