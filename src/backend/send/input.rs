//! Changes from outside.

use crate::backend::answer::{
    Called, Done, Order, Poked, Preempted, Rebased, Register, Sent, StreamModes, Taken, TakenMessage, TaskInfo,
    TaskState, ValueSet, VariableSet,
};
use crate::backend::request::{Input, StreamMode, Streams, Whose, register_name};
use crate::backend::{Local, Location, Names, Refused, Stored, Value, Want, view};
use crate::executive::Pid;
use crate::executive::input::{self, Applied};
use crate::executive::mailbox::Name as MailboxName;
use crate::executive::task::Task;

impl Local {
    /// Changes the machine from outside.
    pub(super) fn carry_out_input(&mut self, input: Input) -> Result<Done, Refused> {
        Ok(match input {
            Input::Register { pid, reg, value } => {
                self.apply(input::Input::SetReg { pid, reg, value })?;
                Done::Register(Register { pid, reg: register_name(reg).to_uppercase(), value })
            }
            Input::Poke { pid, address, bytes } => {
                let length = bytes.len();
                self.apply(input::Input::Poke { pid, address, bytes })?;
                Done::Poked(Poked { pid, address, length })
            }
            Input::Variable { pid, place, value } => self.set_variable(pid, &place, &value)?,
            Input::Send { pid, mailbox, text } => {
                let target = mailbox.unwrap_or_else(|| format!("svc:stdio.in@{pid}"));
                self.send_bytes(pid, target, text.into_bytes())?
            }
            Input::Bytes { pid, mailbox, bytes } => self.send_bytes(pid, mailbox, bytes)?,
            Input::Listen { pid, limit } => self.listen(pid, limit)?,
            Input::Stdio { whose, streams, mode } => self.set_streams(whose, streams, mode)?,
            Input::Value { pid, oid, raw } => {
                let applied = self.apply(input::Input::SetValue { pid, oid, raw })?;
                let now = self.look(&Want::lists());
                let value = now.values.iter().find(|value| value.oid == oid).cloned();
                Done::Value(Box::new(ValueSet { changed: applied == Applied::Changed(true), value }))
            }
            Input::Call { pid, oid } => {
                self.apply(input::Input::Call { pid, oid })?;
                let owner = self.machine().registry().commands().find(|c| c.oid == oid).map_or(0, |c| c.owner);
                Done::Called(Called { oid, owner, status: 0 })
            }
            Input::Quantum { pid, turns } => {
                self.apply(input::Input::Quantum { pid, turns })?;
                let now = self.look(&Want::lists());
                let task = now.tasks.iter().find(|task| task.pid == pid).ok_or(input::Refused::NoTask(pid))?;
                Done::Task(Box::new(TaskInfo::of(task, None)))
            }
            Input::Rebase { pid, address } => {
                let was = self.machine().task(pid).map_or(0, |task| task.context.reg_base);
                self.apply(input::Input::Rebase { pid, address })?;
                self.rebased(pid, was)?
            }
            Input::Order(first) => {
                self.apply(input::Input::Order(first))?;
                self.order_now()
            }
            Input::Preempt => self.preempt()?,
            Input::Pause(pid) => {
                self.apply(input::Input::Pause(pid))?;
                self.state_of(pid)
            }
            Input::Resume(pid) => {
                self.apply(input::Input::Resume(pid))?;
                self.state_of(pid)
            }
            Input::Kill(pid) => {
                self.kill(pid)?;
                self.state_of(pid)
            }
        })
    }

    /// Where a task's window is now, and whose windows and stacks it lies on.
    fn rebased(&self, pid: Pid, was: u16) -> Result<Done, Refused> {
        let task = self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?;
        let window = task.window();
        let meets = |start: u32, end: u32| start < window.end && window.start < end;
        let others = self.machine().tasks().iter().filter(|other| other.pid != pid);
        let on = |other: &&Task| {
            let (own, stack) = (other.window(), other.arena.stack);
            meets(own.start, own.end) || meets(stack.start, stack.end)
        };
        let overlaps = others.filter(on).map(|other| other.pid).collect();
        Ok(Done::Rebased(Rebased { pid, was, reg_base: task.context.reg_base, overlaps }))
    }

    fn state_of(&self, pid: Pid) -> Done {
        let state = self.machine().task(pid).map_or("killed", |task| task.state.name());
        Done::State(TaskState { pid, state })
    }

    fn send_bytes(&mut self, pid: Pid, target: String, payload: Vec<u8>) -> Result<Done, Refused> {
        let length = payload.len();
        let applied = self.apply(input::Input::Send { pid, target: target.clone().into_bytes(), payload })?;
        let seq = if let Applied::Sent(seq) = applied { seq } else { None };
        let name = MailboxName::parse(target.as_bytes(), pid).ok();
        let mailboxes = self.machine().mailboxes();
        let mailbox = name.and_then(|name| mailboxes.get(mailboxes.find(&name)?));
        let own = mailbox.is_some_and(|mailbox| mailbox.name().namespace.is_of_a_task());
        let unopened = !own && mailbox.is_some_and(|mailbox| mailbox.handles().next().is_none());
        Ok(Done::Sent(Sent { pid, target, length, seq, unopened }))
    }

    /// Takes messages out of the standard output of a task, or of all.
    fn listen(&mut self, pid: Option<Pid>, limit: u64) -> Result<Done, Refused> {
        let all = || self.machine().tasks().iter().map(|task| task.pid).collect();
        let pids: Vec<Pid> = pid.map_or_else(all, |pid| vec![pid]);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut messages = Vec::new();
        for pid in pids {
            let target = format!("svc:stdio.out@{pid}").into_bytes();
            if let Applied::Received(taken) = self.apply(input::Input::Receive { pid, target, limit })? {
                messages.extend(taken.iter().map(view::message).map(|m| TakenMessage {
                    pid,
                    seq: m.seq,
                    src: m.src,
                    flags: m.flags,
                    channel: m.channel,
                    length: m.length,
                    text: String::from_utf8_lossy(&m.bytes).into_owned(),
                    bytes: m.bytes,
                }));
            }
        }
        Ok(Done::Taken(Taken { messages }))
    }

    fn set_variable(&mut self, pid: Pid, place: &str, value: &str) -> Result<Done, Refused> {
        if let Some(register) = self.register_of(pid, place.trim()) {
            return self.set_register(pid, register, value);
        }
        let missing = || Refused::Now("a variable of C is expected: poke and reg change all else".into());
        let Stored { pid: whose, address, bytes } = self.c_bytes(place, value, Some(pid))?.ok_or_else(missing)?;
        let size = bytes.len() as u32;
        self.apply(input::Input::Poke { pid: whose, address, bytes })?;
        let now = self.c_value(place, Some(pid))?;
        let (text, value) = now.map_or_else(Default::default, |now| (now.value.to_string(), now.value.json()));
        let name = place.trim().to_owned();
        Ok(Done::Variable(Box::new(VariableSet { pid: whose, address, size, value, name, text })))
    }

    /// The register of the innermost frame that holds a variable: optimised code keeps some there.
    fn register_of(&self, pid: Pid, name: &str) -> Option<u8> {
        let variables = self.variables(pid, self.chosen_frame(pid));
        match variables.into_iter().find(|variable| variable.name == name)?.location {
            Location::Register { register } => Some(register),
            Location::Memory { .. } | Location::Constant { .. } | Location::Lost | Location::None => None,
        }
    }

    fn set_register(&mut self, pid: Pid, register: u8, value: &str) -> Result<Done, Refused> {
        let expr = self.expression(value, Some(pid), Names::Chosen)?;
        let Value::Int(n) = self.evaluate(&expr, Some(pid))? else {
            return Err(Refused::Now("a whole number is expected".into()));
        };
        let value = n as u32;
        let reg = input::Reg::R(register);
        self.apply(input::Input::SetReg { pid, reg, value })?;
        Ok(Done::Register(Register { pid, reg: register_name(reg).to_uppercase(), value }))
    }

    fn set_streams(&mut self, whose: Whose, streams: Streams, mode: StreamMode) -> Result<Done, Refused> {
        let of: Vec<Pid> = self.stream_modes().into_iter().map(|(pid, _)| pid).filter(|pid| whose.has(*pid)).collect();
        for (pid, stream) in of.iter().flat_map(|pid| streams.numbers().map(move |stream| (*pid, stream))) {
            self.apply(input::Input::Stdio { pid, stream: stream as u8, mode: mode.bits() })?;
        }
        Ok(Done::Streams(StreamModes::of(&self.stream_modes(), whose, streams)))
    }

    /// The modes of standard streams, those of tasks loaded later under 0.
    pub(in crate::backend) fn stream_modes(&self) -> Vec<(Pid, [u16; 3])> {
        let machine = self.machine();
        let pids = [0].into_iter().chain(machine.tasks().iter().map(|task| task.pid));
        pids.map(|pid| (pid, machine.mailboxes().stdio_modes(pid))).collect()
    }

    fn order_now(&self) -> Done {
        let machine = self.machine();
        let first: Vec<Pid> = machine.order().iter().copied().filter(|pid| machine.task(*pid).is_some()).collect();
        let rest = machine.tasks().iter().map(|task| task.pid).filter(|pid| !first.contains(pid));
        let order = first.iter().copied().chain(rest).collect();
        Done::Order(Order { order, default: machine.order().is_empty(), next: machine.next() })
    }

    fn preempt(&mut self) -> Result<Done, Refused> {
        let Some((pid, given_up)) = self.machine().quantum_left() else {
            let next = self.machine().next().map_or("no task".to_owned(), |pid| format!("task {pid}"));
            let message = format!("no task is in the middle of its quantum: {next} begins a new one anyhow");
            return Err(Refused::Now(message));
        };
        self.apply(input::Input::Preempt)?;
        Ok(Done::Preempted(Preempted { pid, given_up, next: self.machine().next() }))
    }
}
