//! 18: the strip of RAM with every task's window in it, the base that points at one of them, and all
//! that a switch to the next task changes.

mod table;

use super::list::{self, moved};
use super::{Here, Motion, PaneId, Response, Unit, scroll_to, selected, windows};
use crate::backend::TaskView;
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::marks;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::{Role, Symbols};
use crate::ui::view::{NumberFormat, Scene};
use std::ops::Range;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { title, info, rows, draw, cursor, go, put, ..Unit::LIST };

/// Columns in front of the cells of the strip: address, edge.
const EDGE: usize = 7;
/// Columns behind them for the pointer, and from which names and registers are said on each row.
const LABEL: (usize, usize) = (8, 22);
/// Rows below the strip for the register under the cursor.
const DETAIL: usize = 3;

/// The task that ran last and the one that runs next, if that is another one.
#[must_use]
pub fn coming<'s>(scene: &Scene<'s>) -> Option<(&'s TaskView, &'s TaskView)> {
    let (last, next) = (task(scene, scene.now.last)?, task(scene, scene.now.next)?);
    (last.pid != next.pid).then_some((last, next))
}

fn task<'s>(scene: &Scene<'s>, pid: Option<u16>) -> Option<&'s TaskView> {
    scene.now.tasks.iter().find(|t| Some(t.pid) == pid)
}

/// Whether the view stands between two tasks.
fn half(scene: &Scene<'_>) -> bool {
    scene.view.half == Some(scene.now.turn)
}

/// The task whose window the base points at.
fn active<'s>(scene: &Scene<'s>) -> Option<&'s TaskView> {
    match coming(scene) {
        Some((_, next)) if half(scene) => Some(next),
        Some((last, _)) => Some(last),
        None => task(scene, scene.now.last).or_else(|| task(scene, scene.now.next)),
    }
}

/// The tasks as their windows lie in RAM.
fn strip<'s>(scene: &Scene<'s>) -> Vec<&'s TaskView> {
    let mut tasks: Vec<&TaskView> = scene.now.tasks.iter().collect();
    tasks.sort_by_key(|t| t.reg_base);
    tasks
}

/// Where a register stands among those of all tasks.
fn word(scene: &Scene<'_>, pid: u16, i: u8) -> usize {
    let place = strip(scene).iter().position(|t| t.pid == pid).unwrap_or(0);
    16 * place + usize::from(i)
}

/// The register under the cursor: where the user has put it, or of the selected task.
fn chosen(here: &Here<'_>) -> Option<(u16, u8)> {
    match here.state.moved {
        true => {
            let tasks = strip(here);
            let at = here.state.cursor.min((16 * tasks.len()).checked_sub(1)?);
            Some((tasks[at / 16].pid, (at % 16) as u8))
        }
        // The register that is chosen in the windows.
        false => Some((selected(here)?.pid, here.view.pane(PaneId::Windows).cursor.min(15) as u8)),
    }
}

fn cursor(here: &Here<'_>) -> Option<Spot> {
    chosen(here).map(|(pid, i)| Spot::Register(pid, i))
}

/// Moves among the registers of all tasks, as they lie in RAM.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let Some((pid, i)) = chosen(here) else { return Vec::new() };
    let by = match motion {
        Motion::Columns(by) => by,
        Motion::Rows(_) | Motion::Pages(_) | Motion::Edge(_) | Motion::Wheel(_) => {
            motion.rows(here.height).saturating_mul(registers_a_row(here, here.width) as i64)
        }
    };
    vec![Response::Cursor(moved(word(here, pid, i), by, 16 * here.now.tasks.len()))]
}

fn put(here: &Here<'_>, spot: Spot) -> Vec<Response> {
    match spot {
        Spot::Register(pid, i) => vec![Response::Select(pid), Response::Cursor(word(here, pid, i))],
        _ => list::put(here, spot),
    }
}

fn rows(here: &Here<'_>) -> usize {
    4 * here.now.tasks.len()
}

fn title(here: &Here<'_>, _: usize) -> String {
    let scene: &Scene<'_> = here;
    let form = windows::form(scene);
    let what = match (coming(scene), active(scene)) {
        (Some((from, to)), _) if half(scene) => {
            format!("from {} to {}, before turn {}", from.pid, to.pid, count(scene.now.turn + 1))
        }
        (Some((from, to)), _) => format!("{} has the base, {} is next", from.pid, to.pid),
        (None, Some(task)) => format!("{} has the base", task.pid),
        (None, None) => String::new(),
    };
    format!("{what}  {form}").trim().to_owned()
}

fn info(here: &Here<'_>) -> String {
    (if half(here) { "s next half" } else { "" }).to_owned()
}

/// Columns of the table on the left.
fn table_width(width: usize) -> usize {
    if width < 110 { 28 } else { 48 }
}

/// Registers a row, for moving the cursor up and down.
fn registers_a_row(scene: &Scene<'_>, width: usize) -> usize {
    let room = strip_width(width).saturating_sub(EDGE + LABEL.0);
    let cell = windows::value_width(scene.view.formats.numbers) + 1;
    [4, 2].into_iter().find(|n| n * cell <= room).unwrap_or(1)
}

fn strip_width(width: usize) -> usize {
    // A narrow pane shows the strip alone.
    if width < 72 { width } else { width - table_width(width) - 1 }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let tasks = strip(scene);
    if tasks.is_empty() {
        pen.row(0).put(" no tasks", Role::Dim);
        return;
    }
    let left = pen.width() - strip_width(pen.width());
    if left > 0 {
        table::draw(scene, left - 1, pen);
    }
    let across = registers_a_row(scene, pen.width());
    let rows = 16 / across * tasks.len();
    let room = pen.height().saturating_sub(1);
    let gaps = if rows + tasks.len() < room { tasks.len() - 1 } else { 0 };
    let detail = room > rows + gaps + DETAIL;
    head(scene, left, across, pen);
    let first = scroll_to(shown_row(here, &tasks, across), rows, room);
    let lit = super::memory::lit(scene);
    for (line, i) in (first..rows).take(room).enumerate() {
        let (place, row) = (i / (16 / across), i % (16 / across));
        let gap = if gaps > 0 { place } else { 0 };
        strip_row(scene, tasks[place], (row * across, across), lit.as_ref(), pen.row(1 + line + gap).col(left));
        if gaps > 0 && row == 0 && place > 0 {
            let dots = pen.symbols().gap.repeat(across * (windows::value_width(scene.view.formats.numbers) + 1));
            pen.row(line + gap).col(left + EDGE).put(&dots, Role::Dim);
        }
    }
    if detail {
        register(here, left, 2 + rows + gaps, pen);
    }
}

/// The row that stays in sight: the cursor's, or the middle of the window with the base.
fn shown_row(here: &Here<'_>, tasks: &[&TaskView], across: usize) -> usize {
    let rows = 16 / across;
    if here.state.moved {
        return here.state.cursor / across;
    }
    let base = tasks.iter().position(|t| active(here).is_some_and(|a| a.pid == t.pid)).unwrap_or(0);
    base * rows + rows / 2
}

fn head(scene: &Scene<'_>, left: usize, across: usize, pen: &mut Pen<'_>) {
    pen.row(0).col(left).put("RAM", Role::Head);
    let cell = windows::value_width(scene.view.formats.numbers) + 1;
    for i in 0..across {
        let name = if across == 1 { "one register a row".to_owned() } else { format!("R{i}") };
        pen.col(left + EDGE + i * cell).put(&name, Role::Head);
    }
}

fn strip_row(
    scene: &Scene<'_>,
    task: &TaskView,
    (first, across): (usize, usize),
    lit: Option<&Range<usize>>,
    pen: &mut Pen<'_>,
) {
    let s = pen.symbols();
    let left = pen.at();
    let base = active(scene).is_some_and(|t| t.pid == task.pid);
    let address = usize::from(task.reg_base) + 4 * first;
    let (edge, role) = if base { (s.edge[1], Role::Pc) } else { (s.edge[0], Role::Border) };
    pen.put(&format!("{address:04X} "), Role::Dim).put(edge, if base { Role::Focus } else { role });
    let width = windows::value_width(scene.view.formats.numbers);
    for i in first..first + across {
        let at = left + EDGE + (i - first) * (width + 1);
        let (value, place) = (task.reg(&scene.now.ram, i), usize::from(task.reg_base) + 4 * i);
        let change = marks::register(scene.now, task, i);
        let plain = change.role(if value == 0 { Role::Dim } else { Role::Text });
        let here = lit.is_some_and(|l| l.start < place + 4 && place < l.end);
        pen.right(&windows::number(value, scene.view.formats.numbers), at + width, if here { Role::Pc } else { plain });
        pen.col(at + width).put(change.mark(s), plain).spot_from(at, Spot::Register(task.pid, i as u8));
    }
    if pen.width().saturating_sub(pen.at()) > LABEL.0 {
        pen.put(" ", Role::Text);
    }
    label(scene, task, (first, across), base, pen);
}

/// What stands behind a row: on the first ones the pointer and whose window it is, side by side or one
/// below the other, then which registers these are.
fn label(scene: &Scene<'_>, task: &TaskView, (first, across): (usize, usize), base: bool, pen: &mut Pen<'_>) {
    let s = pen.symbols();
    let room = pen.width().saturating_sub(pen.at());
    let (row, wide) = (first / across, room >= LABEL.1);
    let pointer = pointer(scene, task, base, s).map(|text| (text, if base { Role::Focus } else { Role::Dim }));
    let name = (format!("{}:{}", task.pid, visible(&task.name)), Role::of_task(task.pid));
    let registers = if across == 1 { format!("R{first}") } else { format!("R{first}..R{}", first + across - 1) };
    if wide && row == 0 {
        let (text, role) = pointer.unwrap_or((String::new(), Role::Dim));
        pen.put(&fit(&name.0, room - text.len() - 2, s.ellipsis), name.1).put("  ", Role::Text).put(&text, role);
        return;
    }
    let mut lines = pointer.into_iter().chain([name]).filter(|_| !wide);
    let (text, role) = lines.nth(row).unwrap_or((registers, Role::Dim));
    pen.put(&fit(&text, room, s.ellipsis), role);
}

/// What the base has to do with a task's window.
fn pointer(scene: &Scene<'_>, task: &TaskView, base: bool, symbols: &Symbols) -> Option<String> {
    match coming(scene) {
        _ if base => Some(format!("{} base", symbols.base)),
        Some((from, _)) if half(scene) && from.pid == task.pid => Some("was base".to_owned()),
        Some((_, to)) if !half(scene) && to.pid == task.pid => Some("next".to_owned()),
        _ => None,
    }
}

/// The register under the cursor: where it lies, and its value in every format.
fn register(here: &Here<'_>, left: usize, row: usize, pen: &mut Pen<'_>) {
    let Some((pid, i)) = chosen(here) else { return };
    let Some(task) = task(here, Some(pid)) else { return };
    let (word, base) = (task.reg(&here.now.ram, i.into()), task.reg_base);
    let offset = 4 * u16::from(i);
    let at = format!("{:04X}", base.wrapping_add(offset));
    let long = (format!("R{i} of task {pid}: reg_base + 4*{i} = "), format!("{base:04X} + {offset:X} = {at}"));
    // A sum that is cut would be another one.
    let short = (format!("R{i} of task {pid}: "), format!("{base:04X} + {offset:X} = {at}"));
    let fits = left + long.0.len() + long.1.len() <= pen.width();
    let (place, sum) = if fits { long } else { short };
    pen.row(row).col(left).put(&place, Role::Dim).put(&sum, Role::Text);
    pen.row(row + 1).col(left);
    for (name, form) in
        [("hex ", NumberFormat::Hex), ("  signed ", NumberFormat::Signed), ("  f16 ", NumberFormat::F16)]
    {
        pen.put(name, Role::Dim).put(&windows::number(word, form), Role::Text);
    }
    pen.row(row + 2).col(left).put("binary ", Role::Dim).put(&windows::number(word, NumberFormat::Binary), Role::Text);
}
