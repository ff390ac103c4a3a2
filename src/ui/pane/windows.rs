//! 2: register windows: sixteen words of RAM, read through each task's reg_base.

use super::{label, selected};
use crate::target::TaskView;
use crate::ui::format::{fit, flags, visible};
use crate::ui::marks;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{NumberFormat, Scene};

/// Columns one window needs with hex values, and with wider ones.
const HEX: usize = 57;
const WIDE: usize = 69;

pub(super) fn rows(_: &Scene<'_>) -> usize {
    5
}

pub(super) fn title(scene: &Scene<'_>, _: usize) -> String {
    let form = match scene.view.numbers {
        NumberFormat::Hex => return String::new(),
        NumberFormat::Signed => "signed",
        NumberFormat::Unsigned => "unsigned",
        NumberFormat::F16 => "f16",
        NumberFormat::Text => "text",
    };
    format!("as {form}")
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    let s = scene.theme.symbols();
    let since = scene.now.since.as_ref().map_or(String::new(), |p| format!("  {} since turn {}", s.since, p.turn));
    format!("{} last turn{since}  {} by another ", s.changed, s.foreign).trim_end().to_owned()
}

/// The selected task first, then who runs next, then the others in order.
fn order<'s>(scene: &Scene<'s>, most: usize) -> Vec<&'s TaskView> {
    let first = selected(scene).map(|t| t.pid);
    let wanted = [first, scene.now.next].into_iter().flatten();
    let mut pids: Vec<u16> = wanted.chain(scene.now.tasks.iter().map(|t| t.pid)).collect();
    let mut seen = std::collections::BTreeSet::new();
    pids.retain(|pid| seen.insert(*pid));
    pids.iter().take(most).filter_map(|pid| scene.now.tasks.iter().find(|t| t.pid == *pid)).collect()
}

/// How many windows stand side by side in so many columns.
fn across(scene: &Scene<'_>, width: usize) -> usize {
    let cell = if matches!(scene.view.numbers, NumberFormat::Signed | NumberFormat::Unsigned) { WIDE } else { HEX };
    ((width + 2) / (cell + 2)).max(1)
}

/// The columns of the walls between windows.
pub fn walls(scene: &Scene<'_>, width: usize) -> impl Iterator<Item = usize> {
    let many = across(scene, width);
    (1..scene.now.tasks.len().min(many)).map(move |i| i * (width / many))
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let many = across(scene, pen.width());
    let shown = order(scene, many);
    if shown.is_empty() {
        pen.row(0).put(" no tasks", Role::Dim);
    }
    let width = pen.width() / many;
    for (i, task) in shown.into_iter().enumerate() {
        let left = i * width;
        let left = left + usize::from(i > 0) * 2;
        window(scene, task, left, (i + 1) * width, pen);
    }
}

fn window(scene: &Scene<'_>, task: &TaskView, left: usize, right: usize, pen: &mut Pen<'_>) {
    head(scene, task, left, right, pen);
    // Extra room goes between the cells.
    let (name, value) = (4, value_width(scene.view.numbers));
    let natural = name + value + 1;
    let spread = (right.saturating_sub(left + 5 + 4 * natural) / 4).min(4);
    // A narrow pane shows two registers a row.
    let across = if right - left >= 5 + 4 * natural { 4 } else { 2 };
    for i in 0..16 {
        let row = 1 + i / across;
        if i % across == 0 {
            let address = usize::from(task.reg_base) + 4 * i;
            pen.row(row).col(left).put(&format!("{address:04X}"), Role::Dim);
        }
        let at = left + 5 + (i % across) * (natural + spread);
        let change = marks::register(scene.now, task, i);
        let word = task.reg(&scene.now.ram, i);
        let role = change.role(if word == 0 { Role::Dim } else { Role::Text });
        pen.row(row).col(at).put(&format!("R{i}"), Role::Label);
        pen.right(&number(word, scene.view.numbers), at + name + value, role);
        let mark = change.mark(pen.symbols());
        pen.col(at + name + value).put(mark, role);
    }
}

fn head(scene: &Scene<'_>, task: &TaskView, left: usize, right: usize, pen: &mut Pen<'_>) {
    let s = pen.symbols();
    let mark = match Some(task.pid) {
        pid if pid == scene.now.last => s.last,
        pid if pid == scene.now.next => s.next,
        _ => " ",
    };
    let [pc, psw, sp] = marks::context(scene.now, task);
    let fields = "reg_base 1000  pc 004C.  sp FFFC.  psw ZC--.".len();
    let room = (right - left).saturating_sub(fields + 4);
    let name = format!("{}:{}", task.pid, visible(&task.name));
    let chosen = selected(scene).is_some_and(|t| t.pid == task.pid);
    pen.row(0).col(left).put(mark, Role::Run).put(" ", Role::Text);
    pen.put(&fit(&name, room.max(4), s.ellipsis), if chosen { Role::Focus } else { Role::Text });
    pen.put("  reg_base ", Role::Dim).put(&format!("{:04X}", task.reg_base), Role::Label);
    for (name, value, change) in [
        ("  pc ", format!("{:04X}", task.pc), pc),
        (" sp ", format!("{:04X}", task.sp), sp),
        (" psw ", flags(task.psw), psw),
    ] {
        pen.put(name, Role::Dim).put(&value, change.role(Role::Text)).put(change.mark(s), change.role(Role::Text));
    }
    if let Some(place) = label(task, task.pc).filter(|_| right - left > 75) {
        let rest = right.saturating_sub(pen.at() + 2);
        pen.put("  ", Role::Dim).put(&fit(&place, rest, s.ellipsis), Role::Dim);
    }
}

fn value_width(format: NumberFormat) -> usize {
    match format {
        NumberFormat::Signed | NumberFormat::Unsigned => 11,
        _ => 8,
    }
}

fn number(word: u32, format: NumberFormat) -> String {
    match format {
        NumberFormat::Hex => format!("{word:08X}"),
        NumberFormat::Signed => (word as i32).to_string(),
        NumberFormat::Unsigned => word.to_string(),
        NumberFormat::F16 => half(word),
        NumberFormat::Text => crate::ui::format::plain_bytes(&word.to_le_bytes()),
    }
}

/// The low half as f16, in at most eight columns.
fn half(word: u32) -> String {
    let x = crate::target::f16(word as u16);
    let plain = format!("{x}");
    if plain.len() <= 8 { plain } else { format!("{x:.1e}") }
}
