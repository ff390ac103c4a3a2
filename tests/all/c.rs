//! C programs: what `tests/cases/c` says of each, compared with what the debugger shows.

mod bad;
mod cases;
mod chapter;
mod compiled;
mod expressions;
mod frames;
mod gdb;
mod handmade;
mod lines;
mod linked;
mod names;
mod points;
mod said;
mod screens;
mod shapes;
mod shared;
mod steps;
mod variables;
mod watches;
