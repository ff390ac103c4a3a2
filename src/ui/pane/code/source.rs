//! The source in the code pane: which file, which line, and its lines.

use super::{Here, Response, hit_count, instruction_of, stop_at, text_end};
use crate::backend::TaskView;
use crate::ui::pane::stop_mark;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::{CodeFormat, Scene};

/// Where an outer frame stands that was chosen: at its CALL.
fn outer(scene: &Scene<'_>, task: &TaskView) -> Option<u32> {
    let calls = scene.now.calls.as_ref().filter(|c| c.pid == task.pid && c.chosen > 0)?;
    Some(calls.frames.get(calls.chosen)?.at_call(calls.chosen))
}

/// Where the chosen frame stands: at the pc, or at its CALL.
pub fn stands_at(scene: &Scene<'_>, task: &TaskView) -> u32 {
    outer(scene, task).unwrap_or(task.pc)
}

/// A source file that is shown.
#[derive(Clone, Copy)]
pub struct Shown<'s> {
    /// Its place in the listing.
    pub file: usize,
    /// Its lines.
    pub lines: &'s [String],
    /// The line the chosen frame is on, from 0, if that is in this file.
    pub stands: Option<usize>,
}

/// The source file to show, when source is wanted and known: the one that was gone to, or that of the chosen frame.
pub fn source<'s>(scene: &Scene<'s>, task: &'s TaskView) -> Option<Shown<'s>> {
    if scene.view.formats.code != CodeFormat::Source {
        return None;
    }
    let near = task.listing.rows.get(task.listing.row_at(stands_at(scene, task))?)?.near;
    let file = scene.view.file.or(near.map(|(file, _)| file))?;
    let (_, lines) = task.listing.sources.get(file).filter(|(_, lines)| !lines.is_empty())?;
    let stands = near.filter(|(at, _)| *at == file).map(|(_, line)| (line as usize).saturating_sub(1));
    Some(Shown { file, lines, stands })
}

/// The next or the previous source file of the task's program that was found.
pub fn other_file(here: &Here<'_>, next: bool) -> Vec<Response> {
    let Some(task) = here.subject() else { return Vec::new() };
    let Some(Shown { file, .. }) = source(here, task) else {
        return Response::refuse("the pane shows no source: % changes what it lists");
    };
    let sources = &task.listing.sources;
    let found: Vec<usize> = (0..sources.len()).filter(|i| !sources[*i].1.is_empty()).collect();
    let at = found.iter().position(|i| *i == file).unwrap_or(0);
    let step = if next { 1 } else { found.len() - 1 };
    match found[(at + step) % found.len()] {
        other if other == file => Response::refuse("the program has no other source file that was found"),
        other => vec![Response::File(other)],
    }
}

/// Draws the lines of a file from one on.
pub fn draw(
    here: &Here<'_>,
    task: &TaskView,
    Shown { file, lines, stands }: Shown<'_>,
    first: usize,
    pen: &mut Pen<'_>,
) {
    let (scene, s): (&Scene<'_>, _) = (here, pen.symbols());
    let mark_here = if outer(here, task).is_some() { s.last } else { s.pc };
    for (row, (i, line)) in lines.iter().enumerate().skip(first).take(pen.height()).enumerate() {
        pen.row(row);
        let at_pc = Some(i) == stands;
        if at_pc {
            pen.highlight(Role::Pc);
        }
        let cursor = here.moved_to() == Some(i);
        let role = if at_pc {
            Role::Pc
        } else if cursor {
            Role::Selection
        } else {
            Role::Text
        };
        let insn = instruction_of(task, file, i);
        let stop = insn.and_then(|insn| stop_at(scene, task, insn.address));
        let mark = if at_pc { mark_here } else { " " };
        pen.put(stop.map_or(" ", |b| stop_mark(s, b)), if at_pc { role } else { Role::Stop });
        pen.put(mark, role).put(&format!("{:4}  ", i + 1), if at_pc { role } else { Role::Dim });
        let end = text_end(pen);
        pen.long(&[(&line.replace('\t', "    "), role)], end);
        pen.spot(insn.map_or(Spot::Row(i), |insn| Spot::Code(task.pid, i, insn.address)));
        if let Some(insn) = insn {
            hit_count(task, insn.address, if at_pc { role } else { Role::Dim }, pen);
        }
    }
}
