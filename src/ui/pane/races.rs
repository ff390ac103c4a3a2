//! 21: races: pairs of accesses that nothing but the schedule ordered, and what is known of their other order.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{RaceList, RaceRow, RaceSide, side_name};
use crate::command::{race_place, race_shown, race_summary, race_why, stale_sentence};
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { want: |_, _, want| want.races = true, info, rows, draw, open, edit, remove, format, ..Unit::LIST };

/// Columns from which each end has its instruction beside its place.
const WIDE: usize = 110;

fn list<'s>(here: &Here<'s>) -> Option<&'s RaceList> {
    here.now.races.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    list(here).map_or(0, |list| list.rows.len())
}

fn info(here: &Here<'_>) -> String {
    list(here).map_or_else(String::new, |list| format!("turns {} to {}", count(list.from), count(list.to)))
}

/// Goes to the later access; from there to the earlier one.
fn open(here: &Here<'_>) -> Vec<Response> {
    let Some(row) = list(here).and_then(|list| list.rows.get(here.state.cursor)) else { return Vec::new() };
    let earlier = if here.now.turn == row.later.turn { " earlier" } else { "" };
    vec![Response::Command(format!("races go {}{earlier}", row.n))]
}

/// Declares the word of a race as synchronization, after a question.
fn edit(here: &Here<'_>) -> Vec<Response> {
    let row = list(here).and_then(|list| list.rows.get(here.state.cursor));
    let Some(bytes) = row.and_then(|row| row.bytes.first()) else { return Vec::new() };
    let word = bytes.start & !3;
    let text = format!("0x{word:04X} {}", (bytes.end - word).next_multiple_of(4));
    vec![Response::Ask { label: "tasks synchronize by".into(), template: "sync {}".into(), text, value: false }]
}

/// Hides a race.
fn remove(here: &Here<'_>, for_good: bool) -> Vec<Response> {
    let row = list(here).and_then(|list| list.rows.get(here.state.cursor)).filter(|_| for_good);
    row.map(|row| Response::Command(format!("races hide {}", row.n))).into_iter().collect()
}

/// Opens the run in which a race comes the other way round.
fn format(here: &Here<'_>) -> Vec<Response> {
    let row = list(here).and_then(|list| list.rows.get(here.state.cursor));
    row.map(|row| Response::Command(format!("races both {}", row.n))).into_iter().collect()
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let Some(list) = list(here) else {
        pen.row(0).put(" the races are listed when the machine stands", Role::Dim);
        return;
    };
    let said = race_summary(list);
    pen.row(0).put(" ", Role::Text).put(&fit(&said, width.saturating_sub(2), ellipsis), Role::Text);
    if list.rows.is_empty() && list.stale.is_empty() {
        pen.row(1).put(&fit(" other schedules of the same programs may have one", width, ellipsis), Role::Dim);
        return;
    }
    let columns = Columns::of(width);
    columns.head(pen);
    let foot = foot(here, list, pen.height());
    let room = pen.height().saturating_sub(2 + foot.len());
    let first = head(here, list.rows.len(), room);
    for (at, (i, row)) in list.rows.iter().enumerate().skip(first).take(room).enumerate() {
        pen.row(at + 2).spot(Spot::Row(i));
        line(row, here.chosen() == Some(i), &columns, pen);
    }
    let below = 2 + list.rows.len().min(room);
    for (i, (text, role)) in foot.iter().enumerate() {
        pen.row(below + i).put("  ", Role::Text).put(&fit(&visible(text), width.saturating_sub(3), ellipsis), *role);
    }
}

/// What stands below the list: of the race the cursor is on, and of writes over others.
fn foot(here: &Here<'_>, list: &RaceList, height: usize) -> Vec<(String, Role)> {
    let mut lines: Vec<(String, Role)> = Vec::new();
    if let Some(row) = list.rows.get(here.state.cursor.min(list.rows.len().saturating_sub(1))) {
        lines.extend(race_why(row).into_iter().map(|line| (line, Role::Dim)));
    }
    lines.extend(list.stale.iter().rev().take(3).map(|s| (format!("L  {}", stale_sentence(s)), Role::Trouble)));
    if !list.rows.is_empty() {
        lines.push(("Enter goes there   % shows both ways   e sync   d hides".into(), Role::Dim));
    }
    lines.truncate((height / 2).max(1));
    lines
}

/// Where the columns are.
struct Columns {
    earlier: usize,
    later: usize,
    turns: usize,
    /// Columns for them.
    room: usize,
    times: Option<usize>,
    shown: usize,
    wide: bool,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let wide = width >= WIDE;
        let (side, room) = if wide { (32, 13) } else { (17, 10) };
        let turns = 14 + 2 * side + room;
        let times = wide.then_some(turns + 7);
        Columns { earlier: 14, later: 14 + side, turns, room, times, shown: times.unwrap_or(turns), wide }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(1).put("  # where", Role::Head).col(self.earlier).put("earlier", Role::Head);
        pen.col(self.later).put("later", Role::Head);
        pen.right("turns", self.turns, Role::Head);
        if let Some(at) = self.times {
            pen.right("times", at, Role::Head);
        }
        pen.col(self.shown + 2).put("other order", Role::Head);
    }
}

fn line(row: &RaceRow, chosen: bool, columns: &Columns, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let role = |plain: Role| if chosen { Role::Selection } else { plain };
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    pen.right(&row.n.to_string(), 3, role(Role::Text));
    pen.col(4).put(&fit(&race_place(row), columns.earlier - 5, ellipsis), role(Role::Text));
    for (at, end, side) in
        [(columns.earlier, columns.later, &row.earlier), (columns.later, columns.turns - columns.room, &row.later)]
    {
        let text = side_text(side, columns.wide);
        pen.col(at).put(&fit(&visible(&text), end - at - 1, ellipsis), role(Role::of_task(side.site.pid)));
    }
    let turns = format!("{} {}", row.earlier.turn, row.later.turn);
    pen.right(&fit(&turns, columns.room - 1, ellipsis), columns.turns, role(Role::Text));
    if let Some(at) = columns.times {
        pen.right(&count(row.times), at, role(Role::Text));
    }
    let same = if row.same_value { "  same" } else { "" };
    let shown = format!("{}{same}", race_shown(row));
    pen.col(columns.shown + 2).put(&fit(&shown, width.saturating_sub(columns.shown + 3), ellipsis), role(Role::Text));
}

/// One end: task, instruction, place.
fn side_text(side: &RaceSide, wide: bool) -> String {
    let does = if side.site.write { "w" } else { "r" };
    match wide {
        _ if side.site.is_host() => format!("{} {does}", side_name(0, "")),
        true => format!("{} {:04X} {}", side_name(side.site.pid, &side.name), side.site.pc, side.text),
        false => {
            let word = side.text.split(' ').next().unwrap_or_default();
            format!("{does} {} {word} {:04X}", side.site.pid, side.site.pc)
        }
    }
}
