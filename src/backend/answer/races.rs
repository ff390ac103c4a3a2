//! Answers about races, shared words and origins.

use crate::backend::{OriginRow, OriginTree, RaceList, RaceRow, RaceSide, Shown};
use crate::executive::Pid;
use crate::session::{Beginning, Declared, Origin, OriginKid, Stale};
use serde::Serialize;

/// An address as programs get it.
fn hex(address: u32) -> String {
    format!("0x{address:04X}")
}

/// A stretch of memory: first address and bytes.
pub type Bytes = (String, u32);

fn stretches(all: &[(u32, u32)]) -> Vec<Bytes> {
    all.iter().map(|(start, end)| (hex(*start), end - start)).collect()
}

/// The races of some turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RacesListed {
    /// The first turn.
    pub from: u64,
    /// The last turn.
    pub to: u64,
    /// Whether nothing was left out.
    pub complete: bool,
    /// Whose turns.
    pub branch: u32,
    /// What is declared as synchronization.
    pub sync: Vec<Bytes>,
    /// The races.
    pub races: Vec<RaceData>,
    /// Stale writes.
    pub lost_updates: Vec<LostUpdate>,
    /// Races that are hidden.
    pub hidden: usize,
    /// Instructions and stale writes that were left out.
    pub more: u64,
    /// The same for people: all races.
    #[serde(skip)]
    pub list: RaceList,
    /// Those of them that were asked for.
    #[serde(skip)]
    pub rows: Vec<RaceRow>,
}

impl RacesListed {
    /// Some races of a list.
    #[must_use]
    pub fn of(list: RaceList, rows: Vec<RaceRow>) -> RacesListed {
        RacesListed {
            from: list.from,
            to: list.to,
            complete: list.more == 0,
            branch: list.branch,
            sync: stretches(&list.sync),
            races: rows.iter().map(RaceData::of).collect(),
            lost_updates: list.stale.iter().map(LostUpdate::of).collect(),
            hidden: list.hidden,
            more: list.more,
            list,
            rows,
        }
    }
}

/// A race.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RaceData {
    /// Its number.
    pub n: usize,
    /// The access that came first.
    pub earlier: SideData,
    /// The access that came later.
    pub later: SideData,
    /// Where.
    pub bytes: Vec<Bytes>,
    /// What that is called.
    pub name: Option<String>,
    /// The turns in which it was seen first.
    pub first: [u64; 2],
    /// How often.
    pub times: u64,
    /// Both wrote the same value each time.
    pub same_value: bool,
    /// What last ordered the two tasks.
    pub ordered_by: Option<OrderedBy>,
    /// What is known of the other order.
    pub shown: Shown,
    /// The race that decides this one.
    pub hangs_on: Option<usize>,
    /// The branch in which they come the other way round.
    pub branch: Option<u32>,
}

impl RaceData {
    fn of(row: &RaceRow) -> RaceData {
        let ordered = |(heard, by): &(crate::backend::Heard, String)| OrderedBy {
            from: heard.from,
            to: heard.to,
            by: by.clone(),
        };
        RaceData {
            n: row.n,
            earlier: SideData::of(&row.earlier),
            later: SideData::of(&row.later),
            bytes: row.bytes.iter().map(|b| (hex(b.start), b.end - b.start)).collect(),
            name: row.named.clone(),
            first: [row.earlier.turn, row.later.turn],
            times: row.times,
            same_value: row.same_value,
            ordered_by: row.heard.as_ref().map(ordered),
            shown: row.shown,
            hangs_on: row.hangs_on,
            branch: row.branch,
        }
    }
}

/// An access of a race.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideData {
    /// Whose.
    pub pid: Pid,
    /// Its instruction's address.
    pub pc: String,
    /// `read` or `write`.
    pub does: &'static str,
    /// File and line.
    pub line: Option<String>,
    /// The instruction.
    pub text: String,
    /// What was there.
    pub value: u32,
    /// Whether it is a service call.
    pub service: bool,
}

impl SideData {
    fn of(side: &RaceSide) -> SideData {
        SideData {
            pid: side.site.pid,
            pc: hex(side.site.pc),
            does: if side.site.write { "write" } else { "read" },
            line: side.line.as_ref().map(|(file, line)| format!("{file}:{line}")),
            text: side.text.clone(),
            value: side.value,
            service: side.site.service,
        }
    }
}

/// What last ordered two tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderedBy {
    /// The last turn of the one that happened before.
    pub from: u64,
    /// The turn in which the other heard of it.
    pub to: u64,
    /// How, in words.
    pub by: String,
}

/// A stale write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostUpdate {
    /// Where.
    pub address: String,
    /// How many bytes.
    pub bytes: u32,
    /// Who read and wrote.
    pub task: Pid,
    /// The instruction that wrote.
    pub pc: String,
    /// The turn of the read.
    pub read: u64,
    /// The turns of other tasks' writes after it.
    pub foreign: Vec<u64>,
    /// Whose they were.
    pub by: Vec<Pid>,
    /// The turn of the write over them.
    pub write: u64,
    /// Whether the value came from the read, where that is known: then what the others wrote is lost.
    pub from_read: Option<bool>,
}

impl LostUpdate {
    fn of(stale: &Stale) -> LostUpdate {
        let mut by: Vec<Pid> = stale.foreign.iter().map(|(_, pid)| *pid).collect();
        by.sort_unstable();
        by.dedup();
        LostUpdate {
            address: hex(stale.address),
            bytes: stale.len,
            task: stale.pid,
            pc: hex(stale.pc),
            read: stale.read,
            foreign: stale.foreign.iter().map(|(turn, _)| *turn).collect(),
            by,
            write: stale.write,
            from_read: stale.from_read,
        }
    }
}

/// A race whose other order was tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RaceTried {
    /// The race itself.
    #[serde(flatten)]
    pub race: RaceData,
    /// The same for people.
    #[serde(skip)]
    pub row: RaceRow,
}

impl RaceTried {
    /// A race of a list.
    #[must_use]
    pub fn of(row: RaceRow) -> RaceTried {
        RaceTried { race: RaceData::of(&row), row }
    }
}

/// A race is no longer listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RaceHidden {
    /// Races that are hidden.
    pub hidden: usize,
    /// Its number.
    #[serde(skip)]
    pub race: u64,
}

/// Hidden races are listed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RacesShown {
    /// How many.
    pub shown: usize,
}

/// What is declared as synchronization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Synchronizing {
    /// The stretches.
    pub sync: Vec<Bytes>,
}

impl Synchronizing {
    /// All that is declared.
    #[must_use]
    pub fn of(declared: &Declared) -> Synchronizing {
        Synchronizing { sync: stretches(&declared.sync) }
    }
}

/// Which memory has lanes of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pinned {
    /// The stretches, whichever task touches them.
    pub pinned: Vec<Bytes>,
    /// Whether words that several tasks touch have theirs.
    pub auto: bool,
}

impl Pinned {
    /// All that is declared.
    #[must_use]
    pub fn of(declared: &Declared) -> Pinned {
        Pinned { pinned: stretches(&declared.pins), auto: !declared.no_lanes }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origins {
    /// The number of the value's own node.
    pub root: usize,
    /// The turn after which it was asked for.
    pub turn: u64,
    /// The nodes by number.
    pub nodes: Vec<OriginData>,
    /// Whether nothing was left out.
    pub complete: bool,
    /// The same for people.
    #[serde(skip)]
    pub tree: OriginTree,
}

impl Origins {
    /// From the tree.
    #[must_use]
    pub fn of(tree: OriginTree) -> Origins {
        let mut rows: Vec<&OriginRow> = tree.rows.iter().filter(|row| !row.again).collect();
        rows.sort_by_key(|row| row.node.id);
        rows.dedup_by_key(|row| row.node.id);
        let nodes = rows.into_iter().map(OriginData::of).collect();
        Origins { root: 1, turn: tree.turn, nodes, complete: tree.complete, tree }
    }
}

/// Some bytes that were written, or that nothing has written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OriginData {
    /// Its number, from 1.
    pub id: usize,
    /// The turn; 0 for what nothing has written.
    pub turn: u64,
    /// Whose instruction wrote it; 0 for none.
    pub pid: Pid,
    /// The instruction's address.
    pub pc: String,
    /// The instruction.
    pub text: String,
    /// First address.
    pub at: String,
    /// What that is called.
    pub place: String,
    /// How many bytes.
    pub bytes: u32,
    /// Whose bank they lie in.
    pub bank: Option<Pid>,
    /// What was written.
    pub value: u32,
    /// How it came there.
    pub via: Origin,
    /// Its sources.
    pub kids: Vec<OriginKid>,
    /// Where it begins, if it has no sources.
    pub end: Option<Beginning>,
    /// A load after which another task wrote before its task did.
    pub stale: bool,
    /// The race by which it got this value.
    pub race: Option<usize>,
}

impl OriginData {
    fn of(row: &OriginRow) -> OriginData {
        let node = &row.node;
        OriginData {
            id: node.id,
            turn: node.turn,
            pid: node.pid,
            pc: hex(node.pc),
            text: row.text.clone(),
            at: hex(node.address),
            place: row.place.clone(),
            bytes: node.bytes,
            bank: node.bank,
            value: node.value,
            via: node.via,
            kids: node.kids.clone(),
            end: node.end,
            stale: row.stale,
            race: row.race,
        }
    }
}
