//! The cursor: keys and clicks go to a pane's row of the table, and what that says is done here.

use super::super::action::Action;
use super::super::pane::{self, Here, Motion, PaneId, Response, pane, shown_boxes, toggle};
use super::super::spot::Spot;
use super::super::theme::Theme;
use super::super::view::{CodeFormat, Overlay, Purpose, Scene};
use super::{App, Effect};
use crate::backend::Snapshot;
use crate::backend::request::{Goto, Run, Travel};

impl App {
    /// Sees a pane.
    pub(super) fn at<T>(&self, id: PaneId, now: &Snapshot, see: impl FnOnce(&Here<'_>) -> T) -> T {
        let theme = Theme::default();
        see(&Here::of(Scene { now, view: &self.view, theme: &theme }, id))
    }

    /// Sees the pane that keys go to.
    pub(super) fn at_focus<T>(&self, now: &Snapshot, see: impl FnOnce(&Here<'_>) -> T) -> T {
        self.at(self.view.layout.focus, now, see)
    }

    /// What lies under the cursor of the focused pane.
    #[must_use]
    pub fn under_cursor(&self, now: &Snapshot) -> Option<Spot> {
        self.at_focus(now, pane::cursor)
    }

    /// Asks the focused pane, and does what it says.
    pub(super) fn ask_pane(&mut self, now: &Snapshot, see: impl FnOnce(&Here<'_>) -> Vec<Response>) -> Vec<Effect> {
        let responses = self.at_focus(now, see);
        self.carry(self.view.layout.focus, responses, now)
    }

    /// Moves the cursor of a pane.
    pub(super) fn go(&mut self, id: PaneId, motion: Motion, now: &Snapshot) -> Vec<Effect> {
        let responses = self.at(id, now, |here| (pane(id).unit.go)(here, motion));
        self.carry(id, responses, now)
    }

    /// A click or a search has found something: the cursor goes there.
    pub(super) fn put(&mut self, id: PaneId, spot: Spot, now: &Snapshot) -> Vec<Effect> {
        let responses = self.at(id, now, |here| (pane(id).unit.put)(here, spot));
        self.carry(id, responses, now)
    }

    /// Sets a stop on what the cursor is on, or else on the code of the selected task.
    pub(super) fn stop_here(&mut self, now: &Snapshot) -> Vec<Effect> {
        let found = self.at_focus(now, |here| (pane(here.id).unit.stop)(here));
        let responses = found.unwrap_or_else(|| match self.at(PaneId::Code, now, pane::cursor) {
            Some(Spot::Code(pid, _, pc)) => Response::command(toggle(pid, pc, now)),
            _ => Response::refuse("there is no instruction on this line"),
        });
        self.carry(self.view.layout.focus, responses, now)
    }

    /// Runs until the pane's task stands at the code pane's cursor.
    pub(super) fn until(&mut self, back: bool, now: &Snapshot) -> Vec<Effect> {
        let Some(Spot::Code(pid, _, pc)) = self.under_cursor(now) else {
            self.refuse("put the cursor on a line of the code pane first");
            return Vec::new();
        };
        // The cursor has served: the pc is what is to be looked at now.
        self.unmove(self.view.layout.focus);
        let request = match back {
            true => Travel::Goto(Goto::Ran { pc, pid: Some(pid) }).into(),
            false => Run::At { pid, pc }.into(),
        };
        vec![Effect::Send(request)]
    }

    /// Does what a pane says, one after the other.
    fn carry(&mut self, id: PaneId, responses: Vec<Response>, now: &Snapshot) -> Vec<Effect> {
        responses.into_iter().flat_map(|response| self.do_one(id, response, now)).collect()
    }

    fn do_one(&mut self, id: PaneId, response: Response, now: &Snapshot) -> Vec<Effect> {
        match response {
            Response::Say(text) => self.say(text),
            Response::Refuse(text) => self.refuse(text),
            Response::Cursor(to) => self.put_cursor(id, to, now),
            Response::Aside(by) => self.scroll_aside(id, by, now),
            Response::Rest => self.unmove(id),
            Response::Select(pid) => self.select(pid),
            Response::Focus(id) => self.focus(id),
            Response::Code(pid, pc) => self.go_code(pid, pc, now),
            Response::File(file) => {
                self.view.file = Some(file);
                self.put_cursor(PaneId::Code, 0, now);
            }
            Response::Memory(address) => self.open_memory(address, now),
            Response::Turn(turn) => return self.slide_to(turn, now),
            Response::Fold(path) => {
                if !self.view.opened.remove(&path) {
                    self.view.opened.insert(path);
                }
            }
            Response::Formats(formats) => self.view.formats = formats,
            Response::LaneViewport(sight) => self.view.timeline = sight,
            Response::Question(question) => self.view.predict.question = Some(*question),
            Response::Ask { label, template, text, value } => {
                self.ask(Purpose::Fill { label, template }, &text);
                if let Overlay::Prompt(prompt) = &mut self.view.typing.overlay {
                    prompt.replaces = value && !prompt.text.is_empty();
                }
            }
            Response::Command(line) => return vec![Effect::Command(line)],
        }
        Vec::new()
    }

    /// Puts the cursor of a pane somewhere and keeps it in sight.
    pub(super) fn put_cursor(&mut self, id: PaneId, to: usize, now: &Snapshot) {
        let (scroll, rests) = self.at(id, now, |here| {
            let unit = &pane(id).unit;
            ((unit.scroll)(here, to), unit.newest && to + 1 == (unit.rows)(here))
        });
        let state = self.view.panes.entry(id).or_default();
        (state.cursor, state.scroll, state.moved) = (to, scroll, !rests);
    }

    /// Shows an address in memory, its row on top.
    pub fn open_memory(&mut self, address: u16, now: &Snapshot) {
        self.remember();
        self.focus(PaneId::Memory);
        self.unmove(PaneId::Memory);
        self.put_cursor(PaneId::Memory, address.into(), now);
    }

    /// Shows an instruction of a task in the code.
    pub(super) fn go_code(&mut self, pid: u16, pc: u32, now: &Snapshot) {
        let Some(task) = now.tasks.iter().find(|t| t.pid == pid) else {
            return self.refuse(format!("task {pid} is not there any more"));
        };
        self.remember();
        self.select(pid);
        self.focus(PaneId::Code);
        let Some(row) = task.listing.row_at(pc) else { return };
        let row = match (self.view.formats.code, task.listing.rows[row].near) {
            (CodeFormat::Source, Some((file, line))) => {
                self.view.file = Some(file);
                (line as usize).saturating_sub(1)
            }
            _ => row,
        };
        self.put_cursor(PaneId::Code, row, now);
    }

    /// Shows a mailbox, also an empty one.
    pub(super) fn go_box(&mut self, descriptor: u16, now: &Snapshot) {
        self.focus(PaneId::Mailboxes);
        let find = |here: &Here<'_>| shown_boxes(here).iter().position(|b| b.descriptor == descriptor);
        if self.at_focus(now, find).is_none() {
            self.view.formats.all_boxes = true;
        }
        if let Some(row) = self.at_focus(now, find) {
            self.put_cursor(PaneId::Mailboxes, row, now);
        }
    }
}

/// How an action moves the cursor, if it does, as often as a count says.
pub(super) fn motion(action: Action, count: Option<u64>) -> Option<Motion> {
    let times = |by: i8| i64::from(by) * count.unwrap_or(1).min(1 << 20) as i64;
    match action {
        Action::Move(by) => Some(Motion::Rows(times(by))),
        Action::Side(by) => Some(Motion::Columns(times(by))),
        Action::Page(by) => Some(Motion::Pages(times(by))),
        Action::Edge(end) => Some(Motion::Edge(end)),
        _ => None,
    }
}
