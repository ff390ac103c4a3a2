//! `hsxray demo`: the list of the built-in demos.

use crate::demo::DEMOS;
use std::process::ExitCode;

/// Prints the demos.
pub(super) fn list() -> ExitCode {
    let mut text = String::from("Built-in demos; open one with: hsxray demo NAME\n\n");
    for demo in DEMOS {
        text += &format!("  {:12} {}\n", demo.name, demo.about);
    }
    super::output::text(&text)
}
