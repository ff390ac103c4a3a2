//! Half steps: between two tasks a step first shows the switch. The machine does not move for it.

use super::super::pane::PaneId;
use super::super::settings::Setting;
use super::super::view::Scene;
use super::App;
use crate::backend::request::{Run, Travel};
use crate::backend::{Request, Snapshot, Status};
use crate::ui::layout::layout;
use crate::ui::pane::switch_coming;
use crate::ui::theme::Theme;

impl App {
    /// Takes half of a step where one is requested, or takes it back; whether the request is done with that.
    pub(super) fn half_step(&mut self, request: &Request, now: &Snapshot) -> bool {
        match request {
            Request::Travel(Travel::Back { pid: None, turns: 1 }) if self.view.half.is_some() => {
                if !self.show_machine(now, -1) {
                    self.view.half = None;
                    self.say("the switch is not made yet");
                }
                true
            }
            Request::Run(Run::Turns { only: None, turns: 1 })
                if self.settings.on(Setting::HalfStep) && now.status != Status::Running =>
            {
                self.begin_half(now)
            }
            _ => false,
        }
    }

    fn begin_half(&mut self, now: &Snapshot) -> bool {
        if self.view.half.is_some() && self.show_machine(now, 1) {
            return true;
        }
        if self.view.half.take().is_some() {
            return false;
        }
        let theme = Theme::default();
        let Some((from, to)) = switch_coming(&Scene { now, view: &self.view, theme: &theme }) else { return false };
        let text = format!("the switch from {} to {}: 0 bytes copied; s takes its turn, u goes back", from.pid, to.pid);
        self.view.half = Some(now.turn);
        if self.shows(PaneId::Machines) {
            self.choose_machine(now, 0);
            return true;
        }
        if !self.shows(PaneId::Switch) {
            self.focus(PaneId::Switch);
        }
        self.say(text);
        true
    }

    fn shows(&self, id: PaneId) -> bool {
        layout(&self.view).iter().any(|(shown, _)| *shown == id)
    }

    /// Within a half step, goes to the next or the previous of the other machines; false behind the last one, before the
    /// first, and where they are not on the screen.
    fn show_machine(&mut self, now: &Snapshot, by: i64) -> bool {
        let there = now.machines.as_ref().map_or(0, |found| found.machines.len());
        let here = self.view.pane(PaneId::Machines).cursor.min(there.saturating_sub(1));
        let next = here.checked_add_signed(by as isize).filter(|next| *next < there && self.shows(PaneId::Machines));
        next.map(|next| self.choose_machine(now, next)).is_some()
    }

    fn choose_machine(&mut self, now: &Snapshot, i: usize) {
        let state = self.view.panes.entry(PaneId::Machines).or_default();
        (state.cursor, state.moved) = (i, true);
        let Some(machine) = now.machines.as_ref().and_then(|found| found.machines.get(i)) else { return };
        let [out, back] = machine.next_switch;
        self.say(format!("{}: {out} words out, {back} in; s shows the next machine, u the one before", machine.title));
    }
}
