//! A machine being debugged: runs and why they stop, breakpoints, the journal of what came from
//! outside. Knows nothing of keys, colours or files.

mod armed;
mod ending;
pub mod expr;
mod goals;
mod journal;
mod lanes;
pub mod machines;
mod measure;
mod origins;
mod outside;
mod plan;
mod schedule;
mod shared;
mod slices;
mod steer;
mod stop;
mod stored;
mod timeline;
mod trace_replay;
mod travel;
pub mod waits;

pub use journal::{Journal, JournalEntry};
pub use lanes::{
    Cell as LaneCell, Doing, Kinds, Lane, LaneViewport, Lanes, Message, Share, TurnWindow, WordCell, WordLane,
};
pub use measure::{Between, Interval, Intervals, TaskBetween};
pub use origins::{Beginning, Origin, OriginKid, OriginNode, Role, TreeOptions, Use, UseAt, Uses};
pub use plan::{Goal, LineTable, LineWalk, SourceLine};
pub use schedule::{Dice, ScheduleError, Slot, TurnSource, text as schedule_text};
pub use shared::{
    Changed, Declared, Edge, End as RaceEnd, Heard, Hidden, HiddenEnd, Hit, OtherWay, Race, Sharing, Shown, Site, Stale,
};
pub use slices::{Looked, give_way, next_slice, now};
pub use stop::{Access, AwaitedAccess, Due, Event, Lifetime, LogText, On, Status, Stop, Stops, Touching, Waiter};
pub use stored::InFrame;
pub use timeline::{
    AllWrites, Bookmark, BranchInfo, Cause, Course, Difference, Diverged, Fork, Forked, HISTORY_BYTES, PastPosition,
    Stretch, TaskDiffers, TwoRuns, WatchedBytes, Writer, Written,
};
pub use travel::{History, Moment, TravelError, Via, Write};

use crate::executive::{Ahead, Config, End, Machine, Marks, Observer, Ran, Who};
use armed::Armed;
use ending::Slice;
use plan::Plan;
use std::sync::Arc;
use stop::{Beside, TurnSeen};
use timeline::Timeline;

/// A run that is held for a moment.
#[derive(Debug)]
#[must_use]
pub struct Held(Option<Plan>);

/// A machine being debugged.
#[derive(Debug, Clone)]
pub struct Session {
    machine: Machine,
    /// Breakpoints.
    pub stops: Stops,
    /// Whether the other tasks take their turns while one is run towards a goal, or stand still.
    pub rotate: bool,
    /// Whether a run ends as soon as it is certain that some tasks wait for ever, though others still run.
    pub deadlock_stops: bool,
    /// What was said about its races.
    pub declared: Declared,
    timeline: Timeline,
    status: Status,
    plan: Option<Plan>,
    /// The run that has stopped last.
    last: Option<Plan>,
    /// The lines that a run to another line goes by.
    lines: Arc<LineTable>,
    /// Turns the last run has done.
    ran: u64,
    /// Where it stood last.
    stopped: Option<PastPosition>,
    /// Where it stood before that.
    since: Option<PastPosition>,
    /// What a search found, and where.
    found: Option<(WatchedBytes, PastPosition, Writer)>,
    /// What the last run carried along.
    armed: Option<armed::Armed>,
    /// The run has taken no turn yet since it began or continued: what is due where it stands has been seen.
    fresh: bool,
    /// A stop that goes with the run it was made for.
    transient: Option<u32>,
    /// That stop, while the run has ended before it was due and may continue.
    kept: Option<Stop>,
    /// A search that is under way.
    errand: Option<Box<travel::ReverseSearch>>,
    /// Whether the last run has done all it was asked for.
    arrived: bool,
    /// What says whose the next turns are, in a run by it; what is left of it after one.
    schedule: Option<TurnSource>,
    /// What lets runs without stops on memory go faster.
    ahead: Ahead,
}

/// Turns of a run that may well end soon: to write their trace costs what a way back to them does.
const SOON: u64 = 1 << 13;
/// Turns in a call that is stepped over after which its trace may be left out: to write it then takes a way back to it.
const LONG: u64 = 1 << 16;
/// Turns of a slice of a run whose trace is not worth leaving out.
const SHORT: u64 = 1 << 15;

impl Session {
    /// A session on an empty machine.
    #[must_use]
    pub fn new(config: Config) -> Session {
        Session {
            machine: Machine::new(config),
            stops: Stops::default(),
            rotate: true,
            deadlock_stops: true,
            declared: Declared::default(),
            timeline: Timeline::new(),
            status: Status::Fresh,
            plan: None,
            last: None,
            lines: Arc::default(),
            ran: 0,
            stopped: None,
            since: None,
            found: None,
            armed: None,
            fresh: false,
            transient: None,
            kept: None,
            errand: None,
            arrived: false,
            schedule: None,
            ahead: Ahead::lazy(0),
        }
    }

    /// A session that has done what a journal says, up to a turn; done in slices, which are counted.
    ///
    /// # Errors
    /// The machine cannot do what the journal says.
    pub async fn recorded(
        config: Config,
        journal: Journal,
        present: u64,
        looked: &Looked,
    ) -> Result<Session, Diverged> {
        let mut session = Session::new(config);
        looked.expect(present);
        session.timeline.rebuild(&mut session.machine, journal, present, looked).await?;
        session.status = Status::Limit { turns: present, pid: None };
        Ok(session)
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What came from outside in the current branch.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.timeline.journal()
    }

    /// Whether it runs, or why it stands.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// Whether a run is in progress, or a search for the previous stop.
    #[must_use]
    pub fn running(&self) -> bool {
        self.plan.is_some() || self.errand.is_some()
    }

    /// Whether the previous stop is being searched for.
    #[must_use]
    pub fn searching(&self) -> bool {
        self.errand.is_some()
    }

    /// The task that alone runs, or ran last, while the others stand still.
    #[must_use]
    pub fn alone(&self) -> Option<crate::executive::Pid> {
        match self.plan.or(self.last)? {
            Plan { who: Who::Only(pid), scheduled: false, .. } => Some(pid),
            _ => None,
        }
    }

    /// Whether the last run has done all it was asked for, also if a stop was due at its end.
    #[must_use]
    pub fn arrived(&self) -> bool {
        self.arrived
    }

    /// Turns the present or last run has done.
    #[must_use]
    pub fn ran(&self) -> u64 {
        self.ran
    }

    /// Asks for a run of at most `limit` turns; [`Session::pump`] does them.
    pub fn start(&mut self, who: Who, limit: u64) {
        self.since = Some(self.stopped.take().unwrap_or_else(|| self.here()));
        self.ran = 0;
        self.fresh = true;
        self.kept = None;
        self.stops.settle(&self.machine);
        self.plan = Some(Plan { who, limit, done: 0, goal: None, scheduled: false });
        self.status = Status::Running;
    }

    /// Takes the run away for a moment, so that inputs can come in between two of its turns.
    pub fn hold(&mut self) -> Held {
        self.give_up_search();
        Held(self.plan.take())
    }

    /// Puts a held run back.
    pub fn release(&mut self, held: Held) {
        self.plan = held.0;
        // What came in between may have been what a stop waits for.
        if self.plan.is_some() && !self.stops.due().is_empty() {
            self.stop(None);
        }
    }

    /// Lets the run continue that has stopped last, past the stop where it stands, with what is left of its bound.
    pub fn go_on(&mut self) {
        if let Some(plan) = self.last.filter(|p| p.done < p.limit) {
            self.since = Some(self.stopped.take().unwrap_or_else(|| self.here()));
            self.stops.settle(&self.machine);
            self.transient = self.kept.take().map(|stop| self.stops.put_back(stop));
            self.fresh = true;
            self.plan = Some(plan);
            self.status = Status::Running;
        }
    }

    /// Turns that are left of the last run's bound; `u64::MAX` without one.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.last.map_or(u64::MAX, |p| if p.limit == u64::MAX { u64::MAX } else { p.limit - p.done })
    }

    /// Stops a run between two turns.
    pub fn pause(&mut self) {
        self.give_up_search();
        if self.plan.is_some() {
            self.stop(Some(Status::Paused));
        }
    }

    /// Does at most `turns` turns of the run that was asked for; true until it has ended.
    pub fn pump(&mut self, turns: u64) -> bool {
        if self.plan.is_none() {
            return self.search_on(turns);
        }
        let start = self.machine.turns();
        let (mut ahead_left, mut written) = (Some(self.ahead_for(turns)), false);
        while let Some(plan) = self.plan
            && let Some(left) = turns.checked_sub(self.machine.turns() - start).filter(|left| *left > 0)
        {
            let mut armed = self.take_armed();
            let Armed { marks, observer, deadlock, .. } = &mut armed;
            if let Some(watch) = deadlock {
                watch.begin(&self.machine);
            }
            let (slice, moved) = match observer {
                Some(observer) => {
                    observer.begin(&self.machine);
                    if let Some(ahead) = ahead_left.as_mut().filter(|_| written && observer.takes_ahead()) {
                        ahead.begin(self.machine.turns() + LONG, self.end_ahead(left));
                        written = false;
                    }
                    ahead_left = ahead_left.and_then(|ahead| observer.lend_ahead(ahead));
                    if let Some(ahead) = ahead_left.as_mut().filter(|_| !written) {
                        // From here on the trace is written on the way.
                        ahead.write_trace(&mut self.machine);
                        ahead.begin(0, 0);
                        written = true;
                    }
                    let left = observer.until_clock(left, || self.stops.steady_turns(&self.machine));
                    let mut beside = Beside { observer: &mut *observer, deadlock: deadlock.as_mut() };
                    let slice = self.slice(plan, left, marks, &mut beside);
                    ahead_left = observer.return_ahead().or(ahead_left);
                    self.settle_races(observer);
                    let fired = observer.fired();
                    match fired {
                        Some(seen) => self.stops.look(&self.machine, seen),
                        None if slice.came => self.stops.look(&self.machine, &TurnSeen::default()),
                        None => {}
                    }
                    let looked = fired.is_some() || slice.came;
                    (slice, looked && observer.moving())
                }
                None => {
                    let ahead = ahead_left.get_or_insert_with(|| Ahead::lazy(0));
                    ahead.watch(None);
                    let mut beside = Beside { observer: ahead, deadlock: deadlock.as_mut() };
                    (self.slice(plan, left, marks, &mut beside), false)
                }
            };
            let closed = deadlock.as_ref().and_then(|watch| watch.closed(&self.machine));
            if slice.came && armed.observer.is_none() || moved {
                armed.outdate();
            }
            self.armed = Some(armed);
            self.end_slice(match slice.why {
                Some(Status::Limit { .. }) | None => closed.or(slice.why),
                why => why,
            });
        }
        if let Some(mut ahead) = ahead_left {
            ahead.write_trace(&mut self.machine);
            self.ahead = ahead;
        }
        self.plan.is_some()
    }

    /// What lets a slice of at most `turns` turns go faster. At the present only: in the past, what the journal says
    /// comes between turns.
    fn ahead_for(&mut self, turns: u64) -> Ahead {
        let mut ahead = std::mem::take(&mut self.ahead);
        let from = self.machine.turns() + SOON.saturating_sub(self.plan.map_or(0, |plan| plan.done));
        ahead.begin(from, self.end_ahead(turns));
        ahead
    }

    /// The turn with which a slice of at most `turns` turns ends; 0 if its trace is not worth leaving out.
    fn end_ahead(&self, turns: u64) -> u64 {
        let most = turns.min(self.left_of_plan());
        if most >= SHORT && self.at_present() { self.machine.turns().saturating_add(most) } else { 0 }
    }

    fn left_of_plan(&self) -> u64 {
        self.plan.map_or(0, |plan| plan.limit - plan.done)
    }

    /// Does a slice of a run.
    fn slice_of(&mut self, plan: Plan, turns: u64, marks: &Marks, observer: &mut impl Observer) -> Slice {
        let most = turns.min(plan.limit - plan.done);
        let (ran, mut came) = self.advance(plan, most, marks, observer);
        let mut done = plan.done + ran.turns;
        let mut why = self.why_stop(plan, done, ran);
        let at_mark = matches!(ran.end, End::Mark(_));
        if at_mark && self.stops.due().is_empty() && ran.turns < most {
            // A breakpoint that does not stop here, for its condition or count, is passed.
            observer.held_back();
            let (passed, more) = self.advance(Plan { done, ..plan }, 1, &marks.passed(), observer);
            done += passed.turns;
            came |= more;
            why = self.why_stop(plan, done, passed);
        }
        self.ran = done;
        self.plan = Some(Plan { done, ..plan });
        Slice { came, why }
    }

    /// Runs leg by leg, as the timeline divides the turns: checkpoints lie between them, and in
    /// the past what the journal says. Also says whether something came from outside at the end: it
    /// may have loaded a task, for which there are no marks yet.
    fn advance(&mut self, plan: Plan, limit: u64, marks: &Marks, observer: &mut impl Observer) -> (Ran, bool) {
        let mut all = Ran { turns: 0, last: None, end: End::Limit };
        while all.turns < limit && all.end == End::Limit {
            let leg = self.timeline.leg(&self.machine, plan.who);
            let (before, done) = (self.machine.time_us(), plan.done + all.turns);
            let most = leg.reach.min(limit - all.turns);
            let ran = self.run(Plan { who: leg.who, done, ..plan }, most, marks, observer);
            let jumped = self.machine.time_us() != ran.last.map_or(before, |t| t.time_us);
            all = Ran { turns: all.turns + ran.turns, last: ran.last.or(all.last), end: ran.end };
            if self.timeline.passed(&mut self.machine, leg, ran.turns, jumped, observer) {
                return (all, true);
            }
        }
        (all, false)
    }

    /// Runs; a breakpoint right under the first turn has been seen already and is passed.
    fn run(&mut self, plan: Plan, limit: u64, marks: &Marks, observer: &mut impl Observer) -> Ran {
        let first = u64::from(std::mem::take(&mut self.fresh) && !marks.is_empty()).min(limit);
        let mut ran = Ran { turns: 0, last: None, end: End::Limit };
        if first > 0 {
            ran = self.machine.observe(plan.who, first, &marks.passed(), observer);
        }
        if ran.end == End::Limit {
            let rest = self.machine.observe(plan.who, limit - first, marks, observer);
            ran = Ran { turns: ran.turns + rest.turns, last: rest.last.or(ran.last), end: rest.end };
        }
        ran
    }
}
