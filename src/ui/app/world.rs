//! One task alone against all that the others could do: before a step that would see something, the user chooses what.

use super::super::settings::Setting;
use super::super::view::{Choice, Menu, Overlay};
use super::App;
use crate::backend::request::Run;
use crate::backend::{CouldView, Pid, Request, Snapshot, Status};
use crate::command::{could_sees, could_why};
use crate::ui::action::KeyEffect;

/// Where the choice opens.
const AT: (u16, u16) = (4, 2);

impl App {
    /// Whether steps of one task ask what it is to see.
    pub(super) fn any_world(&self) -> bool {
        self.settings.get(Setting::World) == "any"
    }

    /// Whether a step of the selected task is held back until it is chosen what it sees. Of several turns those are taken
    /// that lie before the one that sees something.
    pub(super) fn asks_what_it_sees(&mut self, request: &Request, now: &Snapshot) -> bool {
        let Request::Run(Run::Turns { only: Some(pid), turns }) = *request else { return false };
        if !self.any_world() || self.view.selected != Some(pid) || now.status == Status::Running {
            return false;
        }
        let Some(shown) = now.could.as_deref().filter(|shown| shown.pid == pid) else { return false };
        let done = now.task(pid).map_or(0, |task| task.counters.turns);
        // The turn that a task waits in is done already.
        let Some(before) = shown.n.map(|n| n.saturating_sub(done + 1)).filter(|before| *before < turns) else {
            return false;
        };
        if before > 0 {
            self.due = Some(Run::Turns { only: Some(pid), turns: before }.into());
            return true;
        }
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

/// What there is to see, each with the schedule that makes it so.
fn choices(pid: Pid, view: &CouldView) -> Menu {
    let list = view.could.values.iter().zip(&view.causes).map(|(value, cause)| Choice {
        label: could_sees(&value.sees),
        about: could_why(pid, value, cause),
        does: KeyEffect::command(format!("explore follow {}", value.schedule)),
    });
    Menu { title: format!("what task {pid} sees"), at: AT, choices: list.collect(), chosen: 0 }
}
