//! Lines of commands one after the other: blocks of a stop's commands in scripts, and the commands that
//! are due when a stop has stopped.

use super::parse::{Word, split};
use crate::target::Local;

/// The commands of the stop that was hit last, each with its line: they come before all that waits.
pub fn due(target: &mut Local) -> Vec<(Vec<Word>, String)> {
    let lines = target.take_commands();
    // They were split when they were set.
    let parts = |line: String| {
        let commands = split(&line).unwrap_or_default();
        commands.into_iter().map(move |words| (words, line.clone()))
    };
    lines.into_iter().flat_map(parts).collect()
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
    let quoted = lines.iter().map(|line| format!(" '{}'", line.replace('\'', "'\\''")));
    let quoted: String = quoted.collect();
    format!("commands {number}{}", if quoted.is_empty() { " ''" } else { &quoted })
}

/// The lines of a script with each block as one line: from `commands 3` to `end`. A block without
/// an end goes to the last line.
#[must_use]
pub fn gathered(lines: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut lines = lines.iter();
    while let Some(line) = lines.next() {
        // Without an end it only asks which commands there are.
        let number = begins_block(line).filter(|_| lines.clone().any(|l| l.trim() == "end"));
        match number {
            Some(number) => {
                let body: Vec<String> = lines.by_ref().take_while(|l| l.trim() != "end").cloned().collect();
                out.push(block(number, &body));
            }
            None => out.push(line.clone()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_block_in_a_script_is_one_line() {
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
}
