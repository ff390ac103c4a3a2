//! `races` and `sync`: accesses that nothing but the schedule ordered, and words by which tasks synchronize.

use super::Call;
use super::history::arrived;
use super::parse::{Word, number};
use super::reply::{CommandError, Reply};
use crate::backend::{Declared, Expr, Hit, RaceList, RaceRow, RaceSide, Shown, Stale, Touching, side_name};
use serde_json::{Value, json};
use std::fmt::Write;
use std::ops::Range;

/// `races [FROM TO] [all] [at PLACE]`, and what can be done with one of them.
pub(super) fn races(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    match call.args.peek() {
        Some("go") => go(call),
        Some("prove") => prove(call),
        Some("both") => both(call),
        Some("hide") => hide(call),
        Some("show") => show(call),
        _ => list(call),
    }
}

fn list(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let at = match call.args.take_from("at") {
        Some((text, column)) => Some(span(call, &Word { text, column }, None)?),
        None => None,
    };
    let all = call.args.take("all");
    let from = call.args.count()?;
    let to = if from.is_some() && !all { Some(call.args.number("the last turn")?) } else { None };
    call.args.done()?;
    let here = if all || call.target.session().at_present() { None } else { Some(call.target.machine().turns()) };
    let list = call.target.ask_races(from.unwrap_or(1), to.or(here))?;
    let rows = |r: &&RaceRow| at.is_none_or(|(start, end)| r.bytes.iter().any(|b| b.start < end && start < b.end));
    let shown: Vec<&RaceRow> = list.rows.iter().filter(rows).collect();
    Ok(Reply::new(text(&list, &shown), data(&list, &shown)))
}

fn go(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take_next();
    let n = call.args.number("the number of a race")?;
    let earlier = call.args.take("earlier");
    call.args.done()?;
    call.target.go_to_race(n as usize, earlier)?;
    Ok(arrived(call))
}

fn prove(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take_next();
    let all = call.args.take("all");
    let n = if all { None } else { Some(call.args.number("the number of a race, or all")?) };
    call.args.done()?;
    match n {
        Some(n) => {
            let row = call.target.prove_race(n as usize, false)?;
            Ok(Reply::new(verdict(&row), row_data(&row)))
        }
        None => {
            call.target.prove_all_races()?;
            let list = call.target.recent_races()?;
            let rows: Vec<&RaceRow> = list.rows.iter().collect();
            Ok(Reply::new(text(&list, &rows), data(&list, &rows)))
        }
    }
}

fn both(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take_next();
    let n = call.args.number("the number of a race")?;
    call.args.done()?;
    let row = call.target.prove_race(n as usize, true)?;
    let mut text = verdict(&row);
    if let Some(branch) = row.branch {
        let _ = write!(text, "\nthis is the end of branch {branch}, where they do");
    }
    Ok(Reply::new(text, row_data(&row)))
}

fn hide(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take_next();
    let n = call.args.number("the number of a race")?;
    let why = call.args.rest();
    call.target.hide_race(n as usize, why)?;
    let hidden = call.target.declared().hidden.len();
    Ok(Reply::new(format!("race {n} is hidden; races show lists it again"), json!({ "hidden": hidden })))
}

fn show(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    call.args.take_next();
    call.args.done()?;
    let shown = std::mem::take(&mut call.target.declared_mut().hidden).len();
    Ok(Reply::new(format!("{} listed again", plural(shown as u64, "pair is", "pairs are")), json!({ "shown": shown })))
}

/// `sync [PLACE [LEN] | drop N | list]`.
pub(super) fn sync(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    if call.args.take("drop") {
        let word = call.args.word("the number of a stretch")?;
        call.args.done()?;
        let n = number(&word)? as usize;
        let sync = &mut call.target.declared_mut().sync;
        if n == 0 || n > sync.len() {
            let there = plural(sync.len() as u64, "stretch", "stretches");
            return Err(CommandError::at(word.column, format!("there is no stretch {n}: {there} declared")));
        }
        sync.remove(n - 1);
    } else if !call.args.is_empty() && !call.args.take("list") {
        let place = call.args.word("a place")?;
        let bytes = call.args.count()?.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        call.args.done()?;
        let (start, end) = span(call, &place, bytes)?;
        call.target.declared_mut().synchronize(start, end);
    }
    call.args.done()?;
    let Declared { sync, .. } = call.target.declared();
    let line = |(i, (start, end)): (usize, &(u32, u32))| format!("{} [{start:04X}] {} bytes", i + 1, end - start);
    let lines: Vec<String> = sync.iter().enumerate().map(line).collect();
    let text = if lines.is_empty() { "no word is declared as synchronization".to_owned() } else { lines.join("\n") };
    Ok(Reply::new(text, json!({ "sync": sync_data(sync) })))
}

/// A stretch of RAM that tasks can share: an address, a label or an expression in brackets.
fn stretch(call: &Call<'_>, word: &Word, bytes: Option<u32>) -> Result<(u32, u32), CommandError> {
    let failed = |message: String| CommandError::at(word.column, message);
    let expr = Expr::parse(&word.text).map_err(|e| CommandError::at(word.column + e.column, e.message))?;
    let access = call.target.access(&expr, call.selected, bytes, Touching::Any);
    let span = access.map_err(|e| CommandError::at(word.column + e.column, e.message))?.span;
    if span.bank.is_some() {
        let text = &word.text;
        return Err(failed(format!("{text} lies in a task's own bank: no other task can reach it")));
    }
    Ok((span.start, span.end))
}

/// The same for what is declared as synchronization: registers only by their addresses.
fn span(call: &Call<'_>, word: &Word, bytes: Option<u32>) -> Result<(u32, u32), CommandError> {
    let (start, end) = stretch(call, word, bytes)?;
    if is_register(&word.text) {
        let text = &word.text;
        let message =
            format!("{text} is a register: declare it only if tasks hand over through it; 0x{start:04X} does");
        return Err(CommandError::at(word.column, message));
    }
    Ok((start, end))
}

/// Whether a word names a register, with or without its task.
fn is_register(text: &str) -> bool {
    let name = text.rsplit('.').next().unwrap_or(text).to_lowercase();
    let number = name.strip_prefix('r').and_then(|n| n.parse::<u8>().ok());
    number.is_some_and(|n| n < 16)
}

/// A count with its noun.
fn plural(n: u64, one: &str, many: &str) -> String {
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

fn text(list: &RaceList, rows: &[&RaceRow]) -> String {
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
        4 => format!("[{:04X}]", b.start),
        1 => format!("b[{:04X}]", b.start),
        _ => format!("[{:04X}..{:04X}]", b.start, b.end - 1),
    };
    let places: Vec<String> = row.bytes.iter().map(bytes).collect();
    row.named.clone().unwrap_or_else(|| places.join(" "))
}

fn side(side: &RaceSide) -> String {
    let line = side.line.as_ref().map_or(String::new(), |(file, line)| format!(" {file}:{line}"));
    let does = if side.site.write { "writes" } else { "reads" };
    let who = side_name(side.site.pid, &side.name);
    format!("{who} {:04X} {} {does} in {}{line}", side.site.pc, side.text, side.turn)
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

fn verdict(row: &RaceRow) -> String {
    why(row).join("\n")
}

/// `lane [PLACE [LEN] | drop N | auto | off]`: words with lanes of their own on the timeline.
pub(super) fn lane(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let declared = call.target.declared().clone();
    if call.args.take("drop") {
        let word = call.args.word("the number of a lane")?;
        let n = number(&word)? as usize;
        if n == 0 || n > declared.pins.len() {
            let there = plural(declared.pins.len() as u64, "lane is", "lanes are");
            return Err(CommandError::at(word.column, format!("there is no lane {n}: {there} pinned")));
        }
        call.target.declared_mut().pins.remove(n - 1);
    } else if call.args.take("auto") {
        call.target.declared_mut().no_lanes = false;
    } else if call.args.take("off") {
        call.target.declared_mut().no_lanes = true;
    } else if let Some(place) = call.args.take_next() {
        let len = call.args.take("len");
        let bytes = if len || !call.args.is_empty() { Some(call.args.number("how many bytes")?) } else { None };
        let bytes = bytes.map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        let (start, end) = stretch(call, &place, bytes)?;
        if end - start > LANE_BYTES {
            let message = format!("{} bytes are too many: a lane has at most {LANE_BYTES}", end - start);
            return Err(CommandError::at(place.column, message));
        }
        call.target.declared_mut().pins.push((start, end));
    }
    call.args.done()?;
    let Declared { pins, no_lanes, .. } = call.target.declared();
    let line = |(i, (start, end)): (usize, &(u32, u32))| format!("{} [{start:04X}] {} bytes", i + 1, end - start);
    let mut lines: Vec<String> = pins.iter().enumerate().map(line).collect();
    lines.push(if *no_lanes {
        "shared words have none of their own".into()
    } else {
        "shared words have theirs".into()
    });
    Ok(Reply::new(lines.join("\n"), json!({ "pinned": sync_data(pins), "auto": !no_lanes })))
}

/// Bytes of a lane at most.
const LANE_BYTES: u32 = 256;
/// Accesses that are listed at most.
const TOUCHES: usize = 10_000;
/// Turns that are looked at for lanes.
const LANE_TURNS: u64 = 1 << 19;

/// `lanes [FROM TO]`: every access to shared words, as data.
pub(super) fn lanes(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let present = call.target.session().present();
    let from = call.args.count()?;
    let to = if from.is_some() { Some(call.args.number("the last turn")?) } else { None };
    call.args.done()?;
    let to = to.unwrap_or(present);
    let from = from.unwrap_or_else(|| to.saturating_sub(LANE_TURNS - 1)).max(1);
    let sharing = call.target.accesses(from, to)?;
    let mut words: std::collections::BTreeMap<u32, Vec<&Hit>> = std::collections::BTreeMap::new();
    for hit in sharing.hits.iter().take(TOUCHES) {
        (hit.address / 4..(hit.address + hit.len).div_ceil(4)).for_each(|at| words.entry(at).or_default().push(hit));
    }
    let several = |hits: &[&Hit]| hits.iter().any(|h| h.pid != hits[0].pid) && hits.iter().any(|h| h.write);
    let pins = &call.target.declared().pins;
    let pinned = |at: u32| pins.iter().any(|(start, end)| (start / 4..end.div_ceil(4)).contains(&at));
    words.retain(|at, hits| pinned(*at) || several(hits));
    let of =
        |at: u32| sharing.stale.iter().filter(move |s| (s.address / 4..(s.address + s.len).div_ceil(4)).contains(&at));
    let mut text = vec![format!("{} in turns {from}..{to}", plural(words.len() as u64, "shared word", "shared words"))];
    for (at, hits) in &words {
        let does =
            |h: &&Hit| format!("{}:{}{}", h.turn, h.pid, if h.write { format!("w{:X}", h.value) } else { "r".into() });
        let shown: Vec<String> = hits.iter().take(16).map(does).collect();
        let more = if hits.len() > 16 { format!(" and {} more", hits.len() - 16) } else { String::new() };
        text.push(format!("[{:04X}]  {}{more}", 4 * at, shown.join(" ")));
        text.extend(of(*at).map(|s| format!("  L  {}", stale_sentence(s))));
    }
    let touch = |h: &&Hit| {
        json!({ "turn": h.turn, "pid": h.pid, "pc": h.pc, "does": if h.write { "write" } else { "read" },
                "address": format!("0x{:04X}", h.address), "bytes": h.len, "value": h.value, "delivered": h.delivered })
    };
    let lost = |s: &Stale| json!({ "pid": s.pid, "read": s.read, "foreign": s.foreign, "write": s.write });
    let word = |(at, hits): (&u32, &Vec<&Hit>)| {
        let steps: Vec<Value> = hits.iter().filter(|h| h.write).map(|h| json!([h.turn, h.value])).collect();
        json!({ "address": format!("0x{:04X}", 4 * at), "bytes": 4, "touches": hits.iter().map(touch).collect::<Vec<_>>(),
                "steps": steps, "lost": of(*at).map(lost).collect::<Vec<_>>() })
    };
    let json = json!({ "from": from, "to": to, "exact": true, "words": words.iter().map(word).collect::<Vec<_>>(),
                       "left_off": sharing.hits.len().saturating_sub(TOUCHES) });
    Ok(Reply::new(text.join("\n"), json))
}

/// A stale write in a sentence.
#[must_use]
pub fn stale_sentence(stale: &Stale) -> String {
    let Stale { address, pid, read, write, .. } = *stale;
    let foreign: Vec<String> =
        stale.foreign.iter().take(4).map(|(turn, by)| format!("{by} wrote it in {turn}")).collect();
    let more = if stale.foreign.len() > 4 { ", and again" } else { "" };
    format!("{pid} read [{address:04X}] in {read}, {}{more}, {pid} wrote over that in {write}", foreign.join(", "))
}

fn data(list: &RaceList, rows: &[&RaceRow]) -> Value {
    let stale = |s: &Stale| {
        let mut by: Vec<u16> = s.foreign.iter().map(|(_, pid)| *pid).collect();
        by.sort_unstable();
        by.dedup();
        let foreign: Vec<u64> = s.foreign.iter().map(|(turn, _)| *turn).collect();
        json!({ "address": format!("0x{:04X}", s.address), "bytes": s.len, "task": s.pid, "pc": format!("0x{:04X}", s.pc),
                "read": s.read, "foreign": foreign, "by": by, "write": s.write })
    };
    json!({ "from": list.from, "to": list.to, "complete": list.more == 0, "branch": list.branch, "sync": sync_data(&list.sync),
            "races": rows.iter().map(|r| row_data(r)).collect::<Vec<_>>(),
            "lost_updates": list.stale.iter().map(stale).collect::<Vec<_>>(), "hidden": list.hidden, "more": list.more })
}

fn sync_data(sync: &[(u32, u32)]) -> Value {
    sync.iter().map(|(start, end)| json!([format!("0x{start:04X}"), end - start])).collect()
}

fn row_data(row: &RaceRow) -> Value {
    let side = |s: &RaceSide| {
        json!({ "pid": s.site.pid, "pc": format!("0x{:04X}", s.site.pc), "does": if s.site.write { "write" } else { "read" },
                "line": s.line.as_ref().map(|(file, line)| format!("{file}:{line}")), "text": s.text, "value": s.value,
                "service": s.site.service })
    };
    let bytes: Vec<Value> = row.bytes.iter().map(|b| json!([format!("0x{:04X}", b.start), b.end - b.start])).collect();
    let heard = row.heard.as_ref().map(|(heard, by)| json!({ "from": heard.from, "to": heard.to, "by": by }));
    json!({ "n": row.n, "earlier": side(&row.earlier), "later": side(&row.later), "bytes": bytes, "name": row.named,
            "first": [row.earlier.turn, row.later.turn], "times": row.times, "same_value": row.same_value,
            "ordered_by": heard, "shown": row.shown, "hangs_on": row.hangs_on, "branch": row.branch })
}
