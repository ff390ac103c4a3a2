//! What a run writes down of its branch on the way: what happened where, and what each task did.
//!
//! A short past is looked at turn by turn, and a run is fast where it is not interrupted. So a run writes stretches of some
//! thousand turns, and the short ones of a past of some millions are filled in when something looks at them, by taking
//! those turns again. Once the past is so long that its stretches are as long as the run's own, there is nothing to fill in.

use super::Timeline;
use super::course::{Course, Tally};
use super::lanes::Legs;
use super::marks::Marks;
use super::replay::Diverged;
use super::sums::Sums;
use super::visit::Echo;
use super::{Journal, PastPosition};
use crate::executive::{Ahead, Config, Machine, Observer};
use crate::session::lanes::StateTimeTotals;
use std::sync::Arc;

/// Turns in the shortest stretches that a run writes, as a power of two: some ten microseconds of a run.
const LONG: u32 = 13;

/// Stretches of one length.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    /// What happened where.
    pub course: Arc<Course>,
    /// What tasks did where.
    pub sums: Sums,
}

/// Stretches for which no leg was ended.
#[derive(Debug, Clone, Default)]
struct Short {
    written: Written,
    /// The turn up to which they are filled in.
    upto: u64,
}

/// What is written down of a branch.
#[derive(Debug, Clone)]
pub(super) struct Notes {
    long: Written,
    /// Shorter ones, while the past is short enough for them.
    short: Option<Short>,
}

impl Written {
    /// Turns that can be done before a stretch ends.
    fn room(&self, turn: u64) -> u64 {
        self.course.room(turn).min(self.sums.room(turn))
    }

    fn stopped(&mut self, turn: u64) {
        Arc::make_mut(&mut self.course).stopped(turn);
    }

    /// Makes stretches longer until `turn` turns of some tasks have room.
    fn grow(&mut self, turn: u64, tasks: usize) {
        Arc::make_mut(&mut self.course).grow(turn);
        self.sums.grow(turn, tasks);
    }

    fn until(&self, turn: u64, done: &StateTimeTotals) -> Written {
        Written { course: Arc::new(self.course.until(turn)), sums: self.sums.until(turn, done) }
    }

    /// Takes a machine through turns that were taken before, up to one with which no stretch but the last has ended, and
    /// writes them down.
    fn again(
        &mut self,
        machine: &mut Machine,
        (journal, entry): (&Journal, &mut usize),
        turn: u64,
        marks: impl Fn(Tally, &mut Machine) -> Marks,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        let mut legs = Legs { journal, entry, turn };
        while legs.begins(machine, observer)? {
            let before = Tally::of(machine);
            self.sums.begin(machine);
            legs.run(machine, observer)?;
            let marks = marks(before, machine);
            Arc::make_mut(&mut self.course).ran(machine, before, marks);
            self.sums.ran(machine);
        }
        Ok(())
    }
}

impl Short {
    /// The same up to a turn. Stretches that end later are filled in again.
    fn until(&self, turn: u64) -> Short {
        let Written { course, sums } = &self.written;
        let mut course = course.until(turn);
        if self.upto <= turn {
            return Short { written: Written { course: Arc::new(course), sums: sums.clone() }, upto: self.upto };
        }
        let upto = turn - turn % (1 << course.power().max(sums.power()));
        course.forget_after(upto);
        Short { written: Written { course: Arc::new(course), sums: sums.before(upto) }, upto }
    }
}

impl Notes {
    /// Nothing, of a branch that begins with the session.
    pub fn new() -> Notes {
        let long = Written { course: Arc::new(Course::of_length(LONG)), sums: Sums::of_length(LONG) };
        Notes { long, short: Some(Short::default()) }
    }

    /// Turns that can be done before something ends that is written down in one piece.
    pub fn room(&self, turn: u64) -> u64 {
        self.long.room(turn)
    }

    /// A leg begins.
    pub fn begin(&mut self, machine: &Machine) {
        self.long.sums.begin(machine);
    }

    /// Takes in a leg that lies in one stretch.
    pub fn ran(&mut self, machine: &mut Machine, before: Tally) {
        let marks = before.marks(machine);
        Arc::make_mut(&mut self.long.course).ran(machine, before, marks);
        self.long.sums.ran(machine);
        self.grow(machine);
    }

    fn grow(&mut self, machine: &Machine) {
        if let Some(Short { written, .. }) = &mut self.short {
            written.grow(machine.turns(), machine.tasks().len());
            self.short.take_if(|Short { written, .. }| written.course.power() >= LONG && written.sums.power() >= LONG);
        }
    }

    /// Takes a machine through turns that were taken before, in one stretch, and writes them down.
    pub fn again(
        &mut self,
        machine: &mut Machine,
        at: (&Journal, &mut usize),
        turn: u64,
        observer: &mut impl Observer,
    ) -> Result<(), Diverged> {
        self.long.again(machine, at, turn, |before, m| before.marks(m), observer)?;
        self.grow(machine);
        Ok(())
    }

    /// Takes in that a run was stopped after a turn.
    pub fn stopped(&mut self, turn: u64) {
        self.long.stopped(turn);
        self.short.iter_mut().for_each(|short| short.written.stopped(turn));
    }

    /// The notes up to a turn, after which tasks had done what a totals says.
    pub fn until(&self, turn: u64, done: &StateTimeTotals) -> Notes {
        Notes { long: self.long.until(turn, done), short: self.short.as_ref().map(|short| short.until(turn)) }
    }

    /// The shortest stretches there are: those of a past up to `present` once they are filled in.
    pub fn written(&self, present: u64) -> &Written {
        self.short.as_ref().filter(|short| short.upto == present).map_or(&self.long, |short| &short.written)
    }

    /// The stretches of the run itself.
    pub fn long(&self) -> &Written {
        &self.long
    }
}

impl Timeline {
    /// What is written down of the current branch, in stretches as short as there are.
    pub(super) fn notes(&mut self, config: &Config) -> &Written {
        let present = self.present();
        if let Some(mut short) = self.branches[self.current].notes.short.take() {
            // Those turns were taken before: that they cannot be taken again does not happen.
            let filled = self.fill_in(&mut short, config);
            debug_assert_eq!(filled, Ok(()));
            self.branches[self.current].notes.short = Some(short);
        }
        self.branch().notes.written(present)
    }

    /// Fills stretches in up to the present.
    fn fill_in(&mut self, short: &mut Short, config: &Config) -> Result<(), Diverged> {
        let (branch, present) = (self.branch().number, self.present());
        if short.upto >= present {
            return Ok(());
        }
        let mut echo = self.filled_at.take().unwrap_or_else(|| Echo::new(config));
        let from = PastPosition { branch, turn: short.upto, entry: usize::MAX };
        let PastPosition { mut entry, .. } = self.move_echo_to(&mut echo, from)?;
        let mut ahead = Ahead::again(present);
        while short.upto < present {
            let turn = present.min(short.upto + short.written.room(short.upto));
            let at = (self.journal(), &mut entry);
            short.written.again(&mut echo.machine, at, turn, |_, _| Marks::ALL, &mut ahead)?;
            short.upto = turn;
        }
        echo.at = Some(PastPosition { branch, turn: present, entry });
        self.filled_at = Some(echo);
        Ok(())
    }
}
