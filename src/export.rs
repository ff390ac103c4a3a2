//! What is seen, in forms that other programs read. Pure: text in, files are the caller's.

mod dot;

pub use dot::dot;
