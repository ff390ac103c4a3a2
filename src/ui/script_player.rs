//! A script that the screen plays: one line after the other, while the machine stands and no pause is open.

use super::app::{App, Effect};
use super::view::{Overlay, Tone};
use crate::command::script::Line;
use std::collections::VecDeque;

/// What is left of a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScriptPlayer {
    name: String,
    pub(super) lines: VecDeque<Line>,
    /// Keys of the current line that are still to be pressed.
    pub(super) keys: VecDeque<String>,
    /// The number of the current line.
    pub(super) at: usize,
    /// Lines done since the last pause.
    pub(super) done: Vec<String>,
}

impl ScriptPlayer {
    /// A script by its file's name.
    #[must_use]
    pub fn new(name: String, lines: Vec<Line>) -> ScriptPlayer {
        ScriptPlayer { name, lines: lines.into(), ..ScriptPlayer::default() }
    }

    /// Its name and lines, to play it without a screen.
    #[must_use]
    pub fn into_lines(self) -> (String, VecDeque<Line>) {
        (self.name, self.lines)
    }

    /// A place in it, for messages.
    pub(super) fn place(&self) -> String {
        format!("{}, line {}", self.name, self.at)
    }
}

impl App {
    /// What a key does while a script waits: on, or out of it. `None` if it does what it always does.
    pub(super) fn pause_key(&mut self, key: &str) -> Option<Effect> {
        self.view.notices.pause.as_ref()?;
        match key {
            "Space" | "Enter" => Some(Effect::GoOn(true)),
            "Esc" => Some(Effect::GoOn(false)),
            _ => None,
        }
    }

    /// Continues the script, or leaves it.
    pub(super) fn go_on(&mut self, on: bool) {
        self.view.notices.pause = None;
        (self.view.notices.tone, self.view.notices.message) = (Tone::Info, String::new());
        if let Some(player) = self.script.take_if(|_| !on) {
            self.view.notices.message = format!("{}: the script is left", player.place());
        }
    }

    /// Ends the script if a line of it has failed.
    pub(super) fn break_off(&mut self) -> bool {
        if self.view.notices.pause.is_some() || self.view.notices.tone != Tone::Error {
            return false;
        }
        let Some(player) = self.script.take() else { return false };
        self.view.typing.overlay = Overlay::None;
        self.view.notices.message = format!("{}: {}", player.place(), self.view.notices.message);
        self.view.notices.log.push(self.view.notices.message.clone());
        true
    }
}
