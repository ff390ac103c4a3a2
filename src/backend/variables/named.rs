//! What C calls a place in memory.

use super::super::{Frame, Local, Refused};
use super::byte;
use crate::debug_info::{Datum, DebugInfo, TypeId, TypeKind, Types, Where, decode};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use crate::isa::sext12;
use crate::session::Lifetime;

/// The register from which compiled code reaches its locals.
const FRAME_POINTER: u8 = 7;
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
        let place = || self.frame_place(info, pid, &self.frames(pid).0, (address, None));
        place().or_else(|| self.static_place(pid, address))
    }

    /// What a pointer points at, by name: a function, a variable, or the part of one that is of its type.
    pub(super) fn points_at(&self, pid: Pid, of: TypeId, value: &Datum, frames: &[Frame]) -> Option<String> {
        let Datum::Pointer(address @ 1.., None) = value else { return None };
        let info = self.debug_info(pid)?;
        let is_function = |of: TypeId| matches!(info.types.kind(of), TypeKind::Function(..));
        let to = if let TypeKind::Pointer(to) = info.types.kind(of) { Some(to) } else { None };
        if is_function(of) || to.is_some_and(|to| to.is_some_and(is_function)) {
            return info.functions.iter().find(|f| f.start == *address).map(|f| f.name.clone());
        }
        let to = to?;
        let place = self.frame_place(info, pid, frames, (*address, *to)).or_else(|| {
            info.globals.iter().find_map(|g| part(&info.types, &g.name, g.of?, g.address?, (*address, *to)))
        });
        place.filter(|place| place.address == *address).map(|place| place.name)
    }

    /// The static or the global that holds an address as a task sees it: these have the same place at every turn.
    #[must_use]
    pub(in crate::backend) fn static_place(&self, pid: Pid, address: u32) -> Option<NamedPlace> {
        let info = self.debug_info(pid)?;
        info.globals.iter().find_map(|g| part(&info.types, &g.name, g.of?, g.address?, (address, None)))
    }

    /// What C calls a word of RAM that lies in a frame of a task now, with the task in front: `1:total`.
    #[must_use]
    pub(in crate::backend) fn frame_word(&self, address: u32) -> Option<String> {
        let holds = |t: &&Task| (t.context.sp..t.context.stack_top).contains(&address);
        let task = self.machine().tasks().iter().find(holds)?;
        Some(format!("{}:{}", task.pid, self.named_place(task.pid, address)?.name))
    }

    fn frame_place(
        &self,
        info: &DebugInfo,
        pid: Pid,
        frames: &[Frame],
        (address, to): (u32, Option<TypeId>),
    ) -> Option<NamedPlace> {
        let task = self.machine().task(pid)?;
        (task.context.sp..task.context.stack_top).contains(&address).then_some(())?;
        frames.iter().enumerate().take(FRAMES).find_map(|(number, frame)| {
            let pc = frame.at_call(number);
            let function = info.function_at(pc).filter(|_| number > 0);
            in_frame(info, pc, frame.r7?, function.map(|function| function.name.as_str()), (address, to))
        })
    }

    /// The local that an instruction has stored, at any turn, where it lies as far from R7 as the instruction says:
    /// `1.fact::rest`.
    #[must_use]
    pub(in crate::backend) fn stored_local(&self, pid: Pid, pc: u32, address: u32) -> Option<String> {
        let info = self.debug_info(pid)?;
        let insn = self.machine().task(pid)?.code.insn_at(pc)?;
        if !insn.op.row().access.stores() || insn.rs1 != FRAME_POINTER {
            return None;
        }
        let r7 = address.wrapping_add_signed(-sext12(insn.imm)) & 0xFFFF;
        let place = in_frame(info, pc, r7, Some(info.function_at(pc)?.name.as_str()), (address, None))?;
        Some(format!("{pid}.{}", place.name))
    }

    /// How long what an expression of C is the place of is there: as long as the call in whose frame it lies. `None` for
    /// what is there as long as its task, and for the machine's own memory.
    ///
    /// # Errors
    /// None of the past can fail.
    pub(in crate::backend) fn lifetime(&self, text: &str, pid: Option<Pid>) -> Result<Option<Lifetime>, Refused> {
        let Ok(Some((pid, address, _))) = self.c_place(text, pid) else { return Ok(None) };
        let Some(task) = self.machine().task(pid) else { return Ok(None) };
        let address = u32::from(address);
        let (frames, _) = self.frames(pid);
        let inside = (task.context.sp..task.context.stack_top).contains(&address);
        let Some(number) = frames.iter().position(|frame| inside && address < frame.at + 4) else { return Ok(None) };
        let depth = task.context.depth.saturating_sub(number as u32);
        let Some(call) = (if depth > 0 { self.session.call_of(pid, depth)? } else { None }) else { return Ok(None) };
        let frame = &frames[number];
        let function = self.debug_info(pid).and_then(|info| info.function_at(frame.at_call(number)));
        let plain = text.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let name = match function.filter(|_| plain) {
            Some(function) => format!("{}::{}", function.name, text.trim()),
            None => text.trim().to_owned(),
        };
        Ok(Some(Lifetime::new(name, pid, depth, call, frame.at)))
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

    /// `fact at recur.c:8`; `None` for what is in no function of C.
    pub(in crate::backend) fn c_place_text(&self, pid: Pid, pc: u32) -> Option<String> {
        let function = self.debug_info(pid)?.function_at(pc)?;
        Some(format!("{}{}", function.name, self.line_text(pid, pc).trim_start_matches(',')))
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

/// The local of a frame that holds an address, seen from an instruction of its function.
fn in_frame(
    info: &DebugInfo,
    pc: u32,
    r7: u32,
    function: Option<&str>,
    target: (u32, Option<TypeId>),
) -> Option<NamedPlace> {
    info.visible(pc).into_iter().find_map(|named| {
        let Where::Frame(offset) = named.variable.place(pc)? else { return None };
        let own = named.variable.name();
        let name = function.map_or_else(|| own.to_owned(), |function| format!("{function}::{own}"));
        part(&info.types, &name, named.variable.of()?, r7.wrapping_add_signed(offset) & 0xFFFF, target)
    })
}

/// The part of a variable that holds an address, if it does: the largest of a type that begins there, if one is given,
/// else the smallest.
fn part(
    types: &Types,
    name: &str,
    of: TypeId,
    start: u32,
    (address, wanted): (u32, Option<TypeId>),
) -> Option<NamedPlace> {
    let (mut name, mut of, mut start) = (name.to_owned(), of, start);
    (start..start.checked_add(types.size(of))?).contains(&address).then_some(())?;
    // Each module has its own entry of a type.
    let plain = |of: TypeId| types.plain(of).map(|(id, _)| types.name(Some(id)));
    let wanted = wanted.and_then(plain);
    for _ in 0..DEEPEST {
        if wanted.is_some() && start == address && plain(of) == wanted {
            break;
        }
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
