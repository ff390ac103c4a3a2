//! The service table, and what a service handler may touch.
//!
//! A handler runs inside the caller's turn: it reads arguments and memory, writes results, and may
//! block or end the task. It never stops the machine: whatever a program asks for has an answer.

mod columns;
mod core;
mod files;
mod math;
mod messages;
mod registry;

use super::delivery::call_pc;
use super::task::Task;
use super::trace::What;
use super::{Machine, Outcome, Pid, Touched, console, text};
use crate::vm::{self, RAM_BYTES};

pub use columns::{Carries, Field, Meaning, Seen};
pub use files::stream_handle;
pub(super) use messages::{Buffer, info_record};

/// R0 of a call that is not answered: ENOSYS.
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
    /// What it does.
    pub sentence: &'static str,
    /// The registers it reads.
    pub args: &'static [Field],
    /// The registers it writes.
    pub results: &'static [Field],
    /// What other tasks can notice of a call, beside the memory that it touches; nothing if it is empty.
    pub seen: &'static [Seen],
    /// What it carries from one task to another.
    pub carries: Carries,
    handler: fn(&mut Call<'_>) -> Option<Outcome>,
}

impl Service {
    /// Arguments and results as the reference writes them: `R1 handle → R0 status`.
    #[must_use]
    pub fn signature(&self) -> String {
        let list = |fields: &[Field]| {
            let each: Vec<String> = fields.iter().map(|f| format!("R{} {}", f.register, f.name)).collect();
            each.join(", ")
        };
        let (args, results) = (list(self.args), list(self.results));
        if results.is_empty() { args } else { format!("{args} → {results}").trim_start().to_owned() }
    }
}

macro_rules! fields {
    ($($register:ident $name:literal $meaning:ident),*) => {
        &[$(Field { register: $register, name: $name, meaning: Meaning::$meaning }),*]
    };
}

/// What a row says of what others can notice; everything if it does not say.
macro_rules! seen {
    () => { &[Seen::Everything] };
    ($($seen:expr),* ;) => { &[$($seen),*] };
}

macro_rules! services {
    ($($module:literal $function:literal $name:literal $handler:path, $sentence:literal
        [$($arg:tt)*] -> [$($result:tt)*] $(seen [$($seen:expr),*])? carries $carries:expr;)*) => {
        /// THE service table, by module and function.
        pub const SERVICES: &[Service] = &[
            $(Service {
                module: $module,
                function: $function,
                name: $name,
                sentence: $sentence,
                args: fields!($($arg)*),
                results: fields!($($result)*),
                seen: seen!($($($seen),* ;)?),
                carries: $carries,
                handler: $handler,
            },)*
        ];
    };
}

use Carries::{
    FileRead, FileWritten, FilesNamed, Messages, Nothing, Queued, Received, ValueFound, ValueMade, ValueRead,
    ValueWritten,
};
use Seen::{Commands, End, Files, Mailbox, Mailboxes, Open, Send, Steps, Stream, Taps, Time, Values};
const R0: u8 = 0;
const R1: u8 = 1;
const R2: u8 = 2;
const R3: u8 = 3;
const R4: u8 = 4;
const R5: u8 = 5;

services! {
    0x0 0x00 "CORE_GET_STEPS" core::get_steps, "instructions this task has retired before the call"
        [] -> [R0 "steps" Number] seen [Steps] carries Nothing;
    0x1 0x00 "TASK_EXIT" core::exit, "end the task"
        [R0 "status" Number] -> [] seen [End] carries Nothing;
    0x1 0x01 "UART_WRITE" core::uart_write, "print bytes on the console"
        [R1 "address" Address, R2 "length" Length] -> [R0 "length" Number] seen [] carries Nothing;
    0x2 0x00 "CAN_TX" core::can_tx, "send a CAN frame, shown on the console"
        [R1 "id" Number, R2 "address" Address, R3 "length" Length] -> [R0 "0" Number] seen [] carries Nothing;
    0x4 0x00 "FS_OPEN" files::open, "open a file, creating it if missing"
        [R1 "path" Text] -> [R0 "descriptor or -22" File] seen [Files] carries Nothing;
    0x4 0x01 "FS_READ" files::read, "read from a file"
        [R1 "descriptor" File, R2 "address" Address, R3 "length" Length] -> [R0 "bytes" Number] seen [Files] carries FileRead(R1);
    0x4 0x02 "FS_WRITE" files::write, "write to a file, or to stdout (1) or stderr (2)"
        [R1 "descriptor" File, R2 "address" Address, R3 "length" Length] -> [R0 "bytes" Number] seen [Files, Stream(R1)] carries FileWritten(R1);
    0x4 0x03 "FS_CLOSE" files::close, "close a file"
        [R1 "descriptor" File] -> [R0 "0 or -1" Number] seen [Files] carries Nothing;
    0x4 0x0A "FS_LISTDIR" files::list, "all file names, one a line"
        [R1 "path" Text, R2 "address" Address, R3 "maximum" Length] -> [R0 "bytes" Number] seen [Files] carries Nothing;
    0x4 0x0B "FS_DELETE" files::delete, "delete a file"
        [R1 "path" Text] -> [R0 "0 or -1" Number] seen [Files] carries FilesNamed(&[R1]);
    0x4 0x0C "FS_RENAME" files::rename, "rename a file"
        [R1 "old" Text, R2 "new" Text] -> [R0 "0 or -1" Number] seen [Files] carries FilesNamed(&[R1, R2]);
    0x4 0x0D "FS_MKDIR" files::mkdir, "nothing: names may hold slashes anyway"
        [R1 "path" Text] -> [R0 "0" Number] seen [Files] carries Nothing;
    0x5 0x00 "MAILBOX_OPEN" messages::open, "open a mailbox, creating it if missing"
        [R1 "name" Text] -> [R0 "status" MailboxStatus, R1 "handle" Handle] seen [Open(R1)] carries Nothing;
    0x5 0x01 "MAILBOX_BIND" messages::bind, "set up a mailbox"
        [R1 "name" Text, R2 "capacity" Number, R3 "mode" Number] -> [R0 "status" MailboxStatus, R1 "descriptor" Number] seen [Mailboxes] carries Nothing;
    0x5 0x02 "MAILBOX_SEND" messages::send, "send a message"
        [R1 "handle" Handle, R2 "address" Address, R3 "length" Length, R4 "flags" Number, R5 "channel" Number] -> [R0 "status" MailboxStatus, R1 "length" Number] seen [Send(R1)] carries Messages;
    0x5 0x03 "MAILBOX_RECV" messages::recv, "receive a message, waiting for it"
        [R1 "handle" Handle, R2 "buffer" Address, R3 "maximum" Length, R4 "timeout ms" Number, R5 "info" Address] -> [R0 "status" MailboxStatus, R1 "length" Number, R2 "flags" Number, R3 "channel" Number, R4 "sender" Number] seen [Mailbox(R1)] carries Received;
    0x5 0x04 "MAILBOX_PEEK" messages::peek, "look at a mailbox"
        [R1 "handle" Handle] -> [R0 "status" MailboxStatus, R1 "messages" Number, R2 "bytes" Number, R3 "next length" Number] seen [Mailbox(R1)] carries Queued(R1);
    0x5 0x05 "MAILBOX_TAP" messages::tap, "get copies of all messages, or no longer"
        [R1 "handle" Handle, R2 "on" Number] -> [R0 "status" MailboxStatus] seen [Taps] carries Nothing;
    0x5 0x06 "MAILBOX_CLOSE" messages::close, "close a handle"
        [R1 "handle" Handle] -> [R0 "status" MailboxStatus] seen [Mailboxes] carries Nothing;
    0x6 0x00 "EXEC_SLEEP_MS" core::sleep, "sleep in virtual time"
        [R0 "ms" Number] -> [R0 "0" Number] seen [Time] carries Nothing;
    0x7 0x00 "VAL_REGISTER" registry::value_register, "register a value"
        [R1 "group" Number, R2 "id" Number, R3 "flags" Number, R4 "descriptor" Address] -> [R0 "status" Number, R1 "OID" Oid] seen [Values] carries ValueMade;
    0x7 0x01 "VAL_LOOKUP" registry::value_lookup, "find a value"
        [R1 "group" Number, R2 "id" Number] -> [R0 "status" Number, R1 "OID" Oid] seen [Values] carries ValueFound;
    0x7 0x02 "VAL_GET" registry::value_get, "read a value"
        [R1 "OID" Oid] -> [R0 "f16 or status" F16, R1 "status" Number] seen [Values] carries ValueRead(R1);
    0x7 0x03 "VAL_SET" registry::value_set, "change a value"
        [R1 "OID" Oid, R2 "f16" F16] -> [R0 "status" Number] seen [Values] carries ValueWritten(R1);
    0x7 0x04 "VAL_LIST" registry::value_list, "OIDs of the task's own values"
        [R1 "group or 0xFF" Number, R2 "buffer" Address, R3 "maximum" Length] -> [R0 "0" Number, R1 "count" Number] seen [Values] carries Nothing;
    0x7 0x05 "VAL_SUBSCRIBE" registry::value_subscribe, "get a message at each change"
        [R1 "OID" Oid, R2 "mailbox" Text] -> [R0 "status" Number, R1 "handle" Handle] seen [Values, Open(R2)] carries Messages;
    0x7 0x06 "VAL_PERSIST" registry::value_persist, "keep a value in the persistent store"
        [R1 "OID" Oid, R2 "mode" Number] -> [R0 "status" Number] seen [Values] carries Nothing;
    0x8 0x00 "CMD_REGISTER" registry::command_register, "register a command"
        [R1 "group" Number, R2 "id" Number, R3 "flags" Number, R4 "descriptor" Address] -> [R0 "status" Number, R1 "OID" Oid] seen [Commands] carries Nothing;
    0x8 0x01 "CMD_LOOKUP" registry::command_lookup, "find a command"
        [R1 "group" Number, R2 "id" Number] -> [R0 "status" Number, R1 "OID" Oid] seen [Commands] carries Nothing;
    0x8 0x02 "CMD_CALL" registry::command_call, "call one of the task's own commands"
        [R1 "OID" Oid, R2 "token" Number] -> [R0 "status" Number] seen [Commands] carries Messages;
    0x8 0x03 "CMD_CALL_ASYNC" registry::command_call_async, "call a command, the result comes as a message"
        [R1 "OID" Oid, R2 "token" Number, R3 "mailbox" Text] -> [R0 "status" Number, R1 "handle" Handle] seen [Commands, Open(R3), Send(R3)] carries Messages;
    0x8 0x04 "CMD_HELP" registry::command_help, "a command's help text"
        [R1 "OID" Oid, R2 "buffer" Address, R3 "maximum" Length] -> [R0 "status" Number, R1 "length" Number] seen [Commands] carries Nothing;
    0xE 0x00 "LIBM_SIN_F16" math::sin, "sine"
        [R1 "f16" F16] -> [R0 "f16" F16] seen [] carries Nothing;
    0xE 0x01 "LIBM_COS_F16" math::cos, "cosine"
        [R1 "f16" F16] -> [R0 "f16" F16] seen [] carries Nothing;
    0xE 0x02 "LIBM_EXP_F16" math::exp, "e to the power"
        [R1 "f16" F16] -> [R0 "f16" F16] seen [] carries Nothing;
}

/// The row of a service, if there is one.
#[must_use]
pub fn service(module: u8, function: u8) -> Option<&'static Service> {
    SERVICES.iter().find(|s| s.module == module && s.function == function)
}

/// What other tasks can notice of a call; of one without a row nothing: it is answered with a constant.
#[must_use]
pub fn seen(module: u8, function: u8) -> &'static [Seen] {
    service(module, function).map_or(&[], |row| row.seen)
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
        self.note(pid, pc, What::Trap { module, function });
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
        let Machine { ram, state, .. } = self;
        let Task { bank, pid, .. } = &mut state.tasks[index];
        let (mut foreign, mut written) = (None, Vec::<(u16, usize)>::new());
        for (at, byte) in (usize::from(address)..RAM_BYTES).zip(bytes) {
            let banked = at.checked_sub(vm::BANK_BASE as usize).is_some_and(|at| at < bank.len());
            let owner = if banked { 0 } else { ram.owner(at as u16) };
            if owner != 0 && owner != *pid {
                foreign.get_or_insert(at as u16);
                if ram.protect {
                    continue;
                }
            }
            ram.set_byte(bank, at, *byte);
            match written.last_mut() {
                Some((start, len)) if usize::from(*start) + *len == at => *len += 1,
                _ => written.push((at as u16, 1)),
            }
        }
        let pid = *pid;
        let task = &state.tasks[index];
        written.into_iter().for_each(|(start, len)| touched.memory(task, call_pc(task), start, len, true));
        if let Some(address) = foreign {
            self.note(pid, pc, What::Foreign { address });
        }
    }
}
