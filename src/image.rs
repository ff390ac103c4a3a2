//! An image: the one thing that can be loaded as a task, and the files it comes from.
//!
//! This layer knows executable files, symbol files and what they declare. It knows nothing of
//! tasks or time.

mod hxe;
pub mod json;
mod symbols;

pub use hxe::{ImageError, MetadataError, WriteError, checksum, read, write};
pub use symbols::{SymError, read_sym, read_symbols, source_path, sources_named, write_sym, write_sym_with};

pub use json::Json;
use serde::{Deserialize, Serialize};

/// Where an image's data starts in its task's address space.
pub const BANK_BASE: u32 = 0x4000;

/// A program ready to be loaded: code, data and declarations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Image {
    /// Application name, at most 31 characters; `None` if the file has none.
    pub name: Option<String>,
    /// File format version, 1 or 2.
    pub version: u16,
    /// Whether two tasks may run this image at once.
    pub multiple: bool,
    /// Flag bit 0: the file says a manifest follows the data. Manifests are skipped.
    pub manifest: bool,
    /// Capability bits the image asks for. Reported, not enforced.
    pub req_caps: u32,
    /// Byte address of the first instruction.
    pub entry: u32,
    /// Code words, from code address 0.
    pub code: Vec<u32>,
    /// Initial data, from data address 0x4000.
    pub rodata: Vec<u8>,
    /// Bytes of zeroed data after `rodata`.
    pub bss: u32,
    /// Checksum as in the file (or as it would be written).
    pub crc: u32,
    /// Values declared by the image, in file order.
    pub values: Vec<ValueDecl>,
    /// Commands declared by the image, in file order.
    pub commands: Vec<CommandDecl>,
    /// Mailboxes declared by the image, in file order.
    pub mailboxes: Vec<MailboxDecl>,
}

/// A value declared in an image. Numbers are raw f16 bits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ValueDecl {
    /// Group id; with `id` it makes the OID `group * 256 + id`.
    pub group: u8,
    /// Id inside the group.
    pub id: u8,
    /// RO 1, PERSIST 2, STICKY 4, PIN 8, BOOL 16.
    pub flags: u8,
    /// PUBLIC 0, USER 1, ADMIN 2, FACTORY 3.
    pub auth: u8,
    /// Initial value, f16.
    pub init: u16,
    /// Name, if any.
    pub name: Option<String>,
    /// Unit, if any.
    pub unit: Option<String>,
    /// Smallest change that counts, f16.
    pub epsilon: u16,
    /// Lower end of the range, f16.
    pub min: u16,
    /// Upper end of the range, f16.
    pub max: u16,
    /// Key in the persistent store; 0 for none.
    pub persist_key: u16,
    /// Group name, if any.
    pub group_name: Option<String>,
}

/// A command declared in an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CommandDecl {
    /// Group id.
    pub group: u8,
    /// Id inside the group.
    pub id: u8,
    /// PIN 1, ASYNC 2.
    pub flags: u8,
    /// PUBLIC 0, USER 1, ADMIN 2, FACTORY 3.
    pub auth: u8,
    /// Byte address of the handler in the code; 0 if none was given.
    pub handler: u32,
    /// Name, if any.
    pub name: Option<String>,
    /// Help text, if any.
    pub help: Option<String>,
    /// Low 16 bits of the `reserved` key.
    pub reserved: u16,
    /// Group name, if any.
    pub group_name: Option<String>,
}

/// A mailbox declared in an image.
#[derive(Debug, Clone, PartialEq)]
pub struct MailboxDecl {
    /// Name with namespace, e.g. `app:log`.
    pub target: String,
    /// Capacity in bytes; 0 means the default.
    pub capacity: u32,
    /// Mode bits, 16 bits.
    pub mode: u16,
    /// The pid the mailbox belongs to, when the declaration names one.
    pub owner: Option<i64>,
    /// The declaration with all its keys, as it is written back.
    pub raw: Json,
}

impl MailboxDecl {
    /// Reads a declaration as it stands in an image or source; `index` names it in errors.
    ///
    /// # Errors
    /// A key of the wrong type or range, or no target.
    pub fn from_json(index: usize, entry: &Json) -> Result<MailboxDecl, MetadataError> {
        hxe::mailbox(index, entry)
    }
}

/// Code and data are two spaces that overlap numerically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Space {
    /// Code, byte addresses from 0.
    Code,
    /// Data RAM, 0..=0xFFFF; an image's own data starts at 0x4000.
    Data,
}

/// A name for an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// The name as written in the source.
    pub name: String,
    /// Which space `address` is in.
    pub space: Space,
    /// Byte address.
    pub address: u32,
    /// Size in bytes; 0 when unknown.
    pub size: u32,
    /// Whether it is known to start a function (else a plain label or a variable).
    pub function: bool,
}

/// The source line an instruction came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Code byte address of the instruction.
    pub address: u32,
    /// Index into [`Symbols::files`].
    pub file: usize,
    /// Line number, from 1.
    pub line: u32,
}

/// A source file named by the symbols; its text when it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path as recorded.
    pub path: String,
    /// The file's text, if it could be read.
    pub text: Option<String>,
    /// It was changed after the image was built: its lines may have moved.
    #[serde(skip)]
    pub newer: bool,
}

/// A function of known size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// The name as written in the source.
    pub name: String,
    /// Byte address of its first instruction.
    pub start: u32,
    /// Byte address behind its last instruction.
    pub end: u32,
    /// Index into [`Symbols::files`] of the file it is in, if that has lines of it.
    pub file: Option<usize>,
    /// The line it is declared in; 0 when unknown.
    pub line: u32,
}

/// A local variable or argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalVariable {
    /// The name as written in the source.
    pub name: String,
    /// The function it is of.
    pub function: String,
    /// The line it is declared in; 0 when unknown.
    pub line: u32,
    /// What the compiler calls the block it is declared in, e.g. `!24`.
    pub scope: String,
    /// Where it is.
    pub ranges: Vec<LocalRange>,
}

/// Where a local variable is while the instructions of a range run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalRange {
    /// Byte address of the first instruction.
    pub start: u32,
    /// Byte address behind the last one.
    pub end: u32,
    /// Where it is.
    pub location: Location,
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// In memory, at the frame pointer R7 plus an offset.
    Stack(i32),
    /// In a register, 0..=15.
    Register(u8),
    /// In memory, at a symbol or address plus an offset.
    Global {
        /// The symbol.
        symbol: Option<String>,
        /// The address, if the file says it.
        address: Option<u32>,
        /// Bytes behind it.
        offset: i32,
    },
    /// Nowhere: it is always this.
    Constant(u32),
}

/// Names and lines of one image, sorted by address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Symbols {
    /// Names, sorted by space and address.
    pub symbols: Vec<Symbol>,
    /// Functions of known size, sorted by address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Function>,
    /// Source lines, sorted by address.
    pub lines: Vec<Line>,
    /// Source files the lines refer to.
    pub files: Vec<SourceFile>,
    /// Local variables, in the order of the symbol file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locals: Vec<LocalVariable>,
    /// The code of each module by address, where the symbol file tells several apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<std::ops::Range<u32>>,
}
