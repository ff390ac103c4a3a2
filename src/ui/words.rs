//! What the words of commands that only a screen carries out name: settings, themes, views and panes. They are looked at
//! wherever such a command is read, also where there is no screen, and where a stop is given it for later.

use super::layout::{PRESETS, ViewId};
use super::pane::{PANES, Pane, PaneId};
use super::settings::{self, SettingError, Settings};
use super::{screen_row, screenshot};
use crate::backend::{Pid, Target};
use crate::command::{self, CommandError, Reply, Word};

/// Commands that a stop may be given inside of another's.
const NESTED: usize = 8;

/// Makes sure that a command means something as far as the screen has to know it: one of the screen itself, or one that
/// gives such commands to a stop.
///
/// # Errors
/// The first word that names nothing, or is one too many or too few.
pub fn check(
    target: &mut dyn Target,
    selected: Option<Pid>,
    settings: &Settings,
    words: &[Word],
) -> Result<(), CommandError> {
    check_at(target, selected, settings, words, NESTED)
}

fn check_at(
    target: &mut dyn Target,
    selected: Option<Pid>,
    settings: &Settings,
    words: &[Word],
    nested: usize,
) -> Result<(), CommandError> {
    if let Some(row) = screen_row(words) {
        let address = named(row.name, settings, words)?;
        command::check_words(row, words)?;
        return match address {
            true => command::address(target, selected, &words[2..]).map(drop),
            false => Ok(()),
        };
    }
    let gives = |word: &Word| command::find(&word.text).iter().any(|row| row.name == "commands");
    if nested == 0 || !words.first().is_some_and(gives) {
        return Ok(());
    }
    for line in words.iter().skip(2) {
        let commands = command::split(&line.text)?;
        let check = |words: &Vec<Word>| check_at(target, selected, settings, words, nested - 1);
        commands.iter().try_for_each(check).map_err(|e| e.inside(line))?;
    }
    Ok(())
}

/// Whether the names in a command of the screen are there; true if it ends in an address.
fn named(row: &str, settings: &Settings, words: &[Word]) -> Result<bool, CommandError> {
    let word = |at: usize| words.get(at).map(|w| w.text.as_str());
    let tried = |name, value| settings.clone().change(name, value).map_err(|e| wrong_setting(words, &e));
    match (row, word(1), word(2)) {
        ("set", Some("theme"), Some(name)) => theme(settings, words.get(2), name)?,
        ("theme", Some(name), _) => theme(settings, words.get(1), name)?,
        ("set", Some(name), Some(value)) => tried(name, value)?,
        ("set", Some(name), None) => settings::find(name).map(drop).map_err(|e| wrong_setting(words, &e))?,
        ("view", Some(name), _) => desk(words.get(1), name).map(drop)?,
        ("layout", Some("save"), _) => own_desk(words.get(2).or(words.get(1))).map(drop)?,
        ("shot", Some(_), _) => screenshot::form_of(&words[1]).map(drop)?,
        ("show", Some(name), address) => {
            let pane = pane(words.get(1), name)?;
            if address.is_some() && pane.id != PaneId::Memory {
                return Err(wrong(words.get(2), "only memory takes an address".into()));
            }
            return Ok(address.is_some());
        }
        _ => {}
    }
    Ok(false)
}

fn theme(settings: &Settings, word: Option<&Word>, name: &str) -> Result<(), CommandError> {
    settings.theme_named(name).map(drop).map_err(|e| wrong(word, e))
}

pub(super) fn wrong(word: Option<&Word>, message: String) -> CommandError {
    CommandError::at(word.map_or(0, |w| w.column), message)
}

/// An error of a setting at the word that is wrong: its name or its value.
pub(super) fn wrong_setting(words: &[Word], error: &SettingError) -> CommandError {
    let of_value = matches!(error, SettingError::Value { .. }) && words.len() > 2;
    wrong(words.get(if of_value { 2 } else { 1 }), error.to_string())
}

/// A pane by name, number, or the beginning of its name.
pub(super) fn pane(word: Option<&Word>, name: &str) -> Result<&'static Pane, CommandError> {
    let found = PANES.iter().find(|p| p.name == name || p.number.to_string() == name);
    found.or_else(|| PANES.iter().find(|p| p.name.starts_with(name))).ok_or_else(|| {
        let names: Vec<&str> = PANES.iter().map(|p| p.name).collect();
        wrong(word, format!("\"{name}\" is not one of {}", names.join(", ")))
    })
}

/// A view by name, or one of the user's own by number.
pub(super) fn desk(word: Option<&Word>, name: &str) -> Result<ViewId, CommandError> {
    ViewId::named(name).ok_or_else(|| {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        wrong(word, format!("\"{name}\" is not one of {}, 1 to 9", names.join(", ")))
    })
}

/// A view of the user's own.
pub(super) fn own_desk(word: Option<&Word>) -> Result<ViewId, CommandError> {
    let own = word.and_then(|w| ViewId::named(&w.text)).filter(|d| matches!(d, ViewId::Own(_)));
    own.ok_or_else(|| wrong(word, "a number from 1 to 9 is expected".into()))
}

/// Carries out one command where there is no screen, as [`command::execute`] does; what only a screen has is looked at
/// before.
///
/// # Errors
/// What was wrong, where in the line, and what was expected.
pub fn execute(
    target: &mut dyn Target,
    selected: Option<Pid>,
    settings: &Settings,
    words: Vec<Word>,
) -> Result<Reply, CommandError> {
    check(target, selected, settings, &words)?;
    command::execute(target, selected, words)
}
