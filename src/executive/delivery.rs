//! Messages on their way: from a sender through a mailbox into a receiver's window and memory.

use super::console::{Line, Stream};
use super::mailbox::{Delivery, DescriptorId, Handle, MailboxError, Message, Namespace, Sent, Stamp, error};
use super::services::{Buffer, info_record};
use super::task::{Task, Wait};
use super::trace::What;
use super::{Machine, Pid, Touched, text};
use crate::vm::{self, RAM_BYTES};

/// What a message is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<'p> {
    pub payload: &'p [u8],
    pub flags: u16,
    pub channel: u16,
}

impl Post<'_> {
    /// A message without flags, on channel 0.
    pub fn plain(payload: &[u8]) -> Post<'_> {
        Post { payload, flags: 0, channel: 0 }
    }
}

/// Where a task's last service call stands: it has passed it already.
pub(super) fn call_pc(task: &Task) -> u32 {
    task.context.pc.wrapping_sub(4)
}

impl Machine {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { turn: self.state.turn, micros: self.state.time_us }
    }

    /// A task sends on one of its handles.
    pub(super) fn send(
        &mut self,
        index: usize,
        pc: u32,
        handle: Handle,
        post: Post<'_>,
        touched: &mut Touched,
    ) -> Result<(), MailboxError> {
        let (pid, stamp) = (self.state.tasks[index].pid, self.stamp());
        let sent = self.state.mailboxes.send(pid, handle, post.payload, post.flags, post.channel, stamp)?;
        self.state.tasks[index].counters.sends += u64::from(sent.seq.is_some());
        self.sent((pid, pc), post.payload, &sent, touched);
        Ok(())
    }

    /// The host, or the registry, sends to a mailbox.
    pub(super) fn send_to(
        &mut self,
        descriptor: DescriptorId,
        source: Pid,
        post: Post<'_>,
        touched: &mut Touched,
    ) -> Result<Option<u32>, MailboxError> {
        let Post { payload, flags, channel } = post;
        let sent = self.state.mailboxes.send_to(descriptor, source, payload, flags, channel, self.stamp())?;
        self.sent((source, 0), payload, &sent, touched);
        Ok(sent.seq)
    }

    fn sent(&mut self, (pid, pc): (Pid, u32), payload: &[u8], sent: &Sent, touched: &mut Touched) {
        if let Some(seq) = sent.seq {
            self.note(pid, pc, What::Send { mailbox: sent.descriptor, seq });
            self.print_stdio(sent.descriptor, payload);
        }
        for delivery in &sent.deliveries {
            self.deliver(delivery, touched);
        }
    }

    /// What goes to a task's stdout or stderr also shows on the console.
    fn print_stdio(&mut self, descriptor: DescriptorId, payload: &[u8]) {
        let Some(name) = self.state.mailboxes.get(descriptor).map(|m| m.name()) else { return };
        let stream = match (name.namespace, &name.name[..]) {
            (Namespace::Svc, b"stdio.out") => Stream::Stdout,
            (Namespace::Svc, b"stdio.err") => Stream::Stderr,
            _ => return,
        };
        let (pid, turn) = (name.owner.unwrap_or(0), self.state.turn);
        self.state.console.push(Line { pid, stream, text: text::decode(payload), turn });
    }

    /// Ends a wait with a message.
    fn deliver(&mut self, delivery: &Delivery, touched: &mut Touched) {
        let Some(index) = self.index(delivery.pid) else { return };
        let pc = self.state.tasks[index].context.pc;
        self.note(delivery.pid, pc, What::Wake { by: Some(delivery.descriptor) });
        self.state.tasks[index].counters.wakes += 1;
        if let Some(Wait::Mailbox { buffer, max, info, .. }) = self.unblock(index) {
            let buffer = Buffer { address: buffer, max, info };
            self.receive(index, pc, delivery.descriptor, &delivery.message, buffer, touched);
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
        touched: &mut Touched,
    ) {
        let pid = self.state.tasks[index].pid;
        let copied = &message.payload[..message.payload.len().min(usize::from(buffer.max))];
        self.write_memory(index, pc, (buffer.address, copied), touched);
        let len = copied.len() as u32;
        let results = [error::OK, len, message.flags.into(), message.channel.into(), message.source.into()];
        self.set_results(index, results, touched);
        self.write_info(index, pc, (buffer.info, &info_record(error::OK, Some((message, len)))), touched);
        self.state.tasks[index].counters.receives += 1;
        self.note(pid, pc, What::Recv { mailbox: descriptor, seq: message.seq });
    }

    /// The info record, if one is wanted and fits below 0x10000 as a whole.
    pub(super) fn write_info(
        &mut self,
        index: usize,
        pc: u32,
        (address, record): (u16, &[u8; 20]),
        touched: &mut Touched,
    ) {
        if address != 0 && usize::from(address) + record.len() <= RAM_BYTES {
            self.write_memory(index, pc, (address, record), touched);
        }
    }

    fn set_results(&mut self, index: usize, results: [u32; 5], touched: &mut Touched) {
        let cx = self.state.tasks[index].context;
        for (i, value) in (0..).zip(results) {
            touched.register(&self.state.tasks[index], call_pc(&self.state.tasks[index]), i, true);
            vm::set(&mut self.ram, &cx, i, value);
        }
    }

    /// A wait has reached its time limit.
    pub(super) fn time_out(&mut self, index: usize, touched: &mut Touched) {
        let (pid, pc) = (self.state.tasks[index].pid, self.state.tasks[index].context.pc);
        match self.unblock(index) {
            Some(Wait::Sleep { .. }) => {
                self.state.tasks[index].counters.wakes += 1;
                self.note(pid, pc, What::Wake { by: None });
            }
            Some(Wait::Mailbox { descriptor, info, .. }) => {
                self.state.mailboxes.cancel_wait(pid);
                self.state.tasks[index].counters.timeouts += 1;
                self.note(pid, pc, What::Timeout { on: descriptor });
                self.set_results(index, [error::TIMEOUT, 0, 0, 0, 0], touched);
                self.write_info(index, pc, (info, &info_record(error::TIMEOUT, None)), touched);
            }
            None => {}
        }
    }

    /// A wait has lost its mailbox: it ends with status 2.
    pub(super) fn fail_wait(&mut self, pid: Pid, touched: &mut Touched) {
        let Some(index) = self.index(pid) else { return };
        if self.unblock(index).is_some() {
            let cx = self.state.tasks[index].context;
            touched.register(&self.state.tasks[index], call_pc(&self.state.tasks[index]), 0, true);
            vm::set(&mut self.ram, &cx, 0, error::INVALID_HANDLE);
            self.note(pid, cx.pc, What::Wake { by: None });
        }
    }
}
