//! Bytes and texts of guests and other strangers as people, terminals and files may see them: nothing in them may act on what
//! shows them.

mod counted;
pub mod hex;
mod hidden;
mod quoted;

pub use counted::counted;
pub use hidden::{escaped_json, is_hidden, visible, visible_lines};
pub use quoted::{character, plain, quoted};
