//! An expression made ready to be asked often of one machine and what becomes of it.

use super::eval::{Scope, binary, logic, truth, unary};
use super::{Binary, Expr, Node, Unary, Value};
use crate::executive::Machine;
use crate::vm::{BANK_BASE, RAM_BYTES};

/// An expression whose places are found: numbers, and words of shared memory.
#[derive(Debug, Clone)]
pub struct Plan(Part);

#[derive(Debug, Clone)]
enum Part {
    Number(i64),
    Memory { start: usize, bytes: usize },
    Unary(Unary, Box<Part>),
    Binary(Binary, Box<(Part, Part)>),
    Choice(Box<[Part; 3]>),
}

impl Expr {
    /// The expression with its places found, which holds as long as tasks come and go only by inputs. `None` if it
    /// looks at more than numbers, registers and fixed places of memory outside of banks.
    #[must_use]
    pub fn plan(&self, scope: &Scope<'_>) -> Option<Plan> {
        plan(&self.root, scope).map(Plan)
    }
}

impl Plan {
    /// What it evaluates to; `None` where the expression itself has to say what is wrong.
    #[must_use]
    pub fn value(&self, machine: &Machine) -> Option<Value> {
        self.0.value(machine.ram().bytes())
    }
}

fn plan(node: &Node, scope: &Scope<'_>) -> Option<Part> {
    Some(match node {
        Node::Number(n) => Part::Number(*n),
        Node::Name { text, .. } => Part::Memory { start: scope.register(text)? as usize, bytes: 4 },
        Node::Memory { bytes, task, address, .. } => {
            let Part::Number(address) = plan(address, scope)?.fixed()? else { return None };
            let place = scope.memory_at(address, *bytes as u32, task.as_deref()).ok()?;
            let bank = scope.machine.task(place.pid?)?.bank.len();
            let (start, end) = (usize::from(place.address), usize::from(place.address) + bytes);
            let outside = bank == 0 || end <= BANK_BASE as usize || start >= BANK_BASE as usize + bank;
            (outside && end <= RAM_BYTES).then_some(Part::Memory { start, bytes: *bytes })?
        }
        Node::Unary(op, inner) => Part::Unary(*op, Box::new(plan(inner, scope)?)),
        Node::Binary { op, left, right, .. } => Part::Binary(*op, Box::new((plan(left, scope)?, plan(right, scope)?))),
        Node::Choice(parts) => {
            let [condition, yes, no] = &**parts;
            Part::Choice(Box::new([plan(condition, scope)?, plan(yes, scope)?, plan(no, scope)?]))
        }
    })
}

impl Part {
    /// The same as a number, if it is one whatever the machine does.
    fn fixed(self) -> Option<Part> {
        fn constant(part: &Part) -> bool {
            match part {
                Part::Number(_) => true,
                Part::Memory { .. } => false,
                Part::Unary(_, inner) => constant(inner),
                Part::Binary(_, parts) => constant(&parts.0) && constant(&parts.1),
                Part::Choice(parts) => parts.iter().all(constant),
            }
        }
        match constant(&self).then(|| self.value(&[]))?? {
            Value::Int(n) => Some(Part::Number(n)),
            Value::Real(_) => None,
        }
    }

    fn value(&self, ram: &[u8]) -> Option<Value> {
        match self {
            Part::Number(n) => Some(Value::Int(*n)),
            Part::Memory { start, bytes } => {
                let from = ram.get(*start..)?;
                Some(Value::Int(match bytes {
                    4 => u32::from_le_bytes(*from.first_chunk()?).into(),
                    2 => u16::from_le_bytes(*from.first_chunk()?).into(),
                    _ => (*from.first()?).into(),
                }))
            }
            Part::Unary(op, inner) => unary(*op, inner.value(ram)?).ok(),
            Part::Binary(op, parts) => {
                let left = parts.0.value(ram)?;
                match (op, left.truth()) {
                    (Binary::And, false) | (Binary::Or, true) => Some(truth(left.truth())),
                    (Binary::And | Binary::Or, _) => Some(truth(parts.1.value(ram)?.truth())),
                    _ => calculate(*op, left, parts.1.value(ram)?),
                }
            }
            Part::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                if condition.value(ram)?.truth() { yes.value(ram) } else { no.value(ram) }
            }
        }
    }
}

/// Comparisons of whole numbers first: the way that can lead to errors takes longer than all else.
#[inline]
fn calculate(op: Binary, left: Value, right: Value) -> Option<Value> {
    let compared = match (left, right) {
        (Value::Int(a), Value::Int(b)) => logic(op, a, b),
        _ => None,
    };
    compared.or_else(|| binary(op, left, right).ok())
}
