//! Commands about recordings, and about the difference of two runs.

use super::Call;
use super::history::arrived;
use super::parse::number;
use super::reply::{CommandError, Reply};
use crate::target::{Difference, Local, Pid};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn record(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a file to write")?;
    call.args.done()?;
    let made = call.target.record(Path::new(&word.text))?;
    let (turn, inputs, digest) = (made.turns(), made.inputs(), made.digest());
    let others: Vec<u32> = call.target.session().branches().iter().filter(|b| !b.current).map(|b| b.number).collect();
    let left_out = if others.is_empty() { "" } else { "; only this branch is in it" };
    Ok(Reply::new(
        format!("{} written: {turn} turns, {inputs} inputs, state {digest}{left_out}", word.text),
        json!({ "file": word.text, "turn": turn, "inputs": inputs, "digest": digest, "left_out": others }),
    ))
}

pub(super) fn replay(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let word = call.args.word("a recording")?;
    call.args.done()?;
    let session = call.target.travel()?;
    let bound = session.history().bound;
    let mut opened = Local::open(Path::new(&word.text))?;
    opened.set_history(bound);
    opened.rate = call.target.rate;
    *call.target = opened;
    let mut reply = arrived(call);
    reply.text = format!("{} replayed, its end is the one recorded; {}", word.text, reply.text);
    reply.json["file"] = Value::from(word.text);
    Ok(reply)
}

pub(super) fn compare(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let (a, b) = (call.args.word("a branch or recording")?, call.args.word("another branch or recording")?);
    call.args.done()?;
    let found = match (number(&a), number(&b)) {
        (Ok(x), Ok(y)) => {
            let (x, y) = (u32::try_from(x).unwrap_or(u32::MAX), u32::try_from(y).unwrap_or(u32::MAX));
            let session = call.target.travel()?;
            let found = session.compare(x, y)?;
            if let Some(difference) = found {
                session.go(x, difference.turn)?;
            }
            found
        }
        _ => {
            let (left, right) = (Local::open(Path::new(&a.text))?, Local::open(Path::new(&b.text))?);
            left.session().compare_with(1, right.session(), 1)?
        }
    };
    Ok(compared(&a.text, &b.text, found))
}

fn compared(a: &str, b: &str, found: Option<Difference>) -> Reply {
    let Some(Difference { turn, ran, ram }) = found else {
        let text = format!("{a} and {b} are the same as far as both go");
        return Reply::new(text, json!({ "same": true, "a": a, "b": b }));
    };
    let who = |pid: Option<Pid>| pid.map_or("nobody".to_owned(), |pid| format!("task {pid}"));
    let memory = ram.map_or(String::new(), |(at, x, y)| format!("; word {at:04X} is {x:08X} and {y:08X}"));
    let same =
        if ran.0 == ran.1 { format!("{} ran", who(ran.0)) } else { format!("{} and {} ran", who(ran.0), who(ran.1)) };
    let text = format!("{a} and {b} differ from turn {turn} on: {same}{memory}");
    let word = ram.map(|(at, x, y)| json!({ "address": at, "a": x, "b": y }));
    Reply::new(
        text,
        json!({ "same": false, "turn": turn, "a": a, "b": b, "ran": { "a": ran.0, "b": ran.1 }, "word": word }),
    )
}
