//! 11: memory as a task sees it, with the owner of each row, and a cursor to change it at.

use super::hole::UNKNOWN;
use super::list::{keep, moved};
use super::{Here, Motion, Response, Unit};
use crate::backend::{Snapshot, TaskView};
use crate::text::{plain, visible};
use crate::ui::marks::{self, Change};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{ByteFormat, Formats, Scene};
use ratatui::layout::Rect;
use std::ops::Range;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { title, info, rows, draw, cursor: under, go, scroll, format, pins: true, follows: true, ..Unit::LIST };

/// Addresses there are.
const END: usize = 0x1_0000;
/// Where the image data of each task begins.
const BANK: usize = 0x4000;

/// Bytes a row in this many columns.
#[must_use]
pub fn across(format: ByteFormat, width: usize) -> usize {
    // Address and owner, then each byte (or word) with its mark and its letter.
    let fits = |n: &usize| match format {
        ByteFormat::Text => width >= 10 + n,
        ByteFormat::Hex => width >= 9 + 3 * n + 1 + n,
        ByteFormat::Words => width >= 9 + 11 * n / 4 + n,
    };
    let most = if format == ByteFormat::Text { [64, 32, 16, 8, 4] } else { [16, 8, 4, 4, 4] };
    most.into_iter().find(fits).unwrap_or(4)
}

fn rows(here: &Here<'_>) -> usize {
    END / across(here.view.formats.memory, here.width)
}

/// The byte under the cursor.
fn under(here: &Here<'_>) -> Option<Spot> {
    let task = here.subject()?;
    Some(Spot::Byte(task.pid, cursor(here, task) as u16))
}

/// Moves by rows of bytes, or by bytes.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let Some(task) = here.subject() else { return Vec::new() };
    let across = across(here.view.formats.memory, here.width) as i64;
    let by = match motion {
        Motion::Columns(by) => by,
        Motion::Rows(_) | Motion::Pages(_) | Motion::Edge(_) | Motion::Wheel(_) => {
            motion.rows(here.height).saturating_mul(across)
        }
    };
    vec![Response::Cursor(moved(cursor(here, task), by, END))]
}

/// First row that keeps an address in sight.
fn scroll(here: &Here<'_>, address: usize) -> usize {
    let row = address / across(here.view.formats.memory, here.width);
    keep(here, row, row, here.height.max(1))
}

/// Bytes another way.
fn format(here: &Here<'_>) -> Vec<Response> {
    let formats = here.view.formats;
    let memory = formats.memory.next();
    vec![Response::Formats(Formats { memory, ..formats }), Response::Say(memory.about().into())]
}

fn title(here: &Here<'_>, _: usize) -> String {
    here.subject().map_or(String::new(), |t| format!("of {}:{}", t.pid, visible(&t.name)))
}

fn info(_: &Here<'_>) -> String {
    "W window S stack b data".to_owned()
}

/// The bytes of RAM that the cursor of the focused pane is on: a register and the word it is are lit
/// together, wherever they show.
#[must_use]
pub fn lit(scene: &Scene<'_>) -> Option<Range<usize>> {
    // What a cursor is on does not depend on how much of its pane shows.
    let spot = super::cursor(&Here::within(*scene, scene.view.layout.focus, Rect::default()))?;
    let at = usize::from(spot.address(scene.now)?);
    match spot {
        Spot::Byte(pid, _) => {
            let task = scene.now.tasks.iter().find(|t| t.pid == pid)?;
            (!is_banked(task, at)).then_some(at..at + 1)
        }
        _ => Some(at..at + 4),
    }
}

fn is_banked(task: &TaskView, at: usize) -> bool {
    (BANK..BANK + task.bank.len()).contains(&at)
}

/// Where the cursor is: where the user has put it, or the task's registers.
fn cursor(here: &Here<'_>, task: &TaskView) -> usize {
    if here.state.moved { here.state.cursor.min(END - 1) } else { task.reg_base.into() }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let Some(task) = here.subject() else { return };
    let across = across(here.view.formats.memory, pen.width());
    let cursor = cursor(here, task);
    let page = pen.height() * across;
    let first = match here.state.moved {
        true => {
            let least = (cursor + across).saturating_sub(page).div_ceil(across) * across;
            (here.state.scroll * across).clamp(least.min(cursor), cursor) / across * across
        }
        false => cursor / across * across,
    };
    let first = first.min(END - page.min(END)).div_ceil(across) * across;
    let lit = lit(here);
    let is_lit = |at: usize| lit.as_ref().is_some_and(|l| l.contains(&at)) && !is_banked(task, at);
    let marked = |at: usize| at == cursor && here.focused() || is_lit(at);
    for row in 0..pen.height() {
        let address = first + row * across;
        if address < END {
            line(here, task, (address, across.min(END - address)), &marked, pen.row(row));
        }
    }
}

/// Whose an address is: `W1` window of task 1, `S2` stack of task 2, `b` the task's own image data.
fn owner(now: &Snapshot, task: &TaskView, address: usize) -> String {
    if is_banked(task, address) {
        return "b".into();
    }
    for t in &now.tasks {
        let bank = usize::from(t.reg_base);
        if (bank..bank + 64).contains(&address) {
            return format!("W{}", t.pid);
        }
        if (usize::from(t.stack_base)..usize::from(t.stack_top)).contains(&address) {
            return format!("S{}", t.pid);
        }
    }
    ".".into()
}

/// A byte as a task sees it.
#[must_use]
pub fn byte(now: &Snapshot, task: &TaskView, at: usize) -> u8 {
    let banked = at.checked_sub(BANK).and_then(|i| task.bank.get(i));
    banked.or(now.ram.get(at)).copied().unwrap_or(0)
}

fn change(now: &Snapshot, task: &TaskView, at: usize) -> Change {
    if is_banked(task, at) { Change::None } else { marks::byte(now, at) }
}

fn line(
    here: &Here<'_>,
    task: &TaskView,
    (address, count): (usize, usize),
    marked: &impl Fn(usize) -> bool,
    pen: &mut Pen<'_>,
) {
    let now = here.now;
    let owned = owner(now, task, address);
    let role = match owned.as_bytes() {
        [b'W', ..] => Role::Label,
        [b'S', ..] => Role::Sleep,
        [b'b'] => Role::Run,
        _ => Role::Dim,
    };
    pen.put(&format!("{address:04X} "), Role::Dim).put(&owned, role).col(9);
    let bytes: Vec<u8> = (address..address + count).map(|at| byte(now, task, at)).collect();
    match here.view.formats.memory {
        ByteFormat::Hex => {
            for (i, b) in bytes.iter().enumerate() {
                let (at, start) = (address + i, pen.at());
                let change = change(now, task, at);
                let known = now.knows(at, 1);
                let plain = change.role(if *b == 0 || !known { Role::Dim } else { Role::Text });
                let digits = if known { format!("{b:02X}") } else { UNKNOWN.repeat(2) };
                pen.put(&digits, if marked(at) { Role::Pc } else { plain });
                pen.put(change.mark(pen.symbols()), change.role(Role::Dim));
                pen.spot_from(start, Spot::Byte(task.pid, at as u16));
            }
            pen.put(" ", Role::Dim);
            text(task, address, &bytes, marked, pen);
        }
        ByteFormat::Words => words(here, task, address, &bytes, marked, pen),
        ByteFormat::Text => text(task, address, &bytes, marked, pen),
    }
}

fn text(task: &TaskView, address: usize, bytes: &[u8], here: impl Fn(usize) -> bool, pen: &mut Pen<'_>) {
    for (i, b) in bytes.iter().enumerate() {
        let start = pen.at();
        let role = if here(address + i) { Role::Pc } else { Role::Dim };
        pen.put(&plain(&[*b]), role).spot_from(start, Spot::Byte(task.pid, (address + i) as u16));
    }
}

fn words(
    scene: &Scene<'_>,
    task: &TaskView,
    address: usize,
    bytes: &[u8],
    here: impl Fn(usize) -> bool,
    pen: &mut Pen<'_>,
) {
    for (i, word) in bytes.chunks_exact(4).enumerate() {
        let (at, start) = (address + 4 * i, pen.at());
        let value = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let change = (at..at + 4).map(|at| change(scene.now, task, at)).max().unwrap_or_default();
        let here = (at..at + 4).any(&here);
        let plain = change.role(if value == 0 { Role::Dim } else { Role::Text });
        let digits = if scene.now.knows(at, 4) { format!("{value:08X}") } else { UNKNOWN.repeat(8) };
        pen.put(&digits, if here { Role::Pc } else { plain });
        pen.put(change.mark(pen.symbols()), change.role(Role::Dim)).put("  ", Role::Dim);
        pen.spot_from(start, Spot::Byte(task.pid, at as u16));
    }
    pen.put(&plain(bytes), Role::Dim);
}
