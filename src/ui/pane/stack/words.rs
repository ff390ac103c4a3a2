//! The words of one stack, newest first, between guard and top.

use crate::backend::{Fault, TaskView};
use crate::ui::format::{count as written, fit, plural};
use crate::ui::marks;
use crate::ui::pane::{label, scroll_to};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::Scene;
use unicode_width::UnicodeWidthStr;

/// Equal words in a row from which on they are folded.
const FOLD: usize = 5;

/// One row of the detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StackRow {
    /// A word by its distance from sp, in words.
    Word(usize),
    /// A number of words that equal the one above.
    Same(usize),
}

/// The words between sp and top.
fn words(scene: &Scene<'_>, task: &TaskView) -> impl Iterator<Item = u32> {
    let (sp, top) = (usize::from(task.sp), usize::from(task.stack_top));
    let known = scene.now.knows(sp, top.saturating_sub(sp));
    let bytes = scene.now.ram.get(sp..top).filter(|_| known).unwrap_or(&[]);
    bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

/// Words by rows, long runs of equal ones folded.
fn folded(scene: &Scene<'_>, task: &TaskView) -> Vec<StackRow> {
    let mut rows = Vec::new();
    let mut words = words(scene, task).enumerate().peekable();
    while let Some((at, word)) = words.next() {
        let mut run = 1;
        while words.next_if(|(_, next)| *next == word).is_some() {
            run += 1;
        }
        if run < FOLD {
            rows.extend((at..at + run).map(StackRow::Word));
        } else {
            rows.extend([
                StackRow::Word(at),
                StackRow::Word(at + 1),
                StackRow::Same(run - 3),
                StackRow::Word(at + run - 1),
            ]);
        }
    }
    rows
}

/// How many words there are between sp and top.
#[must_use]
pub fn count(task: &TaskView) -> usize {
    usize::from(task.stack_top.saturating_sub(task.sp)) / 4
}

/// Where a word lies, by its distance from sp; the last one for a greater distance. `None` on an empty stack.
#[must_use]
pub fn address(task: &TaskView, word: usize) -> Option<u16> {
    let last = count(task).checked_sub(1)?;
    u16::try_from(usize::from(task.sp) + 4 * word.min(last)).ok()
}

/// Rows the whole detail takes: head, guard, room left, words, top.
#[must_use]
pub fn rows(scene: &Scene<'_>, task: &TaskView) -> usize {
    let refused = usize::from(refused(task).is_some());
    let left = usize::from(task.sp > task.stack_limit);
    3 + refused + left + folded(scene, task).len()
}

/// The instruction that would have passed the guard.
fn refused(task: &TaskView) -> Option<&str> {
    let overflow = matches!(task.fault, Some((Fault::StackOverflow, _)));
    let row = task.listing.rows.get(task.listing.row_at(task.pc)?)?;
    overflow.then_some(row.mnemonic.as_str())
}

/// Draws the detail from a row on in this many rows. With a cursor among the words each of them has a row.
pub fn draw(scene: &Scene<'_>, task: &TaskView, (row, room): (usize, usize), chosen: Option<usize>, pen: &mut Pen<'_>) {
    let used = usize::from(task.stack_top.saturating_sub(task.sp));
    let left = usize::from(task.sp.saturating_sub(task.stack_limit));
    pen.row(row).put(&format!("stack of {}", task.pid), Role::Head);
    let sums = [
        format!("used {}", written(used as u64)),
        format!("left {}", written(left as u64)),
        format!("deepest {}", written(task.counters.deepest.into())),
        format!("calls {}", task.depth),
    ];
    // An executive elsewhere reports neither the deepest use nor the calls.
    let reported = if scene.now.reported.is_some() { 2 } else { sums.len() };
    for sum in sums.iter().take(reported) {
        if pen.at() + 2 + sum.len() <= pen.width() {
            pen.put("  ", Role::Text).put(sum, Role::Text);
        }
    }
    let (end, ellipsis) = (row + room, pen.symbols().ellipsis);
    let rows = match chosen {
        Some(_) if scene.now.knows(task.sp.into(), used) => (0..count(task)).map(StackRow::Word).collect(),
        _ => folded(scene, task),
    };
    // The newest words matter most, then where the stack ends, then what is left of it.
    let spare = (room - 1).saturating_sub(rows.len());
    let mut at = row + 1;
    if let Some(mnemonic) = refused(task).filter(|_| spare >= 3 || room > 8) {
        let below = task.sp.saturating_sub(4);
        pen.row(at).put(&format!("{below:04X}  "), Role::Dim).put("would be", Role::Trouble);
        let room = pen.width().saturating_sub(pen.at());
        let long = format!("  below the guard: the {mnemonic} at {:04X} was refused", task.pc);
        let short = format!("  {mnemonic} at {:04X} refused", task.pc);
        pen.put(if long.len() <= room { &long } else { &short }, Role::Text);
        at += 1;
    }
    if spare >= 3 || room > 8 {
        line(task.stack_limit, "GUARD", "stack_limit", pen.row(at));
        at += 1;
    }
    if left > 0 && (spare >= 2 || room > 8) {
        pen.row(at).col(6).put(&format!("{ellipsis} {} left", plural(left as u64, "byte")), Role::Dim);
        at += 1;
    }
    let top = usize::from(spare >= 1 || room > 4);
    let most = end.saturating_sub(at + top);
    let shown = if rows.len() > most && chosen.is_none() { most.saturating_sub(1) } else { rows.len().min(most) };
    let chosen = chosen.map(|cursor| cursor.min(rows.len().saturating_sub(1)));
    let first = chosen.map_or(0, |cursor| scroll_to(cursor, rows.len(), shown));
    for part in rows.iter().skip(first).take(shown) {
        match part {
            StackRow::Word(i) => word(scene, task, *i, chosen == Some(*i), pen.row(at)),
            StackRow::Same(n) => {
                let text = format!("{ellipsis} {} like these", plural(*n as u64, "word"));
                pen.row(at).col(6).put(&text, Role::Dim);
            }
        }
        at += 1;
    }
    if chosen.is_none() && shown < rows.len() && at + top < end {
        let text = format!("{ellipsis} {}", plural((rows.len() - shown) as u64, "more row"));
        pen.row(at).col(6).put(&text, Role::Dim);
        at += 1;
    }
    if top > 0 && at < end {
        line(task.stack_top, "TOP", "stack_top", pen.row(at));
    }
}

/// A border of the stack, over the whole width.
fn line(address: u16, name: &str, field: &str, pen: &mut Pen<'_>) {
    let rule = pen.symbols().live.rule[usize::from(name == "GUARD")];
    let text = format!(" {field} {address:04X}");
    let role = if name == "GUARD" { Role::Label } else { Role::Border };
    pen.put(&format!("{address:04X} "), Role::Dim).put(&rule.repeat(2), role).put(name, role);
    let rest = pen.width().saturating_sub(pen.at() + text.len());
    pen.put(&rule.repeat(rest), role).put(&text, Role::Dim);
}

fn word(scene: &Scene<'_>, task: &TaskView, i: usize, chosen: bool, pen: &mut Pen<'_>) {
    if let Some(at) = address(task, i) {
        pen.spot(Spot::Byte(task.pid, at));
    }
    if chosen {
        pen.highlight(Role::Selection);
    }
    let address = usize::from(task.sp) + 4 * i;
    let value = words(scene, task).nth(i).unwrap_or(0);
    let change = (0..4).map(|byte| marks::byte(scene.now, address + byte)).max().unwrap_or_default();
    let symbols = pen.symbols();
    pen.put(&format!("{address:04X} "), Role::Dim).put(if i == 0 { symbols.last } else { " " }, Role::Run);
    pen.put(&if i == 0 { "sp".to_owned() } else { format!("sp+{}", 4 * i) }, Role::Dim).col(14);
    let role = change.role(if chosen { Role::Selection } else { Role::Text });
    pen.put(&format!("{value:08X}"), role).put(change.mark(symbols), role);
    if let Some(place) = returns_to(task, value) {
        let room = pen.width().saturating_sub(pen.at());
        let says = ["  returns to ", "  to "].into_iter().find(|s| s.len() + place.width() <= room).unwrap_or(" to ");
        pen.put(says, Role::Dim).put(&fit(&place, room.saturating_sub(says.len()), symbols.ellipsis), Role::Label);
    }
    pushed(scene, task, address, pen);
}

/// Who wrote a word last, and when, at the right edge where there is room: another task is marked.
fn pushed(scene: &Scene<'_>, task: &TaskView, address: usize, pen: &mut Pen<'_>) {
    let Some(past) = scene.now.stack_past.as_ref().filter(|past| past.pid == task.pid) else { return };
    let write = u32::try_from(address).ok().and_then(|at| past.words.get(&at));
    let (text, role) = match write.map(|write| (write.turn, write.pid.zip(write.pc))) {
        Some((turn, Some((pid, pc)))) if pid == task.pid => (format!("turn {} at {pc:04X}", written(turn)), Role::Dim),
        Some((turn, Some((pid, _)))) => (format!("! {pid} in turn {}", written(turn)), Role::Trouble),
        Some((turn, None)) => (format!("! outside after {}", written(turn)), Role::Trouble),
        None if past.since > 0 => (format!("before turn {}", written(past.since + 1)), Role::Dim),
        None => return,
    };
    if pen.at() + 2 + text.len() <= pen.width() {
        pen.right(&text, pen.width(), role);
    }
}

/// A word that is the address behind a CALL is a return address.
fn returns_to(task: &TaskView, value: u32) -> Option<String> {
    let row = task.listing.rows.get(task.listing.row_at(value.checked_sub(4)?)?)?;
    let behind = row.mnemonic == "CALL" && row.address + 4 == value;
    behind.then(|| label(task, value).unwrap_or_else(|| format!("{value:04X}")))
}
