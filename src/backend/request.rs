//! What a front end may ask of a machine, as plain data: the only way to change one.
//!
//! A request names all it is about (tasks, addresses, numbers), so that it means the same wherever it is carried out:
//! this process, a journal that is replayed, a machine elsewhere. Written with `Display` it is the command line that
//! does the same.

mod fate;
mod file;
mod full_paths;
mod input;
mod past;
mod races;
mod run;
mod schedule;
mod search;
mod stdio;
mod stop;
mod text;
mod travel;
mod watch;

pub use fate::{Fate, Property};
pub use file::{File, SourceDirectory};
pub use input::Input;
pub use past::Past;
pub use races::{Memory, Races};
pub use run::Run;
pub use schedule::{Places, ScheduleRun};
pub use search::{Plan, Search};
pub use stdio::{StreamMode, Streams, Whose};
pub use stop::{NewStop, On, Stop, lines as stop_lines};
pub(in crate::backend) use text::register_name;
pub use text::{quoted, register_named};
pub use travel::{Branch, Goto, OriginOf, Side, Travel, Written};
pub use watch::Display;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Run, pause, and how runs go.
    Run(Run),
    /// Run by a schedule.
    Schedule(ScheduleRun),
    /// Go about in time.
    Travel(Travel),
    /// Set and change stops.
    Stop(Stop),
    /// Change the machine from outside.
    Input(Input),
    /// Search over schedules.
    Search(Search),
    /// List races, and say what is known of shared words.
    Races(Races),
    /// Ask what can still come of the run.
    Fate(Fate),
    /// Ask what the past shows.
    Past(Past),
    /// Keep expressions in sight.
    Display(Display),
    /// Read or write files of the host.
    File(File),
}

impl Request {
    /// The files and directories of the host that it is about.
    #[must_use]
    pub fn files(&self) -> Vec<&Path> {
        match self {
            Request::File(file) => file.path().into_iter().collect(),
            Request::Schedule(ScheduleRun::Start { places: Places::File(path), .. }) => vec![Path::new(path)],
            Request::Travel(Travel::Compare(a, b)) => [a, b].into_iter().filter_map(Side::file).collect(),
            Request::Schedule(_)
            | Request::Run(_)
            | Request::Travel(_)
            | Request::Stop(_)
            | Request::Input(_)
            | Request::Search(_)
            | Request::Races(_)
            | Request::Past(_)
            | Request::Fate(_)
            | Request::Display(_) => Vec::new(),
        }
    }

    /// One turn in rotation.
    pub const STEP: Request = Request::Run(Run::STEP);

    /// A run without a bound.
    pub const RUN: Request = Request::Run(Run::ON);

    /// Whether doing it again, in a session that is opened again, leads to where it led: false for what only writes
    /// files or waits.
    #[must_use]
    pub const fn is_journaled(&self) -> bool {
        match self {
            Request::Run(_)
            | Request::Schedule(_)
            | Request::Travel(_)
            | Request::Stop(_)
            | Request::Input(_)
            | Request::Display(_) => true,
            Request::Search(search) => search.is_journaled(),
            Request::Races(races) => races.is_journaled(),
            Request::Fate(fate) => fate.is_journaled(),
            Request::Past(_) => false,
            Request::File(file) => file.is_journaled(),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Run(run) => run.fmt(f),
            Request::Schedule(schedule) => schedule.fmt(f),
            Request::Travel(travel) => travel.fmt(f),
            Request::Stop(stop) => stop.fmt(f),
            Request::Input(input) => input.fmt(f),
            Request::Search(search) => search.fmt(f),
            Request::Races(races) => races.fmt(f),
            Request::Fate(fate) => fate.fmt(f),
            Request::Past(past) => past.fmt(f),
            Request::Display(display) => display.fmt(f),
            Request::File(file) => file.fmt(f),
        }
    }
}

/// Makes requests of the members of a family.
macro_rules! families {
    ($($family:ident($request:ident))*) => {
        $(impl From<$request> for Request {
            fn from(request: $request) -> Request {
                Request::$family(request)
            }
        })*
    };
}

families! {
    Run(Run) Schedule(ScheduleRun) Travel(Travel) Stop(Stop) Input(Input) Search(Search) Races(Races) Fate(Fate)
    Past(Past)     Display(Display) File(File)
}
