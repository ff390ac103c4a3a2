//! Finding origins: the newest turns are run again with everything written down, and all that is wanted of them is
//! resolved there; then the turns before them.

use super::log::{How, Log, LoggedAccess, Passed};
use super::{Beginning, Origin, OriginKid, OriginNode, Role};
use crate::executive::{Machine, Pid};
use crate::isa::{Insn, Operand, Value};
use crate::session::timeline::WatchedBytes;
use crate::session::{Session, TravelError};
use crate::vm::WINDOW_BYTES;
use std::collections::BTreeMap;
use std::ops::Range;

/// Turns that are written down at once.
const BLOCK: u64 = 1 << 15;

/// How far a tree is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeOptions {
    /// Nodes at most.
    pub nodes: usize,
    /// Steps from the root at most.
    pub depth: usize,
    /// Whether registers that addresses are made of count as sources.
    pub addresses: bool,
}

impl Default for TreeOptions {
    fn default() -> Self {
        TreeOptions { nodes: 256, depth: 32, addresses: false }
    }
}

/// Bytes of the shared RAM or of a task's bank.
type OriginBytes = (Option<Pid>, Range<u32>);

/// What is looked for.
#[derive(Debug, Clone)]
enum Source {
    Bytes(OriginBytes),
    /// Bytes of a message's payload.
    Payload((u16, u32), Range<u32>),
}

/// A source that is not found yet.
#[derive(Debug, Clone)]
struct Wanted {
    /// The source above it; `None` for the root.
    parent: Option<(usize, Role)>,
    source: Source,
    /// The last turn whose writes count.
    until: u64,
    depth: usize,
}

/// A tree in the making.
struct Tree<'m> {
    /// The machine at the root: tasks and their code.
    machine: &'m Machine,
    options: TreeOptions,
    nodes: Vec<OriginNode>,
    known: BTreeMap<(u64, Option<Pid>, u32, u32), usize>,
    wanted: Vec<Wanted>,
}

impl Session {
    /// Where the value of a spot came from, as it is after a turn of the current branch. The root comes first.
    ///
    /// # Errors
    /// None of the past can fail.
    pub async fn origin_tree(&self, spot: WatchedBytes, options: TreeOptions) -> Result<Vec<OriginNode>, TravelError> {
        let here = self.machine.turns();
        let mut tree =
            Tree { machine: &self.machine, options, nodes: Vec::new(), known: BTreeMap::new(), wanted: Vec::new() };
        let source = Source::Bytes((spot.bank(), spot.address()..spot.address() + spot.size()));
        tree.wanted.push(Wanted { parent: None, source, until: here, depth: 0 });
        let mut end = here;
        while !tree.wanted.is_empty() && tree.nodes.len() < options.nodes {
            let mut scratch = Machine::new(crate::executive::Config {
                trace: self.machine.config().trace.max(crate::session::lanes::ROOM),
                ..self.machine.config().clone()
            });
            let start = self.timeline.interval(end).max(end.saturating_sub(BLOCK));
            let mut entry = self.timeline.open(&mut scratch, self.timeline.interval(end))?;
            if start > scratch.turns() {
                self.timeline.look_through(&mut scratch, &mut entry, start, &mut ()).await?;
            }
            let mut log = Log::new(&scratch);
            self.timeline.look_through(&mut scratch, &mut entry, end, &mut log).await?;
            tree.resolve(&log);
            if start == 0 {
                break;
            }
            end = start;
        }
        tree.finish();
        Ok(tree.nodes)
    }
}

/// What a log shows of where bytes of the shared RAM came from, as they were after a turn.
pub(super) fn sources(machine: &Machine, log: &Log, bytes: Range<u32>, until: u64) -> Vec<OriginNode> {
    let options = TreeOptions { nodes: 64, ..TreeOptions::default() };
    let wanted = vec![Wanted { parent: None, source: Source::Bytes((None, bytes)), until, depth: 0 }];
    let mut tree = Tree { machine, options, nodes: Vec::new(), known: BTreeMap::new(), wanted };
    tree.resolve(log);
    tree.nodes
}

impl Tree<'_> {
    /// Finds what can be found in a log, and what that leads to.
    fn resolve(&mut self, log: &Log) {
        let mut left = Vec::new();
        while let Some(wanted) = self.wanted.pop() {
            if self.nodes.len() >= self.options.nodes {
                left.push(wanted);
                continue;
            }
            match &wanted.source {
                Source::Payload(message, range) => match log.sent.iter().rev().find(|s| s.message == *message) {
                    Some(sent) => self.sent(&wanted, *sent, range.clone(), log),
                    None => left.push(wanted),
                },
                Source::Bytes((bank, range)) => {
                    let at = |address: u32| log.last_write(address, *bank, wanted.until);
                    let Some(newest) = range.clone().filter_map(at).max_by_key(|s| s.turn).copied() else {
                        left.push(wanted);
                        continue;
                    };
                    // The bytes that this write left there; the others are older.
                    let same =
                        |address: &u32| at(*address).is_some_and(|s| s.turn == newest.turn && s.touch == newest.touch);
                    let own: Vec<u32> = range.clone().filter(same).collect();
                    let (first, last) =
                        (own.first().copied().unwrap_or(range.start), own.last().map_or(range.end, |at| at + 1));
                    for rest in [range.start..first, last..range.end].into_iter().filter(|r| !r.is_empty()) {
                        self.wanted.push(Wanted { source: Source::Bytes((*bank, rest)), ..wanted.clone() });
                    }
                    self.write(&wanted, newest, first..last, log);
                }
            }
        }
        self.wanted = left;
    }

    /// A write was found: a node, and what it was made of.
    fn write(&mut self, wanted: &Wanted, seen: LoggedAccess, range: Range<u32>, log: &Log) {
        let LoggedAccess { turn, touch, how, value } = seen;
        let key = (turn, touch.bank, range.start, range.end - range.start);
        if let Some(id) = self.known.get(&key).copied() {
            return self.link(wanted, id);
        }
        let shift = 8 * (range.start - touch.address).min(3);
        let bytes = range.end - range.start;
        let value = (value >> shift) & (u32::MAX >> (32 - 8 * bytes.clamp(1, 4)));
        let node = OriginNode {
            id: self.nodes.len() + 1,
            turn,
            pid: touch.pid,
            pc: touch.pc,
            address: range.start,
            bytes,
            bank: touch.bank,
            value,
            via: Origin::Begin,
            kids: Vec::new(),
            end: None,
        };
        let id = node.id;
        self.nodes.push(node);
        self.known.insert(key, id);
        self.link(wanted, id);
        if wanted.depth >= self.options.depth {
            self.nodes[id - 1].end = Some(Beginning::Limit);
            return;
        }
        let (via, end) = match how {
            How::Outside => (Origin::Begin, Some(Beginning::Input)),
            How::Service => self.service(id, &seen, range, wanted.depth, log),
            How::Instruction => self.instruction(id, &seen, range, wanted.depth, log),
        };
        (self.nodes[id - 1].via, self.nodes[id - 1].end) = (via, end);
    }

    fn link(&mut self, wanted: &Wanted, id: usize) {
        if let Some((parent, role)) = wanted.parent {
            self.nodes[parent - 1].kids.push(OriginKid { role, id });
        }
    }

    fn want(&mut self, parent: usize, role: Role, source: Source, until: u64, depth: usize) {
        self.wanted.push(Wanted { parent: Some((parent, role)), source, until, depth: depth + 1 });
    }

    fn window(&self, pid: Pid) -> Range<u32> {
        let base = self.machine.task(pid).map_or(0, |t| u32::from(t.context.reg_base));
        base..base + WINDOW_BYTES
    }

    fn is_register(&self, pid: Pid, seen: &LoggedAccess) -> bool {
        seen.touch.bank.is_none() && self.window(pid).contains(&seen.touch.address)
    }

    /// The executive wrote for a task: a message's payload, or a result.
    fn service(
        &mut self,
        id: usize,
        seen: &LoggedAccess,
        range: Range<u32>,
        depth: usize,
        log: &Log,
    ) -> (Origin, Option<Beginning>) {
        let (turn, pid) = (seen.turn, seen.touch.pid);
        let receipt = log.received.iter().find(|r| (r.turn, r.pid) == (turn, pid));
        let memory = |s: &&LoggedAccess| s.how == How::Service && s.touch.write && !self.is_register(pid, s);
        let payload = log.of_turn(turn, pid).find(memory).map(|s| s.touch);
        let (Some(receipt), Some(payload)) = (receipt, payload.filter(|p| *p == seen.touch)) else {
            return (Origin::Begin, Some(Beginning::Service));
        };
        let part = range.start - payload.address..range.end - payload.address;
        self.want(id, Role::Value, Source::Payload(receipt.message, part), turn, depth);
        (Origin::Message, None)
    }

    /// A message was sent: its bytes lay in the sender's memory.
    fn sent(&mut self, wanted: &Wanted, sent: Passed, part: Range<u32>, log: &Log) {
        let memory = |s: &&LoggedAccess| s.how == How::Service && !s.touch.write && !self.is_register(sent.pid, s);
        let read = log.of_turn(sent.turn, sent.pid).find(memory).map(|s| s.touch).filter(|_| sent.pid != 0);
        match read {
            Some(read) => {
                let range = read.address + part.start..read.address + part.end;
                let source = Source::Bytes((read.bank, range));
                self.wanted.push(Wanted { source, until: sent.turn.saturating_sub(1), ..wanted.clone() });
            }
            None => self.begin(wanted, part.end - part.start, Beginning::Input, sent.turn),
        }
    }

    /// A value that begins where it was looked for.
    fn begin(&mut self, wanted: &Wanted, bytes: u32, end: Beginning, turn: u64) {
        let (bank, address) = match &wanted.source {
            Source::Bytes((bank, range)) => (*bank, range.start),
            Source::Payload(..) => (None, 0),
        };
        let id = self.nodes.len() + 1;
        let kids = Vec::new();
        let via = Origin::Begin;
        self.nodes.push(OriginNode {
            id,
            turn,
            pid: 0,
            pc: 0,
            address,
            bytes,
            bank,
            value: 0,
            via,
            kids,
            end: Some(end),
        });
        self.link(wanted, id);
    }

    /// An instruction wrote: what it wrote it from.
    fn instruction(
        &mut self,
        id: usize,
        seen: &LoggedAccess,
        range: Range<u32>,
        depth: usize,
        log: &Log,
    ) -> (Origin, Option<Beginning>) {
        let (turn, pid) = (seen.turn, seen.touch.pid);
        let insn = self.machine.task(pid).and_then(|t| t.code.insn_at(seen.touch.pc));
        let Some(insn) = insn else { return (Origin::Begin, Some(Beginning::Gone)) };
        let access = &insn.op.row().access;
        let base = self.window(pid).start;
        let to = if !self.is_register(pid, seen) {
            if access.stores() { Operand::Memory(access.width()) } else { Operand::Stack }
        } else if access.sets_rd() && seen.touch.address == base + 4 * u32::from(insn.rd) {
            Operand::D
        } else {
            return (Origin::Begin, Some(Beginning::StackPointer));
        };
        let memory =
            log.of_turn(turn, pid).find(|s| s.how == How::Instruction && !s.touch.write && !self.is_register(pid, s));
        let memory = memory.map(|s| s.touch);
        let place = |operand: Operand| -> Option<OriginBytes> {
            let register = |i: u8| (None, base + 4 * u32::from(i)..base + 4 * u32::from(i) + 4);
            match operand {
                Operand::A => Some(register(insn.rs1)),
                Operand::B => Some(register(insn.rs2)),
                Operand::D => Some(register(insn.rd)),
                Operand::Memory(_) | Operand::Stack => memory.map(|t| (t.bank, t.address..t.address + t.len)),
            }
        };
        if self.options.addresses
            && access.width() > 0
            && let Some(place) = place(Operand::A)
        {
            self.want(id, Role::Address, Source::Bytes(place), turn - 1, depth);
        }
        match access.written(to) {
            Some(Value::Copy(from)) => {
                let Some((bank, source)) = place(from) else { return (Origin::Begin, Some(Beginning::Gone)) };
                let offset = range.start - seen.touch.address;
                let start = source.start + offset;
                if start >= source.end {
                    // A byte or halfword that was loaded leaves zeros above.
                    return (Origin::Begin, Some(Beginning::Constant));
                }
                let end = source.end.min(start + range.end - range.start);
                self.want(id, Role::Value, Source::Bytes((bank, start..end)), turn - 1, depth);
                (way(from, to), None)
            }
            Some(Value::Constant) => (Origin::Begin, Some(Beginning::Constant)),
            Some(Value::ReturnAddress) => (Origin::Begin, Some(Beginning::ReturnAddress)),
            Some(Value::Computed) => self.computed(id, insn, turn, depth, place),
            None => (Origin::Begin, Some(Beginning::StackPointer)),
        }
    }

    /// The operands of a computation, each register once.
    fn computed(
        &mut self,
        id: usize,
        insn: Insn,
        turn: u64,
        depth: usize,
        place: impl Fn(Operand) -> Option<OriginBytes>,
    ) -> (Origin, Option<Beginning>) {
        let access = &insn.op.row().access;
        let mut places: Vec<OriginBytes> = Vec::new();
        for (operand, role) in [(Operand::A, Role::Left), (Operand::B, Role::Right), (Operand::D, Role::Old)] {
            if let Some(found) = place(operand).filter(|p| access.is_read(operand) && !places.contains(p)) {
                places.push(found.clone());
                self.want(id, role, Source::Bytes(found), turn - 1, depth);
            }
        }
        (Origin::Compute, None)
    }

    /// What is left begins where it is.
    fn finish(&mut self) {
        for wanted in std::mem::take(&mut self.wanted) {
            if self.nodes.len() >= self.options.nodes {
                if let Some((parent, _)) = wanted.parent {
                    self.nodes[parent - 1].end = Some(Beginning::Limit);
                }
                continue;
            }
            let (bytes, end) = match &wanted.source {
                Source::Payload(_, range) => (range.end - range.start, Beginning::Input),
                Source::Bytes((Some(_), range)) => (range.end - range.start, Beginning::Data),
                Source::Bytes((None, range)) => (range.end - range.start, Beginning::Zero),
            };
            self.begin(&wanted, bytes, end, 0);
            if end == Beginning::Data {
                self.data(&wanted);
            }
        }
        self.nodes.iter_mut().for_each(|node| node.kids.sort_by_key(|kid| (kid.role as u8, kid.id)));
    }

    /// What a program brought with it is still there to be read, if nothing has written it since.
    fn data(&mut self, wanted: &Wanted) {
        let Source::Bytes((Some(pid), range)) = &wanted.source else { return };
        let Some(task) = self.machine.task(*pid) else { return };
        let bytes = &task.image.rodata;
        let byte =
            |at: u32| at.checked_sub(crate::vm::BANK_BASE).and_then(|at| bytes.get(at as usize)).copied().unwrap_or(0);
        let value = range
            .clone()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .fold(0, |word, at| word << 8 | u32::from(byte(at)));
        if let Some(node) = self.nodes.last_mut() {
            node.value = value;
        }
    }
}

/// How a copy went from one place to another.
fn way(from: Operand, to: Operand) -> Origin {
    match (from, to) {
        (Operand::Memory(_) | Operand::Stack, _) => Origin::Load,
        (_, Operand::Memory(_) | Operand::Stack) => Origin::Store,
        _ => Origin::Move,
    }
}
