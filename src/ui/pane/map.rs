//! 27: map: the choices along the run: where it mattered who took the next turn, and what comes of the others.

use super::list::{self, head};
use super::timeline::fate::role as fate_role;
use super::{Here, Motion, Response, Unit};
use crate::backend::{Label, MapRow, MapView, Pid};
use crate::command::{map_covered, map_share};
use crate::text::visible;
use crate::ui::format::{count, fit, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { want: |_, _, want| want.map = true, info, rows, draw, open, go, ..Unit::LIST };

/// Columns of a turn's number, and of a label.
const TURN: usize = 7;
const LABEL: usize = 11;

/// A row of the list: a moment, and a task that could take the next turn there in place of the run's.
#[derive(Clone, Copy)]
struct Line<'s> {
    row: &'s MapRow,
    /// The other task, and what would come of it.
    other: Option<(Pid, Label)>,
    /// It is the first of its moment.
    first: bool,
}

fn map<'s>(here: &Here<'s>) -> Option<&'s MapView> {
    here.now.map.as_deref()
}

fn lines<'s>(here: &Here<'s>) -> Vec<Line<'s>> {
    let rows = map(here).map_or(&[][..], |view| &view.rows);
    let of_row = |row: &'s MapRow| {
        let taken = row.taken.as_ref().map(|(turn, _)| turn.pid);
        let others: Vec<Option<(Pid, Label)>> =
            row.picks.iter().filter(|(pid, _)| Some(*pid) != taken).map(|other| Some(*other)).collect();
        let others = if others.is_empty() { vec![None] } else { others };
        others.into_iter().enumerate().map(move |(i, other)| Line { row, other, first: i == 0 })
    };
    rows.iter().flat_map(of_row).collect()
}

fn rows(here: &Here<'_>) -> usize {
    lines(here).len()
}

fn info(here: &Here<'_>) -> String {
    map(here).map_or_else(String::new, |view| format!("turns {} to {}", count(view.from), count(view.turns)))
}

/// The cursor moves in time: the other panes show the moment of its row.
fn go(here: &Here<'_>, motion: Motion) -> Vec<Response> {
    let lines = lines(here);
    let Some(last) = lines.len().checked_sub(1) else { return Vec::new() };
    let to = (here.state.cursor as i64).saturating_add(motion.rows(here.height)).clamp(0, last as i64) as usize;
    vec![Response::Cursor(to), Response::Turn(lines[to].row.after)]
}

/// Leaves the run there: the other task takes the turn, in a branch.
fn open(here: &Here<'_>) -> Vec<Response> {
    let Some(line) = lines(here).get(here.state.cursor).copied() else { return Vec::new() };
    let turn = Response::Turn(line.row.after);
    match line.other {
        Some((pid, _)) => vec![turn, Response::Command(format!("pick {pid}"))],
        None => vec![turn],
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width().saturating_sub(2), pen.symbols().ellipsis);
    let Some(view) = map(here) else {
        let text = "the choices along the run are being found out";
        for (row, line) in wrapped(text, width, [" ", " "]).iter().enumerate() {
            pen.row(row).put(line, Role::Dim);
        }
        return;
    };
    pen.row(0).put(" ", Role::Text).put(&fit(&map_covered(view), width, ellipsis), Role::Text);
    let columns = Columns::of(pen.width());
    columns.head(pen);
    let (lines, mut foot) = (lines(here), foot(here, width));
    foot.truncate(list::foot_room(pen.height(), lines.len()));
    let room = pen.height().saturating_sub(2 + foot.len());
    let first = head(here, lines.len(), room);
    for (at, (i, line)) in lines.iter().enumerate().skip(first).take(room).enumerate() {
        pen.row(at + 2).spot(Spot::Row(i));
        let chosen = here.chosen() == Some(i);
        if chosen {
            pen.highlight(Role::Selection);
        }
        columns.line(line, chosen, pen);
    }
    let below = 2 + lines.len().min(room);
    for (i, line) in foot.iter().enumerate() {
        pen.row(below + i).put(line, Role::Dim);
    }
}

/// What stands below the list: the share of what follows the moment under the cursor.
fn foot(here: &Here<'_>, width: usize) -> Vec<String> {
    let lines = lines(here);
    let share = lines.get(here.state.cursor).and_then(|line| map_share(line.row));
    let said = share.map(|share| format!("from here {share}"));
    let mut foot: Vec<String> = said.iter().flat_map(|text| wrapped(text, width, [" ", "   "])).collect();
    foot.push(" Enter lets the other task take the turn, in a branch".into());
    foot
}

/// Where the columns are.
struct Columns {
    came: usize,
    other: usize,
}

impl Columns {
    fn of(width: usize) -> Columns {
        let other = width.saturating_sub(5 + LABEL).max(TURN + LABEL + 12);
        Columns { came: other.saturating_sub(LABEL + 1), other }
    }

    fn head(&self, pen: &mut Pen<'_>) {
        pen.row(1);
        pen.right("turn", TURN, Role::Head);
        pen.col(TURN + 1).put("the run", Role::Head).col(self.came).put("came of it", Role::Head);
        pen.col(self.other).put("instead", Role::Head);
    }

    fn line(&self, line: &Line<'_>, chosen: bool, pen: &mut Pen<'_>) {
        let ellipsis = pen.symbols().ellipsis;
        let role = |plain: Role| if chosen { Role::Selection } else { plain };
        if line.first {
            let turn = line.row.after + u64::from(line.row.taken.is_some());
            pen.right(&count(turn), TURN, role(Role::Text));
            let room = self.came.saturating_sub(TURN + 2);
            match &line.row.taken {
                Some((turn, label)) => {
                    let text = turn.does("");
                    pen.col(TURN + 1).put(&fit(&visible(&text), room, ellipsis), role(Role::of_task(turn.pid)));
                    pen.col(self.came).put(label.name(), role(fate_role(*label)));
                }
                None => {
                    let text = if line.row.picks.is_empty() { "the end" } else { "the present" };
                    pen.col(TURN + 1).put(&fit(text, room, ellipsis), role(Role::Dim));
                }
            }
        }
        if let Some((pid, label)) = line.other {
            pen.col(self.other).put(&format!("{pid:>3} "), role(Role::of_task(pid)));
            pen.put(label.name(), role(fate_role(label)));
        }
    }
}
