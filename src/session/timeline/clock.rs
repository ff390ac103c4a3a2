//! Lanes over virtual time: turns run again in steps that end where a column ends or the clock jumps.

use super::replay::{Diverged, catch_up};
use super::{Journal, Timeline};
use crate::executive::task::RunState;
use crate::executive::{Config, Machine, Marks, Observer, Turn};
use crate::session::lanes::{Clock, Lanes, News, Passed, Recorder, TurnWindow};
use crate::vm::{Code, Context, Touch, View};
use std::cell::RefCell;

/// Observes as another observer does, and ends the run where no task is ready: there the clock will jump.
struct UntilIdle<'o, O>(&'o mut O);

impl<O: Observer> Observer for UntilIdle<'_, O> {
    fn wants_touches(&self) -> bool {
        self.0.wants_touches()
    }

    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.0.before(turn, cx, ram, code)
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        self.0.after(machine, last, touched) || nobody_is_ready(machine)
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.0.input(machine, touched);
    }
}

fn nobody_is_ready(machine: &Machine) -> bool {
    machine.tasks().iter().all(|t| t.state != RunState::Ready)
}

impl Timeline {
    /// Runs the turns of a window of virtual time again.
    pub(super) fn record_by_time(&mut self, window: TurnWindow, config: &Config) -> Result<Lanes, Diverged> {
        let start_us = window.first_of(0) - 1;
        let from = self.notes(config).sums.turn_by(start_us);
        let (mut echo, mut here) = self.begin_record(from, config)?;
        let (lanes, whole) = self.walk(window, &mut echo.machine, &mut here.entry)?;
        here.turn = echo.machine.turns();
        echo.at = whole.then_some(here);
        self.lanes_at = Some(echo);
        Ok(lanes)
    }

    /// Goes through a window; the lanes, and whether the machine is right after a turn in the end: after a jump of
    /// the clock it is at no place that has a name.
    fn walk(&self, window: TurnWindow, machine: &mut Machine, entry: &mut usize) -> Result<(Lanes, bool), Diverged> {
        let (start_us, end_us) = (window.first_of(0) - 1, window.last_of(window.columns - 1));
        let mut whole = true;
        let mut clock = Clock { before: machine.turns(), turn_us: machine.config().turn_us, ..Clock::default() };
        let recorder = RefCell::new(Recorder::new(window, machine));
        let mut news = News::new(machine, |entry, m| recorder.borrow_mut().tell(entry, m));
        while machine.time_us() < end_us {
            let now = machine.time_us();
            let column = window.column_of(now + 1).map_or(start_us, |column| window.last_of(column));
            let edge = if now < start_us { start_us } else { column };
            let before = machine.turns();
            let Some(passed) = step(machine, (self.journal(), entry), (self.present(), edge), &mut news)? else {
                break;
            };
            whole = passed.turns > 0;
            recorder.borrow_mut().passed(machine, &passed);
            clock.passed(window, machine.time_us(), (before, machine.turns()));
        }
        clock.over(window, machine.turns());
        let lanes = recorder.into_inner().done();
        Ok((Lanes { clock: Some(clock), ..lanes }, whole))
    }
}

/// Does what comes next: an input, a jump of the clock, or turns up to a point of time, at least one. `None` where
/// nothing more has happened.
fn step(
    machine: &mut Machine,
    (journal, entry): (&Journal, &mut usize),
    (present, edge_us): (u64, u64),
    observer: &mut impl Observer,
) -> Result<Option<Passed>, Diverged> {
    let (turn, from_us) = (machine.turns(), machine.time_us());
    let held = machine.tasks().iter().map(|t| (t.pid, t.state)).collect();
    let mut turns = 0;
    *entry = journal.past_picks(*entry, turn);
    if journal.due(*entry, turn).is_some() {
        let next = *entry + 1;
        catch_up(machine, journal, entry, next, observer)?;
    } else if turn >= present {
        return Ok(None);
    } else if nobody_is_ready(machine) {
        machine.skip_idle();
        if machine.time_us() == from_us && nobody_is_ready(machine) {
            return Err(Diverged { turn });
        }
    } else {
        let fit = (edge_us.saturating_sub(from_us) / machine.config().turn_us.max(1)).max(1);
        let (who, reach) = journal.ahead(*entry, turn);
        let end = reach.min(present).min(turn.saturating_add(fit));
        turns = machine.observe(who, end.saturating_sub(turn), &Marks::default(), &mut UntilIdle(observer)).turns;
        if turns == 0 {
            return Err(Diverged { turn });
        }
    }
    Ok(Some(Passed { from_us, to_us: machine.time_us(), turns, held }))
}
