//! What came of a request, as plain data. As JSON an answer is what programs rely on: members are added, never
//! renamed or removed.

mod fate;
mod file;
mod frame;
mod input;
mod machines;
mod races;
mod run;
mod search;
mod stop;
mod task;
mod travel;

pub use fate::{CouldData, FateJudged, FateOff, MapChoice, MapData, Pick, SightData, WorldData};
pub use file::{Exported, Files, Loaded, Places, Recorded, Restarted, SymbolsRead, Written};
pub use frame::{Argument, CFrame, FrameChosen, FrameInfo};
pub use input::{
    Called, ModesOf, Order, Poked, Preempted, Rebased, Register, Sent, StreamModes, Taken, TakenMessage, TaskState,
    ValueSet, VariableSet,
};
pub use machines::{MachineCounted, MachinesCounted, Moves};
pub use races::{
    Bytes, LostUpdate, OrderedBy, OriginData, Origins, Pinned, RaceData, RaceHidden, RaceTried, RacesListed,
    RacesShown, SideData, Synchronizing,
};
pub use run::{Clock, DeadlockStops, Scheduler, Started};
pub use search::{Find, SearchState};
pub use stop::{Commands, Conditioned, Enabled, Forgotten, Ignoring, Kept, Removed, StopSet, StopsSet};
pub use task::{FaultInfo, TaskInfo};
pub use travel::{
    Arrival, Arrived, CauseSaid, Compared, Dropped, Marked, Named, Pair, Parts, TaskSaid, WordPair, WriteAt,
    WriteFound, WritesFound,
};

use super::UsesFound;
use super::request::Request;
use crate::session::waits::WakePath;
use crate::session::{Between, Forked, Intervals};
use serde::Serialize;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// What was done.
    #[serde(flatten)]
    pub done: Done,
    /// The branch that began with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forked: Option<Forked>,
    /// The requests that do the same to the machine again, where it would not itself: it has looked at something that
    /// takes its time.
    #[serde(skip)]
    pub again: Option<Vec<Request>>,
}

impl Answer {
    /// Whether a run was started, or a search of the past like one: it is done by pumping.
    #[must_use]
    pub const fn started(&self) -> bool {
        matches!(self.done, Done::Started(_))
    }
}

/// What was done, a variant for each kind of answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Done {
    /// A run was started.
    Started(Started),
    /// How runs go.
    Clock(Clock),
    /// Whether others run while one task is run towards a goal.
    Scheduler(Scheduler),
    /// Whether a certain deadlock ends a run.
    DeadlockStops(DeadlockStops),
    /// The session began again with its programs read from their files.
    Restarted(Restarted),
    /// The cursor in time is somewhere else.
    Arrived(Box<Arrival>),
    /// A turn has a name.
    Marked(Marked),
    /// A branch has a name.
    Named(Named),
    /// A branch is gone.
    Dropped(Dropped),
    /// Two courses of events were compared.
    Compared(Compared),
    /// A stop is set.
    StopSet(StopSet),
    /// Stops are gone.
    Removed(Removed),
    /// A stop is on or off.
    Enabled(Enabled),
    /// A stop has a condition or none.
    Conditioned(Conditioned),
    /// A stop lets hits pass.
    Ignoring(Ignoring),
    /// A stop has command lines or none.
    Commands(Commands),
    /// A register is set.
    Register(Register),
    /// A register window is somewhere else.
    Rebased(Rebased),
    /// Memory is set.
    Poked(Poked),
    /// A message is sent.
    Sent(Sent),
    /// Messages were taken.
    Taken(Taken),
    /// How standard streams pass messages on.
    Streams(StreamModes),
    /// A task has other symbols.
    Symbols(SymbolsRead),
    /// A variable of C was changed.
    Variable(Box<VariableSet>),
    /// A frame was chosen.
    Frame(Box<FrameChosen>),
    /// Several stops are set.
    StopsSet(StopsSet),
    /// A value of the registry was set.
    Value(Box<ValueSet>),
    /// A command of the registry was called.
    Called(Called),
    /// A task, with everything about it.
    Task(Box<TaskInfo>),
    /// The order of the rotation.
    Order(Order),
    /// A task gave up its quantum.
    Preempted(Preempted),
    /// A task has another state.
    State(TaskState),
    /// A program is loaded.
    Loaded(Loaded),
    /// An expression is kept in sight.
    Kept(Kept),
    /// It is no longer.
    Forgotten(Forgotten),
    /// A recording is written.
    Recorded(Recorded),
    /// A trace is written.
    Exported(Exported),
    /// The machine's files are written.
    Files(Files),
    /// A file is written.
    Written(Written),
    /// Where sources are looked for.
    Sources(Places),
    /// How a search stands.
    Search(Box<SearchState>),
    /// Races.
    Races(Box<RacesListed>),
    /// A race whose other order was tried.
    Race(Box<RaceTried>),
    /// A race is no longer listed.
    RaceHidden(RaceHidden),
    /// Hidden races are listed again.
    RacesShown(RacesShown),
    /// What is declared as synchronization.
    Synchronizing(Synchronizing),
    /// Which memory has lanes of its own.
    Pinned(Pinned),
    /// What can still come of the run.
    Fate(Box<FateJudged>),
    /// It is no longer shown.
    FateOff(FateOff),
    /// What a turn could see.
    Could(Box<CouldData>),
    /// What others have done that a task will read.
    World(Box<WorldData>),
    /// Where along the run it mattered who took the next turn.
    FateMap(Box<MapData>),
    /// Where a value came from.
    Origins(Box<Origins>),
    /// The writes of a place.
    Writes(WritesFound),
    /// Where a value went.
    Uses(Box<UsesFound>),
    /// What went by between two turns.
    Between(Box<Between>),
    /// The times from one event to the next.
    Intervals(Intervals),
    /// Who had to run before a wait ended.
    WakePath(Box<WakePath>),
    /// The session has begun again.
    Reset(Started),
}
