//! 1: the task list.

use super::{scroll_to, selected};
use crate::target::{State, Status, TaskView};
use crate::ui::format::{count, fit, short_count, state, time, visible};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    scene.now.tasks.len()
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    let all = scene.now.tasks.len();
    let alive = scene.now.tasks.iter().filter(|t| !t.state.ended()).count();
    format!("{alive} of {all}")
}

/// The role of a task's state.
pub(super) fn role(task: &TaskView) -> Role {
    match task.state {
        State::Ready => Role::Text,
        State::WaitingMbx => Role::Wait,
        State::Sleeping => Role::Sleep,
        State::Paused => Role::Pause,
        State::Returned | State::Exited => Role::Ended,
        State::Faulted => Role::Trouble,
    }
}

/// Columns by what there is room for: where each ends (numbers) or begins (words).
struct Columns {
    name: usize,
    state: usize,
    state_width: usize,
    turns: usize,
    share: Option<usize>,
    more: Option<usize>,
    pc: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let (roomy, more) = (width >= 46, width >= 60);
        let name = if roomy { (width / 5).clamp(9, 16) } else { 9 };
        let state = 6 + name + 1;
        let state_width = if roomy { 7 } else { 5 };
        let turns = state + state_width + 6;
        let share = roomy.then_some(turns + 5);
        let more = more.then_some(turns + 5);
        let pc = more.map_or(share.unwrap_or(turns), |at| at + 19) + 1;
        Columns { name, state, state_width, turns, share, more, pc }
    }
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let columns = Columns::of(pen.width());
    header(&columns, pen);
    let tasks = &scene.now.tasks;
    if tasks.is_empty() {
        pen.row(1).put("  no tasks: load FILE", Role::Dim);
        return;
    }
    let room = pen.height().saturating_sub(1);
    let shown = if tasks.len() > room { room.saturating_sub(1) } else { room };
    let at = selected(scene).and_then(|s| tasks.iter().position(|t| t.pid == s.pid)).unwrap_or(0);
    let first = scroll_to(at, tasks.len(), shown);
    for (row, task) in tasks.iter().skip(first).take(shown).enumerate() {
        line(scene, task, &columns, pen.row(row + 1));
    }
    if tasks.len() > room {
        let below = tasks.len().saturating_sub(first + shown);
        let symbols = pen.symbols();
        let text = format!("  {} {first} above  {} {below} more", symbols.more[1], symbols.more[0]);
        pen.row(room).put(&text, Role::Dim);
    }
}

fn header(columns: &Columns, pen: &mut Pen<'_>) {
    pen.row(0).put("  pid name", Role::Head).col(columns.state).put("state", Role::Head);
    pen.right("turns", columns.turns, Role::Head);
    if let Some(end) = columns.share {
        pen.right("cpu", end, Role::Head);
    }
    if let Some(at) = columns.more {
        pen.right("switch", at + 7, Role::Head).right("sent", at + 13, Role::Head).right("recv", at + 19, Role::Head);
    }
    pen.col(columns.pc + 1).put("pc", Role::Head).col(columns.pc + 5).put("wait", Role::Head);
}

fn line(scene: &Scene<'_>, task: &TaskView, columns: &Columns, pen: &mut Pen<'_>) {
    let now = scene.now;
    let symbols = pen.symbols();
    let chosen = selected(scene).is_some_and(|t| t.pid == task.pid);
    if chosen {
        pen.highlight(Role::Selection);
    }
    let mark = match Some(task.pid) {
        pid if pid == now.last => symbols.last,
        pid if pid == now.next => symbols.next,
        _ => " ",
    };
    let plain = if chosen { Role::Selection } else { Role::Text };
    let running = now.status == Status::Running && now.last == Some(task.pid);
    let state_role = if running { Role::Run } else { role(task) };
    pen.put(mark, Role::Run).right(&task.pid.to_string(), 5, plain);
    pen.col(6).put(&fit(&visible(&task.name), columns.name, symbols.ellipsis), plain);
    pen.col(columns.state).put(&state(task, running, columns.state_width), state_role);
    pen.right(&short_count(task.counters.turns, if columns.share.is_some() { 6 } else { 5 }), columns.turns, plain);
    if let Some(end) = columns.share {
        let share = (100 * task.counters.turns).checked_div(now.turn).unwrap_or(0);
        pen.right(&format!("{share}%"), end, Role::Dim);
    }
    if let Some(at) = columns.more {
        let sums = [task.counters.switches, task.counters.sends, task.counters.receives];
        for (i, n) in (1..).zip(sums) {
            pen.right(&short_count(n, 5), at + 1 + 6 * i, Role::Dim);
        }
    }
    pen.col(columns.pc).put(&format!("{:04X}", task.pc), plain);
    let at = columns.pc + 5;
    let room = pen.width().saturating_sub(at);
    pen.col(at).put(&fit(&wait(scene, task), room, symbols.ellipsis), state_role);
}

/// What a task waits for, or how it ended.
fn wait(scene: &Scene<'_>, task: &TaskView) -> String {
    let left = |at: u64| time(at.saturating_sub(scene.now.time_us));
    match (&task.wait, task.fault, task.exit_status) {
        (Some(wait), ..) => match (&wait.name, wait.deadline_us) {
            (Some(name), Some(at)) => format!("{} {}", left(at), visible(name)),
            (Some(name), None) => visible(name).into_owned(),
            (None, Some(at)) => left(at),
            (None, None) => String::new(),
        },
        (None, Some((fault, _)), _) => fault.name().to_owned(),
        (None, None, Some(status)) if status >= 100 => format!("status {}", count(u64::from(status))),
        _ => String::new(),
    }
}
