//! Turns of one task in a row, with one decision for instructions that often stand together.
//!
//! What limits an interpreter is the jump to the next instruction, which depends on what was just fetched. Loops of real
//! programs consist of a few idioms, as an increment, a comparison and a branch; each row below is one, and is done
//! with one jump. Nothing is said twice: a row names ops, and `perform`, the only definition of what they do, is
//! compiled once more for exactly these. Flags that the next op overwrites and the steps of PC between them vanish on
//! the way.
//!
//! A turn is still one instruction. A row ends early, between two of its instructions, where one does more than
//! retire; a mark in the middle of a row is another op, so the row is not found there; and a run is never longer than
//! it was asked to be, because rows are used only while the longest of them fits.
//!
//! Which rows there are follows from what the loops of the benches and a prototype's count of idioms have shown. A row of one is an
//! instruction that is met often enough outside of the others to have a jump of its own; all others go through
//! [`Run::Single`].

use super::code::Decoded;
use super::exec::perform;
use super::ram::Memory;
use super::{Code, Context, StepOutcome};
use crate::isa::Op;

/// Instructions of the longest row.
pub(super) const LONGEST: usize = 4;

/// Makes the rows into the kinds of runs, where code has them, and how they are done.
macro_rules! rows {
    ($($row:ident: $($op:ident)+;)*) => {
        /// Which instructions from a word on are done in one go.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub(super) enum Run {
            /// One, whichever it is.
            Single,
            /// None: the first of them is to be seen in its place.
            Seen,
            $($row,)*
        }

        impl Run {
            /// The first row that these ops begin with.
            pub(super) fn of(ops: &[Decoded; LONGEST]) -> Run {
                const ROWS: &[(&[Op], Run)] = &[$((&[$(Op::$op),+], Run::$row)),*];
                let begins = |row: &[Op]| row.iter().zip(ops).all(|(op, at)| *op == at.op);
                ROWS.iter().find(|(row, _)| begins(row)).map_or(Run::Single, |(_, run)| *run)
            }
        }

        /// Takes turns of one context until `turns` have retired or one does more than that.
        pub fn sprint<const GUARD: bool, M: Memory>(
            context: &mut Context,
            ram: &mut M,
            code: &Code,
            turns: u64,
        ) -> Sprint {
            // A copy, so that the compiler keeps it in registers.
            let (mut cx, mut left, mut last) = (*context, turns, context.pc);
            let (at, done, step) = 'sprint: loop {
                let at = cx.pc;
                macro_rules! go {
                    ($done:expr, $insn:expr) => {
                        match perform::<GUARD, M>(&mut cx, ram, $insn) {
                            StepOutcome::Retired => {}
                            step => break 'sprint (at, $done, step),
                        }
                    };
                }
                let Some((run, ops)) = code.fetch_run(at).filter(|_| left >= LONGEST as u64) else {
                    if left == 0 {
                        break (at, 0, StepOutcome::Retired);
                    }
                    if code.is_seen(at) {
                        break (at, 0, StepOutcome::Mark);
                    }
                    go!(0, code.fetch(at));
                    (left, last) = (left - 1, at);
                    continue;
                };
                match run {
                    Run::Seen => break (at, 0, StepOutcome::Mark),
                    Run::Single => {
                        go!(0, ops[0]);
                        (left, last) = (left - 1, at);
                    }
                    $(Run::$row => {
                        let mut done = 0;
                        // The op is the row's: what the others would do is left out.
                        $(
                            go!(done, Decoded { op: Op::$op, ..ops[done as usize] });
                            done += 1;
                        )+
                        (left, last) = (left - u64::from(done), at.wrapping_add(4 * done - 4));
                    })*
                }
            };
            let ended = (step != StepOutcome::Retired).then(|| (origin(cx.pc, step), step));
            *context = cx;
            let last = if done > 0 { at.wrapping_add(4 * done - 4) } else { last };
            Sprint { retired: turns - left + u64::from(done), last, ended }
        }
    };
}

rows! {
    AddAddCmpJnz: Add Add Cmp Jnz;
    AddAddSubJnz: Add Add Sub Jnz;
    LdAddSt: Ld Add St;
    MulXorAdd: Mul Xor Add;
    SubLsrCmp: Sub Lsr Cmp;
    SubCmpJnz: Sub Cmp Jnz;
    AddCmpJnz: Add Cmp Jnz;
    AddSubJnz: Add Sub Jnz;
    LdiCmpJnz: Ldi Cmp Jnz;
    LdiCmpJz: Ldi Cmp Jz;
    CmpJz: Cmp Jz;
    CmpJnz: Cmp Jnz;
    SubJnz: Sub Jnz;
    LdSt: Ld St;
    AddStb: Add Stb;
    AddLdb: Add Ldb;
    AddJmp: Add Jmp;
    AddAdd: Add Add;
    LdiSub: Ldi Sub;
    PushSub: Push Sub;
    SubCall: Sub Call;
    PopPush: Pop Push;
    PopAdd: Pop Add;
    AddRet: Add Ret;
    LdiRet: Ldi Ret;
    PushPop: Push Pop;
    Add: Add;
    Sub: Sub;
    Ldi: Ldi;
    Ld: Ld;
    St: St;
    Mov: Mov;
    Jmp: Jmp;
    Push: Push;
    Pop: Pop;
    Call: Call;
    Ret: Ret;
}

/// Turns of one context in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sprint {
    /// Instructions that retired.
    pub retired: u64,
    /// Where the last of them stood; where the first would have been for none.
    pub last: u32,
    /// The instruction after them, if it did more: where it stands, and how it ended.
    pub ended: Option<(u32, StepOutcome)>,
}

/// Where the instruction stands that ended in some way and left PC here.
fn origin(pc: u32, end: StepOutcome) -> u32 {
    match end {
        StepOutcome::Fault(_) | StepOutcome::Returned | StepOutcome::Mark => pc,
        // Jumps do nothing but retire.
        StepOutcome::Retired | StepOutcome::Foreign(_) | StepOutcome::Trap(..) | StepOutcome::Break(_) => {
            pc.wrapping_sub(4)
        }
    }
}
