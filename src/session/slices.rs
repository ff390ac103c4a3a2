//! Work in slices: what runs long stretches of the past again is a future that gives way after each slice of turns.
//! The one who polls it decides what happens in between; [`now`] lets nothing happen.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// Turns of a slice: about two milliseconds where every access is looked at.
pub(super) const SLICE: u64 = 1 << 14;

/// Gives way once.
pub async fn give_way() {
    let mut gave = false;
    let once = |_: &mut Context<'_>| if std::mem::replace(&mut gave, true) { Poll::Ready(()) } else { Poll::Pending };
    poll_fn(once).await;
}

/// Does the next slice of some work; what came of all of it, if that was the last one.
pub fn next_slice<T>(work: std::pin::Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// Does all slices of some work, one after the other.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Some(done) = next_slice(work.as_mut()) {
            return done;
        }
    }
}

/// How many turns were looked at so far, or done again, and how many there are at most. Copies count together.
#[derive(Debug, Clone, Default)]
pub struct Looked(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    turns: AtomicU64,
    most: AtomicU64,
}

impl Looked {
    /// Turns were looked at.
    pub fn add(&self, turns: u64) {
        self.0.turns.fetch_add(turns, Ordering::Relaxed);
    }

    /// At most `turns` more turns are to be looked at.
    pub fn expect(&self, turns: u64) {
        self.0.most.fetch_add(turns, Ordering::Relaxed);
    }

    /// The number.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.0.turns.load(Ordering::Relaxed)
    }

    /// How many there are, as far as that is known.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.0.most.load(Ordering::Relaxed)
    }
}
