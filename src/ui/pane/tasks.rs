//! 1: the task list.

use super::hole::UNKNOWN;
use super::list::select;
use super::timeline::fate;
use super::{Here, Motion, PaneId, Response, Unit, scroll_to, selected};
use crate::backend::{RunState, Status, TaskView};
use crate::text::visible;
use crate::ui::format::{count, fit, short_count, short_time, state};
use crate::ui::marks;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{Scene, TaskSort};
use unicode_width::UnicodeWidthStr;

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |_, _, want| want.fate = true,
    info,
    rows,
    draw,
    cursor,
    go,
    open,
    strip: false,
    filters: true,
    apart: Some(5),
    ..Unit::LIST
};

fn rows(here: &Here<'_>) -> usize {
    sorted(here).len()
}

fn cursor(here: &Here<'_>) -> Option<Spot> {
    selected(here).map(|t| Spot::Task(t.pid))
}

fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let tasks: Vec<u16> = sorted(here).iter().map(|t| t.pid).collect();
    select(here, &tasks, motion.rows(here.height))
}

/// Shows the code of the selected task.
fn open(_: &Here<'_>) -> Vec<Response> {
    vec![Response::Focus(PaneId::Code)]
}

/// The tasks that pass the filter, in the order the user wants.
fn sorted<'s>(here: &Here<'s>) -> Vec<&'s TaskView> {
    let filter = here.filter();
    let passes = |t: &&TaskView| filter.passes(Some(t.pid), t.state.name(), || t.name.clone());
    let mut tasks: Vec<&TaskView> = here.now.tasks.iter().filter(passes).collect();
    match here.view.formats.sort {
        TaskSort::Pid => {}
        TaskSort::Name => tasks.sort_by(|a, b| a.name.cmp(&b.name)),
        TaskSort::State => tasks.sort_by_key(|t| (t.state.ended(), t.state != RunState::Ready, t.state.name())),
        TaskSort::Turns => tasks.sort_by_key(|t| std::cmp::Reverse(t.counters.turns)),
    }
    tasks
}

fn info(here: &Here<'_>) -> String {
    let scene: &Scene<'_> = here;
    let all = scene.now.tasks.len();
    let alive = scene.now.tasks.iter().filter(|t| !t.state.ended()).count();
    let by = match scene.view.formats.sort {
        TaskSort::Pid => "",
        TaskSort::Name => "by name  ",
        TaskSort::State => "by state  ",
        TaskSort::Turns => "by turns  ",
    };
    format!("{by}{alive} of {all}")
}

/// The role of a task's state.
fn role(task: &TaskView) -> Role {
    match task.state {
        RunState::Ready => Role::Ready,
        RunState::WaitingMbx => Role::Wait,
        RunState::Sleeping => Role::Sleep,
        RunState::Paused => Role::Pause,
        RunState::Returned | RunState::Exited => Role::Ended,
        RunState::Faulted => Role::Trouble,
    }
}

/// Columns by what there is room for: where each ends (numbers) or begins (words).
struct Columns {
    name: usize,
    state: usize,
    state_width: usize,
    turns: usize,
    turns_width: usize,
    share: Option<usize>,
    /// Where the sums begin, and how many there are.
    more: Option<(usize, usize)>,
    pc: usize,
    activity: Option<usize>,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let roomy = width >= 46;
        let name = if roomy { (9 + (width - 46) / 8).min(16) } else { 9 };
        let state = 6 + name + 1;
        let state_width = if roomy { 7 } else { 5 };
        // Wide enough for twelve digits in groups, or for the short form of any count.
        let turns_width = if width >= 84 { 15 } else { 6 };
        let turns = state + state_width + turns_width;
        let share = roomy.then_some(turns + 5);
        let after = share.unwrap_or(turns);
        let many = [SUMS.len(), 3].into_iter().find(|n| after + SUM * n + 6 + WAIT <= width);
        let more = many.map(|n| (after, n));
        let pc = more.map_or(after, |(at, n)| at + SUM * n) + 1;
        let activity = (pc + 5 + 16 + ACTIVITY <= width).then(|| width - ACTIVITY);
        Columns { name, state, state_width, turns, turns_width, share, more, pc, activity }
    }
}

/// Columns of the picture of what a task did lately: one for eight turns.
const ACTIVITY: usize = 8;
/// The sums: switches, messages both ways, deepest stack in bytes. Each takes this many columns.
const SUMS: [&str; 4] = ["sw", "sent", "recv", "deep"];
const SUM: usize = 6;
/// Columns worth keeping for what a task waits for.
const WAIT: usize = 8;

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let columns = Columns::of(pen.width());
    header(&columns, pen);
    let tasks = sorted(here);
    if tasks.is_empty() {
        let text = if scene.now.tasks.is_empty() { "  no tasks: load FILE" } else { "  no task passes the filter" };
        pen.row(1).put(text, Role::Dim);
        return;
    }
    let room = pen.height().saturating_sub(1);
    let shown = if tasks.len() > room { room.saturating_sub(1) } else { room };
    let at = selected(scene).and_then(|s| tasks.iter().position(|t| t.pid == s.pid)).unwrap_or(0);
    let first = scroll_to(at, tasks.len(), shown);
    for (row, task) in tasks.iter().skip(first).take(shown).enumerate() {
        line(scene, task, &columns, pen.row(row + 1).spot(Spot::Task(task.pid)));
    }
    if tasks.len() > room {
        let below = tasks.len().saturating_sub(first + shown);
        let symbols = pen.symbols();
        let above = if first > 0 { format!("{} {first} above", symbols.more[1]) } else { String::new() };
        let below = if below > 0 { format!("{} {below} more", symbols.more[0]) } else { String::new() };
        let text = format!("  {above:14}{below}");
        pen.row(room).put(&text, Role::Dim);
    }
}

fn header(columns: &Columns, pen: &mut Pen<'_>) {
    pen.row(0).put("  pid ", Role::Head).spot_from(0, Spot::Sort(TaskSort::Pid));
    pen.put("name", Role::Head).spot_from(6, Spot::Sort(TaskSort::Name)).col(columns.state);
    pen.put("state", Role::Head).spot_from(columns.state, Spot::Sort(TaskSort::State));
    pen.right("turns", columns.turns, Role::Head).spot_from(columns.turns - 5, Spot::Sort(TaskSort::Turns));
    if let Some(end) = columns.share {
        pen.right("cpu", end, Role::Head);
    }
    if let Some((at, many)) = columns.more {
        for (i, name) in (1..).zip(SUMS).take(many) {
            pen.right(name, at + SUM * i, Role::Head);
        }
    }
    pen.col(columns.pc + 1).put("pc", Role::Head).col(columns.pc + 5).put("wait", Role::Head);
    if let Some(at) = columns.activity {
        pen.col(at).put("lately", Role::Head);
    }
}

/// How many of the last turns a task ran in: a column for eight turns, the newest on the right.
fn activity(scene: &Scene<'_>, task: &TaskView, at: usize, pen: &mut Pen<'_>) {
    const HEIGHTS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    const PLAIN: [&str; 9] = [" ", ".", ":", "-", "=", "+", "*", "%", "#"];
    let heights = if scene.theme.ascii() { PLAIN } else { HEIGHTS };
    pen.col(at);
    for column in (0..ACTIVITY as u64).rev() {
        let newest = scene.now.turn.saturating_sub(8 * column);
        let ran = task.recent.iter().filter(|t| **t <= newest && **t + 8 > newest).count();
        pen.put(heights[ran.min(8)], Role::Run);
    }
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
    pen.put(mark, Role::Run).right(&number(task), 5, plain);
    let named = if chosen { Role::Selection } else { Role::of_task(task.pid) };
    pen.col(6).put(&fit(&visible(&task.name), columns.name, symbols.ellipsis), named);
    let change = marks::state(now, task);
    let shown = if scene.view.notices.flash { change.role(state_role) } else { state_role };
    pen.col(columns.state - 1).put(change.mark(symbols), change.role(plain));
    pen.put(&state(task, running, columns.state_width), shown);
    if let Some(fault) = unsaid_fault(task, columns, pen.width()) {
        // The name of the fault is worth more than where the task stands: that shows everywhere else.
        pen.col(columns.state + 6).put(fault, state_role);
        return;
    }
    let turns = task.counters.turns;
    let turns = match (columns.turns_width > 6, columns.share) {
        (true, _) => count(turns),
        (_, Some(_)) => short_count(turns, 6),
        // A blank is kept between it and the state.
        _ => short_count(turns, 5),
    };
    pen.right(&turns, columns.turns, plain);
    if let Some(end) = columns.share {
        let share = (100 * u128::from(task.counters.turns)).checked_div(now.turn.into()).unwrap_or(0);
        pen.right(&format!("{share}%"), end, Role::Dim);
    }
    if let Some((at, many)) = columns.more {
        let deepest = u64::from(task.counters.deepest);
        let sums = [task.counters.switches, task.counters.sends, task.counters.receives, deepest];
        let known = now.reported.is_none();
        for (i, n) in (1..).zip(sums).take(many) {
            let sum = if known { short_count(n, 5) } else { UNKNOWN.to_owned() };
            pen.right(&sum, at + SUM * i, Role::Dim);
        }
    }
    pen.col(columns.pc).put(&format!("{:04X}", task.pc), plain);
    if let Some(at) = columns.activity {
        activity(scene, task, at, pen);
    }
    let at = columns.pc + 5;
    let room = columns.activity.unwrap_or(pen.width()).saturating_sub(at + usize::from(columns.activity.is_some()));
    let (said, role) = match fate::next(scene, task.pid) {
        Some(label) => (label.name().to_owned(), fate::role(label)),
        None if now.dead.contains(&task.pid) => (dead(task, room), Role::Trouble),
        None => (wait(scene, task, room, columns.state_width), state_role),
    };
    pen.col(at).put(&fit(&said, room, symbols.ellipsis), role);
}

/// The name of a task's fault where the column of waits is too narrow for it.
fn unsaid_fault(task: &TaskView, columns: &Columns, width: usize) -> Option<&'static str> {
    let name = task.fault?.0.name();
    let room = columns.activity.unwrap_or(width).saturating_sub(columns.pc + 5);
    (name.len() > room && columns.state + 6 + name.len() <= width).then_some(name)
}

/// The pid, an `f` before it if the task is frozen. Pids of five digits leave no room for it; the state
/// says so too.
fn number(task: &TaskView) -> String {
    let frozen = task.state == RunState::Paused && task.pid < 10_000;
    format!("{}{}", if frozen { "f" } else { "" }, task.pid)
}

/// That a task certainly waits for ever, and for what: the longest form that fits.
fn dead(task: &TaskView, room: usize) -> String {
    let name = task.wait.as_ref().and_then(|wait| wait.name.as_deref()).map(visible).unwrap_or_default();
    let forms = [format!("deadlock {name}"), format!("dead {name}"), "deadlock".to_owned()];
    forms.into_iter().find(|text| text.width() <= room).unwrap_or_else(|| "dead".to_owned())
}

/// What a task waits for, or how it ended.
fn wait(scene: &Scene<'_>, task: &TaskView, room: usize, state_width: usize) -> String {
    let left = |at: u64| short_time(at.saturating_sub(scene.now.time_us), room);
    match (&task.wait, task.fault, task.exit_status) {
        (Some(wait), ..) => match (&wait.name, wait.deadline_us) {
            (Some(name), Some(at)) => format!("{} {}", left(at), visible(name)),
            (Some(name), None) => visible(name).into_owned(),
            (None, Some(at)) => left(at),
            (None, None) => String::new(),
        },
        (None, Some((fault, _)), _) => fault.name().to_owned(),
        (None, None, Some(status)) if !state(task, false, state_width).ends_with(&status.to_string()) => {
            // Never a part of a number: the longest form that fits.
            let forms = [format!("status {status}"), format!("={status}"), format!("={}", status as i32)];
            forms.into_iter().find(|t| t.len() <= room).unwrap_or_default()
        }
        _ => String::new(),
    }
}
