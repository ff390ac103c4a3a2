//! What a pane is to the rest of the screen: a row of functions that see it and say what is to be done.

use super::{Response, list};
use crate::backend::{Snapshot, TaskView, Want};
use crate::ui::filter::Filter;
use crate::ui::layout::{content, layout};
use crate::ui::pane::{PaneId, pane};
use crate::ui::pen::Pen;
use crate::ui::spacing::pitch;
use crate::ui::spot::{self, Spot};
use crate::ui::view::{Choice, PaneState, Scene, View};
use ratatui::layout::Rect;
use std::ops::Deref;

/// A pane of a scene: which one, how the user looks at it, and how much of it shows.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    scene: Scene<'a>,
    /// Which pane.
    pub id: PaneId,
    /// Its scrolling and selection.
    pub state: &'a PaneState,
    /// Columns.
    pub width: usize,
    /// Rows below the title; 0 where the pane is not on the screen.
    pub height: usize,
    /// Rows of the screen from one of its rows to the next.
    pub pitch: u16,
}

impl<'a> Deref for Here<'a> {
    type Target = Scene<'a>;

    fn deref(&self) -> &Scene<'a> {
        &self.scene
    }
}

/// Columns of a pane that is not on the screen.
const WIDTH: u16 = 80;

impl<'a> Here<'a> {
    /// A pane where the layout puts it.
    #[must_use]
    pub fn of(scene: Scene<'a>, id: PaneId) -> Here<'a> {
        let shown = layout(scene.view).into_iter().find(|(shown, _)| *shown == id);
        let hidden = Rect { width: WIDTH, ..Rect::default() };
        Here::within(scene, id, shown.map_or(hidden, |(_, area)| content(area)))
    }

    /// A pane whose rows below the title are an area.
    #[must_use]
    pub fn within(scene: Scene<'a>, id: PaneId, area: Rect) -> Here<'a> {
        static UNMOVED: PaneState =
            PaneState { scroll: 0, aside: 0, cursor: 0, moved: false, filter: String::new(), pin: None };
        let state = scene.view.panes.get(&id).unwrap_or(&UNMOVED);
        let pitch = pitch(scene.view, id, area.height);
        Here { scene, id, state, width: area.width.into(), height: area.height.div_ceil(pitch).into(), pitch }
    }

    /// Whether keys go to it.
    #[must_use]
    pub fn focused(&self) -> bool {
        self.view.layout.focus == self.id
    }

    /// The row a list's cursor is on, while keys go to the pane.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.focused().then_some(self.state.cursor)
    }

    /// The same once the user has moved the cursor.
    #[must_use]
    pub fn moved_to(&self) -> Option<usize> {
        self.chosen().filter(|_| self.state.moved)
    }

    /// The task the pane is about: the one it is pinned to, the selected one, or the first.
    #[must_use]
    pub fn subject(&self) -> Option<&'a TaskView> {
        let wanted = self.view.task(self.id);
        let now: &'a Snapshot = self.now;
        now.tasks.iter().find(|t| Some(t.pid) == wanted).or_else(|| super::selected(&self.scene))
    }

    /// Which rows the user wants.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::new(&self.state.filter)
    }
}

/// How the cursor is to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Rows down, or up if negative.
    Rows(i64),
    /// To the right, or to the left if negative.
    Columns(i64),
    /// Half pages down, or up if negative.
    Pages(i64),
    /// To the last row, or to the first.
    Edge(bool),
    /// What the wheel of the mouse turned, in rows down.
    Wheel(i64),
}

impl Motion {
    /// Rows down in a pane of this many rows.
    #[must_use]
    pub fn rows(self, height: usize) -> i64 {
        match self {
            Motion::Rows(by) | Motion::Wheel(by) => by,
            Motion::Columns(_) => 0,
            Motion::Pages(halves) => (height.max(2) as i64).saturating_mul(halves) / 2,
            Motion::Edge(true) => i64::MAX / 2,
            Motion::Edge(false) => i64::MIN / 2,
        }
    }
}

/// What a pane shows and does. All of it is pure: what is to be done comes back as [`Response`]s.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Adds what of the machine it shows; the second argument is its columns.
    pub want: fn(&View, u16, &mut Want),
    /// What its title says behind the name, in at most this many columns.
    pub title: fn(&Here<'_>, usize) -> String,
    /// What its title says at the right end.
    pub info: fn(&Here<'_>) -> String,
    /// Rows it could show.
    pub rows: fn(&Here<'_>) -> usize,
    /// Draws what is below the title.
    pub draw: fn(&Here<'_>, &mut Pen<'_>),
    /// Walls inside of it: the column and the rows of each.
    pub walls: fn(&Here<'_>) -> Vec<(usize, u16)>,
    /// What the cursor is on.
    pub cursor: fn(&Here<'_>) -> Option<Spot>,
    /// First row that keeps a place of the cursor in sight.
    pub scroll: fn(&Here<'_>, usize) -> usize,
    /// Moves the cursor.
    pub go: fn(&Here<'_>, Motion) -> Vec<Response>,
    /// Takes the cursor to something that was clicked or found.
    pub put: fn(&Here<'_>, Spot) -> Vec<Response>,
    /// Opens what the cursor is on.
    pub open: fn(&Here<'_>) -> Vec<Response>,
    /// Asks for a new value of what the cursor is on.
    pub edit: fn(&Here<'_>) -> Vec<Response>,
    /// Stops on what the cursor is on; `None` where that is the code of the selected task.
    pub stop: fn(&Here<'_>) -> Option<Vec<Response>>,
    /// Takes away what the cursor is on, or with `false` switches it on or off.
    pub remove: fn(&Here<'_>, bool) -> Vec<Response>,
    /// Title and choices of what can be done with a thing.
    pub menu: fn(&Here<'_>, Spot) -> (String, Vec<Choice>),
    /// The next format.
    pub format: fn(&Here<'_>) -> Vec<Response>,
    /// Moving its cursor scrolls it and changes nothing else of it.
    pub scrolls: bool,
    /// It can be opened in the strip at the bottom of small screens.
    pub strip: bool,
    /// Its cursor rests on the newest row, at the end.
    pub newest: bool,
    /// It can stay with a task.
    pub pins: bool,
    /// Its place belongs to the selected task: another selection brings it back.
    pub follows: bool,
    /// Its place belongs to the last turn: another turn brings it back.
    pub of_turn: bool,
    /// Its rows can be filtered.
    pub filters: bool,
    /// Rows it needs below its title before they stand apart, where they can.
    pub apart: Option<u16>,
}

impl Unit {
    /// A list from top to bottom, from which the rows of the table differ.
    pub const LIST: Unit = Unit {
        want: |_, _, _| {},
        title: |_, _| String::new(),
        info: |_| String::new(),
        rows: |_| 0,
        draw: |_, _| {},
        walls: |_| Vec::new(),
        cursor: list::cursor,
        scroll: list::scroll,
        go: list::go,
        put: list::put,
        open: spot::open,
        edit: spot::edit,
        stop: spot::stop,
        remove: |_, _| Vec::new(),
        menu: |here, spot| spot::menu(spot, here.now),
        format: list::format,
        scrolls: true,
        strip: true,
        newest: false,
        pins: false,
        follows: false,
        of_turn: false,
        filters: false,
        apart: None,
    };
}

/// What a function of the table says of a pane.
#[must_use]
pub fn cursor(here: &Here<'_>) -> Option<Spot> {
    (pane(here.id).unit.cursor)(here)
}
