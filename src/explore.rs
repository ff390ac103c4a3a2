//! Search over schedules: which orders of turns there are, and what comes of them.
//!
//! Everything starts from a machine, which is not changed. A [`Report`] says what was found, and exactly
//! what was covered.

mod along;
mod background;
mod bounded;
mod bounds;
mod check;
mod complete;
mod could;
mod count;
mod critical;
mod exam;
mod fate;
mod footprint;
mod graph;
mod hash;
mod ledger;
mod mirrored;
mod orders;
mod par;
mod parts;
mod pending;
mod persistent;
mod pool;
mod reduced;
mod report;
mod sample;
mod schedule;
mod search;
mod seen;
mod unit;
mod world;

pub use along::{Along, along};
pub use background::{Background, BackgroundSearch, Progress, WorkState};
pub use bounds::Bounds;
pub use check::{Checks, Failure, FailureKind, ScopedExpr};
pub use complete::complete;
pub use could::{
    BackgroundCould, Could, CouldError, CouldSee, Readable, Sees, UpcomingRead, begin_could, could, next_sight,
    upcoming_reads,
};
pub use critical::{CriticalSwitch, critical_switch};
pub use exam::{Broken, Defect, Exam, ExamLimits, ExamVerdict, exam};
pub use fate::{
    BackgroundChoices, BackgroundFate, Choices, Ending, Fate, FateError, FateMoment, Label, LeavingSchedule,
    SampledShare, begin_choices, begin_fate, choices, fate,
};
pub use footprint::Footprint;
pub use graph::{FailingShare, Limits};
pub use hash::checksum;
pub use ledger::{Claim, Ledger, UnitReport};
pub use par::{NoPar, Par, par};
pub use parts::{begin_units, do_units};
pub use pool::{Ended, OnEnd};
pub use report::{Bound, FoundSchedule, Report, Values};
pub use sample::Draw;
pub use schedule::Schedule;
pub use search::{ExploreError, GoOn, Options, Strategy, explore};
pub use unit::{Below, Unit};
pub use world::{AssumptionBroken, Moved, Rules, World};
