//! Behaviour, seen from outside.

mod vectors;
