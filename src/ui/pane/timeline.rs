//! 7: the timeline: a lane for each task over columns of turns or of virtual time, messages, stops, and the axis
//! with the cursor.

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |view, width, want| {
        want.lanes = Some(cursor::sight(view, width.into()));
        want.course = true;
        want.fate = true;
    },
    title,
    info,
    rows,
    draw,
    cursor: cursor::turn,
    go: cursor::go,
    open: cursor::middle,
    format: cursor::next_axis,
    filters: true,
    ..Unit::LIST
};

pub(super) mod cursor;
pub(super) mod fate;
mod marks;
mod messages;
mod words;

pub(super) use marks::look as task_cell;
pub(super) use words::{look as word_cell, name as word_name};

use super::{Here, Unit, scroll_to, selected};
use crate::backend::{Label, Lane, LaneCell, Lanes, TurnWindow};
use crate::command::stale_sentence;
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::marks::letter;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{LaneSteps, NumberFormat, Scene};

/// Columns for names, left of the lanes.
const LABELS: usize = 13;
/// Columns between two numbers of the axis.
const TICKS: u64 = 20;
/// Rows of sentences below the axis at most.
const SENTENCES: usize = 3;
/// Rows of messages at most: more are drawn where more rows are than anything else needs.
const MESSAGES: usize = 3;

/// Which row holds what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rows {
    lanes: usize,
    messages: usize,
    stops: bool,
    /// Lanes of words; the first one has its values below.
    words: usize,
    /// Where the order is the schedule's alone.
    unordered: bool,
    /// No row is left below the axis.
    full: bool,
}

impl Rows {
    /// Of this many tasks in this many rows: the axis is always there, the lanes come next.
    fn of(tasks: usize, height: usize) -> Rows {
        let room = height.saturating_sub(1);
        let (messages, stops) = (usize::from(room >= 3), room >= 4);
        let lanes = tasks.min(room - messages - usize::from(stops));
        let spare = room - messages - usize::from(stops) - lanes;
        Rows { lanes, messages: messages + spare.min((MESSAGES - 1) * messages), stops, ..Rows::default() }
    }

    /// The same with words: after the tasks come one of them and its values, then messages and stops, then the others.
    fn with_words(tasks: usize, words: usize, unordered: bool, height: usize) -> Rows {
        let room = height.saturating_sub(1);
        if words == 0 || room < 3 {
            return Rows::of(tasks, height);
        }
        let lanes = tasks.min(room - 2);
        let mut left = room - lanes - 2;
        let mut take = |wanted: usize| {
            let taken = wanted.min(left);
            left -= taken;
            taken
        };
        let messages = take(1);
        let unordered = unordered && take(1) == 1;
        let stops = take(1) == 1;
        let words = 1 + take(words - 1);
        let messages = messages + take((MESSAGES - 1) * messages);
        let full = left == 0;
        Rows { lanes, messages, stops, words, unordered, full }
    }
}

fn rows(scene: &Here<'_>) -> usize {
    let tasks = scene.now.lanes.as_ref().map_or(scene.now.tasks.len(), |l| l.tasks.len());
    let words = scene.now.lanes.as_ref().map_or(0, |l| l.words.len());
    tasks + usize::from(fate::shown(scene).is_some()) + MESSAGES + 2 + if words > 0 { words + 2 } else { 0 }
}

fn title(here: &Here<'_>, width: usize) -> String {
    let Some(lanes) = &here.now.lanes else { return String::new() };
    let mut text = String::new();
    let symbols = here.theme.symbols();
    let mut legend = marks::legend(symbols, lanes);
    legend.splice(2..2, words::legend(symbols, lanes));
    let fates = fate::shown(here).map_or_else(Vec::new, fate::legend);
    let legend = fates.into_iter().chain(legend.into_iter().map(|(mark, what)| (mark.to_owned(), what)));
    for (mark, what) in legend {
        let more = format!("{text}{}{mark} {what}", if text.is_empty() { " " } else { "  " });
        if more.chars().count() + 1 > width {
            break;
        }
        text = more;
    }
    text
}

fn info(here: &Here<'_>) -> String {
    let scene: &Scene<'_> = here;
    let Some(lanes) = &scene.now.lanes else { return String::new() };
    let per_column = lanes.window.per_column();
    let turns = match lanes.window.time {
        true => format!("{} us", count(per_column)),
        false if per_column == 1 => "1 turn".to_owned(),
        false => format!("{} turns", count(per_column)),
    };
    let whole = if scene.view.timeline.power.is_none() { "all, " } else { "" };
    let fixed = if scene.view.timeline.fixed { "moved, Esc follows  " } else { "" };
    let about = match lanes.window.time {
        true if !lanes.exact => format!(", shares of {} turns", count(lanes.grain)),
        false if lanes.grain > per_column => format!(", shares of {}", count(lanes.grain)),
        _ => String::new(),
    };
    let shared = match lanes.words.len() {
        0 => String::new(),
        1 => "1 shared word  ".to_owned(),
        n => format!("{n} shared words  "),
    };
    let exit = fate::shown(scene).map_or_else(String::new, fate::exit);
    format!("{exit}{shared}{fixed}{whole}{turns} a column{about}")
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let Some(lanes) = &scene.now.lanes else {
        let nothing = pen.symbols().ellipsis;
        pen.row(0).col(4).put(nothing, Role::Dim);
        return;
    };
    let unordered = lanes.words.iter().flat_map(|lane| &lane.cells).any(|cell| cell.unordered);
    let judged = fate::shown(scene).filter(|_| pen.height() > 2);
    let height = pen.height() - usize::from(judged.is_some());
    let rows = Rows::with_words(lanes.tasks.len(), lanes.words.len(), unordered, height);
    let chosen = selected(scene).map(|t| t.pid);
    let at = lanes.tasks.iter().position(|l| Some(l.pid) == chosen).unwrap_or(0);
    let first = scroll_to(at, lanes.tasks.len(), rows.lanes);
    let columns = lanes.window.columns.min(pen.width().saturating_sub(LABELS));
    for column in 0..columns {
        let turn = lanes.turns_by(column).min(scene.now.history.present);
        pen.spot_column(LABELS + column, Spot::Turn(turn));
    }
    for (row, lane) in lanes.tasks.iter().skip(first).take(rows.lanes).enumerate() {
        let more = row + 1 == rows.lanes && first + rows.lanes < lanes.tasks.len();
        label(lane, Some(lane.pid) == chosen, more, fate::next(scene, lane.pid), pen.row(row));
        self::lane(scene.view.formats.lane_steps, lanes, lane, columns, pen);
    }
    let mut row = rows.lanes;
    if let Some(view) = judged {
        fate::lane(scene, view, lanes, columns, pen.row(row));
        row += 1;
    }
    row += shared(scene, lanes, &rows, columns, row, pen);
    messages::draw(lanes, columns, row, rows.messages, LABELS, pen);
    row += rows.messages;
    if rows.stops {
        stops(scene, lanes, columns, pen.row(row));
        row += 1;
    }
    axis(scene, lanes.window, columns, pen.row(row));
    sentences(scene, lanes, row + 1, pen);
}

/// Below the axis, where rows are left: what was overwritten up to the cursor, the newest first.
fn sentences(scene: &Scene<'_>, lanes: &Lanes, row: usize, pen: &mut Pen<'_>) {
    let (here, width, ellipsis) = (scene.now.turn, pen.width(), pen.symbols().ellipsis);
    let room = pen.height().saturating_sub(row);
    let past = lanes.stale.iter().rev().filter(|stale| stale.write <= here);
    for (at, stale) in past.take(room.min(SENTENCES)).enumerate() {
        let text = format!("L {}", stale_sentence(stale));
        pen.row(row + at).col(4).put(&fit(&text, width.saturating_sub(5), ellipsis), Role::Trouble);
    }
}

/// Draws the words from a row on; rows taken.
fn shared(scene: &Scene<'_>, lanes: &Lanes, rows: &Rows, columns: usize, row: usize, pen: &mut Pen<'_>) -> usize {
    let mut at = row;
    for (i, lane) in lanes.words.iter().take(rows.words).enumerate() {
        let more = i + 1 == rows.words && rows.words < lanes.words.len();
        let variable = scene.now.lane_names.get(&lane.start).map(String::as_str);
        words::lane(lane, variable, columns, more, pen.row(at));
        at += 1;
        if i == 0 {
            words::values(lane, columns, |value| number(scene, value), pen.row(at));
            if rows.full {
                said(scene, lanes, columns, pen);
            }
            at += 1;
        }
    }
    if rows.unordered {
        words::unordered(&lanes.words[..rows.words.min(lanes.words.len())], columns, pen.row(at));
        at += 1;
    }
    at - row
}

/// What was overwritten last up to the cursor, right of the present if there is room.
fn said(scene: &Scene<'_>, lanes: &Lanes, columns: usize, pen: &mut Pen<'_>) {
    let here = scene.now.turn;
    let Some(stale) = lanes.stale.iter().rev().find(|s| s.write <= here).or(lanes.stale.first()) else { return };
    let present = lanes.column_of(scene.now.history.present).unwrap_or(columns);
    let text = format!("L {}", stale_sentence(stale));
    if present + 3 + text.chars().count() <= columns {
        pen.col(LABELS + present + 3).put(&text, Role::Trouble);
    }
}

/// A word's value in the format of registers, as short as it gets.
fn number(scene: &Scene<'_>, value: u32) -> String {
    match scene.view.formats.numbers {
        NumberFormat::Signed => (value as i32).to_string(),
        NumberFormat::Unsigned => value.to_string(),
        NumberFormat::Hex | NumberFormat::Binary | NumberFormat::F16 | NumberFormat::Text => format!("{value:X}"),
    }
}

/// Who a lane is of, and what can come of its taking the next turn.
fn label(lane: &Lane, chosen: bool, more: bool, next: Option<Label>, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    if more {
        pen.put(symbols.more[0], Role::Dim);
    } else if chosen {
        pen.put(symbols.last, Role::Pc);
    }
    let name = visible(&lane.name).into_owned();
    pen.right(&lane.pid.to_string(), 3, Role::Dim).col(4);
    let room = LABELS - 5 - if next.is_some() { 2 } else { 0 };
    pen.put(&fit(&name, room, symbols.ellipsis), Role::of_task(lane.pid));
    if let Some(label) = next {
        pen.col(LABELS - 2).put(&label.letter().to_string(), fate::role(label));
    }
    pen.col(LABELS).spot_from(0, Spot::Task(lane.pid));
}

/// Neighbouring columns that look the same are written at once.
fn lane(steps: LaneSteps, lanes: &Lanes, lane: &Lane, columns: usize, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    let look = |cell: &LaneCell| marks::look(symbols, steps, lanes, cell);
    pen.col(LABELS);
    let cells = &lane.cells[..columns.min(lane.cells.len())];
    for same in cells.chunk_by(|a, b| look(a) == look(b)) {
        let (mark, role) = look(&same[0]);
        pen.put(&mark.repeat(same.len()), role);
    }
}

/// Where runs were stopped, and bookmarks by their first letter.
fn stops(scene: &Scene<'_>, lanes: &Lanes, columns: usize, pen: &mut Pen<'_>) {
    pen.col(4).put("stops", Role::Dim);
    let history = &scene.now.history;
    let mark = pen.symbols().stop[0];
    let wide =
        scene.now.course.stretches().filter(|((first, last), s)| s.stops > 0 && last - first < lanes.turns_a_column());
    let stops = scene.now.course.stops().iter().copied().chain(wide.map(|((first, _), _)| first));
    for column in stops.filter_map(|turn| lanes.column_of(turn)).filter(|c| *c < columns) {
        pen.col(LABELS + column).put(mark, Role::Stop);
    }
    for bookmark in history.bookmarks.iter().filter(|b| b.branch == history.branch) {
        if let Some(column) = lanes.column_of(bookmark.turn).filter(|c| *c < columns) {
            pen.col(LABELS + column).over(&letter(bookmark), Role::Label);
        }
    }
}

/// Turns or times at every twentieth column, and the cursor.
fn axis(scene: &Scene<'_>, window: TurnWindow, columns: usize, pen: &mut Pen<'_>) {
    pen.col(4).put(if window.time { "time us" } else { "turn" }, Role::Dim);
    let at = if window.time { scene.now.time_us } else { scene.now.turn };
    let cursor = window.column_of(at).filter(|c| *c < columns);
    for column in 0..columns {
        let turn = window.last_of(column);
        if !(turn >> window.power).is_multiple_of(TICKS) {
            continue;
        }
        let text = count(turn);
        let covers = |c: usize| (column..=column + text.len()).contains(&c);
        if column + text.len() <= columns && !cursor.is_some_and(covers) {
            pen.col(LABELS + column).put(&text, Role::Dim);
        }
    }
    if let Some(column) = cursor {
        let mark = pen.symbols().time;
        pen.col(LABELS + column).put(mark, Role::Pc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_always_there_then_lanes_and_messages() {
        let rows = |tasks, height| {
            let Rows { lanes, messages, stops, .. } = Rows::of(tasks, height);
            assert!(lanes + messages + usize::from(stops) < height.max(1), "{tasks} in {height}");
            (lanes, messages, stops)
        };
        assert_eq!(rows(3, 0), (0, 0, false));
        assert_eq!(rows(3, 1), (0, 0, false));
        assert_eq!(rows(3, 2), (1, 0, false));
        assert_eq!(rows(3, 4), (2, 1, false));
        assert_eq!(rows(3, 6), (3, 1, true));
        assert_eq!(rows(3, 40), (3, 3, true));
        assert_eq!(rows(50, 20), (17, 1, true));
    }

    #[test]
    fn words_come_after_tasks_with_their_values_below_the_first() {
        let rows = |tasks, words, height| {
            let Rows { lanes, messages, stops, words, unordered, .. } = Rows::with_words(tasks, words, true, height);
            let all = lanes + messages + usize::from(stops) + usize::from(unordered) + words + usize::from(words > 0);
            assert!(all < height.max(1), "{tasks} and {words} in {height}");
            (lanes, words, messages, unordered, stops)
        };
        assert_eq!(rows(2, 1, 3), (2, 0, 0, false, false));
        assert_eq!(rows(2, 1, 5), (2, 1, 0, false, false));
        assert_eq!(rows(2, 1, 8), (2, 1, 1, true, true));
        assert_eq!(rows(2, 5, 10), (2, 3, 1, true, true));
        assert_eq!(rows(2, 5, 40), (2, 5, 3, true, true));
        assert_eq!(rows(2, 0, 6), (2, 0, 2, false, true));
    }
}
