//! The screen and the machine behind it: runs at their pace, events to effects, effects to deeds.

mod flash;
mod follow;

use super::app::{App, Effect, Pointer};
use super::record::Record;
use super::{Done, Outside, commands, complete, execute, visible};
use crate::backend::{Local, Snapshot, Want};
use crate::command::{Word, script, stop_line};
use flash::Flash;
use std::collections::VecDeque;
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

/// The screen and the machine behind it.
pub struct Front {
    /// The screen.
    pub app: App,
    record: Record,
    clock: Clock,
    /// The machine.
    pub target: Local,
    /// What was drawn last.
    pub now: Snapshot,
    /// Commands that wait for a run to end.
    queue: VecDeque<Vec<Word>>,
    line: String,
    /// Something happened that is not on the screen yet.
    pub changed: bool,
    /// Commands have been carried out since `now` was taken.
    stale: bool,
    /// A search was in progress when that was looked at last.
    hunting: bool,
    /// For the pace of a limited rate, and the speed shown.
    pace: Option<Pace>,
    flash: Option<Flash>,
}

/// How far a run has come since when.
struct Pace {
    /// By the front end's clock.
    since: Duration,
    done: u64,
    rate: Option<u64>,
}

impl Front {
    /// A screen before a machine.
    pub fn new(mut target: Local, app: App, record: Record, clock: Clock) -> Front {
        let now = target.look(&Want::default());
        Front {
            app,
            record,
            clock,
            target,
            now,
            queue: VecDeque::new(),
            line: String::new(),
            changed: false,
            stale: false,
            pace: None,
            flash: None,
            hunting: false,
        }
    }

    /// What there is to draw now.
    pub fn snapshot(&mut self) -> Snapshot {
        self.changed = false;
        self.stale = false;
        let speed = self.pace.as_ref().filter(|_| self.target.running()).and_then(|p| {
            let seconds = (self.clock)().saturating_sub(p.since).as_secs_f64();
            (seconds > 0.2).then(|| (p.done as f64 / seconds) as u64)
        });
        let now = Snapshot { speed, ..self.target.look(&self.app.want()) };
        self.app.view.notices.flash = self.flashes(now.turn);
        now
    }

    /// Lets a run continue for a while: at full speed for about a millisecond, else as many turns as the
    /// clock has earned.
    pub fn work(&mut self, batch: &mut u64, outside: &mut dyn Outside) -> Work {
        self.look_at_hunt();
        if !self.target.running() {
            self.keep_flash(0, None);
            self.next_command();
            return if self.target.running() { Work::Runs } else { Work::Idle };
        }
        let rate = self.target.rate;
        if self.pace.as_ref().is_none_or(|p| p.rate != rate) {
            self.pace = Some(Pace { since: (self.clock)(), done: 0, rate });
        }
        let Some(pace) = &mut self.pace else { return Work::Idle };
        let searching = self.target.session().searching();
        let before = self.target.machine().turns();
        match rate {
            None => {
                let start = (self.clock)();
                outside.pump(&mut self.target, *batch);
                // A batch should take about a millisecond, whatever the program does.
                let took = (self.clock)().saturating_sub(start).max(Duration::from_micros(1));
                let fit = *batch as f64 * 1e-3 / took.as_secs_f64();
                *batch = (fit as u64).clamp(*batch / 2, *batch * 2).clamp(1000, 4_000_000);
            }
            Some(hz) => {
                let earned = ((self.clock)().saturating_sub(pace.since).as_secs_f64() * hz as f64) as u64;
                let due = earned.saturating_sub(pace.done);
                if due == 0 {
                    self.keep_flash(0, rate);
                    return Work::NotDue;
                }
                outside.pump(&mut self.target, due);
            }
        }
        // A search goes back in the end.
        let done = self.target.machine().turns().saturating_sub(before);
        pace.done += done;
        self.keep_flash(done, rate);
        self.write_down(searching, done);
        if self.target.running() {
            return Work::Runs;
        }
        self.ended();
        Work::Idle
    }

    /// A search in the background shows its progress, and says when it is over.
    fn look_at_hunt(&mut self) {
        let hunting = self.target.hunting();
        self.changed |= hunting;
        if self.hunting
            && !hunting
            && let Some(hunted) = self.target.hunted()
        {
            self.app.answer(&crate::command::summary(&hunted.progress, hunted.from));
            self.changed = true;
        }
        self.hunting = hunting;
    }

    /// Writes down turns that were done, or a search that has ended.
    fn write_down(&self, searching: bool, done: u64) {
        let session = self.target.session();
        match (searching, session.scheduled()) {
            (true, _) if session.searching() => {}
            (true, _) => self.record.line("reverse-continue"),
            (false, true) => self.record.scheduled_turns(done),
            (false, false) => self.record.turns(session.alone(), done),
        }
    }

    /// A run has ended: say why, continue with the commands that waited.
    fn ended(&mut self) {
        self.pace = None;
        self.changed = true;
        let why = stop_line(&self.target);
        tracing::info!(turn = self.target.machine().turns(), "{}", visible(&why));
        self.app.answer(&why);
        let due = script::due(&mut self.target);
        due.into_iter().rev().for_each(|(words, _)| self.queue.push_front(words));
    }

    /// Carries out a command and writes it down; true if it started a run.
    fn execute(&mut self, words: Vec<Word>) -> bool {
        let line = self.line.clone();
        let Done { started, again } = execute(&mut self.app, &mut self.target, words.clone(), &line, &self.now);
        match (started, again) {
            (true, _) if self.target.session().scheduled() => self.record.schedule(&words),
            (true, _) => {}
            (false, Some(line)) if line.is_empty() => {}
            (false, Some(line)) => self.record.line(&line),
            (false, None) => self.record.command(&words),
        }
        if self.app.break_off() {
            self.queue.clear();
        }
        started
    }

    fn next_command(&mut self) {
        while let Some(words) = self.queue.pop_front() {
            self.changed = true;
            if leaves(&words) {
                self.queue.push_front(words);
                return;
            }
            if self.execute(words) {
                return;
            }
        }
    }

    /// Keys that come faster than pictures must not act on an old one.
    fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            self.now = self.snapshot();
            self.app.look(&self.now);
        }
    }

    /// Handles a key by name; gives back what only the loop can do.
    fn press(&mut self, name: &str) -> Option<Effect> {
        self.refresh();
        tracing::debug!("key {}", visible(name));
        let effects = self.app.key(name, &self.now);
        self.effects(effects)
    }

    /// Handles what the user does; gives back what only the loop can do.
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

    /// Carries effects out in their order; gives back what only the loop can do.
    fn effects(&mut self, effects: Vec<Effect>) -> Option<Effect> {
        let mut left = None;
        for effect in effects {
            left = self.effect(effect).or(left);
        }
        left
    }

    fn effect(&mut self, effect: Effect) -> Option<Effect> {
        self.stale = true;
        match effect {
            Effect::Command(line) => {
                tracing::info!(turn = self.target.machine().turns(), "command: {}", visible(&line));
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
            Effect::GoOn(on) => self.app.go_on(on),
            other => return Some(other),
        }
        None
    }

    /// Carries out commands. While a run is in progress, those that only look or stop are done at once.
    fn begin(&mut self, commands: VecDeque<Vec<Word>>) -> Option<Effect> {
        if commands.front().is_some_and(|words| leaves(words)) {
            return Some(Effect::Quit);
        }
        if !self.target.running() {
            self.queue = commands;
            self.next_command();
            return self.queue.front().is_some_and(|words| leaves(words)).then_some(Effect::Quit);
        }
        for words in commands {
            let was = self.target.running();
            self.execute(words);
            if was && !self.target.running() {
                self.ended();
            }
        }
        None
    }
}
