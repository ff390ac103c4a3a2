//! The timeline: its cursor is the turn, its columns can be moved and made wider and narrower, and be of turns or of
//! virtual time.

use super::super::layout::layout;
use super::super::pane;
use super::super::view::PaneId;
use super::{App, Effect};
use crate::backend::{Sight, Snapshot, TurnWindow, Want};

/// Columns of the pane where it is not on the screen.
const WIDTH: u16 = 80;

impl App {
    /// What is wanted to show one pane.
    #[must_use]
    pub fn want_for(&self, id: PaneId) -> Want {
        let lanes = (id == PaneId::Timeline).then(|| self.sight());
        Want {
            lanes,
            explain: id == PaneId::Explain,
            waits: id == PaneId::Waits,
            hunt: id == PaneId::Explore,
            ..self.want()
        }
    }

    fn sight(&self) -> Sight {
        let shown = layout(&self.view).into_iter().find(|(id, _)| *id == PaneId::Timeline);
        pane::timeline_sight(&self.view, shown.map_or(WIDTH, |(_, area)| area.width))
    }

    fn window(&self, now: &Snapshot) -> TurnWindow {
        let (cursor, present) = self.places(now);
        self.sight().window(cursor, present)
    }

    /// The cursor and the present, as the columns count: turns, or virtual µs.
    fn places(&self, now: &Snapshot) -> (u64, u64) {
        match self.view.timeline.time {
            true => (now.time_us, now.history.present_us),
            false => (now.turn, now.history.present),
        }
    }

    /// Columns of virtual time in place of turns, or of turns again; about as wide as they were.
    pub(super) fn next_axis(&mut self, now: &Snapshot) {
        let power = now.turn_us.max(1).next_power_of_two().ilog2();
        let timeline = &mut self.view.timeline;
        timeline.time = !timeline.time;
        let other = |p: u32| if timeline.time { p + power } else { p.saturating_sub(power) };
        *timeline = Sight { power: timeline.power.map(other), first: 1, fixed: false, ..*timeline };
        let text = if timeline.time { "columns of virtual time" } else { "columns of turns" };
        self.say(text);
    }

    /// Keeps where the columns are, so that they stay there as long as the cursor is in sight.
    pub(super) fn keep_columns(&mut self, now: &Snapshot) {
        if let Some(lanes) = &now.lanes {
            self.view.timeline.first = lanes.window.first_of(0);
        }
    }

    /// The cursor so many columns to the right: that is another turn.
    pub(super) fn move_turn(&mut self, by: i64, now: &Snapshot) -> Vec<Effect> {
        if self.view.timeline.time {
            return self.move_time(by, now);
        }
        let power = self.window(now).power;
        // Turn 0 stands before the first column.
        let column = i128::from(now.turn).checked_sub(1).map_or(-1, |turn| turn >> power) + i128::from(by);
        let turn = if column < 0 { 0 } else { ((column + 1) << power).min(now.history.present.into()) };
        self.slide_to(u64::try_from(turn).unwrap_or(0), now)
    }

    /// The same with columns of virtual time: to a turn that ends in that column, or to the next one where none
    /// does.
    fn move_time(&mut self, by: i64, now: &Snapshot) -> Vec<Effect> {
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
        self.slide_to(turn, now)
    }

    /// Columns of twice as many turns, or half as many; the cursor stays in its column. From the widest on
    /// they hold the whole run, however long it gets.
    pub(super) fn scale(&mut self, by: i8, now: &Snapshot) {
        let (window, (at, present)) = (self.window(now), self.places(now));
        let whole = Sight { power: None, ..self.sight() }.window(at, present).power;
        let power = window.power.saturating_add_signed(by.into()).min(whole);
        let middle = window.columns / 2;
        let cursor = window.column_of(at).filter(|_| !self.view.timeline.fixed);
        let (column, turn) = match cursor {
            Some(column) => (column, at),
            None => (middle, window.first_of(middle)),
        };
        let start = ((turn.max(1) - 1) >> power).saturating_sub(column as u64);
        let timeline = &mut self.view.timeline;
        timeline.first = (start << power) + 1;
        timeline.power = if by > 0 && power == whole && whole > 0 { None } else { Some(power) };
    }

    /// Other turns, wherever the cursor is, by some columns.
    pub(super) fn pan(&mut self, by: i64, now: &Snapshot) {
        let window = self.window(now);
        let last = (self.places(now).1.max(1) - 1) >> window.power;
        let newest = (last + 1).saturating_sub(window.columns as u64);
        let start = window.start.saturating_add_signed(by).min(newest);
        let timeline = &mut self.view.timeline;
        (timeline.first, timeline.fixed) = ((start << window.power) + 1, true);
    }

    /// Pages are halves of the columns.
    pub(super) fn pan_page(&mut self, halves: i8, now: &Snapshot) {
        let half = (self.window(now).columns / 2).max(1) as i64;
        self.pan(half * i64::from(halves), now);
    }

    /// To the turn in the middle of columns that were moved away from the cursor.
    pub(super) fn go_middle(&mut self, now: &Snapshot) -> Vec<Effect> {
        if !self.view.timeline.fixed {
            self.say("the cursor is this turn: left and right move it");
            return Vec::new();
        }
        let window = self.window(now);
        self.view.timeline.fixed = false;
        let middle = window.columns / 2;
        let turn = match &now.lanes {
            Some(lanes) if window.time => lanes.turns_by(middle),
            _ => window.last_of(middle),
        };
        self.slide_to(turn.min(now.history.present), now)
    }

    /// Back to the cursor, and to the present.
    pub(super) fn follow_time(&mut self, now: &Snapshot) -> Vec<Effect> {
        self.view.timeline.fixed = false;
        self.view.search.clear();
        self.view.message.clear();
        if now.history.past { vec![Effect::Command("goto present".into())] } else { Vec::new() }
    }

    /// To the next or previous turn in which something happened, of the kinds the filter names.
    pub(super) fn go_happened(&mut self, next: bool) -> Vec<Effect> {
        self.view.timeline.fixed = false;
        let verb = if next { "next" } else { "previous" };
        vec![Effect::Command(format!("goto {verb}{}", pane::timeline_wanted(&self.view)))]
    }
}
