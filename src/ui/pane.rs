//! THE table of panes, and what they share.

mod calls;
mod code;
mod console;
mod explain;
mod explore;
mod lesson;
mod log;
mod mailboxes;
mod memory;
mod predict;
mod stack;
mod stops;
mod switch;
mod tasks;
mod timeline;
mod trace;
mod values;
mod waits;
mod watch;
mod windows;

pub use code::{first_row as code_first_row, pc_row_of as code_pc_row};
pub use lesson::{FOOT as LESSON_FOOT, now_row as lesson_now_row};
pub use mailboxes::shown as shown_boxes;
pub use memory::{across as memory_across, byte as memory_byte};
pub use stack::alone as stack_alone;
pub use switch::{
    chosen as switch_chosen, coming as switch_coming, registers_a_row as switch_registers_a_row, word as switch_word,
};
pub use tasks::sorted as sorted_tasks;
pub use timeline::{sight as timeline_sight, wanted as timeline_wanted};
pub use trace::describe;
pub use trace::shown as shown_trace;
pub use values::{Row as ValueRow, rows as value_rows};
pub use waits::began as wait_began;
pub use windows::{registers_a_row, walls as window_walls};

use super::filter::Filter;
use super::pen::Pen;
use super::spacing::pitch;
use super::theme::Symbols;
use super::view::{PaneId, Scene, Spot};
use crate::backend::{StopView, TaskView};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
        id: PaneId::Timeline,
        number: 7,
        name: "timeline",
        about: "what each task did turn by turn, with messages and stops: left and right go about in time",
        title: timeline::title,
        info: timeline::info,
        rows: timeline::rows,
        draw: timeline::draw,
    },
    Pane {
        id: PaneId::Console,
        number: 8,
        name: "console",
        about: "what tasks printed",
        title: console::title,
        info: console::info,
        rows: console::rows,
        draw: console::draw,
    },
    Pane {
        id: PaneId::Stops,
        number: 9,
        name: "stops",
        about: "breakpoints, watchpoints and stops on what happens: e changes a condition",
        title: nothing,
        info: stops::info,
        rows: stops::rows,
        draw: stops::draw,
    },
    Pane {
        id: PaneId::Watch,
        number: 10,
        name: "watch",
        about: "expressions that are kept in sight: e adds one, d removes one",
        title: nothing,
        info: watch::info,
        rows: watch::rows,
        draw: watch::draw,
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
        id: PaneId::Waits,
        number: 12,
        name: "waits",
        about: "who waits for whom, deadlocks and their cycle: Enter goes to the turn a wait began",
        title: nothing,
        info: waits::info,
        rows: waits::rows,
        draw: waits::draw,
    },
    Pane {
        id: PaneId::Calls,
        number: 13,
        name: "calls",
        about: "the selected task's calls that have not returned: Enter shows one in the code",
        title: calls::title,
        info: calls::info,
        rows: calls::rows,
        draw: calls::draw,
    },
    Pane {
        id: PaneId::Values,
        number: 14,
        name: "values",
        about: "values and commands of the registry: e sets a value, Enter calls a command",
        title: nothing,
        info: values::info,
        rows: values::count,
        draw: values::draw,
    },
    Pane {
        id: PaneId::Explain,
        number: 15,
        name: "explain",
        about: "what the last turn did, in sentences with its own numbers",
        title: explain::title,
        info: explain::info,
        rows: explain::rows,
        draw: explain::draw,
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
    Pane {
        id: PaneId::Explore,
        number: 17,
        name: "explore",
        about: "a search over schedules: what it covered and found; Enter opens a find as a branch",
        title: nothing,
        info: explore::info,
        rows: explore::rows,
        draw: explore::draw,
    },
    Pane {
        id: PaneId::Switch,
        number: 18,
        name: "switch",
        about: "the RAM with every task's window, and the switch that moves reg_base between two of them",
        title: switch::title,
        info: switch::info,
        rows: switch::rows,
        draw: switch::draw,
    },
    Pane {
        id: PaneId::Lesson,
        number: 19,
        name: "lesson",
        about: "a page of a lesson with its tasks: J and K turn pages, H gives a hint, A answers",
        title: lesson::title,
        info: lesson::info,
        rows: lesson::rows,
        draw: lesson::draw,
    },
    Pane {
        id: PaneId::Predict,
        number: 20,
        name: "predict",
        about: "what you say the next turn will change, what of it was right, and the score: P begins",
        title: predict::title,
        info: predict::info,
        rows: predict::rows,
        draw: predict::draw,
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

/// The panes of these names; names of none are passed over.
#[must_use]
pub fn named(names: &[String]) -> Vec<PaneId> {
    names.iter().filter_map(|name| PANES.iter().find(|p| p.name == name).map(|p| p.id)).collect()
}

/// The panes that share the strip at the bottom of small screens.
pub const STRIP: [PaneId; 15] = [
    PaneId::Trace,
    PaneId::Mailboxes,
    PaneId::Timeline,
    PaneId::Console,
    PaneId::Stops,
    PaneId::Watch,
    PaneId::Memory,
    PaneId::Waits,
    PaneId::Calls,
    PaneId::Values,
    PaneId::Explain,
    PaneId::Log,
    PaneId::Explore,
    PaneId::Switch,
    PaneId::Predict,
];

/// The selected task, or the first one.
#[must_use]
pub fn selected<'s>(scene: &Scene<'s>) -> Option<&'s TaskView> {
    let tasks = &scene.now.tasks;
    tasks.iter().find(|t| Some(t.pid) == scene.view.selected).or_else(|| tasks.first())
}

/// The task a pane is about: the one it is pinned to, the selected one, or the first.
#[must_use]
pub fn subject<'s>(scene: &Scene<'s>, id: PaneId) -> Option<&'s TaskView> {
    let wanted = scene.view.task(id);
    scene.now.tasks.iter().find(|t| Some(t.pid) == wanted).or_else(|| selected(scene))
}

/// The filter of a pane.
#[must_use]
pub fn filter(scene: &Scene<'_>, id: PaneId) -> Filter {
    scene.view.panes.get(&id).map_or_else(Filter::default, |p| Filter::new(&p.filter))
}

/// Draws what is below a pane's title; gives back what it says of its parts.
pub fn draw(scene: &Scene<'_>, id: PaneId, area: Rect, buffer: &mut Buffer) -> Vec<(Rect, Spot)> {
    let mut pen = Pen::new(buffer, area, scene.theme).apart(pitch(scene.view, id, area.height));
    (pane(id).draw)(scene, &mut pen);
    pen.spots()
}

/// What is on the screen where: draws a pane for itself alone.
#[must_use]
pub fn spots(scene: &Scene<'_>, id: PaneId, area: Rect) -> Vec<(Rect, Spot)> {
    draw(scene, id, area, &mut Buffer::empty(area))
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

/// The row of a list that the user has put the cursor on.
#[must_use]
pub fn list_cursor(scene: &Scene<'_>, id: PaneId) -> Option<usize> {
    scene.view.panes.get(&id).filter(|s| s.moved && scene.view.focus == id).map(|s| s.cursor)
}

/// The mark of a stop.
#[must_use]
pub fn stop_mark(symbols: &Symbols, stop: &StopView) -> &'static str {
    match (stop.enabled, stop.condition.is_some() || stop.pc().is_none()) {
        (false, _) => symbols.stop[1],
        (true, true) => symbols.stop[2],
        (true, false) => symbols.stop[0],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pane_has_a_row_and_a_number_of_its_own() {
        let mut numbers: Vec<u8> = PANES.iter().map(|p| p.number).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), PANES.len());
        assert!(STRIP.iter().all(|id| pane(*id).id == *id));
    }
}
