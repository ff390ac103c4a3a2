//! How long it took: between two turns, task by task, and between one thing that happens and the next, each time it did.

use super::lanes::{News, ROOM};
use super::stop::Event;
use super::travel::Travel;
use super::{PastPosition, Session, TravelError};
use crate::executive::task::{RunState, Task};
use crate::executive::{Config, Machine, Pid};
use serde::Serialize;

/// Pairs that are compared at most.
const MOST: usize = 1_000_000;

/// What went by between two turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Between {
    /// The earlier turn.
    pub from: u64,
    /// The later turn.
    pub to: u64,
    /// Virtual time in between, µs.
    pub us: u64,
    /// What each task that is there at the end did in these turns.
    pub tasks: Vec<TaskBetween>,
}

/// What a task did in some turns of the machine; what is missing to all of them came before it was loaded, or after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TaskBetween {
    /// Which task.
    pub pid: Pid,
    /// Turns it took.
    pub ran: u64,
    /// Turns of others while it could have run.
    pub ready: u64,
    /// Turns it waited for a message.
    pub waiting: u64,
    /// Turns it slept.
    pub sleeping: u64,
    /// Turns it was held back.
    pub paused: u64,
}

/// From one thing that happened to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The turn of the first.
    pub from: u64,
    /// The turn of the second.
    pub to: u64,
    /// Turns in between.
    pub turns: u64,
    /// Virtual time in between, µs.
    pub us: u64,
}

/// All intervals of a pair of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Intervals {
    /// How many there are.
    pub count: usize,
    /// The shortest, in turns; the first of these.
    pub least: Interval,
    /// One that as many are shorter than as are longer.
    pub median: Interval,
    /// The longest; the first of these.
    pub most: Interval,
    /// A first one that no second one has followed.
    pub open: Option<u64>,
}

/// Takes in occurrences as they come.
#[derive(Default)]
struct Pairs {
    since: Option<(u64, u64)>,
    found: Vec<Interval>,
}

impl Pairs {
    fn happened(&mut self, first: bool, second: bool, turn: u64, time_us: u64) {
        if let (true, Some((from, then))) = (second, self.since) {
            self.since = None;
            if self.found.len() < MOST {
                self.found.push(Interval { from, to: turn, turns: turn - from, us: time_us.saturating_sub(then) });
            }
        }
        if first && self.since.is_none() {
            self.since = Some((turn, time_us));
        }
    }
}

impl Session {
    /// What went by between two turns of the current branch, given in either order.
    ///
    /// # Errors
    /// One of them has not happened yet.
    pub fn between(&self, one: u64, other: u64) -> Travel<Between> {
        let (from, to) = (one.min(other), one.max(other));
        let present = self.present();
        if to > present {
            return Err(TravelError::Future { turn: to, present });
        }
        let (before, after) = (self.machine_at(from)?, self.machine_at(to)?);
        let tasks = after.tasks().iter().map(|task| spent(before.task(task.pid), &before, task, &after)).collect();
        Ok(Between { from, to, us: after.time_us() - before.time_us(), tasks })
    }

    pub(super) fn machine_at(&self, turn: u64) -> Travel<Machine> {
        let mut machine = Machine::new(self.machine.config().clone());
        self.timeline.bring_to(&mut machine, PastPosition { turn, entry: usize::MAX, ..self.place() })?;
        Ok(machine)
    }

    /// The time from each `first` to the next `second` in the turns up to this one, of one task or of any. Both may be the
    /// same: then from one to the next.
    ///
    /// # Errors
    /// One of them is not of a kind that the trace holds, or there is no such pair.
    pub async fn intervals(&self, first: &Event, second: &Event, pid: Option<Pid>) -> Travel<Intervals> {
        if let Some(other) = [first, second].into_iter().find(|event| !event.is_traced()) {
            return Err(TravelError::Nothing(format!("the trace does not hold each {other}: it cannot be measured")));
        }
        let config = self.machine.config();
        let mut machine = Machine::new(Config { trace: config.trace.max(ROOM), ..config.clone() });
        let mut pairs = Pairs::default();
        let mut news = News::new(&machine, |entry, machine: &Machine| {
            if pid.is_none_or(|pid| pid == entry.pid) {
                let is = |event: &Event| event.is(machine, &entry);
                pairs.happened(is(first), is(second), entry.turn, entry.time_us);
            }
        });
        self.timeline.retell(&mut machine, self.machine.turns(), &mut news).await?;
        let Pairs { since, mut found } = pairs;
        found.sort_by_key(|i| (i.turns, i.from));
        let nothing = || TravelError::Nothing(format!("no {first} was followed by {second} up to this turn"));
        let least = *found.first().ok_or_else(nothing)?;
        let longest = found.last().map_or(0, |i| i.turns);
        let most = found.iter().copied().find(|i| i.turns == longest).unwrap_or(least);
        let open = since.map(|(turn, _)| turn);
        Ok(Intervals { count: found.len(), least, median: found[(found.len() - 1) / 2], most, open })
    }
}

fn spent(earlier: Option<&Task>, before: &Machine, task: &Task, after: &Machine) -> TaskBetween {
    let turns = |task: &Task, state, machine: &Machine| task.turns_in(state, machine.turns());
    let within =
        |state| turns(task, state, after).saturating_sub(earlier.map_or(0, |earlier| turns(earlier, state, before)));
    let taken = |task: &Task| task.counters().turns + task.former.turns;
    let ran = taken(task).saturating_sub(earlier.map_or(0, taken));
    TaskBetween {
        pid: task.pid,
        ran,
        ready: within(RunState::Ready).saturating_sub(ran),
        waiting: within(RunState::WaitingMbx),
        sleeping: within(RunState::Sleeping),
        paused: within(RunState::Paused),
    }
}
