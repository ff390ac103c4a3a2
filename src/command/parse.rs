//! The words of a command, taken one by one: numbers, pids and addresses.

use super::reply::CommandError;
use super::words::Word;
use crate::backend::{ExprError, Pid, Snapshot, application};
use std::collections::VecDeque;

/// The words after a command's name, taken one by one.
#[derive(Debug)]
pub struct Args {
    words: VecDeque<Word>,
    end: usize,
}

impl Args {
    pub(super) fn new(words: Vec<Word>, end: usize) -> Args {
        let end = words.last().map_or(end, |w| w.column + w.raw.chars().count());
        Args { words: words.into(), end }
    }

    /// Column after the last word.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }

    /// Whether all words are taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How many words are left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The next word, if there is one.
    pub fn take_next(&mut self) -> Option<Word> {
        self.words.pop_front()
    }

    /// The words that are left.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.text.as_str())
    }

    /// Takes the next word for another one, at the same place.
    pub fn rename(&mut self, text: String) {
        if let Some(word) = self.words.front_mut() {
            *word = Word::plain(text, word.column);
        }
    }

    /// Puts a word that was taken back.
    pub fn put_back(&mut self, word: Word) {
        self.words.push_front(word);
    }

    /// Column of the next word.
    #[must_use]
    pub fn column(&self) -> usize {
        self.words.front().map_or(self.end, |w| w.column)
    }

    /// The next word without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&str> {
        self.words.front().map(|w| w.text.as_str())
    }

    /// The next word; `what` says what is missing.
    ///
    /// # Errors
    /// Nothing is left.
    pub fn word(&mut self, what: &str) -> Result<Word, CommandError> {
        self.take_next().ok_or_else(|| CommandError::malformed(self.end, format!("{what} is expected here")))
    }

    /// Takes the next word if it is this one, in any case.
    pub fn take(&mut self, word: &str) -> bool {
        let same = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        if same {
            self.words.pop_front();
        }
        same
    }

    /// Takes `-p PID` or `--pid PID` from anywhere among the words.
    ///
    /// # Errors
    /// The pid is missing, or there is no such task.
    pub fn pid_option(&mut self, now: &Snapshot) -> Result<Option<Pid>, CommandError> {
        let Some(at) = self.words.iter().position(|w| w.text == "-p" || w.text == "--pid") else { return Ok(None) };
        let option = self.words.remove(at);
        match self.words.remove(at) {
            Some(word) => pid(&word, now).map(Some),
            None => Err(CommandError::malformed(option.map_or(self.end, |w| w.column), "a pid is expected after this")),
        }
    }

    /// Takes `-p PID` or `-p NAME` that says whose a stop is: one task, or all instances of an application. A task that
    /// is not loaded yet may be meant by its number or name.
    ///
    /// # Errors
    /// The word is missing, or can name no task.
    pub fn whose_option(&mut self, now: &Snapshot) -> Result<(Option<Pid>, Option<String>), CommandError> {
        let at = self.words.iter().position(|w| w.text == "-p" || w.text == "--pid");
        let Some(word) = at.and_then(|at| self.words.get(at + 1)).cloned() else {
            return Ok((self.pid_option(now)?, None));
        };
        let instances = now.tasks.iter().filter(|t| application(&t.name) == word.text).count();
        let whose = match number(&word) {
            // The error says which tasks there are.
            Ok(0) => return Ok((self.pid_option(now)?, None)),
            Ok(pid) => Pid::try_from(pid).map(|pid| (Some(pid), None)).map_err(|_| {
                CommandError::malformed(word.column, format!("a pid up to {} is expected, not {pid}", Pid::MAX))
            })?,
            Err(_) if instances > 1 => (None, Some(word.text.clone())),
            Err(_) if pid(&word, now).is_ok() => return Ok((self.pid_option(now)?, None)),
            Err(_) => (None, Some(word.text.clone())),
        };
        let at = at.unwrap_or_default();
        self.words.drain(at..at + 2);
        Ok(whose)
    }

    /// The next word as a task: its pid or its name.
    ///
    /// # Errors
    /// It is missing, or there is no such task.
    pub fn pid(&mut self, now: &Snapshot) -> Result<Pid, CommandError> {
        let word = self.word("a pid or task name")?;
        pid(&word, now)
    }

    /// The next word as a code address: a number, `FILE:LINE`, or a code label of the task with or without a number
    /// added.
    ///
    /// # Errors
    /// It is missing or unknown.
    pub fn code_address(&mut self, now: &Snapshot, pid: Option<Pid>) -> Result<u32, CommandError> {
        code_address(&self.word("a code address or label")?, now, pid)
    }

    /// The next word as an expression: its text, and the column that begins in.
    ///
    /// # Errors
    /// It is missing.
    pub fn expression_word(&mut self, what: &str) -> Result<(String, usize), CommandError> {
        let word = self.word(what)?;
        let (text, column) = word.expression();
        Ok((text.to_owned(), column))
    }

    /// The next words as an expression, up to one of the words that may follow it: its text, and the column that begins
    /// in. In quotes it may hold those words, too.
    ///
    /// # Errors
    /// It is missing.
    pub fn expression_before(&mut self, ends: &[&str]) -> Result<(String, usize), CommandError> {
        if self.words.is_empty() {
            return self.expression_word("an expression");
        }
        let ends_it = |word: &Word| ends.contains(&word.raw.as_str());
        let end = self.words.iter().skip(1).position(ends_it).map_or(self.words.len(), |at| at + 1);
        let rest = self.words.split_off(end);
        let head = self.rest_in_place();
        self.words = rest;
        Ok(head)
    }

    /// All words that are left as one text.
    #[must_use]
    pub fn rest(&mut self) -> String {
        let words: Vec<String> = self.words.drain(..).map(|w| w.text).collect();
        words.join(" ")
    }

    /// Takes all words that are left.
    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// Takes a word and all that follow it: the text after it, and the column that begins in.
    pub fn take_from(&mut self, word: &str) -> Option<(String, usize)> {
        let at = self.words.iter().position(|w| w.raw == word)?;
        let rest = self.words.split_off(at + 1);
        let head = std::mem::replace(&mut self.words, rest);
        let text = self.rest_in_place();
        self.words = head;
        self.words.pop_back();
        Some(text)
    }

    /// All words that are left as they were typed, each in its column, and the column of the first. One quoted word is
    /// what stands in the quotes.
    #[must_use]
    pub fn rest_in_place(&mut self) -> (String, usize) {
        if let [one] = self.words.make_contiguous() {
            let (text, column) = one.expression();
            let rest = (text.to_owned(), column);
            self.words.clear();
            return rest;
        }
        let start = self.words.front().map_or(self.end, |w| w.column);
        let mut text = String::new();
        for word in self.words.drain(..) {
            let gap = (word.column - start).saturating_sub(text.chars().count()).max(usize::from(!text.is_empty()));
            text.extend(std::iter::repeat_n(' ', gap));
            text.push_str(&word.raw);
        }
        (text, start)
    }

    /// Takes a word from anywhere among the others.
    pub fn remove(&mut self, word: &str) -> Option<Word> {
        let at = self.words.iter().position(|w| w.text == word)?;
        self.words.remove(at)
    }

    /// Takes a word from anywhere among the others with the one after it: its column, and that one.
    pub fn remove_pair(&mut self, word: &str) -> Option<(usize, Option<Word>)> {
        let at = self.words.iter().position(|w| w.text == word)?;
        let column = self.words.remove(at)?.column;
        Some((column, self.words.remove(at)))
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// The first word that is left.
    pub fn done(&mut self) -> Result<(), CommandError> {
        self.take_next().map_or(Ok(()), |word| {
            let message = format!("nothing more is expected, but there is \"{}\"", word.text);
            Err(CommandError::malformed(word.column, message))
        })
    }
}

/// A word as a code address; see [`Args::code_address`].
///
/// # Errors
/// It is unknown.
pub(super) fn code_address(word: &Word, now: &Snapshot, pid: Option<Pid>) -> Result<u32, CommandError> {
    if let Ok(value) = number(word) {
        let short = u32::try_from(value).ok().filter(|value| *value <= 0xFFFF);
        return short
            .ok_or_else(|| CommandError::malformed(word.column, "a code address from 0 to 0xFFFF is expected"));
    }
    let tasks = || now.tasks.iter().filter(|t| pid.is_none_or(|pid| pid == t.pid));
    if let Some(address) = tasks().find_map(|t| t.listing.address_of(&word.text)) {
        return Ok(address);
    }
    if let Some((label, offset)) = word.text.split_once('+')
        && tasks().any(|t| t.listing.labels.iter().any(|(_, name)| name == label))
    {
        number(&Word::plain(offset, word.column + label.chars().count() + 1))?;
    }
    Err({
        let names: Vec<&str> = tasks().flat_map(|t| &t.listing.labels).map(|(_, name)| name.as_str()).collect();
        let near = did_you_mean(&word.text, &names);
        let hint = if near.is_empty() { ExprError::hex_hint(&word.text) } else { near };
        CommandError::malformed(word.column, format!("a code address or label is expected{hint}"))
    })
}

/// A number, decimal or `0x…`.
///
/// # Errors
/// It is not a number; with hexadecimal digits that have no `0x` the error says how they are written.
pub fn number(word: &Word) -> Result<u64, CommandError> {
    let text = word.text.replace('_', "");
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    parsed.ok_or_else(|| {
        let message =
            format!("a number, decimal or 0x…, is expected, not \"{}\"{}", word.text, ExprError::hex_hint(&text));
        CommandError::malformed(word.column, message)
    })
}

fn pid(word: &Word, now: &Snapshot) -> Result<Pid, CommandError> {
    let tasks = &now.tasks;
    if let Ok(value) = number(word) {
        let found = tasks.iter().find(|t| u64::from(t.pid) == value);
        let there: Vec<String> = tasks.iter().map(|t| t.pid.to_string()).collect();
        let there = if there.is_empty() { "there are none".into() } else { format!("there are {}", there.join(", ")) };
        return found
            .map(|t| t.pid)
            .ok_or_else(|| CommandError::at(word.column, format!("there is no task {value}; {there}")));
    }
    let named: Vec<Pid> = tasks.iter().filter(|t| t.name == word.text).map(|t| t.pid).collect();
    match named[..] {
        [pid] => Ok(pid),
        [] => {
            let names: Vec<&str> = tasks.iter().map(|t| t.name.as_str()).collect();
            Err(CommandError::at(
                word.column,
                format!(
                    "a pid or task name is expected, not \"{}\"{}{}",
                    word.text,
                    did_you_mean(&word.text, &names),
                    ExprError::hex_hint(&word.text)
                ),
            ))
        }
        _ => Err(CommandError::at(word.column, format!("\"{}\" is the name of several tasks: use the pid", word.text))),
    }
}

/// `; did you mean "…"?` when one of the names is close.
#[must_use]
pub fn did_you_mean(word: &str, names: &[&str]) -> String {
    let near = names.iter().map(|name| (strsim::osa_distance(word, name), name)).min();
    match near {
        Some((d, name)) if d <= 1 + word.chars().count() / 3 => format!("; did you mean \"{name}\"?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::split;
    use super::*;

    #[test]
    fn expressions_are_taken_as_typed_and_out_of_one_pair_of_quotes() {
        let rest = |line: &str| Args::new(split(line).expect("good").remove(0), 0).rest_in_place();
        assert_eq!(rest("'a'  + 1"), ("'a'  + 1".into(), 0));
        assert_eq!(rest("'r3 == 1'"), ("r3 == 1".into(), 1));
        assert_eq!(rest("'#'"), ("'#'".into(), 0));
        assert_eq!(rest("\"'a' + 1\""), ("'a' + 1".into(), 1));
    }

    #[test]
    fn hexadecimal_without_its_mark_is_refused_with_a_hint() {
        let message = number(&Word::plain("4A", 0)).expect_err("refused").message;
        assert!(message.ends_with("; hexadecimal is 0x4A"), "{message}");
    }

    #[test]
    fn near_names_are_offered() {
        assert_eq!(did_you_mean("setp", &["step", "stack"]), "; did you mean \"step\"?");
        assert_eq!(did_you_mean("xyzzy", &["step", "stack"]), "");
    }
}
