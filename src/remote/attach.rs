//! Attached to a machine elsewhere. One that another hsxray serves is here as a whole: a second one here does the same requests at the same turns, so that everything can be
//! looked at here, and what is asked for is carried out there.

mod files;
mod foreign;
mod link;

pub use files::ProgramFiles;
pub use foreign::Foreign;

use super::serve::JOURNAL;
use crate::backend::answer::{Done, Started};
use crate::backend::target::{Caps, Course, Position};
use crate::backend::{Answer, Inspect, Listed, Local, Pid, Refused, Request, Setup, Snapshot, Target, Want};
use link::{Link, News};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

/// How long a key may wait for a server; then the picture follows later.
const KEY: Duration = Duration::from_millis(100);
/// How long to wait for news of a run whose turns are all done here.
const CAUGHT_UP: Duration = Duration::from_millis(2);
/// Turns done here between two looks at the clock.
const SLICE: u64 = 100_000;

/// How to attach.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the server wants named.
    pub token: Option<String>,
    /// Change nothing there.
    pub read_only: bool,
    /// The task whose memory is looked at first.
    pub pid: Option<Pid>,
    /// Take what tasks print from an executive that is not hsxray: other clients no longer get it.
    pub listen_console: bool,
    /// How long a request may wait for what comes of it there.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { token: None, read_only: false, pid: None, listen_console: false, patience: KEY }
    }
}

/// A machine elsewhere, by who runs it.
pub enum Remote {
    /// Another hsxray: it is here as a whole.
    Whole(Box<Attached>),
    /// An executive, of which is known what it reports.
    Reported(Box<Foreign>),
}

impl Remote {
    /// Attaches to whatever serves at an address. Of an executive that is not hsxray, code is read from these images, too.
    ///
    /// # Errors
    /// Nothing answers there, or it refuses.
    pub fn new(address: &str, options: Options, images: Vec<PathBuf>, within: Duration) -> Result<Remote, String> {
        let talk = foreign::Talk::open(address, options.token.as_deref()).map_err(|why| format!("{address}: {why}"))?;
        if talk.is_hsxray() {
            drop(talk);
            return Attached::new(address, options, within).map(|attached| Remote::Whole(Box::new(attached)));
        }
        Foreign::new(talk, address, options, images).map(|foreign| Remote::Reported(Box::new(foreign)))
    }

    /// A number that grows with each change, for front ends that draw.
    #[must_use]
    pub fn changes(&self) -> Arc<AtomicU64> {
        match self {
            Remote::Whole(attached) => attached.changes(),
            Remote::Reported(foreign) => foreign.changes(),
        }
    }

    /// It as any machine.
    pub fn target(&mut self) -> &mut dyn Target {
        match self {
            Remote::Whole(attached) => &mut **attached,
            Remote::Reported(foreign) => &mut **foreign,
        }
    }
}

/// What is to be done here, in order.
enum Item {
    /// A request that was carried out there after these turns; its number.
    Request { index: u64, turn: u64, request: Box<Request> },
    /// The run has reached this turn there, or has ended at it.
    Turn { turn: u64, ended: bool },
}

/// A machine elsewhere.
pub struct Attached {
    local: Local,
    link: Link,
    address: String,
    read_only: bool,
    patience: Duration,
    /// The number of the last request that was heard of, and that was done here.
    heard: u64,
    done: u64,
    /// The answer to the last request here.
    answer: Option<(u64, Result<Answer, Refused>)>,
    items: VecDeque<Item>,
    lost: Option<String>,
    changes: Arc<AtomicU64>,
    files: ProgramFiles,
}

impl Attached {
    /// Attaches to a server, once it has sent its machine.
    ///
    /// # Errors
    /// It is not there, or is not hsxray.
    pub fn new(address: &str, options: Options, within: Duration) -> Result<Attached, String> {
        let link = Link::new(address.to_owned(), options.token).map_err(|e| e.to_string())?;
        let deadline = Instant::now() + within;
        let mut why = "it does not answer".to_owned();
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            match link.news.recv_timeout(left) {
                Ok(News::Recording { text, index, files }) => {
                    let local = opened(address, text).map_err(|e| e.to_string())?;
                    let program_files = ProgramFiles::default();
                    program_files.set(files);
                    return Ok(Attached {
                        local,
                        link,
                        address: address.to_owned(),
                        read_only: options.read_only,
                        patience: options.patience,
                        heard: index,
                        done: index,
                        answer: None,
                        items: VecDeque::new(),
                        lost: None,
                        changes: Arc::default(),
                        files: program_files,
                    });
                }
                Ok(News::Lost(reason)) => {
                    why = reason;
                    if why.contains("not hsxray") || why == "not_permitted" {
                        break;
                    }
                }
                Ok(News::Journal(_)) => {}
                Err(_) => break,
            }
        }
        Err(format!("{address}: {why}"))
    }

    /// A number that grows with each change, for front ends that draw.
    #[must_use]
    pub fn changes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.changes)
    }

    /// The files that the programs are from, there.
    #[must_use]
    pub fn program_files(&self) -> ProgramFiles {
        self.files.clone()
    }

    /// Whether there is no connection, and why.
    #[must_use]
    pub fn lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes news in.
    fn take(&mut self, news: News) {
        match news {
            News::Recording { text, index, files } => {
                match opened(&self.address, text) {
                    Ok(local) => {
                        self.local = local;
                        self.files.set(files);
                        self.items.clear();
                        (self.heard, self.done, self.lost) = (index, index, None);
                    }
                    Err(e) => self.lost = Some(e.to_string()),
                }
                self.changed();
            }
            News::Lost(why) => {
                self.lost = Some(why);
                self.changed();
            }
            News::Journal(data) => {
                let turn = data["turn"].as_u64().unwrap_or(0);
                let Some(index) = data["index"].as_u64() else {
                    let ended = data["ended"] == true;
                    if matches!(self.items.back(), Some(Item::Turn { ended: false, .. })) {
                        self.items.pop_back();
                    }
                    self.items.push_back(Item::Turn { turn, ended });
                    return;
                };
                if index <= self.heard {
                    return;
                }
                let request = serde_json::from_value(data["request"].clone());
                match request {
                    Ok(request) if index == self.heard + 1 => {
                        self.items.push_back(Item::Request { index, turn, request: Box::new(request) });
                    }
                    // Something was missed, or cannot be done here.
                    _ => self.link.again(),
                }
                self.heard = index;
            }
        }
    }

    /// Does what was done there, at most this many turns of it; how many it did.
    fn follow(&mut self, turns: u64) -> u64 {
        while let Ok(news) = self.link.news.try_recv() {
            self.take(news);
        }
        let mut left = turns;
        let position = self.local.position();
        if position.running && position.course == Course::Search && turns > 0 {
            // A search of the past goes by itself on each side, and finds the same.
            self.local.pump(turns);
            left = 0;
        }
        while let Some(item) = self.items.front() {
            let position = self.local.position();
            let (goal, ended) = match item {
                Item::Request { turn, .. } => (*turn, false),
                Item::Turn { turn, ended } => (*turn, *ended),
            };
            let short = goal.saturating_sub(position.turn);
            if position.running && position.course == Course::Search {
                break;
            }
            if position.running && (short > 0 || ended) {
                if left == 0 {
                    break;
                }
                // What has ended a run is found in front of the next turn, which is not taken.
                let some = short.saturating_add(u64::from(ended)).min(left);
                let runs = self.local.pump(some);
                left -= some;
                if runs && ended && some > short {
                    // It has not ended here: this machine is not the same.
                    self.items.clear();
                    self.link.again();
                }
                continue;
            }
            if let Some(Item::Request { index, request, .. }) = self.items.pop_front() {
                let answer = Target::send(&mut self.local, *request);
                if answer.is_err() {
                    // It was done there: this machine is not the same.
                    self.link.again();
                }
                self.done = index;
                self.answer = Some((index, answer));
                self.changed();
            }
        }
        turns - left
    }

    /// Has a request carried out there, and waits a moment for what comes of it here.
    fn order(&mut self, request: Request) -> Result<Answer, Refused> {
        let deadline = Instant::now() + self.patience;
        let value = serde_json::to_value(&request).map_err(|e| Refused::Now(e.to_string()))?;
        let (answer, answered) = sync_channel(1);
        self.link.order(value, answer);
        let index = match answered.recv_timeout(self.patience) {
            Ok(Ok(index)) => index,
            Ok(Err(why)) => return Err(Refused::Now(why)),
            Err(_) => {
                let message = format!("{} has not answered yet: what was asked for may still be done", self.address);
                return Err(Refused::Now(message));
            }
        };
        while self.done < index
            && let Some(left) = deadline.checked_duration_since(Instant::now())
        {
            if self.follow(SLICE) == 0
                && self.done < index
                && let Ok(news) = self.link.news.recv_timeout(left.min(CAUGHT_UP))
            {
                self.take(news);
            }
        }
        match self.answer.take() {
            Some((number, answer)) if number == index => answer,
            // It is done there, and shows here when this machine has come so far.
            _ => Ok(Answer { done: Done::Started(Started {}), forked: None, again: None }),
        }
    }
}

fn opened(address: &str, text: String) -> Result<Local, Refused> {
    let mut local = Local::open_bytes(text.into_bytes())?;
    local.title = format!("{} at {address}", local.title);
    Ok(local)
}

impl Target for Attached {
    fn caps(&self) -> Caps {
        Caps::ALL
    }

    fn send(&mut self, request: Request) -> Result<Answer, Refused> {
        // What only looks, or writes files, is done here.
        if !request.is_journaled() {
            return Target::send(&mut self.local, request);
        }
        if self.read_only {
            return Err(Refused::Now(format!("attached to {} only to look", self.address)));
        }
        match &self.lost {
            Some(why) => Err(Refused::Now(format!("the connection to {} is lost ({why}): trying again", self.address))),
            None => self.order(request),
        }
    }

    fn begin(&mut self, _: Setup) -> Result<(), Refused> {
        Err(Refused::Never("begin another session in place of one elsewhere"))
    }

    fn pump(&mut self, turns: u64) -> bool {
        let done = self.follow(turns);
        let running = self.local.position().running;
        if running
            && done == 0
            && turns > 0
            && let Ok(news) = self.link.news.recv_timeout(CAUGHT_UP)
        {
            self.take(news);
        }
        running
    }

    fn position(&self) -> Position {
        self.local.position()
    }

    fn inspect(&self) -> Option<&dyn Inspect> {
        self.local.inspect()
    }

    fn note_read(&mut self, path: &Path) {
        self.local.note_read(path);
    }

    fn has_read(&self, path: &Path) -> bool {
        self.local.has_read(path)
    }

    fn note_listed(&mut self, lines: Listed) {
        self.local.note_listed(lines);
    }

    fn listed(&self) -> Option<&Listed> {
        self.local.listed()
    }

    fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        let now = self.local.look(want);
        match &self.lost {
            Some(_) => {
                let title = format!("{} (connection lost, trying again)", now.title);
                Arc::new(Snapshot { title, lost: true, ..(*now).clone() })
            }
            None => now,
        }
    }
}
