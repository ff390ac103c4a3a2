//! What names mean at an instruction.

use super::{BlockId, DebugInfo, FunctionInfo, Global, Local, TypeId};
use crate::image::{LocalRange, Location};

/// Blocks around a block that are followed.
const DEEPEST: usize = 64;

/// A variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable<'d> {
    /// An argument or local variable.
    Local(&'d Local),
    /// One that is always there.
    Global(&'d Global),
}

/// A variable that can be named at an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'d> {
    /// Which.
    pub variable: Variable<'d>,
    /// How many blocks out it is declared: 0 for the block of the instruction.
    pub out: u32,
}

/// Where a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In memory at R7 of its frame plus an offset.
    Frame(i32),
    /// In memory at an address.
    Memory(u32),
    /// In a register of its frame.
    Register(u8),
    /// Nowhere: it is always this.
    Constant(u32),
}

impl<'d> Variable<'d> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'d str {
        match self {
            Variable::Local(local) => &local.name,
            Variable::Global(global) => &global.name,
        }
    }

    /// Its type, where that is known.
    #[must_use]
    pub fn of(self) -> Option<TypeId> {
        match self {
            Variable::Local(local) => local.of,
            Variable::Global(global) => global.of,
        }
    }

    /// The block it is declared in, where that is known.
    fn block(self) -> Option<BlockId> {
        match self {
            Variable::Local(local) => local.block,
            Variable::Global(global) => global.block,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Variable::Local(Local { arg: 0, .. }) => "local",
            Variable::Local(_) => "argument",
            Variable::Global(Global { function: Some(_), .. }) => "static of a function",
            Variable::Global(Global { is_static: true, .. }) => "static of the file",
            Variable::Global(_) => "global",
        }
    }

    /// Where it is while the instruction at an address runs; `None` where it is nowhere.
    #[must_use]
    pub fn place(self, pc: u32) -> Option<Where> {
        match self {
            Variable::Global(global) => global.address.map(Where::Memory),
            Variable::Local(local) => {
                // A place in the frame is there from the prologue on; its range only says when it is written first.
                let holds = |range: &&LocalRange| match range.location {
                    Location::Stack(_) => pc < range.end,
                    _ => (range.start..range.end).contains(&pc),
                };
                let range = local.ranges.iter().find(holds)?;
                match &range.location {
                    Location::Stack(offset) => Some(Where::Frame(*offset)),
                    Location::Register(register) => Some(Where::Register(*register)),
                    Location::Constant(value) => Some(Where::Constant(*value)),
                    Location::Global { address, offset, .. } => {
                        Some(Where::Memory(address.as_ref()?.wrapping_add_signed(*offset)))
                    }
                }
            }
        }
    }
}

impl DebugInfo {
    /// Whether anything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.globals.is_empty()
    }

    /// The function an instruction is in.
    #[must_use]
    pub fn function_at(&self, pc: u32) -> Option<&FunctionInfo> {
        let upto = self.functions.partition_point(|f| f.start <= pc);
        self.functions[..upto].last().filter(|f| pc < f.end)
    }

    /// The function of a name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&FunctionInfo> {
        self.functions.iter().find(|f| f.name == name)
    }

    /// The block of an instruction: its own, or that of the nearest one before it. `None` if nothing is known of the
    /// blocks of its function.
    fn block_at(&self, function: &FunctionInfo, pc: u32) -> Option<BlockId> {
        let in_function = |at: u32| (function.start..function.end).contains(&at);
        let upto = self.places.partition_point(|(at, _)| *at <= pc);
        let before = self.places[..upto].last().filter(|(at, _)| in_function(*at)).map(|(_, block)| *block);
        let any = || self.places.get(upto).is_some_and(|(at, _)| in_function(*at));
        before.or_else(|| function.block.filter(|_| any()))
    }

    /// How many blocks out of a block another one is.
    fn out_of(&self, block: BlockId, outer: BlockId) -> Option<u32> {
        let mut at = block;
        for out in 0..DEEPEST {
            if at == outer {
                return Some(out as u32);
            }
            at = self.blocks.get(at)?.parent?;
        }
        None
    }

    /// The variables of a function, whichever of its blocks they are declared in; statics last.
    pub fn variables_of<'d>(&'d self, function: &FunctionInfo) -> impl Iterator<Item = Variable<'d>> + use<'d> {
        let start = function.start;
        let locals = self.locals.iter().filter(move |l| l.function == start).map(Variable::Local);
        locals.chain(self.globals.iter().filter(move |g| g.function == Some(start)).map(Variable::Global))
    }

    /// The variables of a function that an instruction sees, those of its own block first; arguments before variables
    /// of the same block. None in front of the function's body.
    #[must_use]
    pub fn visible<'d>(&'d self, pc: u32) -> Vec<Named<'d>> {
        let Some(function) = self.function_at(pc).filter(|f| f.body.is_some_and(|body| pc >= body)) else {
            return Vec::new();
        };
        let here = self.block_at(function, pc);
        let out = |block: Option<BlockId>| match (here, block) {
            (Some(here), Some(block)) => self.out_of(here, block),
            // Nothing is known of blocks: every variable counts.
            _ => Some(0),
        };
        let named = |variable: Variable<'d>| Some(Named { variable, out: out(variable.block())? });
        let mut seen: Vec<Named<'_>> = self.variables_of(function).filter_map(named).collect();
        seen.sort_by_key(|named| named.out);
        seen
    }

    /// Whether another variable of the same function claims a register that holds one: optimised code does so, and
    /// only one of them can be right.
    #[must_use]
    pub fn is_shared(&self, variable: Variable<'_>, register: u8, pc: u32) -> bool {
        let Variable::Local(own) = variable else { return false };
        let others = self.locals.iter().filter(|l| l.function == own.function && *l != own);
        others.filter_map(|l| Variable::Local(l).place(pc)).any(|place| place == Where::Register(register))
    }

    /// What a name means at an instruction: a variable of its function, the innermost first, a static of its module, a
    /// global.
    #[must_use]
    pub fn lookup(&self, name: &str, pc: u32) -> Option<Variable<'_>> {
        let own = self.visible(pc).into_iter().map(|named| named.variable).find(|v| v.name() == name);
        let module = self.function_at(pc).and_then(|f| f.module);
        let outside = || self.globals.iter().filter(|g| g.function.is_none() && g.name == name);
        let of_module = || outside().find(|g| g.is_static && Some(g.module) == module);
        let global = || outside().find(|g| !g.is_static);
        own.or_else(|| of_module().or_else(global).map(Variable::Global))
    }

    /// A static of a file or a global by name, whatever function is looked from.
    #[must_use]
    pub fn global(&self, file: Option<&str>, name: &str) -> Option<&Global> {
        let of_file = |g: &&Global| match file {
            Some(file) => g.file == file || g.file.strip_suffix(file).is_some_and(|rest| rest.ends_with('/')),
            None => !g.is_static,
        };
        self.globals.iter().filter(|g| g.function.is_none() && g.name == name).find(of_file)
    }
}
