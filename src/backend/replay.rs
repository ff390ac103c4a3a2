//! The trace of a whole branch, entry by entry; and files that are filled from it.

use super::snapshot::Entry;
use super::{HostError, Local, TargetError, host};
use crate::executive::{Machine, Pid};
use std::io::{self, Write};
use std::path::Path;

/// An entry of the trace, and the machine after it.
#[derive(Debug, Clone, Copy)]
pub struct ReplayedEntry<'m> {
    /// What happened.
    pub entry: Entry,
    machine: &'m Machine,
}

impl ReplayedEntry<'_> {
    /// A task's name, while it is there.
    #[must_use]
    pub fn task_name(&self, pid: Pid) -> Option<&str> {
        self.machine.task(pid).map(|t| t.name.as_str())
    }

    /// A mailbox's name for people, by its descriptor.
    #[must_use]
    pub fn mailbox_name(&self, descriptor: u16) -> String {
        self.machine.mailbox_name(descriptor)
    }

    /// Messages queued in a mailbox; `None` if it is gone.
    #[must_use]
    pub fn depth(&self, descriptor: u16) -> Option<u64> {
        self.machine.mailboxes().get(descriptor).map(|m| m.depth().into())
    }

    /// The number of the oldest message queued in a mailbox.
    #[must_use]
    pub fn oldest(&self, descriptor: u16) -> Option<u32> {
        self.machine.mailboxes().get(descriptor)?.messages().next().map(|m| m.seq)
    }
}

impl Local {
    /// Writes a file as a whole or not at all; `fill` writes its content.
    ///
    /// # Errors
    /// The machine runs, or the file cannot be written.
    pub fn write_file(
        &self,
        path: &Path,
        fill: impl FnOnce(&Local, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), TargetError> {
        self.standing()?;
        let failed = |source| HostError { path: path.to_owned(), source };
        Ok(host::atomic_write(path, |out| fill(self, out)).map_err(failed)?)
    }

    /// Replays the trace of the current branch from its start to its present, by running all of it again. Returns the
    /// virtual time at the present, in µs.
    ///
    /// # Errors
    /// The machine runs, or `visit` has failed.
    pub fn replay_trace(&self, mut visit: impl FnMut(&ReplayedEntry<'_>) -> io::Result<()>) -> io::Result<u64> {
        self.standing().map_err(io::Error::other)?;
        let mut failed = None;
        let end = self.session().replay_trace(&mut |machine, entry| match visit(&ReplayedEntry { entry, machine }) {
            Ok(()) => true,
            Err(e) => {
                failed = Some(e);
                false
            }
        });
        match failed {
            Some(e) => Err(e),
            None => Ok(end.map_err(io::Error::other)?.map_or(0, |machine| machine.time_us())),
        }
    }
}
