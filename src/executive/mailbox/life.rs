//! What the life of a task does to mailboxes: load, end, kill.
//!
//! An owned mailbox lives as long as its owner. One without owner, or whose owner is not a task, goes when no task has it
//! open, it holds no message, and the task that set it up with BIND is gone.

use super::{DescriptorId, Handle, MailboxError, Mailboxes, Name};
use crate::executive::Pid;
use std::sync::Arc;

/// The host is not a task and never goes.
const HOST: Pid = 0;

/// Names of the stdio mailboxes; handle 1, 2 and 3 of each task.
const STREAMS: [&str; 3] = ["stdio.in", "stdio.out", "stdio.err"];

/// What a kill did to others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Killed {
    /// Waits of other tasks on mailboxes that are gone; each is to end with status 2.
    pub failed_waits: Vec<(Pid, Handle)>,
    /// Handles of other tasks on mailboxes that are gone, and so closed.
    pub closed: Vec<(Pid, Handle)>,
    /// The mailboxes that are gone.
    pub removed: Vec<DescriptorId>,
}

impl Mailboxes {
    /// Gives a new task its `svc:stdio.in`, `.out`, `.err` and `pid:<pid>`, in this order, and opens handles 1, 2 and 3 on
    /// the streams. Mailboxes that others have made before under these names are taken over as they are.
    ///
    /// # Errors
    /// Too few descriptors left, or a handle limit below 3. Nothing has changed then.
    pub fn create_stdio(&mut self, pid: Pid) -> Result<[DescriptorId; 4], MailboxError> {
        let [stdin, stdout, stderr] = STREAMS.map(|stream| Name::service(stream, pid));
        let names = [stdin, stdout, stderr, Name::control(pid)];
        let missing = names.iter().filter(|name| self.find(name).is_none()).count();
        if missing > self.room() {
            self.exhausted += 1;
            return Err(MailboxError::PoolFull(self.limits.max_descriptors));
        }
        let limit = self.limits.handles_per_pid;
        if usize::from(limit) < STREAMS.len() {
            return Err(MailboxError::HandleLimit { pid, limit });
        }
        let modes = self.stdio_modes.into_iter().chain([super::mode::RDWR]);
        let mut made = [0; 4];
        for ((descriptor, name), mode) in made.iter_mut().zip(&names).zip(modes) {
            *descriptor = self.find_or_create(name, mode)?.0;
        }
        for name in &names[..STREAMS.len()] {
            self.open(pid, name)?;
        }
        Ok(made)
    }

    /// The mode stream 0, 1 or 2 gets in new tasks; other numbers are ignored. For existing mailboxes use
    /// [`Mailboxes::bind`].
    pub fn set_stdio_mode(&mut self, stream: usize, mode: u16) {
        if let Some(default) = self.stdio_modes.get_mut(stream) {
            *default = mode;
        }
    }

    /// Sets the mode of a task's stream 0, 1 or 2; of new tasks for pid 0.
    ///
    /// # Errors
    /// Messages wait in it, and the mode queues another way.
    pub fn set_stdio(&mut self, pid: Pid, stream: usize, mode: u16) -> Result<(), MailboxError> {
        if pid == 0 {
            self.set_stdio_mode(stream, mode);
            return Ok(());
        }
        let (descriptor, _) = self.find_or_create(&Name::service(STREAMS[stream], pid), mode)?;
        self.get_mut(descriptor).ok_or(MailboxError::UnknownMailbox(descriptor))?.set_mode(mode)
    }

    /// The modes of a task's three streams; those of new tasks for pid 0.
    #[must_use]
    pub fn stdio_modes(&self, pid: Pid) -> [u16; 3] {
        let mut modes = self.stdio_modes;
        for (mode, stream) in modes.iter_mut().zip(STREAMS).filter(|_| pid != 0) {
            let found = self.find(&Name::service(stream, pid)).and_then(|descriptor| self.get(descriptor));
            *mode = found.map_or(0, |mailbox| mailbox.mode());
        }
        modes
    }

    /// Closes the handles of a task that has returned, exited or faulted, and ends its wait. Its own mailboxes stay.
    pub fn end_task(&mut self, pid: Pid) {
        let open: Vec<_> = self.handles(pid).collect();
        for (handle, descriptor) in open {
            self.remove_handle(pid, handle, descriptor);
            self.release(descriptor);
        }
    }

    /// Removes everything a task has: handles, waits, the mailboxes it owns with what they hold. Messages it has sent
    /// to others stay.
    pub fn kill(&mut self, pid: Pid) -> Killed {
        let open: Vec<_> = self.handles(pid).collect();
        for (handle, descriptor) in open {
            self.remove_handle(pid, handle, descriptor);
        }
        self.tasks.remove(&pid);
        let mut killed = Killed::default();
        let owned = self.boxes.values().filter(|mailbox| mailbox.name().owner == Some(pid));
        let owned: Vec<_> = owned.map(|mailbox| mailbox.descriptor()).collect();
        for descriptor in owned {
            self.demolish(descriptor, &mut killed);
        }
        let others: Vec<_> = self.boxes.keys().copied().collect();
        for descriptor in others {
            if self.release(descriptor) {
                killed.removed.push(descriptor);
            }
        }
        killed
    }

    /// Closes a handle that exists. Whether its task waited on it.
    pub(super) fn remove_handle(&mut self, pid: Pid, handle: Handle, descriptor: DescriptorId) -> bool {
        let Some(handles) = self.handles_mut(pid) else { return false };
        handles.open.remove(&handle);
        let waited = handles.waiting == Some(handle);
        if waited {
            handles.waiting = None;
        }
        if let Some(mailbox) = self.get_mut(descriptor) {
            mailbox.close(pid, handle);
        }
        waited
    }

    /// Removes a mailbox that nothing keeps any more. Whether it did.
    pub(super) fn release(&mut self, descriptor: DescriptorId) -> bool {
        let Some(mailbox) = self.boxes.get(&descriptor) else { return false };
        let is_task = |pid: Option<Pid>| pid.is_some_and(|pid| self.tasks.contains_key(&pid));
        let kept = is_task(mailbox.name().owner) || is_task(mailbox.bound_by) || mailbox.bound_by == Some(HOST);
        if kept || !mailbox.is_idle() {
            return false;
        }
        Arc::make_mut(&mut self.names).remove(mailbox.name());
        self.boxes.remove(&descriptor);
        true
    }

    fn demolish(&mut self, descriptor: DescriptorId, killed: &mut Killed) {
        let Some(mailbox) = self.boxes.remove(&descriptor) else { return };
        Arc::make_mut(&mut self.names).remove(mailbox.name());
        killed.removed.push(descriptor);
        killed.failed_waits.extend(mailbox.waiters());
        for (pid, handle) in mailbox.handles() {
            self.remove_handle(pid, handle, descriptor);
            killed.closed.push((pid, handle));
        }
    }
}
