//! When the words of a task's stack were written and its calls were made, as far as that is not long ago.

use super::answer::WriteAt;
use super::local::Local;
use crate::executive::Pid;
use crate::session::{PastPosition, now};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Turns that are looked at: some milliseconds.
const NEAR: u64 = 1 << 16;
/// Words of a stack that are looked for, from the newest on.
const WORDS: u32 = 256;

/// When the words of a stack were written, and the calls of its task were made.
#[derive(Debug, Clone, PartialEq)]
pub struct StackPast {
    /// Whose.
    pub pid: Pid,
    /// What came up to this turn was not looked at.
    pub since: u64,
    /// The last write into each word, by address; nothing for one that was not written since then.
    pub words: BTreeMap<u32, WriteAt>,
    /// The turns in which the calls were made, the innermost first.
    pub calls: Vec<Option<u64>>,
}

/// What was looked for last, and where the machine stood.
pub(super) type Kept = Option<(PastPosition, Arc<StackPast>)>;

impl Local {
    /// The past of a task's stack, looked for once for each place; `None` if there is no such task.
    pub(super) fn stack_past(&mut self, pid: Pid) -> Option<Arc<StackPast>> {
        let here = self.session.place();
        if let Some((place, kept)) = &self.kept_stack
            && (*place, kept.pid) == (here, pid)
        {
            return Some(Arc::clone(kept));
        }
        let cx = &self.machine().task(pid)?.context;
        let top = cx.stack_top.min(cx.sp.saturating_add(4 * WORDS));
        let words: Vec<u32> = (cx.sp..top).step_by(4).collect();
        let since = here.turn.saturating_sub(NEAR);
        let value = |at: u32| self.machine().ram().shared_word(at as u16);
        let written = now(self.session.last_writers(&words, since)).ok()?;
        let words = written.into_iter().map(|(at, writer)| (at, self.write_at(writer, value(at)))).collect();
        let past = Arc::new(StackPast { pid, since, words, calls: self.session.calls_made(pid, since).ok()? });
        self.kept_stack = Some((here, Arc::clone(&past)));
        Some(past)
    }
}
