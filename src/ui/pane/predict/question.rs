//! A question with its choices.

use crate::backend::predict::{Asking, Changes, MEMORY, Question};
use crate::backend::{FLAG_LETTERS, TaskView};
use crate::text::visible;
use crate::ui::format::fit;
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;
use crate::ui::view::Scene;

/// Columns of a register among the choices.
const CELL: usize = 9;
/// Behind the task that had the last turn.
const RAN_LAST: &str = ", ran last";
/// Where memory, sp and mail stand.
const OTHERS: [usize; 3] = [0, 12, 19];

/// Draws what is asked, what can be chosen, and what helps.
pub(super) fn draw(scene: &Scene<'_>, question: &Question, pen: &mut Pen<'_>) {
    let task = question.who().and_then(|pid| scene.now.tasks.iter().find(|t| t.pid == pid));
    pen.row(0).put(&format!(" {}", asked(question)), Role::Focus);
    match question.asking {
        Asking::Who => tasks(scene, question, pen),
        Asking::Changes => {
            instruction(task, pen);
            changes(question, pen);
        }
        Asking::Value(i) => {
            instruction(task, pen);
            let now = task.map_or(0, |t| t.reg(&scene.now.ram, i.into()));
            pen.row(2).put(&format!(" R{i} holds 0x{now:08X} now"), Role::Dim);
            pen.row(3).put(&format!(" R{i} = "), Role::Label).put(&question.typed, Role::Text).put(" ", Role::Pc);
            pen.row(4).put(" hex such as 0x12, or decimal", Role::Dim);
            pen.row(5).put(" nothing, and Enter, leaves it out", Role::Dim);
        }
        Asking::Flags => {
            instruction(task, pen);
            flags(question, pen);
        }
    }
}

fn asked(question: &Question) -> String {
    let who = question.who().map_or(String::new(), |pid| format!("task {pid}'s turn"));
    match question.asking {
        Asking::Who => "Who takes the next turn?".to_owned(),
        Asking::Changes => format!("What will {who} change?"),
        Asking::Value(i) => format!("What will R{i} hold?"),
        Asking::Flags => "Which flags are set after it?".to_owned(),
    }
}

/// The instruction that the task stands at.
fn instruction(task: Option<&TaskView>, pen: &mut Pen<'_>) {
    let Some(task) = task else { return };
    let row = task.listing.row_at(task.pc).and_then(|i| task.listing.rows.get(i)).filter(|r| r.address == task.pc);
    pen.row(1).put(&format!(" {:04X}  ", task.pc), Role::Dim);
    if let Some(row) = row {
        let room = pen.width().saturating_sub(pen.at() + row.mnemonic.len() + 1);
        let operands = visible(&row.operands).into_owned();
        let ellipsis = pen.symbols().ellipsis;
        pen.put(&row.mnemonic, Role::Opcode).put(" ", Role::Text).put(&fit(&operands, room, ellipsis), Role::Text);
    }
}

fn tasks(scene: &Scene<'_>, question: &Question, pen: &mut Pen<'_>) {
    let room = pen.height().saturating_sub(1);
    let first = super::super::scroll_to(question.cursor, question.could.len(), room);
    for (row, (i, could)) in question.could.iter().enumerate().skip(first).take(room).enumerate() {
        let Some(task) = scene.now.tasks.iter().find(|t| t.pid == could.pid) else { continue };
        pen.row(row + 1).spot(Spot::Row(i));
        cursor(i == question.cursor, pen);
        let ellipsis = pen.symbols().ellipsis;
        pen.right(&could.pid.to_string(), 6, Role::Text).put(" ", Role::Text);
        pen.put(&fit(&visible(&task.name), 10, ellipsis), Role::of_task(could.pid)).col(18);
        let until = task.wait.as_ref().and_then(|w| w.deadline_us);
        let state = until.map_or("ready".to_owned(), |us| format!("until {us}us"));
        pen.put(&state, Role::Text);
        if scene.now.last == Some(could.pid) && pen.at() + RAN_LAST.len() <= pen.width() {
            pen.put(RAN_LAST, Role::Dim);
        }
    }
}

/// The mark in front of the choice the cursor is on.
fn cursor(here: bool, pen: &mut Pen<'_>) {
    let pc = pen.symbols().pc;
    pen.put(if here { pc } else { " " }, if here { Role::Pc } else { Role::Text });
}

fn choice(name: &str, ticked: bool, here: bool, pen: &mut Pen<'_>) {
    cursor(here, pen);
    let (mark, role) = if ticked { ("[x] ", Role::Focus) } else { ("[ ] ", Role::Text) };
    pen.put(mark, role).put(name, role);
}

fn changes(question: &Question, pen: &mut Pen<'_>) {
    for i in 0..Changes::COUNT {
        let (row, column) = if i < MEMORY { (i / 4, i % 4 * CELL) } else { (4, OTHERS[i - MEMORY]) };
        pen.row(row + 2).col(column);
        choice(&Changes::name(i), question.changes.has(i), i == question.cursor, pen);
        pen.spot_from(column, Spot::Row(i));
    }
    pen.row(7).put(" memory: a word outside of its R0-R15", Role::Dim);
    pen.row(8).put(" mail: a message sent or received", Role::Dim);
}

fn flags(question: &Question, pen: &mut Pen<'_>) {
    for (i, name) in FLAG_LETTERS.chars().enumerate() {
        pen.row(3).col(i * CELL);
        choice(name.encode_utf8(&mut [0; 4]), question.psw >> i & 1 != 0, i == question.cursor, pen);
        pen.spot_from(i * CELL, Spot::Row(i));
    }
    pen.row(4).put(" ticked as they are now", Role::Dim);
}
