//! 10: expressions that are kept in sight.

use super::head;
use crate::backend::{Value, WatchView};
use crate::ui::format::{fit, visible};
use crate::ui::marks::Change;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::{NumberFormat, PaneId, Scene, Spot};

pub(super) fn rows(scene: &Scene<'_>) -> usize {
    scene.now.watches.len()
}

pub(super) fn info(scene: &Scene<'_>) -> String {
    format!("{} watched", scene.now.watches.len())
}

/// A value in the format of the registers.
fn text(value: Value, format: NumberFormat) -> String {
    match (value, format) {
        (Value::Int(n), NumberFormat::Signed) => (n as i32).to_string(),
        (Value::Int(n), NumberFormat::Unsigned) => (n as u32).to_string(),
        (Value::Int(n), NumberFormat::Binary) => format!("{:b}", n as u32),
        (value, _) => value.to_string(),
    }
}

pub(super) fn draw(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    let value_at = (width / 3).clamp(16, 36);
    let was_at = value_at + (width - value_at) * 3 / 5;
    pen.row(0).put("    # expression", Role::Head).col(value_at).put("value", Role::Head);
    pen.col(was_at).put("was", Role::Head);
    let watches = &scene.now.watches;
    if watches.is_empty() {
        pen.row(1).put(" none: e asks for one, :display r3 + 1 shows it here after each stop", Role::Dim);
    }
    let room = pen.height().saturating_sub(1);
    let first = head(scene, PaneId::Watch, watches.len(), room);
    let cursor = scene.view.panes.get(&PaneId::Watch).map_or(0, |s| s.cursor);
    for (row, (i, watch)) in watches.iter().enumerate().skip(first).take(room).enumerate() {
        let chosen = i == cursor && scene.view.focus == PaneId::Watch;
        line(scene, watch, chosen, (value_at, was_at), pen.row(row + 1).spot(Spot::Row(i)));
    }
}

fn line(scene: &Scene<'_>, watch: &WatchView, chosen: bool, (value_at, was_at): (usize, usize), pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let ellipsis = pen.symbols().ellipsis;
    let plain = if chosen { Role::Selection } else { Role::Text };
    pen.right(&watch.number.to_string(), 5, Role::Dim).col(6);
    pen.put(&fit(&visible(&watch.expression), value_at.saturating_sub(8), ellipsis), plain);
    let change = match (watch.just_now, watch.was) {
        (true, _) => Change::Turn,
        (_, Some(_)) => Change::Since,
        _ => Change::None,
    };
    let room = was_at.saturating_sub(value_at + 2);
    pen.col(value_at);
    match &watch.value {
        Ok(value) => {
            pen.put(&fit(&text(*value, scene.view.numbers), room, ellipsis), change.role(Role::Text));
            pen.put(change.mark(pen.symbols()), change.role(Role::Text));
        }
        Err(why) => {
            let room = pen.width().saturating_sub(value_at);
            pen.put(&fit(why, room, ellipsis), Role::Trouble);
            return;
        }
    }
    if let Some(was) = watch.was {
        let room = pen.width().saturating_sub(was_at);
        pen.col(was_at).put(&fit(&text(was, scene.view.numbers), room, ellipsis), Role::Dim);
    }
}
