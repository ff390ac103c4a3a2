//! Answers about what can still come of a run.

use crate::backend::{CouldSee, CouldView, FateView, MapRow, MapView, Sees, WorldChange, WorldNews, WorldView};
use crate::executive::Pid;
use crate::explore::SampledShare;
use crate::isa::Flow;
use crate::text::hex;
use serde::Serialize;
use serde_json::Value;

/// What can come of a run after each of its turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FateJudged {
    /// Turns of the run.
    pub turns: u64,
    /// The turn from which it is judged.
    pub from: u64,
    /// A letter for the start, and one for the state after each turn: `.` safe, `m` may fail, `L` lost, `n` never ends,
    /// `?` not known.
    pub labels: String,
    /// `passes`, `fails` or `open`.
    pub ends: &'static str,
    /// The turn with which it had failed first; null if nothing has failed before its end.
    pub failed: Option<u64>,
    /// The last turn after which a schedule passes, if the run does not.
    pub last_exit: Option<u64>,
    /// The last turn after which a schedule fails, if the run passes.
    pub last_danger: Option<u64>,
    /// What can come of each task's taking the next turn.
    pub next: Vec<Pick>,
    /// Some schedule after the last turn never ends, as far as is known.
    pub endless: bool,
    /// Whether everything is known.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
    /// The schedule that leaves the run at the last exit and passes, or at the last danger and fails, from turn `from`
    /// on.
    pub witness: Option<Vec<(Pid, u64)>>,
    /// The same for people.
    #[serde(skip)]
    pub view: FateView,
}

/// The fate of the run is no longer shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FateOff {
    /// Always null.
    pub fate: Option<()>,
}

/// What can come of a task's taking the next turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pick {
    /// Which task.
    pub pid: Pid,
    /// `safe`, `may fail`, `lost`, `never ends` or `not known`.
    pub label: &'static str,
}

impl FateJudged {
    /// From what was found out.
    #[must_use]
    pub fn of(view: FateView) -> FateJudged {
        let (from, fate) = (view.from, &view.fate);
        let unknown = "?".repeat(usize::try_from(from).unwrap_or(0));
        FateJudged {
            turns: view.turns,
            from,
            labels: unknown + &fate.letters(),
            ends: fate.ending.name(),
            failed: fate.failed.map(|turn| from + turn),
            last_exit: fate.last_exit.as_ref().map(|way| from + way.after),
            last_danger: fate.last_danger.as_ref().map(|way| from + way.after),
            next: fate.next.iter().map(|(pid, label)| Pick { pid: *pid, label: label.name() }).collect(),
            endless: fate.endless,
            exhausted: from == 0 && fate.exhausted(),
            states: fate.states,
            witness: view.way().map(|way| way.schedule.parts().to_vec()),
            view,
        }
    }
}

/// Where along a run it mattered who took the next turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapData {
    /// The first moment that was looked at, in turns.
    pub from: u64,
    /// Turns of the run.
    pub turns: u64,
    /// The moments that matter, and the last one.
    pub choices: Vec<MapChoice>,
    /// Whether everything is known.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
    /// The same for people.
    #[serde(skip)]
    pub view: MapView,
}

/// A moment of a run at which it matters who takes the next turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapChoice {
    /// Turns that are done.
    pub after: u64,
    /// Whose turn the run takes there; null where it ends so far.
    pub taken: Option<Pid>,
    /// What can come of each task's taking the next turn.
    pub picks: Vec<Pick>,
    /// Orders of turns that follow and fail, in decimal; null if they were not counted.
    pub failing: Option<String>,
    /// All orders that follow, in decimal; null as for `failing`.
    pub orders: Option<String>,
    /// The chance to fail if each next task is drawn evenly from those that are ready; null if that was not counted.
    pub drawn: Option<f64>,
    /// What came of some even draws, where that was not counted; else null.
    pub sampled: Option<SampledData>,
}

/// What came of orders in which each next task was drawn evenly from those that were ready.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampledData {
    /// Orders that failed.
    pub failed: u32,
    /// Orders that passed.
    pub passed: u32,
    /// Orders that were cut off before either.
    pub open: u32,
    /// The share of all draws that fails is at least that, with 95 %.
    pub low: f64,
    /// It is at most that.
    pub high: f64,
}

impl SampledData {
    fn of(share: SampledShare) -> SampledData {
        let (SampledShare { failed, passed, open }, (low, high)) = (share, share.interval());
        SampledData { failed, passed, open, low, high }
    }
}

impl MapData {
    /// From what was found out.
    #[must_use]
    pub fn of(view: MapView) -> MapData {
        let choice = |row: &MapRow| {
            let counted = row.share.and_then(|share| share.orders);
            MapChoice {
                after: row.after,
                taken: row.taken.as_ref().map(|(turn, _)| turn.pid),
                picks: row.picks.iter().map(|(pid, label)| Pick { pid: *pid, label: label.name() }).collect(),
                failing: counted.map(|(failing, _)| failing.to_string()),
                orders: counted.map(|(_, orders)| orders.to_string()),
                drawn: row.share.map(|share| share.drawn),
                sampled: row.sampled.map(SampledData::of),
            }
        };
        let choices = view.rows.iter().map(choice).collect();
        let MapView { from, turns, exhausted, states, .. } = view;
        MapData { from, turns, choices, exhausted, states, view }
    }
}

/// All that a turn could see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CouldData {
    /// Whose turn.
    pub pid: Pid,
    /// Which of its turns.
    pub n: u64,
    /// Turns of the run that are kept.
    pub after: u64,
    /// What it could see, each thing once.
    pub values: Vec<SightData>,
    /// Whether some order ends without it.
    pub never: bool,
    /// Whether some order ends in which the task waits for ever.
    pub waits_for_ever: bool,
    /// Whether some order never ends and does not reach it.
    pub endless: bool,
    /// Whether every order was tried.
    pub exhausted: bool,
    /// States that were looked at.
    pub states: usize,
    /// The same for people.
    #[serde(skip)]
    pub view: CouldView,
}

/// Something that a turn could see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SightData {
    /// `read`, `message`, `nothing`, `timeout`, `peek`, `value`, `file`, or `other` for a turn that reads nothing.
    pub what: &'static str,
    /// A number, the bytes of a message or of a file in hex, or null.
    pub value: Value,
    /// The address of its instruction.
    pub pc: String,
    /// That instruction; a service call with its numbers.
    pub op: String,
    /// The memory it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How many bytes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u8>,
    /// Who has sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// How often another task takes over until it is known, at least.
    pub switches: u32,
    /// The fewest turns with that number of switches.
    pub turns: u64,
    /// A schedule with both, after the turns that are kept.
    pub schedule: Vec<(Pid, u64)>,
}

impl SightData {
    fn of(seen: &CouldSee) -> SightData {
        let (what, value) = match &seen.sees {
            Sees::Read { value, .. } => ("read", Value::from(*value)),
            Sees::Message { data, .. } => ("message", hex::text(data).into()),
            Sees::Nothing => ("nothing", Value::Null),
            Sees::Timeout => ("timeout", Value::Null),
            Sees::Peek { messages } => ("peek", Value::from(*messages)),
            Sees::Value { bits } => ("value", Value::from(*bits)),
            Sees::File { data } => ("file", hex::text(data).into()),
            Sees::Other => ("other", Value::Null),
        };
        let (address, bytes) = match seen.sees {
            Sees::Read { address, bytes, .. } => (Some(format!("0x{address:04X}")), Some(bytes)),
            _ => (None, None),
        };
        let from = if let Sees::Message { from, .. } = seen.sees { Some(from) } else { None };
        let op = seen.insn.map_or_else(String::new, |insn| {
            let row = insn.op.row();
            match (row.access.flow, insn.service()) {
                (Flow::Trap, (module, function)) => format!("{} {module},{function}", row.mnemonic),
                _ => row.mnemonic.to_owned(),
            }
        });
        SightData {
            what,
            value,
            pc: format!("0x{:04X}", seen.pc),
            op,
            address,
            bytes,
            from,
            switches: seen.switches,
            turns: seen.schedule.turns(),
            schedule: seen.schedule.parts().to_vec(),
        }
    }
}

impl CouldData {
    /// From what was found out.
    #[must_use]
    pub fn of(view: CouldView) -> CouldData {
        let could = &view.could;
        CouldData {
            pid: view.pid,
            n: view.n,
            after: view.after,
            values: could.values.iter().map(SightData::of).collect(),
            never: could.ends || could.waits_for_ever,
            waits_for_ever: could.waits_for_ever,
            endless: could.endless,
            exhausted: could.exhausted,
            states: could.states,
            view,
        }
    }
}

/// What others have done since a task's last turn that it will read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorldData {
    /// Which task.
    pub pid: Pid,
    /// The turn that it took last; 0 if it has taken none.
    pub since: u64,
    /// Turns of its own that were looked through.
    pub ahead: u64,
    /// What has changed, in the order in which it reads it.
    pub changes: Vec<WorldItem>,
    /// The same for people.
    #[serde(skip)]
    pub view: WorldView,
}

/// Something that has changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorldItem {
    /// `bytes` or `message`.
    pub what: &'static str,
    /// The first address of the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its name, or the mailbox's.
    pub name: Option<String>,
    /// The number of the message in its mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u32>,
    /// The bytes that stood there, in hex, lowest address first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The bytes that stand there, or of the message.
    pub new: String,
    /// Who has changed it: 0 for the host.
    pub by: Pid,
    /// The turn it was done in; for an input the turn before it.
    pub turn: u64,
    /// The instruction that did it, by name.
    pub place: Option<String>,
    /// Which of the task's turns reads it, counted from its start.
    pub read_in: u64,
    /// The instruction that reads it, by name.
    pub read_at: String,
}

impl WorldData {
    /// From what was found out.
    #[must_use]
    pub fn of(view: WorldView) -> WorldData {
        let changes = view.changes.iter().map(WorldItem::of).collect();
        WorldData { pid: view.pid, since: view.since, ahead: view.ahead, changes, view }
    }
}

impl WorldItem {
    fn of(change: &WorldChange) -> WorldItem {
        let (by, turn, read_in) = (change.by, change.turn, change.read_in);
        let (place, read_at) = (change.place.clone(), change.read_at.clone());
        let (what, address, name, seq, old, new) = match &change.what {
            WorldNews::Bytes { address, name, old, new, .. } => {
                ("bytes", Some(format!("0x{address:04X}")), name.clone(), None, Some(hex::text(old)), hex::text(new))
            }
            WorldNews::Message { mailbox, seq, data } => {
                ("message", None, Some(mailbox.clone()), Some(*seq), None, hex::text(data))
            }
        };
        WorldItem { what, address, name, seq, old, new, by, turn, place, read_in, read_at }
    }
}
