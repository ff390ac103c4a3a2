//! The built-in lessons and exercises.

use super::read::Find;
use super::{Draft, Lesson, LessonError};
use crate::backend::{CSource, Program};

/// A built-in lesson.
#[derive(Debug, Clone, Copy)]
pub struct Shelved {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Its programs: paths from its directory, and texts. Beside an assembler source that the C compiler made stand the
    /// C source, `.dbg` and `.ll` of the same name.
    pub files: &'static [(&'static str, &'static str)],
}

macro_rules! shelf {
    ($(#[$about:meta])* $all:ident in $directory:literal; $($name:literal [$($file:literal)*];)*) => {
        $(#[$about])*
        pub const $all: &[Shelved] = &[$(Shelved {
            name: $name,
            text: include_str!(concat!("../../assets/", $directory, "/", $name, "/lesson.md")),
            files: &[$(($file, include_str!(concat!("../../assets/", $directory, "/", $name, "/", $file)))),*],
        }),*];
    };
}

shelf! {
    /// All built-in lessons, in their order.
    SHELF in "lessons";
    "01-one-task" ["sum.mvasm"];
    "02-sixteen-words" ["words.mvasm"];
    "03-flags" ["flags.mvasm"];
    "04-two-tasks" ["down.mvasm" "up.mvasm"];
    "05-switch" ["ones.mvasm" "twos.mvasm"];
    "06-stack" ["twice.mvasm"];
    "07-guard" ["neighbour.mvasm" "runaway.mvasm"];
    "08-mailboxes" ["adder.mvasm" "answerer.mvasm" "asker.mvasm" "sender.mvasm"];
    "09-time" ["bell.mvasm" "blink.mvasm"];
    "10-looking-back" ["filler.mvasm" "keeper.mvasm" "summer.mvasm"];
    "11-find-the-race" ["first-safe.mvasm" "first.mvasm" "second-safe.mvasm" "second.mvasm"];
    "12-scheduler" ["hare.mvasm" "left.mvasm" "one.mvasm" "right.mvasm" "tortoise.mvasm" "two.mvasm"];
    "13-race-in-c" [
        "../../programs/race-in-c/left.mvasm" "../../programs/race-in-c/left.c"
        "../../programs/race-in-c/left.dbg" "../../programs/race-in-c/left.ll"
        "../../programs/race-in-c/right.mvasm" "../../programs/race-in-c/right.c"
        "../../programs/race-in-c/right.dbg" "../../programs/race-in-c/right.ll"
    ];
    "14-who-comes-first" [
        "borrower.mvasm" "flag-reader.mvasm" "flag-writer.mvasm" "lender.mvasm" "reader.mvasm" "receiver.mvasm"
        "sender.mvasm" "writer.mvasm"
    ];
    "15-twins" ["ones.mvasm" "twos.mvasm"];
    "16-overlaps" ["adder.mvasm" "maker.mvasm" "user.mvasm"];
    "17-when-a-window-pays" ["busy.mvasm"];
    "18-what-could-it-see" ["first.mvasm" "second.mvasm"];
}

shelf! {
    /// All built-in exercises, in their order: lessons in which the student writes programs.
    EXERCISES in "exercises";
    "01-add-up" [
        "start.mvasm" "sum.mvasm" "from-the-end.mvasm" "bytes.mvasm" "one-less.mvasm" "fixed.mvasm" "not-empty.mvasm"
        "unrolled.mvasm"
    ];
    "02-count-bytes" [
        "start.mvasm" "count.mvasm" "subtract.mvasm" "store-byte.mvasm" "compare-words.mvasm" "one-less.mvasm"
        "one-more.mvasm"
    ];
    "03-guard" [
        "start.mvasm" "peterson.mvasm" "dekker.mvasm" "look-first.mvasm" "turn-first.mvasm" "flags-only.mvasm"
        "alternate.mvasm"
    ];
    "04-mailbox-lock" [
        "carry.mvasm" "keeps-it.mvasm" "key.mvasm" "no-key.mvasm" "no-wait.mvasm" "start.mvasm" "two-keys.mvasm"
    ];
    "05-bounded-buffer" [
        "announce-first.mvasm" "backwards.mvasm" "consumer.mvasm" "no-wait.mvasm" "producer.mvasm" "start.mvasm"
        "three.mvasm"
    ];
    "06-readers-writers" [
        "fixed-numbers.mvasm" "no-number.mvasm" "number-first.mvasm" "reader.mvasm" "start.mvasm" "stays-odd.mvasm"
        "writer.mvasm"
    ];
    "07-philosophers" [
        "goes-home.mvasm" "keeps-a-fork.mvasm" "left-only.mvasm" "one-fork-for-all.mvasm" "right-first.mvasm"
        "smaller-first.mvasm" "start.mvasm"
    ];
    "08-driver" [
        "device.mvasm" "driver.mvasm" "early.mvasm" "no-acknowledgement.mvasm" "no-status.mvasm" "one-place.mvasm"
        "start.mvasm" "three-times.mvasm"
    ];
    "09-break-the-schedule" ["one.mvasm" "two.mvasm"];
    "10-break-the-task" [
        "first.mvasm" "late.mvasm" "patient.mvasm" "right.mvasm" "rude.mvasm" "second.mvasm" "start.mvasm"
        "stubborn.mvasm"
    ];
}

impl Shelved {
    /// The lesson.
    ///
    /// # Errors
    /// What is wrong with it; a test makes sure that nothing is.
    pub fn lesson(&self) -> Result<Lesson, LessonError> {
        self.read_by(Lesson::read)
    }

    /// The lesson as far as it could be read, and all that is wrong with it.
    #[must_use]
    pub fn draft(&self) -> Draft {
        self.read_by(Lesson::draft)
    }

    fn read_by<T>(&self, read: impl FnOnce(&str, &str, &str, &Find<'_>) -> T) -> T {
        let text = |file: &str| {
            let found = self.files.iter().find(|(path, _)| path.rsplit('/').next() == Some(file));
            found.map(|(_, text)| *text)
        };
        let find = |file: &str| {
            let assembler = text(file).ok_or_else(|| format!("there is no program {file} beside the lesson"))?;
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            let source = format!("{stem}.c");
            let made = text(&source).zip(text(&format!("{stem}.dbg"))).zip(text(&format!("{stem}.ll")));
            let program = match made {
                Some(((text, debug), llvm)) => {
                    Program::builtin_c(file, assembler, &CSource { file: &source, text, debug, llvm })
                }
                None => Program::builtin(file, assembler),
            };
            program.map_err(|e| e.to_string())
        };
        read(self.name, &format!("{}/lesson.md", self.name), self.text, &find)
    }
}

/// A built-in exercise by its name, its number behind an `e`, or a part of its name.
#[must_use]
pub fn exercise(name: &str) -> Option<&'static Shelved> {
    if let Some(number) = name.strip_prefix(['e', 'E']).and_then(|number| number.parse::<usize>().ok()) {
        return EXERCISES.get(number.checked_sub(1)?);
    }
    let exact = EXERCISES.iter().find(|e| e.name == name);
    exact.or_else(|| EXERCISES.iter().find(|e| !name.is_empty() && e.name.contains(name)))
}

/// The built-in lesson or exercise after one of exactly that name.
#[must_use]
pub fn following(name: &str) -> Option<&'static Shelved> {
    let after = |shelf: &'static [Shelved]| shelf.get(shelf.iter().position(|s| s.name == name)? + 1);
    after(SHELF).or_else(|| after(EXERCISES))
}

/// Where a lesson of exactly that name stands among the built-in ones, from 0.
#[must_use]
pub fn place(name: &str) -> Option<usize> {
    SHELF.iter().position(|s| s.name == name)
}

/// A built-in lesson by its name, its number, or a part of its name; with its place.
#[must_use]
pub fn shelved(name: &str) -> Option<(usize, &'static Shelved)> {
    let by = |test: &dyn Fn(&str) -> bool| SHELF.iter().position(|s| test(s.name));
    let at = match name.parse::<usize>() {
        Ok(number) => number.checked_sub(1)?,
        Err(_) => by(&|n| n == name).or_else(|| by(&|n| n.contains(name)))?,
    };
    Some((at, SHELF.get(at)?))
}
