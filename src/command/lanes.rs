//! `lane` and `lanes`: words that tasks share, on the timeline and as data.

use super::races::{length, memory, numbered, plural, stale_sentence};
use super::reply::{CommandError, Reply};
use super::{Call, Meaning};
use crate::backend::answer::{Done, Pinned};
use crate::backend::request::{Memory, Races};
use crate::backend::{Hit, Pid, Sharing, Stale, Want};
use serde::Serialize;
use std::collections::BTreeMap;

/// Accesses that are listed at most.
const TOUCHES: usize = 10_000;
/// Turns that are looked at for lanes.
const LANE_TURNS: u64 = 1 << 19;
/// Accesses of a word that are listed in text.
const IN_TEXT: usize = 16;

/// `lane [PLACE [len N] | drop N | auto | off]`: words with lanes of their own on the timeline.
pub(super) fn lane(call: &mut Call<'_>) -> Result<Meaning, CommandError> {
    let pid = call.args.pid_option(&call.now)?.or(call.selected);
    let request = if call.args.take("drop") {
        Races::Unpin(numbered(call, "a lane")?)
    } else if call.args.take("auto") {
        Races::Lanes(true)
    } else if call.args.take("off") {
        Races::Lanes(false)
    } else if call.args.is_empty() {
        return Ok(Reply::of(Done::Pinned(Pinned::of(&call.now.declared))).into());
    } else {
        let place = memory(call, pid)?;
        let len = call.args.take("len");
        let bytes = if len || !call.args.is_empty() { Some(call.number("how many bytes")?) } else { None };
        Races::Pin(Memory { bytes: bytes.map(length).or(place.bytes), ..place })
    };
    call.args.done()?;
    Ok(request.into())
}

/// Accesses to shared words, as programs rely on them.
#[derive(Serialize)]
struct Accesses {
    from: u64,
    to: u64,
    exact: bool,
    words: Vec<WordData>,
    left_off: usize,
}

/// A word that tasks share, or that has a lane of its own.
#[derive(Serialize)]
struct WordData {
    address: String,
    bytes: u32,
    touches: Vec<TouchData>,
    /// The turns of writes, and what was there after them.
    steps: Vec<(u64, u32)>,
    lost: Vec<LostData>,
}

/// An access.
#[derive(Serialize)]
struct TouchData {
    turn: u64,
    pid: Pid,
    pc: u32,
    does: &'static str,
    address: String,
    bytes: u32,
    value: u32,
    delivered: bool,
}

/// A write over what another task had written.
#[derive(Serialize)]
struct LostData {
    pid: Pid,
    read: u64,
    foreign: Vec<(u64, Pid)>,
    write: u64,
}

impl TouchData {
    fn of(hit: &&Hit) -> TouchData {
        TouchData {
            turn: hit.turn,
            pid: hit.pid,
            pc: hit.pc,
            does: if hit.write { "write" } else { "read" },
            address: format!("0x{:04X}", hit.address),
            bytes: hit.len,
            value: hit.value,
            delivered: hit.delivered,
        }
    }
}

/// `lanes [FROM TO]`: every access to shared words, as data.
pub(super) fn lanes(call: &mut Call<'_>) -> Result<Reply, CommandError> {
    let present = call.now.history.present;
    let from = call.count()?;
    let to = if from.is_some() { Some(call.number("the last turn")?) } else { None };
    call.args.done()?;
    let to = to.unwrap_or(present);
    let from = from.unwrap_or_else(|| to.saturating_sub(LANE_TURNS - 1)).max(1);
    let now = call.look(&Want { accesses: Some((from, to)), ..Want::numbers() });
    let sharing = match &now.accesses {
        Some(Ok(sharing)) => sharing,
        Some(Err(why)) => return Err(CommandError::new(why.clone())),
        None => return Err(CommandError::new("this target does not know who shares words")),
    };
    let words = words(sharing, &call.now.declared.pins);
    let mut text = vec![format!("{} in turns {from}..{to}", plural(words.len() as u64, "shared word", "shared words"))];
    for (at, hits) in &words {
        text.push(line(*at, hits));
        text.extend(stale_of(sharing, *at).map(|stale| format!("  L  {}", stale_sentence(stale))));
    }
    let data = Accesses {
        from,
        to,
        exact: true,
        words: words.iter().map(|(at, hits)| word(sharing, *at, hits)).collect(),
        left_off: sharing.hits.len().saturating_sub(TOUCHES),
    };
    Ok(Reply::new(text.join("\n"), data))
}

/// Words by number, with their accesses: those of several tasks, one of them writing, and those that are pinned.
fn words<'s>(sharing: &'s Sharing, pins: &[(u32, u32)]) -> BTreeMap<u32, Vec<&'s Hit>> {
    let mut words: BTreeMap<u32, Vec<&Hit>> = BTreeMap::new();
    for hit in sharing.hits.iter().take(TOUCHES) {
        (hit.address / 4..(hit.address + hit.len).div_ceil(4)).for_each(|at| words.entry(at).or_default().push(hit));
    }
    let several = |hits: &[&Hit]| hits.iter().any(|h| h.pid != hits[0].pid) && hits.iter().any(|h| h.write);
    let pinned = |at: u32| pins.iter().any(|(start, end)| (start / 4..end.div_ceil(4)).contains(&at));
    words.retain(|at, hits| pinned(*at) || several(hits));
    words
}

fn stale_of(sharing: &Sharing, at: u32) -> impl Iterator<Item = &Stale> {
    sharing.stale.iter().filter(move |s| (s.address / 4..(s.address + s.len).div_ceil(4)).contains(&at))
}

fn line(at: u32, hits: &[&Hit]) -> String {
    let does =
        |h: &&Hit| format!("{}:{}{}", h.turn, h.pid, if h.write { format!("w0x{:X}", h.value) } else { "r".into() });
    let shown: Vec<String> = hits.iter().take(IN_TEXT).map(does).collect();
    let more = if hits.len() > IN_TEXT { format!(" and {} more", hits.len() - IN_TEXT) } else { String::new() };
    format!("[0x{:04X}]  {}{more}", 4 * at, shown.join(" "))
}

fn word(sharing: &Sharing, at: u32, hits: &[&Hit]) -> WordData {
    let lost = |s: &Stale| LostData { pid: s.pid, read: s.read, foreign: s.foreign.clone(), write: s.write };
    WordData {
        address: format!("0x{:04X}", 4 * at),
        bytes: 4,
        touches: hits.iter().map(TouchData::of).collect(),
        steps: hits.iter().filter(|h| h.write).map(|h| (h.turn, h.value)).collect(),
        lost: stale_of(sharing, at).map(lost).collect(),
    }
}
