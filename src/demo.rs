//! The built-in demos.

use crate::backend::{CSource, Config, LoadDefaults, LoadOptions, Local, Program};
use std::sync::Arc;

/// A demo: its sources, each a task, in the order of pids.
pub struct Demo {
    /// Its name.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// Bytes of stack each task gets.
    pub stack: u32,
    /// File names and texts.
    pub files: &'static [(&'static str, &'static str)],
    /// What the C compiler said of each file, if it made them.
    pub c: &'static [CSource<'static>],
}

macro_rules! demos {
    ($($name:literal $stack:literal $about:literal [$($file:literal)*] $(c [$($c:literal)*])?;)*) => {
        /// All demos.
        pub const DEMOS: &[Demo] = &[$(Demo { name: $name, about: $about, stack: $stack, files: &[
            $((concat!($file, ".mvasm"), include_str!(concat!("../assets/programs/", $name, "/", $file, ".mvasm"))),)*
        ], c: &[$($(CSource {
            file: concat!($c, ".c"),
            text: include_str!(concat!("../assets/programs/", $name, "/", $c, ".c")),
            debug: include_str!(concat!("../assets/programs/", $name, "/", $c, ".dbg")),
            llvm: include_str!(concat!("../assets/programs/", $name, "/", $c, ".ll")),
        },)*)?] },)*];
    };
}

demos! {
    "ping" 4096 "a producer and a consumer on one mailbox, and a ticker that sleeps" ["producer" "consumer" "ticker"];
    "fanout" 4096 "one sender and two readers of different speed on a fan-out mailbox" ["sender" "quick" "slow"];
    "runaway" 256 "recursion without end runs into the guard, its neighbour does not notice" ["runaway" "neighbour"];
    "window" 4096 "registers are RAM: a task writes its own by address and is kept from another's" ["alias" "victim"];
    "sleepers" 4096 "three tasks sleep for different times; the clock jumps when all sleep" ["short" "middle" "long"];
    "deadlock" 4096 "two tasks wait for each other's message for ever" ["left" "right"];
    "lost-update" 4096 "two tasks add one to a shared word, and one update is lost" ["first" "second"];
    "total" 4096 "three tasks add their numbers to one total, which comes out too small" ["one" "two" "three"];
    "peterson" 4096 "two tasks count behind Peterson's lock: sync 0x5000 12 says that they hand over through its words" ["left" "right"];
    "relay" 4096 "a number goes through two mailboxes and is changed on its way: origin tree 0x5000 leads back to its source" ["source" "middle" "sink"];
    "fib" 512 "a function that calls itself: frames, who pushed each word of the stack, goto deepest" ["fib"];
    "race-in-c" 4096 "two tasks compiled from C add to one shared word without a lock" ["left" "right"] c ["left" "right"];
    "values" 4096 "values and commands: one task publishes, one is notified of changes" ["motor" "monitor"];
}

/// A machine with a demo loaded.
///
/// # Errors
/// There is no such demo.
pub fn target(name: &str) -> Result<Local, String> {
    let demo = DEMOS.iter().find(|d| d.name == name).ok_or_else(|| {
        let names: Vec<&str> = DEMOS.iter().map(|d| d.name).collect();
        format!("there is no demo \"{name}\": {} are there", names.join(", "))
    })?;
    let defaults = LoadDefaults { stack: demo.stack, ..LoadDefaults::default() };
    let mut target = Local::new(demo.name, Config::default(), defaults);
    for (i, (file, text)) in demo.files.iter().enumerate() {
        let program = match demo.c.get(i) {
            Some(c) => Program::builtin_c(file, text, c),
            None => Program::builtin(file, text),
        };
        let program = program.map_err(|e| e.to_string())?;
        target.load(Arc::new(program), LoadOptions::default()).map_err(|e| e.to_string())?;
    }
    Ok(target)
}
