//! THE table of keys: screen actions, and keys for commands. Key handling, the hint line, the help
//! screen and docs/keys.md are loops over it.

use super::view::PaneId;

/// What only a screen can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Run, or stop a run.
    RunOrPause,
    /// Stop a run; twice in a row leave.
    Interrupt,
    /// Select the next or previous task.
    Select(i8),
    /// Select a task by count, or the one before.
    SelectPid,
    /// Go to the next or previous pane.
    Focus(i8),
    /// Go to the pane of a number.
    FocusPane(u8),
    /// One pane fills the screen, or no longer.
    Zoom,
    /// The next format of numbers or code.
    Format,
    /// Open what the cursor is on.
    Open,
    /// Set or remove a breakpoint under the cursor.
    Breakpoint,
    /// Remove the stop under the cursor.
    Delete,
    /// Switch the stop under the cursor on or off.
    Enable,
    /// Show empty mailboxes, or not.
    AllBoxes,
    /// Move the cursor by rows.
    Move(i8),
    /// Move it by pages; halves are ±1, wholes ±2.
    Page(i8),
    /// To the start or the end.
    Edge(bool),
    /// Back to the natural place: the pc, the newest row.
    Follow,
    /// Open the command line.
    Prompt,
    /// Open the help.
    Help,
    /// Draw everything anew.
    Redraw,
    /// Suspend the process.
    Suspend,
    /// Leave.
    Quit,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// A screen action.
    Act(Action),
    /// A command line. `{n}` is the count or 1, `{n?}` the count or nothing, `{pid}` the selected
    /// task.
    Command(&'static str),
}

/// When a key means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Always.
    Everywhere,
    /// While this pane has the focus; comes before what holds everywhere.
    In(PaneId),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The keys, by name.
    pub keys: &'static [&'static str],
    /// Where they hold.
    pub place: Place,
    /// What they do.
    pub does: Does,
    /// A word or two for the hint line; empty keeps it out of there.
    pub hint: &'static str,
    /// A sentence for help and docs.
    pub help: &'static str,
}

const fn row(keys: &'static [&'static str], does: Does, hint: &'static str, help: &'static str) -> Row {
    Row { keys, place: Place::Everywhere, does, hint, help }
}

const fn at(place: PaneId, keys: &'static [&'static str], does: Does, hint: &'static str, help: &'static str) -> Row {
    Row { keys, place: Place::In(place), does, hint, help }
}

use Does::{Act, Command};

/// THE table of keys. Rows that stand first are hinted first.
pub const KEYS: &[Row] = &[
    at(PaneId::Stops, &["d", "Delete"], Act(Action::Delete), "delete", "Remove the stop under the cursor."),
    at(PaneId::Stops, &["o"], Act(Action::Enable), "on/off", "Switch the stop under the cursor on or off."),
    row(&["s", "F11"], Command("step {n}"), "turn", "Take a turn of the machine (with a count: so many)."),
    row(
        &["S"],
        Command("step {n} -p {pid}"),
        "turn of the task",
        "Take a turn of the selected task while the others stand still.",
    ),
    row(&["r"], Command("round {n}"), "round", "Take a round: each ready task gets its quantum."),
    row(
        &["c", "F5"],
        Command("run {n?}"),
        "run",
        "Run until something stops it (with a count: at most so many turns).",
    ),
    row(&["Space", "F6"], Act(Action::RunOrPause), "run/pause", "Run, or stop the run."),
    row(
        &["b", "F9"],
        Act(Action::Breakpoint),
        "stop here",
        "Set a breakpoint at the cursor of the code pane or at the selected task's pc, or remove it.",
    ),
    row(&["Tab"], Act(Action::Focus(1)), "pane", "Go to the next pane; after a number to the pane of that number."),
    row(&[":"], Act(Action::Prompt), "command", "Open the command line; help lists all commands."),
    row(&["?", "F1"], Act(Action::Help), "help", "Show this help."),
    row(&["q"], Act(Action::Quit), "quit", "Leave."),
    row(&["Shift-Tab"], Act(Action::Focus(-1)), "", "Go to the previous pane."),
    row(&["Alt-1"], Act(Action::FocusPane(1)), "", "Go to pane 1, tasks."),
    row(&["Alt-2"], Act(Action::FocusPane(2)), "", "Go to pane 2, windows."),
    row(&["Alt-3"], Act(Action::FocusPane(3)), "", "Go to pane 3, code."),
    row(&["Alt-4"], Act(Action::FocusPane(4)), "", "Go to pane 4, stack."),
    row(&["Alt-5"], Act(Action::FocusPane(5)), "", "Go to pane 5, mailboxes."),
    row(&["Alt-6"], Act(Action::FocusPane(6)), "", "Go to pane 6, trace."),
    row(&["Alt-8"], Act(Action::FocusPane(8)), "", "Go to pane 8, console."),
    row(&["Alt-9"], Act(Action::FocusPane(9)), "", "Go to pane 9, stops."),
    row(&["}"], Act(Action::Select(1)), "next task", "Select the next task."),
    row(&["{"], Act(Action::Select(-1)), "", "Select the previous task."),
    row(&["p"], Act(Action::SelectPid), "", "Select a task by pid (3p), or the one selected before."),
    row(
        &["%"],
        Act(Action::Format),
        "format",
        "Next format: numbers as hex, signed, unsigned, f16, text; code as asm, source, both.",
    ),
    row(&["z"], Act(Action::Zoom), "zoom", "Let the pane fill the screen, or put it back."),
    row(
        &["Enter"],
        Act(Action::Open),
        "",
        "Open what the cursor is on: a task, a stack in memory, a trace entry's task.",
    ),
    row(&["A"], Act(Action::AllBoxes), "", "Show empty mailboxes too, or hide them."),
    row(&["+"], Command("clock rate double"), "", "Double the rate of a run."),
    row(&["-"], Command("clock rate half"), "", "Halve the rate; from full speed to a million turns a second."),
    row(&["0"], Command("clock rate max"), "", "Full speed (when no count is being typed)."),
    row(&["j", "Down"], Act(Action::Move(1)), "", "Down a row."),
    row(&["k", "Up"], Act(Action::Move(-1)), "", "Up a row."),
    row(&["Ctrl-D"], Act(Action::Page(1)), "", "Down half a page."),
    row(&["Ctrl-U"], Act(Action::Page(-1)), "", "Up half a page."),
    row(&["PgDn", "Ctrl-F"], Act(Action::Page(2)), "", "Down a page."),
    row(&["PgUp", "Ctrl-B"], Act(Action::Page(-2)), "", "Up a page."),
    row(&["gg", "Home"], Act(Action::Edge(false)), "", "To the first row."),
    row(&["G", "End"], Act(Action::Edge(true)), "", "To the last row."),
    row(&["Esc"], Act(Action::Follow), "", "Back to the pc or the newest row; drops a count."),
    row(&["Ctrl-C"], Act(Action::Interrupt), "", "Stop the run; twice in a row leave."),
    row(&["Ctrl-L"], Act(Action::Redraw), "", "Draw the screen anew."),
    row(&["Ctrl-Z"], Act(Action::Suspend), "", "Suspend; fg brings it back."),
];

/// What a key does in a pane.
#[must_use]
pub fn find(key: &str, focus: PaneId) -> Option<Does> {
    let here = KEYS.iter().filter(|r| r.keys.contains(&key));
    let mut here: Vec<&Row> = here.filter(|r| r.place == Place::Everywhere || r.place == Place::In(focus)).collect();
    here.sort_by_key(|r| r.place == Place::Everywhere);
    here.first().map(|r| r.does)
}

/// Whether a key begins a longer one.
#[must_use]
pub fn is_prefix(keys: &str) -> bool {
    KEYS.iter().flat_map(|r| r.keys).any(|k| {
        k.len() > keys.len() && k.starts_with(keys) && keys.len() == 1 && k.chars().all(|c| c.is_ascii_lowercase())
    })
}

/// The help screen's rows for so many columns: keys and sentences, headings with empty keys.
#[must_use]
pub fn help(width: u16) -> Vec<(String, String)> {
    let room = usize::from(width.saturating_sub(4).min(96)).saturating_sub(26).max(10);
    rows().into_iter().flat_map(|(keys, sentence)| wrap(keys, &sentence, room)).collect()
}

/// A row as several, each of whose sentences fits. Long keys get a row of their own.
fn wrap(keys: String, sentence: &str, room: usize) -> Vec<(String, String)> {
    if keys.is_empty() {
        return vec![(keys, sentence.to_owned())];
    }
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let own_row = keys.chars().count() > 21;
    let first = own_row.then(|| (keys.clone(), String::new()));
    let rest = lines.into_iter().enumerate().map(|(i, line)| {
        let key = if i == 0 && !own_row { keys.clone() } else { " ".to_owned() };
        (key, line)
    });
    first.into_iter().chain(rest).collect()
}

fn rows() -> Vec<(String, String)> {
    let mut rows = vec![(String::new(), "Keys; a number before a key is a count".to_owned())];
    for row in KEYS {
        let place = match row.place {
            Place::Everywhere => String::new(),
            Place::In(id) => format!(" ({} pane)", super::pane::pane(id).name),
        };
        rows.push((row.keys.join(" "), format!("{}{place}", row.help)));
    }
    rows.push((String::new(), String::new()));
    rows.push((String::new(), "Panes".to_owned()));
    rows.extend(super::pane::PANES.iter().map(|p| (format!("{} {}", p.number, p.name), p.about.to_owned())));
    rows.push((String::new(), String::new()));
    rows.push((String::new(), "Commands, after a colon".to_owned()));
    rows.extend(crate::command::COMMANDS.iter().map(|c| (format!("{} {}", c.name, c.args), c.help.to_owned())));
    rows
}

/// docs/keys.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Keys\n\nGenerated from the table of keys. A number before a key is a count: `20s` takes 20 turns.\n\n| keys | what they do |\n|---|---|\n",
    );
    for row in KEYS {
        let keys: Vec<String> = row.keys.iter().map(|k| format!("`{k}`")).collect();
        let place = match row.place {
            Place::Everywhere => String::new(),
            Place::In(id) => format!("In the {} pane: ", super::pane::pane(id).name),
        };
        out.push_str(&format!("| {} | {place}{} |\n", keys.join(" "), row.help));
    }
    out.push_str("\n## Panes\n\n| number | name | what it shows |\n|--:|---|---|\n");
    for p in super::pane::PANES {
        out.push_str(&format!("| {} | {} | {} |\n", p.number, p.name, p.about));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let mut seen = std::collections::BTreeSet::new();
        for row in KEYS {
            for key in row.keys {
                assert!(seen.insert((format!("{:?}", row.place), key)), "{key} twice in {:?}", row.place);
            }
        }
    }

    #[test]
    fn a_panes_own_key_comes_first() {
        assert_eq!(find("d", PaneId::Stops), Some(Act(Action::Delete)));
        assert_eq!(find("d", PaneId::Code), None);
        assert!(is_prefix("g") && !is_prefix("s"));
    }

    #[test]
    fn every_key_command_is_in_the_command_table() {
        for row in KEYS {
            if let Command(line) = row.does {
                let name = line.split(' ').next().expect("not empty");
                assert_eq!(crate::command::find(name).len(), 1, "{line}");
            }
        }
    }
}
