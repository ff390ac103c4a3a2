//! 9: stops.

use super::list::head;
use super::{Here, Response, Unit};
use crate::backend::{On, StopView};
use crate::text::visible;
use crate::ui::format::count;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { info, rows, draw, cursor, remove, ..Unit::LIST };

fn rows(here: &Here<'_>) -> usize {
    here.now.stops.len()
}

fn cursor(here: &Here<'_>) -> Option<Spot> {
    here.now.stops.get(here.state.cursor).map(|s| Spot::Stop(here.state.cursor, s.number))
}

/// Removes the stop under the cursor, or switches it on or off.
fn remove(here: &Here<'_>, wholly: bool) -> Vec<Response> {
    let Some(stop) = here.now.stops.get(here.state.cursor) else { return Vec::new() };
    let verb = match (wholly, stop.enabled) {
        (true, _) => "delete",
        (false, true) => "disable",
        (false, false) => "enable",
    };
    Response::command(format!("{verb} {}", stop.number))
}

fn info(here: &Here<'_>) -> String {
    match here.now.stops.len() {
        1 => "1 stop".to_owned(),
        n => format!("{n} stops"),
    }
}

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let scene: &Scene<'_> = here;
    let hits = hits_column(pen.width());
    pen.row(0).put("     #  task             where", Role::Head);
    pen.right("hits", hits, Role::Head);
    if scene.now.stops.is_empty() {
        pen.row(1).put(" none: b sets a breakpoint where the selected task stands", Role::Dim);
    }
    let room = pen.height().saturating_sub(1);
    let first = head(here, scene.now.stops.len(), room);
    for (row, (i, stop)) in scene.now.stops.iter().enumerate().skip(first).take(room).enumerate() {
        let chosen = here.chosen() == Some(i);
        pen.row(row + 1).spot(Spot::Stop(i, stop.number));
        if chosen {
            pen.highlight(Role::Selection);
        }
        let plain = if chosen { Role::Selection } else { Role::Text };
        let symbols = pen.symbols();
        pen.put(" ", plain).put(super::stop_mark(symbols, stop), Role::Stop);
        pen.right(&stop.number.to_string(), 6, plain);
        let task = stop.pid.and_then(|pid| scene.now.tasks.iter().find(|t| t.pid == pid));
        let who = match (stop.pid, task, &stop.app) {
            (Some(pid), Some(t), _) => format!("{pid}:{}", visible(&t.name)),
            (Some(pid), None, _) => pid.to_string(),
            (None, _, Some(app)) => format!("each {}", visible(app)),
            (None, _, None) => "every task".into(),
        };
        pen.col(8).put(&crate::ui::format::fit(&who, 15, symbols.ellipsis), plain);
        pen.col(25).put(&crate::ui::format::fit(&place(scene, stop), hits.saturating_sub(31), symbols.ellipsis), plain);
        pen.right(&count(stop.hits), hits, plain);
        let mut more = Vec::new();
        more.extend(stop.log.as_ref().map(|log| format!("logs {}", visible(log.text()))));
        more.extend(
            scene
                .now
                .pending
                .iter()
                .find(|(of, _)| *of == stop.number)
                .map(|(_, why)| format!("pending: {}", visible(why))),
        );
        if !stop.enabled {
            more.push("off".to_owned());
        }
        if stop.temporary {
            more.push("once".to_owned());
        }
        if stop.ignore > 0 {
            more.push(format!("the next {} pass", count(stop.ignore)));
        }
        more.extend(stop.condition.as_ref().map(|c| format!("if {}", visible(c.text()))));
        if !stop.commands.is_empty() {
            more.push(format!("does {}", visible(&stop.commands.join("; "))));
        }
        let end = pen.width();
        pen.put("  ", Role::Dim).long(&[(&more.join("  "), Role::Dim)], end);
    }
}

/// Where the hits end: what a stop is on gets half of the room that is left, its terms the rest.
fn hits_column(width: usize) -> usize {
    50 + (width.saturating_sub(80) / 2).min(30)
}

/// What a stop is on, as one would type it.
fn place(scene: &Scene<'_>, stop: &StopView) -> String {
    match &stop.on {
        On::Instruction(pc) => {
            let mut tasks = scene.now.tasks.iter().filter(|t| stop.concerns(t.pid, &t.name));
            let label = || tasks.find_map(|t| super::label(t, *pc)).unwrap_or_default();
            let name = stop.named.as_ref().map_or_else(label, |name| visible(name).into_owned());
            format!("{pc:04X} {name}")
        }
        On::Awaited => format!("     {}", visible(stop.named.as_deref().unwrap_or_default())),
        On::AwaitedAccess(access) => format!("{} {}", access.touching.command(), visible(&access.to_string())),
        On::Access(access) => format!("{} {}", access.touching.command(), visible(&access.to_string())),
        On::Change(expr, _) => format!("watch {}", visible(expr.text())),
        On::Event(event) => format!("catch {}", visible(&event.to_string())),
    }
}
