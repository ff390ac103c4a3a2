//! The terminal: entered, left as it was found whatever happens, suspended. Nothing else touches
//! it.

use super::outbox::Outbox;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute};
use ratatui::{Terminal, backend::CrosstermBackend};
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The screen as ratatui draws on it.
pub type Screen = Terminal<CrosstermBackend<Outbox>>;

/// Whether the terminal is ours; the panic hook asks.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Set by signals that ask to leave.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    leave: Arc<AtomicBool>,
}

impl Signals {
    /// Watches for SIGTERM and SIGHUP.
    ///
    /// # Errors
    /// The system refuses a handler.
    #[cfg(unix)]
    pub fn watch() -> io::Result<Signals> {
        let signals = Signals::default();
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&signals.leave))?;
        }
        Ok(signals)
    }

    /// Nothing to watch for here.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub fn watch() -> io::Result<Signals> {
        Ok(Signals::default())
    }

    /// Whether one has come.
    #[must_use]
    pub fn leave(&self) -> bool {
        self.leave.load(Ordering::Relaxed)
    }
}

/// Longest wait for a slow terminal when it is left.
const FAREWELL: Duration = Duration::from_secs(2);

/// The terminal while it is ours; leaves it when dropped.
pub struct Device {
    /// What to draw on.
    pub screen: Screen,
    /// Whether the mouse is ours, too.
    mouse: bool,
    /// The way to the terminal, which the screen uses, too.
    out: Outbox,
}

impl Device {
    /// Enters the terminal, and has a panic leave it before it is reported.
    ///
    /// # Errors
    /// There is no terminal, or it refuses.
    pub fn enter(mouse: bool) -> io::Result<Device> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            let text = "the debugger needs a terminal; hsxray --plain works line by line, hsxray batch runs commands and hsxray shot draws the screen without one";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let out = Outbox::new(io::stdout())?;
        let (report, on_its_way) = (std::panic::take_hook(), out.clone());
        std::panic::set_hook(Box::new(move |info| {
            on_its_way.clone().settle(FAREWELL);
            // What cannot be restored cannot be reported any better.
            let _ = leave();
            report(info);
        }));
        enter(mouse)?;
        Ok(Device { mouse, screen: Terminal::new(CrosstermBackend::new(out.clone()))?, out })
    }

    /// Whether the terminal is still at the last picture.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn busy(&mut self) -> io::Result<bool> {
        self.out.busy()
    }

    /// Leaves the terminal, stops the process until it is continued, and enters again.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.out.settle(FAREWELL);
        leave()?;
        #[cfg(unix)]
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        enter(self.mouse)?;
        self.redraw()
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        if self.mouse == on {
            return Ok(());
        }
        self.mouse = on;
        if on { execute!(self.out, EnableMouseCapture) } else { execute!(self.out, DisableMouseCapture) }
    }

    /// Puts a text into the clipboard of the terminal (OSC 52), as far as it has one.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.out, CopyToClipboard::to_clipboard_from(text))
    }

    /// Forgets what is on the screen, so that the next picture is drawn whole. Asks the terminal
    /// nothing: not every one would answer.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn redraw(&mut self) -> io::Result<()> {
        execute!(self.out, Clear(ClearType::All))?;
        self.screen = Terminal::new(CrosstermBackend::new(self.out.clone()))?;
        Ok(())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.out.settle(FAREWELL);
        // There is nothing left that could report an error.
        let _ = leave();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
}

fn leave() -> io::Result<()> {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written =
        execute!(io::stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    disable_raw_mode().and(written)
}
