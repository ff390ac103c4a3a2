//! What cannot be shown of a machine elsewhere, of which is known what its executive reports.

use super::PaneId;
use crate::backend::Snapshot;
use crate::ui::format::wrapped;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;

/// What stands where a value is not known.
pub const UNKNOWN: &str = "?";

/// Why a pane has nothing to show, if that is so.
fn why(id: PaneId, now: &Snapshot) -> Option<&'static str> {
    now.reported.as_ref()?;
    match id {
        PaneId::Trace => Some("The executive does not report what happened in each turn."),
        PaneId::Timeline => Some("The executive does not report who took which turn."),
        PaneId::Console if now.reported.as_ref().is_some_and(|reported| reported.console) => None,
        PaneId::Console => Some(
            "Taking what tasks print would take it away from other clients: it is left where it is, unless attach --listen-console says so.",
        ),
        PaneId::Watch => Some("Expressions are evaluated where the machine is: this one is elsewhere."),
        PaneId::Waits => Some("The executive reports what a task waits for, but not who could end the wait."),
        PaneId::Calls if now.calls.is_some() => None,
        PaneId::Calls => Some("The executive reports no calls of this task."),
        PaneId::Values => Some("The registry of the executive is not shown."),
        PaneId::Explain | PaneId::Switch | PaneId::Predict => {
            Some("The machine before the last turn is not here: what a turn did cannot be explained.")
        }
        PaneId::Explore | PaneId::Could | PaneId::Map | PaneId::World => {
            Some("Only a machine that is here can be searched.")
        }
        PaneId::Races => Some("Races take the course of the run, which the executive does not report."),
        PaneId::Both => Some("Two runs take the course of each, which the executive does not report."),
        PaneId::Machines => {
            Some("What other machines would have moved takes the course of the run, which is not reported.")
        }
        PaneId::Origin => Some("Where a value came from takes the past, which the executive does not keep."),
        PaneId::Locals => Some("Variables of C are read where the machine is: this one is elsewhere."),
        PaneId::Code => code(now),
        PaneId::Tasks
        | PaneId::Windows
        | PaneId::Stack
        | PaneId::Mailboxes
        | PaneId::Stops
        | PaneId::Memory
        | PaneId::Log
        | PaneId::Lesson => None,
    }
}

/// No request reads code.
fn code(now: &Snapshot) -> Option<&'static str> {
    let unread = now.tasks.iter().all(|task| task.program.is_none());
    unread.then_some(
        "The executive does not report code, and no image of its tasks is here: attach --image FILE names one.",
    )
}

/// Says why a pane has nothing to show; false if it has.
pub fn draw(id: PaneId, now: &Snapshot, pen: &mut Pen<'_>) -> bool {
    let Some(why) = why(id, now) else { return false };
    for (row, line) in wrapped(why, pen.width().saturating_sub(1), [" "; 2]).iter().enumerate() {
        pen.row(row).put(line, Role::Dim);
    }
    true
}
