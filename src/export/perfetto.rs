//! Trace events as ui.perfetto.dev and chrome://tracing read them: a lane for each task with its stretches of
//! running, waiting and sleeping, arrows for messages and for races, counters for the depth of mailboxes.
//!
//! Times are virtual µs. A turn takes the time before its own, so all of it lies between 0 and the end. What happens
//! in a turn stands in the middle of it: at its start the readers might not find its slice yet.

mod lanes;
mod races;

use super::words::about;
use super::{TraceReplay, Traced};
use crate::executive::Pid;
use crate::executive::trace::{TraceEntry, TraceKind, What};
use crate::session::Race;
use crate::text::escaped_json;
use lanes::{Lanes, Slice};
use races::Races;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

/// The one process of the file.
const PROCESS: u32 = 1;
/// What no task does.
const OUTSIDE: Pid = 0;
/// The lane of that: no pid, and not 0, which Perfetto keeps for the idle thread of a system.
const OUTSIDE_LANE: u32 = 1 << 16;

/// Writes the trace.
///
/// # Errors
/// `out` fails.
pub(super) async fn write(replay: &TraceReplay<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut writer = Writer::begin(out, replay.title, replay.turn_us())?;
    writer.races = Races::of(replay.races().await);
    let end_us = replay.each(|traced| writer.entry(traced)).await?;
    writer.end(end_us)
}

/// A message on its way.
struct Sent {
    seq: u32,
    from: Pid,
    at_us: f64,
}

/// The lane of a task.
fn lane(pid: Pid) -> u32 {
    if pid == OUTSIDE { OUTSIDE_LANE } else { pid.into() }
}

struct Writer<'o> {
    out: &'o mut (dyn Write + Send),
    first: bool,
    turn_us: u64,
    lanes: Lanes,
    /// Messages that may still be received, by mailbox.
    sent: BTreeMap<u16, VecDeque<Sent>>,
    /// Arrows drawn: each has its own number. Perfetto reads text here as a hexadecimal number.
    arrows: u64,
    /// Depth and name of the mailboxes, as written last.
    depths: BTreeMap<u16, (u64, String)>,
    races: Races,
}

impl<'o> Writer<'o> {
    fn begin(out: &'o mut (dyn Write + Send), title: &str, turn_us: u64) -> io::Result<Writer<'o>> {
        out.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")?;
        let (lanes, sent, depths, races) = Default::default();
        let mut writer = Writer { out, first: true, turn_us, lanes, sent, arrows: 0, depths, races };
        writer.name("process_name", OUTSIDE, title)?;
        writer.name("thread_name", OUTSIDE, "outside and idle")?;
        Ok(writer)
    }

    fn end(&mut self, end_us: u64) -> io::Result<()> {
        let slices = self.lanes.end(end_us);
        slices.iter().try_for_each(|slice| self.slice(slice))?;
        self.out.write_all(b"\n]}\n")
    }

    fn event(&mut self, event: &Value) -> io::Result<()> {
        if !std::mem::take(&mut self.first) {
            self.out.write_all(b",\n")?;
        }
        self.out.write_all(escaped_json(event.to_string()).as_bytes())
    }

    fn name(&mut self, what: &str, pid: Pid, name: &str) -> io::Result<()> {
        self.event(&json!({ "ph": "M", "name": what, "pid": PROCESS, "tid": lane(pid), "args": { "name": name } }))
    }

    fn slice(&mut self, slice: &Slice) -> io::Result<()> {
        let Slice { pid, name, category, start_us, end_us, args } = slice;
        self.event(&json!({ "ph": "X", "name": name, "cat": category, "pid": PROCESS, "tid": lane(*pid),
                            "ts": start_us, "dur": end_us - start_us, "args": args }))
    }

    fn entry(&mut self, traced: &Traced<'_>) -> io::Result<()> {
        let e = traced.entry;
        let slices = self.lanes.entry(&e, self.turn_us, || about(traced));
        slices.iter().try_for_each(|slice| self.slice(slice))?;
        let at_us = self.at_us(&e);
        for (race, from_us) in self.races.entry(e.turn, at_us) {
            self.race(&race, from_us, at_us)?;
        }
        match e.what {
            What::Step | What::Block { .. } | What::Wake { .. } | What::Idle { .. } => Ok(()),
            What::Load { .. } => {
                let name = format!("{}:{}", e.pid, traced.task_name(e.pid).unwrap_or_default());
                self.name("thread_name", e.pid, &name)?;
                self.instant(traced)
            }
            What::Trap { .. }
            | What::Fault { .. }
            | What::Break { .. }
            | What::Foreign { .. }
            | What::Timeout { .. } => self.instant(traced),
            What::Halt { .. } | What::Kill | What::Input { .. } => {
                self.instant(traced)?;
                self.all_depths(traced)
            }
            What::Send { mailbox, seq } => {
                self.send(traced, mailbox, seq);
                self.depth(traced, mailbox)
            }
            What::Recv { mailbox, seq } => {
                self.receive(traced, mailbox, seq)?;
                self.depth(traced, mailbox)
            }
        }
    }

    /// Where in time an entry stands: in the middle of its turn; what comes between two turns has its own time.
    fn at_us(&self, e: &TraceEntry) -> f64 {
        let time_us = e.time_us as f64;
        match e.kind() {
            TraceKind::Load | TraceKind::Kill | TraceKind::Input | TraceKind::Timeout => time_us,
            TraceKind::Step
            | TraceKind::Trap
            | TraceKind::Block
            | TraceKind::Wake
            | TraceKind::Halt
            | TraceKind::Fault
            | TraceKind::Break
            | TraceKind::Idle
            | TraceKind::Send
            | TraceKind::Recv
            | TraceKind::Foreign => (time_us - self.turn_us as f64 / 2.0).max(0.0),
        }
    }

    fn instant(&mut self, traced: &Traced<'_>) -> io::Result<()> {
        let e = traced.entry;
        let what = about(traced);
        let name = if what.is_empty() { e.kind().name().to_lowercase() } else { what };
        let category = e.kind().name().to_lowercase();
        let ts = self.at_us(&e);
        self.event(&json!({ "ph": "i", "s": "t", "name": name, "cat": category, "pid": PROCESS, "tid": lane(e.pid),
                            "ts": ts, "args": { "turn": e.turn, "pc": e.pc, "arg": e.arg() } }))
    }

    /// Keeps a message in mind until it is received. What is older than all that is queued cannot be any more.
    fn send(&mut self, traced: &Traced<'_>, descriptor: u16, seq: u32) {
        let e = traced.entry;
        let at_us = self.at_us(&e);
        let sent = self.sent.entry(descriptor).or_default();
        let oldest = traced.oldest(descriptor).unwrap_or(seq);
        // Numbers may wrap: older is what lies less than half of them behind.
        while sent.front().is_some_and(|s| oldest.wrapping_sub(s.seq).wrapping_sub(1) < u32::MAX / 2) {
            sent.pop_front();
        }
        sent.push_back(Sent { seq, from: e.pid, at_us });
    }

    /// An arrow from where a message was sent to here: a pair for each receipt. A task that waited for it has it when
    /// it runs next, so the arrow leads there: Perfetto turns arrows round that lead into a slice begun before theirs.
    fn receive(&mut self, traced: &Traced<'_>, descriptor: u16, seq: u32) -> io::Result<()> {
        let e = traced.entry;
        let sent = self.sent.get(&descriptor).and_then(|sent| sent.iter().rev().find(|s| s.seq == seq));
        let Some(&Sent { from, at_us, .. }) = sent else { return Ok(()) };
        self.arrows += 1;
        let ts = self.at_us(&e);
        let waited = from != e.pid && at_us == ts;
        let mut arrow = json!({ "ph": "s", "name": about(traced), "cat": "message", "id": self.arrows, "pid": PROCESS,
                                "tid": lane(from), "ts": at_us, "args": { "seq": seq } });
        self.event(&arrow)?;
        (arrow["ph"], arrow["tid"], arrow["ts"]) = (json!("f"), json!(lane(e.pid)), json!(ts));
        if !waited {
            arrow["bp"] = json!("e");
        }
        self.event(&arrow)
    }

    /// An arrow from the earlier access of a race to the later one, where the pair was seen first.
    fn race(&mut self, race: &Race, from_us: f64, to_us: f64) -> io::Result<()> {
        self.arrows += 1;
        let address = race.bytes.first().map_or(0, |bytes| bytes.start);
        let does = |write: bool| if write { "writes" } else { "reads" };
        let (earlier, later) = (&race.earlier, &race.later);
        let (from, to) = (earlier.site.pid, later.site.pid);
        let name =
            format!("race at 0x{address:04X}: {from} {}, {to} {}", does(earlier.site.write), does(later.site.write));
        let args = json!({ "turns": [earlier.turn, later.turn], "times": race.times });
        let mut arrow = json!({ "ph": "s", "name": name, "cat": "race", "id": self.arrows, "pid": PROCESS,
                                "tid": lane(from), "ts": from_us, "args": args });
        self.event(&arrow)?;
        (arrow["ph"], arrow["tid"], arrow["ts"]) = (json!("f"), json!(lane(to)), json!(to_us));
        arrow["bp"] = json!("e");
        self.event(&arrow)
    }

    /// The depth of a mailbox, if it has changed.
    fn depth(&mut self, traced: &Traced<'_>, descriptor: u16) -> io::Result<()> {
        let now = traced.depth(descriptor);
        let known = self.depths.get(&descriptor).map_or(0, |(depth, _)| *depth);
        if now.unwrap_or(0) == known {
            return Ok(());
        }
        let name = match now {
            Some(depth) => {
                let name = traced.mailbox_name(descriptor);
                self.depths.insert(descriptor, (depth, name.clone()));
                name
            }
            None => self.depths.remove(&descriptor).map_or_else(String::new, |(_, name)| name),
        };
        self.event(&json!({ "ph": "C", "name": format!("{name} depth"), "pid": PROCESS, "ts": traced.entry.time_us,
                            "args": { "messages": now.unwrap_or(0) } }))
    }

    fn all_depths(&mut self, traced: &Traced<'_>) -> io::Result<()> {
        let known: Vec<u16> = self.depths.keys().copied().collect();
        known.into_iter().try_for_each(|descriptor| self.depth(traced, descriptor))
    }
}
