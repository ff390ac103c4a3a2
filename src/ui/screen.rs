//! The whole screen: line 1, panes with their rules and walls, message, hints, overlays.

use super::format::{count, fit, short_count, time, visible};
use super::layout::{LEAST, content, in_strip, layout};
use super::overlay;
use super::pane::{STRIP, pane};
use super::pen::Pen;
use super::theme::{Role, Theme};
use super::view::{Overlay, PaneId, Prompt, Scene, Tone, View};
use crate::target::{Snapshot, Status};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Draws a scene into a frame.
pub fn draw(frame: &mut ratatui::Frame<'_>, scene: &Scene<'_>) {
    let area = frame.area();
    paint(frame.buffer_mut(), area, scene);
    if let Overlay::Prompt(prompt) = &scene.view.overlay
        && area.height > 1
    {
        let (_, column) = in_sight(prompt, usize::from(area.width));
        let x = column as u16;
        frame.set_cursor_position((x, message_row(area)));
    }
}

/// Draws a scene without a terminal.
#[must_use]
pub fn render(now: &Snapshot, view: &View, theme: &Theme, size: (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    paint(&mut buffer, area, &Scene { now, view, theme });
    buffer
}

fn message_row(area: Rect) -> u16 {
    area.height.saturating_sub(2)
}

fn paint(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>) {
    let size = (area.width, area.height);
    if scene.view.size != size {
        // The terminal has just changed and the view does not know yet.
        let view = View { size, ..scene.view.clone() };
        return paint(buffer, area, &Scene { view: &view, ..*scene });
    }
    let panes = layout(scene.view);
    if panes.is_empty() {
        return too_small(buffer, area, scene);
    }
    bar(scene, &mut Pen::new(buffer, Rect { height: 1, ..area }, scene.theme));
    for (id, rect) in &panes {
        (pane(*id).draw)(scene, &mut Pen::new(buffer, content(*rect), scene.theme));
    }
    for (id, rect) in &panes {
        title(scene, &panes, *id, *rect, buffer);
    }
    walls(scene, &panes, area, buffer);
    matches(scene, &panes, buffer);
    let row = |y: u16| Rect { y, height: 1, ..area };
    message(scene, &mut Pen::new(buffer, row(message_row(area)), scene.theme));
    hints(scene, &mut Pen::new(buffer, row(area.height - 1), scene.theme));
    match &scene.view.overlay {
        Overlay::Help { scroll } => overlay::help(scene, *scroll, area, buffer),
        Overlay::Prompt(prompt) => {
            overlay::completions(scene, prompt, area, buffer);
            let column = prompt.label().width() + prompt.wrong.as_ref().map_or(0, |w| w.column);
            overlay::wrong(scene, prompt, column, area, buffer);
        }
        Overlay::Palette(palette) => overlay::palette(scene, palette, buffer),
        Overlay::Menu(menu) => overlay::menu(scene, menu, buffer),
        Overlay::None => {
            overlay::follow(scene, area, buffer);
            overlay::welcome(scene, area, buffer);
        }
    }
}

/// Marks the text that is looked for, in the pane with the focus.
fn matches(scene: &Scene<'_>, panes: &[(PaneId, Rect)], buffer: &mut Buffer) {
    let wanted: Vec<char> = scene.view.search.to_lowercase().chars().collect();
    let Some((_, rect)) = panes.iter().find(|(id, _)| *id == scene.view.focus) else { return };
    if wanted.is_empty() {
        return;
    }
    let style = scene.theme.style(Role::Found);
    let area = content(*rect);
    for y in area.y..area.bottom() {
        let letter = |x: u16| buffer[(x, y)].symbol().chars().flat_map(char::to_lowercase).next().unwrap_or(' ');
        let line: Vec<char> = (area.x..area.right()).map(letter).collect();
        let starts = line.windows(wanted.len()).enumerate().filter(|(_, w)| *w == wanted).map(|(i, _)| i);
        for start in starts.collect::<Vec<_>>() {
            let x = area.x + start as u16;
            let place = Rect { x, y, width: wanted.len() as u16, height: 1 };
            buffer.set_style(place, ratatui::style::Style::reset());
            buffer.set_style(place, style);
        }
    }
}

fn too_small(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>) {
    let mut pen = Pen::new(buffer, area, scene.theme);
    let lines = [
        "hsxray needs a larger screen".to_owned(),
        format!("{} columns, {} rows at least", LEAST.0, LEAST.1),
        format!("{} columns, {} rows are here", area.width, area.height),
    ];
    for (row, line) in lines.iter().enumerate() {
        pen.row(row).put(line, Role::Text);
    }
}

/// What runs or what stopped it; which turn; who is next.
fn bar(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let now = scene.now;
    let width = pen.width();
    pen.row(0).put(&" ".repeat(width), Role::Bar);
    let (state, role) = status(scene);
    let mut fields = fields(now, width);
    let end = width.saturating_sub(5);
    let len = |fields: &[String]| fields.iter().map(|f| f.width() + 2).sum::<usize>();
    // State and turn are always there: first the names give way, then the state's reason.
    let ellipsis = pen.symbols().ellipsis;
    let least = len(&fields[..1]) + 2;
    let head = head(now, width, ellipsis).into_iter().find(|h| h.width() + state.width() + least <= end);
    let head = head.unwrap_or_else(|| " ".into());
    let state = fit(&state, end.saturating_sub(least + head.width()), ellipsis);
    pen.col(0).put(&head, Role::Bar).put(&state, role);
    let state_end = pen.at();
    while fields.len() > 1 && state_end + 2 + len(&fields) > end {
        fields.pop();
    }
    // The fields stay where they are while the state's words change, as long as there is room.
    let home = if width >= 120 { 50 } else { 36 };
    pen.col((state_end + 2).max(home.min(end.saturating_sub(len(&fields)))));
    for field in &fields {
        pen.put(field, Role::Bar).put("  ", Role::Bar);
    }
    pen.col(end).put("LIVE", Role::Bar);
}

/// What stands left of the state, by falling length.
fn head(now: &Snapshot, width: usize, ellipsis: &str) -> [String; 3] {
    let title = visible(&now.title);
    let room = if width >= 120 { 16 } else { 10 };
    let (name, short) = (fit(&title, room, ellipsis), fit(&title, 6, ellipsis));
    [format!(" hsxray {name}   "), format!(" {name}   "), format!(" {short} ")]
}

/// What stands right of the state; fields drop out from the right, but the turn never does.
fn fields(now: &Snapshot, width: usize) -> Vec<String> {
    let mut fields = vec![format!("turn {}", count(now.turn))];
    if width >= 100 {
        fields.push(time(now.time_us));
    }
    fields.push(next(now, width));
    fields.push("rotate".to_owned());
    if width >= 100 {
        fields.push(now.rate.map_or("rate max".to_owned(), |hz| format!("{} turns/s", count(hz))));
    }
    if width >= 160 {
        fields.push(format!("protect {}", if now.protect { "on" } else { "off" }));
        let alive = now.tasks.iter().filter(|t| !t.state.ended()).count();
        fields.push(format!("{alive} of {} tasks alive", now.tasks.len()));
    }
    fields
}

fn next(now: &Snapshot, width: usize) -> String {
    let Some(task) = now.next.and_then(|pid| now.tasks.iter().find(|t| t.pid == pid)) else {
        return "next nobody".into();
    };
    let place = format!("next {} at {:04X}", task.pid, task.pc);
    let row = task.listing.row_at(task.pc).and_then(|i| task.listing.rows.get(i)).filter(|_| width >= 120);
    row.map_or(place.clone(), |r| fit(&format!("{place} {} {}", r.mnemonic, visible(&r.operands)), 44, "").into_owned())
}

/// The state in a word or two with its mark.
fn status(scene: &Scene<'_>) -> (String, Role) {
    let [stopped, running, trouble, done, idle] = scene.theme.symbols().status;
    let now = scene.now;
    let stop = |text: String| (format!("{stopped} {text}"), Role::Bar);
    match &now.status {
        Status::Fresh => stop("READY".into()),
        Status::Running => {
            let speed = now.speed.map_or(String::new(), |hz| format!(" {} turns/s", short_count(hz, 6)));
            (format!("{running} RUN{speed}"), Role::Bar)
        }
        Status::Limit { turns, pid: Some(pid) } => stop(format!("STOP step {} of {pid}", count(*turns))),
        Status::Limit { turns, .. } => stop(format!("STOP step {}", count(*turns))),
        Status::Idle => (format!("{idle} IDLE"), Role::Bar),
        Status::Deadlock { waits } => {
            let pids: Vec<String> = waits.iter().map(|w| w.pid.to_string()).collect();
            let who = if pids.len() <= 3 { pids.join(" and ") } else { format!("of {} tasks", pids.len()) };
            (format!("{trouble} DEADLOCK {who}"), Role::Trouble)
        }
        Status::AllDone => {
            let faulted = now.tasks.iter().filter(|t| t.fault.is_some()).count();
            let text = if faulted > 0 { format!("DONE, {faulted} faulted") } else { "DONE".into() };
            (format!("{done} {text}"), Role::Bar)
        }
        Status::Breakpoint { number, pid, .. } => stop(format!("STOP {number} task {pid}")),
        Status::Break { pid, code, .. } => stop(format!("BREAK {code} task {pid}")),
        Status::Fault { pid, fault, .. } => (format!("{trouble} FAULT {pid} {}", fault.name()), Role::Trouble),
        Status::Paused => stop("PAUSED".into()),
        Status::Visited => stop("BACK".into()),
        Status::Start => stop("START".into()),
    }
}

/// The title row of a pane.
pub fn title(scene: &Scene<'_>, panes: &[(PaneId, Rect)], id: PaneId, rect: Rect, buffer: &mut Buffer) {
    let focus = scene.view.focus == id;
    let role = if focus { Role::Focus } else { Role::Border };
    let symbols = scene.theme.symbols();
    let rule = symbols.rule[usize::from(focus)];
    let row = Rect { height: 1, ..rect };
    let mut pen = Pen::new(buffer, row, scene.theme);
    let width = pen.width();
    pen.row(0).put(&rule.repeat(width), role);
    let p = pane(id);
    let name = format!("{} {}", p.number, p.name);
    let text_role = if focus { Role::Focus } else { Role::Head };
    pen.col(1).over(&fit(&name, width.saturating_sub(2), ""), text_role);
    let info = (p.info)(scene);
    let room = width.saturating_sub(pen.at() + 3);
    let state = scene.view.panes.get(&id);
    let pinned = state.and_then(|s| s.pin).map_or(String::new(), |pid| format!("(stays with {pid}) "));
    let filter = state.map_or("", |s| s.filter.as_str());
    let filter = if filter.is_empty() { String::new() } else { format!("\\{} ", visible(filter)) };
    let own = (p.title)(scene, room.saturating_sub(info.width() + 1 + pinned.len() + filter.len()));
    let own = format!("{pinned}{filter}{own}");
    let own = own.trim_end();
    if !own.is_empty() {
        pen.over(&format!(" {}", fit(own, room, symbols.ellipsis)), text_role);
    }
    if !scene.view.zoom && in_strip(scene.view) == Some(id) {
        tabs(panes, info.width(), &mut pen, role);
    }
    let start = width.saturating_sub(info.width() + 1);
    if start > pen.at() {
        pen.col(start).over(&info, Role::Dim);
    }
}

/// The other panes of the strip, which their numbers and Tab open: by name as far as that leaves room
/// for `info`, else by number.
fn tabs(panes: &[(PaneId, Rect)], info: usize, pen: &mut Pen<'_>, role: Role) {
    let rule = pen.symbols().rule[0];
    let hidden: Vec<_> =
        STRIP.iter().filter(|o| panes.iter().all(|(shown, _)| shown != *o)).map(|id| pane(*id)).collect();
    let form = |named: usize, gap: &str| {
        let one = |(i, p): (usize, &&super::pane::Pane)| match i < named {
            true => format!("{} {}", p.number, p.name),
            false => p.number.to_string(),
        };
        hidden.iter().enumerate().map(one).collect::<Vec<_>>().join(gap)
    };
    // With all names apart, with all names, then with fewer and fewer of them.
    let mut forms = std::iter::once(form(hidden.len(), "  ")).chain((0..=hidden.len()).rev().map(|n| form(n, " ")));
    // A rule on both sides of the names, a blank beside each, a rule behind the info.
    let room = pen.width().saturating_sub(pen.at() + info + 5);
    if let Some(text) = forms.find(|t| !t.is_empty() && t.len() <= room) {
        let rules = if text.len() < room { 2 } else { 1 };
        pen.put(&rule.repeat(rules), role).over(&format!(" {text} "), Role::Dim);
    }
}

/// Walls between panes and between register windows, and joints where they meet rules.
fn walls(scene: &Scene<'_>, panes: &[(PaneId, Rect)], area: Rect, buffer: &mut Buffer) {
    let symbols = scene.theme.symbols();
    let style = scene.theme.style(Role::Border);
    let beside = panes.iter().filter(|(_, r)| r.right() < area.width).map(|(_, r)| (r.right(), r.y, r.bottom()));
    let inside = panes.iter().filter(|(id, _)| *id == PaneId::Windows).flat_map(|(_, r)| {
        let (top, bottom) = (r.y + 1, r.bottom().min(r.y + 6));
        super::pane::window_walls(scene, r.width.into()).map(move |x| (r.x + x as u16, top, bottom))
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
            if !own && (!is_rule(x, y) || !symbols.rule.contains(&buffer[(x, y)].symbol())) {
                continue;
            }
            let (up, down) = (y > 0 && is_wall(x, y - 1), is_wall(x, y + 1));
            let text = match (rules, up, down) {
                ((false, false), ..) => symbols.wall,
                ((true, false), ..) => symbols.joints[4],
                ((false, true), ..) => symbols.joints[3],
                (_, true, true) => symbols.joints[2],
                (_, true, false) => symbols.joints[1],
                _ => symbols.joints[0],
            };
            buffer.set_string(x, y, text, style);
        }
    }
}

/// The part of a command line that is shown, so that the cursor is in sight, and the cursor's column.
fn in_sight(prompt: &Prompt, width: usize) -> (&str, usize) {
    let before = prompt.text.get(..prompt.cursor).unwrap_or("");
    let label = prompt.label().width();
    let room = width.saturating_sub(label + 1);
    let (mut start, mut columns) = (before.len(), 0);
    for (at, c) in before.char_indices().rev() {
        let more = visible(c.encode_utf8(&mut [0; 4])).width();
        if columns + more > room {
            break;
        }
        (start, columns) = (at, columns + more);
    }
    (&prompt.text[start..], label + columns)
}

fn message(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    if let Overlay::Prompt(prompt) = &scene.view.overlay {
        let (text, _) = in_sight(prompt, width);
        pen.row(0).put(&prompt.label(), Role::Focus).put(text, Role::Text);
        return;
    }
    let role = if scene.view.tone == Tone::Error { Role::Error } else { Role::Text };
    let ellipsis = pen.symbols().ellipsis;
    pen.row(0).put(&fit(&visible(&scene.view.message), width, ellipsis), role);
}

fn hints(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    pen.row(0);
    let pending = scene.view.pending();
    if !pending.is_empty() {
        pen.put(&pending, Role::Pc).put(" ", Role::Text);
    }
    for (key, does) in &scene.view.hints {
        if pen.at() + key.width() + does.width() + 1 > pen.width() {
            break;
        }
        pen.put(key, Role::Key).put(" ", Role::Text).put(does, Role::Text).put("  ", Role::Text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::pane::PANES;

    #[test]
    fn every_pane_has_a_row_and_a_number_of_its_own() {
        let mut numbers: Vec<u8> = PANES.iter().map(|p| p.number).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), PANES.len());
        assert!(STRIP.iter().all(|id| pane(*id).id == *id));
    }
}
