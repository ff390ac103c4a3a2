//! Variables of C programs: in which frame names are looked up, and what is there.

mod named;
mod rows;
mod scope;
mod set;
mod stored;
mod view;

pub use rows::{Changed, FrameVariables, VariableRow};
pub use scope::Names;
pub use stored::Stored;
pub use view::{Location, VariableView};

use super::{Frame, Local, Refused, frames};
use crate::debug_info::expression::{self, Compiled, Of, Typed};
use crate::debug_info::{Datum, DebugInfo, FORMATS, Named, Variable, decode};
use crate::executive::input;
use crate::executive::task::Task;
use crate::executive::{Machine, Pid};
use crate::session::expr::{Expr, ExprError, Node, Value};
use scope::CScope;

/// The frame that was chosen, until its task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    pid: Pid,
    number: usize,
    /// Turns the task had taken, and where it stood.
    turns: u64,
    pc: u32,
}

/// A value of C.
#[derive(Debug, Clone, PartialEq)]
pub struct CValue {
    /// The value.
    pub value: Datum,
    /// Its type's name.
    pub type_name: String,
    /// Where it is, if it is a place in memory.
    pub address: Option<u32>,
    /// Its bytes; 0 when unknown.
    pub size: u32,
    /// What it points at, by name: a variable or part of one, or a function.
    pub points_at: Option<String>,
}

impl CValue {
    /// The value as C writes it, and what it points at.
    #[must_use]
    pub fn text(&self) -> String {
        with_target(&self.value.to_string(), self.points_at.as_deref())
    }
}

impl Local {
    /// What is known of a task's program beyond names and lines.
    #[must_use]
    pub fn debug_info(&self, pid: Pid) -> Option<&DebugInfo> {
        self.program(pid).map(|program| &*program.debug).filter(|info| !info.is_empty())
    }

    /// The frames of a task, the innermost first, and how many more there are.
    #[must_use]
    pub fn frames(&self, pid: Pid) -> (Vec<Frame>, u32) {
        self.machine().task(pid).map_or_else(Default::default, |task| frames(self.machine(), task))
    }

    /// Chooses the frame of a task in which names are looked up, until the task runs.
    ///
    /// # Errors
    /// There is no such task, or it has no such frame.
    pub fn choose_frame(&mut self, pid: Pid, number: usize) -> Result<(), Refused> {
        let task = self.machine().task(pid).ok_or(input::Refused::NoTask(pid))?;
        let (turns, pc) = (task.counters().turns, task.context.pc);
        let there = self.frames(pid).0.len();
        if number >= there {
            return Err(Refused::NoFrame { pid, last: there.saturating_sub(1) });
        }
        self.chosen = Some(Chosen { pid, number, turns, pc });
        Ok(())
    }

    /// The frame of a task that is chosen; 0, the innermost, where none is.
    #[must_use]
    pub fn chosen_frame(&self, pid: Pid) -> usize {
        let stands = |c: &Chosen| {
            self.machine().task(pid).is_some_and(|t| (t.counters().turns, t.context.pc) == (c.turns, c.pc))
        };
        self.chosen.filter(|c| c.pid == pid && stands(c)).map_or(0, |c| c.number)
    }

    /// The function of C that the chosen frame of a task is of.
    #[must_use]
    pub fn c_function(&self, pid: Pid) -> Option<String> {
        let number = self.chosen_frame(pid);
        let frame = self.frames(pid).0.into_iter().nth(number)?;
        self.debug_info(pid)?.function_at(frame.at_call(number)).map(|f| f.name.clone())
    }

    /// The task that is meant where none is named.
    fn own(&self, pid: Option<Pid>) -> Option<&Task> {
        let machine = self.machine();
        pid.and_then(|pid| machine.task(pid)).or_else(|| machine.tasks().first())
    }

    /// Reads an expression: one of C where it names something of C, else one of the machine's own. `names`
    /// says which frame is meant.
    ///
    /// # Errors
    /// Where it goes wrong, and what was expected there.
    pub fn expression(&self, text: &str, pid: Option<Pid>, names: Names) -> Result<Expr, ExprError> {
        match self.compiled(text, pid, names)? {
            Some(compiled) => self.number(text, compiled, pid),
            None => Expr::parse(text),
        }
    }

    /// An expression of C; `None` for one of the machine's own.
    fn compiled(&self, text: &str, pid: Option<Pid>, names: Names) -> Result<Option<Compiled>, ExprError> {
        let Some(task) = self.own(pid).filter(|t| self.debug_info(t.pid).is_some()) else { return Ok(None) };
        let scope = CScope::new(self, task.pid, names);
        match expression::compile(text, &scope) {
            Ok(compiled) => Ok(Some(compiled).filter(|c| c.is_c)),
            // The machine's own expressions have forms that C does not.
            Err(e) => match Expr::parse(text) {
                Ok(expr) if self.evaluate(&expr, Some(task.pid)).is_ok() => Ok(None),
                _ => Err(e),
            },
        }
    }

    /// The number that an expression of C stands for.
    fn number(&self, text: &str, compiled: Compiled, pid: Option<Pid>) -> Result<Expr, ExprError> {
        let task = self.own(pid).map_or(0, |task| task.pid);
        let scope = CScope::new(self, task, Names::Chosen);
        let shape = scope.shape(&compiled.typed.of);
        let value = expression::load(compiled.typed, &scope)?;
        Ok(Expr::of(text, value.node).shaped(shape))
    }

    /// The value of an expression of C in the chosen frame; `None` for one of the machine's own.
    ///
    /// # Errors
    /// Where it goes wrong, and what was expected there.
    pub fn c_value(&self, text: &str, pid: Option<Pid>) -> Result<Option<CValue>, ExprError> {
        let Some(compiled) = self.compiled(text, pid, Names::Chosen)? else { return Ok(None) };
        self.shown(compiled.typed, pid).map(Some)
    }

    fn shown(&self, typed: Typed, pid: Option<Pid>) -> Result<CValue, ExprError> {
        let own = self.own(pid).map_or(0, |task| task.pid);
        let pid = typed.task.as_ref().and_then(|task| task.parse().ok()).unwrap_or(own);
        let scope = CScope::new(self, own, Names::Chosen);
        let (type_name, size) = scope.described(&typed);
        let of = match &typed.of {
            Of::Type(id) => Some(*id),
            _ => None,
        };
        if let (true, Some(of)) = (typed.is_place && typed.field.is_none(), of) {
            let address = self.integer(&typed.node, own)?;
            let info = self.debug_info(pid);
            let value = info.zip(self.machine().task(pid)).map(|(info, task)| self.datum(info, task, of, address));
            let value = value.unwrap_or(Datum::Bytes(Vec::new()));
            let points_at = self.points_at(pid, of, &value, &self.frames(pid).0);
            return Ok(CValue { value, type_name, address: Some(address), size, points_at });
        }
        let place = typed.is_place && typed.field.is_none();
        let address = if place { Some(self.integer(&typed.node, own)?) } else { None };
        if let (Of::ArrayOf(element, count), Some(first)) = (&typed.of, address) {
            let value = self.elements(&scope, &typed, element, (first, *count), own)?;
            return Ok(CValue { value, type_name, address, size, points_at: None });
        }
        let loaded = expression::load(typed, &scope)?;
        let expr = Expr::of("", loaded.node);
        let value = match self.evaluate(&expr, Some(own))? {
            Value::Real(x) => Datum::Real(x),
            Value::Int(n) => scope.datum(&loaded.of, n),
        };
        let points_at = of.and_then(|of| self.points_at(pid, of, &value, &self.frames(pid).0));
        Ok(CValue { value, type_name, address, size, points_at })
    }

    /// The values of elements in a row from an address on.
    fn elements(
        &self,
        scope: &CScope<'_>,
        whole: &Typed,
        of: &Of,
        (first, count): (u32, u32),
        pid: Pid,
    ) -> Result<Datum, ExprError> {
        let size = expression::size(of, scope);
        let element = |i: u32| {
            let node = Node::Number((first.wrapping_add(i * size) & 0xFFFF).into());
            self.shown(Typed { node, of: of.clone(), ..whole.clone() }, Some(pid)).map(|shown| shown.value)
        };
        (0..count).map(element).collect::<Result<_, _>>().map(Datum::Elements)
    }

    fn integer(&self, node: &Node, pid: Pid) -> Result<u32, ExprError> {
        match self.evaluate(&Expr::of("", node.clone()), Some(pid))? {
            Value::Int(n) => Ok(n as u32 & 0xFFFF),
            Value::Real(_) => Err(ExprError::at(0, "this is not an address".to_owned())),
        }
    }

    fn datum(&self, info: &DebugInfo, task: &Task, of: usize, address: u32) -> Datum {
        decode(&info.types, of, address, &|at| byte(self.machine(), task, at))
    }

    /// The memory that an expression of C is the place of: the task, its first address and its bytes. `None` for one
    /// of the machine's own.
    ///
    /// # Errors
    /// Where it goes wrong; or it is a value and not a place, or a bit-field, which shares its bytes.
    pub fn c_place(&self, text: &str, pid: Option<Pid>) -> Result<Option<(Pid, u16, u32)>, ExprError> {
        let Some(Compiled { typed, .. }) = self.compiled(text, pid, Names::Chosen)? else { return Ok(None) };
        let own = self.own(pid).map_or(0, |task| task.pid);
        if typed.field.is_some() {
            return Err(ExprError::at(0, "this is a bit-field, which has no place of its own in memory".to_owned()));
        }
        self.span(&typed, own).map(Some)
    }

    /// The task, the first address and the bytes of a place; of a bit-field those it lies in.
    fn span(&self, typed: &Typed, own: Pid) -> Result<(Pid, u16, u32), ExprError> {
        let scope = CScope::new(self, own, Names::Chosen);
        if !typed.is_place || scope.is_function(&typed.of) {
            return Err(ExprError::at(0, "this is a value and not a place in memory".to_owned()));
        }
        let whose = typed.task.as_ref().and_then(|task| task.parse().ok()).unwrap_or(own);
        let size = scope.described(typed).1;
        let address = self.integer(&typed.node, own)?;
        Ok((whose, address as u16, size.max(1)))
    }

    /// The type of an expression or the type of a name: its name, and what it is made of.
    ///
    /// # Errors
    /// Where it goes wrong, and what was expected there.
    pub fn type_of(&self, text: &str, pid: Option<Pid>) -> Result<(String, String), ExprError> {
        let nothing = || ExprError::at(0, "nothing is known of this program's types".to_owned());
        let task = self.own(pid).filter(|t| self.debug_info(t.pid).is_some()).ok_or_else(nothing)?;
        let scope = CScope::new(self, task.pid, Names::Chosen);
        let of = match expression::type_named(text, &scope) {
            Ok(of) => of,
            Err(_) => match expression::compile(text, &scope) {
                Ok(compiled) if compiled.is_c => compiled.typed.of,
                // A function, or a variable that is nowhere now: its type is known all the same.
                read => match scope.declared(text.trim()) {
                    Some(of) => of,
                    None => read?.typed.of,
                },
            },
        };
        Ok((scope.name(&of), scope.definition(&of)))
    }

    /// The variables of a frame: arguments, then those of its blocks from the inside out.
    #[must_use]
    pub fn variables(&self, pid: Pid, number: usize) -> Vec<VariableView> {
        self.variables_in(pid, &self.frames(pid).0, number)
    }

    /// The same, given the frames of the task.
    #[must_use]
    pub(in crate::backend) fn variables_in(&self, pid: Pid, frames: &[Frame], number: usize) -> Vec<VariableView> {
        let (Some(info), Some(task)) = (self.debug_info(pid), self.machine().task(pid)) else { return Vec::new() };
        let Some(frame) = frames.get(number) else { return Vec::new() };
        let pc = frame.at_call(number);
        let mut named = info.visible(pc);
        named.sort_by_key(|n| match n.variable {
            Variable::Local(local) if local.arg > 0 => (0, local.arg),
            _ => (1, n.out),
        });
        let view = |n: Named<'_>| {
            let mut view = self.view(info, task, n, (pc, number, frame.r7));
            let points_at = n.variable.of().zip(view.datum.as_ref());
            view.points_at = points_at.and_then(|(of, value)| self.points_at(pid, of, value, frames));
            view
        };
        named.into_iter().map(view).collect()
    }

    /// The call of a frame: `fact (n=3)`; `None` where it is of no C function.
    pub(in crate::backend) fn call_text(&self, pid: Pid, frames: &[Frame], number: usize) -> Option<String> {
        let function = self.debug_info(pid)?.function_at(frames.get(number)?.at_call(number))?;
        let all = self.variables_in(pid, frames, number).into_iter().filter(|v| v.arg > 0);
        let all: Vec<String> = all.map(|v| format!("{}={}", v.name, v.text)).collect();
        let all = if function.of.is_some() { all.join(", ") } else { "?".to_owned() };
        Some(format!("{} ({all})", function.name))
    }

    /// The function at an address, and all its variables, wherever in it they are declared.
    #[must_use]
    pub fn variables_of(&self, pid: Pid, pc: u32) -> Option<(String, Vec<VariableView>)> {
        let (info, task) = (self.debug_info(pid)?, self.machine().task(pid)?);
        let function = info.function_at(pc)?;
        let own = info.variables_of(function);
        let view = |variable| self.view(info, task, Named { variable, out: 0 }, (pc, 0, None));
        Some((function.name.clone(), own.map(view).collect()))
    }

    /// Statics of files, and globals.
    #[must_use]
    pub fn globals(&self, pid: Pid) -> Vec<(String, VariableView)> {
        let (Some(info), Some(task)) = (self.debug_info(pid), self.machine().task(pid)) else { return Vec::new() };
        let view = |g| self.view(info, task, Named { variable: Variable::Global(g), out: 0 }, (0, 0, None));
        info.globals.iter().map(|g| (g.file.clone(), view(g))).collect()
    }

    /// What a function has returned in R0, by its type. `None` for `void` and where the type is unknown.
    #[must_use]
    pub fn returned(&self, pid: Pid, function: u32, r0: u32) -> Option<CValue> {
        let info = self.debug_info(pid)?;
        let task = self.machine().task(pid)?;
        let of = info.function_at(function)?.returns?;
        let byte = |at: u32| match r0.to_le_bytes().get(at as usize) {
            Some(own) => *own,
            None => byte(self.machine(), task, at),
        };
        let (value, type_name) = (decode(&info.types, of, 0, &byte), info.types.name(Some(of)));
        Some(CValue { value, type_name, address: None, size: info.types.size(of), points_at: None })
    }
}

/// A number of the machine's own in a format of `print`, such as `x` or `c`.
#[must_use]
pub fn in_format(n: i64, format: char) -> String {
    Datum::Integer(n).formatted(format, 4)
}

/// The letters of those formats.
#[must_use]
pub const fn formats() -> &'static str {
    FORMATS
}

/// A value and the name of what it points at: `0xFFE4 -> main::deepest`.
fn with_target(text: &str, name: Option<&str>) -> String {
    name.map_or_else(|| text.to_owned(), |name| format!("{text} -> {name}"))
}

/// A byte of memory as a task sees it.
fn byte(machine: &Machine, task: &Task, at: u32) -> u8 {
    machine.ram().byte(&task.bank, (at & 0xFFFF) as usize)
}

fn word(machine: &Machine, task: &Task, at: u32) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|i| byte(machine, task, at.wrapping_add(i))))
}
