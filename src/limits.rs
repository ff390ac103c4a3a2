//! THE table of limits: the bounds of everything that is read. Each has a name, which an error about it gives
//! together with its number, and a row in the book.

use std::fmt;
use thiserror::Error;

/// In what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes; written as KB and MB where that is exact.
    Bytes,
    /// Things, named by the limit itself.
    Count,
}

/// One bound.
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    /// What errors call it.
    pub name: &'static str,
    /// The most that is read.
    pub most: u64,
    /// In what it counts.
    pub unit: Unit,
    /// What it bounds, for the book.
    pub about: &'static str,
}

macro_rules! limits {
    ($($id:ident $name:literal $most:expr, $unit:ident, $about:literal;)*) => {
        $(#[doc = $about] pub const $id: Limit = Limit { name: $name, most: $most, unit: Unit::$unit, about: $about };)*
        /// All of them, in the order of the book.
        pub const LIMITS: &[Limit] = &[$($id),*];
    };
}

const KB: u64 = 1 << 10;
const MB: u64 = 1 << 20;

limits! {
    FILE "file size" 64 * MB, Bytes, "Any file, unless the setting `file_mb` says otherwise.";
    SMALL_FILE "small file size" 4 * MB, Bytes, "Settings, themes, scripts, schedules, lessons.";
    LINE "line length" 64 * KB, Bytes, "A line of a source, a script or commands.";
    TOKEN "token length" KB, Bytes, "A word of a source other than a string: a name, a number, an operand.";
    INCLUDED "included bytes" 8 * MB, Bytes, "All text of a source with the files it includes, counted each time.";
    LINES "lines" 500_000, Count, "Lines of a source with the files it includes, counted each time.";
    ERRORS "errors" 20_000, Count, "Errors and warnings about a source; what follows is not looked for.";
    INCLUDE_DEPTH "include depth" 64, Count, "Files that include one another in a chain.";
    INCLUDES "includes" 1_000, Count, "Files a source includes, counted each time.";
    SECTIONS "sections" 256, Count, "Rows of an image's section table.";
    ENTRIES "declarations" 65_536, Count, "Values, commands and mailboxes that an image declares, together.";
    STRINGS "metadata text" MB, Bytes, "All names, units and help texts of an image's values, commands and mailboxes.";
    JSON_VALUES "JSON values" 1_000_000, Count, "Values in one JSON text: a symbol file, a declaration.";
    SYMBOLS "symbols" 262_144, Count, "Names in a symbol file, and lines of code in it.";
    JOURNAL "journal entries" 1_000_000, Count, "What came from outside in a recording.";
    STOPS "stops" 100_000, Count, "Stops in a recording, with what it says of races.";
    BOOKMARKS "bookmarks" 20_000, Count, "Bookmarks in a recording.";
    PROGRAMS "programs" 128, Count, "Programs in a recording, a scenario or a lesson.";
    PAGES "pages" 200, Count, "Pages of a lesson.";
    TASKS "tasks" 1_000, Count, "Tasks of a lesson.";
    WRITTEN "written program" 64 * KB, Bytes, "What a student writes for a task of a lesson: a program or a schedule.";
    HAND_IN "hand-in" 16 * MB, Bytes, "What a student hands in: a file with answers, programs and recordings.";
    HANDED_LESSONS "lessons handed in" 100, Count, "Lessons in a hand-in.";
    LINK "link length" 64 * KB, Bytes, "A recording in a link, as letters.";
    LINK_TEXT "unpacked link" 16 * MB, Bytes, "A recording in a link, as its text.";
    LINK_TURNS "turns in a link" 20_000_000, Count, "Turns that a recording in a link takes to its end.";
    LINK_TRACE "trace entries in a link" 65_536, Count, "Trace entries that the machine of a link keeps.";
    DIRECTORY_FILES "files" 10_000, Count, "Files and directories below one that is copied into the machine.";
}

impl Limit {
    /// Whether an amount is within the limit.
    ///
    /// # Errors
    /// It is over it.
    pub fn check(&self, found: u64) -> Result<(), Over> {
        if found > self.most { Err(self.over()) } else { Ok(()) }
    }

    /// The error for what is over the limit.
    #[must_use]
    pub const fn over(&self) -> Over {
        Over { name: self.name, most: self.most, unit: self.unit }
    }

    /// The number with its unit, as in the book.
    #[must_use]
    pub fn amount(&self) -> String {
        Amount(self.most, self.unit).to_string()
    }
}

/// Something is over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("over the limit \"{name}\" of {}", Amount(*most, *unit))]
pub struct Over {
    /// Which limit.
    pub name: &'static str,
    /// The most that would be read.
    pub most: u64,
    /// In what that is counted.
    pub unit: Unit,
}

/// A number with its unit.
struct Amount(u64, Unit);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount(n, Unit::Bytes) if *n >= MB && n % MB == 0 => write!(f, "{} MB", n / MB),
            Amount(n, Unit::Bytes) if *n >= KB && n % KB == 0 => write!(f, "{} KB", n / KB),
            Amount(n, Unit::Bytes) => write!(f, "{n} bytes"),
            Amount(n, Unit::Count) => write!(f, "{n}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_a_limit_gives_its_name_and_number() {
        assert_eq!(FILE.over().to_string(), "over the limit \"file size\" of 64 MB");
        assert_eq!(LINE.check(65_537).expect_err("long").to_string(), "over the limit \"line length\" of 64 KB");
        assert_eq!(SECTIONS.over().to_string(), "over the limit \"sections\" of 256");
        assert_eq!(SECTIONS.check(256), Ok(()));
    }

    #[test]
    fn each_limit_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = LIMITS.iter().map(|l| l.name).collect();
        assert_eq!(names.len(), LIMITS.len());
    }
}
