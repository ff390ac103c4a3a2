//! THE table of panes, and what they share.

mod code;
mod console;
mod log;
mod mailboxes;
mod memory;
mod stack;
mod stops;
mod tasks;
mod trace;
mod windows;

pub use code::first_row as code_first_row;
pub use memory::ROW_BYTES as MEMORY_ROW;
pub use trace::describe;
pub use windows::walls as window_walls;

use super::pen::Pen;
use super::view::{PaneId, Scene};
use crate::target::TaskView;

/// One pane.
#[derive(Debug, Clone, Copy)]
pub struct Pane {
    /// Which.
    pub id: PaneId,
    /// The number in its title.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it shows, for the help.
    pub about: &'static str,
    /// What its title says behind the name, in so many columns.
    pub title: fn(&Scene<'_>, usize) -> String,
    /// What its title says at the right end.
    pub info: fn(&Scene<'_>) -> String,
    /// Rows it could show.
    pub rows: fn(&Scene<'_>) -> usize,
    /// Draws what is below the title.
    pub draw: fn(&Scene<'_>, &mut Pen<'_>),
}

/// THE table of panes, by number.
pub const PANES: &[Pane] = &[
    Pane {
        id: PaneId::Tasks,
        number: 1,
        name: "tasks",
        about: "every task: state, turns, pc and what it waits for",
        title: nothing,
        info: tasks::info,
        rows: tasks::rows,
        draw: tasks::draw,
    },
    Pane {
        id: PaneId::Windows,
        number: 2,
        name: "windows",
        about: "register windows: sixteen words of RAM from reg_base on",
        title: windows::title,
        info: windows::info,
        rows: windows::rows,
        draw: windows::draw,
    },
    Pane {
        id: PaneId::Code,
        number: 3,
        name: "code",
        about: "instructions or source around the selected task's pc",
        title: code::title,
        info: code::info,
        rows: code::rows,
        draw: code::draw,
    },
    Pane {
        id: PaneId::Stack,
        number: 4,
        name: "stack",
        about: "each task's stack with its guard, the RAM at one glance, and the selected stack's words",
        title: nothing,
        info: stack::info,
        rows: stack::rows,
        draw: stack::draw,
    },
    Pane {
        id: PaneId::Mailboxes,
        number: 5,
        name: "mail",
        about: "mailboxes: messages, fill, who waits",
        title: nothing,
        info: mailboxes::info,
        rows: mailboxes::rows,
        draw: mailboxes::draw,
    },
    Pane {
        id: PaneId::Trace,
        number: 6,
        name: "trace",
        about: "what happened in each turn, newest at the bottom",
        title: nothing,
        info: trace::info,
        rows: trace::rows,
        draw: trace::draw,
    },
    Pane {
        id: PaneId::Console,
        number: 8,
        name: "console",
        about: "what tasks printed",
        title: nothing,
        info: console::info,
        rows: console::rows,
        draw: console::draw,
    },
    Pane {
        id: PaneId::Stops,
        number: 9,
        name: "stops",
        about: "breakpoints",
        title: nothing,
        info: stops::info,
        rows: stops::rows,
        draw: stops::draw,
    },
    Pane {
        id: PaneId::Memory,
        number: 11,
        name: "memory",
        about: "RAM as the selected task sees it",
        title: memory::title,
        info: memory::info,
        rows: memory::rows,
        draw: memory::draw,
    },
    Pane {
        id: PaneId::Log,
        number: 16,
        name: "log",
        about: "answers of the debugger",
        title: nothing,
        info: log::info,
        rows: log::rows,
        draw: log::draw,
    },
];

fn nothing(_: &Scene<'_>, _: usize) -> String {
    String::new()
}

/// The row of a pane.
#[must_use]
pub fn pane(id: PaneId) -> &'static Pane {
    // Every id has a row: a test checks it.
    PANES.iter().find(|p| p.id == id).unwrap_or(&PANES[0])
}

/// The panes that share the strip at the bottom of small screens.
pub const STRIP: [PaneId; 6] =
    [PaneId::Trace, PaneId::Mailboxes, PaneId::Console, PaneId::Stops, PaneId::Memory, PaneId::Log];

/// The selected task, or the first one.
#[must_use]
pub fn selected<'s>(scene: &Scene<'s>) -> Option<&'s TaskView> {
    let tasks = &scene.now.tasks;
    tasks.iter().find(|t| Some(t.pid) == scene.view.selected).or_else(|| tasks.first())
}

/// First row of a list of `rows` in a window of `height` that keeps `cursor` in sight.
#[must_use]
pub fn scroll_to(cursor: usize, rows: usize, height: usize) -> usize {
    cursor.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// First row of a list that grows at its end: the newest rows, or where the user has scrolled to.
#[must_use]
pub fn tail(scene: &Scene<'_>, id: PaneId, rows: usize, height: usize) -> usize {
    let last = rows.saturating_sub(height);
    match scene.view.panes.get(&id) {
        Some(state) if state.moved => state.scroll.min(last),
        _ => last,
    }
}

/// First row of a list that starts at its top.
#[must_use]
pub fn head(scene: &Scene<'_>, id: PaneId, rows: usize, height: usize) -> usize {
    scene.view.panes.get(&id).map_or(0, |s| s.scroll).min(rows.saturating_sub(height))
}

/// A label with distance: `again`, `again+2C`.
#[must_use]
pub fn label(task: &TaskView, pc: u32) -> Option<String> {
    let (name, offset) = task.listing.label_at(pc)?;
    let name = super::format::visible(name);
    Some(if offset == 0 { name.into_owned() } else { format!("{name}+{offset:X}") })
}
