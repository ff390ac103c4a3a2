//! The instruction set: one table, and the words it describes.
//!
//! Everything that needs to know an instruction (assembler, disassembler, stops, searches, undo records,
//! explanations, the instruction reference) reads [`ISA`]; the executor alone says once more what each one does, and
//! is compared with the table. This layer knows words, names and operand forms; it
//! knows nothing of memory, tasks or time.

mod access;
mod half;
mod insn;
#[cfg(test)]
mod tests;
mod text;

pub use access::{Access, Flow, Operand, Value};
pub use half::{decode_f16, round_f16};
pub use insn::{Insn, low_bits, sext12};
pub use text::{fill, listing, source};

use Operand::{A, B, D, Memory, Stack};
use Value::{Computed, Constant, Copy, ReturnAddress};

const NONE: Access = Access::NONE;

use serde::Serialize;

/// How an instruction's operands are written and where they sit in the word.
///
/// A word is `op << 24 | rd << 20 | rs1 << 16 | rs2 << 12 | imm12`; fields a form does not name
/// are ignored when decoding and zero when encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Form {
    /// `OP`
    None,
    /// `OP Rd, imm` with a signed 12-bit immediate
    RdImm,
    /// `OP Rd, imm32`: the immediate is the whole next word
    RdWide,
    /// `OP Rd, [Rs+imm]`
    Load,
    /// `OP [Rs+imm], Rv`
    Store,
    /// `OP Rd, Rs`
    RdRs,
    /// `OP Rd, Ra, Rb`
    RdRsRs,
    /// `OP Ra, Rb`
    RsRs,
    /// `OP Rs`
    Rs,
    /// `OP Rd`
    Rd,
    /// `OP target`: an absolute byte address, 0..=4095
    Jump,
    /// `OP target`: a signed distance in words from the instruction (or from a register)
    Call,
    /// `OP module, function`
    Service,
    /// `OP code`, 0..=255; the code may be left out
    Code,
}

/// One row of the instruction table.
#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    /// Bits 31..24 of the word.
    pub code: u8,
    /// The instruction this row describes.
    pub op: Op,
    /// The mnemonic, in upper case.
    pub mnemonic: &'static str,
    /// Operands: text and bits.
    pub form: Form,
    /// What it does, for help and the reference.
    pub effect: &'static str,
    /// What it reads and writes, and where the task continues.
    pub access: Access,
    /// Its effect as the HSX toolchain's disassembler writes it, with names in braces for the operands: `{d}`, `{a}`
    /// and `{b}` are the numbers of registers, `{imm}` the immediate; see [`listing`] for the others.
    pub listing: &'static str,
    /// What it has done, for explanations: it follows the mnemonic, with names in braces for the
    /// values of that turn, which `explain` knows.
    pub told: &'static str,
}

macro_rules! instructions {
    ($($code:literal $op:ident $mnemonic:literal $form:ident $effect:literal [$access:expr] $listing:literal $told:literal;)*) => {
        /// An instruction, without its operands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Op { $(#[doc = $effect] $op,)* }

        /// THE instruction table, in the order of [`Op`].
        pub const ISA: &[Instruction] = &[
            $(Instruction {
                code: $code,
                op: Op::$op,
                mnemonic: $mnemonic,
                form: Form::$form,
                effect: $effect,
                access: $access,
                listing: $listing,
                told: $told,
            },)*
        ];

        impl Op {
            /// The instruction with this opcode byte, if there is one.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Op> {
                match code { $($code => Some(Op::$op),)* _ => None }
            }
        }
    };
}

instructions! {
    0x01 Ldi   "LDI"   RdImm   "Rd ← imm, sign-extended"
        [NONE.writes(D, Constant)] "R{d} <- {imm}"
        "put {imm}, the number in the instruction, there as {d}";
    0x02 Ld    "LD"    Load    "Rd ← the word at Rs+imm"
        [NONE.writes(D, Copy(Memory(4)))] "R{d} <- MEM[R{a} + {imm}]"
        "put {d} there, the word at {at}";
    0x03 St    "ST"    Store   "the word at Rs+imm ← Rv"
        [NONE.writes(Memory(4), Copy(B))] "MEM[R{a} + {imm}] <- R{b}"
        "put {b} from {rb} into the word at {at}";
    0x04 Mov   "MOV"   RdRs    "Rd ← Rs"
        [NONE.writes(D, Copy(A))] "R{d} <- R{a}"
        "put {d} there, a copy of {ra}";
    0x06 Ldb   "LDB"   Load    "Rd ← the byte at Rs+imm, zero-extended"
        [NONE.writes(D, Copy(Memory(1)))] "R{d} <- MEM8[R{a} + {imm}]"
        "put {d} there, the byte at {at}";
    0x07 Ldh   "LDH"   Load    "Rd ← the halfword at Rs+imm, zero-extended"
        [NONE.writes(D, Copy(Memory(2)))] "R{d} <- MEM16[R{a} + {imm}]"
        "put {d} there, the halfword at {at}";
    0x08 Stb   "STB"   Store   "the byte at Rs+imm ← the low 8 bits of Rv"
        [NONE.writes(Memory(1), Copy(B))] "MEM8[R{a} + {imm}] <- R{b}"
        "put {b8}, the low 8 bits of {rb}, into the byte at {at}";
    0x09 Sth   "STH"   Store   "the halfword at Rs+imm ← the low 16 bits of Rv"
        [NONE.writes(Memory(2), Copy(B))] "MEM16[R{a} + {imm}] <- R{b}"
        "put {b16}, the low 16 bits of {rb}, into the halfword at {at}";
    0x10 Add   "ADD"   RdRsRs  "Rd ← Ra + Rb; sets Z C N V"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} + R{b}"
        "put {a} + {b} = {d} there; {flags}";
    0x11 Sub   "SUB"   RdRsRs  "Rd ← Ra - Rb; sets Z C N V, C means no borrow"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} - R{b}"
        "put {a} - {b} = {d} there; {flags}";
    0x12 Mul   "MUL"   RdRsRs  "Rd ← the low word of Ra * Rb; sets Z N, C and V if the unsigned product is longer"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} * R{b}"
        "put {a} * {b} = {d} there, the low word of the product; {flags}";
    0x13 Div   "DIV"   RdRsRs  "Rd ← Ra / Rb, signed, toward zero; sets Z N, clears C V; Rb = 0 faults with div_zero"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} / R{b}"
        "put {a} / {b} = {d} there, signed and toward zero; {flags}";
    0x14 And   "AND"   RdRsRs  "Rd ← Ra & Rb; sets Z N, clears C V"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} & R{b}"
        "put {a} & {b} = {d} there; {flags}";
    0x15 Or    "OR"    RdRsRs  "Rd ← Ra | Rb; sets Z N, clears C V"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} | R{b}"
        "put {a} | {b} = {d} there; {flags}";
    0x16 Xor   "XOR"   RdRsRs  "Rd ← Ra ^ Rb; sets Z N, clears C V"
        [NONE.reads(A).reads(B).writes(D, Computed).sets_flags()] "R{d} <- R{a} ^ R{b}"
        "put {a} ^ {b} = {d} there; {flags}";
    0x17 Not   "NOT"   RdRs    "Rd ← ~Rs; sets Z N, clears C V"
        [NONE.reads(A).writes(D, Computed).sets_flags()] "R{d} <- ~R{a}"
        "put ~{a} = {d} there; {flags}";
    0x20 Cmp   "CMP"   RsRs    "flags of Ra - Rb; no register changes"
        [NONE.reads(A).reads(B).sets_flags()] "R{a} ? R{b}"
        "took {a} - {b} for the flags alone; {flags}";
    0x21 Jmp   "JMP"   Jump    "PC ← the byte address in imm"
        [NONE.flow(Flow::Jump)] "{target} imm={imm}"
        "set pc to {pc}";
    0x22 Jz    "JZ"    Jump    "if Z is set, PC ← the byte address in imm"
        [NONE.reads_flags().flow(Flow::Branch)] "{target} imm={imm}"
        "found Z {z}; pc is now {pc}";
    0x23 Jnz   "JNZ"   Jump    "if Z is clear, PC ← the byte address in imm"
        [NONE.reads_flags().flow(Flow::Branch)] "{target} imm={imm}"
        "found Z {z}; pc is now {pc}";
    0x24 Call  "CALL"  Call    "push the return address, PC ← PC (or Rs) + 4*imm; R15 ← SP"
        [NONE.reads(A).writes(Stack, ReturnAddress).flow(Flow::Call)] "{base} + ({imm} << 2)"
        "put the return address {top} on the stack: sp went from {sp0} to {sp}, R15 is {r15}; pc is now {pc}, call depth {depth}";
    0x25 Ret   "RET"   None    "pop the return address into PC, R15 ← SP; at call depth 0 the task returns with R0"
        [NONE.reads(Stack).flow(Flow::Return)] ""
        "took the return address {top} from the stack: sp went from {sp0} to {sp}, R15 is {r15}; pc is now {pc}, call depth {depth}";
    0x30 Svc   "SVC"   Service "call the executive: module and function; arguments from R1, result in R0"
        [NONE.flow(Flow::Trap)] "mod={module} fn={function}"
        "called the executive";
    0x31 Lsl   "LSL"   RdRsRs  "Rd ← Ra << (Rb & 31); sets Z N, C is the last bit out, clears V"
        [NONE.reads(A).reads(B).writes(D, Computed).reads_flags().sets_flags()] "R{d} <- R{a} << R{b}"
        "put {a} << {n} = {d} there; {flags}";
    0x32 Lsr   "LSR"   RdRsRs  "Rd ← Ra >> (Rb & 31), zeros in; sets Z N, C is the last bit out, clears V"
        [NONE.reads(A).reads(B).writes(D, Computed).reads_flags().sets_flags()] "R{d} <- R{a} >> R{b}"
        "put {a} >> {n} = {d} there, zeros in; {flags}";
    0x33 Asr   "ASR"   RdRsRs  "Rd ← Ra >> (Rb & 31), sign in; sets Z N, C is the last bit out, clears V"
        [NONE.reads(A).reads(B).writes(D, Computed).reads_flags().sets_flags()] "R{d} <- R{a} >>> R{b}"
        "put {a} >> {n} = {d} there, sign in; {flags}";
    0x34 Adc   "ADC"   RdRsRs  "Rd ← Ra + Rb + C; sets Z C N V"
        [NONE.reads(A).reads(B).writes(D, Computed).reads_flags().sets_flags()] "R{d} <- R{a} + R{b} + C"
        "put {a} + {b} + {c} = {d} there, the last the carry; {flags}";
    0x35 Sbc   "SBC"   RdRsRs  "Rd ← Ra - Rb - (1 - C); sets Z C N V"
        [NONE.reads(A).reads(B).writes(D, Computed).reads_flags().sets_flags()] "R{d} <- R{a} - R{b} - (1 - C)"
        "put {a} - {b} - {k} = {d} there, the last the borrow; {flags}";
    0x40 Push  "PUSH"  Rs      "SP ← SP - 4, the word at SP ← Rs, R15 ← SP; below the guard it faults with stack_overflow"
        [NONE.writes(Stack, Copy(A))] "R{a}"
        "put {a} from {ra} on the stack: sp went from {sp0} to {sp}, R15 is {r15}";
    0x41 Pop   "POP"   Rd      "Rd ← the word at SP, SP ← SP + 4, R15 ← SP; at the stack's top it faults with stack_underflow"
        [NONE.writes(D, Copy(Stack))] "R{d}"
        "put {d} there, the word at sp: sp went from {sp0} to {sp}, R15 is {r15}";
    0x50 Fadd  "FADD"  RdRsRs  "low half of Rd ← Ra + Rb as f16"
        [NONE.reads(A).reads(B).reads(D).writes(D, Computed)] "{fields}"
        "put {fa} + {fb} = {fd} there as f16: the low half is {d16}, the word {d}";
    0x51 Fsub  "FSUB"  RdRsRs  "low half of Rd ← Ra - Rb as f16"
        [NONE.reads(A).reads(B).reads(D).writes(D, Computed)] "{fields}"
        "put {fa} - {fb} = {fd} there as f16: the low half is {d16}, the word {d}";
    0x52 Fmul  "FMUL"  RdRsRs  "low half of Rd ← Ra * Rb as f16"
        [NONE.reads(A).reads(B).reads(D).writes(D, Computed)] "{fields}"
        "put {fa} * {fb} = {fd} there as f16: the low half is {d16}, the word {d}";
    0x53 Fdiv  "FDIV"  RdRsRs  "low half of Rd ← Ra / Rb as f16; a zero divisor counts as infinite"
        [NONE.reads(A).reads(B).reads(D).writes(D, Computed)] "{fields}"
        "put {fa} / {fb} = {fd} there as f16, a zero divisor counting as infinite: the low half is {d16}, the word {d}";
    0x54 I2f   "I2F"   RdRs    "low half of Rd ← Rs, a signed integer, as f16"
        [NONE.reads(A).reads(D).writes(D, Computed)] "{fields}"
        "put {sa} there as the f16 {fd}: the low half is {d16}, the word {d}";
    0x55 F2i   "F2I"   RdRs    "Rd ← the f16 in Rs as a signed integer, toward zero"
        [NONE.reads(A).writes(D, Computed)] "{fields}"
        "put the f16 {fa} there as the whole number {sd}: {d}";
    0x60 Ldi32 "LDI32" RdWide  "Rd ← the next word; the instruction is 8 bytes long"
        [NONE.writes(D, Constant)] "R{d} <- {wide}"
        "put {d} there, the word behind the instruction";
    0x7F Brk   "BRK"   Code    "report break with the code in imm; PC moves on"
        [NONE.flow(Flow::Break)] "code={code}"
        "reported a break with code {imm}; pc is now {pc}";
}

impl Op {
    /// This instruction's row of the table.
    #[must_use]
    pub const fn row(self) -> &'static Instruction {
        &ISA[self as usize]
    }

    /// Looks a mnemonic up, in any case.
    #[must_use]
    pub fn from_mnemonic(name: &str) -> Option<Op> {
        ISA.iter().find(|row| row.mnemonic.eq_ignore_ascii_case(name)).map(|row| row.op)
    }

    /// Size in bytes: 8 for `LDI32`, else 4.
    #[must_use]
    pub const fn size(self) -> u32 {
        if matches!(self.row().form, Form::RdWide) { 8 } else { 4 }
    }
}
