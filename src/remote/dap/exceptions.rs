//! Exceptions: what stops a run without a breakpoint.

use super::{Adapter, Failed, failed};
use crate::backend::request::{self, NewStop, On};
use crate::backend::{Event, Level, Snapshot, Status, Want};
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
    /// A read of what nothing has written.
    Uninit,
    /// A wait that ends by its time limit.
    Timeout,
}

/// A filter with its name, label, whether it is on by default, and the event that a stop is set on for it.
const FILTERS: [(Filter, &str, &str, bool, Option<&str>); 5] = [
    (Filter::Fault, "fault", "Faults", true, None),
    (Filter::Brk, "brk", "BRK", true, None),
    (Filter::Deadlock, "deadlock", "Deadlocks, also while other tasks run", true, None),
    (Filter::Uninit, "uninit", "Reads of memory that nothing has written", false, Some("uninit")),
    (Filter::Timeout, "timeout", "Waits that time out", false, Some("timeout")),
];

/// As `initialize` offers them.
pub(super) fn filters() -> Value {
    let offer =
        |(_, name, label, default, _): &(_, _, _, _, _)| json!({ "filter": name, "label": label, "default": default });
    FILTERS.iter().map(offer).collect()
}

/// Which filters are on.
#[derive(Debug)]
pub(super) struct Filters {
    on: Vec<Filter>,
    /// The stops that were set for them.
    stops: Vec<u32>,
}

impl Default for Filters {
    fn default() -> Filters {
        Filters { on: FILTERS.iter().filter(|row| row.3).map(|row| row.0).collect(), stops: Vec::new() }
    }
}

impl Filters {
    /// Whether a run that has ended is to continue, because the filter of what ended it is off.
    pub fn pass(&self, now: &Snapshot) -> bool {
        let off = FILTERS.iter().map(|row| row.0).filter(|filter| !self.on.contains(filter));
        now.due.is_empty() && off.into_iter().any(|filter| filter.concerns(&now.status))
    }

    /// Whether one of these stops was set for a filter.
    pub fn hit(&self, numbers: &[u32]) -> bool {
        numbers.iter().any(|number| self.stops.contains(number))
    }
}

/// What a client chooses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    filters: Vec<String>,
}

/// `setExceptionBreakpoints`.
pub(super) fn set(adapter: &mut Adapter<'_>, chosen: Chosen) -> Result<Value, Failed> {
    let row = |name: &String| FILTERS.iter().find(|row| row.1 == name);
    let answer = |name| json!({ "verified": row(name).is_some() });
    let answers: Vec<Value> = chosen.filters.iter().map(answer).collect();
    adapter.filters.on = chosen.filters.iter().filter_map(row).map(|row| row.0).collect();
    adapter.set_filters()?;
    Ok(json!({ "breakpoints": answers }))
}

impl Adapter<'_> {
    /// Sets the stops of the filters that are on.
    pub(super) fn set_filters(&mut self) -> Result<(), Failed> {
        let old = std::mem::take(&mut self.filters.stops);
        let on = self.filters.on.clone();
        let target = self.target()?;
        for number in old {
            // The user may have removed it in the console.
            let _ = target.send(request::Stop::Delete(number).into());
        }
        let mut stops = Vec::new();
        for (filter, .., event) in FILTERS {
            let Some(event) = event.filter(|_| on.contains(&filter)) else { continue };
            let event = Event::parse(event, None).map_err(Failed)?;
            let answer = target.send(request::Stop::Set(NewStop::plain(On::Event(event), None)).into())?;
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
    thread_id: i64,
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
        (Status::Deadlock { waits, .. }, _) => {
            let lines = waits.iter().map(|waiter| format!("task {} waits for {}", waiter.pid, waiter.name));
            ("deadlock".to_owned(), sentence(&now.status), lines.collect())
        }
        (Status::Event { event, .. }, _) => (event.clone(), sentence(&now.status), explained()),
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
