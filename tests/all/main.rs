//! Behaviour, seen from outside.

mod asm;
mod batch;
mod conformance;
mod docs;
mod layers;
mod properties;
mod scheduler;
mod screens;
mod services;
mod support;
mod terminal;
mod vectors;
