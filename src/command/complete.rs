//! What could stand at the end of a line: each argument by its kind, which stands in the command table.

use super::signature::{ArgumentKind, after};
use super::words::{Word, split};
use super::{COMMANDS, event, find};
use crate::backend::host::{self, DirEntry, EntryKind};
use crate::backend::{Event, Snapshot, Target, Want};

/// A word that could stand at the end of a line, and a sentence about it.
pub type Offer = (String, String);

/// Where the last word of a line begins, in bytes: quotes hold blanks together, open ones as well.
#[must_use]
pub fn word_start(line: &str) -> usize {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ';') => start = at + 1,
            (None, c) if c.is_whitespace() => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

/// Words that could stand at the end of a line. `screen` knows what is the screen's: settings, themes, views, panes.
#[must_use]
pub fn complete(target: &mut dyn Target, line: &str, screen: &dyn Fn(ArgumentKind) -> Vec<Offer>) -> Vec<Offer> {
    let (before, word) = line.split_at(word_start(line));
    let words = split(before).ok().and_then(|mut commands| commands.pop()).unwrap_or_default();
    let fresh = before.trim_end().is_empty() || before.trim_end().ends_with(';');
    let mut found = match words.split_first() {
        None => commands(),
        Some(_) if fresh => commands(),
        Some((name, rest)) => match find(&name.text)[..] {
            [row] => {
                let now = target.look(&Want::lists());
                let rest: Vec<&str> = rest.iter().map(|w| w.text.as_str()).collect();
                let next = after(row.args, &rest);
                let keywords =
                    next.iter().filter(|n| ArgumentKind::of(n).is_none()).map(|n| ((*n).to_owned(), row.help.into()));
                let kinds = next.iter().filter_map(|n| ArgumentKind::of(n));
                keywords.chain(kinds.flat_map(|kind| offers(kind, &now, word, screen))).collect()
            }
            _ => Vec::new(),
        },
    };
    let typed = unquoted(word);
    found.retain(|(text, _)| unquoted(text).starts_with(&typed) && !text.chars().any(char::is_control));
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

fn commands() -> Vec<Offer> {
    COMMANDS.iter().map(|c| (c.name.to_owned(), c.help.to_owned())).collect()
}

/// What there is of a kind.
fn offers(kind: ArgumentKind, now: &Snapshot, word: &str, screen: &dyn Fn(ArgumentKind) -> Vec<Offer>) -> Vec<Offer> {
    let code = || now.tasks.iter().flat_map(|t| &t.listing.labels).map(|(at, name)| label(name, "code", *at));
    let data = || now.tasks.iter().flat_map(|t| &t.listing.data).map(|(at, name)| label(name, "data", *at));
    match kind {
        ArgumentKind::Task => {
            now.tasks.iter().map(|t| (t.name.clone(), format!("task {}, {}", t.pid, t.state.name()))).collect()
        }
        ArgumentKind::Place => code().collect(),
        ArgumentKind::Data => data().collect(),
        ArgumentKind::Expr => code().chain(data()).collect(),
        ArgumentKind::Register => ["pc", "sp", "psw"]
            .map(String::from)
            .into_iter()
            .chain((0..16).map(|i| format!("r{i}")))
            .map(|name| (name, "register".into()))
            .collect(),
        ArgumentKind::Event => Event::names().map(|name| (name, "event".into())).collect(),
        ArgumentKind::Traced => event::kinds().map(|k| (k.name().to_lowercase(), "trace entry".into())).collect(),
        ArgumentKind::Bookmark => {
            now.history.bookmarks.iter().map(|b| (b.name.clone(), format!("turn {}", b.turn))).collect()
        }
        ArgumentKind::Branch => now.branches.iter().map(|b| (b.number.to_string(), b.name.clone())).collect(),
        ArgumentKind::Stop => now.stops.iter().map(|s| (s.number.to_string(), super::stops::said(s))).collect(),
        ArgumentKind::Display => now.watches.iter().map(|w| (w.number.to_string(), w.expression.clone())).collect(),
        ArgumentKind::Mailbox => {
            now.mailboxes.iter().map(|b| (b.name.clone(), format!("mailbox {}", b.descriptor))).collect()
        }
        ArgumentKind::Entry => {
            let values = now.values.iter().filter_map(|v| v.name.clone()).map(|name| (name, "value".to_owned()));
            let commands = now.commands.iter().filter_map(|c| c.name.clone()).map(|name| (name, "command".to_owned()));
            values.chain(commands).collect()
        }
        ArgumentKind::Command => commands(),
        ArgumentKind::File => files(word, true),
        ArgumentKind::Directory => files(word, false),
        ArgumentKind::Setting
        | ArgumentKind::SettingValue
        | ArgumentKind::Theme
        | ArgumentKind::View
        | ArgumentKind::Pane => screen(kind),
        ArgumentKind::Number | ArgumentKind::Text => Vec::new(),
    }
}

fn label(name: &str, space: &str, at: u32) -> Offer {
    (name.to_owned(), format!("{space} 0x{at:04X}"))
}

/// A path as the host knows it: `~` at its beginning, if that was not quoted, is the home directory.
pub(super) fn expand_home(word: &Word) -> String {
    match (word.raw.strip_prefix('~'), host::home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            let inside = word.text.strip_prefix('~').unwrap_or(&word.text);
            format!("{home}{inside}")
        }
        _ => word.text.clone(),
    }
}

/// Files and directories that begin like a word; directories alone on request. What has blanks is quoted, a directory
/// without the closing quote, so that more can be typed.
fn files(word: &str, all: bool) -> Vec<Offer> {
    let typed = unquoted(word);
    let (directory, _) = typed.rsplit_once('/').map_or(("", ""), |(directory, name)| (directory, name));
    let expanded = match (directory.strip_prefix('~'), host::home()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => directory.to_owned(),
    };
    let place = match (expanded.as_str(), typed.starts_with('/')) {
        ("", true) => "/",
        ("", false) => ".",
        (place, _) => place,
    };
    let quote = word.starts_with('"');
    let offer = |entry: DirEntry| {
        let full = if typed.contains('/') { format!("{directory}/{}", entry.name) } else { entry.name };
        match entry.kind == EntryKind::Directory || host::is_directory(&entry.path) {
            true => Some((spelled(&format!("{full}/"), quote, false), "directory".to_owned())),
            false if all => Some((spelled(&full, quote, true), "file".to_owned())),
            false => None,
        }
    };
    host::list(place.as_ref()).unwrap_or_default().into_iter().filter_map(offer).collect()
}

/// What a word says without the quote it begins with and without its backslashes: what is offered may have to be quoted
/// although no quote was typed.
fn unquoted(word: &str) -> String {
    let mut rest = word.strip_prefix(['"', '\'']).unwrap_or(word).chars();
    let mut text = String::new();
    while let Some(c) = rest.next() {
        text.extend(if c == '\\' { rest.next() } else { Some(c) });
    }
    text
}

/// A path as it is typed, in quotes if that must be or was begun; closed or open.
fn spelled(path: &str, quote: bool, closed: bool) -> String {
    let plain = path.chars().all(|c| c.is_alphanumeric() || "-_./~+,:@%=".contains(c));
    if plain && !quote {
        return path.to_owned();
    }
    let end = if closed { "\"" } else { "" };
    format!("\"{}{end}", path.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_a_word_together_also_open_ones() {
        let word = |line: &'static str| &line[word_start(line)..];
        assert_eq!(word("ps; load my"), "my");
        assert_eq!(word("load \"my d"), "\"my d");
        assert_eq!(word("load \"my d\" x"), "x");
        assert_eq!(word("load my\\ d"), "my\\ d");
        assert_eq!(word("print ';' + r"), "r");
    }

    #[test]
    fn a_directory_stays_open_and_blanks_are_quoted() {
        assert_eq!(spelled("my dir/", false, false), "\"my dir/");
        assert_eq!(spelled("a b", false, true), "\"a b\"");
        assert_eq!(spelled("plain.hxe", false, true), "plain.hxe");
    }

    #[test]
    fn a_word_without_quotes_begins_a_path_that_needs_them() {
        for typed in ["my d", "\"my d", "'my d", "my\\ d"] {
            assert!(unquoted(&spelled("my dir/", false, false)).starts_with(&unquoted(typed)), "{typed}");
        }
    }
}
