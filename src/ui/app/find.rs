//! Looking for a text in a pane, filtering its rows, and its text for the clipboard.

use super::super::layout::{content, layout};
use super::super::pane;
use super::super::pane::{Here, PANES, PaneId};
use super::super::pen::Pen;
use super::super::spot::Spot;
use super::super::theme::{Palette, Theme};
use super::super::view::{Overlay, PaneState, Scene, View};
use super::App;
use crate::backend::Snapshot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Rows of a pane that are searched: those of memory with four bytes each, and more.
const MOST: u16 = 16_400;
/// Columns of a step sideways.
const STEP: i64 = 8;

/// A row of a pane as text, and what it is about.
struct Line {
    text: String,
    spot: Option<Spot>,
}

/// A whole pane as text, all of its rows.
fn lines(now: &Snapshot, view: &View, id: PaneId, ascii: bool) -> Vec<Line> {
    let width = layout(view).iter().find(|(pane, _)| *pane == id).map_or(80, |(_, r)| content(*r).width);
    let theme = Theme::new(Palette::None, ascii);
    let unit = &pane::pane(id).unit;
    let rows = (unit.rows)(&Here::of(Scene { now, view, theme: &theme }, id));
    // From the first row on: everything is in sight of a pane that is high enough.
    let mut panes = view.panes.clone();
    let state = panes.entry(id).or_default();
    if unit.scrolls {
        *state = PaneState { moved: true, scroll: 0, cursor: 0, ..state.clone() };
    }
    let view = View { panes, code_top: 0, ..view.clone() };
    // Labels, headings and remarks take rows, too.
    let height = u16::try_from(rows.saturating_mul(2) + 8).unwrap_or(MOST).min(MOST);
    let area = Rect { x: 0, y: 0, width, height };
    let mut buffer = Buffer::empty(area);
    let mut pen = Pen::new(&mut buffer, area, &theme);
    pane::paint(id, &Here::within(Scene { now, view: &view, theme: &theme }, id, area), &mut pen);
    let long = pen.whole().to_vec();
    let mut spots = vec![None; usize::from(height)];
    for (rect, spot) in pen.spots() {
        let place = &mut spots[usize::from(rect.y.min(height - 1))];
        *place = place.or(Some(spot));
    }
    // A row with a long text ends with all of that.
    let text = |y| {
        let tail = long.iter().rfind(|(row, ..)| *row == y);
        let end = tail.map_or(width, |(_, x, _)| (*x).min(width));
        let head: String = (0..end).map(|x| buffer[(x, y)].symbol()).collect();
        head + tail.map_or("", |(.., text)| text)
    };
    let mut lines: Vec<Line> =
        (0..height).zip(spots).map(|(y, spot)| Line { text: text(y).trim_end().to_owned(), spot }).collect();
    while lines.last().is_some_and(|l| l.text.is_empty()) {
        lines.pop();
    }
    lines
}

impl App {
    /// Goes to the next or previous row that holds the text looked for.
    pub(super) fn found(&mut self, next: bool, now: &Snapshot) {
        if self.view.typing.search.is_empty() {
            return;
        }
        let wanted = self.view.typing.search.to_lowercase();
        let id = self.view.layout.focus;
        let lines = lines(now, &self.view, id, false);
        let found: Vec<(usize, Spot)> = lines
            .iter()
            .enumerate()
            .filter(|(_, l)| l.text.to_lowercase().contains(&wanted))
            .filter_map(|(i, l)| Some((i, l.spot?)))
            .collect();
        let here = self.under_cursor(now);
        let at = lines.iter().position(|l| l.spot.is_some() && same_row(l.spot, here)).unwrap_or(0);
        let after = found.iter().position(|(i, _)| *i > at);
        let before = found.iter().rposition(|(i, _)| *i < at);
        let place = if next { after.or(Some(0)) } else { before.or(found.len().checked_sub(1)) };
        match place.and_then(|place| Some((place, *found.get(place)?))) {
            Some((place, (row, spot))) => {
                self.put(id, spot, now);
                if let Some(line) = lines.get(row) {
                    self.bring_into_sight(id, &line.text, &wanted, now);
                }
                let text = self.view.typing.search.clone();
                self.say(format!("{text}: {} of {} rows; n next, N previous, Esc ends", place + 1, found.len()));
            }
            None => {
                let text = self.view.typing.search.clone();
                self.refuse(format!("{text} is not in this pane"));
            }
        }
    }

    /// Scrolls the long texts of a pane, no further than the longest one reaches.
    pub(super) fn scroll_aside(&mut self, id: PaneId, by: i64, now: &Snapshot) {
        let width = self.at(id, now, |here| here.width);
        let rows = lines(now, &self.view, id, false);
        let longest = rows.iter().map(|l| l.text.width()).max().unwrap_or(0);
        let most = longest.saturating_sub(width) as i64;
        let state = self.view.panes.entry(id).or_default();
        state.aside = (state.aside as i64).saturating_add(STEP.saturating_mul(by)).clamp(0, most) as usize;
    }

    /// Scrolls long texts so far that a place of a row is in sight.
    fn bring_into_sight(&mut self, id: PaneId, text: &str, wanted: &str, now: &Snapshot) {
        let lower = text.to_lowercase();
        let Some(at) = lower.find(wanted) else { return };
        let end = lower[..at].width() + wanted.width();
        let width = self.at(id, now, |here| here.width);
        let aside = end.saturating_sub(width.saturating_sub(2)).next_multiple_of(STEP as usize);
        self.view.panes.entry(id).or_default().aside = aside;
    }

    /// While a search is typed its matches are marked.
    pub(super) fn search_as_typed(&mut self, _: &Snapshot) {
        if let Overlay::Prompt(prompt) = &self.view.typing.overlay {
            self.view.typing.search.clone_from(&prompt.text);
        }
    }

    pub(super) fn set_filter(&mut self, text: &str) {
        let id = self.view.layout.focus;
        if !pane::pane(id).unit.filters {
            let with: Vec<&str> = PANES.iter().filter(|p| p.unit.filters).map(|p| p.name).collect();
            return self.refuse(format!("this pane has no filter; these have one: {}", with.join(", ")));
        }
        let state = self.view.panes.entry(id).or_default();
        *state = PaneState { filter: text.trim().to_owned(), pin: state.pin, ..PaneState::default() };
        let said =
            if text.trim().is_empty() { "all rows are shown".to_owned() } else { format!("only {}", text.trim()) };
        self.say(said);
    }

    /// What a row of the focused pane says.
    pub(super) fn row_text(&self, row: usize, now: &Snapshot) -> Option<String> {
        let lines = lines(now, &self.view, self.view.layout.focus, false);
        lines.into_iter().find(|l| l.spot == Some(Spot::Row(row))).map(|l| l.text.trim().to_owned())
    }

    /// All rows of a pane as text, a line each.
    #[must_use]
    pub fn pane_lines(&self, id: PaneId, now: &Snapshot) -> Vec<String> {
        lines(now, &self.view, id, true).into_iter().map(|l| l.text + "\n").collect()
    }

    /// The whole text of the focused pane.
    pub(super) fn pane_text(&self, now: &Snapshot) -> String {
        let lines = lines(now, &self.view, self.view.layout.focus, false);
        lines.into_iter().map(|l| l.text + "\n").collect()
    }
}

/// Whether two things stand in the same row.
fn same_row(a: Option<Spot>, b: Option<Spot>) -> bool {
    match (a, b) {
        (Some(Spot::Register(p, i)), Some(Spot::Register(q, j))) => p == q && i / 4 == j / 4,
        (Some(Spot::Byte(_, i)), Some(Spot::Byte(_, j))) => i / 16 == j / 16,
        (a, b) => a == b,
    }
}
