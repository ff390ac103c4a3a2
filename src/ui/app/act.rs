//! What each action does.

use super::super::action::Action;
use super::super::pane::{PANES, other_file, pane, time};
use super::super::settings::Setting;
use super::super::spot::Spot;
use super::super::view::{Overlay, Prompt, Purpose};
use super::cursor::motion;
use super::leave::Warned;
use super::{App, Effect};
use crate::backend::{Pid, Request, Snapshot, Status};

impl App {
    pub(super) fn act(
        &mut self,
        action: Action,
        count: Option<u64>,
        now: &Snapshot,
        warned: Option<Warned>,
    ) -> Vec<Effect> {
        let running = now.status == Status::Running;
        match action {
            Action::RunOrPause if running => return vec![Effect::Pause],
            Action::RunOrPause => return vec![Effect::Send(Request::RUN)],
            Action::Interrupt if warned == Some(Warned::Interrupt) => return vec![Effect::Quit],
            Action::Interrupt => {
                self.leaving.warned = Some(Warned::Interrupt);
                self.say("Ctrl-C once more leaves");
                return if running { vec![Effect::Pause] } else { Vec::new() };
            }
            Action::Repeat => return self.repeat_last(),
            Action::Quit => return self.leave(warned),
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Breakpoint => return self.stop_here(now),
            Action::Until(back) => return self.until(back, now),
            Action::Delete => return self.ask_pane(now, |here| (pane(here.id).unit.remove)(here, true)),
            Action::Enable => return self.ask_pane(now, |here| (pane(here.id).unit.remove)(here, false)),
            Action::Copy => return self.copy(now),
            Action::CopyPane => return self.copy_pane(count, now),
            Action::Open => return self.ask_pane(now, |here| (pane(here.id).unit.open)(here)),
            Action::Palette(all) => return vec![Effect::Palette(all)],
            Action::Edit => return self.ask_pane(now, |here| (pane(here.id).unit.edit)(here)),
            Action::Menu => self.menu_here(now),
            Action::Select(by) => self.select_by(by, now),
            Action::SelectPid => self.select_pid(count, now),
            Action::SelectTask(pid) => self.select(pid),
            Action::Focus(by) => match count.and_then(|n| PANES.iter().find(|p| u64::from(p.number) == n)) {
                Some(pane) => self.focus(pane.id),
                None => self.focus_by(by),
            },
            Action::FocusPane(id) => self.focus(id),
            Action::Beside(x, y) => self.focus_beside(x, y),
            Action::Grow(wider, by) => self.grow(wider, i32::from(by) * count.unwrap_or(1).min(100) as i32),
            Action::Even => self.even(),
            Action::Close => self.close(),
            Action::Split(beside) => self.split(beside),
            Action::View(desk) => self.show_desk(desk),
            Action::Zoom => self.view.layout.zoom = !self.view.layout.zoom,
            Action::Pin => self.pin(),
            Action::Format => return self.ask_pane(now, |here| (pane(here.id).unit.format)(here)),
            Action::Sort => self.view.formats.sort = self.view.formats.sort.next(),
            Action::OwnConsole => self.view.formats.own_console = !self.view.formats.own_console,
            Action::AllBoxes => self.view.formats.all_boxes = !self.view.formats.all_boxes,
            Action::Predict => self.predict(!self.view.predict.on),
            Action::Saying(how) => return self.answer_with(how, now),
            Action::Move(_) | Action::Side(_) | Action::Page(_) | Action::Edge(_) => {
                let motion = motion(action, count);
                return motion.map_or_else(Vec::new, |motion| self.go(self.view.layout.focus, motion, now));
            }
            Action::Follow => {
                self.unmove(self.view.layout.focus);
                self.rest();
            }
            Action::Written(next) => return self.go_write(next, now),
            Action::Origins => return self.go_origins(now),
            Action::Event => return self.go_event(count, now),
            Action::Happened(next) => return self.ask_pane(now, |here| time::happened(here, next)),
            Action::File(next) => return self.ask_pane(now, |here| other_file(here, next)),
            Action::Scale(by) => return self.ask_pane(now, |here| time::scale(here, by)),
            Action::FollowTime => {
                self.rest();
                return self.ask_pane(now, time::follow);
            }
            Action::Slide(by) => return self.slide(by, count, now),
            Action::Revisit(forward) => self.revisit(forward, now),
            Action::Mark(new) => self.mark(new, now),
            Action::GoCode(pid, pc) => self.go_code(pid, pc, now),
            Action::GoMemory(address) => self.open_memory(address, now),
            Action::GoBox(descriptor) => self.go_box(descriptor, now),
            Action::Search => self.ask(Purpose::Search, ""),
            Action::Found(next) => self.found(next, now),
            Action::Filter => {
                let filter = self.view.pane(self.view.layout.focus).filter;
                self.ask(Purpose::Filter, &filter);
            }
            Action::Prompt => self.view.typing.overlay = Overlay::Prompt(Prompt::default()),
            Action::PromptWith(name) => self.ask(Purpose::Command, &format!("{name} ")),
            Action::Answer => self.ask_answer(),
            Action::Help => self.view.typing.overlay = Overlay::Help { scroll: 0 },
        }
        Vec::new()
    }

    /// Ends a search, and takes back what was said.
    fn rest(&mut self) {
        self.view.typing.search.clear();
        self.view.notices.message.clear();
    }

    fn repeat_last(&mut self) -> Vec<Effect> {
        match self.repeat.clone() {
            Some(request) => vec![Effect::Send(request)],
            None => {
                self.say("nothing to repeat yet: take a step first");
                Vec::new()
            }
        }
    }

    fn select_by(&mut self, by: i8, now: &Snapshot) {
        let at = now.tasks.iter().position(|t| Some(t.pid) == self.view.selected).unwrap_or(0);
        let count = now.tasks.len() as isize;
        if count > 0 {
            let next = (at as isize + isize::from(by)).rem_euclid(count) as usize;
            self.select(now.tasks[next].pid);
        }
    }

    fn select_pid(&mut self, count: Option<u64>, now: &Snapshot) {
        let wanted = count.map_or(self.before, |n| Pid::try_from(n).ok());
        match wanted.filter(|pid| now.tasks.iter().any(|t| t.pid == *pid)) {
            Some(pid) => self.select(pid),
            None => self.refuse("there is no such task"),
        }
    }

    fn pin(&mut self) {
        let (id, selected) = (self.view.layout.focus, self.view.selected);
        if !pane(id).unit.pins {
            let can: Vec<&str> = PANES.iter().filter(|p| p.unit.pins).map(|p| p.name).collect();
            return self.refuse(format!("only these panes can stay with a task: {}", can.join(", ")));
        }
        let state = self.view.panes.entry(id).or_default();
        state.pin = if state.pin.is_some() { None } else { selected };
        let text = match state.pin {
            Some(pid) => format!("this pane stays with task {pid}"),
            None => "this pane follows the selected task".to_owned(),
        };
        self.say(text);
    }

    /// The value under the cursor goes into the clipboard.
    fn copy(&mut self, now: &Snapshot) -> Vec<Effect> {
        let spot = self.under_cursor(now);
        let text = match spot {
            Some(Spot::Row(row)) => self.row_text(row, now),
            spot => spot.and_then(|spot| spot.text(now)),
        };
        match text {
            Some(text) => self.clip(text.clone(), &text),
            None => {
                self.refuse("there is nothing to copy under the cursor");
                Vec::new()
            }
        }
    }

    /// The text of a pane goes into the clipboard: of the focused one, or of the one with this number.
    fn copy_pane(&mut self, number: Option<u64>, now: &Snapshot) -> Vec<Effect> {
        let focused = pane(self.view.layout.focus);
        let found = number.map_or(Some(focused), |n| PANES.iter().find(|p| u64::from(p.number) == n));
        let Some(found) = found else {
            self.refuse("there is no pane of that number");
            return Vec::new();
        };
        let text = if found.id == focused.id { self.pane_text(now) } else { self.pane_lines(found.id, now).concat() };
        self.clip(text, &format!("pane {}, {}", found.number, found.name))
    }

    /// Puts a text into the clipboard, and says so.
    fn clip(&mut self, text: String, what: &str) -> Vec<Effect> {
        if !self.settings.on(Setting::Clipboard) {
            self.refuse("the clipboard is off: set clipboard on");
            return Vec::new();
        }
        // Whether a terminal has taken it, it does not say; tmux does only if it is set to.
        match self.around.tmux {
            true => self.say(format!("sent to tmux (it passes it on with set-clipboard on): {what}")),
            false => self.say(format!("copied: {what}")),
        }
        vec![Effect::Copy(text)]
    }
}
