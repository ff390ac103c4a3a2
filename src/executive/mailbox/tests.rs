//! The rules of mailboxes one by one, and whole conversations.

use super::*;

mod conversations;
mod life;
mod rules;

/// Drop when full; what programs call 0x1B.
const FAN_DROP: u16 = mode::RDWR | mode::FANOUT | mode::FANOUT_DROP;
/// Refuse when full; what programs call 0x2B.
const FAN_BLOCK: u16 = mode::RDWR | mode::FANOUT | mode::FANOUT_BLOCK;

/// A machine with `tasks` tasks, pids from 1.
fn machine(tasks: Pid) -> Mailboxes {
    let mut boxes = Mailboxes::new(Limits::default());
    for pid in 1..=tasks {
        boxes.create_stdio(pid).unwrap();
    }
    boxes
}

fn name(text: &str, caller: Pid) -> Name {
    Name::parse(text.as_bytes(), caller).unwrap()
}

fn open(boxes: &mut Mailboxes, pid: Pid, text: &str) -> Handle {
    boxes.open(pid, &name(text, pid)).unwrap()
}

fn bind(boxes: &mut Mailboxes, pid: Pid, text: &str, capacity: u32, mode: u16) -> Bound {
    boxes.bind(pid, &name(text, pid), capacity, mode).unwrap()
}

fn send(boxes: &mut Mailboxes, pid: Pid, handle: Handle, payload: &str) -> Result<Sent, MailboxError> {
    boxes.send(pid, handle, payload.as_bytes(), 0, 0, Stamp::default())
}

/// Receives as text with flags; `None` if nothing is there.
fn recv(boxes: &mut Mailboxes, pid: Pid, handle: Handle) -> Option<(String, u16)> {
    let message = boxes.recv(pid, handle).unwrap()?;
    Some((String::from_utf8(message.payload).unwrap(), message.flags))
}

fn got(payload: &str, flags: u16) -> Option<(String, u16)> {
    Some((payload.to_owned(), flags))
}

/// Begins a wait as a blocking RECV does.
fn block(boxes: &mut Mailboxes, pid: Pid, handle: Handle) {
    assert_eq!(boxes.recv(pid, handle), Ok(None));
    boxes.wait(pid, handle).unwrap();
}

fn woken(sent: &Sent) -> Vec<Pid> {
    sent.deliveries.iter().map(|delivery| delivery.pid).collect()
}

/// Depth, bytes used, oldest number, next number.
fn shape(boxes: &Mailboxes, descriptor: DescriptorId) -> (u32, u32, u32, u32) {
    let mailbox = boxes.get(descriptor).unwrap();
    (mailbox.depth(), mailbox.used(), mailbox.head_seq(), mailbox.next_seq())
}

fn waiters(boxes: &Mailboxes, descriptor: DescriptorId) -> Vec<Pid> {
    boxes.get(descriptor).unwrap().waiters().iter().map(|&(pid, _)| pid).collect()
}
