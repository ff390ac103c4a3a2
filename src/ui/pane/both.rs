//! 23: two runs side by side: for each task and each shared word a lane of the one above a lane of the other, the place
//! of the cursor in both, and what each task did differently first, a row each.

use super::list::head;
use super::timeline::{cursor::sight, task_cell, word_cell, word_name};
use super::{Here, Motion, Response, Unit};
use crate::backend::{BothRuns, BothSight, RunSide, WordLane};
use crate::text::visible;
use crate::ui::format::{count, fit, plural};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{Formats, LaneSteps};

/// The row of the table.
pub(super) const UNIT: Unit = Unit {
    want: |view, width, want| {
        let own = view.selected.filter(|_| view.formats.own_turns);
        want.both = Some(BothSight { lanes: sight(view, width.into()), own });
    },
    format,
    title,
    info,
    rows,
    draw,
    open,
    go,
    ..Unit::LIST
};

/// Columns for names, left of the lanes: as in the timeline.
const LABELS: usize = 13;
/// How the two runs are called.
const NAMES: [&str; 2] = ["A", "B"];

/// What stands here before anything was compared.
const NONE: [&str; 2] = [
    " :compare 1 2 puts two branches side by side",
    " :explore open 1 beside a failure that was found, and a run that passes",
];

fn both<'s>(here: &Here<'s>) -> Option<&'s BothRuns> {
    here.now.both.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    both(here).map_or(0, |runs| runs.rows.len())
}

fn title(here: &Here<'_>, width: usize) -> String {
    let Some(runs) = both(here) else { return String::new() };
    let name = |i: usize| {
        let at = if runs.here == Some(i) { "*" } else { "" };
        format!("{}{at} {} {}", NAMES[i], runs.sides[i].branch, visible(&runs.sides[i].name))
    };
    let ellipsis = here.theme.symbols().ellipsis;
    fit(&format!(" {}  {}", name(0), name(1)), width.saturating_sub(1), ellipsis).into()
}

fn info(here: &Here<'_>) -> String {
    both(here).map_or_else(String::new, |runs| {
        let column = match runs.own {
            Some((pid, _)) => format!("a turn of {pid} a column"),
            None => format!("{} a column", count(runs.sides[0].lanes.window.per_column())),
        };
        format!("{} in common  {column}", plural(runs.common, "turn"))
    })
}

/// Goes to the turn of a difference in the run where the machine stands.
fn open(here: &Here<'_>) -> Vec<Response> {
    let Some(runs) = both(here) else { return Vec::new() };
    let turns = runs.rows.get(here.state.cursor).and_then(|row| row.turns);
    turns.zip(runs.here).map(|(turns, side)| Response::Turn(turns[side])).into_iter().collect()
}

/// Columns of the same turns, or of the turns of the selected task, which then stand below each other.
fn format(here: &Here<'_>) -> Vec<Response> {
    let own = !here.view.formats.own_turns;
    let formats = Formats { own_turns: own, ..here.view.formats };
    let text = if own { "columns are the selected task's own turns" } else { "columns are turns of all tasks" };
    vec![Response::Formats(formats), Response::Say(text.into())]
}

/// Columns are turns of the run where the machine stands, rows are differences.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    match (motion, both(here)) {
        (Motion::Columns(by), Some(runs)) if runs.here.is_some() => {
            let turn = here.now.turn.saturating_add_signed(by).min(here.now.history.present);
            vec![Response::Turn(turn)]
        }
        _ => super::list::go(here, motion),
    }
}

/// A task or a word, and its place among the lanes of each run.
struct Pair {
    name: String,
    role: Role,
    at: [Option<usize>; 2],
}

fn tasks(runs: &BothRuns) -> Vec<Pair> {
    let mut all: Vec<(u16, &str)> =
        runs.sides.iter().flat_map(|side| &side.lanes.tasks).map(|lane| (lane.pid, lane.name.as_str())).collect();
    all.sort_unstable();
    all.dedup_by_key(|(pid, _)| *pid);
    let place = |side: &RunSide, pid: u16| side.lanes.tasks.iter().position(|lane| lane.pid == pid);
    let pair = |(pid, name): (u16, &str)| Pair {
        name: format!("{pid} {}", visible(name)),
        role: Role::of_task(pid),
        at: runs.sides.each_ref().map(|side| place(side, pid)),
    };
    all.into_iter().map(pair).collect()
}

fn words(runs: &BothRuns) -> Vec<Pair> {
    let mut all: Vec<&WordLane> = runs.sides.iter().flat_map(|side| &side.lanes.words).collect();
    all.sort_by_key(|lane| (lane.start, lane.end));
    all.dedup_by_key(|lane| (lane.start, lane.end));
    let place = |side: &RunSide, lane: &WordLane| {
        side.lanes.words.iter().position(|other| (other.start, other.end) == (lane.start, lane.end))
    };
    let pair = |lane: &WordLane| Pair {
        name: word_name(lane),
        role: Role::Text,
        at: runs.sides.each_ref().map(|side| place(side, lane)),
    };
    all.into_iter().map(pair).collect()
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let (width, height, ellipsis) = (pen.width(), pen.height(), pen.symbols().ellipsis);
    let Some(runs) = both(here) else {
        for (row, text) in NONE.iter().enumerate().take(height) {
            pen.row(row).put(&fit(text, width, ellipsis), Role::Dim);
        }
        return;
    };
    let most = runs.sides.iter().map(|side| side.lanes.window.columns).max().unwrap_or(0);
    let columns = most.min(width.saturating_sub(LABELS));
    pen.row(0).put(" ", Role::Text).put(&fit(&visible(&runs.cause), width.saturating_sub(2), ellipsis), Role::Label);
    // The sentences come first where room is short: at least one row is theirs, and one the axis.
    let said = runs.rows.len().min(height.saturating_sub(2).div_ceil(3)).max(1);
    let row = lanes(runs, columns, height.saturating_sub(2 + said) / 2, pen);
    axis(runs, columns, pen.row(row));
    differences(here, runs, row + 1, pen);
}

/// Two rows for as many tasks, then shared words, as there is room for, from row 1 on; the row below them.
fn lanes(runs: &BothRuns, columns: usize, room: usize, pen: &mut Pen<'_>) -> usize {
    let (tasks, words, symbols) = (tasks(runs), words(runs), pen.symbols());
    let mut row = 1;
    for pair in tasks.iter().take(room) {
        let mark = |side: &RunSide, cell: &_| task_cell(symbols, LaneSteps::Cells, &side.lanes, cell);
        draw_pair(runs, pair, (row, columns), |side, at| &side.lanes.tasks[at].cells, mark, pen);
        row += 2;
    }
    if tasks.len() > room && room > 0 {
        pen.row(row - 1).put(symbols.more[0], Role::Dim);
    }
    for pair in words.iter().take(room.saturating_sub(tasks.len())) {
        draw_pair(
            runs,
            pair,
            (row, columns),
            |side, at| &side.lanes.words[at].cells,
            |_, cell| word_cell(symbols, cell),
            pen,
        );
        row += 2;
    }
    row
}

/// A row for each run: what it did in each column.
fn draw_pair<'r, C: 'r>(
    runs: &'r BothRuns,
    pair: &Pair,
    (row, columns): (usize, usize),
    cells: impl Fn(&'r RunSide, usize) -> &'r [C],
    mark: impl Fn(&RunSide, &C) -> (&'static str, Role),
    pen: &mut Pen<'_>,
) {
    let ellipsis = pen.symbols().ellipsis;
    pen.row(row).col(1).put(&fit(&pair.name, LABELS - 4, ellipsis), pair.role);
    for (side, run) in runs.sides.iter().enumerate() {
        let role = if runs.here == Some(side) { Role::Label } else { Role::Dim };
        pen.row(row + side).col(LABELS - 2).put(NAMES[side], role).col(LABELS);
        let cells = pair.at[side].map_or(&[][..], |at| cells(run, at));
        for (mark, role) in cells.iter().take(columns).map(|cell| mark(run, cell)) {
            pen.put(mark, role);
        }
    }
}

/// What each task did differently first, a row each.
fn differences(here: &Here<'_>, runs: &BothRuns, row: usize, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let room = pen.height().saturating_sub(row);
    let first = head(here, runs.rows.len(), room);
    for (at, (i, difference)) in runs.rows.iter().enumerate().skip(first).take(room).enumerate() {
        pen.row(row + at).spot(Spot::Row(i));
        let chosen = here.chosen() == Some(i);
        if chosen {
            pen.highlight(Role::Selection);
        }
        let role = |plain: Role| if chosen { Role::Selection } else { plain };
        let who = format!(" {} {}", difference.pid, visible(&difference.name));
        pen.put(&fit(&who, LABELS - 1, ellipsis), role(Role::of_task(difference.pid)));
        let plain = if difference.n.is_some() { Role::Text } else { Role::Dim };
        pen.col(LABELS).put(&fit(&visible(&difference.text), width.saturating_sub(LABELS), ellipsis), role(plain));
    }
}

/// Where the runs part, and the place of the cursor: in the run of the machine and in the other one.
fn axis(runs: &BothRuns, columns: usize, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    let said = match runs.place {
        Some((pid, n)) => format!("{pid}'s turn {n}"),
        None => "turn".to_owned(),
    };
    pen.col(1).put(&fit(&said, LABELS - 2, symbols.ellipsis), Role::Dim);
    let shown = |side: &RunSide, turn: u64| side.column_of(turn).filter(|column| *column < columns);
    if let Some(column) = shown(&runs.sides[0], runs.common + 1) {
        pen.col(LABELS + column).put(symbols.unordered, Role::Trouble);
    }
    for (side, run) in runs.sides.iter().enumerate() {
        let Some(column) = run.cursor.and_then(|turn| shown(run, turn)) else { continue };
        match runs.here == Some(side) || runs.here.is_none() {
            true => pen.col(LABELS + column).over(symbols.time, Role::Pc),
            false => pen.col(LABELS + column).over(NAMES[side], Role::Pc),
        };
    }
}
