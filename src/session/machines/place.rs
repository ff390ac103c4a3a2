//! Where in the memory of this machine the words of a switch would lie.

use super::table::{Model, Part, Per, Place};
use crate::vm::Context;
use std::ops::Range;

/// Where R13 lies in a workspace of 16-bit registers.
const R13: u32 = 2 * 13;

/// The bytes that a part of a model takes in RAM, for a switch from one task to another; `None` where they are not memory of
/// a task, or more than a switch moves.
#[must_use]
pub fn stretch(model: &Model, part: &Part, from: &Context, to: &Context) -> Option<Range<u32>> {
    let bytes = |part: &Part| (part.words * model.word_bytes) as u32;
    let stretch = |start: u32| Some(start..start + bytes(part));
    match part.place {
        Place::NextWorkspace => stretch(u32::from(to.reg_base) + R13),
        // What is pushed first lies highest, and is taken back last.
        Place::Stack => stretch(from.sp.checked_sub(before(model, part, bytes) + bytes(part))?),
        Place::NextStack => {
            let all: u32 = model.parts.iter().filter(|other| other.place == part.place).map(bytes).sum();
            stretch(to.sp.checked_sub(all)? + before(model, part, bytes))
        }
        Place::Vector | Place::Frames | Place::NextFrame | Place::Record | Place::NextRecord => None,
    }
}

/// Bytes that are moved to or from the same place before a part.
fn before(model: &Model, part: &Part, bytes: impl Fn(&Part) -> u32) -> u32 {
    let same = |other: &&Part| other.place == part.place && other.per == Per::Switch;
    model.parts.iter().take_while(|other| *other != part).filter(same).map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::super::table::{MODELS, Toward};
    use super::*;
    use crate::vm::Flags;

    fn context(reg_base: u16, sp: u32) -> Context {
        let (stack_limit, stack_top) = (sp - 0x100, sp + 4);
        Context { pc: 0, sp, reg_base, pid: 1, stack_limit, stack_top, lowest: sp, depth: 0, flags: Flags::new(0) }
    }

    #[test]
    fn words_lie_where_the_manuals_put_them() {
        let (from, to) = (context(0x1000, 0xFFF8), context(0x1040, 0xEFF0));
        let of = |name: &str| {
            let model = MODELS.iter().find(|model| model.name == name).expect("model");
            model.parts.iter().map(|part| (part.toward, stretch(model, part, &from, &to))).collect::<Vec<_>>()
        };
        use Toward::{Memory, Processor};
        assert_eq!(of("tms9900"), [(Memory, Some(0x105A..0x1060)), (Processor, None)]);
        let pushed = [(Memory, Some(0xFFD8..0xFFF8)), (Memory, Some(0xFFB8..0xFFD8))];
        let popped = [(Processor, Some(0xEFB0..0xEFD0)), (Processor, Some(0xEFD0..0xEFF0))];
        assert_eq!(of("cortex-m"), [pushed, popped].concat());
        assert!(of("copy").iter().all(|(_, stretch)| stretch.is_none()));
    }
}
