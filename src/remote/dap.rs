//! The Debug Adapter Protocol: what editors speak with a debugger. Tasks are threads.
//!
//! Requests are rows of a table (`table`); what they change waits as events until the reply is written, so that a client
//! sees both in order. A run is pumped in slices of about a millisecond, with requests between two of them.

mod arguments;
mod book;
mod breakpoints;
mod caps;
mod console;
mod custom;
mod data;
mod elsewhere;
mod evaluate;
mod exceptions;
mod frames;
mod jump;
mod labels;
mod launch;
mod memory;
mod news;
mod outbox;
mod permits;
mod printed;
mod progress;
mod reference;
mod run;
mod scopes;
mod shared;
mod sources;
mod stopped;
mod table;
mod terms;
mod uri;
mod values;
mod variables;

pub use launch::Launch;
pub use outbox::refuse;
pub use permits::Reach;
pub use table::{Needs, REQUESTS, RequestRow};

use super::pace::Pace;
use super::wire;
use crate::backend::{Pid, Snapshot, Target, Want};
use arguments::arguments;
use outbox::{Event, Outbox};
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{self, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Requests that wait while the machine is busy; the reader waits then.
const INBOX: usize = 64;
/// How often a machine that stands is looked at for what others have done to it.
const VISIT: Duration = Duration::from_millis(20);
/// How often a run reports what tasks print.
const NEWS: Duration = Duration::from_millis(100);

/// A machine that was launched, and how its runs are pumped: a scenario has inputs that come on the way.
pub struct Machine {
    /// The machine itself.
    pub target: Box<dyn Target>,
    /// Does at most that many turns of a run; true while it continues.
    pub pump: Pump,
    /// Whether others act on it as well.
    pub shared: bool,
}

/// Does turns of a run.
pub type Pump = Box<dyn FnMut(&mut dyn Target, u64) -> bool>;
/// Loads what a client asks for.
pub type Open<'o> = &'o mut dyn FnMut(&Launch) -> Result<Machine, String>;

/// How a session is served.
#[derive(Default)]
pub struct Options {
    /// What every message is written to, too.
    pub log: Option<Box<dyn Write + Send>>,
    /// What a client has to name before anything is loaded.
    pub token: Option<String>,
    /// Which files of the host it may reach.
    pub reach: Reach,
}

/// What the reader has got.
enum Job {
    Message(Vec<u8>),
    /// The stream ended, or cannot be read further, and why.
    End(Option<String>),
}

/// What clients send.
#[derive(Debug, Deserialize)]
struct Message {
    seq: i64,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    command: String,
    #[serde(default)]
    arguments: Value,
}

/// Why a request was not done, in words.
#[derive(Debug)]
pub struct Failed(String);

impl<E: std::fmt::Display> From<E> for Failed {
    fn from(error: E) -> Failed {
        Failed(error.to_string())
    }
}

fn failed<T>(message: impl Into<String>) -> Result<T, Failed> {
    Err(Failed(message.into()))
}

/// One session: a client, and the machine it has launched.
struct Adapter<'o> {
    open: Open<'o>,
    token: Option<String>,
    leave: permits::Leave,
    client: caps::Client,
    launch: Option<Launch>,
    machine: Option<Machine>,
    /// Whether the client has set its breakpoints, so that runs may start.
    configured: bool,
    breakpoints: book::Book,
    filters: exceptions::Filters,
    references: reference::References,
    sources: sources::Sources,
    /// What is under way, or waits to be reported.
    motion: Option<run::Motion>,
    progress: progress::Progress,
    /// Commands of the console that wait for a run to end.
    commands: VecDeque<(Vec<crate::command::Word>, Option<u64>)>,
    /// The turn up to which the run under way may go, where a command of a stop has asked for it.
    until: Option<u64>,
    /// The task that they mean where they name none.
    selected: Option<Pid>,
    /// What to say after the reply.
    events: Vec<Event>,
    console_seen: u64,
    /// Where a machine that others act on was last: turns, and entries of its trace.
    place: Option<(u64, u64)>,
    pids: Vec<Pid>,
    /// The number of the request that is done now.
    request: i64,
    /// What was said last of a machine that stands.
    stop: Option<Value>,
    /// Memory that the client may show.
    read: Vec<memory::ReadMemory>,
    /// The branches that it knows of, by the number of the newest; 0 before the first look.
    branches: u32,
    /// It was said that the debuggee is at its end.
    ended: bool,
    over: bool,
}

/// Serves a client until it is gone or has disconnected.
///
/// # Errors
/// The client cannot be written to.
pub fn serve(
    input: impl Read + Send + 'static,
    output: Box<dyn Write>,
    open: Open<'_>,
    options: Options,
) -> io::Result<()> {
    let (jobs, inbox) = sync_channel(INBOX);
    let reader = thread::Builder::new().name("dap reader".into());
    reader.spawn(move || {
        let mut input = BufReader::new(input);
        loop {
            let job = match wire::read_frame(&mut input) {
                Ok(Some(body)) => Job::Message(body),
                Ok(None) => Job::End(None),
                Err(e) => Job::End(Some(e.to_string())),
            };
            let last = matches!(job, Job::End(_));
            if jobs.send(job).is_err() || last {
                break;
            }
        }
    })?;
    let mut out = Outbox::new(output, options.log);
    let mut adapter = Adapter::new(open, options.token, options.reach);
    adapter.work(&inbox, &mut out)?;
    adapter.save();
    adapter.flush(&mut out)
}

impl<'o> Adapter<'o> {
    fn new(open: Open<'o>, token: Option<String>, reach: Reach) -> Adapter<'o> {
        Adapter {
            open,
            token,
            leave: permits::Leave::new(reach),
            client: caps::Client::default(),
            launch: None,
            machine: None,
            configured: false,
            breakpoints: book::Book::default(),
            filters: exceptions::Filters::default(),
            references: reference::References::default(),
            sources: sources::Sources::default(),
            motion: None,
            progress: progress::Progress::default(),
            commands: VecDeque::new(),
            until: None,
            selected: None,
            events: Vec::new(),
            console_seen: 0,
            place: None,
            pids: Vec::new(),
            request: 0,
            stop: None,
            read: Vec::new(),
            branches: 0,
            ended: false,
            over: false,
        }
    }

    /// Takes requests and pumps runs until the session is over.
    fn work(&mut self, inbox: &Receiver<Job>, out: &mut Outbox) -> io::Result<()> {
        let mut pace = Pace::new();
        let mut news = Instant::now();
        while !self.over {
            let job = match self.running() {
                true => match inbox.try_recv() {
                    Ok(job) => Some(job),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => break,
                },
                false if self.is_shared() => match inbox.recv_timeout(VISIT) {
                    Ok(job) => Some(job),
                    Err(RecvTimeoutError::Timeout) => {
                        self.look_at_others();
                        self.flush(out)?;
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                },
                false => match inbox.recv() {
                    Ok(job) => Some(job),
                    Err(_) => break,
                },
            };
            match job {
                Some(Job::Message(body)) => self.message(&body, out)?,
                Some(Job::End(why)) => {
                    if let Some(why) = why {
                        out.event(&Event::important(format!("hsxray: {why}\n")))?;
                    }
                    break;
                }
                None => {
                    let wait = self.turns(&mut pace);
                    if news.elapsed() >= NEWS {
                        news = Instant::now();
                        self.report_news();
                    }
                    self.flush(out)?;
                    // A machine that is paced sleeps until its next turn is due, or a request comes.
                    if let Some(wait) = wait {
                        match inbox.recv_timeout(wait) {
                            Ok(Job::Message(body)) => self.message(&body, out)?,
                            Ok(Job::End(_)) | Err(RecvTimeoutError::Disconnected) => break,
                            Err(RecvTimeoutError::Timeout) => {}
                        }
                    }
                    continue;
                }
            }
            pace.begin();
        }
        self.flush(out)
    }

    /// Does some turns of the run; how long to wait before the next are due.
    fn turns(&mut self, pace: &mut Pace) -> Option<Duration> {
        let machine = self.machine.as_mut()?;
        let rate = machine.target.position().rate.map(|rate| rate as f64);
        let turns = pace.due(rate);
        if turns == 0 {
            return Some(pace.wait(rate));
        }
        let (began, before) = (Instant::now(), machine.target.position().turn);
        let runs = (machine.pump)(&mut *machine.target, turns);
        // A search of the past may end further back.
        pace.done(machine.target.position().turn.saturating_sub(before), began.elapsed());
        self.report_progress();
        if !runs {
            self.run_ended();
            self.remember_place();
            self.notice();
        }
        None
    }

    fn message(&mut self, body: &[u8], out: &mut Outbox) -> io::Result<()> {
        out.log("<-", body);
        let message: Message = match serde_json::from_slice(body) {
            Ok(message) => message,
            Err(e) => return out.event(&Event::important(format!("hsxray: a message that is not a request: {e}\n"))),
        };
        if message.r#type != "request" {
            return Ok(());
        }
        self.request = message.seq;
        let reply = self.carry_out(&message.command, message.arguments);
        self.remember_place();
        self.notice();
        out.reply(message.seq, &message.command, reply)?;
        self.flush(out)
    }

    fn carry_out(&mut self, command: &str, arguments: Value) -> Result<Value, Failed> {
        let Some(row) = REQUESTS.iter().find(|row| row.name == command) else {
            return failed(format!("hsxray does not know the request \"{command}\""));
        };
        match row.needs {
            table::Needs::Nothing => {}
            _ if self.machine.is_none() => return failed("no program is launched yet"),
            table::Needs::Machine => {}
            table::Needs::Standing if self.running() => return failed("the machine is running: pause it first"),
            table::Needs::Standing => {}
        }
        (row.handler)(self, arguments)
    }

    fn flush(&mut self, out: &mut Outbox) -> io::Result<()> {
        std::mem::take(&mut self.events).iter().try_for_each(|event| out.event(event))
    }

    fn say(&mut self, name: &'static str, body: Value) {
        self.events.push(Event { name, body });
    }

    fn running(&self) -> bool {
        self.machine.as_ref().is_some_and(|machine| machine.target.position().running)
    }

    fn target(&mut self) -> Result<&mut (dyn Target + 'static), Failed> {
        match &mut self.machine {
            Some(machine) => Ok(&mut *machine.target),
            None => failed("no program is launched yet"),
        }
    }

    fn look(&mut self) -> Result<Arc<Snapshot>, Failed> {
        Ok(self.target()?.look(&Want::lists()))
    }

    /// The thread that is meant, which is a task.
    fn pid(&mut self, thread: i64) -> Result<Pid, Failed> {
        let now = self.look()?;
        let task = now.tasks.iter().find(|task| i64::from(task.pid) == thread);
        task.map_or_else(|| failed(format!("there is no task {thread}")), |task| Ok(task.pid))
    }
}
