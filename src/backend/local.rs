//! A machine in this process: a session, its programs and what a front end may do with them.

mod look;
mod programs;
mod restart;
mod runs;
mod stops;

use super::Listing;
use super::Refused;
use super::options::{LoadDefaults, LoadOptions};
use super::program::Program;
use super::snapshot::{Explained, Past};
use crate::executive::input::{Applied, Input};
use crate::executive::{Config, Machine, Pid};
use crate::session::{PastPosition, Session};
use crate::vm::Code;
use std::sync::Arc;

/// A task's program and how it was loaded. It is kept when the task is gone: one can go back to when it was there.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub pid: Pid,
    pub program: Arc<Program>,
    pub code: Arc<Code>,
    pub listing: Arc<Listing>,
    pub options: LoadOptions,
}

/// A machine in this process.
#[derive(Debug, Clone)]
pub struct Local {
    pub(super) session: Session,
    /// In the order they were loaded. In another branch a pid may be another program's.
    programs: Vec<Loaded>,
    pub(super) defaults: LoadDefaults,
    /// What the session is called.
    pub title: String,
    /// Turns a second the user asked for; `None` is full speed.
    pub rate: Option<u64>,
    /// A run is held for a moment, so that something can be done between two of its turns.
    held: bool,
    pub(super) watches: super::watch::Watches,
    /// The search over schedules that was begun last.
    pub(super) hunt: Option<super::explore::Begun>,
    pub(super) races: super::races::Races,
    pub(super) fates: super::fate::Fates,
    pub(super) coulds: super::could::Coulds,
    pub(super) maps: super::fate::Maps,
    pub(super) jumps: super::jumps::Jumps,
    pub(super) looking: super::looking::Looking,
    pub(super) kept_stack: super::stack_past::Kept,
    pub(super) kept_world: super::world::Kept,
    pub(super) origins: Option<Arc<super::OriginTree>>,
    /// What fails at the end of the recording that was opened, in words; may hold anything a recording says.
    pub failure: Option<String>,
    /// The two branches that were compared last.
    pub(super) compared: Option<[u32; 2]>,
    pub(super) both: super::both::Both,
    /// What was counted last for models of other machines.
    pub(super) counted: Option<crate::session::machines::CountSoFar>,
    sources: super::Sources,
    /// Files that were read for it, beside those of its programs.
    pub(super) read_files: Vec<std::path::PathBuf>,
    /// The lines of a source that were answered last.
    pub(super) listed: Option<super::Listed>,
    pub(super) read_programs: Vec<super::kept::ReadProgram>,
    pub(super) kept: super::kept::KeptPrograms,
    /// The frame in which names are looked up.
    pub(super) chosen: Option<super::variables::Chosen>,
    before: Option<(PastPosition, Arc<Past>)>,
    since: Option<(PastPosition, Arc<Past>)>,
    explained: Option<(PastPosition, Arc<Explained>)>,
    /// The variables of a frame as they were looked at last.
    pub(super) variables: Option<(PastPosition, Pid, usize, Vec<super::VariableView>)>,
    /// The session as it began, to begin again.
    start: Option<Arc<Local>>,
}

impl Local {
    /// An empty machine.
    #[must_use]
    pub fn new(title: impl Into<String>, config: Config, defaults: LoadDefaults) -> Local {
        Local::of(title.into(), Session::new(config), Vec::new(), defaults)
    }

    /// A machine that has come as far as a session.
    pub(super) fn of(title: String, session: Session, programs: Vec<Loaded>, defaults: LoadDefaults) -> Local {
        let (watches, sources) = Default::default();
        Local {
            session,
            programs,
            defaults,
            title,
            rate: None,
            held: false,
            watches,
            hunt: None,
            races: super::races::Races::default(),
            fates: super::fate::Fates::default(),
            coulds: super::could::Coulds::default(),
            maps: super::fate::Maps::default(),
            jumps: super::jumps::Jumps::default(),
            looking: super::looking::Looking::default(),
            kept_stack: None,
            kept_world: None,
            origins: None,
            failure: None,
            compared: None,
            both: super::both::Both::default(),
            counted: None,
            sources,
            read_files: Vec::new(),
            listed: None,
            read_programs: Vec::new(),
            kept: super::kept::KeptPrograms::default(),
            chosen: None,
            before: None,
            since: None,
            explained: None,
            variables: None,
            start: None,
        }
    }

    /// Remembers the session as it is now as its start: what [`File::Reset`](super::request::File::Reset) goes back to.
    #[must_use]
    pub fn begun(mut self) -> Local {
        self.start = None;
        self.start = Some(Arc::new(self.clone()));
        self
    }

    /// Begins again as it was at the start.
    pub(super) fn reset(&mut self) -> Result<(), Refused> {
        let start = self.start.clone().ok_or_else(|| Refused::Now("this session has no start to go back to".into()))?;
        // What it began with was read before.
        let read_programs = Vec::new();
        self.replace_with(Local {
            rate: self.rate,
            start: Some(Arc::clone(&start)),
            read_programs,
            ..(*start).clone()
        });
        Ok(())
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        self.session.machine()
    }

    /// The task with the lowest pid.
    #[must_use]
    pub fn first_pid(&self) -> Option<Pid> {
        self.machine().tasks().first().map(|task| task.pid)
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Removes a task.
    ///
    /// # Errors
    /// There is no such task.
    pub fn kill(&mut self, pid: Pid) -> Result<(), Refused> {
        self.apply(Input::Kill(pid))?;
        Ok(())
    }

    /// Does something from outside.
    ///
    /// # Errors
    /// The machine runs, or refuses.
    pub fn apply(&mut self, input: Input) -> Result<Applied, Refused> {
        self.standing()?;
        Ok(self.session.apply(input)?)
    }

    /// The session, to go about in its time.
    ///
    /// # Errors
    /// It runs.
    pub fn travel(&mut self) -> Result<&mut Session, Refused> {
        self.standing()?;
        if self.held { Err(Refused::RunsAlready) } else { Ok(&mut self.session) }
    }

    /// Takes note of a new branch; see [`Session::forked`].
    pub fn forget_fork(&mut self) {
        self.session.forget_fork();
    }

    /// Bytes of memory that checkpoints may take; the newest one is kept even with 0.
    pub fn set_history(&mut self, bytes: usize) {
        self.session.set_history(bytes);
    }
}
