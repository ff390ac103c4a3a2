//! hsxray: an interactive debugger for the HSX virtual machine, and the engine under it.
//!
//! Layers, each importing only those above it: [`text`], [`isa`], [`image`], [`asm`], [`vm`], [`executive`], [`explain`], [`predict`],
//! [`session`], [`debug_info`], [`explore`], [`backend`], [`export`], [`command`]; then the screen and the command line, which are not part of
//! the library.
//!
//! ```
//! use hsxray::command;
//! use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
//! use std::sync::Arc;
//!
//! let program = Program::builtin("five.mvasm", ".text\n    LDI R0, 5\n    RET\n").unwrap();
//! let mut target = Local::new("five", Config::default(), LoadDefaults::default());
//! let pid = target.load(Arc::new(program), LoadOptions::default()).unwrap();
//! for words in command::split("run").unwrap() {
//!     command::execute(&mut target, None, words).unwrap();
//!     while target.pump(1000) {}
//! }
//! assert_eq!(target.machine().task(pid).unwrap().exit_status, Some(5));
//! ```

pub mod asm;
pub mod backend;
#[cfg(feature = "terminal")]
#[doc(hidden)]
pub mod cli;
pub mod command;
pub mod debug_info;
#[doc(hidden)]
pub mod demo;
pub mod executive;
pub mod explain;
pub mod explore;
pub mod export;
pub mod image;
pub mod isa;
#[doc(hidden)]
pub mod lesson;
pub mod limits;
pub mod predict;
#[cfg(feature = "remote")]
#[doc(hidden)]
pub mod remote;
pub mod session;
pub mod text;
#[doc(hidden)]
pub mod ui;
pub mod vm;
#[doc(hidden)]
pub mod web;
