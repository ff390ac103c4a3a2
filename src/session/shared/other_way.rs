//! The other order of a race: what must come before the two accesses is run as it was, then the two the other way round.
//!
//! From the state before the earlier access, the turns that happened before the later one are taken in their order, and
//! no others; then the later access, then the earlier one. If each is where it was and touches the same bytes, the race
//! has been seen in both orders, which is more than any clock can say.

use super::shadow::{Race, Site};
use crate::executive::input::Input;
use crate::executive::task::RunState;
use crate::executive::{Machine, Marks, Observer, Pid, Turn, Who};
use crate::session::{JournalEntry, PastPosition, Session, TravelError};
use crate::vm::{Code, Context, Touch, View, data_touch, touches};
use serde::Serialize;
use std::ops::Range;

/// Turns between the two accesses of a race that are tried, at most.
const MOST: u64 = 1 << 20;

/// What came of the attempt to let two accesses come the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// There is a run in which they do.
    Both,
    /// There is one if time passes first: the clock was made to jump.
    Time,
    /// On the way a task did something else than before.
    Hangs,
    /// It was not tried: an access was made in another task's turn, or something came from outside in between.
    Untried,
}

/// A load that got another value than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The instruction.
    pub site: Site,
    /// The address.
    pub address: u32,
}

/// An attempt, and how to do it again.
#[derive(Debug, Clone)]
pub struct OtherWay {
    /// What came of it.
    pub shown: Shown,
    /// The first load that got another value, where a task did something else.
    pub changed: Option<Changed>,
    /// Turns done before the first act.
    from: u64,
    acts: Vec<Act>,
}

/// A step of an attempt.
#[derive(Debug, Clone)]
enum Act {
    Turn(Pid),
    /// The next turn in rotation, before which the clock may jump.
    Next,
    Input(Input),
}

/// A turn as it was: whose, where, and what it loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Was {
    pid: Pid,
    pc: u32,
    loaded: Option<(u32, u32)>,
}

/// Writes turns down.
#[derive(Default)]
struct Course(Vec<Was>);

impl Observer for Course {
    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.0.push(was(cx, ram, code));
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}

fn was(cx: &Context, ram: &View<'_>, code: &Code) -> Was {
    let value = |t: Touch| {
        let byte = |at| u32::from(ram.byte(at as usize, t.bank.is_some()));
        (t.address, (t.address..t.address + t.len).rev().fold(0, |word, at| word << 8 | byte(at)))
    };
    let loaded = data_touch(cx, ram, code).filter(|t| !t.write).map(value);
    Was { pid: cx.pid, pc: cx.pc, loaded }
}

/// Writes one turn down, with all it touches.
#[derive(Default)]
struct Look {
    was: Option<Was>,
    touched: Vec<Touch>,
}

impl Observer for Look {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, _: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.was = Some(was(cx, ram, code));
        touches(cx, ram, code, |t| self.touched.push(t));
        false
    }

    fn after(&mut self, _: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if last.is_some() {
            self.touched.extend(touched);
        }
        false
    }
}

/// An attempt under way.
struct Attempt {
    machine: Machine,
    acts: Vec<Act>,
    /// The clock was made to jump.
    waited: bool,
    changed: Option<Changed>,
}

impl Attempt {
    /// Lets a task take its turn as it was; what it touched, or `None` if it cannot or stands elsewhere.
    fn turn(&mut self, was: Was) -> Option<Vec<Touch>> {
        let task = self.machine.task(was.pid)?;
        if task.context.pc != was.pc {
            return None;
        }
        // A wait that ends by itself is waited for while all other tasks stand still, so that the clock jumps.
        let late = task.state != RunState::Ready;
        if late {
            task.wait.as_ref()?.deadline()?;
        }
        let held = if late { self.hold_others(was.pid) } else { Vec::new() };
        let (who, act) = if late { (Who::Rotation, Act::Next) } else { (Who::Only(was.pid), Act::Turn(was.pid)) };
        let mut look = Look::default();
        let ran = self.machine.observe(who, 1, &Marks::default(), &mut look);
        self.acts.push(act);
        self.waited |= late;
        self.input(held.into_iter().map(Input::Resume));
        let now = look.was?;
        if let (Some((address, then)), Some((_, value))) = (was.loaded, now.loaded)
            && then != value
        {
            let site = Site { pid: was.pid, pc: was.pc, write: false, service: false };
            self.changed.get_or_insert(Changed { site, address });
        }
        (ran.turns == 1 && now.pid == was.pid).then_some(look.touched)
    }

    /// Holds all other tasks back that could run now or later.
    fn hold_others(&mut self, pid: Pid) -> Vec<Pid> {
        let others =
            self.machine.tasks().iter().filter(|t| t.pid != pid && t.state != RunState::Paused && !t.state.ended());
        let others: Vec<Pid> = others.map(|t| t.pid).collect();
        self.input(others.iter().map(|pid| Input::Pause(*pid)));
        others
    }

    fn input(&mut self, inputs: impl Iterator<Item = Input>) {
        for input in inputs {
            // Tasks that can still run can be paused, and those that were paused let go.
            if self.machine.apply(&input).is_ok() {
                self.acts.push(Act::Input(input));
            }
        }
    }
}

impl Session {
    /// Tries to let the two accesses of a race of the current branch come the other way round, from the state before the
    /// earlier one. Nothing of this session changes.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn other_way(&self, race: &Race) -> Result<OtherWay, TravelError> {
        let (from, to) = (race.earlier.turn.saturating_sub(1), race.later.turn);
        let untried = OtherWay { shown: Shown::Untried, changed: None, from, acts: Vec::new() };
        let inputs = self.journal().entries().iter().filter(|(turn, _)| (from + 1..to).contains(turn));
        if to - from > MOST || inputs.clone().any(|(_, entry)| matches!(entry, JournalEntry::Input(_))) {
            return Ok(untried);
        }
        let mut machine = Machine::new(self.machine.config().clone());
        let place = PastPosition { turn: from, entry: usize::MAX, ..self.here() };
        let mut entry = self.timeline.bring_to(&mut machine, place)?;
        let mut course = Course::default();
        self.timeline.replay(&mut machine.clone(), &mut entry, to, &mut course)?;
        let (Some(earlier), Some(later)) = (course.0.first().copied(), course.0.last().copied()) else {
            return Ok(untried);
        };
        if (earlier.pid, later.pid) != (race.earlier.site.pid, race.later.site.pid) {
            return Ok(untried);
        }
        let mut attempt = Attempt { machine, acts: Vec::new(), waited: false, changed: None };
        let done = attempt.run(race, &course.0, (earlier, later)).is_some();
        let shown = match (done, attempt.waited) {
            (false, _) => Shown::Hangs,
            (true, false) => Shown::Both,
            (true, true) => Shown::Time,
        };
        Ok(OtherWay { shown, changed: attempt.changed.filter(|_| !done), from, acts: attempt.acts })
    }

    /// Does an attempt in a new branch of this session, and stands at its end.
    ///
    /// # Errors
    /// None of the past can fail.
    pub fn go_other_way(&mut self, way: &OtherWay, name: &str) -> Result<u32, TravelError> {
        self.seek(way.from)?;
        let stops = std::mem::take(&mut self.stops);
        for act in &way.acts {
            let who = match act {
                Act::Input(input) => {
                    // It was done in the attempt.
                    let _ = self.apply(input.clone());
                    continue;
                }
                Act::Turn(pid) => Who::Only(*pid),
                Act::Next => Who::Rotation,
            };
            self.start(who, 1);
            while self.pump(u64::MAX) {}
        }
        self.stops = stops;
        let branch = self.here().branch;
        self.name_branch(branch, name)?;
        Ok(branch)
    }
}

impl Attempt {
    fn run(&mut self, race: &Race, course: &[Was], (earlier, later): (Was, Was)) -> Option<()> {
        let start = race.earlier.turn;
        let needed = |turn: u64, pid: Pid| {
            let heard = race.before.iter().find(|(of, _)| *of == pid).map_or(0, |(_, turn)| *turn);
            pid == later.pid || turn <= heard
        };
        let between = (start + 1..race.later.turn).zip(&course[1..]);
        for (_, was) in between.filter(|(turn, was)| needed(*turn, was.pid)) {
            self.turn(*was)?;
        }
        let touches = |touched: &[Touch], site: Site| {
            let same = |t: &&Touch| t.pid == site.pid && t.write == site.write && t.bank.is_none();
            touched.iter().filter(same).any(|t| race.bytes.iter().any(|bytes| overlap(bytes, t)))
        };
        let second = self.turn(later).filter(|t| touches(t, race.later.site));
        let first = second.and_then(|_| self.turn(earlier)).filter(|t| touches(t, race.earlier.site));
        first.map(drop)
    }
}

fn overlap(bytes: &Range<u32>, touch: &Touch) -> bool {
    touch.address < bytes.end && bytes.start < touch.address + touch.len
}
