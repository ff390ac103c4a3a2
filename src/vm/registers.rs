//! Registers whose accesses are to be seen in their place.

use super::access::{self, POPS, PUSHES, R15, READS_B, READS_D, SETS_D};
use super::code::Decoded;
use super::touch::reads_a;

/// Registers of a window: a bit for each, from R0 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Registers {
    /// Those whose reads are meant.
    pub read: u16,
    /// Those whose writes are meant.
    pub written: u16,
}

impl Registers {
    /// No register.
    pub const NONE: Registers = Registers { read: 0, written: 0 };

    /// Whether an instruction may read or write one as it is meant, beyond what it does to memory.
    pub(super) fn met_by(self, op: &Decoded) -> bool {
        let bits = access::bits(op.op);
        let has = |bit: u16| bits & bit != 0;
        let reads = [(reads_a(bits, op.a), op.a), (has(READS_B), op.b), (has(READS_D), op.rd)];
        // R15 follows SP.
        let writes = [(has(SETS_D), op.rd), (has(PUSHES | POPS), R15)];
        let met = |set: u16, accesses: &[(bool, u8)]| accesses.iter().any(|(does, r)| *does && set >> (r / 4) & 1 != 0);
        met(self.read, &reads) || met(self.written, &writes)
    }
}
