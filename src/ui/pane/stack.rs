//! 4: stacks as bars, the RAM at one glance, the selected task's stack in detail, and the regions.

mod regions;
mod words;

use super::hole::UNKNOWN;
use super::list::{self, moved};
use super::{Here, Motion, Response, Unit, scroll_to, selected};
use crate::backend::TaskView;
use crate::ui::format::count;
use crate::ui::layout::ViewId;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{Formats, Scene, View};

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |_, _, want| want.stack_past = true,
    info,
    rows,
    draw,
    cursor,
    go,
    put,
    format,
    follows: true,
    scrolls: false,
    strip: false,
    ..Unit::LIST
};

/// Rows the map takes: a scale, the RAM, a legend, free room.
const MAP: usize = 4;
/// From this many rows below the map on, a table says what lies where.
const TABLE_FROM: usize = 14;
/// In the view of one task, lower panes than this show its stack alone.
const ALL_FROM: usize = 14;

fn rows(here: &Here<'_>) -> usize {
    here.now.tasks.len() + MAP + selected(here).map_or(0, words::count)
}

fn info(here: &Here<'_>) -> String {
    let bar = here.theme.symbols().bar;
    format!("G guard {} used {} was", bar[2], bar[1])
}

/// Whether a pane of this many rows shows one stack alone.
fn alone(view: &View, height: usize) -> bool {
    view.formats.one_stack.unwrap_or(view.layout.desk == ViewId::Task && height < ALL_FROM)
}

/// The word under the cursor once it has moved into the words, else the task.
fn cursor(here: &Here<'_>) -> Option<Spot> {
    let task = selected(here)?;
    match here.state.moved {
        true => words::address(task, here.state.cursor).map(|at| Spot::Byte(task.pid, at)),
        false => Some(Spot::Task(task.pid)),
    }
}

/// Moves over the tasks, and below the last one over the words of the selected task's stack.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let (Some(task), tasks) = (selected(here), &here.now.tasks) else { return Vec::new() };
    let at = match here.state.moved {
        true => tasks.len() + here.state.cursor.min(words::count(task).saturating_sub(1)),
        false => tasks.iter().position(|t| t.pid == task.pid).unwrap_or(0),
    };
    let to = moved(at, motion.rows(here.height), tasks.len() + words::count(task));
    match tasks.get(to) {
        Some(task) => vec![Response::Rest, Response::Select(task.pid)],
        None => vec![Response::Cursor(to - tasks.len())],
    }
}

/// A click on a word selects it.
fn put(here: &Here<'_>, spot: Spot) -> Vec<Response> {
    match (spot, selected(here)) {
        (Spot::Byte(pid, at), Some(task)) if pid == task.pid && at >= task.sp => {
            vec![Response::Cursor(usize::from(at - task.sp) / 4)]
        }
        _ => list::put(here, spot),
    }
}

/// One stack, or all of them.
fn format(here: &Here<'_>) -> Vec<Response> {
    let one = !alone(here.view, here.height);
    let formats = Formats { one_stack: Some(one), ..here.view.formats };
    let text = if one { "the selected task's stack alone" } else { "all stacks" };
    vec![Response::Formats(formats), Response::Say(text.into())]
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let tasks = &scene.now.tasks;
    let height = pen.height();
    if tasks.is_empty() {
        pen.row(0).put(" no tasks", Role::Dim);
        return;
    }
    // A cursor among the words needs the room.
    let chosen = here.state.moved.then_some(here.state.cursor);
    if let Some(task) = selected(scene).filter(|_| chosen.is_some() || alone(scene.view, height)) {
        let numbers = Numbers::of(scene, pen.width());
        bar(scene, task, &numbers, pen.row(0).spot(Spot::Task(task.pid)));
        if height > 1 {
            words::draw(scene, task, (1, height - 1), chosen, pen);
        }
        return;
    }
    // Bars first, then the map, the selected stack's words, and what lies where.
    let free_row = usize::from(height >= 2);
    let map = if height > tasks.len().min(4) + MAP { MAP } else { free_row };
    let bars = tasks.len().min(height - map).min((height - map).div_ceil(if map == MAP { 2 } else { 1 }).max(3));
    let at = selected(scene).and_then(|s| tasks.iter().position(|t| t.pid == s.pid)).unwrap_or(0);
    let first = scroll_to(at, tasks.len(), bars);
    let numbers = Numbers::of(scene, pen.width());
    for (row, task) in tasks.iter().skip(first).take(bars).enumerate() {
        bar(scene, task, &numbers, pen.row(row).spot(Spot::Task(task.pid)));
    }
    let mut row = bars;
    if map == MAP {
        row += ruler(scene, row, pen);
    }
    let Some(task) = selected(scene) else { return };
    let wanted = words::rows(scene, task) + 1;
    let table = regions::rows(scene) + 1;
    // The table tells what is free, too; without room for it a line does.
    let with_table = map == MAP && height >= row + TABLE_FROM;
    if !with_table && map > 0 && row < height {
        pen.row(row).put(&free(scene), Role::Dim);
        row += 1;
    }
    let left = height - row.min(height);
    let words = if with_table { wanted.min(left - table.min(left / 2)) } else { wanted.min(left) };
    if words >= 3 {
        words::draw(scene, task, (row + 1, words - 1), None, pen);
        row += words;
    }
    if with_table {
        regions::draw(scene, row + 1, height - row - 1, pen);
    }
}

/// How the numbers beside the bars are written: columns that no stack of this machine overflows.
struct Numbers {
    digits: usize,
    long: bool,
}

impl Numbers {
    fn of(scene: &Scene<'_>, width: usize) -> Numbers {
        let largest = scene.now.tasks.iter().map(|t| t.stack_top.saturating_sub(t.stack_limit)).max().unwrap_or(0);
        Numbers { digits: if largest > 9999 { 5 } else { 4 }, long: width >= 46 }
    }

    fn text(&self, used: usize, size: usize, deepest: &str) -> String {
        let d = self.digits;
        if self.long {
            format!(" {used:d$}/{size:<d$} hw {deepest:>d$} ")
        } else {
            format!(" {used:d$} hw{deepest:>d$}")
        }
    }
}

fn bar(scene: &Scene<'_>, task: &TaskView, numbers: &Numbers, pen: &mut Pen<'_>) {
    let chosen = selected(scene).is_some_and(|t| t.pid == task.pid);
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    let size = usize::from(task.stack_top.saturating_sub(task.stack_limit)).max(1);
    let used = usize::from(task.stack_top.saturating_sub(task.sp));
    let deepest = (task.counters.deepest as usize).max(used).min(size);
    let known = scene.now.reported.is_none();
    let numbers = numbers.text(used, size, &if known { deepest.to_string() } else { UNKNOWN.to_owned() });
    let cells = pen.width().saturating_sub(5 + 1 + 4 + 1 + 1 + 1 + 4 + numbers.len()).max(4);
    let symbols = pen.symbols().bar;
    let filled = |bytes: usize| (bytes * cells).div_ceil(size).min(cells);
    let near = used * 10 >= size * 9;
    pen.right(&task.pid.to_string(), 5, plain).put(" ", plain);
    pen.put(&format!("{:04X} ", task.stack_limit), Role::Dim).put("G", if near { Role::Trouble } else { Role::Label });
    pen.put(&symbols[0].repeat(cells - filled(deepest)), Role::Dim);
    pen.put(&symbols[1].repeat(filled(deepest) - filled(used)), Role::Since);
    pen.put(&symbols[2].repeat(filled(used)), if near { Role::Trouble } else { Role::Run });
    pen.put(symbols[3], Role::Dim).put(&format!("{:04X}", task.stack_top), Role::Dim).put(&numbers, plain);
}

/// The whole RAM in one row: banks, stacks, image data, free room.
fn ruler(scene: &Scene<'_>, row: usize, pen: &mut Pen<'_>) -> usize {
    let cells = pen.width().saturating_sub(7).clamp(16, 128) / 4 * 4;
    let scale = pen.row(row);
    for quarter in 0..4 {
        scale.col(6 + quarter * cells / 4).put(&format!("{:04X}", quarter * 0x4000), Role::Dim);
    }
    pen.row(row + 1).put("  RAM ", Role::Dim);
    for cell in 0..cells {
        let (from, to) = (cell * 0x1_0000 / cells, (cell + 1) * 0x1_0000 / cells);
        let (text, role) = region(scene, from, to);
        pen.put(&text, role);
    }
    pen.row(row + 2).col(4);
    for part in ["W windows", "digits stacks by pid", "b image data"] {
        if pen.at() + 2 + part.len() <= pen.width() {
            pen.put("  ", Role::Dim).put(part, Role::Dim);
        }
    }
    3
}

fn region(scene: &Scene<'_>, from: usize, to: usize) -> (String, Role) {
    let tasks = &scene.now.tasks;
    let covers = |start: usize, end: usize| start < to && from < end;
    let chosen = |pid: u16| selected(scene).is_some_and(|t| t.pid == pid);
    let bank = tasks.iter().find(|t| covers(t.reg_base.into(), usize::from(t.reg_base) + 64));
    let stack = tasks.iter().find(|t| covers(t.stack_base.into(), t.stack_top.into()));
    if let Some(task) = bank {
        ("W".into(), if chosen(task.pid) { Role::Focus } else { Role::Label })
    } else if let Some(task) = stack {
        ((task.pid % 10).to_string(), if chosen(task.pid) { Role::Focus } else { Role::Run })
    } else if tasks.iter().any(|t| !t.bank.is_empty() && covers(0x4000, 0x4000 + t.bank.len())) {
        ("b".into(), Role::Since)
    } else {
        (scene.theme.symbols().bar[0].into(), Role::Dim)
    }
}

/// The largest free piece of RAM where arenas may be.
fn free(scene: &Scene<'_>) -> String {
    let pieces = regions::list(scene.now);
    let best =
        pieces.iter().filter(|r| r.what == regions::What::Free && r.start >= 0x1000).max_by_key(|r| r.end - r.start);
    best.map_or("      nothing free".to_owned(), |r| {
        let bytes = count((r.end - r.start) as u64);
        format!("      free {:04X}..{:04X}, {bytes} bytes", r.start, r.end - 1)
    })
}
