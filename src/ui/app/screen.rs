//! Commands that need a screen: views, panes, settings.

use super::super::layout::{PRESETS, ViewId};
use super::super::pane::{PANES, Pane, PaneId};
use super::super::screen_row;
use super::super::settings::{self, SettingError};
use super::App;
use crate::backend::Snapshot;
use crate::command::{CommandError, Word, split};

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
            ("layout", Some("save")) => {
                let word = words.get(2);
                match word.and_then(|w| ViewId::named(&w.text)).filter(|d| matches!(d, ViewId::Own(_))) {
                    Some(own) => self.save_desk(own),
                    None => return Err(wrong(word.or(first), "a number from 1 to 9 is expected".into())),
                }
            }
            ("layout", Some("close")) => self.close(),
            ("layout", Some("split")) => match words.get(2).map(|w| w.text.as_str()) {
                Some("beside") => self.split(true),
                None | Some("below") => self.split(false),
                Some(_) => return Err(wrong(words.get(2), "beside or below is expected".into())),
            },
            ("layout", Some(other)) => {
                return Err(wrong(first, format!("\"{other}\" is not one of save, reset, close, split")));
            }
            ("show", Some(name)) => self.show_pane(words, first, name, now)?,
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

    /// Whether lines that a stop will carry out name settings, themes, views and panes that there are. What else is wrong
    /// with them was found when they were read.
    ///
    /// # Errors
    /// The first name or value that there is not.
    pub fn check_screen_commands(&self, lines: &[String]) -> Result<(), CommandError> {
        let mut commands = lines.iter().filter_map(|line| split(line).ok()).flatten();
        commands.try_for_each(|words| self.check_screen_command(&words))
    }

    fn check_screen_command(&self, words: &[Word]) -> Result<(), CommandError> {
        let Some(row) = screen_row(words) else { return Ok(()) };
        let word = |at: usize| words.get(at).map(|w| w.text.as_str());
        let tried = |name, value| self.settings.clone().change(name, value).map_err(|e| wrong_setting(words, &e));
        match (row.name, word(1), word(2)) {
            ("set", Some(name), Some(value)) => tried(name, value),
            ("set", Some(name), None) => settings::find(name).map(drop).map_err(|e| wrong_setting(words, &e)),
            ("theme", Some(name), _) => tried("theme", name),
            ("view", Some(name), _) => desk(words.get(1), name).map(drop),
            ("show", Some(name), _) => pane(words.get(1), name).map(drop),
            _ => Ok(()),
        }
    }

    /// `show memory 0x4000`, `show trace`, `show 5`.
    fn show_pane(
        &mut self,
        words: &[Word],
        first: Option<&Word>,
        name: &str,
        now: &Snapshot,
    ) -> Result<(), CommandError> {
        let pane = pane(first, name)?;
        let Some(word) = words.get(2) else {
            self.show(pane.id);
            return Ok(());
        };
        if pane.id != PaneId::Memory {
            return Err(wrong(Some(word), "only memory takes an address".into()));
        }
        match address(&word.text, now, self.view.selected) {
            Some(address) => self.open_memory(address, now),
            None => return Err(wrong(Some(word), format!("\"{}\" is neither an address nor a name", word.text))),
        }
        Ok(())
    }
}

pub(super) fn wrong(word: Option<&Word>, message: String) -> CommandError {
    CommandError::at(word.map_or(0, |w| w.column), message)
}

/// An error of a setting at the word that is wrong: its name or its value.
fn wrong_setting(words: &[Word], error: &SettingError) -> CommandError {
    let of_value = matches!(error, SettingError::Value { .. }) && words.len() > 2;
    wrong(words.get(if of_value { 2 } else { 1 }), error.to_string())
}

fn pane(word: Option<&Word>, name: &str) -> Result<&'static Pane, CommandError> {
    let found = PANES.iter().find(|p| p.name == name || p.number.to_string() == name);
    found.or_else(|| PANES.iter().find(|p| p.name.starts_with(name))).ok_or_else(|| {
        let names: Vec<&str> = PANES.iter().map(|p| p.name).collect();
        wrong(word, format!("\"{name}\" is not one of {}", names.join(", ")))
    })
}

fn desk(word: Option<&Word>, name: &str) -> Result<ViewId, CommandError> {
    ViewId::named(name).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        wrong(word, format!("\"{name}\" is not one of {}, 1 to 9", names.join(", ")))
    })
}

/// Bare hex, `0x…`, or a name of the selected task's program.
fn address(text: &str, now: &Snapshot, selected: Option<crate::backend::Pid>) -> Option<u16> {
    let task = now.tasks.iter().find(|t| Some(t.pid) == selected);
    let named = task.and_then(|t| t.listing.data.iter().find(|(_, name)| name == text)).map(|(at, _)| *at as u16);
    named.or_else(|| u16::from_str_radix(text.trim_start_matches("0x"), 16).ok())
}
