//! How high functions' stacks are at each of their instructions.

use crate::isa::Flow;
use crate::vm::Code;
use std::collections::BTreeMap;

/// The register that compiled functions keep their frame in.
const FRAME: u8 = 7;
/// Instructions of a function that are looked at.
const LONGEST: usize = 4096;

/// What a function has pushed in front of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Height {
    /// Words, its return address not included.
    pub words: u32,
    /// With how many words the caller's R7 was pushed, if it was.
    pub r7: Option<u32>,
}

/// What functions have pushed, by entry and address.
pub(super) struct Heights<'c> {
    code: &'c Code,
    known: BTreeMap<u32, BTreeMap<u32, Height>>,
}

impl Heights<'_> {
    pub fn new(code: &Code) -> Heights<'_> {
        Heights { code, known: BTreeMap::new() }
    }

    /// What a function has pushed in front of an instruction; `None` if it does not get there.
    pub fn at(&mut self, entry: u32, pc: u32) -> Option<Height> {
        let code = self.code;
        self.known.entry(entry).or_insert_with(|| walk(code, entry).0).get(&pc).copied()
    }

    /// Whether a function gets to an instruction.
    pub fn reaches(&mut self, entry: u32, pc: u32) -> bool {
        self.at(entry, pc).is_some()
    }
}

/// The first instruction of a function that is reached with stacks of different heights, if there is one.
pub(super) fn grows_at(code: &Code, entry: u32) -> Option<u32> {
    walk(code, entry).1
}

/// The heights of a function at its instructions, each by the first way that leads there, and the first instruction to
/// which another way leads with another height.
fn walk(code: &Code, entry: u32) -> (BTreeMap<u32, Height>, Option<u32>) {
    let mut found: BTreeMap<u32, Height> = BTreeMap::new();
    let mut grows: Option<u32> = None;
    let mut todo = vec![(entry, Height { words: 0, r7: None })];
    while let Some((at, height)) = todo.pop() {
        if let Some(known) = found.get(&at) {
            let differs = known.words != height.words;
            grows = if differs { Some(grows.map_or(at, |first| first.min(at))) } else { grows };
            continue;
        }
        if found.len() >= LONGEST {
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
                let words = (height.words + u32::from(access.pushes())).saturating_sub(u32::from(access.pops()));
                let kept = height.r7.or((access.pushes() && insn.rs1 == FRAME).then_some(words));
                todo.push((next, Height { words, r7: kept.filter(|r7| *r7 <= words) }));
            }
        }
    }
    (found, grows)
}
