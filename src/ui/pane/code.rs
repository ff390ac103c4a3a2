//! 3: code around the selected task's pc: instructions, source lines, or both.

mod source;

pub use source::other_file;

use super::list::{keep, move_from};
use super::{Here, Motion, Response, Unit};
use crate::backend::{Listing, ListingRow, TaskView};
use crate::text::visible;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{CodeFormat, Formats, Scene};
use source::{source, stands_at};
use unicode_width::UnicodeWidthStr;

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    title,
    info,
    rows,
    draw,
    cursor,
    go,
    scroll,
    format,
    strip: false,
    pins: true,
    follows: true,
    apart: Some(7),
    ..Unit::LIST
};

fn rows(here: &Here<'_>) -> usize {
    let Some(task) = here.subject() else { return 0 };
    source(here, task).map_or(task.listing.rows.len(), |shown| shown.lines.len())
}

fn title(here: &Here<'_>, room: usize) -> String {
    let Some(task) = here.subject() else { return String::new() };
    let name = format!("{}:{}", task.pid, visible(&task.name));
    let file = source(here, task).and_then(|shown| task.listing.sources.get(shown.file));
    let file = file.and_then(|(path, _)| path.rsplit('/').next()).unwrap_or(&task.listing.origin);
    let whole = format!("{name}  {}", visible(file));
    if whole.width() <= room { whole } else { name }
}

fn info(here: &Here<'_>) -> String {
    let form = match here.view.formats.code {
        CodeFormat::Asm => "asm",
        CodeFormat::Source => "source",
        CodeFormat::Mixed => "asm+source",
    };
    let task = here.subject();
    let stale = task.is_some_and(|t| t.listing.is_stale(t.pc)) && here.view.formats.code != CodeFormat::Asm;
    let why = if task.is_some_and(|t| t.listing.is_c) { "changed since the build!" } else { "newer than the image" };
    let form = if stale { format!("{form}, {why}") } else { form.to_owned() };
    match task.and_then(|t| super::label(t, t.pc)) {
        Some(place) => format!("{place}  {form}"),
        None => form,
    }
}

/// The first instruction of a line of a file; lines count from 0 here.
fn instruction_of(task: &TaskView, file: usize, line: usize) -> Option<&ListingRow> {
    task.listing.rows.iter().find(|r| r.source.is_some_and(|(f, l)| f == file && l as usize == line + 1))
}

/// The instruction under the cursor: where the user has put it while keys go to the pane, else at the pc.
fn cursor(here: &Here<'_>) -> Option<Spot> {
    let task = here.subject()?;
    let rows = &task.listing.rows;
    match (here.moved_to(), source(here, task)) {
        (Some(line), Some(shown)) => Some(Spot::Code(task.pid, line, instruction_of(task, shown.file, line)?.address)),
        (Some(row), None) => rows.get(row).map(|r| Spot::Code(task.pid, row, r.address)),
        (None, _) => Some(Spot::Code(task.pid, task.listing.row_at(task.pc)?, task.pc)),
    }
}

/// Moves by rows, from the pc on.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    if let Motion::Columns(by) = motion {
        return vec![Response::Aside(by)];
    }
    let pc = || here.subject().map_or(0, |task| pc_row(here, task));
    move_from(here, if here.state.moved { here.state.cursor } else { pc() }, motion)
}

/// First row that keeps the cursor in sight. Labels take rows of their own: well inside.
fn scroll(here: &Here<'_>, row: usize) -> usize {
    keep(here, row, here.view.code_top, (here.height * 2 / 3).max(1))
}

/// Instructions, source lines, or both.
fn format(here: &Here<'_>) -> Vec<Response> {
    let formats = here.view.formats;
    vec![Response::Formats(Formats { code: formats.code.next(), ..formats }), Response::Rest]
}

/// The row the chosen frame is on.
fn pc_row(scene: &Scene<'_>, task: &TaskView) -> usize {
    match source(scene, task) {
        Some(shown) => shown.stands.unwrap_or(0),
        None => task.listing.row_at(stands_at(scene, task)).unwrap_or(0),
    }
}

/// First row to show: where the user has scrolled to, else where it was if the pc is still well in
/// sight, else so that the pc is in the upper third.
#[must_use]
pub fn first_row(here: &Here<'_>, height: usize, was: usize) -> usize {
    let Some(task) = here.subject() else { return 0 };
    if here.state.moved {
        return here.state.scroll.min(rows(here).saturating_sub(1));
    }
    let pc = pc_row(here, task);
    // Labels take rows of their own, so the lower border is kept well away; lines of the source take as many again.
    let mixed = here.view.formats.code == CodeFormat::Mixed && task.listing.is_c;
    let height = if mixed { height / 2 } else { height };
    let visible = (was + height / 8)..(was + height * 5 / 8);
    let stays = visible.contains(&pc) || was == 0 && pc < height / 2;
    // No room is left empty below the end while there is code above.
    let labels = if source(here, task).is_some() { 0 } else { task.listing.labels.len() };
    let last = (rows(here) + labels).saturating_sub(height);
    if stays { was } else { pc.saturating_sub(height / 3) }.min(last)
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let Some(task) = here.subject() else { return };
    let first = first_row(here, pen.height(), here.view.code_top);
    match source(here, task) {
        Some(shown) => source::draw(here, task, shown, first, pen),
        None => draw_asm(here, task, first, pen),
    }
}

/// The stop at an address, if there is one for this task.
fn stop_at<'s>(scene: &Scene<'s>, task: &TaskView, address: u32) -> Option<&'s crate::backend::StopView> {
    scene.now.stops.iter().find(|b| task.stop_address(b) == Some(address))
}

/// Columns from which on hit counts are shown, and those they take.
const HITS_FROM: usize = 66;
const HITS: usize = 6;

/// Where text ends so that it leaves room for hit counts.
fn text_end(pen: &Pen<'_>) -> usize {
    pen.width() - if pen.width() >= HITS_FROM { HITS } else { 0 }
}

/// How often an instruction ran lately, at the right end.
fn hit_count(task: &TaskView, address: u32, role: Role, pen: &mut Pen<'_>) {
    let found = task.hits.binary_search_by_key(&address, |(at, _)| *at).ok();
    if let Some(i) = found.filter(|_| pen.width() >= HITS_FROM) {
        let end = pen.width();
        pen.right(&format!("{}x", task.hits[i].1), end, role);
    }
}

fn draw_asm(here: &Here<'_>, task: &TaskView, first: usize, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let listing = &*task.listing;
    let mut row = 0;
    // Rows of the screen where the instruction at an index stands.
    let mut places = Vec::new();
    // Rows of labels, which arrows pass behind.
    let mut labels = Vec::new();
    let mut line_before = None;
    // A pc inside a long instruction is on its row; one outside the code is nowhere.
    let pc = listing.row_at(task.pc).filter(|_| task.pc < listing.code_len);
    for (i, insn) in listing.rows.iter().enumerate().skip(first) {
        if row >= pen.height() {
            break;
        }
        let at_pc = Some(i) == pc;
        for (_, name) in labels_at(listing, insn.address) {
            if row < pen.height() {
                pen.row(row).col(8).put(name, Role::Label).put(":", Role::Label);
                labels.push((row, pen.at()));
                row += 1;
            }
        }
        if scene.view.formats.code == CodeFormat::Mixed && insn.source != line_before {
            row += match listing.is_c {
                true => source_line(listing, insn, row, pen),
                false => remark(listing, insn, row, pen),
            };
            line_before = insn.source;
        }
        if row < pen.height() {
            let cursor = here.moved_to() == Some(i);
            instruction(scene, task, insn, (at_pc, cursor), pen.row(row).spot(Spot::Code(task.pid, i, insn.address)));
            places.push((i, row));
            row += 1;
        }
    }
    jump(listing, here.moved_to().or(pc), &places, &labels, pen);
    if listing.rows.is_empty() {
        pen.row(0).put(" no code", Role::Dim);
    }
}

/// An arrow from the jump under the cursor, or at the pc, to where it leads.
fn jump(
    listing: &Listing,
    from: Option<usize>,
    places: &[(usize, usize)],
    labels: &[(usize, usize)],
    pen: &mut Pen<'_>,
) {
    let row_of = |i: usize| places.iter().find(|(at, _)| *at == i).map(|(_, row)| *row);
    let Some((insn, start)) = from.and_then(|i| Some((listing.rows.get(i)?, row_of(i)?))) else { return };
    let Some(target) = insn.target.and_then(|at| listing.row_at(at)) else { return };
    // Without the target in sight the arrow leaves at the border.
    let first = places.first().map_or(0, |(i, _)| *i);
    let end = row_of(target).unwrap_or(if target < first { 0 } else { pen.height().saturating_sub(1) });
    if end == start {
        return;
    }
    let [upper, between, lower] = pen.symbols().jump;
    let column = if pen.width() >= WIDE { 12 } else { 7 };
    let (top, bottom) = (start.min(end), start.max(end));
    for row in top..=bottom {
        let text = match row {
            _ if row == end && row_of(target).is_none() => between,
            _ if row == top => upper,
            _ if row == bottom => lower,
            _ => between,
        };
        pen.row(row).col(column);
        if !labels.iter().any(|(at, end)| *at == row && *end > column && column > 8) {
            pen.put(text, Role::Label);
        }
        if row < bottom && pen.below() {
            pen.col(column).put(between, Role::Label);
        }
    }
}

/// From this many columns on, line numbers stand beside addresses.
const WIDE: usize = 56;

fn labels_at(listing: &Listing, address: u32) -> &[(u32, String)] {
    let start = listing.labels.partition_point(|(at, _)| *at < address);
    let end = listing.labels.partition_point(|(at, _)| *at <= address);
    &listing.labels[start..end]
}

/// The source line of an instruction compiled from C, on a row of its own; what the compiler puts in front of a function's
/// first line is named as such, and what it puts between lines belongs to the one before.
fn source_line(listing: &Listing, insn: &ListingRow, row: usize, pen: &mut Pen<'_>) -> usize {
    let text = |(file, line): (usize, u32)| {
        let text = listing.sources.get(file)?.1.get((line as usize).checked_sub(1)?)?;
        Some((line, text.replace('\t', "    ")))
    };
    let is_entry = listing.labels.iter().any(|(at, _)| *at == insn.address);
    let (number, text) = match insn.source.and_then(text) {
        Some((line, text)) => (line.to_string(), text),
        None if is_entry => (String::new(), "prologue".to_owned()),
        None => return 0,
    };
    if row < pen.height() {
        let end = pen.width();
        pen.row(row).right(&number, 6, Role::Dim);
        pen.col(8).long(&[(&text, if number.is_empty() { Role::Dim } else { Role::Comment })], end);
    }
    1
}

/// The comment of an instruction's source line, on a row of its own.
fn remark(listing: &Listing, insn: &ListingRow, row: usize, pen: &mut Pen<'_>) -> usize {
    let line = insn.source.and_then(|(file, line)| listing.sources.get(file)?.1.get(line as usize - 1));
    let Some((_, comment)) = line.and_then(|l| l.split_once(';')).filter(|(_, c)| !c.trim().is_empty()) else {
        return 0;
    };
    if row < pen.height() {
        // Where the instructions begin: arrows of jumps pass on the left.
        let at = if pen.width() >= WIDE { 13 } else { 9 };
        let end = pen.width();
        pen.row(row).col(at).put("; ", Role::Comment).long(&[(comment.trim(), Role::Comment)], end);
    }
    1
}

fn instruction(scene: &Scene<'_>, task: &TaskView, insn: &ListingRow, (here, cursor): (bool, bool), pen: &mut Pen<'_>) {
    let s = pen.symbols();
    if here {
        pen.highlight(Role::Pc);
    }
    let role = |plain| {
        if here {
            Role::Pc
        } else if cursor {
            Role::Selection
        } else {
            plain
        }
    };
    let stop = stop_at(scene, task, insn.address);
    let mark = stop.map_or(" ", |b| super::stop_mark(s, b));
    // Another task's pid stands apart from the address where it can.
    match other_here(scene, task, insn.address).filter(|_| stop.is_none()) {
        Some(pid) => pen.put(&format!("{}", pid % 10), role(Role::Run)),
        None => pen.put(mark, role(Role::Stop)),
    };
    pen.put(if here { s.pc } else { " " }, role(Role::Text));
    pen.put(&format!("{:04X} ", insn.address), role(Role::Dim));
    let wide = pen.width() >= WIDE;
    if let (true, Some((_, line))) = (wide, insn.source) {
        pen.right(&line.to_string(), 11, role(Role::Dim));
    }
    let at = if wide { 13 } else { 9 };
    pen.col(at).put(&insn.mnemonic, role(Role::Opcode)).col(at + 6);
    let operands = visible(&insn.operands);
    let column = if wide { 22 } else { 12 };
    let gap = " ".repeat(column.max(operands.width() + 1) - operands.width());
    let parts = [
        (&*operands, role(Role::Text)),
        (&gap, Role::Text),
        ("; ", role(Role::Comment)),
        (&insn.note, role(Role::Comment)),
    ];
    let end = text_end(pen);
    pen.long(&parts[..if insn.note.is_empty() { 1 } else { 4 }], end);
    hit_count(task, insn.address, role(Role::Dim), pen);
}

/// Another task of the same program that stands at this address.
fn other_here(scene: &Scene<'_>, task: &TaskView, address: u32) -> Option<u16> {
    let same =
        |t: &&TaskView| t.pid != task.pid && t.pc == address && std::sync::Arc::ptr_eq(&t.listing, &task.listing);
    scene.now.tasks.iter().find(same).map(|t| t.pid)
}
