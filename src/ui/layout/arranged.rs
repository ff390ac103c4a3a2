//! Where the panes of the arrangements are, for each class of screen sizes.

use super::class::Class;
use super::node::{Node, Size};
use super::presets::ViewId;
use crate::ui::pane::PaneId;
use Node::{Below, Beside, Strip};
use Size::{Cells, Share};
use ratatui::layout::Rect;

/// Rows of the windows pane: title, head, four rows of registers.
pub(super) const WINDOWS: u16 = 6;

fn pane(id: PaneId) -> Node {
    Node::Pane(id)
}

/// An arrangement as it comes, for an area below line 1.
#[must_use]
pub fn preset(desk: ViewId, class: Class, body: Rect) -> Node {
    match (desk, class) {
        (ViewId::Lesson, _) => lesson(&[], body),
        (_, Class::Narrow) | (ViewId::Compact, _) => compact(body),
        (ViewId::Debug | ViewId::Own(_), Class::Small) => small(body),
        (ViewId::Debug | ViewId::Own(_), Class::Medium) => medium(body),
        (ViewId::Debug | ViewId::Own(_), Class::Large) => large(body),
        (ViewId::Interleave, _) => interleave(class, body),
        (ViewId::Task, _) => task(class, body),
        (ViewId::Teach, _) => teach(class, body),
        (ViewId::Memory, _) => memory(class, body),
        (ViewId::Switch, _) => switch(class, body),
        (ViewId::Projector, _) => projector(class, body),
        (ViewId::Source, _) => source(class, body),
        (ViewId::Both, _) => both(class, body),
        (ViewId::Fate, _) => fate(class, body),
    }
}

/// A lesson's page on the left and live panes on the right, where there is room for both.
#[must_use]
pub fn lesson(panes: &[PaneId], body: Rect) -> Node {
    let page = pane(PaneId::Lesson);
    if body.width < 80 || panes.is_empty() {
        return page;
    }
    let text = 40 + (body.width - 80) / 8;
    let room = body.width - text - 1;
    let part = |id: &PaneId| match id {
        PaneId::Windows if room >= 57 => (Cells(WINDOWS), pane(*id)),
        PaneId::Windows => (Cells(WINDOWS + 4), pane(*id)),
        PaneId::Tasks => (Cells(if body.height < 30 { 5 } else { 7 }), pane(*id)),
        PaneId::Switch | PaneId::Timeline => (Share(2), pane(*id)),
        _ => (Share(1), pane(*id)),
    };
    let live = panes.iter().map(part).collect();
    Beside(vec![(Cells(text), page), (Share(1), Below(live))])
}

fn compact(body: Rect) -> Node {
    if body.width < 57 || body.height < WINDOWS + 6 {
        return Strip;
    }
    Below(vec![(Share(1), Strip), (Cells(WINDOWS), pane(PaneId::Windows))])
}

fn small(body: Rect) -> Node {
    let strip = match body.height {
        0..=19 => 0,
        rows => 5 + rows.saturating_sub(21) / 3,
    };
    let side = Cells(38 + (body.width - 80) / 4);
    let upper = body.height - WINDOWS - strip;
    let left = if upper >= 10 {
        // Four tasks fit from 80x24 on.
        Below(vec![(Cells(upper / 2 + 1), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Stack))])
    } else {
        pane(PaneId::Tasks)
    };
    let mut rows = vec![
        (Share(1), Beside(vec![(side, left), (Share(1), pane(PaneId::Code))])),
        (Cells(WINDOWS), pane(PaneId::Windows)),
    ];
    if strip > 0 {
        rows.push((Cells(strip), Strip));
    }
    Below(rows)
}

fn medium(body: Rect) -> Node {
    let lower = 11 + body.height.saturating_sub(37) / 3;
    let upper = body.height - WINDOWS - lower;
    let left = Below(vec![(Cells(upper / 3), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Stack))]);
    Below(vec![
        (Share(1), Beside(vec![(Cells(52 + (body.width - 120) / 5), left), (Share(1), pane(PaneId::Code))])),
        (Cells(WINDOWS), pane(PaneId::Windows)),
        // The wall continues the one between two register windows.
        (Cells(lower), Beside(vec![(Cells(body.width / 2), pane(PaneId::Mailboxes)), (Share(1), Strip)])),
    ])
}

fn large(body: Rect) -> Node {
    let lower = 16 + body.height.saturating_sub(57) / 3;
    let upper = body.height - WINDOWS - lower;
    let tasks = upper * 2 / 5;
    let boxes = (upper - tasks) * 3 / 5;
    // Twelve rows of memory hold the banks of three tasks.
    let stack = (upper - 13).max(upper / 2);
    let first = Below(vec![
        (Cells(tasks), pane(PaneId::Tasks)),
        (Cells(boxes), pane(PaneId::Mailboxes)),
        (Share(1), pane(PaneId::Stops)),
    ]);
    let third = Below(vec![(Cells(stack), pane(PaneId::Stack)), (Share(1), pane(PaneId::Memory))]);
    Below(vec![
        (
            Share(1),
            Beside(vec![
                (Cells(68 + (body.width - 200) / 6), first),
                (Cells(56 + (body.width - 200) / 2), pane(PaneId::Code)),
                (Share(1), third),
            ]),
        ),
        (Cells(WINDOWS), pane(PaneId::Windows)),
        (Cells(lower), Beside(vec![(Cells(body.width * 3 / 5), pane(PaneId::Trace)), (Share(1), Strip)])),
    ])
}

/// The timeline with the choices along it, beside what a task could see and what the others have changed for it.
fn fate(class: Class, body: Rect) -> Node {
    let timeline = (Cells(body.height / 2), pane(PaneId::Timeline));
    if class == Class::Small {
        let upper = Beside(vec![(Share(1), pane(PaneId::Map)), (Cells(body.width * 2 / 5), Strip)]);
        return Below(vec![(Share(1), upper), timeline]);
    }
    let left = Below(vec![(Cells(7), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Map))]);
    let mut right = vec![(Share(1), pane(PaneId::Could)), (Share(1), pane(PaneId::World))];
    if class == Class::Large {
        right.push((Share(1), Strip));
    }
    Below(vec![(Share(1), Beside(vec![(Share(1), left), (Share(1), Below(right))])), timeline])
}

/// The timeline has half of the height.
fn interleave(class: Class, body: Rect) -> Node {
    let timeline = (Cells(body.height / 2), pane(PaneId::Timeline));
    let mut right = match class {
        Class::Small => vec![(Share(1), Strip)],
        _ => vec![(Share(3), pane(PaneId::Mailboxes)), (Share(4), pane(PaneId::Waits)), (Share(3), Strip)],
    };
    if class == Class::Large {
        // Tasks meet in shared words as well as in mailboxes.
        right.insert(2, (Share(3), pane(PaneId::Watch)));
    }
    let left = match class {
        Class::Small => pane(PaneId::Tasks),
        _ => Below(vec![(Share(1), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Trace))]),
    };
    let upper = Beside(vec![(Share(1), left), (Cells(body.width * 2 / 5), Below(right))]);
    let mut rows = vec![(Share(1), upper), timeline];
    if class == Class::Large {
        rows.push((Cells(WINDOWS), pane(PaneId::Windows)));
    }
    Below(rows)
}

fn task(class: Class, body: Rect) -> Node {
    let code = pane(PaneId::Code);
    if class == Class::Small {
        let upper = Beside(vec![(Share(1), code), (Cells(38), pane(PaneId::Stack))]);
        return Below(vec![(Share(1), upper), (Cells(WINDOWS), pane(PaneId::Windows)), (Cells(5), Strip)]);
    }
    let right = Below(vec![(Share(3), pane(PaneId::Stack)), (Share(2), pane(PaneId::Memory)), (Share(1), Strip)]);
    let left = Below(vec![(Share(1), code), (Cells(WINDOWS), pane(PaneId::Windows)), (Cells(8), pane(PaneId::Trace))]);
    Beside(vec![(Share(1), left), (Cells(body.width * 2 / 5), right)])
}

fn teach(class: Class, body: Rect) -> Node {
    let windows = (Cells(WINDOWS), pane(PaneId::Windows));
    let upper = match class {
        Class::Small => Beside(vec![(Share(1), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Code))]),
        _ => Beside(vec![
            (Share(1), pane(PaneId::Code)),
            (Cells(body.width / 2), Below(vec![(Share(1), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Stack))])),
        ]),
    };
    let memory = match class {
        Class::Small => (Cells(6), Strip),
        _ => (Cells(14), Beside(vec![(Share(1), Strip), (Cells(beside_memory(body)), pane(PaneId::Explain))])),
    };
    Below(vec![(Share(1), upper), windows, memory])
}

fn memory(class: Class, body: Rect) -> Node {
    let windows = (Cells(WINDOWS), pane(PaneId::Windows));
    if class == Class::Small {
        return Below(vec![(Share(1), pane(PaneId::Memory)), windows, (Cells(5), Strip)]);
    }
    let side = Below(vec![(Share(1), pane(PaneId::Stack)), (Share(1), pane(PaneId::Code)), (Cells(8), Strip)]);
    let upper = Beside(vec![(Share(1), pane(PaneId::Memory)), (Cells(beside_memory(body)), side)]);
    Below(vec![(Share(1), upper), windows])
}

/// Columns for what stands beside memory, whose sixteen bytes a row take 74.
fn beside_memory(body: Rect) -> u16 {
    (body.width * 2 / 5).min(body.width - 75)
}

fn switch(class: Class, body: Rect) -> Node {
    if class == Class::Small {
        return Below(vec![(Share(1), pane(PaneId::Switch)), (Cells(6), pane(PaneId::Explain))]);
    }
    let lower = Beside(vec![(Share(1), Strip), (Cells(body.width * 2 / 5), pane(PaneId::Code))]);
    Below(vec![(Cells(body.height * 3 / 5), pane(PaneId::Switch)), (Share(1), lower)])
}

/// Source and variables; below them calls, tasks and what is kept in sight.
fn source(class: Class, body: Rect) -> Node {
    let code = (Share(1), pane(PaneId::Code));
    let locals = (Share(1), pane(PaneId::Locals));
    if class == Class::Small {
        let side = Below(vec![locals, (Cells(body.height / 3), pane(PaneId::Calls))]);
        let upper = Beside(vec![code, (Cells(34 + (body.width - 80) / 3), side)]);
        let lower = Beside(vec![(Share(1), pane(PaneId::Tasks)), (Cells(34 + (body.width - 80) / 3), Strip)]);
        return Below(vec![(Share(1), upper), (Cells(6), lower)]);
    }
    let (calls, watch) = (body.height / 5, body.height / 6);
    let side = Below(vec![locals, (Cells(calls), pane(PaneId::Calls)), (Cells(watch), pane(PaneId::Watch))]);
    let upper = Beside(vec![code, (Cells(body.width * 2 / 5), side)]);
    let lower = Beside(vec![(Share(1), pane(PaneId::Tasks)), (Cells(body.width * 2 / 5), Strip)]);
    Below(vec![(Share(1), upper), (Cells(8 + body.height.saturating_sub(37) / 3), lower)])
}

/// The two runs have more than half of the height.
fn both(class: Class, body: Rect) -> Node {
    let runs = (Share(1), pane(PaneId::Both));
    let lower = match class {
        Class::Small => Beside(vec![(Share(1), pane(PaneId::Tasks)), (Share(1), Strip)]),
        _ => Beside(vec![
            (Share(1), Below(vec![(Share(1), pane(PaneId::Tasks)), (Share(1), pane(PaneId::Code))])),
            (Cells(body.width / 2), Below(vec![(Share(1), pane(PaneId::Explain)), (Share(1), Strip)])),
        ]),
    };
    Below(vec![runs, (Cells(body.height * 2 / 5), lower)])
}

/// Windows with blank rows between theirs; from 120x40 on sentences below.
fn projector(class: Class, body: Rect) -> Node {
    let windows = (Cells(2 * WINDOWS - 2), pane(PaneId::Windows));
    let side = (Cells(38 + (body.width - 80) / 4), pane(PaneId::Tasks));
    let lower = (Share(1), Beside(vec![side, (Share(1), pane(PaneId::Code))]));
    match class {
        Class::Small => Below(vec![windows, lower]),
        _ => Below(vec![windows, lower, (Cells(body.height / 4), Strip)]),
    }
}
