//! What the user does, as the terminal reports it.

use ratatui::crossterm::event::{self, Event, MouseEvent, MouseEventKind};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the user does, read by a thread of its own: a terminal that is closed can keep a reader busy
/// for ever, and the session must end all the same.
pub struct Events {
    events: Receiver<Event>,
    /// What came behind movements of the mouse.
    next: Option<Event>,
    /// Asks the thread to end.
    stop: Arc<AtomicBool>,
    reader: JoinHandle<()>,
}

/// How long the thread waits for an event before it looks whether it is to end.
const GLANCE: Duration = Duration::from_millis(50);

impl Events {
    /// Starts to read.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn read() -> io::Result<Events> {
        let (to, events) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let next = move || match event::poll(GLANCE)? {
            true => event::read().map(Some),
            false => Ok(None),
        };
        let read = move || {
            while !stopped.load(Ordering::SeqCst) {
                let Ok(event) = next() else { return };
                if event.is_some_and(|event| to.send(event).is_err()) {
                    return;
                }
            }
        };
        let reader = std::thread::Builder::new().name("input".into()).spawn(read)?;
        Ok(Events { events, next: None, stop, reader })
    }

    /// The next event, if one comes in time. Of a drag that is on its way only the last place counts:
    /// that is where the user wants to get.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn next(&mut self, wait: Duration) -> io::Result<Option<Event>> {
        if let Some(event) = self.next.take() {
            return Ok(Some(event));
        }
        match self.events.recv_timeout(wait) {
            Ok(mut event) => {
                while is_drag(&event)
                    && let Ok(later) = self.events.try_recv()
                {
                    if !is_drag(&later) {
                        self.next = Some(later);
                        break;
                    }
                    event = later;
                }
                Ok(Some(event))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::new(io::ErrorKind::BrokenPipe, "the terminal is gone"))
            }
        }
    }
}

fn is_drag(event: &Event) -> bool {
    matches!(event, Event::Mouse(MouseEvent { kind: MouseEventKind::Drag(_), .. }))
}

impl Drop for Events {
    /// What is typed from now on is for the next reader: waits until the thread has ended, unless
    /// a closed terminal keeps it busy.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let start = Instant::now();
        while !self.reader.is_finished() && start.elapsed() < 4 * GLANCE {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
