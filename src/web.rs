//! The front end for a page in a browser: the screen of the terminal, with keys, clicks and pictures as plain values.
//! Nothing here knows a browser; `web/` does, and hands over what its events say.

#[cfg(any(test, not(feature = "host-files")))]
mod assembled;
#[cfg(not(feature = "host-files"))]
mod files;
mod keys;
mod opening;
mod rows;

#[cfg(any(test, not(feature = "host-files")))]
pub use assembled::Mark;
#[cfg(not(feature = "host-files"))]
pub use files::{give, marks, written};
pub use keys::{Pressed, Touched};
pub use opening::{Kept, Opening};
pub use rows::{Picture, Row, Run};

use crate::backend::{Local, Target};
use crate::ui::front::{Clock, Front, Held, UserInput, Work};
use crate::ui::saved_state;
use crate::ui::{App, Effect, Outside, Record, Scene, Setting, screen};
use ratatui::buffer::Buffer;
use serde::Serialize;
use std::rc::Rc;
use std::time::Duration;

/// What the page is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Put a text into the clipboard.
    Copy(String),
    /// The user leaves this session.
    Leave,
    /// Keep the student's progress in lessons.
    Progress(String),
}

/// Nothing outside of the screen acts on the machine.
struct Alone;

impl Outside for Alone {}

/// A screen on a page, and the machine behind it.
pub struct Page {
    front: Front<'static>,
    clock: Rc<dyn Fn() -> Duration>,
    /// The picture that the page shows.
    shown: Buffer,
    /// When it was drawn, by the clock.
    drawn: Duration,
    batch: u64,
    wishes: Vec<Wish>,
}

impl Page {
    /// Opens a screen on a machine.
    ///
    /// # Errors
    /// There is no such demo or lesson, or something of it cannot be read.
    pub fn open(opening: &Opening, kept: &Kept, clock: Clock) -> Result<Page, String> {
        let (app, target) = opening::open(opening, kept)?;
        let clock: Rc<dyn Fn() -> Duration> = clock.into();
        let own = Rc::clone(&clock);
        Ok(Page::of(app, target, clock, Box::new(move || own())))
    }

    fn of(app: App, target: Local, clock: Rc<dyn Fn() -> Duration>, own: Clock) -> Page {
        let target: Box<dyn Target> = Box::new(target);
        Page {
            front: Front::new(Held::Owned(target), Held::Owned(Box::new(app)), Record::default(), own),
            shown: Buffer::default(),
            drawn: clock(),
            clock,
            batch: 1000,
            wishes: Vec::new(),
        }
    }

    /// A key was pressed. False if it means nothing here.
    pub fn key(&mut self, pressed: &Pressed<'_>) -> bool {
        let key = pressed.name(|key| self.front.app.binds(key));
        key.map(|name| self.input(UserInput::Key(name))).is_some()
    }

    /// The mouse or a finger has touched a cell.
    pub fn touch(&mut self, touched: Touched, x: u16, y: u16) {
        self.input(UserInput::Mouse(touched.pointer(x, y)));
    }

    /// A text was pasted.
    pub fn paste(&mut self, text: &str) {
        self.input(UserInput::Paste(text.to_owned()));
    }

    /// The screen has another size, in cells.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.input(UserInput::Resize(columns, rows));
    }

    /// Whether the page is light: colours follow unless the user has set a theme.
    pub fn suit(&mut self, light: bool) {
        self.front.app.suit(light);
        self.front.changed = true;
    }

    /// Carries out a command line.
    pub fn command(&mut self, line: &str) {
        let left = self.front.effect(Effect::Command(line.to_owned()));
        self.wish(left);
        self.front.changed = true;
    }

    fn input(&mut self, input: UserInput) {
        let left = self.front.input(input);
        self.wish(left);
        // A step is done before the next key is looked at.
        self.front.work(&mut self.batch, &mut Alone);
        self.front.changed = true;
    }

    /// Passes on what only the page can do.
    fn wish(&mut self, effect: Option<Effect>) {
        match effect {
            Some(Effect::Copy(text)) if self.front.app.settings.on(Setting::Clipboard) => {
                self.wishes.push(Wish::Copy(text));
            }
            Some(Effect::Quit) => self.wishes.push(Wish::Leave),
            Some(Effect::Redraw) => self.shown = Buffer::default(),
            // A page is not suspended; the other effects are carried out by the screen itself.
            Some(
                Effect::Copy(_)
                | Effect::Suspend
                | Effect::Command(_)
                | Effect::Key(_)
                | Effect::Send(_)
                | Effect::Pause
                | Effect::Complete
                | Effect::Palette(_)
                | Effect::GoOn(_),
            )
            | None => {}
        }
    }

    /// Lets the machine work for about a time; how long the page may wait before it asks again.
    pub fn work(&mut self, time: Duration) -> Duration {
        let start = (self.clock)();
        loop {
            let work = self.front.work(&mut self.batch, &mut Alone);
            let left = self.front.follow();
            self.wish(left);
            self.front.look_at_disk();
            match work {
                Work::Idle => return IDLE,
                Work::NotDue => return NOT_DUE,
                Work::Runs if (self.clock)().saturating_sub(start) >= time => return Duration::ZERO,
                Work::Runs => {}
            }
        }
    }

    /// The rows that differ from those on the page. `None` if nothing has changed, or if it is too early for another picture
    /// of a machine that runs.
    pub fn draw(&mut self) -> Option<Picture> {
        let now = (self.clock)();
        let running = self.front.runs();
        let due = now.saturating_sub(self.drawn) >= self.frame_time();
        if !(self.front.changed || running && due) {
            return None;
        }
        self.drawn = now;
        let want = self.front.app.want();
        self.front.now = self.front.snapshot();
        let snapshot = self.front.now.clone();
        self.front.app.look(&snapshot);
        // A look may show what another look is needed for.
        self.front.changed |= self.front.app.want() != want;
        if let Some(progress) = self.front.app.coursework.news() {
            self.wishes.push(Wish::Progress(progress.write()));
        }
        let scene = Scene { now: &snapshot, view: &self.front.app.view, theme: &self.front.app.theme };
        let size = scene.view.layout.size;
        let buffer = crate::ui::render(&snapshot, scene.view, scene.theme, size);
        let picture = rows::picture(&self.shown, &buffer, screen::cursor(&scene, buffer.area), screen::focus(&scene));
        self.shown = buffer;
        Some(picture)
    }

    /// Between two pictures of a running machine.
    fn frame_time(&self) -> Duration {
        Duration::from_secs(1) / self.front.app.settings.number(Setting::Fps).clamp(1, 60) as u32
    }

    /// What the page is to do, in order; each is given once.
    pub fn wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    /// The picture that the page shows, cell by cell.
    #[must_use]
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// A link that opens this session again; nothing if it does not fit into one, or something runs.
    #[must_use]
    pub fn session(&self) -> Option<String> {
        self.front.moment().ok()
    }

    /// The arrangement of panes and the command history to keep, together with what other windows have kept meanwhile.
    pub fn to_keep(&mut self, there: &str) -> String {
        self.front.app.to_keep(&saved_state::Kept::read(there)).write()
    }
}

/// Longest wait while nothing runs: a flash ends, a file changes.
const IDLE: Duration = Duration::from_millis(100);

/// Longest wait while the next turn of a slow run is not due.
const NOT_DUE: Duration = Duration::from_millis(1);
