//! How programs are loaded, and how that is written on command lines and in lessons.

use crate::executive::input::Load;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Bytes a stack may have.
pub const STACK: RangeInclusive<u32> = 4..=65_536;
/// Turns in a row a task may have.
pub const QUANTUM: RangeInclusive<u32> = 1..=1_000_000;

/// How programs are loaded when nothing else is said for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadDefaults {
    /// Bytes of stack.
    pub stack: u32,
    /// Turns in a row.
    pub quantum: u32,
}

impl Default for LoadDefaults {
    fn default() -> Self {
        LoadDefaults { stack: Load::STACK, quantum: 1 }
    }
}

/// What may be said for one program; see [`LoadDefaults`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadOptions {
    /// Task name.
    pub name: Option<String>,
    /// Bytes of stack.
    pub stack: Option<u32>,
    /// Turns in a row.
    pub quantum: Option<u32>,
}

impl LoadOptions {
    /// The file of such an argument, and the options that follow it.
    #[must_use]
    pub fn parted(text: &str) -> (&str, Option<&str>) {
        let parts = text.rsplit_once(':').filter(|(_, list)| list.contains('='));
        parts.map_or((text, None), |(file, list)| (file, Some(list)))
    }

    /// `FILE` or `FILE:stack=512,quantum=2,name=x`.
    ///
    /// # Errors
    /// What is wrong with an option.
    pub fn argument(text: &str) -> Result<(PathBuf, LoadOptions), String> {
        let mut options = LoadOptions::default();
        let (file, list) = LoadOptions::parted(text);
        for item in list.iter().flat_map(|list| list.split(',')) {
            let (key, value) = item.split_once('=').unwrap_or((item, ""));
            let number = |range: RangeInclusive<u32>| {
                let number = value.parse().ok().filter(|n| range.contains(n));
                let expected = || format!("{text}: {key}={value}: {} to {} is expected", range.start(), range.end());
                number.ok_or_else(expected)
            };
            match key {
                "stack" => options.stack = Some(number(STACK)?),
                "quantum" => options.quantum = Some(number(QUANTUM)?),
                "name" if !value.is_empty() => options.name = Some(value.to_owned()),
                _ => {
                    return Err(format!(
                        "{text}: \"{item}\" is unknown: stack=BYTES, quantum=N or name=TEXT is expected"
                    ));
                }
            }
        }
        Ok((file.into(), options))
    }
}
