//! What the C compiler has got wrong in a program, from its image and its debug information alone.

use super::{Program, frames};
use crate::debug_info::Misplaced;

impl Program {
    /// What the C compiler has got wrong in it, a sentence each: functions whose stack grows by one way alone, members
    /// of structs that are looked for in the wrong place.
    #[must_use]
    pub fn compiler_faults(&self) -> Vec<String> {
        let member = |wrong: &Misplaced| {
            let types = &self.debug.types;
            let of = types.named(&format!("struct {}", wrong.tag)).and_then(|of| types.members(of)?.get(wrong.member));
            let name = of.map_or_else(|| format!("member {}", wrong.member), |member| member.name.clone());
            let line = self.symbols.line_at(wrong.address);
            let line = line.map(|l| format!("{}:{}: ", self.symbols.files[l.file].path, l.line)).unwrap_or_default();
            let at = wrong.address;
            format!("{line}{name} of struct {} is taken from the start of the struct (at 0x{at:04X})", wrong.tag)
        };
        let mut faults = frames::growths(&self.image, &self.symbols);
        faults.extend(self.debug.misplaced.iter().map(member));
        faults
    }
}
