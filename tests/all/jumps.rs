//! Places in time that were left, and all writes of a place.

use crate::support::run;
use hsxray::backend::{Local, Target};
use hsxray::command;
use hsxray::demo;
use serde_json::{Value, json};

fn after(name: &str, lines: &str) -> Local {
    let mut target = demo::target(name).expect("demo");
    run(&mut target, lines);
    target
}

fn turn(target: &Local) -> u64 {
    target.position().turn
}

fn fails(target: &mut Local, line: &str) -> String {
    let words = command::split(line).expect("line").remove(0);
    command::execute(target, None, words).expect_err("refused").to_string()
}

#[test]
fn jumps_are_gone_back_and_forward() {
    let mut target = after("ping", "run 500; goto 300; goto 200; back 1; goto previous send");
    let there = turn(&target);
    run(&mut target, "jump back");
    assert_eq!(turn(&target), 199, "one turn back is a step, no jump");
    run(&mut target, "jump back");
    assert_eq!(turn(&target), 300);
    run(&mut target, "jump forward 2");
    assert_eq!(turn(&target), there);
    run(&mut target, "jump back 3");
    assert_eq!(turn(&target), 500);
    assert_eq!(fails(&mut target, "jump back"), "no place was left for another yet");
    let listed = run(&mut target, "jumps");
    assert_eq!(listed["at"], 0);
    assert_eq!(listed["jumps"].as_array().map(Vec::len), Some(3));
    run(&mut target, "goto 7");
    assert_eq!(fails(&mut target, "jump forward"), "no place was come back from", "another jump ends that way");
}

#[test]
fn a_jump_to_a_branch_that_is_gone_is_passed_over() {
    let mut target = after("ping", "run 300; goto 100; poke 1 0x5000 01; run 50; branch go 1 200; branch delete 2");
    assert_eq!(turn(&target), 200);
    run(&mut target, "jump back");
    assert_eq!(turn(&target), 300, "the place on branch 2 is forgotten");
}

#[test]
fn all_writes_of_a_word_are_listed_with_what_was_written() {
    let mut target = after("lost-update", "run 14");
    let found = run(&mut target, "writes 1 0x5000");
    let rows: Vec<Value> =
        found["writes"].as_array().expect("writes").iter().map(|w| json!([w["turn"], w["pid"], w["value"]])).collect();
    assert_eq!(rows, [json!([9, 1, 1]), json!([10, 2, 1])]);
    assert_eq!(run(&mut target, "writes from 10 1 0x5000")["writes"].as_array().map(Vec::len), Some(1));
    assert_eq!(run(&mut target, "writes 1 0x5000 to 8")["writes"], json!([]));
    assert!(fails(&mut target, "writes 1 0x5000 to 99").contains("99"));
}

#[test]
fn a_place_without_a_task_may_be_computed() {
    let mut plain = after("lost-update", "run 14; last-write 0x5000");
    let mut computed = after("lost-update", "run 14; last-write 0x4FFC+4");
    assert_eq!(run(&mut computed, "info"), run(&mut plain, "info"));
    assert_eq!(run(&mut computed, "last-write 0x4FFC+4")["turn"], 9, "the write before");
    assert!(fails(&mut computed, "last-write 0x5000+0xFFFF").contains("end at 0xFFFF"));
}

#[test]
fn the_list_of_writes_is_what_last_write_finds_one_by_one() {
    for (place, demo) in [("1 r9", "ping"), ("2 r3", "ping"), ("1 0x400C", "ping"), ("1 r0", "sleepers")] {
        let mut target = after(demo, "run 400; poke 1 0x5000 01; run 200");
        let listed = run(&mut target, &format!("writes {place}"));
        let listed: Vec<u64> =
            listed["writes"].as_array().expect("writes").iter().map(|w| w["turn"].as_u64().expect("turn")).collect();
        let mut one_by_one = Vec::new();
        for _ in 0..listed.len() {
            one_by_one.push(run(&mut target, &format!("last-write {place}"))["turn"].as_u64().expect("turn"));
        }
        one_by_one.reverse();
        assert_eq!(listed, one_by_one, "{place} of {demo}");
        assert!(!listed.is_empty(), "{place} of {demo}");
        fails(&mut target, &format!("last-write {place}"));
    }
}
