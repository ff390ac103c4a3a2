//! What expressions mean for a machine.

use super::{Binary, ExprError, Node, Unary, Value};
use crate::executive::mailbox::{Mailbox, Name};
use crate::executive::task::{RunState, Task};
use crate::executive::{Machine, Pid};
use crate::isa::{decode_f16, round_f16};
use crate::vm::RAM_BYTES;

/// What an expression is about: a machine, and the task that is meant where none is named.
#[derive(Clone, Copy)]
pub struct Scope<'m> {
    /// The machine.
    pub machine: &'m Machine,
    /// The task that is meant where none is named.
    pub pid: Option<Pid>,
    /// The address of a symbol of a task's program.
    pub symbol: &'m dyn Fn(Pid, &str) -> Option<u32>,
}

/// What is wrong with a part of an expression.
pub(super) struct Wrong {
    message: String,
    /// Something that is named does not exist yet.
    absent: bool,
    /// Something that is named means nothing.
    unknown: bool,
}

impl Wrong {
    fn absent(message: String) -> Wrong {
        Wrong { message, absent: true, unknown: false }
    }

    fn unknown(message: String) -> Wrong {
        Wrong { message, absent: false, unknown: true }
    }

    pub(super) fn at(self, column: usize) -> ExprError {
        ExprError { column, message: self.message, absent: self.absent, unknown: self.unknown }
    }
}

impl<T: Into<String>> From<T> for Wrong {
    fn from(message: T) -> Wrong {
        Wrong { message: message.into(), absent: false, unknown: false }
    }
}

/// Refuses bytes of which some lie behind the end of RAM.
fn in_ram(address: u16, bytes: usize) -> Result<(), Wrong> {
    if usize::from(address) + bytes <= RAM_BYTES {
        return Ok(());
    }
    Err(format!("no {bytes} bytes from 0x{address:04X} on are in RAM, which ends at 0xFFFF").into())
}

/// Whether a name means something of a machine or a task, whatever symbols a program has.
#[must_use]
pub fn is_own(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "turn",
        "time",
        "next",
        "pc",
        "sp",
        "psw",
        "psw.z",
        "psw.c",
        "psw.n",
        "psw.v",
        "reg_base",
        "stack_limit",
        "stack_top",
        "depth",
        "turns",
        "switches",
        "sends",
        "receives",
        "deepest",
        "ready",
        "waiting",
        "sleeping",
        "ended",
        "faulted",
    ];
    let lower = name.to_ascii_lowercase();
    let register = lower.strip_prefix('r').and_then(|i| i.parse::<u8>().ok()).is_some_and(|i| i < 16);
    register || NAMES.contains(&lower.as_str())
}

impl Scope<'_> {
    pub(super) fn eval(&self, node: &Node) -> Result<Value, ExprError> {
        match node {
            Node::Number(n) => Ok(Value::Int(*n)),
            Node::Name { text, at } => self.name(text).map_err(|wrong| wrong.at(*at)),
            Node::Memory { bytes, task, address, at } => {
                let address = self.eval(address)?;
                self.memory(*bytes, task.as_deref(), address).map_err(|wrong| wrong.at(*at))
            }
            Node::Unary(op, inner) => unary(*op, self.eval(inner)?),
            Node::Binary { op: Binary::And, left, right, .. } => {
                Ok(truth(self.eval(left)?.truth() && self.eval(right)?.truth()))
            }
            Node::Binary { op: Binary::Or, left, right, .. } => {
                Ok(truth(self.eval(left)?.truth() || self.eval(right)?.truth()))
            }
            Node::Binary { op, at, left, right } => {
                let (left, right) = (self.eval(left)?, self.eval(right)?);
                binary(*op, left, right).map_err(|message| ExprError::at(at.saturating_sub(1), message))
            }
            Node::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                self.eval(if self.eval(condition)?.truth() { yes } else { no })
            }
        }
    }

    fn task_called(&self, name: &str) -> Result<&Task, Wrong> {
        self.named_task(name).ok_or_else(|| Wrong::absent(format!("there is no task {name}")))
    }

    fn named_task(&self, name: &str) -> Option<&Task> {
        let by_pid = name.parse().ok().and_then(|pid| self.machine.task(pid));
        by_pid.or_else(|| self.machine.tasks().iter().find(|t| t.name == name))
    }

    fn own_task(&self) -> Result<&Task, Wrong> {
        match self.pid.filter(|pid| *pid > 0) {
            Some(pid) => self.machine.task(pid).ok_or_else(|| Wrong::absent(format!("there is no task {pid}"))),
            None => self.machine.tasks().first().ok_or_else(|| Wrong::absent("there is no task".to_owned())),
        }
    }

    fn memory(&self, bytes: usize, task: Option<&str>, address: Value) -> Result<Value, Wrong> {
        let task = match task {
            Some(name) => self.task_called(name)?,
            None => self.own_task()?,
        };
        let address = match address {
            Value::Int(n) => u16::try_from(n).map_err(|_| format!("address {n} is outside the 64 KiB of RAM"))?,
            Value::Real(x) => return Err(format!("{x} is not an address").into()),
        };
        let (ram, start) = (self.machine.ram(), usize::from(address));
        in_ram(address, bytes)?;
        let byte = |i| i64::from(ram.byte(&task.bank, start + i));
        Ok(Value::Int((0..bytes).rev().fold(0, |sum, i| sum << 8 | byte(i))))
    }

    fn name(&self, text: &str) -> Result<Value, Wrong> {
        let machine = self.machine;
        match text {
            "turn" => return Ok(whole(machine.turns())),
            "time" => return Ok(whole(machine.time_us())),
            "next" => return Ok(whole(machine.next().unwrap_or(0).into())),
            _ => {}
        }
        if let Some(value) = self.mailbox(text)? {
            return Ok(value);
        }
        let own = self.own_task()?;
        if let Some(value) = self.field(own, text) {
            return Ok(value);
        }
        if let Some((name, field)) = text.split_once('.') {
            let by_pid = name.parse::<Pid>().is_ok();
            if let Some(task) = self.named_task(name) {
                let known = self.field(task, field);
                let expected = "r0 to r15, pc, sp, psw, psw.z, turns, depth or a symbol";
                return known.ok_or_else(|| Wrong::unknown(format!("task {name} has no {field}: {expected}")));
            } else if by_pid || is_own(field) {
                return Err(Wrong::absent(format!("there is no task {name}")));
            }
        }
        let expected = "a register, a symbol, 2.r3, app:NAME.depth, turn or time is expected";
        let hint = ExprError::hex_hint(text);
        Err(Wrong::unknown(format!("nothing is called {text}: {expected}{hint}")))
    }

    /// Something of a task's: a register, a flag, a sum, a symbol of its program.
    fn field(&self, task: &Task, name: &str) -> Option<Value> {
        let lower = name.to_ascii_lowercase();
        if let Some(i) = lower.strip_prefix('r').and_then(|i| i.parse::<u8>().ok()).filter(|i| *i < 16) {
            return Some(whole(self.machine.reg(task, i).into()));
        }
        let (cx, psw) = (&task.context, task.context.flags.psw());
        let value = match lower.as_str() {
            "pc" => u64::from(cx.pc),
            "sp" => u64::from(cx.sp),
            "psw" => psw.into(),
            "psw.z" => (psw & 1).into(),
            "psw.c" => (psw >> 1 & 1).into(),
            "psw.n" => (psw >> 2 & 1).into(),
            "psw.v" => (psw >> 3 & 1).into(),
            "reg_base" => cx.reg_base.into(),
            "stack_limit" => cx.stack_limit.into(),
            "stack_top" => cx.stack_top.into(),
            "depth" => cx.depth.into(),
            "turns" => task.counters().turns,
            "switches" => task.counters().switches,
            "sends" => task.counters().sends,
            "receives" => task.counters().receives,
            "deepest" => task.counters().deepest.into(),
            "ready" => u64::from(task.state == RunState::Ready),
            "waiting" => u64::from(task.state == RunState::WaitingMbx),
            "sleeping" => u64::from(task.state == RunState::Sleeping),
            "ended" => u64::from(task.state.ended()),
            "faulted" => u64::from(task.state == RunState::Faulted),
            _ => return (self.symbol)(task.pid, name).map(|at| whole(at.into())),
        };
        Some(whole(value))
    }

    /// Memory as a task sees it.
    pub(super) fn memory_at(&self, address: i64, bytes: u32, task: Option<&str>) -> Result<super::MemoryRange, Wrong> {
        let task = match task {
            Some(name) => self.task_called(name)?,
            None => self.own_task()?,
        };
        let address = u16::try_from(address).map_err(|_| format!("address {address} is outside the 64 KiB of RAM"))?;
        Ok(super::MemoryRange { pid: Some(task.pid), address, bytes })
    }

    /// The address of a register that is named: `r3`, `2.r3`.
    pub(super) fn register(&self, text: &str) -> Option<u32> {
        let number = |name: &str| {
            let digits = name.strip_prefix(['r', 'R'])?;
            digits.parse::<u32>().ok().filter(|i| *i < 16)
        };
        let (task, i) = match (number(text), text.split_once('.')) {
            (Some(i), _) => (self.own_task().ok()?, i),
            (None, Some((name, field))) => (self.named_task(name)?, number(field)?),
            _ => return None,
        };
        Some(u32::from(task.context.reg_base) + 4 * i)
    }

    /// A field of a mailbox: `app:ping.depth`. `None` if the text names no mailbox at all.
    fn mailbox(&self, text: &str) -> Result<Option<Value>, Wrong> {
        let Some((name, field)) = text.rsplit_once('.').filter(|_| text.contains(':')) else {
            return match text.contains(':') {
                true => {
                    let expected = ".depth, .bytes, .capacity, .sent, .recv or .waiters is expected";
                    Err(Wrong::unknown(format!("{text}{expected}")))
                }
                false => Ok(None),
            };
        };
        let read: fn(&Mailbox) -> u64 = match field {
            "depth" => |b| b.depth().into(),
            "bytes" => |b| b.used().into(),
            "capacity" => |b| b.capacity().into(),
            "sent" => |b| b.counters().sent,
            "recv" => |b| b.counters().received,
            "waiters" => |b| b.waiters().len() as u64,
            _ => {
                let expected = "depth, bytes, capacity, sent, recv or waiters";
                return Err(Wrong::unknown(format!("a mailbox has no {field}: {expected}")));
            }
        };
        let found = self.machine.mailboxes().iter().find(|b| b.name().to_string() == name);
        if found.is_none() && !Name::is_full(name) {
            let expected = "app:NAME, shared:NAME, svc:NAME@PID or pid:PID is expected";
            return Err(Wrong::unknown(format!("{name} is not a mailbox: {expected}")));
        }
        let mailbox = found.ok_or_else(|| Wrong::absent(format!("there is no mailbox {name}")))?;
        Ok(Some(whole(read(mailbox))))
    }
}

fn whole(n: u64) -> Value {
    Value::Int(n as i64)
}

#[inline]
pub(super) fn truth(t: bool) -> Value {
    Value::Int(t.into())
}

pub(super) fn unary(op: Unary, value: Value) -> Result<Value, ExprError> {
    Ok(match (op, value) {
        (Unary::Not, value) => truth(!value.truth()),
        (Unary::Negative, Value::Int(n)) => Value::Int(n.wrapping_neg()),
        (Unary::Negative, Value::Real(x)) => Value::Real(-x),
        (Unary::Flip, Value::Int(n)) => Value::Int(!n),
        (Unary::Signed, Value::Int(n)) => Value::Int((n as i32).into()),
        (Unary::Half, Value::Int(n)) => Value::Real(decode_f16(n as u16)),
        (Unary::Whole, Value::Real(x)) => Value::Int(x as i64),
        (Unary::Real, value) => Value::Real(decode_f16(round_f16(real(value)))),
        (Unary::Whole, whole) => whole,
        (Unary::Half | Unary::Signed, real) => real,
        (Unary::Flip, Value::Real(_)) => return Err(ExprError::at(0, "~ takes a whole number")),
    })
}

pub(super) fn binary(op: Binary, left: Value, right: Value) -> Result<Value, String> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => whole_numbers(op, a, b),
        (a, b) => reals(op, real(a), real(b)),
    }
}

fn real(value: Value) -> f64 {
    match value {
        Value::Int(n) => n as f64,
        Value::Real(x) => x,
    }
}

/// The operators that mean the same for all numbers: comparisons, and, or.
#[inline]
pub(super) fn logic<T: PartialOrd + Default>(op: Binary, a: T, b: T) -> Option<Value> {
    let zero = T::default();
    Some(truth(match op {
        Binary::Equal => a == b,
        Binary::Unequal => a != b,
        Binary::Less => a < b,
        Binary::LessOrEqual => a <= b,
        Binary::Greater => a > b,
        Binary::GreaterOrEqual => a >= b,
        Binary::Or => a != zero || b != zero,
        Binary::And => a != zero && b != zero,
        _ => return None,
    }))
}

fn whole_numbers(op: Binary, a: i64, b: i64) -> Result<Value, String> {
    if let Some(truth) = logic(op, a, b) {
        return Ok(truth);
    }
    let shift = || u32::try_from(b).ok().filter(|n| *n < 64).ok_or("a shift is from 0 to 63");
    Ok(match op {
        Binary::BitOr => Value::Int(a | b),
        Binary::BitXor => Value::Int(a ^ b),
        Binary::BitAnd => Value::Int(a & b),
        Binary::ShiftLeft => Value::Int(a << shift()?),
        Binary::ShiftRight => Value::Int(a >> shift()?),
        Binary::Add => Value::Int(a.wrapping_add(b)),
        Binary::Subtract => Value::Int(a.wrapping_sub(b)),
        Binary::Multiply => Value::Int(a.wrapping_mul(b)),
        Binary::Divide if b != 0 => Value::Int(a.wrapping_div(b)),
        Binary::Remainder if b != 0 => Value::Int(a.wrapping_rem(b)),
        Binary::Divide | Binary::Remainder => return Err("this divides by zero".into()),
        // Answered above.
        _ => truth(false),
    })
}

fn reals(op: Binary, a: f64, b: f64) -> Result<Value, String> {
    if let Some(truth) = logic(op, a, b) {
        return Ok(truth);
    }
    Ok(match op {
        Binary::Add => Value::Real(a + b),
        Binary::Subtract => Value::Real(a - b),
        Binary::Multiply => Value::Real(a * b),
        Binary::Divide => Value::Real(a / b),
        Binary::Remainder => Value::Real(a % b),
        _ => return Err("bits and shifts take whole numbers".into()),
    })
}
