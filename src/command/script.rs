//! Lines of commands one after the other: what a script says, blocks of a stop's commands in it, and the
//! commands that are due when a stop has stopped.

use super::words::{Word, split};
use super::{CommandError, Meaning, Reply};
use crate::backend::request::{self, Run};
use crate::backend::{Pid, Request, Snapshot, Target};
use std::sync::Arc;

/// A command of a stop that ended a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its words.
    pub words: Vec<Word>,
    /// The line they stand in.
    pub line: Arc<str>,
    /// The turn up to which the run that was asked for may go: what it does next is part of that.
    pub until: u64,
}

/// The commands of the stops that ended a run: they come before all that waits. `within` is the turn up to which that
/// run could go because it was itself asked for by such a command.
#[must_use]
pub fn due(now: &Snapshot, within: Option<u64>) -> Vec<Due> {
    let until = now.turn.saturating_add(now.left).min(within.unwrap_or(u64::MAX));
    // They were split when they were set.
    let parts = |line: &String| {
        let (commands, line): (_, Arc<str>) = (split(line).unwrap_or_default(), line.as_str().into());
        commands.into_iter().map(move |words| Due { words, line: Arc::clone(&line), until })
    };
    now.commands_due.iter().flat_map(parts).collect()
}

/// A request of a stop's command after `turn` turns: runs go no further than the one that was asked for, and one without
/// a bound of its own continues that. `None` if nothing is left of it.
#[must_use]
pub fn bounded(request: Request, turn: u64, until: u64) -> Option<Request> {
    let left = until.saturating_sub(turn);
    Some(match request {
        Request::Run(run) if run.takes_turns() && left == 0 => return None,
        Request::Run(Run::Turns { only: None, turns: u64::MAX }) => Run::Continue.into(),
        Request::Run(Run::Turns { only, turns }) => Run::Turns { only, turns: turns.min(left) }.into(),
        Request::Schedule(_) if left == 0 => return None,
        Request::Schedule(schedule) if until < u64::MAX => {
            let own = schedule.limit().unwrap_or(u64::MAX);
            schedule.with_limit(own.min(left)).into()
        }
        other => other,
    })
}

/// The number of the stop whose commands follow, if a line begins such a block: `commands 3` alone.
#[must_use]
pub fn begins_block(line: &str) -> Option<u32> {
    match &split(line).ok()?[..] {
        [words] => match &words[..] {
            [verb, number] if verb.text == "commands" => number.text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The lines of a block as one: `commands 3 'line' 'line'`.
#[must_use]
pub fn block(number: u32, lines: &[String]) -> String {
    request::Stop::Commands(number, lines.to_vec()).to_string()
}

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// What it asks for.
    pub step: ScriptStep,
}

/// What a line of a script asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptStep {
    /// A line of commands.
    Commands(String),
    /// To show this text and wait for the user: `pause TEXT`.
    Pause(String),
    /// To press these keys, where there is a screen: `keys "v s"`.
    Keys(String),
}

/// Reads a script. Blank lines and comments are left out, blocks of a stop's commands are one line. `pause`
/// with a number alone holds that task back, as everywhere.
#[must_use]
pub fn read(text: &str) -> Vec<Line> {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let step = |(number, line): (usize, String)| Some(Line { number, step: step(line)? });
    gathered(&lines).into_iter().filter_map(step).collect()
}

fn step(line: String) -> Option<ScriptStep> {
    let commands = split(&line);
    let words = match commands.as_deref() {
        Ok([]) => return None,
        Ok([words]) => &words[..],
        // More than one, or something wrong, which is reported when it is carried out.
        _ => &[],
    };
    let first = line.split_whitespace().next();
    let rest = line.trim_start().split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim());
    match (first, words) {
        (Some("pause"), _) if rest.parse::<u16>().is_err() => Some(ScriptStep::Pause(rest.to_owned())),
        (Some("keys"), [_, keys @ ..]) => {
            let keys: Vec<&str> = keys.iter().map(|w| w.text.as_str()).collect();
            Some(ScriptStep::Keys(keys.join(" ")))
        }
        _ => Some(ScriptStep::Commands(line)),
    }
}

/// The lines of a script by number, with each block as one line: from `commands 3` to `end`. A block without
/// an end is left out.
#[must_use]
pub fn gathered(lines: &[String]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut lines = (1..).zip(lines);
    while let Some((at, line)) = lines.next() {
        // Without an end it only asks which commands there are.
        let number = begins_block(line).filter(|_| lines.clone().any(|(_, l)| l.trim() == "end"));
        match number {
            Some(number) => {
                let body = lines.by_ref().map(|(_, l)| l).take_while(|l| l.trim() != "end");
                out.push((at, block(number, &body.cloned().collect::<Vec<_>>())));
            }
            None => out.push((at, line.clone())),
        }
    }
    out
}

/// Carries out one command of a stop that ended a run, which may go up to turn `until`, as [`execute_by`] does.
///
/// # Errors
/// As for [`execute`](super::execute).
///
/// [`execute_by`]: super::execute_by
pub fn execute_due(
    carry_out: super::CarryOut,
    target: &mut dyn Target,
    selected: Option<Pid>,
    words: Vec<Word>,
    until: u64,
) -> Result<Reply, CommandError> {
    match super::read(target, selected, words)?.0 {
        Meaning::Answer(reply) => Ok(reply),
        Meaning::Request(request) => match bounded(request, target.position().turn, until) {
            Some(request) => carry_out(target, request),
            None => Ok(Reply::empty()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_block_in_a_script_is_one_line() {
        let gathered = |lines: &[String]| gathered(lines).into_iter().map(|(_, line)| line).collect::<Vec<_>>();
        let script = "break again\ncommands 1\nprint 'a'\n  run 5\nend\nps\n";
        assert_eq!(gathered(&lines(script)), ["break again", "commands 1 'print '\\''a'\\''' '  run 5'", "ps"]);
        assert_eq!(gathered(&lines("commands 1\nps\n")), ["commands 1", "ps"], "no end: a question");
        assert_eq!(gathered(&lines("commands 2\nend\n")), ["commands 2 ''"]);
        assert_eq!(gathered(&lines("commands 2 ps\nend\n")), ["commands 2 ps", "end"]);
    }

    #[test]
    fn quotes_survive() {
        let line = block(1, &["send 1 'two words'".to_owned()]);
        let words = split(&line).expect("good").remove(0);
        assert_eq!(words[2].text, "send 1 'two words'");
    }

    #[test]
    fn a_script_has_commands_pauses_and_keys() {
        let text = "# a talk\n\nrun 5; ps\npause It's task 2 # that runs\n  pause\npause 2\nkeys \"v s\" Tab\ncommands 1\nps\nend\nkeys 'x\nquit";
        let steps: Vec<(usize, ScriptStep)> = read(text).into_iter().map(|l| (l.number, l.step)).collect();
        let expected = [
            (3, ScriptStep::Commands("run 5; ps".into())),
            (4, ScriptStep::Pause("It's task 2 # that runs".into())),
            (5, ScriptStep::Pause(String::new())),
            (6, ScriptStep::Commands("pause 2".into())),
            (7, ScriptStep::Keys("v s Tab".into())),
            (8, ScriptStep::Commands("commands 1 ps".into())),
            (11, ScriptStep::Commands("keys 'x".into())),
            (12, ScriptStep::Commands("quit".into())),
        ];
        assert_eq!(steps, expected);
    }
}
