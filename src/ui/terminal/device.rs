//! The terminal: entered, left as it was found whatever happens, suspended. Nothing else touches
//! it.

use super::background::Background;
use super::outbox::Outbox;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{Command, cursor, execute};
use ratatui::{Terminal, backend::CrosstermBackend};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// The screen as ratatui draws on it.
pub type Screen = Terminal<CrosstermBackend<Outbox>>;

/// Whether the terminal is ours; the panic hook asks.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Set by signals that ask to leave, or to stop for a while.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// The number of the one that came; 0 for none.
    came: Arc<AtomicUsize>,
    /// SIGTSTP came.
    stop: Arc<AtomicBool>,
}

impl Signals {
    /// Watches for what ends a process by itself, so that the terminal is left first, and for SIGTSTP. SIGINT, SIGQUIT and
    /// SIGTSTP come from outside: the keys for them are keys here.
    ///
    /// # Errors
    /// The system refuses a handler.
    #[cfg(unix)]
    pub fn watch() -> io::Result<Signals> {
        use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2};
        let signals = Signals::default();
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM] {
            signal_hook::flag::register_usize(signal, Arc::clone(&signals.came), signal as usize)?;
        }
        signal_hook::flag::register(SIGTSTP, Arc::clone(&signals.stop))?;
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

    /// The number of the signal that has come.
    #[must_use]
    pub fn leave(&self) -> Option<u8> {
        u8::try_from(self.came.load(Ordering::Relaxed)).ok().filter(|signal| *signal > 0)
    }

    /// Whether SIGTSTP has come since this was asked last.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.stop.swap(false, Ordering::Relaxed)
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
    /// Enters the terminal, and has a panic leave it before it is reported. One with sixteen colours knows them by
    /// codes of their own.
    ///
    /// # Errors
    /// There is no terminal, or it refuses.
    pub fn enter(mouse: bool, sixteen: bool) -> io::Result<Device> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            let text = "the debugger needs a terminal; hsxray --plain works line by line, hsxray batch runs commands and hsxray shot draws the screen without one";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        let out = Outbox::new(io::stdout(), sixteen)?;
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
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
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

    /// Asks the terminal whether it is light or dark.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn ask_background(&mut self) -> io::Result<Background> {
        Background::ask(&mut self.out)
    }

    /// Puts the hidden cursor on a cell: braille displays and magnifiers follow it.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn stand_on(&mut self, (x, y): (u16, u16)) -> io::Result<()> {
        execute!(self.out, cursor::MoveTo(x, y))
    }

    /// Whether the terminal is there: a closed one says no longer that it is a terminal.
    #[must_use]
    pub fn there(&self) -> bool {
        io::stdin().is_terminal()
    }

    /// Puts a text into the clipboard of the terminal (OSC 52), as far as it has one; in tmux also into that of the
    /// terminal around it, as far as tmux passes that on.
    ///
    /// # Errors
    /// The terminal refuses.
    pub fn copy(&mut self, text: &str, tmux: bool) -> io::Result<()> {
        let copy = CopyToClipboard::to_clipboard_from(text);
        if tmux {
            let mut sequence = String::new();
            copy.write_ansi(&mut sequence).map_err(io::Error::other)?;
            write!(self.out, "\x1BPtmux;{}\x1B\\", sequence.replace('\x1B', "\x1B\x1B"))?;
        }
        execute!(self.out, copy)
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
