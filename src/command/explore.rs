//! Searches over schedules from where the session stands.

use super::races::plural;
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::request::{Plan, Search};
use crate::backend::{Pid, Progress, Request, TurnSource, Want, answer};

/// `explore`: begins a search, looks at one, stops it, opens what it has found.
pub(super) fn explore(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let search = match call.args.peek() {
        None => return status(call).map(Meaning::Answer),
        Some("start") => return start(call).map(Meaning::Request),
        Some("stop") => {
            call.args.take("stop");
            Search::Stop
        }
        Some("wait") => {
            call.args.take("wait");
            Search::Wait
        }
        Some("open") => {
            call.args.take("open");
            call.blame = Some(call.args.column());
            let number = call.number("the number of a failure or an end")?;
            if call.args.take("beside") { Search::Beside(number) } else { Search::Open(number) }
        }
        Some("follow") => {
            call.args.take("follow");
            Search::Follow(places(call)?)
        }
        Some(_) => return Err(call.usage()),
    };
    call.args.done()?;
    Ok(search.into())
}

/// The words that begin a part of what a search is asked for.
const PARTS: [&str; 9] =
    ["always", "finally", "collect", "returns", "same", "norace", "preemptions", "random", "schedules"];

/// `explore start [always EXPR|finally EXPR|collect EXPR|returns|same|norace|preemptions N|random SEED|schedules N ...]`.
fn start(call: &mut Call<'_>) -> Result<Request, CommandError> {
    call.args.take("start");
    let mut pid = call.args.pid_option(&call.now)?.or(call.selected);
    let mut plan = Plan::default();
    while let Some(word) = call.args.take_next() {
        let list = match word.text.as_str() {
            "always" => &mut plan.always,
            "finally" => &mut plan.finally,
            "collect" => &mut plan.collect,
            "returns" => {
                plan.returns = true;
                continue;
            }
            "same" => {
                plan.same = true;
                continue;
            }
            "norace" => {
                plan.norace = true;
                continue;
            }
            "preemptions" => {
                let most = call.number("a number of preemptions")?;
                plan.preemptions = Some(u32::try_from(most).unwrap_or(u32::MAX));
                continue;
            }
            "random" => {
                plan.random = Some(call.number("a seed")?);
                continue;
            }
            "schedules" => {
                plan.schedules = Some(call.number("a number of schedules")?);
                continue;
            }
            _ => {
                let expected = format!("one of {} is expected", PARTS.join(", "));
                return Err(CommandError::malformed(word.column, expected));
            }
        };
        let (text, column) = call.args.expression_before(&PARTS)?;
        let (expr, whose) = call.property(&text, column, pid)?;
        list.push(expr.clone());
        call.check_names(&expr, column, whose)?;
        pid = whose;
    }
    Ok(Search::Start(Plan { pid, ..plan }).into())
}

/// The places of a schedule in the words that are left.
pub(super) fn places(call: &mut Call<'_>) -> Result<Vec<(Pid, u64)>, CommandError> {
    let (text, column) = call.args.rest_in_place();
    let schedule = TurnSource::parse(&text).map_err(|e| CommandError::malformed(column + e.column - 1, e.message))?;
    Ok(schedule.places())
}

fn status(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let now = call.look(&Want { hunt: true, ..Want::numbers() });
    match &now.hunted {
        Some(hunted) => {
            let state = answer::SearchState::of((**hunted).clone());
            Ok(Reply::of(answer::Done::Search(Box::new(state))))
        }
        None => {
            let message = "no search was begun: explore start, with collect EXPR or always EXPR if wanted";
            Err(CommandError::new(message))
        }
    }
}

/// What was covered, in a line.
#[must_use]
pub fn summary(progress: &Progress, from: u64) -> String {
    let schedules = plural(progress.schedules, "schedule", "schedules");
    let met = format!("{schedules}, {} from turn {from} on", plural(progress.states, "state", "states"));
    match &progress.done {
        None => {
            let part = progress.part.map_or(String::new(), |part| format!("about {:.0} % done, ", 100.0 * part));
            let left = format!("{} states to continue from, {} MB", progress.frontier, progress.bytes >> 20);
            format!(
                "searching: {part}{met}, {left}, {} so far",
                plural(progress.failures as u64, "failure", "failures")
            )
        }
        Some(Err(e)) => format!("the search could not be done: {e}"),
        Some(Ok(report)) => match report.bound {
            None => {
                let orders = match report.equivalents {
                    None => String::new(),
                    Some(1) => ", the only order of turns".to_owned(),
                    Some(n) => format!(", which stand for {n} orders of turns"),
                };
                format!("exhausted: every schedule is covered; {met}{orders}")
            }
            Some(bound) => format!("not exhausted ({}): what was not run may fail; {met}", bound.name()),
        },
    }
}
