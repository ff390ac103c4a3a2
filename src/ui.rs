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
mod keyboard;
pub mod keymap;
pub mod layout;
pub mod lesson;
pub mod marks;
mod overlay;
pub mod pane;
mod pen;
pub mod picture;
pub mod prompt;
pub mod record;
pub mod saved_state;
pub mod screen;
mod screenshot;
mod script_player;
pub mod settings;
pub mod share;
pub mod slider;
pub mod spacing;
pub mod spot;
#[cfg(feature = "terminal")]
pub mod terminal;
pub mod theme;
pub mod view;
pub mod words;

pub use app::{App, Button, Effect, Mouse, Pointer, Surroundings};
pub use lesson::begin_page;
pub use pane::PaneId;
pub use record::Record;
pub use screen::render;
pub use script_player::ScriptPlayer;
pub use settings::{Setting, Settings};
#[cfg(feature = "terminal")]
pub use terminal::{Left, run};
pub use theme::{Palette, Role, Theme};
pub use view::{Scene, View};

use crate::backend::{Snapshot, Target};
use crate::command::{self, Word};
use crate::lesson::Progress;
use front::Front;
use std::sync::Arc;
use std::time::Duration;

/// What the loop needs of the world outside the screen.
pub trait Outside {
    /// Does turns of a run, with inputs that are due; true while it continues.
    fn pump(&mut self, target: &mut dyn Target, turns: u64) -> bool {
        target.pump(turns)
    }

    /// Lets others act on the machine between two turns; whether there is something new to be drawn.
    fn visit(&mut self, target: &mut dyn Target) -> bool {
        let _ = target;
        false
    }

    /// How long others may wait while nothing runs.
    fn patience(&self) -> Duration {
        Duration::MAX
    }

    /// Keeps how far the user has come in lessons.
    fn keep(&mut self, progress: &Progress) {
        let _ = progress;
    }
}

/// A screen without anything outside of it.
struct Alone;

impl Outside for Alone {}

/// Presses keys on a screen without a terminal; runs go to their end.
///
/// # Errors
/// A key that leaves.
pub fn press(app: &mut App, target: &mut dyn Target, keys: &str, now: Arc<Snapshot>) -> Result<Arc<Snapshot>, String> {
    press_keys(app, target, &keymap::script(keys), now, u64::MAX)
}

/// Presses keys, named one by one, on a screen without a terminal; a run goes to its end, or for `millions` of turns.
///
/// # Errors
/// A key that leaves.
pub fn press_keys(
    app: &mut App,
    target: &mut dyn Target,
    keys: &[String],
    now: Arc<Snapshot>,
    millions: u64,
) -> Result<Arc<Snapshot>, String> {
    app.look(&now);
    let mut front = Front::alone(target, app);
    front.settle_all();
    for key in keys {
        for effect in front.app.key(key, &front.now) {
            if front.effect(effect) == Some(Effect::Quit) {
                return Err(format!("{key} leaves"));
            }
            front.finish(&mut Alone, millions);
        }
        front.settle_all();
    }
    Ok(front.now)
}

/// Whether a command is one that only a screen carries out.
#[must_use]
pub fn needs_screen(words: &[Word]) -> bool {
    screen_row(words).is_some()
}

/// The row of a command that only a screen carries out; `None` if the words are another one.
#[must_use]
pub fn screen_row(words: &[Word]) -> Option<&'static command::Command> {
    match command::find(&words.first()?.text)[..] {
        [row] if row.name == "set" => {
            let of_session = |w: &Word| {
                command::SET_OF_SESSION.contains(&w.text.as_str())
                    || settings::find(&w.text).is_ok_and(settings::SettingRow::is_of_session)
            };
            (!words.get(1).is_some_and(of_session)).then_some(row)
        }
        [row] if row.family == command::Family::Screen => Some(row),
        _ => None,
    }
}
