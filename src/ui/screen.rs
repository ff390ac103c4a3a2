//! The whole screen: line 1, panes with their rules and walls, message, hints, overlays.

use super::format::{count, fit, short_count, time, visible};
use super::layout::{LEAST, content, layout};
use super::overlay;
use super::pane::{STRIP, pane};
use super::pen::Pen;
use super::theme::{Role, Theme};
use super::view::{Overlay, PaneId, Scene, Tone, View};
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
        let before = prompt.text.get(..prompt.cursor).unwrap_or("").width() as u16;
        let x = (1 + before).min(area.width.saturating_sub(1));
        frame.set_cursor_position((x, message_row(area)));
    }
}

/// Draws a scene without a terminal.
#[must_use]
pub fn render(now: &Snapshot, view: &View, theme: &Theme, size: (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    let view = View { size, ..view.clone() };
    paint(&mut buffer, area, &Scene { now, view: &view, theme });
    buffer
}

fn message_row(area: Rect) -> u16 {
    area.height.saturating_sub(2)
}

fn paint(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>) {
    let panes = layout(scene.view);
    if panes.is_empty() {
        return too_small(buffer, area, scene);
    }
    bar(scene, &mut Pen::new(buffer, Rect { height: 1, ..area }, scene.theme));
    for (id, rect) in &panes {
        (pane(*id).draw)(scene, &mut Pen::new(buffer, content(*rect), scene.theme));
    }
    for (id, rect) in &panes {
        title(scene, *id, *rect, buffer);
    }
    walls(&panes, area, scene.theme, buffer);
    let row = |y: u16| Rect { y, height: 1, ..area };
    message(scene, &mut Pen::new(buffer, row(message_row(area)), scene.theme));
    hints(scene, &mut Pen::new(buffer, row(area.height - 1), scene.theme));
    match &scene.view.overlay {
        Overlay::Help { scroll } => overlay::help(scene, *scroll, area, buffer),
        Overlay::Prompt(prompt) => overlay::completions(scene, prompt, area, buffer),
        Overlay::None => {}
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
    let title_room = if width >= 120 { 16 } else { 10 };
    let ellipsis = pen.symbols().ellipsis;
    pen.col(0).put(" hsxray ", Role::Bar).put(&fit(&visible(&now.title), title_room, ellipsis), Role::Bar);
    pen.put("   ", Role::Bar).put(&state, role);
    let state_end = pen.at();
    let end = width.saturating_sub(5);
    // Fields drop out from the right, but the turn never does.
    let turn = format!("turn {}", count(now.turn));
    let mut fields = vec![turn];
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
    }
    let len = |fields: &[String]| fields.iter().map(|f| f.width() + 2).sum::<usize>();
    while fields.len() > 1 && state_end + 2 + len(&fields) > end {
        fields.pop();
    }
    // The fields stay where they are while the state's words change, as long as there is room.
    let home = if width >= 120 { 50 } else { 36 };
    let start = (state_end + 2).max(home.min(end.saturating_sub(len(&fields))));
    pen.col(start.min(end.saturating_sub(fields[0].width() + 2)));
    for field in &fields {
        pen.put(field, Role::Bar).put("  ", Role::Bar);
    }
    pen.col(end).put("LIVE", Role::Bar);
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
            (format!("{trouble} DEADLOCK {}", fit(&pids.join(" and "), 12, "")), Role::Trouble)
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
    }
}

fn title(scene: &Scene<'_>, id: PaneId, rect: Rect, buffer: &mut Buffer) {
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
    pen.col(1).put(&fit(&name, width.saturating_sub(2), ""), text_role);
    let own = (p.title)(scene);
    if !own.is_empty() {
        let room = width.saturating_sub(pen.at() + 3);
        pen.put(" ", role).put(&fit(&own, room, symbols.ellipsis), text_role);
    }
    if scene.view.strip == id && !scene.view.zoom {
        tabs(scene, id, &mut pen, role);
    }
    let info = (p.info)(scene);
    let start = width.saturating_sub(info.width() + 1);
    if start > pen.at() + 1 {
        pen.col(start).put(&info, Role::Dim);
    }
}

/// The other panes of the strip, which its number and Tab open.
fn tabs(scene: &Scene<'_>, id: PaneId, pen: &mut Pen<'_>, role: Role) {
    let shown: Vec<PaneId> = layout(scene.view).into_iter().map(|(id, _)| id).collect();
    let rule = pen.symbols().rule[0];
    pen.put(&rule.repeat(2), role);
    for other in STRIP.iter().filter(|o| **o != id && !shown.contains(o)) {
        let p = pane(*other);
        let text = format!(" {} {} ", p.number, p.name);
        if pen.at() + text.len() < pen.width() {
            pen.put(&text, Role::Dim);
        }
    }
}

/// Walls between panes, and joints where they meet rules.
fn walls(panes: &[(PaneId, Rect)], area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let symbols = theme.symbols();
    let style = theme.style(Role::Border);
    let is_wall =
        |x: u16, y: u16| panes.iter().any(|(_, r)| r.right() == x && x < area.width && (r.y..r.bottom()).contains(&y));
    // A title's text stays: joints replace rules only.
    let free = |buffer: &Buffer, x: u16, y: u16| symbols.rule.contains(&buffer[(x, y)].symbol());
    let is_rule = |x: Option<u16>, y: u16| {
        x.is_some_and(|x| panes.iter().any(|(_, r)| r.y == y && (r.x..r.right()).contains(&x)))
    };
    for (_, rect) in panes.iter().filter(|(_, r)| r.right() < area.width) {
        let x = rect.right();
        for y in rect.y..rect.bottom() {
            let (up, down) = (y > 0 && is_wall(x, y - 1), y + 1 < area.height && is_wall(x, y + 1));
            let (left, right) = (is_rule(x.checked_sub(1), y), is_rule(x.checked_add(1), y));
            let text = match (left, right) {
                (false, false) => symbols.wall,
                (true, false) => symbols.joints[4],
                (false, true) => symbols.joints[3],
                (true, true) => match (up, down) {
                    (false, _) => symbols.joints[0],
                    (true, false) => symbols.joints[1],
                    (true, true) => symbols.joints[2],
                },
            };
            buffer.set_string(x, y, text, style);
        }
        // The rule of what lies below closes the wall.
        let y = rect.bottom();
        if y < area.height && is_rule(Some(x), y) && free(buffer, x, y) {
            let below = is_wall(x, y);
            buffer.set_string(x, y, if below { symbols.joints[2] } else { symbols.joints[1] }, style);
        }
    }
}

fn message(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let width = pen.width();
    if let Overlay::Prompt(prompt) = &scene.view.overlay {
        pen.row(0).put(":", Role::Focus).put(&prompt.text, Role::Text);
        return;
    }
    let role = if scene.view.tone == Tone::Error { Role::Error } else { Role::Text };
    let ellipsis = pen.symbols().ellipsis;
    pen.row(0).put(&fit(&visible(&scene.view.message), width, ellipsis), role);
}

fn hints(scene: &Scene<'_>, pen: &mut Pen<'_>) {
    pen.row(0);
    if !scene.view.pending.is_empty() {
        pen.put(&scene.view.pending, Role::Pc).put(" ", Role::Text);
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
