//! Modules 7 and 8: values and commands.

use super::Call;
use crate::executive::mailbox::{MailboxError, Name};
use crate::executive::registry::{Actor, Changed, INVALID, Invocation, async_result, oid_of, read_command, read_value};
use crate::executive::{Machine, Outcome};
use crate::vm::RAM_BYTES;

impl Call<'_> {
    fn actor(&self) -> Actor {
        Actor::Task(self.pid)
    }

    fn group_and_id(&self) -> (u8, u8) {
        (self.reg(1) as u8, self.reg(2) as u8)
    }

    /// Reads memory for a descriptor chain.
    fn bytes(&self) -> impl Fn(u16) -> u8 {
        |at| {
            let bank = &self.task().bank;
            self.m.touch_memory(self.pid, bank.len(), at, 1, false);
            self.m.ram.byte(bank, usize::from(at))
        }
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
    let meta = chain_of(call.half(4)).map_or(Ok(Default::default()), |head| read_value(head, call.bytes()));
    let Ok(meta) = meta else { return call.answer(INVALID) };
    let (id, flags, now) = (call.group_and_id(), call.reg(3) as u8, call.m.time_us);
    let result = call.m.registry.register_value(call.pid, id, flags, meta, now);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn value_lookup(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, id) = call.group_and_id();
    let result = call.m.registry.value(call.actor(), oid_of(group, id)).map(|v| v.oid);
    call.answer_oid(result, |e| e.status())
}

/// R0 cannot tell a value from a status, so R1 holds the status.
pub(super) fn value_get(call: &mut Call<'_>) -> Option<Outcome> {
    let (r0, status) = match call.m.registry.get(call.actor(), call.half(1)) {
        Ok(raw) => (u32::from(raw), 0),
        Err(e) => (e.status(), e.status()),
    };
    call.set(1, status);
    call.answer(r0)
}

pub(super) fn value_set(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, raw, now) = (call.half(1), call.half(2), call.m.time_us);
    match call.m.registry.set(call.actor(), oid, raw, now) {
        Ok(changed) => {
            call.answer(0);
            call.m.tell(changed);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn value_list(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, buffer, max) = (call.reg(1) as u8, call.half(2), call.half(3));
    let room = usize::from(max).min((RAM_BYTES - usize::from(buffer)) / 2);
    let oids: Vec<u16> = call.m.registry.list(call.pid, group).into_iter().take(room).collect();
    let bytes: Vec<u8> = oids.iter().flat_map(|oid| oid.to_le_bytes()).collect();
    call.write(buffer, &bytes);
    call.set(1, oids.len() as u32);
    call.answer(0)
}

pub(super) fn value_subscribe(call: &mut Call<'_>) -> Option<Outcome> {
    let oid = call.half(1);
    if let Err(e) = call.m.registry.value(call.actor(), oid) {
        return call.answer(e.status());
    }
    let opened = open(call, call.half(2));
    let Ok((descriptor, handle)) = opened else { return call.answer(INVALID) };
    match call.m.registry.subscribe(call.pid, oid, descriptor, handle) {
        Ok(()) => {
            call.set(1, u32::from(handle));
            call.answer(0)
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn value_persist(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, mode, now) = (call.half(1), call.reg(2) as u8, call.m.time_us);
    match call.m.registry.persist(call.actor(), oid, mode, now) {
        Ok(changed) => {
            call.answer(0);
            call.m.tell(changed);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn command_register(call: &mut Call<'_>) -> Option<Outcome> {
    let meta = chain_of(call.half(4)).map_or(Ok(Default::default()), |head| read_command(head, call.bytes()));
    let Ok(meta) = meta else { return call.answer(INVALID) };
    let result = call.m.registry.register_command(call.pid, call.group_and_id(), call.reg(3) as u8, meta);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn command_lookup(call: &mut Call<'_>) -> Option<Outcome> {
    let (group, id) = call.group_and_id();
    let result = call.m.registry.command(call.actor(), oid_of(group, id)).map(|c| c.oid);
    call.answer_oid(result, |e| e.status())
}

pub(super) fn command_call(call: &mut Call<'_>) -> Option<Outcome> {
    match call.m.registry.call(call.actor(), call.half(1)) {
        Ok(invocation) => {
            call.answer(0);
            call.m.request(&invocation);
            None
        }
        Err(e) => call.answer(e.status()),
    }
}

/// The request goes to the command's owner; the caller gets a handle on the mailbox the owner's
/// answer is expected in.
pub(super) fn command_call_async(call: &mut Call<'_>) -> Option<Outcome> {
    let Ok(name) = Name::parse(&call.string(call.half(3)), call.pid) else { return call.answer(INVALID) };
    let invocation = match call.m.registry.call_async(call.actor(), call.half(1)) {
        Ok(invocation) => invocation,
        Err(e) => return call.answer(e.status()),
    };
    let Ok(handle) = call.m.mailboxes.open(call.pid, &name) else { return call.answer(INVALID) };
    call.set(1, u32::from(handle));
    call.answer(0);
    call.m.request(&invocation);
    if let Ok(descriptor) = call.m.mailboxes.resolve(call.pid, handle) {
        // A full mailbox loses the result, as any message to it would be.
        let _ = call.m.send_to(descriptor, invocation.owner, &async_result(invocation.oid, 0, None), 0, 0);
    }
    None
}

pub(super) fn command_help(call: &mut Call<'_>) -> Option<Outcome> {
    let (oid, buffer, max) = (call.half(1), call.half(2), usize::from(call.half(3)));
    let room = max.min(RAM_BYTES - usize::from(buffer));
    match call.m.registry.help(call.actor(), oid, room) {
        Ok(text) => {
            call.write(buffer, &text);
            call.set(1, text.len().saturating_sub(1) as u32);
            call.answer(0)
        }
        Err(e) => call.answer(e.status()),
    }
}

fn open(call: &mut Call<'_>, name: u16) -> Result<(u16, u16), MailboxError> {
    let name = Name::parse(&call.string(name), call.pid)?;
    let handle = call.m.mailboxes.open(call.pid, &name)?;
    Ok((call.m.mailboxes.resolve(call.pid, handle)?, handle))
}

impl Machine {
    /// Sends a change to those who have subscribed; what does not fit is counted.
    pub(in crate::executive) fn tell(&mut self, changed: Option<Changed>) {
        let Some(changed) = changed else { return };
        for to in &changed.subscribers {
            if self.send_to(to.descriptor, changed.source(), &changed.message(), 0, 0).is_err() {
                self.registry.undelivered(&changed, to);
            }
        }
    }

    /// Posts the request to run a command to its owner's control mailbox. A full one loses it.
    pub(in crate::executive) fn request(&mut self, invocation: &Invocation) {
        if let Ok(descriptor) = self.mailboxes.ensure(&Name::control(invocation.owner)) {
            let _ = self.send_to(descriptor, invocation.caller.pid(), &invocation.request(), 0, 0);
        }
    }
}
