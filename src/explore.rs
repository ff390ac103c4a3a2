//! Search over schedules: which orders of turns there are, and what comes of them.
//!
//! Everything starts from a machine, which is not changed. A [`Report`] says what was found, and exactly
//! what was covered.

mod bounded;
mod check;
mod count;
mod foot;
mod hash;
mod hunt;
mod jobs;
mod par;
mod reduced;
mod report;
mod sample;
mod schedule;
mod search;
mod seen;
mod story;
mod world;

pub use check::{Asked, Checks, Failure, Kind};
pub use foot::Foot;
pub use hunt::{Hunt, Progress};
pub use par::{NoPar, Par, par};
pub use reduced::Bounds;
pub use report::{Bound, Found, Report, Values};
pub use sample::Draw;
pub use schedule::Schedule;
pub use search::{ExploreError, GoOn, Options, Strategy, explore};
pub use story::{Turning, turning};
pub use world::{Moved, Rules, Surprise, World};
