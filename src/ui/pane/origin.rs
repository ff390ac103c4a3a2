//! 22: where a value came from: the tree of its sources, a row each.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::OriginTree;
use crate::command::{origin_note, origin_role};
use crate::text::visible;
use crate::ui::format::{count, fit};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use unicode_width::UnicodeWidthStr;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { want: |_, _, want| want.origins = true, info, rows, draw, open, ..Unit::LIST };

/// What stands here before anything was asked for.
const NONE: [&str; 2] =
    [" :origin tree 1 r9 finds where a register's value came from", " after last-write, origin tree alone does"];

fn tree<'s>(here: &Here<'s>) -> Option<&'s OriginTree> {
    here.now.origins.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    tree(here).map_or(0, |tree| tree.rows.len())
}

fn info(here: &Here<'_>) -> String {
    let Some(tree) = tree(here) else { return String::new() };
    let more = if tree.complete { "" } else { ", and more" };
    format!("{} nodes{more}, from turn {}", count(tree.nodes as u64), count(tree.turn))
}

/// Goes to the turn of a node.
fn open(here: &Here<'_>) -> Vec<Response> {
    let turn = tree(here).and_then(|tree| tree.rows.get(here.state.cursor)).map(|row| row.node.turn);
    turn.filter(|turn| *turn > 0).map(Response::Turn).into_iter().collect()
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let Some(tree) = tree(here) else {
        for (row, text) in NONE.iter().enumerate().take(pen.height()) {
            pen.row(row).put(&fit(text, width, ellipsis), Role::Dim);
        }
        return;
    };
    let first = head(here, tree.rows.len(), pen.height());
    let place = (width / 2).clamp(24, 60);
    // Locals of C have long names: where there is room for them.
    let longest = tree.rows.iter().map(|row| visible(&row.place).width()).max().unwrap_or(0);
    let named = longest.clamp(10, (width / 6).clamp(10, 28));
    for (at, (i, row)) in tree.rows.iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(at).spot(Spot::Row(i));
        let chosen = here.chosen() == Some(i);
        if chosen {
            pen.highlight(Role::Selection);
        }
        let role = |plain: Role| if chosen { Role::Selection } else { plain };
        let node = &row.node;
        let turn = if node.turn > 0 { count(node.turn) } else { "-".to_owned() };
        pen.right(&turn, 8, role(Role::Dim));
        let who = if node.pid > 0 { node.pid.to_string() } else { "-".to_owned() };
        pen.right(&who, 12, role(Role::of_task(node.pid)));
        let indent = "  ".repeat(row.depth.min(place / 4));
        let text = format!("{indent}{}{}", origin_role(row), row.text);
        pen.col(14).put(&fit(&visible(&text), place.saturating_sub(15), ellipsis), role(Role::Text));
        pen.col(place).put(&fit(&visible(&row.place), named, ellipsis), role(Role::Text));
        pen.col(place + named + 1).put(&format!("{:08X}", node.value), role(Role::Text));
        let note = origin_note(row);
        let mark = if row.stale || row.race.is_some() { Role::Trouble } else { Role::Dim };
        let beside = place + named + 11;
        pen.col(beside).put(&fit(&note, width.saturating_sub(beside + 1), ellipsis), role(mark));
    }
}
