//! What ends a search from outside: Ctrl-C, SIGTERM, the time that was given, the end of the parent.

use crate::backend::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Asked now and then whether to continue.
pub(super) struct Stop {
    interrupted: Arc<AtomicBool>,
    begun: Instant,
    limit: Option<Duration>,
    parent: Option<u32>,
}

impl Stop {
    /// From now on the first Ctrl-C or SIGTERM asks the search to end; the second one ends the program.
    pub fn new(seconds: Option<f64>) -> Result<Stop, String> {
        let interrupted = Arc::new(AtomicBool::new(false));
        listen_to_signals(&interrupted).map_err(|e| format!("signals cannot be received: {e}"))?;
        let limit = match seconds {
            Some(s) => Some(Duration::try_from_secs_f64(s).map_err(|e| format!("--seconds {s}: {e}"))?),
            None => None,
        };
        Ok(Stop { interrupted, begun: Instant::now(), limit, parent: None })
    }

    /// Also ends when the program that started this one has ended: nothing reads the report any more.
    pub fn with_parent(mut self) -> Stop {
        self.parent = parent();
        self
    }

    /// Why to end, if it is time.
    pub fn reason(&self) -> Option<Bound> {
        let orphaned = self.parent.is_some() && self.parent != parent();
        match () {
            () if self.interrupted.load(Relaxed) || orphaned => Some(Bound::Stopped),
            () if self.limit.is_some_and(|limit| self.begun.elapsed() >= limit) => Some(Bound::Time),
            () => None,
        }
    }

    /// Time since it began.
    pub fn spent(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// From now on the first Ctrl-C or SIGTERM sets a flag; the second one ends the program.
#[cfg(unix)]
pub(in crate::cli) fn listen_to_signals(flag: &Arc<AtomicBool>) -> std::io::Result<()> {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // In this order: the second signal finds the flag that the first one has set.
        signal_hook::flag::register_conditional_default(signal, Arc::clone(flag))?;
        signal_hook::flag::register(signal, Arc::clone(flag))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(in crate::cli) fn listen_to_signals(_: &Arc<AtomicBool>) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}
