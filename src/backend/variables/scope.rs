//! A task's frames as the place where names of C are looked up.

use super::super::Local;
use crate::debug_info::expression::{self, Of, Registers, Typed};
use crate::debug_info::{Datum, DebugInfo, TypeKind};
use crate::executive::Pid;
use crate::session::expr::Shape;

/// In which frame of a task names are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// The chosen one, as it is now.
    Chosen,
    /// The innermost one, as it is when the expression is evaluated.
    Innermost,
    /// The innermost one, as it is when the task stands at this address.
    At(u32),
}

/// Looks names up for a task.
pub(super) struct CScope<'l> {
    local: &'l Local,
    pid: Pid,
    names: Names,
}

impl<'l> CScope<'l> {
    pub fn new(local: &'l Local, pid: Pid, names: Names) -> CScope<'l> {
        CScope { local, pid, names }
    }

    fn task(&self, task: Option<&str>) -> Option<Pid> {
        let Some(name) = task else { return Some(self.pid) };
        let tasks = self.local.machine().tasks();
        let by_pid = name.parse().ok().and_then(|pid: Pid| tasks.iter().find(|t| t.pid == pid));
        by_pid.or_else(|| tasks.iter().find(|t| t.name == name)).map(|t| t.pid)
    }

    fn own_info(&self) -> Option<&'l DebugInfo> {
        self.local.debug_info(self.pid)
    }

    /// The type that a name is declared with where it is seen: of a variable wherever that is, of a function.
    pub fn declared(&self, name: &str) -> Option<Of> {
        let info = self.own_info()?;
        let pc = expression::Scope::frame(self, None, None).map_or(u32::MAX, |frame| frame.pc);
        let variable = info.lookup(name, pc).and_then(|variable| variable.of());
        variable.or_else(|| info.function(name)?.of).map(Of::Type)
    }

    /// The name of a type.
    pub fn name(&self, of: &Of) -> String {
        match of {
            Of::Word => "a number of the machine".to_owned(),
            Of::Void => "void".to_owned(),
            Of::Int => "int".to_owned(),
            Of::Unknown => "int?".to_owned(),
            Of::Unsigned => "unsigned int".to_owned(),
            Of::Narrow { bytes: 1, signed: true } => "char".to_owned(),
            Of::Narrow { bytes: 1, signed: false } => "unsigned char".to_owned(),
            Of::Narrow { signed: true, .. } => "short".to_owned(),
            Of::Narrow { signed: false, .. } => "unsigned short".to_owned(),
            Of::Real => "_Float16".to_owned(),
            Of::Type(id) => self.own_info().map_or_else(String::new, |info| info.types.name(Some(*id))),
            Of::ArrayOf(of, count) => format!("{}[{count}]", self.name(of)),
            Of::PointerTo(to) => {
                let to = self.name(to);
                if to.ends_with('*') { format!("{to}*") } else { format!("{to} *") }
            }
        }
    }

    /// What a type is made of.
    pub fn definition(&self, of: &Of) -> String {
        match (of, self.own_info()) {
            (Of::Type(id), Some(info)) => info.types.definition(*id),
            _ => self.name(of),
        }
    }

    /// The name of a part's type, and its bytes.
    pub fn described(&self, typed: &Typed) -> (String, u32) {
        (self.name(&typed.of), expression::size(&typed.of, self))
    }

    /// What the value of a type is, if it is a number.
    pub fn shape(&self, of: &Of) -> Option<Shape> {
        match of {
            Of::Int => Some(Shape::Whole { bytes: 4, signed: true }),
            Of::Unsigned => Some(Shape::Whole { bytes: 4, signed: false }),
            Of::Narrow { bytes: 1, signed } => Some(Shape::Character { signed: *signed }),
            Of::Narrow { bytes, signed } => Some(Shape::Whole { bytes: *bytes, signed: *signed }),
            Of::Real => Some(Shape::Real { bytes: 2 }),
            Of::PointerTo(_) => Some(Shape::Pointer),
            Of::Type(id) => self.own_info().and_then(|info| info.types.shape(*id)),
            Of::Word | Of::Void | Of::ArrayOf(..) | Of::Unknown => None,
        }
    }

    /// Whether a type is that of a function.
    pub fn is_function(&self, of: &Of) -> bool {
        let Of::Type(id) = of else { return false };
        self.own_info().is_some_and(|info| matches!(info.types.kind(*id), TypeKind::Function(..)))
    }

    /// Whether a type is an array.
    pub fn is_array(&self, of: &Of) -> bool {
        match of {
            Of::Type(id) => self.own_info().is_some_and(|info| matches!(info.types.kind(*id), TypeKind::Array { .. })),
            of => matches!(of, Of::ArrayOf(..)),
        }
    }

    /// Whether something is a struct or a union, and in memory.
    pub fn has_members(&self, typed: &Typed) -> bool {
        let info = expression::Scope::info(self, typed.task.as_deref());
        let members = |id| info.is_some_and(|info| info.types.members(id).is_some());
        typed.is_place && typed.field.is_none() && matches!(typed.of, Of::Type(id) if members(id))
    }

    /// Whether a type has a fraction.
    pub fn is_real(&self, of: &Of) -> bool {
        match of {
            Of::Type(id) => self.own_info().is_some_and(|info| *info.types.kind(*id) == TypeKind::Float),
            of => *of == Of::Real,
        }
    }

    /// A whole number as a value of a type.
    pub fn datum(&self, of: &Of, n: i64) -> Datum {
        let types = self.own_info().map(|info| &info.types);
        match (of, types) {
            (Of::PointerTo(_), _) => Datum::Pointer(n as u32, None),
            (Of::Narrow { bytes: 1, .. }, _) => Datum::Character(n),
            (Of::Type(id), Some(types)) => types.datum(*id, n),
            _ => Datum::Integer(n),
        }
    }
}

impl expression::Scope for CScope<'_> {
    fn info(&self, task: Option<&str>) -> Option<&DebugInfo> {
        self.local.debug_info(self.task(task)?)
    }

    fn frame(&self, task: Option<&str>, function: Option<(&str, usize)>) -> Result<expression::Frame, String> {
        let pid = self.task(task).ok_or_else(|| "there is no such task".to_owned())?;
        if let (Names::At(pc), None, true) = (self.names, function, pid == self.pid) {
            return Ok(expression::Frame { pc, number: 0, r7: Registers::Live });
        }
        let (frames, _) = self.local.frames(pid);
        let chosen = if self.names == Names::Chosen { self.local.chosen_frame(pid) } else { 0 };
        let number = match function {
            None => chosen,
            Some((name, nth)) => {
                let info = self.local.debug_info(pid);
                let is_of = |i: &usize| {
                    let function = info.and_then(|info| info.function_at(frames[*i].at_call(*i)));
                    function.is_some_and(|f| f.name == name)
                };
                let mut of_function = (0..frames.len()).filter(is_of);
                of_function.nth(nth).ok_or_else(|| format!("{name} has no such frame in task {pid}"))?
            }
        };
        let frame = frames.get(number).ok_or_else(|| format!("task {pid} has no frame {number}"))?;
        let r7 = match frame.r7 {
            _ if self.names != Names::Chosen && number == 0 => Registers::Live,
            Some(r7) => Registers::Fixed(r7),
            None => Registers::Lost,
        };
        Ok(expression::Frame { pc: frame.at_call(number), number, r7 })
    }

    fn knows(&self, task: Option<&str>, name: &str) -> bool {
        let listing = self.task(task).and_then(|pid| self.local.listing(pid));
        listing.is_some_and(|l| l.labels.iter().chain(&l.data).any(|(_, label)| label == name))
    }
}
