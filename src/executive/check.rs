//! Invariants: what must hold between any two turns.

use super::Machine;
use super::arena::Range;
use super::task::{RunState, Task, Wait};

impl Machine {
    /// What is wrong with the machine, in words; empty when all is well.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for task in &self.state.tasks {
            check_task(task, &mut wrong);
            self.check_wait(task, &mut wrong);
        }
        if !self.state.rotation.in_order(|i| self.state.tasks[usize::from(i)].pid) {
            wrong.push("the ready tasks do not stand in the order of rotation".to_owned());
        }
        for (i, a) in self.state.tasks.iter().enumerate() {
            for b in &self.state.tasks[i + 1..] {
                if ranges(a).any(|x| ranges(b).any(|y| x.start < y.end && y.start < x.end)) {
                    wrong.push(format!("the arenas of {} and {} overlap", a.pid, b.pid));
                }
            }
        }
        wrong
    }

    fn check_wait(&self, task: &Task, wrong: &mut Vec<String>) {
        let pid = task.pid;
        let ready = self.index(pid).is_some_and(|i| self.state.rotation.ready().contains(&(i as u16)));
        if ready != (task.state == RunState::Ready) {
            wrong.push(format!("{pid} is {} but its place in the rotation says otherwise", task.state.name()));
        }
        let waits = self.state.mailboxes.waiting(pid).is_some();
        if waits != matches!(task.wait, Some(Wait::Mailbox { .. })) {
            wrong.push(format!("{pid} and the mailboxes do not agree on its wait"));
        }
        let timed = self.state.deadlines.iter().filter(|(.., whose)| *whose == pid).count();
        let expected = task.wait.as_ref().and_then(Wait::deadline).map_or(0, |_| 1);
        if timed != expected {
            wrong.push(format!("{pid} has {timed} deadlines, {expected} expected"));
        }
    }
}

fn ranges(task: &Task) -> impl Iterator<Item = Range> {
    [task.arena.bank, task.arena.stack].into_iter()
}

fn check_task(task: &Task, wrong: &mut Vec<String>) {
    let (pid, cx) = (task.pid, &task.context);
    if cx.reg_base == 0 || cx.stack_limit == 0 {
        wrong.push(format!("{pid} has no register bank or no stack"));
    }
    if !(cx.stack_limit..=cx.stack_top).contains(&cx.sp) {
        wrong.push(format!(
            "sp 0x{:04X} of {pid} is outside its stack 0x{:04X}..0x{:04X}",
            cx.sp, cx.stack_limit, cx.stack_top
        ));
    }
    if task.window_is_moved()
        && let Some(expected) = task.no_window_at(cx.reg_base.into())
    {
        wrong.push(format!("the window of {pid} is at 0x{:04X}: {expected} is expected", cx.reg_base));
    }
    if cx.stack_limit != task.arena.stack.start {
        wrong.push(format!("the context of {pid} does not match its arena"));
    }
}
