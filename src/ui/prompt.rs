//! Editing the command line.

use super::view::{Prompt, Purpose};

/// Lines entered before, newest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    lines: Vec<String>,
    most: usize,
}

impl Default for History {
    fn default() -> Self {
        History { lines: Vec::new(), most: 500 }
    }
}

impl History {
    /// Adds a line, unless it repeats the last one.
    pub fn push(&mut self, line: &str) {
        if self.lines.last().is_none_or(|last| last != line) {
            self.lines.push(line.to_owned());
        }
        self.keep(self.most);
    }

    /// Keeps at most this many lines.
    pub fn keep(&mut self, most: usize) {
        self.most = most;
        self.lines.drain(..self.lines.len().saturating_sub(most));
    }

    /// The line entered last.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.lines.last().map(String::as_str)
    }

    /// All lines, newest last.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The next older line after `from` that holds a text.
    fn holding(&self, from: Option<usize>, text: &str) -> Option<usize> {
        (0..from.unwrap_or(self.lines.len())).rev().find(|i| self.lines[*i].contains(text))
    }

    /// The next older (or newer) line after `from` that begins like `start`.
    fn find(&self, from: Option<usize>, older: bool, start: &str) -> Option<usize> {
        let begins = |i: &usize| self.lines[*i].starts_with(start);
        let from = from.unwrap_or(self.lines.len());
        if older { (0..from).rev().find(begins) } else { (from + 1..self.lines.len()).find(begins) }
    }
}

/// What an edit asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// Nothing more.
    Done,
    /// The line is entered.
    Enter(String),
    /// The prompt is left.
    Leave,
    /// Completions are wanted, or the next of them.
    Complete,
}

impl Prompt {
    /// Handles a key by name.
    pub fn key(&mut self, key: &str, history: &History) -> Edited {
        let tab = matches!(key, "Tab" | "Shift-Tab");
        if !tab {
            self.completions.clear();
            self.chosen = None;
            self.wrong = None;
        }
        if key != "Ctrl-R" {
            self.recall = None;
        }
        let replaces = std::mem::take(&mut self.replaces);
        if replaces && super::keymap::typed(key).is_some() {
            self.text.clear();
            self.cursor = 0;
        }
        match key {
            "Enter" => return Edited::Enter(std::mem::take(&mut self.text)),
            "Esc" | "Ctrl-C" => return Edited::Leave,
            "Tab" | "Shift-Tab" if self.completions.is_empty() => return Edited::Complete,
            "Tab" => self.choose(1),
            "Shift-Tab" => self.choose(-1),
            "Backspace" if self.text.is_empty() => return Edited::Leave,
            "Backspace" | "Ctrl-H" => self.delete(self.left()..self.cursor),
            "Delete" | "Ctrl-D" => self.delete(self.cursor..self.right()),
            "Left" | "Ctrl-B" => self.cursor = self.left(),
            "Right" | "Ctrl-F" => self.cursor = self.right(),
            "Home" | "Ctrl-A" => self.cursor = 0,
            "End" | "Ctrl-E" => self.cursor = self.text.len(),
            "Ctrl-Left" | "Alt-b" => self.cursor = self.word_left(),
            "Ctrl-Right" | "Alt-f" => self.cursor = self.word_right(),
            "Ctrl-W" | "Alt-Backspace" => self.delete(self.word_left()..self.cursor),
            "Ctrl-U" => self.delete(0..self.cursor),
            "Ctrl-K" => self.delete(self.cursor..self.text.len()),
            "Ctrl-R" => self.search_back(history),
            "Up" | "Ctrl-P" => self.recall(history, true),
            "Down" | "Ctrl-N" => self.recall(history, false),
            _ => {
                if let Some(c) = super::keymap::typed(key) {
                    self.insert(&c.to_string());
                }
            }
        }
        Edited::Done
    }

    /// Takes a pasted text: several lines are several commands, with the language's own divider between them, or in
    /// other prompts words with blanks between them.
    pub fn paste(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let divider = if self.purpose == Purpose::Command { "; " } else { " " };
        match lines[..] {
            [] | [_] => self.insert(text),
            _ => self.insert(&lines.join(divider)),
        }
    }

    /// Types a text, line breaks and control characters left out.
    pub fn insert(&mut self, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        self.text.insert_str(self.cursor, &text);
        self.cursor += text.len();
        self.history_at = None;
    }

    fn delete(&mut self, range: std::ops::Range<usize>) {
        self.cursor = range.start;
        self.text.replace_range(range, "");
        self.history_at = None;
    }

    fn left(&self) -> usize {
        self.text[..self.cursor].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..].chars().next().map_or(self.cursor, |c| self.cursor + c.len_utf8())
    }

    fn word_left(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| at + 1)
    }

    fn word_right(&self) -> usize {
        let after = &self.text[self.cursor..];
        let start = after.len() - after.trim_start().len();
        after[start..].find(char::is_whitespace).map_or(self.text.len(), |at| self.cursor + start + at)
    }

    /// Recalls the next older line that holds what was typed before the first Ctrl-R.
    fn search_back(&mut self, history: &History) {
        let wanted = self.recall.get_or_insert_with(|| self.text.clone()).clone();
        if let Some(at) = history.holding(self.history_at, &wanted) {
            self.history_at = Some(at);
            self.text.clone_from(&history.lines[at]);
            self.cursor = self.text.len();
        }
    }

    /// Recalls a line that begins like the text before the cursor.
    fn recall(&mut self, history: &History, older: bool) {
        let start = self.text[..self.cursor].to_owned();
        match history.find(self.history_at, older, &start) {
            Some(at) => {
                self.history_at = Some(at);
                self.text.clone_from(&history.lines[at]);
            }
            None if !older => {
                self.history_at = None;
                self.text = start;
            }
            None => {}
        }
    }

    /// Where the word before the cursor starts.
    #[must_use]
    pub fn word_start(&self) -> usize {
        crate::command::word_start(&self.text[..self.cursor])
    }

    /// Offers completions; the only one is taken at once.
    pub fn offer(&mut self, completions: Vec<(String, String)>) {
        self.completions = completions;
        self.chosen = None;
        if let [(word, _)] = &self.completions[..] {
            // In a directory more is to be typed.
            let word = if word.ends_with('/') { word.clone() } else { format!("{word} ") };
            self.replace_word(&word);
            self.completions.clear();
        }
    }

    fn choose(&mut self, by: isize) {
        let count = self.completions.len() as isize;
        let next = self.chosen.map_or(if by > 0 { 0 } else { count - 1 }, |at| (at as isize + by).rem_euclid(count));
        self.chosen = Some(next as usize);
        let word = self.completions[next as usize].0.clone();
        self.replace_word(&word);
    }

    fn replace_word(&mut self, word: &str) {
        let start = self.word_start();
        self.text.replace_range(start..self.cursor, word);
        self.cursor = start + word.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(prompt: &mut Prompt, history: &History, keys: &str) -> Edited {
        let mut last = Edited::Done;
        for key in super::super::keymap::script(keys) {
            last = prompt.key(&key, history);
        }
        last
    }

    #[test]
    fn lines_are_edited_as_in_a_shell() {
        let (mut p, h) = (Prompt::default(), History::default());
        press(&mut p, &h, "\"peek 1 0xé4\" Left Backspace Home \"x\" Ctrl-E Ctrl-W");
        assert_eq!((p.text.as_str(), p.cursor), ("xpeek 1 ", 8));
        press(&mut p, &h, "Ctrl-Left Ctrl-K Ctrl-A Delete");
        assert_eq!(p.text, "peek ");
        assert_eq!(press(&mut p, &h, "Enter"), Edited::Enter("peek ".into()));
        assert_eq!(press(&mut p, &h, "Backspace"), Edited::Leave);
    }

    #[test]
    fn history_recalls_what_begins_alike() {
        let mut h = History::default();
        for line in ["ps", "step 3", "peek 1 0", "step 5"] {
            h.push(line);
        }
        let mut p = Prompt::default();
        press(&mut p, &h, "\"st\" Up");
        assert_eq!(p.text, "step 5");
        press(&mut p, &h, "Up");
        assert_eq!(p.text, "step 3");
        press(&mut p, &h, "Up Down Down");
        assert_eq!(p.text, "st");
    }

    #[test]
    fn ctrl_r_finds_lines_that_hold_a_text() {
        let mut h = History::default();
        for line in ["ps", "step 3 -p 2", "peek 2 0", "step 5"] {
            h.push(line);
        }
        let mut p = Prompt::default();
        press(&mut p, &h, "\"2\" Ctrl-R");
        assert_eq!(p.text, "peek 2 0");
        press(&mut p, &h, "Ctrl-R Ctrl-R");
        assert_eq!((p.text.as_str(), p.cursor), ("step 3 -p 2", 11));
    }

    #[test]
    fn tab_cycles_through_completions() {
        let (mut p, h) = (Prompt::default(), History::default());
        p.insert("ps; st");
        assert_eq!(press(&mut p, &h, "Tab"), Edited::Complete);
        p.offer(vec![("stack".into(), String::new()), ("step".into(), String::new())]);
        press(&mut p, &h, "Tab Tab");
        assert_eq!(p.text, "ps; step");
        press(&mut p, &h, "Tab");
        assert_eq!(p.text, "ps; stack");
        p.offer(vec![("stack".into(), String::new())]);
        assert_eq!(p.text, "ps; stack ");
    }

    #[test]
    fn pasted_lines_are_several_commands() {
        let mut p = Prompt::default();
        p.paste("step 3\r\n\n  step 4\n");
        assert_eq!(p.text, "step 3; step 4");
        let mut p = Prompt { purpose: Purpose::Search, ..Prompt::default() };
        p.paste("one\ntwo\n");
        assert_eq!(p.text, "one two");
    }

    #[test]
    fn pasted_control_characters_are_left_out() {
        let mut p = Prompt::default();
        p.insert("a\x1B[31m\nb");
        assert_eq!(p.text, "a[31mb");
    }
}
