//! The cursor of the timeline is the turn. Its columns can be moved and made wider and narrower, and be
//! of turns or of virtual time.

use super::LABELS;
use crate::backend::{LaneViewport, TurnWindow};
use crate::ui::pane::list::select;
use crate::ui::pane::{Here, Motion, Response};
use crate::ui::spot::Spot;
use crate::ui::view::{LaneSteps, View};

/// Columns of turns that a row of the wheel moves.
const WHEEL: i64 = 4;

/// What is seen of the lanes in a pane of this many columns.
#[must_use]
pub fn sight(view: &View, width: usize) -> LaneViewport {
    let halves = view.formats.lane_steps != LaneSteps::Cells;
    LaneViewport { columns: width.saturating_sub(LABELS).max(1), halves, ..view.timeline }
}

fn window(here: &Here<'_>) -> TurnWindow {
    let (cursor, present) = places(here);
    sight(here.view, here.width).window(cursor, present)
}

/// The cursor and the present, as the columns count: turns, or virtual µs.
fn places(here: &Here<'_>) -> (u64, u64) {
    let now = here.now;
    match here.view.timeline.time {
        true => (now.time_us, now.history.present_us),
        false => (now.turn, now.history.present),
    }
}

pub fn turn(here: &Here<'_>) -> Option<Spot> {
    Some(Spot::Turn(here.now.turn))
}

/// Rows are tasks, columns are turns; pages and the wheel move the columns.
pub fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    match motion {
        Motion::Columns(by) if here.view.timeline.time => move_time(here, by),
        Motion::Columns(by) => move_turn(here, by),
        Motion::Pages(halves) => pan(here, (window(here).columns / 2).max(1) as i64 * halves),
        Motion::Wheel(rows) => pan(here, WHEEL * rows),
        Motion::Rows(_) | Motion::Edge(_) => {
            let tasks: Vec<u16> = here.now.tasks.iter().map(|t| t.pid).collect();
            select(here, &tasks, motion.rows(here.height))
        }
    }
}

/// The cursor this many columns to the right: that is another turn.
fn move_turn(here: &Here<'_>, by: i64) -> Vec<Response> {
    let power = window(here).power;
    // Turn 0 stands before the first column.
    let column = i128::from(here.now.turn).checked_sub(1).map_or(-1, |turn| turn >> power) + i128::from(by);
    let present = here.now.history.present;
    let turn = if column < 0 { 0 } else { ((column + 1) << power).min(present.into()) };
    vec![Response::Turn(u64::try_from(turn).unwrap_or(0))]
}

/// The same with columns of virtual time: to a turn that ends in that column, or to the next one where none
/// does.
fn move_time(here: &Here<'_>, by: i64) -> Vec<Response> {
    let now = here.now;
    let Some(lanes) = &now.lanes else { return Vec::new() };
    let cursor = lanes.window.column_of(now.time_us).unwrap_or(0);
    let column = cursor.saturating_add_signed(by as isize);
    let ends = |column: usize| lanes.turns_by(column).min(now.history.present);
    let turn = if by < 0 {
        let before = now.turn.saturating_sub(1);
        let at = (0..=column).rev().map(ends).find(|turn| *turn < now.turn);
        at.filter(|_| cursor >= by.unsigned_abs() as usize).unwrap_or(before)
    } else {
        let next = (now.turn + 1).min(now.history.present);
        (column..lanes.window.columns).map(ends).find(|turn| *turn > now.turn).unwrap_or(next)
    };
    vec![Response::Turn(turn)]
}

/// Other turns, wherever the cursor is, by some columns.
fn pan(here: &Here<'_>, by: i64) -> Vec<Response> {
    let window = window(here);
    let last = (places(here).1.max(1) - 1) >> window.power;
    let newest = (last + 1).saturating_sub(window.columns as u64);
    let start = window.start.saturating_add_signed(by).min(newest);
    vec![Response::LaneViewport(LaneViewport { first: (start << window.power) + 1, fixed: true, ..here.view.timeline })]
}

/// Columns of virtual time in place of turns, or of turns again; about as wide as they were.
pub fn next_axis(here: &Here<'_>) -> Vec<Response> {
    let power = here.now.turn_us.max(1).next_power_of_two().ilog2();
    let old = here.view.timeline;
    let time = !old.time;
    let other = |p: u32| if time { p + power } else { p.saturating_sub(power) };
    let sight = LaneViewport { time, power: old.power.map(other), first: 1, fixed: false, ..old };
    let text = if time { "columns of virtual time" } else { "columns of turns" };
    vec![Response::LaneViewport(sight), Response::Say(text.into())]
}

/// Columns of twice as many turns, or half as many; the cursor stays in its column. From the widest on
/// they hold the whole run, however long it gets.
#[must_use]
pub fn scale(here: &Here<'_>, by: i8) -> Vec<Response> {
    let (window, (at, present)) = (window(here), places(here));
    let old = here.view.timeline;
    let whole = LaneViewport { power: None, ..sight(here.view, here.width) }.window(at, present).power;
    let power = window.power.saturating_add_signed(by.into()).min(whole);
    let middle = window.columns / 2;
    let (column, turn) = match window.column_of(at).filter(|_| !old.fixed) {
        Some(column) => (column, at),
        None => (middle, window.first_of(middle)),
    };
    let start = ((turn.max(1) - 1) >> power).saturating_sub(column as u64);
    let all = by > 0 && power == whole && whole > 0;
    vec![Response::LaneViewport(LaneViewport { first: (start << power) + 1, power: (!all).then_some(power), ..old })]
}

/// To the turn in the middle of columns that were moved away from the cursor.
pub fn middle(here: &Here<'_>) -> Vec<Response> {
    let old = here.view.timeline;
    if !old.fixed {
        return Response::say("the cursor is this turn: left and right move it");
    }
    let window = window(here);
    let middle = window.columns / 2;
    let turn = match &here.now.lanes {
        Some(lanes) if window.time => lanes.turns_by(middle),
        _ => window.last_of(middle),
    };
    vec![
        Response::LaneViewport(LaneViewport { fixed: false, ..old }),
        Response::Turn(turn.min(here.now.history.present)),
    ]
}

/// Back to the cursor, and to the turn that was left for others.
#[must_use]
pub fn follow(here: &Here<'_>) -> Vec<Response> {
    let sight = Response::LaneViewport(LaneViewport { fixed: false, ..here.view.timeline });
    let back = here.view.left.map(Response::Turn);
    [sight].into_iter().chain(back).collect()
}

/// To the next or previous turn in which something happened, of the kinds the filter names.
#[must_use]
pub fn happened(here: &Here<'_>, next: bool) -> Vec<Response> {
    let verb = if next { "next" } else { "previous" };
    let sight = Response::LaneViewport(LaneViewport { fixed: false, ..here.view.timeline });
    vec![sight, Response::Command(format!("goto {verb}{}", wanted(&here.state.filter)))]
}

/// Words of the pane's filter that `goto next` understands.
fn wanted(filter: &str) -> String {
    let words = filter.split_whitespace().filter_map(|word| match word.split_once('=') {
        Some(("pid", pid)) => Some(format!(" -p {pid}")),
        Some(("kind", kind)) => Some(format!(" {kind}")),
        Some(_) => None,
        None => Some(format!(" {word}")),
    });
    words.collect()
}
