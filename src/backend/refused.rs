//! Why a request was not carried out.

use super::host::HostError;
use super::program::ProgramError;
use super::races::RaceError;
use super::recording::RecordingError;
use super::schedule::ScheduleFileError;
use crate::executive::{Pid, input};
use crate::session::TravelError;
use crate::session::expr::ExprError;
use thiserror::Error;

/// Why a request was not carried out. Nothing has changed then.
#[derive(Debug, Error)]
pub enum Refused {
    /// A program could not be read or assembled.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The machine refused.
    #[error(transparent)]
    Machine(#[from] input::Refused),
    /// A file of the host.
    #[error(transparent)]
    Host(#[from] HostError),
    /// It runs; only looking and stopping is possible.
    #[error("the machine is running: pause it first")]
    Running,
    /// A run can be started only while none is under way.
    #[error("a run is under way: pause it first")]
    RunsAlready,
    /// No instruction of a program has a source line.
    #[error("no lines are known: next and stepi go by instructions")]
    NoLines,
    /// A frame that a task does not have.
    #[error("task {pid} has frames 0 to {last}")]
    NoFrame {
        /// Which task.
        pid: Pid,
        /// The outermost.
        last: usize,
    },
    /// A place in time that cannot be gone to.
    #[error(transparent)]
    Travel(#[from] TravelError),
    /// A recording that cannot be written or opened.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A file that is not a schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleFileError),
    /// Races that cannot be listed, or what is not declared.
    #[error(transparent)]
    Race(#[from] RaceError),
    /// There is no such stop.
    #[error("there is no stop {0}")]
    NoStop(u32),
    /// There is no such expression in sight.
    #[error("there is no display {0}")]
    NoDisplay(u32),
    /// An expression that cannot be evaluated.
    #[error(transparent)]
    Expr(#[from] ExprError),
    /// Something that cannot be done here and now.
    #[error("{0}")]
    Now(String),
    /// The target cannot do it at all.
    #[error("this target cannot {0}")]
    Never(&'static str),
}
