//! What has been done in a session, as command lines that do it again: steps for runs, the lines
//! themselves for everything else.

use crate::backend::Pid;
use crate::command::Word;
use std::sync::{Arc, Mutex, PoisonError};

/// A record that the reporter of a crash reads, too.
#[derive(Debug, Clone, Default)]
pub struct Record(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    done: Vec<String>,
    /// The run in progress, or the last one, and how many turns it has done.
    run: Option<(Run, u64)>,
}

/// Who takes turns in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Run {
    /// Everybody, in rotation.
    Rotation,
    /// One task alone.
    Only(Pid),
    /// Who a schedule says: the line that named it.
    By(String),
}

impl Lines {
    /// The run in progress, or the last one, as a line.
    fn running(&self) -> Option<String> {
        match self.run.as_ref()? {
            (_, 0) => None,
            (Run::Rotation, turns) => Some(format!("step {turns}")),
            (Run::Only(pid), turns) => Some(format!("step {turns} -p {pid}")),
            (Run::By(line), turns) => Some(format!("{line} for {turns}")),
        }
    }

    fn settle(&mut self) {
        let line = self.running();
        self.done.extend(line);
        self.run = None;
    }
}

impl Record {
    fn with<T>(&self, f: impl FnOnce(&mut Lines) -> T) -> T {
        // A panic while it was locked left it whole: each change is one assignment.
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A command that has been carried out and ran nothing.
    pub fn command(&self, words: &[Word]) {
        self.line(&line(words));
    }

    /// A line that has been carried out and does again what it did.
    pub fn line(&self, line: &str) {
        self.with(|lines| {
            lines.settle();
            lines.done.push(line.to_owned());
        });
    }

    /// A command that has begun a run by a schedule.
    pub fn schedule(&self, words: &[Word]) {
        let end = words.iter().position(|w| w.text == "for").unwrap_or(words.len());
        let line = line(&words[..end]);
        self.with(|lines| {
            lines.settle();
            lines.run = Some((Run::By(line), 0));
        });
    }

    /// Turns that have been done in a run by a schedule.
    pub fn scheduled_turns(&self, more: u64) {
        self.with(|lines| {
            if let Some((Run::By(_), turns)) = &mut lines.run {
                *turns += more;
            }
        });
    }

    /// Turns that have been done, by all tasks or by one alone.
    pub fn turns(&self, pid: Option<Pid>, more: u64) {
        let run = pid.map_or(Run::Rotation, Run::Only);
        self.with(|lines| match &mut lines.run {
            Some((same, turns)) if *same == run => *turns += more,
            _ => {
                lines.settle();
                lines.run = Some((run, more));
            }
        });
    }

    /// The lines that do it all again.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.with(|lines| lines.done.iter().cloned().chain(lines.running()).collect())
    }
}

/// A command as it can be typed.
fn line(words: &[Word]) -> String {
    words.iter().map(|w| quoted(&w.text)).collect::<Vec<_>>().join(" ")
}

/// A word as it can be typed.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/=+,%@!?*<>[]()|&^~$".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::split;

    #[test]
    fn runs_are_kept_as_steps_and_other_lines_as_they_are() {
        let record = Record::default();
        record.turns(None, 1);
        record.turns(None, 20);
        record.turns(Some(2), 3);
        record.turns(None, 0);
        record.command(&split("send 1 \"two words\"").expect("good line")[0]);
        record.turns(None, 7);
        assert_eq!(record.lines(), ["step 21", "step 3 -p 2", "send 1 'two words'", "step 7"]);
    }

    #[test]
    fn runs_by_a_schedule_are_kept_as_far_as_they_came() {
        let record = Record::default();
        let begin = |line: &str| record.schedule(&split(line).expect("good line")[0]);
        begin("schedule random 7");
        record.scheduled_turns(20);
        record.scheduled_turns(3);
        begin("schedule go for 9");
        record.scheduled_turns(9);
        begin("schedule 1*3 2");
        record.turns(None, 7);
        assert_eq!(record.lines(), ["schedule random 7 for 23", "schedule go for 9", "step 7"]);
    }

    #[test]
    fn words_are_quoted_so_that_they_come_back() {
        for word in ["", "it's", "a;b", "#x", "tab\there", "back\\slash", "\"q\"", "app:ping"] {
            let back = &split(&format!("send {}", quoted(word))).expect("good line")[0];
            assert_eq!(back[1].text, word);
        }
    }
}
