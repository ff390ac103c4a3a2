//! Where a value went: forward through registers, memory and messages, until nothing is left that was made from it.
//!
//! A turn that reads a byte made from the value makes what it writes from it, else what it writes is something else. What
//! a branch decides is not followed.

use crate::executive::trace::TraceKind;
use crate::executive::{Config, Machine, Observer, Outcome, Pid, Turn};
use crate::session::lanes::{ROOM, fresh};
use crate::session::timeline::WatchedBytes;
use crate::session::{Session, TravelError};
use crate::vm::{Code, Context, RAM_BYTES, Touch, View, WINDOW_BYTES, touches};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a use does with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Use {
    /// Stores something made from it in memory.
    Store {
        /// The first address.
        address: u32,
        /// Whose bank that is in; `None` for the shared RAM.
        bank: Option<Pid>,
    },
    /// Compares it, or decides by it: nothing but flags follows from it.
    Decide,
    /// Sends it in a message.
    Send {
        /// The mailbox.
        descriptor: u16,
        /// The message's number there.
        seq: u32,
    },
    /// Receives it in a message.
    Receive {
        /// The mailbox.
        descriptor: u16,
        /// The message's number there.
        seq: u32,
    },
    /// Passes it to a service.
    Service,
}

/// A turn that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UseAt {
    /// The turn.
    pub turn: u64,
    /// Whose it is.
    pub pid: Pid,
    /// The instruction.
    pub pc: u32,
    /// What it does.
    #[serde(flatten)]
    pub does: Use,
}

/// Where a value went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Uses {
    /// The uses by turn, the first ones.
    pub uses: Vec<UseAt>,
    /// How many more there are.
    pub more: u64,
    /// Turns that only moved it between registers and the stack, or computed with it.
    pub moves: u64,
    /// The turn after which nothing was left that was made from it; `None` if something still is.
    pub gone: Option<u64>,
}

impl Session {
    /// Where the value that a spot has now went, up to the present: the first `most` uses.
    ///
    /// # Errors
    /// None of the past can fail.
    pub async fn uses(&self, spot: WatchedBytes, most: usize) -> Result<Uses, TravelError> {
        let own = self.machine.config();
        let mut machine = Machine::new(Config { trace: own.trace.max(ROOM), ..own.clone() });
        let mut entry = self.timeline.bring_to(&mut machine, self.place())?;
        let mut follower = Follower::new(&machine, spot, most);
        self.timeline.look_through(&mut machine, &mut entry, self.present(), &mut follower).await?;
        Ok(follower.done(&machine))
    }
}

/// The bytes that were made from a value.
struct Made {
    shared: Vec<u64>,
    banked: BTreeSet<(Pid, u32)>,
    /// How many there are.
    count: usize,
}

impl Made {
    fn has(&self, at: u32, bank: Option<Pid>) -> bool {
        match bank {
            Some(pid) => self.banked.contains(&(pid, at)),
            None => self.shared.get(at as usize / 64).is_some_and(|bits| bits >> (at % 64) & 1 != 0),
        }
    }

    fn any(&self, touch: &Touch) -> bool {
        (touch.address..touch.address + touch.len).any(|at| self.has(at, touch.bank))
    }

    fn set(&mut self, touch: &Touch, made: bool) {
        for at in touch.address..touch.address + touch.len {
            if self.has(at, touch.bank) == made {
                continue;
            }
            self.count = if made { self.count + 1 } else { self.count - 1 };
            match touch.bank {
                Some(pid) if made => drop(self.banked.insert((pid, at))),
                Some(pid) => drop(self.banked.remove(&(pid, at))),
                None => {
                    if let Some(bits) = self.shared.get_mut(at as usize / 64) {
                        *bits ^= 1 << (at % 64);
                    }
                }
            }
        }
    }
}

/// Follows a value while turns are taken again.
struct Follower {
    made: Made,
    /// Messages on their way that hold it.
    messages: BTreeSet<(u16, u32)>,
    found: Uses,
    most: usize,
    /// What the instruction at hand touches, until it is certain that it does not fault.
    pending: Vec<Touch>,
    turn: u64,
    /// Windows and stacks of the tasks: what is moved there is no use yet.
    own: Vec<(Pid, [std::ops::Range<u32>; 2])>,
    /// Trace entries that were read.
    entries: u64,
}

impl Follower {
    /// Of what is in a spot now.
    pub fn new(machine: &Machine, spot: WatchedBytes, most: usize) -> Follower {
        let made = Made { shared: vec![0; RAM_BYTES / 64], banked: BTreeSet::new(), count: 0 };
        let mut follower = Follower {
            made,
            messages: BTreeSet::new(),
            found: Uses::default(),
            most,
            pending: Vec::new(),
            turn: machine.turns(),
            own: Vec::new(),
            entries: machine.trace().total(),
        };
        let (address, len, bank) = (spot.address(), spot.size(), spot.bank());
        follower.made.set(&Touch { pid: 0, pc: 0, address, len, write: true, bank }, true);
        follower.tasks(machine);
        follower
    }

    fn tasks(&mut self, machine: &Machine) {
        let own = |t: &crate::executive::task::Task| {
            let base = u32::from(t.context.reg_base);
            (t.pid, [base..base + WINDOW_BYTES, t.context.stack_limit..t.context.stack_top])
        };
        self.own = machine.tasks().iter().map(own).collect();
    }

    /// What was found up to a machine.
    pub fn done(mut self, machine: &Machine) -> Uses {
        self.retire();
        self.note_gone(machine.turns());
        self.found
    }

    fn note_gone(&mut self, turn: u64) {
        let gone = self.made.count == 0 && self.messages.is_empty();
        if gone && self.found.gone.is_none() {
            self.found.gone = Some(turn);
        }
    }

    fn is_own(&self, touch: &Touch) -> bool {
        let inside = |range: &std::ops::Range<u32>| range.contains(&touch.address);
        let arena = self.own.iter().find(|(pid, _)| *pid == touch.pid);
        touch.bank.is_none() && arena.is_some_and(|(_, ranges)| ranges.iter().any(inside))
    }

    fn note(&mut self, turn: u64, pid: Pid, pc: u32, does: Use) {
        if self.found.uses.len() < self.most {
            self.found.uses.push(UseAt { turn, pid, pc, does });
        } else {
            self.found.more += 1;
        }
    }

    /// The instruction at hand is done.
    fn retire(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let Some(first) = pending.first().copied() else { return };
        let used = pending.iter().any(|t| !t.write && self.made.any(t));
        pending.iter().filter(|t| t.write).for_each(|t| self.made.set(t, used));
        if used {
            let store = pending.iter().find(|t| t.write && !self.is_own(t));
            let writes = pending.iter().any(|t| t.write);
            match store {
                Some(t) => {
                    self.note(self.turn, first.pid, first.pc, Use::Store { address: t.address, bank: t.bank });
                }
                None if writes => self.found.moves += 1,
                None => self.note(self.turn, first.pid, first.pc, Use::Decide),
            }
        }
        self.note_gone(self.turn);
    }

    /// What the executive did for tasks: messages carry the value, other services pass it on or write something else.
    fn executive(&mut self, machine: &Machine, touched: &[Touch]) {
        let turn = machine.turns();
        let ran = machine.ran();
        let passed: Vec<_> = fresh(machine, &mut self.entries)
            .into_iter()
            .filter_map(|entry| Some((entry.kind(), entry.pid, entry.message()?)))
            .collect();
        let mut pids: Vec<Pid> = touched.iter().map(|t| t.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        let sender = |pid: Pid| Some(pid) == ran;
        for pid in pids.iter().copied().filter(|pid| sender(*pid)).chain(pids.iter().copied().filter(|p| !sender(*p))) {
            let of_task: Vec<&Touch> = touched.iter().filter(|t| t.pid == pid).collect();
            let pc = of_task.first().map_or(0, |t| t.pc);
            let used = of_task.iter().any(|t| !t.write && self.made.any(t));
            let sent = passed.iter().find(|(kind, _, _)| *kind == TraceKind::Send && sender(pid)).map(|(_, _, m)| *m);
            let received =
                passed.iter().find(|(kind, by, _)| *kind == TraceKind::Recv && *by == pid).map(|(_, _, m)| *m);
            let carried = received.is_some_and(|message| self.messages.contains(&message));
            if let (true, Some((descriptor, seq))) = (used, sent) {
                self.messages.insert((descriptor, seq));
                self.note(turn, pid, pc, Use::Send { descriptor, seq });
            } else if used {
                self.note(turn, pid, pc, Use::Service);
            }
            if let (true, Some((descriptor, seq))) = (carried, received) {
                self.note(turn, pid, pc, Use::Receive { descriptor, seq });
            }
            for t in of_task.iter().filter(|t| t.write) {
                // Of what a call writes only a received message is made from the value; results are the executive's.
                let payload = !self.is_window(t);
                self.made.set(t, carried && payload);
            }
        }
        self.forget(machine);
        self.note_gone(turn);
    }

    fn is_window(&self, touch: &Touch) -> bool {
        let base = self.own.iter().find(|(pid, _)| *pid == touch.pid).map(|(_, [window, _])| window.clone());
        touch.bank.is_none() && base.is_some_and(|window| window.contains(&touch.address))
    }

    /// Messages that are no longer anywhere cannot be received.
    fn forget(&mut self, machine: &Machine) {
        self.messages.retain(|(descriptor, seq)| {
            let mailbox = machine.mailboxes().get(*descriptor);
            mailbox.is_some_and(|m| m.messages().any(|message| message.seq == *seq) || m.taps().any(|t| t.depth > 0))
        });
    }
}

impl Observer for Follower {
    fn wants_touches(&self) -> bool {
        true
    }

    fn before(&mut self, turn: u64, cx: &Context, ram: &View<'_>, code: &Code) -> bool {
        self.retire();
        if self.found.gone.is_some() {
            return false;
        }
        self.turn = turn;
        let pending = &mut self.pending;
        touches(cx, ram, code, |t| pending.push(t));
        false
    }

    fn after(&mut self, machine: &Machine, last: Option<Turn>, touched: &[Touch]) -> bool {
        if last.is_some_and(|t| matches!(t.outcome, Outcome::Faulted(_))) {
            self.pending.clear();
        }
        self.retire();
        self.executive(machine, touched);
        false
    }

    fn idle(&mut self, machine: &Machine, touched: &[Touch]) {
        self.retire();
        self.executive(machine, touched);
    }

    fn input(&mut self, machine: &Machine, touched: &[Touch]) {
        self.retire();
        self.tasks(machine);
        // What comes from outside is something else.
        touched.iter().filter(|t| t.write && t.pid == 0).for_each(|t| self.made.set(t, false));
        let of_tasks: Vec<Touch> = touched.iter().filter(|t| t.pid > 0).copied().collect();
        self.executive(machine, &of_tasks);
    }
}
