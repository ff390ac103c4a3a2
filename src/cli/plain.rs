//! `--plain`: the same commands line by line, for screen readers, pipes and terminals that cannot
//! move a cursor. Each stop is told in sentences; `show PANE` tells what a pane shows.

use super::open::Opened;
use super::{print, unusable};
use crate::command::{self, Word, sentence, stop_line};
use crate::target::{Local, Snapshot, Want};
use crate::ui::pane::{PANES, Pane};
use crate::ui::{App, visible, visible_lines};
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

/// Reads commands until there are no more.
pub(super) fn run(mut opened: Opened, mut app: App) -> ExitCode {
    let asked = io::stdin().is_terminal();
    let now = opened.target.look(&Want::default());
    app.resize((200, 60));
    let mut out = format!("{} {}\n", visible(&now.title), where_it_stands(&opened.target, &now));
    if asked {
        out += "help lists all commands, show PANE tells what a pane shows, quit leaves.\n";
    }
    for line in std::iter::once(Ok(String::new())).chain(io::stdin().lock().lines()) {
        match line {
            Ok(line) => match carry_out(&mut opened, &mut app, &line) {
                Some(text) => out += &text,
                None => return print(out.as_bytes()),
            },
            Err(e) => return unusable(&e),
        }
        if asked {
            out += "hsxray> ";
        }
        let code = print(out.as_bytes());
        if code != ExitCode::SUCCESS || io::stdout().flush().is_err() {
            return code;
        }
        out.clear();
    }
    ExitCode::SUCCESS
}

/// The answers of a line; `None` once it asks to leave.
fn carry_out(opened: &mut Opened, app: &mut App, line: &str) -> Option<String> {
    let commands = match command::split(line) {
        Ok(commands) => commands,
        Err(e) => return Some(told(&e, line)),
    };
    let mut out = String::new();
    if !line.trim().is_empty() {
        tracing::info!("command: {}", visible(line));
    }
    for words in commands {
        if let Some(text) = show(opened, app, &words) {
            out += &text;
            continue;
        }
        match command::execute(&mut opened.target, app.view.selected, words) {
            Ok(reply) if reply.quit => return None,
            Ok(reply) if reply.started => {
                opened.scenario.finish(&mut opened.target);
                let now = opened.target.look(&Want::default());
                tracing::info!("{}", visible(&stop_line(&opened.target)));
                out += &format!(
                    "{}. {}\n",
                    visible_lines(&stop_line(&opened.target)),
                    where_it_stands(&opened.target, &now)
                );
            }
            Ok(reply) if reply.text.is_empty() => {}
            Ok(reply) => out += &format!("{}\n", visible_lines(&reply.text)),
            Err(e) => out += &told(&e, line),
        }
    }
    Some(out)
}

/// An error in words, with the place in words, too.
fn told(error: &command::CommandError, line: &str) -> String {
    let rest = error.column.map(|c| line.chars().skip(c).take(30).collect::<String>()).filter(|r| !r.is_empty());
    let place = rest.map_or(String::new(), |r| format!(", at: {}", visible(&r)));
    format!("Error: {}{place}\n", visible_lines(&error.to_string()))
}

/// `show PANE`: what a pane shows, line by line.
fn show(opened: &mut Opened, app: &mut App, words: &[Word]) -> Option<String> {
    let [verb, name] = words else { return None };
    if verb.text != "show" {
        return None;
    }
    let named = |p: &&Pane| p.name == name.text || p.number.to_string() == name.text;
    let Some(pane) = PANES.iter().find(named) else {
        let names: Vec<&str> = PANES.iter().map(|p| p.name).collect();
        return Some(format!("Error: there is no pane {}: {} are there\n", visible(&name.text), names.join(", ")));
    };
    let now = opened.target.look(&Want::default());
    app.look(&now);
    let lines = app.pane_lines(pane.id, &now);
    Some(format!("Pane {}, {}: {}\n{}", pane.number, pane.name, pane.about, lines.concat()))
}

/// Who stands where, and who is next.
fn where_it_stands(target: &Local, now: &Snapshot) -> String {
    let task = now.next.and_then(|pid| now.tasks.iter().find(|t| t.pid == pid));
    let next = match task {
        Some(t) => format!("Next: task {}, {}, at {:04X}.", t.pid, visible(&t.name), t.pc),
        None => "Nobody is next.".into(),
    };
    match now.turn {
        0 => format!("{} {next}", sentence(target.session().status())),
        turn => format!("Turn {turn}. {next}"),
    }
}
