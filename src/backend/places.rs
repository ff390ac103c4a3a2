//! Places in code by name, in each program that has them, and stops that follow them into programs that are loaded
//! again.

use super::snapshot::{TraceEntry, What};
use super::{Listing, Local, Names, On, Snapshot, StopView, TaskView};
use crate::executive::Pid;
use crate::executive::task::application;
use crate::image::sources_named;
use crate::session::expr::{Expr, ExprError};
use crate::session::{Access, AwaitedAccess, LogText};

impl Listing {
    /// The sources that a name of a file means.
    #[must_use]
    pub fn sources_named(&self, name: &str) -> Vec<usize> {
        sources_named(self.sources.iter().map(|(path, _)| path.as_str()), name)
    }

    /// The address of a place by name: `FILE:LINE`, the first instruction on that line or after it; or a label, with
    /// or without a number added.
    #[must_use]
    pub fn address_of(&self, name: &str) -> Option<u32> {
        self.line_address(name).or_else(|| self.label_address(name))
    }

    fn line_address(&self, name: &str) -> Option<u32> {
        let (file, line) = name.rsplit_once(':')?;
        let line: u32 = line.parse().ok()?;
        let meant = self.sources_named(file);
        let on_line = |r: &super::ListingRow| {
            r.source.filter(|(s, at)| meant.contains(s) && *at >= line).map(|(_, at)| (at, r.address))
        };
        self.rows.iter().filter_map(on_line).min().map(|(_, address)| address)
    }

    fn label_address(&self, name: &str) -> Option<u32> {
        let (label, offset) = match name.split_once('+') {
            None => (name, 0),
            Some((label, offset)) => (label, number(offset)?),
        };
        let found = self.labels.iter().find(|(_, name)| name == label);
        found.map(|(address, _)| address.wrapping_add(offset))
    }

    /// An address by the nearest label at or below it: `pace+0x8`. `None` where there is none, or beyond the code.
    #[must_use]
    pub fn name_of(&self, pc: u32) -> Option<String> {
        match self.label_at(pc).filter(|_| pc < self.code_len)? {
            (name, 0) => Some(name.to_owned()),
            (name, offset) => Some(format!("{name}+0x{offset:X}")),
        }
    }

    /// Whether an instruction begins at an address; `None` outside of the code.
    #[must_use]
    pub fn begins_at(&self, pc: u32) -> Option<bool> {
        let row = self.row_at(pc).and_then(|at| self.rows.get(at)).filter(|_| pc < self.code_len);
        row.map(|row| row.address == pc)
    }
}

/// A number, decimal or `0x…`.
fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

impl Snapshot {
    /// What an address of RAM is called: `R8 of 3`, a data label of the program that has it, `stack of 2`. `None` for RAM
    /// without a name.
    #[must_use]
    pub fn address_name(&self, address: u32) -> Option<String> {
        let register = |t: &TaskView| {
            let at = address.checked_sub(t.reg_base.into()).filter(|at| *at < crate::vm::WINDOW_BYTES)?;
            Some(format!("R{} of {}", at / 4, t.pid))
        };
        let stack = |t: &TaskView| {
            (u32::from(t.stack_limit)..=u32::from(t.stack_top))
                .contains(&address)
                .then(|| format!("stack of {}", t.pid))
        };
        let label = |t: &TaskView| t.listing.data.iter().find(|(at, _)| *at == address).map(|(_, name)| name.clone());
        let tasks = || self.tasks.iter();
        tasks().find_map(register).or_else(|| tasks().find_map(stack)).or_else(|| tasks().find_map(label))
    }

    /// What came from outside at an entry of the trace, in words: `R3 of 1 = 0x10`. `None` for other entries, and where the
    /// inputs were not wanted.
    #[must_use]
    pub fn input_said(&self, entry: &TraceEntry) -> Option<String> {
        let What::Input { input: kind } = entry.what else { return None };
        let later = self.trace.iter().rev().take_while(|e| !std::ptr::eq(*e, entry));
        let later = later.filter(|e| e.what == entry.what).count();
        let mut inputs = self.inputs.iter().rev().filter(|input| input.kind() == kind);
        inputs.nth(later).map(|input| crate::explain::input(input))
    }
}

impl TaskView {
    /// Where a breakpoint stands in its program, if it is for this task and the program has the place.
    #[must_use]
    pub fn stop_address(&self, stop: &StopView) -> Option<u32> {
        let moved = |program: &std::sync::Arc<super::Program>| stop.pc_in(&program.image);
        let pc = self.program.as_ref().map_or_else(|| stop.pc(), moved);
        pc.filter(|_| stop.concerns(self.pid, &self.name))
    }
}

impl Local {
    /// The places that a name stands for in a task's program: a function, a label, `FILE:LINE`. None if it has none.
    #[must_use]
    pub fn places_in(&self, name: &str, pid: Pid) -> Vec<u32> {
        let of_label = || self.listing(pid).and_then(|listing| listing.address_of(name)).into_iter().collect();
        self.stop_places(name, Some(pid)).unwrap_or_else(of_label)
    }

    /// Reads the text of a log point.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn log_text(&self, text: &str, pid: Option<Pid>, names: Names) -> Result<LogText, ExprError> {
        let read = LogText::parse(text, |expr| self.expression(expr, pid, names))?;
        Ok(read.map(|expr| self.bound(expr, pid)))
    }

    /// The place of a breakpoint by name: as it was asked for, else by the nearest label of a program it is in.
    pub(super) fn stop_place_name(&self, stop: &StopView) -> Option<String> {
        let Some(pc) = stop.pc() else { return stop.named.clone() };
        let mut tasks = self.machine().tasks().iter().filter(|t| stop.pc_for(t) == Some(pc));
        let label = || tasks.find_map(|t| self.listing(t.pid)?.name_of(pc));
        stop.named.clone().or_else(label)
    }

    /// Why a stop cannot be due now, though it may be later: what its condition names is not there yet, or its task,
    /// or its place.
    pub(super) fn pending(&self, stop: &StopView) -> Option<String> {
        if let Some(pid) = stop.pid.filter(|pid| self.machine().task(*pid).is_none()) {
            return Some(format!("there is no task {pid}"));
        }
        let tasks = self.machine().tasks();
        let begins = |(pid, pc): (Pid, u32)| self.listing(pid).is_none_or(|l| l.begins_at(pc) == Some(true));
        let none = "no task has an instruction at";
        if stop.on == On::Awaited {
            return Some(format!("{none} {}", stop.named.as_deref().unwrap_or_default()));
        }
        if stop.pc().is_some() && !tasks.iter().filter_map(|t| Some((t.pid, stop.pc_for(t)?))).any(begins) {
            let place = stop.named.clone().unwrap_or_else(|| format!("0x{:04X}", stop.pc().unwrap_or_default()));
            return Some(format!("{none} {place}"));
        }
        if let Some(app) = stop.app.as_ref().filter(|app| !tasks.iter().any(|t| application(&t.name) == app.as_str())) {
            return Some(format!("there is no task {app}"));
        }
        if let On::AwaitedAccess(access) = &stop.on {
            return self.access_again(access, stop.pid).err().map(|e| e.message);
        }
        stop.pending(self.machine())
    }

    /// The memory that a stop was asked for, as the tasks that are there now have it.
    fn access_again(&self, access: &AwaitedAccess, pid: Option<Pid>) -> Result<Access, ExprError> {
        let seen_by = access.seen_by.or(pid);
        let expr = self.expression(&access.place, seen_by, Names::Innermost)?;
        self.access(&expr, seen_by, access.bytes, access.touching)
    }

    /// The stops and expressions in sight follow a task into the program it was loaded with again: labels, lines and
    /// symbols are looked up there. Gives the numbers of the stops whose place is in no program any more.
    pub(super) fn stops_again(&mut self, pid: Pid) -> Vec<u32> {
        let Some(image) = self.machine().task(pid).map(|task| std::sync::Arc::clone(&task.image)) else {
            return Vec::new();
        };
        let name = self.machine().task(pid).map_or_else(String::new, |task| task.name.clone());
        let list: Vec<StopView> = self.session.stops.list().to_vec();
        let mut lost = Vec::new();
        for (i, stop) in list.iter().enumerate().filter(|(_, stop)| stop.concerns(pid, &name)) {
            if stop.on == On::Awaited {
                self.place_awaited(stop, pid);
            }
            if let Some(pc) = stop.pc() {
                let now = self.place_again(&list[..i], stop, pid, pc);
                if let Some(stop) = self.session.stops.get_mut(stop.number) {
                    stop.move_to(&image, now);
                }
                if now.is_none() {
                    lost.push(stop.number);
                }
            }
            self.read_again(stop);
        }
        self.watches_again(pid);
        lost
    }

    /// A task has come that a breakpoint was waiting for: it stands at the first of its name's places there.
    fn place_awaited(&mut self, stop: &StopView, pid: Pid) {
        let place = stop.named.as_ref().and_then(|name| self.places_in(name, pid).first().copied());
        if let Some((pc, stop)) = place.zip(self.session.stops.get_mut(stop.number)) {
            stop.on = On::Instruction(pc);
        }
    }

    /// Where a breakpoint stands in the program that a task has now. Several that were asked for with one name take its
    /// places in their order.
    fn place_again(&self, before: &[StopView], stop: &StopView, pid: Pid, pc: u32) -> Option<u32> {
        let Some(name) = &stop.named else {
            return Some(pc).filter(|pc| self.listing(pid).is_none_or(|l| l.begins_at(*pc) == Some(true)));
        };
        let same = |b: &&StopView| (&b.named, b.pid, &b.app) == (&stop.named, stop.pid, &stop.app);
        let nth = before.iter().filter(same).filter(|b| b.pc() != Some(pc)).count();
        self.places_in(name, pid).get(nth).copied()
    }

    /// Reads the expressions of a stop again, with what their names mean now; one that means nothing any more stays.
    fn read_again(&mut self, stop: &StopView) {
        let names = stop.pc().map_or(Names::Innermost, Names::At);
        let read = |local: &Local, expr: &Expr| {
            let read = local.expression(expr.text(), stop.pid, names).ok()?;
            Some(local.bound(read, stop.pid))
        };
        let condition = stop.condition.as_ref().and_then(|expr| read(self, expr));
        let log = stop.log.as_ref().and_then(|log| self.log_text(log.text(), stop.pid, names).ok());
        let on = match &stop.on {
            On::Instruction(_) | On::Awaited | On::Event(_) => None,
            On::Change(expr, last) => read(self, expr).map(|expr| On::Change(expr, *last)),
            On::Access(access) => self.access_again(&access.asked(), stop.pid).ok().map(On::Access),
            On::AwaitedAccess(access) => self.access_again(access, stop.pid).ok().map(On::Access),
        };
        let Some(stop) = self.session.stops.get_mut(stop.number) else { return };
        if condition.is_some() {
            stop.condition = condition;
        }
        if log.is_some() {
            stop.log = log;
        }
        if let Some(on) = on {
            stop.on = on;
        }
    }
}
