//! Names and lines: looking up, and the `.sym` sidecar files that carry them.

mod read;
mod write;

pub use read::read_sym;
pub use write::write_sym;

use super::json::JsonError;
use super::{Line, Space, Symbol, Symbols};
use thiserror::Error;

/// Why a symbol file is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SymError {
    /// It is not JSON.
    #[error("bad JSON: {0}")]
    Json(#[from] JsonError),
    /// It names more than is read.
    #[error("{0}")]
    Over(#[from] crate::limits::Over),
    /// It is JSON, but no object.
    #[error("an object is expected")]
    NoObject,
}

impl Symbols {
    /// Puts everything into the order that look-ups rely on.
    pub fn sort(&mut self) {
        self.symbols.sort_by(|a, b| (a.space, a.address, &a.name).cmp(&(b.space, b.address, &b.name)));
        self.symbols.dedup_by(|a, b| (a.space, a.address, &a.name) == (b.space, b.address, &b.name));
        self.lines.sort_by_key(|l| l.address);
    }

    /// The nearest symbol at or below an address of one space, and the distance to it. A symbol
    /// of known size does not reach beyond its end.
    #[must_use]
    pub fn near(&self, space: Space, address: u32) -> Option<(&Symbol, u32)> {
        let end = self.symbols.partition_point(|s| (s.space, s.address) <= (space, address));
        let symbol = self.symbols[..end].last().filter(|s| s.space == space)?;
        let offset = address - symbol.address;
        (symbol.size == 0 || offset < symbol.size).then_some((symbol, offset))
    }

    /// The symbol of exactly this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|s| s.name == name)
    }

    /// The source line of the instruction at or below a code address.
    #[must_use]
    pub fn line_at(&self, address: u32) -> Option<&Line> {
        let end = self.lines.partition_point(|l| l.address <= address);
        self.lines[..end].last()
    }

    /// Code addresses that come from a line of a file.
    pub fn addresses_of(&self, file: usize, line: u32) -> impl Iterator<Item = u32> {
        self.lines.iter().filter(move |l| (l.file, l.line) == (file, line)).map(|l| l.address)
    }
}

#[cfg(test)]
mod tests;
