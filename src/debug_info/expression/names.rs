//! Names: of C, in a frame, and the machine's own.

use super::{Compiler, DebugInfo, ExprError, Node, Of, Read, TypeKind, Typed, Unary};
use crate::debug_info::{Variable, Where};
use crate::session::expr::{Binary, is_own};

/// What a frame's R7 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registers {
    /// What the register holds when the expression is looked at: the innermost frame.
    Live,
    /// This.
    Fixed(u32),
    /// Nothing is known of it.
    Lost,
}

/// The frame in which names are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The instruction: at the pc, or of an outer frame the CALL.
    pub pc: u32,
    /// Which it is, from 0 for the innermost.
    pub number: usize,
    /// Its R7.
    pub r7: Registers,
}

/// Where an expression is read.
pub trait Scope {
    /// What is known of a task's program; without a name of the task that is meant.
    fn info(&self, task: Option<&str>) -> Option<&DebugInfo>;

    /// The frame that is meant, or the innermost one of a function, or the one at this distance further out.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn frame(&self, task: Option<&str>, function: Option<(&str, usize)>) -> Result<Frame, String>;

    /// Whether the machine knows something by a name: a label, a mailbox, a task's register.
    fn knows(&self, task: Option<&str>, name: &str) -> bool;
}

const REGISTERS: [&str; 3] = ["pc", "sp", "psw"];

fn is_register(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    REGISTERS.contains(&lower.as_str())
        || lower.strip_prefix('r').and_then(|i| i.parse::<u8>().ok()).is_some_and(|i| i < 16)
}

impl<'t> Compiler<'t> {
    /// A name, with what stands in front of it.
    pub(super) fn name(&mut self) -> Read {
        let column = self.cursor.column();
        if self.cursor.take("$") {
            self.is_c = true;
            return self.machines(column);
        }
        if self.cursor.take("::") {
            let name = self.plain_name()?;
            return self.global(None, name, column);
        }
        if let Some(task) = self.task_in_front() {
            let outer = self.task.replace(task);
            let named = if self.cursor.take("[") { self.memory(4) } else { self.name() };
            self.task = outer;
            return named;
        }
        if let Some((before, name)) = self.qualified() {
            return self.of_function_or_file(before, name, column);
        }
        let start = self.cursor.clone();
        let Some(word) = self.cursor.word() else {
            return self.machines(column);
        };
        let next = self.cursor.ahead().chars().next();
        if let ("w" | "h" | "b", Some('[')) = (word, next)
            && !self.is_variable(word)
        {
            self.cursor.take("[");
            return self.memory(match word {
                "w" => 4,
                "h" => 2,
                _ => 1,
            });
        }
        match (word, self.cursor.peek()) {
            ("sizeof", _) => return self.size_of(),
            ("f16", Some('(')) => return self.function(Unary::Half),
            ("signed", Some('(')) => return self.function(Unary::Signed),
            ("int", Some('(')) => return self.function(Unary::Whole),
            ("real", Some('(')) => return self.function(Unary::Real),
            _ => {}
        }
        if !is_register(word)
            && let Some(found) = self.variable(word, column)?
        {
            self.is_c = true;
            return Ok(found);
        }
        self.cursor = start;
        self.machines(column)
    }

    fn plain_name(&mut self) -> Read<&'t str> {
        self.cursor.word().ok_or_else(|| self.error("a name is expected".to_owned()))
    }

    /// `2:` in front of something of another task; a name only in front of its memory.
    fn task_in_front(&mut self) -> Option<String> {
        let start = self.cursor.clone();
        let name = self.cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let rest = self.cursor.ahead();
        let behind = rest.strip_prefix(':').filter(|rest| !rest.starts_with(':'));
        let is_number = |name: &&str| name.bytes().all(|b| b.is_ascii_digit());
        let is_memory = |rest: &&str| ["[", "w[", "h[", "b["].iter().any(|open| rest.starts_with(open));
        let found = name.zip(behind).filter(|(name, rest)| is_number(name) || is_memory(rest));
        match found {
            Some((name, _)) => {
                self.cursor.take(":");
                Some(name.to_owned())
            }
            None => {
                self.cursor = start;
                None
            }
        }
    }

    /// `fact::n`, `fact#2::n`, `bank.c::count`, `lib/bank.c::count`, `'my bank.c'::count`.
    fn qualified(&mut self) -> Option<(&'t str, &'t str)> {
        let start = self.cursor.clone();
        let quote = ['\'', '"'].into_iter().find(|quote| self.cursor.peek() == Some(*quote));
        let before = match quote {
            Some(quote) => {
                self.cursor.take(quote.encode_utf8(&mut [0; 4]));
                self.cursor.take_while(|c| c != quote).filter(|_| self.cursor.take(quote.encode_utf8(&mut [0; 4])))
            }
            None => self.cursor.take_while(|c| c.is_ascii_alphanumeric() || "_.#/".contains(c)),
        };
        let name = if self.cursor.take("::") { self.cursor.word() } else { None };
        if before.is_none() || name.is_none() {
            self.cursor = start;
        }
        before.zip(name)
    }

    fn of_function_or_file(&mut self, before: &str, name: &str, column: usize) -> Read {
        self.is_c = true;
        if before.contains('.') {
            return self.global(Some(before), name, column);
        }
        let error = |message: String| ExprError::at(column, message);
        let (function, number) = match before.split_once('#') {
            Some((function, number)) => {
                let number =
                    number.parse().map_err(|_| error(format!("a number is expected behind #, as in {function}#2")))?;
                (function, number)
            }
            None => (before, 1_usize),
        };
        let info = self.info().ok_or_else(|| error("nothing is known of this program's variables".to_owned()))?;
        let known = info.function(function).ok_or_else(|| error(format!("there is no function {function}")))?;
        // A static needs no frame.
        let of_function = |g: &&crate::debug_info::Global| g.function == Some(known.start) && g.name == name;
        if let Some(found) = info.globals.iter().find(of_function) {
            let frame = Frame { pc: known.start, number: 0, r7: Registers::Lost };
            return self.placed(Variable::Global(found), frame, column);
        }
        let found = self.scope.frame(self.task.as_deref(), Some((function, number.max(1) - 1)));
        let frame = found.map_err(|why| error(format!("{name}: {why}")))?;
        let variable = info.visible(frame.pc).into_iter().map(|n| n.variable).find(|v| v.name() == name);
        let variable = variable.ok_or_else(|| error(missing(info, frame.pc, name)))?;
        self.placed(variable, frame, column)
    }

    fn global(&mut self, file: Option<&str>, name: &str, column: usize) -> Read {
        self.is_c = true;
        let found = self.info().and_then(|info| info.global(file, name));
        let Some(found) = found else {
            let place = file.map_or_else(|| "there is no global".to_owned(), |file| format!("{file} has no"));
            return Err(ExprError::at(column, format!("{place} {name}")));
        };
        self.placed(Variable::Global(found), Frame { pc: 0, number: 0, r7: Registers::Lost }, column)
    }

    pub(super) fn is_variable(&self, word: &str) -> bool {
        let pc = self.scope.frame(self.task.as_deref(), None).map_or(u32::MAX, |frame| frame.pc);
        self.info().is_some_and(|info| info.lookup(word, pc).is_some())
    }

    /// A variable, an enumerator or a function of C.
    fn variable(&mut self, word: &str, column: usize) -> Read<Option<Typed>> {
        let Some(info) = self.info() else { return Ok(None) };
        let frame = self.scope.frame(self.task.as_deref(), None);
        let outside = Frame { pc: u32::MAX, number: 0, r7: Registers::Lost };
        let frame = frame.unwrap_or(outside);
        if let Some(variable) = info.lookup(word, frame.pc) {
            return self.placed(variable, frame, column).map(Some);
        }
        if let Some((of, value)) = info.types.enumerator(word) {
            return Ok(Some(Typed::value(Node::Number(value), Of::Type(of))));
        }
        if let Some((function, of)) = info.function(word).and_then(|f| Some((f, f.of?))) {
            let node = Node::Number(function.start.into());
            return Ok(Some(Typed { is_place: true, ..Typed::value(node, Of::Type(of)) }));
        }
        let at_end = !self.cursor.ahead().starts_with(['.', ':', '@']);
        if at_end && !is_own(word) && !self.scope.knows(self.task.as_deref(), word) {
            return Err(ExprError::at(column, missing(info, frame.pc, word)));
        }
        Ok(None)
    }

    /// Where a variable is in a frame, or what it is there.
    fn placed(&self, variable: Variable<'_>, frame: Frame, column: usize) -> Read {
        let error = |message: String| Err(ExprError::at(column, message));
        let (name, of) = (variable.name(), variable.of().map_or(Of::Unknown, Of::Type));
        let place = |node| Typed { node, of: of.clone(), is_place: true, field: None, task: self.task.clone() };
        let register = |number: u8| match &self.task {
            Some(task) => Node::Name { text: format!("{task}.r{number}"), at: column },
            None => Node::Name { text: format!("r{number}"), at: column },
        };
        match (variable.place(frame.pc), variable) {
            (Some(Where::Memory(address)), _) => Ok(place(Node::Number((address & 0xFFFF).into()))),
            (Some(Where::Constant(value)), _) => {
                let value = Typed::value(Node::Number(value.into()), Of::Unsigned);
                self.cast(self.number_of(&of), value).map(|value| Typed { of, ..value })
            }
            (Some(Where::Register(number)), _) if frame.number == 0 => {
                let value = Typed::value(register(number), Of::Word);
                self.cast(self.number_of(&of), value).map(|value| Typed { of, ..value })
            }
            (Some(Where::Register(number)), _) => {
                error(format!("{name} is lost: R{number} is not kept by the functions called since"))
            }
            (Some(Where::Frame(offset)), _) => match frame.r7 {
                Registers::Fixed(r7) => Ok(place(Node::Number((r7.wrapping_add_signed(offset) & 0xFFFF).into()))),
                Registers::Live => {
                    let (left, right) = (Box::new(register(7)), Box::new(Node::Number(offset.into())));
                    Ok(place(Node::Binary { op: Binary::Add, at: column, left, right }))
                }
                Registers::Lost => error(format!("{name} is lost: its frame is not known")),
            },
            (None, Variable::Global(_)) => error(format!("{name} is not in the image: the compiler left it out")),
            (None, Variable::Local(local)) => {
                let from = local.ranges.iter().map(|range| range.start).find(|start| *start > frame.pc);
                let from = from.map_or_else(String::new, |from| format!(": it is in scope from 0x{from:04X}"));
                error(format!("{name} is not available at 0x{:04X}{from}", frame.pc))
            }
        }
    }

    /// A type that a register can hold.
    fn number_of(&self, of: &Of) -> Of {
        match of {
            Of::Type(id) => match self.types().kind(*id) {
                TypeKind::Character { .. } | TypeKind::Integer { .. } | TypeKind::Pointer(_) => of.clone(),
                _ => Of::Int,
            },
            _ => Of::Int,
        }
    }

    fn size_of(&mut self) -> Read {
        self.is_c = true;
        let start = self.cursor.clone();
        if self.cursor.take("(")
            && let Some(of) = self.type_name()?
        {
            self.expect(")")?;
            return Ok(Typed::value(Node::Number(self.size(&of).into()), Of::Unsigned));
        }
        self.cursor = start;
        let typed = self.unary()?;
        Ok(Typed::value(Node::Number(self.size(&typed.of).into()), Of::Unsigned))
    }

    fn function(&mut self, op: Unary) -> Read {
        self.expect("(")?;
        let inner = self.deeper(Self::whole)?;
        self.expect(")")?;
        let inner = self.load(inner)?;
        let of = if matches!(op, Unary::Half | Unary::Real) { Of::Real } else { Of::Word };
        Ok(Typed::value(Node::Unary(op, Box::new(inner.node)), of))
    }

    /// A name of the machine's own: a register, a label, a mailbox, the clock.
    fn machines(&mut self, column: usize) -> Read {
        let text = self.cursor.take_while(|c| c.is_ascii_alphanumeric() || "_.@:".contains(c));
        // At the end of a word a colon is that of a choice.
        let text = text.map(|text| self.cursor.give_back(text, text.trim_end_matches(':')));
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            let there = self.cursor.peek().map_or("the end".to_owned(), |c| format!("\"{c}\""));
            return Err(self.error(format!("a number, a name or [address] is expected, not {there}")));
        };
        let text = match &self.task {
            Some(task) => format!("{task}.{text}"),
            None => text.to_owned(),
        };
        Ok(Typed::value(Node::Name { text, at: column }, Of::Word))
    }
}

/// What there is instead of a name.
fn missing(info: &DebugInfo, pc: u32, name: &str) -> String {
    let mut names: Vec<&str> = info.visible(pc).into_iter().map(|n| n.variable.name()).collect();
    names.dedup();
    names.truncate(8);
    match (info.function_at(pc), names.is_empty()) {
        (Some(function), false) => format!("no {name} here: {} has {}", function.name, names.join(", ")),
        (Some(function), true) => format!("no {name} here: {} has no variables at this place", function.name),
        (None, _) => format!("no {name} here: this is not a C function"),
    }
}
