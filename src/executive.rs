//! Tasks, their rotation, mailboxes, services, the virtual clock and the trace: the machine.
//!
//! A [`Machine`] is plain data that changes only by [`Machine::turn`] (and the runs built on it)
//! and [`Machine::apply`]. It does no I/O, reads no wall clock and knows nothing of breakpoints,
//! files on disk or screens. The same programs, configuration and inputs give the same machine.

mod ahead;
pub mod arena;
mod check;
mod checkpoint;
pub mod console;
mod delivery;
mod digest;
pub mod files;
pub mod input;
mod lifecycle;
mod machine;
pub mod mailbox;
mod observe;
mod paged;
mod registers;
pub mod registry;
pub mod reversible;
mod rotation;
mod run;
pub mod services;
mod state_time;
mod steer;
pub mod task;
pub mod text;
mod touched;
pub mod trace;
mod turn;
mod undo;
pub mod wait_stats;

pub use ahead::Ahead;
pub use checkpoint::Checkpoint;
pub use digest::words;
pub use machine::{Config, Machine, MachineState};
pub use observe::Observer;
pub use rotation::Rotation;
pub use state_time::StateTime;
pub use touched::Touched;
pub use turn::{End, Marks, Outcome, Quiet, Ran, Turn, Who};
pub use undo::Undo;

/// A process id, from 1; 0 stands for the host or the machine.
pub type Pid = u16;
