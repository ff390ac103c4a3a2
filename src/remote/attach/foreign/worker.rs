//! The thread that talks to an executive: no key waits for it. What it is asked for is done in order; a picture follows each
//! time, and now and then while nothing is asked for, since other clients may be at work.

use super::super::link::{FIRST_WAIT, LONGEST_WAIT};
use super::picture::{self, Listed};
use super::programs::Programs;
use super::talk::{Talk, Trouble};
use crate::backend::{ConsoleLine, Pid, Snapshot, Status};
use crate::text::hex;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::{Duration, Instant};

/// Steps of one request: the reference's server loses its machine over long ones.
const SLICE: u64 = 20_000;
/// Between two pictures while the clock runs, and while it stands.
const RUNNING: Duration = Duration::from_millis(100);
const STANDING: Duration = Duration::from_millis(500);
/// A picture of a machine that stands is not older than this.
const OLDEST: Duration = Duration::from_secs(2);

/// What the front asks for.
pub(super) enum Order {
    /// Turns in rotation, or of one task.
    Turns { only: Option<Pid>, turns: u64 },
    /// Let the clock run until it is stopped.
    Clock,
    /// A request whose reply is waited for.
    Ask(Value, SyncSender<Result<Value, String>>),
    /// Memory as this task sees it.
    Look(Option<Pid>),
}

/// What the front hears.
pub(super) enum News {
    /// A picture, and the runs that had been begun by then.
    Picture(Box<Snapshot>, u64),
    /// There is no connection, and why.
    Lost(String),
}

/// Why a conversation is over.
enum End {
    Lost(String),
    /// No front needs it any more.
    Unneeded,
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> End {
        match trouble {
            Trouble::Lost(why) | Trouble::Refused(why) => End::Lost(why),
        }
    }
}

pub(super) struct Worker {
    pub address: String,
    pub token: Option<String>,
    pub programs: Programs,
    pub orders: Receiver<Order>,
    pub told: Sender<News>,
    /// Set by the front: the run under way is to end.
    pub pause: Arc<AtomicBool>,
    pub selected: Option<Pid>,
    /// The clock runs because of us.
    pub clock: bool,
    /// Why it stands.
    pub status: Status,
    /// Runs that were begun.
    pub runs: u64,
    /// The task whose turn is next, as the last step has said.
    pub next: Option<Pid>,
    /// A stop holds the whole machine until this task is resumed.
    pub held: Option<Pid>,
    /// The clock has stopped though that was not asked for, and it is not known why.
    pub stopped_alone: bool,
    /// What was listed when the last picture was taken, and when that was.
    pub listed: Option<Listed>,
    pub pictured: Instant,
    /// What tasks have printed, if it is taken from the executive: the newest lines.
    pub console: Option<Vec<ConsoleLine>>,
}

impl Worker {
    /// Works until no front needs it, beginning with a session that is open.
    pub fn work(mut self, first: Talk) {
        let (mut talk, mut wait) = (Some(first), FIRST_WAIT);
        loop {
            let open = talk.take().map_or_else(|| Talk::open(&self.address, self.token.as_deref()), Ok);
            let end = match open {
                Ok(mut talk) => {
                    wait = FIRST_WAIT;
                    self.converse(&mut talk)
                }
                Err(why) => End::Lost(why),
            };
            let End::Lost(why) = end else { return };
            self.clock = false;
            if self.told.send(News::Lost(why)).is_err() || !self.refuse(wait) {
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Refuses what is asked for while there is no connection; false once no front is there.
    fn refuse(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.orders.recv_timeout(left) {
                Ok(Order::Ask(_, answer)) => drop(answer.try_send(Err("the connection is lost".into()))),
                Ok(Order::Turns { .. } | Order::Clock | Order::Look(_)) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }

    fn converse(&mut self, talk: &mut Talk) -> End {
        let mut done = self.show(talk);
        loop {
            if let Err(end) = done.and_then(|()| self.halt(talk)) {
                return end;
            }
            let patience = if self.clock { RUNNING } else { STANDING };
            done = match self.orders.recv_timeout(patience) {
                Ok(order) => self.carry_out(talk, order),
                Err(RecvTimeoutError::Timeout) => self.tend(talk),
                Err(RecvTimeoutError::Disconnected) => Err(End::Unneeded),
            };
        }
    }

    fn carry_out(&mut self, talk: &mut Talk, order: Order) -> Result<(), End> {
        match order {
            Order::Turns { only, turns } => {
                self.runs += 1;
                self.turns(talk, only, turns)?;
            }
            Order::Clock => {
                self.runs += 1;
                self.release(talk)?;
                self.asked(talk, json!({ "cmd": "clock", "op": "start" }))?;
                (self.clock, self.status) = (true, Status::Running);
            }
            Order::Ask(request, answer) => {
                let reply = match talk.ask(request) {
                    Ok(reply) => Ok(reply),
                    Err(Trouble::Refused(why)) => Err(why),
                    Err(lost) => {
                        drop(answer.try_send(Err("the connection is lost".into())));
                        return Err(lost.into());
                    }
                };
                // A front that does not wait any more has been told that it takes long.
                drop(answer.try_send(reply));
            }
            Order::Look(pid) => self.selected = pid,
        }
        self.show(talk)
    }

    /// A request that may be refused without harm; then it is said why the machine stands.
    fn asked(&mut self, talk: &mut Talk, request: Value) -> Result<Option<Value>, End> {
        match talk.ask(request) {
            Ok(reply) => Ok(Some(reply)),
            Err(Trouble::Refused(_)) => Ok(None),
            Err(lost) => Err(lost.into()),
        }
    }

    /// Lifts the hold of the last stop.
    fn release(&mut self, talk: &mut Talk) -> Result<(), End> {
        if let Some(pid) = self.held.take() {
            self.asked(talk, json!({ "cmd": "resume", "pid": pid }))?;
        }
        Ok(())
    }

    /// Takes turns, a slice a request, until they are done, something stops them, or the front asks for a pause.
    fn turns(&mut self, talk: &mut Talk, only: Option<Pid>, turns: u64) -> Result<(), End> {
        self.release(talk)?;
        let mut done = 0;
        self.status = Status::Limit { turns, pid: only };
        while done < turns && !self.pause.load(Relaxed) {
            let slice = (turns - done).min(SLICE);
            let mut step = json!({ "cmd": "step", "steps": slice });
            if let Some(pid) = only {
                step["pid"] = json!(pid);
            }
            let reply = talk.ask(step)?;
            let result = &reply["result"];
            let executed = result["executed"].as_u64().unwrap_or_default();
            done += executed;
            self.next = result["next_pid"].as_u64().and_then(|pid| Pid::try_from(pid).ok());
            if self.stopped(&result["debug_event"]) {
                return Ok(());
            }
            if executed < slice {
                self.status = Status::Idle;
                return Ok(());
            }
        }
        self.status = Status::Limit { turns: done, pid: only };
        Ok(())
    }

    /// Takes in why the machine has stopped by itself.
    fn stopped(&mut self, event: &Value) -> bool {
        let Some(pid) = event["pid"].as_u64().and_then(|pid| Pid::try_from(pid).ok()) else { return false };
        let pc = event["pc"].as_u64().unwrap_or_default() as u32;
        self.held = Some(pid);
        self.status = match event["reason"].as_str() {
            Some("breakpoint") => Status::Breakpoint { number: 0, pid, pc },
            Some("brk") => Status::Break { pid, pc, code: event["code"].as_u64().unwrap_or_default() as u8 },
            // What kind of error it was is not reported: the task shows where it stands.
            _ => Status::Paused,
        };
        true
    }

    /// Stops the clock where that was asked for.
    fn halt(&mut self, talk: &mut Talk) -> Result<(), End> {
        if self.clock && self.pause.load(Relaxed) {
            self.asked(talk, json!({ "cmd": "clock", "op": "stop" }))?;
            (self.clock, self.status) = (false, Status::Paused);
            return self.show(talk);
        }
        Ok(())
    }

    /// Looks what has become of the machine while nothing was asked for.
    fn tend(&mut self, talk: &mut Talk) -> Result<(), End> {
        talk.keep_alive()?;
        let listed = Listed::ask(talk)?;
        if self.clock && !listed.runs() {
            self.asked(talk, json!({ "cmd": "clock", "op": "stop" }))?;
            (self.clock, self.status, self.stopped_alone) = (false, Status::Paused, true);
            return self.show(talk);
        }
        // Other clients may have changed memory, which no list tells.
        if self.listed.as_ref() == Some(&listed) && self.pictured.elapsed() < OLDEST {
            return Ok(());
        }
        self.picture(talk, listed)
    }

    /// Takes a picture and hands it over.
    fn show(&mut self, talk: &mut Talk) -> Result<(), End> {
        let listed = Listed::ask(talk)?;
        self.picture(talk, listed)
    }

    fn picture(&mut self, talk: &mut Talk, listed: Listed) -> Result<(), End> {
        let mut now = picture::take(talk, &mut self.programs, &listed, (self.selected, !self.clock))?;
        (self.listed, self.pictured) = (Some(listed), Instant::now());
        (now.status, now.next) = (self.status.clone(), self.next.filter(|_| !self.clock));
        if std::mem::take(&mut self.stopped_alone)
            && let Some(stop) = at_a_stop(&now)
        {
            self.status = stop.clone();
            (self.held, now.status) = (stop.pid_at_a_place(), stop);
        }
        if now.turn == 0 && !self.clock {
            now.status = Status::Fresh;
        }
        self.listen(talk, &mut now)?;
        self.told.send(News::Picture(Box::new(now), self.runs)).map_err(|_| End::Unneeded)
    }
}

/// Messages that are taken at a time, for each task.
const MESSAGES: u64 = 64;
/// Lines that are kept.
const LINES: usize = 1000;

impl Worker {
    /// Takes what tasks have printed, and puts it into a picture.
    fn listen(&mut self, talk: &mut Talk, now: &mut Snapshot) -> Result<(), End> {
        let Some(mut lines) = self.console.take() else { return Ok(()) };
        let reply = self.asked(talk, json!({ "cmd": "listen", "limit": MESSAGES }))?.unwrap_or_default();
        lines.extend(reply["messages"].as_array().into_iter().flatten().map(|message| printed(message, now.turn)));
        lines.drain(..lines.len().saturating_sub(LINES));
        now.console.clone_from(&lines);
        now.reported.iter_mut().for_each(|reported| reported.console = true);
        self.console = Some(lines);
        Ok(())
    }
}

/// A message of a task's output. What is not text comes as bytes.
fn printed(message: &Value, turn: u64) -> ConsoleLine {
    let text = match message["text"].as_str() {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => {
            let bytes = hex::bytes(message["data_hex"].as_str().unwrap_or_default()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let stream = if message["flags"].as_u64().unwrap_or_default() & 2 != 0 { "stderr" } else { "stdout" };
    let pid = message["src_pid"].as_u64().and_then(|pid| Pid::try_from(pid).ok()).unwrap_or_default();
    ConsoleLine { pid, stream, text, turn }
}

/// The breakpoint in front of which a task is held, where the machine has stopped while its clock ran.
fn at_a_stop(now: &Snapshot) -> Option<Status> {
    let task = now.tasks.iter().find(|t| t.state == crate::backend::RunState::Paused && stops_at(now, t.pid, t.pc))?;
    Some(Status::Breakpoint { number: 0, pid: task.pid, pc: task.pc })
}

fn stops_at(now: &Snapshot, pid: Pid, pc: u32) -> bool {
    now.stops.iter().any(|stop| stop.pid == Some(pid) && stop.pc() == Some(pc))
}
