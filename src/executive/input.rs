//! What comes from outside, between turns.

use super::delivery::Post;
pub use super::lifecycle::{Load, Refused};
use super::mailbox::{Message, Name};
use super::registry::{Actor, Oid};
use super::trace::What;
use super::{Machine, Pid, Touched};
use crate::vm;
use std::sync::Arc;

/// A register as the user names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reg {
    /// R0..R15, a word of the task's window.
    R(u8),
    /// Program counter.
    Pc,
    /// Stack pointer.
    Sp,
    /// Flags.
    Psw,
}

/// Something done to the machine from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Load a program as a new task.
    Load(Load),
    /// Load a program in place of a task, under its pid.
    Reload {
        /// Which task.
        pid: Pid,
        /// What to load.
        load: Load,
    },
    /// Remove a task and all it has.
    Kill(Pid),
    /// Hold a task back.
    Pause(Pid),
    /// Let a paused task continue, or a faulted one try again.
    Resume(Pid),
    /// Set a register.
    SetReg {
        /// Whose.
        pid: Pid,
        /// Which.
        reg: Reg,
        /// To what.
        value: u32,
    },
    /// Set bytes of memory as a task sees it.
    Poke {
        /// Whose view.
        pid: Pid,
        /// From where.
        address: u16,
        /// What.
        bytes: Vec<u8>,
    },
    /// Set a task's turns in a row.
    Quantum {
        /// Whose.
        pid: Pid,
        /// At least 1.
        turns: u32,
    },
    /// Move a task's register window.
    Rebase {
        /// Whose.
        pid: Pid,
        /// The address of R0 from now on; see the module `registers`.
        address: u16,
    },
    /// Change the order of the rotation: these first, the others after them by pid. None at all puts
    /// it back to the order by pid.
    Order(Vec<Pid>),
    /// Take the turns away that the running task has left of its quantum.
    Preempt,
    /// Send a message to a mailbox by name, as the host (or as a task).
    Send {
        /// The name is read as this task would; 0 for the host.
        pid: Pid,
        /// Mailbox name.
        target: Vec<u8>,
        /// Payload.
        payload: Vec<u8>,
    },
    /// Take messages out of a mailbox by name.
    Receive {
        /// The name is read as this task would.
        pid: Pid,
        /// Mailbox name.
        target: Vec<u8>,
        /// The most of them.
        limit: usize,
    },
    /// Change a value of the registry.
    SetValue {
        /// On whose behalf; 0 for the host, which may what the owner may.
        pid: Pid,
        /// Which.
        oid: Oid,
        /// f16 bits.
        raw: u16,
    },
    /// Call a command of the registry.
    Call {
        /// On whose behalf; 0 for the host.
        pid: Pid,
        /// Which.
        oid: Oid,
    },
    /// Set how a standard stream passes messages on.
    Stdio {
        /// Whose; 0 for tasks that are loaded later.
        pid: Pid,
        /// 0 stdin, 1 stdout, 2 stderr.
        stream: u8,
        /// Mode bits of a mailbox.
        mode: u16,
    },
    /// Put a file into the file tree.
    File {
        /// Its name.
        path: String,
        /// Its content.
        content: Vec<u8>,
    },
}

/// What an input did.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// It is done.
    Done,
    /// A task was loaded.
    Loaded(Pid),
    /// A message was queued under this number, or was empty and not queued.
    Sent(Option<u32>),
    /// These messages were taken out.
    Received(Vec<Message>),
    /// The value is stored; whether it differs from before.
    Changed(bool),
}

/// The kinds of inputs, by the numbers that traces hold.
macro_rules! input_kinds {
    ($($number:literal $kind:ident $name:literal;)*) => {
        /// A kind of input.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum InputKind { $(#[doc = $name] $kind = $number,)* }

        impl InputKind {
            /// All kinds.
            pub const ALL: &[InputKind] = &[$(InputKind::$kind),*];

            /// What such an input is, in a word or two.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(InputKind::$kind => $name,)* }
            }
        }
    };
}

input_kinds! {
    1 Load "load";
    2 Kill "kill";
    3 Pause "pause";
    4 Resume "resume";
    5 SetReg "register change";
    6 Poke "memory change";
    7 Quantum "quantum change";
    8 Send "message";
    9 Receive "receipt of messages";
    10 SetValue "value change";
    11 Call "command call";
    12 File "file";
    13 Order "change of order";
    14 Preempt "preemption";
    15 Stdio "change of a standard stream";
    16 Reload "reload";
    17 Rebase "window move";
}

impl InputKind {
    /// The next of some inputs that is of this kind: entries of the trace stand in the order of their inputs, but say no more
    /// of them than their kind.
    pub fn next_of<'i>(self, inputs: &mut impl Iterator<Item = &'i Arc<Input>>) -> Option<&'i Input> {
        inputs.find(|input| input.kind() == self).map(|input| &**input)
    }

    /// The kind with a number; only numbers of kinds are in traces.
    pub(super) fn of(number: u64) -> InputKind {
        InputKind::ALL.iter().copied().find(|kind| *kind as u64 == number).unwrap_or(InputKind::Load)
    }
}

impl Input {
    /// What it does, in a word or two.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> InputKind {
        match self {
            Input::Load(_) => InputKind::Load,
            Input::Reload { .. } => InputKind::Reload,
            Input::Kill(_) => InputKind::Kill,
            Input::Pause(_) => InputKind::Pause,
            Input::Resume(_) => InputKind::Resume,
            Input::SetReg { .. } => InputKind::SetReg,
            Input::Poke { .. } => InputKind::Poke,
            Input::Quantum { .. } => InputKind::Quantum,
            Input::Rebase { .. } => InputKind::Rebase,
            Input::Send { .. } => InputKind::Send,
            Input::Receive { .. } => InputKind::Receive,
            Input::SetValue { .. } => InputKind::SetValue,
            Input::Call { .. } => InputKind::Call,
            Input::File { .. } => InputKind::File,
            Input::Order(_) => InputKind::Order,
            Input::Preempt => InputKind::Preempt,
            Input::Stdio { .. } => InputKind::Stdio,
        }
    }

    fn pid(&self) -> Pid {
        match self {
            Input::Load(_) | Input::File { .. } | Input::Order(_) | Input::Preempt => 0,
            Input::Kill(pid) | Input::Pause(pid) | Input::Resume(pid) => *pid,
            Input::Reload { pid, .. }
            | Input::SetReg { pid, .. }
            | Input::Poke { pid, .. }
            | Input::Quantum { pid, .. }
            | Input::Rebase { pid, .. }
            | Input::Send { pid, .. }
            | Input::Receive { pid, .. }
            | Input::SetValue { pid, .. }
            | Input::Call { pid, .. }
            | Input::Stdio { pid, .. } => *pid,
        }
    }
}

impl Machine {
    /// Does something from outside, between two turns.
    ///
    /// # Errors
    /// What was wrong with it; nothing has changed then.
    pub fn apply(&mut self, input: &Input) -> Result<Applied, Refused> {
        self.apply_touching(input, &mut Touched::default())
    }

    /// As [`Machine::apply`]; what it touches of tasks' memory is the new content of a list.
    ///
    /// # Errors
    /// What was wrong with it; nothing has changed then.
    pub fn apply_touching(&mut self, input: &Input, touched: &mut Touched) -> Result<Applied, Refused> {
        touched.forget();
        let applied = match input {
            Input::Load(load) => return self.load(load).map(Applied::Loaded),
            Input::Reload { pid, load } => return self.reload(*pid, load, touched).map(|()| Applied::Done),
            Input::Kill(pid) => return self.kill(*pid, touched).map(|()| Applied::Done),
            Input::Pause(pid) => self.pause(*pid).map(|()| Applied::Done),
            Input::Resume(pid) => self.resume(*pid).map(|()| Applied::Done),
            Input::SetReg { pid, reg, value } => self.set_reg(*pid, *reg, *value, touched),
            Input::Poke { pid, address, bytes } => self.poke(*pid, *address, bytes, touched),
            Input::Quantum { pid, turns } => self.set_quantum(*pid, *turns),
            Input::Rebase { pid, address } => self.rebase(*pid, *address),
            Input::Order(first) => self.set_order(first),
            Input::Preempt => self.preempt(),
            Input::Stdio { pid, stream, mode } => self.set_stdio(*pid, *stream, *mode),
            Input::Send { pid, target, payload } => self.send_from_outside(*pid, target, payload, touched),
            Input::Receive { pid, target, limit } => self.receive_outside(*pid, target, *limit),
            Input::SetValue { pid, oid, raw } => self.set_value(*pid, *oid, *raw, touched),
            Input::Call { pid, oid } => self.call(*pid, *oid, touched),
            Input::File { path, content } => {
                let inserted = self.state.files.insert(path, content.clone());
                inserted.map(|()| Applied::Done).map_err(|e| Refused::Registry(e.to_string()))
            }
        }?;
        self.note(input.pid(), 0, What::Input { input: input.kind() });
        Ok(applied)
    }

    pub(super) fn find(&self, pid: Pid) -> Result<usize, Refused> {
        self.index(pid).ok_or(Refused::NoTask(pid))
    }

    fn poke(&mut self, pid: Pid, address: u16, bytes: &[u8], touched: &mut Touched) -> Result<Applied, Refused> {
        let index = self.find(pid)?;
        if usize::from(address) + bytes.len() > vm::RAM_BYTES {
            return Err(Refused::Value { what: "the last address", expected: "at most 0xFFFF".into() });
        }
        touched.host_memory(&self.state.tasks[index], address, bytes.len());
        let Machine { ram, state, .. } = self;
        for (at, byte) in (usize::from(address)..).zip(bytes) {
            ram.set_byte(&mut state.tasks[index].bank, at, *byte);
        }
        Ok(Applied::Done)
    }

    fn send_from_outside(
        &mut self,
        pid: Pid,
        target: &[u8],
        payload: &[u8],
        touched: &mut Touched,
    ) -> Result<Applied, Refused> {
        if pid != 0 {
            self.find(pid)?;
        }
        let name = Name::parse(target, pid).map_err(|e| Refused::Mailbox(e.to_string()))?;
        // A box that is made for a message which then does not fit must not stay behind.
        let before = self.state.mailboxes.find(&name).is_none().then(|| self.state.mailboxes.clone());
        match self.state.mailboxes.ensure(&name).and_then(|to| self.send_to(to, 0, Post::plain(payload), touched)) {
            Ok(seq) => Ok(Applied::Sent(seq)),
            Err(e) => {
                if let Some(before) = before {
                    self.state.mailboxes = before;
                }
                Err(Refused::Mailbox(e.to_string()))
            }
        }
    }

    fn receive_outside(&mut self, pid: Pid, target: &[u8], limit: usize) -> Result<Applied, Refused> {
        let refused = |e: super::mailbox::MailboxError| Refused::Mailbox(e.to_string());
        let name = Name::parse(target, pid).map_err(|e| Refused::Mailbox(e.to_string()))?;
        if self.state.mailboxes.find(&name).is_none() {
            return Err(Refused::Mailbox(format!("there is no mailbox {name}")));
        }
        let handle = self.state.mailboxes.open(0, &name).map_err(refused)?;
        let mut messages = Vec::new();
        while messages.len() < limit
            && let Some(message) = self.state.mailboxes.recv(0, handle).map_err(refused)?
        {
            messages.push(message);
        }
        self.state.mailboxes.close(0, handle).map_err(refused)?;
        Ok(Applied::Received(messages))
    }

    fn set_stdio(&mut self, pid: Pid, stream: u8, mode: u16) -> Result<Applied, Refused> {
        if pid != 0 {
            self.find(pid)?;
        }
        if stream > 2 {
            return Err(Refused::Value { what: "the stream", expected: "0, 1 or 2".into() });
        }
        let done = self.state.mailboxes.set_stdio(pid, stream.into(), mode);
        done.map(|()| Applied::Done).map_err(|e| Refused::Mailbox(e.to_string()))
    }

    fn set_value(&mut self, pid: Pid, oid: Oid, raw: u16, touched: &mut Touched) -> Result<Applied, Refused> {
        let changed = self.state.registry.set(actor(pid), oid, raw, self.state.time_us);
        let changed = changed.map_err(|e| Refused::Registry(e.to_string()))?;
        let differs = changed.is_some();
        self.tell(changed, touched);
        Ok(Applied::Changed(differs))
    }

    fn call(&mut self, pid: Pid, oid: Oid, touched: &mut Touched) -> Result<Applied, Refused> {
        let invocation = self.state.registry.call(actor(pid), oid).map_err(|e| Refused::Registry(e.to_string()))?;
        self.request(&invocation, touched);
        Ok(Applied::Done)
    }
}

fn actor(pid: Pid) -> Actor {
    if pid == 0 { Actor::Host } else { Actor::Task(pid) }
}
