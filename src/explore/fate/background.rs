//! Judging a run in the background, for a screen that must not wait for it.

use super::{Fate, FateError, fate};
use crate::executive::Machine;
use crate::explore::background::Worker;
use crate::explore::check::Checks;
use crate::explore::graph::Limits;
use crate::explore::schedule::Schedule;
use crate::explore::search::ExploreError;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// A run that is being judged. Clones share it; it is stopped when the last of them goes.
#[derive(Debug, Clone)]
pub struct BackgroundFate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    worker: Worker,
}

#[derive(Debug, Default)]
struct Shared {
    done: Mutex<Option<Result<Fate, FateError>>>,
    stop: AtomicBool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.stop.store(true, Relaxed);
    }
}

impl BackgroundFate {
    /// Begins to judge a run from a machine on.
    #[must_use]
    pub fn start(machine: Machine, run: Schedule, checks: Checks, limits: Limits) -> BackgroundFate {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let worker = Worker::start(move || {
            let done = fate(&machine, &run, &checks, limits, &mut || !theirs.stop.load(Relaxed));
            // A thread that fails with the lock leaves a whole answer.
            *theirs.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        });
        BackgroundFate(Arc::new(Inner { shared, worker }))
    }

    /// What was found out, once it is over.
    #[must_use]
    pub fn done(&self) -> Option<Result<Fate, FateError>> {
        let over = self.0.worker.has_ended();
        let done = self.0.shared.done.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // It has panicked: no caller is to wait for it for ever.
        done.or_else(|| over.then(|| Err(ExploreError::Failed.into())))
    }

    /// Waits until it is over.
    pub fn wait(&self) {
        self.0.worker.wait();
    }
}
