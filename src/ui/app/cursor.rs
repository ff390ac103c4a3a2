//! The cursor of each pane: moving it, what it is on, and what can be done there.

use super::super::action::Action;
use super::super::layout::{layout, page};
use super::super::pane;
use super::super::theme::Theme;
use super::super::view::{CodeFormat, NumberFormat, PaneId, PaneState, Purpose, Scene, Spot};
use super::{App, Effect};
use crate::backend::{Kind, Pid, Snapshot, TaskView};

/// What lies under the cursor of the focused pane.
pub(super) fn spot(scene: &Scene<'_>) -> Option<Spot> {
    let id = scene.view.focus;
    let state = scene.view.pane(id);
    let task = pane::subject(scene, id);
    match id {
        PaneId::Tasks | PaneId::Stack => pane::selected(scene).map(|t| Spot::Task(t.pid)),
        PaneId::Timeline => Some(Spot::Turn(scene.now.turn)),
        PaneId::Windows => task.map(|t| Spot::Register(t.pid, state.cursor.min(15) as u8)),
        PaneId::Code => task.and_then(|t| code(scene, t)),
        PaneId::Memory => task.map(|t| Spot::Byte(t.pid, memory_cursor(scene, t))),
        PaneId::Mailboxes => {
            let boxes = pane::shown_boxes(scene);
            let row = state.cursor.min(boxes.len().checked_sub(1)?);
            Some(Spot::Box(row, boxes[row].descriptor))
        }
        PaneId::Switch => pane::switch_chosen(scene).map(|(pid, i)| Spot::Register(pid, i)),
        PaneId::Stops => scene.now.stops.get(state.cursor).map(|s| Spot::Stop(state.cursor, s.number)),
        _ => {
            let last = (pane::pane(id).rows)(scene).checked_sub(1)?;
            let newest = matches!(id, PaneId::Trace | PaneId::Console | PaneId::Log) && !state.moved;
            Some(Spot::Row(if newest { last } else { state.cursor.min(last) }))
        }
    }
}

fn code(scene: &Scene<'_>, task: &TaskView) -> Option<Spot> {
    let moved = scene.view.panes.get(&PaneId::Code).filter(|s| s.moved && scene.view.focus == PaneId::Code);
    let rows = &task.listing.rows;
    match moved.map(|s| s.cursor) {
        Some(line) if scene.view.code == CodeFormat::Source => {
            let row = rows.iter().find(|r| r.source.is_some_and(|(_, l)| l as usize == line + 1))?;
            Some(Spot::Code(task.pid, line, row.address))
        }
        Some(row) => rows.get(row).map(|r| Spot::Code(task.pid, row, r.address)),
        None => Some(Spot::Code(task.pid, task.listing.row_at(task.pc)?, task.pc)),
    }
}

fn memory_cursor(scene: &Scene<'_>, task: &TaskView) -> u16 {
    let moved = scene.view.panes.get(&PaneId::Memory).filter(|s| s.moved);
    moved.map_or(task.reg_base, |s| s.cursor.min(0xFFFF) as u16)
}

impl App {
    fn with_scene<T>(&self, now: &Snapshot, f: impl FnOnce(&Scene<'_>) -> T) -> T {
        let theme = Theme::default();
        f(&Scene { now, view: &self.view, theme: &theme })
    }

    /// Columns of the focused pane.
    fn pane_width(&self) -> usize {
        layout(&self.view).iter().find(|(id, _)| *id == self.view.focus).map_or(80, |(_, r)| r.width.into())
    }

    /// Moves the cursor of the focused pane by rows; in the task list that is the selection.
    pub(super) fn move_by(&mut self, by: i64, now: &Snapshot) {
        match self.view.focus {
            PaneId::Tasks | PaneId::Stack | PaneId::Timeline => {
                let tasks: Vec<Pid> = self.with_scene(now, |scene| match self.view.focus {
                    PaneId::Tasks => pane::sorted_tasks(scene).iter().map(|t| t.pid).collect(),
                    _ => now.tasks.iter().map(|t| t.pid).collect(),
                });
                let at = tasks.iter().position(|pid| Some(*pid) == self.view.selected).unwrap_or(0) as i64;
                let to = at.saturating_add(by).clamp(0, (tasks.len() as i64 - 1).max(0));
                if let Some(pid) = usize::try_from(to).ok().and_then(|i| tasks.get(i)) {
                    self.select(*pid);
                }
            }
            PaneId::Windows => {
                let width = self.pane_width();
                let across = self.with_scene(now, |scene| pane::registers_a_row(scene, width)) as i64;
                self.move_register(by.saturating_mul(across));
            }
            PaneId::Memory => {
                let across = pane::memory_across(self.view.memory, self.pane_width()) as i64;
                self.move_address(by.saturating_mul(across), now);
            }
            PaneId::Switch => {
                let width = self.pane_width();
                let across = self.with_scene(now, |scene| pane::switch_registers_a_row(scene, width)) as i64;
                self.move_in_strip(by.saturating_mul(across), now);
            }
            id => self.move_cursor(id, by, now),
        }
    }

    /// Moves the cursor sideways, where a row holds several things.
    pub(super) fn move_aside(&mut self, by: i64, now: &Snapshot) {
        match self.view.focus {
            PaneId::Windows => self.move_register(by),
            PaneId::Memory => self.move_address(by, now),
            PaneId::Switch => self.move_in_strip(by, now),
            _ => {}
        }
    }

    fn move_register(&mut self, by: i64) {
        let state = self.view.panes.entry(PaneId::Windows).or_default();
        let to = (state.cursor as i64).saturating_add(by);
        // A move beyond the last row stays in its column.
        if (0..16).contains(&to) {
            state.cursor = to as usize;
        } else if by.unsigned_abs() > 16 {
            state.cursor = if by > 0 { 15 } else { 0 };
        }
    }

    /// Moves among the registers of all tasks, as they lie in RAM.
    fn move_in_strip(&mut self, by: i64, now: &Snapshot) {
        let words = 16 * now.tasks.len() as i64;
        let Some((pid, i)) = self.with_scene(now, pane::switch_chosen) else { return };
        let at = self.with_scene(now, |scene| pane::switch_word(scene, pid, i)) as i64;
        let to = at.saturating_add(by).clamp(0, words - 1) as usize;
        let state = self.view.panes.entry(PaneId::Switch).or_default();
        (state.cursor, state.moved) = (to, true);
    }

    fn move_address(&mut self, by: i64, now: &Snapshot) {
        let Some(Spot::Byte(_, at)) = self.under_cursor(now) else { return };
        let to = i64::from(at).saturating_add(by).clamp(0, 0xFFFF) as usize;
        self.put_address(to, false);
    }

    /// Puts the memory pane's cursor on an address and keeps it in sight.
    pub(super) fn put_address(&mut self, to: usize, at_top: bool) {
        let width = layout(&self.view).iter().find(|(id, _)| *id == PaneId::Memory).map_or(80, |(_, r)| r.width.into());
        let across = pane::memory_across(self.view.memory, width);
        let rows = page(&self.view, PaneId::Memory).max(1);
        let state = self.view.panes.entry(PaneId::Memory).or_default();
        let row = to / across;
        let scroll = if state.moved { state.scroll } else { row };
        state.scroll = if at_top { row } else { scroll.clamp((row + 1).saturating_sub(rows), row) };
        (state.cursor, state.moved) = (to, true);
    }

    fn move_cursor(&mut self, id: PaneId, by: i64, now: &Snapshot) {
        let rows = self.with_scene(now, |scene| (pane::pane(id).rows)(scene)) as i64;
        let newest = matches!(id, PaneId::Trace | PaneId::Console | PaneId::Log);
        let state = self.view.pane(id);
        let start = match (state.moved, id) {
            (true, _) => state.cursor as i64,
            (false, PaneId::Code) => self.with_scene(now, pane::code_pc_row) as i64,
            (false, _) if newest => rows - 1,
            _ => 0,
        };
        self.put_cursor(id, start.saturating_add(by).clamp(0, (rows - 1).max(0)) as usize, rows as usize);
    }

    /// Puts the cursor of a list on a row and keeps it in sight.
    pub(super) fn put_cursor(&mut self, id: PaneId, row: usize, rows: usize) {
        let height = page(&self.view, id).max(1);
        let newest = matches!(id, PaneId::Trace | PaneId::Console | PaneId::Log);
        let code_top = self.view.code_top;
        let state = self.view.panes.entry(id).or_default();
        let natural = if id == PaneId::Code { code_top } else { row.saturating_sub(height / 2) };
        let scroll = if state.moved { state.scroll } else { natural };
        // Labels take rows of their own in the code pane: keep the cursor well inside.
        let inner = if id == PaneId::Code { (height * 2 / 3).max(1) } else { height };
        state.scroll = scroll.clamp((row + 1).saturating_sub(inner), row);
        state.cursor = row;
        state.moved = !(newest && row + 1 == rows);
    }

    /// Opens what the cursor is on.
    pub(super) fn open(&mut self, now: &Snapshot) -> Vec<Effect> {
        let task = |pid| now.tasks.iter().find(|t| t.pid == pid);
        match self.under_cursor(now) {
            Some(Spot::Task(_)) if self.view.focus == PaneId::Tasks => self.focus(PaneId::Code),
            Some(Spot::Task(pid)) => {
                if let Some(task) = task(pid) {
                    self.open_memory(task.sp);
                }
            }
            Some(Spot::Register(pid, i)) => {
                if let Some(task) = task(pid) {
                    self.open_memory(task.reg_base.wrapping_add(4 * u16::from(i)));
                }
            }
            Some(Spot::Code(pid, _, pc)) => self.follow_jump(pid, pc, now),
            Some(Spot::Byte(pid, address)) => self.follow_pointer(pid, address, now),
            Some(Spot::Stop(_, number)) => {
                let stop = now.stops.iter().find(|s| s.number == number);
                if let Some((stop, pc)) = stop.and_then(|s| Some((s, s.pc()?))) {
                    let pid = stop.pid.or(self.view.selected).unwrap_or(0);
                    self.go_code(pid, pc, now);
                }
            }
            Some(Spot::Turn(_)) => return self.go_middle(now),
            Some(Spot::Row(row)) => return self.open_row(row, now),
            _ => {}
        }
        Vec::new()
    }

    /// A row of the trace leads to its turn, a command of the registry is called.
    fn open_row(&mut self, row: usize, now: &Snapshot) -> Vec<Effect> {
        match self.view.focus {
            PaneId::Trace => {
                return self.visit_row(row, now);
            }
            PaneId::Waits => match self.with_scene(now, |scene| pane::wait_began(scene, row)) {
                Some(turn) => return self.slide_to(turn, now),
                None => self.refuse("this task does not wait"),
            },
            PaneId::Explore => {
                let found = now.hunted.as_ref().is_some_and(|h| row < h.rows.len());
                return found.then(|| Effect::Command(format!("explore open {}", row + 1))).into_iter().collect();
            }
            PaneId::Calls => {
                let calls = now.calls.as_ref();
                if let Some((pid, pc)) = calls.and_then(|c| Some((c.pid, c.frames.get(row)?.pc))) {
                    self.go_code(pid, pc, now);
                }
            }
            PaneId::Values => {
                let line = self.with_scene(now, |scene| match pane::value_rows(scene).get(row) {
                    Some(row @ pane::ValueRow::Command(c)) => Some(format!("cmd call {} -p {}", row.id(), c.owner)),
                    _ => None,
                });
                match line {
                    Some(line) => return vec![Effect::Command(line)],
                    None => self.edit(now),
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// From a jump or call to where it leads.
    fn follow_jump(&mut self, pid: Pid, pc: u32, now: &Snapshot) {
        let task = now.tasks.iter().find(|t| t.pid == pid);
        let row = task.and_then(|t| t.listing.rows.get(t.listing.row_at(pc)?));
        match row.and_then(|r| r.target) {
            Some(target) => self.go_code(pid, target, now),
            None => self.refuse("this instruction leads nowhere else"),
        }
    }

    /// From a word in memory to the address it holds.
    fn follow_pointer(&mut self, pid: Pid, address: u16, now: &Snapshot) {
        let Some(task) = now.tasks.iter().find(|t| t.pid == pid) else { return };
        let at = |i: u16| pane::memory_byte(now, task, usize::from(address & !3) + usize::from(i));
        let word = u32::from_le_bytes([at(0), at(1), at(2), at(3)]);
        match u16::try_from(word) {
            Ok(to) => self.open_memory(to),
            Err(_) => self.refuse(format!("{word:08X} is no address of this machine: it has 64 KiB")),
        }
    }

    pub(super) fn go_box(&mut self, descriptor: u16, now: &Snapshot) {
        self.focus(PaneId::Mailboxes);
        let found = |scene: &Scene<'_>| pane::shown_boxes(scene).iter().position(|b| b.descriptor == descriptor);
        if self.with_scene(now, found).is_none() {
            self.view.all_boxes = true;
        }
        if let Some(row) = self.with_scene(now, found) {
            self.view.panes.entry(PaneId::Mailboxes).or_default().cursor = row;
        }
    }

    /// Asks for a new value of what the cursor is on.
    pub(super) fn edit(&mut self, now: &Snapshot) {
        let spot = self.under_cursor(now);
        let asked = self.with_scene(now, |scene| spot.and_then(|spot| question(scene, spot)));
        match asked {
            Some((label, template, text)) => self.ask(Purpose::Fill { label, template }, &text),
            None => self.refuse("there is nothing to change under the cursor"),
        }
    }

    /// Sets a stop on what the cursor is on: a breakpoint on an instruction, a watchpoint on a register
    /// or byte, a stop on sends to a mailbox, on switches to a task, on a kind of trace entry.
    pub(super) fn breakpoint(&mut self, now: &Snapshot) -> Vec<Effect> {
        let line = match (self.view.focus, self.under_cursor(now)) {
            (PaneId::Windows | PaneId::Switch, Some(Spot::Register(pid, i))) => {
                Some(format!("watch {pid}.r{i} -p {pid}"))
            }
            (PaneId::Memory, Some(Spot::Byte(pid, at))) => Some(format!("watch {pid}:b[0x{at:04X}] -p {pid}")),
            (PaneId::Mailboxes, Some(Spot::Box(_, id))) => {
                let found = now.mailboxes.iter().find(|b| b.descriptor == id);
                found.map(|b| format!("catch send '{}'", b.name.replace('\'', "'\\''")))
            }
            (PaneId::Trace, Some(Spot::Row(row))) => self.with_scene(now, |scene| {
                let entry = *pane::shown_trace(scene).get(row)?;
                Some(match entry.kind {
                    Kind::Step | Kind::Fault | Kind::Break | Kind::Foreign => toggle(entry.pid, entry.pc, now),
                    Kind::Trap => format!("catch trap {}.{}", entry.arg >> 8, entry.arg & 0xFF),
                    kind => format!("catch {}", kind.name().to_lowercase()),
                })
            }),
            _ => None,
        };
        if let Some(line) = line {
            return vec![Effect::Command(line)];
        }
        let place = self.with_scene(now, |scene| {
            let task = pane::subject(scene, PaneId::Code)?;
            match (scene.view.focus, scene.view.panes.get(&PaneId::Code).is_some_and(|s| s.moved)) {
                (PaneId::Code, true) => code(scene, task),
                _ => Some(Spot::Code(task.pid, 0, task.pc)),
            }
        });
        match place {
            Some(Spot::Code(pid, _, pc)) => vec![Effect::Command(toggle(pid, pc, now))],
            _ => {
                self.refuse("there is no instruction on this line");
                Vec::new()
            }
        }
    }

    /// Runs until the pane's task stands at the code pane's cursor.
    pub(super) fn until(&mut self, now: &Snapshot) -> Vec<Effect> {
        let place = self.with_scene(now, |scene| pane::subject(scene, PaneId::Code).and_then(|task| code(scene, task)));
        match place.filter(|_| self.view.focus == PaneId::Code) {
            Some(Spot::Code(pid, _, pc)) => {
                // The cursor has served: the pc is what is to be looked at now.
                self.unmove(PaneId::Code);
                vec![Effect::Command(format!("advance 0x{pc:X} -p {pid}"))]
            }
            _ => {
                self.refuse("put the cursor on a line of the code pane first");
                Vec::new()
            }
        }
    }

    pub(super) fn change_stop(&mut self, action: Action, now: &Snapshot) -> Vec<Effect> {
        if self.view.focus == PaneId::Watch {
            let watch = now.watches.get(self.view.pane(PaneId::Watch).cursor);
            return watch.map_or_else(Vec::new, |w| vec![Effect::Command(format!("undisplay {}", w.number))]);
        }
        let at = self.view.pane(PaneId::Stops).cursor;
        let Some(stop) = now.stops.get(at) else { return Vec::new() };
        let verb = match (action, stop.enabled) {
            (Action::Delete, _) => "delete",
            (_, true) => "disable",
            (_, false) => "enable",
        };
        vec![Effect::Command(format!("{verb} {}", stop.number))]
    }

    /// A click or a search has found something: the cursor goes there.
    pub(super) fn put(&mut self, id: PaneId, spot: Spot, now: &Snapshot) {
        match spot {
            Spot::Task(pid) => self.select(pid),
            Spot::Register(pid, i) if id == PaneId::Switch => {
                self.select(pid);
                let word = self.with_scene(now, |scene| pane::switch_word(scene, pid, i));
                let state = self.view.panes.entry(id).or_default();
                (state.cursor, state.moved) = (word, true);
            }
            Spot::Register(pid, i) => {
                self.select(pid);
                self.view.panes.entry(id).or_default().cursor = i.into();
            }
            Spot::Byte(_, address) => self.put_address(address.into(), false),
            Spot::Row(row) if id == PaneId::Predict && self.answer_click(row) => {}
            Spot::Code(_, row, _) | Spot::Row(row) => self.put_cursor(id, row, usize::MAX),
            Spot::Box(row, _) | Spot::Stop(row, _) => {
                let state: &mut PaneState = self.view.panes.entry(id).or_default();
                state.cursor = row;
            }
            // A click there goes to the turn by itself.
            Spot::Turn(_) => {}
            Spot::Pane(pane) => self.focus(pane),
            Spot::Sort(by) => self.view.sort = by,
        }
    }
}

/// The command that sets a breakpoint, or removes the one that is there.
pub(super) fn toggle(pid: Pid, pc: u32, now: &Snapshot) -> String {
    let same = now.stops.iter().find(|b| b.pc() == Some(pc) && b.pid == Some(pid));
    match same {
        Some(stop) => format!("delete {}", stop.number),
        None => format!("bp set {pid} 0x{pc:X}"),
    }
}

/// What to ask for, the command with a gap, and the value there is.
fn question(scene: &Scene<'_>, spot: Spot) -> Option<(String, String, String)> {
    let now = scene.now;
    match spot {
        Spot::Register(pid, i) => {
            let word = now.tasks.iter().find(|t| t.pid == pid)?.reg(&now.ram, i.into());
            let text = match scene.view.numbers {
                NumberFormat::Signed => (word as i32).to_string(),
                NumberFormat::Unsigned => word.to_string(),
                _ => format!("0x{word:08X}"),
            };
            Some((format!("R{i} of {pid}"), format!("reg {pid} r{i} {{}}"), text))
        }
        Spot::Byte(pid, address) => {
            let task = now.tasks.iter().find(|t| t.pid == pid)?;
            let text = format!("{:02X}", pane::memory_byte(now, task, address.into()));
            Some((format!("bytes at {address:04X}, in hex"), format!("poke {pid} 0x{address:04X} '{{}}'"), text))
        }
        Spot::Box(_, id) => {
            let name = &now.mailboxes.iter().find(|b| b.descriptor == id)?.name;
            let pid = scene.view.selected?;
            Some((format!("message of {pid} to {name}"), format!("send {pid} '{name}' '{{}}'"), String::new()))
        }
        Spot::Row(row) if scene.view.focus == PaneId::Values => match pane::value_rows(scene).get(row)? {
            row @ pane::ValueRow::Value(v) => {
                Some((row.name(), format!("val set {} {{}} -p {}", row.id(), v.owner), v.value.to_string()))
            }
            pane::ValueRow::Command(_) => None,
        },
        Spot::Stop(_, number) => {
            let stop = now.stops.iter().find(|s| s.number == number)?;
            let text = stop.condition.as_ref().map_or(String::new(), |c| c.text().to_owned());
            Some((format!("stop {number} only if"), format!("condition {number} {{}}"), text))
        }
        Spot::Task(pid) => {
            let task = now.tasks.iter().find(|t| t.pid == pid)?;
            Some((format!("quantum of {pid}"), format!("sched {pid} quantum {{}}"), task.quantum.to_string()))
        }
        _ => None,
    }
}
