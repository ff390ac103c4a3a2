//! Commands that need a screen: views, panes, settings.

pub(super) use super::super::words::wrong;
use super::super::words::{desk, own_desk, pane, wrong_setting};
use super::App;
use crate::backend::Snapshot;
use crate::command::{CommandError, Word};

impl App {
    /// Carries out a command of the screen.
    ///
    /// # Errors
    /// What was wrong with its words, and what was expected.
    pub fn screen_command(&mut self, name: &str, words: &[Word], now: &Snapshot) -> Result<(), CommandError> {
        let first = words.get(1);
        let text = first.map(|w| w.text.as_str());
        match (name, text) {
            ("predict", _) => return self.predict_command(words, now),
            ("set", _) => {
                let deadlocks = if now.deadlock_stops { "on" } else { "off" };
                // The session has it.
                let _ = self.settings.set("deadlock_stops", deadlocks);
                let value = words.get(2).map(|w| w.text.as_str());
                return self.set(text, value).map_err(|e| wrong_setting(words, &e));
            }
            ("theme", Some(name)) => {
                return self.set(Some("theme"), Some(name)).map_err(|e| wrong_setting(words, &e));
            }
            ("view", Some(name)) => self.show_desk(desk(first, name)?),
            ("lesson", Some(_)) => self.lesson_command(words, now)?,
            ("layout", Some("reset")) => self.even(),
            ("layout", Some("save")) => self.save_desk(own_desk(words.get(2).or(first))?),
            ("layout", Some("close")) => self.close(),
            ("layout", Some("split")) => match words.get(2).map(|w| w.text.as_str()) {
                Some("beside") => self.split(true),
                None | Some("below") => self.split(false),
                Some(_) => return Err(wrong(words.get(2), "beside or below is expected".into())),
            },
            ("layout", Some(other)) => {
                return Err(wrong(first, format!("\"{other}\" is not one of save, reset, close, split")));
            }
            ("show", Some(name)) => self.show(pane(first, name)?.id),
            ("select", Some(name)) => {
                let task = now.tasks.iter().find(|t| t.pid.to_string() == name || t.name == name);
                match task {
                    Some(task) => self.select(task.pid),
                    None => return Err(wrong(first, format!("there is no task \"{name}\""))),
                }
            }
            _ => return Err(wrong(words.first(), format!("{name} needs an argument"))),
        }
        Ok(())
    }
}
