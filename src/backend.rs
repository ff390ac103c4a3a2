//! What a front end sees of a machine, and what it may do with it.
//!
//! The only place that reads guest files. Knows nothing of command text, keys or colours.

mod explore;
mod files;
mod frames;
pub mod host;
mod listing;
mod local;
mod options;
mod origins;
mod program;
mod races;
mod recording;
mod replay;
mod schedule;
pub mod search_folder;
pub mod search_identity;
pub mod snapshot;
mod sources;
mod steps;
mod variables;
pub mod view;
mod want;
mod watch;

pub use crate::executive::Pid;
pub use crate::executive::input::{Applied, Input, Refused, Reg};
pub use crate::executive::mailbox::mode_names;
pub use crate::executive::task::{Task, Wait};
pub use crate::executive::{Config, Who};
pub use crate::explain::{Level, Sentence};
pub use crate::explore::{
    Bound, Bounds, Checks, CriticalSwitch, Draw, ExploreError, Failure, Found, Kind as FailureKind, NoPar,
    Options as ExploreOptions, Par, Progress, Report, Strategy, Values,
};
pub use crate::image::{Space, Symbol, Symbols};
pub use crate::predict;
pub use crate::session::Goal;
pub use crate::session::expr::{Expr, ExprError, Value};
pub use crate::session::{
    Beginning, Declared, Heard, Hit, Origin, Role, Schedule, ScheduleError, Shown, Stale, TreeOptions, waits,
};
pub use crate::vm::{BANK_BASE, FLAG_LETTERS, encode_f16, flag_letters, flags_named};
pub use explore::{Opened, SearchRow, SearchStatus};
pub use files::HostError;
pub use frames::{Frame, frames};
pub use local::{Local, TargetError};
pub use options::{LoadDefaults, LoadOptions, QUANTUM, STACK};
pub use origins::{OriginRow, OriginTree};
pub use program::{CSource, Program, ProgramError};
pub use races::{RaceError, RaceList, RaceRow, RaceSide, side_name};
pub use recording::{Recording, RecordingError};
pub use replay::ReplayedEntry;
pub use schedule::ScheduleFileError;
pub use snapshot::*;
pub use sources::{SourceText, Sources};
pub use steps::{LineStep, SourcePlace};
pub use variables::{CValue, Names, VariableView};
pub use want::Want;
pub use watch::{Watch, WatchView};

/// The number f16 bits stand for.
#[must_use]
pub fn f16(bits: u16) -> f64 {
    crate::isa::decode_f16(bits)
}

/// A service's name in small letters, e.g. `mailbox send`.
#[must_use]
pub fn service_name(module: u8, function: u8) -> String {
    let row = crate::executive::services::service(module, function);
    row.map_or_else(|| "nobody answers".to_owned(), |s| s.name.to_lowercase().replace('_', " "))
}
