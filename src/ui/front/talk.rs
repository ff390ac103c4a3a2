//! A script that is followed on the screen: a line after the other, while nothing runs and nobody reads.

use super::super::app::{App, Effect};
use super::super::keymap;
use super::super::view::{Overlay, Pause, Tone};
use super::Front;
use crate::command::script::{Line, Step};
use std::collections::VecDeque;

/// Lines of a script that a pause shows again, so that who watches knows what was done.
const SHOWN: usize = 3;

/// What is left of a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Talk {
    name: String,
    lines: VecDeque<Line>,
    /// Keys of the current line that are still to be pressed.
    keys: VecDeque<String>,
    /// The number of the current line.
    at: usize,
    /// Lines done since the last pause.
    done: Vec<String>,
}

impl Talk {
    /// A script by its file's name.
    #[must_use]
    pub fn new(name: String, lines: Vec<Line>) -> Talk {
        Talk { name, lines: lines.into(), ..Talk::default() }
    }

    /// Its lines, for those who follow it without a screen.
    #[must_use]
    pub fn into_lines(self) -> (String, VecDeque<Line>) {
        (self.name, self.lines)
    }

    /// A place in it, for messages.
    fn place(&self) -> String {
        format!("{}, line {}", self.name, self.at)
    }
}

impl App {
    /// What a key does while a script waits: on, or out of it. `None` if it does what it always does.
    pub(in super::super) fn pause_key(&mut self, key: &str) -> Option<Effect> {
        self.view.pause.as_ref()?;
        match key {
            "Space" | "Enter" => Some(Effect::GoOn(true)),
            "Esc" => Some(Effect::GoOn(false)),
            _ => None,
        }
    }

    /// Goes on with the script, or leaves it.
    pub(super) fn go_on(&mut self, on: bool) {
        self.view.pause = None;
        (self.view.tone, self.view.message) = (Tone::Info, String::new());
        if let Some(talk) = self.talk.take_if(|_| !on) {
            self.view.message = format!("{}: the script is left", talk.place());
        }
    }

    /// Ends the script if a line of it has failed.
    pub(super) fn break_off(&mut self) -> bool {
        if self.view.pause.is_some() || self.view.tone != Tone::Error {
            return false;
        }
        let Some(talk) = self.talk.take() else { return false };
        self.view.overlay = Overlay::None;
        self.view.message = format!("{}: {}", talk.place(), self.view.message);
        self.view.log.push(self.view.message.clone());
        true
    }
}

impl Front {
    /// Does what the script says next; gives back what only the loop can do.
    pub fn follow(&mut self) -> Option<Effect> {
        if self.target.running() || !self.queue.is_empty() || self.app.view.pause.is_some() {
            return None;
        }
        let talk = self.app.talk.as_mut()?;
        self.changed = true;
        let left = if let Some(key) = talk.keys.pop_front() {
            self.press(&key)
        } else if let Some(line) = talk.lines.pop_front() {
            self.line(line)
        } else {
            self.app.talk = None;
            None
        };
        self.app.break_off();
        left
    }

    fn line(&mut self, line: Line) -> Option<Effect> {
        let talk = self.app.talk.as_mut()?;
        talk.at = line.number;
        let told = match &line.step {
            Step::Pause(text) => {
                let title = format!("{}: Space goes on, Esc leaves the script", talk.place());
                let done = talk.done.split_off(talk.done.len().saturating_sub(SHOWN));
                talk.done.clear();
                self.app.view.pause = Some(Pause { title, done, text: text.clone() });
                return None;
            }
            Step::Commands(line) => line.trim().to_owned(),
            Step::Keys(keys) => format!("keys {keys}"),
        };
        talk.done.push(told.clone());
        self.app.view.log.push(format!("> {told}"));
        // What somebody typed wrong before is no fault of this line.
        self.app.view.tone = Tone::Info;
        match line.step {
            Step::Commands(line) => return self.effect(Effect::Command(line)),
            Step::Keys(keys) => talk.keys = keymap::script(&keys).into(),
            Step::Pause(_) => {}
        }
        None
    }
}
