//! What C calls a place in memory.

use super::super::Local;
use super::byte;
use crate::debug_info::{Datum, DebugInfo, TypeId, TypeKind, Types, Where, decode};
use crate::executive::{Machine, Pid};

/// Frames of a task that are looked at.
const FRAMES: usize = 64;
/// Members and elements within each other that are named.
const DEEPEST: usize = 8;

/// A variable, or the part of one, that holds an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backend) struct NamedPlace {
    /// How C names it: `p.x`, `values[2]`; with its function in front where that is not the innermost.
    pub name: String,
    /// Its first address.
    pub address: u32,
    /// Its type.
    of: TypeId,
    /// Its type's name.
    pub type_name: String,
}

impl Local {
    /// The variable that holds an address as a task sees it now: of its frames, the innermost first, else a static or
    /// a global.
    #[must_use]
    pub(in crate::backend) fn named_place(&self, pid: Pid, address: u32) -> Option<NamedPlace> {
        let info = self.debug_info(pid)?;
        self.frame_place(info, pid, address).or_else(|| self.static_place(pid, address))
    }

    /// The static or the global that holds an address as a task sees it: these have the same place at every turn.
    #[must_use]
    pub(in crate::backend) fn static_place(&self, pid: Pid, address: u32) -> Option<NamedPlace> {
        let info = self.debug_info(pid)?;
        info.globals.iter().find_map(|g| part(&info.types, &g.name, g.of?, g.address?, address))
    }

    fn frame_place(&self, info: &DebugInfo, pid: Pid, address: u32) -> Option<NamedPlace> {
        let task = self.machine().task(pid)?;
        (task.context.sp..task.context.stack_top).contains(&address).then_some(())?;
        let (frames, _) = self.frames(pid);
        frames.iter().enumerate().take(FRAMES).find_map(|(number, frame)| {
            let pc = frame.at_call(number);
            let r7 = frame.r7?;
            info.visible(pc).into_iter().find_map(|named| {
                let Where::Frame(offset) = named.variable.place(pc)? else { return None };
                let own = named.variable.name();
                let name = match (number, info.function_at(pc)) {
                    (0, _) | (_, None) => own.to_owned(),
                    (_, Some(function)) => format!("{}::{own}", function.name),
                };
                part(&info.types, &name, named.variable.of()?, r7.wrapping_add_signed(offset) & 0xFFFF, address)
            })
        })
    }

    /// The value that a place has in a machine.
    fn value_in(&self, machine: &Machine, pid: Pid, place: &NamedPlace) -> Option<Datum> {
        let (info, task) = (self.debug_info(pid)?, machine.task(pid)?);
        Some(decode(&info.types, place.of, place.address, &|at| byte(machine, task, at)))
    }

    /// What the last turn did to a variable of C, in a sentence, given the machine before it; `None` if it was no load
    /// and no store of one.
    pub(in crate::backend) fn c_sentence(&self, before: &Machine, pid: Pid) -> Option<String> {
        let task = before.task(pid)?;
        let (mut ram, mut bank) = (before.ram().clone(), task.bank.clone());
        let touch = crate::vm::data_touch(&task.context, &ram.view(&mut bank), &task.code)?;
        let place = self.named_place(pid, touch.address)?;
        let (was, is) = (self.value_in(before, pid, &place)?, self.value_in(self.machine(), pid, &place)?);
        let at = self.line_text(pid, task.context.pc);
        let NamedPlace { name, type_name, .. } = &place;
        Some(match touch.write {
            true => format!("In C: {is} is stored in {name} ({type_name}), which was {was}{at}."),
            false => format!("In C: {name} ({type_name}) is read: {is}{at}."),
        })
    }

    /// `, at recur.c:8`; empty where no line is known.
    fn line_text(&self, pid: Pid, pc: u32) -> String {
        let symbols = self.program(pid).map(|program| &program.symbols);
        let line = symbols.and_then(|symbols| symbols.line_at(pc).zip(Some(symbols)));
        let path = |(line, symbols): (&crate::image::Line, &crate::image::Symbols)| {
            Some(format!(", at {}:{}", symbols.files.get(line.file)?.path, line.line))
        };
        line.and_then(path).unwrap_or_default()
    }
}

/// The part of a variable that holds an address, if it does.
fn part(types: &Types, name: &str, of: TypeId, start: u32, address: u32) -> Option<NamedPlace> {
    let (mut name, mut of, mut start) = (name.to_owned(), of, start);
    (start..start.checked_add(types.size(of))?).contains(&address).then_some(())?;
    for _ in 0..DEEPEST {
        match types.kind(of) {
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                let inside = |at: u32, of| (at..at.saturating_add(types.size(of))).contains(&address);
                let Some(member) = members.iter().find(|m| inside(start + m.offset, m.of)) else { break };
                if !member.name.is_empty() {
                    name = format!("{name}.{}", member.name);
                }
                (of, start) = (member.of, start + member.offset);
            }
            TypeKind::Array { of: element, .. } => {
                let size = types.size(*element).max(1);
                let i = (address - start) / size;
                name = format!("{name}[{i}]");
                (of, start) = (*element, start + i * size);
            }
            TypeKind::Character { .. }
            | TypeKind::Integer { .. }
            | TypeKind::Float
            | TypeKind::Foreign
            | TypeKind::Pointer(_)
            | TypeKind::Enumeration(_)
            | TypeKind::Alias(_)
            | TypeKind::Qualified(..)
            | TypeKind::Function(..)
            | TypeKind::Unknown => break,
        }
    }
    Some(NamedPlace { name, address: start, of, type_name: types.name(Some(of)) })
}
