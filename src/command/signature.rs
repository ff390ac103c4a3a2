//! Usage lines as what they are: the arguments of a command, each a word that is typed as it stands or, in capitals,
//! one of a kind. `[…]` may be left out, `...` repeats. ` | ` divides whole rows of words, `|` without blanks the words
//! of one place, or in brackets rows as well.

use super::Command;
use super::reply::CommandError;
use super::words::Word;

/// A kind of argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A task, by pid or name.
    Task,
    /// A place in code: an address, label, label+N or FILE:LINE.
    Place,
    /// A data label.
    Data,
    /// An expression.
    Expr,
    /// A register.
    Register,
    /// An event that can be stopped at.
    Event,
    /// A kind of trace entry.
    Traced,
    /// A bookmark.
    Bookmark,
    /// A branch, by number.
    Branch,
    /// A stop, by number.
    Stop,
    /// An expression in sight, by number.
    Display,
    /// A mailbox, by name.
    Mailbox,
    /// A value or command of the registry.
    Entry,
    /// A command.
    Command,
    /// A file of the host.
    File,
    /// A directory of the host.
    Directory,
    /// A setting of the screen.
    Setting,
    /// What a setting may be.
    SettingValue,
    /// A theme.
    Theme,
    /// An arrangement of panes.
    View,
    /// A pane.
    Pane,
    /// A number, time or address: nothing to offer.
    Number,
    /// Text of the user's own.
    Text,
}

/// The words in capitals that usage lines may hold, with what they stand for.
const KINDS: &[(&str, ArgumentKind)] = &[
    ("PID", ArgumentKind::Task),
    ("PID...", ArgumentKind::Task),
    ("TASK", ArgumentKind::Task),
    ("PLACE", ArgumentKind::Place),
    ("LABEL", ArgumentKind::Data),
    ("EXPR", ArgumentKind::Expr),
    ("*EXPR", ArgumentKind::Expr),
    ("ADDR", ArgumentKind::Expr),
    ("VALUE", ArgumentKind::Expr),
    ("REG", ArgumentKind::Register),
    ("EVENT", ArgumentKind::Event),
    ("KIND...", ArgumentKind::Traced),
    ("MARK", ArgumentKind::Bookmark),
    ("BRANCH", ArgumentKind::Branch),
    ("STOP", ArgumentKind::Stop),
    ("DISPLAY", ArgumentKind::Display),
    ("MAILBOX", ArgumentKind::Mailbox),
    ("ID", ArgumentKind::Entry),
    ("COMMAND", ArgumentKind::Command),
    ("FILE", ArgumentKind::File),
    ("FILE.svg", ArgumentKind::File),
    ("FILE.txt", ArgumentKind::File),
    ("FILE.ans", ArgumentKind::File),
    ("DIR", ArgumentKind::Directory),
    ("OLD=NEW", ArgumentKind::Text),
    ("SETTING", ArgumentKind::Setting),
    ("SETTING-VALUE", ArgumentKind::SettingValue),
    ("THEME", ArgumentKind::Theme),
    ("VIEW", ArgumentKind::View),
    ("PANE", ArgumentKind::Pane),
    ("N", ArgumentKind::Number),
    ("HZ", ArgumentKind::Number),
    ("T", ArgumentKind::Number),
    ("TURN", ArgumentKind::Number),
    ("TURNS", ArgumentKind::Number),
    ("FROM", ArgumentKind::Number),
    ("TO", ArgumentKind::Number),
    ("TIMEus", ArgumentKind::Number),
    ("LEN", ArgumentKind::Number),
    ("COUNT", ArgumentKind::Number),
    ("SEED", ArgumentKind::Number),
    ("NUMBER", ArgumentKind::Number),
    ("FORMAT", ArgumentKind::Number),
    ("SIZE", ArgumentKind::Number),
    ("/COUNT", ArgumentKind::Number),
    ("HEX", ArgumentKind::Text),
    ("TEXT", ArgumentKind::Text),
    ("WHY", ArgumentKind::Text),
    ("NAME", ArgumentKind::Text),
    ("VARIABLE", ArgumentKind::Expr),
    ("TYPE", ArgumentKind::Expr),
    ("/FORMAT", ArgumentKind::Number),
    ("DATA", ArgumentKind::Text),
    ("ARG", ArgumentKind::Text),
    ("ANSWER", ArgumentKind::Text),
    ("PLACES", ArgumentKind::Text),
    ("'LINE'", ArgumentKind::Text),
];

impl ArgumentKind {
    /// What a word of a usage line stands for; `None` for one that is typed as it stands.
    #[must_use]
    pub fn of(word: &str) -> Option<ArgumentKind> {
        KINDS.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// Whether it may take several words.
    const fn is_long(self) -> bool {
        matches!(self, ArgumentKind::Expr | ArgumentKind::Text)
    }
}

/// A part of a usage line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(&'static str),
    /// One after the other.
    Row(Vec<Part>),
    /// One of them.
    One(Vec<Part>),
    /// It, or nothing.
    Maybe(Box<Part>),
    /// It, any number of times.
    Many(Box<Part>),
}

/// The words of a usage line that could come after some that are there already. `-p PID` may stand anywhere.
#[must_use]
pub fn after(args: &'static str, words: &[&str]) -> Vec<&'static str> {
    let mut offers = Vec::new();
    if let Some(("-p" | "--pid", _)) = words.split_last().map(|(last, rest)| (*last, rest)) {
        return vec!["PID"];
    }
    let mut plain = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "-p" | "--pid" => drop(rest.next()),
            word => plain.push(word),
        }
    }
    walk(&parse(args), &plain, &mut offers);
    offers
}

/// Makes sure that a command has as many words as its usage line allows, and that those which are typed as they stand are
/// among them.
///
/// # Errors
/// The usage line, at the first word that does not fit.
pub fn check_words(row: &Command, words: &[Word]) -> Result<(), CommandError> {
    let forces = |word: &&Word| matches!(word.text.as_str(), "!" | "--force");
    let given: Vec<&Word> = words.iter().skip(1).filter(|word| !forces(word)).collect();
    let texts: Vec<&str> = given.iter().map(|word| word.text.as_str()).collect();
    match fits(row.args, &texts) {
        Ok(()) => Ok(()),
        Err(at) => {
            let end = words.last().map_or(0, |word| word.column + word.raw.chars().count());
            Err(CommandError::usage(row, given.get(at).map_or(end, |word| word.column)))
        }
    }
}

/// Whether some words are all that a usage line can take.
///
/// # Errors
/// The number of the first word that does not fit, or how many words there are if one is missing.
fn fits(args: &'static str, words: &[&str]) -> Result<(), usize> {
    let ends = walk(&parse(args), words, &mut Vec::new());
    match ends.contains(&words.len()) {
        true => Ok(()),
        false => Err(ends.into_iter().max().unwrap_or(if words.is_empty() { 0 } else { words.len() - 1 })),
    }
}

/// How many words a part can take; what could come next where they end is added to `offers`.
fn walk(part: &Part, words: &[&str], offers: &mut Vec<&'static str>) -> Vec<usize> {
    match part {
        Part::Word(word) => match (words.first(), ArgumentKind::of(word)) {
            (None, _) => {
                offers.push(word);
                Vec::new()
            }
            // The star of `*EXPR` is typed.
            (Some(typed), Some(_)) if word.starts_with('*') && !typed.starts_with('*') => Vec::new(),
            (Some(_), Some(kind)) if kind.is_long() => {
                offers.push(word);
                (1..=words.len()).collect()
            }
            (Some(_), Some(_)) => vec![1],
            (Some(typed), None) => {
                if typed.eq_ignore_ascii_case(word) {
                    vec![1]
                } else {
                    Vec::new()
                }
            }
        },
        Part::Row(parts) => {
            let mut ends = vec![0];
            for part in parts {
                ends = ends.iter().flat_map(|end| shifted(*end, walk(part, &words[*end..], offers))).collect();
                ends.sort_unstable();
                ends.dedup();
            }
            ends
        }
        Part::One(parts) => parts.iter().flat_map(|part| walk(part, words, offers)).collect(),
        Part::Maybe(part) => std::iter::once(0).chain(walk(part, words, offers)).collect(),
        Part::Many(part) => {
            let (mut ends, mut at) = (vec![0], 0);
            while let Some(&end) = ends.get(at) {
                for next in shifted(end, walk(part, &words[end..], offers)) {
                    if !ends.contains(&next) {
                        ends.push(next);
                    }
                }
                at += 1;
            }
            ends
        }
    }
}

fn shifted(by: usize, ends: Vec<usize>) -> impl Iterator<Item = usize> {
    ends.into_iter().map(move |end| end + by)
}

fn parse(args: &'static str) -> Part {
    let mut tokens = Vec::new();
    for word in args.split(' ') {
        let mut rest = word;
        while !rest.is_empty() {
            let end = rest.find(['[', ']', '|']).unwrap_or(rest.len()).max(1);
            let (token, more) = rest.split_at(end);
            tokens.push(if word == "|" { Token::Rows } else { Token::Part(token) });
            rest = more;
        }
    }
    alternatives(&mut tokens.into_iter(), false)
}

/// A piece of a usage line.
enum Token {
    /// ` | `.
    Rows,
    /// A word, bracket, or `|` without blanks.
    Part(&'static str),
}

/// Rows divided by `|`, up to a closing bracket.
fn alternatives(tokens: &mut std::vec::IntoIter<Token>, inside: bool) -> Part {
    let mut all = Vec::new();
    let mut row: Vec<Part> = Vec::new();
    loop {
        match tokens.next() {
            None | Some(Token::Part("]")) => break,
            Some(Token::Rows) => all.push(Part::Row(std::mem::take(&mut row))),
            Some(Token::Part("|")) if inside => all.push(Part::Row(std::mem::take(&mut row))),
            Some(Token::Part("|")) => {
                let mut one = match row.pop() {
                    Some(Part::One(parts)) => parts,
                    last => last.into_iter().collect(),
                };
                if let Some(Token::Part(word)) = tokens.next() {
                    one.push(Part::Word(word));
                }
                row.push(Part::One(one));
            }
            Some(Token::Part("...")) => {
                // All alternatives so far, or the last part of a row.
                if all.is_empty() {
                    let last = row.pop().unwrap_or(Part::Row(Vec::new()));
                    row.push(Part::Many(Box::new(last)));
                } else {
                    all.push(Part::Row(std::mem::take(&mut row)));
                    row.push(Part::Many(Box::new(Part::One(std::mem::take(&mut all)))));
                }
            }
            Some(Token::Part("[")) => {
                let inner = alternatives(tokens, true);
                row.push(Part::Maybe(Box::new(inner)));
            }
            Some(Token::Part(word)) if word.ends_with("...") => row.push(Part::Many(Box::new(Part::Word(word)))),
            Some(Token::Part(word)) => row.push(Part::Word(word)),
        }
    }
    all.push(Part::Row(row));
    Part::One(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::COMMANDS;

    #[test]
    fn every_word_of_a_usage_line_is_typed_as_it_stands_or_of_a_kind() {
        fn check(name: &str, part: &Part) {
            match part {
                Part::Word(word) => {
                    let typed = word.chars().all(|c| c.is_ascii_lowercase() || "-*".contains(c));
                    assert!(typed || ArgumentKind::of(word).is_some(), "{name}: {word}");
                }
                Part::Row(parts) | Part::One(parts) => parts.iter().for_each(|part| check(name, part)),
                Part::Maybe(part) | Part::Many(part) => check(name, part),
            }
        }
        COMMANDS.iter().for_each(|c| check(c.name, &parse(c.args)));
    }

    #[test]
    fn each_place_has_its_own_kinds() {
        let next = |name: &str, words: &[&str]| {
            let row = COMMANDS.iter().find(|c| c.name == name).expect("command");
            after(row.args, words)
        };
        assert_eq!(next("break", &[]), ["PLACE", "*EXPR", "-p", "if"]);
        assert_eq!(next("break", &["again"]), ["-p", "if"]);
        assert_eq!(next("break", &["again", "if"]), ["EXPR"]);
        assert_eq!(next("break", &["again", "-p"]), ["PID"]);
        assert_eq!(next("catch", &[]), ["EVENT"]);
        assert_eq!(next("branch", &["go"]), ["BRANCH"]);
        assert!(next("explore", &["start", "same"]).contains(&"collect"));
    }
}
