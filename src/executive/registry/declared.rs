//! Values and commands that an image declares: registered when a task is loaded from it, all or none.

use super::chain::{CommandMeta, Persist, ValueMeta};
use super::command::{Command, CommandError};
use super::value::{self, Value, ValueError};
use super::{Registry, oid_of};
use crate::executive::Pid;
use crate::image::{CommandDecl, ValueDecl};

/// Why the declarations of an image cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DeclareError {
    /// A value.
    #[error("failed to register value ({group},{id}): {source}")]
    Value {
        /// Group of the value.
        group: u8,
        /// Id in the group.
        id: u8,
        /// What was wrong.
        source: ValueError,
    },
    /// A command.
    #[error("failed to register command ({group},{id}): {source}")]
    Command {
        /// Group of the command.
        group: u8,
        /// Id in the group.
        id: u8,
        /// What was wrong.
        source: CommandError,
    },
}

impl Registry {
    /// Registers what an image declares for the task loaded from it, values first, in the order of the file. Other
    /// tasks may have the same OIDs, so an image can be loaded more than once. A value begins with what the store
    /// holds for it, else with its declared value.
    ///
    /// # Errors
    /// An OID that is declared twice, or a limit that is reached. Nothing has changed then.
    pub fn declare(
        &mut self,
        pid: Pid,
        values: &[ValueDecl],
        commands: &[CommandDecl],
        now: u64,
    ) -> Result<(), DeclareError> {
        let mut next = self.clone();
        for decl in values {
            let (group, id) = (decl.group, decl.id);
            next.add_value(declared_value(pid, decl), now).map_err(|source| DeclareError::Value {
                group,
                id,
                source,
            })?;
        }
        for decl in commands {
            let (group, id) = (decl.group, decl.id);
            next.add_command(declared_command(pid, decl)).map_err(|source| DeclareError::Command {
                group,
                id,
                source,
            })?;
        }
        *self = next;
        Ok(())
    }
}

fn declared_value(owner: Pid, decl: &ValueDecl) -> Value {
    let persist = (decl.persist_key != 0).then_some(Persist { key: decl.persist_key, debounce_ms: 0 });
    let meta = ValueMeta {
        group: decl.group_name.clone(),
        name: decl.name.clone(),
        unit: decl.unit.clone(),
        epsilon: decl.epsilon,
        rate_ms: 0,
        range: (decl.min != 0 || decl.max != 0).then_some((decl.min, decl.max)),
        persist,
    };
    let flags = decl.flags | if persist.is_some() { value::PERSIST } else { 0 };
    Value::new(oid_of(decl.group, decl.id), owner, flags, decl.auth, decl.init, meta)
}

fn declared_command(owner: Pid, decl: &CommandDecl) -> Command {
    let help = decl.help.clone().or_else(|| decl.name.as_ref().map(|_| String::new()));
    let meta = CommandMeta { group: decl.group_name.clone(), name: decl.name.clone(), help };
    let handler = (decl.handler != 0).then_some(decl.handler);
    let oid = oid_of(decl.group, decl.id);
    Command { oid, owner, flags: decl.flags, auth: decl.auth, handler, meta, calls: 0, order: 0 }
}
