//! A machine in this process: a session, its programs and what a front end may do with them.

mod runs;
mod stops;

use super::Want;
use super::listing;
use super::options::{LoadDefaults, LoadOptions};
use super::program::{Program, ProgramError};
use super::snapshot::{Explained, Happened, Listing, Past, Snapshot, Status};
use super::view;
use crate::executive::input::{Applied, Input, Load, Refused};
use crate::executive::{Config, Machine, Pid};
use crate::explain::explain;
use crate::predict::happened;
use crate::session::{Entry, Place, Session};
use crate::vm::Code;
use std::sync::Arc;
use thiserror::Error;

/// Why something was not done.
#[derive(Debug, Error)]
pub enum TargetError {
    /// A program could not be read or assembled.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The machine refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A file of the host.
    #[error(transparent)]
    Host(#[from] super::files::HostError),
    /// It runs; only looking and stopping is possible.
    #[error("the machine is running: pause it first")]
    Running,
    /// A run can be started only while none is in progress.
    #[error("a run goes on already: pause it first")]
    RunsAlready,
    /// No instruction of a program has a source line.
    #[error("no lines are known: next and stepi go by instructions")]
    NoLines,
    /// A frame that a task does not have.
    #[error("task {pid} has frames 0 to {last}")]
    NoFrame {
        /// Which task.
        pid: Pid,
        /// The outermost.
        last: usize,
    },
    /// A place in time that cannot be gone to.
    #[error(transparent)]
    Travel(#[from] crate::session::TravelError),
    /// A recording that cannot be written or opened.
    #[error(transparent)]
    Recording(#[from] super::recording::RecordingError),
    /// A file that is no schedule.
    #[error(transparent)]
    Schedule(#[from] super::schedule::ScheduleFileError),
    /// Races that cannot be listed.
    #[error(transparent)]
    Race(#[from] super::races::RaceError),
    /// There is no such breakpoint.
    #[error("there is no stop {0}")]
    NoBreakpoint(u32),
}

/// A task's program and how it was loaded. It is kept when the task is gone: somebody may go back
/// to when it was there.
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
    pub(super) origins: Option<Arc<super::OriginTree>>,
    sources: super::Sources,
    /// The frame in which names are looked up.
    pub(super) chosen: Option<super::variables::Chosen>,
    before: Option<(Place, Arc<Past>)>,
    since: Option<(Place, Arc<Past>)>,
    explained: Option<(Place, Arc<Explained>)>,
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
            origins: None,
            sources,
            chosen: None,
            before: None,
            since: None,
            explained: None,
        }
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        self.session.machine()
    }

    pub(super) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The program of a task.
    #[must_use]
    pub fn program(&self, pid: Pid) -> Option<&Program> {
        self.loaded(pid).map(|loaded| &*loaded.program)
    }

    /// A task's code as text.
    #[must_use]
    pub fn listing(&self, pid: Pid) -> Option<&Arc<Listing>> {
        self.loaded(pid).map(|loaded| &loaded.listing)
    }

    /// The program that a task was loaded from with this image.
    pub(super) fn program_of(&self, image: &Arc<crate::image::Image>) -> Option<&Loaded> {
        self.programs.iter().find(|l| Arc::ptr_eq(&l.program.image, image))
    }

    fn loaded(&self, pid: Pid) -> Option<&Loaded> {
        let image = &self.machine().task(pid)?.image;
        self.programs.iter().rev().find(|l| l.pid == pid && Arc::ptr_eq(&l.program.image, image))
    }

    /// Where sources are looked for.
    #[must_use]
    pub fn sources(&self) -> &super::Sources {
        &self.sources
    }

    /// Takes names and lines of a task's program from another symbol file; what is odd about it.
    ///
    /// # Errors
    /// There is no such task, or the file is no symbol file.
    pub fn load_symbols(&mut self, pid: Pid, file: &std::path::Path) -> Result<Vec<String>, TargetError> {
        let image = &self.machine().task(pid).ok_or(Refused::NoTask(pid))?.image;
        let same = |l: &Loaded| l.pid == pid && Arc::ptr_eq(&l.program.image, image);
        let at = self.programs.iter().rposition(same).ok_or(Refused::NoTask(pid))?;
        let mut program = (*self.programs[at].program).clone();
        let warnings = program.take_symbols(file)?;
        let loaded = &mut self.programs[at];
        loaded.listing = Arc::new(listing::build(&program));
        loaded.program = Arc::new(program);
        Ok(warnings)
    }

    /// Looks for sources in other places from now on: also those of programs that are loaded. Gives
    /// the number of programs that more is known of now.
    pub fn set_sources(&mut self, sources: super::Sources) -> usize {
        self.sources = sources;
        let mut found = 0;
        for loaded in &mut self.programs {
            let mut program = (*loaded.program).clone();
            if program.find_sources(&self.sources) {
                loaded.listing = Arc::new(listing::build(&program));
                loaded.program = Arc::new(program);
                found += 1;
            }
        }
        found
    }

    /// Takes the course of events of another target over as a branch of this one; its number. `None` if the
    /// two ran under different configurations.
    ///
    /// # Errors
    /// The machine runs.
    pub fn adopt(&mut self, other: Local, name: &str) -> Result<Option<u32>, TargetError> {
        self.standing()?;
        let number = self.session.adopt(&other.session, name);
        if number.is_some() {
            self.programs.extend(other.programs);
        }
        Ok(number)
    }

    /// Loads a program as a new task.
    ///
    /// # Errors
    /// The machine runs, or refuses.
    pub fn load(&mut self, program: Arc<Program>, options: LoadOptions) -> Result<Pid, TargetError> {
        self.standing()?;
        let program = if program.symbols.files.iter().any(|f| f.text.is_none()) {
            let mut fuller = (*program).clone();
            if fuller.find_sources(&self.sources) { Arc::new(fuller) } else { program }
        } else {
            program
        };
        let known = self.programs.iter().find(|l| Arc::ptr_eq(&l.program, &program) || l.program == program);
        let (program, code, list) = match known {
            Some(l) => (Arc::clone(&l.program), Arc::clone(&l.code), Arc::clone(&l.listing)),
            None => {
                let (code, list) = (Code::new(&program.image.code), listing::build(&program));
                (program, Arc::new(code), Arc::new(list))
            }
        };
        let load = Load {
            image: Arc::clone(&program.image),
            code: Arc::clone(&code),
            name: options.name.clone(),
            fallback: Some(program.stem()),
            stack: options.stack.unwrap_or(self.defaults.stack),
            quantum: options.quantum.unwrap_or(self.defaults.quantum),
        };
        match self.session.apply(Input::Load(load))? {
            Applied::Loaded(pid) => {
                self.programs.push(Loaded { pid, program, code, listing: list, options });
                Ok(pid)
            }
            _ => Ok(0),
        }
    }

    /// Loads a task's program anew, read again from its file, in place of the task.
    ///
    /// # Errors
    /// The program cannot be read; then the old task stays. Or there is no such task.
    pub fn reload(&mut self, pid: Pid) -> Result<Pid, TargetError> {
        self.standing()?;
        let Loaded { program, options, .. } = self.loaded(pid).ok_or(Refused::NoTask(pid))?.clone();
        let fresh = Arc::new(program.again()?);
        self.kill(pid)?;
        self.load(fresh, options)
    }

    /// Removes a task.
    ///
    /// # Errors
    /// There is no such task.
    pub fn kill(&mut self, pid: Pid) -> Result<(), TargetError> {
        self.apply(Input::Kill(pid))?;
        Ok(())
    }

    /// Does something from outside.
    ///
    /// # Errors
    /// The machine runs, or refuses.
    pub fn apply(&mut self, input: Input) -> Result<Applied, TargetError> {
        self.standing()?;
        Ok(self.session.apply(input)?)
    }

    /// The session, to go about in its time.
    ///
    /// # Errors
    /// It runs.
    pub fn travel(&mut self) -> Result<&mut Session, TargetError> {
        self.standing()?;
        if self.held { Err(TargetError::RunsAlready) } else { Ok(&mut self.session) }
    }

    /// Takes note of a new branch; see [`Session::forked`].
    pub fn forget_fork(&mut self) {
        self.session.forget_fork();
    }

    /// Bytes of memory that checkpoints may take; the newest one is kept even with 0.
    pub fn set_history(&mut self, bytes: usize) {
        self.session.set_history(bytes);
    }

    /// The last turn in words, made once for each place.
    pub fn explained(&mut self) -> Arc<Explained> {
        let here = self.session.place();
        if let Some((at, told)) = &self.explained
            && *at == here
        {
            return Arc::clone(told);
        }
        let who = self.session.chosen();
        let before = self.session.before().cloned();
        let told = Arc::new(explain(before.as_ref().map(|machine| (machine, who)), self.machine()));
        self.explained = Some((here, Arc::clone(&told)));
        told
    }

    /// What the last turn changed; `None` before the first one.
    fn happened(&mut self) -> Option<Arc<Happened>> {
        let who = self.session.chosen();
        happened(self.session.before()?, who).map(Arc::new)
    }

    /// What came from outside up to the turn in view.
    fn inputs(&self) -> Vec<Arc<Input>> {
        let turn = self.machine().turns();
        let here = self.session.journal().entries().iter().take_while(|(at, _)| *at <= turn);
        let input = |(_, entry): &(u64, Entry)| match entry {
            Entry::Input(input) => Some(Arc::clone(input)),
            Entry::Pick { .. } | Entry::Idle => None,
        };
        here.filter_map(input).collect()
    }

    /// The state as data.
    pub fn look(&mut self, want: &Want) -> Snapshot {
        let running = *self.session.status() == Status::Running;
        let (before_at, since_at) = self.session.compared();
        let shown = !running || want.follow;
        let before_at = before_at.filter(|_| shown);
        let before = past(&mut self.before, before_at, || self.session.before().map(view::past));
        let since = past(&mut self.since, since_at, || self.session.since().map(view::past));
        let happened = (want.happened && !running).then(|| self.happened()).flatten();
        let explained = (want.explain && shown).then(|| self.explained());
        let watches = self.watch_views(want.pid);
        let lanes = want.lanes.map(|sight| self.session.lanes(&sight));
        let races = (want.races && !running).then(|| self.recent_races().ok()).flatten().map(Arc::new);
        let listing_of = |pid| self.listing(pid).map_or_else(Arc::default, Arc::clone);
        let mut snapshot = Snapshot {
            title: self.title.clone(),
            status: self.session.status().clone(),
            stops: self.session.stops.list().to_vec(),
            rate: self.rate,
            watches,
            races,
            origins: self.origins.clone().filter(|_| want.origins),
            hunted: self.hunted().filter(|_| want.hunt).map(Arc::new),
            asked: want.asks.iter().map(|e| (e.clone(), self.evaluate(e, want.pid).ok())).collect(),
            inputs: if want.inputs { self.inputs() } else { Vec::new() },
            rotate: self.session.rotate,
            before,
            explained,
            happened,
            since,
            lanes,
            history: self.session.history(),
            ..view::of(self.machine(), want, listing_of)
        };
        if let Some(calls) = &mut snapshot.calls {
            calls.chosen = self.chosen_frame(calls.pid);
        }
        snapshot
    }
}

/// The picture of an earlier machine, taken once for each place.
fn past(
    kept: &mut Option<(Place, Arc<Past>)>,
    place: Option<Place>,
    take: impl FnOnce() -> Option<Past>,
) -> Option<Arc<Past>> {
    let place = place?;
    match kept {
        Some((at, past)) if *at == place => Some(Arc::clone(past)),
        _ => {
            let past = Arc::new(take()?);
            *kept = Some((place, Arc::clone(&past)));
            Some(past)
        }
    }
}
