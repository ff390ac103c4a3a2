//! 2: register windows: sixteen words of RAM, read through each task's reg_base.

use super::hole::UNKNOWN;
use super::{Here, Motion, Response, Unit, label, scroll_to};
use crate::backend::{TaskView, flag_letters};
use crate::text::visible;
use crate::ui::format::fit;
use crate::ui::marks;
use crate::ui::pen::Pen;
use crate::ui::spacing;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{NumberFormat, Scene};
use std::ops::Range;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { title, info, rows, draw, walls, cursor, go, strip: false, pins: true, apart: Some(9), ..Unit::LIST };

/// Columns one window needs with hex values, and with wider ones.
const HEX: usize = 57;
const WIDE: usize = 69;
/// Columns between two cells at most, and at least where there is room between things.
const GAPS: (usize, usize) = (4, 8);

fn rows(_: &Here<'_>) -> usize {
    16
}

fn title(here: &Here<'_>, _: usize) -> String {
    form(here)
}

/// `as signed`; nothing for hex.
pub(super) fn form(scene: &Scene<'_>) -> String {
    let form = match scene.view.formats.numbers {
        NumberFormat::Hex => return String::new(),
        NumberFormat::Signed => "signed",
        NumberFormat::Unsigned => "unsigned",
        NumberFormat::Binary => "binary",
        NumberFormat::F16 => "f16",
        NumberFormat::Text => "text",
    };
    format!("as {form}")
}

fn info(here: &Here<'_>) -> String {
    let scene: &Scene<'_> = here;
    let s = scene.theme.symbols();
    let since = scene.now.since.as_ref().map_or(String::new(), |p| format!("  {} since turn {}", s.since, p.turn));
    format!("{} last turn{since}  {} by another ", s.changed, s.foreign).trim_end().to_owned()
}

/// The selected task first, then who runs next, then the others in order.
fn order<'s>(here: &Here<'s>, most: usize) -> Vec<&'s TaskView> {
    let scene: &Scene<'s> = here;
    let first = here.subject().map(|t| t.pid);
    let wanted = [first, scene.now.next].into_iter().flatten();
    let mut pids: Vec<u16> = wanted.chain(scene.now.tasks.iter().map(|t| t.pid)).collect();
    let mut seen = std::collections::BTreeSet::new();
    pids.retain(|pid| seen.insert(*pid));
    pids.iter().take(most).filter_map(|pid| scene.now.tasks.iter().find(|t| t.pid == *pid)).collect()
}

/// How many windows stand side by side in this many columns.
fn across(scene: &Scene<'_>, width: usize) -> usize {
    let cell = match scene.view.formats.numbers {
        NumberFormat::Binary => 5 + 4 * 37,
        NumberFormat::Signed | NumberFormat::Unsigned => WIDE,
        _ if scene.view.formats.regnames => WIDE,
        _ => HEX,
    };
    let cell = if spacing::on(scene.view) { cell + 4 * GAPS.0 } else { cell };
    ((width + 2) / (cell + 2)).max(1)
}

/// The columns of the walls between windows.
fn walls(here: &Here<'_>) -> Vec<(usize, u16)> {
    let many = across(here, here.width);
    (1..here.now.tasks.len().min(many)).map(|i| (i * (here.width / many), 4 * here.pitch + 1)).collect()
}

/// The register under the cursor.
fn cursor(here: &Here<'_>) -> Option<Spot> {
    here.subject().map(|t| Spot::Register(t.pid, here.state.cursor.min(15) as u8))
}

/// Moves by registers. A move beyond the last row stays in its column.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let by = match motion {
        Motion::Columns(by) => by,
        Motion::Rows(_) | Motion::Pages(_) | Motion::Edge(_) | Motion::Wheel(_) => {
            motion.rows(here.height).saturating_mul(registers_a_row(here, here.width) as i64)
        }
    };
    let to = (here.state.cursor as i64).saturating_add(by);
    match to {
        0..16 => vec![Response::Cursor(to as usize)],
        _ if by.unsigned_abs() > 16 => vec![Response::Cursor(if by > 0 { 15 } else { 0 })],
        _ => Vec::new(),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let many = across(here, pen.width());
    let shown = order(here, many);
    let lit = super::memory::lit(here);
    if shown.is_empty() {
        pen.row(0).put(" no tasks", Role::Dim);
    }
    let width = pen.width() / many;
    for (i, task) in shown.into_iter().enumerate() {
        let left = i * width;
        let left = left + usize::from(i > 0) * 2;
        window(here, task, (left, (i + 1) * width), lit.as_ref(), pen);
    }
}

fn window(
    here: &Here<'_>,
    task: &TaskView,
    (left, right): (usize, usize),
    lit: Option<&Range<usize>>,
    pen: &mut Pen<'_>,
) {
    let scene: &Scene<'_> = here;
    head(here, task, left, right, pen);
    // Extra room goes between the cells.
    let (name, value) = (if scene.view.formats.regnames { 8 } else { 4 }, value_width(scene.view.formats.numbers));
    let natural = name + value + 1;
    // A narrow pane shows two registers a row.
    let across = across_of(right - left, natural);
    let widest = if spacing::on(scene.view) { GAPS.1 } else { GAPS.0 };
    let spread = (right.saturating_sub(left + 5 + across * natural) / across).min(widest);
    let cursor = here.state.cursor.min(15);
    let first = here.subject().is_some_and(|t| t.pid == task.pid);
    // Where not all rows fit, the one with the cursor is in sight.
    let room = pen.height().saturating_sub(1);
    let above = if first { scroll_to(cursor / across, 16 / across, room) } else { 0 };
    for i in above * across..16.min((above + room) * across) {
        let row = 1 + i / across - above;
        if i % across == 0 {
            let address = usize::from(task.reg_base) + 4 * i;
            pen.row(row).col(left).put(&format!("{address:04X}"), Role::Dim);
        }
        let at = left + 5 + (i % across) * (natural + spread);
        let change = marks::register(scene.now, task, i);
        let word = task.reg(&scene.now.ram, i);
        let role = change.role(if word == 0 { Role::Dim } else { Role::Text });
        pen.row(row).col(at).put(&register_name(scene, i), Role::Label);
        let place = usize::from(task.reg_base) + 4 * i;
        let marked = lit.is_some_and(|l| l.start < place + 4 && place < l.end);
        let shown = if marked { Role::Pc } else { role };
        let known = scene.now.knows(place, 4);
        let text = if known { number(word, scene.view.formats.numbers) } else { UNKNOWN.repeat(8) };
        pen.right(&text, at + name + value, shown);
        let mark = change.mark(pen.symbols());
        pen.col(at + name + value).put(mark, role).spot_from(at, Spot::Register(task.pid, i as u8));
    }
}

/// Registers a row where each takes this many columns.
fn across_of(width: usize, natural: usize) -> usize {
    [4, 2].into_iter().find(|n| width >= 5 + n * natural).unwrap_or(1)
}

/// Registers a row, for moving the cursor up and down.
fn registers_a_row(scene: &Scene<'_>, width: usize) -> usize {
    let many = across(scene, width);
    let name = if scene.view.formats.regnames { 8 } else { 4 };
    across_of(width / many, name + value_width(scene.view.formats.numbers) + 1)
}

/// `R3`, or with its part in the calling convention: `R1 arg`.
fn register_name(scene: &Scene<'_>, i: usize) -> String {
    if !scene.view.formats.regnames {
        return format!("R{i}");
    }
    let part = match i {
        0 => "ret",
        1..=5 => "arg",
        15 => "sp",
        _ => "",
    };
    format!("R{i:<2} {part}")
}

fn head(here: &Here<'_>, task: &TaskView, left: usize, right: usize, pen: &mut Pen<'_>) {
    let (scene, s): (&Scene<'_>, _) = (here, pen.symbols());
    let mark = match Some(task.pid) {
        pid if pid == scene.now.last => s.last,
        pid if pid == scene.now.next => s.next,
        _ => " ",
    };
    let [pc, psw, sp] = marks::context(scene.now, task);
    // In a narrow window the names of fields are short, or known by what they name.
    let narrow = right - left < 50;
    let names = if narrow { [" base ", " pc ", " sp ", " "] } else { ["  reg_base ", "  pc ", " sp ", " psw "] };
    let fields = names.iter().map(|n| n.len() + 5).sum::<usize>() - 1;
    let room = (right - left).saturating_sub(fields + 2);
    let name = format!("{}:{}", task.pid, visible(&task.name));
    // A pid that is cut would be another one.
    let name = if room < 4 { task.pid.to_string() } else { name };
    let chosen = here.subject().is_some_and(|t| t.pid == task.pid);
    pen.row(0).col(left).put(mark, Role::Run).put(" ", Role::Text);
    pen.put(&fit(&name, room.max(3), s.ellipsis), if chosen { Role::Focus } else { Role::of_task(task.pid) });
    pen.put(names[0], Role::Dim).put(&format!("{:04X}", task.reg_base), Role::Label);
    for (name, value, change) in [
        (names[1], format!("{:04X}", task.pc), pc),
        (names[2], format!("{:04X}", task.sp), sp),
        (names[3], flag_letters(task.psw), psw),
    ] {
        pen.put(name, Role::Dim).put(&value, change.role(Role::Text)).put(change.mark(s), change.role(Role::Text));
    }
    let end = right.min(pen.width());
    if pen.at() < end {
        let here = pen.at();
        pen.col(here).spot_from(left, Spot::Task(task.pid));
    }
    if let Some(place) = label(task, task.pc).filter(|_| right - left > 75) {
        let rest = right.saturating_sub(pen.at() + 2);
        pen.put("  ", Role::Dim).put(&fit(&place, rest, s.ellipsis), Role::Dim);
    }
}

pub(super) fn value_width(format: NumberFormat) -> usize {
    match format {
        NumberFormat::Signed | NumberFormat::Unsigned => 11,
        NumberFormat::Binary => 32,
        _ => 8,
    }
}

pub(super) fn number(word: u32, format: NumberFormat) -> String {
    match format {
        NumberFormat::Hex => format!("{word:08X}"),
        NumberFormat::Signed => (word as i32).to_string(),
        NumberFormat::Unsigned => word.to_string(),
        NumberFormat::Binary => format!("{word:032b}"),
        NumberFormat::F16 => half(word),
        NumberFormat::Text => crate::text::plain(&word.to_le_bytes()),
    }
}

/// The low half as f16, in at most eight columns.
fn half(word: u32) -> String {
    let x = crate::backend::f16(word as u16);
    let plain = format!("{x}");
    if plain.len() <= 8 { plain } else { format!("{x:.1e}") }
}
