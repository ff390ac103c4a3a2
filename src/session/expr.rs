//! Expressions over a machine: registers of any task, memory, symbols, mailboxes, the clock. Parsing and
//! evaluating are pure; what an expression says of a machine depends on that machine alone.

mod eval;
mod parse;
mod write;

mod needs;
mod plan;
mod shape;
mod steady;

pub use eval::{Scope, is_own};
pub use needs::{MemoryRange, Needs};
pub use plan::Plan;
pub use shape::{Shape, numbered};

use serde::{Deserialize, Serialize};
use std::fmt;

/// An expression that has been read. As data it is its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Expr {
    text: String,
    root: Node,
    /// The text is of another language than the machine's own expressions.
    foreign: bool,
    /// What its value is in that language. Not part of it as data.
    shape: Option<Shape>,
}

impl From<Expr> for String {
    fn from(expr: Expr) -> String {
        expr.plain_text()
    }
}

impl TryFrom<String> for Expr {
    type Error = ExprError;

    fn try_from(text: String) -> Result<Expr, ExprError> {
        Expr::parse(&text)
    }
}

/// A part of an expression. Places (`at`) are columns of the text, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are what the variants say")]
pub enum Node {
    /// A number.
    Number(i64),
    /// A register, a symbol, a field of a task or mailbox.
    Name { text: String, at: usize },
    /// Bytes at an address, as a task sees them: how many.
    Memory { bytes: usize, task: Option<String>, address: Box<Node>, at: usize },
    /// An operator in front of something, or a function.
    Unary(Unary, Box<Node>),
    /// An operator between two parts.
    Binary { op: Binary, at: usize, left: Box<Node>, right: Box<Node> },
    /// A condition, what it is where that is true, and what it is elsewhere.
    Choice(Box<[Node; 3]>),
}

/// The last place of an operator outside of parentheses, brackets and quotes.
fn outermost(text: &str, operator: &str) -> Option<usize> {
    // `<` is neither the beginning of `<<` nor of `<=`.
    let alone = |at: usize| {
        let glued = |c: Option<char>| c.is_some_and(|c| "<>=!".contains(c));
        !glued(text[..at].chars().next_back()) && !glued(text[at + operator.len()..].chars().next())
    };
    let (mut depth, mut quoted, mut found) = (0_i32, false, None);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ if !quoted && depth == 0 && text[at..].starts_with(operator) && alone(at) => found = Some(at),
            _ => {}
        }
    }
    found
}

impl Node {
    fn constant(&self) -> Option<Value> {
        match self {
            Node::Number(n) => Some(Value::Int(*n)),
            Node::Name { .. } | Node::Memory { .. } => None,
            Node::Unary(op, inner) => eval::unary(*op, inner.constant()?).ok(),
            Node::Binary { op: Binary::And, left, right, .. } => {
                Some(eval::truth(left.constant()?.truth() && right.constant()?.truth()))
            }
            Node::Binary { op: Binary::Or, left, right, .. } => {
                Some(eval::truth(left.constant()?.truth() || right.constant()?.truth()))
            }
            Node::Binary { op, left, right, .. } => eval::binary(*op, left.constant()?, right.constant()?).ok(),
            Node::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                if condition.constant()?.truth() { yes.constant() } else { no.constant() }
            }
        }
    }

    fn names(&self, names: &mut Vec<(String, usize)>) {
        match self {
            Node::Number(_) => {}
            Node::Name { text, at } => names.push((text.clone(), *at)),
            Node::Memory { address, .. } => address.names(names),
            Node::Unary(_, inner) => inner.names(names),
            Node::Binary { left, right, .. } => {
                left.names(names);
                right.names(names);
            }
            Node::Choice(parts) => parts.iter().for_each(|part| part.names(names)),
        }
    }

    fn bind(&mut self, symbol: &dyn Fn(&str) -> Option<u32>) {
        match self {
            Node::Number(_) => {}
            Node::Name { text, .. } => {
                if let Some(address) = symbol(text).filter(|_| !eval::is_own(text)) {
                    *self = Node::Number(address.into());
                }
            }
            Node::Memory { address, .. } => address.bind(symbol),
            Node::Unary(_, inner) => inner.bind(symbol),
            Node::Binary { left, right, .. } => {
                left.bind(symbol);
                right.bind(symbol);
            }
            Node::Choice(parts) => parts.iter_mut().for_each(|part| part.bind(symbol)),
        }
    }
}

/// Operators in front, and functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unary {
    /// `-`
    Negative,
    /// `!`
    Not,
    /// `~`
    Flip,
    /// The low 32 bits as a signed number.
    Signed,
    /// The low half as f16.
    Half,
    /// The whole part of a number: without its fraction, towards 0.
    Whole,
    /// The f16 that is nearest to a number.
    Real,
}

/// Operators between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Binary {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    BitOr,
    BitXor,
    BitAnd,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    /// The operator as it is written, if it compares.
    const fn comparison(self) -> Option<&'static str> {
        match self {
            Binary::Equal => Some("=="),
            Binary::Unequal => Some("!="),
            Binary::Less => Some("<"),
            Binary::LessOrEqual => Some("<="),
            Binary::Greater => Some(">"),
            Binary::GreaterOrEqual => Some(">="),
            _ => None,
        }
    }
}

/// What an expression evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number of f16 origin.
    Real(f64),
}

impl Value {
    /// Whether it counts as true: anything but zero.
    #[must_use]
    pub fn truth(self) -> bool {
        match self {
            Value::Int(n) => n != 0,
            Value::Real(x) => x != 0.0,
        }
    }
}

impl fmt::Display for Value {
    /// Decimal, and hex beside it where that is worth something.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::Real(x) => write!(f, "{x}"),
            Value::Int(n @ 0..=9) => write!(f, "{n}"),
            Value::Int(n) if i32::try_from(n).is_ok() || u32::try_from(n).is_ok() => {
                write!(f, "{n} (0x{:08X})", n as u32)
            }
            Value::Int(n) => write!(f, "{n} (0x{n:016X})"),
        }
    }
}

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    /// Column, from 0.
    pub column: usize,
    /// What was wrong and what was expected.
    pub message: String,
    /// A mailbox or task that is named does not exist, but may come into being later.
    pub absent: bool,
    /// A name means nothing, and no turn will change that.
    pub unknown: bool,
}

impl ExprError {
    /// An error at a column.
    pub fn at(column: usize, message: impl Into<String>) -> ExprError {
        ExprError { column, message: message.into(), absent: false, unknown: false }
    }
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it goes wrong, and what was expected there.
    pub fn parse(text: &str) -> Result<Expr, ExprError> {
        Ok(Expr { text: text.trim().to_owned(), root: parse::whole(text)?, foreign: false, shape: None })
    }

    /// An expression that was read elsewhere: as it was written, and what it is.
    #[must_use]
    pub fn of(text: &str, root: Node) -> Expr {
        Expr { text: text.trim().to_owned(), root, foreign: true, shape: None }
    }

    /// A number, as it was written.
    #[must_use]
    pub fn number(text: &str, n: i64) -> Expr {
        Expr::of(text, Node::Number(n))
    }

    /// The same with what its value is in its language.
    #[must_use]
    pub fn shaped(self, shape: Option<Shape>) -> Expr {
        Expr { shape, ..self }
    }

    /// What its value is in its language; `None` for the machine's own, and for structs and arrays.
    #[must_use]
    pub fn shape(&self) -> Option<&Shape> {
        self.shape.as_ref()
    }

    /// A value of it as its language writes it.
    #[must_use]
    pub fn said(&self, value: Value) -> String {
        self.shape.as_ref().map_or_else(|| value.to_string(), |shape| shape.text(value))
    }

    /// Its text; or, where the text is of another language, what the machine's own expressions say for it. Reading that
    /// gives the same expression.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let same = || Expr::parse(&self.text).is_ok_and(|read| read.root == self.root);
        if !self.foreign || same() { self.text.clone() } else { self.root.to_string() }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Both sides of a comparison, if it is one.
    #[must_use]
    pub fn sides(&self) -> Option<(Expr, Expr)> {
        let Node::Binary { op, left, right, .. } = &self.root else { return None };
        let symbol = op.comparison()?;
        let side = |node: &Node, text: &str| Expr { foreign: self.foreign, ..Expr::of(text, node.clone()) };
        // The operator is the last of its kind outside of parentheses and quotes.
        let at = outermost(&self.text, symbol)?;
        Some((side(left, &self.text[..at]), side(right, &self.text[at + symbol.len()..])))
    }

    /// The names in it, each with its column.
    #[must_use]
    pub fn names(&self) -> Vec<(String, usize)> {
        let mut names = Vec::new();
        self.root.names(&mut names);
        names
    }

    /// The same with the symbols of a program as numbers, so that it can be looked at without the
    /// program.
    #[must_use]
    pub fn bound(mut self, symbol: &dyn Fn(&str) -> Option<u32>) -> Expr {
        self.root.bind(symbol);
        self
    }

    /// What it evaluates to whatever the machine; `None` if that depends on the machine.
    #[must_use]
    pub fn constant(&self) -> Option<Value> {
        self.root.constant()
    }

    /// What it evaluates to for a machine.
    ///
    /// # Errors
    /// A name that means nothing there, a division by zero, a shift by too much.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, ExprError> {
        scope.eval(&self.root)
    }
}
