//! 28: world: what the others have done since the selected task's last turn that it will read.

use super::list::{self, head};
use super::{Here, Response, Unit};
use crate::backend::{WorldChange, WorldNews, WorldView};
use crate::command::{world_ahead, world_news};
use crate::text::visible;
use crate::ui::format::{count, fit, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit =
    Unit { want: |_, _, want| want.world = true, title, info, rows, draw, open, ..Unit::LIST };

/// Columns of a turn's number, and of the task that has changed something.
const TURN: usize = 8;
const BY: usize = 5;

fn view<'s>(here: &Here<'s>) -> Option<&'s WorldView> {
    here.now.world.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    view(here).map_or(0, |view| view.changes.len())
}

fn title(here: &Here<'_>, _: usize) -> String {
    view(here).map_or_else(String::new, |view| format!("task {}", view.pid))
}

fn info(here: &Here<'_>) -> String {
    view(here).map_or_else(String::new, |view| format!("since turn {}", count(view.since)))
}

/// Goes to the turn that has made the change under the cursor.
fn open(here: &Here<'_>) -> Vec<Response> {
    let change = view(here).and_then(|view| view.changes.get(here.state.cursor));
    change.map(|change| Response::Turn(change.turn)).into_iter().collect()
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let width = pen.width().saturating_sub(2);
    let Some(view) = view(here) else {
        let text = "what others have changed is found out when the machine stands";
        for (row, line) in wrapped(text, width, [" ", " "]).iter().enumerate() {
            pen.row(row).put(line, Role::Dim);
        }
        return;
    };
    let mut foot: Vec<String> = wrapped(&world_ahead(view), width, [" ", " "]);
    if view.changes.is_empty() {
        for (row, line) in foot.iter().enumerate() {
            pen.row(row).put(line, Role::Dim);
        }
        return;
    }
    foot.push(" Enter goes to the turn that has changed it".into());
    foot.truncate(list::foot_room(pen.height(), view.changes.len()));
    let columns = Columns::of(pen.width());
    columns.head(pen);
    let room = pen.height().saturating_sub(1 + foot.len());
    let first = head(here, view.changes.len(), room);
    for (at, (i, change)) in view.changes.iter().enumerate().skip(first).take(room).enumerate() {
        pen.row(at + 1).spot(Spot::Row(i));
        let chosen = here.chosen() == Some(i);
        if chosen {
            pen.highlight(Role::Selection);
        }
        columns.line(here, change, chosen, pen);
    }
    let below = 1 + view.changes.len().min(room);
    for (i, line) in foot.iter().enumerate() {
        pen.row(below + i).put(line, Role::Dim);
    }
}

/// Where the columns are: what it is, who has changed it, when and where, and which of the task's turns reads it.
struct Columns {
    by: usize,
    place: usize,
    read: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let rest = width.saturating_sub(BY + TURN + 3);
        let by = (rest / 2).max(12);
        let place = by + BY + TURN + 2;
        Columns { by, place, read: place + (width.saturating_sub(place)) / 2 }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(0).put(" changed", Role::Head).col(self.by).put("by", Role::Head);
        pen.right("turn", self.by + BY + TURN, Role::Head);
        pen.col(self.place).put("at", Role::Head).col(self.read).put("read in its turn", Role::Head);
    }

    fn line(&self, here: &Here<'_>, change: &WorldChange, chosen: bool, pen: &mut Pen<'_>) {
        let ellipsis = pen.symbols().ellipsis;
        let role = |plain: Role| if chosen { Role::Selection } else { plain };
        let name = match &change.what {
            WorldNews::Bytes { address, .. } => here.now.address_name(*address),
            WorldNews::Message { .. } => None,
        };
        let news = visible(&world_news(&change.what, name.as_deref())).into_owned();
        pen.col(1).put(&fit(&news, self.by.saturating_sub(2), ellipsis), role(Role::Text));
        let by = if change.by == 0 { "host".into() } else { change.by.to_string() };
        pen.col(self.by).put(&by, role(if change.by == 0 { Role::Dim } else { Role::of_task(change.by) }));
        pen.right(&count(change.turn), self.by + BY + TURN, role(Role::Text));
        let place = visible(change.place.as_deref().unwrap_or_default()).into_owned();
        let room = self.read.saturating_sub(self.place + 1);
        pen.col(self.place).put(&fit(&place, room, ellipsis), role(Role::Dim));
        let read = format!("{} at {}", count(change.read_in), visible(&change.read_at));
        let room = pen.width().saturating_sub(self.read + 1);
        pen.col(self.read).put(&fit(&read, room, ellipsis), role(Role::Dim));
    }
}
