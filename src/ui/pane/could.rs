//! 26: could: what the selected task's next load, receive or poll could see, over all schedules from here.

use super::list::{self, head};
use super::{Here, Response, Unit};
use crate::backend::{CouldSee, CouldShown, CouldView};
use crate::command::{could_covered, could_sees, could_why};
use crate::text::visible;
use crate::ui::format::{fit, plural, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { want: |_, _, want| want.could = true, title, info, rows, draw, open, ..Unit::LIST };

/// Columns of the narrowest column of what is seen, and of the schedule.
const NARROW: usize = 20;

fn shown<'s>(here: &Here<'s>) -> Option<&'s CouldShown> {
    here.now.could.as_deref()
}

fn view<'s>(here: &Here<'s>) -> Option<&'s CouldView> {
    Some(&**shown(here)?.known.as_ref()?.as_ref().ok()?)
}

fn rows(here: &Here<'_>) -> usize {
    view(here).map_or(0, |view| view.could.values.len())
}

fn title(here: &Here<'_>, _: usize) -> String {
    shown(here).map_or_else(String::new, |shown| format!("task {}", shown.pid))
}

fn info(here: &Here<'_>) -> String {
    view(here).map_or_else(String::new, |view| plural(view.could.states as u64, "state"))
}

/// Goes to the schedule of the thing under the cursor, as a branch.
fn open(here: &Here<'_>) -> Vec<Response> {
    let value = view(here).and_then(|view| view.could.values.get(here.state.cursor));
    value.map(|value| Response::Command(format!("explore follow {}", value.schedule))).into_iter().collect()
}

/// What stands here while there is no list.
fn instead(here: &Here<'_>) -> Option<String> {
    let Some(shown) = shown(here) else {
        return Some("what a task could see is found out when the machine stands".into());
    };
    match (&shown.known, shown.n) {
        (Some(Ok(_)), _) => None,
        (Some(Err(why)), _) => Some(why.clone()),
        (None, None) => Some(format!("task {} reaches no load, receive or poll by itself", shown.pid)),
        (None, Some(n)) => Some(format!("all schedules up to turn {n} of task {} are being tried", shown.pid)),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let width = pen.width().saturating_sub(2);
    if let Some(text) = instead(here) {
        for (row, line) in wrapped(&visible(&text), width, [" ", " "]).iter().enumerate() {
            pen.row(row).put(line, Role::Dim);
        }
        return;
    }
    let Some(view) = view(here) else { return };
    let ellipsis = pen.symbols().ellipsis;
    pen.row(0).put(" ", Role::Text).put(&fit(&heading(here, view), width, ellipsis), Role::Text);
    let columns = Columns::of(pen.width());
    columns.head(pen);
    let mut foot = foot(view, width);
    foot.truncate(list::foot_room(pen.height(), view.could.values.len()));
    let room = pen.height().saturating_sub(2 + foot.len());
    let first = head(here, view.could.values.len(), room);
    let values = view.could.values.iter().zip(&view.causes).enumerate();
    for (at, (i, (value, cause))) in values.skip(first).take(room).enumerate() {
        pen.row(at + 2).spot(Spot::Row(i));
        let chosen = here.chosen() == Some(i);
        if chosen {
            pen.highlight(Role::Selection);
        }
        columns.line(i + 1, value, &could_why(view.pid, value, cause), chosen, pen);
    }
    let below = 2 + view.could.values.len().min(room);
    for (i, line) in foot.iter().enumerate() {
        pen.row(below + i).put(line, Role::Dim);
    }
}

/// Which turn it is about: `its turn 5, after 3 more of its own`.
fn heading(here: &Here<'_>, view: &CouldView) -> String {
    let done = here.now.task(view.pid).map_or(0, |task| task.counters.turns);
    let which = match view.n.saturating_sub(done) {
        0 => "the turn it waits in".to_owned(),
        1 => "its next turn".to_owned(),
        more => format!("its turn {}, after {} of its own", view.n, more - 1),
    };
    let text = view.causes.first().map_or("", |cause| cause.text.as_str());
    format!("{which}: {}", visible(text))
}

/// What stands below the list.
fn foot(view: &CouldView, width: usize) -> Vec<String> {
    let mut lines: Vec<String> =
        could_covered(view).iter().flat_map(|line| wrapped(line, width, [" ", "   "])).collect();
    if !view.could.values.is_empty() {
        lines.push(" Enter goes there, as a branch".into());
    }
    lines
}

/// Where the columns are.
struct Columns {
    why: usize,
    switches: usize,
    schedule: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let sees = (width / 3).clamp(NARROW, 34);
        let why = 4 + sees;
        let switches = (why + (width / 3).clamp(NARROW, 40)).min(width.saturating_sub(NARROW).max(why));
        Columns { why, switches, schedule: switches + 10 }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(1).put("  # sees", Role::Head).col(self.why).put("if", Role::Head);
        pen.right("switches", self.switches + 8, Role::Head);
        pen.col(self.schedule).put("schedule", Role::Head);
    }

    fn line(&self, n: usize, value: &CouldSee, why: &str, chosen: bool, pen: &mut Pen<'_>) {
        let role = |plain: Role| if chosen { Role::Selection } else { plain };
        let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
        pen.right(&n.to_string(), 3, role(Role::Text));
        pen.col(4).put(&fit(&visible(&could_sees(&value.sees)), self.why - 5, ellipsis), role(Role::Text));
        let why = why.strip_prefix("if ").unwrap_or(why);
        pen.col(self.why).put(&fit(why, self.switches.saturating_sub(self.why + 1), ellipsis), role(Role::Dim));
        pen.right(&value.switches.to_string(), self.switches + 8, role(Role::Text));
        let room = width.saturating_sub(self.schedule + 1);
        pen.col(self.schedule).put(&fit(&value.schedule.to_string(), room, ellipsis), role(Role::Dim));
    }
}
