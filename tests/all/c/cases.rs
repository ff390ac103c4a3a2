//! The programs of `tests/cases/c`, and what is expected of them.

use crate::support::project;
use hsxray::backend::{Config, LoadDefaults, LoadOptions, Local, Program};
use serde_json::Value;
use std::sync::Arc;

pub const CASES: [&str; 9] = ["drift1", "files", "lines", "overflow", "prodcons", "race", "recur", "scope", "types"];

/// An image of a case: its name, the task it is when the case is loaded, and what is expected of it.
pub struct Image {
    pub case: &'static str,
    pub name: String,
    pub pid: u16,
    pub expected: Value,
}

impl Image {
    pub fn program(&self) -> Program {
        program(self.case, &self.name)
    }
}

pub fn program(case: &str, image: &str) -> Program {
    let path = project("tests/cases/c").join(case).join(format!("{image}.hxe"));
    Program::read(&path).unwrap_or_else(|e| panic!("{e}"))
}

pub fn json(case: &str, file: &str) -> Value {
    let path = project("tests/cases/c").join(case).join(file);
    serde_json::from_str(&std::fs::read_to_string(path).expect("file")).expect("JSON")
}

fn names(case: &str) -> Vec<String> {
    // The order of the loads is that of the pids: the producer first.
    let mut names: Vec<String> = json(case, "prog.json").as_object().expect("images").keys().cloned().collect();
    if case == "prodcons" {
        names.reverse();
    }
    names
}

/// All images of all cases.
pub fn images() -> Vec<Image> {
    let images = |case: &'static str| {
        let expected = json(case, "expect.json");
        let image = move |(name, pid): (String, u16)| {
            let expected = expected["images"][&name].clone();
            Image { case, name, pid, expected }
        };
        names(case).into_iter().zip(1..).map(image).collect::<Vec<_>>()
    };
    CASES.into_iter().flat_map(images).collect()
}

/// A machine with the programs of a case.
pub fn target(case: &str) -> Local {
    let mut target = Local::new(case, Config::default(), LoadDefaults::default());
    for name in names(case) {
        target.load(Arc::new(program(case, &name)), LoadOptions::default()).expect("loads");
    }
    target
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<u32> {
    value.as_array().expect("a list").iter().map(|n| n.as_u64().expect("a number") as u32).collect()
}
