//! `measure`: how long it took.

use super::Call;
use super::answer::count;
use super::parse::number;
use super::reply::{CommandError, Reply};
use super::words::Word;
use crate::backend::{Between, Event, Interval, Intervals};

/// Turns that are looked through for events at most.
const LOOKED_AT: u64 = 100_000_000;

/// What is measured from or to.
enum Mark {
    Turn(u64),
    Event(Event),
}

/// `measure FROM [to TO] [-p PID]`.
pub(super) fn measure(call: &mut Call<'_>) -> Result<Reply, CommandError> {
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
    let placed = |e: crate::backend::Refused| CommandError::at(column, e.to_string());
    match (from, to) {
        (Mark::Turn(from), None) => Ok(turns(call.inspect()?.between(from, call.now.turn).map_err(placed)?)),
        (Mark::Turn(from), Some(Mark::Turn(to))) => Ok(turns(call.inspect()?.between(from, to).map_err(placed)?)),
        (Mark::Event(_), _) if call.now.turn > LOOKED_AT => {
            let most = format!("at most {LOOKED_AT} turns are looked at, and this is turn {}", call.now.turn);
            Err(CommandError::at(column, most))
        }
        (Mark::Event(event), None) => Ok(events(call.inspect()?.intervals(&event, &event, pid).map_err(placed)?)),
        (Mark::Event(from), Some(Mark::Event(to))) => {
            Ok(events(call.inspect()?.intervals(&from, &to, pid).map_err(placed)?))
        }
        _ => Err(CommandError::malformed(column, "from a turn to a turn, or from an event to an event")),
    }
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

fn turns(found: Between) -> Reply {
    let Between { from, to, us, tasks } = &found;
    let mut lines = vec![format!("{} from turn {from} to {to}, {us} us", count(to - from, "turn"))];
    lines.extend(tasks.iter().map(|t| {
        let rest = [(t.ready, "ready"), (t.waiting, "waiting"), (t.sleeping, "sleeping"), (t.paused, "paused")];
        let rest: String = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {what} {n}")).collect();
        format!("  task {} ran {}{rest}", t.pid, t.ran)
    }));
    Reply::new(lines.join("\n"), found)
}

fn events(found: Intervals) -> Reply {
    let Intervals { count: n, least, median, most, open } = &found;
    let line = |what: &str, i: &Interval| {
        format!("  {what:7} {:8} turns {:8} us, from turn {} to {}", i.turns, i.us, i.from, i.to)
    };
    let mut lines = vec![count(*n as u64, "time"), line("least", least), line("median", median), line("most", most)];
    lines.extend(open.map(|turn| format!("  the one of turn {turn} has no end yet")));
    Reply::new(lines.join("\n"), found)
}
