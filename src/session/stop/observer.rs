//! Looks on while turns are taken, and ends the run after those in which a stop may have been hit: what
//! stops test is tested then, and in no other turn.

use super::unwritten::Unwritten;
use super::{Event, On, Stop, Touching};
use crate::executive::{Ahead, Machine, Observer, Outcome, Pid, Turn};
use crate::session::expr::{Needs, Scope};
use crate::session::plan::{Goal, LineTable};
use crate::vm::{Code, Context, StackMove, Touch, View, Words, reads_from, stack_move, stores_into, touches};
use std::sync::Arc;

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
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
struct Wanted {
    /// Words whose writes count.
    writes: Words,
    /// Words whose reads count.
    reads: Option<Words>,
    /// Something that any turn may change.
    each: bool,
    /// Something that is traced, or changes with it.
    events: bool,
    /// Another task's turn than before.
    switches: bool,
    /// Depths of calls to be reached.
    depths: Vec<u32>,
    /// Bytes beyond which a stack stops the run.
    stacks: Vec<u32>,
    /// A task's way to a goal.
    goal: Option<Goal>,
}

impl Wanted {
    fn needs(&mut self, needs: &Needs) {
        needs.spans.iter().for_each(|(start, end)| self.writes.insert(*start, *end));
        self.each |= needs.each;
        self.events |= needs.events;
    }

    fn stop(&mut self, stop: &Stop, machine: &Machine) {
        match &stop.on {
            On::Instruction(_) | On::Awaited => {}
            On::Change(expr, _) => {
                self.needs(&expr.needs(&Scope { machine, pid: stop.pid, symbol: &|_, _| None }));
            }
            On::Access(access) => {
                let (start, end) = (access.span.start, access.span.end);
                if access.touching != Touching::Read {
                    self.writes.insert(start, end);
                }
                if matches!(access.touching, Touching::Read | Touching::Any) {
                    self.reads.get_or_insert_default().insert(start, end);
                }
            }
            On::Event(Event::Switch) => self.switches = true,
            On::Event(Event::Depth(depth)) => self.depths.push(*depth),
            On::Event(Event::Stack(bytes)) => self.stacks.push(*bytes),
            On::Event(Event::Traced { .. } | Event::Trap { .. } | Event::Unwritten | Event::Deadlock) => {
                self.events = true
            }
        }
    }

    /// Whether growing stacks are of interest.
    fn grows(&self) -> bool {
        !self.depths.is_empty() || !self.stacks.is_empty()
    }

    /// Whether turns themselves are of interest, switches, or a goal.
    fn rare(&self) -> bool {
        self.each || self.switches || self.goal.is_some()
    }

    /// Whether the instruction in front of a context takes it to a depth or size that is waited for.
    fn grown(&self, cx: &Context, code: &Code) -> bool {
        let used = cx.stack_top.saturating_sub(cx.sp);
        let higher = |bytes: &u32| used <= *bytes && used + 4 > *bytes;
        match stack_move(cx, code) {
            Some(StackMove::Call) => self.depths.contains(&(cx.depth + 1)) || self.stacks.iter().any(higher),
            Some(StackMove::Push) => self.stacks.iter().any(higher),
            _ => false,
        }
    }

    /// All words whose accesses count, if nothing else of turns that only retire does and none is a register: these
    /// are accesses that claims can refuse.
    fn words(&self, machine: &Machine) -> Option<Words> {
        let mut words = self.writes.clone();
        self.reads.iter().for_each(|reads| words.add(reads));
        let registers = machine.tasks().iter().any(|task| words.has_registers(&task.context));
        (!self.grows() && !self.rare() && !registers).then_some(words)
    }

    /// Whether nothing but writes is looked for in turns that do no more than retire.
    fn only_writes(&self) -> bool {
        self.reads.is_none() && !self.grows() && !self.rare()
    }
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
    state: State,
    /// What it was before it fired.
    unfired: State,
    last: Pid,
    /// The turn with more than an instruction that was looked at last.
    slow: u64,
    seen: TurnSeen,
}

impl StopObserver {
    /// One for the stops that are on and a goal; `None` if there is nothing to look for.
    pub fn new(stops: &[Stop], goal: Option<Goal>, lines: &Arc<LineTable>, machine: &Machine) -> Option<StopObserver> {
        let mut wanted = Wanted { goal, events: goal.is_some(), ..Wanted::default() };
        let on: Vec<&Stop> = stops.iter().filter(|s| s.enabled && !s.is_breakpoint()).collect();
        if on.is_empty() && goal.is_none() {
            return None;
        }
        on.iter().for_each(|s| wanted.stop(s, machine));
        let moving = on.iter().any(|s| matches!(&s.on, On::Change(expr, _) if expr.looks_up_addresses()));
        Some(StopObserver {
            only_writes: wanted.only_writes(),
            rare: wanted.rare(),
            grows: wanted.grows(),
            words: wanted.words(machine),
            ahead: None,
            wanted,
            lines: Arc::clone(lines),
            moving,
            unwritten: None,
            state: State::Quiet,
            unfired: State::Quiet,
            last: 0,
            slow: 0,
            seen: TurnSeen::default(),
        })
    }

    /// Whether a stop wants to know of reads of what nothing has written.
    pub fn wants_unwritten(stops: &[Stop]) -> bool {
        stops.iter().any(|s| s.enabled && s.on == On::Event(Event::Unwritten))
    }

    /// Whether it has to be made again after each look.
    pub fn moving(&self) -> bool {
        self.moving
    }

    /// Takes what lets turns be taken ahead, if it can be used here; else gives it back.
    pub fn lend_ahead(&mut self, mut ahead: Ahead) -> Option<Ahead> {
        if self.words.is_none() || self.unwritten.is_some() {
            return Some(ahead);
        }
        ahead.watch(self.words.clone());
        self.ahead = Some(ahead);
        None
    }

    /// Gives it back.
    pub fn return_ahead(&mut self) -> Option<Ahead> {
        self.ahead.take()
    }

    /// Begins to look on.
    pub fn begin(&mut self, machine: &Machine) {
        self.state = State::Quiet;
        self.last = machine.ran().unwrap_or_default();
        self.slow = machine.turns();
        self.seen.touches.clear();
        (self.seen.moved, self.seen.unwritten, self.seen.before) = (None, None, machine.ran());
        if let Some(table) = &mut self.unwritten {
            table.tasks(machine);
        }
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
        self.rare && self.rarely(cx, code)
    }

    fn rarely(&self, cx: &Context, code: &Code) -> bool {
        let Wanted { each, switches, goal, .. } = &self.wanted;
        let returns = || stack_move(cx, code) == Some(StackMove::Return);
        let goes = |goal: &Goal| goal.may_follow(cx, &self.lines, returns);
        *each || *switches && cx.pid != self.last || goal.as_ref().is_some_and(goes)
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

    /// In the turn after one of interest, or after a jump of the clock.
    #[inline(always)]
    fn strict(&self) -> bool {
        self.state != State::Quiet
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
        let state = self.state;
        if state == State::Fired {
            return true;
        }
        let mut hit = (state == State::Jumped) | stores_into(cx, ram, code, &self.wanted.writes);
        if !self.only_writes {
            hit = hit || self.other(cx, ram, code);
        }
        if self.unwritten.is_some() {
            hit |= self.reads_unwritten(turn, cx, ram, code);
        }
        if hit {
            self.unfired = state;
            self.note(cx, ram, code);
        }
        self.last = cx.pid;
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        let Some(last) = last.filter(|t| t.n == machine.turns() && t.n > self.slow) else {
            return self.has_fired();
        };
        self.slow = last.n;
        if self.slow_turn(last, touched) {
            self.state = State::Fired;
        }
        self.has_fired()
    }

    fn idle(&mut self, _: &Machine, touched: &[Touch]) {
        self.seen.touches.clear();
        self.seen.touches.extend_from_slice(touched);
        self.state = State::Jumped;
    }
}
