//! What a front end sees of a machine, and what it may do with it: [`Target`] is all it knows.
//!
//! The only place that reads and writes files of the host. Knows nothing of keys or colours.

pub mod answer;
mod both;
mod compiler_faults;
mod could;
mod explore;
mod fate;
mod files;
mod frames;
pub mod host;
mod inspect;
mod judge;
mod jumps;
pub mod kept;
mod listing;
mod local;
mod looking;
mod machines;
mod options;
mod origins;
mod places;
mod program;
mod program_names;
mod races;
mod read_files;
mod recording;
mod refused;
mod reported;
pub mod request;
mod schedule;
pub mod search_folder;
pub mod search_identity;
mod send;
mod setup;
pub mod snapshot;
mod sources;
mod stack_past;
mod steps;
pub mod target;
mod toolchain;
mod variables;
pub mod view;
mod want;
mod watch;
mod world;

pub use crate::executive::Pid;
pub use crate::executive::input::{Applied, Input, Reg};
pub use crate::executive::mailbox::mode_names;
pub use crate::executive::task::{Task, Wait};
pub use crate::executive::{Config, Who};
pub use crate::explain::{Level, Sentence};
pub use crate::explore::{
    Bound, Bounds, Checks, CouldSee, CriticalSwitch, Draw, Ending, ExploreError, Failure, FailureKind, Fate,
    FoundSchedule, Label, LeavingSchedule, NoPar, Options as ExploreOptions, Par, Progress, Report, Sees, Strategy,
    Values,
};
pub use crate::export::{Format, service_name};
pub use crate::image::{Space, Symbol, Symbols};
pub use crate::predict;
pub use crate::session::expr::{Expr, ExprError, Value};
pub use crate::session::{
    Beginning, Between, Declared, Forked, Goal, Heard, Hit, Interval, Intervals, LogText, Origin, Role, Sharing, Shown,
    Stale, TurnSource, waits,
};
pub use crate::vm::{BANK_BASE, FLAG_LETTERS, encode_f16, flag_letters, flags_named};
pub use answer::Answer;
pub use both::{BothRuns, BothSight, DifferenceRow, RunSide};
pub use could::{CouldShown, CouldView, SightCause};
pub use explore::{Opened, SearchRow, SearchStatus};
pub use fate::{DecidingTurn, FateShown, FateView, MapRow, MapView};
pub use files::exported;
pub use frames::{Frame, frames};
pub use host::HostError;
pub use inspect::Inspect;
pub use judge::{Allowance, Failing, GoOn, Required, Requirements, Verdict, Working};
pub use jumps::Jump;
pub use listing::{Listing, ListingRow};
pub use local::Local;
pub use looking::{Found, LookingProgress};
pub use options::{LoadDefaults, LoadOptions, QUANTUM, STACK};
pub use origins::{OriginRow, OriginTree, UseRow, UsesFound};
pub use program::{CSource, Program, ProgramError};
pub use program_names::{NameInC, ProgramName};
pub use races::{RaceError, RaceList, RaceRow, RaceSide, side_name};
pub use recording::{Evidence, EvidenceError, Linked, Recording, RecordingError, check as text_sum};
pub use refused::Refused;
pub use reported::Reported;
pub use request::Request;
pub use schedule::ScheduleFileError;
pub use setup::Setup;
pub use snapshot::*;
pub use sources::{SourceText, Sources};
pub use stack_past::StackPast;
pub use steps::{LineStep, SourcePlace};
pub use target::{Caps, Listed, Position, Target};
pub use toolchain::{BuildError, Compiled, ToolNames, ask_for_tools};
pub use variables::{
    CValue, Changed, FrameVariables, Location, Names, Stored, VariableRow, VariableView, formats, in_format,
};
pub use want::Want;
pub use watch::{Watch, WatchView};
pub use world::{WorldChange, WorldNews, WorldView};

/// The number f16 bits stand for.
#[must_use]
pub fn f16(bits: u16) -> f64 {
    crate::isa::decode_f16(bits)
}
