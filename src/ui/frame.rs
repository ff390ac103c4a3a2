//! What stands around panes: title rows with the names in the strip, walls, and joints. In the past
//! all of it is double, so that past and present cannot be confused.

use super::format::fit;
use super::layout::{content, in_strip};
use super::pane::{Here, PaneId, pane, strip};
use super::pen::Pen;
use super::theme::{Frame, Role};
use super::view::Scene;
use crate::text::visible;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// The characters of borders, and their role.
pub fn style(scene: &Scene<'_>) -> (&'static Frame, Role) {
    let symbols = scene.theme.symbols();
    if scene.now.history.past { (&symbols.past, Role::Past) } else { (&symbols.live, Role::Border) }
}

/// The title row of a pane.
pub fn title(scene: &Scene<'_>, panes: &[(PaneId, Rect)], id: PaneId, rect: Rect, buffer: &mut Buffer) {
    let focus = scene.view.layout.focus == id;
    let (frame, border) = style(scene);
    let role = if focus { Role::Focus } else { border };
    let symbols = scene.theme.symbols();
    let rule = frame.rule[usize::from(focus)];
    let row = Rect { height: 1, ..rect };
    let mut pen = Pen::new(buffer, row, scene.theme);
    let width = pen.width();
    pen.row(0).put(&rule.repeat(width), role);
    let p = pane(id);
    let name = format!("{} {}", p.number, p.name);
    let text_role = if focus { Role::Focus } else { Role::Head };
    pen.col(1).over(&fit(&name, width.saturating_sub(2), ""), text_role);
    let here = Here::within(*scene, id, content(rect));
    let info = (p.unit.info)(&here);
    let room = width.saturating_sub(pen.at() + 3);
    let state = scene.view.panes.get(&id);
    let pinned = state.and_then(|s| s.pin).map_or(String::new(), |pid| format!("(stays with {pid}) "));
    let filter = state.map_or("", |s| s.filter.as_str());
    let filter = if filter.is_empty() { String::new() } else { format!("\\{} ", visible(filter)) };
    let own = (p.unit.title)(&here, room.saturating_sub(info.width() + 1 + pinned.len() + filter.len()));
    let own = format!("{pinned}{filter}{own}");
    let own = own.trim_end();
    if !own.is_empty() {
        pen.over(&format!(" {}", fit(own, room, symbols.ellipsis)), text_role);
    }
    if !scene.view.layout.zoom && in_strip(scene.view) == Some(id) {
        tabs(panes, info.width(), frame.rule[0], &mut pen, role);
    }
    let start = width.saturating_sub(info.width() + 1);
    if start > pen.at() {
        pen.col(start).over(&info, Role::Dim);
    }
}

/// Names of hidden panes that have to have room before the rest is shown by number.
const FEW: usize = 5;

/// The other panes of the strip, which their numbers and Tab open: by name as far as that leaves room
/// for `info`, else by number.
fn tabs(panes: &[(PaneId, Rect)], info: usize, rule: &str, pen: &mut Pen<'_>, role: Role) {
    let hidden: Vec<_> = strip().filter(|o| panes.iter().all(|(shown, _)| shown != o)).map(pane).collect();
    let name = |p: &super::pane::Pane| format!("{} {}", p.number, p.name);
    let join = |names: Vec<String>, gap: &str| names.join(gap);
    let named = |n: usize| hidden.iter().take(n).map(|p| name(p));
    // The first ones by name, the others by number, or left out where too few names would have room.
    let numbered = |n: usize| join(named(n).chain(hidden.iter().skip(n).map(|p| p.number.to_string())).collect(), " ");
    let ellipsis = pen.symbols().ellipsis;
    let cut = |n: usize| join(named(n).chain([ellipsis.to_string()]).collect(), " ");
    let all = std::iter::once(join(named(hidden.len()).collect(), "  "));
    let few = hidden.len().min(FEW);
    let some = (few..=hidden.len()).rev().map(numbered);
    let mut forms = all.chain(some).chain((1..hidden.len()).rev().map(cut)).chain((0..few).rev().map(numbered));
    // A rule on both sides of the names, a blank beside each, a rule behind the info.
    let room = pen.width().saturating_sub(pen.at() + info + 5);
    if let Some(text) = forms.find(|t| !t.is_empty() && t.chars().count() <= room) {
        let rules = if text.chars().count() < room { 2 } else { 1 };
        pen.put(&rule.repeat(rules), role).over(&format!(" {text} "), Role::Dim);
    }
}

/// Walls between panes and between register windows, and joints where they meet rules.
pub fn walls(scene: &Scene<'_>, panes: &[(PaneId, Rect)], area: Rect, buffer: &mut Buffer) {
    let (frame, border) = style(scene);
    let style = scene.theme.style(border);
    let beside = panes.iter().filter(|(_, r)| r.right() < area.width).map(|(_, r)| (r.right(), r.y, r.bottom()));
    let inside = panes.iter().flat_map(|(id, r)| {
        let own = (pane(*id).unit.walls)(&Here::within(*scene, *id, content(*r)));
        let (top, end) = (r.y + 1, r.bottom());
        own.into_iter().map(move |(x, rows)| (r.x + x as u16, top, end.min(top + rows)))
    });
    let walls: Vec<(u16, u16, u16)> = beside.chain(inside).collect();
    let is_wall = |x: u16, y: u16| walls.iter().any(|(at, top, end)| *at == x && (*top..*end).contains(&y));
    let is_rule = |x: u16, y: u16| panes.iter().any(|(_, r)| r.y == y && (r.x..r.right()).contains(&x));
    for &(x, top, end) in &walls {
        // One row more at both ends, where a rule may close the wall.
        for y in top.saturating_sub(1)..(end + 1).min(area.height) {
            let own = (top..end).contains(&y);
            let rules = (x > 0 && is_rule(x - 1, y), is_rule(x + 1, y));
            // A title's text stays: beyond the wall's ends joints replace nothing but rules.
            if !own && (!is_rule(x, y) || !frame.rule.contains(&buffer[(x, y)].symbol())) {
                continue;
            }
            let (up, down) = (y > 0 && is_wall(x, y - 1), is_wall(x, y + 1));
            let text = match (rules, up, down) {
                ((false, false), ..) => frame.wall,
                ((true, false), ..) => frame.joints[4],
                ((false, true), ..) => frame.joints[3],
                (_, true, true) => frame.joints[2],
                (_, true, false) => frame.joints[1],
                _ => frame.joints[0],
            };
            buffer.set_string(x, y, text, style);
        }
    }
}
