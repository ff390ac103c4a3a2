//! The variables of a frame as rows: structs, arrays and pointers open into what they are made of.

use super::super::Local;
use super::{VariableView, byte};
use crate::debug_info::{BitField, TypeId, TypeKind, Types, decode, decode_field};
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows that are made at most.
const MOST: usize = 2000;
/// Elements of an array that are shown.
const ELEMENTS: u32 = 256;
/// Unnamed structs and unions within each other whose members are shown.
const UNNAMED: usize = 8;
/// Bytes of a variable that are compared with earlier ones.
const COMPARED: u32 = 4096;

/// The variables of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FrameVariables {
    /// Whose frame it is.
    pub pid: Pid,
    /// Its number, from 0 for the innermost.
    pub frame: usize,
    /// Its function, if that is one of C.
    pub function: Option<String>,
    /// Arguments, then the variables of its blocks from the inside out, with what was opened of them.
    pub rows: Vec<VariableRow>,
}

/// A variable, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableRow {
    /// Its name: `p`, `.x`, `[2]`, `*`.
    pub name: String,
    /// How C names it: `p.x`. With `@` and a line for a variable that an inner one hides: that has no name in C.
    pub path: String,
    /// An inner variable has the same name.
    pub hidden: bool,
    /// Its type's name.
    pub type_name: String,
    /// Its value in words, or why there is none.
    pub text: String,
    /// How deep it is within a variable.
    pub depth: usize,
    /// Where it is in memory, if it is there.
    pub bytes: Option<Range<u32>>,
    /// Whether it has parts.
    pub opens: bool,
    /// Whether they are shown.
    pub open: bool,
    /// Whether the last turn changed it, or another one since the last stop.
    pub changed: Option<Changed>,
}

/// Since when a variable has had its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The last turn.
    Turn,
    /// A turn since the last stop.
    Since,
}

/// A part of a variable.
struct Part {
    name: String,
    path: String,
    of: TypeId,
    address: u32,
    /// Which bits of its bytes it is, if it is a bit-field.
    field: Option<BitField>,
}

/// What rows are made from.
struct Rows<'l> {
    machine: &'l Machine,
    task: &'l Task,
    types: &'l Types,
    opened: &'l BTreeSet<String>,
    rows: Vec<VariableRow>,
}

impl Local {
    /// The variables of a frame of a task with the parts of those whose paths are `opened`, and what has changed.
    pub(in crate::backend) fn frame_variables(&mut self, pid: Pid, opened: &BTreeSet<String>) -> FrameVariables {
        let (place, number) = (self.session.place(), self.chosen_frame(pid));
        let kept = self.variables.as_ref().filter(|(at, of, frame, _)| (*at, *of, *frame) == (place, pid, number));
        let variables = match kept {
            Some((_, _, _, variables)) => variables.clone(),
            None => self.variables_set(pid, number),
        };
        self.variables = Some((place, pid, number, variables.clone()));
        let mut found = self.variable_rows(pid, number, variables, opened);
        self.mark_changes(&mut found);
        found
    }

    /// The variables of a frame of a task, with the parts of those whose paths are `opened`.
    fn variable_rows(
        &self,
        pid: Pid,
        number: usize,
        variables: Vec<VariableView>,
        opened: &BTreeSet<String>,
    ) -> FrameVariables {
        let mut found = FrameVariables { pid, frame: number, function: self.c_function(pid), rows: Vec::new() };
        let (Some(info), Some(task)) = (self.debug_info(pid), self.machine().task(pid)) else { return found };
        let mut rows = Rows { machine: self.machine(), task, types: &info.types, opened, rows: Vec::new() };
        let mut seen = BTreeSet::new();
        for variable in variables {
            let hidden = !seen.insert(variable.name.clone());
            rows.variable(variable, hidden);
        }
        found.rows = rows.rows;
        found
    }

    /// Marks what the last turn and the turns since the last stop have changed.
    fn mark_changes(&mut self, found: &mut FrameVariables) {
        let Some(task) = self.machine().task(found.pid) else { return };
        let bytes = |machine: &Machine, task: &Task, range: &Range<u32>| -> Vec<u8> {
            range.clone().take(COMPARED as usize).map(|at| byte(machine, task, at)).collect()
        };
        let now: Vec<Option<Vec<u8>>> =
            found.rows.iter().map(|row| row.bytes.as_ref().map(|range| bytes(self.machine(), task, range))).collect();
        let pid = found.pid;
        let mut mark = |then: Option<&Machine>, changed: Changed| {
            let Some((then, task)) = then.and_then(|then| Some((then, then.task(pid)?))) else { return };
            for (row, now) in found.rows.iter_mut().zip(&now) {
                if let (Some(range), Some(now)) = (&row.bytes, now)
                    && *now != bytes(then, task, range)
                {
                    row.changed = Some(changed);
                }
            }
        };
        mark(self.session.since(), Changed::Since);
        mark(self.session.before(), Changed::Turn);
    }
}

impl Rows<'_> {
    fn variable(&mut self, view: VariableView, hidden: bool) {
        let path = if hidden { format!("{}@{}", view.name, view.line) } else { view.name.clone() };
        let address = view.address();
        let of = view.of.filter(|_| address.is_some());
        let opens = of.is_some_and(|of| opens(self.types, of));
        let open = opens && self.opened.contains(&path);
        let text = view.whole_text();
        self.rows.push(VariableRow {
            name: view.name,
            path: path.clone(),
            hidden,
            type_name: view.type_name,
            text,
            depth: 0,
            bytes: address.map(|at| at..at + view.size),
            opens,
            open,
            changed: None,
        });
        if let (true, Some(of), Some(address)) = (open, of, address) {
            self.parts(of, address, &path, 1, hidden);
        }
    }

    fn parts(&mut self, of: TypeId, address: u32, path: &str, depth: usize, hidden: bool) {
        let pointed_at = || self.number(address);
        for Part { name, path, of, address, field } in parts(self.types, of, address, path, &pointed_at) {
            if self.rows.len() >= MOST {
                return;
            }
            let opens = field.is_none() && opens(self.types, of);
            let open = opens && self.opened.contains(&path);
            let size = self.types.size(of);
            let at = |at: u32| byte(self.machine, self.task, at);
            let value = match field {
                Some(field) => decode_field(self.types, of, address, field, &at),
                None => decode(self.types, of, address, &at),
            };
            self.rows.push(VariableRow {
                name,
                path: path.clone(),
                hidden,
                type_name: self.types.name(Some(of)),
                text: value.to_string(),
                depth,
                bytes: Some(address..address + size),
                opens,
                open,
                changed: None,
            });
            if open {
                self.parts(of, address, &path, depth + 1, hidden);
            }
        }
    }

    fn number(&self, address: u32) -> u32 {
        super::word(self.machine, self.task, address) & 0xFFFF
    }
}

/// Whether a type has parts: members, elements, or what it points at.
fn opens(types: &Types, of: TypeId) -> bool {
    match types.kind(of) {
        TypeKind::Struct(members) | TypeKind::Union(members) => !members.is_empty(),
        TypeKind::Array { count, .. } => *count > 0,
        TypeKind::Pointer(to) => to.is_some_and(|to| types.size(to) > 0),
        TypeKind::Character { .. }
        | TypeKind::Integer { .. }
        | TypeKind::Float
        | TypeKind::Foreign
        | TypeKind::Enumeration(_)
        | TypeKind::Alias(_)
        | TypeKind::Qualified(..)
        | TypeKind::Function(..)
        | TypeKind::Unknown => false,
    }
}

/// The parts of a variable of a type.
fn parts(types: &Types, of: TypeId, address: u32, path: &str, pointed_at: &dyn Fn() -> u32) -> Vec<Part> {
    match types.kind(of) {
        TypeKind::Struct(_) | TypeKind::Union(_) => {
            let mut found = Vec::new();
            members(types, of, address, path, UNNAMED, &mut found);
            found
        }
        TypeKind::Array { of, count } => {
            let size = types.size(*of);
            let whole = if path.starts_with('*') { format!("({path})") } else { path.to_owned() };
            let element = |i: u32| Part {
                name: format!("[{i}]"),
                path: format!("{whole}[{i}]"),
                of: *of,
                address: address.wrapping_add(i.wrapping_mul(size)) & 0xFFFF,
                field: None,
            };
            (0..(*count).min(ELEMENTS)).map(element).collect()
        }
        TypeKind::Pointer(Some(to)) => {
            vec![Part { name: "*".into(), path: format!("*{path}"), of: *to, address: pointed_at(), field: None }]
        }
        _ => Vec::new(),
    }
}

/// The members of a struct or union, those of unnamed ones in it included.
fn members(types: &Types, of: TypeId, address: u32, path: &str, depth: usize, found: &mut Vec<Part>) {
    for member in types.members(of).unwrap_or_default() {
        let at = address.wrapping_add(member.offset) & 0xFFFF;
        if member.name.is_empty() && depth > 0 {
            members(types, member.of, at, path, depth - 1, found);
            continue;
        }
        let path = match path.strip_prefix('*') {
            Some(pointer) if pointer.starts_with('*') => format!("({pointer})->{}", member.name),
            Some(pointer) => format!("{pointer}->{}", member.name),
            None => format!("{path}.{}", member.name),
        };
        found.push(Part { name: format!(".{}", member.name), path, of: member.of, address: at, field: member.field() });
    }
}
