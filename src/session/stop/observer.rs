//! Looks on while turns are taken, and ends the run after those in which a stop may have been hit: what
//! stops test is tested then, and in no other turn.

mod ahead;

use super::unwritten::Unwritten;
use super::wanted::Wanted;
use super::{Event, On, Stop};
use crate::executive::{Ahead, Machine, Observer, Outcome, Pid, Turn};
use crate::session::plan::{Goal, LineTable};
use crate::session::shared::{RaceWatch, Second};
use crate::vm::{Code, Context, StackMove, Touch, View, Words, reads_from, stack_move, stores_into, touches};
use std::sync::Arc;

/// Turns after which marks on RETs pay: to make them takes as long as to look at some thousand turns.
const DEEP: u64 = 1 << 12;

/// What has been seen of the last turn.
#[derive(Debug, Clone, Default)]
pub struct TurnSeen {
    /// Memory it read and wrote.
    pub touches: Vec<Touch>,
    /// What it did to its task's stack.
    pub moved: Option<StackMove>,
    /// Who took the turn before it.
    pub before: Option<Pid>,
    /// What it read that nothing had written.
    pub unwritten: Option<u32>,
    /// The races of which it was the second access.
    pub races: Vec<Second>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing of interest has happened.
    Quiet,
    /// The clock has jumped: the next turn is of interest.
    Jumped,
    /// Something of interest has happened in the last turn.
    Fired,
}

/// Looks on for stops, and for a goal.
#[derive(Debug, Clone)]
pub struct StopObserver {
    wanted: Wanted,
    /// The lines that a goal goes by.
    lines: Arc<LineTable>,
    only_writes: bool,
    /// Turns themselves are of interest, switches, or a goal.
    rare: bool,
    /// The clock is about to change something: each turn is of interest.
    near: bool,
    /// Growing stacks are.
    grows: bool,
    /// What a turn needs changes with values: addresses that are themselves looked up.
    moving: bool,
    /// The words whose accesses alone have to be seen in their place, if that is so.
    words: Option<Words>,
    /// What lets the other turns be taken ahead, during a run.
    ahead: Option<Ahead>,
    /// What is written, if reads of other bytes count.
    pub unwritten: Option<Unwritten>,
    /// The races up to here, if more of them count.
    pub races: Option<Box<RaceWatch>>,
    state: State,
    /// What it was before it fired.
    unfired: State,
    last: Pid,
    /// The turn with more than an instruction that was looked at last.
    slow: u64,
    /// The last turn before which something else than a RET could lead the goal's task on.
    risen: u64,
    /// That was long ago.
    deep: bool,
    seen: TurnSeen,
}

impl StopObserver {
    /// One for the stops that are on and what else is wanted; `None` if there is nothing to look for.
    pub fn new(stops: &[Stop], mut wanted: Wanted, lines: &Arc<LineTable>, machine: &Machine) -> Option<StopObserver> {
        let on: Vec<&Stop> = stops.iter().filter(|s| s.enabled && !s.is_breakpoint()).collect();
        if on.is_empty() && !wanted.events {
            return None;
        }
        on.iter().for_each(|s| wanted.stop(s, machine));
        let moving = on.iter().any(|s| matches!(&s.on, On::Change(expr, _) if expr.looks_up_addresses()));
        Some(StopObserver {
            only_writes: wanted.only_writes(),
            rare: wanted.rare(),
            near: false,
            grows: wanted.grows(),
            words: wanted.words(machine),
            ahead: None,
            wanted,
            lines: Arc::clone(lines),
            moving,
            unwritten: None,
            races: None,
            state: State::Quiet,
            unfired: State::Quiet,
            last: 0,
            slow: 0,
            risen: machine.turns(),
            deep: false,
            seen: TurnSeen::default(),
        })
    }

    /// Whether a stop is on an event of some kind.
    pub fn wants(stops: &[Stop], is: impl Fn(&Event) -> bool) -> bool {
        stops.iter().any(|s| s.enabled && matches!(&s.on, On::Event(event) if is(event)))
    }

    /// Whether it has to be made again after each look.
    pub fn moving(&self) -> bool {
        self.moving
    }

    /// Begins to look on.
    pub fn begin(&mut self, machine: &Machine) {
        self.state = State::Quiet;
        self.last = machine.ran().unwrap_or_default();
        self.slow = machine.turns();
        self.seen.touches.clear();
        (self.seen.moved, self.seen.unwritten, self.seen.before) = (None, None, machine.ran());
        self.seen.races.clear();
        if let Some(table) = &mut self.unwritten {
            table.tasks(machine);
        }
        if let Some(races) = &mut self.races {
            races.begin(machine);
        }
    }

    /// Whether for many turns only a RET has led on to the goal: to mark those is faster than to look at each turn.
    pub fn is_deep(&self) -> bool {
        self.deep
    }

    /// Whether that has become so before this turn.
    #[inline(always)]
    fn is_deep_now(&mut self, turn: u64, cx: &Context) -> bool {
        let Some(goal) = self.wanted.goal.filter(|goal| goal.pid() == cx.pid) else { return false };
        if goal.only_returns(cx).is_none() {
            self.risen = turn;
        }
        let deep = turn - self.risen > DEEP;
        deep && !std::mem::replace(&mut self.deep, deep)
    }

    /// Whether each turn is looked at for something that depends on all turns before.
    #[inline(always)]
    fn has_tables(&self) -> bool {
        self.unwritten.is_some() | self.races.is_some()
    }

    /// What was seen of the last turn, if something in it may have hit a stop.
    pub fn fired(&self) -> Option<&TurnSeen> {
        self.has_fired().then_some(&self.seen)
    }

    fn has_fired(&self) -> bool {
        self.state == State::Fired
    }

    /// Whether a turn is of interest for something else than what it writes.
    #[inline(always)]
    fn other(&self, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if let Some(words) = &self.wanted.reads
            && reads_from(cx, ram, code, words)
        {
            return true;
        }
        if self.grows && self.wanted.grown(cx, code) {
            return true;
        }
        (self.rare || self.near) && self.rarely(cx, code)
    }

    fn rarely(&self, cx: &Context, code: &Code) -> bool {
        let Wanted { each, switches, goal, .. } = &self.wanted;
        let returns = || stack_move(cx, code) == Some(StackMove::Return);
        let goes = |goal: &Goal| goal.may_follow(cx, &self.lines, returns);
        *each || self.near || *switches && cx.pid != self.last || goal.as_ref().is_some_and(goes)
    }

    /// Looks for reads of what nothing has written, and takes the turn's writes in.
    #[cold]
    fn reads_unwritten(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        let Some(table) = &mut self.unwritten else { return false };
        let mut found = None;
        table.forget_fresh();
        touches(cx, ram, code, |t| {
            found = found.or(table.unwritten(&t, turn));
            table.write(&t, turn);
        });
        table.upto = table.upto.max(turn);
        self.seen.unwritten = found;
        found.is_some()
    }

    /// The turn before this one has ended: whether that ends the run, as it does if it was the second access of a race.
    #[cold]
    fn last_ended(&mut self, turn: u64, ram: &View<'_>) -> bool {
        let raced = self.races.as_mut().is_some_and(|races| races.finish(ram));
        if raced {
            if !self.has_fired() {
                // Had it hit another stop, that would have been seen before it was taken.
                self.seen.touches.clear();
                (self.seen.moved, self.seen.before) = (None, Some(self.last));
                self.state = State::Fired;
            }
            self.look_up_races(turn - 1);
        }
        self.has_fired()
    }

    /// Looks into the tables for a turn that begins, and takes it in.
    #[cold]
    fn begins(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        let unwritten = self.reads_unwritten(turn, cx, ram, code);
        let Some(races) = &mut self.races else { return unwritten };
        races.before(turn, cx, ram, code);
        self.look_up_races(turn) | unwritten
    }

    /// Takes over what is known of the races of a turn: whether it has some, or may have.
    pub fn look_up_races(&mut self, turn: u64) -> bool {
        let Some(races) = &self.races else { return false };
        self.seen.races = races.at(turn);
        !self.seen.races.is_empty() || races.wider().is_some()
    }

    /// Leaves races out.
    pub fn leave_out_races(&mut self, hidden: impl Fn(&Second) -> bool) {
        self.seen.races.retain(|second| !hidden(second));
    }

    #[cold]
    fn note(&mut self, cx: &Context, ram: &View<'_>, code: &Code) {
        let seen = &mut self.seen;
        // What waits have touched that ended while the clock jumped belongs to this turn.
        if self.state != State::Jumped {
            seen.touches.clear();
        }
        touches(cx, ram, code, |t| seen.touches.push(t));
        seen.moved = stack_move(cx, code);
        seen.before = Some(self.last).filter(|pid| *pid > 0);
        self.state = State::Fired;
    }

    /// A turn that did more than retire, or waits that ended.
    fn slow_turn(&mut self, last: Turn, touched: &[Touch]) -> bool {
        let mut hit = self.wanted.events;
        let fired = self.has_fired();
        let seen = &mut self.seen;
        if matches!(last.outcome, Outcome::Faulted(_)) {
            // It was not done: only what the fault itself wrote counts.
            seen.touches.clear();
            (seen.moved, seen.unwritten) = (None, None);
        } else if !fired {
            seen.touches.clear();
            (seen.moved, seen.before) = (None, Some(self.last).filter(|pid| *pid > 0));
        }
        for t in touched {
            // Longer stretches than an instruction's: word by word.
            let words = t.address / 4..(t.address + t.len).div_ceil(4);
            let reads = self.wanted.reads.as_ref().filter(|_| !t.write);
            let writes = t.write.then_some(&self.wanted.writes);
            let mut sets = reads.into_iter().chain(writes);
            hit |= sets.any(|set| words.clone().any(|word| set.touched(4 * word, 1)));
            seen.touches.push(*t);
        }
        if let Some(table) = &mut self.unwritten {
            if matches!(last.outcome, Outcome::Faulted(_)) {
                table.refused();
            }
            for t in touched {
                seen.unwritten = seen.unwritten.or(table.unwritten(t, last.n));
                table.write(t, last.n);
            }
            table.upto = table.upto.max(last.n);
            hit |= seen.unwritten.is_some();
        }
        hit
    }
}

impl Observer for StopObserver {
    fn wants_touches(&self) -> bool {
        true
    }

    #[inline(always)]
    fn ahead(&mut self) -> Option<&mut Ahead> {
        self.ahead.as_mut()
    }

    /// In the turn after one of interest, after a jump of the clock, and where each is.
    #[inline(always)]
    fn strict(&self) -> bool {
        self.near || self.state != State::Quiet
    }

    fn passed(&mut self, last: Pid) {
        self.last = last;
    }

    fn held_back(&mut self) {
        if self.state == State::Fired {
            self.state = self.unfired;
        }
    }

    #[inline(always)]
    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        if self.has_tables() && self.last_ended(turn, ram) {
            return true;
        }
        let state = self.state;
        if state == State::Fired {
            return true;
        }
        let mut hit = (state == State::Jumped) | stores_into(cx, ram, code, &self.wanted.writes);
        if !self.only_writes || self.near {
            hit = hit || self.other(cx, ram, code) || self.is_deep_now(turn, cx);
        }
        if self.has_tables() {
            hit |= self.begins(turn, cx, ram, code);
        }
        if hit {
            self.unfired = state;
            self.note(cx, ram, code);
        }
        self.last = cx.pid;
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if let Some(races) = &mut self.races {
            races.after(machine, last, touched);
        }
        let Some(last) = last.filter(|t| t.n == machine.turns() && t.n > self.slow) else {
            return self.has_fired();
        };
        self.slow = last.n;
        if self.slow_turn(last, touched) | self.look_up_races(last.n) {
            self.state = State::Fired;
        }
        self.has_fired()
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        if let Some(races) = &mut self.races {
            races.idle(machine, touched);
        }
        self.seen.touches.clear();
        self.seen.touches.extend_from_slice(touched);
        self.state = State::Jumped;
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        if let Some(table) = &mut self.unwritten {
            table.tasks(machine);
            touched.iter().for_each(|t| table.write(t, machine.turns()));
        }
        if let Some(races) = &mut self.races {
            races.input(machine, touched);
        }
    }
}
