//! The trace: what happened in each turn, kept in a bounded ring.

mod lazy;
mod ring;
mod tail;

pub(super) use lazy::LazyTrace;
pub use ring::{Ring, Writer};
pub(super) use tail::Tail;

use super::Pid;
use super::input::InputKind;
use super::mailbox::DescriptorId;
use crate::vm::Fault;
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// The kinds of trace entries: their names, and what each one says. Numbers follow from their order, which digests
/// hold: new ones come last.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ })?;)*) => {
        /// A kind of trace entry; see [`What`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum TraceKind { $($(#[$doc])* $kind,)* }

        impl TraceKind {
            /// All kinds, in order.
            pub const ALL: [TraceKind; [$(TraceKind::$kind),*].len()] = [$(TraceKind::$kind),*];

            /// The kind's name, upper case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(TraceKind::$kind => $name,)* }
            }
        }

        /// What a trace entry says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum What { $($(#[$doc])* $kind $({ $($(#[$field_doc])* $field: $type,)+ })?,)* }

        impl What {
            /// Its kind.
            #[inline(always)]
            #[must_use]
            pub const fn kind(&self) -> TraceKind {
                match self { $(What::$kind $({ $($field: _,)+ })? => TraceKind::$kind,)* }
            }
        }
    };
}

kinds! {
    /// One ordinary instruction retired.
    Step "STEP";
    /// A service call was answered.
    Trap "TRAP" {
        /// Module, 0..=15.
        module: u8,
        /// Function.
        function: u8,
    };
    /// The task began to wait.
    Block "BLOCK" {
        /// For a message to this mailbox; `None` for a sleep.
        on: Option<DescriptorId>,
    };
    /// A wait was ended.
    Wake "WAKE" {
        /// By a message of this mailbox; `None` for the end of a sleep, or of a mailbox.
        by: Option<DescriptorId>,
    };
    /// A wait reached its time limit.
    Timeout "TIMEOUT" {
        /// On which mailbox.
        on: DescriptorId,
    };
    /// The task returned or exited.
    Halt "HALT" {
        /// Its exit status.
        status: u32,
    };
    /// The task faulted.
    Fault "FAULT" {
        /// Why.
        fault: Fault,
    };
    /// BRK.
    Break "BREAK" {
        /// Its code.
        code: u8,
    };
    /// A task was loaded.
    Load "LOAD" {
        /// Where it begins.
        entry: u32,
    };
    /// A task was killed.
    Kill "KILL";
    /// No task could run: the clock jumped to the next deadline.
    Idle "IDLE" {
        /// µs jumped.
        us: u64,
    };
    /// Something came from outside.
    Input "INPUT" {
        /// What.
        input: InputKind,
    };
    /// A message was queued.
    Send "SEND" {
        /// In which mailbox.
        mailbox: DescriptorId,
        /// Its sequence number.
        seq: u32,
    };
    /// A message was received.
    Recv "RECV" {
        /// From which mailbox.
        mailbox: DescriptorId,
        /// Its sequence number.
        seq: u32,
    };
    /// A store into another task's arena, protection being off; or one of a service that protection left out.
    Foreign "FOREIGN" {
        /// The first byte of another task.
        address: u16,
    };
}

/// One entry of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceEntry {
    /// The turn, from 1; what comes from outside carries the turn before it.
    pub turn: u64,
    /// Virtual time after the turn, µs.
    pub time_us: u64,
    /// Whom it concerns; 0 for the machine.
    pub pid: Pid,
    /// PC before the instruction; for a wake or timeout the PC at which the task continues.
    pub pc: u32,
    /// What happened.
    pub what: What,
}

impl TraceEntry {
    /// What kind of thing happened.
    #[inline(always)]
    #[must_use]
    pub const fn kind(&self) -> TraceKind {
        self.what.kind()
    }

    /// What it says as one number, for files and replies:
    /// TRAP module << 8 | function; BLOCK, WAKE, TIMEOUT the mailbox's descriptor or 0; HALT the status; FAULT its
    /// number (1 stack_overflow, 2 stack_underflow, 3 mem_fault, 4 div_zero, 5 illegal_opcode, 6 pc_out_of_range)
    /// | address << 8; BREAK the code; LOAD the entry; IDLE µs; INPUT the kind of input; SEND, RECV
    /// descriptor << 32 | sequence number; FOREIGN the address.
    #[must_use]
    pub fn arg(&self) -> u64 {
        ring::pack(self.what)
    }

    /// The mailbox and number of the message it is about.
    #[must_use]
    pub const fn message(&self) -> Option<(DescriptorId, u32)> {
        match self.what {
            What::Send { mailbox, seq } | What::Recv { mailbox, seq } => Some((mailbox, seq)),
            What::Step
            | What::Trap { .. }
            | What::Block { .. }
            | What::Wake { .. }
            | What::Timeout { .. }
            | What::Halt { .. }
            | What::Fault { .. }
            | What::Break { .. }
            | What::Load { .. }
            | What::Kill
            | What::Idle { .. }
            | What::Input { .. }
            | What::Foreign { .. } => None,
        }
    }
}

impl Serialize for TraceKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl Serialize for TraceEntry {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let TraceEntry { turn, time_us, pid, pc, what } = self;
        let mut entry = to.serialize_struct("TraceEntry", 6)?;
        entry.serialize_field("turn", turn)?;
        entry.serialize_field("time_us", time_us)?;
        entry.serialize_field("pid", pid)?;
        entry.serialize_field("kind", &what.kind())?;
        entry.serialize_field("pc", pc)?;
        entry.serialize_field("arg", &self.arg())?;
        entry.end()
    }
}
