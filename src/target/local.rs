//! A machine in this process: a session, its programs and what a front end may do with them.

use super::listing;
use super::program::{Program, ProgramError};
use super::snapshot::{Listing, Past, Snapshot, Status, Want};
use super::view;
use crate::executive::input::{Applied, Input, Load, Refused};
use crate::executive::{Config, Machine, Pid, Who};
use crate::session::expr::Expr;
use crate::session::expr::{ExprError, Scope};
use crate::session::{Access, Goal, On, Place, Session, Stop as StopView, Touching};
use crate::vm::Code;
use crate::vm::Span;
use std::sync::Arc;
use thiserror::Error;

/// How programs are loaded when nothing else is said for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadDefaults {
    /// Bytes of stack.
    pub stack: u32,
    /// Turns in a row.
    pub quantum: u32,
}

impl Default for LoadDefaults {
    fn default() -> Self {
        LoadDefaults { stack: Load::STACK, quantum: 1 }
    }
}

/// What may be said for one program; see [`LoadDefaults`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadOptions {
    /// Task name.
    pub name: Option<String>,
    /// Bytes of stack.
    pub stack: Option<u32>,
    /// Turns in a row.
    pub quantum: Option<u32>,
}

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
    /// A run can be started only while none goes on.
    #[error("a run goes on already: pause it first")]
    RunsAlready,
    /// A place in time that cannot be gone to.
    #[error(transparent)]
    Travel(#[from] crate::session::TravelError),
    /// A recording that cannot be written or opened.
    #[error(transparent)]
    Recording(#[from] super::recording::RecordingError),
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
#[derive(Debug)]
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
    before: Option<(Place, Arc<Past>)>,
    since: Option<(Place, Arc<Past>)>,
}

impl Local {
    /// An empty machine.
    #[must_use]
    pub fn new(title: impl Into<String>, config: Config, defaults: LoadDefaults) -> Local {
        Local::of(title.into(), Session::new(config), Vec::new(), defaults)
    }

    /// A machine that has come as far as a session.
    pub(super) fn of(title: String, session: Session, programs: Vec<Loaded>, defaults: LoadDefaults) -> Local {
        let watches = Default::default();
        Local { session, programs, defaults, title, rate: None, held: false, watches, before: None, since: None }
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

    /// Loads a program as a new task.
    ///
    /// # Errors
    /// The machine runs, or refuses.
    pub fn load(&mut self, program: Arc<Program>, options: LoadOptions) -> Result<Pid, TargetError> {
        self.standing()?;
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

    /// Does something between two turns of a run, as if the machine stood; the run goes on after.
    pub fn between_turns(&mut self, f: impl FnOnce(&mut Local)) {
        let held = self.session.hold();
        self.held = true;
        f(self);
        self.held = false;
        self.session.release(held);
    }

    /// Lets a run go on that has stopped because nothing could run.
    pub fn go_on(&mut self) {
        self.session.go_on();
    }

    pub(super) fn standing(&self) -> Result<(), TargetError> {
        if self.session.running() { Err(TargetError::Running) } else { Ok(()) }
    }

    /// Asks for a run; [`Local::pump`] does the turns.
    ///
    /// # Errors
    /// It runs already, or the one task that is to run is not there.
    pub fn start(&mut self, who: Who, limit: u64) -> Result<(), TargetError> {
        if self.session.running() || self.held {
            return Err(TargetError::RunsAlready);
        }
        if let Who::Only(pid) = who
            && self.machine().task(pid).is_none()
        {
            return Err(Refused::NoTask(pid).into());
        }
        self.session.start(who, limit);
        Ok(())
    }

    /// Asks for a run until a task has got somewhere.
    ///
    /// # Errors
    /// It runs already, or the task is not there.
    pub fn start_towards(&mut self, goal: Goal) -> Result<(), TargetError> {
        if self.session.running() || self.held {
            return Err(TargetError::RunsAlready);
        }
        if self.machine().task(goal.pid()).is_none() {
            return Err(Refused::NoTask(goal.pid()).into());
        }
        self.session.start_towards(goal);
        Ok(())
    }

    /// Whether the others take their turns while one task is run towards a goal.
    pub fn set_rotate(&mut self, rotate: bool) {
        self.session.rotate = rotate;
    }

    /// Does at most `turns` turns of the run; true while it goes on.
    pub fn pump(&mut self, turns: u64) -> bool {
        self.session.pump(turns)
    }

    /// Stops a run between two turns.
    pub fn pause(&mut self) {
        self.session.pause();
    }

    /// Whether a run is going on.
    #[must_use]
    pub fn running(&self) -> bool {
        self.session.running()
    }

    /// Sets a breakpoint and gives its number.
    pub fn add_breakpoint(&mut self, pid: Option<Pid>, pc: u32) -> u32 {
        self.session.stops.add(pid, pc)
    }

    /// Sets a stop on a change of an expression, or on something that happens, and gives its number.
    /// Symbols mean those of the task, or of the first program that has them.
    pub fn add_stop(&mut self, pid: Option<Pid>, on: On) -> u32 {
        let on = match on {
            On::Change(expr, last) => On::Change(self.bound(expr, pid), last),
            on => on,
        };
        self.session.stops.add_on(pid, on)
    }

    /// A stop on touches of the memory an expression stands for, or of so many bytes from there on.
    ///
    /// # Errors
    /// It stands for none, or the end lies outside RAM.
    pub fn access(
        &self,
        expr: &Expr,
        pid: Option<Pid>,
        bytes: Option<u32>,
        touching: Touching,
    ) -> Result<Access, ExprError> {
        let machine = self.machine();
        let bound = self.bound(expr.clone(), pid);
        let place = bound.place(&Scope { machine, pid, symbol: &|_, _| None })?;
        let start = u32::from(place.address);
        let end = start.saturating_add(bytes.unwrap_or(place.bytes));
        if end > crate::vm::RAM_BYTES as u32 || end == start {
            let message = "a stretch of at least one byte that ends at or below 0xFFFF is expected".to_owned();
            return Err(ExprError { column: 0, message });
        }
        let task = place.pid.and_then(|pid| machine.task(pid));
        let banked = |t: &&crate::executive::task::Task| {
            start.checked_sub(crate::vm::BANK_BASE).is_some_and(|at| (at as usize) < t.bank.len())
        };
        let span = Span { start, end, bank: task.filter(banked).map(|t| t.pid) };
        Ok(Access::new(expr.text(), span, touching))
    }

    /// Whether an expression is a number whatever the machine does: an address, if it is a symbol.
    #[must_use]
    pub fn is_constant(&self, expr: &Expr, pid: Option<Pid>) -> bool {
        self.bound(expr.clone(), pid).is_constant()
    }

    /// Lets a stop be for the instances of an application alone.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_app(&mut self, number: u32, app: Option<String>) -> Result<(), TargetError> {
        self.breakpoint(number)?.app = app;
        Ok(())
    }

    /// Command lines to be carried out when a stop has stopped.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_commands(&mut self, number: u32, lines: Vec<String>) -> Result<(), TargetError> {
        self.breakpoint(number)?.commands = lines;
        Ok(())
    }

    /// The commands of the stop that was hit last, once.
    pub fn take_commands(&mut self) -> Vec<String> {
        self.session.stops.take_commands()
    }

    /// An expression with symbols as numbers.
    fn bound(&self, expr: Expr, pid: Option<Pid>) -> Expr {
        let listings = self.listings(pid);
        let symbol = |name: &str| {
            let named = listings.iter().flat_map(|l| l.labels.iter().chain(&l.data)).find(|(_, n)| n == name);
            named.map(|(at, _)| *at)
        };
        expr.bound(&symbol)
    }

    /// Gives a breakpoint a condition, or takes it away.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_condition(&mut self, number: u32, condition: Option<Expr>) -> Result<(), TargetError> {
        let pid = self.breakpoint(number)?.pid;
        let condition = condition.map(|c| self.bound(c, pid));
        self.breakpoint(number)?.condition = condition;
        Ok(())
    }

    /// Lets so many hits of a breakpoint pass.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_ignore(&mut self, number: u32, hits: u64) -> Result<(), TargetError> {
        self.breakpoint(number)?.ignore = hits;
        Ok(())
    }

    /// Makes a breakpoint go when it has stopped once.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn set_temporary(&mut self, number: u32) -> Result<(), TargetError> {
        self.breakpoint(number)?.temporary = true;
        Ok(())
    }

    fn breakpoint(&mut self, number: u32) -> Result<&mut StopView, TargetError> {
        self.session.stops.get_mut(number).ok_or(TargetError::NoBreakpoint(number))
    }

    /// The code of a task, or of all.
    fn listings(&self, pid: Option<Pid>) -> Vec<Arc<Listing>> {
        let pids = self.machine().tasks().iter().map(|t| t.pid).filter(|p| pid.is_none_or(|pid| pid == *p));
        pids.filter_map(|pid| self.listing(pid).cloned()).collect()
    }

    /// Removes a breakpoint.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn remove_breakpoint(&mut self, number: u32) -> Result<(), TargetError> {
        if self.session.stops.remove(number) { Ok(()) } else { Err(TargetError::NoBreakpoint(number)) }
    }

    /// Switches a breakpoint on or off.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn enable_breakpoint(&mut self, number: u32, enabled: bool) -> Result<(), TargetError> {
        self.breakpoint(number)?.enabled = enabled;
        Ok(())
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

    /// The state as data.
    pub fn look(&mut self, want: &Want) -> Snapshot {
        let running = *self.session.status() == Status::Running;
        let (before_at, since_at) = self.session.compared();
        let before_at = before_at.filter(|_| !running);
        let before = past(&mut self.before, before_at, || self.session.before().map(view::past));
        let since = past(&mut self.since, since_at, || self.session.since().map(view::past));
        let watches = self.watch_views(want.pid);
        let listing_of = |pid| self.listing(pid).map_or_else(Arc::default, Arc::clone);
        Snapshot {
            title: self.title.clone(),
            status: self.session.status().clone(),
            stops: self.session.stops.list().to_vec(),
            rate: self.rate,
            watches,
            rotate: self.session.rotate,
            before,
            since,
            history: self.session.history(),
            ..view::of(self.machine(), want, listing_of)
        }
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
