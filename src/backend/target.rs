//! The waist: what every front end knows of a machine, wherever that is.

use super::answer::Answer;
use super::kept::ReadProgram;
use super::refused::Refused;
use super::request::Request;
use super::snapshot::Snapshot;
use super::{Found, Inspect, Local, LookingProgress, Setup, Want};
use crate::executive::Pid;
use std::path::Path;
use std::sync::Arc;

/// A machine that can be looked at and asked to do things.
pub trait Target {
    /// What it can do.
    fn caps(&self) -> Caps;

    /// Does what a request says, or starts it if it is a run. What has to wait for the end of a turn is done between
    /// two turns of a run that is under way.
    ///
    /// # Errors
    /// Why it was not done; then nothing has changed.
    fn send(&mut self, request: Request) -> Result<Answer, Refused>;

    /// As [`Target::send`], but where much of the past is looked through for a request, that is only begun:
    /// [`Target::pump`] continues it, and [`Target::found`] gives the answer. It ends without one when it is paused or
    /// something else is asked for.
    ///
    /// # Errors
    /// As for [`Target::send`].
    fn start_request(&mut self, request: Request) -> Result<Answer, Refused> {
        self.send(request)
    }

    /// What came of a request that was only begun, once.
    fn found(&mut self) -> Option<Found> {
        None
    }

    /// Begins another session in place of this one.
    ///
    /// # Errors
    /// The target cannot, or a program has no room; then nothing has changed.
    fn begin(&mut self, setup: Setup) -> Result<(), Refused>;

    /// Does at most `turns` turns of the run that was started; true while it continues.
    fn pump(&mut self, turns: u64) -> bool;

    /// Where it is and whether it runs, at the cost of a few numbers.
    fn position(&self) -> Position;

    /// What answers questions about its programs; `None` if nothing is known of them.
    fn inspect(&self) -> Option<&dyn Inspect>;

    /// The engine itself, if it is in this process. For the server of the executive's protocol alone, which reports what no
    /// snapshot holds; `tests/all/layers.rs` checks that.
    fn here(&self) -> Option<&Local> {
        None
    }

    /// Waits until what is being found out in the background for a picture is known; the next look takes it in.
    fn settle(&mut self) {}

    /// Takes note of a file of the host that a front end has read for this session.
    fn note_read(&mut self, _path: &Path) {}

    /// Whether a file of the host is one that this session was read from: it is not written over unasked.
    fn has_read(&self, _path: &Path) -> bool {
        false
    }

    /// The programs that this session has read from files and pipes, in their order.
    fn read_programs(&self) -> &[ReadProgram] {
        &[]
    }

    /// Takes note of the lines of a source that `list` has answered.
    fn note_listed(&mut self, _lines: Listed) {}

    /// The lines that were noted last. A target that several may ask at once keeps none: each has read others.
    fn listed(&self) -> Option<&Listed> {
        None
    }

    /// Its state between two turns as plain data, as much of it as is wanted.
    fn look(&mut self, want: &Want) -> Arc<Snapshot>;
}

/// Lines of a source that were answered, and where the task stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The turn.
    pub turn: u64,
    /// The task.
    pub pid: Pid,
    /// Its chosen frame.
    pub frame: usize,
    /// The place of the source among those of its program.
    pub file: usize,
    /// First and last line, from 1.
    pub lines: (usize, usize),
}

/// What a target can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Go about in time.
    pub travel: bool,
    /// Search over schedules.
    pub search: bool,
    /// Read and write files of the host.
    pub files: bool,
}

impl Caps {
    /// Everything.
    pub const ALL: Caps = Caps { travel: true, search: true, files: true };

    /// What is missing for a request, in words.
    #[must_use]
    pub const fn missing(self, request: &Request) -> Option<&'static str> {
        match request {
            Request::Travel(_) | Request::Past(_) if !self.travel => Some("go back in time"),
            Request::Races(_) if !self.travel => Some("look for races"),
            Request::Search(_) | Request::Fate(_) if !self.search => Some("search over schedules"),
            Request::File(_) if !self.files => Some("read and write files"),
            _ => None,
        }
    }
}

/// Where a target is and whether it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Virtual time of a turn, µs.
    pub turn_us: u64,
    /// Turns a second the user asked for; `None` is full speed.
    pub rate: Option<u64>,
    /// What is being run, or was run last.
    pub course: Course,
    /// Whether it runs.
    pub running: bool,
    /// How far a search of the past has come that was begun for a request.
    pub looking: Option<LookingProgress>,
    /// Whether a search over schedules is under way.
    pub exploring: bool,
    /// Whether something that a picture shows is being found out in the background.
    pub settling: bool,
}

/// Whose the turns of a run are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Those of all tasks, in rotation.
    Rotation,
    /// Those of one task, while the others stand still.
    Only(Pid),
    /// What a schedule says.
    Schedule,
    /// None: the past is searched for the previous stop.
    Search,
    /// None: the past is looked through for a request.
    Looking,
}
