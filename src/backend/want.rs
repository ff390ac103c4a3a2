//! How much of a machine is to be looked at.

use crate::executive::Pid;
use crate::session::LaneViewport;
use crate::session::expr::Expr;
use std::collections::BTreeSet;

/// How much of the long lists a front end wants to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Want {
    /// At most this many of the newest trace entries.
    pub trace: usize,
    /// At most this many of the newest console lines.
    pub console: usize,
    /// The task that watches and asked expressions mean where they name none, and whose calls are wanted.
    pub pid: Option<Pid>,
    /// The last turn in words; they cost taking it once more.
    pub explain: bool,
    /// What the last turn changed; that costs taking it once more, too.
    pub happened: bool,
    /// What the last turn changed and did also while a run continues: it is slow.
    pub follow: bool,
    /// What happened where: a short past is taken again for it, once.
    pub course: bool,
    /// What of the lanes is on the screen, if they are.
    pub lanes: Option<LaneViewport>,
    /// Who waits for whom.
    pub waits: bool,
    /// How a search over schedules stands.
    pub hunt: bool,
    /// When the words of the stack of the task that is meant were written, and its calls were made.
    pub stack_past: bool,
    /// The races of the newest turns, or of those that were asked for.
    pub races: bool,
    /// The two runs that were compared last, in these columns.
    pub both: Option<super::BothSight>,
    /// The fate of the run, if it was asked for.
    pub fate: bool,
    /// What other machines would have moved for the run.
    pub machines: bool,
    /// What the task could see next, over all schedules.
    pub could: bool,
    /// What others have changed that the task will read.
    pub world: bool,
    /// The choices along the run.
    pub map: bool,
    /// The tree of origins that was asked for last.
    pub origins: bool,
    /// The variables of the chosen frame, with the parts of those whose paths are named here.
    pub variables: Option<BTreeSet<String>>,
    /// The accesses to shared and pinned words in these turns: the first and the last.
    pub accesses: Option<(u64, u64)>,
    /// Expressions whose values are wanted.
    pub asks: Vec<Expr>,
    /// What came from outside.
    pub inputs: bool,
    /// Whether the files of programs have been written since they were read: this looks at the disk.
    pub changed: bool,
    /// Tasks, mailboxes, memory and the other lists; without it only numbers, and what else is asked for here.
    pub state: bool,
    /// The machine's files.
    pub files: bool,
    /// Whether the machine's invariants hold.
    pub check: bool,
    /// Who took the turns so far.
    pub schedule: bool,
}

impl Default for Want {
    fn default() -> Self {
        Want {
            trace: 512,
            console: 512,
            pid: None,
            explain: false,
            happened: false,
            follow: false,
            course: false,
            lanes: None,
            waits: false,
            hunt: false,
            stack_past: false,
            races: false,
            both: None,
            fate: false,
            machines: false,
            could: false,
            world: false,
            map: false,
            origins: false,
            variables: None,
            accesses: None,
            asks: Vec::new(),
            inputs: false,
            changed: false,
            state: true,
            files: false,
            check: false,
            schedule: false,
        }
    }
}

impl Want {
    /// The lists, without trace and console.
    #[must_use]
    pub fn lists() -> Want {
        Want { trace: 0, console: 0, ..Want::default() }
    }

    /// Only numbers, and what is asked for beside them.
    #[must_use]
    pub fn numbers() -> Want {
        Want { state: false, ..Want::lists() }
    }
}
