//! Output that never waits: a thread hands it to the terminal, and pictures are left out while it
//! has not taken the last one.

use super::named::with_own_codes;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What both sides know.
#[derive(Debug, Default)]
struct State {
    /// The terminal has not taken everything yet.
    busy: AtomicBool,
    /// The terminal is gone.
    failed: AtomicBool,
}

/// Bytes on their way to the terminal. Clones share it.
#[derive(Debug, Clone)]
pub struct Outbox {
    pending: Arc<Mutex<Vec<u8>>>,
    to: Sender<Vec<u8>>,
    state: Arc<State>,
    /// Colours are written by their own codes.
    sixteen: bool,
}

impl Outbox {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn new(mut out: impl Write + Send + 'static, sixteen: bool) -> io::Result<Outbox> {
        let (to, parcels) = channel::<Vec<u8>>();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::Builder::new().name("terminal".into()).spawn(move || {
            for parcel in parcels {
                if out.write_all(&parcel).and_then(|()| out.flush()).is_err() {
                    shared.failed.store(true, Ordering::SeqCst);
                }
                shared.busy.store(false, Ordering::SeqCst);
            }
        })?;
        Ok(Outbox { pending: Arc::default(), to, state, sixteen })
    }

    /// Whether the terminal is still at the last parcel. Sends on what has gathered meanwhile.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn busy(&mut self) -> io::Result<bool> {
        if self.state.failed.load(Ordering::SeqCst) {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the terminal is gone"));
        }
        if !self.state.busy.load(Ordering::SeqCst) {
            self.flush()?;
        }
        Ok(self.state.busy.load(Ordering::SeqCst))
    }

    fn pending(&self) -> MutexGuard<'_, Vec<u8>> {
        // Bytes are whole, whichever thread has panicked.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the terminal has taken everything, but not for ever.
    pub fn settle(&mut self, most: Duration) {
        let start = Instant::now();
        while start.elapsed() < most && matches!(self.busy(), Ok(true)) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Sends what has gathered, unless the last parcel is still on its way.
    fn flush(&mut self) -> io::Result<()> {
        let mut pending = self.pending();
        if pending.is_empty() || self.state.busy.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        let bytes = std::mem::take(&mut *pending);
        let sent = self.to.send(if self.sixteen { with_own_codes(&bytes) } else { bytes });
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the terminal's thread has ended"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    /// A terminal that takes a parcel only when the test lets it.
    struct Slow {
        go: Receiver<()>,
        taken: SyncSender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.go.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.taken.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_slow_terminal_holds_nobody_up_and_gets_everything_in_order() {
        let ((tell, go), (taken, got)) = (sync_channel(1), sync_channel(9));
        let mut outbox = Outbox::new(Slow { go, taken }, false).expect("thread");
        for part in [b"one ", b"two ", b"six "] {
            outbox.write_all(part).and_then(|()| outbox.flush()).expect("never waits");
        }
        assert!(outbox.busy().expect("there"));
        tell.send(()).expect("there");
        assert_eq!(got.recv().expect("first"), b"one ");
        tell.send(()).expect("there");
        while got.try_recv().map(|rest| assert_eq!(rest, b"two six ")).is_err() {
            outbox.busy().expect("there");
            std::thread::yield_now();
        }
        outbox.settle(Duration::from_secs(9));
        assert!(!outbox.busy().expect("there"));
    }

    #[test]
    fn a_terminal_that_is_gone_is_told() {
        let ((tell, go), (taken, _)) = (sync_channel(1), sync_channel(9));
        let mut outbox = Outbox::new(Slow { go, taken }, false).expect("thread");
        drop(tell);
        outbox.write_all(b"x").and_then(|()| outbox.flush()).expect("not yet");
        let start = Instant::now();
        while outbox.busy().is_ok() {
            assert!(start.elapsed() < Duration::from_secs(9));
        }
    }
}
