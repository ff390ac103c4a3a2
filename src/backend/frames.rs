//! The call stack of a task, from its real frames.
//!
//! HSX keeps no frame pointer. How high a function's stack is at an address follows from its code:
//! from its entry on, each PUSH adds a word and each POP takes one, on every path alike. So the return
//! address is found behind what the function has pushed, and the CALL before it names the function.

use crate::executive::Machine;
use crate::executive::task::Task;
use crate::isa::Flow;
use crate::vm::Code;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Frames that are looked for; a recursion without end has thousands.
const MOST: usize = 200;
/// Instructions of a function that are looked at.
const LONGEST: usize = 4096;

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
    let word = |at: u32| {
        let bytes = machine.ram().bytes().get(at as usize..at as usize + 4);
        bytes.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    };
    let mut heights = Heights { code: &task.code, known: HashMap::new() };
    let (mut frames, mut pc, mut sp) = (Vec::new(), cx.pc, cx.sp);
    for _ in 0..cx.depth.min(MOST as u32) {
        let words = (sp..cx.stack_top).step_by(4).map(|at| (at, word(at)));
        let calls = words.filter_map(|(at, value)| Some((at, value, called(&task.code, value)?)));
        let mut calls = calls.collect::<Vec<_>>().into_iter();
        let fits = |(at, _, entry): &(u32, u32, Option<u32>)| {
            entry.is_some_and(|entry| heights.at(entry, pc) == Some((at - sp) / 4))
        };
        // Of a call through a register the target is not known: the nearest return address then.
        let Some((at, value, entry)) = calls.clone().find(fits).or_else(|| calls.next()) else { break };
        frames.push(Frame { pc, entry, returns_to: Some(value), at, bytes: at + 4 - sp });
        (pc, sp) = (value, at + 4);
    }
    let left = cx.depth - frames.len() as u32;
    if left == 0 {
        let bytes = cx.stack_top.saturating_sub(sp);
        frames.push(Frame { pc, entry: None, returns_to: None, at: cx.stack_top, bytes });
    }
    (frames, left)
}

/// If there is a CALL in front of an address: where it leads, if that is known.
fn called(code: &Code, returns_to: u32) -> Option<Option<u32>> {
    let at = returns_to.checked_sub(4).filter(|at| at % 4 == 0)?;
    let insn = code.insn_at(at).filter(|insn| insn.op.row().access.flow == Flow::Call)?;
    Some(insn.target(at))
}

/// Words that functions have pushed, by entry and address.
struct Heights<'c> {
    code: &'c Code,
    known: HashMap<u32, BTreeMap<u32, u32>>,
}

impl Heights<'_> {
    fn at(&mut self, entry: u32, pc: u32) -> Option<u32> {
        let code = self.code;
        self.known.entry(entry).or_insert_with(|| heights(code, entry)).get(&pc).copied()
    }
}

/// Words pushed in front of each instruction that a function can get to.
fn heights(code: &Code, entry: u32) -> BTreeMap<u32, u32> {
    let mut found = BTreeMap::new();
    let mut todo = vec![(entry, 0u32)];
    while let Some((at, height)) = todo.pop() {
        if found.len() >= LONGEST || found.contains_key(&at) {
            continue;
        }
        let Some(insn) = code.insn_at(at) else { continue };
        found.insert(at, height);
        let next = at.wrapping_add(insn.size());
        let access = &insn.op.row().access;
        let target = insn.target(at).map(|target| (target, height));
        match access.flow {
            Flow::Return => {}
            Flow::Jump => todo.extend(target),
            Flow::Branch => todo.extend([(next, height)].into_iter().chain(target)),
            // A function that is called leaves the stack as it was.
            Flow::Call => todo.push((next, height)),
            Flow::Next | Flow::Trap | Flow::Break => {
                todo.push((next, (height + u32::from(access.pushes())).saturating_sub(u32::from(access.pops()))));
            }
        }
    }
    found
}
