//! A variable of a program in C as data.

use super::word;
use crate::backend::Local;
use crate::debug_info::{Datum, DebugInfo, Named, TypeId, Variable, Where, decode};
use crate::executive::task::Task;
use serde::Serialize;
use serde_json::Value;

/// Where a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Location {
    /// In memory.
    Memory {
        /// Its first byte, as its task sees it.
        address: u32,
    },
    /// In a register of the innermost frame.
    Register {
        /// Which, 0..=15.
        register: u8,
    },
    /// The compiler knew its value.
    Constant {
        /// The value.
        value: u32,
    },
    /// It was somewhere that is not known any more.
    Lost,
    /// Nowhere at this place of the program.
    None,
}

/// A variable of a frame as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VariableView {
    /// Its name.
    pub name: String,
    /// Its type's name; `?` when unknown.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its bytes.
    pub size: u32,
    /// `argument`, `local`, `static of a function`, `static of the file` or `global`.
    pub kind: &'static str,
    /// Where it is.
    pub location: Location,
    /// Its value; null where it is not available.
    pub value: Value,
    /// The value in words, or why there is none.
    pub text: String,
    /// Which argument it is, from 1; 0 for others.
    pub arg: u32,
    /// How many blocks out of the current one it is declared.
    pub out: u32,
    /// The line it is declared in.
    pub line: u32,
    /// The line that the block begins in that it is declared in; null for the function's own block.
    pub block_line: Option<u32>,
    /// Its type.
    #[serde(skip)]
    pub of: Option<TypeId>,
    /// What it points at, by name: a variable or part of one, or a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_at: Option<String>,
    /// Its value as it was read.
    #[serde(skip)]
    pub datum: Option<Datum>,
    /// False if it is certain that nothing was stored there since its frame was made: the value is chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<bool>,
}

impl VariableView {
    /// The value in words, and what it points at.
    #[must_use]
    pub fn whole_text(&self) -> String {
        super::with_target(&self.text, self.points_at.as_deref())
    }

    /// Its address, if it is in memory.
    #[must_use]
    pub const fn address(&self) -> Option<u32> {
        match self.location {
            Location::Memory { address } => Some(address),
            Location::Register { .. } | Location::Constant { .. } | Location::Lost | Location::None => None,
        }
    }
}

impl Local {
    pub(super) fn view(
        &self,
        info: &DebugInfo,
        task: &Task,
        Named { variable, out }: Named<'_>,
        (pc, number, r7): (u32, usize, Option<u32>),
    ) -> VariableView {
        let size = variable.of().map_or(4, |of| info.types.size(of));
        let at = |address: u32| {
            let address = address & 0xFFFF;
            let value = match variable.of() {
                Some(of) => self.datum(info, task, of, address),
                None => Datum::Integer(word(self.machine(), task, address) as i32 as i64),
            };
            (Location::Memory { address }, Ok(value))
        };
        let number_of = |n: u32| match variable.of() {
            Some(of) => decode(&info.types, of, 0, &|at| n.to_le_bytes().get(at as usize).copied().unwrap_or(0)),
            None => Datum::Integer((n as i32).into()),
        };
        let (location, value) = match variable.place(pc) {
            Some(Where::Memory(address)) => at(address),
            Some(Where::Frame(offset)) => match r7 {
                Some(r7) => at(r7.wrapping_add_signed(offset)),
                None => (Location::Lost, Err("its frame is not known".to_owned())),
            },
            Some(Where::Register(register)) if number == 0 => {
                (Location::Register { register }, Ok(number_of(self.machine().reg(task, register))))
            }
            Some(Where::Register(register)) => {
                (Location::Lost, Err(format!("lost: R{register} is not kept over calls")))
            }
            Some(Where::Constant(value)) => (Location::Constant { value }, Ok(number_of(value))),
            None if matches!(variable, Variable::Global(_)) => (Location::None, Err("not in the image".to_owned())),
            None => (Location::None, Err("not available here".to_owned())),
        };
        let untyped = match (variable.of(), &value, variable.place(pc)) {
            (None, Ok(value), Some(place)) => {
                format!(" ({}), ? 4 bytes {}", value.formatted('x', 4), whereabouts(place))
            }
            _ => String::new(),
        };
        let doubtful = matches!(location, Location::Register { register } if info.is_shared(variable, register, pc));
        let (arg, line, block) = match variable {
            Variable::Local(local) => (local.arg, local.line, local.block),
            Variable::Global(global) => (0, global.line, global.block),
        };
        let block = block.and_then(|block| info.blocks.get(block)).filter(|block| block.parent.is_some());
        VariableView {
            of: variable.of(),
            set: None,
            name: variable.name().to_owned(),
            type_name: variable.of().map_or_else(|| "int?".to_owned(), |of| info.types.name(Some(of))),
            size,
            kind: variable.kind(),
            location,
            value: value.as_ref().map_or(Value::Null, Datum::json),
            text: match &value {
                Ok(value) if doubtful => format!("{value} (doubtful)"),
                Ok(value) => value.to_string(),
                Err(why) => format!("<{why}>"),
            } + &untyped,
            datum: value.ok(),
            points_at: None,
            arg,
            out,
            line,
            block_line: block.map(|block| block.line),
        }
    }
}

/// Where something is, in words.
fn whereabouts(place: Where) -> String {
    match place {
        Where::Frame(offset) if offset < 0 => format!("at R7-{}", offset.unsigned_abs()),
        Where::Frame(offset) => format!("at R7+{offset}"),
        Where::Memory(address) => format!("at 0x{address:04X}"),
        Where::Register(register) => format!("in R{register}"),
        Where::Constant(_) => "known to the compiler".to_owned(),
    }
}
