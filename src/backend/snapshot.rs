//! A target's state as plain data, taken between turns: what every view draws from.
//!
//! A snapshot holds numbers and names, no styles and no screen positions. Views compare two
//! pictures (`now`, `before`, `since`) to mark what changed.

mod mailbox;
mod registry;

use super::{Listing, SearchStatus};
use crate::executive::Pid;
pub use crate::executive::task::{Counters, RunState, application};
pub use crate::executive::trace::{TraceEntry, TraceKind, What};
pub use crate::explain::{COPYING, Explained};
pub use crate::predict::Happened;
use crate::session::expr::{Expr, ExprError, Value};
pub use crate::session::waits::Waits;
pub use crate::session::{
    Access, Bookmark, BranchInfo, Course, Doing, Due, Event, History, Lane, LaneCell, LaneViewport, Lanes, Message,
    Moment, On, Share, Status, Stop as StopView, Stretch, Touching, TurnWindow, Via, Waiter, WatchedBytes, WordCell,
    WordLane, Write,
};
use crate::session::{Declared, Forked, Sharing};
pub use crate::vm::Fault;
pub use mailbox::{MailboxView, MessageView, TapView};
pub use registry::{CommandView, ValueView};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file of a task's program that has been written since the program was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Whose program.
    pub pid: Pid,
    /// The file.
    pub file: std::path::PathBuf,
    /// When it was written, to tell one change from the next.
    pub stamp: super::host::Stamp,
}

impl ChangedFile {
    /// The names of files, each once.
    #[must_use]
    pub fn names(changed: &[ChangedFile]) -> Vec<String> {
        let name = |c: &ChangedFile| c.file.file_name().unwrap_or(c.file.as_os_str()).to_string_lossy().into_owned();
        let mut names: Vec<String> = changed.iter().map(name).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The machine between two turns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// What the session is called: the programs' or the demo's name.
    pub title: String,
    /// Whether it runs, or why it stands.
    pub status: Status,
    /// Turns done.
    pub turn: u64,
    /// Virtual time, µs.
    pub time_us: u64,
    /// Virtual time of a turn, µs.
    pub turn_us: u64,
    /// Who ran last.
    pub last: Option<Pid>,
    /// Who runs next in rotation.
    pub next: Option<Pid>,
    /// Tasks that run before all others in rotation; empty for the order by pid.
    pub order: Vec<Pid>,
    /// Turns a second the user asked for; `None` is full speed.
    pub rate: Option<u64>,
    /// How far a search of the past has come that is under way.
    pub looking: Option<super::LookingProgress>,
    /// Turns a second actually done lately, while running.
    pub speed: Option<u64>,
    /// Whether stores into other tasks' arenas are refused.
    pub protect: bool,
    /// Whether the others take their turns while one task is stepped over, out or until.
    pub rotate: bool,
    /// Tasks by pid.
    pub tasks: Vec<TaskView>,
    /// Mailboxes by descriptor.
    pub mailboxes: Vec<MailboxView>,
    /// Newest trace entries, oldest first.
    pub trace: Vec<TraceEntry>,
    /// Trace entries ever written.
    pub trace_total: u64,
    /// Trace entries no longer kept.
    pub trace_dropped: u64,
    /// How many trace entries fit the ring.
    pub trace_capacity: usize,
    /// Newest console lines, oldest first.
    pub console: Vec<ConsoleLine>,
    /// Console lines no longer kept.
    pub console_dropped: u64,
    /// Breakpoints.
    pub stops: Vec<StopView>,
    /// Expressions that are kept in sight.
    pub watches: Vec<super::WatchView>,
    /// The calls of the task that is looked at.
    pub calls: Option<Calls>,
    /// Who waits for whom, where that was wanted.
    pub waits: Option<Waits>,
    /// Values of the registry, by number, then owner.
    pub values: Vec<ValueView>,
    /// Commands of the registry, by number, then owner.
    pub commands: Vec<CommandView>,
    /// The shared RAM, 65536 bytes.
    pub ram: Arc<[u8]>,
    /// The machine just before the last turn; `None` before the first one and while running.
    pub before: Option<Arc<Past>>,
    /// The last turn in words, where that was wanted; `None` while running.
    pub explained: Option<Arc<Explained>>,
    /// What the last turn changed, where that was wanted; `None` while running and before the first one.
    pub happened: Option<Arc<Happened>>,
    /// The machine at the stop before this one (or at the start); `None` before the first stop.
    pub since: Option<Arc<Past>>,
    /// How the search over schedules stands, where that was wanted.
    pub hunted: Option<Arc<SearchStatus>>,
    /// The past of a stack, where that was wanted; `None` while running.
    pub stack_past: Option<Arc<super::StackPast>>,
    /// The races, where that was wanted; `None` while running.
    pub races: Option<Arc<super::RaceList>>,
    /// The two runs that were compared last, where that was wanted; `None` while running.
    pub both: Option<Arc<super::BothRuns>>,
    /// The fate of the run, where that was wanted and asked for.
    pub fate: Option<Arc<super::FateShown>>,
    /// What other machines would have moved, where that was wanted; `None` while running.
    pub machines: Option<Arc<super::answer::MachinesCounted>>,
    /// What the wanted task could see next, where that was wanted.
    pub could: Option<Arc<super::CouldShown>>,
    /// What others have changed that the wanted task will read, where that was wanted; `None` while running.
    pub world: Option<Arc<super::WorldView>>,
    /// The choices along the run, where they were wanted and are known.
    pub map: Option<Arc<super::MapView>>,
    /// Where a value came from, where that was wanted and asked for.
    pub origins: Option<Arc<super::OriginTree>>,
    /// The variables of the chosen frame, where they were wanted.
    pub variables: Option<super::FrameVariables>,
    /// What came from outside on this branch up to the turn in view, where that was wanted.
    pub inputs: Vec<Arc<crate::executive::input::Input>>,
    /// The tasks that certainly wait for ever.
    pub dead: Vec<Pid>,
    /// The tasks whose programs have been written since they were read, where that was wanted.
    pub changed: Option<Vec<ChangedFile>>,
    /// The modes of standard streams: input, output, errors; of tasks loaded later under 0.
    pub stdio: Vec<(Pid, [u16; 3])>,
    /// Where the task that the run ended with stands in its source, where that is known.
    pub place: Option<super::SourcePlace>,
    /// What the function returned that a run was to the end of, where its type is known.
    pub returned: Option<super::CValue>,
    /// What was said about races and shared words.
    pub declared: Declared,
    /// The accesses to shared and pinned words, where they were wanted; or why they cannot be listed.
    pub accesses: Option<Result<Arc<Sharing>, String>>,
    /// The values of the expressions that were asked for, or why there is none.
    pub asked: Vec<(Expr, Result<Value, ExprError>)>,
    /// Whether the last run has done all it was asked for, also if a stop was due at its end.
    pub arrived: bool,
    /// Turns that the run under way has done, or the last one.
    pub ran: u64,
    /// The branch that began with the last request or the run it started.
    pub forked: Option<Forked>,
    /// The stops that were due when the last run ended.
    pub due: Vec<Due>,
    /// Their command lines: to be carried out when it has ended.
    pub commands_due: Vec<String>,
    /// What log points have written since the last run began, oldest first.
    pub logged: Vec<String>,
    /// Turns that are left of the last run's bound; `u64::MAX` without one.
    pub left: u64,
    /// Whether a certain deadlock ends a run though other tasks could continue.
    pub deadlock_stops: bool,
    /// The stops that cannot be due yet, by number, and what is not there.
    pub pending: Vec<(u32, String)>,
    /// The courses of events, by number.
    pub branches: Vec<BranchInfo>,
    /// Where sources are looked for beside their images: directories, and OLD=NEW for what has moved.
    pub sources: Vec<String>,
    /// The machine's files, where that was wanted.
    pub files: Option<Vec<FileView>>,
    /// What is wrong with the machine, where that was wanted.
    pub violations: Option<Vec<String>>,
    /// Who took the turns so far, as a schedule's text, where that was wanted; or why that is not known.
    pub schedule: Option<Result<String, String>>,
    /// What tasks did over a window of turns; `None` if that was not wanted.
    pub lanes: Option<Arc<Lanes>>,
    /// What C calls the words of the lanes that are variables of some task's frames: `1:total`, by first address.
    pub lane_names: BTreeMap<u32, String>,
    /// What is known of a machine elsewhere; `None` where everything is.
    pub reported: Option<super::Reported>,
    /// Whether it is elsewhere and there is no connection: this is what was seen last.
    pub lost: bool,
    /// How far it has come, whether this is its past, and what going back costs.
    pub history: History,
    /// What happened where in the current branch, where that was wanted.
    pub course: Arc<Course>,
}

impl Snapshot {
    /// A task by its pid.
    #[must_use]
    pub fn task(&self, pid: Pid) -> Option<&TaskView> {
        self.tasks.iter().find(|task| task.pid == pid)
    }

    /// `len` bytes from `address` as a task sees them; fewer at the end of RAM.
    #[must_use]
    pub fn peek(&self, task: &TaskView, address: u16, len: usize) -> Vec<u8> {
        let end = usize::from(address).saturating_add(len).min(self.ram.len());
        let bank = |at: usize| task.bank.get(at.checked_sub(crate::vm::BANK_BASE as usize)?);
        (usize::from(address)..end).map(|at| *bank(at).unwrap_or(&self.ram[at])).collect()
    }

    /// A mailbox's name by its descriptor.
    #[must_use]
    pub fn mailbox_name(&self, descriptor: u16) -> String {
        let found = self.mailboxes.iter().find(|mailbox| mailbox.descriptor == descriptor);
        found.map_or_else(|| format!("mailbox {descriptor}"), |mailbox| mailbox.name.clone())
    }
}

/// A file of the machine's file tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileView {
    /// Its path.
    pub path: String,
    /// Its length.
    pub bytes: usize,
}

/// The calls of a task that have not returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Whose.
    pub pid: Pid,
    /// The innermost first.
    pub frames: Vec<super::Frame>,
    /// What the first of them are in C, with arguments: `fact (n=3)`; `None` for those that are of no C function.
    pub of_c: Vec<Option<String>>,
    /// How many more there are.
    pub more: u32,
    /// The one that is chosen, from 0 for the innermost.
    pub chosen: usize,
}

/// What is needed of an earlier moment to mark changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Turns done then.
    pub turn: u64,
    /// The shared RAM then.
    pub ram: Arc<[u8]>,
    /// What each task was at then.
    pub contexts: Vec<Was>,
}

/// A task at an earlier moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Was {
    /// Which.
    pub pid: Pid,
    /// Where it stood, in bytes of code.
    pub pc: u32,
    /// Its flags.
    pub psw: u8,
    /// Its stack pointer.
    pub sp: u16,
    /// What it did.
    pub state: RunState,
}

/// One task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskView {
    /// Process id.
    pub pid: Pid,
    /// Instance name; may hold anything a guest file says, views make control characters visible.
    pub name: String,
    /// What it is doing.
    pub state: RunState,
    /// R0 at its end, for returned and exited tasks.
    pub exit_status: Option<u32>,
    /// Why and where it faulted.
    pub fault: Option<(Fault, u32)>,
    /// What it has done so far.
    pub counters: Counters,
    /// Turns in a row it gets.
    pub quantum: u32,
    /// Byte address of the next instruction.
    pub pc: u32,
    /// Flags: Z 1, C 2, N 4, V 8.
    pub psw: u8,
    /// Stack pointer, absolute.
    pub sp: u16,
    /// Calls not yet returned from.
    pub depth: u32,
    /// RAM address of R0.
    pub reg_base: u16,
    /// Lowest address of the stack slice.
    pub stack_base: u16,
    /// The guard: SP never goes below it. Equal to `stack_base`.
    pub stack_limit: u16,
    /// First address past the stack.
    pub stack_top: u16,
    /// What it waits for.
    pub wait: Option<WaitView>,
    /// Bytes of its own image data, shown to it from 0x4000 on.
    pub bank: Arc<[u8]>,
    /// Its code as text.
    pub listing: Arc<Listing>,
    /// Its program; `None` if it is not known here.
    pub program: Option<Arc<super::Program>>,
    /// How each of the last 64 turns or so went for this task, for activity marks: turns it ran in.
    pub recent: Vec<u64>,
    /// How often it ran each instruction lately, among the newest 1024 trace entries: address, count.
    pub hits: Vec<(u32, u32)>,
}

impl TaskView {
    /// Register `i` (0..=15), read through the window.
    #[must_use]
    pub fn reg(&self, ram: &[u8], i: usize) -> u32 {
        let at = usize::from(self.reg_base) + 4 * i;
        ram.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
}

/// What a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitView {
    /// `mailbox` or `sleep`.
    pub kind: &'static str,
    /// The mailbox.
    pub descriptor: Option<u16>,
    /// Its name.
    pub name: Option<String>,
    /// When the wait ends by itself, µs.
    pub deadline_us: Option<u64>,
}

/// Something a task printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ConsoleLine {
    /// Who.
    pub pid: Pid,
    /// `uart`, `stdout`, `stderr`, `can`, `exit` or `stdin`.
    pub stream: &'static str,
    /// What, as written: may hold control characters and line breaks.
    pub text: String,
    /// In which turn.
    pub turn: u64,
}
