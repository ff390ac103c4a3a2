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
                self.view.half = None;
                self.say("the switch is not made yet");
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
        if self.view.half.take().is_some() {
            return false;
        }
        let theme = Theme::default();
        let Some((from, to)) = switch_coming(&Scene { now, view: &self.view, theme: &theme }) else { return false };
        let text = format!("the switch from {} to {}: 0 bytes copied; s takes its turn, u goes back", from.pid, to.pid);
        self.view.half = Some(now.turn);
        if !layout(&self.view).iter().any(|(id, _)| *id == PaneId::Switch) {
            self.focus(PaneId::Switch);
        }
        self.say(text);
        true
    }
}
