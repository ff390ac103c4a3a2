//! Attached to an executive that is not hsxray: what its protocol reports is shown, and what it does not is a hole. Going back,
//! searching and explaining take the machine itself, which is not here.

mod input;
mod picture;
mod programs;
mod stops;
mod talk;
mod worker;

pub(super) use talk::Talk;

use super::Options;
use crate::backend::answer::{Clock, Done, Started};
use crate::backend::request::Run;
use crate::backend::target::{Caps, Course, Position};
use crate::backend::{Answer, Inspect, Pid, Refused, Request, Setup, Snapshot, Status, Target, Want};
use programs::Programs;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use worker::{News, Order, Worker};

/// How long a key may wait for a server; then the picture follows later.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a key may wait for a run of a few turns to end.
const STEP: Duration = Duration::from_millis(80);
const FEW: u64 = 1000;

/// A machine that an executive elsewhere runs.
pub struct Foreign {
    address: String,
    read_only: bool,
    orders: Sender<Order>,
    news: Receiver<News>,
    pause: Arc<AtomicBool>,
    picture: Arc<Snapshot>,
    /// The task whose view of memory is asked for.
    selected: Option<Pid>,
    /// Runs that were asked for, and whether the last one continues.
    runs: u64,
    running: bool,
    course: Course,
    /// The breakpoints that were seen, by task and address, with numbers that are never used again.
    numbers: BTreeMap<(Pid, u32), u32>,
    made: u32,
    lost: Option<String>,
    changes: Arc<AtomicU64>,
}

impl Foreign {
    /// Takes a conversation over, once there is a first picture.
    ///
    /// # Errors
    /// The executive does not say what a picture takes, or no thread can be started.
    pub(super) fn new(talk: Talk, address: &str, options: Options, images: Vec<PathBuf>) -> Result<Foreign, String> {
        let (orders, heard) = channel();
        let (told, news) = channel();
        let pause = Arc::<AtomicBool>::default();
        let worker = Worker {
            address: address.to_owned(),
            token: options.token,
            programs: Programs::new(images),
            orders: heard,
            told,
            pause: Arc::clone(&pause),
            selected: options.pid,
            clock: false,
            status: Status::Paused,
            runs: 0,
            next: None,
            held: None,
            stopped_alone: false,
            listed: None,
            pictured: Instant::now(),
            console: options.listen_console.then(Vec::new),
        };
        thread::Builder::new().name("attach".into()).spawn(move || worker.work(talk)).map_err(|e| e.to_string())?;
        let mut foreign = Foreign {
            address: address.to_owned(),
            read_only: options.read_only,
            orders,
            news,
            pause,
            picture: Arc::default(),
            selected: options.pid,
            runs: 0,
            running: false,
            course: Course::Rotation,
            numbers: BTreeMap::new(),
            made: 0,
            lost: None,
            changes: Arc::default(),
        };
        match foreign.news.recv() {
            Ok(News::Lost(why)) => Err(format!("{address}: {why}")),
            Ok(news) => {
                foreign.take(news);
                Ok(foreign)
            }
            Err(_) => Err(format!("{address}: the connection is closed")),
        }
    }

    /// A number that grows with each change, for front ends that draw.
    #[must_use]
    pub fn changes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.changes)
    }

    fn take(&mut self, news: News) {
        match news {
            News::Picture(mut now, runs) => {
                if runs == self.runs && now.status != Status::Running {
                    self.running = false;
                }
                if self.running {
                    now.status = Status::Running;
                }
                now.title = format!("{} (executive)", self.address);
                now.history.present = now.turn;
                self.number_stops(&mut now);
                self.lost = None;
                self.picture = Arc::new(*now);
            }
            News::Lost(why) => {
                (self.running, self.lost) = (false, Some(why));
                let title = format!("{} (connection lost, trying again)", self.address);
                let status = Status::Paused;
                self.picture = Arc::new(Snapshot { title, status, lost: true, ..(*self.picture).clone() });
            }
        }
        self.changes.fetch_add(1, Relaxed);
    }

    fn catch_up(&mut self) {
        while let Ok(news) = self.news.try_recv() {
            self.take(news);
        }
    }

    fn begin_run(&mut self, order: Order, course: Course) -> Result<Done, Refused> {
        if self.running {
            return Err(Refused::RunsAlready);
        }
        self.pause.store(false, Relaxed);
        self.runs += 1;
        (self.running, self.course) = (true, course);
        self.picture = Arc::new(Snapshot { status: Status::Running, ..(*self.picture).clone() });
        let short = matches!(order, Order::Turns { turns, .. } if turns <= FEW);
        // If the thread is gone, the news has said so.
        let _ = self.orders.send(order);
        // A step is over before the next key, if the executive is near.
        let until = Instant::now() + STEP;
        while short
            && self.running
            && let Some(left) = until.checked_duration_since(Instant::now())
            && let Ok(news) = self.news.recv_timeout(left)
        {
            self.take(news);
        }
        Ok(Done::Started(Started {}))
    }

    /// Asks and waits a moment for the reply.
    fn ask(&self, request: Value) -> Result<Value, Refused> {
        let (answer, answered) = sync_channel(1);
        let _ = self.orders.send(Order::Ask(request, answer));
        match answered.recv_timeout(PATIENCE) {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(why)) => Err(Refused::Now(format!("the executive at {} says: {why}", self.address))),
            Err(_) => Err(Refused::Now(format!(
                "{} has not answered yet: what was asked for may still be done",
                self.address
            ))),
        }
    }

    fn never<T>(what: &'static str) -> Result<T, Refused> {
        Err(Refused::Never(what))
    }

    fn run(&mut self, run: Run) -> Result<Done, Refused> {
        match run {
            Run::Turns { only: None, turns: u64::MAX } | Run::Continue => {
                self.begin_run(Order::Clock, Course::Rotation)
            }
            Run::Turns { only, turns } => {
                let course = only.map_or(Course::Rotation, Course::Only);
                self.begin_run(Order::Turns { only, turns }, course)
            }
            Run::Pause => {
                self.pause.store(true, Relaxed);
                // It wakes the thread up.
                let _ = self.orders.send(Order::Look(self.selected));
                Ok(Done::Clock(self.clock()))
            }
            Run::Rate(rate) => {
                self.ask(json!({ "cmd": "clock", "op": "rate", "rate": rate.unwrap_or(0) }))?;
                Ok(Done::Clock(Clock { rate_hz: rate.unwrap_or(0), ..self.clock() }))
            }
            Run::Instructions { .. }
            | Run::Line { .. }
            | Run::Finish { .. }
            | Run::Past { .. }
            | Run::At { .. }
            | Run::Until { .. } => Self::never("run to a place: step one task or all, or set a breakpoint and run"),
            Run::Rotate(_) => Self::never("hold other tasks back while one runs to a place"),
            Run::DeadlockStops(_) => Self::never("stop at a deadlock"),
        }
    }

    fn clock(&self) -> Clock {
        let now = &self.picture;
        Clock {
            state: if self.running { "running" } else { "stopped" },
            running: self.running,
            rate_hz: now.rate.unwrap_or(0),
            turn: now.turn,
            time_us: 0,
            next: now.next,
            stop: now.status.clone(),
        }
    }
}

impl Target for Foreign {
    fn caps(&self) -> Caps {
        Caps { travel: false, search: false, files: false }
    }

    fn send(&mut self, request: Request) -> Result<Answer, Refused> {
        if let Some(what) = self.caps().missing(&request) {
            return Err(Refused::Never(what));
        }
        if self.read_only && request.is_journaled() && request != Request::Run(Run::Pause) {
            return Err(Refused::Now(format!("attached to {} only to look", self.address)));
        }
        if let Some(why) = &self.lost {
            return Err(Refused::Now(format!("the connection to {} is lost ({why}): trying again", self.address)));
        }
        let done = match request {
            Request::Run(run) => self.run(run)?,
            Request::Stop(stop) => self.stop(stop)?,
            Request::Input(input) => self.input(input)?,
            Request::Display(_) => Self::never("keep expressions in sight")?,
            Request::Schedule(_) => Self::never("follow a schedule")?,
            Request::Travel(_)
            | Request::Past(_)
            | Request::Races(_)
            | Request::Search(_)
            | Request::Fate(_)
            | Request::File(_) => Self::never("do that")?,
        };
        Ok(Answer { done, forked: None, again: None })
    }

    fn begin(&mut self, _: Setup) -> Result<(), Refused> {
        Self::never("begin another session in place of one elsewhere")
    }

    fn pump(&mut self, turns: u64) -> bool {
        if self.running
            && turns > 0
            && let Ok(news) = self.news.recv_timeout(Duration::from_millis(2))
        {
            self.take(news);
        }
        self.catch_up();
        self.running
    }

    fn position(&self) -> Position {
        let now = &self.picture;
        Position {
            turn: now.turn,
            time_us: 0,
            turn_us: 1,
            rate: now.rate,
            course: self.course,
            running: self.running,
            looking: None,
            exploring: false,
            settling: false,
        }
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        None
    }

    fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        self.catch_up();
        if want.state && want.pid.is_some() && want.pid != self.selected {
            self.selected = want.pid;
            let _ = self.orders.send(Order::Look(want.pid));
        }
        Arc::clone(&self.picture)
    }
}
