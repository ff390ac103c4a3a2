//! Which key does what: the table of keys, with a preset and the user's own keys over it; and the keys a
//! script names.

use super::action::{KEYS, KeyContext, KeyEffect};
use super::pane::PaneId;
use crate::command;

/// Keys of other debuggers, by preset: key and action.
pub const PRESETS: &[(&str, &[(&str, &str)])] = &[
    ("default", &[]),
    (
        "vscode",
        &[("F5", "run"), ("F6", "run-or-pause"), ("F9", "stop-here"), ("F11", "step-task"), ("Ctrl-G", "go-address")],
    ),
    ("gdb", &[("s", "step-task"), ("S", "step"), ("Ctrl-O", "redraw")]),
    (
        "turbo",
        &[
            ("F2", "stop-here"),
            ("F5", "zoom"),
            ("F6", "next-pane"),
            ("F7", "step-task"),
            ("F9", "run"),
            ("F10", "menu"),
        ],
    ),
    (
        "hsx",
        &[
            ("Alt-s", "step"),
            ("Alt-r", "run"),
            ("Alt-b", "stop-here"),
            ("Alt-p", "run-or-pause"),
            ("Alt-n", "next-task"),
            ("Alt-x", "quit"),
        ],
    ),
];

/// A row of the keys in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The keys by name; those of a sequence are separated by blanks.
    pub keys: Vec<String>,
    /// Where they hold.
    pub place: KeyContext,
    /// What they do.
    pub does: KeyEffect,
    /// A word or two for the hint line.
    pub hint: String,
    /// A sentence about it.
    pub help: String,
    /// What it is called.
    pub name: &'static str,
}

/// A key of the user's own: the key, an action or a command line, and the line of the file it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// The key or sequence.
    pub key: String,
    /// An action's name or a command line; empty takes the key's meaning away.
    pub value: String,
    /// Line of the settings file, from 1.
    pub line: usize,
}

/// The keys in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        let row = |r: &super::action::KeyRow| Binding {
            keys: r.keys.iter().map(|k| (*k).to_owned()).collect(),
            place: r.place,
            does: r.does.clone(),
            hint: r.hint.to_owned(),
            help: r.help.to_owned(),
            name: r.name,
        };
        Keymap { rows: KEYS.iter().map(row).collect() }
    }
}

impl Keymap {
    /// The table with a preset and keys of the user's own over it, and what is wrong with those: a
    /// bad one is left out, the others count.
    #[must_use]
    pub fn new(preset: &str, own: &[OwnKey]) -> (Keymap, Vec<String>) {
        let mut map = Keymap::default();
        let mut problems = Vec::new();
        match PRESETS.iter().find(|(name, _)| *name == preset) {
            Some((_, keys)) => keys.iter().for_each(|(key, name)| {
                if let Some(does) = action(name) {
                    map.bind(key, does, name);
                }
            }),
            None => problems.push(format!("there is no key preset {preset}")),
        }
        for OwnKey { key, value, line } in own {
            let key = key.split_whitespace().collect::<Vec<_>>().join(" ");
            let said = |what: String| format!("line {line}: key {key}: {what}");
            match meaning(value) {
                _ if key.is_empty() => problems.push(said("a key is expected".into())),
                _ if !key.split(' ').all(is_key) => {
                    problems.push(said(
                        "keys are called s, S, Ctrl-S, Alt-s, F5, Shift-F5, Enter, Esc, Up, PgDn, Space".into(),
                    ));
                }
                Err(what) => problems.push(said(what)),
                Ok(does) => match map.clash(&key) {
                    Some(other) => problems.push(said(format!("clashes with {}, the keys of {}", other.1, other.0))),
                    None => {
                        map.take(&key);
                        if let Some(does) = does {
                            map.bind(&key, does, value);
                        }
                    }
                },
            }
        }
        (map, problems)
    }

    /// All rows, those hinted first in front.
    #[must_use]
    pub fn rows(&self) -> &[Binding] {
        &self.rows
    }

    /// A row whose keys begin with this key, or which begins this sequence: name and keys.
    fn clash(&self, key: &str) -> Option<(&'static str, String)> {
        let clashes = |k: &&String| begins(k, key) || begins(key, k);
        self.rows.iter().find_map(|r| Some((r.name, r.keys.iter().find(clashes)?.clone())))
    }

    /// Takes a key from the action that has it.
    fn take(&mut self, key: &str) {
        self.rows.iter_mut().for_each(|r| r.keys.retain(|k| k != key));
        self.rows.retain(|r| !r.keys.is_empty());
    }

    fn bind(&mut self, key: &str, does: KeyEffect, value: &str) {
        self.take(key);
        if let Some(row) = self.rows.iter_mut().find(|r| r.does == does) {
            row.keys.push(key.to_owned());
            return;
        }
        let help = match KEYS.iter().find(|r| r.name == value) {
            Some(row) => row.help.to_owned(),
            None => value.to_owned(),
        };
        let keys = vec![key.to_owned()];
        self.rows.push(Binding { keys, place: KeyContext::Everywhere, does, hint: String::new(), help, name: "own" });
    }

    /// What a key or sequence does in a pane.
    #[must_use]
    pub fn find(&self, keys: &str, focus: PaneId, searching: bool, lesson: bool) -> Option<&Binding> {
        let rank = |place: KeyContext| match place {
            KeyContext::Searching if searching => Some(0),
            KeyContext::Lesson if lesson => Some(1),
            KeyContext::In(id) if id == focus => Some(2),
            KeyContext::Everywhere => Some(3),
            _ => None,
        };
        let here = self.rows.iter().filter(|r| r.keys.iter().any(|k| k == keys));
        here.filter_map(|r| Some((rank(r.place)?, r))).min_by_key(|(rank, _)| *rank).map(|(_, row)| row)
    }

    /// Whether a key means something somewhere, alone or as the beginning of a sequence.
    #[must_use]
    pub fn is_bound(&self, key: &str) -> bool {
        self.rows.iter().flat_map(|r| &r.keys).any(|k| k == key || begins(key, k))
    }

    /// Whether keys begin a longer sequence.
    #[must_use]
    pub fn is_prefix(&self, keys: &str) -> bool {
        self.rows.iter().flat_map(|r| &r.keys).any(|k| begins(keys, k))
    }

    /// What may follow keys that begin a sequence: the rest and a sentence.
    #[must_use]
    pub fn follow(&self, keys: &str) -> Vec<(String, String)> {
        let rest = |r: &Binding| {
            let rest: Vec<&str> = r.keys.iter().filter(|k| begins(keys, k)).map(|k| &k[keys.len() + 1..]).collect();
            (!rest.is_empty()).then(|| (rest.join(" "), r.help.clone()))
        };
        self.rows.iter().filter_map(rest).collect()
    }

    /// The first key of an action, as written.
    #[must_use]
    pub fn key_of(&self, does: &KeyEffect) -> Option<String> {
        self.rows.iter().find(|r| r.does == *does).and_then(|r| r.keys.first()).map(|k| super::help::sequence(k))
    }
}

/// Whether a word is the name of a key, as [`name`] gives it.
fn is_key(word: &str) -> bool {
    const NAMED: [&str; 15] = [
        "Space",
        "Tab",
        "Enter",
        "Esc",
        "Backspace",
        "Delete",
        "Up",
        "Down",
        "Left",
        "Right",
        "Home",
        "End",
        "PgUp",
        "PgDn",
        "F1",
    ];
    let mut base = word;
    for modifier in ["Ctrl-", "Alt-", "Shift-"] {
        base = base.strip_prefix(modifier).filter(|rest| !rest.is_empty()).unwrap_or(base);
    }
    let function = base.strip_prefix('F').and_then(|n| n.parse().ok()).is_some_and(|n: u8| (1..=24).contains(&n));
    base.chars().count() == 1 || function || NAMED.contains(&base)
}

/// Whether a sequence begins with another and is longer.
fn begins(start: &str, keys: &str) -> bool {
    keys.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '))
}

fn action(name: &str) -> Option<KeyEffect> {
    KEYS.iter().find(|r| r.name == name).map(|r| r.does.clone())
}

/// What a value of the settings file means: an action, a command line, or nothing.
fn meaning(value: &str) -> Result<Option<KeyEffect>, String> {
    let value = value.trim();
    let Some(first) = value.split_whitespace().next() else { return Ok(None) };
    if let Some(does) = action(value) {
        return Ok(Some(does));
    }
    if !command::find(first).is_empty() {
        return Ok(Some(KeyEffect::command(value)));
    }
    let near = KEYS.iter().map(|r| r.name).min_by_key(|name| strsim::osa_distance(name, value)).unwrap_or("step");
    Err(format!("{first} is neither an action nor a command; did you mean {near}?"))
}

/// The character a key name types, if it types one.
#[must_use]
pub fn typed(name: &str) -> Option<char> {
    if name == "Space" {
        return Some(' ');
    }
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some(c),
        _ => None,
    }
}

/// The keys of a script: names separated by blanks; `"text"` types its characters.
#[must_use]
pub fn script(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (i, part) in text.split('"').enumerate() {
        if i % 2 == 0 {
            keys.extend(part.split_whitespace().map(str::to_owned));
        } else {
            keys.extend(part.chars().map(|c| if c == ' ' { "Space".to_owned() } else { c.to_string() }));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::action::Action;

    fn own(key: &str, value: &str) -> OwnKey {
        OwnKey { key: key.into(), value: value.into(), line: 7 }
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let mut seen = std::collections::BTreeSet::new();
        for row in KEYS {
            for key in row.keys {
                assert!(seen.insert((row.place, key)), "{key} twice in {:?}", row.place);
            }
        }
        let map = Keymap::default();
        for key in KEYS.iter().flat_map(|r| r.keys) {
            assert_eq!(map.clash(key), None, "{key}");
        }
    }

    #[test]
    fn a_panes_own_key_comes_first_and_a_search_before_it() {
        let map = Keymap::default();
        assert_eq!(map.find("d", PaneId::Stops, false, false).map(|r| &r.does), Some(&KeyEffect::Act(Action::Delete)));
        assert_eq!(map.find("d", PaneId::Code, false, false), None);
        assert_eq!(
            map.find("n", PaneId::Code, true, false).map(|r| &r.does),
            Some(&KeyEffect::Act(Action::Found(true)))
        );
        assert!(map.is_prefix("g") && !map.is_prefix("s") && !map.is_prefix("g g"));
        assert!(map.follow("g").iter().any(|(key, _)| key == "a"));
    }

    #[test]
    fn every_key_command_is_in_the_command_table() {
        for row in KEYS {
            if let KeyEffect::Command(line) | KeyEffect::Ask(_, line) = &row.does {
                let name = line.split(' ').next().expect("not empty");
                assert_eq!(command::find(name).len(), 1, "{line}");
            }
        }
    }

    #[test]
    fn every_preset_names_actions() {
        for (preset, keys) in PRESETS {
            for (key, name) in *keys {
                assert!(action(name).is_some(), "{preset} {key} {name}");
            }
            assert_eq!(Keymap::new(preset, &[]).1, Vec::<String>::new());
        }
    }

    #[test]
    fn keys_of_the_users_own_take_the_place_of_others() {
        let (map, problems) = Keymap::new("default", &[own("Ctrl-G", "step 10"), own("X", "zoom"), own("s", "")]);
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            map.find("Ctrl-G", PaneId::Code, false, false).map(|r| &r.does),
            Some(&KeyEffect::command("step 10"))
        );
        assert_eq!(map.find("X", PaneId::Code, false, false).map(|r| &r.does), Some(&KeyEffect::Act(Action::Zoom)));
        assert_eq!(map.find("z", PaneId::Code, false, false).map(|r| &r.does), Some(&KeyEffect::Act(Action::Zoom)));
        assert_eq!(map.find("s", PaneId::Code, false, false), None);
    }

    #[test]
    fn keys_that_no_keyboard_has_are_told() {
        for (key, good) in
            [("Ctrl-Foo", false), ("Ctrl-Alt-Shift-F12", true), ("Ctrl-", false), ("F25", false), ("-", true)]
        {
            assert_eq!(is_key(key), good, "{key}");
        }
        assert!(KEYS.iter().flat_map(|r| r.keys).flat_map(|k| k.split(' ')).all(is_key));
        let problems = Keymap::new("default", &[own("Ctrl-Foo", "zoom")]).1;
        assert!(problems[0].contains("keys are called"), "{problems:?}");
    }

    #[test]
    fn what_is_wrong_with_own_keys_is_said_with_their_line() {
        let (map, problems) = Keymap::new("default", &[own("g", "zoom"), own("x", "zom"), own("q", "quit")]);
        assert_eq!(
            problems,
            [
                "line 7: key g: clashes with g g, the keys of top",
                "line 7: key x: zom is neither an action nor a command; did you mean zoom?"
            ]
        );
        assert!(map.find("x", PaneId::Code, false, false).is_none());
    }

    #[test]
    fn scripts_name_keys_and_type_texts() {
        assert_eq!(script("s : \"ps 1\" Enter"), ["s", ":", "p", "s", "Space", "1", "Enter"]);
    }
}
