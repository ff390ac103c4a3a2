//! hsxray: an interactive debugger for the HSX virtual machine.
pub mod asm;
#[doc(hidden)]
pub mod cli;
pub mod command;
pub mod executive;
pub mod image;
pub mod isa;
pub mod session;
pub mod target;
#[doc(hidden)]
pub mod ui;
pub mod vm;
