//! What the table of expressions in the chapter on C claims, tried in the programs of `tests/cases/c`.

use super::cases::target;
use crate::claims::{chapter, code};
use crate::support::run;
use hsxray::backend::Local;
use hsxray::command;

/// Programs at places where they have the variables that the chapter names.
fn places() -> Vec<Local> {
    let places = [
        ("types", "break types.c:68; run"),
        ("types", "break sum; run"),
        ("recur", "tbreak recur.c:7; run"),
        ("files", "tbreak bank.c:9; run"),
        ("race", "run 60; frame 0 -p 2"),
    ];
    let stood = |(case, lines): (&str, &str)| {
        let mut target = target(case);
        run(&mut target, lines);
        target
    };
    places.map(stood).into()
}

#[test]
fn each_expression_of_the_chapter_is_read() {
    let mut places = places();
    let chapter = chapter("c-programs");
    let rows: Vec<&str> = chapter.lines().filter(|line| line.starts_with("| `print")).collect();
    assert!(rows.len() >= 8, "{rows:?}");
    for line in rows.iter().filter_map(|row| row.split('|').nth(1)).flat_map(code) {
        let words = command::split(&line).expect("a line").remove(0);
        let mut said = Vec::new();
        let read = places.iter_mut().any(|target| {
            let outcome = command::execute(target, Some(1), words.clone());
            said.extend(outcome.as_ref().err().map(ToString::to_string));
            outcome.is_ok()
        });
        assert!(read, "{line}: {said:?}");
    }
}
