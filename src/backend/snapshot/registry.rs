//! Values and commands of the registry, as views see them.

use crate::executive::Pid;
use serde::Serialize;

/// A value of the registry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueView {
    /// Group << 8 | id.
    pub oid: u16,
    /// Whose it is.
    pub owner: Pid,
    /// Group name.
    pub group: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// RO 1, PERSIST 2, STICKY 4, PIN 8, BOOL 16.
    pub flags: u8,
    /// The value's f16 bits.
    pub raw: u16,
    /// The value.
    pub value: f64,
    /// Least and greatest sensible value.
    pub range: Option<(f64, f64)>,
    /// Smallest change that counts.
    pub epsilon: f64,
    /// Key in the persistent store.
    pub persist_key: Option<u16>,
    /// How often it changed.
    pub changes: u64,
    /// Who is notified of changes.
    pub subscribers: Vec<Pid>,
}

/// A command of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandView {
    /// Group << 8 | id.
    pub oid: u16,
    /// Whose it is.
    pub owner: Pid,
    /// Group name.
    pub group: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Help text.
    pub help: Option<String>,
    /// PIN 1, ASYNC 2.
    pub flags: u8,
    /// Code address of its handler, if declared.
    pub handler: Option<u32>,
    /// How often it was called.
    pub calls: u64,
}
