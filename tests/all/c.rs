//! C programs: what `tests/cases/c` says of each, compared with what the debugger shows.

mod bad;
mod cases;
mod expressions;
mod frames;
mod lines;
mod linked;
mod points;
mod screens;
mod steps;
mod variables;
