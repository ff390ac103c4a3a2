//! What happened where in a branch: messages, faults and stops in stretches of equal length, so
//! that a slider can show a run of any length.

use super::marks::{Counts, Marks, Sought};
use super::stretches::{Stretches, Sum};
use crate::executive::Machine;

/// What happened in a stretch of turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stretch {
    /// Messages that tasks sent.
    pub messages: u64,
    /// Tasks that faulted.
    pub faults: u64,
    /// Stops the user asked for, and BRKs and deadlocks.
    pub stops: u64,
    /// What else may have happened.
    pub(super) marks: Marks,
}

impl Stretch {
    /// Takes another one in.
    pub fn add(&mut self, other: Stretch) {
        self.messages += other.messages;
        self.faults += other.faults;
        self.stops += other.stops;
        self.marks.add(other.marks);
    }
}

impl Sum for Stretch {
    fn add(&mut self, next: &Stretch) {
        Stretch::add(self, *next);
    }
}

/// What a machine has seen of that so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    messages: u64,
    faults: u64,
    counts: Counts,
}

impl Tally {
    pub fn of(machine: &Machine) -> Tally {
        let tasks = machine.tasks();
        Tally {
            messages: tasks.iter().map(|t| t.counters.sends).sum(),
            faults: tasks.iter().filter(|t| t.fault.is_some()).count() as u64,
            counts: Counts::of(machine),
        }
    }

    /// What may have happened since, with no input between then and now.
    pub fn marks(self, machine: &mut Machine) -> Marks {
        self.counts.until(machine)
    }

    /// What has come since an earlier one, with no input between them.
    fn since(self, earlier: Tally, marks: Marks) -> Stretch {
        Stretch {
            messages: self.messages.saturating_sub(earlier.messages),
            faults: self.faults.saturating_sub(earlier.faults),
            stops: 0,
            marks,
        }
    }
}

/// Stretches at most.
const MOST: u64 = 1024;
/// Turns of stops that are kept as such.
const STOPS: usize = 1024;

/// What happened where in a branch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    stretches: Stretches<Stretch>,
    /// The turns after which runs were stopped, the newest of them, ascending.
    stops: Vec<u64>,
}

impl Course {
    /// Nothing yet, in stretches that begin with a length, as a power of two.
    pub(super) fn of_length(power: u32) -> Course {
        Course { stretches: Stretches::of_length(power), stops: Vec::new() }
    }

    /// Turns in a stretch, as a power of two.
    pub(super) fn power(&self) -> u32 {
        self.stretches.power()
    }

    /// Makes stretches longer until there is room for a turn.
    pub(super) fn grow(&mut self, turn: u64) {
        self.stretches.grow(turn, MOST);
    }

    /// The stretches, with the first and the last turn of each.
    pub fn stretches(&self) -> impl Iterator<Item = ((u64, u64), Stretch)> {
        self.stretches.iter().map(|(turns, stretch)| (turns, *stretch))
    }

    /// The turns after which runs were stopped, ascending: the newest thousand.
    #[must_use]
    pub fn stops(&self) -> &[u64] {
        &self.stops
    }

    /// Turns that can be done until the stretch after a turn ends.
    pub(super) fn room(&self, turn: u64) -> u64 {
        self.stretches.room(turn)
    }

    /// Takes in a leg that lies in one stretch, and what may have happened in it.
    pub(super) fn ran(&mut self, machine: &Machine, before: Tally, marks: Marks) {
        self.stretches.at(machine.turns(), MOST).add(Tally::of(machine).since(before, marks));
    }

    /// Whether something that is wanted may have happened in the turns from `first` to `last`.
    pub(super) fn may(&self, first: u64, last: u64, wanted: Sought) -> bool {
        let known = self.stretches.iter().last().is_some_and(|((_, end), _)| last <= end);
        !known || self.stretches.of(first, last).any(|(_, stretch)| stretch.marks.may_hold(wanted))
    }

    /// Takes in that a run was stopped after a turn.
    pub(super) fn stopped(&mut self, turn: u64) {
        self.stretches.at(turn, MOST).stops += 1;
        if self.stops.last() != Some(&turn) {
            self.stops.push(turn);
        }
        if self.stops.len() > STOPS {
            self.stops.remove(0);
        }
    }

    /// Forgets what is to be taken in again behind the end of a stretch: all but stops.
    pub(super) fn forget_after(&mut self, turn: u64) {
        let later = self.stretches.after(turn);
        later.for_each(|stretch| *stretch = Stretch { stops: stretch.stops, ..Stretch::default() });
    }

    /// The course up to a turn; what the turn's stretch holds stays.
    pub(super) fn until(&self, turn: u64) -> Course {
        let kept = self.stops.partition_point(|stop| *stop <= turn);
        Course { stretches: self.stretches.until(turn), stops: self.stops[..kept].to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_turn_has_a_stretch_of_its_own_until_there_are_too_many() {
        let mut course = Course::default();
        for turn in 1..=1024 {
            assert_eq!(course.room(turn - 1), 1);
            course.stopped(turn);
        }
        assert!(course.stretches().all(|((first, last), s)| first == last && s.stops == 1));
        course.stopped(1025);
        assert_eq!(course.stretches().next(), Some(((1, 2), Stretch { stops: 2, ..Stretch::default() })));
        assert_eq!((course.stretches().count(), course.room(1024), course.room(1025)), (513, 2, 1));
    }

    #[test]
    fn a_billion_turns_take_a_thousand_stretches_and_lose_no_stop() {
        let mut course = Course::default();
        (1..=1000).for_each(|i| course.stopped(i * 1_000_000));
        assert!(course.stretches().count() as u64 <= MOST);
        assert_eq!(course.stretches().map(|(_, s)| s.stops).sum::<u64>(), 1000);
        for ((first, last), s) in course.stretches() {
            assert_eq!(s.stops, last / 1_000_000 - (first - 1) / 1_000_000, "{first}..={last}");
        }
    }

    #[test]
    fn a_course_can_be_cut() {
        let mut course = Course::default();
        (1..=10).for_each(|turn| course.stopped(turn));
        assert_eq!(course.until(4).stretches().count(), 4);
        assert_eq!(course.until(0).stretches().count(), 0);
        assert_eq!(course.until(99), course);
    }
}
