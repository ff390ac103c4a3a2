//! 10: expressions that are kept in sight.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{Value, WatchView};
use crate::text::visible;
use crate::ui::format::fit;
use crate::ui::marks::Change;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{NumberFormat, Scene};

/// The row of the table.
pub(super) const UNIT: Unit = Unit { info, rows, draw, remove, ..Unit::LIST };

fn rows(here: &Here<'_>) -> usize {
    here.now.watches.len()
}

/// No longer keeps the expression under the cursor in sight.
fn remove(here: &Here<'_>, _: bool) -> Vec<Response> {
    let watch = here.now.watches.get(here.state.cursor);
    watch.map(|w| Response::Command(format!("undisplay {}", w.number))).into_iter().collect()
}

fn info(here: &Here<'_>) -> String {
    format!("{} watched", here.now.watches.len())
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

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    // A blank stands between the heads.
    let value_at = (width / 3).clamp(18, 36);
    let was_at = value_at + width.saturating_sub(value_at) * 3 / 5;
    pen.row(0).put("    # expression", Role::Head).col(value_at).put("value", Role::Head);
    if was_at > value_at + "value".len() {
        pen.col(was_at).put("was", Role::Head);
    }
    let watches = &here.now.watches;
    if watches.is_empty() {
        pen.row(1).put(" none: e asks for one, :display r3 + 1 shows it here after each stop", Role::Dim);
    }
    let room = pen.height().saturating_sub(1);
    let first = head(here, watches.len(), room);
    for (row, (i, watch)) in watches.iter().enumerate().skip(first).take(room).enumerate() {
        let chosen = here.chosen() == Some(i);
        line(here, watch, chosen, (value_at, was_at), pen.row(row + 1).spot(Spot::Row(i)));
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
            let shown = match &watch.text {
                Some(text) => visible(text).into_owned(),
                None => text(*value, scene.view.formats.numbers),
            };
            pen.put(&fit(&shown, room, ellipsis), change.role(Role::Text));
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
        pen.col(was_at).put(&fit(&text(was, scene.view.formats.numbers), room, ellipsis), Role::Dim);
    }
}
