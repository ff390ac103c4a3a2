//! Lanes on demand: windows of not too many turns are run again, wider ones come from the sums.

use super::replay::{Diverged, catch_up, replay};
use super::visit::Echo;
use super::{Course, Journal, PastPosition, Timeline};
use crate::executive::{Config, Machine, Observer};
use crate::session::lanes::{LaneViewport, Lanes, News, ROOM, Recorder, TurnWindow, word_lanes};
use crate::session::now;
use crate::session::shared::Declared;
use std::cell::RefCell;
use std::sync::Arc;

/// Turns that are run again for a picture: some milliseconds.
const EXACT: u64 = 1 << 19;

/// Lanes that were made, and for what.
#[derive(Debug, Clone)]
pub(super) struct Made {
    branch: u32,
    /// Turns and virtual µs.
    present: (u64, u64),
    halves: bool,
    declared: Declared,
    lanes: Arc<Lanes>,
}

impl Timeline {
    /// Virtual time at the present, µs, if the machine is where it is.
    pub(in crate::session) fn present_us(&self, machine: &Machine) -> u64 {
        if self.at_present(machine.turns()) { machine.time_us() } else { self.branch().notes.long().sums.end_us() }
    }

    /// The lanes in view; the machine is where the cursor is.
    pub(in crate::session) fn lanes(
        &mut self,
        sight: &LaneViewport,
        declared: &Declared,
        machine: &Machine,
    ) -> Arc<Lanes> {
        let config = machine.config();
        let (branch, present) = (self.branch().number, (self.present(), self.present_us(machine)));
        let window = match sight.time {
            true => sight.window(machine.time_us(), present.1),
            false => sight.window(machine.turns(), present.0),
        };
        let same = |made: &&Made| {
            (made.branch, made.present, made.lanes.window, made.halves) == (branch, present, window, sight.halves)
                && made.declared == *declared
        };
        if let Some(made) = self.made_lanes.as_ref().filter(same) {
            return Arc::clone(&made.lanes);
        }
        let mut lanes = match window.halved().filter(|_| sight.halves) {
            Some(halved) => self.make_lanes(halved, config).paired(),
            None => self.make_lanes(window, config),
        };
        self.add_words(&mut lanes, declared, config);
        let (lanes, declared, halves) = (Arc::new(lanes), declared.clone(), sight.halves);
        self.made_lanes = Some(Made { branch, present, halves, declared, lanes: Arc::clone(&lanes) });
        lanes
    }

    /// Puts the words in that several tasks touched in these turns.
    pub(super) fn add_words(&mut self, lanes: &mut Lanes, declared: &Declared, config: &Config) {
        let (first, last) = match &lanes.clock {
            Some(clock) => (clock.before + 1, clock.ends.last().copied().unwrap_or(clock.before)),
            None => (lanes.window.first_of(0), lanes.window.last_of(lanes.window.columns - 1)),
        };
        let last = last.min(self.present());
        let few = last >= first && last - first < EXACT;
        if !lanes.exact || !few || config.trace == 0 || declared.no_lanes && declared.pins.is_empty() {
            return;
        }
        // The turns were run just now: they can be run again.
        if let Ok(sharing) = now(self.sharing((first, last), declared, true, config)) {
            lanes.words = word_lanes(lanes, &sharing, &declared.pins);
            lanes.stale = sharing.stale;
        }
        if declared.no_lanes {
            lanes.words.retain(|lane| lane.pinned);
        }
    }

    pub(super) fn make_lanes(&mut self, window: TurnWindow, config: &Config) -> Lanes {
        if window.time {
            let us = window.per_column().saturating_mul(window.columns as u64);
            let again = us / config.turn_us.max(1) <= EXACT;
            return again.then(|| self.record_by_time(window, config).ok()).flatten().unwrap_or_else(|| {
                let present = self.present();
                let notes = self.notes(config);
                messages(&notes.course, notes.sums.lanes_by_time(window, present, config.turn_us))
            });
        }
        let last = window.last_of(window.columns - 1).min(self.present());
        let turns = (last + 1).saturating_sub(window.first_of(0));
        let again = (turns <= EXACT).then(|| self.record(window, last, config).ok()).flatten();
        again.unwrap_or_else(|| {
            let present = self.present();
            let notes = self.notes(config);
            messages(&notes.course, notes.sums.lanes(window, present))
        })
    }

    /// A second machine with room for what is traced, after a number of turns.
    pub(super) fn begin_record(&mut self, before: u64, config: &Config) -> Result<(Echo, PastPosition), Diverged> {
        let place = PastPosition { branch: self.branch().number, turn: before, entry: usize::MAX };
        let roomy = Config { trace: config.trace.max(ROOM), ..config.clone() };
        let mut echo = self.lanes_at.take().unwrap_or_else(|| Echo::new(&roomy));
        // A machine without a trace is not the same as one that was run with it.
        if let Some(near) = self.far(echo.at, before).filter(|_| config.trace > 0) {
            self.leave_checkpoint(&mut echo, near)?;
        }
        let here = self.move_echo_to(&mut echo, place)?;
        Ok((echo, here))
    }

    /// Runs the turns of a window again, up to `last`.
    fn record(&mut self, window: TurnWindow, last: u64, config: &Config) -> Result<Lanes, Diverged> {
        let (mut echo, mut here) = self.begin_record(window.first_of(0).saturating_sub(1), config)?;
        let machine = &mut echo.machine;
        let recorder = RefCell::new(Recorder::new(window, machine));
        let mut news = News::new(machine, |entry, m| recorder.borrow_mut().tell(entry, m));
        for column in 0..window.columns {
            let end = window.last_of(column).min(last);
            let mut legs = Legs { journal: self.journal(), entry: &mut here.entry, turn: end };
            while legs.begins(machine, &mut news)? {
                legs.run(machine, &mut news)?;
                recorder.borrow_mut().ran(machine);
            }
        }
        here.turn = machine.turns();
        echo.at = Some(here);
        self.lanes_at = Some(echo);
        Ok(recorder.into_inner().done())
    }
}

/// Puts in how many messages were sent.
fn messages(course: &Course, mut lanes: Lanes) -> Lanes {
    for ((first, _), stretch) in course.stretches() {
        if let Some(column) = lanes.column_of(first) {
            lanes.sent[column] += stretch.messages;
        }
    }
    lanes
}

/// A way to a turn that was done before, in legs that have no input in them nor at their end.
#[derive(Debug)]
pub(super) struct Legs<'j> {
    pub journal: &'j Journal,
    /// Entries behind the machine.
    pub entry: &'j mut usize,
    /// Where the way ends.
    pub turn: u64,
}

impl Legs<'_> {
    /// Does what came before the next turn; whether there is a leg to be run then.
    pub fn begins(&mut self, machine: &mut Machine, observer: &mut impl Observer) -> Result<bool, Diverged> {
        if machine.turns() >= self.turn {
            return Ok(false);
        }
        catch_up(machine, self.journal, self.entry, usize::MAX, observer)?;
        Ok(true)
    }

    /// Runs the leg.
    pub fn run(&mut self, machine: &mut Machine, observer: &mut impl Observer) -> Result<(), Diverged> {
        let next = self.journal.after(machine.turns()).filter(|(at, _)| *at <= self.turn);
        replay(machine, self.journal, self.entry, next.unwrap_or((self.turn, usize::MAX)), observer)
    }
}
