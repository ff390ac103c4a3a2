//! What is known of a program, kept in its symbol file: then that file alone suffices.

use super::{BlockId, DebugInfo, TypeId};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of memory.
const MEMORY: u32 = 0x1_0000;

/// The key that it has in a symbol file.
const KEY: &str = "debug_info";

#[derive(Deserialize)]
struct SymbolFile {
    debug_info: Option<DebugInfo>,
}

/// What the text of a symbol file says beyond names and lines; `None` if it says nothing.
///
/// # Errors
/// It cannot be read, or contradicts itself.
#[must_use]
pub fn stored(text: &str) -> Option<Result<DebugInfo, String>> {
    if !text.contains(KEY) {
        return None;
    }
    match serde_json::from_str::<SymbolFile>(text) {
        Ok(file) => file.debug_info.map(DebugInfo::checked),
        Err(e) => Some(Err(format!("{KEY}: {e}"))),
    }
}

impl DebugInfo {
    /// An entry for a symbol file: its key, and what is known as JSON.
    #[must_use]
    pub fn entry(&self) -> (&'static str, Value) {
        // Numbers, texts and lists: JSON can hold them all.
        (KEY, serde_json::to_value(self).unwrap_or_default())
    }

    /// What was read from a file, with sizes of types as HSX lays them out.
    ///
    /// # Errors
    /// It names a type or block that is not there, or an address outside RAM.
    pub fn checked(mut self) -> Result<DebugInfo, String> {
        let (types, blocks) = (self.types.count(), self.blocks.len());
        let wrong = |what: &str| Err(format!("{KEY}: {what} that is not there is named"));
        let of = |of: Option<TypeId>| of.is_none_or(|of| of < types);
        let block = |block: Option<BlockId>| block.is_none_or(|block| block < blocks);
        if !(self.types.are_closed()
            && self.functions.iter().all(|f| of(f.of) && of(f.returns))
            && self.locals.iter().all(|l| of(l.of))
            && self.globals.iter().all(|g| of(g.of)))
        {
            return wrong("a type");
        }
        if !(self.blocks.iter().all(|b| block(b.parent))
            && self.places.iter().all(|(_, id)| block(Some(*id)))
            && self.functions.iter().all(|f| block(f.block))
            && self.locals.iter().all(|l| block(l.block))
            && self.globals.iter().all(|g| block(g.block)))
        {
            return wrong("a block");
        }
        if self.globals.iter().any(|g| g.address.is_some_and(|at| at >= MEMORY)) {
            return wrong("an address");
        }
        self.types.measure_again();
        self.functions.sort_by_key(|f| f.start);
        self.places.sort_unstable();
        Ok(self)
    }
}
