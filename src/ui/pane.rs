//! THE table of panes, and what they share.

mod both;
mod calls;
mod code;
mod console;
mod could;
mod explain;
mod explore;
mod hole;
mod lesson;
mod list;
mod locals;
mod log;
mod machines;
mod mailboxes;
mod map;
mod memory;
mod origin;
mod predict;
mod races;
mod response;
mod stack;
mod stops;
mod switch;
mod tasks;
mod timeline;
mod trace;
mod unit;
mod values;
mod waits;
mod watch;
mod windows;
mod world;

pub use code::{first_row as code_first_row, other_file};
pub use lesson::{FOOT as LESSON_FOOT, now_row as lesson_now_row};
pub use list::scroll_to;
pub use mailboxes::shown as shown_boxes;
pub use memory::byte as memory_byte;
pub use response::Response;
pub use switch::coming as switch_coming;
pub use trace::{describe, shown as shown_trace};
pub use unit::{Here, Motion, Unit, cursor};

/// What the timeline's own keys do.
pub mod time {
    pub use super::timeline::cursor::{follow, happened, scale, sight};
}

use super::pen::Pen;
use super::spot::Spot;
use super::theme::Symbols;
use super::view::Scene;
use crate::backend::{Pid, Snapshot, StopView, TaskView};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

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
    /// What it shows and does.
    pub unit: Unit,
}

macro_rules! panes {
    ($($id:ident $number:literal $name:literal $about:literal $module:ident;)*) => {
        /// The panes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum PaneId {
            $(#[doc = concat!($number, ": ", $about, ".")] $id,)*
        }

        /// THE table of panes, by number.
        pub static PANES: &[Pane] = &[$(
            Pane { id: PaneId::$id, number: $number, name: $name, about: $about, unit: $module::UNIT },
        )*];
    };
}

panes! {
    Tasks 1 "tasks" "every task: state, turns, pc and what it waits for" tasks;
    Windows 2 "windows" "register windows: sixteen words of RAM from reg_base on" windows;
    Code 3 "code" "instructions or source around the selected task's pc" code;
    Stack 4 "stack" "each task's stack with its guard, the RAM at one glance, and the selected stack's words" stack;
    Mailboxes 5 "mail" "mailboxes: messages, fill, who waits" mailboxes;
    Trace 6 "trace" "what happened in each turn, newest at the bottom" trace;
    Timeline 7 "timeline" "what each task did turn by turn, with messages and stops: left and right go about in time" timeline;
    Console 8 "console" "what tasks printed" console;
    Stops 9 "stops" "breakpoints, watchpoints and stops on what happens: e changes a condition" stops;
    Watch 10 "watch" "expressions that are kept in sight: e adds one, d removes one" watch;
    Memory 11 "memory" "RAM as the selected task sees it" memory;
    Waits 12 "waits" "who waits for whom, deadlocks and their cycle: Enter goes to the turn a wait began" waits;
    Calls 13 "calls" "the selected task's calls that have not returned: Enter chooses one, which variables and source follow" calls;
    Values 14 "values" "values and commands of the registry: e sets a value, Enter calls a command" values;
    Explain 15 "explain" "what the last turn did, in sentences with its own numbers" explain;
    Log 16 "log" "answers of the debugger" log;
    Explore 17 "explore" "a search over schedules: what it covered and found; Enter opens a find as a branch" explore;
    Switch 18 "switch" "the RAM with every task's window, and the switch that moves reg_base between two of them" switch;
    Lesson 19 "lesson" "a page of a lesson with its tasks: J and K turn pages, H gives a hint, A answers" lesson;
    Predict 20 "predict" "what you say the next turn will change, what of it was right, and the score: P begins" predict;
    Races 21 "races" "pairs of accesses that nothing but the schedule ordered: Enter goes to one, % shows its other order" races;
    Origin 22 "origin" "where a value came from, back to where it begins: Enter goes to the turn of a source" origin;
    Both 23 "both" "two runs side by side: where they part and why, and what each task does differently: Enter goes there, g b to the other run" both;
    Locals 24 "locals" "variables of the chosen frame of C, by their types: Enter opens one, e changes it, b stops when it changes" locals;
    Machines 25 "machines" "what a switch would move on other machines, and what their registers cost in this run: the cursor chooses one" machines;
    Could 26 "could" "what the selected task's next load, receive or poll could see, over all schedules: Enter goes there, as a branch" could;
    Map 27 "map" "where along the run it matters who takes the next turn: Enter lets another task take it, in a branch" map;
    World 28 "world" "what the others have changed since the selected task's last turn that it will read: Enter goes to the turn that did it" world;
}

/// The row of a pane.
#[must_use]
pub fn pane(id: PaneId) -> &'static Pane {
    &PANES[id as usize]
}

/// The panes of these names; names of none are passed over.
#[must_use]
pub fn named(names: &[String]) -> Vec<PaneId> {
    names.iter().filter_map(|name| PANES.iter().find(|p| p.name == name).map(|p| p.id)).collect()
}

/// The panes that share the strip at the bottom of small screens.
pub fn strip() -> impl Iterator<Item = PaneId> {
    PANES.iter().filter(|p| p.unit.strip).map(|p| p.id)
}

/// The selected task, or the first one.
#[must_use]
pub fn selected<'s>(scene: &Scene<'s>) -> Option<&'s TaskView> {
    let tasks = &scene.now.tasks;
    tasks.iter().find(|t| Some(t.pid) == scene.view.selected).or_else(|| tasks.first())
}

/// Draws what is below a pane's title; gives back what it says of its parts.
pub fn draw(scene: &Scene<'_>, id: PaneId, area: Rect, buffer: &mut Buffer) -> Vec<(Rect, Spot)> {
    let here = Here::within(*scene, id, area);
    let mut pen = Pen::new(buffer, area, scene.theme).apart(here.pitch).aside(here.state.aside);
    paint(id, &here, &mut pen);
    pen.spots()
}

/// Draws a pane, or why there is nothing to show in it.
pub fn paint(id: PaneId, here: &Here<'_>, pen: &mut Pen<'_>) {
    if !hole::draw(id, here.now, pen) {
        (pane(id).unit.draw)(here, pen);
    }
}

/// What is on the screen where: draws a pane for itself alone.
#[must_use]
pub fn spots(scene: &Scene<'_>, id: PaneId, area: Rect) -> Vec<(Rect, Spot)> {
    draw(scene, id, area, &mut Buffer::empty(area))
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

/// The command that sets a breakpoint, or removes the one that is there.
#[must_use]
pub fn toggle(pid: Pid, pc: u32, now: &Snapshot) -> String {
    let same = now.stops.iter().find(|b| b.pc() == Some(pc) && b.pid == Some(pid));
    match same {
        Some(stop) => format!("delete {}", stop.number),
        None => format!("bp set {pid} 0x{pc:X}"),
    }
}

/// A label with distance: `again`, `again+2C`.
#[must_use]
pub fn label(task: &TaskView, pc: u32) -> Option<String> {
    let (name, offset) = task.listing.label_at(pc)?;
    let name = crate::text::visible(name);
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
        assert!(PANES.iter().all(|p| std::ptr::eq(pane(p.id), p)));
    }
}
