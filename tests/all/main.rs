//! Behaviour, seen from outside.

mod asm;
mod batch;
mod conformance;
mod docs;
mod drawing;
mod expressions;
mod frames;
mod goals;
mod history;
mod layers;
mod panes;
mod plain;
mod properties;
mod recordings;
mod scenes;
mod scheduler;
mod screens;
mod services;
mod stops;
mod storm;
mod support;
mod terminal;
mod travel;
mod vectors;
mod waits;
