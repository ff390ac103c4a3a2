//! A line of commands carried out at once, for callers that run nothing.

use super::reply::{CommandError, Reply};
use super::{execute, split};
use crate::backend::{Pid, Target};

/// One command's words and what came of it.
#[derive(Debug)]
pub struct Outcome {
    /// The command as written.
    pub command: String,
    /// Its answer.
    pub result: Result<Reply, CommandError>,
}

/// Carries out a line of commands that do not run the machine; `quit` ends it.
pub fn execute_line(target: &mut dyn Target, selected: Option<Pid>, line: &str) -> Vec<Outcome> {
    let commands = match split(line) {
        Ok(commands) => commands,
        Err(e) => return vec![Outcome { command: line.to_owned(), result: Err(e) }],
    };
    let mut outcomes = Vec::new();
    for words in commands {
        let command = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let result = execute(target, selected, words);
        let more = result.as_ref().is_ok_and(|r| !r.quit);
        outcomes.push(Outcome { command, result });
        if !more {
            break;
        }
    }
    outcomes
}
