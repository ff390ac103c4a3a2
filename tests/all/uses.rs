//! Where a value went.

use crate::support::run;
use hsxray::demo;
use serde_json::{Value, json};

fn uses(demo: &str, lines: &str, of: &str) -> Value {
    let mut target = demo::target(demo).expect("demo");
    run(&mut target, lines);
    run(&mut target, &format!("uses {of}"))
}

fn rows(found: &Value) -> Vec<Value> {
    let row = |u: &Value| json!([u["turn"], u["pid"], u["kind"]]);
    found["uses"].as_array().expect("uses").iter().map(row).collect()
}

#[test]
fn what_was_computed_from_a_value_is_a_use_where_it_is_stored() {
    let found = uses("lost-update", "run 14; goto 3", "1 r2");
    assert_eq!(rows(&found), [json!([9, 1, "store"])], "{found}");
    assert_eq!(found["uses"][0]["address"], 0x5000);
    assert_eq!(found["gone"], Value::Null, "R2 still holds it");
    // What 2 stores there in turn 10 was made from what it had read in turn 4.
    let word = uses("lost-update", "run 14; goto 9", "1 0x5000");
    assert_eq!((rows(&word), &word["gone"]), (Vec::new(), &json!(10)), "{word}");
}

#[test]
fn a_value_is_followed_through_a_message_into_its_receiver() {
    let mut target = demo::target("ping").expect("demo");
    run(&mut target, "run 400; goto 40; last-write 1 r9");
    let found = run(&mut target, "uses");
    let kinds: Vec<&str> =
        found["uses"].as_array().expect("uses").iter().map(|u| u["kind"].as_str().expect("kind")).collect();
    let place = |kind: &str| kinds.iter().position(|k| *k == kind).unwrap_or_else(|| panic!("{kind}: {found}"));
    assert!(place("store") < place("send") && place("send") < place("receive"), "{kinds:?}");
    let sent = &found["uses"][place("send")];
    let received = &found["uses"][place("receive")];
    assert_eq!((&sent["pid"], &received["pid"]), (&json!(1), &json!(2)));
    assert_eq!(sent["seq"], received["seq"], "the same message");
}

#[test]
fn a_value_that_is_written_over_at_once_has_no_uses() {
    let found = uses("lost-update", "run 14; goto 1", "1 r2");
    assert_eq!(found["uses"], json!([]), "{found}");
    assert!(found["gone"].as_u64().is_some_and(|turn| turn <= 3), "{found}");
}
