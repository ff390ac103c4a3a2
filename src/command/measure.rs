//! `measure`: how long it took.

use super::Call;
use super::answer::count;
use super::parse::number;
use super::reply::CommandError;
use super::words::Word;
use crate::backend::request::Past;
use crate::backend::{Between, Event, Interval, Intervals, Request};

/// Turns that are looked through for events at most.
const LOOKED_AT: u64 = 100_000_000;

/// What is measured from or to.
enum Mark {
    Turn(u64),
    Event(Event),
}

/// `measure FROM [to TO] [-p PID]`.
pub(super) fn measure(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let pid = call.args.pid_option(&call.now)?;
    let column = call.args.column();
    let mut words = Vec::new();
    while let Some(word) = call.args.take_next() {
        words.push(word);
    }
    let at = words.iter().position(|word| word.text == "to").unwrap_or(words.len());
    let from = mark(call, &words[..at], column)?;
    let to = match words.get(at + 1..) {
        Some(words) => Some(mark(call, words, words.first().map_or(column, |word| word.column))?),
        None => None,
    };
    call.blame = Some(column);
    let past = match (from, to) {
        (Mark::Turn(from), None) => Past::Between { from, to: call.now.turn },
        (Mark::Turn(from), Some(Mark::Turn(to))) => Past::Between { from, to },
        (Mark::Event(_), _) if call.now.turn > LOOKED_AT => {
            let most = format!("at most {LOOKED_AT} turns are looked at, and this is turn {}", call.now.turn);
            return Err(CommandError::at(column, most));
        }
        (Mark::Event(first), None) => Past::Intervals { second: first.clone(), first, pid },
        (Mark::Event(first), Some(Mark::Event(second))) => Past::Intervals { first, second, pid },
        _ => return Err(CommandError::malformed(column, "from a turn to a turn, or from an event to an event")),
    };
    Ok(past.into())
}

fn mark(call: &Call<'_>, words: &[Word], column: usize) -> Result<Mark, CommandError> {
    let missing = || CommandError::malformed(column, "a turn, a bookmark or an event is expected");
    let first = words.first().ok_or_else(missing)?;
    if words.len() == 1 {
        if let Some(bookmark) = call.now.history.bookmarks.iter().find(|b| b.name == first.text) {
            return Ok(Mark::Turn(bookmark.turn));
        }
        if first.text.starts_with(|c: char| c.is_ascii_digit()) {
            return number(first).map(Mark::Turn);
        }
    }
    let argument = words.get(1).map(|word| word.text.as_str());
    if let Some(more) = words.get(2) {
        return Err(CommandError::malformed(
            more.column,
            format!("{} is more than an event and its argument", more.text),
        ));
    }
    Event::parse(&first.text, argument).map(Mark::Event).map_err(|e| CommandError::malformed(first.column, e))
}

/// What went by between two turns, a task a line.
pub(super) fn turns(found: &Between) -> String {
    let Between { from, to, us, tasks } = found;
    let mut lines = vec![format!("{} from turn {from} to {to}, {us} us", count(to - from, "turn"))];
    lines.extend(tasks.iter().map(|t| {
        let rest = [(t.ready, "ready"), (t.waiting, "waiting"), (t.sleeping, "sleeping"), (t.paused, "paused")];
        let rest: String = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {what} {n}")).collect();
        format!("  task {} ran {}{rest}", t.pid, t.ran)
    }));
    lines.join("\n")
}

/// The times from one event to the next.
pub(super) fn events(found: &Intervals) -> String {
    let Intervals { count: n, least, median, most, open } = found;
    let line = |what: &str, i: &Interval| {
        format!("  {what:7} {:8} turns {:8} us, from turn {} to {}", i.turns, i.us, i.from, i.to)
    };
    let mut lines = vec![count(*n as u64, "time"), line("least", least), line("median", median), line("most", most)];
    lines.extend(open.map(|turn| format!("  the one of turn {turn} has no end yet")));
    lines.join("\n")
}
