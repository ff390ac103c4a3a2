//! What is to stand in memory when a variable of C is changed.

use super::scope::CScope;
use super::{Local, Names, byte, word};
use crate::debug_info::expression::{self, Compiled, Typed};
use crate::executive::Pid;
use crate::session::expr::{ExprError, Value};
use crate::vm::encode_f16;

/// Bytes to be stored in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// As which task sees it.
    pub pid: Pid,
    /// First address.
    pub address: u16,
    /// What is to stand there.
    pub bytes: Vec<u8>,
}

impl Local {
    /// Where a place of C is, and the bytes that it has to hold for a value: as wide as the place, numbers with a fraction
    /// rounded, what shares bytes with a bit-field kept. `None` for one of the machine's own.
    ///
    /// # Errors
    /// Where one of them goes wrong; or the place holds no number.
    pub fn c_bytes(&self, place: &str, value: &str, pid: Option<Pid>) -> Result<Option<Stored>, ExprError> {
        let error = |message: &str| ExprError::at(0, message.to_owned());
        let Some(Compiled { typed, .. }) = self.compiled(place, pid, Names::Chosen)? else { return Ok(None) };
        let own = self.own(pid).map_or(0, |task| task.pid);
        let scope = CScope::new(self, own, Names::Chosen);
        let (whose, address, size) = self.span(&typed, own)?;
        if scope.is_array(&typed.of) {
            return Err(error("an array is changed element by element"));
        }
        if let Some(bytes) = self.copied(&typed, value, own)? {
            return Ok(Some(Stored { pid: whose, address, bytes }));
        }
        let field = typed.field;
        let of = expression::load(typed, &scope)?.of;
        let expr = self.expression(value, pid, Names::Chosen)?;
        let raw = match self.evaluate(&expr, pid)? {
            value if scope.is_real(&of) => {
                let x = match value {
                    Value::Int(n) => n as f64,
                    Value::Real(x) => x,
                };
                if size == 2 { u32::from(encode_f16(x)) } else { (x as f32).to_bits() }
            }
            Value::Int(n) => n as u32,
            Value::Real(_) => return Err(error("a whole number is expected")),
        };
        let there = self.machine().task(whose).map_or(0, |task| word(self.machine(), task, address.into()));
        let raw = field.map_or(raw, |field| field.put(there, raw));
        let bytes = raw.to_le_bytes().into_iter().take(size as usize).collect();
        Ok(Some(Stored { pid: whose, address, bytes }))
    }

    /// The bytes of a struct or union that another one of its type is to have; `None` where it is not about those.
    fn copied(&self, to: &Typed, value: &str, own: Pid) -> Result<Option<Vec<u8>>, ExprError> {
        let scope = CScope::new(self, own, Names::Chosen);
        if !scope.has_members(to) {
            return Ok(None);
        }
        let read = self.compiled(value, Some(own), Names::Chosen)?.map(|compiled| compiled.typed);
        let Some(from) = read.filter(|from| scope.has_members(from)) else { return Ok(None) };
        let (to, from_is) = (scope.described(to), scope.described(&from));
        if to != from_is {
            let message = format!("this is a {}, and a {} is expected", from_is.0, to.0);
            return Err(ExprError::at(0, message));
        }
        let (whose, address, size) = self.span(&from, own)?;
        let at = |i: u32| u32::from(address).wrapping_add(i);
        let task = self.machine().task(whose);
        Ok(task.map(|task| (0..size).map(|i| byte(self.machine(), task, at(i))).collect()))
    }
}
