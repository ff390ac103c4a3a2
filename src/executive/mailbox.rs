//! Mailboxes: names, queues, handles, who waits and who gets what.
//!
//! Pure tables: they take pids, handles and bytes and give back results and deliveries. They know nothing of tasks,
//! RAM or time limits: the caller copies payloads to a waiter's memory, and ends waits that take too long with
//! [`Mailboxes::cancel_wait`]. No waiter is ever left behind with a message it could have.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::executive::Pid;

pub mod error;
mod life;
pub mod mode;
mod name;
mod queue;
mod records;
mod state;
mod tap;
#[cfg(test)]
mod tests;

pub use error::MailboxError;
pub use life::Killed;
pub use mode::{ModeError, mode_names, parse_mode};
pub use name::{NAME_BYTES, Name, NameError, Namespace};
pub use queue::{Message, OVERHEAD, Stamp};
pub use records::{Bound, Counters, Delivery, Dropped, Limits, Peek, Sent, TapView};
pub use state::{Mailbox, OVERRUN};

use state::Draft;

/// Number of a mailbox, from 1; never used twice.
pub type DescriptorId = u16;

/// Number of an open mailbox in its task, from 1; never used twice in one task.
pub type Handle = u16;

/// All mailboxes of a machine, and all handles on them. Copies share what neither has changed: a machine is copied often,
/// and most of its mailboxes change seldom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailboxes {
    limits: Limits,
    stdio_modes: [u16; 3],
    boxes: BTreeMap<DescriptorId, Arc<Mailbox>>,
    names: Arc<BTreeMap<Name, DescriptorId>>,
    tasks: BTreeMap<Pid, Arc<Handles>>,
    last_descriptor: DescriptorId,
    exhausted: u64,
}

/// The handles of one task. It has an entry from its load, or first call, until it is killed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Handles {
    last: Handle,
    open: BTreeMap<Handle, DescriptorId>,
    waiting: Option<Handle>,
}

impl Mailboxes {
    /// No mailboxes yet.
    #[must_use]
    pub fn new(limits: Limits) -> Mailboxes {
        Mailboxes {
            limits,
            stdio_modes: [mode::RDWR; 3],
            boxes: BTreeMap::new(),
            names: Arc::default(),
            tasks: BTreeMap::new(),
            last_descriptor: 0,
            exhausted: 0,
        }
    }

    /// OPEN: a new handle on the mailbox of that name, which is created if missing (default capacity, mode 0).
    ///
    /// # Errors
    /// The task has no handle left, or the mailbox is missing and there is no descriptor left. Nothing has changed then.
    pub fn open(&mut self, pid: Pid, name: &Name) -> Result<Handle, MailboxError> {
        let handle = self.next_handle(pid)?;
        let (descriptor, _) = self.find_or_create(name, mode::NONE)?;
        let handles = Arc::make_mut(self.tasks.entry(pid).or_default());
        handles.last = handle;
        handles.open.insert(handle, descriptor);
        if let Some(mailbox) = self.get_mut(descriptor) {
            mailbox.open(pid, handle);
        }
        Ok(handle)
    }

    /// BIND: sets up a mailbox, which is created if missing. Capacity 0 means the default, or no change; mode 0 no
    /// change. The same mode again changes nothing. A smaller capacity pushes out the oldest messages.
    ///
    /// # Errors
    /// No descriptor left (status 5). Other fan-out bits than before while messages are queued (status 0xFF): readers
    /// would lose what they have not read. Nothing has changed then.
    pub fn bind(&mut self, pid: Pid, name: &Name, capacity: u32, mode: u16) -> Result<Bound, MailboxError> {
        let (descriptor, created) = self.find_or_create(name, mode)?;
        let mailbox = self.get_mut(descriptor).ok_or(MailboxError::UnknownMailbox(descriptor))?;
        mailbox.set_mode(mode)?;
        let dropped = mailbox.set_capacity(capacity);
        mailbox.bound_by = Some(pid);
        Ok(Bound { descriptor, created, dropped })
    }

    /// CLOSE. `true` if the task waited on that handle: the wait is over, and is to end with status 2.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn close(&mut self, pid: Pid, handle: Handle) -> Result<bool, MailboxError> {
        let descriptor = self.resolve(pid, handle)?;
        let waited = self.remove_handle(pid, handle, descriptor);
        self.release(descriptor);
        Ok(waited)
    }

    /// PEEK.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn peek(&self, pid: Pid, handle: Handle) -> Result<Peek, MailboxError> {
        let (depth, used, next_len) = self.behind(pid, handle)?.peek(pid, handle);
        Ok(Peek { depth, used, next_len })
    }

    /// TAP: makes a handle a tap, or an ordinary reader again, which then starts after the last message. Gives the
    /// deliveries this makes possible: only if the task waits on that very handle.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn tap(&mut self, pid: Pid, handle: Handle, on: bool) -> Result<Vec<Delivery>, MailboxError> {
        let mailbox = self.behind_mut(pid, handle)?;
        mailbox.set_tap(pid, handle, on);
        let deliveries = mailbox.deliver();
        self.waits_ended(&deliveries);
        Ok(deliveries)
    }

    /// SEND on a handle, also that of FS_WRITE: queues the payload, copies it to taps, gives it to those who wait.
    /// An empty payload is accepted and not queued.
    ///
    /// # Errors
    /// The task has no such handle; the message does not fit now, or can never fit. Nothing was queued then.
    pub fn send(
        &mut self,
        pid: Pid,
        handle: Handle,
        payload: &[u8],
        flags: u16,
        channel: u16,
        at: Stamp,
    ) -> Result<Sent, MailboxError> {
        let descriptor = self.resolve(pid, handle)?;
        self.post(descriptor, Some((pid, handle)), Draft { source: pid, payload, flags, channel, at })
    }

    /// Sends without a handle, for the host and for notifications; otherwise as [`Mailboxes::send`].
    ///
    /// # Errors
    /// There is no such mailbox; the message does not fit now, or can never fit. Nothing was queued then.
    pub fn send_to(
        &mut self,
        descriptor: DescriptorId,
        source: Pid,
        payload: &[u8],
        flags: u16,
        channel: u16,
        at: Stamp,
    ) -> Result<Sent, MailboxError> {
        self.post(descriptor, None, Draft { source, payload, flags, channel, at })
    }

    /// RECV of what is there: the next message for this handle, with [`OVERRUN`] if some before it were lost.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn recv(&mut self, pid: Pid, handle: Handle) -> Result<Option<Message>, MailboxError> {
        Ok(self.behind_mut(pid, handle)?.take(pid, handle))
    }

    /// Puts a task at the end of those who wait, after [`Mailboxes::recv`] found nothing. A task has one wait; an older
    /// one is over.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn wait(&mut self, pid: Pid, handle: Handle) -> Result<(), MailboxError> {
        self.resolve(pid, handle)?;
        self.cancel_wait(pid);
        self.behind_mut(pid, handle)?.wait(pid, handle);
        Arc::make_mut(self.tasks.entry(pid).or_default()).waiting = Some(handle);
        Ok(())
    }

    /// Ends a task's wait without a message (time limit, or an intervention). Gives what it waited on.
    pub fn cancel_wait(&mut self, pid: Pid) -> Option<(DescriptorId, Handle)> {
        let waited = self.waiting(pid)?;
        self.handles_mut(pid)?.waiting = None;
        self.get_mut(waited.0)?.stop_waiting(pid);
        Some(waited)
    }

    /// The mailbox of that name, which is created if missing, without opening or changing it.
    ///
    /// # Errors
    /// It is missing and there is no descriptor left.
    pub fn ensure(&mut self, name: &Name) -> Result<DescriptorId, MailboxError> {
        Ok(self.find_or_create(name, mode::NONE)?.0)
    }
}

/// Looking.
impl Mailboxes {
    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// All mailboxes, by descriptor.
    pub fn iter(&self) -> impl Iterator<Item = &Mailbox> {
        self.boxes.values().map(Arc::as_ref)
    }

    /// The same as copies share them: one that is behind the same pointer has not changed.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Mailbox>> {
        self.boxes.values()
    }

    /// One mailbox.
    #[must_use]
    pub fn get(&self, descriptor: DescriptorId) -> Option<&Mailbox> {
        self.boxes.get(&descriptor).map(Arc::as_ref)
    }

    /// The mailbox of that name, if it exists.
    #[must_use]
    pub fn find(&self, name: &Name) -> Option<DescriptorId> {
        self.names.get(name).copied()
    }

    /// The open handles of a task and what they are open on.
    pub fn handles(&self, pid: Pid) -> impl Iterator<Item = (Handle, DescriptorId)> + '_ {
        let open = self.tasks.get(&pid).into_iter().flat_map(|handles| &handles.open);
        open.map(|(&handle, &descriptor)| (handle, descriptor))
    }

    /// The number of the mailbox that was created last: the next one has another. 0 before the first.
    #[must_use]
    pub fn last_descriptor(&self) -> DescriptorId {
        self.last_descriptor
    }

    /// The handle that a task was given last: the next one has another number. 0 before the first.
    #[must_use]
    pub fn last_handle(&self, pid: Pid) -> Handle {
        self.tasks.get(&pid).map_or(0, |handles| handles.last)
    }

    /// What a handle is open on.
    ///
    /// # Errors
    /// The task has no such handle.
    pub fn resolve(&self, pid: Pid, handle: Handle) -> Result<DescriptorId, MailboxError> {
        let open = self.tasks.get(&pid).and_then(|handles| handles.open.get(&handle));
        open.copied().ok_or(MailboxError::InvalidHandle { pid, handle })
    }

    /// What a task waits on.
    #[must_use]
    pub fn waiting(&self, pid: Pid) -> Option<(DescriptorId, Handle)> {
        let handles = self.tasks.get(&pid)?;
        let handle = handles.waiting?;
        Some((*handles.open.get(&handle)?, handle))
    }

    /// How many calls found no descriptor left.
    #[must_use]
    pub fn exhausted(&self) -> u64 {
        self.exhausted
    }
}

impl Mailboxes {
    fn post(
        &mut self,
        descriptor: DescriptorId,
        via: Option<(Pid, Handle)>,
        draft: Draft<'_>,
    ) -> Result<Sent, MailboxError> {
        let tap_rate = self.limits.tap_rate;
        let mailbox = self.get_mut(descriptor).ok_or(MailboxError::UnknownMailbox(descriptor))?;
        let sent = mailbox.send(via, draft, tap_rate)?;
        self.waits_ended(&sent.deliveries);
        Ok(sent)
    }

    fn waits_ended(&mut self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            if let Some(handles) = self.handles_mut(delivery.pid) {
                handles.waiting = None;
            }
        }
    }

    fn next_handle(&self, pid: Pid) -> Result<Handle, MailboxError> {
        let limit = self.limits.handles_per_pid;
        let (last, open) = self.tasks.get(&pid).map_or((0, 0), |handles| (handles.last, handles.open.len()));
        let free = open < usize::from(limit);
        last.checked_add(1).filter(|_| free).ok_or(MailboxError::HandleLimit { pid, limit })
    }

    fn find_or_create(&mut self, name: &Name, mode: u16) -> Result<(DescriptorId, bool), MailboxError> {
        if let Some(descriptor) = self.find(name) {
            return Ok((descriptor, false));
        }
        if self.room() == 0 {
            self.exhausted += 1;
            return Err(MailboxError::PoolFull(self.limits.max_descriptors));
        }
        self.last_descriptor += 1;
        let descriptor = self.last_descriptor;
        Arc::make_mut(&mut self.names).insert(name.clone(), descriptor);
        let mailbox = Mailbox::new(descriptor, name.clone(), self.limits.default_capacity, mode);
        self.boxes.insert(descriptor, Arc::new(mailbox));
        Ok((descriptor, true))
    }

    /// How many mailboxes can still be created: the pool may be full, or all numbers used.
    fn room(&self) -> usize {
        let unused = usize::from(DescriptorId::MAX - self.last_descriptor);
        usize::from(self.limits.max_descriptors).saturating_sub(self.boxes.len()).min(unused)
    }

    fn behind(&self, pid: Pid, handle: Handle) -> Result<&Mailbox, MailboxError> {
        let descriptor = self.resolve(pid, handle)?;
        self.get(descriptor).ok_or(MailboxError::UnknownMailbox(descriptor))
    }

    fn get_mut(&mut self, descriptor: DescriptorId) -> Option<&mut Mailbox> {
        self.boxes.get_mut(&descriptor).map(Arc::make_mut)
    }

    fn handles_mut(&mut self, pid: Pid) -> Option<&mut Handles> {
        self.tasks.get_mut(&pid).map(Arc::make_mut)
    }

    fn behind_mut(&mut self, pid: Pid, handle: Handle) -> Result<&mut Mailbox, MailboxError> {
        let descriptor = self.resolve(pid, handle)?;
        self.get_mut(descriptor).ok_or(MailboxError::UnknownMailbox(descriptor))
    }
}
