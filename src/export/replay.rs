//! The trace of a whole branch, entry by entry: nothing keeps it, so the branch is run again.

use crate::executive::input::Input;
use crate::executive::trace::{TraceEntry, What};
use crate::executive::{Machine, Pid};
use crate::session::{HiddenEnd, Race, Session};
use std::io;

/// The current branch of a session, to be replayed from its start to its present.
#[derive(Debug, Clone, Copy)]
pub struct TraceReplay<'s> {
    /// What the session is called.
    pub title: &'s str,
    /// The session.
    pub session: &'s Session,
}

/// An entry of the trace, and the machine after it.
#[derive(Debug, Clone, Copy)]
pub struct Traced<'m> {
    /// What happened.
    pub entry: TraceEntry,
    /// What came from outside, where it is about that.
    pub input: Option<&'m Input>,
    machine: &'m Machine,
}

/// Turns of a branch up to which its races are looked for.
const MOST: u64 = 100_000_000;

impl TraceReplay<'_> {
    /// The races of the branch that are not hidden; none where it is too long to look for them, or the machine has no
    /// trace to learn from.
    #[must_use]
    pub async fn races(&self) -> Vec<Race> {
        let mut session = self.session.clone();
        let present = session.present();
        if present > MOST || session.machine().config().trace == 0 {
            return Vec::new();
        }
        let declared = session.declared.clone();
        let found = session.sharing(1, present, &declared.sync, false).await.unwrap_or_default();
        let machine = session.machine();
        let hidden = |race: &Race| declared.hides(&HiddenEnd::both(machine, race.earlier.site, race.later.site));
        found.races.into_iter().filter(|race| !hidden(race)).collect()
    }

    /// Virtual time of a turn, µs.
    #[must_use]
    pub fn turn_us(&self) -> u64 {
        self.session.machine().config().turn_us
    }

    /// Hands each entry of the trace to `take`; gives the virtual time at the present, in µs.
    ///
    /// # Errors
    /// `take` has failed.
    pub async fn each(&self, mut take: impl FnMut(&Traced<'_>) -> io::Result<()> + Send) -> io::Result<u64> {
        let mut failed = None;
        let mut inputs = self.session.journal().entries().iter().filter_map(|(_, entry)| entry.input());
        let mut visit = |machine: &Machine, entry: TraceEntry| {
            let input = match entry.what {
                What::Input { input: kind } => kind.next_of(&mut inputs),
                _ => None,
            };
            match take(&Traced { entry, input, machine }) {
                Ok(()) => true,
                Err(e) => {
                    failed = Some(e);
                    false
                }
            }
        };
        let replayed = self.session.replay_trace(&mut visit).await;
        match failed {
            Some(e) => Err(e),
            None => Ok(replayed.map_err(io::Error::other)?.map_or(0, |machine| machine.time_us())),
        }
    }
}

impl Traced<'_> {
    /// A task's name, while it is there.
    #[must_use]
    pub fn task_name(&self, pid: Pid) -> Option<&str> {
        self.machine.task(pid).map(|task| task.name.as_str())
    }

    /// A mailbox's name for people, by its descriptor.
    #[must_use]
    pub fn mailbox_name(&self, descriptor: u16) -> String {
        self.machine.mailbox_name(descriptor)
    }

    /// Messages queued in a mailbox; `None` if it is gone.
    #[must_use]
    pub fn depth(&self, descriptor: u16) -> Option<u64> {
        self.machine.mailboxes().get(descriptor).map(|mailbox| mailbox.depth().into())
    }

    /// The number of the oldest message queued in a mailbox.
    #[must_use]
    pub fn oldest(&self, descriptor: u16) -> Option<u32> {
        self.machine.mailboxes().get(descriptor)?.messages().next().map(|message| message.seq)
    }
}
