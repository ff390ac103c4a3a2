//! What an expression depends on: it has to be evaluated again only where that has changed.

use super::eval::Scope;
use super::{Expr, ExprError, Node, Value};
use crate::executive::Pid;

/// Memory that an expression stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryRange {
    /// The task that sees it; `None` for a register, which no bank hides.
    pub pid: Option<Pid>,
    /// First address.
    pub address: u16,
    /// Bytes.
    pub bytes: u32,
}

/// What an expression depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Stretches of memory by address, registers among them: first, and first after it. Whose bank
    /// they may lie in is not told.
    pub spans: Vec<(u32, u32)>,
    /// Something that changes with what is traced: messages, states.
    pub events: bool,
    /// Something that any turn may change: a pc, a flag, the clock.
    pub each: bool,
    /// Something that no program can read: the clock, counters, the task that runs next.
    pub clock: bool,
}

impl Expr {
    /// What it depends on in a machine, as long as the addresses it looks up stay the same.
    #[must_use]
    pub fn needs(&self, scope: &Scope<'_>) -> Needs {
        let mut needs = Needs::default();
        needs.add(&self.root, scope);
        needs
    }

    /// The memory it stands for: a register, memory at an address, or the word at a number.
    ///
    /// # Errors
    /// It stands for none.
    pub fn place(&self, scope: &Scope<'_>) -> Result<MemoryRange, ExprError> {
        let nowhere = || ExprError::at(0, "a register, memory such as [0x5000], or a symbol is expected");
        match &self.root {
            Node::Name { text, at } => match scope.register(text) {
                Some(start) => Ok(MemoryRange { pid: None, address: start as u16, bytes: 4 }),
                None => match scope.eval(&self.root)? {
                    Value::Int(n) if is_symbol(text) => scope.memory_at(n, 4, None).map_err(|wrong| wrong.at(*at)),
                    _ => Err(nowhere()),
                },
            },
            Node::Memory { bytes, task, address, at } => match scope.eval(address)? {
                Value::Int(n) => scope.memory_at(n, *bytes as u32, task.as_deref()).map_err(|wrong| wrong.at(*at)),
                Value::Real(_) => Err(nowhere()),
            },
            Node::Number(n) => scope.memory_at(*n, 4, None).map_err(|wrong| wrong.at(0)),
            _ => Err(nowhere()),
        }
    }

    /// Whether it is a number whatever the machine does: an address, if it was a symbol.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        is_constant(&self.root)
    }

    /// Whether it looks an address up, so that what it depends on can change.
    #[must_use]
    pub fn looks_up_addresses(&self) -> bool {
        fn moves(node: &Node) -> bool {
            match node {
                Node::Number(_) | Node::Name { .. } => false,
                Node::Memory { address, .. } => !is_constant(address),
                Node::Unary(_, inner) => moves(inner),
                Node::Binary { left, right, .. } => moves(left) || moves(right),
                Node::Choice(parts) => parts.iter().any(moves),
            }
        }
        moves(&self.root)
    }
}

fn is_symbol(text: &str) -> bool {
    let own = |name: &str| super::eval::is_own(name);
    let field = text.split_once('.').map_or(text, |(_, field)| field);
    !text.contains(':') && !own(text) && !own(field) && !text.rsplit('.').next().is_some_and(own)
}

fn is_constant(node: &Node) -> bool {
    match node {
        Node::Number(_) => true,
        Node::Name { .. } | Node::Memory { .. } => false,
        Node::Unary(_, inner) => is_constant(inner),
        Node::Binary { left, right, .. } => is_constant(left) && is_constant(right),
        Node::Choice(parts) => parts.iter().all(is_constant),
    }
}

impl Needs {
    fn add(&mut self, node: &Node, scope: &Scope<'_>) {
        match node {
            Node::Number(_) => {}
            Node::Name { text, .. } => self.name(text, scope),
            Node::Memory { bytes, address, .. } => {
                self.add(address, scope);
                if let Ok(Value::Int(start)) = scope.eval(address)
                    && let Ok(start) = u16::try_from(start)
                {
                    self.spans.push((start.into(), u32::from(start) + *bytes as u32));
                }
            }
            Node::Unary(_, inner) => self.add(inner, scope),
            Node::Binary { left, right, .. } => {
                self.add(left, scope);
                self.add(right, scope);
            }
            // What is not chosen now may be later, and nothing else need change for that but the condition.
            Node::Choice(parts) => parts.iter().for_each(|part| self.add(part, scope)),
        }
    }

    fn name(&mut self, text: &str, scope: &Scope<'_>) {
        match scope.register(text) {
            Some(start) => self.spans.push((start, start + 4)),
            None if text.contains(':') => {
                self.events = true;
                self.clock |= text.ends_with(".sent") || text.ends_with(".recv");
            }
            None => match text.rsplit_once('.').map_or(text, |(_, field)| field).to_ascii_lowercase().as_str() {
                "turn" | "time" | "next" | "turns" | "switches" | "deepest" => (self.each, self.clock) = (true, true),
                "sends" | "receives" => (self.events, self.clock) = (true, true),
                "ready" | "waiting" | "sleeping" | "ended" | "faulted" => self.events = true,
                _ => self.each = true,
            },
        }
    }
}
