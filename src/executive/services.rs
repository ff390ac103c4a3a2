//! The service table, and what a service handler may touch.
//!
//! A handler runs inside the caller's turn: it reads arguments and memory, writes results, and may
//! block or end the task. It never stops the machine: whatever a program asks for has an answer.

mod core;
mod files;
mod math;
mod messages;
mod registry;

use super::delivery::call_pc;
use super::task::Task;
use super::trace::Kind;
use super::{Machine, Outcome, Pid, Touched, console, text};
use crate::vm::{self, RAM_BYTES};

pub(super) use messages::{Buffer, info_record};

/// R0 of a call that nobody answers: ENOSYS.
pub const ENOSYS: u32 = 0xFFFF_FF01;

/// One row of the service table.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Module, 0..=15.
    pub module: u8,
    /// Function.
    pub function: u8,
    /// Name, e.g. `MAILBOX_SEND`.
    pub name: &'static str,
    /// Arguments and results: registers and what they mean.
    pub args: &'static str,
    /// What it does.
    pub sentence: &'static str,
    handler: fn(&mut Call<'_>) -> Option<Outcome>,
}

macro_rules! services {
    ($($module:literal $function:literal $name:literal $handler:path, $args:literal, $sentence:literal;)*) => {
        /// THE service table, by module and function.
        pub const SERVICES: &[Service] = &[
            $(Service { module: $module, function: $function, name: $name, args: $args, sentence: $sentence, handler: $handler },)*
        ];
    };
}

services! {
    0x0 0x00 "CORE_GET_STEPS" core::get_steps, "→ R0 steps", "instructions this task has retired before the call";
    0x1 0x00 "TASK_EXIT" core::exit, "R0 status", "end the task";
    0x1 0x01 "UART_WRITE" core::uart_write, "R1 address, R2 length → R0 length", "print bytes on the console";
    0x2 0x00 "CAN_TX" core::can_tx, "R1 id, R2 address, R3 length → R0 0", "send a CAN frame, shown on the console";
    0x4 0x00 "FS_OPEN" files::open, "R1 path → R0 descriptor or -22", "open a file, creating it if missing";
    0x4 0x01 "FS_READ" files::read, "R1 descriptor, R2 address, R3 length → R0 bytes", "read from a file";
    0x4 0x02 "FS_WRITE" files::write, "R1 descriptor, R2 address, R3 length → R0 bytes", "write to a file, or to stdout (1) or stderr (2)";
    0x4 0x03 "FS_CLOSE" files::close, "R1 descriptor → R0 0 or -1", "close a file";
    0x4 0x0A "FS_LISTDIR" files::list, "R1 path, R2 address, R3 maximum → R0 bytes", "all file names, one a line";
    0x4 0x0B "FS_DELETE" files::delete, "R1 path → R0 0 or -1", "delete a file";
    0x4 0x0C "FS_RENAME" files::rename, "R1 old, R2 new → R0 0 or -1", "rename a file";
    0x4 0x0D "FS_MKDIR" files::mkdir, "R1 path → R0 0", "nothing: names may hold slashes anyway";
    0x5 0x00 "MAILBOX_OPEN" messages::open, "R1 name → R0 status, R1 handle", "open a mailbox, creating it if missing";
    0x5 0x01 "MAILBOX_BIND" messages::bind, "R1 name, R2 capacity, R3 mode → R0 status, R1 descriptor", "set up a mailbox";
    0x5 0x02 "MAILBOX_SEND" messages::send, "R1 handle, R2 address, R3 length, R4 flags, R5 channel → R0 status, R1 length", "send a message";
    0x5 0x03 "MAILBOX_RECV" messages::recv, "R1 handle, R2 buffer, R3 maximum, R4 timeout ms, R5 info → R0 status, R1 length, R2 flags, R3 channel, R4 sender", "receive a message, waiting for it";
    0x5 0x04 "MAILBOX_PEEK" messages::peek, "R1 handle → R0 status, R1 messages, R2 bytes, R3 next length", "look at a mailbox";
    0x5 0x05 "MAILBOX_TAP" messages::tap, "R1 handle, R2 on → R0 status", "get copies of all messages, or no longer";
    0x5 0x06 "MAILBOX_CLOSE" messages::close, "R1 handle → R0 status", "close a handle";
    0x6 0x00 "EXEC_SLEEP_MS" core::sleep, "R0 ms → R0 0", "sleep in virtual time";
    0x7 0x00 "VAL_REGISTER" registry::value_register, "R1 group, R2 id, R3 flags, R4 descriptor → R0 status, R1 OID", "register a value";
    0x7 0x01 "VAL_LOOKUP" registry::value_lookup, "R1 group, R2 id → R0 status, R1 OID", "find a value";
    0x7 0x02 "VAL_GET" registry::value_get, "R1 OID → R0 f16 or status, R1 status", "read a value";
    0x7 0x03 "VAL_SET" registry::value_set, "R1 OID, R2 f16 → R0 status", "change a value";
    0x7 0x04 "VAL_LIST" registry::value_list, "R1 group or 0xFF, R2 buffer, R3 maximum → R0 0, R1 count", "OIDs of the task's own values";
    0x7 0x05 "VAL_SUBSCRIBE" registry::value_subscribe, "R1 OID, R2 mailbox → R0 status, R1 handle", "get a message at each change";
    0x7 0x06 "VAL_PERSIST" registry::value_persist, "R1 OID, R2 mode → R0 status", "keep a value in the persistent store";
    0x8 0x00 "CMD_REGISTER" registry::command_register, "R1 group, R2 id, R3 flags, R4 descriptor → R0 status, R1 OID", "register a command";
    0x8 0x01 "CMD_LOOKUP" registry::command_lookup, "R1 group, R2 id → R0 status, R1 OID", "find a command";
    0x8 0x02 "CMD_CALL" registry::command_call, "R1 OID, R2 token → R0 status", "call a command of one's own";
    0x8 0x03 "CMD_CALL_ASYNC" registry::command_call_async, "R1 OID, R2 token, R3 mailbox → R0 status, R1 handle", "call a command, the result comes as a message";
    0x8 0x04 "CMD_HELP" registry::command_help, "R1 OID, R2 buffer, R3 maximum → R0 status, R1 length", "a command's help text";
    0xE 0x00 "LIBM_SIN_F16" math::sin, "R1 f16 → R0 f16", "sine";
    0xE 0x01 "LIBM_COS_F16" math::cos, "R1 f16 → R0 f16", "cosine";
    0xE 0x02 "LIBM_EXP_F16" math::exp, "R1 f16 → R0 f16", "e to the power";
}

/// The row of a service, if anybody answers it.
#[must_use]
pub fn service(module: u8, function: u8) -> Option<&'static Service> {
    SERVICES.iter().find(|s| s.module == module && s.function == function)
}

/// R0 for a function that its module does not have.
fn unknown(module: u8) -> u32 {
    match module {
        0x4 => u32::MAX,
        0x5 => 0xFF,
        0x7 | 0x8 => 4,
        0xE => 0,
        _ => ENOSYS,
    }
}

impl Machine {
    /// Answers a service call within the caller's turn.
    pub(super) fn trap(
        &mut self,
        index: usize,
        pc: u32,
        (module, function): (u8, u8),
        touched: &mut Touched,
    ) -> Outcome {
        let pid = self.state.tasks[index].pid;
        self.state.tasks[index].counters.traps += 1;
        self.note(pid, Kind::Trap, pc, u64::from(module) << 8 | u64::from(function));
        let mut call = Call { m: self, index, pid, pc, touched };
        let known = (!call.m.config.no_math || module != 0xE).then(|| service(module, function)).flatten();
        let outcome = match known {
            Some(row) => (row.handler)(&mut call),
            None => {
                call.unanswered(module, function);
                None
            }
        };
        outcome.unwrap_or(Outcome::Trap { module, function })
    }
}

/// A service call being answered.
struct Call<'m> {
    m: &'m mut Machine,
    index: usize,
    pid: Pid,
    pc: u32,
    touched: &'m mut Touched,
}

impl Call<'_> {
    fn task(&self) -> &Task {
        &self.m.state.tasks[self.index]
    }

    /// Register `i`.
    fn reg(&mut self, i: u8) -> u32 {
        let task = &self.m.state.tasks[self.index];
        self.touched.register(task, self.pc, i, false);
        self.m.reg(task, i)
    }

    /// The low half of register `i`: pointers, lengths, handles.
    fn half(&mut self, i: u8) -> u16 {
        self.reg(i) as u16
    }

    fn set(&mut self, i: u8, value: u32) {
        let task = &self.m.state.tasks[self.index];
        self.touched.register(task, self.pc, i, true);
        let cx = task.context;
        vm::set(&mut self.m.ram, &cx, i, value);
    }

    /// Puts a status into R0.
    fn answer(&mut self, status: u32) -> Option<Outcome> {
        self.set(0, status);
        None
    }

    /// Memory from an address on, cut off at the end of RAM.
    fn read(&mut self, address: u16, len: u16) -> Vec<u8> {
        let task = &self.m.state.tasks[self.index];
        self.touched.memory(task, self.pc, address, len.into(), false);
        self.m.peek(task, address, usize::from(len))
    }

    fn write(&mut self, address: u16, bytes: &[u8]) {
        self.m.write_memory(self.index, self.pc, (address, bytes), self.touched);
    }

    /// The C string that register `i` points to: up to the first zero byte or the end of memory.
    fn string(&mut self, i: u8) -> Vec<u8> {
        let address = self.half(i);
        let task = &self.m.state.tasks[self.index];
        let text = text::c_string(address, |at| self.m.ram.byte(&task.bank, usize::from(at)));
        self.touched.memory(task, self.pc, address, text.len() + 1, false);
        text
    }

    fn print(&mut self, stream: console::Stream, text: String) {
        let (pid, turn) = (self.pid, self.m.state.turn);
        self.m.state.console.push(console::Line { pid, stream, text, turn });
    }

    fn unanswered(&mut self, module: u8, function: u8) {
        self.print(console::Stream::Service, format!("[SVC] mod=0x{module:X} fn=0x{function:X} (stub)"));
        let off = module == 0xE && self.m.config.no_math;
        self.set(0, if off { ENOSYS } else { unknown(module) });
    }
}

impl Machine {
    /// Writes memory as a task sees it, for a service: what would pass 0xFFFF is left out, and so
    /// is, under protection, what lies in another task's arena. Calls raise no fault.
    pub(super) fn write_memory(
        &mut self,
        index: usize,
        pc: u32,
        (address, bytes): (u16, &[u8]),
        touched: &mut Touched,
    ) {
        let task = &self.state.tasks[index];
        touched.memory(task, call_pc(task), address, bytes.len(), true);
        let Machine { ram, state, .. } = self;
        let Task { bank, pid, .. } = &mut state.tasks[index];
        let mut foreign = None;
        for (at, byte) in (usize::from(address)..RAM_BYTES).zip(bytes) {
            let banked = at.checked_sub(vm::BANK_BASE as usize).is_some_and(|at| at < bank.len());
            let owner = if banked { 0 } else { ram.owner(at as u16) };
            if owner != 0 && owner != *pid {
                foreign.get_or_insert(at as u64);
                if ram.protect {
                    continue;
                }
            }
            ram.set_byte(bank, at, *byte);
        }
        if let Some(at) = foreign {
            let pid = *pid;
            self.note(pid, Kind::Foreign, pc, at);
        }
    }
}
