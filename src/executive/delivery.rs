//! Messages on their way: from a sender through a mailbox into a receiver's window and memory.

use super::console::{Line, Stream};
use super::mailbox::{Delivery, DescriptorId, Handle, MailboxError, Message, Namespace, Sent, Stamp, error};
use super::services::{Buffer, info_record};
use super::task::Wait;
use super::trace::Kind;
use super::{Machine, Pid, text};
use crate::vm::{self, RAM_BYTES};

impl Machine {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { turn: self.turn, micros: self.time_us }
    }

    /// A task sends on one of its handles.
    pub(super) fn send(
        &mut self,
        index: usize,
        pc: u32,
        handle: Handle,
        payload: &[u8],
        flags: u16,
        channel: u16,
    ) -> Result<(), MailboxError> {
        let (pid, stamp) = (self.tasks[index].pid, self.stamp());
        let sent = self.mailboxes.send(pid, handle, payload, flags, channel, stamp)?;
        self.tasks[index].counters.sends += u64::from(sent.seq.is_some());
        self.sent(pid, pc, payload, &sent);
        Ok(())
    }

    /// The host, or the registry, sends to a mailbox.
    pub(super) fn send_to(
        &mut self,
        descriptor: DescriptorId,
        source: Pid,
        payload: &[u8],
        flags: u16,
        channel: u16,
    ) -> Result<Option<u32>, MailboxError> {
        let sent = self.mailboxes.send_to(descriptor, source, payload, flags, channel, self.stamp())?;
        self.sent(source, 0, payload, &sent);
        Ok(sent.seq)
    }

    fn sent(&mut self, pid: Pid, pc: u32, payload: &[u8], sent: &Sent) {
        if let Some(seq) = sent.seq {
            self.note(pid, Kind::Send, pc, message_arg(sent.descriptor, seq));
            self.print_stdio(sent.descriptor, payload);
        }
        for delivery in &sent.deliveries {
            self.deliver(delivery);
        }
    }

    /// What goes to a task's stdout or stderr also shows on the console.
    fn print_stdio(&mut self, descriptor: DescriptorId, payload: &[u8]) {
        let Some(name) = self.mailboxes.get(descriptor).map(|m| m.name()) else { return };
        let stream = match (name.namespace, &name.name[..]) {
            (Namespace::Svc, b"stdio.out") => Stream::Stdout,
            (Namespace::Svc, b"stdio.err") => Stream::Stderr,
            _ => return,
        };
        let (pid, turn) = (name.owner.unwrap_or(0), self.turn);
        self.console.push(Line { pid, stream, text: text::decode(payload), turn });
    }

    /// Ends a wait with a message.
    fn deliver(&mut self, delivery: &Delivery) {
        let Some(index) = self.index(delivery.pid) else { return };
        let pc = self.tasks[index].context.pc;
        self.note(delivery.pid, Kind::Wake, pc, u64::from(delivery.descriptor));
        self.tasks[index].counters.wakes += 1;
        if let Some(Wait::Mailbox { buffer, max, info, .. }) = self.unblock(index) {
            let buffer = Buffer { address: buffer, max, info };
            self.receive(index, pc, delivery.descriptor, &delivery.message, buffer);
        }
    }

    /// Gives a message to a task: payload, then R0 to R4, then the info record.
    pub(super) fn receive(
        &mut self,
        index: usize,
        pc: u32,
        descriptor: DescriptorId,
        message: &Message,
        buffer: Buffer,
    ) {
        let pid = self.tasks[index].pid;
        let copied = &message.payload[..message.payload.len().min(usize::from(buffer.max))];
        self.write_memory(index, pc, buffer.address, copied);
        let len = copied.len() as u32;
        let results = [error::OK, len, message.flags.into(), message.channel.into(), message.source.into()];
        self.set_results(index, results);
        self.write_info(index, pc, buffer.info, &info_record(error::OK, Some((message, len))));
        self.tasks[index].counters.receives += 1;
        self.note(pid, Kind::Recv, pc, message_arg(descriptor, message.seq));
    }

    /// The info record, if one is wanted and fits below 0x10000 as a whole.
    pub(super) fn write_info(&mut self, index: usize, pc: u32, address: u16, record: &[u8; 20]) {
        if address != 0 && usize::from(address) + record.len() <= RAM_BYTES {
            self.write_memory(index, pc, address, record);
        }
    }

    fn set_results(&mut self, index: usize, results: [u32; 5]) {
        let cx = self.tasks[index].context;
        for (i, value) in (0..).zip(results) {
            self.touch_register(&self.tasks[index], i, true);
            vm::set(&mut self.ram, &cx, i, value);
        }
    }

    /// A wait has reached its time limit.
    pub(super) fn time_out(&mut self, index: usize) {
        let (pid, pc) = (self.tasks[index].pid, self.tasks[index].context.pc);
        match self.unblock(index) {
            Some(Wait::Sleep { .. }) => {
                self.tasks[index].counters.wakes += 1;
                self.note(pid, Kind::Wake, pc, 0);
            }
            Some(Wait::Mailbox { descriptor, info, .. }) => {
                self.mailboxes.cancel_wait(pid);
                self.tasks[index].counters.timeouts += 1;
                self.note(pid, Kind::Timeout, pc, u64::from(descriptor));
                self.set_results(index, [error::TIMEOUT, 0, 0, 0, 0]);
                self.write_info(index, pc, info, &info_record(error::TIMEOUT, None));
            }
            None => {}
        }
    }

    /// A wait has lost its mailbox: it ends with status 2.
    pub(super) fn fail_wait(&mut self, pid: Pid) {
        let Some(index) = self.index(pid) else { return };
        if self.unblock(index).is_some() {
            let cx = self.tasks[index].context;
            self.touch_register(&self.tasks[index], 0, true);
            vm::set(&mut self.ram, &cx, 0, error::INVALID_HANDLE);
            self.note(pid, Kind::Wake, cx.pc, 0);
        }
    }
}

fn message_arg(descriptor: DescriptorId, seq: u32) -> u64 {
    u64::from(descriptor) << 32 | u64::from(seq)
}
