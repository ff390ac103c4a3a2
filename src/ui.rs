//! The screen: panes drawn from a snapshot, and what keys, clicks and commands do with them. Only `terminal`, which is
//! left out without the feature of that name, knows a terminal and the system's clock.

pub mod action;
pub mod app;
mod bar;
pub mod filter;
pub mod format;
mod frame;
pub mod front;
pub mod help;
pub mod kept;
pub mod keymap;
pub mod layout;
pub mod lesson;
pub mod marks;
mod moment;
mod overlay;
pub mod pane;
mod pen;
pub mod picture;
pub mod prompt;
pub mod record;
pub mod screen;
mod script_player;
pub mod settings;
pub mod slider;
pub mod spacing;
pub mod spot;
#[cfg(feature = "terminal")]
pub mod terminal;
pub mod theme;
pub mod view;

pub use app::{App, Button, Effect, Mouse, Pointer, Surroundings};
pub use format::{visible, visible_lines};
pub use lesson::begin_page;
pub use pane::PaneId;
pub use record::Record;
pub use screen::render;
pub use script_player::ScriptPlayer;
pub use settings::Settings;
#[cfg(feature = "terminal")]
pub use terminal::{Ended, run};
pub use theme::{Palette, Role, Theme};
pub use view::{Scene, View};

use crate::backend::{Local, Snapshot};
use crate::command::{self, Reply, Word, stop_line};
use crate::lesson::Progress;
use std::collections::VecDeque;

/// What the loop needs of the world outside the screen.
pub trait Outside {
    /// Does turns of a run, with inputs that are due; true while it continues.
    fn pump(&mut self, target: &mut Local, turns: u64) -> bool;

    /// Keeps how far the user has come in lessons.
    fn keep(&mut self, progress: &Progress) {
        let _ = progress;
    }
}

/// Presses keys on a screen without a terminal; runs go to their end.
///
/// # Errors
/// A key that leaves.
pub fn press(app: &mut App, target: &mut Local, keys: &str, now: Snapshot) -> Result<Snapshot, String> {
    press_keys(app, target, &keymap::script(keys), now, u64::MAX)
}

/// Presses keys, named one by one, on a screen without a terminal; a run goes to its end, or for about `most` turns.
///
/// # Errors
/// A key that leaves.
pub fn press_keys(
    app: &mut App,
    target: &mut Local,
    keys: &[String],
    now: Snapshot,
    most: u64,
) -> Result<Snapshot, String> {
    app.look(&now);
    let mut now = settle(app, target);
    for key in keys {
        for effect in app.key(key, &now) {
            match effect {
                Effect::Command(line) => {
                    let mut queue = commands(app, &line);
                    while let Some(words) = queue.pop_front() {
                        if execute(app, target, words, &line, &now).started {
                            run_out(target, most);
                            app.answer(&stop_line(target));
                            let due = command::script::due(target);
                            due.into_iter().rev().for_each(|(words, _)| queue.push_front(words));
                        }
                    }
                }
                Effect::Complete => complete(app, target),
                Effect::Palette(all) => app.open_palette(all, &now),
                Effect::Copy(_) => {}
                Effect::Pause => target.pause(),
                Effect::Quit => return Err(format!("{key} leaves")),
                Effect::Redraw | Effect::Suspend | Effect::GoOn(_) => {}
            }
        }
        now = settle(app, target);
    }
    Ok(now)
}

/// Lets a run go to its end, or for about so many turns.
fn run_out(target: &mut Local, most: u64) {
    const SLICE: u64 = 1_000_000;
    let mut left = most;
    while target.pump(SLICE.min(left)) {
        left = left.saturating_sub(SLICE);
        if left == 0 {
            target.pause();
        }
    }
}

/// Looks until what is on the screen asks for nothing else.
fn settle(app: &mut App, target: &mut Local) -> Snapshot {
    let mut want = app.want();
    loop {
        let now = target.look(&want);
        app.look(&now);
        let then = std::mem::replace(&mut want, app.want());
        // Tasks of a lesson get done one after the other: their number is bounded.
        if then.asks == want.asks && then.explain == want.explain {
            return now;
        }
    }
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

/// What a command has done to the machine.
#[derive(Default)]
struct Done {
    /// It has started a run.
    started: bool,
    /// The line that does it again, where that is not its own.
    again: Option<String>,
}

/// Carries out a command and shows its answer. What a run prevents is done between two of
/// its turns.
fn execute(app: &mut App, target: &mut Local, words: Vec<Word>, line: &str, now: &Snapshot) -> Done {
    if let [row] = command::find(words.first().map_or("", |w| w.text.as_str()))[..] {
        let rest = words.iter().skip(1).map(|w| format!(" {}", w.text));
        app.deed(&format!("{}{}", row.name, rest.collect::<String>()));
    }
    if let Some(row) = screen_row(&words) {
        let done = match row.name {
            "shot" => moment::shot(app, target, &words),
            name => app.screen_command(name, &words, now),
        };
        if let Err(e) = done {
            app.fail(&e.message, line, e.column);
        }
        begin_page(app, target);
        let due = app.take_due().and_then(|line| commands(app, &line).pop_front());
        return due.map_or_else(Done::default, |words| execute(app, target, words, line, now));
    }
    let mut result = command::execute(target, app.view.selected, words.clone());
    if result.as_ref().is_err_and(|e| e.busy) {
        target.between_turns(|target| result = command::execute(target, app.view.selected, words));
    }
    match result {
        Ok(Reply { started: true, .. }) => Done { started: true, again: None },
        Ok(reply) => {
            app.answer(&reply.text);
            app.look_at(reply.show, now);
            Done { started: false, again: reply.again }
        }
        Err(e) => {
            app.fail(&e.message, line, e.column);
            Done::default()
        }
    }
}

/// Whether a command is one that only a screen carries out.
#[must_use]
pub fn needs_screen(words: &[Word]) -> bool {
    screen_row(words).is_some()
}

/// The row of a command that only a screen carries out.
fn screen_row(words: &[Word]) -> Option<&'static command::Command> {
    match command::find(&words.first()?.text)[..] {
        // What is not a setting of the screen is one of the session.
        [row] if row.name == "set" => words.get(1).is_none_or(|w| settings::find(&w.text).is_ok()).then_some(row),
        [row] if row.family == command::Family::Screen => Some(row),
        _ => None,
    }
}

fn complete(app: &mut App, target: &Local) {
    if let view::Overlay::Prompt(prompt) = &app.view.typing.overlay {
        let found = command::complete(target, &prompt.text[..prompt.cursor]);
        app.complete(found);
    }
}
