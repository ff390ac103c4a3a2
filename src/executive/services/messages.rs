//! Module 5: mailboxes.

use super::Call;
use crate::executive::Outcome;
use crate::executive::delivery::Post;
use crate::executive::mailbox::{MailboxError, Message, Name, error};
use crate::executive::task::Wait;
use crate::executive::trace::What;

const POLL: u16 = 0;
const FOR_EVER: u16 = 0xFFFF;

pub(super) fn open(call: &mut Call<'_>) -> Option<Outcome> {
    match name(call).and_then(|name| call.m.state.mailboxes.open(call.pid, &name)) {
        Ok(handle) => {
            call.set(1, u32::from(handle));
            call.answer(error::OK)
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn bind(call: &mut Call<'_>) -> Option<Outcome> {
    let (capacity, mode) = (u32::from(call.half(2)), call.half(3));
    match name(call).and_then(|name| call.m.state.mailboxes.bind(call.pid, &name, capacity, mode)) {
        Ok(bound) => {
            call.set(1, u32::from(bound.descriptor));
            call.answer(error::OK)
        }
        Err(e) => call.answer(e.status()),
    }
}

fn name(call: &mut Call<'_>) -> Result<Name, MailboxError> {
    Ok(Name::parse(&call.string(1), call.pid)?)
}

pub(super) fn send(call: &mut Call<'_>) -> Option<Outcome> {
    let (address, len) = (call.half(2), call.half(3));
    let payload = call.read(address, len);
    let (handle, flags, channel) = (call.half(1), call.half(4), call.half(5));
    // R0 and R1 before the waiters' results: a task can wait for its own message only after this.
    let post = Post { payload: &payload, flags, channel };
    match call.m.send(call.index, call.pc, handle, post, call.touched) {
        Ok(()) => {
            call.set(1, payload.len() as u32);
            call.answer(error::OK)
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn recv(call: &mut Call<'_>) -> Option<Outcome> {
    let (handle, buffer, max) = (call.half(1), call.half(2), call.half(3));
    let (timeout, info) = (call.half(4), call.half(5));
    let descriptor = match call.m.state.mailboxes.resolve(call.pid, handle) {
        Ok(descriptor) => descriptor,
        Err(e) => return call.answer(e.status()),
    };
    match call.m.state.mailboxes.recv(call.pid, handle) {
        Ok(Some(message)) => {
            let buffer = Buffer { address: buffer, max, info };
            call.m.receive(call.index, call.pc, descriptor, &message, buffer, call.touched);
            None
        }
        Ok(None) if timeout == POLL => {
            call.set(1, 0);
            call.answer(error::NO_DATA);
            let record = info_record(error::NO_DATA, None);
            call.m.write_info(call.index, call.pc, (info, &record), call.touched);
            None
        }
        Ok(None) => match call.m.state.mailboxes.wait(call.pid, handle) {
            Ok(()) => {
                let limit = 1000 * u64::from(timeout);
                let deadline = (timeout != FOR_EVER).then(|| call.m.state.time_us.saturating_add(limit));
                call.m.note(call.pid, call.pc, What::Block { on: Some(descriptor) });
                call.m.block(call.index, Wait::Mailbox { descriptor, handle, buffer, max, info, deadline });
                Some(Outcome::Blocked)
            }
            Err(e) => call.answer(e.status()),
        },
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn peek(call: &mut Call<'_>) -> Option<Outcome> {
    let handle = call.half(1);
    match call.m.state.mailboxes.peek(call.pid, handle) {
        Ok(peek) => {
            call.set(1, peek.depth);
            call.set(2, peek.used);
            call.set(3, peek.next_len);
            call.answer(error::OK)
        }
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn tap(call: &mut Call<'_>) -> Option<Outcome> {
    let (handle, on) = (call.half(1), call.reg(2) & 1 != 0);
    match call.m.state.mailboxes.tap(call.pid, handle, on) {
        // A task that runs waits for nothing, so there is nothing to deliver to it.
        Ok(_) => call.answer(error::OK),
        Err(e) => call.answer(e.status()),
    }
}

pub(super) fn close(call: &mut Call<'_>) -> Option<Outcome> {
    let handle = call.half(1);
    let result = call.m.state.mailboxes.close(call.pid, handle);
    call.m.state.registry.close_handle(call.pid, handle);
    call.answer(result.map_or_else(|e| e.status(), |_| error::OK))
}

/// Where a received message goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::executive) struct Buffer {
    pub address: u16,
    pub max: u16,
    pub info: u16,
}

/// The 20 bytes of the info record: status, length, flags, channel, sender.
pub(in crate::executive) fn info_record(status: u32, message: Option<(&Message, u32)>) -> [u8; 20] {
    let fields = match message {
        Some((m, len)) => [status, len, u32::from(m.flags), u32::from(m.channel), u32::from(m.source)],
        None => [status, 0, 0, 0, 0],
    };
    let mut record = [0; 20];
    for (slot, field) in record.chunks_exact_mut(4).zip(fields) {
        slot.copy_from_slice(&field.to_le_bytes());
    }
    record
}
