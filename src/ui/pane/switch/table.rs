//! All that a switch changes, side by side, and what it does not copy.

use super::{active, coming};
use crate::backend::{COPYING, TaskView, flag_letters};
use crate::text::visible;
use crate::ui::format::{count, fit, short_count};
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// All that a switch changes, from one task to the other, and what it does not copy.
pub(super) fn draw(scene: &Scene<'_>, width: usize, pen: &mut Pen<'_>) {
    let s = pen.symbols();
    let pair = coming(scene);
    let (from, to) = pair.map_or_else(|| (active(scene), None), |(from, to)| (Some(from), Some(to)));
    // A value has the columns behind the longest name, or behind the arrow.
    let (ends, room) = if width > 40 { ((width - 18, width - 2), 12) } else { ((width - 11, width - 2), 5) };
    pen.row(0).col(1);
    let what = match (pair, scene.now.next, scene.now.last) {
        (Some(_), ..) => "All that a switch changes:",
        (None, None, _) => "No task is ready now.",
        (None, _, None) => "No task has run yet.",
        _ => "No switch comes next.",
    };
    pen.put(what, Role::Head);
    let wide = if width > 40 { "task " } else { "" };
    for (task, end) in [(from, ends.0), (to, ends.1)] {
        let name = task.map_or(String::new(), |t| format!("{wide}{}", t.pid));
        pen.row(1).right(&name, end, task.map_or(Role::Dim, |t| Role::of_task(t.pid)));
    }
    let values = |task: Option<&TaskView>| task.map_or_else(Default::default, fields);
    for (row, ((name, was), is)) in NAMES.iter().zip(values(from)).zip(values(to)).enumerate() {
        pen.row(2 + row).col(1).put(name, Role::Label);
        let role = if was == is || pair.is_none() { Role::Text } else { Role::Changed };
        pen.right(&fit(&was, room, s.ellipsis), ends.0, Role::Text);
        if pair.is_some() {
            let same = was == is && *name != "image bank";
            pen.put(" ", Role::Text).put(if same { "=" } else { s.becomes }, Role::Dim);
        }
        pen.right(&fit(&is, room, s.ellipsis), ends.1, role);
    }
    totals(scene, ends.1, pen);
}

const NAMES: [&str; 7] = ["pc", "psw", "reg_base", "stack_base", "stack_limit", "sp", "image bank"];

/// The values of a task that a switch puts in place.
fn fields(task: &TaskView) -> [String; 7] {
    let hex = |value: u32| format!("{value:04X}");
    [
        hex(task.pc),
        flag_letters(task.psw),
        hex(task.reg_base.into()),
        hex(task.stack_base.into()),
        hex(task.stack_limit.into()),
        hex(task.sp.into()),
        visible(&task.name).into_owned(),
    ]
}

fn totals(scene: &Scene<'_>, end: usize, pen: &mut Pen<'_>) {
    let switches: u64 = scene.now.tasks.iter().map(|t| t.counters.switches).sum();
    let rows = [
        ("bytes copied by it", 0),
        ("copying would move", COPYING),
        ("switches so far", switches),
        ("bytes copied by them", 0),
        ("copying had moved", COPYING * switches),
    ];
    // Without a blank row between where there is no room for one.
    let top = if pen.height() > 14 { 10 } else { 9 };
    for (row, (what, n)) in (top..).zip(rows) {
        let room = end.saturating_sub(what.len() + 2);
        let number = Some(count(n)).filter(|text| text.len() <= room).unwrap_or_else(|| short_count(n, room));
        pen.row(row).col(1).put(what, Role::Text).right(&number, end, Role::Text);
    }
}
