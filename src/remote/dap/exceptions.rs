//! Exceptions: what stops a run without a breakpoint.

use super::{Adapter, Failed, failed};
use crate::backend::request::{self, NewStop, On};
use crate::backend::{Event, Expr, Level, Snapshot, Status, Want};
use crate::command::sentence;
use serde::Deserialize;
use serde_json::{Value, json};

/// What may be stopped at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    /// An instruction that cannot be done.
    Fault,
    /// BRK.
    Brk,
    /// Tasks that certainly wait for ever while others run; where nothing can run, a run ends anyway.
    Deadlock,
    /// The second access of a race.
    Race,
    /// A read of what nothing has written.
    Uninit,
    /// A wait that ends by its time limit.
    Timeout,
}

/// A filter with its name, label, whether it is on by default, and the event that a stop is set on for it.
const FILTERS: [(Filter, &str, &str, bool, Option<&str>); 6] = [
    (Filter::Fault, "fault", "Faults", true, None),
    (Filter::Brk, "brk", "BRK", true, None),
    (Filter::Deadlock, "deadlock", "Deadlocks, also while other tasks run", true, None),
    (Filter::Race, "race", "Accesses that only the schedule ordered", false, Some("race")),
    (Filter::Uninit, "uninit", "Reads of memory that nothing has written", false, Some("uninit")),
    (Filter::Timeout, "timeout", "Waits that time out", false, Some("timeout")),
];

/// As `initialize` offers them.
pub(super) fn filters() -> Value {
    let offer = |(_, name, label, default, _): &(_, _, _, _, _)| {
        let about = "an expression, such as 1.r9 == 0: it stops only where this is true";
        json!({
            "filter": name, "label": label, "default": default, "supportsCondition": true, "conditionDescription": about,
        })
    };
    FILTERS.iter().map(offer).collect()
}

/// Which filters are on.
#[derive(Debug)]
pub(super) struct Filters {
    on: Vec<Filter>,
    /// What must be true where one of them stops.
    conditions: Vec<(Filter, Expr)>,
    /// The stops that were set for them.
    stops: Vec<u32>,
}

impl Default for Filters {
    fn default() -> Filters {
        Filters {
            on: FILTERS.iter().filter(|row| row.3).map(|row| row.0).collect(),
            conditions: Vec::new(),
            stops: Vec::new(),
        }
    }
}

impl Filters {
    /// Whether a run that has ended is to continue, because the filter of what ended it is off.
    pub fn pass(&self, now: &Snapshot) -> bool {
        let off = FILTERS.iter().map(|row| row.0).filter(|filter| !self.on.contains(filter));
        now.due.is_empty() && off.into_iter().any(|filter| filter.concerns(&now.status))
    }

    /// The condition of the filter that a run has ended for, if it has one.
    pub fn condition(&self, now: &Snapshot) -> Option<&Expr> {
        let concerned = self.conditions.iter().find(|(filter, _)| filter.concerns(&now.status));
        concerned.filter(|_| now.due.is_empty()).map(|(_, condition)| condition)
    }

    /// Nothing is stopped at any more.
    pub fn switch_off(&mut self) {
        self.on.clear();
        self.conditions.clear();
    }

    /// Whether one of these stops was set for a filter.
    pub fn hit(&self, numbers: &[u32]) -> bool {
        numbers.iter().any(|number| self.stops.contains(number))
    }
}

/// What a client chooses.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Chosen {
    filters: Vec<String>,
    filter_options: Vec<FilterOption>,
}

/// A filter with a condition.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FilterOption {
    filter_id: String,
    condition: String,
}

/// `setExceptionBreakpoints`.
pub(super) fn set(adapter: &mut Adapter<'_>, chosen: Chosen) -> Result<Value, Failed> {
    let plain = chosen.filters.into_iter().map(|filter_id| FilterOption { filter_id, condition: String::new() });
    let (mut answers, mut on, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
    for FilterOption { filter_id, condition } in plain.chain(chosen.filter_options) {
        let Some(row) = FILTERS.iter().find(|row| row.1 == filter_id) else {
            answers.push(json!({ "verified": false, "message": format!("there is no filter {filter_id}") }));
            continue;
        };
        match (condition.trim(), Expr::parse(condition.trim())) {
            ("", _) => {}
            (_, Ok(expr)) => conditions.push((row.0, expr)),
            // Without its condition it would stop where it was not to.
            (_, Err(why)) => {
                answers.push(json!({ "verified": false, "message": why.to_string() }));
                continue;
            }
        }
        on.push(row.0);
        answers.push(json!({ "verified": true }));
    }
    if adapter.debugs() {
        (adapter.filters.on, adapter.filters.conditions) = (on, conditions);
    }
    adapter.set_filters()?;
    Ok(json!({ "breakpoints": answers }))
}

impl Adapter<'_> {
    /// Sets the stops of the filters that are on.
    pub(super) fn set_filters(&mut self) -> Result<(), Failed> {
        let old = std::mem::take(&mut self.filters.stops);
        let (on, conditions) = (self.filters.on.clone(), self.filters.conditions.clone());
        let target = self.target()?;
        for number in old {
            // The user may have removed it in the console.
            let _ = target.send(request::Stop::Delete(number).into());
        }
        let mut stops = Vec::new();
        for (filter, .., event) in FILTERS {
            let Some(event) = event.filter(|_| on.contains(&filter)) else { continue };
            let event = Event::parse(event, None).map_err(Failed)?;
            let condition = conditions.iter().find(|(of, _)| *of == filter).map(|(_, condition)| condition.clone());
            let new = NewStop { condition, ..NewStop::plain(On::Event(event), None) };
            let answer = target.send(request::Stop::Set(new).into())?;
            if let crate::backend::answer::Done::StopSet(set) = answer.done {
                stops.push(set.number);
            }
        }
        self.filters.stops = stops;
        Ok(())
    }
}

/// A thread that is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OfThread {
    pub thread_id: i64,
}

/// `exceptionInfo`.
pub(super) fn info(adapter: &mut Adapter<'_>, thread: OfThread) -> Result<Value, Failed> {
    let pid = adapter.pid(thread.thread_id)?;
    let now = adapter.target()?.look(&Want { explain: true, ..Want::lists() });
    let explained = || -> Vec<String> {
        let sentences = now.explained.iter().flat_map(|explained| &explained.sentences);
        sentences.filter_map(|sentence| sentence.at(Level::Flags)).map(str::to_owned).collect()
    };
    let fault = now.task(pid).and_then(|task| task.fault);
    let (id, description, details) = match (&now.status, fault) {
        (Status::Fault { pid: who, fault, .. }, _) if *who == pid => {
            (fault.name().to_owned(), sentence(&now.status), explained())
        }
        (Status::Break { code, pid: who, .. }, _) if *who == pid => {
            (format!("brk {code}"), sentence(&now.status), explained())
        }
        (Status::Deadlock { waits, .. }, _) if waits.iter().any(|waiter| waiter.pid == pid) => {
            let lines = waits.iter().map(|waiter| format!("task {} waits for {}", waiter.pid, waiter.name));
            ("deadlock".to_owned(), sentence(&now.status), lines.collect())
        }
        // The machine itself is task 0: what happens to it concerns all.
        (Status::Event { event, pid: who, .. }, _) if [pid, 0].contains(who) => {
            let name = event.split_whitespace().next().unwrap_or(event);
            (name.to_owned(), sentence(&now.status), explained())
        }
        (_, Some((fault, pc))) => {
            let status = Status::Fault { pid, pc, fault };
            (fault.name().to_owned(), sentence(&status), Vec::new())
        }
        _ => return failed(format!("task {pid} has not stopped for an exception")),
    };
    Ok(json!({
        "exceptionId": id,
        "description": description,
        "breakMode": "always",
        "details": { "message": description, "typeName": id, "stackTrace": details.join("\n") },
    }))
}
