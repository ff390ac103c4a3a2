//! The built-in demos show what they say.

use crate::support::run;
use hsxray::backend::Local;
use hsxray::demo;
use serde_json::{Value, json};

fn after(demo: &str, lines: &str) -> Local {
    let mut target = demo::target(demo).expect("demo");
    run(&mut target, lines);
    target
}

fn value(target: &mut Local, expr: &str) -> Value {
    run(target, &format!("print {expr}"))["value"].clone()
}

fn rows(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().unwrap_or_else(|| panic!("{key}: {answer}")).clone()
}

#[test]
fn the_total_of_three_tasks_comes_out_too_small_and_races_says_why() {
    let mut target = after("total", "run 400");
    let total = value(&mut target, "w[0x5000]").as_u64().expect("a number");
    assert!(total < 78, "{total} of 78");
    let found = run(&mut target, "races");
    let pids: Vec<Value> = rows(&found, "races").iter().map(|race| race["later"]["pid"].clone()).collect();
    assert!(pids.contains(&json!(2)) && pids.contains(&json!(3)), "{found}");
}

#[test]
fn petersons_lock_counts_right_and_its_words_are_what_orders_the_tasks() {
    let mut target = after("peterson", "run 400");
    assert_eq!(value(&mut target, "w[0x500C]"), 6);
    assert_eq!(rows(&run(&mut target, "races"), "races").len(), 10);
    run(&mut target, "sync 0x5000 12");
    assert_eq!(rows(&run(&mut target, "races"), "races"), Vec::<Value>::new());
}

#[test]
fn the_tree_of_the_relayed_number_leads_through_both_mailboxes_to_its_source() {
    let mut target = after("relay", "run 400");
    assert_eq!(value(&mut target, "w[0x5000]"), 14);
    let tree = run(&mut target, "origin tree 0x5000");
    let ends: Vec<Value> = rows(&tree, "nodes").iter().map(|node| json!([node["pid"], node["value"]])).collect();
    for step in [json!([3, 14]), json!([2, 7]), json!([1, 5])] {
        assert!(ends.contains(&step), "{step}: {tree}");
    }
    assert_eq!(tree, run(&mut target, "origin tree 1 0x5000"), "an address by itself is one of RAM");
    let lines = ["last-write 3.r7", "last-write 3 r7"].map(|line| {
        run(&mut target, "goto present");
        run(&mut target, line)
    });
    assert_eq!(lines[0], lines[1], "a register as expressions name it");
}

#[test]
fn the_deepest_call_of_fib_has_six_frames_of_itself() {
    let mut target = after("fib", "run 400");
    assert_eq!(value(&mut target, "w[0x5000]"), 8);
    run(&mut target, "goto deepest");
    let frames = rows(&run(&mut target, "backtrace"), "frames");
    let own = frames.iter().filter(|frame| frame.to_string().contains("fib"));
    assert!(own.count() >= 2, "{frames:?}");
}
