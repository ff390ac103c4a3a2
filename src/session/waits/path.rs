//! The way to a wake: which tasks had to run, and for how many turns, before a task's wait ended.
//!
//! It is followed backwards: the wait ended by a message, whose sender had itself been woken by one, and so on to a task
//! that could run when the wait began, to a point in time, or to something from outside. What other tasks did
//! meanwhile has not delayed the wake by what they did, but by the turns they took.

use crate::executive::mailbox::DescriptorId;
use crate::executive::trace::{TraceEntry, TraceKind, What};
use crate::executive::{Config, Machine, Observer, Pid, Turn};
use crate::session::lanes::{Kinds, ROOM, fresh};
use crate::session::{PastPosition, Session, TravelError};
use crate::vm::{Code, Context, Touch, View};
use serde::Serialize;
use std::collections::BTreeMap;

/// Entries of the trace that are looked at: some hundred megabytes.
const ENTRIES: usize = 1 << 22;
/// Links that are followed.
const LINKS: usize = 1000;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WaitEnd {
    /// By a message.
    Message {
        /// The mailbox.
        descriptor: DescriptorId,
        /// The message's number there.
        seq: u32,
        /// Who sent it; `None` for something from outside.
        by: Option<Pid>,
    },
    /// By its time limit.
    Limit,
    /// It was a sleep.
    Sleep,
    /// Its mailbox or the task it waited for went away.
    Gone,
}

/// A task that had to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WakeLink {
    /// Which task.
    pub pid: Pid,
    /// The turn after which it could run: that of its own wake, or that in which the wait began.
    pub from: u64,
    /// The turn in which it sent what ended the next wait.
    pub to: u64,
    /// How many of the turns between were its own.
    pub turns: u64,
    /// How its own wait had ended; `None` if it could run when the wait began.
    pub woken: Option<WaitEnd>,
}

/// The way to a wake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WakePath {
    /// Who was woken.
    pub pid: Pid,
    /// The turn that began the wait.
    pub since: u64,
    /// The turn in which it ended.
    pub until: u64,
    /// How.
    pub ended: WaitEnd,
    /// The tasks that had to run for it, the last first.
    pub links: Vec<WakeLink>,
    /// The names of the mailboxes when messages were in them: they may be gone since.
    pub mailboxes: BTreeMap<DescriptorId, String>,
}

/// An entry, and whose turn it was; `None` for what comes between turns.
type Event = (TraceEntry, Option<Pid>);

/// Keeps the entries other than those of ordinary turns.
struct Events {
    read: u64,
    list: Vec<Event>,
    mailboxes: BTreeMap<DescriptorId, String>,
}

impl Events {
    fn take(&mut self, machine: &Machine, turn: Option<Turn>) {
        let new = fresh(machine, &mut self.read);
        for (descriptor, _) in new.iter().filter_map(TraceEntry::message) {
            self.mailboxes.entry(descriptor).or_insert_with(|| machine.mailbox_name(descriptor));
        }
        let entries = new.into_iter();
        let ran = |entry: &TraceEntry| turn.filter(|turn| turn.n == entry.turn).map(|turn| turn.pid);
        self.list.extend(entries.map(|entry| (entry, ran(&entry))).take(ENTRIES - self.list.len()));
    }
}

impl Observer for Events {
    fn before(&mut self, _: u64, _: &Context, _: &View<'_>, _: &Code) -> bool {
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, _: &[Touch]) -> bool {
        self.take(machine, last);
        false
    }

    fn idle(&mut self, machine: &Machine, _: &[Touch]) {
        self.take(machine, None);
    }

    fn input(&mut self, machine: &Machine, _: &[Touch]) {
        self.take(machine, None);
    }
}

impl Session {
    /// The way to the last wake of a task up to this turn.
    ///
    /// # Errors
    /// There is no such task now, or no wait of it has ended; or too much happened meanwhile.
    pub async fn wake_path(&self, pid: Pid) -> Result<WakePath, TravelError> {
        if self.machine().task(pid).is_none() {
            return Err(TravelError::NoTask(pid));
        }
        let nothing = |what: &str| TravelError::Nothing(format!("{what} of task {pid} lies before this turn"));
        let config = Config { trace: self.machine().config().trace.max(ROOM), ..self.machine().config().clone() };
        let last = async |of: Pid, end: u64, kinds: Kinds| {
            let mut scratch = Machine::new(config.clone());
            let wanted = |e: &TraceEntry| e.turn > 0 && e.pid == of && kinds.has(e.kind());
            self.timeline.last_event(&mut scratch, end, kinds, wanted).await
        };
        let blocks = Kinds::none().with(TraceKind::Block);
        let wakes = Kinds::none().with(TraceKind::Wake).with(TraceKind::Timeout);
        let wake = last(pid, self.machine().turns(), wakes).await?.ok_or_else(|| nothing("no end of a wait"))?;
        let block = last(pid, wake.turn, blocks).await?.ok_or_else(|| nothing("no wait"))?;
        let (since, until) = (block.turn, wake.turn);
        let mut machine = Machine::new(config.clone());
        let place = PastPosition { turn: since.saturating_sub(1), entry: usize::MAX, ..self.place() };
        let mut entry = self.timeline.bring_to(&mut machine, place)?;
        let mut events = Events { read: machine.trace().total(), list: Vec::new(), mailboxes: BTreeMap::new() };
        self.timeline.look_through(&mut machine, &mut entry, until, &mut events).await?;
        if events.list.len() == ENTRIES {
            return Err(TravelError::Nothing("too much happened in this wait to be followed".into()));
        }
        // What a task waited for that nothing woke says what the end was; it may have begun before this wait.
        let wait = async |who: Pid, at: u64| -> Result<Option<WaitEnd>, TravelError> {
            Ok(match wait_end(&events.list, who, at) {
                Some(WaitEnd::Sleep)
                    if last(who, at, blocks).await?.is_none_or(|e| e.what != What::Block { on: None }) =>
                {
                    Some(WaitEnd::Gone)
                }
                end => end,
            })
        };
        let begins = |(e, _): &Event| e.kind() == TraceKind::Block && e.pid == pid && e.turn == since;
        let during = &events.list[events.list.iter().position(begins).unwrap_or(0)..];
        let ended = wait(pid, until).await?.ok_or_else(|| nothing("no end of a wait"))?;
        let mailboxes = events.mailboxes.clone();
        let mut path = WakePath { pid, since, until, ended, links: Vec::new(), mailboxes };
        let (mut next, mut at) = (ended, until);
        while let WaitEnd::Message { by: Some(sender), .. } = next
            && path.links.len() < LINKS
        {
            let own = last_wake(during, sender, at);
            let woken = match own {
                Some(turn) => wait(sender, turn).await?,
                None => None,
            };
            let from = own.unwrap_or(since);
            path.links.push(WakeLink { pid: sender, from, to: at, turns: self.taken(sender, from, at)?, woken });
            let Some((end, turn)) = woken.zip(own) else { break };
            (next, at) = (end, turn);
        }
        Ok(path)
    }

    /// Turns of a task between two turns.
    fn taken(&self, pid: Pid, from: u64, to: u64) -> Result<u64, TravelError> {
        let turns = |turn| Ok::<u64, TravelError>(self.machine_at(turn)?.task(pid).map_or(0, |t| t.counters.turns));
        Ok(turns(to)?.saturating_sub(turns(from)?))
    }
}

fn ends_a_wait(entry: &TraceEntry) -> bool {
    matches!(entry.kind(), TraceKind::Wake | TraceKind::Timeout)
}

/// The turn of a task's last wake before another turn.
fn last_wake(events: &[Event], pid: Pid, before: u64) -> Option<u64> {
    let wake = |(entry, _): &&Event| ends_a_wait(entry) && entry.pid == pid && entry.turn < before;
    events.iter().rev().find(wake).map(|(entry, _)| entry.turn)
}

/// How a task's wait ended in a turn, or after it.
fn wait_end(events: &[Event], pid: Pid, turn: u64) -> Option<WaitEnd> {
    let at = events.iter().rposition(|(e, _)| ends_a_wait(e) && e.pid == pid && e.turn == turn)?;
    let before = &events[..at];
    Some(match events[at].0.what {
        What::Timeout { .. } => WaitEnd::Limit,
        What::Wake { by: Some(_) } => {
            let received = events[at..].iter().find_map(|(e, _)| e.message().filter(|_| is_receipt(e, pid, turn)))?;
            let sent = before.iter().rev().find(|(e, _)| e.kind() == TraceKind::Send && e.message() == Some(received));
            let (descriptor, seq) = received;
            WaitEnd::Message { descriptor, seq, by: sent.and_then(|(_, ran)| *ran) }
        }
        _ => WaitEnd::Sleep,
    })
}

fn is_receipt(entry: &TraceEntry, pid: Pid, turn: u64) -> bool {
    entry.kind() == TraceKind::Recv && entry.pid == pid && entry.turn == turn
}
