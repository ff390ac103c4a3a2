//! Explanations, origins and races that name variables of C.

use super::cases::target;
use crate::support::run;
use hsxray::backend::{Local, Want};
use hsxray::command;

fn text(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("line").remove(0);
    command::execute(target, Some(1), words).map_or_else(|e| e.to_string(), |reply| reply.text)
}

#[test]
fn an_explanation_names_the_variable_that_was_stored_or_read() {
    let mut recur = target("recur");
    run(&mut recur, "tbreak recur.c:30; run");
    let mut seen = Vec::new();
    for _ in 0..40 {
        run(&mut recur, "step");
        seen.extend(text(&mut recur, "explain").lines().filter(|l| l.starts_with("In C: ")).map(str::to_owned));
    }
    assert!(seen.contains(&"In C: 100 is stored in mine (int), which was 0, at recur.c:30.".to_owned()), "{seen:#?}");
    assert!(seen.contains(&"In C: level (int) is read: 1, at recur.c:30.".to_owned()), "{seen:#?}");
    assert!(seen.iter().any(|l| l.starts_with("In C: main::deepest (int) is read: -1")), "{seen:#?}");
    let told = recur.look(&Want { explain: true, ..Want::numbers() }).explained.clone().expect("words");
    assert!(told.sentences[0].starts_with("Turn "), "what the instruction did comes first");
}

#[test]
fn a_static_or_global_is_named_in_the_tree_of_its_origin() {
    let mut files = target("files");
    run(&mut files, "tbreak note; run; last-write balance");
    let tree = text(&mut files, "origin tree");
    assert!(tree.contains("1.balance"), "{tree}");
    assert!(text(&mut files, "explain").contains("is stored in balance (int), which was "), "{tree}");
}

#[test]
fn a_local_is_named_in_the_tree_of_its_origin() {
    let mut types = target("types");
    run(&mut types, "tbreak types.c:68; run");
    let tree = text(&mut types, "origin tree r");
    for name in ["1.main::r ", "1.length::n ", "1.sum::r "] {
        assert!(tree.contains(name), "{name}: {tree}");
    }
}

#[test]
fn parts_of_variables_are_named_as_c_names_them() {
    let mut types = target("types");
    run(&mut types, "tbreak types.c:55; run");
    let mut seen = String::new();
    for _ in 0..60 {
        run(&mut types, "step");
        seen += &text(&mut types, "explain");
    }
    for part in ["values[0] (short)", "values[2] (short)"] {
        assert!(seen.contains(&format!("is stored in {part}")), "{part}: {seen}");
    }
}
