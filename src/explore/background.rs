//! A search in the background: it has a machine of its own, and can be looked at and stopped.

use super::report::Report;
use super::search::{ExploreError, Options, explore};
use crate::executive::Machine;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far a search has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Schedules run to their end.
    pub schedules: u64,
    /// States it has entered.
    pub states: u64,
    /// States on the way to where it is in which something is left to try; 0 when it has ended.
    pub frontier: u64,
    /// Bytes it takes, about; 0 when it has ended.
    pub bytes: usize,
    /// Failures it has found.
    pub failures: usize,
    /// About how much of the search is done, from 0 to 1, if that can be said.
    pub part: Option<f64>,
    /// The whole report, when the search is over, or why there is none.
    pub done: Option<Result<Arc<Report>, ExploreError>>,
}

/// A search in the background. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct BackgroundSearch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    shared: Arc<Shared>,
    worker: Worker,
}

/// What does the work: a thread, where there are threads; else the caller has done it.
#[derive(Debug)]
pub(super) struct Worker {
    #[cfg(feature = "threads")]
    thread: std::thread::JoinHandle<()>,
}

#[cfg(feature = "threads")]
impl Worker {
    pub(super) fn start(work: impl FnOnce() + Send + 'static) -> Worker {
        Worker { thread: std::thread::spawn(work) }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    pub(super) fn wait(&self) {
        while !self.has_ended() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

#[cfg(not(feature = "threads"))]
impl Worker {
    pub(super) fn start(work: impl FnOnce()) -> Worker {
        work();
        Worker {}
    }

    pub(super) fn has_ended(&self) -> bool {
        true
    }

    pub(super) fn wait(&self) {}
}

/// Work of any kind in the background. Clones share it; it is stopped when the last of them goes.
#[derive(Debug)]
pub struct Background<T>(Arc<WorkInner<T>>);

#[derive(Debug)]
struct WorkInner<T> {
    shared: Arc<WorkShared<T>>,
    worker: Worker,
}

#[derive(Debug)]
struct WorkShared<T> {
    done: Mutex<Option<T>>,
    stop: AtomicBool,
}

/// What has become of work in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkState<T> {
    /// It is under way.
    UnderWay,
    /// This came of it.
    Done(T),
    /// It has failed by an error of its own.
    Failed,
}

impl<T> Clone for Background<T> {
    fn clone(&self) -> Self {
        Background(Arc::clone(&self.0))
    }
}

impl<T> Drop for WorkInner<T> {
    fn drop(&mut self) {
        self.shared.stop.store(true, Relaxed);
    }
}

impl<T: Clone + Send + 'static> Background<T> {
    /// Begins it. The work asks now and then whether to continue.
    #[must_use]
    pub fn start(work: impl FnOnce(&(dyn Fn() -> bool + Sync)) -> T + Send + 'static) -> Background<T> {
        let shared = Arc::new(WorkShared { done: Mutex::new(None), stop: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let worker = Worker::start(move || {
            let done = work(&|| !theirs.stop.load(Relaxed));
            // A thread that fails with the lock leaves a whole answer.
            *theirs.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        });
        Background(Arc::new(WorkInner { shared, worker }))
    }

    /// What has become of it so far.
    #[must_use]
    pub fn state(&self) -> WorkState<T> {
        let over = self.0.worker.has_ended();
        match self.0.shared.done.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some(done) => WorkState::Done(done),
            // It has panicked: no caller is to wait for it for ever.
            None if over => WorkState::Failed,
            None => WorkState::UnderWay,
        }
    }

    /// Waits until it is over.
    pub fn wait(&self) {
        self.0.worker.wait();
    }
}

impl<T, E: From<ExploreError>> Background<Result<T, E>>
where
    Result<T, E>: Clone + Send + 'static,
{
    /// What came of a question, once it is answered.
    #[must_use]
    pub fn done(&self) -> Option<Result<T, E>> {
        match self.state() {
            WorkState::UnderWay => None,
            WorkState::Done(done) => Some(done),
            WorkState::Failed => Some(Err(ExploreError::Failed.into())),
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    progress: Mutex<Progress>,
    stop: AtomicBool,
}

impl Shared {
    /// A thread that fails with the lock leaves whole numbers.
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.stop.store(true, Relaxed);
    }
}

impl BackgroundSearch {
    /// Begins a search from a machine.
    #[must_use]
    pub fn start(machine: Machine, options: Options) -> BackgroundSearch {
        let shared = Arc::new(Shared::default());
        let (theirs, asked) = (Arc::clone(&shared), options.clone());
        let worker = Worker::start(move || {
            let go_on = |report: &Report, part: Option<f64>| {
                let mut progress = theirs.progress();
                progress.schedules = report.schedules;
                progress.states = report.states;
                (progress.frontier, progress.bytes) = (report.frontier, report.bytes);
                progress.failures = report.failures.len();
                progress.part = part;
                !theirs.stop.load(Relaxed)
            };
            let done = explore(&machine, &asked, &go_on).map(Arc::new);
            if let Ok(report) = &done {
                go_on(report, Some(1.0));
            }
            theirs.progress().done = Some(done);
        });
        BackgroundSearch(Arc::new(Inner { options, shared, worker }))
    }

    /// What it looks for.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let mut progress = self.0.shared.progress();
        if self.0.worker.has_ended() && progress.done.is_none() {
            // It has panicked: no caller is to wait for it for ever.
            progress.done = Some(Err(ExploreError::Failed));
        }
        progress.clone()
    }

    /// Waits until it is over.
    pub fn wait(&self) {
        self.0.worker.wait();
    }

    /// Lets it end soon, with what it has.
    pub fn stop(&self) {
        self.0.shared.stop.store(true, Relaxed);
    }
}
