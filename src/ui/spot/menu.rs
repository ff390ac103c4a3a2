//! Menus: what can be done with a thing.

use super::Spot;
use crate::backend::Snapshot;
use crate::ui::action::{Action, KeyEffect};
use crate::ui::pane::PaneId;
use crate::ui::view::Choice;
use std::borrow::Cow;

/// The title and the choices of what can be done with a thing.
#[must_use]
pub fn menu(spot: Spot, now: &Snapshot) -> (String, Vec<Choice>) {
    let choice = |label: &str, does: KeyEffect| Choice { label: label.to_owned(), about: String::new(), does };
    let act = |label: &str, action: Action| choice(label, KeyEffect::Act(action));
    let ask = |label: &str, what: &str, line: String| {
        choice(label, KeyEffect::Ask(Cow::Owned(what.to_owned()), Cow::Owned(line)))
    };
    match spot {
        Spot::Task(pid) => (
            format!("task {pid}"),
            vec![
                choice("take a turn of it alone", KeyEffect::command(format!("step 1 -p {pid}"))),
                choice("back to its previous turn", KeyEffect::command(format!("back -p {pid}"))),
                act("show its code", Action::FocusPane(PaneId::Code)),
                act("show its registers", Action::FocusPane(PaneId::Windows)),
                choice("everything about it", KeyEffect::command(format!("info {pid}"))),
                choice("pause it", KeyEffect::command(format!("pause {pid}"))),
                choice("let it continue", KeyEffect::command(format!("resume {pid}"))),
                act("change its quantum", Action::Edit),
                ask("change its flags", "flags, such as ZC or -", format!("reg {pid} psw {{}}")),
                choice("load it again", KeyEffect::command(format!("reload {pid}"))),
                choice("remove it", KeyEffect::command(format!("kill {pid}"))),
            ],
        ),
        Spot::Register(pid, i) => (
            format!("R{i} of {pid}"),
            vec![
                act("change it", Action::Edit),
                act("show it in memory", Action::Open),
                act("stop when it changes", Action::Breakpoint),
                choice("stop when it is read", KeyEffect::command(format!("rwatch r{i} -p {pid}"))),
                ask("change the flags", "flags, such as ZC or -", format!("reg {pid} psw {{}}")),
                act("who wrote it last", Action::Written(false)),
                act("who writes it next", Action::Written(true)),
                act("copy its value", Action::Copy),
                act("next number format", Action::Format),
            ],
        ),
        Spot::Byte(pid, address) => (
            format!("address {address:04X}"),
            vec![
                act("change bytes from here on", Action::Edit),
                act("follow the word here as a pointer", Action::Open),
                act("stop when it changes", Action::Breakpoint),
                choice("stop when it is read", KeyEffect::command(format!("rwatch b[0x{address:X}] -p {pid}"))),
                choice("stop when it is written", KeyEffect::command(format!("watch -w b[0x{address:X}] -p {pid}"))),
                act("who wrote it last", Action::Written(false)),
                act("who writes it next", Action::Written(true)),
                act("copy the address", Action::Copy),
                act("next format", Action::Format),
            ],
        ),
        Spot::Code(pid, _, pc) => (
            format!("{pid} at {pc:04X}"),
            vec![
                act("stop here, or no longer", Action::Breakpoint),
                act("run until here", Action::Until(false)),
                act("follow the jump or call", Action::Open),
                act("copy the address", Action::Copy),
                act("assembly, source or both", Action::Format),
                choice("set the pc here", KeyEffect::command(format!("reg {pid} pc 0x{pc:X}"))),
            ],
        ),
        Spot::Box(_, id) => (
            now.mailboxes.iter().find(|b| b.descriptor == id).map_or(String::new(), |b| b.name.clone()),
            vec![
                act("send a message to it", Action::Edit),
                act("copy its name", Action::Copy),
                act("messages as hex, words or text", Action::Format),
                act("show empty boxes, or hide them", Action::AllBoxes),
            ],
        ),
        Spot::Stop(_, number) => (
            format!("stop {number}"),
            vec![
                act("stop only if ...", Action::Edit),
                act("switch it on or off", Action::Enable),
                act("remove it", Action::Delete),
                act("show its code", Action::Open),
            ],
        ),
        Spot::Row(_) => (
            "this row".to_owned(),
            vec![
                act("open it", Action::Open),
                act("copy it", Action::Copy),
                act("copy the pane", Action::CopyPane),
                act("search the pane", Action::Search),
                act("filter the pane", Action::Filter),
            ],
        ),
        Spot::Turn(turn) => (
            format!("turn {turn}"),
            vec![
                choice("go there", KeyEffect::command(format!("goto {turn}"))),
                act("name this turn", Action::Mark(true)),
                act("what happened before", Action::Happened(false)),
                act("what happens next", Action::Happened(true)),
                act("wider columns", Action::Scale(1)),
                act("narrower columns", Action::Scale(-1)),
            ],
        ),
        Spot::Sort(_) => ("the list".to_owned(), vec![act("sort by the next column", Action::Sort)]),
    }
}
