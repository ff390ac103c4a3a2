//! Expressions of C over a program's variables: members, elements, pointers, casts.
//!
//! An expression is read and typed in one go, and becomes one of the machine's own expressions: reads of memory at
//! addresses. So conditions, watches and searches need not know of C.

mod cursor;
mod names;
mod operators;
mod typed;

pub use names::{Frame, Registers, Scope};
pub use typed::{Of, Typed};

use super::{DebugInfo, TypeId, TypeKind, Types};
use crate::isa::round_f16;
use crate::session::expr::{Binary, ExprError, Node, Unary};
use cursor::{Cursor, Literal, REPEAT};

/// Deepest nesting; no one writes more by hand.
const DEEPEST: usize = 32;
/// Longest text.
const LONGEST: usize = 1000;

/// An expression that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// What it is: a place in memory or a value.
    pub typed: Typed,
    /// Whether it names something of C; if not, the machine's own expressions say the same.
    pub is_c: bool,
}

/// Reads an expression where a task stands.
///
/// # Errors
/// Where it goes wrong, and what was expected there.
pub fn compile(text: &str, scope: &dyn Scope) -> Result<Compiled, ExprError> {
    if text.chars().count() > LONGEST {
        return Err(ExprError::at(LONGEST, "this is too long".to_owned()));
    }
    let mut compiler = Compiler { cursor: Cursor::new(text), ..bare(scope) };
    let typed = compiler.whole()?;
    match compiler.cursor.peek() {
        None => Ok(Compiled { typed, is_c: compiler.is_c }),
        Some('=') => Err(compiler.error("an expression changes nothing: set var NAME = VALUE does".to_owned())),
        Some('(') => Err(compiler.error("an expression calls no function: that would change the machine".to_owned())),
        Some(c) => Err(compiler.error(format!("an operator or the end is expected, not \"{c}\""))),
    }
}

/// A type by its name, as in a cast.
///
/// # Errors
/// There is no such type.
pub fn type_named(text: &str, scope: &dyn Scope) -> Result<Of, ExprError> {
    let mut compiler = Compiler { cursor: Cursor::new(text), ..bare(scope) };
    match compiler.type_name()? {
        Some(of) if compiler.cursor.peek().is_none() => Ok(of),
        _ => Err(compiler.error("the name of a type is expected, such as int or struct point".to_owned())),
    }
}

struct Compiler<'t> {
    cursor: Cursor<'t>,
    scope: &'t dyn Scope,
    /// The task that is named in front of what is being read.
    task: Option<String>,
    is_c: bool,
    depth: usize,
}

type Read<T = Typed> = Result<T, ExprError>;

impl<'t> Compiler<'t> {
    fn error(&self, message: String) -> ExprError {
        ExprError::at(self.cursor.column(), message)
    }

    fn info(&self) -> Option<&'t DebugInfo> {
        self.scope.info(self.task.as_deref())
    }

    fn types(&self) -> &'t Types {
        static NONE: Types = Types::new();
        self.info().map_or(&NONE, |info| &info.types)
    }

    fn expect(&mut self, token: &str) -> Read<()> {
        if self.cursor.take(token) { Ok(()) } else { Err(self.error(format!("\"{token}\" is expected"))) }
    }

    /// A whole expression, which may choose between two.
    fn whole(&mut self) -> Read {
        let condition = self.binary(1)?;
        if !self.cursor.take("?") {
            return Ok(condition);
        }
        let yes = self.deeper(Self::whole)?;
        self.expect(":")?;
        let no = self.deeper(Self::whole)?;
        self.choice(condition, yes, no)
    }

    /// Operators of at least a strength, as the machine's own expressions have them: unlike in C, bits are combined
    /// before they are compared.
    fn binary(&mut self, least: u32) -> Read {
        let mut left = self.unary()?;
        loop {
            if least <= REPEAT && self.cursor.take("@") {
                let count = self.binary(REPEAT + 1)?;
                left = self.repeated(left, count)?;
                continue;
            }
            let Some((op, strength)) = self.cursor.operator().filter(|(_, strength)| *strength >= least) else {
                return Ok(left);
            };
            self.cursor.take_operator();
            let right = self.binary(strength + 1)?;
            left = self.combine(op, left, right)?;
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        let result = if self.depth > DEEPEST { Err(self.error("this goes too deep".to_owned())) } else { read(self) };
        self.depth -= 1;
        result
    }

    fn unary(&mut self) -> Read {
        self.deeper(Self::prefixed)
    }

    fn prefixed(&mut self) -> Read {
        if self.cursor.take("-") {
            let value = self.unary()?;
            return self.arithmetic(Unary::Negative, value);
        }
        if self.cursor.take("+") {
            let value = self.unary()?;
            return self.load(value);
        }
        if self.cursor.take("~") {
            let value = self.unary()?;
            return self.arithmetic(Unary::Flip, value);
        }
        if self.cursor.take("!") {
            let value = self.unary()?;
            let value = self.load(value)?;
            return Ok(Typed::value(Node::Unary(Unary::Not, Box::new(value.node)), Of::Int));
        }
        if self.cursor.take("*") {
            self.is_c = true;
            let pointer = self.unary()?;
            return self.pointed_at(pointer);
        }
        if self.cursor.peek() == Some('&') {
            self.cursor.take("&");
            self.is_c = true;
            let place = self.unary()?;
            return self.address_of(place);
        }
        self.postfixed()
    }

    fn postfixed(&mut self) -> Read {
        let mut value = self.primary()?;
        loop {
            if self.cursor.take("->") {
                if let (true, Of::Type(id)) = (value.is_place, &value.of)
                    && self.types().members(*id).is_some()
                {
                    let name = self.types().name(Some(*id));
                    return Err(self.error(format!("a {name} is not a pointer: its members stand behind a point")));
                }
                let pointed = self.pointed_at(value)?;
                value = self.member(pointed)?;
            } else if self.cursor.take(".") {
                value = self.member(value)?;
            } else if self.cursor.take("[") {
                let index = self.deeper(Self::whole)?;
                self.expect("]")?;
                value = self.element(value, index)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Read {
        if self.cursor.take("(") {
            if let Some(of) = self.type_name()? {
                self.expect(")")?;
                self.is_c = true;
                let value = self.unary()?;
                return self.cast(of, value);
            }
            let inner = self.deeper(Self::whole)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if let Some(x) = self.cursor.real() {
            self.is_c = true;
            let bits = Node::Number(round_f16(x).into());
            return Ok(Typed::value(Node::Unary(Unary::Half, Box::new(bits)), Of::Real));
        }
        if let Some(Literal { value, of_c, unsigned }) = self.cursor.literal() {
            self.is_c |= of_c;
            let literal = Typed::literal(value);
            let unsigned = unsigned && literal.of == Of::Int;
            return Ok(if unsigned { Typed { of: Of::Unsigned, ..literal } } else { literal });
        }
        if self.cursor.take("[") {
            return self.memory(4);
        }
        self.name()
    }

    /// The machine's own memory: `w[a]`, behind its bracket.
    fn memory(&mut self, bytes: usize) -> Read {
        let (at, task) = (self.cursor.column(), self.task.clone());
        let address = self.deeper(Self::whole)?;
        let address = self.load(address)?;
        self.expect("]")?;
        Ok(Typed::value(Node::Memory { bytes, task, address: Box::new(address.node), at }, Of::Word))
    }

    /// The name of a type with its stars, if one stands here.
    fn type_name(&mut self) -> Read<Option<Of>> {
        let start = self.cursor.clone();
        let mut words = Vec::new();
        while let Some(word) = self.cursor.word() {
            match word {
                "const" | "volatile" => {}
                word if words.len() < 4 => words.push(word),
                _ => break,
            }
        }
        let name = words.join(" ");
        let is_variable = words.len() == 1 && self.is_variable(&name);
        let Some(mut of) = (!is_variable).then(|| self.named_type(&name)).flatten() else {
            self.cursor = start;
            return Ok(None);
        };
        while self.cursor.take("*") {
            of = Of::PointerTo(Box::new(of));
        }
        Ok(Some(of))
    }

    fn named_type(&self, name: &str) -> Option<Of> {
        if let Some(id) = self.types().named(name) {
            return Some(Of::Type(id));
        }
        Some(match name {
            "void" => Of::Void,
            "int" | "signed" | "signed int" => Of::Int,
            "unsigned" | "unsigned int" => Of::Unsigned,
            "char" | "signed char" => Of::Narrow { bytes: 1, signed: true },
            "unsigned char" => Of::Narrow { bytes: 1, signed: false },
            "short" | "signed short" | "short int" => Of::Narrow { bytes: 2, signed: true },
            "unsigned short" => Of::Narrow { bytes: 2, signed: false },
            "_Float16" => Of::Real,
            _ => return None,
        })
    }
}

/// The number that a part stands for: what is at a place.
///
/// # Errors
/// It is not a number: a struct, a `void`.
pub fn load(typed: Typed, scope: &dyn Scope) -> Result<Typed, ExprError> {
    bare(scope).load(typed)
}

/// Bytes of a type; 0 when unknown.
#[must_use]
pub fn size(of: &Of, scope: &dyn Scope) -> u32 {
    bare(scope).size(of)
}

fn bare(scope: &dyn Scope) -> Compiler<'_> {
    Compiler { cursor: Cursor::new(""), scope, task: None, is_c: false, depth: 0 }
}
