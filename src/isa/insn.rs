//! A word decoded: an instruction with its operands.

use super::{Form, Op};

/// A decoded instruction. Fields that its form does not use are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Insn {
    /// Which instruction.
    pub op: Op,
    /// Destination register, 0..=15.
    pub rd: u8,
    /// First source register, 0..=15.
    pub rs1: u8,
    /// Second source register, 0..=15.
    pub rs2: u8,
    /// The raw 12-bit immediate, 0..=4095.
    pub imm: u16,
    /// The second word of `LDI32`; `None` when the code ends before it. `None` for all others.
    pub wide: Option<u32>,
}

/// Sign-extends a 12-bit field.
#[must_use]
pub const fn sext12(imm: u16) -> i32 {
    ((imm as i32) << 20) >> 20
}

/// The low bits of a word, 1 to 32 of them, as a number; with `signed`, the highest of them is its sign.
#[must_use]
pub fn low_bits(word: u32, bits: u32, signed: bool) -> i64 {
    let above = 32 - bits.clamp(1, 32);
    let top = word << above;
    if signed { (top as i32 >> above).into() } else { (top >> above).into() }
}

impl Insn {
    /// Decodes a word. `next` is the word after it, used by `LDI32` only.
    ///
    /// Returns `None` for an opcode that does not exist. Fields the form does not use are dropped.
    #[must_use]
    pub fn decode(word: u32, next: Option<u32>) -> Option<Insn> {
        let op = Op::from_code((word >> 24) as u8)?;
        let (rd, rs1, rs2) = ((word >> 20 & 15) as u8, (word >> 16 & 15) as u8, (word >> 12 & 15) as u8);
        let (imm, zero) = ((word & 0xFFF) as u16, Insn { op, rd: 0, rs1: 0, rs2: 0, imm: 0, wide: None });
        Some(match op.row().form {
            Form::None => zero,
            Form::RdImm => Insn { rd, imm, ..zero },
            Form::RdWide => Insn { rd, wide: next, ..zero },
            Form::Load => Insn { rd, rs1, imm, ..zero },
            Form::Store => Insn { rs1, rs2, imm, ..zero },
            Form::RdRs => Insn { rd, rs1, ..zero },
            Form::RdRsRs => Insn { rd, rs1, rs2, ..zero },
            Form::RsRs => Insn { rs1, rs2, ..zero },
            Form::Rs => Insn { rs1, ..zero },
            Form::Rd => Insn { rd, ..zero },
            Form::Jump | Form::Service => Insn { imm, ..zero },
            Form::Call => Insn { rs1, imm, ..zero },
            Form::Code => Insn { imm: imm & 0xFF, ..zero },
        })
    }

    /// The first word of the instruction; `LDI32` is followed by [`Insn::wide`].
    #[must_use]
    pub fn encode(&self) -> u32 {
        u32::from(self.op.row().code) << 24
            | u32::from(self.rd & 15) << 20
            | u32::from(self.rs1 & 15) << 16
            | u32::from(self.rs2 & 15) << 12
            | u32::from(self.imm & 0xFFF)
    }

    /// The immediate as the form means it: raw for jumps, services and codes, else signed.
    #[must_use]
    pub fn value(&self) -> i32 {
        match self.op.row().form {
            Form::Jump | Form::Service | Form::Code => i32::from(self.imm),
            Form::RdImm | Form::Load | Form::Store | Form::Call => sext12(self.imm),
            // They have none: the field is zero.
            Form::None | Form::RdWide | Form::RdRs | Form::RdRsRs | Form::RsRs | Form::Rs | Form::Rd => 0,
        }
    }

    /// Where a jump or call leads when it is at `pc`; `None` if that depends on a register or the
    /// instruction is not a jump.
    #[must_use]
    pub fn target(&self, pc: u32) -> Option<u32> {
        match self.op.row().form {
            Form::Jump => Some(u32::from(self.imm)),
            Form::Call if self.rs1 == 0 => Some(pc.wrapping_add_signed(4 * sext12(self.imm)) & 0xFFFF),
            _ => None,
        }
    }

    /// Module and function of an `SVC`.
    #[must_use]
    pub fn service(&self) -> (u8, u8) {
        ((self.imm >> 8) as u8, self.imm as u8)
    }

    /// Size in bytes, 4 or 8.
    #[must_use]
    pub const fn size(&self) -> u32 {
        self.op.size()
    }
}
