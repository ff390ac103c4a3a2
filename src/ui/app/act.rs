//! What each action does.

use super::super::action::Action;
use super::super::layout::page;
use super::super::pane::{PANES, stack_alone};
use super::super::view::{ByteFormat, CodeFormat, NumberFormat, Overlay, PaneId, Prompt, Purpose, Spot};
use super::{App, Effect};
use crate::backend::{Pid, Snapshot, Status};

impl App {
    pub(super) fn act(&mut self, action: Action, count: Option<u64>, now: &Snapshot, interrupted: bool) -> Vec<Effect> {
        let running = now.status == Status::Running;
        match action {
            Action::RunOrPause if running => return vec![Effect::Pause],
            Action::RunOrPause => {
                self.repeat = Some("run".into());
                return vec![Effect::Command("run".into())];
            }
            Action::Interrupt if interrupted => return vec![Effect::Quit],
            Action::Interrupt => {
                self.interrupted = true;
                self.say("Ctrl-C once more leaves");
                return if running { vec![Effect::Pause] } else { Vec::new() };
            }
            Action::Repeat => return self.repeat_last(now),
            Action::Quit => return vec![Effect::Quit],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Breakpoint => return self.breakpoint(now),
            Action::Until => return self.until(now),
            Action::Delete | Action::Enable => return self.change_stop(action, now),
            Action::Copy => return self.copy(now),
            Action::CopyPane => return vec![Effect::Copy(self.pane_text(now))],
            Action::Open => return self.open(now),
            Action::Palette(all) => return vec![Effect::Palette(all)],
            Action::Edit => self.edit(now),
            Action::Menu => self.menu_here(now),
            Action::Select(by) => self.select_by(by, now),
            Action::SelectPid => self.select_pid(count, now),
            Action::SelectTask(pid) => self.select(pid),
            Action::Focus(by) => match count.and_then(|n| PANES.iter().find(|p| u64::from(p.number) == n)) {
                Some(pane) => self.focus(pane.id),
                None => self.focus_by(by),
            },
            Action::FocusPane(id) => self.focus(id),
            Action::Beside(x, y) => self.focus_beside(x, y),
            Action::Grow(wider, by) => self.grow(wider, i32::from(by) * count.unwrap_or(1).min(100) as i32),
            Action::Even => self.even(),
            Action::Close => self.close(),
            Action::Split(beside) => self.split(beside),
            Action::View(desk) => self.show_desk(desk),
            Action::Zoom => self.view.zoom = !self.view.zoom,
            Action::Pin => self.pin(),
            Action::Format if self.view.focus == PaneId::Timeline => self.next_axis(now),
            Action::Format => self.next_format(),
            Action::Sort => self.view.sort = self.view.sort.next(),
            Action::OwnConsole => self.view.own_console = !self.view.own_console,
            Action::AllBoxes => self.view.all_boxes = !self.view.all_boxes,
            Action::Predict => self.predict(!self.view.predict.on),
            Action::Saying(how) => return self.answer_with(how, now),
            Action::Move(by) if self.answer_move(0, times(by, count)) => {}
            Action::Side(by) if self.answer_move(times(by, count), 0) => {}
            Action::Move(by) => self.move_by(times(by, count), now),
            Action::Side(by) => {
                let by = times(by, count);
                if self.view.focus == PaneId::Timeline {
                    return self.move_turn(by, now);
                }
                self.move_aside(by, now);
            }
            Action::Page(by) if self.view.focus == PaneId::Timeline => self.pan_page(by, now),
            Action::Page(by) => {
                let rows = page(&self.view, self.view.focus).max(2) as i64;
                self.move_by(rows * i64::from(by) / 2, now);
            }
            Action::Edge(end) => self.move_by(if end { i64::MAX / 2 } else { i64::MIN / 2 }, now),
            Action::Follow => {
                self.unmove(self.view.focus);
                self.view.search.clear();
                self.view.message.clear();
            }
            Action::Written(next) => return self.go_write(next, now),
            Action::Event => return self.go_event(now),
            Action::Happened(next) => return self.go_happened(next),
            Action::Scale(by) => self.scale(by, now),
            Action::FollowTime => return self.follow_time(now),
            Action::Slide(by) => return self.slide(by, count, now),
            Action::Revisit(forward) => self.revisit(forward, now),
            Action::Mark(new) => self.mark(new, now),
            Action::GoCode(pid, pc) => self.go_code(pid, pc, now),
            Action::GoMemory(address) => self.open_memory(address),
            Action::GoBox(descriptor) => self.go_box(descriptor, now),
            Action::Search => self.ask(Purpose::Search, ""),
            Action::Found(next) => self.found(next, now),
            Action::Filter => {
                let filter = self.view.pane(self.view.focus).filter;
                self.ask(Purpose::Filter, &filter);
            }
            Action::Prompt => self.view.overlay = Overlay::Prompt(Prompt::default()),
            Action::PromptWith(name) => self.ask(Purpose::Command, &format!("{name} ")),
            Action::Answer => self.ask_answer(),
            Action::Help => self.view.overlay = Overlay::Help { scroll: 0 },
        }
        Vec::new()
    }

    fn repeat_last(&mut self, now: &Snapshot) -> Vec<Effect> {
        match self.repeat.clone() {
            Some(line) if self.asks_first(&line, now) || self.half_step(&line, now) => Vec::new(),
            Some(line) => vec![Effect::Command(line)],
            None => {
                self.say("nothing to repeat yet: take a step first");
                Vec::new()
            }
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
            None => self.refuse("there is no such task"),
        }
    }

    fn pin(&mut self) {
        let (id, selected) = (self.view.focus, self.view.selected);
        if !matches!(id, PaneId::Windows | PaneId::Code | PaneId::Memory | PaneId::Console) {
            return self.refuse("only windows, code, memory and console can stay with a task");
        }
        let state = self.view.panes.entry(id).or_default();
        state.pin = if state.pin.is_some() { None } else { selected };
        let text = match state.pin {
            Some(pid) => format!("this pane stays with task {pid}"),
            None => "this pane follows the selected task".to_owned(),
        };
        self.say(text);
    }

    fn next_format(&mut self) {
        match self.view.focus {
            PaneId::Code => {
                self.view.code = match self.view.code {
                    CodeFormat::Asm => CodeFormat::Source,
                    CodeFormat::Source => CodeFormat::Mixed,
                    CodeFormat::Mixed => CodeFormat::Asm,
                };
                self.unmove(PaneId::Code);
            }
            PaneId::Stack => {
                let one = stack_alone(&self.view, page(&self.view, PaneId::Stack));
                self.view.one_stack = Some(!one);
                return self.say(if one { "all stacks" } else { "the selected task's stack alone" });
            }
            PaneId::Mailboxes => self.view.messages = self.view.messages.next(),
            PaneId::Memory => self.view.memory = self.view.memory.next(),
            _ => self.view.numbers = next_number(self.view.numbers),
        }
        let text = match self.view.focus {
            PaneId::Mailboxes | PaneId::Memory => {
                let format = if self.view.focus == PaneId::Memory { self.view.memory } else { self.view.messages };
                match format {
                    ByteFormat::Hex => "bytes in hex",
                    ByteFormat::Words => "words, least byte first",
                    ByteFormat::Text => "text",
                }
            }
            _ => return,
        };
        self.say(text);
    }

    /// The value under the cursor goes into the clipboard.
    fn copy(&mut self, now: &Snapshot) -> Vec<Effect> {
        let task = |pid| now.tasks.iter().find(|t| t.pid == pid);
        let text = match self.under_cursor(now) {
            Some(Spot::Register(pid, i)) => task(pid).map(|t| format!("0x{:08X}", t.reg(&now.ram, i.into()))),
            Some(Spot::Byte(_, address)) => Some(format!("0x{address:04X}")),
            Some(Spot::Code(_, _, pc)) => Some(format!("0x{pc:04X}")),
            Some(Spot::Task(pid)) => task(pid).map(|t| format!("{}:{}", t.pid, t.name)),
            Some(Spot::Box(_, id)) => now.mailboxes.iter().find(|b| b.descriptor == id).map(|b| b.name.clone()),
            Some(Spot::Stop(_, number)) => Some(number.to_string()),
            Some(Spot::Row(row)) => self.row_text(row, now),
            _ => None,
        };
        match text {
            Some(text) => {
                self.say(format!("copied: {text}"));
                vec![Effect::Copy(text)]
            }
            None => {
                self.refuse("there is nothing to copy under the cursor");
                Vec::new()
            }
        }
    }
}

/// A direction as often as a count says.
fn times(by: i8, count: Option<u64>) -> i64 {
    i64::from(by) * count.unwrap_or(1).min(1 << 20) as i64
}

fn next_number(format: NumberFormat) -> NumberFormat {
    match format {
        NumberFormat::Hex => NumberFormat::Signed,
        NumberFormat::Signed => NumberFormat::Unsigned,
        NumberFormat::Unsigned => NumberFormat::Binary,
        NumberFormat::Binary => NumberFormat::F16,
        NumberFormat::F16 => NumberFormat::Text,
        NumberFormat::Text => NumberFormat::Hex,
    }
}
