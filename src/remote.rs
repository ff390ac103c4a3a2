//! Doors for other programs: editors debug through the Debug Adapter Protocol.
//!
//! A door knows a machine by [`Target`](crate::backend::Target) alone. One thread does everything to the machine; another
//! one reads what the peer sends, so that a run can be paused. What the peer sends is untrusted: sizes are bounded, and a
//! message that makes no sense is answered or ends the connection, never the process.

pub mod dap;
mod wire;
