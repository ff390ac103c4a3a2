//! Sizes of screens, in classes that share an arrangement.

use serde::{Deserialize, Serialize};

/// Sizes that share an arrangement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// One pane, or two.
    Narrow,
    /// From 80x24.
    Small,
    /// From 120x40.
    Medium,
    /// From 200x60.
    Large,
}

impl Class {
    /// The class of a screen's size.
    #[must_use]
    pub fn of((width, height): (u16, u16)) -> Class {
        match (width, height) {
            (200.., 60..) => Class::Large,
            (120.., 40..) => Class::Medium,
            (80.., 16..) => Class::Small,
            _ => Class::Narrow,
        }
    }
}
