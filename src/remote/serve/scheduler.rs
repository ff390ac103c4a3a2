//! What the scheduler did.

use super::{Call, Handled, member, refuse};
use crate::backend::request::Input;
use crate::backend::{Local, What};
use serde_json::{Value, json};

/// `sched`.
pub(super) fn sched(mut call: Call<'_>) -> Handled {
    if call.arguments.get("pid").is_none() {
        let limit = call.arguments.count(&["limit"])?.map_or(32, |limit| limit.min(32) as usize);
        let (counters, trace) = scheduler(call.local()?, limit);
        return member("scheduler", json!({ "counters": counters, "trace": trace }));
    }
    let pid = call.pid()?;
    let priority = call.arguments.int(&["priority"])?;
    if priority.is_some_and(|priority| priority < 0) {
        return refuse("sched priority must be non-negative");
    }
    if let Some(quantum) = call.arguments.int(&["quantum"])? {
        let Some(turns) = u32::try_from(quantum).ok().filter(|turns| *turns > 0) else {
            return refuse("sched quantum must be positive");
        };
        call.send(Input::Quantum { pid, turns })?;
    }
    if let Some(priority) = priority {
        call.server.states.priorities.insert(pid, priority);
    }
    let task = super::tasks::task(&call, pid, false)?;
    member("task", task)
}

/// What the scheduler did: counts of each task, and its newest entries.
pub(super) fn scheduler(local: &Local, limit: usize) -> (Value, Vec<Value>) {
    let machine = local.machine();
    let mut counters = serde_json::Map::new();
    for task in machine.tasks() {
        let counted = task.counters();
        let all = [
            ("step", counted.turns),
            ("rotate", counted.switches),
            ("block", counted.blocks),
            ("wake", counted.wakes),
            ("timeout", counted.timeouts),
        ];
        let some = all.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), json!(count)));
        counters.insert(task.pid.to_string(), Value::Object(some.collect()));
    }
    let entries: Vec<_> = machine.trace().last(256).collect();
    let shown = entries.iter().enumerate().filter_map(|(at, entry)| {
        let (event, more) = match entry.what {
            // The end of a task by a service has an entry for the call, too.
            What::Halt { .. } if at > 0 && entries[at - 1].turn == entry.turn => return None,
            What::Step | What::Trap { .. } | What::Break { .. } | What::Halt { .. } | What::Fault { .. } => {
                // The pc behind the instruction: where the task's next entry begins, or where it stands.
                let later = entries[at + 1..].iter().find(|later| later.pid == entry.pid && later.turn > entry.turn);
                let pc = later.map(|later| later.pc).or(machine.task(entry.pid).map(|task| task.context.pc));
                ("step", json!({ "pc": pc }))
            }
            What::Block { on } => ("block", json!({ "descriptor": on })),
            What::Wake { by } => ("wake", json!({ "descriptor": by })),
            What::Timeout { on } => ("timeout", json!({ "descriptor": on })),
            _ => return None,
        };
        let mut shown = more;
        shown["event"] = json!(event);
        shown["ts"] = json!(super::happened::seconds(entry.time_us));
        shown["pid"] = json!(entry.pid);
        Some(shown)
    });
    let shown: Vec<Value> = shown.collect();
    let skip = shown.len().saturating_sub(limit);
    (Value::Object(counters), shown.into_iter().skip(skip).collect())
}
