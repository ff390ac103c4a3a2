//! What is known of C programs beyond names and lines: types, variables and the blocks they are declared in.
//!
//! It comes from the compiler's files beside an image: `.ll` (types, arguments, blocks, statics, globals) and `.dbg`
//! (which instructions come from which part of it). Pure: the caller reads the files.

pub mod expression;
mod globals;
pub mod llvm;
mod misplaced;
mod module;
mod read;
mod scope;
mod stored;
mod types;
mod value;

pub use read::read;
pub use scope::{Named, Variable, Where};
pub use stored::stored;
pub use types::{BitField, Member, POINTER, Qualifier, Type, TypeId, TypeKind, Types};
pub use value::{Datum, FORMATS, MemberValue, decode, decode_field};

use crate::image::LocalRange;
use serde::{Deserialize, Serialize};

/// A block, by its place in [`DebugInfo::blocks`].
pub type BlockId = usize;

/// What is known of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugInfo {
    /// Types of all modules.
    pub types: Types,
    /// Functions, by address.
    pub functions: Vec<FunctionInfo>,
    /// Blocks of functions; the outermost of each is the function itself.
    pub blocks: Vec<Block>,
    /// The block of instructions, by address.
    pub places: Vec<(u32, BlockId)>,
    /// Arguments and local variables.
    pub locals: Vec<Local>,
    /// Variables that are always there: globals, and statics of files, functions and blocks.
    pub globals: Vec<Global>,
    /// How many modules have been read.
    pub modules: usize,
    /// Members that the compiler's code looks for in the wrong place.
    #[serde(default)]
    pub misplaced: Vec<Misplaced>,
    /// MD5 sums of source files, by path as recorded, in hexadecimal.
    pub checksums: Vec<(String, String)>,
}

/// An access to a member of a struct that the compiler has made at the start of the struct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misplaced {
    /// Byte address of its code.
    pub address: u32,
    /// The struct's tag.
    pub tag: String,
    /// Which member it is, from 0.
    pub member: usize,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Byte address of its first instruction.
    pub start: u32,
    /// Byte address behind its last instruction.
    pub end: u32,
    /// Byte address of its first instruction with a line.
    pub body: Option<u32>,
    /// Its type, where that is known.
    #[serde(default)]
    pub of: Option<TypeId>,
    /// What it returns; `None` for `void` and where that is unknown.
    pub returns: Option<TypeId>,
    /// Its outermost block.
    pub block: Option<BlockId>,
    /// The source file it is in.
    pub file: Option<String>,
    /// Which module it is of, where more than its address is known.
    pub module: Option<usize>,
}

/// A block in braces, or a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The block around it.
    pub parent: Option<BlockId>,
    /// Where its function begins.
    pub function: u32,
    /// The line it begins in.
    pub line: u32,
    /// The last line of its instructions.
    pub last: u32,
}

/// An argument or a local variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Its name.
    pub name: String,
    /// Its type, where that is known.
    pub of: Option<TypeId>,
    /// Where its function begins.
    pub function: u32,
    /// The block it is declared in, where that is known.
    pub block: Option<BlockId>,
    /// Which argument it is, from 1; 0 for a variable.
    pub arg: u32,
    /// The line it is declared in.
    pub line: u32,
    /// Where it is.
    pub ranges: Vec<LocalRange>,
}

/// A variable that is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// Its name.
    pub name: String,
    /// Its label in the code.
    pub label: String,
    /// Its type, where that is known.
    pub of: Option<TypeId>,
    /// The source file it is declared in.
    pub file: String,
    /// The line it is declared in.
    pub line: u32,
    /// Where the function begins it is declared in, if it is a static of one.
    pub function: Option<u32>,
    /// The block it is declared in.
    pub block: Option<BlockId>,
    /// Whether only its file, function or block sees it.
    pub is_static: bool,
    /// Byte address; `None` for what the compiler left out.
    pub address: Option<u32>,
    /// Which module it is of.
    pub module: usize,
}
