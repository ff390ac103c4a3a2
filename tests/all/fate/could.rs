//! What a turn could see, beside the truth by trying all orders.

use super::commands::session;
use super::{Case, cases, parsed};
use crate::support::run;
use hsxray::explore::Schedule;
use serde_json::{Value, json as data};
use std::collections::BTreeSet;

/// What is compared of a thing that a turn could see: all but the schedule, of which several are as good.
fn truth(seen: &Value) -> String {
    let value = match seen["what"].as_str().expect("a kind") {
        "message" => &seen["data"],
        "peek" => &seen["messages"],
        _ => &seen["value"],
    };
    let members = ["what", "pc", "op", "switches", "turns", "address", "bytes", "from"].map(|member| &seen[member]);
    data!([value, members]).to_string()
}

fn reply(seen: &Value) -> String {
    let members = ["what", "pc", "op", "switches", "turns", "address", "bytes", "from"].map(|member| &seen[member]);
    data!([&seen["value"], members]).to_string()
}

fn schedule(seen: &Value) -> Schedule {
    let part = |part: &Value| (part[0].as_u64().expect("a pid") as u16, part[1].as_u64().expect("turns"));
    seen["schedule"].as_array().expect("a schedule").iter().map(part).collect()
}

/// Follows the schedule of something that a turn could see, and asks again: nothing else is left then.
fn follow(case: &Case, kept: &Schedule, place: (u64, u64), seen: &Value) {
    let way = schedule(seen);
    let mut local = session(case);
    let before = way.first(way.turns() - 1);
    for part in [kept, &before] {
        if part.turns() > 0 {
            run(&mut local, &format!("explore follow {part}"));
        }
    }
    // The last turn is the one with which it is known: whichever task takes it, it is among what is left.
    let last = run(&mut local, &format!("could {} {}", place.0, place.1));
    let turn = way.each().last().expect("a turn");
    let left: Vec<&Value> = last["values"].as_array().expect("values").iter().collect();
    let here = |value: &&&Value| value["what"] == seen["what"] && value["value"] == seen["value"];
    let found = left.iter().find(here).unwrap_or_else(|| panic!("{}: {way}: {last}", case.name));
    assert_eq!(schedule(found).each().collect::<Vec<_>>(), [turn], "{}: {way}", case.name);
}

#[test]
fn all_that_a_turn_could_see_is_the_truth_for_every_case() {
    let mut places = 0;
    for case in cases() {
        let whole = parsed(&case.expect["run"]["schedule"]);
        let mut local = session(&case);
        run(&mut local, &format!("explore follow {whole}"));
        for row in case.expect["could"].as_array().expect("places") {
            let (pid, n, after) = (&row["pid"], &row["n"], row["after"].as_u64().expect("turns"));
            let name = format!("{}: could {pid} {n} after {after}", case.name);
            let found = run(&mut local, &format!("could {pid} {n} after {after}"));
            let rows = |value: &Value, of: fn(&Value) -> String| {
                value["values"].as_array().expect("values").iter().map(of).collect::<BTreeSet<_>>()
            };
            assert_eq!(rows(&found, reply), rows(row, truth), "{name}");
            let never: Vec<&str> =
                row["never"].as_array().expect("ends").iter().map(|end| end.as_str().expect("an end")).collect();
            assert_eq!(found["never"], !never.is_empty(), "{name}");
            assert_eq!(found["waits_for_ever"], never.contains(&"waits for ever"), "{name}");
            assert_eq!((&found["endless"], &found["exhausted"]), (&row["endless"], &true.into()), "{name}");
            let same = [&found["pid"], &found["n"], &found["after"], &found["states"]];
            assert_eq!(same, [pid, n, &row["after"], &row["states"]], "{name}");
            places += 1;
        }
    }
    assert!(places > 100, "{places}");
}

#[test]
fn each_thing_that_a_turn_could_see_is_reached_by_its_schedule() {
    for name in ["lost-update", "poll-misses", "timeout", "message-race", "peek-then-receive"] {
        let case = cases().into_iter().find(|case| case.name == name).expect("a case");
        let whole = parsed(&case.expect["run"]["schedule"]);
        for row in case.expect["could"].as_array().expect("places") {
            let (pid, n, after) = (row["pid"].as_u64(), row["n"].as_u64(), row["after"].as_u64());
            let (pid, n, after) = (pid.expect("a pid"), n.expect("a turn"), after.expect("turns"));
            let mut local = session(&case);
            let kept = whole.first(after);
            if after > 0 {
                run(&mut local, &format!("explore follow {kept}"));
            }
            let found = run(&mut local, &format!("could {pid} {n}"));
            for seen in found["values"].as_array().expect("values") {
                follow(&case, &kept, (pid, n), seen);
            }
        }
    }
}

#[test]
fn the_next_step_of_the_selected_task_is_meant_and_put_in_words() {
    let case = cases().into_iter().find(|case| case.name == "lost-update").expect("a case");
    let mut local = session(&case);
    run(&mut local, "explore follow 2");
    let say = |local: &mut hsxray::backend::Local, line: &str| {
        let outcome = hsxray::command::execute_line(local, Some(2), line).remove(0);
        outcome.result.map_or_else(|e| e.to_string(), |reply| reply.text)
    };
    let words = "turn 2 of task 2, in all schedules that begin with the first 1 turn:\n\
                 \x20 1 reads [0x5000] 0 as things stand: 0x0008 LD R2, [R1+0], 0 switches: 2\n\
                 \x20 2 reads [0x5000] 1 if 1 stores it first (its turn 5): 0x0008 LD R2, [R1+0], 2 switches: 1*5 2\n\
                 nothing else in any schedule; 7 states looked at";
    assert_eq!(say(&mut local, "could"), words);
    assert_eq!(say(&mut local, "could 2 2"), words);
    assert_eq!(say(&mut local, "could 2 1"), "task 2 has done its turn 1: it has done 1 so far");
    assert_eq!(say(&mut local, "could 2 2 after 9"), "turn 9 has not happened: the present is turn 1");
    assert!(say(&mut local, "could 7").contains('7'));
}
