//! Searches over schedules from where the session stands.

use super::Call;
use super::reply::{CommandError, Reply};
use crate::backend::{Bounds, Draw, ExploreOptions, Opened, Progress, Schedule, SearchStatus, Strategy};
use serde_json::json;

/// `explore`: begins a search, looks at one, stops it, opens what it has found.
pub(super) fn explore(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let mut reply = verb(call)?;
    // A search changes nothing; what it finds depends on when it is stopped.
    reply.again.get_or_insert_default();
    Ok(reply)
}

fn verb(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.args.peek() {
        None => status(call),
        Some("start") => start(call),
        Some("stop") => {
            call.args.take("stop");
            call.args.done()?;
            call.target.stop_hunt();
            status(call)
        }
        Some("wait") => {
            call.args.take("wait");
            call.args.done()?;
            call.target.wait_for_hunt();
            status(call)
        }
        Some("open") => open(call),
        Some("follow") => follow(call),
        Some(_) => Err(call.usage()),
    }
}

fn start(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take("start");
    let mut options = ExploreOptions::default();
    let (mut strategy, mut schedules) = (Strategy::Exhaustive, None);
    while let Some(word) = call.args.take_next() {
        let pid = call.selected;
        let asked = |call: &mut Call<'_>| {
            let text = call.args.word("an expression")?;
            let at = |e: crate::backend::ExprError| CommandError::at(text.column + e.column, e.message);
            call.target.asked(&text.text, pid).map_err(at)
        };
        match word.text.as_str() {
            "always" => options.checks.always.push(asked(call)?),
            "finally" => options.checks.finally.push(asked(call)?),
            "collect" => options.collect.push(asked(call)?),
            "returns" => options.checks.returns = true,
            "same" => options.checks.same = true,
            "preemptions" => {
                let most = call.args.number("a number of preemptions")?;
                strategy = Strategy::Preemptions(u32::try_from(most).unwrap_or(u32::MAX));
            }
            "random" => {
                let seed = call.args.number("a seed")?;
                (strategy, schedules) = (Strategy::Sample(Draw::Even, seed), schedules.or(Some(10_000)));
            }
            "schedules" => schedules = Some(call.args.number("a number of schedules")?),
            _ => {
                let expected = "always, finally, collect, returns, same, preemptions, random or schedules is expected";
                return Err(CommandError::at(word.column, expected));
            }
        }
    }
    options.strategy = strategy;
    options.bounds = Bounds { schedules: schedules.unwrap_or(u64::MAX), ..Bounds::default() };
    call.target.start_hunt(options)?;
    Ok(Reply::new("the search has begun: pane 17 shows it, explore stop ends it", json!({ "searching": true })))
}

/// Opens what was found as a branch: a failure by its number, or an end by the number after those.
fn open(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take("open");
    let column = call.args.column();
    let number = call.args.number("the number of a failure or an end")?;
    call.args.done()?;
    let found = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
    match found.map(|n| call.target.open_found(n)).transpose()?.flatten() {
        Some(Opened { text, branch, turn, schedule }) => {
            let mut reply = super::history::arrived(call);
            reply.text = format!("{text}; {}", reply.text);
            let places = schedule.to_string().replace('\n', " ");
            reply.again = Some(format!("branch go {branch} {turn}; explore follow {places}"));
            Ok(reply)
        }
        None => Err(CommandError::at(column, format!("nothing of number {number} was found"))),
    }
}

/// Follows a schedule from here, past faults and whatever else would stop a run.
fn follow(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take("follow");
    let column = call.args.column();
    let places = call.args.rest();
    let schedule = Schedule::parse(&places).map_err(|e| CommandError::at(column + e.column - 1, e.message))?;
    call.target.follow(schedule)?;
    let mut reply = super::history::arrived(call);
    reply.again = Some(format!("explore follow {places}"));
    Ok(reply)
}

fn status(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let Some(SearchStatus { from, progress, rows }) = call.target.hunted() else {
        return Err(CommandError::new(
            "no search was begun: explore start, with collect EXPR or always EXPR if wanted",
        ));
    };
    let mut lines = vec![summary(&progress, from)];
    lines.extend(rows.iter().enumerate().map(|(i, row)| format!("{:3} {}", i + 1, row.text())));
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "failure": row.failure, "what": row.what, "schedules": row.found.schedules,
                "shortest_turns": row.found.schedule.turns(), "switches": row.found.schedule.switches(),
                "schedule": row.found.schedule.parts(),
            })
        })
        .collect();
    let (exhausted, bound) = match &progress.done {
        Some(Ok(report)) => (Some(report.exhausted()), report.bound.map(|b| b.name())),
        _ => (None, None),
    };
    let json = json!({ "from": from, "searching": progress.done.is_none(), "exhausted": exhausted, "bound": bound,
        "schedules": progress.schedules, "states": progress.states, "part": progress.part, "found": found });
    Ok(Reply::new(lines.join("\n"), json))
}

/// What was covered, in a line.
#[must_use]
pub fn summary(progress: &Progress, from: u64) -> String {
    let met = format!("{} schedules, {} states from turn {from} on", progress.schedules, progress.states);
    match &progress.done {
        None => {
            let part = progress.part.map_or(String::new(), |part| format!("about {:.0} % done, ", 100.0 * part));
            let left = format!("{} states to continue from, {} MB", progress.frontier, progress.bytes >> 20);
            format!("searching: {part}{met}, {left}, {} failures so far", progress.failures)
        }
        Some(Err(e)) => format!("the search could not be done: {e}"),
        Some(Ok(report)) => match report.bound {
            None => {
                let orders =
                    report.equivalents.map_or(String::new(), |n| format!(", which stand for {n} orders of turns"));
                format!("exhausted: every schedule is covered; {met}{orders}")
            }
            Some(bound) => format!("not exhausted ({}): what was not run may fail; {met}", bound.name()),
        },
    }
}
