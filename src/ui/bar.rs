//! Line 1: what runs or what stopped it, which turn, who is next; and whether this is the past, or the last of a machine
//! that cannot be reached.

use super::format::{count, fit, plural, short_count, time};
use super::pen::Pen;
use super::theme::Role;
use super::view::Scene;
use crate::backend::{LookingProgress, Snapshot, Status};
use crate::text::visible;
use unicode_width::UnicodeWidthStr;

/// Draws line 1.
pub fn bar(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let now = scene.now;
    let width = pen.width();
    let past = now.history.past;
    let plain = if past { Role::PastBar } else { Role::Bar };
    pen.row(0).put(&" ".repeat(width), plain);
    let (state, role) = status(scene);
    let mut fields = fields(now, width);
    // After the turn, so that it stays as long as anything does.
    fields.splice(1..1, dead(now).into_iter().chain(changed(scene)));
    let end = width.saturating_sub(5);
    let len = |fields: &[String]| fields.iter().map(|f| f.width() + 2).sum::<usize>();
    // State and turn are always there: first the names give way, then the state's reason.
    let ellipsis = pen.symbols().ellipsis;
    let least = len(&fields[..1]) + 2;
    let head = head(now, width, ellipsis).into_iter().find(|h| h.width() + state.width() + least <= end);
    let head = head.unwrap_or_else(|| " ".into());
    let state = fit(&state, end.saturating_sub(least + head.width()), ellipsis);
    pen.col(0).put(&head, plain).put(&state, role);
    let state_end = pen.at();
    while fields.len() > 1 && state_end + 2 + len(&fields) > end {
        fields.pop();
    }
    // The fields stay where they are while the state's words change, as long as there is room.
    let home = if width >= 120 { 50 } else { 36 };
    pen.col((state_end + 2).max(home.min(end.saturating_sub(len(&fields)))));
    for field in &fields {
        pen.put(field, plain).put("  ", plain);
    }
    let (end_text, end_role) = match (now.lost, past) {
        (true, _) => ("LOST", Role::Trouble),
        (false, true) => ("PAST", plain),
        (false, false) => ("LIVE", plain),
    };
    pen.col(end).put(end_text, end_role);
}

/// What stands left of the state, by falling length.
fn head(now: &Snapshot, width: usize, ellipsis: &str) -> [String; 3] {
    let title = visible(&now.title);
    let room = if width >= 120 { 16 } else { 10 };
    let (name, short) = (fit(&title, room, ellipsis), fit(&title, 6, ellipsis));
    [format!(" hsxray {name}   "), format!(" {name}   "), format!(" {short} ")]
}

/// What stands right of the state; fields drop out from the right, but the turn never does.
fn fields(now: &Snapshot, width: usize) -> Vec<String> {
    let turn = match now.history.past {
        true => format!("turn {} of {}", count(now.turn), count(now.history.present)),
        false => format!("turn {}", count(now.turn)),
    };
    let mut fields = vec![turn];
    let here = now.reported.is_none();
    if width >= 100 && here {
        fields.push(time(now.time_us));
    }
    fields.push(next(now, width));
    if !here {
        return fields;
    }
    let rotation = if now.order.is_empty() { "rotate" } else { "order" };
    fields.push(if now.rotate { rotation.to_owned() } else { "locked".to_owned() });
    if width >= 100 {
        fields.push(now.rate.map_or("rate max".to_owned(), |hz| format!("{} turns/s", count(hz))));
    }
    if width >= 160 {
        fields.push(format!("protect {}", if now.protect { "on" } else { "off" }));
        let alive = now.tasks.iter().filter(|t| !t.state.ended()).count();
        fields.push(format!("{alive} of {} alive", plural(now.tasks.len() as u64, "task")));
        fields.extend(history(now));
    }
    fields
}

/// A certain deadlock, where that is not why the machine stands.
fn dead(now: &Snapshot) -> Option<String> {
    if matches!(now.status, Status::Deadlock { .. }) {
        return None;
    }
    let pids: Vec<String> = now.dead.iter().map(ToString::to_string).collect();
    match &pids[..] {
        [] => None,
        [one] => Some(format!("{one} waits for ever")),
        some if some.len() <= 3 => Some(format!("deadlock {}", some.join(" and "))),
        many => Some(format!("deadlock of {}", many.len())),
    }
}

/// The file of a program that has changed on disk.
fn changed(scene: &Scene<'_>) -> Option<String> {
    match &scene.view.notices.changed[..] {
        [] => None,
        [one] => Some(format!("{} changed", visible(one))),
        many => Some(format!("{} files changed", many.len())),
    }
}

/// What is kept for going back, and the branch if there are several.
fn history(now: &Snapshot) -> Vec<String> {
    let h = &now.history;
    let megabytes = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let kept = format!("history {:.1} of {:.0} MB", megabytes(h.bytes), megabytes(h.bound));
    let name = if h.branch_name.is_empty() { h.branch.to_string() } else { visible(&h.branch_name).into_owned() };
    let branch = (h.branches > 1).then(|| format!("branch {name} of {}", h.branches));
    std::iter::once(kept).chain(branch).collect()
}

fn next(now: &Snapshot, width: usize) -> String {
    let Some(task) = now.next.and_then(|pid| now.tasks.iter().find(|t| t.pid == pid)) else {
        return "next none".into();
    };
    let place = format!("next {} at {:04X}", task.pid, task.pc);
    let row = task.listing.row_at(task.pc).and_then(|i| task.listing.rows.get(i)).filter(|_| width >= 120);
    row.map_or(place.clone(), |r| fit(&format!("{place} {} {}", r.mnemonic, visible(&r.operands)), 44, "").into_owned())
}

/// The state in a word or two with its mark.
fn status(scene: &Scene<'_>) -> (String, Role) {
    let [stopped, running, trouble, done, idle, past] = scene.theme.symbols().status;
    let now = scene.now;
    if now.history.past && now.status != Status::Running {
        let back = now.history.present.saturating_sub(now.turn);
        let turns = if back == 1 { "turn" } else { "turns" };
        return (format!("{past} PAST {} {turns} back", count(back)), Role::PastBar);
    }
    if let Some(LookingProgress { turns, most }) = now.looking {
        let text = format!("{running} LOOK {} of {}", short_count(turns, 6), short_count(most, 6));
        return (text, Role::Bar);
    }
    let stop = |text: String| (format!("{stopped} {text}"), Role::Bar);
    match &now.status {
        Status::Fresh => stop("READY".into()),
        Status::Running => {
            let speed = now.speed.map_or(String::new(), |hz| format!(" {} turns/s", short_count(hz, 6)));
            (format!("{running} RUN{speed}"), Role::Bar)
        }
        Status::Limit { turns, pid: Some(pid) } => stop(format!("STOP step {} of {pid}", count(*turns))),
        Status::Limit { turns, .. } => stop(format!("STOP step {}", count(*turns))),
        Status::Idle => (format!("{idle} IDLE"), Role::Bar),
        Status::TimeOver => (format!("{done} END OF TIME"), Role::Bar),
        Status::Deadlock { waits, .. } => {
            let pids: Vec<String> = waits.iter().map(|w| w.pid.to_string()).collect();
            let who = if pids.len() <= 3 { pids.join(" and ") } else { format!("of {} tasks", pids.len()) };
            (format!("{trouble} DEADLOCK {who}"), Role::Trouble)
        }
        Status::AllDone => {
            let faulted = now.tasks.iter().filter(|t| t.fault.is_some()).count();
            let text = if faulted > 0 { format!("DONE, {faulted} faulted") } else { "DONE".into() };
            (format!("{done} {text}"), Role::Bar)
        }
        Status::Watchpoint { number, expression, .. } => stop(format!("STOP {number} {}", visible(expression))),
        Status::Event { number, pid, event } => stop(format!("STOP {number} {} {pid}", visible(event))),
        Status::Breakpoint { number, pid, .. } => stop(format!("STOP {number} task {pid}")),
        Status::Break { pid, code, .. } => stop(format!("BREAK {code} task {pid}")),
        Status::Fault { pid, fault, .. } => (format!("{trouble} FAULT {pid} {}", fault.name()), Role::Trouble),
        Status::Arrived { pid, .. } | Status::Line { pid, .. } | Status::Returned { pid, .. } => {
            stop(format!("STOP task {pid} there"))
        }
        Status::Held { pid } => stop(format!("HELD {pid} waits")),
        Status::OffSchedule { place, pid, .. } => stop(format!("HELD {pid} place {place}")),
        Status::Paused => stop("PAUSED".into()),
        Status::Visited => stop("BACK".into()),
        Status::Start => stop("START".into()),
    }
}
