//! The slices of the lanes: what each task does when, put together from the entries of the trace.

use crate::executive::Pid;
use crate::executive::trace::{TraceEntry, TraceKind, What};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A stretch of time on a lane.
pub(super) struct Slice {
    pub pid: Pid,
    pub name: String,
    pub category: &'static str,
    pub start_us: u64,
    pub end_us: u64,
    pub args: Value,
}

/// Turns in a row of one task.
struct Run {
    pid: Pid,
    start_us: u64,
    end_us: u64,
    first: u64,
    turns: u64,
}

/// A wait that has not ended.
struct Wait {
    start_us: u64,
    name: String,
    category: &'static str,
}

/// What is open on the lanes.
#[derive(Default)]
pub(super) struct Lanes {
    run: Option<Run>,
    /// The run has ended with a wait.
    cut: bool,
    /// Turns seen.
    turns: u64,
    waits: BTreeMap<Pid, Wait>,
}

impl Lanes {
    /// Takes an entry in; the slices that ended by it.
    pub fn entry(&mut self, e: &TraceEntry, turn_us: u64, about: impl FnOnce() -> String) -> Vec<Slice> {
        let mut ended = Vec::new();
        if e.turn > self.turns && took_turn(e.kind()) {
            self.turns = e.turn;
            ended.extend(self.turn(e, turn_us));
        }
        match e.what {
            What::Block { on } => {
                let (name, category) = match on {
                    None => ("sleeps".to_owned(), "sleep"),
                    Some(_) => (format!("waits for {}", about()), "wait"),
                };
                self.waits.insert(e.pid, Wait { start_us: e.time_us, name, category });
                self.cut = true;
            }
            What::Wake { .. } | What::Timeout { .. } | What::Kill => ended.extend(self.wake(e.pid, e.time_us)),
            What::Idle { us } => ended.push(Slice {
                pid: super::OUTSIDE,
                name: "idle".into(),
                category: "idle",
                start_us: e.time_us,
                end_us: e.time_us + us,
                args: json!({}),
            }),
            // Those of a turn that are not a wait; see `took_turn` for the run.
            What::Step
            | What::Trap { .. }
            | What::Halt { .. }
            | What::Fault { .. }
            | What::Break { .. }
            | What::Load { .. }
            | What::Input { .. }
            | What::Send { .. }
            | What::Recv { .. }
            | What::Foreign { .. } => {}
        }
        ended
    }

    /// The end of the trace; the slices that were open until then.
    pub fn end(&mut self, end_us: u64) -> Vec<Slice> {
        let pids: Vec<Pid> = self.waits.keys().copied().collect();
        let waits: Vec<Slice> = pids.into_iter().filter_map(|pid| self.wake(pid, end_us)).collect();
        self.run.take().map(slice).into_iter().chain(waits).collect()
    }

    /// A turn; the run before it if that ends here.
    fn turn(&mut self, e: &TraceEntry, turn_us: u64) -> Option<Slice> {
        let start_us = e.time_us.saturating_sub(turn_us);
        let cut = std::mem::take(&mut self.cut);
        if let Some(run) = self.run.as_mut().filter(|r| !cut && r.pid == e.pid && r.end_us == start_us) {
            (run.end_us, run.turns) = (e.time_us, run.turns + 1);
            return None;
        }
        let run = Run { pid: e.pid, start_us, end_us: e.time_us, first: e.turn, turns: 1 };
        self.run.replace(run).map(slice)
    }

    fn wake(&mut self, pid: Pid, end_us: u64) -> Option<Slice> {
        let Wait { start_us, name, category } = self.waits.remove(&pid)?;
        Some(Slice { pid, name, category, start_us, end_us, args: json!({}) })
    }
}

/// Whether an entry is the one by which a turn tells of itself; each turn has at least one, and its first counts.
const fn took_turn(kind: TraceKind) -> bool {
    matches!(kind, TraceKind::Step | TraceKind::Trap | TraceKind::Halt | TraceKind::Fault | TraceKind::Break)
}

fn slice(run: Run) -> Slice {
    let Run { pid, start_us, end_us, first, turns } = run;
    let args = json!({ "first": first, "last": first + turns - 1, "turns": turns });
    Slice { pid, name: "run".into(), category: "run", start_us, end_us, args }
}
