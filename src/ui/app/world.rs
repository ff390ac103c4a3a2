//! One task alone against all that the others could do: before a step that would see something, the user chooses what.

use super::super::settings::Setting;
use super::super::view::{Choice, Menu, Overlay};
use super::App;
use crate::backend::request::Run;
use crate::backend::{CouldShown, CouldView, Pid, Request, Snapshot, Status};
use crate::command::{could_sees, could_why};
use crate::ui::action::KeyEffect;

/// Where the choice opens.
const AT: (u16, u16) = (4, 2);

impl App {
    /// Whether steps of one task ask what it is to see.
    pub(super) fn any_world(&self) -> bool {
        self.settings.get(Setting::World) == "any"
    }

    /// Whether a step of the selected task is held back until it is chosen what it sees.
    pub(super) fn asks_what_it_sees(&mut self, request: &Request, now: &Snapshot) -> bool {
        let Request::Run(Run::Turns { only: Some(pid), turns: 1 }) = *request else { return false };
        if !self.any_world() || self.view.selected != Some(pid) || now.status == Status::Running {
            return false;
        }
        let Some(shown) = now.could.as_deref().filter(|shown| shown.pid == pid && sees_next(shown, now)) else {
            return false;
        };
        match &shown.known {
            None => {
                self.say(format!("what task {pid} could see is being found out: the same key asks again"));
                true
            }
            Some(Ok(view)) if view.could.values.len() > 1 => {
                self.view.typing.overlay = Overlay::Menu(choices(pid, view));
                true
            }
            // There is one thing to see, and it does; or it is not known, which the step does not wait for.
            Some(_) => false,
        }
    }
}

/// Whether the turn that sees something is the next one, or the one the task waits in.
fn sees_next(shown: &CouldShown, now: &Snapshot) -> bool {
    let turns = now.task(shown.pid).map_or(0, |task| task.counters.turns);
    shown.n.is_some_and(|n| n <= turns + 1)
}

/// What there is to see, each with the schedule that makes it so.
fn choices(pid: Pid, view: &CouldView) -> Menu {
    let list = view.could.values.iter().zip(&view.causes).map(|(value, cause)| Choice {
        label: could_sees(&value.sees),
        about: could_why(pid, value, cause.1),
        does: KeyEffect::command(format!("explore follow {}", value.schedule)),
    });
    Menu { title: format!("what task {pid} sees"), at: AT, choices: list.collect(), chosen: 0 }
}
