//! Functions whose stack is higher by one way than by another.
//!
//! The reference compiler makes room for a value by a PUSH where it needs it. In a branch or a loop that PUSH runs
//! sometimes or again and again, and the RET behind it takes another word than the return address.

use super::heights::grows_at;
use crate::image::{Image, Symbols};
use crate::vm::Code;

/// Functions that are named at most.
const NAMED: usize = 8;

/// What is said of a program's compiled functions whose stack grows so.
pub(in crate::backend) fn growths(image: &Image, symbols: &Symbols) -> Vec<String> {
    if symbols.functions.is_empty() {
        return Vec::new();
    }
    let code = Code::new(&image.code);
    let found = symbols.functions.iter().filter_map(|f| Some((&f.name, grows_at(&code, f.start)?)));
    let text = |(name, at): (&String, u32)| {
        format!("{name}: at 0x{at:04X} the stack is higher by one way than by another: its RET may take a wrong word")
    };
    found.take(NAMED).map(text).collect()
}
