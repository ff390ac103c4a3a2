//! What keys do to the view, and what they ask of the machine. No terminal, no clock.

use super::action::{self, Action, Does};
use super::layout::{layout, page};
use super::overlay::help_page;
use super::pane::{self, MEMORY_ROW, PANES};
use super::prompt::{Edited, History};
use super::theme::Theme;
use super::view::{CodeFormat, NumberFormat, Overlay, PaneId, PaneState, Prompt, Scene, Tone, View};
use crate::target::{Pid, Snapshot, Status};

/// Lines of the log that are kept.
const LOG: usize = 2000;
/// Longest count.
const COUNT_DIGITS: usize = 12;

/// What is to be done outside the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Carry out a command line.
    Command(String),
    /// Stop the run.
    Pause,
    /// Find completions for the prompt.
    Complete,
    /// Draw everything anew.
    Redraw,
    /// Suspend the process.
    Suspend,
    /// Leave.
    Quit,
}

/// The state of the screen.
#[derive(Debug, Clone)]
pub struct App {
    /// What the user looks at.
    pub view: View,
    history: History,
    before: Option<Pid>,
    interrupted: bool,
    status: Option<(Status, u64)>,
}

impl App {
    /// A screen of so many columns and rows.
    #[must_use]
    pub fn new(size: (u16, u16)) -> App {
        let view = View { size, help: action::help(size.0), message: WELCOME.to_owned(), ..View::default() };
        App { view, history: History::default(), before: None, interrupted: false, status: None }
    }

    /// Takes in a new picture: keeps the selection on a task, the pc in sight and the hints true.
    pub fn look(&mut self, now: &Snapshot) {
        let there = |pid: Option<Pid>| pid.is_some_and(|pid| now.tasks.iter().any(|t| t.pid == pid));
        if !there(self.view.selected) {
            self.view.selected = now.tasks.first().map(|t| t.pid);
        }
        let status = (now.status.clone(), now.turn);
        if self.status.as_ref() != Some(&status) {
            self.follow_stop(&now.status);
            self.status = Some(status);
        }
        let height = page(&self.view, PaneId::Code);
        let theme = Theme::default();
        let scene = Scene { now, view: &self.view, theme: &theme };
        self.view.code_top = pane::code_first_row(&scene, height, self.view.code_top);
        self.view.hints = self.hints(now);
    }

    /// A task that was stopped for something is the one to look at.
    fn follow_stop(&mut self, status: &Status) {
        match status {
            Status::Breakpoint { pid, .. } | Status::Break { pid, .. } | Status::Fault { pid, .. } => {
                self.select(*pid);
                self.view.panes.remove(&PaneId::Code);
            }
            _ => {}
        }
    }

    /// The answer of a command: its first line below, all of it in the log.
    pub fn answer(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.view.tone = Tone::Info;
        let lines: Vec<&str> = text.lines().collect();
        self.view.message = match lines[..] {
            [one] => one.to_owned(),
            [first, ..] => format!("{first}  ({} lines more in pane 16)", lines.len() - 1),
            [] => String::new(),
        };
        self.view.log.extend(lines.into_iter().map(str::to_owned));
        if text.lines().count() > 1 {
            self.focus(PaneId::Log);
        }
        self.trim_log();
    }

    /// A command that failed; the place in its line is marked.
    pub fn fail(&mut self, message: &str, line: &str, column: Option<usize>) {
        self.view.tone = Tone::Error;
        self.view.message = message.to_owned();
        if let Some(column) = column {
            self.view.log.push(line.to_owned());
            self.view.log.push(format!("{:column$}^ {message}", ""));
            let rest: String = line.chars().skip(column).take(24).collect();
            if !rest.is_empty() {
                self.view.message = format!("{message}  [at: {rest}]");
            }
        } else {
            self.view.log.push(message.to_owned());
        }
        self.trim_log();
    }

    fn trim_log(&mut self) {
        let extra = self.view.log.len().saturating_sub(LOG);
        self.view.log.drain(..extra);
    }

    /// Completions for the prompt, as they were asked for.
    pub fn complete(&mut self, found: Vec<(String, String)>) {
        if let Overlay::Prompt(prompt) = &mut self.view.overlay {
            prompt.offer(found);
        }
    }

    /// Pasted text goes into the prompt and nowhere else.
    pub fn paste(&mut self, text: &str) {
        if let Overlay::Prompt(prompt) = &mut self.view.overlay {
            prompt.insert(text);
        }
    }

    /// The screen has another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.view.size = size;
        self.view.help = action::help(size.0);
    }

    /// Handles a key by name.
    pub fn key(&mut self, key: &str, now: &Snapshot) -> Vec<Effect> {
        let interrupted = std::mem::take(&mut self.interrupted);
        match &mut self.view.overlay {
            Overlay::Prompt(_) => return self.prompt_key(key),
            Overlay::Help { .. } if key != "Ctrl-C" => {
                self.help_key(key);
                return Vec::new();
            }
            _ => {}
        }
        if self.count_key(key) {
            return Vec::new();
        }
        let prefix = self.view.pending.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
        let full = format!("{prefix}{key}");
        if prefix.is_empty() && action::is_prefix(key) && action::find(key, self.view.focus).is_none() {
            self.view.pending.push_str(key);
            return Vec::new();
        }
        let count = self.view.pending.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
        self.view.pending.clear();
        match action::find(&full, self.view.focus) {
            Some(Does::Command(template)) => self.template(template, count),
            Some(Does::Act(action)) => self.act(action, count, now, interrupted),
            None => {
                self.view.tone = Tone::Info;
                self.view.message = format!("{full} does nothing here; ? lists the keys");
                Vec::new()
            }
        }
    }

    /// A digit of a count; a zero starts none.
    fn count_key(&mut self, key: &str) -> bool {
        let digit = key.len() == 1 && key.chars().all(|c| c.is_ascii_digit());
        let fits = self.view.pending.len() < COUNT_DIGITS && self.view.pending.chars().all(|c| c.is_ascii_digit());
        let count = digit && fits && !(key == "0" && self.view.pending.is_empty());
        if count {
            self.view.pending.push_str(key);
        }
        count
    }

    fn template(&mut self, template: &str, count: Option<u64>) -> Vec<Effect> {
        let Some(pid) = self.view.selected.or((!template.contains("{pid}")).then_some(0)) else {
            self.fail("no task is selected", "", None);
            return Vec::new();
        };
        let optional = count.map_or(String::new(), |n| n.to_string());
        let line = template.replace("{n}", &count.unwrap_or(1).to_string()).replace("{n?}", &optional);
        vec![Effect::Command(line.replace("{pid}", &pid.to_string()).trim().to_owned())]
    }

    fn prompt_key(&mut self, key: &str) -> Vec<Effect> {
        let Overlay::Prompt(prompt) = &mut self.view.overlay else { return Vec::new() };
        match prompt.key(key, &self.history) {
            Edited::Done => Vec::new(),
            Edited::Complete => vec![Effect::Complete],
            Edited::Leave => {
                self.view.overlay = Overlay::None;
                Vec::new()
            }
            Edited::Enter(line) => {
                self.view.overlay = Overlay::None;
                if line.trim().is_empty() {
                    return Vec::new();
                }
                self.history.push(&line);
                self.view.log.push(format!("> {line}"));
                vec![Effect::Command(line)]
            }
        }
    }

    fn help_key(&mut self, key: &str) {
        let Overlay::Help { scroll } = &mut self.view.overlay else { return };
        let page = help_page(self.view.size);
        let last = self.view.help.len().saturating_sub(page);
        *scroll = match key {
            "Down" | "j" => *scroll + 1,
            "Up" | "k" => scroll.saturating_sub(1),
            "PgDn" | "Space" | "Ctrl-D" | "Ctrl-F" => *scroll + page,
            "PgUp" | "Ctrl-U" | "Ctrl-B" => scroll.saturating_sub(page),
            "Home" => 0,
            "End" | "G" => last,
            "Esc" | "q" | "?" | "F1" | "Enter" => {
                self.view.overlay = Overlay::None;
                return;
            }
            _ => *scroll,
        }
        .min(last);
    }

    fn act(&mut self, action: Action, count: Option<u64>, now: &Snapshot, interrupted: bool) -> Vec<Effect> {
        let running = now.status == Status::Running;
        match action {
            Action::RunOrPause if running => return vec![Effect::Pause],
            Action::RunOrPause => return vec![Effect::Command("run".into())],
            Action::Interrupt if interrupted => return vec![Effect::Quit],
            Action::Interrupt => {
                self.interrupted = true;
                self.view.message = "Ctrl-C once more leaves".into();
                return if running { vec![Effect::Pause] } else { Vec::new() };
            }
            Action::Quit => return vec![Effect::Quit],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Breakpoint => return self.breakpoint(now),
            Action::Delete | Action::Enable => return self.change_stop(action, now),
            Action::Select(by) => self.select_by(by, now),
            Action::SelectPid => self.select_pid(count, now),
            Action::Focus(by) => match count.and_then(|n| PANES.iter().find(|p| u64::from(p.number) == n)) {
                Some(pane) => self.focus(pane.id),
                None => self.focus_by(by),
            },
            Action::FocusPane(number) => {
                if let Some(pane) = PANES.iter().find(|p| p.number == number) {
                    self.focus(pane.id);
                }
            }
            Action::Zoom => self.view.zoom = !self.view.zoom,
            Action::Format => self.next_format(),
            Action::Open => self.open(now),
            Action::AllBoxes => self.view.all_boxes = !self.view.all_boxes,
            Action::Move(by) => self.move_by(i64::from(by) * count.unwrap_or(1).min(1 << 20) as i64, now),
            Action::Page(by) => {
                let rows = page(&self.view, self.view.focus).max(2) as i64;
                self.move_by(rows * i64::from(by) / 2, now);
            }
            Action::Edge(end) => self.move_by(if end { i64::MAX / 2 } else { i64::MIN / 2 }, now),
            Action::Follow => {
                self.view.panes.remove(&self.view.focus);
                self.view.message.clear();
            }
            Action::Prompt => self.view.overlay = Overlay::Prompt(Prompt::default()),
            Action::Help => self.view.overlay = Overlay::Help { scroll: 0 },
        }
        Vec::new()
    }

    fn select(&mut self, pid: Pid) {
        if self.view.selected != Some(pid) {
            self.before = self.view.selected;
            self.view.selected = Some(pid);
            self.view.panes.remove(&PaneId::Code);
        }
    }

    fn select_by(&mut self, by: i8, now: &Snapshot) {
        let at = now.tasks.iter().position(|t| Some(t.pid) == self.view.selected).unwrap_or(0);
        let count = now.tasks.len() as isize;
        if count > 0 {
            let next = (at as isize + isize::from(by)).rem_euclid(count) as usize;
            self.select(now.tasks[next].pid);
        }
    }

    fn select_pid(&mut self, count: Option<u64>, now: &Snapshot) {
        let wanted = count.map_or(self.before, |n| Pid::try_from(n).ok());
        match wanted.filter(|pid| now.tasks.iter().any(|t| t.pid == *pid)) {
            Some(pid) => self.select(pid),
            None => self.fail("there is no such task", "", None),
        }
    }

    /// Goes to a pane, which gets the strip if it has no place of its own.
    fn focus(&mut self, id: PaneId) {
        if pane::STRIP.contains(&id) && !layout(&self.view).iter().any(|(shown, _)| *shown == id) {
            self.view.strip = id;
        }
        self.view.focus = id;
    }

    fn focus_by(&mut self, by: i8) {
        let unzoomed = View { zoom: false, ..self.view.clone() };
        let mut shown: Vec<PaneId> = layout(&unzoomed).into_iter().map(|(id, _)| id).collect();
        // On narrow screens Tab goes through all panes, one after the other.
        if shown.len() <= 2 {
            shown = PANES.iter().map(|p| p.id).collect();
        }
        let at = shown.iter().position(|id| *id == self.view.focus).unwrap_or(0);
        let next = (at as isize + isize::from(by)).rem_euclid(shown.len() as isize) as usize;
        self.view.focus = shown[next];
    }

    fn next_format(&mut self) {
        if self.view.focus == PaneId::Code {
            self.view.code = match self.view.code {
                CodeFormat::Asm => CodeFormat::Source,
                CodeFormat::Source => CodeFormat::Mixed,
                CodeFormat::Mixed => CodeFormat::Asm,
            };
            self.view.panes.remove(&PaneId::Code);
        } else {
            self.view.numbers = match self.view.numbers {
                NumberFormat::Hex => NumberFormat::Signed,
                NumberFormat::Signed => NumberFormat::Unsigned,
                NumberFormat::Unsigned => NumberFormat::F16,
                NumberFormat::F16 => NumberFormat::Text,
                NumberFormat::Text => NumberFormat::Hex,
            };
        }
    }

    fn open(&mut self, now: &Snapshot) {
        let task = now.tasks.iter().find(|t| Some(t.pid) == self.view.selected);
        match (self.view.focus, task) {
            (PaneId::Windows, Some(task)) => self.open_memory(task.reg_base),
            (PaneId::Stack, Some(task)) => self.open_memory(task.sp),
            (PaneId::Trace, _) => {
                let entries = &now.trace;
                let at = self.state().filter(|s| s.moved).map_or(entries.len().wrapping_sub(1), |s| s.cursor);
                if let Some(entry) = entries.get(at).filter(|e| now.tasks.iter().any(|t| t.pid == e.pid)) {
                    self.select(entry.pid);
                }
            }
            (PaneId::Tasks, _) => self.focus(PaneId::Code),
            _ => {}
        }
    }

    fn open_memory(&mut self, address: u16) {
        self.view.memory_at = address / MEMORY_ROW as u16 * MEMORY_ROW as u16;
        self.focus(PaneId::Memory);
    }

    fn state(&self) -> Option<PaneState> {
        self.view.panes.get(&self.view.focus).copied()
    }

    /// Moves the cursor of the focused pane; in the task list that is the selection.
    fn move_by(&mut self, by: i64, now: &Snapshot) {
        match self.view.focus {
            PaneId::Tasks | PaneId::Windows | PaneId::Stack => {
                let at = now.tasks.iter().position(|t| Some(t.pid) == self.view.selected).unwrap_or(0) as i64;
                let last = now.tasks.len() as i64 - 1;
                if let Some(task) =
                    usize::try_from((at.saturating_add(by)).clamp(0, last.max(0))).ok().and_then(|i| now.tasks.get(i))
                {
                    self.select(task.pid);
                }
            }
            PaneId::Memory => {
                let row = MEMORY_ROW as i64;
                let most = 0x1_0000 - row;
                let to = i64::from(self.view.memory_at).saturating_add(by.saturating_mul(row)).clamp(0, most);
                self.view.memory_at = to as u16;
            }
            id => self.move_cursor(id, by, now),
        }
    }

    fn move_cursor(&mut self, id: PaneId, by: i64, now: &Snapshot) {
        let theme = Theme::default();
        let scene = Scene { now, view: &self.view, theme: &theme };
        let rows = (pane::pane(id).rows)(&scene) as i64;
        let height = page(&self.view, id).max(1) as i64;
        let newest = matches!(id, PaneId::Trace | PaneId::Console | PaneId::Log);
        let start = match (self.state().filter(|s| s.moved || !newest && id != PaneId::Code), id) {
            (Some(state), _) => state.cursor as i64,
            (None, PaneId::Code) => self.view.code_top as i64 + height / 3,
            (None, _) if newest => rows - 1,
            (None, _) => 0,
        };
        let cursor = start.saturating_add(by).clamp(0, (rows - 1).max(0));
        let scroll = self.state().filter(|s| s.moved).map_or((cursor - height / 2).max(0), |s| s.scroll as i64);
        // Labels take rows of their own in the code pane: keep the cursor well inside.
        let inner = if id == PaneId::Code { (height * 2 / 3).max(1) } else { height };
        let scroll = scroll.clamp((cursor - inner + 1).max(0), cursor);
        let at_end = newest && cursor == rows - 1;
        let state = PaneState { scroll: scroll as usize, cursor: cursor as usize, moved: !at_end };
        self.view.panes.insert(id, state);
    }

    /// Sets a breakpoint at the code pane's cursor or the selected task's pc, or removes it.
    fn breakpoint(&mut self, now: &Snapshot) -> Vec<Effect> {
        let Some(task) = now.tasks.iter().find(|t| Some(t.pid) == self.view.selected) else { return Vec::new() };
        let cursor = self.state().filter(|s| s.moved && self.view.focus == PaneId::Code).map(|s| s.cursor);
        let pc = match cursor {
            Some(line) if self.view.code == CodeFormat::Source => {
                let wanted = |r: &&crate::target::ListingRow| r.source.is_some_and(|(_, l)| l as usize == line + 1);
                task.listing.rows.iter().find(wanted).map(|r| r.address)
            }
            Some(row) => task.listing.rows.get(row).map(|r| r.address),
            None => Some(task.pc),
        };
        let Some(pc) = pc else {
            self.fail("there is no instruction on this line", "", None);
            return Vec::new();
        };
        let same = now.stops.iter().find(|b| b.pc == pc && b.pid == Some(task.pid));
        let line = match same {
            Some(stop) => format!("delete {}", stop.number),
            None => format!("bp set {} 0x{pc:X}", task.pid),
        };
        vec![Effect::Command(line)]
    }

    fn change_stop(&mut self, action: Action, now: &Snapshot) -> Vec<Effect> {
        let at = self.state().map_or(0, |s| s.cursor);
        let Some(stop) = now.stops.get(at) else { return Vec::new() };
        let verb = match (action, stop.enabled) {
            (Action::Delete, _) => "delete",
            (_, true) => "disable",
            (_, false) => "enable",
        };
        vec![Effect::Command(format!("{verb} {}", stop.number))]
    }

    /// The keys worth a hint now.
    fn hints(&self, now: &Snapshot) -> Vec<(String, String)> {
        let running = now.status == Status::Running;
        let useful = |row: &&action::Row| {
            let here = match row.place {
                action::Place::Everywhere => true,
                action::Place::In(id) => id == self.view.focus && !now.stops.is_empty(),
            };
            let standing = !running || !matches!(row.does, Does::Command(_) | Does::Act(Action::Breakpoint));
            let several = row.does != Does::Act(Action::Select(1)) || now.tasks.len() > 1;
            here && standing && several && !row.hint.is_empty()
        };
        let hint = |row: &action::Row| {
            let text = match row.does {
                Does::Act(Action::RunOrPause) if running => "pause".to_owned(),
                Does::Command(line) if line.contains("{pid}") => {
                    self.view.selected.map_or(row.hint.to_owned(), |pid| format!("turn of {pid}"))
                }
                _ => row.hint.to_owned(),
            };
            (row.keys[0].to_owned(), text)
        };
        action::KEYS.iter().filter(useful).map(hint).collect()
    }
}

const WELCOME: &str = "s takes one turn, S one of the selected task, Space runs; ? shows all keys";
