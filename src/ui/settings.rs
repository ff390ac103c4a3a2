//! THE table of settings: names, values, defaults. It serves the settings file, the environment,
//! `set`, the generated file and docs/config.md. Knows no files.

#[cfg(test)]
mod tests;
mod texts;
mod themes;

pub use texts::{default_file, markdown};
pub use themes::Named;

use super::keymap::{OwnKey, PRESETS as KEY_PRESETS};
use super::layout::{PRESETS as DESKS, ViewId};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number between these, both included.
    Number(u64, u64),
    /// The name of a theme, built in or a file.
    Theme,
    /// The name of a view.
    View,
    /// The name of a set of keys.
    Keys,
    /// An address of the web, or a part of one.
    Address,
    /// A line of text.
    Text,
}

/// When a setting is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once, before a machine is there.
    Start,
    /// Whenever it changes.
    Always,
    /// At the start, and then the session has it: a change is a request.
    Session,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct SettingRow {
    /// The setting.
    pub id: Setting,
    /// Its name.
    pub name: &'static str,
    /// When it is read.
    pub when: When,
    /// What values it takes.
    pub values: Values,
    /// Its value unless another is given.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
}

const ON_OFF: Values = Values::Words(&["on", "off"]);
const AUTO: Values = Values::Words(&["auto", "on", "off"]);

/// The settings that may also stand under `[toolchain]`.
const TOOLCHAIN: [&str; 4] = ["hsx", "clang", "python", "cflags"];

/// Makes the settings and their table of the same rows.
macro_rules! settings {
    ($($id:ident $name:literal $when:ident ($values:expr) $default:literal $help:literal;)*) => {
        /// A setting.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Setting {
            $(#[doc = $help] $id,)*
        }

        /// THE table of settings.
        pub const SETTINGS: &[SettingRow] = &[
            $(SettingRow { id: Setting::$id, name: $name, when: When::$when, values: $values, default: $default, help: $help },)*
        ];
    };
}

settings! {
    Theme "theme" Always (Values::Theme) "dark" "Colours: a built-in theme, or the name of a file in the directory themes beside this one. Unless one is set, a terminal that says it is light gets light.";
    Color "color" Always (Values::Words(&["auto", "never", "16", "256", "true"])) "auto" "How many colours the terminal has; auto looks at NO_COLOR, TERM and COLORTERM.";
    Ascii "ascii" Always (AUTO) "auto" "Draw with ASCII characters alone; auto does so where the locale is not UTF-8.";
    Mouse "mouse" Always (ON_OFF) "on" "Let the mouse select, scroll and drag; with Shift the terminal's own selection works all the same.";
    Clipboard "clipboard" Always (ON_OFF) "on" "Let y and Y put text into the terminal's clipboard (OSC 52).";
    Cursor "cursor" Always (ON_OFF) "on" "Show the terminal's cursor on the row with the focus, for braille displays and magnifiers; off hides it there and leaves it in its place.";
    View "view" Always (Values::View) "auto" "The arrangement of panes at the start, unless the last one is kept; auto gives source where the first program is one of C, else debug.";
    Keep "keep" Always (ON_OFF) "on" "Keep the arrangement of panes and the command history between runs.";
    Numbers "numbers" Always (Values::Words(&["hex", "signed", "unsigned", "binary", "f16", "text"])) "hex" "How register values are written.";
    Code "code" Always (Values::Words(&["auto", "asm", "source", "mixed"])) "auto" "What the code pane lists; auto gives the source where the first program is one of C, else instructions.";
    Step "step" Always (Values::Words(&["auto", "line", "instruction"])) "auto" "What n and N step over in a program of C: a line or an instruction; auto takes lines where the code pane lists the source alone.";
    LaneSteps "lane_steps" Always (Values::Words(&["auto", "cells", "halves", "octants"])) "auto" "Into how many steps the timeline's lanes divide a cell where a column is several turns: one of eight heights, two of two, or two of four; auto takes octants in terminals that are known to draw them (kitty, ghostty, foot, contour), and halves in others.";
    RegisterNames "regnames" Always (ON_OFF) "off" "Say beside each register what the calling convention uses it for.";
    HalfStep "halfstep" Always (ON_OFF) "off" "Stop a single step once between two tasks, to show the switch in pane 18; the next step takes the turn.";
    World "world" Always (Values::Words(&["as-is", "any"])) "as-is" "What a step of one task (S) sees of the others: what they have done so far; or any of the things that some schedule from here makes it see, which is asked before each step that sees something.";
    Slider "slider" Always (AUTO) "auto" "Show a slider over all turns done, with the marks of messages, stops, faults and bookmarks; auto does so from 80 columns and 30 rows on.";
    Spacing "spacing" Always (AUTO) "auto" "Room between things: blank rows in tasks, windows, code and explain; auto gives it in the view projector.";
    Fps "fps" Always (Values::Number(1, 60)) "30" "Pictures a second, at most, while a program runs.";
    Flash "flash" Always (Values::Number(0, 1000)) "20" "Turns a second up to which all that a turn of a run changes flashes for a moment; 0 for never.";
    Save "save" Always (ON_OFF) "off" "Save the session as a recording when it ends, in the place for states: last.hsxrec.";
    QuitAsks "quit_asks" Always (ON_OFF) "on" "Say before q leaves that stops, changes, expressions in sight or bookmarks are lost; q once more leaves.";
    AutoReload "autoreload" Always (ON_OFF) "off" "Load a program again when its file has changed on disk and nothing runs; off says so in line 1.";
    KeepStops "keep_stops" Always (ON_OFF) "off" "Keep the stops between runs, for each set of programs.";
    HistoryLines "history_lines" Always (Values::Number(0, 100_000)) "500" "Command lines that are kept.";
    StarveTurns "starve_turns" Always (Values::Number(1, 1_000_000_000)) "1000" "Turns after which a task that is ready and not scheduled, or waits for a message, is flagged in pane 12.";
    Welcome "welcome" Always (ON_OFF) "on" "Show two lines for those who are new here, at the first start.";
    Rate "rate" Start (Values::Number(0, 1_000_000_000)) "0" "Turns a second of a run at the start; 0 is full speed.";
    Stack "stack" Start (Values::Number(4, 65_536)) "4096" "Bytes of stack for each task, unless a program or an option says otherwise.";
    Quantum "quantum" Start (Values::Number(1, 1_000_000)) "1" "Turns in a row for each task.";
    Protect "protect" Start (ON_OFF) "on" "Refuse stores into other tasks' registers and stacks.";
    TurnUs "turn_us" Start (Values::Number(1, 1_000_000_000)) "1" "Virtual microseconds a turn takes.";
    Math "math" Start (ON_OFF) "on" "Answer the math services of module 0xE, as the reference does on demand; off gives 0xFFFFFF01, as controllers without them do.";
    Profile "profile" Start (Values::Words(&["desktop", "embedded"])) "desktop" "How many mailboxes and handles there may be: 4096 and 64 a task, or 16 and 8, with 20 tap copies a second.";
    DeadlockStops "deadlock_stops" Session (ON_OFF) "on" "End a run as soon as it is certain that some tasks wait for ever, though others could continue; off ends it when no task can.";
    FileMb "file_mb" Start (Values::Number(1, 100_000)) "64" "Megabytes that a file may have to be read.";
    HistoryMb "history_mb" Start (Values::Number(0, 1_000_000)) "256" "Megabytes that going back in time may take; less makes jumps slower.";
    ShareBase "share_base" Always (Values::Address) "hsxray.html" "The address of the page for browsers to which links of share lead.";
    Hsx "hsx" Start (Values::Text) "" "The HSX sources, with the C compiler python/hsx-llc.py; nothing means the variable HSX_HOME.";
    Clang "clang" Start (Values::Text) "clang-16" "The clang that C sources are given to; 16 is known to work, 14 and 19 are refused.";
    Python "python" Start (Values::Text) "python3" "The Python that runs the C compiler of HSX.";
    Cflags "cflags" Start (Values::Text) "" "More options for clang, such as -I include.";
    Keymap "keymap" Always (Values::Keys) "default" "Keys as in other debuggers, over the usual ones.";
}

impl Setting {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static SettingRow {
        // The rows stand in the order of the settings.
        &SETTINGS[self as usize]
    }
}

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; 0 if it is about no line.
    pub line: usize,
    /// What was wrong and what was expected.
    pub text: String,
}

impl Problem {
    /// A problem in a line.
    #[must_use]
    pub fn new(line: usize, text: impl Into<String>) -> Problem {
        Problem { line, text: text.into() }
    }
}

/// A setting or its value is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No setting is called that.
    #[error("there is no setting {name}; did you mean {near}?")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        near: &'static str,
    },
    /// It does not take that value.
    #[error("{name} is {expected}, not {value}")]
    Value {
        /// Which setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// It is read before a machine is there.
    #[error("{0} is read at the start: put it into the settings file, or use the option of the command line")]
    AtStart(&'static str),
}

/// The line of an offset in a text, from 1.
#[must_use]
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|b| *b == b'\n').count()
}

/// The row of a name.
///
/// # Errors
/// No setting is called that.
pub fn find(name: &str) -> Result<&'static SettingRow, SettingError> {
    SETTINGS.iter().find(|r| r.name == name).ok_or_else(|| {
        let near = SETTINGS.iter().map(|r| r.name).min_by_key(|n| strsim::osa_distance(n, name)).unwrap_or("theme");
        SettingError::Unknown { name: name.to_owned(), near }
    })
}

impl SettingRow {
    /// Whether the session has it: a change is a request.
    #[must_use]
    pub fn is_of_session(&self) -> bool {
        self.when == When::Session
    }

    /// What values it takes, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self.values {
            Values::Words(words) => format!("one of {}", words.join(", ")),
            Values::Number(least, most) => format!("a number from {least} to {most}"),
            Values::Theme => "one of dark, light, contrast, colour-blind, none, or a theme of your own".into(),
            Values::View => {
                let names: Vec<&str> = DESKS.iter().map(|p| p.name).collect();
                format!("auto, one of {}, or 1 to 9", names.join(", "))
            }
            Values::Keys => {
                let names: Vec<&str> = KEY_PRESETS.iter().map(|(name, _)| *name).collect();
                format!("one of {}", names.join(", "))
            }
            Values::Address => "an address without blanks and #".into(),
            Values::Text => "a line of text".into(),
        }
    }

    fn takes(&self, value: &str) -> bool {
        match self.values {
            Values::Words(words) => words.contains(&value),
            Values::Number(least, most) => value.parse().is_ok_and(|n| (least..=most).contains(&n)),
            // Whether there is such a file is seen when the theme is put on.
            Values::Theme => !value.is_empty(),
            Values::View => value == "auto" || ViewId::named(value).is_some(),
            Values::Keys => KEY_PRESETS.iter().any(|(name, _)| *name == value),
            Values::Text => !value.contains(char::is_control),
            Values::Address => !value.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#'),
        }
    }
}

/// The settings in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    values: BTreeMap<Setting, String>,
    /// Keys of the user's own.
    pub keys: Vec<OwnKey>,
    /// Themes of the user's own: name and text.
    pub themes: Vec<(String, String)>,
}

impl Settings {
    /// A value; the default unless another was given.
    #[must_use]
    pub fn get(&self, setting: Setting) -> &str {
        self.values.get(&setting).map_or(setting.row().default, String::as_str)
    }

    /// A number, if one was given: not the default.
    #[must_use]
    pub fn given(&self, setting: Setting) -> Option<u64> {
        self.values.get(&setting)?.parse().ok()
    }

    /// Whether a value was given, be it the default.
    #[must_use]
    pub fn is_given(&self, setting: Setting) -> bool {
        self.values.contains_key(&setting)
    }

    /// Sets a value while a machine is there.
    ///
    /// # Errors
    /// As [`Settings::set`], and it is one of those that are read at the start.
    pub fn change(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match find(name)? {
            SettingRow { when: When::Start, name, .. } => Err(SettingError::AtStart(name)),
            SettingRow { when: When::Always | When::Session, .. } => self.set(name, value),
        }
    }

    /// Whether something is on.
    #[must_use]
    pub fn on(&self, setting: Setting) -> bool {
        self.get(setting) == "on"
    }

    /// A number.
    #[must_use]
    pub fn number(&self, setting: Setting) -> u64 {
        self.get(setting).parse().unwrap_or_default()
    }

    /// Sets a value.
    ///
    /// # Errors
    /// There is no such setting, or it does not take the value; then nothing has changed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let row = find(name)?;
        if !row.takes(value) {
            let (name, value) = (row.name, value.to_owned());
            return Err(SettingError::Value { name, value, expected: row.expected() });
        }
        self.values.insert(row.id, value.to_owned());
        Ok(())
    }

    /// Takes in what a settings file says of a setting.
    fn read_value(&mut self, name: &str, value: &DeValue<'_>) -> Result<(), String> {
        let text = plain(value).ok_or_else(|| format!("{name}: a word or a number is expected"))?;
        self.set(name, &text).map_err(|e| e.to_string())
    }

    /// Takes in a settings file. What is wrong is reported with its line and left out; the rest
    /// counts.
    pub fn read(&mut self, text: &str) -> Vec<Problem> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let at = |offset| line_of(text, offset);
        let syntax = |e: &toml::de::Error| Problem::new(at(e.span().map_or(0, |s| s.start)), e.message().to_owned());
        let mut problems: Vec<Problem> = errors.iter().map(syntax).collect();
        for (key, value) in table.get_ref().iter() {
            let name: &str = key.get_ref();
            match (name, value.get_ref()) {
                ("keys", DeValue::Table(keys)) => {
                    for (key, value) in keys {
                        let line = at(key.span().start);
                        match value.get_ref().as_str() {
                            Some(text) => {
                                let key = key.get_ref().clone().into_owned();
                                self.keys.push(OwnKey { key, value: text.to_owned(), line });
                            }
                            None => problems.push(Problem::new(line, "an action or a command in quotes is expected")),
                        }
                    }
                }
                ("toolchain", DeValue::Table(tools)) => {
                    for (key, value) in tools {
                        let name: &str = key.get_ref();
                        let said = match TOOLCHAIN.contains(&name) {
                            true => self.read_value(name, value.get_ref()).err(),
                            false => Some(format!("toolchain has {}, not {name}", TOOLCHAIN.join(", "))),
                        };
                        problems.extend(said.map(|text| Problem::new(at(key.span().start), text)));
                    }
                }
                (_, value_there) => {
                    if let Err(text) = self.read_value(name, value_there) {
                        problems.push(Problem::new(at(key.span().start), text));
                    }
                }
            }
        }
        problems.sort_by_key(|p| p.line);
        problems
    }

    /// Takes in the environment: `HSXRAY_THEME` and so on.
    pub fn read_env(&mut self, env: impl Fn(&str) -> Option<String>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for row in SETTINGS {
            let variable = format!("HSXRAY_{}", row.name.to_uppercase());
            if let Some(value) = env(&variable)
                && let Err(e) = self.set(row.name, &value)
            {
                problems.push(Problem::new(0, format!("{variable}: {e}")));
            }
        }
        problems
    }
}

/// A value as it would be typed after `set`.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(n) => Some(n.to_string()),
        DeValue::Boolean(on) => Some(if *on { "on" } else { "off" }.to_owned()),
        _ => None,
    }
}
