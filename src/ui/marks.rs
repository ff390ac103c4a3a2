//! What has changed: the picture of now against that before the last turn and that of the stop
//! before.

use super::theme::{Role, Symbols};
use crate::backend::{Bookmark, Past, Snapshot, TaskView, Was};

/// The letter of a bookmark: the first of its name.
#[must_use]
pub fn letter(bookmark: &Bookmark) -> String {
    bookmark.name.chars().next().filter(char::is_ascii_alphanumeric).map_or("*".to_owned(), String::from)
}

/// How a thing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Change {
    /// Not at all.
    #[default]
    None,
    /// Since the last stop.
    Since,
    /// By the last turn.
    Turn,
    /// By the last turn, which was another task's.
    Foreign,
}

impl Change {
    /// Its mark, a blank if there is none.
    #[must_use]
    pub fn mark(self, symbols: &Symbols) -> &'static str {
        match self {
            Change::None => " ",
            Change::Since => symbols.since,
            Change::Turn => symbols.changed,
            Change::Foreign => symbols.foreign,
        }
    }

    /// The role it is drawn in; `plain` if there is none.
    #[must_use]
    pub fn role(self, plain: Role) -> Role {
        match self {
            Change::None => plain,
            Change::Since => Role::Since,
            Change::Turn => Role::Changed,
            Change::Foreign => Role::Foreign,
        }
    }
}

fn of(now: &Snapshot, owner: impl Fn() -> Option<u16>, differs: impl Fn(&Past) -> bool) -> Change {
    let changed = |past: &Option<std::sync::Arc<Past>>| past.as_deref().is_some_and(&differs);
    if changed(&now.before) {
        let foreign = owner().is_some_and(|owner| now.last != Some(owner));
        return if foreign { Change::Foreign } else { Change::Turn };
    }
    if changed(&now.since) { Change::Since } else { Change::None }
}

/// A register of a task.
#[must_use]
pub fn register(now: &Snapshot, task: &TaskView, i: usize) -> Change {
    let value = task.reg(&now.ram, i);
    of(now, || Some(task.pid), |past| known(past, task) && task.reg(&past.ram, i) != value)
}

/// The task whose registers or stack an address is part of.
#[must_use]
pub fn owner(now: &Snapshot, address: usize) -> Option<u16> {
    let bank = |t: &TaskView| (usize::from(t.reg_base)..usize::from(t.reg_base) + 64).contains(&address);
    let stack = |t: &TaskView| (usize::from(t.stack_base)..usize::from(t.stack_top)).contains(&address);
    now.tasks.iter().find(|t| bank(t) || stack(t)).map(|t| t.pid)
}

/// One byte of RAM.
#[must_use]
pub fn byte(now: &Snapshot, address: usize) -> Change {
    let value = now.ram.get(address);
    of(now, || owner(now, address), |past| past.ram.get(address) != value)
}

/// pc, psw and sp of a task, in this order.
#[must_use]
pub fn context(now: &Snapshot, task: &TaskView) -> [Change; 3] {
    let field = |differs: fn(&Was, &TaskView) -> bool| {
        of(now, || Some(task.pid), |past| was(past, task).is_some_and(|was| differs(was, task)))
    };
    [field(|was, t| was.pc != t.pc), field(|was, t| was.psw != t.psw), field(|was, t| was.sp != t.sp)]
}

/// The state of a task. What changed before the last turn is left unmarked: most states do all the time.
#[must_use]
pub fn state(now: &Snapshot, task: &TaskView) -> Change {
    let changed = |past: &Past| was(past, task).is_some_and(|was| was.state != task.state);
    let change = of(now, || Some(task.pid), changed);
    if change == Change::Since { Change::None } else { change }
}

fn was<'p>(past: &'p Past, task: &TaskView) -> Option<&'p Was> {
    past.contexts.iter().find(|was| was.pid == task.pid)
}

fn known(past: &Past, task: &TaskView) -> bool {
    was(past, task).is_some()
}
