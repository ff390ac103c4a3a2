//! THE table of settings: names, values, defaults. It serves the settings file, the environment,
//! `set`, the generated file and docs/config.md. Knows no files.

use super::keymap::{OwnKey, PRESETS as KEY_PRESETS};
use super::layout::{Desk, PRESETS as DESKS};
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
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub values: Values,
    /// Its value unless something else is said.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
}

const ON_OFF: Values = Values::Words(&["on", "off"]);
const AUTO: Values = Values::Words(&["auto", "on", "off"]);

const fn row(name: &'static str, values: Values, default: &'static str, help: &'static str) -> Row {
    Row { name, values, default, help }
}

/// THE table of settings.
#[rustfmt::skip]
pub const SETTINGS: &[Row] = &[
    row("theme", Values::Theme, "dark", "Colours: a built-in theme, or the name of a file in the directory themes beside this one."),
    row("color", Values::Words(&["auto", "never", "16", "256", "true"]), "auto", "How many colours the terminal has; auto looks at NO_COLOR, TERM and COLORTERM."),
    row("ascii", AUTO, "auto", "Draw with ASCII characters alone; auto does so where the locale is not UTF-8."),
    row("mouse", ON_OFF, "on", "Let the mouse select, scroll and drag; with Shift the terminal's own selection works all the same."),
    row("clipboard", ON_OFF, "on", "Let y and Y put text into the terminal's clipboard (OSC 52)."),
    row("view", Values::View, "debug", "The arrangement of panes at the start, unless the last one is kept."),
    row("keep", ON_OFF, "on", "Keep the arrangement of panes and the command history between runs."),
    row("numbers", Values::Words(&["hex", "signed", "unsigned", "binary", "f16", "text"]), "hex", "How register values are written."),
    row("code", Values::Words(&["auto", "asm", "source", "mixed"]), "auto", "What the code pane lists; auto gives the source where the first program is one of C, else instructions."),
    row("regnames", ON_OFF, "off", "Say beside each register what the calling convention uses it for."),
    row("halfstep", ON_OFF, "off", "Stop a single step once between two tasks, to show the switch in pane 18; the next step takes the turn."),
    row("slider", AUTO, "auto", "Show a slider over all turns done, with the marks of messages, stops, faults and bookmarks; auto does so from 80 columns and 30 rows on."),
    row("spacing", AUTO, "auto", "Room between things: blank rows in tasks, windows, code and explain; auto gives it in the view projector."),
    row("fps", Values::Number(1, 60), "30", "Pictures a second, at most, while a program runs."),
    row("flash", Values::Number(0, 1000), "20", "Turns a second up to which all that a turn of a run changes flashes for a moment; 0 for never."),
    row("save", ON_OFF, "off", "Save the session as a recording when it ends, in the place for states: last.hsxrec."),
    row("history_lines", Values::Number(0, 100_000), "500", "Command lines that are kept."),
    row("starve_turns", Values::Number(1, 1_000_000_000), "1000", "Turns after which a task that is ready and not scheduled, or waits for a message, is flagged in pane 12."),
    row("welcome", ON_OFF, "on", "Show two lines for those who are new here, at the first start."),
    row("rate", Values::Number(0, 1_000_000_000), "0", "Turns a second of a run at the start; 0 is full speed."),
    row("stack", Values::Number(4, 65_536), "4096", "Bytes of stack for each task, unless a program or an option says otherwise."),
    row("quantum", Values::Number(1, 1_000_000), "1", "Turns in a row for each task."),
    row("protect", ON_OFF, "on", "Refuse stores into other tasks' registers and stacks."),
    row("turn_us", Values::Number(1, 1_000_000_000), "1", "Virtual microseconds a turn takes."),
    row("math", ON_OFF, "on", "Answer the math services of module 0xE, as the reference does on demand; off gives 0xFFFFFF01, as controllers without them do."),
    row("profile", Values::Words(&["desktop", "embedded"]), "desktop", "How many mailboxes and handles there may be: 4096 and 64 a task, or 16 and 8, with 20 tap copies a second."),
    row("file_mb", Values::Number(1, 100_000), "64", "Megabytes that a file may have to be read."),
    row("history_mb", Values::Number(0, 1_000_000), "256", "Megabytes that going back in time may take; less makes jumps slower."),
    row("keymap", Values::Keys, "default", "Keys as in other debuggers, over the usual ones."),
];

/// Settings that are read once, before a machine is there.
const AT_START: [&str; 9] =
    ["rate", "stack", "quantum", "protect", "turn_us", "history_mb", "math", "profile", "file_mb"];

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
pub fn find(name: &str) -> Result<&'static Row, SettingError> {
    SETTINGS.iter().find(|r| r.name == name).ok_or_else(|| {
        let near = SETTINGS.iter().map(|r| r.name).min_by_key(|n| strsim::osa_distance(n, name)).unwrap_or("theme");
        SettingError::Unknown { name: name.to_owned(), near }
    })
}

impl Row {
    /// What values it takes, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self.values {
            Values::Words(words) => format!("one of {}", words.join(", ")),
            Values::Number(least, most) => format!("a number from {least} to {most}"),
            Values::Theme => "one of dark, light, contrast, colour-blind, none, or a theme of your own".into(),
            Values::View => {
                let names: Vec<&str> = DESKS.iter().map(|p| p.name).collect();
                format!("one of {}, or 1 to 9", names.join(", "))
            }
            Values::Keys => {
                let names: Vec<&str> = KEY_PRESETS.iter().map(|(name, _)| *name).collect();
                format!("one of {}", names.join(", "))
            }
        }
    }

    fn takes(&self, value: &str) -> bool {
        match self.values {
            Values::Words(words) => words.contains(&value),
            Values::Number(least, most) => value.parse().is_ok_and(|n| (least..=most).contains(&n)),
            // Whether there is such a file is seen when the theme is put on.
            Values::Theme => !value.is_empty(),
            Values::View => Desk::named(value).is_some(),
            Values::Keys => KEY_PRESETS.iter().any(|(name, _)| *name == value),
        }
    }
}

/// The settings in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, String>,
    /// Keys of the user's own.
    pub keys: Vec<OwnKey>,
    /// Themes of the user's own: name and text.
    pub themes: Vec<(String, String)>,
}

impl Settings {
    /// A value; the default unless something else was said.
    ///
    /// # Panics
    /// Never for a name of the table, which a test checks for those the program asks for.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let default = || SETTINGS.iter().find(|r| r.name == name).map_or("", |r| r.default);
        self.values.get(name).map_or_else(default, String::as_str)
    }

    /// A number, if it was said: not the default.
    #[must_use]
    pub fn said(&self, name: &str) -> Option<u64> {
        self.values.get(name)?.parse().ok()
    }

    /// Sets a value while a machine is there.
    ///
    /// # Errors
    /// As [`Settings::set`], and it is one of those that are read at the start.
    pub fn change(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match AT_START.iter().find(|n| **n == name) {
            Some(name) => Err(SettingError::AtStart(name)),
            None => self.set(name, value),
        }
    }

    /// Whether something is on.
    #[must_use]
    pub fn on(&self, name: &str) -> bool {
        self.get(name) == "on"
    }

    /// A number.
    #[must_use]
    pub fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or_default()
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
        self.values.insert(row.name, value.to_owned());
        Ok(())
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
                (_, value_there) => {
                    let Some(text) = plain(value_there) else {
                        problems.push(Problem::new(
                            at(value.span().start),
                            format!("{name}: a word or a number is expected"),
                        ));
                        continue;
                    };
                    if let Err(e) = self.set(name, &text) {
                        problems.push(Problem::new(at(key.span().start), e.to_string()));
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

/// The settings file as it comes: every setting with its default, commented out.
#[must_use]
pub fn default_file() -> String {
    let mut out = String::from("# Settings of hsxray. Take away the # before a line to change it.\n");
    for row in SETTINGS {
        let value = if matches!(row.values, Values::Number(..)) {
            row.default.to_owned()
        } else {
            format!("\"{}\"", row.default)
        };
        out += &format!("\n# {} ({})\n# {} = {value}\n", row.help, row.expected(), row.name);
    }
    out + "\n# Keys of your own: an action from docs/keys.md, or a command line. \"\" takes a key's meaning away.\n# [keys]\n# \"Ctrl-G\" = \"step 10\"\n# \"x\" = \"zoom\"\n"
}

/// docs/config.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Settings\n\nGenerated from the table of settings.\n\n`hsxray config init` writes a file with every setting and its default, `hsxray config path` says where it is, `hsxray config check` reads it and says what is wrong with it. `--config FILE` takes another file. A variable such as `HSXRAY_THEME` comes before the file, an option of the command line before both; `:set NAME VALUE` changes a setting while the debugger runs, `:set` lists them all.\n\nA setting that is not known or has a bad value is reported with its line and the nearest name; the rest of the file counts. [Where it is kept](quick-start.md#where-things-are-kept), and what else is.\n\n| setting | values | default | what it does |\n|---|---|---|---|\n",
    );
    for row in SETTINGS {
        out += &format!("| `{}` | {} | `{}` | {} |\n", row.name, row.expected(), row.default, row.help);
    }
    out += "\n## Keys of your own\n\n```toml\nkeymap = \"vscode\"\n\n[keys]\n\"Ctrl-G\" = \"step 10\"\n\"Z\" = \"zoom\"\n\"v x\" = \"show trace\"\n\"q\" = \"\"\n```\n\nThe left side is a key, or keys separated by blanks; the right side the name of an action from [keys.md](keys.md) or a command line. An empty text takes the key's meaning away. A key that clashes with the beginning of a longer one is reported with its line and left out.\n\nPresets put the keys of other debuggers over the usual ones:\n\n| preset | keys |\n|---|---|\n";
    for (name, keys) in KEY_PRESETS {
        let keys: Vec<String> = keys.iter().map(|(key, action)| format!("`{key}` {action}")).collect();
        out += &format!("| `{name}` | {} |\n", if keys.is_empty() { "as in keys.md".into() } else { keys.join(", ") });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_the_setting_takes() {
        for row in SETTINGS {
            assert!(row.takes(row.default), "{}", row.name);
        }
    }

    #[test]
    fn the_file_as_it_comes_changes_nothing_and_says_what_the_defaults_are() {
        let mut settings = Settings::default();
        assert_eq!(settings.read(&default_file()), []);
        assert_eq!(settings, Settings::default());
        // With the marks taken away it is still right, and still the defaults.
        let lines = default_file().lines().map(|l| l.strip_prefix("# ").unwrap_or(l).to_owned()).collect::<Vec<_>>();
        let is_setting = |l: &String| l.contains(" = ") && !l.starts_with('"');
        let text: String = lines.into_iter().filter(is_setting).map(|l| l + "\n").collect();
        assert_eq!(settings.read(&text), []);
        assert_eq!(text.lines().count(), SETTINGS.len());
        for row in SETTINGS {
            assert_eq!(settings.get(row.name), row.default);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_the_rest_counts() {
        let text = "theme = \"light\"\nmuose = \"on\"\nfps = 99\nregnames = true\nnumbers = [1]\n[keys]\n\"x\" = \"zoom\"\n\"y\" = 3\n";
        let mut settings = Settings::default();
        let said: Vec<String> = settings.read(text).into_iter().map(|p| format!("{}: {}", p.line, p.text)).collect();
        assert_eq!(
            said,
            [
                "2: there is no setting muose; did you mean mouse?",
                "3: fps is a number from 1 to 60, not 99",
                "5: numbers: a word or a number is expected",
                "8: an action or a command in quotes is expected",
            ]
        );
        assert_eq!((settings.get("theme"), settings.on("regnames"), settings.number("fps")), ("light", true, 30));
        assert_eq!(settings.keys, [OwnKey { key: "x".into(), value: "zoom".into(), line: 7 }]);
    }

    #[test]
    fn a_line_that_is_no_toml_does_not_lose_the_others() {
        let mut settings = Settings::default();
        let problems = settings.read("theme = \"light\"\nfps = = 3\nmouse = \"off\"\n");
        assert!(problems.iter().all(|p| p.line == 2) && !problems.is_empty(), "{problems:?}");
        assert_eq!((settings.get("theme"), settings.get("mouse")), ("light", "off"));
    }

    #[test]
    fn the_environment_comes_before_the_file() {
        let mut settings = Settings::default();
        settings.read("theme = \"light\"\n");
        let env = |name: &str| match name {
            "HSXRAY_THEME" => Some("contrast".to_owned()),
            "HSXRAY_FPS" => Some("fast".to_owned()),
            _ => None,
        };
        let problems = settings.read_env(env);
        assert_eq!(settings.get("theme"), "contrast");
        assert_eq!(problems[0].text, "HSXRAY_FPS: fps is a number from 1 to 60, not fast");
    }
}
