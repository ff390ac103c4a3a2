//! Doors for other programs: editors debug through the Debug Adapter Protocol, clients of an HSX executive through its
//! protocol, programs that reason through the Model Context Protocol.
//!
//! A door knows a machine by [`Target`](crate::backend::Target) alone. One thread does everything to the machine; others
//! read what peers send, so that a run can be paused. What a peer sends is untrusted: sizes are bounded, and a
//! message that makes no sense is answered or ends the connection, never the process.

pub mod attach;
pub mod dap;
pub mod mcp;
mod pace;
pub mod serve;
mod wire;

use crate::backend::{Pid, Target};
use crate::command::{self, CommandError, Meaning, Word};
use crate::ui::{Settings, words};

/// What a command means, as [`command::read`] says it. What only a screen knows is looked at first, as everywhere else: a stop may be
/// given such lines for later.
fn read(
    target: &mut dyn Target,
    selected: Option<Pid>,
    command: Vec<Word>,
) -> Result<(Meaning, Option<usize>), CommandError> {
    words::check(target, selected, &Settings::default(), &command)?;
    command::read(target, selected, command)
}

/// Does at most that many turns of a run; true while it continues.
pub type Turns<'t> = &'t mut dyn FnMut(&mut dyn Target, u64) -> bool;
