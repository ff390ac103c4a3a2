//! Modules 7 and 8: values and commands.

use super::Call;
use crate::executive::delivery::Post;
use crate::executive::mailbox::{MailboxError, Name};
use crate::executive::registry::{Actor, Changed, INVALID, Invocation, async_result, oid_of, read_command, read_value};
use crate::executive::{Machine, Outcome, Touched};
use crate::vm::RAM_BYTES;
use std::cell::RefCell;

impl Call<'_> {
    fn actor(&self) -> Actor {
        Actor::Task(self.pid)
    }

    fn group_and_id(&mut self) -> (u8, u8) {
        (self.reg(1) as u8, self.reg(2) as u8)
    }

    /// What a descriptor chain in the caller's memory says, if the register that points to it names one.
    fn chain<T: Default, E>(
        &mut self,
        register: u8,
        follow: impl FnOnce(u16, &dyn Fn(u16) -> u8) -> Result<T, E>,
    ) -> Result<T, E> {
        let Some(head) = chain_of(self.half(register)) else { return Ok(T::default()) };
        let (task, read) = (&self.m.state.tasks[self.index], RefCell::new(Vec::new()));
        let meta = follow(head, &|at| {
            read.borrow_mut().push(at);
            self.m.ram.byte(&task.bank, usize::from(at))
        });
        read.into_inner().into_iter().for_each(|at| self.touched.memory(task, self.pc, at, 1, false));
        meta
    }

    /// R0 = 0 and R1 = the OID, or a status.
    fn answer_oid<E>(&mut self, result: Result<u16, E>, status: impl Fn(&E) -> u32) -> Option<Outcome> {
        match result {
            Ok(oid) => {
                self.set(1, u32::from(oid));
                self.answer(0)
            }
            Err(e) => self.answer(status(&e)),
        }
    }
}

/// No descriptor chain: 0 or 0xFFFF.
fn chain_of(head: u16) -> Option<u16> {
    (head != 0 && head != 0xFFFF).then_some(head)
}

pub(super) fn value_register(call: &mut Call<'_>) -> Option<Outcome> {
    let Ok(meta) = call.chain(4, |head, read| read_value(head, read)) else { return call.answer(INVALID) };
    let (id, flags, now) = (call.group_and_id(), call.reg(3) as u8, call.m.state.time_us);
    let result = call.m.state.registry.register_value(call.pid, id, flags, meta, now);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn value_lookup(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, id) = call.group_and_id();
    let result = call.m.state.registry.value(call.actor(), oid_of(group, id)).map(|v| v.oid);
    call.answer_oid(result, |e| e.status())
}

/// R0 cannot tell a value from a status, so R1 holds the status.
pub(super) fn value_get(call: &mut Call<'_>) -> Option<Outcome> {
    let oid = call.half(1);
    let (r0, status) = match call.m.state.registry.get(call.actor(), oid) {
        Ok(raw) => (u32::from(raw), 0),
        Err(e) => (e.status(), e.status()),
    };
    call.set(1, status);
    call.answer(r0)
}

pub(super) fn value_set(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, raw, now) = (call.half(1), call.half(2), call.m.state.time_us);
    match call.m.state.registry.set(call.actor(), oid, raw, now) {
        Ok(changed) => {
            call.answer(0);
            call.m.tell(changed, call.touched);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn value_list(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, buffer, max) = (call.reg(1) as u8, call.half(2), call.half(3));
    let room = usize::from(max).min((RAM_BYTES - usize::from(buffer)) / 2);
    let oids: Vec<u16> = call.m.state.registry.list(call.pid, group).into_iter().take(room).collect();
    let bytes: Vec<u8> = oids.iter().flat_map(|oid| oid.to_le_bytes()).collect();
    call.write(buffer, &bytes);
    call.set(1, oids.len() as u32);
    call.answer(0)
}

pub(super) fn value_subscribe(call: &mut Call<'_>) -> Option<Outcome> {
    let oid = call.half(1);
    if let Err(e) = call.m.state.registry.value(call.actor(), oid) {
        return call.answer(e.status());
    }
    let opened = open(call, 2);
    let Ok((descriptor, handle)) = opened else { return call.answer(INVALID) };
    match call.m.state.registry.subscribe(call.pid, oid, descriptor, handle) {
        Ok(()) => {
            call.set(1, u32::from(handle));
            call.answer(0)
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn value_persist(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, mode, now) = (call.half(1), call.reg(2) as u8, call.m.state.time_us);
    match call.m.state.registry.persist(call.actor(), oid, mode, now) {
        Ok(changed) => {
            call.answer(0);
            call.m.tell(changed, call.touched);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn command_register(call: &mut Call<'_>) -> Option<Outcome> {
    let Ok(meta) = call.chain(4, |head, read| read_command(head, read)) else { return call.answer(INVALID) };
    let (id, flags) = (call.group_and_id(), call.reg(3) as u8);
    let result = call.m.state.registry.register_command(call.pid, id, flags, meta);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn command_lookup(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, id) = call.group_and_id();
    let result = call.m.state.registry.command(call.actor(), oid_of(group, id)).map(|c| c.oid);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn command_call(call: &mut Call<'_>) -> Option<Outcome> {
    let oid = call.half(1);
    match call.m.state.registry.call(call.actor(), oid) {
        Ok(invocation) => {
            call.answer(0);
            call.m.request(&invocation, call.touched);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

/// The request goes to the command's owner; the caller gets a handle on the mailbox the owner's
/// answer is expected in.
pub(super) fn command_call_async(call: &mut Call<'_>) -> Option<Outcome> {
    let Ok(name) = Name::parse(&call.string(3), call.pid) else { return call.answer(INVALID) };
    let oid = call.half(1);
    let invocation = match call.m.state.registry.call_async(call.actor(), oid) {
        Ok(invocation) => invocation,
        Err(e) => return call.answer(e.status()),
    };
    let Ok(handle) = call.m.state.mailboxes.open(call.pid, &name) else { return call.answer(INVALID) };
    call.set(1, u32::from(handle));
    call.answer(0);
    call.m.request(&invocation, call.touched);
    if let Ok(descriptor) = call.m.state.mailboxes.resolve(call.pid, handle) {
        // A full mailbox loses the result, as any message to it would be.
        let result = async_result(invocation.oid, 0, None);
        let _ = call.m.send_to(descriptor, invocation.owner, Post::plain(&result), call.touched);
    }
    None
}

pub(super) fn command_help(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, buffer, max) = (call.half(1), call.half(2), usize::from(call.half(3)));
    let room = max.min(RAM_BYTES - usize::from(buffer));
    match call.m.state.registry.help(call.actor(), oid, room) {
        Ok(text) => {
            call.write(buffer, &text);
            call.set(1, text.len().saturating_sub(1) as u32);
            call.answer(0)
        }
        Err(e) => call.answer(e.status()),
    }
}

fn open(call: &mut Call<'_>, register: u8) -> Result<(u16, u16), MailboxError> {
    let name = Name::parse(&call.string(register), call.pid)?;
    let handle = call.m.state.mailboxes.open(call.pid, &name)?;
    Ok((call.m.state.mailboxes.resolve(call.pid, handle)?, handle))
}

impl Machine {
    /// Sends a change to those who have subscribed; what does not fit is counted.
    pub(in crate::executive) fn tell(&mut self, changed: Option<Changed>, touched: &mut Touched) {
        let Some(changed) = changed else { return };
        for to in &changed.subscribers {
            let message = changed.message();
            if self.send_to(to.descriptor, changed.source(), Post::plain(&message), touched).is_err() {
                self.state.registry.undelivered(&changed, to);
            }
        }
    }

    /// Posts the request to run a command to its owner's control mailbox. A full one loses it.
    pub(in crate::executive) fn request(&mut self, invocation: &Invocation, touched: &mut Touched) {
        if let Ok(descriptor) = self.state.mailboxes.ensure(&Name::control(invocation.owner)) {
            let request = invocation.request();
            let _ = self.send_to(descriptor, invocation.caller.pid(), Post::plain(&request), touched);
        }
    }
}
