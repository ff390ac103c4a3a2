//! Behaviour, seen from outside.

mod conformance;
mod scheduler;
mod services;
mod support;
mod vectors;
