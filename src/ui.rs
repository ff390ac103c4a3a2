//! The terminal front end: one loop that waits for a key or a frame, lets the machine work, looks
//! and draws.

pub mod action;
pub mod app;
pub mod filter;
pub mod format;
pub mod help;
pub mod kept;
pub mod keymap;
pub mod layout;
pub mod marks;
mod overlay;
pub mod pane;
mod pen;
pub mod picture;
pub mod prompt;
pub mod screen;
pub mod settings;
pub mod terminal;
pub mod theme;
pub mod view;

pub use app::{App, Button, Effect, Mouse, Pointer, Surroundings};
pub use format::{visible, visible_lines};
pub use screen::render;
pub use settings::Settings;
pub use theme::{Palette, Role, Theme};
pub use view::{PaneId, Scene, View};

use crate::command::{self, Reply, Word, stop_line};
use crate::target::{Local, Snapshot, Want};
use ratatui::crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};
use terminal::{Session, Signals};

/// Between two pictures of a running machine.
fn frame_time(app: &App) -> Duration {
    Duration::from_secs(1) / app.settings.number("fps").clamp(1, 60) as u32
}

/// Longest wait for a key while nothing runs; signals are looked at in between.
const IDLE: Duration = Duration::from_millis(100);

/// Does turns of a run; the loop's way to let outside inputs in.
pub type Pump<'p> = dyn FnMut(&mut Local, u64) -> bool + 'p;

/// Opens the screen until the user leaves.
///
/// # Errors
/// There is no terminal, or it fails.
pub fn run(target: Local, app: App, pump: &mut Pump<'_>) -> io::Result<App> {
    let signals = Signals::watch()?;
    let mut session = Session::enter(app.settings.on("mouse"))?;
    let size = session.screen.size()?;
    let mut front = Front::new(target, app);
    front.app.resize((size.width, size.height));
    let mut batch = 1000;
    loop {
        let frame = Instant::now();
        front.now = front.snapshot();
        front.app.look(&front.now);
        session.mouse(front.app.settings.on("mouse"))?;
        session
            .screen
            .draw(|f| screen::draw(f, &Scene { now: &front.now, view: &front.app.view, theme: &front.app.theme }))?;
        if std::env::var_os("HSXRAY_PANIC").is_some() {
            panic!("asked for by HSXRAY_PANIC, which tests set");
        }
        loop {
            if signals.leave() {
                return Ok(front.app);
            }
            let running = front.work(&mut batch, pump);
            let due = frame_time(&front.app).saturating_sub(frame.elapsed());
            let wait = if running { Duration::ZERO } else { IDLE };
            if event::poll(wait.min(if running { due } else { IDLE }))? {
                match front.event(event::read()?) {
                    Some(Effect::Quit) => return Ok(front.app),
                    Some(Effect::Suspend) => session.suspend()?,
                    Some(Effect::Redraw) => session.redraw()?,
                    Some(Effect::Copy(text)) if front.app.settings.on("clipboard") => session.copy(&text)?,
                    _ => {}
                }
                // What has arrived in the meantime is handled before the next picture.
                if !event::poll(Duration::ZERO)? {
                    break;
                }
                continue;
            }
            if running && due.is_zero() || front.changed {
                break;
            }
        }
    }
}

/// Presses keys on a screen without a terminal; runs go to their end.
///
/// # Errors
/// A key that leaves.
pub fn press(app: &mut App, target: &mut Local, keys: &str, now: Snapshot) -> Result<Snapshot, String> {
    let mut now = now;
    app.look(&now);
    for key in keymap::script(keys) {
        for effect in app.key(&key, &now) {
            match effect {
                Effect::Command(line) => {
                    let mut queue = commands(app, &line);
                    while let Some(words) = queue.pop_front() {
                        if execute(app, target, words, &line, &now) {
                            while target.pump(1_000_000) {}
                            app.answer(&stop_line(target));
                        }
                    }
                }
                Effect::Complete => complete(app, target),
                Effect::Palette(all) => app.open_palette(all, &now),
                Effect::Copy(_) => {}
                Effect::Pause => target.pause(),
                Effect::Quit => return Err(format!("{key} leaves")),
                Effect::Redraw | Effect::Suspend => {}
            }
        }
        now = target.look(&Want::default());
        app.look(&now);
    }
    Ok(now)
}

/// The commands of a line; an error in it is shown.
fn commands(app: &mut App, line: &str) -> VecDeque<Vec<Word>> {
    match command::split(line) {
        Ok(commands) => commands.into(),
        Err(e) => {
            app.fail(&e.message, line, e.column);
            VecDeque::new()
        }
    }
}

/// Carries out a command and shows its answer; true if it started a run. What a run stands in the
/// way of is done between two of its turns.
fn execute(app: &mut App, target: &mut Local, words: Vec<Word>, line: &str, now: &Snapshot) -> bool {
    if let Some(row) = screen_row(&words) {
        if let Err(e) = app.screen_command(row.name, &words, now) {
            app.fail(&e.message, line, e.column);
        }
        return false;
    }
    let mut result = command::execute(target, app.view.selected, words.clone());
    if result.as_ref().is_err_and(|e| e.busy) {
        target.between_turns(|target| result = command::execute(target, app.view.selected, words));
    }
    match result {
        Ok(Reply { started: true, .. }) => return true,
        Ok(reply) => app.answer(&reply.text),
        Err(e) => app.fail(&e.message, line, e.column),
    }
    false
}

/// The row of a command that only a screen carries out.
fn screen_row(words: &[Word]) -> Option<&'static command::Command> {
    match command::find(&words.first()?.text)[..] {
        // What is no setting of the screen's is one of the session's.
        [row] if row.name == "set" => words.get(1).is_none_or(|w| settings::find(&w.text).is_ok()).then_some(row),
        [row] if row.family == command::Family::Screen => Some(row),
        _ => None,
    }
}

fn complete(app: &mut App, target: &Local) {
    if let view::Overlay::Prompt(prompt) = &app.view.overlay {
        let found = command::complete(target, &prompt.text[..prompt.cursor]);
        app.complete(found);
    }
}

/// What a mouse event means, if anything.
fn pointer(event: MouseEvent) -> Option<Pointer> {
    let what = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Press(Button::Left),
        MouseEventKind::Down(MouseButton::Right) => Mouse::Press(Button::Right),
        MouseEventKind::Drag(MouseButton::Left) => Mouse::Drag,
        MouseEventKind::Up(_) => Mouse::Release,
        MouseEventKind::ScrollDown => Mouse::Wheel(3),
        MouseEventKind::ScrollUp => Mouse::Wheel(-3),
        _ => return None,
    };
    Some(Pointer { what, x: event.column, y: event.row })
}

/// The screen and the machine behind it.
struct Front {
    app: App,
    target: Local,
    now: Snapshot,
    /// Commands that wait for a run to end.
    queue: VecDeque<Vec<Word>>,
    line: String,
    /// Something happened that is not on the screen yet.
    changed: bool,
    /// Commands have been carried out since `now` was taken.
    stale: bool,
    /// For the pace of a limited rate, and the speed shown.
    pace: Option<Pace>,
}

/// How far a run has come since when.
struct Pace {
    since: Instant,
    done: u64,
    rate: Option<u64>,
}

impl Front {
    fn new(mut target: Local, app: App) -> Front {
        let now = target.look(&Want::default());
        Front {
            app,
            target,
            now,
            queue: VecDeque::new(),
            line: String::new(),
            changed: false,
            stale: false,
            pace: None,
        }
    }

    fn snapshot(&mut self) -> Snapshot {
        self.changed = false;
        self.stale = false;
        let speed = self.pace.as_ref().filter(|_| self.target.running()).and_then(|p| {
            let seconds = p.since.elapsed().as_secs_f64();
            (seconds > 0.2).then(|| (p.done as f64 / seconds) as u64)
        });
        Snapshot { speed, ..self.target.look(&Want::default()) }
    }

    /// Lets a run go on for a while: at full speed for about a millisecond, else as many turns as the
    /// wall clock has earned. True while it goes on.
    fn work(&mut self, batch: &mut u64, pump: &mut Pump<'_>) -> bool {
        if !self.target.running() {
            self.next_command();
            return self.target.running();
        }
        let rate = self.target.rate;
        if self.pace.as_ref().is_none_or(|p| p.rate != rate) {
            self.pace = Some(Pace { since: Instant::now(), done: 0, rate });
        }
        let Some(pace) = &mut self.pace else { return false };
        let before = self.target.machine().turns();
        match rate {
            None => {
                let start = Instant::now();
                pump(&mut self.target, *batch);
                // A batch should take about a millisecond, whatever the program does.
                let took = start.elapsed().max(Duration::from_micros(1));
                let fit = *batch as f64 * 1e-3 / took.as_secs_f64();
                *batch = (fit as u64).clamp(*batch / 2, *batch * 2).clamp(1000, 4_000_000);
            }
            Some(hz) => {
                let earned = (pace.since.elapsed().as_secs_f64() * hz as f64) as u64;
                let due = earned.saturating_sub(pace.done);
                if due > 0 {
                    pump(&mut self.target, due);
                } else {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        }
        pace.done += self.target.machine().turns() - before;
        if self.target.running() {
            return true;
        }
        self.ended();
        false
    }

    /// A run has ended: say why, go on with the commands that waited.
    fn ended(&mut self) {
        self.pace = None;
        self.changed = true;
        self.app.answer(&stop_line(&self.target));
    }

    fn next_command(&mut self) {
        while let Some(words) = self.queue.pop_front() {
            self.changed = true;
            let line = self.line.clone();
            if words.first().is_some_and(|w| matches!(w.text.as_str(), "quit" | "q" | "exit")) {
                self.queue.push_front(words);
                return;
            }
            if execute(&mut self.app, &mut self.target, words, &line, &self.now) {
                return;
            }
        }
    }

    /// Handles an event; gives back what only the loop can do.
    fn event(&mut self, event: Event) -> Option<Effect> {
        // Keys that come faster than pictures must not act on an old one.
        if std::mem::take(&mut self.stale) {
            self.now = self.snapshot();
            self.app.look(&self.now);
        }
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let name = keymap::name(&key)?;
                let effects = self.app.key(&name, &self.now);
                effects.into_iter().filter_map(|e| self.effect(e)).next_back()
            }
            Event::Mouse(event) => {
                let effects = self.app.mouse(pointer(event)?, &self.now);
                effects.into_iter().filter_map(|e| self.effect(e)).next_back()
            }
            Event::Paste(text) => {
                self.app.paste(&text);
                None
            }
            Event::Resize(width, height) => {
                self.app.resize((width, height));
                None
            }
            _ => None,
        }
    }

    fn effect(&mut self, effect: Effect) -> Option<Effect> {
        self.stale = true;
        match effect {
            Effect::Command(line) => {
                let commands = commands(&mut self.app, &line);
                self.line = line;
                return self.begin(commands);
            }
            Effect::Pause => {
                self.queue.clear();
                self.target.pause();
                self.ended();
            }
            Effect::Complete => complete(&mut self.app, &self.target),
            Effect::Palette(all) => self.app.open_palette(all, &self.now),
            other => return Some(other),
        }
        None
    }

    /// Carries out commands. While a run goes on, those that only look or stop are done at once.
    fn begin(&mut self, commands: VecDeque<Vec<Word>>) -> Option<Effect> {
        let leaves =
            |words: &Vec<Word>| words.first().is_some_and(|w| matches!(w.text.as_str(), "quit" | "q" | "exit"));
        if commands.front().is_some_and(leaves) {
            return Some(Effect::Quit);
        }
        if !self.target.running() {
            self.queue = commands;
            self.next_command();
            return self.queue.front().is_some_and(leaves).then_some(Effect::Quit);
        }
        for words in commands {
            let line = self.line.clone();
            let was = self.target.running();
            execute(&mut self.app, &mut self.target, words, &line, &self.now);
            if was && !self.target.running() {
                self.ended();
            }
        }
        None
    }
}
