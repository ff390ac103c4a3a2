//! Where a written value came from: one step back along it, through moves, loads, stores, the
//! stack and messages.

use super::{Travel, TravelError, Write};
use crate::executive::trace::{TraceEntry, TraceKind};
use crate::executive::{Machine, Pid};
use crate::isa::{Flow, Insn, Operand, Value};
use crate::session::Session;
use crate::session::timeline::{WatchedBytes, Writer};
use serde::Serialize;

/// How a value got to where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Copied from a register.
    Move,
    /// Loaded from memory, or popped.
    Load,
    /// Stored from a register, or pushed.
    Store,
    /// It was in a message; the value is the sender's when it sent.
    Message,
}

/// A place where the value was before, and the last turn whose writes count.
struct Source {
    via: Via,
    spot: WatchedBytes,
    until: u64,
}

impl Session {
    /// From a write that a search went to, continues to the write of what was copied there.
    ///
    /// # Errors
    /// No search went to this place; the value begins here (a constant, a result of
    /// arithmetic or a service, an input); or nothing wrote the source.
    pub async fn origin(&mut self) -> Travel<(Via, Write)> {
        let here = self.here();
        let found = self.found.filter(|(_, place, _)| *place == here);
        let Some((spot, _, writer)) = found else {
            return Err(nothing("origin follows a write: go to one with last-write first"));
        };
        let Source { via, spot, until } = self.source(spot, writer)?;
        let found = self.timeline.last_write(&mut self.scratch(), spot, until).await?;
        Ok((via, self.go_to_write(spot, found, "was not written before")?))
    }

    fn source(&mut self, spot: WatchedBytes, writer: Writer) -> Travel<Source> {
        let (Some(pid), Some(pc)) = (writer.pid, writer.pc) else { return Err(nothing("it came from outside")) };
        if let Some(received) = self.received(spot, writer.turn) {
            return self.sent(received);
        }
        let before = self.before().ok_or(TravelError::Start)?;
        let insn = before.task(pid).and_then(|t| t.code.insn_at(pc)).ok_or(TravelError::NoTask(pid))?;
        let (via, spot) = copied(before, pid, insn, spot)?;
        Ok(Source { via, spot, until: writer.turn - 1 })
    }

    /// The receipt of a message in a turn, if its payload covers the spot: who received, the
    /// message, and where in the payload the spot lies.
    fn received(&mut self, spot: WatchedBytes, turn: u64) -> Option<(WatchedBytes, (u16, u32), u16)> {
        let receipts: Vec<TraceEntry> =
            self.machine.trace().last(256).filter(|e| e.turn == turn && e.kind() == TraceKind::Recv).collect();
        let before = self.before()?;
        receipts.iter().find_map(|receipt| {
            let buffer = buffer_of(before, receipt.pid)?;
            let offset = u16::try_from(spot.address().checked_sub(u32::from(buffer))?).ok()?;
            let inside = WatchedBytes::seen(before, receipt.pid, spot.address() as u16, spot.size())? == spot;
            Some((spot, receipt.message()?, offset)).filter(|_| inside && offset < u16::MAX / 2)
        })
    }

    /// The sender's bytes behind a receipt.
    fn sent(&mut self, (spot, message, offset): (WatchedBytes, (u16, u32), u16)) -> Travel<Source> {
        let turn = self.machine.turns();
        let now = self
            .machine
            .trace()
            .last(256)
            .find(|e| e.turn == turn && e.kind() == TraceKind::Send && e.message() == Some(message));
        let sender = now.map(|e| (e.pid, e.turn)).or_else(|| {
            let (descriptor, seq) = message;
            let mailbox = self.before()?.mailboxes().get(descriptor)?;
            mailbox.messages().find(|m| m.seq == seq).map(|m| (m.source, m.turn))
        });
        let (pid, turn) =
            sender.filter(|(pid, _)| *pid != 0).ok_or_else(|| nothing("it came in a message from outside"))?;
        let before = turn.checked_sub(1).ok_or(TravelError::Start)?;
        let place = crate::session::PastPosition { turn: before, entry: usize::MAX, ..self.here() };
        let config = self.machine.config().clone();
        let machine = self.timeline.at(place, &config).ok_or(TravelError::NoTask(pid))?;
        let task = machine.task(pid).ok_or(TravelError::NoTask(pid))?;
        let address = (machine.reg(task, 2) as u16).wrapping_add(offset);
        let spot = WatchedBytes::seen(machine, pid, address, spot.size())
            .ok_or_else(|| nothing("the sender's bytes are not in memory"))?;
        Ok(Source { via: Via::Message, spot, until: before })
    }
}

/// Where a task is about to receive: its wait says so, or R2 of the call it is at.
fn buffer_of(before: &Machine, pid: Pid) -> Option<u16> {
    use crate::executive::task::Wait;
    let task = before.task(pid)?;
    match &task.wait {
        Some(Wait::Mailbox { buffer, .. }) => Some(*buffer),
        _ => Some(before.reg(task, 2) as u16),
    }
}

/// What an instruction copies to a spot: by the access column of its row.
fn copied(before: &Machine, pid: Pid, insn: Insn, spot: WatchedBytes) -> Travel<(Via, WatchedBytes)> {
    let access = &insn.op.row().access;
    let place = |operand| place(before, pid, insn, operand);
    let written = |operand| Some((operand, access.written(operand)?));
    let writes = [Operand::D, Operand::Memory(access.width()), Operand::Stack].into_iter().filter_map(written);
    let hit = writes.clone().find(|(operand, _)| place(*operand).is_some_and(|p| p.overlaps(spot)));
    let Some((to, value)) = hit else {
        return Err(nothing(match access.flow {
            Flow::Trap => "it is the result of the service call",
            _ if access.pushes() || access.pops() => "it is SP, as the instruction moved it",
            _ => "it is the result of the instruction: ask for its operands",
        }));
    };
    let from = match value {
        Value::Copy(from) => from,
        Value::Constant => return Err(nothing("it is a constant of the instruction")),
        Value::ReturnAddress => return Err(nothing("it is the return address of the call")),
        Value::Computed => return Err(nothing("it is the result of the instruction: ask for its operands")),
    };
    let via = match (to, from) {
        (Operand::Memory(_) | Operand::Stack, _) => Via::Store,
        (_, Operand::Memory(_) | Operand::Stack) => Via::Load,
        (Operand::A | Operand::B | Operand::D, Operand::A | Operand::B | Operand::D) => Via::Move,
    };
    Ok((via, place(from).ok_or_else(|| nothing("its source is not in memory"))?))
}

/// Where an operand of an instruction lies before it is done.
fn place(before: &Machine, pid: Pid, insn: Insn, operand: Operand) -> Option<WatchedBytes> {
    let task = before.task(pid)?;
    let register = |i| WatchedBytes::register(before, pid, i);
    match operand {
        Operand::A => register(insn.rs1),
        Operand::B => register(insn.rs2),
        Operand::D => register(insn.rd),
        Operand::Memory(width) => {
            let address = before.reg(task, insn.rs1).wrapping_add(insn.value() as u32) as u16;
            WatchedBytes::seen(before, pid, address, width.into())
        }
        Operand::Stack if insn.op.row().access.pushes() => WatchedBytes::stack(before, pid, 4),
        Operand::Stack => WatchedBytes::stack(before, pid, 0),
    }
}

fn nothing(text: &str) -> TravelError {
    TravelError::Nothing(text.into())
}
