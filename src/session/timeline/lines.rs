//! Finding the turn in which a task came to the source line before.

use super::{Diverged, Timeline};
use crate::executive::{Machine, Observer, Pid, Turn};
use crate::session::plan::{LineTable, LineWalk};
use crate::vm::{Code, Context, Touch, View};

/// Follows a task from line to line.
struct Lines<'l> {
    pid: Pid,
    lines: &'l LineTable,
    state: State,
}

#[derive(Default)]
struct State {
    walk: Option<LineWalk>,
    /// The last turn the task took.
    before: Option<u64>,
    /// Where it came to a line last, in turns done.
    last: Option<u64>,
    /// The same for the functions that have not returned, by depth, the outermost first.
    open: Vec<(u32, u64)>,
    /// The least depth it was at.
    least: Option<u32>,
}

impl<'l> Lines<'l> {
    /// Begins where a machine is. A task that is not there yet reaches its first line when it is loaded.
    fn new(pid: Pid, lines: &'l LineTable, machine: &Machine) -> Lines<'l> {
        let fresh = LineWalk { from: None, depth: 0, past: 0 };
        let walk = machine.task(pid).map_or(fresh, |task| LineWalk::new(&task.context, lines));
        Lines { pid, lines, state: State { walk: Some(walk), ..State::default() } }
    }

    fn see(&mut self, turns: u64, cx: &Context) {
        let State { walk: Some(walk), before, last, open, least } = &mut self.state else { return };
        let at = before.unwrap_or(turns);
        let arrives = walk.arrives(true, cx, self.lines);
        open.truncate(open.partition_point(|(depth, _)| *depth <= cx.depth));
        *least = Some(least.map_or(cx.depth, |least| least.min(cx.depth)));
        if arrives {
            *last = Some(at);
            open.truncate(open.partition_point(|(depth, _)| *depth < cx.depth));
            open.push((cx.depth, at));
        }
    }
}

impl Observer for Lines<'_> {
    fn before(&mut self, turn: u64, cx: &Context, _: &View<'_>, _: &Code) -> bool {
        if cx.pid == self.pid {
            self.see(turn - 1, cx);
            self.state.before = Some(turn);
        }
        false
    }

    fn after(&mut self, _: &Machine, _: Option<Turn>, _: &[Touch]) -> bool {
        false
    }
}

impl Timeline {
    /// The state, in turns done before `end`, in which a task came to the line before the one it is on: in a
    /// function that has not returned, or with `into` in any.
    pub(in crate::session) async fn line_before(
        &self,
        machine: &mut Machine,
        (pid, depth): (Pid, u32),
        into: bool,
        lines: &LineTable,
        mut end: u64,
    ) -> Result<Option<u64>, Diverged> {
        let (mut least, mut moved) = (depth, false);
        loop {
            let start = self.interval(end);
            let mut entry = self.open(machine, start)?;
            let mut observer = Lines::new(pid, lines, machine);
            self.look_through(machine, &mut entry, end, &mut observer).await?;
            // Where an interval ends the task has reached a line, too, but for the one it is on now.
            if let Some(task) = machine.task(pid).filter(|_| moved) {
                observer.see(end, &task.context);
            }
            let state = observer.state;
            let open = state.open.iter().rev().find(|(depth, _)| *depth <= least);
            let found = if into { state.last } else { open.map(|(_, turn)| *turn) };
            match found {
                None if start > 0 => {
                    moved |= state.before.is_some();
                    least = least.min(state.least.unwrap_or(least));
                    end = start;
                }
                found => return Ok(found),
            }
        }
    }
}
