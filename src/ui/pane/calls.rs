//! 13: the calls of the selected task that have not returned, the innermost first.

use super::hole::UNKNOWN;
use super::list::head;
use super::{Here, Response, Unit, selected};
use crate::backend::{Calls, Frame, TaskView};
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { want: |_, _, want| want.stack_past = true, title, info, rows, draw, open, edit: entered, ..Unit::LIST };

/// The frames, if they are those of the selected task.
fn frames<'s>(scene: &Scene<'s>) -> Option<(&'s TaskView, &'s [Frame], u32)> {
    let (task, calls) = calls(scene)?;
    Some((task, &calls.frames, calls.more))
}

fn calls<'s>(scene: &Scene<'s>) -> Option<(&'s TaskView, &'s Calls)> {
    let task = selected(scene)?;
    Some((task, scene.now.calls.as_ref().filter(|c| c.pid == task.pid)?))
}

fn rows(here: &Here<'_>) -> usize {
    frames(here).map_or(0, |(_, frames, _)| frames.len())
}

fn title(here: &Here<'_>, _: usize) -> String {
    selected(here).map_or(String::new(), |t| format!("of {}:{}", t.pid, visible(&t.name)))
}

fn info(here: &Here<'_>) -> String {
    if here.now.reported.is_some() {
        return "as the executive chains them".to_owned();
    }
    let depth = selected(here).map_or(0, |t| t.depth);
    if depth == 1 { "1 call".to_owned() } else { format!("{} calls", count(depth.into())) }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let of_c = calls(here).is_some_and(|(_, calls)| calls.of_c.iter().any(Option::is_some));
    let columns = Columns::of(pen.width(), of_c);
    columns.head(pen);
    let Some((task, calls)) = calls(here) else { return };
    let (frames, more) = (&calls.frames, calls.more);
    let room = pen.height().saturating_sub(1);
    let lines = frames.len() + usize::from(more > 0);
    let first = head(here, lines, room);
    for (row, i) in (first..lines).take(room).enumerate() {
        pen.row(row + 1);
        match frames.get(i) {
            Some(_) => {
                let chosen = here.chosen() == Some(i);
                let known = here.now.reported.is_none();
                line(task, calls, i, (chosen, known), &columns, pen.spot(Spot::Row(i)));
                columns.entered(here, task, frames, i, pen);
            }
            None => {
                let text = format!("      {} {} more", pen.symbols().ellipsis, count(more.into()));
                pen.put(&text, Role::Dim);
            }
        }
    }
}

/// Shows the code of a call. A frame of C is chosen, too: variables and source follow it.
fn open(here: &Here<'_>) -> Vec<Response> {
    let number = here.state.cursor;
    let Some((task, frame)) = frames(here).and_then(|(task, frames, _)| Some((task, frames.get(number)?))) else {
        return Vec::new();
    };
    match task.listing.is_c {
        true => vec![
            Response::Command(format!("frame {number} -p {}", task.pid)),
            Response::Code(task.pid, frame.at_call(number)),
        ],
        false => vec![Response::Code(task.pid, frame.pc)],
    }
}

/// Goes to just before the call that entered a frame.
fn entered(here: &Here<'_>) -> Vec<Response> {
    let number = here.state.cursor;
    let frame = frames(here).and_then(|(task, frames, _)| Some((task.pid, frames.get(number)?.returns_to?)));
    match frame {
        Some((pid, _)) => Response::command(format!("goto entered {number} -p {pid}")),
        None => Response::refuse("no call entered the outermost function"),
    }
}

/// Where the columns are: the line and the return address drop out where there is no room.
struct Columns {
    line: Option<usize>,
    returns: Option<usize>,
    bytes: usize,
    entered: Option<usize>,
}

impl Columns {
    /// For a pane's width; calls of C functions have arguments, which need room.
    fn of(width: usize, of_c: bool) -> Columns {
        let least = 12 + (width / 4).clamp(12, 24);
        // What stands behind it: the line and the stack, and the return address where there is room for that.
        let behind = if width >= least + 39 { 39 } else { 18 };
        let place = if of_c { width.saturating_sub(behind).clamp(least, least.max(44)) } else { least };
        let line = (width >= place + 8 + 9).then_some(place);
        let returns = (width >= place + 8 + 22 + 9).then_some(place + 8);
        let bytes = width.saturating_sub(1).min(place + 46);
        let entered = (width >= bytes + 20).then_some(bytes + 19);
        Columns { line, returns, bytes, entered }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(0).put("    # pc   function", Role::Head);
        if let Some(at) = self.line {
            pen.right("line", at + 6, Role::Head);
        }
        if let Some(at) = self.returns {
            pen.col(at).put("returns to", Role::Head);
        }
        pen.right("stack", self.bytes, Role::Head);
        if let Some(at) = self.entered {
            pen.right("entered in turn", at, Role::Head);
        }
    }

    /// The turn in which a frame was entered.
    fn entered(&self, scene: &Scene<'_>, task: &TaskView, frames: &[Frame], number: usize, pen: &mut Pen<'_>) {
        let past = scene.now.stack_past.as_ref().filter(|past| past.pid == task.pid);
        let Some((at, past)) = self.entered.zip(past) else { return };
        let text = match past.calls.get(number).filter(|_| frames[number].returns_to.is_some()) {
            Some(Some(turn)) => count(*turn),
            Some(None) => format!("before {}", count(past.since + 1)),
            None => return,
        };
        pen.right(&text, at, Role::Dim);
    }

    fn room(&self) -> usize {
        self.line.unwrap_or(self.bytes.saturating_sub(7)).saturating_sub(12)
    }
}

/// A frame; `known` says whether it is known what it takes of the stack.
fn line(
    task: &TaskView,
    calls: &Calls,
    number: usize,
    (chosen, known): (bool, bool),
    columns: &Columns,
    pen: &mut Pen<'_>,
) {
    let frames = &calls.frames;
    let frame = &frames[number];
    if chosen {
        pen.highlight(Role::Selection);
    }
    let plain = if chosen { Role::Selection } else { Role::Text };
    let ellipsis = pen.symbols().ellipsis;
    let name = |function, pc| visible(&task.listing.named(function, pc)).into_owned();
    let of_c = calls.of_c.get(number).and_then(Option::as_deref);
    let function = of_c.map_or_else(|| name(frame.entry, frame.pc), |text| visible(text).into_owned());
    pen.right(&number.to_string(), 5, plain).put(&format!(" {:04X} ", frame.pc), Role::Dim).col(11);
    pen.put(&fit(&function, columns.room(), ellipsis), if number == 0 { Role::Focus } else { plain });
    let row = task.listing.row_at(frame.at_call(number)).and_then(|i| task.listing.rows.get(i));
    if let (Some(at), Some((_, line))) = (columns.line, row.and_then(|r| r.source)) {
        pen.right(&line.to_string(), at + 6, Role::Dim);
    }
    if let (Some(at), Some(pc)) = (columns.returns, frame.returns_to) {
        let caller = frames.get(number + 1).and_then(|f| f.entry);
        pen.col(at).put(&fit(&name(caller, pc), 22, ellipsis), Role::Label);
    }
    let bytes = if known { count(frame.bytes.into()) } else { UNKNOWN.to_owned() };
    pen.right(&format!("{bytes} B"), columns.bytes, Role::Dim);
}
