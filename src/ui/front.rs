//! The screen and the machine behind it: runs at their pace, events to effects, effects carried out.

mod carry_out;
mod changed;
mod evidence;
mod exercise;
mod flash;
mod follow;
mod held;
mod pace;

pub use held::Held;

use super::Outside;
use super::app::{App, Effect, Pointer};
use super::record::Record;
use crate::backend::{Snapshot, Target, Want};
use crate::command::{self, Word, script, stop_line};
use crate::lesson::TaskIndex;
use crate::text::visible;
use flash::Flash;
use pace::Pace;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// The time since some moment: the front end of a terminal reads the system's clock, that of a page the browser's.
pub type Clock = Box<dyn Fn() -> Duration>;

/// What the user does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserInput {
    /// Presses a key, by its name in the key table.
    Key(String),
    /// Moves or presses the mouse.
    Mouse(Pointer),
    /// Pastes a text.
    Paste(String),
    /// Gives the screen another size: columns, lines.
    Resize(u16, u16),
}

/// What a run does between two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing runs.
    Idle,
    /// The next turn of a run at a limited rate is not due yet.
    NotDue,
    /// A run continues.
    Runs,
}

/// Whether a command asks to leave.
fn leaves(words: &[Word]) -> bool {
    words.first().is_some_and(|w| matches!(w.text.as_str(), "quit" | "q" | "exit"))
}

/// A command that waits: its words, and the line they stand in.
struct Waiting {
    words: Vec<Word>,
    line: Arc<str>,
    /// A key has asked for it: a step may be held back until it is said what it will change.
    by_key: bool,
    /// It is a command of a stop: the turn up to which it may run.
    until: Option<u64>,
}

/// The screen and the machine behind it: the one loop that carries out effects.
pub struct Front<'t> {
    /// The screen.
    pub app: Held<'t, App>,
    record: Record,
    clock: Clock,
    target: Held<'t, dyn Target + 't>,
    /// The machine as it was looked at last.
    pub now: Arc<Snapshot>,
    /// Commands that wait for a run to end.
    queue: VecDeque<Waiting>,
    /// The turn up to which the run under way may go, where a command of a stop has asked for it.
    until: Option<u64>,
    /// Something happened that is not on the screen yet.
    pub changed: bool,
    /// Something has been carried out since `now` was taken.
    stale: bool,
    /// A search over schedules was under way when that was looked at last.
    exploring: bool,
    /// For the pace of a limited rate, and the speed shown.
    pace: Option<Pace>,
    flash: Option<Flash>,
    on_disk: changed::OnDisk,
    written: exercise::Written,
    /// Tasks of a lesson that were done, with their turns, of which no recording is kept yet.
    done: Vec<(TaskIndex, u64)>,
    /// What a command has for the clipboard.
    copied: Option<String>,
}

/// Pictures that may have to be looked at until nothing is found out in the background any more.
const LOOKS: usize = 4;

impl<'t> Front<'t> {
    /// A screen before a machine.
    pub fn new(mut target: Held<'t, dyn Target + 't>, app: Held<'t, App>, record: Record, clock: Clock) -> Front<'t> {
        let now = target.look(&Want::default());
        record.programs(&*target);
        Front {
            app,
            record,
            clock,
            target,
            now,
            queue: VecDeque::new(),
            until: None,
            // Nothing is drawn yet, and the terminal may be busy with what it was asked at its start.
            changed: true,
            stale: false,
            pace: None,
            flash: None,
            on_disk: changed::OnDisk::default(),
            written: exercise::Written::default(),
            done: Vec::new(),
            exploring: false,
            copied: None,
        }
    }

    /// A screen that nothing is written down for and no time passes for.
    pub(super) fn alone(target: &'t mut dyn Target, app: &'t mut App) -> Front<'t> {
        Front::new(Held::Borrowed(target), Held::Borrowed(app), Record::default(), Box::new(|| Duration::ZERO))
    }
}

impl Front<'_> {
    /// What there is to draw now.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        self.changed = false;
        self.stale = false;
        let running = self.target.position().running;
        let speed = self.pace.as_ref().filter(|_| running).and_then(|p| {
            let seconds = (self.clock)().saturating_sub(p.since).as_secs_f64();
            (seconds > 0.2).then(|| (p.done as f64 / seconds) as u64)
        });
        let mut now = self.target.look(&self.app.want());
        if speed.is_some() {
            Arc::make_mut(&mut now).speed = speed;
        }
        self.app.view.notices.flash = self.flashes(now.turn);
        now
    }

    /// Looks at the machine; again where what is seen has led elsewhere, such as to the task that a run has stopped in.
    pub fn see(&mut self) {
        for _ in 0..2 {
            let want = self.app.want();
            self.now = self.snapshot();
            self.app.look(&self.now);
            if self.app.want() == want {
                return;
            }
        }
    }

    /// Looks until what is on the screen asks for nothing else.
    pub fn settle(&mut self) {
        let mut want = self.app.want();
        loop {
            self.now = self.target.look(&want);
            self.stale = false;
            self.app.look(&self.now);
            let then = std::mem::replace(&mut want, self.app.want());
            self.keep_evidence();
            // Tasks of a lesson get done one after the other: their number is small.
            if then.asks == want.asks && then.explain == want.explain {
                return;
            }
        }
    }

    /// The same, and waits for what is found out in the background: for keys that are not typed by a person.
    pub fn settle_all(&mut self) {
        self.settle();
        for _ in 0..LOOKS {
            if !self.target.position().settling {
                return;
            }
            self.target.settle();
            self.settle();
        }
    }

    /// Whether the machine runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.target.position().running
    }

    /// Does runs and the commands that wait for them to their ends, each run for at most `millions` of turns.
    pub fn finish(&mut self, outside: &mut dyn Outside, millions: u64) {
        loop {
            if self.target.position().running {
                if (0..millions).all(|_| outside.pump(&mut *self.target, 1_000_000)) {
                    self.pause();
                    self.app.fail(&format!("this does not end within {millions} million turns"), "", None);
                }
                self.ended();
            } else if !self.next_command() {
                return self.finish_judging();
            }
        }
    }

    /// Lets those outside of the screen act on the machine.
    pub fn visit(&mut self, outside: &mut dyn Outside) {
        self.changed |= outside.visit(&mut *self.target);
    }

    /// Lets a run continue for about a millisecond; at a limited rate for the turns that are due, if they are fewer.
    pub fn work(&mut self, batch: &mut u64, outside: &mut dyn Outside) -> Work {
        let before = self.target.position();
        self.look_at_search(before.exploring);
        // What can come of the run shows as soon as it is known.
        self.changed |= before.settling;
        if !before.running {
            self.keep_flash(0, None);
            self.next_commands();
            return if self.target.position().running { Work::Runs } else { Work::Idle };
        }
        if self.pace.as_ref().is_none_or(|p| p.rate != before.rate) {
            self.pace = Some(Pace { since: (self.clock)(), done: 0, dropped: 0, rate: before.rate });
        }
        let Some(pace) = &mut self.pace else { return Work::Idle };
        let start = (self.clock)();
        let rate = before.rate.filter(|_| before.looking.is_none());
        let due = rate.map_or(u64::MAX, |hz| pace.due(start, hz));
        if due == 0 {
            self.keep_flash(0, before.rate);
            return Work::NotDue;
        }
        outside.pump(&mut *self.target, due.min(*batch));
        if due >= *batch {
            // A batch should take about a millisecond, whatever the program does.
            let took = (self.clock)().saturating_sub(start).max(Duration::from_micros(1));
            let fit = *batch as f64 * 1e-3 / took.as_secs_f64();
            *batch = (fit as u64).clamp(*batch / 2, *batch * 2).clamp(1000, 4_000_000);
        }
        let after = self.target.position();
        // A search goes back in the end.
        let done = after.turn.saturating_sub(before.turn);
        pace.done += done;
        self.changed |= before.looking.is_some();
        self.keep_flash(done, before.rate);
        self.record.ran(before, after);
        if after.running {
            return Work::Runs;
        }
        self.ended();
        Work::Idle
    }

    /// A search in the background shows while it is under way, and says when it is over.
    fn look_at_search(&mut self, exploring: bool) {
        self.changed |= exploring;
        if self.exploring && !exploring {
            let now = self.target.look(&Want { hunt: true, ..Want::numbers() });
            if let Some(hunted) = &now.hunted {
                self.app.answer(&command::summary(&hunted.progress, hunted.from));
            }
            self.changed = true;
        }
        self.exploring = exploring;
    }

    /// A run has ended: say why, and do its stop's commands before those that waited. Of a request for which the past
    /// was looked through the answer is there.
    fn ended(&mut self) {
        self.pace = None;
        self.changed = true;
        if let Some(found) = command::found(&mut *self.target) {
            self.stale = true;
            match found {
                Ok(reply) => self.take_in(&reply),
                Err(e) => self.app.fail(&e.message, "", e.column),
            }
            return self.broken_off();
        }
        let now = self.target.look(&Want { trace: 64, console: 0, ..Want::default() });
        now.logged.iter().for_each(|line| self.app.answer(line));
        let why = stop_line(&now);
        tracing::info!(turn = now.turn, "{}", visible(&why));
        self.app.answer(&why);
        for script::Due { words, line, until } in script::due(&now, self.until.take()).into_iter().rev() {
            self.queue.push_front(Waiting { words, line, by_key: false, until: Some(until) });
        }
    }

    /// Stops a run, or gives a search of the past up.
    fn pause(&mut self) {
        let paused = self.target.send(crate::backend::request::Run::Pause.into());
        if let Err(e) = paused {
            self.app.fail(&e.to_string(), "", None);
        }
    }

    /// Carries out the commands that wait, up to one that starts a run.
    fn next_commands(&mut self) {
        while !self.target.position().running && self.next_command() {}
    }

    /// Carries out the command that has waited longest; false if there is none, or if it asks to leave.
    fn next_command(&mut self) -> bool {
        if self.queue.front().is_none_or(|waiting| leaves(&waiting.words)) {
            return false;
        }
        self.changed = true;
        if let Some(waiting) = self.queue.pop_front() {
            self.command(waiting);
        }
        true
    }

    /// Keys that come faster than pictures must not act on an old one.
    fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            self.see();
        }
    }

    /// Handles a key by name; gives back what only the loop at a terminal can do.
    fn press(&mut self, name: &str) -> Option<Effect> {
        self.refresh();
        tracing::debug!("key {}", visible(name));
        let effects = self.app.key(name, &self.now);
        self.effects(effects)
    }

    /// Handles what the user does; gives back what only the loop at a terminal can do.
    pub fn input(&mut self, input: UserInput) -> Option<Effect> {
        self.refresh();
        match input {
            UserInput::Key(name) => return self.press(&name),
            UserInput::Mouse(pointer) => {
                let effects = self.app.mouse(pointer, &self.now);
                return self.effects(effects);
            }
            UserInput::Paste(text) => self.app.paste(&text),
            UserInput::Resize(width, height) => {
                tracing::debug!("screen of {width}x{height}");
                self.app.resize((width, height));
            }
        }
        None
    }

    /// Carries effects out in their order; gives back what only the loop at a terminal can do.
    fn effects(&mut self, effects: Vec<Effect>) -> Option<Effect> {
        let mut left = None;
        for effect in effects {
            left = self.effect(effect).or(left);
        }
        left
    }
}
