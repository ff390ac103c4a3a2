//! Places visited in code and memory, back and forward, as in a browser.

use super::super::pane::PaneId;
use super::super::view::PaneState;
use super::App;
use crate::backend::{Pid, Snapshot};
use crate::command::Show;

/// Places that are kept.
const MOST: usize = 100;

/// Where the user looks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Viewpoint {
    focus: PaneId,
    selected: Option<Pid>,
    code: PaneState,
    file: Option<usize>,
    memory: PaneState,
}

/// Where the user has looked, and where they came back from.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    behind: Vec<Viewpoint>,
    ahead: Vec<Viewpoint>,
}

impl App {
    fn looks_at(&self) -> Viewpoint {
        let view = &self.view;
        let (code, memory) = (view.pane(PaneId::Code), view.pane(PaneId::Memory));
        Viewpoint { focus: view.layout.focus, selected: view.selected, code, file: view.file, memory }
    }

    /// Keeps this place: the user is about to leave it for another.
    pub(super) fn remember(&mut self) {
        let here = self.looks_at();
        self.places.ahead.clear();
        if self.places.behind.last() != Some(&here) {
            self.places.behind.push(here);
        }
        let extra = self.places.behind.len().saturating_sub(MOST);
        self.places.behind.drain(..extra);
    }

    /// To the place before this one, or back to where one came from.
    pub(super) fn revisit(&mut self, forward: bool, now: &Snapshot) {
        let here = self.looks_at();
        let Places { behind, ahead } = &mut self.places;
        let (from, to) = if forward { (ahead, behind) } else { (behind, ahead) };
        let Some(place) = from.pop() else {
            let text = if forward { "this is the last place" } else { "no place was left for another yet" };
            return self.refuse(text);
        };
        to.push(here);
        let there = |pid: &Pid| now.tasks.iter().any(|t| t.pid == *pid);
        if let Some(pid) = place.selected.filter(there) {
            self.select(pid);
        }
        self.view.file = place.file;
        self.view.panes.insert(PaneId::Code, place.code);
        self.view.panes.insert(PaneId::Memory, place.memory);
        self.focus(place.focus);
    }

    /// Shows what an answer is about.
    pub fn look_at(&mut self, show: Option<Show>, now: &Snapshot) {
        match show {
            Some(Show::Code(pid, pc)) => self.go_code(pid, pc, now),
            Some(Show::Memory(address)) => self.open_memory(address, now),
            None => {}
        }
    }
}
