//! What an instruction reads and writes, and where it continues: the access column of the instruction table.
//!
//! Stops, searches, undo records, origins and explanations all read this column; a test compares it with what the
//! executor does.

/// Something an instruction reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The register in the field rs1.
    A,
    /// The register in the field rs2.
    B,
    /// The register in the field rd.
    D,
    /// This many bytes (1, 2 or 4) at rs1 + imm, as the task sees memory. To read or write them is to read
    /// [`Operand::A`] too.
    Memory(u8),
    /// The word of the stack that SP moves over: read, it is popped; written, it is pushed. R15 follows SP.
    Stack,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// What another operand held before, or its low bytes.
    Copy(Operand),
    /// A number of the instruction itself.
    Constant,
    /// The address behind the instruction.
    ReturnAddress,
    /// Computed from what the instruction reads.
    Computed,
}

/// Where a task continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// At the next instruction.
    Next,
    /// At its target.
    Jump,
    /// At its target or at the next instruction.
    Branch,
    /// At its target, and later behind the instruction.
    Call,
    /// Where the popped word says; at call depth 0 the task ends, and nothing is popped.
    Return,
    /// At the next instruction, after the executive has answered.
    Trap,
    /// At the next instruction, after the break is reported.
    Break,
}

/// What an instruction reads and writes, and where it continues. R0 is written beside that by a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    reads: u8,
    writes: [Option<Value>; OPERANDS],
    width: u8,
    /// Where the task continues.
    pub flow: Flow,
    /// Whether it depends on the flags.
    pub reads_flags: bool,
    /// Whether it changes the flags.
    pub sets_flags: bool,
}

/// How many kinds of operands there are.
const OPERANDS: usize = 5;

impl Operand {
    const fn number(self) -> usize {
        match self {
            Operand::A => 0,
            Operand::B => 1,
            Operand::D => 2,
            Operand::Memory(_) => 3,
            Operand::Stack => 4,
        }
    }
}

impl Access {
    /// One that reads and writes nothing.
    pub(super) const NONE: Access = Access {
        reads: 0,
        writes: [None; OPERANDS],
        width: 0,
        flow: Flow::Next,
        reads_flags: false,
        sets_flags: false,
    };

    /// It also reads an operand.
    pub(super) const fn reads(mut self, operand: Operand) -> Access {
        self.reads |= 1 << operand.number();
        if let Operand::Memory(width) = operand {
            self.width = width;
            self.reads |= 1 << Operand::A.number();
        }
        self
    }

    /// It also writes a value to an operand.
    pub(super) const fn writes(mut self, operand: Operand, value: Value) -> Access {
        self.writes[operand.number()] = Some(value);
        if let Operand::Memory(width) = operand {
            self.width = width;
            self.reads |= 1 << Operand::A.number();
        }
        match value {
            Value::Copy(from) => self.reads(from),
            Value::Constant | Value::ReturnAddress | Value::Computed => self,
        }
    }

    /// It continues elsewhere than at the next instruction.
    pub(super) const fn flow(mut self, flow: Flow) -> Access {
        self.flow = flow;
        self
    }

    /// It depends on the flags.
    pub(super) const fn reads_flags(mut self) -> Access {
        self.reads_flags = true;
        self
    }

    /// It changes the flags.
    pub(super) const fn sets_flags(mut self) -> Access {
        self.sets_flags = true;
        self
    }

    /// Whether it reads an operand; of memory whatever its width.
    #[must_use]
    pub const fn is_read(&self, operand: Operand) -> bool {
        self.reads >> operand.number() & 1 == 1
    }

    /// What it writes to an operand, if it does; of memory whatever its width.
    #[must_use]
    pub const fn written(&self, operand: Operand) -> Option<Value> {
        self.writes[operand.number()]
    }

    /// Bytes of memory that it reads or writes at rs1 + imm: 1, 2 or 4; 0 for none.
    #[must_use]
    pub const fn width(&self) -> u8 {
        self.width
    }

    /// Whether it pushes a word.
    #[must_use]
    pub const fn pushes(&self) -> bool {
        self.written(Operand::Stack).is_some()
    }

    /// Whether it pops a word.
    #[must_use]
    pub const fn pops(&self) -> bool {
        self.is_read(Operand::Stack)
    }

    /// Whether it writes the register in the field rd.
    #[must_use]
    pub const fn sets_rd(&self) -> bool {
        self.written(Operand::D).is_some()
    }

    /// Whether it writes memory at rs1 + imm.
    #[must_use]
    pub const fn stores(&self) -> bool {
        self.written(Operand::Memory(0)).is_some()
    }

    /// Whether it reads memory at rs1 + imm.
    #[must_use]
    pub const fn loads(&self) -> bool {
        self.is_read(Operand::Memory(0))
    }
}
