//! The terminal front end: one loop that waits for a key or a frame, lets the machine work, looks
//! and draws.

mod background;
mod device;
mod events;
mod input;
mod named;
pub mod outbox;

use super::front::{Front, Held, Work};
use super::theme::Depth;
use super::{App, Effect, Outside, Record, Scene, Setting, screen};
use crate::backend::Target;
use background::{Background, Heard};
use device::{Device, Signals};
use events::Events;
use std::io;
use std::time::{Duration, Instant};

/// Between two pictures of a running machine.
fn frame_time(app: &App) -> Duration {
    Duration::from_secs(1) / app.settings.number(Setting::Fps).clamp(1, 60) as u32
}

/// Longest wait for a key while nothing runs; signals are looked at in between.
const IDLE: Duration = Duration::from_millis(100);

/// Longest wait while the next turn of a slow run is not due.
const NOT_DUE: Duration = Duration::from_millis(1);

/// Longest wait while something has changed and the terminal is still at the last picture.
const BUSY: Duration = Duration::from_millis(2);

/// Why the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The user asked for it.
    Asked,
    /// A signal of this number, or the terminal is gone, which is as SIGHUP.
    Signal(u8),
}

/// The number of SIGHUP.
const HANG_UP: u8 = 1;

/// Opens the screen until the user leaves, a signal asks for that, or the terminal is gone.
///
/// # Errors
/// There is no terminal, or it fails.
pub fn run(target: &mut dyn Target, app: &mut App, record: Record, outside: &mut dyn Outside) -> io::Result<Left> {
    let left = on_terminal(target, app, record, outside);
    match left {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Left::Signal(HANG_UP)),
        left => left,
    }
}

fn on_terminal(target: &mut dyn Target, app: &mut App, record: Record, outside: &mut dyn Outside) -> io::Result<Left> {
    let signals = Signals::watch()?;
    let mut device = Device::enter(app.settings.on(Setting::Mouse), app.colours() == Depth::Sixteen)?;
    let asks = !app.settings.is_given(Setting::Theme) && app.colours() != Depth::None;
    let mut background = if asks { device.ask_background()? } else { Background::default() };
    let mut events = Events::read()?;
    let size = device.screen.size()?;
    let start = Instant::now();
    let clock = Box::new(move || start.elapsed());
    let mut front = Front::new(Held::Borrowed(target), Held::Borrowed(app), record, clock);
    front.app.resize((size.width, size.height));
    let mut batch = 1000;
    let panic_at = std::env::var("HSXRAY_PANIC").ok().and_then(|turn| turn.parse().ok());
    loop {
        let frame = Instant::now();
        // A terminal that is slow misses pictures; the machine and the keys do not wait for it.
        if !device.busy()? {
            front.see();
            if let Some(progress) = front.app.coursework.news() {
                outside.keep(progress);
            }
            device.mouse(front.app.settings.on(Setting::Mouse))?;
            let scene = Scene { now: &front.now, view: &front.app.view, theme: &front.app.theme };
            let (focus, shows) = (screen::focus(&scene), front.app.settings.on(Setting::Cursor));
            device.screen.draw(|frame| {
                screen::draw(frame, &scene);
                if let Some(cell) = focus.filter(|_| shows) {
                    frame.set_cursor_position(cell);
                }
            })?;
            if let Some(cell) = focus.filter(|_| !shows) {
                device.stand_on(cell)?;
            }
            if panic_at.is_some_and(|turn| front.now.turn >= turn) {
                panic!("asked for by HSXRAY_PANIC, which tests set");
            }
        }
        loop {
            if let Some(signal) = signals.leave() {
                return Ok(Left::Signal(signal));
            }
            if signals.stops() {
                device.suspend()?;
                front.changed = true;
            }
            // A terminal that is closed need not send a signal, nor refuse a read.
            if !device.there() {
                return Ok(Left::Signal(HANG_UP));
            }
            front.visit(outside);
            let work = front.work(&mut batch, outside);
            if let Some(effect) = front.follow()
                && leave(effect, &mut device, &front.app)?
            {
                return Ok(Left::Asked);
            }
            front.look_at_disk();
            let waiting = device.busy()? && front.changed;
            let due = frame_time(&front.app).saturating_sub(frame.elapsed());
            let wait = match work {
                Work::Idle => IDLE.min(outside.patience()),
                Work::NotDue => due.min(NOT_DUE),
                Work::Runs => Duration::ZERO,
            };
            let mut wait = if waiting { wait.min(BUSY) } else { wait };
            let mut came = false;
            // What arrives together is handled before the next picture.
            while let Some(event) = events.next(wait)? {
                let heard = match background.hear(event) {
                    Heard::Events(events) => events,
                    Heard::Part => Vec::new(),
                    Heard::Whole(light) => {
                        light.into_iter().for_each(|light| front.app.suit(light));
                        Vec::new()
                    }
                };
                for event in heard {
                    if let Some(effect) = input::user_input(event).and_then(|input| front.input(input))
                        && leave(effect, &mut device, &front.app)?
                    {
                        return Ok(Left::Asked);
                    }
                }
                // A step is done before the next key is looked at.
                front.work(&mut batch, outside);
                (came, wait) = (true, Duration::ZERO);
            }
            front.changed |= came;
            if came {
                break;
            }
            if work != Work::Idle && due.is_zero() || front.changed && !device.busy()? {
                break;
            }
        }
    }
}

/// Does with the terminal what an effect asks for; true if that is to leave it.
fn leave(effect: Effect, device: &mut Device, app: &App) -> io::Result<bool> {
    match effect {
        Effect::Quit => return Ok(true),
        Effect::Suspend => device.suspend()?,
        Effect::Redraw => device.redraw()?,
        Effect::Copy(text) if app.settings.on(Setting::Clipboard) => device.copy(&text, app.in_tmux())?,
        _ => {}
    }
    Ok(false)
}
