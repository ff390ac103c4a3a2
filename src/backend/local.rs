//! A machine in this process: a session, its programs and what a front end may do with them.

mod runs;
mod stops;

use super::Listing;
use super::Refused;
use super::Want;
use super::listing;
use super::options::{LoadDefaults, LoadOptions};
use super::program::Program;
use super::snapshot::{Explained, FileView, Happened, Past, Snapshot, Status};
use super::view;
use crate::executive::input::{self, Applied, Input, Load};
use crate::executive::{Config, Machine, Pid};
use crate::explain::explain;
use crate::predict::happened;
use crate::session::{Entry, Place, Session};
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
    pub(super) origins: Option<Arc<super::OriginTree>>,
    sources: super::Sources,
    /// The frame in which names are looked up.
    pub(super) chosen: Option<super::variables::Chosen>,
    before: Option<(Place, Arc<Past>)>,
    since: Option<(Place, Arc<Past>)>,
    explained: Option<(Place, Arc<Explained>)>,
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
            origins: None,
            sources,
            chosen: None,
            before: None,
            since: None,
            explained: None,
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
        *self = Local { rate: self.rate, start: Some(Arc::clone(&start)), ..(*start).clone() };
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
    pub fn load_symbols(&mut self, pid: Pid, file: &std::path::Path) -> Result<Vec<String>, Refused> {
        let image = &self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?.image;
        let same = |l: &Loaded| l.pid == pid && Arc::ptr_eq(&l.program.image, image);
        let at = self.programs.iter().rposition(same).ok_or(input::Refused::NoTask(pid))?;
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
    pub fn adopt(&mut self, other: Local, name: &str) -> Result<Option<u32>, Refused> {
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
    pub fn load(&mut self, program: Arc<Program>, options: LoadOptions) -> Result<Pid, Refused> {
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

    /// Reads a task's program from its file again and loads it in place of the task.
    ///
    /// # Errors
    /// The program cannot be read; then the old task stays. Or there is no such task.
    pub fn reload(&mut self, pid: Pid) -> Result<Pid, Refused> {
        self.standing()?;
        let Loaded { program, options, .. } = self.loaded(pid).ok_or(input::Refused::NoTask(pid))?.clone();
        let fresh = Arc::new(program.again()?);
        self.kill(pid)?;
        self.load(fresh, options)
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
    pub fn look(&mut self, want: &Want) -> Arc<Snapshot> {
        let accesses = want.accesses.map(|(from, to)| self.accesses(from, to).map(Arc::new).map_err(|e| e.to_string()));
        let state = if want.state { self.state(want) } else { Snapshot::default() };
        let machine = self.machine();
        let status = self.session.status().clone();
        let place = status.pid_at_a_place().and_then(|pid| self.source_place(pid));
        let returned = match status {
            Status::Returned { pid, function: Some(function), r0, .. } => self.returned(pid, function, r0),
            _ => None,
        };
        Arc::new(Snapshot {
            title: self.title.clone(),
            turn: machine.turns(),
            time_us: machine.time_us(),
            turn_us: machine.config().turn_us,
            trace: machine.trace().last(want.trace).collect(),
            trace_total: machine.trace().total(),
            trace_dropped: machine.trace().dropped(),
            trace_capacity: machine.trace().capacity(),
            ran: self.session.ran(),
            forked: self.session.forked(),
            due: self.session.stops.due().to_vec(),
            commands_due: self.session.stops.commands_due().to_vec(),
            rate: self.rate,
            inputs: if want.inputs { self.inputs() } else { Vec::new() },
            asked: want.asks.iter().map(|e| (e.clone(), self.evaluate(e, want.pid))).collect(),
            hunted: self.hunted().filter(|_| want.hunt).map(Arc::new),
            explained: (want.explain && status != Status::Running || want.explain && want.follow)
                .then(|| self.explained()),
            files: want.files.then(|| machine_files(self.machine())),
            accesses,
            place,
            returned,
            violations: want.check.then(|| self.machine().check()),
            schedule: want.schedule.then(|| self.schedule_so_far().map_err(|e| e.to_string())),
            status,
            ..state
        })
    }

    /// What every picture of the state has.
    fn state(&mut self, want: &Want) -> Snapshot {
        let running = *self.session.status() == Status::Running;
        let (before_at, since_at) = self.session.compared();
        let shown = !running || want.follow;
        let before_at = before_at.filter(|_| shown);
        let before = past(&mut self.before, before_at, || self.session.before().map(view::past));
        let since = past(&mut self.since, since_at, || self.session.since().map(view::past));
        let happened = (want.happened && !running).then(|| self.happened()).flatten();
        let watches = self.watch_views(want.pid);
        let lanes = want.lanes.map(|sight| self.session.lanes(&sight));
        let races = (want.races && !running).then(|| self.recent_races().ok()).flatten().map(Arc::new);
        let stops = self.session.stops.list();
        let program_of =
            |pid| self.loaded(pid).map(|loaded| (Arc::clone(&loaded.listing), Arc::clone(&loaded.program)));
        let mut snapshot = Snapshot {
            pending: stops.iter().filter_map(|stop| Some((stop.number, stop.pending(self.machine())?))).collect(),
            stops: stops.to_vec(),
            watches,
            races,
            origins: self.origins.clone().filter(|_| want.origins),
            stdio: self.stream_modes(),
            declared: self.session.declared.clone(),
            rotate: self.session.rotate,
            before,
            happened,
            since,
            lanes,
            history: self.session.history(),
            branches: self.session.branches(),
            sources: self.sources.names(),
            ..view::of(self.machine(), want, program_of)
        };
        if let Some(calls) = &mut snapshot.calls {
            calls.chosen = self.chosen_frame(calls.pid);
        }
        snapshot
    }
}

/// The names and lengths of the machine's files.
fn machine_files(machine: &Machine) -> Vec<FileView> {
    machine.files().iter().map(|(path, content)| FileView { path: path.to_owned(), bytes: content.len() }).collect()
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
