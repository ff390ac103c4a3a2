//! For how many turns an expression cannot change by the clock alone: turns, virtual time and what a task has done of them
//! grow evenly, so a comparison with one can be solved for the turn instead of being evaluated after each.

use super::eval::{Scope, truth};
use super::{Binary, Expr, Node, Unary, Value};

/// A part of an expression over the next turns, in which nothing changes but the clock.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// It keeps its value, for this many turns at least.
    Still(Value, u64),
    /// A whole number that each of the next turns changes by something between two numbers.
    Moving(Line),
}

/// A whole number, and what a turn adds to it, at least and at most.
#[derive(Debug, Clone, Copy)]
struct Line {
    value: i128,
    least: i128,
    most: i128,
    /// The number of turns for which that holds.
    turns: u64,
}

/// Numbers are wrapped at 64 bits where an expression is evaluated: lines are left long before.
const FAR: i128 = 1 << 62;

impl Expr {
    /// The number of turns for which its value is sure to stay, as long as no memory and nothing traced changes that it
    /// depends on, and the clock does not jump; `None` if that cannot be said without looking at each turn.
    #[must_use]
    pub fn steady_turns(&self, scope: &Scope<'_>) -> Option<u64> {
        match part(&self.root, scope)? {
            Part::Still(_, turns) => Some(turns),
            Part::Moving(line) => line.turns_until_it_moves(),
        }
    }
}

impl Line {
    fn still(value: Value, turns: u64) -> Option<Line> {
        match value {
            Value::Int(n) => Some(Line { value: n.into(), least: 0, most: 0, turns }),
            Value::Real(_) => None,
        }
    }

    fn turns_until_it_moves(self) -> Option<u64> {
        (self.least == 0 && self.most == 0).then_some(self.turns)
    }

    fn times(self, factor: i128) -> Line {
        let (a, b) = (self.least * factor, self.most * factor);
        Line { value: self.value * factor, least: a.min(b), most: a.max(b), ..self }
    }

    fn plus(self, other: Line) -> Line {
        Line {
            value: self.value + other.value,
            least: self.least + other.least,
            most: self.most + other.most,
            turns: self.turns.min(other.turns),
        }
    }

    /// The same for as long as it stays far from where numbers wrap; `None` if it is not.
    fn bounded(self) -> Option<Line> {
        let fastest = self.least.unsigned_abs().max(self.most.unsigned_abs());
        let room = FAR.unsigned_abs().checked_sub(self.value.unsigned_abs())?;
        let turns = room.checked_div(fastest).map_or(u64::MAX, |turns| turns.try_into().unwrap_or(u64::MAX));
        (fastest < FAR.unsigned_abs()).then(|| Line { turns: self.turns.min(turns), ..self })
    }

    /// The number of turns for which it stays on its side of zero: below, at or above it.
    fn turns_on_its_side(self) -> u64 {
        let towards = match self.value {
            0 if self.least == 0 && self.most == 0 => 0,
            0 => return 0,
            1.. => -self.least,
            _ => self.most,
        };
        match towards {
            1.. => self.turns.min(((self.value.abs() - 1) / towards).try_into().unwrap_or(u64::MAX)),
            _ => self.turns,
        }
    }
}

impl Part {
    fn line(self) -> Option<Line> {
        match self {
            Part::Still(value, turns) => Line::still(value, turns),
            Part::Moving(line) => Some(line),
        }
    }

    /// The same for a number of turns at most.
    fn within(self, most: u64) -> Part {
        match self {
            Part::Still(value, turns) => Part::Still(value, turns.min(most)),
            Part::Moving(line) => Part::Moving(Line { turns: line.turns.min(most), ..line }),
        }
    }

    /// Whether it is true, and for how many turns that stays.
    fn truth(self) -> (bool, u64) {
        match self {
            Part::Still(value, turns) => (value.truth(), turns),
            Part::Moving(line) => (line.value != 0, line.turns_on_its_side()),
        }
    }
}

fn part(node: &Node, scope: &Scope<'_>) -> Option<Part> {
    let now = || scope.eval(node).ok();
    match node {
        Node::Number(n) => Some(Part::Still(Value::Int(*n), u64::MAX)),
        Node::Name { text, .. } => name(text, now()?, scope),
        // At another address there would be other memory.
        Node::Memory { address, .. } => match part(address, scope)? {
            Part::Still(_, turns) => Some(Part::Still(now()?, turns)),
            Part::Moving(_) => None,
        },
        Node::Unary(op, inner) => match (op, part(inner, scope)?) {
            (Unary::Not, inner) => {
                let (true_now, turns) = inner.truth();
                Some(Part::Still(truth(!true_now), turns))
            }
            (Unary::Negative, Part::Moving(line)) => Some(Part::Moving(line.times(-1))),
            (Unary::Whole, Part::Moving(line)) => Some(Part::Moving(line)),
            (_, Part::Still(_, turns)) => Some(Part::Still(now()?, turns)),
            (Unary::Flip | Unary::Signed | Unary::Half | Unary::Real, Part::Moving(_)) => None,
        },
        Node::Choice(choice) => {
            let [condition, yes, no] = &**choice;
            let (holds, turns) = part(condition, scope)?.truth();
            Some(part(if holds { yes } else { no }, scope)?.within(turns))
        }
        Node::Binary { op, left, right, .. } => {
            between(*op, part(left, scope)?, part(right, scope)?, || scope.eval(node).ok())
        }
    }
}

/// A name: the clock moves, and what no turn that only retires can change, but by a store, is still.
fn name(text: &str, value: Value, scope: &Scope<'_>) -> Option<Part> {
    let line = |least: u64, most: u64| {
        let Value::Int(value) = value else { return None };
        Line { value: value.into(), least: least.into(), most: most.into(), turns: u64::MAX }.bounded()
    };
    let field = text.rsplit_once('.').map_or(text, |(_, field)| field).to_ascii_lowercase();
    let moving = match text {
        "turn" => line(1, 1),
        "time" => line(scope.machine.config().turn_us, scope.machine.config().turn_us),
        _ if text.contains(':') || scope.register(text).is_some() => return Some(Part::Still(value, u64::MAX)),
        _ => match field.as_str() {
            "turns" | "switches" => line(0, 1),
            "sends" | "receives" | "ready" | "waiting" | "sleeping" | "ended" | "faulted" => {
                return Some(Part::Still(value, u64::MAX));
            }
            // A pc, a flag: any turn may change it.
            _ => None,
        },
    };
    moving.map(Part::Moving)
}

fn between(op: Binary, left: Part, right: Part, now: impl Fn() -> Option<Value>) -> Option<Part> {
    if let (Part::Still(_, a), Part::Still(_, b)) = (left, right) {
        return Some(Part::Still(now()?, a.min(b)));
    }
    match op {
        Binary::Or | Binary::And => Some(Part::Still(now()?, left.truth().1.min(right.truth().1))),
        Binary::Equal
        | Binary::Unequal
        | Binary::Less
        | Binary::LessOrEqual
        | Binary::Greater
        | Binary::GreaterOrEqual => {
            let difference = left.line()?.plus(right.line()?.times(-1));
            Some(Part::Still(now()?, difference.turns_on_its_side()))
        }
        Binary::Add => left.line()?.plus(right.line()?).bounded().map(Part::Moving),
        Binary::Subtract => left.line()?.plus(right.line()?.times(-1)).bounded().map(Part::Moving),
        Binary::Multiply => match (left, right) {
            (Part::Still(Value::Int(n), turns), Part::Moving(line))
            | (Part::Moving(line), Part::Still(Value::Int(n), turns)) => {
                let line = Line { turns: line.turns.min(turns), ..line };
                line.times(n.into()).bounded().map(Part::Moving)
            }
            _ => None,
        },
        Binary::BitOr
        | Binary::BitXor
        | Binary::BitAnd
        | Binary::ShiftLeft
        | Binary::ShiftRight
        | Binary::Divide
        | Binary::Remainder => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executive::{Config, Machine};

    #[test]
    fn comparisons_with_the_clock_are_solved_and_what_turns_differently_is_not() {
        let machine = Machine::new(Config { turn_us: 3, ..Config::default() });
        let scope = Scope { machine: &machine, pid: None, symbol: &|_, _| None };
        for (text, turns) in [
            ("turn > 10", Some(9)),
            ("turn == 0", Some(0)),
            ("turn > 10 && time > 4", Some(1)),
            ("time >= 1000", Some(333)),
            ("!(1000 > 2 * time)", Some(166)),
            ("0 - turn < 0 - 5", Some(4)),
            ("3 * turn - time > 5", Some((1 << 62) / 3)),
            ("1 > 2", Some(u64::MAX)),
            ("turn > 7 ? 1 : 2", Some(6)),
            ("(turn > 7 ? 1 : time) > 4", Some(1)),
            ("turn", None),
            ("turn % 4 == 0", None),
            ("turn > 9223372036854775807", Some(1 << 62)),
            ("turn * 4611686018427387904 > 1", None),
            ("5.turns > 1", None),
            ("next > 1", None),
        ] {
            let expr = Expr::parse(text).expect(text);
            let steady = expr.steady_turns(&scope);
            assert_eq!(steady.map(|turns| turns.min(1 << 62)), turns.map(|turns| turns.min(1 << 62)), "{text}");
        }
    }
}
