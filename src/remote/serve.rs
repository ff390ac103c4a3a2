//! The protocol of an HSX executive, served on this engine: what its shell, panel, library and adapter speak.
//!
//! Commands are rows of a table (`table`). One thread owns the machine and the [`Server`]; connections read and write on
//! threads of their own, so the machine waits for no client. A run that a client waits for is done in slices, and other
//! requests are answered between two of them.

mod arguments;
mod clock;
mod connection;
mod follow;
mod happened;
mod hx;
mod log;
mod memory;
mod messages;
mod outgoing;
mod refusal;
mod run;
mod scheduler;
mod session;
mod states;
mod step;
mod stopped;
mod stops;
mod stream;
mod symbols;
mod table;
mod tasks;
mod trace;
mod values;
mod watch;

pub use connection::accept;
pub(super) use follow::JOURNAL;
pub use follow::{Followed, Requests};
pub use table::{COMMANDS, Locks, NeededSession, ServedCommand};

use super::Turns;
use super::pace::Pace;
use crate::backend::request::Stop;
use crate::backend::{Local, Pid, Request, Target, Task, host};
use crate::text::escaped_json;
use arguments::Arguments;
use outgoing::Outgoing;
use refusal::{Refusal, refusal, refuse};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The version of the protocol.
const VERSION: i64 = 1;
/// How long the loop may sleep while the machine stands.
const QUIET: Duration = Duration::from_millis(100);
/// Requests that wait while the machine is busy; readers wait then.
pub const INBOX: usize = 256;
/// Requests that are answered between two slices of a run.
const AT_ONCE: usize = 64;

/// How a machine is served.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What a client has to name to open a session; then each request needs one.
    pub token: Option<String>,
    /// Where programs may be loaded from.
    pub allow: Vec<PathBuf>,
    /// Instructions per tick of the clock, and per step that names no count; at least 1.
    pub steps: u64,
    /// Whether clients may end and restart the server.
    pub allow_shutdown: bool,
}

/// Something that came over a connection.
pub struct Job {
    from: Arc<Outgoing>,
    message: Message,
}

enum Message {
    Line(Vec<u8>),
    Gone,
}

/// What comes of a request.
enum Reply {
    /// These members, now.
    Now(Value),
    /// A step: the reply comes when it is done.
    Step(step::AwaitedStep),
    /// These members, and then events again.
    Stream(Value, stream::Replayed),
}

type Handled = Result<Reply, Refusal>;

/// A reply of one member.
fn member(name: &str, value: impl Into<Value>) -> Handled {
    Ok(Reply::Now(json!({ name: value.into() })))
}

/// A request that is being handled.
struct Call<'c> {
    server: &'c mut Server,
    target: &'c mut dyn Target,
    arguments: Arguments<'c>,
    session: Option<&'c str>,
    from: &'c Arc<Outgoing>,
}

impl Call<'_> {
    fn local(&self) -> Result<&Local, Refusal> {
        self.target.here().ok_or_else(|| Refusal("the machine is not in this process".into()))
    }

    fn send(&mut self, request: impl Into<Request>) -> Result<crate::backend::Answer, Refusal> {
        Ok(self.target.send(request.into())?)
    }

    /// The task that is meant.
    fn pid(&self) -> Result<Pid, Refusal> {
        let number = self.arguments.int(&["pid"])?.ok_or_else(|| self.arguments.missing("pid"))?;
        let pid = Pid::try_from(number).map_err(|_| Refusal(format!("unknown pid {number}")))?;
        self.task(pid).map(|_| pid)
    }

    fn task(&self, pid: Pid) -> Result<&Task, Refusal> {
        self.local()?.machine().task(pid).ok_or_else(|| Refusal(format!("unknown pid {pid}")))
    }

    /// Refuses to change a task that another session holds.
    fn may_change(&self, pid: Pid) -> Result<(), Refusal> {
        self.server.sessions.check(pid, self.session)
    }
}

/// What a server knows beside the machine itself.
pub struct Server {
    options: Options,
    sessions: session::Sessions,
    streams: stream::Streams,
    states: states::States,
    seen: happened::SeenSoFar,
    clock: clock::Clock,
    step: Option<step::AwaitedStep>,
    /// Requests that wait for a step: behind it on its connection, or steps themselves.
    behind: VecDeque<(Arc<Outgoing>, Vec<u8>)>,
    watches: watch::Watches,
    /// Parts of listings that were asked for as such.
    cached: BTreeSet<(Pid, u32, u64)>,
    records: trace::Records,
    stops: stops::Stops,
    log: log::Log,
    /// What is done to the machine, for those who follow it; the number of the last request.
    requests: Option<Requests>,
    index: u64,
    reported: follow::Reported,
    attached: bool,
    over: bool,
}

impl Server {
    /// Begins to serve a machine.
    #[must_use]
    pub fn new(options: Options, target: &mut dyn Target) -> Server {
        let mut server = Server {
            options,
            sessions: session::Sessions::default(),
            streams: stream::Streams::default(),
            states: states::States::default(),
            seen: happened::SeenSoFar::default(),
            clock: clock::Clock::default(),
            step: None,
            behind: VecDeque::new(),
            watches: watch::Watches::default(),
            cached: BTreeSet::new(),
            records: trace::Records::default(),
            stops: stops::Stops::default(),
            log: log::Log::default(),
            requests: None,
            index: 0,
            reported: follow::Reported::default(),
            attached: true,
            over: false,
        };
        if let Some(local) = target.here() {
            server.seen.begin(local);
            server.states.begin(local, &mut server.streams);
        }
        server
    }

    /// Whether a client has ended it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Does what a job says, between two turns.
    pub fn work(&mut self, target: &mut dyn Target, job: Job) {
        match job.message {
            Message::Gone => {
                self.streams.gone(job.from.id);
                let left = |step: &&step::AwaitedStep| step.to.id == job.from.id && step.is_line();
                if self.step.as_ref().filter(left).is_some() {
                    // It may have no end, and no client waits for it any more.
                    self.stop_clock(target);
                }
                self.behind.retain(|(from, _)| from.id != job.from.id);
            }
            Message::Line(line) => self.line(target, job.from, line),
        }
        self.report_to_followers(target);
    }

    /// Forgets sessions that are silent for too long.
    pub fn tick(&mut self) {
        for id in self.sessions.expire() {
            self.streams.unsubscribe(&id, None);
        }
    }

    /// A task is gone, and with it what clients have set for it.
    fn forget(&mut self, target: &mut dyn Target, pid: Pid) {
        for number in self.stops.forget(pid) {
            // The user may have removed it.
            let _ = target.send(Stop::Delete(number).into());
        }
        self.watches.forget(pid);
        self.cached.retain(|(of, ..)| *of != pid);
        self.records.forget(pid);
        self.states.priorities.remove(&pid);
    }

    /// The session is another: what was known of the old one is not true any more.
    fn begin_again(&mut self, target: &mut dyn Target) {
        let Some(local) = target.here() else { return };
        self.seen = happened::SeenSoFar::default();
        self.seen.begin(local);
        self.states.begin_again();
        self.stops = stops::Stops::default();
        let last = local.machine().tasks().last().map(|task| task.pid);
        last.into_iter().for_each(|pid| self.states.loaded(pid));
        self.look(target, None);
    }

    fn line(&mut self, target: &mut dyn Target, from: Arc<Outgoing>, line: Vec<u8>) {
        let waits = |id| self.behind.iter().any(|(from, _)| from.id == id);
        if self.step.as_ref().is_some_and(|step| step.to.id == from.id) || waits(from.id) {
            self.behind.push_back((from, line));
            return;
        }
        match self.request(target, &from, &line) {
            Ok(Reply::Now(members)) => from.reply(reply(members)),
            Ok(Reply::Stream(members, again)) => {
                from.reply(reply(members));
                self.streams.replay(&from, again);
            }
            Ok(Reply::Step(_)) if self.step.is_some() => self.behind.push_back((from, line)),
            Ok(Reply::Step(step)) => self.begin_step(target, step),
            Err(Refusal(error)) => from.reply(refusal(&error)),
        }
    }

    /// Does what has waited for a step to end, up to the next step.
    fn catch_up(&mut self, target: &mut dyn Target) {
        for (from, line) in std::mem::take(&mut self.behind) {
            self.line(target, from, line);
        }
    }

    fn request(&mut self, target: &mut dyn Target, from: &Arc<Outgoing>, line: &[u8]) -> Handled {
        let request: Value = serde_json::from_slice(line).map_err(|_| Refusal("invalid_json".into()))?;
        let Value::Object(members) = request else { return refuse("invalid_request") };
        match members.get("version").map(arguments_version) {
            None | Some(Some(VERSION)) => {}
            Some(Some(other)) => return refuse(format!("unsupported_version:{other}")),
            Some(None) => return refuse("invalid_request"),
        }
        let command = members.get("cmd").and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
        let session = members.get("session").and_then(Value::as_str).filter(|id| !id.trim().is_empty());
        self.log.request(&command, session, self.clock.total());
        let Some(row) = COMMANDS.iter().find(|row| row.name == command) else {
            return refuse(format!("unknown_cmd:{}", command.chars().take(80).collect::<String>()));
        };
        self.admit(row, session)?;
        let arguments = Arguments { command: row.name, members: &members };
        let call = Call { server: self, target, arguments, session, from };
        if row.locks == Locks::Task
            && let Some(pid) = call.arguments.int(&["pid"])?.and_then(|pid| Pid::try_from(pid).ok())
        {
            call.may_change(pid)?;
        }
        (row.handler)(call)
    }

    /// Refuses files that are not below a directory in which clients may have files.
    fn permits<'p>(&self, files: impl IntoIterator<Item = &'p Path>) -> Result<(), Refusal> {
        match files.into_iter().find(|file| host::below(file, &self.options.allow).is_none()) {
            Some(_) => refuse("not_permitted: the file is not below a directory that --allow names"),
            None => Ok(()),
        }
    }

    /// Whether a request may be done for the client that asks.
    fn admit(&mut self, row: &ServedCommand, session: Option<&str>) -> Result<(), Refusal> {
        let known = |server: &mut Server, refresh| session.is_some_and(|id| server.sessions.touch(id, refresh));
        let stranger = self.options.token.is_some() && row.name != "session.open" && !known(self, true);
        let fits = !stranger
            && match row.session {
                NeededSession::Ignored => true,
                NeededSession::Named => session.is_some(),
                NeededSession::Known => known(self, row.name != "session.current"),
                NeededSession::Free => session.is_none() || known(self, true),
            };
        if fits { Ok(()) } else { refuse("session_required") }
    }
}

/// A version as the protocol takes it: a whole number, however written.
fn arguments_version(value: &Value) -> Option<i64> {
    value.as_f64().map(|version| version as i64).or_else(|| arguments::whole(value))
}

/// A reply that says that it is done.
fn reply(members: Value) -> String {
    let mut reply = Map::new();
    reply.insert("version".into(), VERSION.into());
    reply.insert("status".into(), "ok".into());
    if let Value::Object(members) = members {
        reply.extend(members);
    }
    escaped_json(Value::Object(reply).to_string())
}

/// Serves a machine until a client ends it, or a signal does.
pub fn serve(
    server: &mut Server,
    target: &mut dyn Target,
    inbox: &Receiver<Job>,
    run: Turns<'_>,
    ended: &dyn Fn() -> bool,
) {
    let mut pace = Pace::new();
    let mut ticked = Instant::now();
    while !server.over && !ended() {
        let rate = server.pace(target).filter(|_| server.step.is_none());
        let due = if server.runs() { pace.due(rate) } else { 0 };
        let wait = match (server.runs(), due) {
            (false, _) => QUIET,
            (true, 0) => pace.wait(rate),
            (true, _) => Duration::ZERO,
        };
        let mut jobs = 0;
        let mut wait_for = wait;
        while jobs < AT_ONCE {
            match inbox.recv_timeout(wait_for) {
                Ok(job) => server.work(target, job),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            (jobs, wait_for) = (jobs + 1, Duration::ZERO);
            if server.over {
                return;
            }
        }
        if server.takes_new_pace() {
            pace.begin();
        } else if due > 0 {
            let (began, before) = (Instant::now(), target.position().turn);
            server.pump(target, due, run);
            let done = target.position().turn.saturating_sub(before);
            pace.done(done, began.elapsed());
        }
        if ticked.elapsed() >= QUIET {
            ticked = Instant::now();
            server.tick();
        }
    }
}
