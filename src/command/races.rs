//! `races` and `sync`: accesses that nothing but the schedule ordered, and words by which tasks synchronize.

use super::expr::parsed;
use super::parse::number;
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::answer::{Bytes, Done, Synchronizing};
use crate::backend::request::{Memory, Races};
use crate::backend::{Expr, Pid, RaceList, RaceRow, RaceSide, Request, Shown, Stale, side_name};
use std::fmt::Write;
use std::ops::Range;

/// `races [FROM TO | all [FROM]] [host] [at PLACE]`, and what can be done with one of them.
pub(super) fn races(call: &mut Call<'_>) -> Result<Request, CommandError> {
    let races = match call.args.peek() {
        Some("go") => {
            let race = race(call)?;
            Races::Go { race, earlier: call.args.take("earlier") }
        }
        Some("prove") => {
            call.args.take_next();
            if call.args.take("all") {
                Races::Prove(None)
            } else {
                Races::Prove(Some(numbered(call, "a race, or all")?))
            }
        }
        Some("both") => Races::Both(race(call)?),
        Some("hide") => {
            let race = race(call)?;
            Races::Hide { race, why: call.args.rest() }
        }
        Some("show") => {
            call.args.take_next();
            Races::Show
        }
        _ => list(call)?,
    };
    call.args.done()?;
    Ok(races.into())
}

fn list(call: &mut Call<'_>) -> Result<Races, CommandError> {
    let pid = call.args.pid_option(&call.now)?.or(call.selected);
    let at = match call.args.take_from("at") {
        Some((text, column)) => {
            call.blame = Some(column);
            Some(place_at(call, &text, column, pid)?)
        }
        None => None,
    };
    let first = call.args.take("host");
    let all = call.args.take("all");
    let from = call.count()?;
    let to = if from.is_some() && !all { Some(call.number("the last turn")?) } else { None };
    let host = call.args.take("host") || first;
    // In the past only what has happened up to here, unless more is asked for.
    let here = if all || !call.now.history.past { None } else { Some(call.now.turn) };
    Ok(Races::List { from: from.unwrap_or(1), to: to.or(here), at, host })
}

/// The number of a race behind the word for what to do with it.
fn race(call: &mut Call<'_>) -> Result<u64, CommandError> {
    call.args.take_next();
    numbered(call, "a race")
}

/// The next word as the number of something, to be marked if there is none of that number.
pub(super) fn numbered(call: &mut Call<'_>, of: &str) -> Result<u64, CommandError> {
    let word = call.args.word(&format!("the number of {of}"))?;
    call.blame = Some(word.column);
    number(&word)
}

/// The next word as the beginning of a stretch of memory.
pub(super) fn memory(call: &mut Call<'_>, pid: Option<Pid>) -> Result<Memory, CommandError> {
    let (text, column) = call.args.expression_word("a place")?;
    call.blame = Some(column);
    place_at(call, &text, column, pid)
}

/// A text as a stretch of memory: a variable of C, or an address.
fn place_at(call: &Call<'_>, text: &str, column: usize, pid: Option<Pid>) -> Result<Memory, CommandError> {
    if let Some((whose, address, size)) = call.variable(text, pid) {
        return Ok(Memory { place: Expr::number(text, address.into()), bytes: Some(size), pid: Some(whose) });
    }
    Ok(Memory { place: parsed(text, column)?, bytes: None, pid })
}

/// A number of bytes; what is too large for any memory is refused as such.
pub(super) fn length(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// `sync [PLACE [LEN] | drop N | list]`.
pub(super) fn sync(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let pid = call.args.pid_option(&call.now)?.or(call.selected);
    let request = if call.args.take("drop") {
        Races::Unsync(numbered(call, "a stretch")?)
    } else if call.args.is_empty() || call.args.take("list") {
        call.args.done()?;
        return Ok(Reply::of(Done::Synchronizing(Synchronizing::of(&call.now.declared))).into());
    } else {
        let place = memory(call, pid)?;
        Races::Sync(Memory { bytes: call.count()?.map(length).or(place.bytes), ..place })
    };
    call.args.done()?;
    Ok(request.into())
}

/// Numbered stretches of memory, a line each.
pub(super) fn stretches(all: &[Bytes]) -> Vec<String> {
    let line =
        |(i, (start, bytes)): (usize, &Bytes)| format!("{} [{}] {bytes} bytes", i + 1, start.trim_start_matches("0x"));
    all.iter().enumerate().map(line).collect()
}

/// A count with its noun.
pub(super) fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What was found, in a line.
#[must_use]
pub fn race_summary(list: &RaceList) -> String {
    let (races, words) = (list.rows.len() as u64, list.words() as u64);
    let declared = format!("{} sync, {} hidden", list.sync.len(), list.hidden);
    let turns = format!("turns {}..{}", list.from, list.to);
    match races {
        0 => format!("no race in this run, {turns}; {declared}"),
        _ => format!("{} on {}, {turns}; {declared}", plural(races, "race", "races"), plural(words, "word", "words")),
    }
}

/// Some races of a list, a line each, and the stale writes.
pub(super) fn text(list: &RaceList, rows: &[RaceRow]) -> String {
    let mut text = race_summary(list);
    if list.rows.is_empty() {
        text += "\nother schedules of the same programs may have one";
    }
    for row in rows {
        let _ = write!(
            text,
            "\n{:3}  {}  {}  {}  {}  {}",
            row.n,
            place(row),
            side(&row.earlier),
            side(&row.later),
            times(row),
            shown(row)
        );
    }
    for stale in &list.stale {
        let _ = write!(text, "\n  L  {}", stale_sentence(stale));
    }
    if list.more > 0 {
        let _ = write!(
            text,
            "\nthere is more: {} left out",
            plural(list.more, "instruction or write was", "instructions or writes were")
        );
    }
    text
}

/// Where a race is.
#[must_use]
pub fn place(row: &RaceRow) -> String {
    let bytes = |b: &Range<u32>| match b.end - b.start {
        4 => format!("[0x{:04X}]", b.start),
        1 => format!("b[0x{:04X}]", b.start),
        _ => format!("[0x{:04X}..0x{:04X}]", b.start, b.end - 1),
    };
    let places: Vec<String> = row.bytes.iter().map(bytes).collect();
    row.named.clone().unwrap_or_else(|| places.join(" "))
}

fn side(side: &RaceSide) -> String {
    let line = side.line.as_ref().map_or(String::new(), |(file, line)| format!(" {file}:{line}"));
    let does = if side.site.write { "writes" } else { "reads" };
    let who = side_name(side.site.pid, &side.name);
    if side.site.is_host() {
        return format!("{who} {does} after turn {}", side.turn);
    }
    format!("{who} 0x{:04X} {} {does} in {}{line}", side.site.pc, side.text, side.turn)
}

fn times(row: &RaceRow) -> String {
    let same = if row.same_value { ", same value" } else { "" };
    format!("{}{same}", plural(row.times, "time", "times"))
}

/// What is known of the other order of a race, in a word or two.
#[must_use]
pub fn shown(row: &RaceRow) -> String {
    match (row.shown, row.hangs_on) {
        (Shown::Both, _) => "both ways".into(),
        (Shown::Time, _) => "both ways if time passes".into(),
        (Shown::Hangs, Some(n)) => format!("hangs on {n}"),
        (Shown::Hangs, None) => "not shown".into(),
        (Shown::Untried, _) => "untried".into(),
    }
}

/// What is known of one race, in sentences.
#[must_use]
pub fn why(row: &RaceRow) -> Vec<String> {
    let (a, b) = (row.earlier.site.pid, row.later.site.pid);
    let last = match &row.heard {
        Some((heard, why)) => {
            format!("what last ordered {a} before {b}: turn {}, by {why} in {}", heard.from, heard.to)
        }
        None => format!("nothing ordered {a} before {b}"),
    };
    let other = match (row.shown, row.hangs_on) {
        (Shown::Both, _) => format!("there is a schedule in which {b} comes first"),
        (Shown::Time, _) => format!("there is a schedule in which {b} comes first, if time passes before"),
        (Shown::Hangs, Some(n)) => format!("{b} does something else if {a} has not been there: race {n} decides that"),
        (Shown::Hangs, None) => format!("{b} does something else if {a} has not been there"),
        (Shown::Untried, _) if !row.tried => format!("races both {} tries the other order", row.n),
        (Shown::Untried, _) => {
            "the other order cannot be tried: an access is made in another task's turn, or something came from outside"
                .into()
        }
    };
    vec![format!("{}: {}; {}", row.n, side(&row.earlier), side(&row.later)), format!("{last}; {other}")]
}

/// What is known of one race, for a reply.
pub(super) fn verdict(row: &RaceRow) -> String {
    why(row).join("\n")
}

/// A stale write in a sentence.
#[must_use]
pub fn stale_sentence(stale: &Stale) -> String {
    let Stale { address, pid, read, write, .. } = *stale;
    let foreign: Vec<String> =
        stale.foreign.iter().take(4).map(|(turn, by)| format!("{by} wrote it in {turn}")).collect();
    let more = if stale.foreign.len() > 4 { ", and again" } else { "" };
    let lost = match (stale.from_read, stale.foreign.len()) {
        (Some(true), 1) => ": the update in between is lost",
        (Some(true), _) => ": the updates in between are lost",
        (Some(false), _) => ", a value that was not made from it",
        (None, _) => "",
    };
    format!(
        "{pid} read [0x{address:04X}] in {read}, {}{more}, {pid} wrote over that in {write}{lost}",
        foreign.join(", ")
    )
}
