//! Behaviour, seen from outside.

