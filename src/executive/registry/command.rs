//! Commands: what tasks offer to do, and the rules of the command calls.
//!
//! A handler is guest code, which is never called from outside. A call is a request instead: the caller of this module
//! posts [`Invocation::request`] to the owner's control mailbox, and the owner does the work when it receives it.

use super::chain::{ChainError, CommandMeta};
use super::{Actor, Oid, PUBLIC, Registry, key, oid_of};
use crate::executive::Pid;

/// The command needs a token. Nothing checks tokens, so it cannot be called.
pub const PIN: u8 = 1;
/// The command may be called without waiting.
pub const ASYNC: u8 = 2;

/// Status of a call whose request could not be queued.
pub const FAILED: u32 = 7;

/// A command, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Command {
    /// Group and id.
    pub oid: Oid,
    /// The task it belongs to.
    pub owner: Pid,
    /// PIN 1, ASYNC 2.
    pub flags: u8,
    /// PUBLIC 0, USER 1, ADMIN 2, FACTORY 3.
    pub auth: u8,
    /// Code address of the handler, if declared; shown, never called.
    pub handler: Option<u32>,
    /// Names and help.
    pub meta: CommandMeta,
    /// How often it was called.
    pub calls: u64,
    /// Place in the order of registration, over all values and commands.
    pub order: u64,
}

/// A call that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Invocation {
    /// Group and id.
    pub oid: Oid,
    /// Whose command it is: the request goes to `pid:<owner>`.
    pub owner: Pid,
    /// Who calls.
    pub caller: Actor,
    /// Flags of the command.
    pub flags: u8,
    /// Level of the command.
    pub auth: u8,
}

impl Invocation {
    /// The message for the owner: OID and pid of the caller (0 for the host), 16 bits each, little-endian.
    #[must_use]
    pub fn request(&self) -> [u8; 4] {
        let ([a, b], [c, d]) = (self.oid.to_le_bytes(), self.caller.pid().to_le_bytes());
        [a, b, c, d]
    }
}

/// The message that ends a CALL_ASYNC: OID and status, 16 bits each, and the result, if there is a number; little-endian.
#[must_use]
pub fn async_result(oid: Oid, status: u16, result: Option<u32>) -> Vec<u8> {
    let mut message = [oid.to_le_bytes(), status.to_le_bytes()].concat();
    message.extend(result.into_iter().flat_map(u32::to_le_bytes));
    message
}

/// Why a command call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CommandError {
    /// Status 1.
    #[error("there is no command {0:#06x}")]
    NotFound(Oid),
    /// Status 1.
    #[error("command {0:#06x} has no help")]
    NoHelp(Oid),
    /// Only the owner and the host may call: status 2.
    #[error("command {0:#06x} belongs to another task")]
    NotPermitted(Oid),
    /// Status 2.
    #[error("command {0:#06x} needs a token, and nothing here can check one")]
    NeedsToken(Oid),
    /// Too many commands: status 3.
    #[error("there can be only {0} commands")]
    TooMany(usize),
    /// Too many bytes of names: status 3.
    #[error("names can have only {0} bytes in all")]
    TooMuchText(usize),
    /// Status 4.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Status 5.
    #[error("command {0:#06x} exists already")]
    Exists(Oid),
    /// Status 6.
    #[error("command {0:#06x} cannot be called without waiting")]
    NotAsync(Oid),
}

impl CommandError {
    /// The status code of the service call.
    #[must_use]
    pub fn status(&self) -> u32 {
        match self {
            CommandError::NotFound(_) | CommandError::NoHelp(_) => 1,
            CommandError::NotPermitted(_) | CommandError::NeedsToken(_) => 2,
            CommandError::TooMany(_) | CommandError::TooMuchText(_) => 3,
            CommandError::Chain(_) => 4,
            CommandError::Exists(_) => 5,
            CommandError::NotAsync(_) => 6,
        }
    }
}

impl Registry {
    /// REGISTER of a public command. No command may have that OID yet.
    ///
    /// # Errors
    /// The OID exists, or a limit is reached. Nothing has changed then.
    pub fn register_command(
        &mut self,
        pid: Pid,
        (group, id): (u8, u8),
        flags: u8,
        meta: CommandMeta,
    ) -> Result<Oid, CommandError> {
        let oid = oid_of(group, id);
        if key(&self.commands, Actor::Host, oid).is_some() {
            return Err(CommandError::Exists(oid));
        }
        self.add_command(Command { oid, owner: pid, flags, auth: PUBLIC, handler: None, meta, calls: 0, order: 0 })
    }

    /// LOOKUP.
    ///
    /// # Errors
    /// There is no such command.
    pub fn command(&self, actor: Actor, oid: Oid) -> Result<&Command, CommandError> {
        let found = key(&self.commands, actor, oid).and_then(|key| self.commands.get(&key));
        found.ok_or(CommandError::NotFound(oid))
    }

    /// CALL: the request is to be posted to the owner. The program gets status 0 and no result, or [`FAILED`] if the
    /// owner's control mailbox is full.
    ///
    /// # Errors
    /// There is no such command, or the caller may not.
    pub fn call(&mut self, actor: Actor, oid: Oid) -> Result<Invocation, CommandError> {
        let found = key(&self.commands, actor, oid).and_then(|key| self.commands.get_mut(&key));
        let command = found.ok_or(CommandError::NotFound(oid))?;
        let Command { owner, flags, auth, .. } = *command;
        if !actor.owns(owner) {
            return Err(CommandError::NotPermitted(oid));
        }
        if flags & PIN != 0 {
            return Err(CommandError::NeedsToken(oid));
        }
        command.calls += 1;
        Ok(Invocation { oid, owner, caller: actor, flags, auth })
    }

    /// CALL_ASYNC: as [`Registry::call`]; once the request is posted, [`async_result`] goes to the mailbox the program
    /// named. Check its name before, open it after.
    ///
    /// # Errors
    /// There is no such command, it cannot be called this way, or the caller may not.
    pub fn call_async(&mut self, actor: Actor, oid: Oid) -> Result<Invocation, CommandError> {
        if self.command(actor, oid)?.flags & ASYNC == 0 {
            return Err(CommandError::NotAsync(oid));
        }
        self.call(actor, oid)
    }

    /// HELP: the text with a zero at the end, cut to `room` bytes in all; nothing if `room` is 0. R1 is the length
    /// without the zero. `room` is the program's maximum, or what is left of memory if that is less.
    ///
    /// # Errors
    /// There is no such command, or no help for it.
    pub fn help(&self, actor: Actor, oid: Oid, room: usize) -> Result<Vec<u8>, CommandError> {
        let help = self.command(actor, oid)?.meta.help.as_ref().ok_or(CommandError::NoHelp(oid))?;
        let Some(most) = room.checked_sub(1) else { return Ok(Vec::new()) };
        let text = help.as_bytes();
        Ok([&text[..text.len().min(most)], &[0]].concat())
    }

    pub(super) fn add_command(&mut self, mut command: Command) -> Result<Oid, CommandError> {
        let key = (command.oid, command.owner);
        if self.commands.contains_key(&key) {
            return Err(CommandError::Exists(command.oid));
        }
        if self.commands.len() >= self.limits.commands {
            return Err(CommandError::TooMany(self.limits.commands));
        }
        let CommandMeta { group, name, help } = &command.meta;
        if !self.has_room_for(&[group, name, help]) {
            return Err(CommandError::TooMuchText(self.limits.text_bytes));
        }
        command.order = self.next_order();
        self.commands.insert(key, command);
        Ok(key.0)
    }
}
