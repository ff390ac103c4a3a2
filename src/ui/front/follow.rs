//! What a script on the screen does next.

use super::super::app::Effect;
use super::super::keymap;
use super::super::view::{Pause, Tone};
use super::Front;
use crate::command::script::{Line, ScriptStep};

/// Lines of a script that a pause shows again, so that the audience knows what was done.
const SHOWN: usize = 3;

impl Front<'_> {
    /// Does what the script says next; gives back what only the loop at a terminal can do.
    pub fn follow(&mut self) -> Option<Effect> {
        if self.target.position().running || !self.queue.is_empty() || self.app.view.notices.pause.is_some() {
            return None;
        }
        let player = self.app.script.as_mut()?;
        self.changed = true;
        let left = if let Some(key) = player.keys.pop_front() {
            self.press(&key)
        } else if let Some(line) = player.lines.pop_front() {
            self.line(line)
        } else {
            self.app.script = None;
            None
        };
        self.app.break_off();
        left
    }

    fn line(&mut self, line: Line) -> Option<Effect> {
        let app = &mut *self.app;
        let player = app.script.as_mut()?;
        player.at = line.number;
        let told = match &line.step {
            ScriptStep::Pause(text) => {
                let title = format!("{}: Space continues, Esc leaves the script", player.place());
                let done = player.done.split_off(player.done.len().saturating_sub(SHOWN));
                player.done.clear();
                app.view.notices.pause = Some(Pause { title, done, text: text.clone() });
                return None;
            }
            ScriptStep::Commands(line) => line.trim().to_owned(),
            ScriptStep::Keys(keys) => format!("keys {keys}"),
        };
        player.done.push(told.clone());
        app.view.notices.log.push(format!("> {told}"));
        // A line that was typed wrong before is not an error of this one.
        app.view.notices.tone = Tone::Info;
        match line.step {
            ScriptStep::Commands(line) => return self.effect(Effect::Command(line)),
            ScriptStep::Keys(keys) => player.keys = keymap::script(&keys).into(),
            ScriptStep::Pause(_) => {}
        }
        None
    }
}
