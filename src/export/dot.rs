//! The wait-for relation as a graph for Graphviz: tasks are boxes, mailboxes ellipses. An edge from
//! a task leads to what it waits for, from there to the tasks that could end the wait.

use crate::executive::task::RunState;
use crate::session::waits::{Ender, How, Object, TaskWaits, Waiting, Waits};
use crate::text::visible;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The graph in the language of Graphviz.
#[must_use]
pub fn dot(waits: &Waits) -> String {
    let mut out = String::from("digraph waits {\n");
    let _ = writeln!(out, "  label={};", quoted(&format!("turn {}: {}", waits.turn, waits.verdict().join("; "))));
    out += "  rankdir=LR;\n  node [fontname=\"monospace\"];\n";
    waits.rows.iter().for_each(|row| task(waits, row, &mut out));
    for (descriptor, name) in mailboxes(waits) {
        let _ = writeln!(out, "  mailbox{descriptor} [shape=ellipse, label={}];", quoted(name));
    }
    if waits.rows.iter().any(|r| r.wait.as_ref().is_some_and(|w| w.outside)) {
        out += "  outside [shape=plaintext, label=\"from outside\"];\n";
    }
    for row in &waits.rows {
        if let Some(wait) = &row.wait {
            own_edge(row, wait, &mut out);
        }
    }
    for wait in first_waits(waits).values() {
        enders(wait, &mut out);
    }
    out + "}\n"
}

/// A text as Graphviz reads it back: quotes and backslashes escaped, what is not seen made visible.
fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text).replace('\\', "\\\\").replace('"', "\\\""))
}

/// The mailboxes that tasks wait for.
fn mailboxes(waits: &Waits) -> BTreeMap<u16, &str> {
    let on = waits.rows.iter().filter_map(|r| Some(&r.wait.as_ref()?.on));
    on.filter_map(|on| match on {
        Object::Mailbox { descriptor, name } => Some((*descriptor, name.as_str())),
        Object::Sleep => None,
    })
    .collect()
}

fn task(waits: &Waits, row: &TaskWaits, out: &mut String) {
    let state = match row.state {
        RunState::Ready | RunState::Paused | RunState::Faulted => row.state.name().to_owned(),
        RunState::WaitingMbx => "waits".to_owned(),
        RunState::Sleeping => "sleeps".to_owned(),
        RunState::Returned | RunState::Exited => format!("{} {}", row.state.name(), row.exit_status.unwrap_or(0)),
    };
    let stuck = waits.deadlock.as_ref().is_some_and(|d| d.pids.contains(&row.pid));
    let style = match (stuck, row.state.ended()) {
        (true, _) => ", color=red, penwidth=2",
        (_, true) => ", style=dashed",
        _ => "",
    };
    let label = quoted(&format!("{}:{} {state}", row.pid, row.name));
    let _ = writeln!(out, "  task{} [shape=box, label={label}{style}];", row.pid);
}

fn own_edge(row: &TaskWaits, wait: &Waiting, out: &mut String) {
    let until = wait.until.map_or("for ever".to_owned(), |at| format!("until {at} us"));
    let since = wait.since_turn;
    let _ = match wait.mailbox() {
        Some(id) => {
            writeln!(out, "  task{} -> mailbox{id} [label=\"receives, since turn {since}, {until}\"];", row.pid)
        }
        None => writeln!(out, "  task{0} -> task{0} [label=\"sleeps, since turn {since}, {until}\"];", row.pid),
    };
}

/// The waits by mailbox: the tasks that could end one are the same for all of them, but for themselves.
fn first_waits(waits: &Waits) -> BTreeMap<u16, Vec<&Waiting>> {
    let mut by_mailbox: BTreeMap<u16, Vec<&Waiting>> = BTreeMap::new();
    for wait in waits.rows.iter().filter_map(|r| r.wait.as_ref()) {
        if let Some(id) = wait.mailbox() {
            by_mailbox.entry(id).or_default().push(wait);
        }
    }
    by_mailbox
}

fn enders(same: &[&Waiting], out: &mut String) {
    let Some(id) = same.first().and_then(|w| w.mailbox()) else { return };
    let all: BTreeMap<u16, &Ender> = same.iter().flat_map(|w| &w.enders).map(|e| (e.pid, e)).collect();
    for (pid, ender) in all {
        let attributes = match ender.how {
            How::Sends => "label=\"could send\"",
            How::Tells => "label=\"could change a value\"",
            How::Opens => "label=\"could open it\", style=dotted",
        };
        let _ = writeln!(out, "  mailbox{id} -> task{pid} [{attributes}];");
    }
    if same.iter().any(|w| w.outside) {
        let _ = writeln!(out, "  mailbox{id} -> outside [label=\"could send\"];");
    }
}
