//! 25: other machines beside this one: what the run would have moved on each, and which words travel in the next switch.

use super::list::{head, moved};
use super::{Here, Unit};
use crate::backend::answer::{MachineCounted, MachinesCounted, Moves};
use crate::command::{break_even, machines_summary};
use crate::ui::format::{count, fit, short_count, wrapped};
use crate::ui::pen::Pen;
use crate::ui::spot::Spot;
use crate::ui::theme::Role;

/// The row of the table.
pub(super) const UNIT: Unit = Unit { want: |_, _, want| want.machines = true, title, info, rows, draw, ..Unit::LIST };

/// Columns of names.
const NAME: usize = 18;
/// Columns from which more words are drawn one by one, and how many are below and from there on.
const BOXES: (usize, [u64; 2]) = (100, [8, 16]);

fn all<'s>(here: &Here<'s>) -> Option<&'s MachinesCounted> {
    here.now.machines.as_deref()
}

fn rows(here: &Here<'_>) -> usize {
    all(here).map_or(0, |found| found.machines.len())
}

/// The switch that comes next, between two tasks.
fn title(here: &Here<'_>, _: usize) -> String {
    match all(here).map(|found| (found.last, found.next)) {
        Some((Some(from), Some(to))) => format!("from {from} to {to}"),
        _ => String::new(),
    }
}

fn info(here: &Here<'_>) -> String {
    let half = here.view.half == Some(here.now.turn);
    (if half { "s next machine" } else { "" }).to_owned()
}

/// A column of the table: its heading, its width, what it says.
type Column = (&'static str, usize, fn(&MachineCounted) -> u64);

const COLUMNS: [Column; 5] = [
    ("accesses", 12, |machine| machine.sums.accesses),
    ("words moved", 12, |machine| machine.sums.words_out + machine.sums.words_in),
    ("registers", 12, |machine| machine.sums.register_accesses),
    ("bytes", 14, |machine| machine.sums.bytes),
    ("cycles", 12, |machine| machine.sums.cycles.unwrap_or(0)),
];

fn draw(here: &Here<'_>, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let Some(found) = all(here) else {
        pen.row(0).put(&fit(" counted when the machine stands", width, ellipsis), Role::Dim);
        return;
    };
    pen.row(0).put(&fit(&format!(" {}", machines_summary(found)), width, ellipsis), Role::Text);
    headings(pen);
    let chosen = moved(here.state.cursor, 0, found.machines.len());
    // The words of one machine come first where room is short.
    let room = found.machines.len().min(pen.height().saturating_sub(2 + 5).max(1));
    let first = head(here, found.machines.len(), room).min(chosen).max((chosen + 1).saturating_sub(room));
    for (row, (i, machine)) in found.machines.iter().enumerate().skip(first).take(room).enumerate() {
        pen.row(2 + row).spot(Spot::Row(i));
        line(machine, i == chosen, pen);
    }
    detail(found, &found.machines[chosen], 2 + room, pen);
}

/// Where each column ends, as many as there is room for.
fn ends(width: usize) -> impl Iterator<Item = (usize, Column)> {
    let mut end = NAME + 10;
    COLUMNS.into_iter().map_while(move |column| {
        end += column.1;
        (end <= width).then_some((end, column))
    })
}

fn headings(pen: &mut Pen<'_>) {
    pen.row(1).right("a switch", NAME + 10, Role::Head);
    for (end, (name, ..)) in ends(pen.width()) {
        pen.right(name, end, Role::Head);
    }
}

fn line(machine: &MachineCounted, chosen: bool, pen: &mut Pen<'_>) {
    if chosen {
        pen.highlight(Role::Selection);
    }
    let role = |plain: Role| if chosen { Role::Selection } else { plain };
    let [out, back] = machine.next_switch;
    pen.col(1).put(machine.title, role(Role::Label));
    pen.right(&format!("{out}+{back}"), NAME + 10, role(Role::Text));
    for (end, (name, room, number)) in ends(pen.width()) {
        let undocumented = name == "cycles" && machine.sums.cycles.is_none();
        let n = number(machine);
        let text = Some(count(n)).filter(|text| text.len() < room).unwrap_or_else(|| short_count(n, room - 1));
        pen.right(if undocumented { "-" } else { &text }, end, role(Role::Text));
    }
}

/// Which words travel, and where they lie.
fn detail(found: &MachinesCounted, machine: &MachineCounted, top: usize, pen: &mut Pen<'_>) {
    let (width, ellipsis) = (pen.width(), pen.symbols().ellipsis);
    let mut row = top + usize::from(pen.height() > top + machine.moves.len() + 5);
    let sets = format!(" {} sets {}", machine.title, machine.sets.join(", "));
    let none = if machine.moves.is_empty() { ", and moves no word" } else { "" };
    pen.row(row).put(&fit(&(sets + none), width, ellipsis), Role::Text);
    for moves in &machine.moves {
        row += 1;
        travels(moves, pen.row(row));
    }
    let said = break_even(found, machine).into_iter().chain([
        format!("assumed: {}", machine.assumes),
        machine.cycles_of.map_or_else(String::new, |of| format!("cycles: {of}")),
        format!("source: {}", machine.source),
    ]);
    let said: Vec<String> = said.filter(|text| !text.is_empty()).collect();
    for line in said.iter().flat_map(|text| wrapped(text, width.saturating_sub(2), ["", "  "])) {
        row += 1;
        if row < pen.height() {
            pen.row(row).col(1).put(&line, Role::Dim);
        }
    }
}

/// A row for words that are moved together: how many, boxes for them, which, and where they lie.
fn travels(moves: &Moves, pen: &mut Pen<'_>) {
    let symbols = pen.symbols();
    let role = if moves.next_switch > 0 { Role::Changed } else { Role::Dim };
    let number = if moves.next_switch > 0 { moves.next_switch } else { moves.words };
    pen.col(1).put(moves.toward, Role::Label).right(&count(number), 11, role).col(12);
    let most = BOXES.1[usize::from(pen.width() >= BOXES.0)];
    let boxes = symbols.bar[if moves.next_switch > 0 { 2 } else { 1 }].repeat(number.min(most) as usize);
    pen.put(&boxes, role).put(if number > most { symbols.ellipsis } else { "" }, role).col(12 + most as usize + 2);
    let place = match moves.at {
        Some([start, end]) => format!("{start:04X}..{:04X}, {}", end - 1, moves.place),
        None => moves.place.to_owned(),
    };
    let when = if moves.next_switch > 0 { String::new() } else { format!(", at {}", moves.per) };
    let room = pen.width().saturating_sub(pen.at());
    let text = format!("{} {} {place}, {}{when}", moves.what, symbols.becomes, moves.by);
    pen.put(&fit(&text, room, symbols.ellipsis), Role::Text);
}
