//! What the columns of the service table say: registers, what they mean, what others can notice.

/// A register that a service reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its number.
    pub register: u8,
    /// What it is, in a word or two.
    pub name: &'static str,
    /// How its value is to be read.
    pub meaning: Meaning,
}

/// How the value of a register is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// As a number.
    Number,
    /// As the address of a C string.
    Text,
    /// As an address of bytes to be read or written.
    Address,
    /// As a number of such bytes.
    Length,
    /// As a handle on a mailbox.
    Handle,
    /// As an open file; 0 to 2 are streams.
    File,
    /// As the OID of a value or command.
    Oid,
    /// As an f16 in the low half.
    F16,
    /// As the status of a mailbox call: one that is not OK is the only result.
    MailboxStatus,
}

/// What other tasks can notice of a service call. Registers say which mailbox is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The messages of the mailbox behind the handle in a register.
    Mailbox(u8),
    /// A message that goes to the mailbox behind the handle in a register, or to the one that it names.
    Send(u8),
    /// A message that goes to the task's own mailbox of the stream in a register, if that is 0 to 2.
    Stream(u8),
    /// Which mailboxes there are, and who has them open.
    Mailboxes,
    /// The same, and the task has the mailbox open from then on that a register names.
    Open(u8),
    /// Which handles get copies of messages.
    Taps,
    /// Files, and who is where in them.
    Files,
    /// That the task ends: its handles are closed.
    End,
    /// How much time passes.
    Time,
    /// How many instructions the caller has done: it can count those of others by its own.
    Steps,
    /// Values of the registry, and messages to the mailboxes that subscribe to them.
    Values,
    /// Commands of the registry, and requests to their owners.
    Commands,
    /// Anything: what holds for a row that does not say.
    Everything,
}

/// What a call carries from one task to another, so that turns of both are in that order in every schedule. Registers say
/// what is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Nothing.
    Nothing,
    /// Messages that it sends: the trace has them.
    Messages,
    /// A message that it gets, or that there is none: the trace has it.
    Received,
    /// What the messages say that are queued behind a handle: it counts them.
    Queued(u8),
    /// What was written into the open file in a register.
    FileRead(u8),
    /// What others then read out of the open file in a register.
    FileWritten(u8),
    /// That files are gone, or have other names: the texts behind the registers.
    FilesNamed(&'static [u8]),
    /// A new value of the registry; its OID is the result in R1.
    ValueMade,
    /// That a value is there; its OID is the result in R1.
    ValueFound,
    /// What the value has been set to whose OID stands in a register.
    ValueRead(u8),
    /// What others then read of the value whose OID stands in a register.
    ValueWritten(u8),
}
