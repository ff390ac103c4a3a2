//! The call stack of a task, from its real frames.
//!
//! Compiled functions begin with `PUSH R7; MOV R7, R15`: from then on R7 points at the caller's R7, and the return
//! address lies above it, however high the stack has grown. Hand-written ones keep no frame pointer. How high their
//! stack is at an address follows from their code: from the entry on, each PUSH adds a word and each POP takes one, on
//! every path alike. So the return address is found behind what the function has pushed, and the CALL before it names
//! the function.

mod growth;
mod heights;

pub(super) use growth::growths;

use crate::executive::Machine;
use crate::executive::task::Task;
use crate::isa::{Flow, Insn, Op};
use crate::vm::Code;
use heights::Heights;
use serde::Serialize;

/// Frames that are looked for; a recursion without end has thousands.
const MOST: usize = 200;
/// Bytes of a function's code that are looked through for its beginning.
const LONGEST: u32 = 1 << 14;

/// A function that has not returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Where it stands: the pc, or the address behind the CALL that has not returned.
    pub pc: u32,
    /// Where it begins; `None` for what no CALL has entered, or one whose target is not known.
    pub entry: Option<u32>,
    /// The address it returns to; `None` for the outermost.
    pub returns_to: Option<u32>,
    /// Where on the stack that is; for the outermost the stack's top.
    pub at: u32,
    /// Bytes of stack it takes, its return address included.
    pub bytes: u32,
    /// Its R7; `None` where that is not known any more.
    pub r7: Option<u32>,
    /// Whether its code does not account for its size: the nearest word that may be a return address was taken.
    pub doubtful: bool,
}

impl Frame {
    /// The instruction that its line is that of: the one at its pc, or of an outer frame the CALL before it.
    #[must_use]
    pub const fn at_call(&self, number: usize) -> u32 {
        if number == 0 { self.pc } else { self.pc.wrapping_sub(4) }
    }
}

/// The frames of a task, the innermost first, and how many more there are.
#[must_use]
pub fn frames(machine: &Machine, task: &Task) -> (Vec<Frame>, u32) {
    let cx = &task.context;
    let stack = Stack { machine, code: &task.code, top: cx.stack_top };
    let mut heights = Heights::new(&task.code);
    let mut frames = Vec::new();
    let mut at = FramePosition { pc: cx.pc, sp: cx.sp, r7: Some(machine.reg(task, 7)) };
    for _ in 0..cx.depth.min(MOST as u32) {
        let found = stack.by_chain(&mut heights, at).or_else(|| stack.by_height(&mut heights, at));
        let Some(caller) = found.or_else(|| stack.nearest(at)) else { break };
        frames.push(Frame {
            pc: at.pc,
            entry: caller.entry,
            returns_to: Some(caller.returns_to),
            at: caller.at,
            bytes: caller.at + 4 - at.sp,
            r7: at.r7,
            doubtful: caller.doubtful,
        });
        at = FramePosition { pc: caller.returns_to, sp: caller.at + 4, r7: caller.r7 };
    }
    let left = cx.depth - frames.len() as u32;
    if left == 0 {
        let bytes = cx.stack_top.saturating_sub(at.sp);
        let outermost =
            Frame { pc: at.pc, entry: None, returns_to: None, at: cx.stack_top, bytes, r7: at.r7, doubtful: false };
        frames.push(outermost);
    }
    (frames, left)
}

/// Where a frame stands.
#[derive(Debug, Clone, Copy)]
struct FramePosition {
    pc: u32,
    sp: u32,
    r7: Option<u32>,
}

/// What was found of a frame's caller.
#[derive(Debug, Clone, Copy)]
struct Caller {
    /// Where the return address is.
    at: u32,
    returns_to: u32,
    /// Where the function that was called begins.
    entry: Option<u32>,
    /// The caller's R7.
    r7: Option<u32>,
    doubtful: bool,
}

struct Stack<'m> {
    machine: &'m Machine,
    code: &'m Code,
    top: u32,
}

impl Stack<'_> {
    fn word(&self, at: u32) -> u32 {
        let bytes = self.machine.ram().bytes().get(at as usize..at as usize + 4);
        bytes.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// The return address at a place, if there is one: it, and where the CALL before it leads, if that is known.
    fn call(&self, at: u32) -> Option<(u32, Option<u32>)> {
        let returns_to = (at < self.top).then(|| self.word(at))?;
        let call = returns_to.checked_sub(4).filter(|at| at % 4 == 0)?;
        let insn = self.code.insn_at(call).filter(|insn| flow(insn) == Flow::Call)?;
        Some((returns_to, insn.target(call)))
    }

    /// The caller of a compiled function: from its frame pointer, whatever lies on the stack below it.
    fn by_chain(&self, heights: &mut Heights<'_>, place: FramePosition) -> Option<Caller> {
        let FramePosition { pc, sp, r7 } = place;
        let frame = r7.filter(|r7| *r7 >= sp && r7 % 4 == 0 && r7 + 8 <= self.top);
        let own = frame.map(|r7| (r7 + 4, Some(self.word(r7)), None));
        let saved = sp.checked_add(8).filter(|end| *end <= self.top).map(|_| self.word(sp));
        // In front of the first two instructions and of RET the frame does not stand yet, or no more.
        let begins = [(sp, r7, Some(0)), (sp + 4, saved, Some(4))];
        let returns = self.code.insn_at(pc).is_some_and(|insn| flow(&insn) == Flow::Return).then_some((sp, r7, None));
        let ways = begins.into_iter().chain(returns).chain(own.filter(|_| returns.is_none()));
        ways.into_iter().find_map(|(at, r7, distance)| {
            let (returns_to, entry) = self.call(at)?;
            let entry = match entry {
                Some(entry) => Some(entry).filter(|entry| is_framed(self.code, *entry) && heights.reaches(*entry, pc)),
                None => self.framed_around(heights, pc),
            }?;
            let here = pc.wrapping_sub(entry);
            let fits = distance.map_or(here >= 8, |distance| here == distance);
            let rises = r7.is_none_or(|r7| r7 > at || frame_of_none(r7, self.top));
            (fits && rises).then_some(Caller { at, returns_to, entry: Some(entry), r7, doubtful: false })
        })
    }

    /// The compiled function that an instruction is in: the nearest one before it whose code leads there. A call
    /// through a register does not say which it was.
    fn framed_around(&self, heights: &mut Heights<'_>, pc: u32) -> Option<u32> {
        let first = pc.saturating_sub(LONGEST);
        let before = (first..=pc).rev().filter(|at| at.is_multiple_of(4));
        before.filter(|at| is_framed(self.code, *at)).find(|at| heights.reaches(*at, pc))
    }

    /// The caller of a function that keeps no frame pointer: from what it has pushed.
    fn by_height(&self, heights: &mut Heights<'_>, place: FramePosition) -> Option<Caller> {
        (place.sp..self.top).step_by(4).find_map(|at| {
            let (returns_to, entry) = self.call(at)?;
            let entry = entry?;
            let height = heights.at(entry, place.pc)?;
            let r7 = match height.r7 {
                Some(words) => at.checked_sub(4 * words).map(|at| self.word(at)),
                None => place.r7,
            };
            let fits = height.words == (at - place.sp) / 4;
            fits.then_some(Caller { at, returns_to, entry: Some(entry), r7, doubtful: false })
        })
    }

    /// The nearest word that may be a return address. Of a call through a register the target is not known, so that
    /// this is the best there is; else the code does not account for what lies on the stack.
    fn nearest(&self, place: FramePosition) -> Option<Caller> {
        (place.sp..self.top).step_by(4).find_map(|at| {
            let (returns_to, entry) = self.call(at)?;
            Some(Caller { at, returns_to, entry, r7: place.r7.filter(|_| entry.is_none()), doubtful: entry.is_some() })
        })
    }
}

/// Whether an R7 is that of the outermost function, which nothing has set: it points at no frame.
const fn frame_of_none(r7: u32, top: u32) -> bool {
    r7 == 0 || r7 >= top
}

/// Whether a function begins as compiled ones do.
fn is_framed(code: &Code, entry: u32) -> bool {
    let first = code.insn_at(entry).is_some_and(|insn| insn.op == Op::Push && insn.rs1 == 7);
    let second = || code.insn_at(entry.wrapping_add(4));
    first && second().is_some_and(|insn| insn.op == Op::Mov && insn.rd == 7 && insn.rs1 == 15)
}

/// Where control goes behind an instruction.
const fn flow(insn: &Insn) -> Flow {
    insn.op.row().access.flow
}
