//! 6: the trace, newest at the bottom.

use super::list::tail;
use super::{Here, Response, Unit, label, toggle};
use crate::backend::{Snapshot, TaskView, TraceEntry, TraceKind, What};
use crate::text::visible;
use crate::ui::format::{count, fit, short_count, short_time, time};
use crate::ui::marks;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// Entries that the ring of the trace holds: all of them can be searched and filtered.
const WHOLE: usize = 4096;

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |_, _, want| (want.trace, want.inputs) = (WHOLE, true),
    info,
    rows,
    draw,
    open,
    stop,
    newest: true,
    filters: true,
    ..Unit::LIST
};

/// The entries that pass the filter, oldest first.
#[must_use]
pub fn shown<'s>(here: &Here<'s>) -> Vec<&'s TraceEntry> {
    let filter = here.filter();
    let now = here.now;
    let task = |pid| now.tasks.iter().find(|t: &&TaskView| t.pid == pid);
    let passes = |e: &&TraceEntry| {
        filter.is_empty() || filter.passes(Some(e.pid), e.kind().name(), || describe(now, task(e.pid), e, ">"))
    };
    now.trace.iter().filter(passes).collect()
}

fn rows(here: &Here<'_>) -> usize {
    shown(here).len()
}

/// The entry under the cursor.
fn entry<'s>(here: &Here<'s>) -> Option<&'s TraceEntry> {
    match super::cursor(here)? {
        Spot::Row(row) => shown(here).get(row).copied(),
        _ => None,
    }
}

/// Goes to the turn of an entry, and to its task.
fn open(here: &Here<'_>) -> Vec<Response> {
    let Some(entry) = entry(here) else { return Vec::new() };
    let task = here.now.tasks.iter().any(|t| t.pid == entry.pid).then_some(Response::Select(entry.pid));
    let turn = (entry.turn != here.now.turn).then_some(Response::Turn(entry.turn));
    task.into_iter().chain([Response::Rest]).chain(turn).collect()
}

/// Stops on what an entry is about: its instruction, or its kind.
fn stop(here: &Here<'_>) -> Option<Vec<Response>> {
    let entry = entry(here)?;
    Some(Response::command(match entry.what {
        What::Step | What::Fault { .. } | What::Break { .. } | What::Foreign { .. } => {
            toggle(entry.pid, entry.pc, here.now)
        }
        What::Trap { module, function } => format!("catch trap {module}.{function}"),
        what => format!("catch {}", what.kind().name().to_lowercase()),
    }))
}

fn info(here: &Here<'_>) -> String {
    let now = here.now;
    let hidden = now.trace.len() - shown(here).len();
    let hidden = if hidden > 0 { format!("{hidden} hidden  ") } else { String::new() };
    match (now.trace_capacity, now.trace_dropped) {
        (0, _) => "off".to_owned(),
        (size, 0) => format!("{hidden}{} of {}", count(now.trace_total), count(size as u64)),
        (size, dropped) => format!("{hidden}{size}, {} dropped", short_count(dropped, 5)),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let entries = shown(here);
    let cursor = here.moved_to();
    let height = pen.height();
    let first = tail(here, entries.len(), height);
    for (row, (i, entry)) in entries.iter().enumerate().skip(first).take(height).enumerate() {
        line(here.now, entry, cursor == Some(i), pen.row(row).spot(Spot::Row(i)));
    }
    if entries.is_empty() {
        let text =
            if here.now.trace.is_empty() { " nothing yet: s takes a turn" } else { " nothing passes the filter" };
        pen.row(0).put(text, Role::Dim);
    }
}

fn kind_role(kind: TraceKind) -> Role {
    match kind {
        TraceKind::Step => Role::Dim,
        TraceKind::Trap | TraceKind::Load | TraceKind::Input | TraceKind::Kill | TraceKind::Idle => Role::Text,
        TraceKind::Block | TraceKind::Timeout => Role::Wait,
        TraceKind::Wake | TraceKind::Send | TraceKind::Recv => Role::Run,
        TraceKind::Halt => Role::Ended,
        TraceKind::Fault | TraceKind::Foreign => Role::Trouble,
        TraceKind::Break => Role::Stop,
    }
}

fn line(now: &Snapshot, entry: &TraceEntry, chosen: bool, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let task = now.tasks.iter().find(|t| t.pid == entry.pid);
    let wide = pen.width() >= 96;
    // The instruction matters more than the time, and in the narrowest pane more than the word STEP.
    let (timed, short) = (pen.width() >= 60, pen.width() < 46 && entry.kind() == TraceKind::Step);
    // Wider from ten million turns on; turns only grow, so a run changes it once.
    let turns = if now.turn < 10_000_000 { 9 } else { 15 };
    // After which turn a bookmark stands; the one that a search leaves is where another choice would have passed.
    let history = &now.history;
    let mark = history.bookmarks.iter().find(|b| (b.branch, b.turn) == (history.branch, entry.turn));
    pen.put(&mark.map(marks::letter).unwrap_or_default(), Role::Label);
    pen.right(&count(entry.turn), turns, if mark.is_some() { Role::Label } else { Role::Dim });
    if timed {
        pen.right(&short_time(entry.time_us, 9), turns + 10, Role::Dim);
    }
    let who = match (entry.pid, wide, task) {
        (0, ..) => "-".to_owned(),
        (pid, true, Some(t)) => format!("{pid}:{}", visible(&t.name)),
        (pid, ..) => pid.to_string(),
    };
    let symbols = pen.symbols();
    let at = if wide {
        pen.col(turns + 12).put(&fit(&who, 16, symbols.ellipsis), Role::of_task(entry.pid));
        turns + 29
    } else {
        let end = turns + if timed { 14 } else { 4 };
        pen.right(&who, end, Role::Text);
        end + 1
    };
    let at = if short {
        pen.col(at);
        at.saturating_sub(8)
    } else {
        pen.col(at).put(entry.kind().name(), kind_role(entry.kind())).col(at + 8);
        at
    };
    pen.put(&format!("{:04X}  ", entry.pc), Role::Dim);
    if let (true, Some(place)) = (wide, task.and_then(|t| label(t, entry.pc))) {
        pen.put(&fit(&place, 18, symbols.ellipsis), Role::Label).col(at + 34);
    }
    let role = if entry.kind() == TraceKind::Step { Role::Text } else { kind_role(entry.kind()) };
    let end = pen.width();
    pen.long(&[(&describe(now, task, entry, symbols.arrow), role)], end);
}

/// What an entry tells, in words.
#[must_use]
pub fn describe(now: &Snapshot, task: Option<&TaskView>, entry: &TraceEntry, arrow: &str) -> String {
    let mailbox = |id: u16| {
        let found = now.mailboxes.iter().find(|b| b.descriptor == id);
        found.map_or_else(|| format!("box {id}"), |b| visible(&b.name).into_owned())
    };
    let row = || {
        let listing = &task?.listing;
        let row = listing.rows.get(listing.row_at(entry.pc)?)?;
        Some(format!("{:6}{}", row.mnemonic, row.operands))
    };
    match entry.what {
        What::Step => row().unwrap_or_default(),
        What::Trap { module, function } => {
            format!("SVC   {module}, {function}  {}", crate::backend::service_name(module, function))
        }
        What::Send { mailbox: id, seq } => format!("#{seq} {arrow} {}", mailbox(id)),
        What::Recv { mailbox: id, seq } => format!("#{seq} from {}", mailbox(id)),
        What::Block { on: None } => "sleeps".into(),
        What::Block { on: Some(id) } => format!("waits for {}", mailbox(id)),
        What::Wake { by: None } => "slept enough".into(),
        What::Wake { by: Some(id) } => format!("woken by {}", mailbox(id)),
        What::Timeout { on } => format!("waited long enough for {}", mailbox(on)),
        What::Halt { status } => format!("status {status}"),
        What::Fault { fault } => match fault.address() {
            Some(address) if address > 0 => format!("{} at {address:04X}", fault.name()),
            _ => fault.name().into(),
        },
        What::Break { code } => format!("code {code}"),
        What::Load { entry } => format!("loaded, entry {entry:04X}"),
        What::Kill => "killed".into(),
        What::Idle { us } => format!("no task ready: clock +{}", time(us)),
        What::Input { .. } => {
            let what = now.input_said(entry);
            format!("from outside: {}", what.map_or_else(|| "something".into(), |what| visible(&what).into_owned()))
        }
        What::Foreign { address } => {
            let place =
                now.address_name(address.into()).map_or_else(String::new, |name| format!(" {}", visible(&name)));
            format!("wrote {address:04X}{place}, another task's")
        }
    }
}
