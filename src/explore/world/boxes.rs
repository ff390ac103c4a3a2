//! Hashes of mailboxes, kept as long as these do not change: a step changes one or two of them.

use crate::executive::mailbox::{DescriptorId, Mailbox};
use crate::explore::hash::Wide;
use std::hash::Hash;
use std::sync::Arc;

/// The hashes of a mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoxHash {
    /// Of what programs can notice of it.
    pub content: u128,
    /// Of its name.
    name: u128,
}

/// Those of all mailboxes, by descriptor, each with the mailbox that it was taken of.
#[derive(Debug, Default)]
pub(super) struct BoxHashes(Vec<Option<(Arc<Mailbox>, BoxHash)>>);

impl BoxHashes {
    /// The hashes of a mailbox. Whether its number counts is the same each time.
    pub fn of(&mut self, mailbox: &Arc<Mailbox>, numbered: bool) -> BoxHash {
        let at = usize::from(mailbox.descriptor());
        if self.0.len() <= at {
            self.0.resize_with(at + 1, || None);
        }
        match &self.0[at] {
            // A mailbox behind a pointer that is kept here does not change: a change is made in a copy.
            Some((known, hash)) if Arc::ptr_eq(known, mailbox) => *hash,
            _ => {
                let hash = BoxHash { content: content(mailbox, numbered), name: sum(mailbox.name()) };
                self.0[at] = Some((Arc::clone(mailbox), hash));
                hash
            }
        }
    }

    /// The hash of the name of a mailbox whose hashes were taken last as it is.
    pub fn name(&self, descriptor: DescriptorId) -> Option<u128> {
        self.0.get(usize::from(descriptor))?.as_ref().map(|(_, hash)| hash.name)
    }
}

fn sum(data: &impl Hash) -> u128 {
    let mut wide = Wide::default();
    data.hash(&mut wide);
    wide.sum()
}

/// What of a mailbox programs can notice: not when its messages came.
fn content(mailbox: &Mailbox, numbered: bool) -> u128 {
    let to = &mut Wide::default();
    numbered.then_some(mailbox.descriptor()).hash(to);
    (mailbox.name(), mailbox.capacity(), mailbox.mode(), mailbox.waiters()).hash(to);
    let head = mailbox.head_seq();
    mailbox.positions().for_each(|(pid, at)| (pid, at.wrapping_sub(head)).hash(to));
    mailbox.taps().for_each(|tap| (tap.pid, tap.handle, tap.depth).hash(to));
    for message in mailbox.messages() {
        (&message.payload, message.flags, message.source, message.channel).hash(to);
    }
    to.sum()
}
