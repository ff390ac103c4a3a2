//! Context switches: what they change, what they do not copy, and which comes next.

use super::COPYING;
use super::words::at;
use crate::executive::task::{RunState, Task, Wait};
use crate::executive::{Machine, Pid};
use crate::isa::source;
use crate::vm::flag_letters;

/// The switch in front of a turn of `pid`, if another task ran before.
pub fn done(ready: &Machine, pid: Pid) -> Option<String> {
    let to = ready.task(pid)?;
    match ready.ran() {
        Some(last) if last == pid => None,
        None => Some(format!("Task {pid} is the first to run: {}.", fields(to))),
        Some(last) => Some(match ready.task(last) {
            Some(from) => format!(
                "The switch from task {last} to task {pid} changed {}. It copied 0 bytes; a copying switch would \
                 have moved 64 bytes of registers out and 64 in.",
                changes(from, to)
            ),
            None => format!("Task {last}, which ran before, is gone; task {pid} took over: {}.", fields(to)),
        }),
    }
}

/// All that a switch puts in place, but for the bank.
fn values(task: &Task) -> [(&'static str, String); 6] {
    let cx = &task.context;
    [
        ("pc", at(cx.pc)),
        ("psw", flag_letters(cx.flags.psw())),
        ("reg_base", at(cx.reg_base.into())),
        ("stack_base", at(cx.stack_limit)),
        ("stack_limit", at(cx.stack_limit)),
        ("sp", at(cx.sp)),
    ]
}

fn fields(task: &Task) -> String {
    values(task).map(|(name, value)| format!("{name} {value}")).join(", ")
}

/// `pc 0x004C to 0x0038, ... and the image bank; psw is the same in both`.
fn changes(from: &Task, to: &Task) -> String {
    let pairs: Vec<_> = values(from).into_iter().zip(values(to)).collect();
    let changed = pairs.iter().filter(|(was, is)| was.1 != is.1);
    let changed: Vec<String> = changed.map(|((name, was), (_, is))| format!("{name} {was} to {is}")).collect();
    let same: Vec<&str> = pairs.iter().filter(|(was, is)| was.1 == is.1).map(|(was, _)| was.0).collect();
    let kept = match &same[..] {
        [] => String::new(),
        [one] => format!("; {one} is the same in both"),
        [most @ .., last] => format!("; {} and {last} are the same in both", most.join(", ")),
    };
    format!("{} and the image bank{kept}", changed.join(", "))
}

/// `Switches so far to the tasks there are: 235. Bytes copied by them: 0; 128 bytes each would have made 30080.`
pub fn totals(switches: u64) -> String {
    let copied = COPYING * switches;
    format!(
        "Switches so far to the tasks there are: {switches}. Bytes copied by them: 0; {COPYING} bytes each would have \
         made {copied}."
    )
}

/// Who runs next, and whether that is a switch.
pub fn next(now: &Machine) -> String {
    let Some(task) = now.next().and_then(|pid| now.task(pid)) else { return quiet(now) };
    let (pid, pc) = (task.pid, task.context.pc);
    let what = task.code.insn_at(pc).map_or_else(|| "no instruction".to_owned(), |insn| source(&insn));
    let head = format!("Next is task {pid} at {}: {what}.", at(pc));
    match now.ran().filter(|last| *last != pid) {
        Some(_) => format!(
            "{head} That switch will change pc, psw, reg_base, stack_base, stack_limit, sp and the image bank; \
             0 bytes copied."
        ),
        None => head,
    }
}

/// Why no task is ready.
fn quiet(now: &Machine) -> String {
    let tasks = now.tasks();
    let soonest = tasks.iter().filter_map(|t| Some((t.wait.as_ref().and_then(Wait::deadline)?, t.pid))).min();
    let waits = |t: &Task| t.state == RunState::WaitingMbx;
    match soonest {
        _ if tasks.iter().all(|t| t.state.ended()) => "Nothing comes next: every task has ended.".into(),
        Some((deadline, pid)) => format!(
            "No task is ready: the clock will jump from {} us to {deadline} us, where the wait of task {pid} ends.",
            now.time_us()
        ),
        None if tasks.iter().any(waits) => {
            let who: Vec<String> = tasks.iter().filter(|t| waits(t)).map(|t| t.pid.to_string()).collect();
            format!(
                "Nothing comes next: no task is ready and no deadline is set; waiting for ever: {}.",
                who.join(", ")
            )
        }
        None => "Nothing comes next until a paused task is resumed.".into(),
    }
}
