//! Names and lines: looking up, and the `.sym` sidecar files that carry them.

mod drift;
mod lines;
mod locals;
mod read;
mod write;

pub use read::{read_sym, read_symbols, source_path, sources_named};
pub use write::{write_sym, write_sym_with};

use super::json::JsonError;
use super::{Space, Symbol, Symbols};
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
        self.functions.sort_by(|a, b| (a.start, &a.name).cmp(&(b.start, &b.name)));
        self.functions.dedup_by(|a, b| (a.start, &a.name) == (b.start, &b.name));
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
}

#[cfg(test)]
mod tests;
